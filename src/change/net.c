#include "change/net.h"

#include <stdlib.h>

#include "change/fold.h"

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
        qsort(removed + 1, removed_count, sizeof(*removed), change_record_order);
    if (added_count > 1)
        qsort(added + 1, added_count, sizeof(*added), change_record_order);
    if (removed_count != 0 && added_count != 0)
        change_record_cancel(removed + 1, &removed_count, added + 1, &added_count);
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
