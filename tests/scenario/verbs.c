/*
 * An operator who cannot leave it alone: the verbs of the command line, as functions, at any time
 * and at any server, while other things fail.
 */
#include "scenario/verbs.h"
#include "control/verb.h"
#include "io/fiber.h"
#include "operator/follow.h"
#include "scenario/faults.h"
#include "scenario/layout.h"
#include "scenario/model.h"
#include "scenario/probe.h"

enum { ROUNDS = 80, PAUSE_MS = 3000, SETTLE_MS = 25000, THAW_MS = 60000 };
#define BROKEN_MS ((uint64_t)120000)

struct order {
    struct node *node;
    enum control_order order;
    td_err result;
};

static td_err obey(struct fiber *fiber, struct server *server, struct registry_zone *zone,
                   enum control_order order, struct td_diag *diag)
{
    static const struct control_call call = { .zone = "example", .author = "scenario" };

    switch (order) {
    case CONTROL_ORDER_FREEZE:
    case CONTROL_ORDER_THAW:
        return registry_zone_freeze(fiber, zone, order == CONTROL_ORDER_FREEZE, diag);
    case CONTROL_ORDER_FLUSH:
        return registry_zone_flush(zone, diag);
    case CONTROL_ORDER_RELEASE:
        return registry_zone_release(zone, diag);
    case CONTROL_ORDER_TAKE_FILE: /* of a reload, whatever was said of the file */
        registry_reload(server->registry, zone, true);
        return TD_OK;
    case CONTROL_ORDER_TAKE_LOG:
        server_want_reload(server);
        return TD_OK;
    default:
        return operator_follow_order(fiber, server, zone, order, &call, diag);
    }
}

static void order_main(struct fiber *fiber, void *argument)
{
    struct order *order = argument;
    struct node *node = order->node;
    struct registry *registry = node->server->registry;
    struct registry_zone *zone = registry == NULL ? NULL : registry_find_wire(registry, model_apex);
    struct td_diag diag = { .line = 0 };

    order->result = TD_E_NOT_FOUND;
    if (node->state == NODE_UP && zone != NULL && zone->zone.newest != NULL)
        order->result = obey(fiber, node->server, zone, order->order, &diag);
    cluster_note(node->cluster, "%s: order %d: %s %s", node->name, (int)order->order,
                 td_err_text(order->result), order->result == TD_OK ? "" : diag.text);
    node->changes--;
}

static bool is_obeying(void *context)
{
    return ((const struct order *)context)->node->changes != 0;
}

/* Returns when it is done, or cannot be. */
static td_err give(struct node *node, enum control_order what)
{
    struct order order = { .node = node, .order = what, .result = TD_E_CLOSED };

    if (node->state != NODE_UP)
        return TD_E_CLOSED;
    td_err err = io_fiber_spawn(node->server->io, "operator", order_main, &order, NULL);
    if (err != TD_OK)
        return err;
    node->changes++;
    io_sim_run_while(node->cluster->sim, is_obeying, &order, IO_FOREVER);
    return order.result;
}

void verbs_any(struct cluster *cluster)
{
    static const enum control_order at_primary[] = {
        CONTROL_ORDER_FREEZE,   CONTROL_ORDER_THAW,    CONTROL_ORDER_THAW,
        CONTROL_ORDER_FLUSH,    CONTROL_ORDER_RELEASE, CONTROL_ORDER_TAKE_FILE,
        CONTROL_ORDER_TAKE_LOG, CONTROL_ORDER_NOTIFY,
    };
    static const enum control_order at_secondary[] = {
        CONTROL_ORDER_REFRESH, CONTROL_ORDER_RETRANSFER, CONTROL_ORDER_NOTIFY,
        CONTROL_ORDER_PURGE,   CONTROL_ORDER_TAKE_LOG,
    };
    struct node *node = &cluster->nodes[cluster_below(cluster, TIER_COUNT)];
    enum control_order order = node->is_primary
                                   ? at_primary[cluster_below(cluster, TD_COUNT(at_primary))]
                                   : at_secondary[cluster_below(cluster, TD_COUNT(at_secondary))];

    td_err err = give(node, order);
    if (err == TD_OK && (order == CONTROL_ORDER_RETRANSFER || order == CONTROL_ORDER_PURGE))
        /* What comes may be older: s1 may be behind s2. */
        node->probe->broken_until_ns = io_sim_now_ns(cluster->sim) + BROKEN_MS * IO_NS_PER_MS;
}

void verbs_thaw(struct cluster *cluster)
{
    uint64_t until_ms = cluster_now_ms(cluster) + THAW_MS;

    while (give(&cluster->nodes[TIER_P], CONTROL_ORDER_THAW) != TD_OK) {
        cluster_run_ms(cluster, 1000);
        if (cluster_now_ms(cluster) > until_ms)
            cluster_fail(cluster, "the zone cannot be thawed");
    }
}

static void run(struct cluster *cluster)
{
    layout_tiers(cluster, cluster_chance(cluster, 50));
    cluster->change_burst = 3;
    cluster->changes_at_will = true;
    for (int i = 0; i < ROUNDS; i++) {
        if (cluster_chance(cluster, 30))
            fault_any(cluster, FAULT_CHANGES);
        verbs_any(cluster);
        cluster_run_ms(cluster, cluster_below(cluster, PAUSE_MS));
    }
    fault_none(cluster);
    cluster_run_ms(cluster, SETTLE_MS);
    verbs_thaw(cluster);
    cluster->changes_at_will = false;
    model_change(&cluster->nodes[TIER_P]);
    cluster_run_ms(cluster, 1000);
    cluster_check_equal(cluster, LAYOUT_BOUND_MS);
}

const struct scenario scenario_verbs = {
    .name = "verbs",
    .what = "an operator's verbs at any time and any server, with faults",
    .run = run,
};
