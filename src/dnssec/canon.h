/*
 * dnssec/canon.h - the canonical form and order of a record set.
 *
 * Shape    rows in canonical order without duplicates; each points to rdata in canonical form,
 *          in the set itself where nothing had to be changed, else in memory of the canon.
 *          One canon serves one set after another and keeps its memory.
 * Floor    2. Includes base wire.
 * Threads  One owner.
 * Limits   those of a set: 65,535 records.
 * RFC      4034 6.2, 6.3; 6840 5.1.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "wire/rrset.h"

struct dnssec_canon {
    struct wire_rdata *rows; /* good until the next sort or the end of the set */
    size_t count;
    size_t capacity; /* rows */
    uint8_t *octets; /* lower-cased copies */
    size_t octets_capacity;
};

static inline void dnssec_canon_init(struct dnssec_canon *canon)
{
    *canon = (struct dnssec_canon){ .count = 0 };
}

void dnssec_canon_fini(struct dnssec_canon *canon);

/* Fill the rows from a set of checked record data (wire/rdata.h). */
void dnssec_canon_sort(struct dnssec_canon *canon, const struct wire_rrset *set);

enum { DNSSEC_CANON_HEAD_SIZE = 10 };

/* Type, class IN, TTL and length: what stands between the owner and the data of a record. */
void dnssec_canon_head(uint16_t type, uint32_t ttl, uint16_t rdata_size,
                       uint8_t ret_head[DNSSEC_CANON_HEAD_SIZE]);
