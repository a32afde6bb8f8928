#include "server/images.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/reader.h"
#include "base/writer.h"
#include "serve/log.h"
#include "server/registry_internal.h"
#include "store/image.h"
#include "zone/lineage.h"

/*
 * A zone of less than 512 pages (8 MiB, some 80,000 records) is loaded from text in 30 ms. A slice
 * of 16 MiB every 250 ms is 64 MiB a second at most.
 */
enum {
    PAGES_MIN = 512,
    LOOK_EVERY_MS = 1000,
    QUIET_MS = 5000,      /* since the last change */
    CHANGING_MS = 600000, /* since the first: a zone that is never quiet is written then */
    AGAIN_MS = 60000,     /* since the last image of the zone */
    AFTER_FAILURE_MS = 600000 /* a full disk, most often */,
    SLICE_MS = 250,
};

static const uint8_t seed_key[] = { 'X' };

struct image {
    struct image *next;
    struct registry_zone *zone;
    struct loader_job *job; /* to write it, or to look at the source; NULL: none */
    bool is_current;        /* what would be written is on disk */
    bool wants_digest;      /* of the source, that it was used for */
    bool is_outdated;       /* the zone has changed since the job began */
    uint64_t first_ns;      /* change that is not in it */
    uint64_t last_ns;
    uint64_t not_before_ns; /* it is not written again */
};

struct images {
    struct registry *registry;
    struct image *first;
    struct image *writing;    /* whose slices are written; NULL: nobody's */
    struct loader_job *slice; /* between two of them; NULL: a keeper has it, or none is written */
    bool is_busy;             /* `writing`, or what was: a keeper still has its job */
    bool is_on;
    bool has_seed;    /* the log has it: there are images, or may be */
    bool wants_sweep; /* of images whose zone is gone */
    struct io_timer look;
    struct io_timer rest; /* between two slices */
};

/* ---- what the log knows ---- */

static size_t key_of(const uint8_t *apex, uint8_t out[STORE_ZONE_KEY_SIZE_MAX])
{
    size_t size = store_zone_key(apex, out);

    out[0] = 'I';
    return size;
}

static bool find(const struct images *images, const uint8_t *apex, uint64_t *ret_sequence)
{
    uint8_t key[STORE_ZONE_KEY_SIZE_MAX];
    uint64_t sequence;
    size_t size;

    const uint8_t *value =
        store_log_state(images->registry->parts.log, key, key_of(apex, key), &size, &sequence);
    if (value == NULL || size != 8)
        return false;
    *ret_sequence = (uint64_t)td_get_u32(value) << 32 | td_get_u32(value + 4);
    return true;
}

static void put(struct images *images, const uint8_t *apex, uint64_t sequence)
{
    uint8_t key[STORE_ZONE_KEY_SIZE_MAX], value[8];
    struct change_door *door = images->registry->door;
    const struct td_hash_seed *seed = images->registry->parts.seed;

    td_put_u32(value, (uint32_t)(sequence >> 32));
    td_put_u32(value + 4, (uint32_t)sequence);
    change_put_state(door, key, key_of(apex, key), value, sizeof(value), NULL);
    if (!images->has_seed)
        change_put_state(door, seed_key, sizeof(seed_key), seed, sizeof(*seed), NULL);
    images->has_seed = true;
}

static void any(void *context, const uint8_t *key, size_t key_size, const uint8_t *value,
                size_t value_size)
{
    (void)key;
    (void)key_size;
    (void)value;
    (void)value_size;
    *(bool *)context = true;
}

bool images_recall_seed(const struct store_log *log, struct td_hash_seed *seed)
{
    bool has_images = false;
    uint64_t sequence;
    size_t size;

    store_log_state_visit(log, "I", 1, any, &has_images);
    const uint8_t *value = store_log_state(log, seed_key, sizeof(seed_key), &size, &sequence);
    if (!has_images || value == NULL || size != sizeof(*seed))
        return false;
    memcpy(seed, value, sizeof(*seed));
    return true;
}

static void remove_file(const struct images *images, const uint8_t *apex)
{
    char *path = store_image_path(images->registry->parts.state, apex);
    td_err err = io_path_remove(images->registry->parts.io, path, NULL);

    (void)err; /* there may be none */
    free(path);
}

void images_forget(struct images *images, const uint8_t *apex)
{
    uint8_t key[STORE_ZONE_KEY_SIZE_MAX];
    struct registry_zone *zone = registry_find_wire(images->registry, apex);
    uint64_t sequence;

    if (zone != NULL)
        images_zone_end(images, zone); /* what is being written is removed when it is done */
    if (!find(images, apex, &sequence))
        return;
    change_put_state(images->registry->door, key, key_of(apex, key), NULL, 0, NULL);
    remove_file(images, apex);
}

/* ---- rows ---- */

static void look_soon(struct images *images)
{
    struct io *io = images->registry->parts.io;

    if (!io_timer_is_running(&images->look))
        io_timer_start(io, &images->look, io_deadline_ms(io, LOOK_EVERY_MS));
}

static struct image *row_of(struct images *images, struct registry_zone *zone)
{
    if (zone->image != NULL)
        return zone->image;
    zone->image = td_calloc(1, sizeof(*zone->image));
    zone->image->zone = zone;
    zone->image->next = images->first;
    images->first = zone->image;
    return zone->image;
}

void images_changed(struct images *images, struct registry_zone *zone)
{
    const struct zone_version *newest = zone->zone.newest;

    if (!images->is_on || newest == NULL || newest->page_count < PAGES_MIN)
        return;
    struct image *image = row_of(images, zone);
    uint64_t now_ns = io_now_ns(images->registry->parts.io);
    if (image->is_current || image->first_ns == 0)
        image->first_ns = now_ns;
    image->last_ns = now_ns;
    image->is_current = false;
    image->is_outdated = true;
    look_soon(images);
}

/* What is written of it comes to nothing. */
static void stop_writing(struct images *images, struct image *image)
{
    if (images->writing != image)
        return;
    images->writing = NULL;
    io_timer_stop(&images->rest);
    if (images->slice != NULL) {
        loader_job_free(images->slice);
        images->slice = NULL;
        images->is_busy = false;
    }
}

void images_zone_end(struct images *images, struct registry_zone *zone)
{
    struct image **at = &images->first, *image = zone->image;

    if (image == NULL)
        return;
    if (image->job != NULL)
        image->job->owner = NULL;
    stop_writing(images, image);
    while (*at != image)
        at = &(*at)->next;
    *at = image->next;
    free(image);
    zone->image = NULL;
}

/* ---- writing ---- */

/* What a file must be read with to make the same zone of it. */
static uint64_t options_of(const struct registry_zone *zone)
{
    struct zone_check_options checks;

    registry_checks(zone, LOADER_LOAD, &checks);
    uint64_t limits[] = { checks.expiry_soon_s, checks.findings_max, checks.set_max,
                          checks.signatures_max };
    return td_hash_fixed(td_hash_fixed(0, limits, sizeof(limits)), checks.levels,
                         sizeof(checks.levels));
}

/*
 * What is it that would be written? A zone is what its file says, or it has been changed and is
 * what the log says. Neither, and there is nothing to hold it against at the next start.
 */
static bool describe(const struct registry_zone *zone, struct store_image_about *ret_about)
{
    bool is_changed = registry_zone_is_dirty(zone);

    if (zone->job != NULL || zone->asking != NULL || zone->is_committing || zone->is_again ||
        zone->has_conflict || zone->is_held || zone->keeps_held || zone->failed_s != 0 ||
        zone->catalog != REGISTRY_CATALOG_NOT || zone->zone.newest == NULL ||
        change_zone_is_busy(&zone->zone))
        return false;
    if (!is_changed &&
        (zone->secondary != NULL || zone->path == NULL || !zone->has_file || zone->has_includes))
        return false;
    *ret_about = (struct store_image_about){
        .apex = zone->zone.entry->name,
        .seed = zone->registry->parts.seed,
        .sequence = zone->sequence,
        .options = options_of(zone),
        .has_file = !is_changed,
        .diags = zone->diags,
        .diag_count = zone->diag_count,
        .diags_left_out = zone->diags_left_out,
    };
    if (!is_changed)
        ret_about->file = zone->file;
    return true;
}

static void failed(struct image *image, const char *why)
{
    struct registry *registry = image->zone->registry;

    image->not_before_ns = io_deadline_ms(registry->parts.io, AFTER_FAILURE_MS);
    serve_log(LOG_WARNING, EVENT_ZONE_IMAGE, image->zone->name,
              "image, it could not be written: %s; the next start loads the zone from its source",
              why);
}

static void begin(struct images *images, struct image *image)
{
    struct registry *registry = images->registry;
    struct registry_zone *zone = image->zone;
    struct store_image_about about;
    struct zone_parts parts;
    struct td_diag diag;

    if (!describe(zone, &about) || !zone_parts_take(zone->zone.newest, &parts))
        return; /* it is looked at again */
    char *path = store_image_path(registry->parts.state, about.apex);
    struct loader_job *job = loader_job_new(LOADER_IMAGE_WRITE, about.apex, NULL);
    job->owner = image;
    loader_job_pin(job, zone->zone.newest, zone->sequence);
    td_err err = store_image_writer_new(registry->parts.io, path, job->before, &parts, &about,
                                        &job->writer, &diag);
    free(path);
    if (err != TD_OK) {
        zone_parts_fini(&parts);
        loader_job_free(job);
        failed(image, diag.text);
        return;
    }
    image->job = job;
    image->is_outdated = false;
    images->writing = image;
    images->is_busy = true;
    loader_give(registry->loader, job);
}

static void go_on(struct io_timer *timer, void *context)
{
    struct images *images = context;

    (void)timer;
    images->writing->job = images->slice;
    loader_give(images->registry->loader, images->slice);
    images->slice = NULL;
}

static void written(struct images *images, struct image *image, const struct loader_job *job)
{
    struct registry *registry = images->registry;

    image->is_current = !image->is_outdated;
    image->not_before_ns = io_deadline_ms(registry->parts.io, AGAIN_MS);
    put(images, job->apex, job->sequence);
    serve_log(LOG_INFO, EVENT_ZONE_IMAGE, image->zone->name, "image, written of serial %u",
              job->before->serial);
}

static void take_slice(struct images *images, struct loader_job *job)
{
    struct image *image = job->owner;
    struct io *io = images->registry->parts.io;

    if (image != NULL && job->result == TD_OK && !job->is_done) {
        image->job = NULL;
        images->slice = job;
        io_timer_start(io, &images->rest, io_deadline_ms(io, SLICE_MS));
        return;
    }
    images->writing = NULL;
    images->is_busy = false;
    if (image == NULL) {
        if (job->is_done)
            remove_file(images, job->apex);
    } else {
        image->job = NULL;
        if (job->result == TD_OK)
            written(images, image, job);
        else
            failed(image, job->diag_count == 0 ? td_err_text(job->result) : job->diags[0].text);
    }
    loader_job_free(job);
    look_soon(images);
}

/* ---- is the source still what it was? ---- */

static void give_digest(struct images *images, struct image *image)
{
    struct registry_zone *zone = image->zone;

    image->wants_digest = false;
    if (zone->path == NULL || !zone->has_file)
        return;
    image->job = loader_job_new(LOADER_DIGEST, zone->zone.entry->name, zone->path);
    image->job->owner = image;
    loader_give(images->registry->loader, image->job);
}

static void take_digest(struct images *images, struct loader_job *job)
{
    struct image *image = job->owner;
    struct registry *registry = images->registry;
    struct io_file_stat stat;

    if (image != NULL) {
        struct registry_zone *zone = image->zone;
        image->job = NULL;
        bool is_other = job->result == TD_OK && job->report.digest != zone->file.digest &&
                        io_path_stat(registry->parts.io, zone->path, &stat, NULL) == TD_OK &&
                        store_zone_file_is_same(&zone->file, &stat);
        if (is_other) {
            serve_log(LOG_WARNING, EVENT_ZONE_IMAGE, zone->name,
                      "image, the file '%s' is another one, though its size and times are those "
                      "of before: it is loaded",
                      zone->path);
            registry_reload(registry, zone, true);
        }
    }
    loader_job_free(job);
    look_soon(images);
}

void images_take_job(struct images *images, struct loader_job *job)
{
    if (job->kind == LOADER_DIGEST)
        take_digest(images, job);
    else
        take_slice(images, job);
}

/* ---- from time to time ---- */

struct names {
    uint8_t (*names)[WIRE_NAME_SIZE_MAX];
    uint32_t count;
    uint32_t capacity;
};

static void collect(void *context, const uint8_t *key, size_t key_size, const uint8_t *value,
                    size_t value_size)
{
    struct names *names = context;

    (void)value;
    (void)value_size;
    td_grow(names->names, names->count, names->capacity);
    memcpy(names->names[names->count++], key + 1, key_size - 1);
}

/* Zones may go from the configuration also while no server runs. */
static void sweep(struct images *images)
{
    struct registry *registry = images->registry;
    struct names names = { .count = 0 };

    images->wants_sweep = false;
    store_log_state_visit(registry->parts.log, "I", 1, collect, &names);
    for (uint32_t i = 0; i < names.count; i++)
        if (!images->is_on || registry_find_wire(registry, names.names[i]) == NULL)
            images_forget(images, names.names[i]);
    free(names.names);
}

static bool is_due(const struct image *image, uint64_t now_ns)
{
    bool is_quiet = now_ns - image->last_ns >= (uint64_t)QUIET_MS * IO_NS_PER_MS;
    bool is_restless = now_ns - image->first_ns >= (uint64_t)CHANGING_MS * IO_NS_PER_MS;

    return now_ns >= image->not_before_ns && (is_quiet || is_restless);
}

static void look(struct io_timer *timer, void *context)
{
    struct images *images = context;
    struct registry *registry = images->registry;
    uint64_t now_ns = io_now_ns(registry->parts.io);
    bool is_waiting = images->wants_sweep;

    (void)timer;
    if (images->wants_sweep && registry_loading(registry) == 0)
        sweep(images);
    for (struct image *image = images->first; image != NULL; image = image->next) {
        is_waiting = is_waiting || image->wants_digest || !image->is_current;
        if (image->job != NULL || registry_loading(registry) != 0)
            continue; /* loads come first */
        if (image->wants_digest)
            give_digest(images, image);
        else if (!image->is_current && !images->is_busy && is_due(image, now_ns))
            begin(images, image);
    }
    if (is_waiting)
        look_soon(images);
}

/* ---- a start ---- */

static bool is_usable(const struct images *images, const struct registry_zone *zone,
                      uint64_t sequence, bool is_changed)
{
    const struct zone_entry *entry = zone->zone.entry;
    const struct store_log *log = images->registry->parts.log;
    const struct store_log_change *broken = store_log_break(log, entry->name, entry->name_size);
    size_t count;

    if (is_changed)
        return sequence <= zone->sequence && sequence >= zone->base_sequence &&
               (broken == NULL || sequence >= broken->sequence);
    const struct store_log_change *changes =
        store_log_changes(log, entry->name, entry->name_size, &count);
    return zone->secondary == NULL && zone->path != NULL && zone->has_file &&
           store_log_behind(changes, count, sequence) == count;
}

bool images_start(struct images *images, struct registry_zone *zone, bool is_changed)
{
    struct registry *registry = images->registry;
    const uint8_t *apex = zone->zone.entry->name;
    uint64_t sequence;

    if (!images->is_on || !images->has_seed || zone->keeps_held || !find(images, apex, &sequence))
        return false;
    if (zone->has_tried_image)
        return false; /* that it is forgotten is not yet in the log */
    zone->has_tried_image = true;
    if (!is_usable(images, zone, sequence, is_changed)) {
        images_forget(images, apex);
        return false;
    }
    struct loader_job *job = registry_job_new(registry, zone, LOADER_IMAGE);
    job->image_path = store_image_path(registry->parts.state, apex);
    job->sequence = sequence;
    job->is_changed = is_changed;
    job->options = options_of(zone);
    if (registry_replay_behind(registry, zone, sequence, job) != TD_OK) {
        zone->job = NULL;
        loader_job_free(job);
        images_forget(images, apex);
        return false;
    }
    loader_give(registry->loader, job);
    return true;
}

void images_refused(struct images *images, struct registry_zone *zone, const struct loader_job *job)
{
    serve_log(LOG_NOTICE, EVENT_ZONE_IMAGE, zone->name,
              "image, not used: %s; the zone is loaded from its source",
              job->diag_count == 0 ? td_err_text(job->result) : job->diags[0].text);
    images_forget(images, zone->zone.entry->name);
}

void images_used(struct images *images, struct registry_zone *zone, const struct loader_job *job)
{
    struct image *image = row_of(images, zone);

    image->is_current = true;
    image->wants_digest = !job->is_changed;
    if (job->replay.size != 0)
        images_changed(images, zone);
    if (image->wants_digest)
        look_soon(images);
}

/* ---- the whole ---- */

void images_apply(struct images *images, bool is_on)
{
    bool was_on = images->is_on;

    images->is_on = is_on;
    images->wants_sweep = true;
    look_soon(images);
    if (is_on == was_on)
        return;
    if (is_on) {
        for (struct registry_zone *zone = images->registry->zones; zone != NULL; zone = zone->next)
            images_changed(images, zone);
        return;
    }
    while (images->first != NULL)
        images_zone_end(images, images->first->zone);
}

struct images *images_new(struct registry *registry)
{
    struct images *images = td_calloc(1, sizeof(*images));
    struct td_hash_seed seed;

    images->registry = registry;
    images->has_seed = images_recall_seed(registry->parts.log, &seed) &&
                       memcmp(&seed, registry->parts.seed, sizeof(seed)) == 0;
    io_timer_init(&images->look, look, images);
    io_timer_init(&images->rest, go_on, images);
    return images;
}

void images_stop(struct images *images)
{
    images->is_on = false;
    while (images->first != NULL)
        images_zone_end(images, images->first->zone);
    io_timer_stop(&images->look);
}

void images_free(struct images *images)
{
    io_timer_stop(&images->look);
    free(images);
}
