#include "change/fold.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "wire/name.h"
#include "wire/rrtype.h"

int change_record_order(const void *left, const void *right)
{
    const struct change_record *a = left;
    const struct change_record *b = right;
    int order = wire_name_compare(a->owner, b->owner);

    if (order != 0)
        return order;
    if (a->type != b->type)
        return a->type < b->type ? -1 : 1;
    size_t both = a->rdata_size < b->rdata_size ? a->rdata_size : b->rdata_size;
    order = memcmp(a->rdata, b->rdata, both);
    if (order != 0)
        return order;
    if (a->rdata_size != b->rdata_size)
        return a->rdata_size < b->rdata_size ? -1 : 1;
    return a->ttl < b->ttl ? -1 : a->ttl > b->ttl;
}

void change_record_cancel(struct change_record *a, uint32_t *a_count, struct change_record *b,
                          uint32_t *b_count)
{
    uint32_t i = 0, k = 0, a_left = 0, b_left = 0;

    while (i < *a_count || k < *b_count) {
        int order = i == *a_count ? 1 : k == *b_count ? -1 : change_record_order(&a[i], &b[k]);
        if (order < 0)
            a[a_left++] = a[i];
        else if (order > 0)
            b[b_left++] = b[k];
        i += order <= 0;
        k += order >= 0;
    }
    *a_count = a_left;
    *b_count = b_left;
}

void change_fold_init(struct change_fold *fold)
{
    *fold = (struct change_fold){ .removed = NULL };
    td_arena_init(&fold->arena, 0);
}

void change_fold_fini(struct change_fold *fold)
{
    free(fold->removed);
    free(fold->added);
    td_arena_fini(&fold->arena);
}

static struct change_record copy(struct change_fold *fold, const struct change_record *record)
{
    struct change_record kept = *record;

    kept.owner = td_arena_memdup(&fold->arena, record->owner, wire_name_size(record->owner));
    kept.rdata = td_arena_memdup(&fold->arena, record->rdata, record->rdata_size);
    return kept;
}

void change_fold_add(struct change_fold *fold, const struct changeset *changeset)
{
    for (uint32_t i = 0; i < changeset->removed_count; i++) {
        const struct change_record *record = &changeset->removed[i];
        if (record->type == WIRE_TYPE_SOA) {
            if (fold->soa_before.owner == NULL)
                fold->soa_before = copy(fold, record);
            continue;
        }
        td_grow(fold->removed, fold->removed_count, fold->removed_capacity);
        fold->removed[fold->removed_count++] = copy(fold, record);
    }
    for (uint32_t i = 0; i < changeset->added_count; i++) {
        const struct change_record *record = &changeset->added[i];
        if (record->type == WIRE_TYPE_SOA) {
            fold->soa_after = copy(fold, record);
            continue;
        }
        td_grow(fold->added, fold->added_count, fold->added_capacity);
        fold->added[fold->added_count++] = copy(fold, record);
    }
    if (fold->changes++ == 0)
        fold->serial_from = changeset->serial_from;
    fold->serial_to = changeset->serial_to;
}

static void sort(struct change_record *records, uint32_t count)
{
    if (count > 1)
        qsort(records, count, sizeof(*records), change_record_order);
}

void change_fold_finish(struct change_fold *fold)
{
    sort(fold->removed, fold->removed_count);
    sort(fold->added, fold->added_count);
    change_record_cancel(fold->removed, &fold->removed_count, fold->added, &fold->added_count);
}

/* Take out of a list what stands in the other, which stays. */
static void subtract(struct change_record *list, uint32_t *count, const struct change_record *other,
                     uint32_t other_count)
{
    struct change_record *scratch = td_calloc(other_count + 1, sizeof(*scratch));

    sort(list, *count);
    if (other_count != 0)
        memcpy(scratch, other, other_count * sizeof(*scratch));
    change_record_cancel(list, count, scratch, &other_count);
    free(scratch);
}

void change_fold_spare(const struct change_fold *fold, struct change_record *removed,
                       uint32_t *removed_count, struct change_record *added, uint32_t *added_count)
{
    subtract(removed, removed_count, fold->added, fold->added_count);
    subtract(added, added_count, fold->removed, fold->removed_count);
}
