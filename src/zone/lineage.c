#include "zone/lineage.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "zone/block.h"
#include "zone/space.h"
#include "zone/table.h"

/*
 * Pins may keep old pages of up to this share of the newest version (and always a little);
 * then the oldest is cut off. So a slow reader never makes a zone cost half as much again.
 */
enum { RETAINED_SHARE = 3, RETAINED_FREE = 1 << 20 };

struct zone_version *zone_lineage_newest(struct zone_lineage *lineage)
{
    return lineage->newest;
}

void zone_lineage_published(struct zone_version *version, struct td_rcu *rcu)
{
    if (version->older == NULL)
        return;
    uint64_t ticket = td_rcu_ticket(rcu);
    for (struct zone_version *v = version->older; v != NULL && v->ticket == 0; v = v->older)
        v->ticket = ticket;
}

void zone_lineage_drop(struct zone_lineage *lineage)
{
    zone_space_drop(lineage);
}

/* Hand the pages of a version that is given up to the next older one, or free them. */
static void give_up(struct zone_lineage *lineage, struct zone_version *version)
{
    struct zone_version *older = version->older;

    for (uint32_t i = 0; i < version->dead_count; i++) {
        const struct zone_dead *dead = &version->dead[i];
        if (older != NULL && older->id >= dead->info.birth) {
            td_grow(older->dead, older->dead_count, older->dead_capacity);
            older->dead[older->dead_count++] = *dead;
        } else {
            zone_dead_free(lineage, dead);
        }
    }
    if (older != NULL)
        older->newer = version->newer;
    else
        lineage->oldest = version->newer;
    version->newer->older = older;
    zone_version_free(lineage, version);
}

static void cut_oldest(struct zone_lineage *lineage)
{
    uint64_t live = lineage->octets - lineage->retained;

    if (lineage->retained <= live / RETAINED_SHARE + RETAINED_FREE)
        return;
    for (struct zone_version *v = lineage->oldest; v->ticket != 0; v = v->newer) {
        if (!atomic_load_explicit(&v->is_cut, memory_order_relaxed)) {
            atomic_store_explicit(&v->is_cut, true, memory_order_release);
            return;
        }
    }
}

uint32_t zone_lineage_reclaim(struct zone_lineage *lineage, struct td_rcu *rcu)
{
    uint32_t left = 0;

    /* Those that readers see now, or are to see next, have no ticket. */
    for (struct zone_version *v = lineage->oldest; v->ticket != 0;) {
        struct zone_version *newer = v->newer;
        if (td_rcu_passed(rcu, v->ticket) &&
            atomic_load_explicit(&v->pins, memory_order_acquire) == 0)
            give_up(lineage, v);
        else
            left++;
        v = newer;
    }
    if (left != 0)
        cut_oldest(lineage);
    return left;
}

void zone_lineage_free(struct zone_lineage *lineage)
{
    if (lineage == NULL)
        return;
    while (lineage->oldest != lineage->newest)
        give_up(lineage, lineage->oldest);
    if (lineage->newest != NULL) {
        zone_pages_free(lineage, lineage->newest, 0);
        zone_version_free(lineage, lineage->newest);
    }
    for (unsigned i = 0; lineage->free != NULL && i < ZONE_FREE_BINS; i++)
        free(lineage->free->bins[i].spans);
    free(lineage->free);
    zone_tables_free(lineage->tables);
    if (lineage->infos != &lineage->own_info)
        free(lineage->infos);
    zone_block_give(lineage, offsetof(struct zone_lineage, name) + lineage->name_size);
}

void zone_lineage_stats(const struct zone_lineage *lineage, struct zone_lineage_stats *ret_stats)
{
    *ret_stats = (struct zone_lineage_stats){
        .octets = lineage->octets,
        .retained = lineage->retained,
        .free_octets = lineage->free == NULL ? 0 : lineage->free->units * ZONE_UNIT_SIZE,
    };
    for (const struct zone_version *v = lineage->oldest; v != NULL; v = v->newer)
        ret_stats->versions++;
}

bool zone_version_is_cut(const struct zone_version *version)
{
    return atomic_load_explicit(&version->is_cut, memory_order_acquire);
}

void zone_version_pin(struct zone_version *version)
{
    atomic_fetch_add_explicit(&version->pins, 1, memory_order_relaxed);
}

void zone_version_unpin(struct zone_version *version)
{
    uint32_t before = atomic_fetch_sub_explicit(&version->pins, 1, memory_order_release);

    td_assert(before != 0);
}
