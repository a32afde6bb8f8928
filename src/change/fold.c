#include "change/fold.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "wire/name.h"
#include "wire/rrtype.h"

/* Whatever their TTLs. */
static int order_same(const struct change_record *a, const struct change_record *b)
{
    int order = wire_name_compare(a->owner, b->owner);

    if (order != 0)
        return order;
    if (a->type != b->type)
        return a->type < b->type ? -1 : 1;
    size_t both = a->rdata_size < b->rdata_size ? a->rdata_size : b->rdata_size;
    order = memcmp(a->rdata, b->rdata, both);
    if (order != 0)
        return order;
    return a->rdata_size < b->rdata_size ? -1 : a->rdata_size > b->rdata_size;
}

int change_record_order(const void *left, const void *right)
{
    const struct change_record *a = left;
    const struct change_record *b = right;
    int order = order_same(a, b);

    return order != 0 ? order : a->ttl < b->ttl ? -1 : a->ttl > b->ttl;
}

/* Where the records of a change end in both lists. */
struct change_fold_end {
    uint32_t removed;
    uint32_t added;
};

bool change_cancel_step(struct change_cancel *cancel)
{
    struct change_record *a = cancel->a, *b = cancel->b;
    uint32_t i = cancel->a_at, k = cancel->b_at;

    if (i == cancel->a_count && k == cancel->b_count)
        return false;
    int order = i == cancel->a_count   ? 1
                : k == cancel->b_count ? -1
                                       : change_record_order(&a[i], &b[k]);
    if (order < 0)
        a[cancel->a_left++] = a[i];
    else if (order > 0)
        b[cancel->b_left++] = b[k];
    cancel->a_at += order <= 0;
    cancel->b_at += order >= 0;
    return true;
}

void change_record_cancel(struct change_record *a, uint32_t *a_count, struct change_record *b,
                          uint32_t *b_count)
{
    struct change_cancel cancel = { .a = a, .b = b, .a_count = *a_count, .b_count = *b_count };

    while (change_cancel_step(&cancel))
        continue;
    *a_count = cancel.a_left;
    *b_count = cancel.b_left;
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
    free(fold->passing);
    free(fold->ends);
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
    if (fold->changes == 0)
        fold->serial_from = changeset->serial_from;
    td_grow(fold->ends, fold->changes, fold->ends_capacity);
    fold->ends[fold->changes++] =
        (struct change_fold_end){ .removed = fold->removed_count, .added = fold->added_count };
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

static void move(struct change_fold *fold, struct change_record *records, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        records[i] = copy(fold, &records[i]);
}

void change_fold_cancel(struct change_fold *fold)
{
    struct td_arena before = fold->arena;

    change_fold_finish(fold);
    td_arena_init(&fold->arena, 0);
    move(fold, fold->removed, fold->removed_count);
    move(fold, fold->added, fold->added_count);
    if (fold->soa_before.owner != NULL)
        fold->soa_before = copy(fold, &fold->soa_before);
    if (fold->soa_after.owner != NULL)
        fold->soa_after = copy(fold, &fold->soa_after);
    td_arena_fini(&before);
}

/* ---- settling ---- */

/* What happens to a record in one of the changes, which removes first and adds then. */
struct event {
    const struct change_record *record;
    uint32_t change;
    bool is_added;
};

static int event_order(const void *left, const void *right)
{
    const struct event *a = left;
    const struct event *b = right;
    int order = order_same(a->record, b->record);

    if (order != 0)
        return order;
    if (a->change != b->change)
        return a->change < b->change ? -1 : 1;
    return a->is_added - b->is_added;
}

static struct event *events_of(const struct change_fold *fold)
{
    struct event *events =
        td_calloc((size_t)fold->removed_count + fold->added_count + 1, sizeof(*events));
    size_t count = 0;

    for (uint32_t i = 0, change = 0; i < fold->removed_count; i++) {
        while (i >= fold->ends[change].removed)
            change++;
        events[count++] = (struct event){ &fold->removed[i], change, false };
    }
    for (uint32_t i = 0, change = 0; i < fold->added_count; i++) {
        while (i >= fold->ends[change].added)
            change++;
        events[count++] = (struct event){ &fold->added[i], change, true };
    }
    if (count > 1)
        qsort(events, count, sizeof(*events), event_order);
    return events;
}

/* What becomes of one record: its first event and its last. */
static void settle(struct change_fold *fold, const struct event *first, const struct event *last,
                   uint32_t *passing_capacity)
{
    if (!first->is_added) {
        td_grow(fold->removed, fold->removed_count, fold->removed_capacity);
        fold->removed[fold->removed_count++] = *first->record;
    }
    if (last->is_added) {
        td_grow(fold->added, fold->added_count, fold->added_capacity);
        fold->added[fold->added_count++] = *last->record;
    }
    if (first->is_added && !last->is_added) {
        td_grow(fold->passing, fold->passing_count, *passing_capacity);
        fold->passing[fold->passing_count++] = *last->record;
    }
}

void change_fold_settle(struct change_fold *fold)
{
    size_t count = (size_t)fold->removed_count + fold->added_count;
    struct change_record *removed = fold->removed;
    struct change_record *added = fold->added;
    struct event *events = events_of(fold);
    uint32_t passing_capacity = 0;

    fold->removed = fold->added = NULL;
    fold->removed_count = fold->added_count = 0;
    fold->removed_capacity = fold->added_capacity = 0;
    for (size_t first = 0, next; first < count; first = next) {
        next = first + 1;
        while (next < count && order_same(events[first].record, events[next].record) == 0)
            next++;
        settle(fold, &events[first], &events[next - 1], &passing_capacity);
    }
    free(events);
    free(removed);
    free(added);
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
