/*
 * zone/denial.h - which NSEC or NSEC3 of a version proves that a name or type is not there.
 *
 * Shape    Nodes of the version. Nodes of names keep the first 32 bits of their NSEC3 hash, as long
 *          as the parameters are those that the zone was built with (version.nsec3_is_kept).
 * Floor    3.
 * Threads  As for reading the version.
 * RFC      4035 3.1.3, 5155 7.2.
 */
#pragma once

#include "dnssec/nsec3.h"
#include "zone/version.h"

/* The node whose NSEC is for the key's name or covers it, or NULL. */
const struct zone_node *zone_nsec_before(const struct zone_version *version,
                                         const struct wire_key *key);

/*
 * The NSEC3 node whose owner is the hash (then *ret_match) or covers it; NULL: no chain.
 * `hash` is of the zone's algorithm: 20 octets.
 */
const struct zone_node *zone_nsec3_at_or_before(const struct zone_version *version,
                                                const uint8_t hash[20], bool *ret_match);

/* The index of that node; 0: no chain. */
uint32_t zone_nsec3_index(const struct zone_version *version, const uint8_t hash[20],
                          bool *ret_match);

/*
 * The NSEC3 node that covers the name of a node, found by the hash that was kept; NULL: it takes
 * the whole hash to tell.
 */
const struct zone_node *zone_nsec3_covering(const struct zone_version *version,
                                            const struct zone_node *node);

/* The parameters in force; false: there are none, or names cannot be hashed with them. */
bool zone_nsec3_params(const struct zone_version *version, struct dnssec_nsec3_params *ret_params);

/* What nodes keep of the hash of their name. */
uint32_t zone_nsec3_bits(const struct zone_version *version,
                         const struct dnssec_nsec3_params *params, const struct zone_node *node);
