#include "server/registry.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "serve/log.h"
#include "server/catalogs.h"
#include "server/differences.h"
#include "server/followers.h"
#include "server/images.h"
#include "server/registry_internal.h"
#include "server/roles.h"
#include "server/runtime.h"
#include "server/secondary.h"
#include "server/settings.h"
#include "wire/rrtype.h"
#include "zone/block.h"
#include "zone/lineage.h"

enum { RECLAIM_EVERY_MS = 50, QUARANTINE_MS = 86400000 };

/* ---- memory of readers ---- */

static void reclaim(struct io_timer *timer, void *context)
{
    struct registry *registry = context;
    uint64_t waiting = td_rcu_reclaim(registry->parts.rcu);

    waiting += change_reclaim(registry->door);
    if (waiting != 0)
        io_timer_start(registry->parts.io, timer,
                       io_deadline_ms(registry->parts.io, RECLAIM_EVERY_MS));
}

void registry_reclaim_soon(struct registry *registry)
{
    if (!io_timer_is_running(&registry->reclaim))
        io_timer_start(registry->parts.io, &registry->reclaim,
                       io_deadline_ms(registry->parts.io, RECLAIM_EVERY_MS));
}

static void dispose(void *context, struct zone_lineage *lineage)
{
    struct registry *registry = context;

    loader_dispose(registry->loader, lineage);
}

/* ---- rows ---- */

static void forget_path(struct registry_zone *zone)
{
    if (zone->owns_path)
        free((void *)(uintptr_t)zone->path);
    zone->path = NULL;
    zone->owns_path = false;
}

static size_t zone_size(const char *name)
{
    return offsetof(struct registry_zone, name) + strlen(name) + 1;
}

static void zone_free(struct registry_zone *zone)
{
    *zone->back = zone->next;
    if (zone->next != NULL)
        zone->next->back = zone->back;
    registry_start_cancel(zone->registry, zone);
    if (zone->job != NULL)
        zone->job->owner = NULL; /* it is freed when it is back */
    if (zone->asking != NULL) {
        loader_job_free(zone->asking);
        zone->registry->commits--;
    }
    forget_path(zone);
    free(zone->owner);
    free(zone->label);
    free(zone->trouble);
    images_zone_end(zone->registry->images, zone);
    serial_walk_free(zone->walk);
    free(zone->diags);
    zone_block_give(zone, zone_size(zone->name));
}

static void remove_zone(struct registry *registry, struct registry_zone *zone)
{
    serve_log(LOG_INFO, EVENT_ZONE_REMOVED, zone->name, "zone removed");
    secondary_end(zone);
    followers_end(zone);
    differences_zone_end(zone);
    change_withdraw(registry->door, &zone->zone, ZONE_STATE_FAILED);
    zone_set_remove(registry->parts.zones, zone->zone.entry);
    catalogs_zones_changed(registry->catalogs);
    serve_zone_retire(registry->parts.serve, zone->settings);
    zone_free(zone);
    registry_reclaim_soon(registry);
}

void registry_zone_say(struct registry_zone *zone, const char *format, ...)
{
    char text[TD_DIAG_TEXT_SIZE];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    free(zone->trouble);
    zone->trouble = text[0] == '\0' ? NULL : td_strdup(text);
}

struct registry_zone *registry_find_wire(struct registry *registry, const uint8_t *name)
{
    struct wire_key key;

    wire_key_make(&key, registry->parts.seed, name);
    struct zone_entry *entry = zone_set_find_exact(registry->parts.zones, &key);
    return entry == NULL ? NULL : entry->owner;
}

struct registry_zone *registry_find(struct registry *registry, const char *name)
{
    struct wire_name wire;

    return wire_name_from_text(name, &wire) == TD_OK ? registry_find_wire(registry, wire.octets)
                                                     : NULL;
}

static struct registry_zone *add_zone(struct registry *registry, const uint8_t *name)
{
    char text[WIRE_NAME_TEXT_SIZE];
    size_t size = zone_size(wire_name_format(name, text));
    struct registry_zone *zone = memset(zone_block_take(size), 0, size);

    td_err err = zone_set_add(registry->parts.zones, name, &zone->zone.entry);
    td_assert(err == TD_OK); /* it was looked for before */
    zone->zone.entry->owner = zone;
    zone->registry = registry;
    memcpy(zone->name, text, strlen(text) + 1);
    zone->next = registry->zones;
    zone->back = &registry->zones;
    if (zone->next != NULL)
        zone->next->back = &zone->next;
    registry->zones = zone;
    registry_keep_zone(registry, zone);
    return zone;
}

/* The file moved: what was read of the old one says nothing of the new one. */
static void move_file(struct registry_zone *zone)
{
    if (zone->job != NULL) {
        zone->job->owner = NULL;
        zone->job = NULL;
    }
    registry_let_move(zone);
    zone->is_holding = false;
}

/* Also one that says the same: where it stood before may go. */
static void take_path(struct registry_zone *zone, const struct registry_row *row)
{
    const char *path = row->path == NULL || row->is_path_kept ? row->path : td_strdup(row->path);

    forget_path(zone);
    zone->path = path;
    zone->owns_path = path != NULL && !row->is_path_kept;
}

static bool is_other_file(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a != b : strcmp(a, b) != 0;
}

static void take_texts(struct registry_zone *zone, const struct registry_row *row)
{
    char *owner = row->owner == NULL ? NULL : td_strdup(row->owner);
    uint8_t *label = row->label == NULL ? NULL : td_memdup(row->label, row->label[0] + 1u);

    free(zone->owner);
    free(zone->label);
    zone->owner = owner;
    zone->label = label;
    zone->origin = row->origin;
    zone->catalog = row->catalog;
}

/* Rows of one configuration that say the same have one set of settings: most say what most do. */
static struct serve_zone *settings_for(struct registry *registry, const struct conf *conf,
                                       const struct registry_row *row)
{
    struct registry_alike *alike = &registry->alike;
    bool is_catalog = row->catalog != REGISTRY_CATALOG_NOT;

    if (alike->settings != NULL && alike->options == row->options &&
        alike->is_catalog == is_catalog)
        return serve_zone_share(alike->settings);
    struct serve_zone *settings = settings_of_zone(conf, row->options, is_catalog);
    if (registry->is_applying && !row->is_changed) {
        serve_zone_retire(registry->parts.serve, alike->settings);
        *alike = (struct registry_alike){ row->options, is_catalog, serve_zone_share(settings) };
    }
    return settings;
}

static void forget_alike(struct registry *registry)
{
    serve_zone_retire(registry->parts.serve, registry->alike.settings);
    registry->alike = (struct registry_alike){ .settings = NULL };
}

static void take_settings(struct registry *registry, const struct conf *conf,
                          struct registry_zone *zone, const struct registry_row *row)
{
    struct serve_zone *before = zone->settings;

    zone->settings = settings_for(registry, conf, row);
    atomic_store_explicit(&zone->zone.entry->settings, zone->settings, memory_order_seq_cst);
    zone_set_touch(registry->parts.zones); /* no answer is kept that the settings before allowed */
    serve_zone_retire(registry->parts.serve, before);
    settings_rules(row->options, &zone->zone.rules);
    zone->has_serial_check = row->options->serial_check == CONF_SERIAL_CHECK_STRICT;
    zone->history = row->options->history;
    zone->zonemd = (enum conf_zonemd)row->options->zonemd;
}

/* One that was promoted has no primaries, whatever the configuration says. */
static void take_role(const struct registry *registry, struct registry_row *row,
                      struct conf_zone_options *changed)
{
    if (row->options->from.count == 0 || !roles_is_promoted(registry->parts.log, row->name))
        return;
    *changed = *row->options;
    changed->from = (struct conf_peer_refs){ .count = 0 };
    row->options = changed;
    row->is_changed = true;
}

void registry_take_row(struct registry *registry, const struct conf *conf,
                       const struct registry_row *said)
{
    struct registry_row row_now = *said, *row = &row_now;
    struct conf_zone_options changed;
    struct registry_zone *zone = registry_find_wire(registry, row->name);
    bool is_new = zone == NULL;

    take_role(registry, row, &changed);
    if (is_new)
        zone = add_zone(registry, row->name);
    else if (registry->is_applying && zone->is_seen)
        return; /* what stands first counts */
    zone->is_seen = true;
    take_texts(zone, row);
    take_settings(registry, conf, zone, row);
    bool was_copy = zone->secondary != NULL;
    secondary_apply(registry->secondaries, zone, row->options);
    followers_zone_apply(registry->followers, zone, row->options);
    if (is_new || was_copy != (zone->secondary != NULL))
        catalogs_zones_changed(registry->catalogs);
    bool is_moved = is_other_file(zone->path, row->path);
    if (is_moved)
        move_file(zone);
    take_path(zone, row);
    if (zone->secondary != NULL && was_copy && zone->secondary->is_ready)
        return; /* it goes on following */
    if (zone->zone.newest != NULL)
        registry_reload(registry, zone, is_moved);
    else if (zone->job == NULL && zone->asking == NULL && zone->start_slot == 0)
        registry_zone_start(registry, zone);
}

struct directory {
    struct registry *registry;
    const struct conf *conf;
    const struct conf_zone_directory *row;
};

/* NAME.zone in a directory is the zone NAME. */
static bool take_file(void *context, const char *file, bool is_directory)
{
    static const char suffix[] = ".zone";
    struct directory *directory = context;
    size_t size = strlen(file);
    struct wire_name name;

    if (is_directory || size <= sizeof(suffix) - 1 ||
        strcmp(file + size - (sizeof(suffix) - 1), suffix) != 0)
        return true;
    size_t path_size = strlen(directory->row->path) + size + 2;
    char *path = td_malloc(path_size);
    snprintf(path, path_size, "%s/%s", directory->row->path, file);
    char *text = td_strdup(file);
    text[size - (sizeof(suffix) - 1)] = '\0';
    if (wire_name_from_text(text, &name) == TD_OK)
        registry_take_row(directory->registry, directory->conf,
                          &(struct registry_row){ .name = name.octets,
                                                  .path = path,
                                                  .options = directory->row->options });
    else
        serve_log(LOG_WARNING, EVENT_ZONE_LOAD_FAILED, NULL,
                  "'%s' is left out: '%s' is not a domain name", path, text);
    free(text);
    free(path);
    return true;
}

void registry_drop(struct registry *registry, struct registry_zone *zone, uint64_t quarantine_ms)
{
    uint8_t apex[WIRE_NAME_SIZE_MAX];

    memcpy(apex, zone->zone.entry->name, zone->zone.entry->name_size);
    remove_zone(registry, zone);
    images_forget(registry->images, apex);
    registry_forget(registry, apex, quarantine_ms);
}

/* What is kept of a zone that was in the configuration is kept: it may come back. */
static void drop_unseen(struct registry *registry)
{
    struct registry_zone *next;

    for (struct registry_zone *zone = registry->zones; zone != NULL; zone = next) {
        next = zone->next;
        if (zone->is_seen)
            continue;
        if (zone->origin == REGISTRY_FROM_CONF)
            remove_zone(registry, zone);
        else
            registry_drop(registry, zone, QUARANTINE_MS);
    }
}

/* What is on its way to the disk is waited for: no zone that goes may be busy. */
void registry_apply(struct fiber *fiber, struct registry *registry, const struct conf *conf)
{
    change_drain(fiber, registry->door);
    for (struct registry_zone *zone = registry->zones; zone != NULL; zone = zone->next)
        zone->is_seen = false;
    registry->is_applying = true;
    images_apply(registry->images, conf->server.images);
    catalogs_apply_begin(registry->catalogs, conf);
    zone_set_reserve(registry->parts.zones, conf->zone_count);
    for (uint32_t i = 0; i < conf->zone_count; i++)
        registry_take_row(registry, conf,
                          &(struct registry_row){ .name = conf->zones[i].name.wire,
                                                  .path = conf->zones[i].file,
                                                  .options = conf->zones[i].options,
                                                  .is_path_kept = true });
    for (uint32_t i = 0; i < conf->directory_count; i++) {
        struct directory directory = { registry, conf, &conf->directories[i] };
        struct td_diag diag;
        if (io_dir_list(registry->parts.io, directory.row->path, take_file, &directory, &diag) !=
            TD_OK)
            serve_log(LOG_ERROR, EVENT_ZONE_LOAD_FAILED, NULL, "%s", diag.text);
    }
    runtime_take_rows(registry, conf);
    catalogs_take_rows(registry->catalogs);
    registry->is_applying = false;
    forget_alike(registry);
    drop_unseen(registry);
    registry_reclaim_soon(registry);
}

/* ---- views ---- */

static int by_name(const void *left, const void *right)
{
    const struct registry_zone *const *a = left;
    const struct registry_zone *const *b = right;

    return wire_name_compare((*a)->zone.entry->name, (*b)->zone.entry->name);
}

struct registry_zone **registry_list(struct registry *registry, size_t *ret_count)
{
    size_t count = zone_set_count(registry->parts.zones);
    struct registry_zone **list = td_calloc(count, sizeof(struct registry_zone *));
    size_t at = 0;

    for (struct registry_zone *zone = registry->zones; zone != NULL; zone = zone->next)
        list[at++] = zone;
    td_assert(at == count);
    qsort(list, count, sizeof(*list), by_name);
    *ret_count = count;
    return list;
}

uint32_t registry_loading(const struct registry *registry)
{
    return registry->starts.waiting + loader_count(registry->loader) + registry->commits;
}

void registry_digest(const struct registry_zone *zone, struct replicate_digest *ret_digest)
{
    const struct zone_version *version = zone->zone.newest;
    const struct wire_rrset *set =
        zone_node_set(version, zone_version_apex(version), WIRE_TYPE_ZONEMD);

    ret_digest->size = 0;
    if (set == NULL || set->count != 1)
        return;
    struct wire_rdata rdata = wire_rrset_first(set);
    if (rdata.size > sizeof(ret_digest->octets))
        return;
    memcpy(ret_digest->octets, rdata.octets, rdata.size);
    ret_digest->size = rdata.size;
}

void registry_started(struct registry *registry)
{
    loader_calm(registry->loader);
    registry_trim(registry);
}

void registry_trim(struct registry *registry)
{
    loader_trim(registry->loader);
}

void registry_look_idle(struct registry *registry)
{
    void (*idle)(void *) = registry->idle;

    if (idle == NULL || registry_loading(registry) != 0)
        return;
    registry->idle = NULL;
    idle(registry->idle_context);
}

void registry_when_idle(struct registry *registry, void (*call)(void *context), void *context)
{
    registry->idle = call;
    registry->idle_context = context;
    registry_look_idle(registry);
}

struct change_door *registry_door(struct registry *registry)
{
    return registry->door;
}

void registry_follow_by(struct registry *registry, struct secondaries *secondaries,
                        struct followers_all *followers)
{
    registry->secondaries = secondaries;
    registry->followers = followers;
}

void registry_list_by(struct registry *registry, struct catalogs *catalogs)
{
    registry->catalogs = catalogs;
}

struct store_log *registry_log(struct registry *registry)
{
    return registry->parts.log;
}

struct io *registry_io(struct registry *registry)
{
    return registry->parts.io;
}

/* ---- the whole ---- */

static void submit(void *context, struct store_log_batch *batch)
{
    store_log_submit(context, batch);
}

td_err registry_new(const struct registry_parts *parts, struct registry **ret_registry,
                    struct td_diag *diag)
{
    struct registry *registry = td_calloc(1, sizeof(*registry));
    struct change_log log = { .submit = submit, .context = parts->log };

    registry->parts = *parts;
    registry->state = td_strdup(parts->state);
    registry->parts.state = registry->state;
    registry->door = change_door_new(parts->io, parts->zones, parts->rcu, &log);
    registry->listener =
        (struct change_listener){ .published = registry_published, .context = registry };
    change_listen(registry->door, &registry->listener);
    io_timer_init(&registry->reclaim, reclaim, registry);
    io_timer_init(&registry->keep, registry_keep, registry);
    io_timer_init(&registry->sweep, registry_sweep, registry);
    registry_sweep(&registry->sweep, registry);
    io_timer_init(&registry->quarantine, registry_quarantine, registry);
    io_timer_start(parts->io, &registry->quarantine, io_deadline_ms(parts->io, 1000));
    td_err err = loader_new(parts->io, parts->keepers, parts->trims_memory, registry_take_job,
                            registry, &registry->loader, diag);
    if (err != TD_OK) {
        change_door_free(registry->door);
        free(registry->state);
        free(registry);
        return err;
    }
    change_dispose_by(registry->door, dispose, registry);
    registry->images = images_new(registry);
    *ret_registry = registry;
    return TD_OK;
}

static void forget_jobs(struct registry *registry)
{
    for (struct registry_zone *zone = registry->zones; zone != NULL; zone = zone->next)
        zone->job = NULL;
}

void registry_free(struct fiber *fiber, struct registry *registry)
{
    if (registry == NULL)
        return;
    registry->idle = NULL; /* it stops: nobody is told that all has been done */
    registry_merge_stop(fiber, registry);
    change_drain(fiber, registry->door);
    forget_jobs(registry);
    images_stop(registry->images);
    loader_stop(fiber, registry->loader);
    change_drain(fiber, registry->door); /* commits that land give the loader something still */
    change_dispose_by(registry->door, NULL, NULL);
    forget_jobs(registry); /* the timer of the keeper may have given one, too */
    loader_free(registry->loader);
    io_timer_stop(&registry->reclaim); /* only now: a load that ended meanwhile has started it */
    io_timer_stop(&registry->keep);
    io_timer_stop(&registry->sweep);
    io_timer_stop(&registry->quarantine);
    while (registry->zones != NULL) {
        struct registry_zone *zone = registry->zones;
        secondary_end(zone);
        followers_end(zone);
        differences_zone_end(zone);
        change_withdraw(registry->door, &zone->zone, ZONE_STATE_FAILED);
        serve_zone_retire(registry->parts.serve, zone->settings);
        zone_free(zone);
    }
    free(registry->starts.zones);
    images_free(registry->images);
    while (td_rcu_reclaim(registry->parts.rcu) != 0)
        continue;
    change_door_free(registry->door);
    free(registry->state);
    free(registry);
}
