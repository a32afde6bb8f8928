#include "replicate/recent.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

void recent_init(struct recent *recent, uint64_t octets_max)
{
    *recent = (struct recent){ .octets_max = octets_max };
}

/* The oldest of its zone: it is the first in both lists of those that it hangs in. */
static void drop(struct recent *recent, struct recent_change *change)
{
    struct recent_zone *zone = change->zone;

    if (change->older != NULL)
        change->older->newer = change->newer;
    else
        recent->oldest = change->newer;
    if (change->newer != NULL)
        change->newer->older = change->older;
    else
        recent->newest = change->older;
    zone->oldest = change->newer_of_zone;
    if (zone->oldest == NULL)
        zone->newest = NULL;
    recent->octets -= sizeof(*change) + change->size;
    free(change);
}

static void append(struct recent *recent, struct recent_change *change)
{
    struct recent_zone *zone = change->zone;

    change->older = recent->newest;
    if (recent->newest != NULL)
        recent->newest->newer = change;
    else
        recent->oldest = change;
    recent->newest = change;
    if (zone->newest != NULL)
        zone->newest->newer_of_zone = change;
    else
        zone->oldest = change;
    zone->newest = change;
    recent->octets += sizeof(*change) + change->size;
}

void recent_add(struct recent *recent, struct recent_zone *zone, const struct changeset *changeset)
{
    size_t size = changeset->octets_size;

    if (changeset->is_break || size == 0 || size > RECENT_CHANGE_MAX)
        return;
    struct recent_change *change = td_calloc(1, sizeof(*change) + size);
    change->zone = zone;
    change->sequence = changeset->sequence;
    change->size = (uint32_t)size;
    memcpy(change->octets, changeset->octets, size);
    append(recent, change);
    while (recent->octets > recent->octets_max)
        drop(recent, recent->oldest);
}

const struct recent_change *recent_find(const struct recent_zone *zone,
                                        const struct recent_change *from, uint64_t sequence)
{
    const struct recent_change *change = from != NULL ? from : zone->oldest;

    while (change != NULL && change->sequence < sequence)
        change = change->newer_of_zone;
    return change != NULL && change->sequence == sequence ? change : NULL;
}

void recent_forget(struct recent *recent, struct recent_zone *zone)
{
    while (zone->oldest != NULL)
        drop(recent, zone->oldest);
}
