/*
 * An operator who cannot leave it alone: the verbs of the command line, as functions, at any time
 * and at any server, while other things fail.
 */
#include "scenario/verbs.h"
#include "io/fiber.h"
#include "scenario/faults.h"
#include "scenario/layout.h"
#include "scenario/model.h"
#include "scenario/orders.h"
#include "scenario/probe.h"
#include "server/registry.h"

enum { PATIENCE_S = 2, ROUNDS = 80, PAUSE_MS = 3000, SETTLE_MS = 25000, THAW_MS = 60000 };
#define BROKEN_MS ((uint64_t)120000)

static td_err reload(struct operator_context *as, void *argument, struct td_diag *diag)
{
    struct registry_zone *zone = registry_find_wire(as->server->registry, model_apex);

    (void)diag;
    if (*(const bool *)argument || zone == NULL)
        server_want_reload(as->server);
    else
        registry_reload(as->server->registry, zone, true);
    return TD_OK;
}

static td_err give(struct node *node, enum control_order what)
{
    static const struct control_call call = {
        .zone = "example",
        .author = "scenario",
        .timeout_s = PATIENCE_S,
    };

    return order_zone(node, false, what, &call);
}

static void at_primary(struct node *node)
{
    static const enum control_order orders[] = {
        CONTROL_ORDER_FREEZE,   CONTROL_ORDER_THAW,    CONTROL_ORDER_THAW,
        CONTROL_ORDER_FLUSH,    CONTROL_ORDER_RELEASE, CONTROL_ORDER_TAKE_MERGE,
        CONTROL_ORDER_TAKE_LOG, CONTROL_ORDER_NOTIFY,
    };
    uint64_t which = cluster_below(node->cluster, TD_COUNT(orders) + 6);
    bool takes_all = which & 1;
    td_err err = TD_OK;

    if (which < TD_COUNT(orders))
        err = give(node, orders[which]);
    else if (which < TD_COUNT(orders) + 2)
        err = order_give(node, "reload", false, reload, &takes_all);
    else
        err = order_give(node, "revert", true, model_revert, node);
    (void)err; /* it was noted */
}

static void at_secondary(struct node *node)
{
    static const enum control_order orders[] = {
        CONTROL_ORDER_REFRESH,
        CONTROL_ORDER_RETRANSFER,
        CONTROL_ORDER_NOTIFY,
        CONTROL_ORDER_PURGE,
    };
    uint64_t which = cluster_below(node->cluster, TD_COUNT(orders) + 1);
    bool takes_all = true;

    /* What comes may be older: s1 may be behind s2. */
    if (which < TD_COUNT(orders) && node->state == NODE_UP &&
        (orders[which] == CONTROL_ORDER_RETRANSFER || orders[which] == CONTROL_ORDER_PURGE))
        node->probe->broken_until_ns = io_sim_now_ns(node->cluster->sim) + BROKEN_MS * IO_NS_PER_MS;
    td_err err = which < TD_COUNT(orders) ? give(node, orders[which])
                                          : order_give(node, "reload", false, reload, &takes_all);
    (void)err; /* it was noted */
}

void verbs_any(struct cluster *cluster)
{
    struct node *node = &cluster->nodes[cluster_below(cluster, TIER_COUNT)];

    if (node->is_primary)
        at_primary(node);
    else
        at_secondary(node);
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
