/*
 * zone/build.h - make the first version of a zone from records in any order.
 *
 * Shape    new, add ..., finish. Records are logged as they come, owners are sorted once,
 *          and nodes, sets, hash index and order are laid out in canonical order.
 * Floor    3.
 * Threads  One owner (a bulk keeper). Not a reader.
 * Limits   zone_build_limits; a record is refused with TD_E_LIMIT.
 * RFC      1034 3.6.1 (duplicates), 2181 5.2 (TTLs of a set), 4592 2.2.2.
 */
#pragma once

#include "base/err.h"
#include "zone/version.h"

struct zone_build;

struct zone_build_limits {
    uint64_t records_max; /* 0: none */
};

struct zone_build_report {
    uint64_t duplicates;   /* records that were there already */
    uint64_t ttls_lowered; /* records whose TTL differed from that of their set */
};

/* `apex` is an uncompressed name. The seed must live as long as the zone. */
struct zone_build *zone_build_new(const uint8_t *apex, const struct td_hash_seed *seed,
                                  const struct zone_build_limits *limits);
void zone_build_free(struct zone_build *build);

/*
 * `owner` is an uncompressed name at or below the apex, rdata is checked and uncompressed.
 *
 * TD_E_INVALID  the owner is not in the zone
 * TD_E_LIMIT    too many records
 */
TD_NODISCARD td_err zone_build_add(struct zone_build *build, const uint8_t *owner, uint16_t type,
                                   uint32_t ttl, const uint8_t *rdata, uint16_t rdata_size);

/*
 * A further record of the owner that zone_build_add was given last.
 *
 * TD_E_INVALID  that was not in the zone
 * TD_E_LIMIT    too many records
 */
TD_NODISCARD td_err zone_build_add_again(struct zone_build *build, uint16_t type, uint32_t ttl,
                                         const uint8_t *rdata, uint16_t rdata_size);

/*
 * The finished version, alone in a lineage of its own; the caller owns it (zone/lineage.h).
 * The build is used up, whatever is returned.
 *
 * TD_E_INVALID  there is not exactly one SOA at the apex
 * TD_E_LIMIT    more than 65,535 records in a set, or the arena is full
 */
TD_NODISCARD td_err zone_build_finish(struct zone_build *build,
                                      struct zone_build_report *ret_report,
                                      struct zone_version **ret_version);
