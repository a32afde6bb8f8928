#include "change/net.h"

#include <stdlib.h>
#include <string.h>

#include "wire/name.h"

static int record_order(const void *left, const void *right)
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

/* Take out of two sorted lists what stands in both, one for one. */
static void cancel(struct change_record *removed, uint32_t *removed_count,
                   struct change_record *added, uint32_t *added_count)
{
    uint32_t r = 0, a = 0, removed_left = 0, added_left = 0;

    while (r < *removed_count || a < *added_count) {
        int order = r == *removed_count ? 1
                    : a == *added_count ? -1
                                        : record_order(&removed[r], &added[a]);
        if (order < 0)
            removed[removed_left++] = removed[r];
        else if (order > 0)
            added[added_left++] = added[a];
        r += order <= 0;
        a += order >= 0;
    }
    *removed_count = removed_left;
    *added_count = added_left;
}

void change_net_effect(struct change_draft *draft)
{
    uint32_t added_count = 0;

    for (uint32_t i = 0; i < draft->effect_count; i++)
        added_count += draft->effects[i].is_added;
    uint32_t removed_count = draft->effect_count - added_count;
    /* Room for the SOA in front of each. */
    struct change_record *removed =
        td_arena_alloc(&draft->arena, (removed_count + 1) * sizeof(*removed));
    struct change_record *added = td_arena_alloc(&draft->arena, (added_count + 1) * sizeof(*added));
    uint32_t r = 1, a = 1;
    for (uint32_t i = 0; i < draft->effect_count; i++) {
        if (draft->effects[i].is_added)
            added[a++] = draft->effects[i].record;
        else
            removed[r++] = draft->effects[i].record;
    }
    if (removed_count > 1)
        qsort(removed + 1, removed_count, sizeof(*removed), record_order);
    if (added_count > 1)
        qsort(added + 1, added_count, sizeof(*added), record_order);
    if (removed_count != 0 && added_count != 0)
        cancel(removed + 1, &removed_count, added + 1, &added_count);
    draft->changeset.removed = removed + 1;
    draft->changeset.removed_count = removed_count;
    draft->changeset.added = added + 1;
    draft->changeset.added_count = added_count;
}

static const struct change_record *with_soa(const struct change_record *records,
                                            const struct change_record *soa)
{
    struct change_record *first = (struct change_record *)(uintptr_t)records - 1;

    *first = *soa;
    return first;
}

void change_net_soa(struct change_draft *draft, const struct change_record *before,
                    const struct change_record *after)
{
    struct changeset *changeset = &draft->changeset;

    changeset->removed = with_soa(changeset->removed, before);
    changeset->removed_count++;
    changeset->added = with_soa(changeset->added, after);
    changeset->added_count++;
}
