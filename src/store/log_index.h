/*
 * store/log_index.h - what of the log counts, and where it is.
 *
 * Shape    Two tables by key: the changes of each zone, oldest first, and the latest state of each
 *          key with its octets. And how many octets of each segment count.
 * Floor    4. Not for other directories.
 * Threads  The main world's.
 */
#pragma once

#include "store/log.h"
#include "store/log_runs.h"

struct index_zone {
    struct store_log_change *changes; /* `first` of them are forgotten */
    uint32_t first;
    uint32_t count; /* behind `first` */
    uint32_t capacity;
    bool is_unsorted;      /* until log_index_settle */
    bool has_moved;        /* some were found moved */
    uint64_t octets;       /* of what is not forgotten */
    struct log_runs *runs; /* NULL as long as there are few changes */
};

struct index_state {
    uint64_t sequence;
    uint32_t value_size;
    uint32_t size; /* on disk */
    uint32_t segment;
};

/* One piece of memory, as long as it needs to be: a key, and the value of a state, stand behind. */
struct index_node {
    struct index_node *next;
    uint32_t hash; /* lower half */
    uint16_t key_size;
    uint16_t key_at; /* octets from the node's begin */
    union {
        struct index_zone zone;
        struct index_state state;
    };
};

static inline const uint8_t *index_node_key(const struct index_node *node)
{
    return (const uint8_t *)node + node->key_at;
}

static inline const uint8_t *index_node_value(const struct index_node *node)
{
    return index_node_key(node) + node->key_size;
}

struct index_table {
    struct index_node **slots;
    size_t slot_count; /* a power of two, or 0 */
    size_t count;
};

struct index_segment {
    uint32_t number;
    uint64_t octets; /* of the file */
    uint64_t live;
};

struct log_index {
    uint64_t seed;
    struct index_table zones;
    struct index_table states;
    struct index_segment *segments; /* by number */
    size_t segment_count;
    size_t segment_capacity;
    uint64_t change_count;
    uint64_t octets; /* of all segments */
    uint64_t live;
};

void log_index_fini(struct log_index *index);

/* A segment of this number is there; returns it. */
struct index_segment *log_index_segment(struct log_index *index, uint32_t number);
/* How large the file is. */
void log_index_segment_end(struct log_index *index, uint32_t number, uint64_t octets);
void log_index_segment_forget(struct log_index *index, uint32_t number);

/*
 * Take an entry that is at this place. Changes of a zone come in their order, or log_index_settle
 * is called before anything is asked.
 */
void log_index_add(struct log_index *index, const struct store_log_entry *entry, uint32_t segment,
                   uint64_t offset, uint32_t size);

/* The same for one that was found moved. */
void log_index_add_moved(struct log_index *index, const struct store_log_entry *entry,
                         uint32_t segment, uint64_t offset, uint32_t size);

/* Is this what counts, and is it here? */
bool log_index_is_at(const struct log_index *index, const struct store_log_entry *entry,
                     uint32_t segment, uint64_t offset);

/* An entry was written once more; if it still counts, and was there, it is here now. */
void log_index_move(struct log_index *index, const struct store_log_entry *entry,
                    uint32_t from_segment, uint64_t from_offset, uint32_t segment, uint64_t offset);

/* Forget that there was such a key. */
void log_index_state_forget(struct log_index *index, const void *key, size_t key_size);

/*
 * All is read: bring into order what came out of it. Of an entry that is twice the later counts.
 * What was moved, and forgotten then, may be there while what came next has gone with its file: it
 * is forgotten again, unless `is_damaged` says that a gap may have another reason.
 */
void log_index_settle(struct log_index *index, bool is_damaged);

struct index_zone *log_index_zone(const struct log_index *index, const void *key, size_t key_size);
/* Its `state`; or NULL. */
const struct index_node *log_index_state(const struct log_index *index, const void *key,
                                         size_t key_size);

/* Forget a zone's changes before `sequence`. */
void log_index_trim(struct log_index *index, const void *key, size_t key_size, uint64_t sequence);

/* All state whose key begins like this, sorted; an array to be freed. */
struct index_node **log_index_state_list(const struct log_index *index, const void *prefix,
                                         size_t prefix_size, size_t *ret_count);

/* See store_log_zones_visit. */
void log_index_zones_visit(const struct log_index *index, size_t *place, size_t max,
                           void (*visit)(void *context, const uint8_t *key, size_t key_size),
                           void *context);
