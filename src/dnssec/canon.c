#include "dnssec/canon.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/writer.h"
#include "wire/const.h"
#include "wire/rdata.h"
#include "wire/rrtype.h"

void dnssec_canon_fini(struct dnssec_canon *canon)
{
    free(canon->rows);
    free(canon->octets);
    dnssec_canon_init(canon);
}

static int compare_rows(const void *a, const void *b)
{
    const struct wire_rdata *row_a = a, *row_b = b;

    return wire_rdata_compare(row_a->octets, row_a->size, row_b->octets, row_b->size);
}

/* Copy the data of a set and bring it to lower case; returns where it is. */
static const uint8_t *copy_lowered(struct dnssec_canon *canon, const struct wire_rrset *set)
{
    if (canon->octets_capacity < set->size) {
        free(canon->octets);
        canon->octets = td_malloc(set->size);
        canon->octets_capacity = set->size;
    }
    memcpy(canon->octets, set->data, set->size);
    for (size_t at = 0; at < set->size;) {
        uint16_t size = td_get_u16(canon->octets + at);
        wire_rdata_canonical(set->type, canon->octets + at + 2, size);
        at += 2u + size;
    }
    return canon->octets;
}

/* Drop each row that equals the one before it. */
static size_t drop_duplicates(struct wire_rdata *rows, size_t count)
{
    size_t kept = count == 0 ? 0 : 1;

    for (size_t i = 1; i < count; i++) {
        if (compare_rows(&rows[kept - 1], &rows[i]) != 0)
            rows[kept++] = rows[i];
    }
    return kept;
}

void dnssec_canon_sort(struct dnssec_canon *canon, const struct wire_rrset *set)
{
    const uint8_t *data = set->data;
    bool is_sorted = true;
    size_t at = 0;

    if (canon->capacity < set->count) {
        free(canon->rows);
        canon->rows = td_malloc(set->count * sizeof(*canon->rows));
        canon->capacity = set->count;
    }
    if (wire_rrtype_get(set->type)->flags & WIRE_RRTYPE_LOWER)
        data = copy_lowered(canon, set);
    for (size_t i = 0; i < set->count; i++) {
        canon->rows[i].size = td_get_u16(data + at);
        canon->rows[i].octets = data + at + 2;
        at += 2u + canon->rows[i].size;
        /* Most sets come in order, so look before sorting. */
        if (is_sorted && i > 0 && compare_rows(&canon->rows[i - 1], &canon->rows[i]) >= 0)
            is_sorted = false;
    }
    canon->count = set->count;
    if (is_sorted)
        return;
    qsort(canon->rows, canon->count, sizeof(*canon->rows), compare_rows);
    canon->count = drop_duplicates(canon->rows, canon->count);
}

void dnssec_canon_head(uint16_t type, uint32_t ttl, uint16_t rdata_size,
                       uint8_t ret_head[DNSSEC_CANON_HEAD_SIZE])
{
    td_put_u16(ret_head, type);
    td_put_u16(ret_head + 2, WIRE_CLASS_IN);
    td_put_u32(ret_head + 4, ttl);
    td_put_u16(ret_head + 8, rdata_size);
}
