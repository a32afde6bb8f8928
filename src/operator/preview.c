/*
 * What a load of a zone's file would change. The file is read and compared on the thread of the API
 * that asked; nothing of the zone is touched.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "change/brake.h"
#include "operator/internal.h"
#include "server/registry_fate.h"

struct preview {
    const struct control_call *call;
    struct control_outcome *outcome;
    struct loader_job *job;
    struct io *io;
    enum registry_take take;
};

static bool read_take(const char *word, enum registry_take *ret_take)
{
    static const struct {
        const char *word;
        enum registry_take take;
    } rows[] = { { "file", REGISTRY_TAKE_FILE },
                 { "log", REGISTRY_TAKE_LOG },
                 { "merge", REGISTRY_TAKE_MERGE } };

    *ret_take = REGISTRY_TAKE_NOTHING;
    for (size_t i = 0; i < TD_COUNT(rows); i++)
        if (word != NULL && strcmp(rows[i].word, word) == 0)
            *ret_take = rows[i].take;
    return word == NULL || *ret_take != REGISTRY_TAKE_NOTHING;
}

static td_err prepare(struct fiber *fiber, struct server *server, void *argument)
{
    struct preview *preview = argument;
    struct registry_zone *zone;

    (void)fiber;
    td_err err = operator_find_zone(server, preview->call->zone, &zone, &preview->outcome->diag);
    if (err != TD_OK)
        return err;
    if (zone->path == NULL || zone->secondary != NULL) {
        td_diag_say(&preview->outcome->diag,
                    zone->path == NULL ? "the zone '%.200s' has no file"
                                       : "the zone '%.200s' comes from its primaries",
                    zone->name);
        return TD_E_CONFLICT;
    }
    struct loader_job *job = loader_job_new(LOADER_LOAD, zone->zone.entry->name, zone->path);
    job->zonefile.seed = &server->seed;
    job->zonefile.may_include = true;
    zone_check_options_init(&job->checks, ZONE_CHECK_NORMAL, 0);
    job->before = zone->zone.newest;
    job->sequence = zone->sequence;
    zone_version_pin(job->before);
    preview->job = job;
    preview->io = server->io;
    return TD_OK;
}

static td_err merge(struct fiber *fiber, struct server *server, void *argument)
{
    struct preview *preview = argument;

    return registry_merge_prepare(fiber, server->registry, preview->job);
}

static const char *note_of(enum registry_fate fate, const struct registry_zone *zone,
                           const struct loader_job *job)
{
    struct change_brake_look look = { .names = job->before->node_count,
                                      .gone = job->diff.gone,
                                      .after = job->version };
    struct td_diag diag;

    if (fate == REGISTRY_FATE_CONFLICT)
        return "the file was changed, and so was the zone: --take file, log or merge decides; this "
               "is what 'file' would do";
    if (fate == REGISTRY_FATE_STAYS)
        return "the zone stays as it is";
    if (fate == REGISTRY_FATE_PUBLISH && change_brake_is_on(&zone->zone.rules, CHANGE_FILE) &&
        change_brake_check(&zone->zone.rules, &look, &diag) != TD_OK)
        return "the brake would hold it";
    return job->diff.is_too_large ? "there is more that differs than can be listed" : NULL;
}

static td_err tell(struct fiber *fiber, struct server *server, void *argument)
{
    struct preview *preview = argument;
    struct control_outcome *outcome = preview->outcome;
    struct control_change *change = &outcome->change;
    struct loader_job *job = preview->job;
    struct registry_zone *zone;

    (void)fiber;
    td_err err = operator_find_zone(server, preview->call->zone, &zone, &outcome->diag);
    if (err != TD_OK)
        return err;
    job->file = registry_file_of(zone, job, preview->take);
    enum registry_fate fate = registry_fate_of(zone, job, preview->take);
    outcome->note = note_of(fate, zone, job);
    change->serial_from = job->before->serial;
    outcome->is_unchanged = fate == REGISTRY_FATE_SAME || fate == REGISTRY_FATE_STAYS;
    return TD_OK;
}

/* On the thread of the API: there may be a million of them. */
static void tell_records(struct preview *preview)
{
    struct control_outcome *outcome = preview->outcome;
    struct control_change *change = &outcome->change;
    const struct loader_diff *diff = &preview->job->diff;

    if (outcome->is_unchanged)
        return;
    change->removed = operator_record_texts(&outcome->arena, diff->removed, diff->removed_count,
                                            &change->removed_count);
    change->added = operator_record_texts(&outcome->arena, diff->added, diff->added_count,
                                          &change->added_count);
}

void operator_say_error(const struct loader_job *job, struct td_diag *diag)
{
    char text[TD_DIAG_FILE_SIZE + TD_DIAG_TEXT_SIZE + 64];

    for (uint32_t i = 0; i < job->diag_count; i++)
        if (job->diags[i].severity == TD_SEVERITY_ERROR) {
            td_diag_say(diag, "%s", td_diag_format(&job->diags[i], text, sizeof(text)));
            return;
        }
    td_diag_say(diag, "'%.300s' has errors", job->path);
}

/* On the thread of the API. */
static td_err load(void *context, struct preview *preview)
{
    struct loader_job *job = preview->job;
    td_err err = TD_OK;

    loader_work(preview->io, job);
    if (job->result == TD_OK && preview->take == REGISTRY_TAKE_MERGE) {
        err = operator_ask(context, merge, preview);
        if (err == TD_OK)
            loader_work(preview->io, job);
    }
    if (err != TD_OK || job->result == TD_OK)
        return err;
    operator_say_error(job, &preview->outcome->diag);
    return TD_E_INVALID;
}

td_err operator_preview(void *context, const struct control_call *call,
                        struct control_outcome *ret_outcome)
{
    struct preview preview = { .call = call, .outcome = ret_outcome };

    *ret_outcome = (struct control_outcome){ .steps = 0 };
    td_arena_init(&ret_outcome->arena, 0);
    if (!read_take(call->take, &preview.take)) {
        td_diag_say(&ret_outcome->diag, "'take' is file, log or merge, not '%.80s'", call->take);
        return TD_E_MALFORMED;
    }
    td_err err = operator_ask(context, prepare, &preview);
    if (err != TD_OK)
        return err;
    err = load(context, &preview);
    if (err == TD_OK)
        err = operator_ask(context, tell, &preview);
    if (err == TD_OK)
        tell_records(&preview);
    loader_job_free(preview.job);
    return err;
}
