/*
 * What a look has found becomes a change of the zone. The primary's serial is kept as it is.
 *
 * Differences are put on the newest version record by record; a record that is to go and is not
 * there says that the two are not what they seem, and the zone is transferred whole. One that is to
 * come and is there already does no harm: NSD 4.6 adds sets again that have not changed. A whole
 * zone is checked and compared by the loader; a small difference becomes a change like any other, a
 * large one a new version. What is not newer, taken all the same, breaks history.
 */
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "change/brake.h"
#include "change/draft.h"
#include "change/serial.h"
#include "conf/conf.h"
#include "serve/log.h"
#include "server/registry_internal.h"
#include "server/secondary_internal.h"
#include "wire/rrtype.h"
#include "zone/zonemd.h"

/*
 * More records than this are published as a whole version; a whole zone of no more than that many
 * goes to the log altogether, so that it is safe with its publication; a larger one is written as
 * a base right after.
 */
enum {
    VERIFY_SHARE = 9,      /* pauses between two verifications are so much longer than they took */
    VERIFY_AGAIN_S = 3600, /* when what a primary has is wrong altogether */
    VERIFY_RECORDS_MAX = 20000,
    DRAFT_RECORDS_MAX = 2000,
    LOGGED_RECORDS_MAX = 20000,
    REASON_SIZE = 100
};

static void tell(struct secondary *secondary, const struct secondary_look *look, const char *what,
                 const char *why)
{
    story_add(&secondary->story, secondary_wall_s(secondary), secondary_look_peer(look), STORY_NEWS,
              "%s: %.200s", what, why);
    serve_log(LOG_ERROR, EVENT_TRANSFER_IN_FAILED, secondary->zone->name, "peer %s, %s: %s",
              secondary_look_peer(look), what, why);
}

static void fail(struct secondary *secondary, struct secondary_look *look, const char *what,
                 const char *why)
{
    tell(secondary, look, what, why);
    secondary_failed(secondary, look);
}

/* ---- the change ---- */

static struct secondary_look *look_of(struct change_wait *wait)
{
    return td_container_of(wait, struct secondary_look, wait);
}

static void on_done(struct change_wait *wait, td_err err, const struct td_diag *diag)
{
    struct secondary_look *look = look_of(wait);
    struct secondary *secondary = look->owner;

    look->is_committing = false;
    if (err != TD_OK) {
        fail(secondary, look, "it was received, but could not be made durable", diag->text);
        return;
    }
    struct registry_zone *zone = secondary->zone;
    zone->loaded_s = secondary_wall_s(secondary);
    zone->failed_s = 0;
    if (look->anew != NULL && secondary_recall_anew(secondary))
        secondary_save_anew(secondary->all->registry, zone->zone.entry->name, false);
    serve_log(LOG_INFO, EVENT_ZONE_LOADED, zone->name, "transfer, serial %u, %llu records, peer %s",
              wait->serial, (unsigned long long)zone->zone.newest->record_count,
              secondary_look_peer(look));
    if (look->refresh.result == REFRESH_CHANGES && zone->zonemd != CONF_ZONEMD_STRICT) {
        secondary->wants_verify = true;
        secondary_look_at_digest(secondary);
    }
    secondary_succeeded(secondary, look, true);
}

static struct change_about about(const struct secondary_look *look)
{
    return (struct change_about){
        .origin = CHANGE_TRANSFER,
        .author = secondary_look_peer(look),
    };
}

static struct change_wait *wait_on(struct secondary_look *look)
{
    look->is_committing = true;
    look->wait.done = on_done;
    return &look->wait;
}

/* The commit has not begun: the reason is in diag. */
static void refused(struct secondary *secondary, struct secondary_look *look, td_err err,
                    const struct td_diag *diag)
{
    look->is_committing = false;
    if (err == TD_E_REFUSED)
        fail(secondary, look, "it was received, and the brake holds it", diag->text);
    else if (look->refresh.result == REFRESH_CHANGES)
        secondary_look_whole(secondary);
    else
        fail(secondary, look, "it was received, and refused", diag->text);
}

/*
 * What goes into a draft: the differences of an IXFR, or those that a comparison has found between
 * the zone and what a loader has checked.
 */
struct order {
    const struct change_fold *fold; /* or NULL */
    struct loader_diff diff;
    struct change_record soa;
    bool is_verified; /* by the loader */
};

/*
 * What was added and removed again is there only if it was before; what was removed has to be
 * there. *ret_there counts those that need not have been added.
 */
static bool put_fold(struct change_draft *draft, const struct change_fold *fold,
                     uint32_t *ret_there)
{
    uint32_t there = 0;

    for (uint32_t i = 0; i < fold->passing_count; i++) {
        const struct change_record *r = &fold->passing[i];
        td_err err = change_draft_remove(draft, r->owner, r->type, r->rdata, r->rdata_size);
        if (err != TD_OK && err != TD_E_NOT_FOUND)
            return false;
        there += err == TD_OK;
    }
    for (uint32_t i = 0; i < fold->removed_count; i++) {
        const struct change_record *r = &fold->removed[i];
        if (change_draft_remove(draft, r->owner, r->type, r->rdata, r->rdata_size) != TD_OK)
            return false;
    }
    for (uint32_t i = 0; i < fold->added_count; i++) {
        const struct change_record *r = &fold->added[i];
        td_err err = change_draft_add(draft, r->owner, r->type, r->ttl, r->rdata, r->rdata_size);
        if (err != TD_OK && err != TD_E_EXISTS)
            return false;
        there += err == TD_E_EXISTS;
    }
    *ret_there = there;
    return true;
}

static bool has_digest(const struct zone_version *version)
{
    return zone_node_set(version, zone_version_apex(version), WIRE_TYPE_ZONEMD) != NULL;
}

/* `zonemd: strict` verifies before it publishes; the loader does it for large zones. */
static bool is_verified(const struct secondary *secondary, struct change_draft *draft)
{
    const struct zone_version *view = change_draft_view(draft);
    unsigned algorithm;

    if (secondary->zone->zonemd != CONF_ZONEMD_STRICT || !has_digest(view))
        return true;
    return !zone_zonemd_is_bad(zone_zonemd_check(view, &algorithm));
}

/* Has the digest to be verified before, and does that take long? */
static bool wants_loader(const struct secondary *secondary, const struct change_fold *fold)
{
    const struct zone_version *version = secondary->zone->zone.newest;

    if (secondary->zone->zonemd != CONF_ZONEMD_STRICT ||
        version->record_count + fold->added_count <= VERIFY_RECORDS_MAX)
        return false;
    for (uint32_t i = 0; i < fold->added_count; i++)
        if (fold->added[i].type == WIRE_TYPE_ZONEMD)
            return true;
    return has_digest(version);
}

/* Whether it fits. */
static bool put(struct secondary *secondary, const struct secondary_look *look,
                struct change_draft *draft, const struct order *order)
{
    const struct change_record *soa = &order->soa;
    uint32_t there = 0, misfits = 0;

    if (order->fold != NULL ? !put_fold(draft, order->fold, &there)
                            : !registry_put_diff(draft, &order->diff, &misfits))
        return false;
    if (there != 0)
        story_add(&secondary->story, secondary_wall_s(secondary), secondary_look_peer(look),
                  STORY_LOOK, "%u records that its IXFR adds were here already", there);
    td_err err =
        change_draft_add(draft, soa->owner, soa->type, soa->ttl, soa->rdata, soa->rdata_size);
    return (err == TD_OK || err == TD_E_EXISTS) &&
           (order->fold == NULL || order->is_verified || is_verified(secondary, draft));
}

/* Returns whether the draft was handed on; then the look is not to be touched any more. */
static bool commit_draft(struct secondary *secondary, struct secondary_look *look,
                         const struct order *order)
{
    struct registry *registry = secondary->all->registry;
    struct change_zone *zone = &secondary->zone->zone;
    struct change_about who = about(look);
    struct change_draft *draft;
    struct td_diag diag;

    td_err err = change_draft_begin(registry->door, zone, who.origin, &draft, &diag);
    if (err != TD_OK) {
        refused(secondary, look, err, &diag);
        return true;
    }
    if (!put(secondary, look, draft, order)) {
        change_draft_abort(draft);
        return false;
    }
    err = change_draft_commit(draft, &who, wait_on(look), &diag);
    if (err != TD_OK)
        refused(secondary, look, err, &diag);
    return true;
}

/* ---- differences ---- */

static void misfit(struct secondary *secondary, struct secondary_look *look)
{
    tell(secondary, look, "its IXFR does not fit what is here",
         "a record to be removed is not there, its ZONEMD is wrong, or it is too large: AXFR "
         "follows");
    secondary_look_whole(secondary);
}

/* ---- whole zones ---- */

static void give(struct secondary *secondary)
{
    struct registry_zone *zone = secondary->zone;
    struct secondary_look *look = secondary->look;

    struct loader_job *job = registry_job_new(secondary->all->registry, zone, LOADER_TRANSFER);
    if (look->refresh.result == REFRESH_CHANGES) {
        job->has_fold = true;
        job->fold = look->refresh.read.fold;
        change_fold_init(&look->refresh.read.fold);
        job->has_parts = zone_parts_take(zone->zone.newest, &job->parts);
        job->draft_max = DRAFT_RECORDS_MAX;
    } else {
        job->build = look->refresh.read.build;
        look->refresh.read.build = NULL;
    }
    look->is_given = true;
    registry_give_job(secondary->all->registry, zone, job);
}

/* ---- digests ---- */

/* In the background, and for a tenth of the time at most: only the newest version counts. */
void secondary_look_at_digest(struct secondary *secondary)
{
    struct registry_zone *zone = secondary->zone;

    if (!secondary->wants_verify || zone->job != NULL || zone->zone.newest == NULL ||
        secondary_now_ns(secondary) < secondary->verify_ns)
        return;
    secondary->wants_verify = false;
    if (secondary->zone->zonemd != CONF_ZONEMD_OFF && has_digest(zone->zone.newest))
        registry_give(secondary->all->registry, zone, LOADER_VERIFY);
}

void secondary_verified(struct secondary *secondary, struct loader_job *job)
{
    const struct registry_zone *zone = secondary->zone;

    secondary->verify_ns = secondary_now_ns(secondary) + VERIFY_SHARE * job->cpu_ns;
    if (!zone_zonemd_is_bad(job->zonemd) || job->before != zone->zone.newest)
        return;
    story_add(&secondary->story, secondary_wall_s(secondary), NULL, STORY_NEWS,
              "the digest in ZONEMD is not that of serial %u, which came by IXFR: AXFR follows",
              zone->zone.newest->serial);
    serve_log(LOG_ERROR, EVENT_TRANSFER_IN_FAILED, zone->name,
              "the digest in ZONEMD is not that of serial %u, which came by IXFR: AXFR follows",
              zone->zone.newest->serial);
    secondary->verify_ns += (uint64_t)VERIFY_AGAIN_S * IO_NS_PER_S;
    secondary->takes_same = true;
    secondary_look(secondary);
}

void secondary_loader_free(struct secondary *secondary)
{
    secondary_look_at_digest(secondary);
    const struct secondary_look *look = secondary->look;

    if (secondary->has_transfer && !look->is_given)
        give(secondary);
}

/* When it has nothing else of the zone to do. */
static void take_by_loader(struct secondary *secondary)
{
    secondary->has_transfer = true;
    if (secondary->zone->job == NULL)
        give(secondary);
}

static void take_changes(struct secondary *secondary, struct secondary_look *look)
{
    const struct change_fold *fold = &look->refresh.read.fold;
    struct order order = {
        .fold = fold,
        .soa = fold->soa_after,
    };

    if (wants_loader(secondary, fold)) {
        take_by_loader(secondary);
        return;
    }
    if (commit_draft(secondary, look, &order))
        return;
    misfit(secondary, look);
}

static td_err brake(const struct secondary *secondary, const struct loader_job *job,
                    struct td_diag *diag)
{
    const struct change_zone *zone = &secondary->zone->zone;

    if (zone->newest == NULL || !change_brake_is_on(&zone->rules, CHANGE_TRANSFER))
        return TD_OK;
    struct change_brake_look look = {
        .names = zone->newest->node_count,
        .gone = job->diff.gone,
        .after = job->version,
    };
    return change_brake_check(&zone->rules, &look, diag);
}

static void commit_whole(struct secondary *secondary, struct secondary_look *look,
                         struct loader_job *job, bool is_break)
{
    struct change_zone *zone = &secondary->zone->zone;
    struct change_about who = about(look);
    struct changeset records = {
        .removed = job->diff.removed,
        .removed_count = job->diff.removed_count,
        .added = job->diff.added,
        .added_count = job->diff.added_count,
    };
    struct td_diag diag;
    char reason[REASON_SIZE];

    if (look->anew != NULL && zone->newest == NULL) {
        who.reason = look->anew;
    } else if (look->anew != NULL) {
        snprintf(reason, sizeof(reason), "%s: serial %u in the place of %u, a break", look->anew,
                 job->version->serial, zone->newest->serial);
        who.reason = reason;
    } else if (is_break && zone->newest != NULL &&
               !change_serial_is_greater(job->version->serial, zone->newest->serial)) {
        snprintf(reason, sizeof(reason), "retransfer: serial %u in the place of %u, a break",
                 job->version->serial, zone->newest->serial);
        who.reason = reason;
    }
    who.tells_all = job->version->record_count <= LOGGED_RECORDS_MAX;
    td_err err = brake(secondary, job, &diag);
    if (err == TD_OK)
        err = change_commit_whole(secondary->all->registry->door, zone, job->version,
                                  is_break ? NULL : &records, &who, wait_on(look), &diag);
    if (err != TD_OK) {
        refused(secondary, look, err, &diag);
        return;
    }
    job->version = NULL;
}

static const char *first_error(const struct loader_job *job)
{
    for (uint32_t i = 0; i < job->diag_count; i++)
        if (job->diags[i].severity == TD_SEVERITY_ERROR)
            return job->diags[i].text;
    return "it is no zone";
}

void secondary_take_job(struct secondary *secondary, struct loader_job *job)
{
    struct secondary_look *look = secondary->look;
    const struct zone_version *before = secondary->zone->zone.newest;

    if (!secondary->has_transfer || !look->is_given)
        return; /* of a look that nobody waits for any more */
    secondary->has_transfer = false;
    if (job->result != TD_OK && job->has_fold) {
        misfit(secondary, look);
        return;
    }
    if (job->result != TD_OK) {
        fail(secondary, look, "the zone that was received cannot be served", first_error(job));
        return;
    }
    secondary->wants_verify = false; /* that was just done */
    secondary->zone->load_ns = job->cpu_ns;
    if (loader_job_is_small(job)) {
        struct order order = { .fold = &job->fold,
                               .soa = job->fold.soa_after,
                               .is_verified = true };
        td_assert(job->before == before);
        if (!commit_draft(secondary, look, &order))
            misfit(secondary, look);
        return;
    }
    bool is_newer =
        before != NULL && change_serial_is_greater(job->version->serial, before->serial);
    bool is_small = job->diff.removed_count + job->diff.added_count <= DRAFT_RECORDS_MAX;
    if (before != NULL && look->anew == NULL && before->serial == job->version->serial &&
        job->diff.removed_count + job->diff.added_count == 0) {
        secondary_succeeded(secondary, look, false);
        return;
    }
    td_assert(job->before == before); /* only transfers change it, one at a time */
    if (is_newer && is_small && look->anew == NULL && !job->diff.is_too_large) {
        struct order order = { .diff = job->diff, .soa = change_record_soa(job->version) };
        if (commit_draft(secondary, look, &order))
            return;
    }
    commit_whole(secondary, look, job, !is_newer || job->diff.is_too_large || look->anew != NULL);
}

void secondary_take(struct secondary *secondary, struct secondary_look *look)
{
    if (look->refresh.result == REFRESH_CHANGES)
        take_changes(secondary, look);
    else
        take_by_loader(secondary);
}
