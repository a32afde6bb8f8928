/* What was published before, until no reader can hold it. */
#include <stdlib.h>

#include "base/alloc.h"
#include "change/internal.h"
#include "zone/lineage.h"

void change_dispose_by(struct change_door *door,
                       void (*dispose)(void *context, struct zone_lineage *lineage), void *context)
{
    door->dispose = dispose;
    door->dispose_context = context;
}

static void retire_whole(struct change_door *door, struct zone_version *newest)
{
    struct change_retired *retired = td_malloc(sizeof(*retired));

    retired->lineage = newest->lineage;
    retired->ticket = td_rcu_ticket(door->rcu);
    retired->next = door->retired;
    door->retired = retired;
}

void change_forget_aged(struct change_door *door, struct change_zone *zone)
{
    for (struct change_zone **at = &door->aged; zone->is_aged; at = &(*at)->next_aged) {
        if (*at != zone)
            continue;
        *at = zone->next_aged;
        zone->is_aged = false;
        break;
    }
}

void change_retire(struct change_door *door, struct change_zone *zone, struct zone_version *before,
                   struct zone_version *after)
{
    if (before != NULL && (after == NULL || before->lineage != after->lineage)) {
        change_forget_aged(door, zone);
        retire_whole(door, before);
    }
    if (after == NULL)
        return;
    zone_lineage_published(after, door->rcu);
    if (zone_lineage_reclaim(after->lineage, door->rcu) != 0 && !zone->is_aged) {
        zone->is_aged = true;
        zone->next_aged = door->aged;
        door->aged = zone;
    }
}

static bool is_idle(struct change_door *door, const struct change_retired *retired)
{
    const struct zone_version *newest = zone_lineage_newest(retired->lineage);

    return td_rcu_passed(door->rcu, retired->ticket) &&
           zone_lineage_reclaim(retired->lineage, door->rcu) == 0 &&
           atomic_load_explicit(&newest->pins, memory_order_acquire) == 0;
}

/* Zones whose older versions are all given back leave the list. */
static uint32_t reclaim_aged(struct change_door *door)
{
    uint32_t left = 0;

    for (struct change_zone **at = &door->aged; *at != NULL;) {
        struct change_zone *zone = *at;
        uint32_t older = zone_lineage_reclaim(zone->newest->lineage, door->rcu);
        left += older;
        if (older != 0) {
            at = &zone->next_aged;
            continue;
        }
        *at = zone->next_aged;
        zone->is_aged = false;
    }
    return left;
}

uint32_t change_reclaim(struct change_door *door)
{
    uint32_t left = reclaim_aged(door);

    for (struct change_retired **at = &door->retired; *at != NULL;) {
        struct change_retired *retired = *at;
        if (!is_idle(door, retired)) {
            left++;
            at = &retired->next;
            continue;
        }
        *at = retired->next;
        if (door->dispose != NULL)
            door->dispose(door->dispose_context, retired->lineage);
        else
            zone_lineage_free(retired->lineage);
        free(retired);
    }
    return left;
}
