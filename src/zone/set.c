#include "zone/set.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/macros.h"
#include "base/octets.h"
#include "zone/block.h"
#include "zone/label.h"

enum {
    SLOTS_MIN = 16,
    FAR_SLOTS = 2048, /* with fewer zones all that a look-up touches is in a core's cache */
};

/* Slots hold an entry, NULL, or the mark of an entry that was taken out. */
struct table {
    struct td_rcu_later later;
    uint32_t slot_count;        /* a power of two */
    uint32_t used;              /* marks included */
    _Atomic uint64_t depths[2]; /* bit n: there was a zone whose apex has n labels */
    _Atomic(struct zone_entry *) slots[];
};

struct zone_set {
    _Atomic(struct table *) table;
    _Atomic uint64_t generation;
    struct td_rcu *rcu;
    const struct td_hash_seed *seed;
    size_t count;
};

static struct zone_entry gone;

static struct table *table_new(uint32_t slot_count)
{
    struct table *table = td_calloc(1, sizeof(*table) + slot_count * sizeof(table->slots[0]));

    table->slot_count = slot_count;
    return table;
}

static void table_free(struct td_rcu_later *later)
{
    free(td_container_of(later, struct table, later));
}

static size_t entry_size(uint8_t name_size)
{
    return offsetof(struct zone_entry, name) + name_size;
}

static void entry_free(struct zone_entry *entry)
{
    zone_block_give(entry, entry_size(entry->name_size));
}

static void entry_free_later(struct td_rcu_later *later)
{
    entry_free(td_container_of(later, struct zone_entry, later));
}

struct zone_set *zone_set_new(const struct td_hash_seed *seed, struct td_rcu *rcu)
{
    struct zone_set *set = td_calloc(1, sizeof(*set));

    atomic_init(&set->table, table_new(SLOTS_MIN));
    atomic_init(&set->generation, 1);
    set->rcu = rcu;
    set->seed = seed;
    return set;
}

static struct table *writer_table(const struct zone_set *set)
{
    return atomic_load_explicit(&set->table, memory_order_relaxed);
}

void zone_set_free(struct zone_set *set)
{
    if (set == NULL)
        return;
    struct table *table = writer_table(set);
    for (uint32_t i = 0; i < table->slot_count; i++) {
        struct zone_entry *entry = atomic_load_explicit(&table->slots[i], memory_order_relaxed);
        if (entry != NULL && entry != &gone)
            entry_free(entry);
    }
    free(table);
    free(set);
}

static void insert(struct table *table, struct zone_entry *entry)
{
    uint32_t mask = table->slot_count - 1;
    uint32_t slot = (uint32_t)(entry->hash >> 32) & mask;

    while (atomic_load_explicit(&table->slots[slot], memory_order_relaxed) != NULL)
        slot = (slot + 1) & mask;
    /* The bit is set before the entry is found: a reader that misses it looked too early. */
    atomic_fetch_or_explicit(&table->depths[entry->label_count / 64],
                             1ull << entry->label_count % 64, memory_order_relaxed);
    atomic_store_explicit(&table->slots[slot], entry, memory_order_release);
    table->used++;
}

static void resize(struct zone_set *set, size_t count)
{
    struct table *old = writer_table(set);
    uint32_t slot_count = SLOTS_MIN;

    while (slot_count < count * 2)
        slot_count *= 2;
    struct table *table = table_new(slot_count);
    for (uint32_t i = 0; i < old->slot_count; i++) {
        struct zone_entry *entry = atomic_load_explicit(&old->slots[i], memory_order_relaxed);
        if (entry != NULL && entry != &gone)
            insert(table, entry);
    }
    atomic_store_explicit(&set->table, table, memory_order_seq_cst);
    td_rcu_defer(set->rcu, &old->later, table_free);
}

void zone_set_reserve(struct zone_set *set, size_t count)
{
    if ((size_t)writer_table(set)->slot_count < count * 2)
        resize(set, count);
}

/* The mark of what was taken out has no name, and so no question finds it. */
static inline bool is_named(const struct zone_entry *entry, uint64_t hash, const uint8_t *lower,
                            unsigned size)
{
    return entry->hash == hash && entry->name_size == size &&
           td_octets_same(entry->name, lower, size);
}

static struct zone_entry *find_in(const struct table *table, uint64_t hash, const uint8_t *lower,
                                  unsigned size)
{
    uint32_t mask = table->slot_count - 1;

    for (uint32_t slot = (uint32_t)(hash >> 32) & mask;; slot = (slot + 1) & mask) {
        struct zone_entry *entry = atomic_load_explicit(&table->slots[slot], memory_order_acquire);
        if (entry == NULL || is_named(entry, hash, lower, size))
            return entry;
    }
}

static struct zone_entry *find(const struct zone_set *set, uint64_t hash, const uint8_t *lower,
                               unsigned size)
{
    return find_in(atomic_load_explicit(&set->table, memory_order_acquire), hash, lower, size);
}

td_err zone_set_add(struct zone_set *set, const uint8_t *apex, struct zone_entry **ret_entry)
{
    struct wire_key key;

    wire_key_make(&key, set->seed, apex);
    if (find(set, key.hashes[0], key.lower, key.size) != NULL)
        return TD_E_EXISTS;
    struct table *table = writer_table(set);
    if ((table->used + 1) * 2 > table->slot_count)
        resize(set, set->count + set->count / 2 + 1);

    struct zone_entry *entry = zone_block_take(entry_size(key.size));
    *entry = (struct zone_entry){ .hash = key.hashes[0] };
    atomic_init(&entry->state, ZONE_STATE_LOADING);
    entry->label_count = key.label_count;
    entry->name_size = key.size;
    memcpy(entry->name, key.lower, key.size);
    insert(writer_table(set), entry);
    set->count++;
    zone_set_touch(set);
    *ret_entry = entry;
    return TD_OK;
}

void zone_set_remove(struct zone_set *set, struct zone_entry *entry)
{
    struct table *table = writer_table(set);
    uint32_t mask = table->slot_count - 1;
    uint32_t slot = (uint32_t)(entry->hash >> 32) & mask;

    while (atomic_load_explicit(&table->slots[slot], memory_order_relaxed) != entry)
        slot = (slot + 1) & mask;
    atomic_store_explicit(&table->slots[slot], &gone, memory_order_release);
    set->count--;
    zone_set_touch(set);
    td_rcu_defer(set->rcu, &entry->later, entry_free_later);
}

size_t zone_set_count(const struct zone_set *set)
{
    return set->count;
}

uint64_t zone_set_generation(const struct zone_set *set)
{
    return atomic_load_explicit(&set->generation, memory_order_acquire);
}

void zone_set_touch(struct zone_set *set)
{
    atomic_fetch_add_explicit(&set->generation, 1, memory_order_acq_rel);
}

struct zone_entry *zone_set_find_exact(const struct zone_set *set, const struct wire_key *key)
{
    return find(set, key->hashes[0], key->lower, key->size);
}

/* Look at each depth that is that of a zone, the deepest first. */
static TD_NOINLINE struct zone_entry *find_slowly(const struct table *table,
                                                  const struct wire_key *key, unsigned from)
{
    for (unsigned label = from; label <= key->label_count; label++) {
        unsigned depth = key->label_count - label;
        uint64_t depths = atomic_load_explicit(&table->depths[depth / 64], memory_order_relaxed);
        if (!(depths >> depth % 64 & 1))
            continue;
        unsigned at = key->offsets[label];
        struct zone_entry *entry =
            find_in(table, key->hashes[label], key->lower + at, key->size - at);
        if (entry != NULL)
            return entry;
    }
    return NULL;
}

/* Mostly there is one depth, and the zone is where its hash says: no call, no registers saved. */
TD_HOT struct zone_entry *zone_set_find(const struct zone_set *set, const struct wire_key *key,
                                        unsigned from)
{
    const struct table *table = atomic_load_explicit(&set->table, memory_order_acquire);
    uint64_t depths = atomic_load_explicit(&table->depths[0], memory_order_relaxed);
    unsigned depth = key->label_count - from;

    if (td_unlikely(depth >= 63)) /* or there is no such label */
        return find_slowly(table, key, from);
    depths &= (2ull << depth) - 1;
    depth = 63 - (unsigned)__builtin_clzll(depths | 1);
    unsigned label = key->label_count - depth;
    unsigned at = key->offsets[label], size = key->size - at;
    uint64_t hash = key->hashes[label];
    struct zone_entry *entry = atomic_load_explicit(
        &table->slots[(uint32_t)(hash >> 32) & (table->slot_count - 1)], memory_order_acquire);
    if (td_likely(entry != NULL) && td_likely(entry->hash == hash && entry->name_size == size) &&
        td_likely(size <= TD_OCTETS_SHORT_MAX) &&
        td_likely(td_octets_same_short(entry->name, key->lower + at, size)))
        return entry;
    return find_slowly(table, key, from);
}

bool zone_set_is_far(const struct zone_set *set)
{
    return atomic_load_explicit(&set->table, memory_order_acquire)->slot_count > FAR_SLOTS;
}

zone_set_slot *zone_set_prefetch_slot(const struct zone_set *set, const struct wire_key *key)
{
    const struct table *table = atomic_load_explicit(&set->table, memory_order_acquire);
    uint64_t depths = atomic_load_explicit(&table->depths[0], memory_order_relaxed);

    if (key->label_count >= 63)
        return NULL;
    depths &= (2ull << key->label_count) - 1;
    unsigned label = key->label_count - (63 - (unsigned)__builtin_clzll(depths | 1));
    zone_set_slot *slot =
        &table->slots[(uint32_t)(key->hashes[label] >> 32) & (table->slot_count - 1)];
    __builtin_prefetch((const void *)(uintptr_t)slot);
    return slot;
}

void zone_set_visit(const struct zone_set *set, void (*visit)(void *context, struct zone_entry *),
                    void *context)
{
    const struct table *table = atomic_load_explicit(&set->table, memory_order_acquire);

    for (uint32_t i = 0; i < table->slot_count; i++) {
        struct zone_entry *entry = atomic_load_explicit(&table->slots[i], memory_order_acquire);
        if (entry != NULL && entry != &gone)
            visit(context, entry);
    }
}

void zone_entry_publish(struct zone_set *set, struct zone_entry *entry,
                        struct zone_version *version, enum zone_state state)
{
    atomic_store_explicit(&entry->state, state, memory_order_release);
    atomic_store_explicit(&entry->version, version, memory_order_seq_cst);
    zone_set_touch(set);
}
