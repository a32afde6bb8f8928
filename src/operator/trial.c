/* What an order would do: it is looked whether it would be done, and said, and that is all. */
#include "operator/trial.h"

#include "change/serial.h"
#include "server/followers.h"
#include "server/roles.h"
#include "server/runtime.h"
#include "server/secondary.h"

static size_t count_behind(const struct server *server, const struct registry_zone *zone,
                           uint64_t sequence)
{
    const struct zone_entry *entry = zone->zone.entry;
    size_t count;
    const struct store_log_change *changes =
        store_log_changes(registry_log(server->registry), entry->name, entry->name_size, &count);

    return count - store_log_behind(changes, count, sequence);
}

static uint32_t serial_of(const struct registry_zone *zone)
{
    return zone->zone.newest == NULL ? 0 : zone->zone.newest->serial;
}

static td_err try_freeze(const struct registry_zone *zone, bool is_frozen, struct td_diag *diag)
{
    if (zone->zone.is_frozen == is_frozen)
        td_diag_say(diag, is_frozen ? "it is frozen already" : "it is not frozen");
    else
        td_diag_say(diag, is_frozen ? "no changes at run time would be allowed any more"
                                    : "changes at run time would be allowed again");
    return TD_OK;
}

static td_err try_flush(const struct server *server, const struct registry_zone *zone,
                        struct td_diag *diag)
{
    td_err err = registry_zone_may_flush(zone, diag);

    if (err == TD_OK)
        td_diag_say(diag,
                    "'%.300s' would be written with serial %u and %llu records; it lacks %zu "
                    "changes",
                    zone->path, serial_of(zone),
                    (unsigned long long)zone->zone.newest->record_count,
                    count_behind(server, zone, zone->has_file ? zone->file.sequence : 0));
    return err;
}

static td_err try_purge(const struct server *server, const struct registry_zone *zone,
                        struct td_diag *diag)
{
    td_err err = registry_zone_may_purge(zone, diag);

    if (err == TD_OK && zone->secondary == NULL)
        td_diag_say(diag, "the %zu changes of its history would be forgotten",
                    count_behind(server, zone, 0));
    else if (err == TD_OK)
        td_diag_say(diag, "all that there is of it would be forgotten, and transferred anew");
    return err;
}

static td_err try_transfer(const struct registry_zone *zone, bool is_anew, struct td_diag *diag)
{
    td_err err = operator_follow_check(zone, diag);

    if (err == TD_OK)
        td_diag_say(diag,
                    is_anew
                        ? "the whole zone would be transferred, whatever the serial (here it is "
                          "%u), from one of %u primaries"
                        : "a serial greater than %u would be asked for, at %u primaries",
                    serial_of(zone), zone->secondary->from_count);
    return err;
}

static td_err try_notify(const struct registry_zone *zone, struct td_diag *diag)
{
    td_err err = operator_follow_check_notify(zone, diag);

    if (err == TD_OK)
        td_diag_say(diag, "%u secondaries would be told of serial %u", zone->followers->count,
                    serial_of(zone));
    return err;
}

static td_err try_role(const struct server *server, const struct registry_zone *zone,
                       bool is_promotion, struct td_diag *diag)
{
    td_err err =
        is_promotion ? roles_may_promote(server, zone, diag) : roles_may_demote(server, zone, diag);

    if (err == TD_OK && is_promotion)
        td_diag_say(diag, "it would be a primary, with a serial greater than %u", serial_of(zone));
    else if (err == TD_OK)
        td_diag_say(diag, "it would be transferred from its primaries: what was changed here goes");
    return err;
}

static td_err try_serial(const struct registry_zone *zone, const struct control_call *call,
                         struct td_diag *diag)
{
    uint32_t serial = serial_of(zone), after_s;

    if (call->abort) {
        bool is_walking = serial_walk_text(zone) != NULL;
        td_diag_say(diag, is_walking ? "it would stay at serial %u" : "its serial is not being set",
                    serial);
        return is_walking ? TD_OK : TD_E_CONFLICT;
    }
    td_err err = operator_follow_after(call, &after_s, diag);
    if (err == TD_OK)
        err = serial_walk_may_begin(zone, call->set.value, diag);
    if (err == TD_OK)
        td_diag_say(diag,
                    change_serial_is_greater(call->set.value, serial)
                        ? "serial %u would follow on %u at once"
                        : "serial %u would be reached from %u by steps, since it is lower",
                    call->set.value, serial);
    return err;
}

td_err operator_trial(struct server *server, const struct registry_zone *zone,
                      enum control_order order, const struct control_call *call,
                      struct td_diag *diag)
{
    switch (order) {
    case CONTROL_ORDER_FREEZE:
    case CONTROL_ORDER_THAW:
        return try_freeze(zone, order == CONTROL_ORDER_FREEZE, diag);
    case CONTROL_ORDER_FLUSH:
        return try_flush(server, zone, diag);
    case CONTROL_ORDER_REFRESH:
    case CONTROL_ORDER_RETRANSFER:
        return try_transfer(zone, order == CONTROL_ORDER_RETRANSFER, diag);
    case CONTROL_ORDER_NOTIFY:
        return try_notify(zone, diag);
    case CONTROL_ORDER_PROMOTE:
    case CONTROL_ORDER_DEMOTE:
        return try_role(server, zone, order == CONTROL_ORDER_PROMOTE, diag);
    case CONTROL_ORDER_PURGE:
        return try_purge(server, zone, diag);
    case CONTROL_ORDER_SERIAL:
        return try_serial(zone, call, diag);
    case CONTROL_ORDER_RELEASE:
    case CONTROL_ORDER_TAKE_FILE:
    case CONTROL_ORDER_TAKE_LOG:
    case CONTROL_ORDER_TAKE_MERGE:
        break; /* operator_preview */
    }
    return TD_E_UNSUPPORTED;
}
