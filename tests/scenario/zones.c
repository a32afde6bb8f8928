/*
 * What an operator does with whole zones, while other things fail: zones are added and removed at
 * run time, a serial is walked to any other one, backups are taken and restored, on the server that
 * they are from and on a new one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/fiber.h"
#include "scenario/faults.h"
#include "scenario/layout.h"
#include "scenario/ledger.h"
#include "scenario/model.h"
#include "scenario/orders.h"
#include "server/registry.h"
#include "server/roles.h"

enum {
    ROUNDS = 60,
    PAUSE_MS = 3000,
    SETTLE_MS = 25000,
    PATIENCE_S = 5,
    GUESTS = 4,
    BACKUPS = 4,
    TEXT_SIZE = 16,
    CHANGES_MAX = 1000, /* of a zone in a run: fewer */
    SERIAL_EDGE = 1000, /* no zone gets a serial as near as this to 0 */
    BOUND_MS = 300000,
};

struct backup_kept {
    char *text;
    uint32_t value;
};

struct desk {
    struct cluster *cluster;
    struct ledger walked[TIER_COUNT]; /* w: of p, and as the others have it */
    struct ledger kept;               /* b: of p */
    struct ledger copied;             /* b: of s3, which has only what is restored */
    struct ledger guests[2][GUESTS];  /* r0.. of p, and of s1, which follows */
    struct backup_kept backups[BACKUPS];
    uint32_t value; /* used last */
    uint32_t target;
    bool has_target; /* w walks there */
};

/* ---- an edit ---- */

struct task {
    struct desk *desk;
    struct ledger *ledger;
    struct backup_kept *backup;
    uint32_t value;
    bool is_removal;
};

static void check_all(struct cluster *cluster)
{
    struct desk *desk = cluster->topic_context;

    for (unsigned i = 0; i < TIER_COUNT; i++)
        ledger_check(&desk->walked[i]);
    for (unsigned i = 0; i < 2 * GUESTS; i++)
        ledger_check(&desk->guests[i / GUESTS][i % GUESTS]);
    ledger_check(&desk->kept);
    ledger_check(&desk->copied);
}

static td_err set_value(struct operator_context *as, void *argument, struct td_diag *diag)
{
    const struct task *task = argument;
    struct control_outcome outcome;
    char text[TEXT_SIZE];
    const char *const rdata[] = { text };
    struct control_call call = {
        .zone = task->ledger->name,
        .author = "scenario",
        .owner = "v",
        .type = "TXT",
        .rdata = { rdata, 1 },
        .ttl = { true, 5 },
    };

    snprintf(text, sizeof(text), "%u", task->value);
    td_err err = operator_edit(as, CONTROL_EDIT_SET, &call, &outcome);
    *diag = outcome.diag;
    control_outcome_fini(&outcome);
    return err;
}

static void change(struct desk *desk, struct ledger *ledger)
{
    struct task task = { .desk = desk, .ledger = ledger, .value = ++desk->value };

    if (ledger_version(ledger) == NULL || ledger->count == LEDGER_VALUES_MAX)
        return;
    ledger_write(ledger, task.value);
    if (order_give(ledger->node, "set", true, set_value, &task) == TD_OK)
        ledger_written(ledger, task.value);
}

/* ---- a serial that is walked ---- */

static void walk(struct desk *desk)
{
    struct cluster *cluster = desk->cluster;
    struct node *node = desk->walked[0].node;
    uint32_t target =
        SERIAL_EDGE + (uint32_t)cluster_below(cluster, UINT32_MAX - 2 * (uint64_t)SERIAL_EDGE);
    struct control_call call = {
        .zone = "w",
        .author = "scenario",
        .timeout_s = PATIENCE_S,
        .set = { true, target },
        .abort = cluster_chance(cluster, 20),
    };

    if (!call.abort && cluster_chance(cluster, 50)) /* a lower one, near */
        call.set.value = target = desk->walked[0].serial - 1 - (uint32_t)cluster_below(cluster, 50);
    if (target < SERIAL_EDGE || target > UINT32_MAX - SERIAL_EDGE || !node->is_open)
        return;
    bool had_target = desk->has_target;
    desk->has_target = false;
    td_err err = order_zone(node, true, CONTROL_ORDER_SERIAL, &call);
    if (err == TD_OK && !call.abort) {
        desk->has_target = true;
        desk->target = target;
    } else if (err == TD_E_CONFLICT || err == TD_E_NOT_FOUND) {
        desk->has_target = had_target; /* nothing has come of it */
    }
}

/* ---- zones that come and go ---- */

static td_err move_guest(struct operator_context *as, void *argument, struct td_diag *diag)
{
    const struct task *task = argument;
    bool is_primary = task->ledger->node->is_primary;
    struct control_zone_status status;
    struct control_call call = {
        .zone = task->ledger->name,
        .author = "scenario",
        .zonefile = is_primary ? "/some.zone" : NULL,
        .like = is_primary ? "lead" : "follow",
        .timeout_s = PATIENCE_S,
    };

    if (task->is_removal)
        return operator_zone_remove(as, &call, diag);
    td_err err = operator_zone_add(as, &call, &status, diag);
    if (err == TD_OK)
        td_arena_fini(&status.arena);
    return err;
}

static void move(struct desk *desk, struct ledger *guest)
{
    struct cluster *cluster = desk->cluster;
    enum ledger_place before = guest->place;
    struct task task = {
        .desk = desk,
        .ledger = guest,
        .is_removal =
            before == LEDGER_UNKNOWN ? cluster_chance(cluster, 50) : before == LEDGER_PRESENT,
    };

    if (!guest->node->is_open)
        return;
    guest->place = LEDGER_UNKNOWN;
    td_err err =
        order_give(guest->node, task.is_removal ? "remove" : "add", true, move_guest, &task);
    if (err == TD_OK)
        guest->place = task.is_removal ? LEDGER_ABSENT : LEDGER_PRESENT;
    else if (before != LEDGER_UNKNOWN && (err == TD_E_EXISTS || err == TD_E_NOT_FOUND))
        cluster_fail(cluster, "%s: %s cannot be %s: %s", guest->node->name, guest->name,
                     task.is_removal ? "removed" : "added", td_err_text(err));
}

/* ---- backups ---- */

static td_err back_up(struct operator_context *as, void *argument, struct td_diag *diag)
{
    struct task *task = argument;
    struct control_call call = { .zone = "b", .author = "scenario" };
    struct td_buf text = { .data = NULL };
    uint32_t serial;

    task->value = ledger_value(ledger_version(task->ledger), "b");
    td_err err = operator_backup(as, &call, &text, &serial, diag);
    if (err == TD_OK) {
        free(task->backup->text);
        task->backup->text = text.data;
        task->backup->value = task->value;
    } else {
        td_buf_fini(&text);
    }
    return err;
}

static void take_backup(struct desk *desk)
{
    struct task task = {
        .ledger = &desk->kept,
        .backup = &desk->backups[cluster_below(desk->cluster, BACKUPS)],
    };

    if (ledger_version(&desk->kept) == NULL)
        return;
    td_err err = order_give(desk->kept.node, "backup", false, back_up, &task);
    if (err != TD_OK && err != TD_E_CLOSED)
        cluster_fail(desk->cluster, "no backup of b can be made: %s", td_err_text(err));
}

static td_err restore(struct operator_context *as, void *argument, struct td_diag *diag)
{
    const struct task *task = argument;
    struct control_outcome outcome;
    struct control_call call = {
        .zone = "b",
        .author = "scenario",
        .upload = { .octets = task->backup->text, .size = strlen(task->backup->text) },
        .timeout_s = PATIENCE_S,
        .force = true,
    };

    td_err err = operator_restore(as, &call, &outcome);
    *diag = outcome.diag;
    control_outcome_fini(&outcome);
    return err;
}

static void restore_one(struct desk *desk, struct ledger *ledger)
{
    struct task task = {
        .ledger = ledger,
        .backup = &desk->backups[cluster_below(desk->cluster, BACKUPS)],
    };

    if (task.backup->text == NULL || ledger->count == LEDGER_VALUES_MAX)
        return;
    ledger_write(ledger, task.backup->value);
    if (order_give(ledger->node, "restore", true, restore, &task) != TD_OK)
        return;
    ledger_written(ledger, task.backup->value);
    if (ledger->node->state == NODE_UP && ledger_version(ledger) == NULL)
        cluster_fail(desk->cluster, "%s: b was restored, and has no data", ledger->node->name);
}

/* ---- all of it ---- */

static void do_something(struct desk *desk)
{
    struct cluster *cluster = desk->cluster;
    unsigned guest = (unsigned)cluster_below(cluster, GUESTS);

    switch (cluster_below(cluster, 10)) {
    case 0:
    case 1:
        walk(desk);
        break;
    case 2:
        move(desk, &desk->guests[0][guest]);
        break;
    case 3:
        move(desk, &desk->guests[1][guest]);
        break;
    case 4:
        take_backup(desk);
        break;
    case 5:
        restore_one(desk, &desk->kept);
        break;
    case 6:
        restore_one(desk, &desk->copied);
        break;
    case 7:
        change(desk, &desk->guests[0][guest]);
        break;
    case 8:
        change(desk, cluster_chance(cluster, 50) ? &desk->kept : &desk->copied);
        break;
    default:
        change(desk, &desk->walked[0]);
    }
}

/* ---- in the end ---- */

static bool is_same(const struct ledger *one, const struct ledger *other)
{
    const struct zone_version *a = ledger_version(one), *b = ledger_version(other);

    return a != NULL && b != NULL && a->serial == b->serial &&
           ledger_value(a, one->name) == ledger_value(b, other->name);
}

/* The walk is over, and its zone and the guests are with all who follow. */
static bool is_settled(struct cluster *cluster)
{
    struct desk *desk = cluster->topic_context;
    const struct node *p = desk->walked[0].node;

    if (p->state != NODE_UP || !p->is_open)
        return false;
    const struct registry_zone *zone = registry_find(p->server->registry, "w");
    if (zone == NULL || serial_walk_text(zone) != NULL)
        return false;
    for (unsigned i = TIER_S1; i < TIER_COUNT; i++)
        if (!is_same(&desk->walked[0], &desk->walked[i]))
            return false;
    for (unsigned i = 0; i < GUESTS; i++)
        if (desk->guests[0][i].place == LEDGER_PRESENT &&
            desk->guests[1][i].place == LEDGER_PRESENT &&
            !is_same(&desk->guests[0][i], &desk->guests[1][i]))
            return false;
    return true;
}

static void tell(const struct ledger *ledger)
{
    const struct zone_version *version = ledger_version(ledger);

    printf("%s: %s: serial %u, value %u\n", ledger->node->name, ledger->name,
           version == NULL ? 0 : version->serial,
           version == NULL ? 0 : ledger_value(version, ledger->name));
}

/* Who had no data yet, and has asked in vain, is told to look. */
static void refresh_guests(struct desk *desk)
{
    for (unsigned i = 0; i < GUESTS; i++) {
        struct ledger *guest = &desk->guests[1][i];
        struct control_call call = { .zone = guest->name, .timeout_s = PATIENCE_S };
        td_err err = order_zone(guest->node, false, CONTROL_ORDER_REFRESH, &call);
        (void)err; /* it need not be there */
    }
}

static void check_end(struct desk *desk)
{
    struct cluster *cluster = desk->cluster;

    server_want_reload(desk->walked[0].node->server); /* what the disk did not give, too */
    cluster_run_ms(cluster, PAUSE_MS);
    refresh_guests(desk);
    if (!cluster_await(cluster, is_settled, BOUND_MS)) {
        for (unsigned i = 0; i < TIER_COUNT; i++)
            tell(&desk->walked[i]);
        for (unsigned i = 0; i < 2 * GUESTS; i++)
            tell(&desk->guests[i / GUESTS][i % GUESTS]);
        cluster_fail(cluster, "not all that follow are equal %d s after the faults have ceased",
                     BOUND_MS / 1000);
    }
    uint32_t serial = desk->walked[0].serial;
    if (desk->has_target && serial - desk->target > CHANGES_MAX)
        cluster_fail(cluster, "w was to be walked to serial %u, and has %u", desk->target, serial);
}

/* ---- the run ---- */

static const struct layout_words words[TIER_COUNT] = {
    { .zone = "  - {name: w, file: /some.zone, to: [s1, s2, s3]}\n"
              "  - {name: b, file: /some.zone}\n",
      .more = "templates:\n  lead: {to: [s1]}\n" },
    { .zone = "  - {name: w, from: [p]}\n", .more = "templates:\n  follow: {from: [p]}\n" },
    { .zone = "  - {name: w, from: [p]}\n" },
    { .zone = "  - {name: w, from: [p]}\n  - {name: b, file: /none.zone}\n" },
};

static void begin(struct desk *desk, struct cluster *cluster)
{
    char name[LEDGER_NAME_SIZE];

    *desk = (struct desk){ .cluster = cluster };
    cluster->more_zones = 2 + GUESTS;
    layout_tiers_with(cluster, words);
    node_put(&cluster->nodes[TIER_P], "/some.zone", ledger_file);
    cluster_run_ms(cluster, 1000);
    for (unsigned i = 0; i < TIER_COUNT; i++) {
        ledger_init(&desk->walked[i], &cluster->nodes[i], "w", LEDGER_PRESENT);
        desk->walked[i].is_late = i != TIER_P;
    }
    ledger_init(&desk->kept, &cluster->nodes[TIER_P], "b", LEDGER_PRESENT);
    ledger_init(&desk->copied, &cluster->nodes[TIER_S3], "b", LEDGER_PRESENT);
    for (unsigned i = 0; i < GUESTS; i++) {
        snprintf(name, sizeof(name), "r%u", i);
        ledger_init(&desk->guests[0][i], &cluster->nodes[TIER_P], name, LEDGER_ABSENT);
        ledger_init(&desk->guests[1][i], &cluster->nodes[TIER_S1], name, LEDGER_ABSENT);
        desk->guests[1][i].is_late = true;
    }
    cluster->topic_context = desk;
    cluster->watch = check_all;
}

static void run(struct cluster *cluster)
{
    static struct desk desk;
    unsigned more = cluster_chance(cluster, 50) ? FAULT_DISKS | FAULT_CHANGES : 0;

    begin(&desk, cluster);
    cluster->changes_at_will = true;
    for (int i = 0; i < ROUNDS; i++) {
        if (cluster_chance(cluster, 30))
            fault_any(cluster, more);
        do_something(&desk);
        cluster_run_ms(cluster, cluster_below(cluster, PAUSE_MS));
    }
    fault_none(cluster);
    cluster_run_ms(cluster, SETTLE_MS);
    cluster->changes_at_will = false;
    cluster_check_equal(cluster, LAYOUT_BOUND_MS);
    check_end(&desk);
    cluster->watch = NULL;
    for (unsigned i = 0; i < BACKUPS; i++)
        free(desk.backups[i].text);
}

const struct scenario scenario_zones = {
    .name = "zones",
    .what = "zones added and removed, serials walked, backups restored, with faults",
    .run = run,
};
