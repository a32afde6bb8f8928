#include "server/differences.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "serve/log.h"
#include "server/differences_internal.h"
#include "server/registry_internal.h"

enum {
    OCTETS_LEAST = 64 << 10,    /* a zone of some records has as much history as this */
    OCTETS_AT_ONCE = 256 << 10, /* of the log, in one turn of the main loop */
};

struct differences_zone {
    struct differences *all;
    struct recent_zone recent;
    struct difference *last; /* the answer given last; NULL: none is kept */
    bool has_none;           /* from this serial nothing leads to the newest */
    uint32_t none_from;
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

    if (zone->differences != NULL) {
        forget_last(zone->differences);
        zone->differences->has_none = false;
    }
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

static void keep_none(struct differences_zone *zone, uint32_t serial)
{
    zone->has_none = true;
    zone->none_from = serial;
}

bool differences_keep(struct differences *all, const uint8_t *name, struct difference *difference)
{
    struct registry *registry = all->server->registry;
    struct registry_zone *zone = registry == NULL ? NULL : registry_find_wire(registry, name);

    if (zone == NULL || zone->zone.newest == NULL)
        return false;
    const struct zone_version *newest = zone->zone.newest;
    bool is_less = difference->records <= newest->record_count + 1;
    if (difference->serial_to != newest->serial)
        return is_less; /* the zone has changed meanwhile: the client asks again */
    if (is_less)
        keep_last(zone_of(all, zone), difference);
    else
        keep_none(zone_of(all, zone), difference->serial_from);
    return is_less;
}

/* NULL: they cannot be read. */
static struct difference *read_now(struct differences *all, struct registry_zone *zone,
                                   const struct store_log_change *changes, size_t count)
{
    struct difference *difference = difference_new();
    const struct recent_change *recent = NULL;
    td_err err = TD_OK;

    for (size_t i = 0; err == TD_OK && i < count; i++)
        err = add(all, zone, &changes[i], &recent, difference);
    if (err == TD_OK)
        err = difference_finish(NULL, difference);
    if (err == TD_OK)
        return difference;
    difference_let_go(difference);
    return NULL;
}

static bool is_small(const struct store_log_change *changes, size_t count)
{
    uint64_t octets = 0;

    for (size_t i = 0; i < count && octets <= OCTETS_AT_ONCE; i++)
        octets += changes[i].size;
    return octets <= OCTETS_AT_ONCE;
}

/* Answers the question, now or later. */
static void find(struct differences *all, struct registry_zone *zone, struct serve_ask *ask)
{
    const struct zone_version *version = zone->zone.newest;
    const struct zone_entry *entry = zone->zone.entry;
    struct difference *difference = NULL;
    size_t count, first;

    const struct store_log_change *changes =
        store_log_changes(all->server->log, entry->name, entry->name_size, &count);
    td_err err =
        difference_chain(changes, count, ask->serial, version->serial, octets_max(version), &first);
    if (err == TD_OK && !is_small(changes + first, count - first)) {
        if (!differences_read_later(all, zone, changes[first].sequence - 1, ask))
            serve_difference_answer(ask, NULL);
        return;
    }
    if (err == TD_OK)
        difference = read_now(all, zone, changes + first, count - first);
    if (difference == NULL) {
        keep_none(zone_of(all, zone), ask->serial);
    } else if (!differences_keep(all, entry->name, difference)) {
        difference_let_go(difference);
        difference = NULL;
    }
    serve_difference_answer(ask, difference);
}

static void take(void *context, struct serve_ask *ask)
{
    struct differences *all = context;
    struct registry *registry = all->server->registry;
    struct registry_zone *zone = registry == NULL ? NULL : registry_find_wire(registry, ask->zone);

    if (zone == NULL || zone->zone.newest == NULL) {
        serve_difference_answer(ask, NULL);
        return;
    }
    struct differences_zone *kept = zone_of(all, zone);
    if (kept->has_none && kept->none_from == ask->serial)
        serve_difference_answer(ask, NULL);
    else if (kept->last != NULL && kept->last->serial_from == ask->serial &&
             kept->last->serial_to == zone->zone.newest->serial)
        serve_difference_answer(ask, difference_hold(kept->last));
    else
        find(all, zone, ask);
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
