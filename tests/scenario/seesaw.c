/*
 * Two servers take turns as the primary: in order, or because the other is lost and comes back
 * later, still sure that it is the primary, and is demoted before anybody hears of it.
 */
#include "scenario/faults.h"
#include "scenario/layout.h"
#include "scenario/model.h"
#include "scenario/probe.h"

enum {
    S = 1000,
    ROUNDS = 4,
    WARM_MS = 20 * S,
    ALONE_MS = 15 * S,
    ASKED_MS = 45 * S, /* the heir has asked its followers for their serials */
    LATER_MS = 30 * S,
    ORDER_MS = 10 * S, /* what an operator asks for has been done */
    TAKEN_MS = 60 * S,
};

static const struct node *the_primary(const struct cluster *cluster)
{
    return &cluster->nodes[cluster->nodes[TIER_P].is_primary ? TIER_P : TIER_S1];
}

/* ---- who hears whom ---- */

static void isolate(struct node *node, bool is_cut)
{
    struct cluster *cluster = node->cluster;

    for (uint32_t i = 0; i < cluster->node_count; i++)
        if (&cluster->nodes[i] != node)
            io_sim_partition(cluster->sim, node->host, cluster->nodes[i].host, is_cut);
    io_sim_partition(cluster->sim, node->host, cluster->observers, is_cut);
}

/* ---- turns ---- */

static void promote(struct node *node)
{
    model_promote(node);
    cluster_run_ms(node->cluster, ORDER_MS);
    if (!node->is_primary)
        cluster_fail(node->cluster, "%s has not become the primary", node->name);
}

/* Nothing is lost: the other one has all. */
static void swap_in_order(struct node *old, struct node *new)
{
    struct cluster *cluster = old->cluster;

    cluster->changes_at_will = false;
    cluster_run_ms(cluster, S);
    cluster_check_equal(cluster, LAYOUT_BOUND_MS);
    old->is_primary = false;
    model_demote(old);
    cluster_run_ms(cluster, ORDER_MS);
    promote(new);
}

static bool has_taken(struct cluster *cluster)
{
    const struct node *primary = the_primary(cluster);
    const struct node *other =
        &cluster->nodes[primary == &cluster->nodes[TIER_P] ? TIER_S1 : TIER_P];
    const struct zone_version *has = node_version(other), *wants = node_version(primary);

    return has != NULL && wants != NULL && has->serial == wants->serial;
}

/* It has come back, and is made a secondary; nobody hears it until it has what the primary has. */
static void bring_back(struct node *old, const struct node *new)
{
    struct cluster *cluster = old->cluster;
    bool is_early = cluster_chance(cluster, 50); /* it is demoted before it hears the primary */

    isolate(old, true);
    if (!is_early)
        io_sim_partition(cluster->sim, old->host, new->host, false);
    node_start(old);
    cluster_run_ms(cluster, ORDER_MS);
    model_demote(old);
    cluster_run_ms(cluster, ORDER_MS);
    if (is_early && cluster_chance(cluster, 50)) { /* what it was told is not forgotten */
        node_crash(old, S);
        cluster_run_ms(cluster, ORDER_MS);
    }
    io_sim_partition(cluster->sim, old->host, new->host, false);
    cluster->changes_at_will = false;
    if (!cluster_await(cluster, has_taken, TAKEN_MS))
        cluster_fail(cluster, "%s has not taken the data of %s after its demotion", old->name,
                     new->name);
    isolate(old, false);
    old->probe->serial = 0; /* its history is broken */
    old->is_out = false;
}

static void swap_after_loss(struct node *old, struct node *new)
{
    struct cluster *cluster = old->cluster;

    if (cluster_chance(cluster, 50)) { /* and what it did last nobody else has */
        isolate(old, true);
        cluster_run_ms(cluster, cluster_below(cluster, ALONE_MS));
    }
    node_crash(old, 0);
    isolate(old, false);
    old->start_at_ns = IO_FOREVER;
    old->is_primary = false;
    old->is_out = true;
    cluster_run_ms(cluster, ASKED_MS);
    promote(new);
    cluster->changes_at_will = true;
    cluster_run_ms(cluster, cluster_below(cluster, LATER_MS));
    bring_back(old, new);
}

static void run(struct cluster *cluster)
{
    struct node *pair[2];

    layout_seesaw(cluster, cluster_chance(cluster, 50));
    pair[0] = &cluster->nodes[TIER_P];
    pair[1] = &cluster->nodes[TIER_S1];
    pair[0]->is_primary = false;
    promote(pair[0]);
    cluster->link.loss_ppm = 20000;
    cluster_mend(cluster);
    for (unsigned i = 0; i < ROUNDS; i++) {
        struct node *old = pair[i % 2], *new = pair[1 - i % 2];
        cluster->changes_at_will = true;
        cluster_run_ms(cluster, cluster_below(cluster, WARM_MS));
        if (cluster_chance(cluster, 50))
            swap_in_order(old, new);
        else
            swap_after_loss(old, new);
        cluster->changes_at_will = false;
        cluster_check_equal(cluster, LAYOUT_BOUND_MS);
    }
}

const struct scenario scenario_seesaw = {
    .name = "seesaw",
    .what = "two servers take turns as the primary, in order or after a loss",
    .run = run,
};
