/*
 * Batches: the open one is collected while the other is on its way to the disk.
 *
 * All changes of a zone in a batch share one edit, so a batch makes one version of each zone
 * that it touches, whatever the number of changes. When the log fails, the versions of the batch
 * are taken back, and with them what was collected on top of them.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "change/internal.h"
#include "zone/lineage.h"

/* ---- the open batch ---- */

static bool is_empty(const struct change_batch *batch)
{
    return batch->first == NULL;
}

static void schedule(struct change_door *door)
{
    if (!door->is_flying && !is_empty(&door->open))
        io_defer(door->io, &door->flush);
}

static void add_zone(struct change_door *door, struct change_zone *zone)
{
    zone->next_open = door->open.zones;
    door->open.zones = zone;
    zone->is_open = true;
}

const struct zone_version *change_zone_view(const struct change_zone *zone)
{
    if (zone->edit != NULL)
        return zone_edit_view(zone->edit);
    return zone->staged != NULL ? zone->staged : zone->newest;
}

struct zone_edit *change_batch_edit(struct change_door *door, struct change_zone *zone)
{
    if (zone->edit != NULL)
        return zone->edit;
    zone->edit = zone_edit_begin(zone->staged != NULL ? zone->staged : zone->newest);
    if (!zone->is_open)
        add_zone(door, zone);
    return zone->edit;
}

void change_batch_forget(struct change_door *door, struct change_zone *zone)
{
    for (struct change_zone **at = &door->open.zones; *at != NULL; at = &(*at)->next_open) {
        if (*at != zone)
            continue;
        *at = zone->next_open;
        zone->is_open = false;
        return;
    }
}

void change_batch_stage(struct change_door *door, struct change_zone *zone,
                        struct zone_version *version)
{
    td_assert(!change_zone_is_busy(zone) && !zone->is_open);
    zone->staged = version;
    zone->is_staged_whole = true;
    add_zone(door, zone);
}

static void append(struct change_batch *batch, struct change_draft *step)
{
    step->next = NULL;
    *batch->last = step;
    batch->last = &step->next;
}

void change_batch_wait(struct change_door *door, struct change_draft *step)
{
    append(&door->open, step);
    schedule(door);
}

static void log_append(struct change_batch *batch, struct change_draft *step)
{
    step->entry.next = NULL;
    if (batch->log.first == NULL)
        batch->log.first = &step->entry;
    else
        batch->log.last->next = &step->entry;
    batch->log.last = &step->entry;
}

void change_batch_add(struct change_door *door, struct change_draft *step)
{
    step->is_logged = true;
    log_append(&door->open, step);
    change_batch_wait(door, step);
}

static void batch_init(struct change_batch *batch)
{
    struct td_buf octets = batch->log.octets; /* the log's, from use to use */

    *batch = (struct change_batch){ .log = { .octets = octets } };
    batch->last = &batch->first;
}

/* ---- the end of steps ---- */

static void answer(struct change_draft *step, td_err err, const struct td_diag *diag)
{
    struct change_wait *wait = step->wait;

    change_step_free(step);
    if (wait != NULL)
        wait->done(wait, err, diag);
}

static void tell(struct change_door *door, struct change_draft *step)
{
    step->changeset.sequence = step->entry.sequence;
    step->changeset.octets = step->entry.octets;
    step->changeset.octets_size = step->entry.size;
    for (struct change_listener *l = door->listeners; l != NULL; l = l->next)
        l->published(l->context, step->zone, &step->changeset);
}

/*
 * Take the steps of one zone out of a batch and answer them. Only for failures: those behind
 * them stay in their order.
 */
static void fail_steps(struct change_batch *batch, const struct change_zone *zone, td_err err,
                       const struct td_diag *diag)
{
    struct change_draft *step = batch->first;
    struct change_zone *zones = batch->zones;

    batch_init(batch);
    batch->zones = zones;
    while (step != NULL) {
        struct change_draft *next = step->next;
        if (step->zone == zone) {
            answer(step, err, diag);
        } else {
            if (step->is_logged)
                log_append(batch, step);
            append(batch, step);
        }
        step = next;
    }
}

/* ---- on the way to the disk ---- */

/* Nobody was shown the version that this zone got in the batch that failed. */
static void take_back(struct change_door *door, struct change_zone *zone, td_err err,
                      const struct td_diag *diag)
{
    if (zone->edit != NULL) {
        zone_edit_abort(zone->edit);
        zone->edit = NULL;
        change_batch_forget(door, zone);
        fail_steps(&door->open, zone, err, diag);
    }
    if (zone->newest != NULL && zone->staged->lineage == zone->newest->lineage)
        zone_lineage_drop(zone->staged->lineage);
    else
        zone_lineage_free(zone->staged->lineage);
    zone->staged = NULL;
}

static void publish(struct change_door *door, struct change_zone *zone)
{
    struct zone_version *before = zone->newest;

    zone->newest = zone->staged;
    zone->staged = NULL;
    zone_entry_publish(door->zones, zone->entry, zone->newest, ZONE_STATE_SERVED);
    change_retire(door, zone, before, zone->newest);
}

static void settle_zones(struct change_door *door, td_err err, const struct td_diag *diag)
{
    struct change_zone *zone = door->flight.zones;
    uint32_t count = 0;

    for (; zone != NULL; count++) {
        struct change_zone *next = zone->next_staged;
        if (err == TD_OK)
            publish(door, zone);
        else
            take_back(door, zone, err, diag);
        zone = next;
    }
    change_reclaim_some(door, count);
}

static void landed(struct change_door *door, td_err err, const struct td_diag *diag)
{
    struct td_diag why = { .line = 0 };

    if (err != TD_OK)
        why = *diag; /* which lies in the batch */
    settle_zones(door, err, diag);
    struct change_draft *step = door->flight.first;
    batch_init(&door->flight);
    door->is_flying = false;
    while (step != NULL) {
        struct change_draft *next = step->next;
        if (err == TD_OK && step->is_logged && step->zone != NULL)
            tell(door, step);
        answer(step, err, &why);
        step = next;
    }
    schedule(door);
    if (is_empty(&door->open))
        io_condition_broadcast(&door->idle);
}

static void on_log_done(struct store_log_batch *log, td_err err, const struct td_diag *diag)
{
    struct change_batch *batch = td_container_of(log, struct change_batch, log);

    landed(td_container_of(batch, struct change_door, flight), err, diag);
}

/* Make the version that the zone's edit stands for. */
static void seal(struct change_door *door, struct change_zone *zone)
{
    struct zone_version *version;
    struct td_diag diag;

    if (zone->edit != NULL) {
        td_err err = zone_edit_finish(zone->edit, &version);
        zone->edit = NULL;
        if (err == TD_OK) {
            zone->staged = version;
        } else {
            td_diag_say(&diag, "the zone is too large for another change");
            fail_steps(&door->open, zone, err, &diag);
            if (zone->staged != NULL) /* a whole version, of one of the steps */
                zone_lineage_free(zone->staged->lineage);
            zone->staged = NULL;
            return;
        }
    }
    zone->next_staged = door->flight.zones;
    door->flight.zones = zone;
}

static void flush(struct io *io, void *context)
{
    struct change_door *door = context;

    (void)io;
    if (door->is_flying)
        return;
    for (struct change_zone *zone = door->open.zones; zone != NULL;) {
        struct change_zone *next = zone->next_open;
        zone->is_open = false;
        zone->is_staged_whole = false;
        seal(door, zone);
        zone = next;
    }
    door->flight.first = door->open.first;
    door->flight.log.first = door->open.log.first;
    door->flight.log.last = door->open.log.last;
    door->flight.log.done = on_log_done;
    batch_init(&door->open);
    door->is_flying = true;
    if (door->log.submit == NULL || door->flight.log.first == NULL)
        landed(door, TD_OK, NULL);
    else
        door->log.submit(door->log.context, &door->flight.log);
}

/* ---- the door ---- */

struct change_door *change_door_new(struct io *io, struct zone_set *zones, struct td_rcu *rcu,
                                    const struct change_log *log)
{
    struct change_door *door = td_calloc(1, sizeof(*door));

    door->io = io;
    door->zones = zones;
    door->rcu = rcu;
    if (log != NULL)
        door->log = *log;
    door->flush.call = flush;
    door->flush.context = door;
    batch_init(&door->open);
    batch_init(&door->flight);
    door->last_aged = &door->aged;
    return door;
}

void change_door_free(struct change_door *door)
{
    if (door == NULL)
        return;
    td_assert(!door->is_flying && is_empty(&door->open));
    uint32_t left = change_reclaim(door);
    td_assert(left == 0);
    change_steps_fini(door);
    store_log_batch_fini(&door->flight.log);
    free(door);
}

struct io *change_door_io(const struct change_door *door)
{
    return door->io;
}

void change_listen(struct change_door *door, struct change_listener *listener)
{
    listener->next = door->listeners;
    door->listeners = listener;
}

void change_drain(struct fiber *fiber, struct change_door *door)
{
    while (door->is_flying || !is_empty(&door->open))
        if (io_condition_wait(fiber, &door->idle, IO_FOREVER) == TD_E_CANCELLED)
            return;
}
