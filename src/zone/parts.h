/*
 * zone/parts.h - a version taken apart into octets, and put together again.
 *
 * Shape    A version is its outline, which is plain data, and parts: pages in a row. Pages refer to
 *          each other by index, so the octets of a part are good wherever they lie; what is outside
 *          of the pages (page table, births, free spans) is in the outline, or made anew. Parts of
 *          the pool's pages come first, ZONE_PART_PAGES each; then each run (a set larger than a
 *          page) is a part of its own. The hash of a name is in its node: the seed must be the
 *          same.
 * Floor    3.
 * Threads  Taking apart: the zone's one writer; then any thread, while the version is pinned.
 *          Putting together: different parts may be filled by different threads.
 * Limits   An outline from a file is checked by itself (zone_parts_check). What is in the pages
 *          is taken as it is: whoever gives them has made sure that they are what they were.
 */
#pragma once

#include "base/err.h"
#include "zone/pool.h"
#include "zone/version.h"

enum { ZONE_PART_PAGES = ZONE_POOL_ROW_PAGES };

/* Everything of a version, and of its lineage, that is not in the pages. */
struct zone_outline {
    uint64_t record_count;
    uint32_t page_count;
    uint32_t slots;
    uint32_t slot_count;
    uint32_t apex;
    uint32_t order;
    uint32_t nsec3_order;
    uint32_t nsec3_apex;
    uint32_t nsec3_wildcard;
    uint32_t negative;
    uint32_t negative_signed;
    uint32_t no_name_signed;
    uint32_t apex_signed;
    uint32_t serial;
    uint32_t flags;
    uint32_t host_count;
    uint32_t node_count;
    uint32_t delegation_count;
    uint32_t tail_units;
    uint32_t hole_count;
    uint32_t free_count;
    uint32_t salt_page; /* where the salt of NSEC3 is: a page, and an offset into it */
    uint32_t salt_offset;
    uint16_t nsec3_iterations;
    uint8_t nsec3_algorithm;
    uint8_t salt_size;
    uint8_t has_nsec3_param;
    uint8_t nsec3_is_kept;
    uint8_t depth;
    uint8_t spare;
};

/* Pages that are not of the pool: a run, which is one block, or given up (their index is lost). */
struct zone_hole {
    uint32_t page;
    uint32_t count;
    uint32_t is_run;
};

/* Units that are free inside the pages. */
struct zone_free_span {
    uint32_t index;
    uint32_t units;
};

struct zone_parts {
    struct zone_outline outline;
    struct zone_hole *holes;      /* of outline.hole_count, in order */
    struct zone_free_span *frees; /* of outline.free_count */
};

/*
 * Of the newest version of a zone, with no edit open. False: it is not that, or it is a small block
 * and no pages. The lists are the caller's (zone_parts_fini).
 */
TD_NODISCARD bool zone_parts_take(const struct zone_version *version, struct zone_parts *ret_parts);
void zone_parts_fini(struct zone_parts *parts);

/* May it be an outline of a version? TD_E_MALFORMED: it refers to what it does not have. */
TD_NODISCARD td_err zone_parts_check(const struct zone_parts *parts);

uint32_t zone_parts_count(const struct zone_parts *parts);
/* Octets of a part: whole pages. */
size_t zone_part_size(const struct zone_parts *parts, uint32_t part);
/* Its octets, perhaps copied to `scratch`, which has room for ZONE_PART_PAGES. */
const uint8_t *zone_part_octets(const struct zone_parts *parts, const struct zone_version *version,
                                uint32_t part, uint8_t *scratch);

/* ---- together again ---- */

struct zone_assembly;

/* The parts have been checked, and stay until it is finished. */
struct zone_assembly *zone_assembly_new(const struct zone_parts *parts);
void zone_assembly_free(struct zone_assembly *assembly);

/* Memory for a part, to be filled; once for each. */
uint8_t *zone_assembly_part(struct zone_assembly *assembly, uint32_t part);

/*
 * All parts have been filled: the version, alone in a lineage of its own, as zone_build_finish
 * gives it. The assembly is used up.
 */
struct zone_version *zone_assembly_finish(struct zone_assembly *assembly, const uint8_t *apex,
                                          const struct td_hash_seed *seed);

/* The same version, alone in a lineage of its own. On any thread, while `version` is pinned. */
struct zone_version *zone_parts_copy(const struct zone_parts *parts,
                                     const struct zone_version *version);
