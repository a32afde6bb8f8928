/*
 * zone/compare.h - what makes one version of a zone out of another.
 *
 * Shape    Both are walked in canonical order, once. Each record that only the first has is told
 *          as removed, each that only the second has as added; a record with another TTL, or
 *          whose names are spelt otherwise, is both. The SOA at the apex is left out. How an
 *          owner is spelt makes no difference.
 * Floor    3.
 * Threads  Any that borrows or has pinned both versions. May run in slices.
 * RFC      4034 6.1 (order), 1995 (what it is for).
 */
#pragma once

#include <stdbool.h>

#include "zone/version.h"

/* A record; what it points to lies in its version, the owner only until the next call. */
struct zone_compare_record {
    const uint8_t *owner; /* uncompressed */
    uint8_t owner_size;
    uint16_t type;
    uint16_t rdata_size;
    uint32_t ttl;
    const uint8_t *rdata;
};

struct zone_compare {
    const struct zone_version *before;
    const struct zone_version *after;
    /* Returns false to stop. */
    bool (*removed)(void *context, const struct zone_compare_record *record);
    bool (*added)(void *context, const struct zone_compare_record *record);
    void *context;
    struct zone_walk walk_before; /* private from here on */
    struct zone_walk walk_after;
    const struct zone_node *node_before;
    const struct zone_node *node_after;
    enum zone_order order;
    bool has_begun;
    bool is_done;
};

/* Go on for about `names` names; true: there is more to do. */
bool zone_compare_run(struct zone_compare *compare, size_t names);

static inline bool zone_compare_is_done(const struct zone_compare *compare)
{
    return compare->is_done;
}
