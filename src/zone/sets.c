#include "zone/sets.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/octets.h"
#include "base/writer.h"
#include "wire/rdata.h"
#include "wire/rrtype.h"

enum { INSERTION_MAX = 12, SETS_MAX = 65535 };

static inline uint8_t lower(uint8_t c)
{
    return (uint8_t)(c + ((c >= 'A' && c <= 'Z') ? 0x20 : 0));
}

static int folded_order(const uint8_t *a, const uint8_t *b, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        int difference = lower(a[i]) - lower(b[i]);
        if (difference != 0)
            return difference;
    }
    return 0;
}

static inline bool folds(uint16_t type)
{
    return (wire_rrtype_get(type)->flags & WIRE_RRTYPE_LOWER) != 0;
}

bool zone_rdata_same(uint16_t type, const uint8_t *a, uint16_t a_size, const uint8_t *b,
                     uint16_t b_size)
{
    if (a_size != b_size)
        return false;
    if (memcmp(a, b, a_size) == 0)
        return true;
    if (!folds(type) || folded_order(a, b, a_size) != 0)
        return false;

    uint8_t *both = td_malloc((size_t)a_size * 2);
    memcpy(both, a, a_size);
    memcpy(both + a_size, b, b_size);
    wire_rdata_canonical(type, both, a_size);
    wire_rdata_canonical(type, both + a_size, b_size);
    bool is_same = memcmp(both, both + a_size, a_size) == 0;
    free(both);
    return is_same;
}

/* Sets of one owner stand in this order. */
static inline uint32_t rank(const struct zone_record *record)
{
    if (record->type == WIRE_TYPE_RRSIG && record->size >= 2)
        return (uint32_t)td_get_u16(record->rdata) << 1 | 1;
    return (uint32_t)record->type << 1;
}

/*
 * Spellings of one name stand side by side: for types with names the octets are first
 * compared without case, all of them, which is an order like any other.
 */
int zone_rdata_order(uint16_t type, const uint8_t *a, uint16_t a_size, const uint8_t *b,
                     uint16_t b_size)
{
    size_t both = a_size < b_size ? a_size : b_size;
    uint64_t a_front = td_octets_front(a, both), b_front = td_octets_front(b, both);
    bool is_folded = folds(type);

    if (is_folded) {
        a_front = td_octets_lower8(a_front);
        b_front = td_octets_lower8(b_front);
    }
    if (a_front != b_front)
        return a_front < b_front ? -1 : 1;
    int order = is_folded ? folded_order(a, b, both) : memcmp(a, b, both);
    return order != 0 ? order : (int)a_size - (int)b_size;
}

static inline int data_order(const struct zone_record *a, const struct zone_record *b)
{
    return zone_rdata_order(a->type, a->rdata, a->size, b->rdata, b->size);
}

static int record_order(const void *left, const void *right)
{
    const struct zone_record *a = left;
    const struct zone_record *b = right;
    uint32_t a_rank = rank(a);
    uint32_t b_rank = rank(b);

    if (a_rank != b_rank)
        return a_rank < b_rank ? -1 : 1;
    int order = data_order(a, b);
    if (order != 0)
        return order;
    return a->arrival < b->arrival ? -1 : 1;
}

static void sort(struct zone_record *records, uint32_t count)
{
    if (count > INSERTION_MAX) {
        qsort(records, count, sizeof(*records), record_order);
        return;
    }
    for (uint32_t i = 1; i < count; i++) {
        struct zone_record record = records[i];
        uint32_t at = i;
        for (; at > 0 && record_order(&record, &records[at - 1]) < 0; at--)
            records[at] = records[at - 1];
        records[at] = record;
    }
}

/* How many records from the first on are of its set. */
static uint32_t set_length(const struct zone_record *records, uint32_t count)
{
    uint32_t first = rank(records);
    uint32_t length = 1;

    while (length < count && rank(&records[length]) == first)
        length++;
    return length;
}

static void give_one_ttl(struct zone_record *records, uint32_t count,
                         struct zone_sets_report *report)
{
    uint32_t first = 0;

    for (uint32_t i = 1; i < count; i++)
        if (records[i].arrival < records[first].arrival)
            first = i;
    for (uint32_t i = 0; i < count; i++) {
        if (records[i].ttl == records[first].ttl)
            continue;
        records[i].ttl = records[first].ttl;
        report->ttls_changed++;
    }
}

static bool same_record(const struct zone_record *a, const struct zone_record *b)
{
    return rank(a) == rank(b) && zone_rdata_same(a->type, a->rdata, a->size, b->rdata, b->size);
}

/* Drop duplicates, and give each set one TTL. Returns how many records are left. */
static uint32_t sort_out(struct zone_record *records, uint32_t count,
                         struct zone_sets_report *report)
{
    uint32_t kept = 0;

    sort(records, count);
    for (uint32_t at = 0, length; at < count; at += length) {
        length = set_length(records + at, count - at);
        if (length > 1)
            give_one_ttl(records + at, length, report);
    }
    for (uint32_t i = 0; i < count; i++) {
        if (kept != 0 && same_record(&records[kept - 1], &records[i])) {
            report->duplicates++;
            continue;
        }
        records[kept++] = records[i];
    }
    return kept;
}

static inline size_t aligned(size_t size)
{
    return (size + 3) & ~(size_t)3;
}

/*
 * What the records take. Unless they are known to be sorted: false when there is something to sort,
 * to drop or to even out, which is so for few owners.
 */
static bool measure(const struct zone_record *records, uint32_t count, bool is_sorted,
                    struct zone_sets_plan *plan)
{
    *plan = (struct zone_sets_plan){ .count = count };
    for (uint32_t i = 0, last = 0, length = 0; i < count; i++) {
        uint32_t now = rank(&records[i]);
        if (i == 0 || now != last) {
            if (now < last)
                return false;
            plan->size = aligned(plan->size) + sizeof(struct wire_rrset);
            plan->is_signed |= records[i].type == WIRE_TYPE_RRSIG;
            plan->sets++;
            length = 0;
            last = now;
        } else if (!is_sorted && (records[i].ttl != records[i - 1].ttl ||
                                  data_order(&records[i - 1], &records[i]) >= 0)) {
            return false;
        }
        plan->size += 2u + records[i].size;
        plan->is_too_large |= ++length > WIRE_RRSET_COUNT_MAX;
    }
    plan->size = aligned(plan->size) + (plan->is_signed ? sizeof(struct wire_rrset) : 0);
    return true;
}

td_err zone_sets_sort(struct zone_record *records, uint32_t count, struct zone_sets_report *report,
                      struct zone_sets_plan *ret_plan)
{
    struct zone_sets_plan plan;

    if (!measure(records, count, false, &plan))
        (void)measure(records, sort_out(records, count, report), true, &plan);
    if (plan.is_too_large || plan.sets > SETS_MAX || plan.size > UINT32_MAX / 2)
        return TD_E_LIMIT;
    *ret_plan = plan;
    return TD_OK;
}

void zone_sets_write(const struct zone_record *records, const struct zone_sets_plan *plan,
                     uint8_t *out)
{
    struct wire_rrset *set = NULL;

    for (uint32_t i = 0, last = 0; i < plan->count; i++) {
        const struct zone_record *record = &records[i];
        uint32_t now = rank(record);
        if (i == 0 || now != last) {
            if (set != NULL)
                out += wire_rrset_span(set);
            set = (struct wire_rrset *)(void *)out;
            *set = (struct wire_rrset){ .ttl = record->ttl, .type = record->type };
            last = now;
        }
        td_put_u16(set->data + set->size, record->size);
        td_octets_copy(set->data + set->size + 2, record->rdata, record->size);
        set->size += 2u + record->size;
        set->count++;
    }
    if (plan->is_signed)
        memset(out + wire_rrset_span(set), 0, sizeof(struct wire_rrset));
}
