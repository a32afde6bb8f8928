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

static void add_aged(struct change_door *door, struct change_zone *zone)
{
    zone->is_aged = true;
    zone->next_aged = NULL;
    *door->last_aged = zone;
    door->last_aged = &zone->next_aged;
}

static void take_aged(struct change_door *door, struct change_zone **at)
{
    struct change_zone *zone = *at;

    *at = zone->next_aged;
    if (*at == NULL)
        door->last_aged = at;
    zone->is_aged = false;
}

void change_forget_aged(struct change_door *door, struct change_zone *zone)
{
    for (struct change_zone **at = &door->aged; zone->is_aged; at = &(*at)->next_aged) {
        if (*at != zone)
            continue;
        take_aged(door, at);
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
    if (zone_lineage_reclaim(after->lineage, door->rcu) != 0 && !zone->is_aged)
        add_aged(door, zone);
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
        take_aged(door, at);
    }
    return left;
}

/*
 * Pages that were just in use are near, and the next batch takes them again. Two zones are looked
 * at for each that was published: so the list gets no longer, even when some are pinned.
 */
void change_reclaim_some(struct change_door *door, uint32_t published)
{
    for (uint32_t looks = 2 * published + 1; looks != 0 && door->aged != NULL; looks--) {
        struct change_zone *zone = door->aged;
        take_aged(door, &door->aged);
        if (zone_lineage_reclaim(zone->newest->lineage, door->rcu) != 0)
            add_aged(door, zone);
    }
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
