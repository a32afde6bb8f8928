/* A zone with its history, as text. */
#include <stdlib.h>

#include "base/alloc.h"
#include "operator/internal.h"
#include "operator/past.h"
#include "server/backup.h"
#include "server/registry.h"

enum { READS_MAX_OCTETS = 1 << 30 };

struct taking {
    const struct control_call *call;
    struct backup *backup;
    struct zone_version *version; /* pinned */
    uint32_t capacity;
    struct td_diag *diag;
};

/* The octets of one change, as the log has them. */
static td_err take_change(struct taking *taking, struct server *server,
                          const struct store_log_change *change)
{
    struct backup *backup = taking->backup;
    struct td_buf octets = { .data = NULL };

    td_err err = store_log_read(server->log, change, &octets, taking->diag);
    if (err == TD_OK) {
        td_grow(backup->changes, backup->change_count, taking->capacity);
        backup->changes[backup->change_count++] = (struct change_past){
            .serial_from = change->serial_from,
            .serial_to = change->serial_to,
            .removed = change->removed,
            .added = change->added,
            .time_s = change->time_s,
            .octets = td_arena_memdup(&backup->arena, octets.data, octets.size),
            .size = (uint32_t)octets.size,
        };
    }
    td_buf_fini(&octets);
    return err;
}

/*
 * From the newest break on, or the newest change that cannot be read: what is before that says
 * nothing about the zone. The version is that of the newest change that is taken.
 */
static td_err take_history(struct fiber *fiber, struct taking *taking, struct server *server,
                           struct registry_zone *zone)
{
    struct operator_past past;
    uint64_t sequence = 0, last = zone->sequence;
    const struct store_log_change *change;
    td_err err = TD_OK;

    operator_past_init(&past, server, zone);
    while (err == TD_OK && (change = operator_past_next(&past, sequence, false)) != NULL &&
           change->sequence <= last) {
        sequence = change->sequence;
        if ((change->flags & STORE_LOG_BREAK) != 0 ||
            take_change(taking, server, change) == TD_E_MALFORMED)
            taking->backup->change_count = 0;
        err = operator_past_yield(fiber, &past);
    }
    operator_past_fini(&past);
    return err;
}

static td_err take(struct fiber *fiber, struct server *server, void *argument)
{
    struct taking *taking = argument;
    struct backup *backup = taking->backup;
    struct registry_zone *zone;

    td_err err = operator_find_zone(server, taking->call->zone, &zone, taking->diag);
    if (err != TD_OK)
        return err;
    taking->version = zone->zone.newest;
    zone_version_pin(taking->version);
    backup->serial = taking->version->serial;
    backup->records = taking->version->record_count;
    backup->time_s = io_wall_s(server->io);
    backup->apex.size = zone->zone.entry->name_size;
    memcpy(backup->apex.octets, zone->zone.entry->name, backup->apex.size);
    return take_history(fiber, taking, server, zone);
}

td_err operator_backup(void *context, const struct control_call *call, struct td_buf *out,
                       uint32_t *ret_serial, struct td_diag *diag)
{
    struct backup backup = { .serial = 0 };
    struct taking taking = { .call = call, .backup = &backup, .diag = diag };

    td_arena_init(&backup.arena, 0);
    td_err err = operator_ask(context, take, &taking);
    if (err == TD_OK) {
        backup_put_head(out, &backup);
        for (uint32_t i = 0; i < backup.change_count; i++)
            backup_put_change(out, &backup.changes[i]);
        err = operator_print_zone(taking.version, out, diag);
    }
    if (err == TD_OK)
        backup_put_end(out);
    if (taking.version != NULL)
        zone_version_unpin(taking.version);
    *ret_serial = backup.serial;
    free(backup.changes);
    td_arena_fini(&backup.arena);
    return err;
}
