/*
 * zone/sets.h - the records of one owner, sorted and packed into sets.
 *
 * Shape    Sets stand in the order of their types, an RRSIG set behind the set it covers;
 *          the records of a set in octet order. When there are signatures, a set of type 0
 *          without records ends the sets (so that "the set behind this one" is always there).
 * Floor    3. Not for other directories.
 * Threads  Pure.
 * RFC      2181 5 (duplicates go, one TTL for a set: the first that was given).
 */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "wire/rrset.h"

struct zone_record {
    const uint8_t *rdata;
    uint32_t ttl;
    uint32_t arrival; /* the lower came first */
    uint16_t type;
    uint16_t size;
};

struct zone_sets_report {
    uint32_t duplicates;
    uint32_t ttls_changed;
};

/* Records that were sorted, and what they are as sets. */
struct zone_sets_plan {
    size_t size;    /* octets */
    uint32_t count; /* of records that are left */
    uint32_t sets;
    bool is_signed;
    bool is_too_large;
};

/* Sort, drop duplicates, give each set one TTL. TD_E_LIMIT: a set is too large. */
TD_NODISCARD td_err zone_sets_sort(struct zone_record *records, uint32_t count,
                                   struct zone_sets_report *report,
                                   struct zone_sets_plan *ret_plan);

/* Pack sorted records into plan->size octets. */
void zone_sets_write(const struct zone_record *records, const struct zone_sets_plan *plan,
                     uint8_t *out);

/* Same data of a type: octets alike, names alike without case. */
bool zone_rdata_same(uint16_t type, const uint8_t *a, uint16_t a_size, const uint8_t *b,
                     uint16_t b_size);

/* The order of the records of a type in their set: <0, 0 (they are the same), >0. */
int zone_rdata_order(uint16_t type, const uint8_t *a, uint16_t a_size, const uint8_t *b,
                     uint16_t b_size);
