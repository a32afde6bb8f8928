#include "server/catalogs.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "serve/log.h"
#include "server/catalogs_internal.h"
#include "server/registry_internal.h"

/* Soon, but not for every zone of many; and never more than a small share of the time. */
enum { SOON_MS = 20, SHARE = 20 };

struct catalogs_row *catalogs_row_find(struct catalogs *catalogs, const char *name)
{
    for (uint32_t i = 0; i < catalogs->count; i++)
        if (strcmp(catalogs->rows[i].name, name) == 0)
            return &catalogs->rows[i];
    return NULL;
}

/* ---- when ---- */

static bool has_stale(const struct catalogs *catalogs)
{
    for (uint32_t i = 0; i < catalogs->count; i++)
        if (catalogs->rows[i].is_stale)
            return true;
    return false;
}

static void start_timer(struct catalogs *catalogs)
{
    uint64_t pause_ns = catalogs->took_ns * SHARE;

    if (catalogs->is_stopping || !catalogs->is_idle || io_timer_is_running(&catalogs->timer))
        return;
    if (pause_ns < SOON_MS * IO_NS_PER_MS)
        pause_ns = SOON_MS * IO_NS_PER_MS;
    io_timer_start(catalogs->io, &catalogs->timer, io_now_ns(catalogs->io) + pause_ns);
}

static void bring(struct fiber *fiber, void *argument)
{
    struct catalogs *catalogs = argument;

    change_drain(fiber, registry_door(catalogs->registry));
    /* From here to the end nothing else comes in between. */
    uint64_t began_ns = io_clock_read_ns(catalogs->io);
    for (uint32_t i = 0; i < catalogs->count && !catalogs->is_stopping; i++) {
        struct catalogs_row *row = &catalogs->rows[i];
        if (!row->is_stale)
            continue;
        row->is_stale = false;
        if (row->conf->is_produced)
            catalogs_produce(catalogs, row);
        else
            catalogs_consume(catalogs, row);
    }
    catalogs->took_ns = io_clock_read_ns(catalogs->io) - began_ns;
    catalogs->is_idle = true;
    io_condition_broadcast(&catalogs->idle);
    if (has_stale(catalogs))
        start_timer(catalogs);
}

static void on_time(struct io_timer *timer, void *context)
{
    struct catalogs *catalogs = context;

    (void)timer;
    catalogs->is_idle = false;
    if (io_fiber_spawn(catalogs->io, "catalogs", bring, catalogs, NULL) == TD_OK)
        return;
    catalogs->is_idle = true;
    start_timer(catalogs);
}

void catalogs_published(struct catalogs *catalogs, struct registry_zone *zone)
{
    struct catalogs_row *row = catalogs_row_find(catalogs, zone->name);

    if (row == NULL)
        return;
    row->is_stale = true;
    start_timer(catalogs);
}

void catalogs_zones_changed(struct catalogs *catalogs)
{
    for (uint32_t i = 0; i < catalogs->count; i++)
        if (catalogs->rows[i].conf->is_produced)
            catalogs->rows[i].is_stale = true;
    if (has_stale(catalogs))
        start_timer(catalogs);
}

bool catalogs_release(struct catalogs *catalogs, struct registry_zone *zone)
{
    struct catalogs_row *row = catalogs_row_find(catalogs, zone->name);

    if (row == NULL || !row->is_held)
        return false;
    row->is_released = true;
    row->is_held = zone->is_held = false;
    row->is_stale = true;
    start_timer(catalogs);
    return true;
}

/* ---- configuration ---- */

static void row_fini(struct catalogs_row *row)
{
    if (row->has_known)
        catalog_fini(&row->known);
    free(row->name);
}

static void take_known(struct catalogs_row *row, struct catalogs_row *before, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(before[i].name, row->name) != 0 ||
            before[i].conf->is_produced != row->conf->is_produced)
            continue;
        row->known = before[i].known;
        row->has_known = before[i].has_known;
        row->is_held = before[i].is_held;
        before[i].has_known = false;
    }
}

void catalogs_apply_begin(struct catalogs *catalogs, const struct conf *conf)
{
    struct catalogs_row *before = catalogs->rows;
    uint32_t count = catalogs->count;

    catalogs->conf = conf;
    catalogs->count = conf->catalog_count;
    catalogs->rows = td_calloc(catalogs->count, sizeof(*catalogs->rows));
    for (uint32_t i = 0; i < catalogs->count; i++) {
        struct catalogs_row *row = &catalogs->rows[i];
        row->conf = &conf->catalogs[i];
        row->name = td_strdup(row->conf->name.text);
        memcpy(row->wire, row->conf->name.wire, row->conf->name.size);
        take_known(row, before, count);
        row->is_stale = true; /* of what is here already nothing else tells again */
    }
    for (uint32_t i = 0; i < count; i++)
        row_fini(&before[i]);
    free(before);
    if (has_stale(catalogs))
        start_timer(catalogs);
}

void catalogs_take_rows(struct catalogs *catalogs)
{
    for (uint32_t i = 0; i < catalogs->count; i++) {
        const struct conf_catalog *conf = catalogs->rows[i].conf;
        struct registry_row row = {
            .name = catalogs->rows[i].wire,
            .options = conf->options,
            .origin = REGISTRY_FROM_CONF,
            .catalog = conf->is_produced ? REGISTRY_CATALOG_PRODUCED : REGISTRY_CATALOG_FOLLOWED,
        };
        registry_take_row(catalogs->registry, catalogs->conf, &row);
    }
    for (uint32_t i = 0; i < catalogs->count; i++)
        if (catalogs->rows[i].has_known)
            catalogs_take_members(catalogs, &catalogs->rows[i]);
}

/* ---- life ---- */

struct catalogs *catalogs_new(struct registry *registry, struct io *io)
{
    struct catalogs *catalogs = td_calloc(1, sizeof(*catalogs));

    catalogs->registry = registry;
    catalogs->io = io;
    catalogs->is_idle = true;
    io_timer_init(&catalogs->timer, on_time, catalogs);
    return catalogs;
}

void catalogs_stop(struct fiber *fiber, struct catalogs *catalogs)
{
    catalogs->is_stopping = true;
    io_timer_stop(&catalogs->timer);
    io_fiber_wait_deaf(fiber, &catalogs->idle, &catalogs->is_idle);
}

void catalogs_free(struct catalogs *catalogs)
{
    if (catalogs == NULL)
        return;
    for (uint32_t i = 0; i < catalogs->count; i++)
        row_fini(&catalogs->rows[i]);
    free(catalogs->rows);
    free(catalogs);
}
