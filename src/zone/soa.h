/*
 * zone/soa.h - the SOA of a version, and its numbers.
 *
 * Floor    3.
 * Threads  Pure; borrows the version. Of an edit in progress too, whose own field of the serial is
 *          that of the version before.
 * RFC      1035 3.3.13.
 */
#pragma once

#include "base/reader.h"
#include "wire/rrtype.h"
#include "zone/version.h"

enum zone_soa_number {
    ZONE_SOA_SERIAL,
    ZONE_SOA_REFRESH,
    ZONE_SOA_RETRY,
    ZONE_SOA_EXPIRE,
    ZONE_SOA_MINIMUM,
    ZONE_SOA_NUMBERS, /* how many; they stand behind two names */
};

enum { ZONE_SOA_NUMBERS_SIZE = 4 * ZONE_SOA_NUMBERS };

/* Every version has one. */
static inline const struct wire_rrset *zone_soa(const struct zone_version *version)
{
    return zone_node_set(version, zone_version_apex(version), WIRE_TYPE_SOA);
}

static inline uint32_t zone_soa_number(const struct zone_version *version,
                                       enum zone_soa_number number)
{
    struct wire_rdata rdata = wire_rrset_first(zone_soa(version));

    return td_get_u32(rdata.octets + rdata.size - ZONE_SOA_NUMBERS_SIZE + 4 * (size_t)number);
}
