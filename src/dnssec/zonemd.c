#include "dnssec/zonemd.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/octets.h"
#include "base/reader.h"
#include "wire/rrtype.h"

/* To add a record of forty octets by itself costs as much again as to digest it. */
enum { PENDING_SIZE = 8192 };

/* Octets of a digest of this algorithm; 0: not known. */
static size_t digest_size(uint8_t algorithm)
{
    switch (algorithm) {
    case DNSSEC_ZONEMD_SHA384:
        return CRYPTO_SHA384_SIZE;
    case DNSSEC_ZONEMD_SHA512:
        return CRYPTO_SHA512_SIZE;
    default:
        return 0;
    }
}

td_err dnssec_zonemd_read(const uint8_t *rdata, size_t size,
                          struct dnssec_zonemd_fields *ret_fields)
{
    enum { HEAD = 6 };

    if (size < HEAD)
        return TD_E_TRUNCATED;
    struct dnssec_zonemd_fields fields = {
        .serial = td_get_u32(rdata),
        .scheme = rdata[4],
        .algorithm = rdata[5],
        .digest = rdata + HEAD,
        .digest_size = size - HEAD,
    };
    size_t want = digest_size(fields.algorithm);
    if (fields.digest_size < DNSSEC_ZONEMD_DIGEST_SIZE_MIN ||
        (want != 0 && fields.digest_size != want))
        return TD_E_MALFORMED;
    *ret_fields = fields;
    return TD_OK;
}

td_err dnssec_zonemd_choose(const struct wire_rrset *set, uint32_t serial,
                            struct dnssec_zonemd_wish *ret_wish)
{
    unsigned seen[DNSSEC_ZONEMD_SHA512 + 1] = { 0 };
    struct dnssec_zonemd_wish wish = { .digests = { NULL } };
    bool is_known = false, is_found = false;

    for (size_t i = 0, at = 0; i < set->count; i++) {
        struct dnssec_zonemd_fields fields;
        struct wire_rdata rdata = wire_rrset_rdata(set, &at);
        if (dnssec_zonemd_read(rdata.octets, rdata.size, &fields) != TD_OK ||
            fields.scheme != DNSSEC_ZONEMD_SIMPLE || digest_size(fields.algorithm) == 0)
            continue;
        /* 8976 2.2.2: two records of one scheme and algorithm: neither counts. */
        if (seen[fields.algorithm]++ == 0 && fields.serial == serial)
            wish.digests[fields.algorithm] = fields.digest;
    }
    for (size_t i = 0; i < TD_COUNT(seen); i++) {
        if (seen[i] > 1)
            wish.digests[i] = NULL;
        is_known = is_known || seen[i] == 1;
        is_found = is_found || wish.digests[i] != NULL;
    }
    if (!is_found)
        return is_known ? TD_E_INVALID : TD_E_UNSUPPORTED;
    *ret_wish = wish;
    return TD_OK;
}

td_err dnssec_zonemd_init(struct dnssec_zonemd *zonemd, uint8_t algorithm, const uint8_t *apex)
{
    if (digest_size(algorithm) == 0)
        return TD_E_UNSUPPORTED;
    crypto_digest_begin(&zonemd->digest,
                        algorithm == DNSSEC_ZONEMD_SHA384 ? CRYPTO_SHA384 : CRYPTO_SHA512);
    dnssec_canon_init(&zonemd->canon);
    zonemd->apex_size = (uint8_t)wire_name_size(apex);
    memcpy(zonemd->apex, apex, zonemd->apex_size);
    zonemd->sets = NULL;
    zonemd->sets_capacity = 0;
    zonemd->pending = td_malloc(PENDING_SIZE);
    zonemd->pending_size = 0;
    return TD_OK;
}

void dnssec_zonemd_fini(struct dnssec_zonemd *zonemd)
{
    dnssec_canon_fini(&zonemd->canon);
    free(zonemd->sets);
    free(zonemd->pending);
    zonemd->sets = NULL;
    zonemd->pending = NULL;
}

/*
 * Ascending types; signatures by the type they cover. That puts all RRSIG records of a name in
 * the order of their data, because the covered type is its first field (8976 3.3.3).
 */
static uint32_t set_rank(const struct wire_rrset *set)
{
    uint32_t rank = (uint32_t)set->type << 16;

    return set->type == WIRE_TYPE_RRSIG ? rank | wire_rrset_covered(set) : rank;
}

static int compare_sets(const void *a, const void *b)
{
    uint32_t rank_a = set_rank(*(const struct wire_rrset *const *)a);
    uint32_t rank_b = set_rank(*(const struct wire_rrset *const *)b);

    return rank_a < rank_b ? -1 : rank_a > rank_b;
}

/* 8976 3.3.1: the ZONEMD records of the apex and their signature are not digested. */
static bool is_left_out(const struct wire_rrset *set)
{
    return set->type == WIRE_TYPE_ZONEMD ||
           (set->type == WIRE_TYPE_RRSIG && wire_rrset_covered(set) == WIRE_TYPE_ZONEMD);
}

static void digest_pending(struct dnssec_zonemd *zonemd)
{
    crypto_digest_add(&zonemd->digest, zonemd->pending, zonemd->pending_size);
    zonemd->pending_size = 0;
}

/* `lower` and `head` always fit where there is nothing pending. */
static void add_record(struct dnssec_zonemd *zonemd, const uint8_t *lower, size_t size,
                       const uint8_t head[DNSSEC_CANON_HEAD_SIZE], const struct wire_rdata *rdata)
{
    size_t front = size + DNSSEC_CANON_HEAD_SIZE;

    if (front + rdata->size > PENDING_SIZE - zonemd->pending_size)
        digest_pending(zonemd);
    uint8_t *at = zonemd->pending + zonemd->pending_size;
    td_octets_copy(at, lower, size);
    memcpy(at + size, head, DNSSEC_CANON_HEAD_SIZE);
    zonemd->pending_size += front;
    if (front + rdata->size <= PENDING_SIZE) {
        td_octets_copy(at + front, rdata->octets, rdata->size);
        zonemd->pending_size += rdata->size;
        return;
    }
    digest_pending(zonemd);
    crypto_digest_add(&zonemd->digest, rdata->octets, rdata->size);
}

static void add_set(struct dnssec_zonemd *zonemd, const uint8_t *lower, size_t size,
                    const struct wire_rrset *set)
{
    dnssec_canon_sort(&zonemd->canon, set);
    for (size_t i = 0; i < zonemd->canon.count; i++) {
        const struct wire_rdata *row = &zonemd->canon.rows[i];
        uint8_t head[DNSSEC_CANON_HEAD_SIZE];
        dnssec_canon_head(set->type, set->ttl, row->size, head);
        add_record(zonemd, lower, size, head, row);
    }
}

void dnssec_zonemd_add(struct dnssec_zonemd *zonemd, const uint8_t *owner,
                       const struct wire_rrset *const *sets, size_t count)
{
    uint8_t lower[WIRE_NAME_SIZE_MAX];
    size_t size = wire_name_size(owner);
    bool is_apex = wire_name_equal(owner, size, zonemd->apex, zonemd->apex_size);

    if (count == 0)
        return;
    if (zonemd->sets_capacity < count) {
        free(zonemd->sets);
        zonemd->sets = td_malloc(count * sizeof(*zonemd->sets));
        zonemd->sets_capacity = count;
    }
    memcpy(zonemd->sets, sets, count * sizeof(*sets));
    if (count > 1)
        qsort(zonemd->sets, count, sizeof(*sets), compare_sets);
    wire_name_lower(lower, owner, size);
    for (size_t i = 0; i < count; i++) {
        if (!is_apex || !is_left_out(zonemd->sets[i]))
            add_set(zonemd, lower, size, zonemd->sets[i]);
    }
}

size_t dnssec_zonemd_end(struct dnssec_zonemd *zonemd,
                         uint8_t ret_digest[DNSSEC_ZONEMD_DIGEST_SIZE_MAX])
{
    digest_pending(zonemd);
    return crypto_digest_end(&zonemd->digest, ret_digest);
}
