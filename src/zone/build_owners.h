/*
 * zone/build_owners.h - the owners of a build, with their records.
 *
 * Shape    An owner stands in the log with the list of its records. It may have been opened more
 *          than once: real files come back to an owner after its neighbours, and then the last
 *          few are looked at. The entries have the order in which owners were opened, until
 *          they are sorted.
 * Floor    3. Not for other directories.
 * Threads  One owner.
 */
#pragma once

#include "zone/build_log.h"
#include "zone/label.h"
#include "zone/sets.h"

/* One record. */
struct build_record {
    uint32_t next; /* position; 0: the last */
    uint32_t ttl;
    uint16_t type;
    uint16_t size;
    uint8_t rdata[];
};

/* The first record stands right behind it. */
struct build_owner {
    uint32_t last; /* position of the last record */
    uint8_t labels_size;
    uint8_t label_count;
    uint8_t labels[];
};

struct build_entry {
    uint64_t sort_key;
    uint32_t owner; /* position */
};

enum { BUILD_RUNS_MAX = 8 };

struct build_owners {
    struct build_log *log;
    struct build_entry *entries;
    uint32_t count;
    uint32_t capacity;
    uint32_t runs[BUILD_RUNS_MAX + 1]; /* where the first ones begin that are in order */
    uint32_t run_count;                /* of all */
    bool has_ties;                     /* they are in the order of their keys, but no further */
    struct build_entry *room;          /* for merging ties */
    uint32_t room_size;
};

static inline const struct build_owner *build_owner_at(const struct build_owners *owners,
                                                       uint32_t position)
{
    return build_log_at(owners->log, position);
}

static inline struct zone_labels build_owner_labels(const struct build_owner *owner)
{
    return (struct zone_labels){ owner->labels, owner->labels_size, owner->label_count };
}

/* Canonical order; owners of the same name are equal. */
int build_entry_order(const struct build_owners *owners, const struct build_entry *a,
                      const struct build_entry *b);

/* The position of the owner's first record. */
static inline uint32_t build_owner_first(const struct build_owner *owner, uint32_t position)
{
    return position + build_log_units(sizeof(*owner) + owner->labels_size);
}

/*
 * A record of the owner of this name, if it was opened lately, or of a new one: its position; 0:
 * the log is full. The labels are not in the log.
 */
uint32_t build_owners_add(struct build_owners *owners, const struct zone_labels *labels,
                          const struct zone_record *record);

/* A record behind those of the owner; false: the log is full. */
bool build_owner_add(struct build_owners *owners, uint32_t owner, const struct zone_record *record);

void build_owners_fini(struct build_owners *owners);

/*
 * Put the entries in canonical order; those of one name stay in the order in which they came. It
 * may be that those with the same key are left for build_owners_settle.
 */
void build_owners_sort(struct build_owners *owners);

/* The entries from this one on that have its key, in order, when all before are: where they end. */
uint32_t build_owners_settle(struct build_owners *owners, uint32_t from);
