/*
 * What a zone file says becomes a change of the zone.
 *
 * The serial in a file is compared with the one that file had when it was last loaded, never with
 * what is served: whoever edits a file need not know what was published meanwhile. What is
 * published is always greater than what was.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "change/brake.h"
#include "change/draft.h"
#include "serve/log.h"
#include "server/followers.h"
#include "server/images.h"
#include "server/registry_internal.h"
#include "server/roles.h"
#include "server/secondary.h"
#include "wire/rrtype.h"

enum { SOA_NUMBERS_SIZE = 20 };

/* A change of the zone from its file, until it is durable. */
struct commit {
    struct change_wait wait;
    struct registry *registry;
    struct registry_zone *zone;
    struct store_zone_file file;
    uint64_t records;
    bool is_known; /* no listener hears of it */
};

/* ---- what is remembered ---- */

void registry_put_state(struct registry *registry, struct registry_zone *zone,
                        const struct store_zone_file *file, struct change_wait *wait)
{
    uint8_t key[STORE_ZONE_KEY_SIZE_MAX];
    struct td_buf value = { .data = NULL };
    const struct zone_version *view = change_zone_view(&zone->zone);
    struct store_zone_state state = {
        .serial = view == NULL ? zone->zone.serial_floor : view->serial,
        .is_frozen = zone->zone.is_frozen,
        .has_file = file != NULL && !(file == &zone->file && zone->owes_file),
    };

    if (state.has_file)
        state.file = *file;
    store_zone_state_encode(&state, &value);
    change_put_state(registry->door, key, store_zone_key(zone->zone.entry->name, key), value.data,
                     value.size, wait);
    td_buf_fini(&value);
}

void registry_remember_file(struct registry *registry, struct registry_zone *zone,
                            const struct store_zone_file *file)
{
    zone->has_file = true;
    zone->owes_file = false;
    zone->file = *file;
    images_changed(registry->images, zone);
    registry_put_state(registry, zone, file, NULL);
}

/*
 * The file says what the zone is not, and there is no base yet: a start would make the zone of the
 * file. So the log hears of the file when there is one; a start before that takes it for one that
 * was changed while nobody looked.
 */
static void remember_later(struct registry *registry, struct registry_zone *zone,
                           const struct store_zone_file *file)
{
    zone->wants_base = zone->has_file = zone->owes_file = true;
    zone->file = *file;
    images_changed(registry->images, zone);
}

void registry_remember_owed(struct registry *registry, struct registry_zone *zone)
{
    if (zone->owes_file)
        registry_remember_file(registry, zone, &zone->file);
}

/*
 * The file as it was read, and up to which change of the zone it says the same as the zone will.
 * That is the change it becomes only if nothing else is changed meanwhile. Else the changes behind
 * the version it was compared with are not in the file; after a merge, none of those made at run
 * time is. At a start they are made up for, on what the file says.
 */
struct store_zone_file registry_file_of(const struct registry_zone *zone,
                                        const struct loader_job *job, enum registry_take take)
{
    struct store_zone_file file = {
        .stat = job->report.stat,
        .digest = job->report.digest,
        .serial = job->report.serial,
        .sequence = STORE_ZONE_SEQUENCE_OWN,
    };

    if (take == REGISTRY_TAKE_MERGE)
        file.sequence = zone->has_file ? zone->file.sequence : 0;
    else if (change_zone_is_busy(&zone->zone) || job->before != zone->zone.newest)
        file.sequence = job->sequence;
    return file;
}

/* ---- the end of a commit ---- */

static void commit_free(struct commit *commit)
{
    commit->zone->is_committing = false;
    commit->registry->commits--;
    free(commit);
}

static void succeeded(struct commit *commit)
{
    struct registry_zone *zone = commit->zone;

    zone->has_file = true;
    zone->owes_file = false;
    zone->file = commit->file;
    if (zone->file.sequence == STORE_ZONE_SEQUENCE_OWN)
        zone->file.sequence = zone->sequence; /* nothing of the zone is behind it yet */
    zone->loaded_s = io_wall_s(commit->registry->parts.io);
    zone->failed_s = 0;
    zone->has_conflict = false;
    registry_unhold(commit->registry, zone);
    serve_log(LOG_INFO, EVENT_ZONE_LOADED, zone->name,
              "load, serial %u, %llu records, file '%s'%s, %llu ms", commit->wait.serial,
              (unsigned long long)commit->records, zone->path,
              zone->is_from_image ? ", from its image" : "",
              (unsigned long long)(zone->load_ns / IO_NS_PER_MS));
    registry_reclaim_soon(commit->registry);
    if (!zone->is_from_image)
        images_changed(commit->registry->images, zone);
    if (commit->is_known)
        followers_published(zone, true);
    serial_walk_recall(zone);
    if (zone->secondary != NULL)
        secondary_start(zone);
    if (registry_zone_is_dirty(zone))
        registry_keep_soon(commit->registry);
}

static void on_done(struct change_wait *wait, td_err err, const struct td_diag *diag)
{
    struct commit *commit = td_container_of(wait, struct commit, wait);
    struct registry *registry = commit->registry;

    if (err == TD_OK)
        succeeded(commit);
    else
        registry_load_failed(registry, commit->zone, diag->text);
    commit_free(commit);
    registry_look_idle(registry);
}

static struct commit *commit_new(struct registry *registry, struct registry_zone *zone,
                                 const struct loader_job *job)
{
    struct commit *commit = td_calloc(1, sizeof(*commit));

    commit->wait.done = on_done;
    commit->registry = registry;
    commit->zone = zone;
    commit->file = job->file;
    commit->records = job->version->record_count;
    zone->is_committing = true;
    registry->commits++;
    return commit;
}

static struct change_about about_file(const struct registry_zone *zone)
{
    return (struct change_about){
        .origin = CHANGE_FILE,
        .author = "file",
        .reason = zone->path,
        .is_released = zone->is_released,
    };
}

/* ---- serials ---- */

static void tell_serial(const struct registry_zone *zone, uint32_t in_file, uint32_t published)
{
    if (in_file != published)
        serve_log(LOG_WARNING, EVENT_ZONE_LOADED, zone->name,
                  "the file says serial %u, published is %u: it need not be edited, a greater one "
                  "is found by itself",
                  in_file, published);
}

static bool is_back(const struct registry_zone *zone, uint32_t in_file)
{
    return zone->has_file && in_file != zone->file.serial &&
           !change_serial_is_greater(in_file, zone->file.serial);
}

bool registry_file_is_refused(const struct registry_zone *zone, const struct loader_job *job)
{
    return zone->has_serial_check && is_back(zone, job->report.serial);
}

/* Did the serial of the file go back? Then something may be wrong with it. False: it is refused. */
static bool check_file_serial(struct registry *registry, struct registry_zone *zone,
                              uint32_t in_file)
{
    char text[TD_DIAG_TEXT_SIZE];

    if (!is_back(zone, in_file))
        return true;
    if (!zone->has_serial_check || zone->take != REGISTRY_TAKE_NOTHING) {
        serve_log(LOG_WARNING, EVENT_ZONE_LOADED, zone->name,
                  "the serial of the file went back from %u to %u: is it an old one?",
                  zone->file.serial, in_file);
        return true;
    }
    snprintf(text, sizeof(text),
             "its serial went back from %u to %u (serial-check: strict); if it is the right one, "
             "'tandem zone reload %s --take file'",
             zone->file.serial, in_file, zone->name);
    registry_load_failed(registry, zone, text);
    return false;
}

/* ---- the first version ---- */

/* Nothing was changed at run time, and the file is the one that was loaded before. */
static bool is_as_before(const struct registry_zone *zone, const struct loader_job *job)
{
    return zone->has_file && zone->file.digest == job->report.digest &&
           !registry_zone_is_dirty(zone);
}

/*
 * Nothing is remembered of the zone: the state directory is new, or was lost. What secondaries have
 * was published before, and a serial is never taken back.
 */
static bool ask_first(struct registry *registry, struct registry_zone *zone, struct loader_job *job)
{
    if (zone->zone.has_floor || zone->has_asked || zone->followers == NULL ||
        zone->secondary != NULL)
        return false;
    zone->has_asked = true;
    if (!followers_ask_first(zone->followers))
        return false;
    zone->asking = job;
    registry->commits++;
    return true;
}

void registry_asked(struct registry_zone *zone)
{
    struct loader_job *job = zone->asking;
    struct registry *registry = zone->registry;
    uint32_t serial;

    zone->asking = NULL;
    zone->is_asking = false;
    if (followers_greatest(zone->followers, &serial)) {
        zone->zone.has_floor = true;
        zone->zone.serial_floor = serial;
        serve_log(LOG_NOTICE, EVENT_ZONE_LOADED, zone->name,
                  "nothing is remembered of its serial here; a secondary has %u", serial);
    }
    if (job == NULL)
        return; /* asked for the sake of a backup */
    (void)registry_commit_first(registry, zone, job);
    loader_job_free(job);
    registry->commits--;
    registry_look_idle(registry);
}

bool registry_commit_first(struct registry *registry, struct registry_zone *zone,
                           struct loader_job *job)
{
    uint32_t in_file = job->report.serial;
    uint32_t serial = in_file;
    struct td_diag diag;

    if (ask_first(registry, zone, job))
        return true;
    job->file = registry_file_of(zone, job, zone->take);
    if (zone->zone.has_floor && is_as_before(zone, job)) {
        serial = zone->zone.serial_floor;
    } else if (zone->zone.has_floor) {
        if (!check_file_serial(registry, zone, in_file))
            return false;
        serial = registry_next_serial(registry, zone, in_file, zone->zone.serial_floor);
        tell_serial(zone, in_file, serial);
    }
    job->version = registry_with_serial(job->version, serial);
    struct commit *commit = commit_new(registry, zone, job);
    struct change_about about = about_file(zone);
    commit->is_known = about.is_known = !zone->zone.has_floor || is_as_before(zone, job);
    td_err err = change_commit_whole(registry->door, &zone->zone, job->version, NULL, &about,
                                     &commit->wait, &diag);
    td_assert(err == TD_OK); /* nobody else changes a zone without data */
    job->version = NULL;
    if (!is_as_before(zone, job) || !store_zone_file_is_same(&zone->file, &job->report.stat))
        registry_put_state(registry, zone, &commit->file, NULL);
    return false;
}

void registry_commit_restored(struct registry *registry, struct registry_zone *zone,
                              struct loader_job *job)
{
    struct change_about about = about_file(zone);
    struct td_diag diag;

    about.tells_all = true; /* so that the next start need not do the same again */
    job->file = registry_file_of(zone, job, REGISTRY_TAKE_MERGE);
    uint32_t serial =
        registry_next_serial(registry, zone, job->report.serial, zone->zone.serial_floor);
    serve_log(LOG_WARNING, EVENT_ZONE_CONFLICT, zone->name,
              "restore, the file '%s' was changed, and there is no base: what it says and the "
              "changes made at run time are published as serial %u",
              zone->path, serial);
    job->version = registry_with_serial(job->version, serial);
    struct commit *commit = commit_new(registry, zone, job);
    td_err err = change_commit_whole(registry->door, &zone->zone, job->version, NULL, &about,
                                     &commit->wait, &diag);
    td_assert(err == TD_OK); /* nobody else changes a zone without data */
    job->version = NULL;
    registry_put_state(registry, zone, &commit->file, NULL);
}

/* ---- a file that was loaded again ---- */

bool registry_put_diff(struct change_draft *draft, const struct loader_diff *diff,
                       uint32_t *misfits)
{
    for (uint32_t i = 0; i < diff->removed_count; i++) {
        const struct change_record *r = &diff->removed[i];
        td_err err = change_draft_remove(draft, r->owner, r->type, r->rdata, r->rdata_size);
        if (err == TD_E_LIMIT)
            return false;
        *misfits += err != TD_OK;
    }
    for (uint32_t i = 0; i < diff->added_count; i++) {
        const struct change_record *r = &diff->added[i];
        td_err err = change_draft_add(draft, r->owner, r->type, r->ttl, r->rdata, r->rdata_size);
        if (err == TD_E_LIMIT)
            return false;
        *misfits += err != TD_OK;
    }
    return true;
}

bool registry_put_soa(struct change_draft *draft, const struct zone_version *version)
{
    const struct wire_rrset *soa =
        zone_node_set(version, zone_version_apex(version), WIRE_TYPE_SOA);
    struct wire_rdata rdata = wire_rrset_first(soa);
    td_err err = change_draft_add(draft, zone_version_name(version), WIRE_TYPE_SOA, soa->ttl,
                                  rdata.octets, rdata.size);

    return err == TD_OK || err == TD_E_EXISTS;
}

static void hold(struct registry_zone *zone, const char *why)
{
    zone->failed_s = 0;
    registry_zone_say(zone, "%s", why);
    registry_hold(zone->registry, zone);
}

static void refused(struct registry *registry, struct registry_zone *zone, td_err err,
                    const struct td_diag *diag)
{
    if (err == TD_E_REFUSED)
        hold(zone, diag->text);
    else
        registry_load_failed(registry, zone, diag->text);
}

static void commit_draft(struct registry *registry, struct registry_zone *zone,
                         struct loader_job *job)
{
    struct change_about about = about_file(zone);
    struct change_draft *draft;
    uint32_t misfits = 0;
    struct td_diag diag;

    td_err err = change_draft_begin(registry->door, &zone->zone, about.origin, &draft, &diag);
    if (err != TD_OK) {
        registry_load_failed(registry, zone, diag.text);
        return;
    }
    if (!registry_put_diff(draft, &job->diff, &misfits) || !registry_put_soa(draft, job->version)) {
        change_draft_abort(draft);
        registry_load_failed(registry, zone, "the zone is too large for another change");
        return;
    }
    struct commit *commit = commit_new(registry, zone, job);
    err = change_draft_commit(draft, &about, &commit->wait, &diag);
    if (err != TD_OK) {
        commit_free(commit);
        refused(registry, zone, err, &diag);
        return;
    }
    if (misfits != 0)
        serve_log(LOG_WARNING, EVENT_ZONE_LOADED, zone->name,
                  "%u records of the file's changes were in the zone, or gone from it, already",
                  misfits);
    tell_serial(zone, job->report.serial, commit->wait.serial);
    registry_put_state(registry, zone, &commit->file, NULL);
}

static void commit_whole(struct registry *registry, struct registry_zone *zone,
                         struct loader_job *job)
{
    struct change_about about = about_file(zone);
    bool is_break = job->diff.is_too_large;
    struct change_brake_look look = { .names = zone->zone.newest->node_count,
                                      .gone = job->diff.gone,
                                      .after = job->version };
    struct changeset records = {
        .removed = job->diff.removed,
        .removed_count = job->diff.removed_count,
        .added = job->diff.added,
        .added_count = job->diff.added_count,
    };
    struct td_diag diag;

    if (!about.is_released && change_brake_is_on(&zone->zone.rules, CHANGE_FILE) &&
        change_brake_check(&zone->zone.rules, &look, &diag) != TD_OK) {
        hold(zone, diag.text);
        return;
    }
    about.tells_all = is_break && job->merges; /* the file alone does not say what it is */
    uint32_t in_file = job->version->serial;
    uint32_t serial = registry_next_serial(registry, zone, in_file, zone->zone.newest->serial);
    job->version = registry_with_serial(job->version, serial);
    struct commit *commit = commit_new(registry, zone, job);
    td_err err = change_commit_whole(registry->door, &zone->zone, job->version,
                                     is_break ? NULL : &records, &about, &commit->wait, &diag);
    if (err != TD_OK) {
        commit_free(commit);
        refused(registry, zone, err, &diag);
        return;
    }
    job->version = NULL;
    tell_serial(zone, in_file, serial);
    registry_put_state(registry, zone, &commit->file, NULL);
}

bool registry_is_same(const struct registry_zone *zone, const struct loader_job *job)
{
    const struct zone_version *a = zone->zone.newest, *b = job->version;
    const struct wire_rrset *x = zone_node_set(a, zone_version_apex(a), WIRE_TYPE_SOA);
    const struct wire_rrset *y = zone_node_set(b, zone_version_apex(b), WIRE_TYPE_SOA);
    size_t names = x->size < SOA_NUMBERS_SIZE ? 0 : x->size - SOA_NUMBERS_SIZE;

    return job->diff.removed_count + job->diff.added_count == 0 && !job->diff.is_too_large &&
           x->ttl == y->ttl && x->size == y->size && memcmp(x->data, y->data, names) == 0 &&
           memcmp(x->data + names + 4, y->data + names + 4, SOA_NUMBERS_SIZE - 4) == 0;
}

static void conflict(struct registry_zone *zone, const struct loader_job *job)
{
    zone->has_conflict = true;
    zone->failed_s = 0;
    registry_zone_say(
        zone,
        "the file was changed, and so was the zone since it was loaded: %u records would go, "
        "%u would come; 'tandem zone reload %s --take file', '--take log' or '--take merge' "
        "decides",
        job->diff.removed_count, job->diff.added_count, zone->name);
    serve_log(LOG_ERROR, EVENT_ZONE_CONFLICT, zone->name, "load, file '%s': %s", zone->path,
              zone->trouble);
}

/* The file was seen; the zone stays as it is. */
static void take_note(struct registry *registry, struct registry_zone *zone,
                      const struct loader_job *job, bool is_in_step)
{
    struct store_zone_file file = job->file;

    file.sequence = is_in_step ? job->sequence : zone->has_file ? zone->file.sequence : 0;
    bool is_other = zone->owes_file || !zone->has_file || zone->file.digest != file.digest;
    zone->loaded_s = io_wall_s(registry->parts.io);
    zone->failed_s = 0;
    zone->has_conflict = false;
    registry_unhold(registry, zone);
    serve_log(LOG_INFO, EVENT_ZONE_LOADED, zone->name, "load, serial %u stays, file '%s'%s",
              zone->zone.newest->serial, zone->path,
              is_in_step ? " has the same records" : ": the changes made at run time stay");
    if (!is_in_step && is_other && zone->base_sequence == 0 && zone->whole_sequence == 0)
        remember_later(registry, zone, &file);
    else
        registry_remember_file(registry, zone, &file);
}

bool registry_is_whole(const struct loader_job *job)
{
    return job->source != NULL || job->diff.is_too_large ||
           job->diff.removed_count + job->diff.added_count > REGISTRY_DRAFT_RECORDS_MAX;
}

bool registry_is_late(const struct registry_zone *zone, const struct loader_job *job)
{
    return job->before != zone->zone.newest ||
           (registry_is_whole(job) && change_zone_is_busy(&zone->zone));
}

static void publish(struct registry *registry, struct registry_zone *zone, struct loader_job *job)
{
    if (!check_file_serial(registry, zone, job->report.serial))
        return;
    if (!registry_is_whole(job)) {
        commit_draft(registry, zone, job);
        return;
    }
    if (registry_is_late(zone, job)) {
        char text[TD_DIAG_TEXT_SIZE];
        snprintf(text, sizeof(text),
                 "the zone is changed too often to be compared with it: 'tandem zone freeze %s' "
                 "first, and thaw it afterwards",
                 zone->name);
        registry_load_failed(registry, zone, text);
        return;
    }
    commit_whole(registry, zone, job);
}

enum registry_fate registry_fate_of(const struct registry_zone *zone, const struct loader_job *job,
                                    enum registry_take take)
{
    bool is_dirty = registry_zone_is_dirty(zone) || job->file.sequence != STORE_ZONE_SEQUENCE_OWN;
    bool is_new_file = !zone->has_file || zone->file.digest != job->report.digest;
    uint32_t in_file = job->report.serial;

    if (registry_is_same(zone, job)) {
        /* Nothing is left of the file's changes; those of the zone still are not in the file. */
        if (is_dirty && take == REGISTRY_TAKE_MERGE)
            return REGISTRY_FATE_STAYS;
        bool is_raised = !is_dirty && is_new_file &&
                         change_serial_is_greater(in_file, zone->zone.newest->serial);
        return is_raised ? REGISTRY_FATE_PUBLISH : REGISTRY_FATE_SAME;
    }
    if (take == REGISTRY_TAKE_LOG ||
        (is_dirty && !is_new_file && take != REGISTRY_TAKE_FILE)) /* whoever says so means it */
        return REGISTRY_FATE_STAYS;
    if (is_dirty && take == REGISTRY_TAKE_NOTHING)
        return REGISTRY_FATE_CONFLICT;
    return REGISTRY_FATE_PUBLISH;
}

static void decide(struct registry *registry, struct registry_zone *zone, struct loader_job *job)
{
    switch (registry_fate_of(zone, job, zone->take)) {
    case REGISTRY_FATE_SAME:
        take_note(registry, zone, job, true);
        break;
    case REGISTRY_FATE_STAYS:
        take_note(registry, zone, job, false);
        break;
    case REGISTRY_FATE_CONFLICT:
        conflict(zone, job);
        break;
    case REGISTRY_FATE_PUBLISH:
        publish(registry, zone, job);
        break;
    }
}

void registry_commit(struct registry *registry, struct registry_zone *zone, struct loader_job *job)
{
    job->file = registry_file_of(zone, job, zone->take);
    decide(registry, zone, job);
    registry_forget_choice(zone);
}
