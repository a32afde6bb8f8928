/* What a load of a zone's file would change. */
#include "operator/look.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "change/brake.h"

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

/* ---- on the main thread ---- */

static td_err prepare_new(struct server *server, struct operator_look *look)
{
    struct wire_name name;

    if (look->path == NULL || wire_name_from_text(look->zone, &name) != TD_OK)
        return TD_E_NOT_FOUND;
    wire_name_lower(name.octets, name.octets, name.size);
    look->job = loader_job_new(LOADER_LOAD, name.octets, look->path);
    look->io = server->io;
    return TD_OK;
}

static td_err prepare_zone(struct server *server, struct operator_look *look)
{
    const char *path = look->path;
    struct registry_zone *zone;

    td_err err = operator_find_zone(server, look->zone, &zone, &look->diag);
    if (err != TD_OK)
        return err;
    path = path == NULL ? zone->path : path;
    if (path == NULL || zone->secondary != NULL) {
        td_diag_say(&look->diag,
                    path == NULL ? "the zone '%.200s' has no file"
                                 : "the zone '%.200s' comes from its primaries",
                    zone->name);
        return TD_E_CONFLICT;
    }
    if (look->is_release && !zone->is_held)
        return TD_E_UNSUPPORTED;
    look->job = loader_job_new(LOADER_LOAD, zone->zone.entry->name, path);
    loader_job_pin(look->job, zone->zone.newest, zone->sequence);
    look->io = server->io;
    return TD_OK;
}

static td_err prepare(struct fiber *fiber, struct server *server, void *argument)
{
    struct operator_look *look = argument;
    const struct registry_zone *zone = registry_find(server->registry, look->zone);
    bool is_new = zone == NULL || zone->zone.newest == NULL;

    (void)fiber;
    td_err err =
        is_new && look->may_be_new ? prepare_new(server, look) : prepare_zone(server, look);
    if (err != TD_OK)
        return err;
    look->job->zonefile.seed = &server->seed;
    look->job->zonefile.may_include = true;
    zone_check_options_init(&look->job->checks, ZONE_CHECK_NORMAL, 0);
    return TD_OK;
}

static td_err merge(struct fiber *fiber, struct server *server, void *argument)
{
    struct operator_look *look = argument;

    return registry_merge_prepare(fiber, server->registry, look->job);
}

static bool is_braked(const struct registry_zone *zone, const struct loader_job *job)
{
    struct change_brake_look look = { .names = job->before->node_count,
                                      .gone = job->diff.gone,
                                      .after = job->version };
    struct td_diag diag;

    return change_brake_is_on(&zone->zone.rules, CHANGE_FILE) &&
           change_brake_check(&zone->zone.rules, &look, &diag) != TD_OK;
}

static void say_note(struct operator_look *look, const struct registry_zone *zone)
{
    if (look->fate == REGISTRY_FATE_CONFLICT)
        look->note =
            "the file was changed, and so was the zone: --take file, log or merge decides; "
            "this is what 'file' would do";
    else if (look->fate == REGISTRY_FATE_PUBLISH && look->take == REGISTRY_TAKE_NOTHING &&
             registry_file_is_refused(zone, look->job))
        look->note = "its serial went back: serial-check strict would refuse it";
    else if (look->fate == REGISTRY_FATE_PUBLISH && !look->is_release && is_braked(zone, look->job))
        look->note = "the brake would hold it";
    look->is_withheld = look->note != NULL;
    if (look->fate == REGISTRY_FATE_STAYS)
        look->note = "the zone stays as it is";
    else if (look->note == NULL && look->job->diff.is_too_large)
        look->note = "there is more that differs than can be listed";
}

static td_err decide(struct fiber *fiber, struct server *server, void *argument)
{
    struct operator_look *look = argument;
    struct registry_zone *zone;

    (void)fiber;
    look->fate = REGISTRY_FATE_PUBLISH;
    if (look->job->before == NULL)
        return TD_OK;
    td_err err = operator_find_zone(server, look->zone, &zone, &look->diag);
    if (err != TD_OK)
        return err;
    look->job->file = registry_file_of(zone, look->job, look->take);
    look->fate = registry_fate_of(zone, look->job, look->take);
    say_note(look, zone);
    return TD_OK;
}

/* ---- on the thread of the API ---- */

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

static td_err load(void *context, struct operator_look *look)
{
    struct loader_job *job = look->job;
    td_err err = TD_OK;

    loader_work(look->io, job);
    if (job->result == TD_OK && look->take == REGISTRY_TAKE_MERGE) {
        err = operator_ask(context, merge, look);
        if (err == TD_OK)
            loader_work(look->io, job);
    }
    if (err != TD_OK || job->result == TD_OK)
        return err;
    operator_say_error(job, &look->diag);
    return TD_E_INVALID;
}

td_err operator_look(void *context, struct operator_look *look)
{
    td_err err = operator_ask(context, prepare, look);

    if (err == TD_OK)
        err = load(context, look);
    return err == TD_OK ? operator_ask(context, decide, look) : err;
}

void operator_look_end(struct operator_look *look)
{
    if (look->job != NULL)
        loader_job_free(look->job);
    look->job = NULL;
}

/* There may be a million of them. */
static void tell(const struct operator_look *look, struct control_outcome *outcome)
{
    struct control_change *change = &outcome->change;
    const struct loader_diff *diff = &look->job->diff;

    outcome->note = look->note;
    change->serial_from = look->job->before->serial;
    outcome->is_unchanged = look->fate == REGISTRY_FATE_SAME || look->fate == REGISTRY_FATE_STAYS;
    if (outcome->is_unchanged)
        return;
    change->removed = operator_record_texts(&outcome->arena, diff->removed, diff->removed_count,
                                            &change->removed_count);
    change->added = operator_record_texts(&outcome->arena, diff->added, diff->added_count,
                                          &change->added_count);
}

td_err operator_preview(void *context, const struct control_call *call, bool is_release,
                        struct control_outcome *ret_outcome)
{
    struct operator_look look = { .zone = call->zone, .is_release = is_release };

    *ret_outcome = (struct control_outcome){ .steps = 0 };
    td_arena_init(&ret_outcome->arena, 0);
    if (!read_take(call->take, &look.take)) {
        td_diag_say(&ret_outcome->diag, "'take' is file, log or merge, not '%.80s'", call->take);
        return TD_E_MALFORMED;
    }
    td_err err = operator_look(context, &look);
    if (err == TD_OK)
        tell(&look, ret_outcome);
    else
        ret_outcome->diag = look.diag;
    operator_look_end(&look);
    return err;
}
