/*
 * zone/space.h - the arena of a version while it is written.
 *
 * Shape    A lineage owns what its versions share for writing: which version made a page,
 *          and what is free inside the newest version's pages. A space is the open end of a
 *          lineage: a view that becomes the next version.
 * Floor    3. Not for other directories.
 * Threads  The zone's one writer.
 */
#pragma once

#include "base/err.h"
#include "zone/lineage.h"
#include "zone/parts.h"
#include "zone/version.h"

struct zone_page_info {
    uint64_t birth; /* id of the version that made this page */
    uint32_t size;  /* octets, for blocks of the heap; 0: a page of the pool */
    uint32_t run;   /* pages of a run that is one block; 0: the page is not a run's first */
};

/* A page that the successor of a version replaced. */
struct zone_dead {
    uint8_t *memory;
    struct zone_page_info info;
    uint32_t page;
};

enum { ZONE_FREE_BINS = 72 };

struct zone_free_bin {
    struct zone_free_span *spans;
    uint32_t count;
    uint32_t capacity;
};

/* What is free inside the newest version's pages. */
struct zone_free {
    uint64_t used[ZONE_FREE_BINS / 64 + 1]; /* a bit for each bin that is not empty */
    uint64_t units;                         /* in bins */
    struct zone_free_bin bins[ZONE_FREE_BINS];
};

struct zone_lineage {
    struct zone_version *newest;
    struct zone_version *oldest;
    const struct td_hash_seed *seed;
    struct zone_page_info *infos;   /* of the newest version's pages */
    struct zone_page_info own_info; /* of a zone of one page */
    uint32_t info_capacity;
    uint32_t tail_units;        /* units in use in the last page */
    struct zone_tables *tables; /* NULL while the zone is small */
    struct zone_free *free;     /* NULL while nothing was ever freed */
    uint64_t octets;            /* of all pages and blocks of all versions */
    uint64_t retained;          /* of them in dead lists */
    uint8_t label_count;
    uint8_t name_size;
    uint8_t name[]; /* the apex */
};

struct zone_space {
    struct zone_version *view;
    struct zone_lineage *lineage;
    struct zone_dead *dead; /* pages replaced so far */
    uint32_t dead_count;
    uint32_t dead_capacity;
    struct zone_free_span *taken; /* from bins: to be given back on abort */
    uint32_t taken_count;
    uint32_t taken_capacity;
    struct zone_free_span *released; /* into bins on finish */
    uint32_t released_count;
    uint32_t released_capacity;
    bool is_full; /* an allocation found no index: finish fails with TD_E_LIMIT */
};

/* A lineage without versions. */
struct zone_lineage *zone_lineage_new(const uint8_t *apex, const struct td_hash_seed *seed);

/* Free a page that a version given up was the last to see. */
void zone_dead_free(struct zone_lineage *lineage, const struct zone_dead *dead);

/* The version is given up: all but its pages. */
void zone_version_free(struct zone_lineage *lineage, struct zone_version *version);

/* Free the pages of the newest version from page `from` on. */
void zone_pages_free(struct zone_lineage *lineage, const struct zone_version *version,
                     uint32_t from);

/* Open the end of a lineage: `newest` is NULL for the first version. */
void zone_space_open(struct zone_space *space, struct zone_lineage *lineage);

/* The view becomes the newest version of the lineage; the space is closed. */
struct zone_version *zone_space_seal(struct zone_space *space);

/* The newest version, which nobody was shown, is taken back; the one before it is the newest again.
 */
void zone_space_drop(struct zone_lineage *lineage);

/* Everything as it was; the space is closed. */
void zone_space_abort(struct zone_space *space);

/* `size` octets at a fresh index, aligned to 8, not initialised. */
uint32_t zone_space_alloc(struct zone_space *space, size_t size);

/* `count` units that begin a page, for the hash index. */
uint32_t zone_space_alloc_table(struct zone_space *space, uint32_t count);

/* This index is no longer used by the view. */
void zone_space_release(struct zone_space *space, uint32_t index, size_t size);

/* What an index refers to, in a page that this view alone has. */
void *zone_space_write(struct zone_space *space, uint32_t index);

/* Shrink a zone that fits one page to what it uses. For the end of a build. */
void zone_space_trim(struct zone_space *space);

/* Release a hash index of `count` units. */
void zone_space_release_table(struct zone_space *space, uint32_t index, uint32_t count);

/* As zone_find_exact, but its index; 0: none. */
uint32_t zone_find_index(const struct zone_version *version, const struct wire_key *key,
                         unsigned label);
