#include "operator/view.h"

#include <stdlib.h>
#include <unistd.h>

#include "operator/follow.h"
#include "operator/held.h"
#include "operator/pending.h"
#include "wire/name.h"
#include "zone/lineage.h"

static char *copy_text(struct td_arena *arena, const char *text)
{
    return text == NULL ? NULL : td_arena_strdup(arena, text);
}

/* ---- a zone ---- */

static void view_zone(struct td_arena *arena, const struct registry_zone *zone,
                      struct control_zone *ret_zone)
{
    const struct zone_entry *entry = zone->zone.entry;
    const struct zone_version *newest = zone->zone.newest;

    *ret_zone = (struct control_zone){
        .name = td_arena_strdup(arena, zone->name),
        .wire = td_arena_memdup(arena, entry->name, entry->name_size),
        .state = atomic_load_explicit(&entry->state, memory_order_relaxed),
        .is_loading = registry_zone_is_working(zone),
        .is_secondary = zone->secondary != NULL,
        .origin = zone->origin == REGISTRY_FROM_CONF      ? "configuration"
                  : zone->origin == REGISTRY_FROM_COMMAND ? "command"
                                                          : "catalog",
        .has_failed = zone->failed_s != 0,
        .has_version = newest != NULL,
    };
    if (newest != NULL) {
        ret_zone->serial = newest->serial;
        ret_zone->records = newest->record_count;
        operator_view_lag(zone, ret_zone);
    }
}

static void view_version(const struct zone_version *newest, struct control_zone_status *ret_zone)
{
    struct zone_lineage_stats stats;

    zone_lineage_stats(newest->lineage, &stats);
    ret_zone->names = newest->node_count;
    ret_zone->delegations = newest->delegation_count;
    ret_zone->is_signed = newest->flags & ZONE_IS_SIGNED;
    ret_zone->has_nsec = newest->flags & ZONE_HAS_NSEC;
    ret_zone->has_nsec3 = newest->flags & ZONE_HAS_NSEC3;
    ret_zone->octets = stats.octets;
    ret_zone->retained_octets = stats.retained;
    ret_zone->free_octets = stats.free_octets;
    ret_zone->versions = stats.versions;
    for (const struct zone_version *v = newest; v != NULL; v = v->older) {
        uint32_t pins = atomic_load_explicit(&v->pins, memory_order_relaxed);
        ret_zone->pinned_versions += pins != 0;
        ret_zone->pins += pins;
    }
}

static void fill_zone(struct td_arena *arena, const struct registry_zone *zone,
                      struct control_zone_status *ret_zone)
{
    view_zone(arena, zone, &ret_zone->zone);
    ret_zone->file = copy_text(arena, zone->path);
    ret_zone->loaded_s = zone->loaded_s;
    ret_zone->failed_s = zone->failed_s;
    ret_zone->load_ns = zone->load_ns;
    ret_zone->is_from_image = zone->is_from_image;
    ret_zone->diag_count = zone->diag_count;
    ret_zone->diags_left_out = zone->diags_left_out;
    ret_zone->diags =
        zone->diag_count == 0
            ? NULL
            : td_arena_memdup(arena, zone->diags, zone->diag_count * sizeof(struct td_diag));
    if (zone->zone.newest != NULL)
        view_version(zone->zone.newest, ret_zone);
    ret_zone->has_conflict = zone->has_conflict;
    ret_zone->is_held = ret_zone->is_file_held = zone->is_held && !zone->is_holding;
    if (zone->has_conflict || ret_zone->is_held)
        ret_zone->trouble = copy_text(arena, zone->trouble);
}

/* What is not as the file says, and why. */
static void fill_changes(struct server *server, const struct registry_zone *zone,
                         struct control_zone_status *ret_zone)
{
    const struct zone_entry *entry = zone->zone.entry;
    struct operator_held held;
    bool has_held = operator_held_read(server, zone, &ret_zone->arena, &held);
    uint64_t since = zone->has_file ? zone->file.sequence : 0;
    size_t count;
    const struct store_log_change *all =
        store_log_changes(registry_log(server->registry), entry->name, entry->name_size, &count);

    ret_zone->history = count;
    while (zone->secondary == NULL && count > 0 && all[count - 1].sequence > since) {
        ret_zone->changes++;
        count--;
    }
    ret_zone->is_frozen = zone->zone.is_frozen;
    ret_zone->is_held = ret_zone->is_held || has_held;
    ret_zone->open = operator_pending_count(server, zone->name);
    if (has_held && !zone->has_conflict && !zone->is_held)
        ret_zone->trouble = held.why;
    if (has_held)
        operator_steps_fini(&held.steps);
}

void operator_view_zone(struct server *server, const struct registry_zone *zone,
                        struct control_zone_status *ret_zone)
{
    *ret_zone = (struct control_zone_status){ .file = NULL };
    td_arena_init(&ret_zone->arena, 0);
    fill_zone(&ret_zone->arena, zone, ret_zone);
    fill_changes(server, zone, ret_zone);
    operator_view_follow(server, zone, ret_zone);
}

/* ---- all zones ---- */

static void take_zone(void *context, struct zone_entry *entry)
{
    struct control_zones *zones = context;

    view_zone(&zones->arena, entry->owner, &zones->zones[zones->count++]);
}

void operator_view_zones(const struct server *server, struct control_zones *ret_zones)
{
    *ret_zones = (struct control_zones){ .count = 0 };
    td_arena_init(&ret_zones->arena, 256 * 1024);
    ret_zones->zones = td_arena_alloc(&ret_zones->arena, (zone_set_count(server->zones) + 1) *
                                                             sizeof(*ret_zones->zones));
    zone_set_visit(server->zones, take_zone, ret_zones);
}

static int by_name(const void *left, const void *right)
{
    const struct control_zone *a = left, *b = right;

    return wire_name_compare(a->wire, b->wire);
}

void operator_view_sort(struct control_zones *zones)
{
    if (zones->count > 1)
        qsort(zones->zones, zones->count, sizeof(*zones->zones), by_name);
}

static void count_zone(void *context, struct zone_entry *entry)
{
    struct control_status *status = context;
    const struct registry_zone *zone = entry->owner;
    struct control_zone_status view = { .file = NULL };
    unsigned state = atomic_load_explicit(&entry->state, memory_order_relaxed);

    status->zones[state < CONTROL_ZONE_STATES ? state : ZONE_STATE_FAILED]++;
    status->failed_zones += zone->failed_s != 0;
    if (zone->zone.newest == NULL)
        return;
    view_version(zone->zone.newest, &view);
    status->records += zone->zone.newest->record_count;
    status->octets += view.octets;
    status->retained_octets += view.retained_octets;
    status->pins += view.pins;
}

void operator_view_status(const struct server *server, struct control_status *ret_status)
{
    const struct conf_server *conf = &server->conf->server;

    *ret_status = (struct control_status){
        .version = TANDEM_VERSION,
        .started_s = server->started_s,
        .now_s = io_wall_s(server->io),
        .pid = getpid(),
        .workers = serve_worker_count(server->serve),
        .loading = registry_loading(server->registry),
        .listen_count = conf->listen.count,
    };
    td_arena_init(&ret_status->arena, 0);
    ret_status->config = td_arena_strdup(&ret_status->arena, server->path);
    ret_status->identity = copy_text(&ret_status->arena, conf->identity);
    ret_status->listen = td_arena_memdup(&ret_status->arena, conf->listen.items,
                                         conf->listen.count * sizeof(struct td_addr));
    if (conf->metrics.count != 0)
        ret_status->metrics = conf->metrics.items[0];
    zone_set_visit(server->zones, count_zone, ret_status);
}

/* ---- a reload ---- */

struct failures {
    struct control_reload *reload;
    struct control_zone_status *zones;
};

static void take_failure(void *context, struct zone_entry *entry)
{
    struct failures *failures = context;
    struct control_reload *reload = failures->reload;
    const struct registry_zone *zone = entry->owner;

    reload->zones++;
    if (zone->failed_s == 0 && !zone->has_conflict && !zone->is_held)
        return;
    reload->failed_count++;
    if (reload->failed_told < CONTROL_FAILED_ZONES_MAX)
        fill_zone(&reload->arena, zone, &failures->zones[reload->failed_told++]);
}

void operator_view_reload(const struct server *server, uint32_t started,
                          struct control_reload *ret_reload)
{
    struct failures failures = { .reload = ret_reload };

    *ret_reload = (struct control_reload){
        .started = started,
        .loading = registry_loading(server->registry),
    };
    td_arena_init(&ret_reload->arena, 0);
    failures.zones =
        td_arena_zalloc(&ret_reload->arena, CONTROL_FAILED_ZONES_MAX * sizeof(*failures.zones));
    ret_reload->failed = failures.zones;
    zone_set_visit(server->zones, take_failure, &failures);
}
