/*
 * The zone as a file, now and then, and what is done with its own file.
 *
 * What it was is told from what it is: the changes since are folded into one, and taken back while
 * the pinned version is copied, on the thread that asked.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "control/local.h"
#include "control/words.h"
#include "operator/fold.h"
#include "operator/follow.h"
#include "operator/look.h"
#include "operator/past.h"
#include "operator/trial.h"
#include "operator/view.h"
#include "server/runtime.h"
#include "wire/rrtype.h"
#include "zone/build.h"
#include "zone/lineage.h"

enum { LOOK_AGAIN_MS = 10 };

/* ---- the zone as it was ---- */

struct text {
    const struct control_call *call;
    struct td_diag *diag;
    struct server *server;
    struct zone_version *version; /* pinned */
    struct operator_span since;
    struct change_fold fold; /* of what came since */
    bool is_past;
    uint32_t serial;
    uint32_t dropped;
};

static td_err find_since(struct text *text, const struct registry_zone *zone)
{
    struct operator_past past;
    bool is_origin;
    size_t count;
    td_err err = TD_OK;

    operator_past_init(&past, text->server, zone);
    const struct store_log_change *all = operator_past_all(&past, &count);
    const struct store_log_change *change = operator_past_find(&past, text->serial, &is_origin);
    if (change == NULL && !is_origin) {
        err = operator_past_none(&past, text->serial, text->diag);
    } else if (all[count - 1].serial_to != text->version->serial) {
        td_diag_say(text->diag, "history ends at serial %u, and the zone has serial %u",
                    all[count - 1].serial_to, text->version->serial);
        err = TD_E_INVALID;
    } else {
        text->since = (struct operator_span){
            .from = change == NULL ? 0 : change->sequence,
            .to = all[count - 1].sequence,
            .serial = text->serial,
        };
    }
    operator_past_fini(&past);
    return err;
}

static td_err take_version(struct fiber *fiber, struct server *server, void *argument)
{
    struct text *text = argument;
    struct registry_zone *zone;

    (void)fiber;
    text->server = server;
    td_err err = operator_find_zone(server, text->call->zone, &zone, text->diag);
    if (err != TD_OK)
        return err;
    if (text->call->serial != NULL && !control_number_read(text->call->serial, &text->serial)) {
        td_diag_say(text->diag, "'%s' is not a serial", text->call->serial);
        return TD_E_MALFORMED;
    }
    text->version = zone->zone.newest;
    text->is_past = text->call->serial != NULL && text->serial != text->version->serial;
    if (!text->is_past)
        text->serial = text->version->serial;
    zone_version_pin(text->version);
    err = text->is_past ? find_since(text, zone) : TD_OK;
    if (err != TD_OK)
        zone_version_unpin(text->version);
    return err;
}

/* Did the changes since put this record there? */
static bool is_newer(const struct text *text, const struct change_record *record)
{
    return text->fold.added_count != 0 && bsearch(record, text->fold.added, text->fold.added_count,
                                                  sizeof(*record), change_record_order) != NULL;
}

static td_err add(struct zone_build *build, const struct change_record *record)
{
    return zone_build_add(build, record->owner, record->type, record->ttl, record->rdata,
                          record->rdata_size);
}

static td_err add_set(struct text *text, struct zone_build *build, const uint8_t *owner,
                      const struct wire_rrset *set)
{
    td_err err = TD_OK;

    for (size_t at = 0; at < set->size && err == TD_OK;) {
        struct wire_rdata rdata = wire_rrset_rdata(set, &at);
        struct change_record record = {
            .owner = owner,
            .type = set->type,
            .ttl = set->ttl,
            .rdata = rdata.octets,
            .rdata_size = rdata.size,
        };
        if (set->type == WIRE_TYPE_SOA)
            continue;
        if (is_newer(text, &record))
            text->dropped++;
        else
            err = add(build, &record);
    }
    return err;
}

static td_err add_nodes(struct text *text, struct zone_build *build, enum zone_order order)
{
    struct zone_walk walk;
    td_err err = TD_OK;

    for (const struct zone_node *node = zone_walk_first(&walk, text->version, order);
         node != NULL && err == TD_OK; node = zone_walk_next(&walk)) {
        const struct wire_rrset *set = zone_node_sets(text->version, node);
        struct wire_name owner;
        zone_node_name(text->version, node, &owner);
        for (unsigned i = 0; i < node->set_count && err == TD_OK; i++, set = wire_rrset_next(set))
            err = add_set(text, build, owner.octets, set);
    }
    return err;
}

static td_err build_past(struct text *text, struct zone_version **ret_version)
{
    struct zone_build_limits limits = { .records_max = 0 };
    struct zone_build_report report;
    struct zone_build *build =
        zone_build_new(zone_version_name(text->version), &text->server->seed, &limits);

    td_err err = add_nodes(text, build, ZONE_ORDER_NAMES);
    if (err == TD_OK)
        err = add_nodes(text, build, ZONE_ORDER_NSEC3);
    for (uint32_t i = 0; i < text->fold.removed_count && err == TD_OK; i++)
        err = add(build, &text->fold.removed[i]);
    if (err == TD_OK && text->fold.soa_before.owner != NULL)
        err = add(build, &text->fold.soa_before);
    if (err != TD_OK) {
        zone_build_free(build);
        return err;
    }
    return zone_build_finish(build, &report, ret_version);
}

td_err operator_print_zone(const struct zone_version *version, struct td_buf *out,
                           struct td_diag *diag)
{
    char *octets = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&octets, &size);

    int failed = file == NULL ? errno : control_zone_print(version, file);
    if (file != NULL && fclose(file) != 0)
        failed = errno;
    if (failed == 0)
        td_buf_add(out, octets, size);
    else
        td_diag_say(diag, "there is no memory for the text of the zone");
    free(octets);
    return failed == 0 ? TD_OK : TD_E_LIMIT;
}

static td_err print_past(struct text *text, struct td_buf *out)
{
    struct zone_version *version;

    td_err err = build_past(text, &version);
    if (err != TD_OK || text->dropped != text->fold.added_count) {
        td_diag_say(text->diag,
                    "the history does not fit what is served: %u of %u records that were "
                    "added since serial %u are there",
                    text->dropped, text->fold.added_count, text->serial);
        if (err == TD_OK)
            zone_lineage_free(version->lineage);
        return TD_E_INVALID;
    }
    err = operator_print_zone(version, out, text->diag);
    zone_lineage_free(version->lineage);
    return err;
}

td_err operator_zone_text(void *context, const struct control_call *call, struct td_buf *out,
                          uint32_t *ret_serial, struct td_diag *diag)
{
    struct text text = { .call = call, .diag = diag };

    change_fold_init(&text.fold);
    td_err err = operator_ask(context, take_version, &text);
    if (err == TD_OK) {
        if (text.is_past)
            err = operator_fold(context, call->zone, &text.since, &text.fold, diag);
        if (err == TD_OK)
            err = text.is_past ? print_past(&text, out)
                               : operator_print_zone(text.version, out, diag);
        zone_version_unpin(text.version);
        *ret_serial = text.serial;
    }
    change_fold_fini(&text.fold);
    return err;
}

/* ---- orders ---- */

struct order {
    enum control_order order;
    const struct control_call *call;
    struct control_zone_status *status;
    struct td_diag *diag;
    struct server *server;
    bool is_copy; /* a zone that would be added comes from primaries */
};

static td_err begin(struct fiber *fiber, struct order *order, struct registry_zone *zone)
{
    struct registry *registry = order->server->registry;

    switch (order->order) {
    case CONTROL_ORDER_FREEZE:
        return registry_zone_freeze(fiber, zone, true, order->diag);
    case CONTROL_ORDER_THAW:
        return registry_zone_freeze(fiber, zone, false, order->diag);
    case CONTROL_ORDER_FLUSH:
        return registry_zone_flush(zone, order->diag);
    case CONTROL_ORDER_RELEASE:
        return registry_zone_release(zone, order->diag);
    case CONTROL_ORDER_TAKE_FILE:
    case CONTROL_ORDER_TAKE_LOG:
    case CONTROL_ORDER_TAKE_MERGE:
        if (zone->path == NULL) {
            td_diag_say(order->diag, "the zone '%s' has no file", zone->name);
            return TD_E_UNSUPPORTED;
        }
        registry_take_file(registry, zone,
                           order->order == CONTROL_ORDER_TAKE_FILE  ? REGISTRY_TAKE_FILE
                           : order->order == CONTROL_ORDER_TAKE_LOG ? REGISTRY_TAKE_LOG
                                                                    : REGISTRY_TAKE_MERGE);
        return TD_OK;
    case CONTROL_ORDER_REFRESH:
    case CONTROL_ORDER_RETRANSFER:
    case CONTROL_ORDER_NOTIFY:
    case CONTROL_ORDER_PROMOTE:
    case CONTROL_ORDER_DEMOTE:
    case CONTROL_ORDER_PURGE:
    case CONTROL_ORDER_SERIAL:
        return operator_follow_order(fiber, order->server, zone, order->order, order->call,
                                     order->diag);
    }
    return TD_E_UNSUPPORTED;
}

/* A zone that has no data yet may be looked for at its primaries all the same. */
static td_err find(struct server *server, const struct order *order,
                   struct registry_zone **ret_zone)
{
    if (order->order != CONTROL_ORDER_REFRESH && order->order != CONTROL_ORDER_RETRANSFER)
        return operator_find_zone(server, order->call->zone, ret_zone, order->diag);
    *ret_zone = registry_find(server->registry, order->call->zone);
    return *ret_zone == NULL ? TD_E_NOT_FOUND : TD_OK;
}

static td_err wait_for(struct fiber *fiber, struct order *order, struct registry_zone **ret_zone)
{
    struct io *io = order->server->io;
    uint64_t deadline = io_deadline_ms(io, (uint64_t)order->call->timeout_s * IO_MS_PER_S);

    for (;;) {
        *ret_zone = registry_find(order->server->registry, order->call->zone);
        if (*ret_zone == NULL)
            return TD_E_NOT_FOUND;
        if (!registry_zone_is_working(*ret_zone) &&
            !operator_follow_is_working(*ret_zone, order->order))
            return TD_OK;
        if (order->server->wants_stop)
            return TD_E_CLOSED;
        if (io_now_ns(io) >= deadline) {
            td_diag_say(order->diag, "not done after %u s", order->call->timeout_s);
            return TD_E_TIMEOUT;
        }
        td_err err = io_fiber_sleep_ms(fiber, LOOK_AGAIN_MS);
        if (err != TD_OK)
            return TD_E_CLOSED;
    }
}

static td_err do_order(struct fiber *fiber, struct server *server, void *argument)
{
    struct order *order = argument;
    struct registry_zone *zone;

    order->server = server;
    td_err err = find(server, order, &zone);
    if (err == TD_OK && order->call->dry_run)
        return operator_trial(server, zone, order->order, order->call, order->diag);
    if (err == TD_OK)
        err = begin(fiber, order, zone);
    if (err == TD_OK)
        err = wait_for(fiber, order, &zone);
    if (err == TD_OK)
        err = operator_follow_result(zone, order->order, order->diag);
    if (err == TD_OK)
        operator_view_zone(server, zone, order->status);
    return err;
}

td_err operator_zone_order(void *context, enum control_order order, const struct control_call *call,
                           struct control_zone_status *ret_zone, struct td_diag *diag)
{
    struct order what = { .order = order, .call = call, .status = ret_zone, .diag = diag };

    return operator_ask(context, do_order, &what);
}

/* ---- zones that come and go ---- */

static td_err do_add(struct fiber *fiber, struct server *server, void *argument)
{
    struct order *order = argument;
    const struct control_call *call = order->call;
    struct registry_zone *zone;

    order->server = server;
    td_err err = runtime_add(fiber, server, call->zone, call->zonefile, call->like, order->diag);
    if (err == TD_OK)
        err = wait_for(fiber, order, &zone);
    if (err == TD_OK)
        operator_view_zone(server, zone, order->status);
    return err;
}

static td_err try_add(struct fiber *fiber, struct server *server, void *argument)
{
    struct order *order = argument;
    const struct control_call *call = order->call;

    (void)fiber;
    return runtime_may_add(server, call->zone, call->zonefile, call->like, &order->is_copy,
                           order->diag);
}

/* The file is loaded, too, on the thread that asks. */
static td_err try_zone_add(void *context, const struct control_call *call, struct td_diag *diag)
{
    struct order order = { .call = call, .diag = diag };
    struct operator_look look = { .zone = call->zone, .path = call->zonefile, .may_be_new = true };

    td_err err = operator_ask(context, try_add, &order);
    if (err != TD_OK)
        return err;
    td_diag_say(diag, "it would be added, and come from its primaries");
    if (order.is_copy)
        return TD_OK;
    err = operator_look(context, &look);
    if (err == TD_OK)
        td_diag_say(diag, "it would be added, with serial %u and %llu records",
                    look.job->version->serial, (unsigned long long)look.job->version->record_count);
    else
        *diag = look.diag;
    operator_look_end(&look);
    return err;
}

td_err operator_zone_add(void *context, const struct control_call *call,
                         struct control_zone_status *ret_zone, struct td_diag *diag)
{
    if (call->dry_run)
        return try_zone_add(context, call, diag);
    struct order order = {
        .order = CONTROL_ORDER_REFRESH, .call = call, .status = ret_zone, .diag = diag
    };

    return operator_ask(context, do_add, &order);
}

static td_err do_remove(struct fiber *fiber, struct server *server, void *argument)
{
    const struct order *order = argument;

    if (!order->call->dry_run)
        return runtime_remove(fiber, server, order->call->zone, order->diag);
    td_err err = runtime_may_remove(server, order->call->zone, order->diag);
    if (err == TD_OK)
        td_diag_say(order->diag, "it would be removed; its file stays");
    return err;
}

td_err operator_zone_remove(void *context, const struct control_call *call, struct td_diag *diag)
{
    struct order order = { .call = call, .diag = diag };

    return operator_ask(context, do_remove, &order);
}
