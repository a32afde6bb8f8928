/*
 * unit/dnssec/sets.h - packed record sets for tests, made of octets or of hexadecimal text.
 */
#pragma once

#include <stdlib.h>

#include "base/alloc.h"
#include "base/writer.h"
#include "unit/crypto/hex.h"
#include "wire/rrset.h"

/* An empty set; freed with free(). */
static inline struct wire_rrset *test_set_new(uint16_t type, uint32_t ttl)
{
    struct wire_rrset *set = td_malloc(sizeof(*set));

    *set = (struct wire_rrset){ .ttl = ttl, .type = type };
    return set;
}

static inline void test_set_add(struct wire_rrset **set, const void *rdata, size_t size)
{
    uint32_t at = (*set)->size;

    *set = td_realloc(*set, sizeof(**set) + at + 2 + size);
    td_put_u16((*set)->data + at, (uint16_t)size);
    if (size != 0)
        memcpy((*set)->data + at + 2, rdata, size);
    (*set)->size = (uint32_t)(at + 2 + size);
    (*set)->count++;
}

static inline void test_set_add_hex(struct wire_rrset **set, const char *hex)
{
    uint8_t rdata[2048];

    test_set_add(set, rdata, test_hex(hex, rdata, sizeof(rdata)));
}
