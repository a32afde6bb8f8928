/*
 * zone/lineage.h - the versions of one zone over time, and how their memory comes back.
 *
 * Shape    A list of versions from the oldest that somebody may hold to the newest. Each
 *          older one has a list of the pages that its successor replaced, with the id of
 *          the version that made them. When a version is given up, a page goes to the
 *          next older version if that can see it, else back to the pool.
 * Floor    3.
 * Threads  One writer (a keeper) publishes and reclaims; readers borrow and pin.
 * Limits   pins_max versions and retained_max octets held by pins: beyond, the oldest pin is cut
 * off (zone_version_is_cut turns true for its holder, which must let go).
 */
#pragma once

#include "base/rcu.h"
#include "zone/version.h"

struct zone_lineage_stats {
    uint64_t octets;      /* pages and small blocks, of all versions */
    uint64_t retained;    /* of them only for older versions */
    uint64_t free_octets; /* of the newest version: dead space in its pages */
    uint32_t versions;
};

/* The newest version. */
struct zone_version *zone_lineage_newest(struct zone_lineage *lineage);

/*
 * `version` has been stored where readers find it: what is older may go once nobody holds it, also
 * what was never published (a zone that is restored is made in steps). `rcu` is that of the
 * readers.
 */
void zone_lineage_published(struct zone_version *version, struct td_rcu *rcu);

/*
 * The newest version was never stored where readers find it, and shall not be: the one before it
 * is the newest again. The version is freed.
 */
void zone_lineage_drop(struct zone_lineage *lineage);

/* Free what nobody can hold any more. Returns how many versions besides the newest are left. */
uint32_t zone_lineage_reclaim(struct zone_lineage *lineage, struct td_rcu *rcu);

/* The zone is gone: free everything. No reader can hold any version. */
void zone_lineage_free(struct zone_lineage *lineage);

void zone_lineage_stats(const struct zone_lineage *lineage, struct zone_lineage_stats *ret_stats);

/* Has the holder of this pin been told to let go? Reading it is still safe until it does. */
bool zone_version_is_cut(const struct zone_version *version);
