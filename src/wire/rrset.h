/*
 * wire/rrset.h - a packed record set: what zones store, answers refer to and messages copy.
 *
 * Shape    A header in host order, then `size` octets: for each record a big-endian
 *          rdlength and the rdata, uncompressed, names with the case they came with.
 *          Aligned to 4; sets of one owner stand one after another. Signatures are sets
 *          of type RRSIG that cover one type each; such a set stands right behind the
 *          set that it covers, or last when there is none.
 * Floor    1.
 * Threads  Pure.
 * Limits   65,535 records; the data of one record 65,535 octets.
 * RFC      2181 5 (a set has one TTL), 3597 (rdata is opaque to the copier).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/reader.h"

enum { WIRE_RRSET_COUNT_MAX = 65535 };

struct wire_rrset {
    uint32_t ttl;
    uint32_t size;  /* octets of data */
    uint16_t type;  /* host order */
    uint16_t count; /* records, at least 1 */
    uint8_t data[];
};

/* One record of a set. */
struct wire_rdata {
    const uint8_t *octets;
    uint16_t size;
};

/* Octets from the start of a set to the start of the next one of the same owner. */
static inline size_t wire_rrset_span(const struct wire_rrset *set)
{
    return (sizeof(*set) + set->size + 3) & ~(size_t)3;
}

static inline const struct wire_rrset *wire_rrset_next(const struct wire_rrset *set)
{
    return (const struct wire_rrset *)(const void *)((const uint8_t *)set + wire_rrset_span(set));
}

/* The record at `*at`, an offset into data that starts at 0; moves it to the next one. */
static inline struct wire_rdata wire_rrset_rdata(const struct wire_rrset *set, size_t *at)
{
    struct wire_rdata rdata = { .octets = set->data + *at + 2,
                                .size = td_get_u16(set->data + *at) };

    *at += 2u + rdata.size;
    return rdata;
}

/* The first record. */
static inline struct wire_rdata wire_rrset_first(const struct wire_rrset *set)
{
    size_t at = 0;

    return wire_rrset_rdata(set, &at);
}

/* The type that a set of type RRSIG covers. */
static inline uint16_t wire_rrset_covered(const struct wire_rrset *set)
{
    return td_get_u16(set->data + 2);
}
