/*
 * zone/set.h - the zones that are served, found by name.
 *
 * Shape    An open-addressed table of entries by the hash of the apex. An entry never
 *          moves; its version is an atomic pointer. The table itself is a snapshot: it is
 *          replaced when it must grow.
 * Floor    3.
 * Threads  One writer (the registry's keeper); readers borrow.
 * Limits   none: a hundred thousand zones cost a slot and an entry each.
 */
#pragma once

#include <stdatomic.h>

#include "base/err.h"
#include "base/rcu.h"
#include "zone/version.h"

enum zone_state {
    ZONE_STATE_LOADING, /* not yet loaded for the first time */
    ZONE_STATE_SERVED,
    ZONE_STATE_FAILED,  /* never loaded, and the last try failed */
    ZONE_STATE_EXPIRED, /* a secondary that lost its primary */
};

struct zone_entry {
    _Atomic(struct zone_version *) version; /* NULL: nothing to answer from */
    _Atomic uint32_t state;                 /* enum zone_state */
    _Atomic uint64_t expires_s; /* monotonic clock: till then a copy may be served; 0: a primary */
    _Atomic(const void *) settings; /* of serve: a snapshot of how the zone is answered */
    void *owner;                    /* of the registry */
    uint64_t hash;
    struct td_rcu_later later;
    uint8_t label_count;
    uint8_t name_size;
    uint8_t name[]; /* the apex, uncompressed, lower case */
};

struct zone_set;

struct zone_set *zone_set_new(const struct td_hash_seed *seed, struct td_rcu *rcu);

/* Entries are freed with it; their versions are the caller's. */
void zone_set_free(struct zone_set *set);

/* Make room for `count` zones at once. */
void zone_set_reserve(struct zone_set *set, size_t count);

/* TD_E_EXISTS: there is a zone of this name. The entry starts LOADING, without a version. */
TD_NODISCARD td_err zone_set_add(struct zone_set *set, const uint8_t *apex,
                                 struct zone_entry **ret_entry);

/* Take it out; the entry is freed when no reader can hold it. */
void zone_set_remove(struct zone_set *set, struct zone_entry *entry);

size_t zone_set_count(const struct zone_set *set);

/* The generation counts up with every change to the set or publication in it; for answer caches. */
uint64_t zone_set_generation(const struct zone_set *set);
void zone_set_touch(struct zone_set *set);

/* The zone with exactly this apex, or NULL. */
struct zone_entry *zone_set_find_exact(const struct zone_set *set, const struct wire_key *key);

/*
 * The zone with the longest apex that the key's name is at or below, beginning the search
 * at label `from` of the key (0: the name itself; 1: for DS, the parent side first). NULL: none.
 */
struct zone_entry *zone_set_find(const struct zone_set *set, const struct wire_key *key,
                                 unsigned from);

/*
 * Of very many zones none is near. For batches: bring near the slot that zone_set_find will look at
 * first, then the entry in it, then the version of that. NULL stands for none.
 */
typedef const _Atomic(struct zone_entry *) zone_set_slot;
bool zone_set_is_far(const struct zone_set *set);
zone_set_slot *zone_set_prefetch_slot(const struct zone_set *set, const struct wire_key *key);

static inline void zone_set_prefetch_entry(zone_set_slot *slot)
{
    const uint8_t *entry =
        slot == NULL ? NULL : (const uint8_t *)atomic_load_explicit(slot, memory_order_relaxed);

    if (entry == NULL)
        return;
    __builtin_prefetch(entry);
    __builtin_prefetch(entry + 64);
}

static inline void zone_set_prefetch_version(zone_set_slot *slot)
{
    const struct zone_entry *entry =
        slot == NULL ? NULL : atomic_load_explicit(slot, memory_order_acquire);
    const uint8_t *version;

    if (entry == NULL)
        return;
    version = (const uint8_t *)atomic_load_explicit(&entry->version, memory_order_relaxed);
    if (version == NULL)
        return;
    __builtin_prefetch(version);
    __builtin_prefetch(version + 64);
}

/* Where the apex of a zone begins in the key of a name that is at or below it. */
static inline unsigned zone_entry_label(const struct zone_entry *entry, const struct wire_key *key)
{
    return (unsigned)key->label_count - entry->label_count;
}

/* Visit all entries, in no order. Writer's thread, or a borrowing reader. */
void zone_set_visit(const struct zone_set *set,
                    void (*visit)(void *context, struct zone_entry *entry), void *context);

/* Store a version and wake nobody: publication goes through change. */
void zone_entry_publish(struct zone_set *set, struct zone_entry *entry,
                        struct zone_version *version, enum zone_state state);
