#include "daemon/registry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "daemon/settings.h"
#include "io/timer.h"
#include "serve/log.h"
#include "wire/name.h"
#include "zone/lineage.h"

enum { RECLAIM_EVERY_MS = 50 };

struct registry {
    struct registry_parts parts;
    struct change_door *door;
    struct loader *loader;
    struct registry_zone *zones;
    struct io_timer reclaim;
    void (*idle)(void *context);
    void *idle_context;
};

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

static void reclaim_soon(struct registry *registry)
{
    if (!io_timer_is_running(&registry->reclaim))
        io_timer_start(registry->parts.io, &registry->reclaim,
                       io_deadline_ms(registry->parts.io, RECLAIM_EVERY_MS));
}

/* ---- loading ---- */

/* Keep what must be mended, no larger than it is: there may be very many zones. */
static void keep_diags(struct registry_zone *zone, struct loader_job *job)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < job->diag_count; i++) {
        serve_log_diag(EVENT_ZONE_CHECK, zone->name, &job->diags[i]);
        if (job->diags[i].severity != TD_SEVERITY_NOTE)
            job->diags[count++] = job->diags[i];
    }
    if (job->diags_left_out != 0)
        serve_log(LOG_WARNING, EVENT_ZONE_CHECK, zone->name, "%u more findings",
                  job->diags_left_out);
    free(zone->diags);
    zone->diags = count == 0 ? NULL : td_memdup(job->diags, count * sizeof(*job->diags));
    zone->diag_count = count;
    zone->diags_left_out = job->diags_left_out;
}

static void publish(struct registry *registry, struct registry_zone *zone, struct loader_job *job)
{
    struct change_about about = { .origin = CHANGE_FILE, .author = "file", .reason = zone->path };
    uint32_t serial = job->version->serial;
    unsigned long long records = job->version->record_count;
    struct td_diag diag;

    td_err err =
        change_commit_whole(registry->door, &zone->zone, job->version, NULL, &about, NULL, &diag);
    td_assert(err == TD_OK); /* a whole version that was built and checked */
    zone->has_loaded = true;
    zone->stat = job->report.stat;
    zone->loaded_s = io_wall_s(registry->parts.io);
    zone->failed_s = 0;
    zone->load_ns = job->cpu_ns;
    serve_log(LOG_INFO, EVENT_ZONE_LOADED, zone->name,
              "load, serial %u, %llu records, file '%s', %llu ms", serial, records, zone->path,
              (unsigned long long)(job->cpu_ns / IO_NS_PER_MS));
    reclaim_soon(registry);
}

static void load_failed(struct registry *registry, struct registry_zone *zone,
                        const struct loader_job *job)
{
    zone->failed_s = io_wall_s(registry->parts.io);
    if (zone->zone.newest != NULL) {
        serve_log(LOG_ERROR, EVENT_ZONE_LOAD_FAILED, zone->name,
                  "load, file '%s' refused with %u errors, serial %u goes on being served",
                  zone->path, job->report.errors, zone->zone.newest->serial);
        return;
    }
    zone_entry_publish(registry->parts.zones, zone->zone.entry, NULL, ZONE_STATE_FAILED);
    serve_log(LOG_ERROR, EVENT_ZONE_LOAD_FAILED, zone->name,
              "load, file '%s' refused with %u errors, the zone answers SERVFAIL", zone->path,
              job->report.errors);
}

static void zone_free(struct registry_zone *zone)
{
    free(zone->path);
    free(zone->name);
    free(zone->diags);
    free(zone);
}

static void loaded(void *context, struct loader_job *job)
{
    struct registry *registry = context;
    struct registry_zone *zone = job->owner;

    zone->job = NULL;
    if (zone->is_dropped) {
        if (job->result == TD_OK)
            zone_lineage_free(job->version->lineage);
        zone_free(zone);
    } else {
        keep_diags(zone, job);
        if (job->result == TD_OK)
            publish(registry, zone, job);
        else
            load_failed(registry, zone, job);
        if (zone->is_again) {
            zone->is_again = false;
            registry_reload(registry, zone, false);
        }
    }
    loader_job_free(job);
    if (registry->idle != NULL && loader_count(registry->loader) == 0) {
        void (*idle)(void *) = registry->idle;
        registry->idle = NULL;
        idle(registry->idle_context);
    }
}

static void dispose(void *context, struct zone_lineage *lineage)
{
    struct registry *registry = context;

    loader_dispose(registry->loader, lineage);
}

static bool is_unchanged(struct registry *registry, const struct registry_zone *zone)
{
    struct io_file_stat stat;

    if (!zone->has_loaded || zone->failed_s != 0 ||
        io_path_stat(registry->parts.io, zone->path, &stat, NULL) != TD_OK)
        return false;
    return stat.device == zone->stat.device && stat.inode == zone->stat.inode &&
           stat.size == zone->stat.size && stat.modified_ns == zone->stat.modified_ns &&
           stat.changed_ns == zone->stat.changed_ns;
}

void registry_reload(struct registry *registry, struct registry_zone *zone, bool force)
{
    if (zone->path == NULL || zone->is_dropped)
        return;
    if (zone->job != NULL) {
        zone->is_again = true;
        return;
    }
    if (!force && is_unchanged(registry, zone))
        return;
    struct loader_job *job = td_calloc(1, sizeof(*job));
    job->owner = zone;
    memcpy(job->apex, zone->zone.entry->name, zone->zone.entry->name_size);
    job->zonefile = (struct store_zonefile){
        .path = zone->path,
        .apex = job->apex,
        .seed = registry->parts.seed,
        .may_include = true,
    };
    zone_check_options_init(&job->checks, ZONE_CHECK_NORMAL, 0);
    zone->job = job;
    loader_give(registry->loader, job);
}

void registry_reload_all(struct registry *registry, bool force)
{
    for (struct registry_zone *zone = registry->zones; zone != NULL; zone = zone->next)
        registry_reload(registry, zone, force);
}

/* ---- rows ---- */

static void remove_zone(struct registry *registry, struct registry_zone *zone)
{
    serve_log(LOG_INFO, EVENT_ZONE_REMOVED, zone->name, "zone removed");
    change_withdraw(registry->door, &zone->zone, ZONE_STATE_FAILED);
    zone_set_remove(registry->parts.zones, zone->zone.entry);
    serve_zone_retire(registry->parts.serve, zone->settings);
    zone->settings = NULL;
    if (zone->job != NULL)
        zone->is_dropped = true; /* freed when the job is back: it reads the path */
    else
        zone_free(zone);
    reclaim_soon(registry);
}

static struct registry_zone *find_wire(struct registry *registry, const uint8_t *name)
{
    struct wire_key key;

    wire_key_make(&key, registry->parts.seed, name);
    struct zone_entry *entry = zone_set_find_exact(registry->parts.zones, &key);
    return entry == NULL ? NULL : entry->owner;
}

struct registry_zone *registry_find(struct registry *registry, const char *name)
{
    struct wire_name wire;

    return wire_name_from_text(name, &wire) == TD_OK ? find_wire(registry, wire.octets) : NULL;
}

static struct registry_zone *add_zone(struct registry *registry, const uint8_t *name)
{
    struct registry_zone *zone = td_calloc(1, sizeof(*zone));
    char text[WIRE_NAME_TEXT_SIZE];

    td_err err = zone_set_add(registry->parts.zones, name, &zone->zone.entry);
    td_assert(err == TD_OK); /* it was looked for before */
    zone->zone.entry->owner = zone;
    zone->name = td_strdup(wire_name_format(name, text));
    zone->next = registry->zones;
    registry->zones = zone;
    return zone;
}

/* Bring a row in step with what the configuration says of it. */
static void take_row(struct registry *registry, const struct conf *conf, const uint8_t *name,
                     const char *path, const struct conf_zone_options *options)
{
    struct registry_zone *zone = find_wire(registry, name);
    struct serve_zone *before;

    if (zone == NULL)
        zone = add_zone(registry, name);
    if (zone->is_seen)
        return; /* a row of its own comes before a directory */
    zone->is_seen = true;
    before = zone->settings;
    zone->settings = settings_of_zone(conf, options);
    atomic_store_explicit(&zone->zone.entry->settings, zone->settings, memory_order_seq_cst);
    serve_zone_retire(registry->parts.serve, before);
    bool is_moved = zone->path == NULL || path == NULL || strcmp(zone->path, path) != 0;
    if (is_moved) {
        if (zone->job != NULL) {
            /* The keeper reads the old path: let the row go and take a new one. */
            zone->job->owner = td_memdup(zone, sizeof(*zone));
            ((struct registry_zone *)zone->job->owner)->is_dropped = true;
            zone->job = NULL;
            zone->name = td_strdup(zone->name);
            zone->diags = NULL;
            zone->diag_count = 0;
        } else {
            free(zone->path);
        }
        zone->path = path == NULL ? NULL : td_strdup(path);
        zone->has_loaded = false;
    }
    if (zone->path == NULL && zone->zone.newest == NULL)
        zone_entry_publish(registry->parts.zones, zone->zone.entry, NULL, ZONE_STATE_FAILED);
    registry_reload(registry, zone, false);
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
        take_row(directory->registry, directory->conf, name.octets, path, directory->row->options);
    else
        serve_log(LOG_WARNING, EVENT_ZONE_LOAD_FAILED, NULL,
                  "'%s' is left out: '%s' is not a domain name", path, text);
    free(text);
    free(path);
    return true;
}

static void drop_unseen(struct registry *registry)
{
    for (struct registry_zone **at = &registry->zones; *at != NULL;) {
        struct registry_zone *zone = *at;
        if (zone->is_seen) {
            at = &zone->next;
            continue;
        }
        *at = zone->next;
        remove_zone(registry, zone);
    }
}

void registry_apply(struct registry *registry, const struct conf *conf)
{
    for (struct registry_zone *zone = registry->zones; zone != NULL; zone = zone->next)
        zone->is_seen = false;
    zone_set_reserve(registry->parts.zones, conf->zone_count);
    for (uint32_t i = 0; i < conf->zone_count; i++)
        take_row(registry, conf, conf->zones[i].name.wire, conf->zones[i].file,
                 conf->zones[i].options);
    for (uint32_t i = 0; i < conf->directory_count; i++) {
        struct directory directory = { registry, conf, &conf->directories[i] };
        struct td_diag diag;
        if (io_dir_list(registry->parts.io, directory.row->path, take_file, &directory, &diag) !=
            TD_OK)
            serve_log(LOG_ERROR, EVENT_ZONE_LOAD_FAILED, NULL, "%s", diag.text);
    }
    drop_unseen(registry);
    reclaim_soon(registry);
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
    return loader_count(registry->loader);
}

void registry_when_idle(struct registry *registry, void (*call)(void *context), void *context)
{
    if (loader_count(registry->loader) == 0) {
        call(context);
        return;
    }
    registry->idle = call;
    registry->idle_context = context;
}

/* ---- the whole ---- */

td_err registry_new(const struct registry_parts *parts, struct registry **ret_registry,
                    struct td_diag *diag)
{
    struct registry *registry = td_calloc(1, sizeof(*registry));

    registry->parts = *parts;
    registry->door = change_door_new(parts->io, parts->zones, parts->rcu, NULL);
    io_timer_init(&registry->reclaim, reclaim, registry);
    td_err err = loader_new(parts->io, parts->keepers, loaded, registry, &registry->loader, diag);
    if (err != TD_OK) {
        change_door_free(registry->door);
        free(registry);
        return err;
    }
    change_dispose_by(registry->door, dispose, registry);
    *ret_registry = registry;
    return TD_OK;
}

void registry_free(struct fiber *fiber, struct registry *registry)
{
    if (registry == NULL)
        return;
    loader_free(fiber, registry->loader);
    change_drain(fiber, registry->door);
    change_dispose_by(registry->door, NULL, NULL);
    io_timer_stop(&registry->reclaim); /* only now: a load that ended meanwhile has started it */
    while (registry->zones != NULL) {
        struct registry_zone *zone = registry->zones;
        registry->zones = zone->next;
        zone->job = NULL;
        change_withdraw(registry->door, &zone->zone, ZONE_STATE_FAILED);
        serve_zone_retire(registry->parts.serve, zone->settings);
        zone_free(zone);
    }
    while (td_rcu_reclaim(registry->parts.rcu) != 0)
        continue;
    change_door_free(registry->door);
    free(registry);
}
