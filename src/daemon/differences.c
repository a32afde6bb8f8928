#include "daemon/differences.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "daemon/registry_internal.h"
#include "replicate/difference.h"
#include "replicate/recent.h"
#include "serve/difference.h"
#include "serve/log.h"

/* A zone of some records has more history than it has octets; it is as little. */
enum { OCTETS_LEAST = 64 << 10 };

struct differences {
    struct server *server;
    struct change_listener listener;
    struct recent recent;
    struct differences_zone *oldest; /* of those that keep an answer */
    struct differences_zone *newest;
    uint64_t kept;
};

struct differences_zone {
    struct differences *all;
    struct recent_zone recent;
    struct difference *last; /* the answer given last; NULL: none is kept */
    struct differences_zone *older;
    struct differences_zone *newer;
};

/* ---- the answers given last ---- */

static void forget_last(struct differences_zone *zone)
{
    struct differences *all = zone->all;

    if (zone->last == NULL)
        return;
    if (zone->older != NULL)
        zone->older->newer = zone->newer;
    else
        all->oldest = zone->newer;
    if (zone->newer != NULL)
        zone->newer->older = zone->older;
    else
        all->newest = zone->older;
    all->kept -= zone->last->octets;
    difference_let_go(zone->last);
    zone->last = NULL;
}

static void keep_last(struct differences_zone *zone, struct difference *difference)
{
    struct differences *all = zone->all;

    forget_last(zone);
    if (difference->octets > DIFFERENCES_KEPT_MAX)
        return;
    zone->last = difference_hold(difference);
    zone->older = all->newest;
    zone->newer = NULL;
    if (all->newest != NULL)
        all->newest->newer = zone;
    else
        all->oldest = zone;
    all->newest = zone;
    all->kept += difference->octets;
    while (all->kept > DIFFERENCES_KEPT_MAX)
        forget_last(all->oldest);
}

/* ---- what is published ---- */

static struct differences_zone *zone_of(struct differences *all, struct registry_zone *zone)
{
    if (zone->differences == NULL) {
        zone->differences = td_calloc(1, sizeof(*zone->differences));
        zone->differences->all = all;
    }
    return zone->differences;
}

void differences_zone_end(struct registry_zone *zone)
{
    struct differences_zone *kept = zone->differences;

    if (kept == NULL)
        return;
    forget_last(kept);
    recent_forget(&kept->all->recent, &kept->recent);
    free(kept);
    zone->differences = NULL;
}

static void published(void *context, struct change_zone *changed, const struct changeset *changeset)
{
    struct differences *all = context;
    struct registry_zone *zone = registry_zone_of(changed);

    if (zone->differences != NULL)
        forget_last(zone->differences);
    if (zone->settings != NULL && zone->settings->allow_transfer != NULL &&
        changeset->sequence != 0)
        recent_add(&all->recent, &zone_of(all, zone)->recent, changeset);
}

/* ---- what is asked ---- */

static td_err add(struct differences *all, const struct registry_zone *zone,
                  const struct store_log_change *change, const struct recent_change **recent,
                  struct difference *difference)
{
    struct td_buf octets = { .data = NULL };
    struct td_diag diag;
    const struct recent_change *found =
        recent_find(&zone->differences->recent, *recent, change->sequence);

    if (found != NULL) {
        *recent = found;
        return difference_add(difference, found->octets, found->size);
    }
    td_err err = store_log_read(all->server->log, change, &octets, &diag);
    if (err == TD_OK)
        err = difference_add(difference, (const uint8_t *)octets.data, octets.size);
    if (err != TD_OK)
        serve_log(LOG_WARNING, EVENT_LOG_DAMAGED, zone->name,
                  "IXFR, the change to serial %u cannot be read: secondaries get AXFR over it",
                  change->serial_to);
    td_buf_fini(&octets);
    return err;
}

/* More than this is not read: the zone itself is less. */
static uint64_t octets_max(const struct zone_version *version)
{
    uint64_t octets = (uint64_t)version->page_count * ZONE_PAGE_SIZE;

    return octets > OCTETS_LEAST ? octets : OCTETS_LEAST;
}

static struct difference *find(struct differences *all, struct registry_zone *zone, uint32_t serial)
{
    const struct zone_version *version = zone->zone.newest;
    const struct zone_entry *entry = zone->zone.entry;
    const struct recent_change *recent = NULL;
    size_t count, first;

    const struct store_log_change *changes =
        store_log_changes(all->server->log, entry->name, entry->name_size, &count);
    if (difference_chain(changes, count, serial, version->serial, octets_max(version), &first) !=
        TD_OK)
        return NULL;
    struct difference *difference = difference_new();
    td_err err = TD_OK;
    for (size_t i = first; err == TD_OK && i < count; i++)
        err = add(all, zone, &changes[i], &recent, difference);
    if (err == TD_OK)
        err = difference_finish(difference);
    if (err == TD_OK && difference->serial_from == serial &&
        difference->serial_to == version->serial &&
        difference->records <= version->record_count + 1)
        return difference;
    difference_let_go(difference);
    return NULL;
}

static void take(void *context, struct serve_ask *ask)
{
    struct differences *all = context;
    struct registry *registry = all->server->registry;
    struct registry_zone *zone = registry == NULL ? NULL : registry_find_wire(registry, ask->zone);
    struct difference *difference = NULL;

    if (zone != NULL && zone->zone.newest != NULL) {
        struct differences_zone *kept = zone_of(all, zone);
        if (kept->last != NULL && kept->last->serial_from == ask->serial) {
            difference = difference_hold(kept->last);
        } else {
            difference = find(all, zone, ask->serial);
            if (difference != NULL)
                keep_last(kept, difference);
        }
    }
    serve_difference_answer(ask, difference);
}

struct differences *differences_new(struct server *server)
{
    struct differences *differences = td_calloc(1, sizeof(*differences));

    differences->server = server;
    recent_init(&differences->recent, RECENT_OCTETS_MAX);
    differences->listener.published = published;
    differences->listener.context = differences;
    change_listen(registry_door(server->registry), &differences->listener);
    serve_differences_to(server->serve, take, differences);
    return differences;
}

void differences_free(struct differences *differences)
{
    free(differences);
}
