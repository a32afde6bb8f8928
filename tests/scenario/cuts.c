/*
 * Transfers are cut: the connection is reset at the first, second, ... piece of octets that
 * arrives, until each piece of the whole zone and of its differences has been the last once.
 */
#include "scenario/faults.h"
#include "scenario/layout.h"
#include "scenario/model.h"

enum { FILLING = 2500 /* some messages */, CUTS = 40, CHANGES = 30, PAUSE_MS = 3000 };

struct cutter {
    uint32_t left; /* pieces that pass, before the one that does not */
    bool is_whole; /* all that come later do not either, until it is set anew */
};

static bool cut(void *context, const struct io_sim_passing *passing)
{
    struct cutter *cutter = context;

    if (!passing->is_stream)
        return false;
    if (cutter->left == 0)
        return cutter->is_whole;
    return --cutter->left == 0;
}

static void run(struct cluster *cluster)
{
    struct cutter cutter = { .left = 1 };

    cluster->filling = FILLING;
    layout_tiers(cluster, cluster_chance(cluster, 50));
    io_sim_filter_set(cluster->sim, cut, &cutter);
    for (uint32_t i = 1; i <= CUTS; i++) {
        cutter.left = i;
        cutter.is_whole = cluster_chance(cluster, 30);
        for (uint64_t count = 1 + cluster_below(cluster, CHANGES); count > 0; count--)
            model_change(&cluster->nodes[TIER_P]);
        if (cluster_chance(cluster, 30)) { /* without what it had: the whole zone */
            struct node *node = &cluster->nodes[1 + cluster_below(cluster, TIER_COUNT - 1)];
            node_forget(node, cluster_below(cluster, PAUSE_MS)); /* drawn in this order by all */
        }
        cluster_run_ms(cluster, cluster_below(cluster, PAUSE_MS));
    }
    io_sim_filter_set(cluster->sim, NULL, NULL);
    cluster_run_ms(cluster, PAUSE_MS);
    cluster_check_equal(cluster, EMPTY_RETRY_MAX_MS + LAYOUT_BOUND_MS);
}

const struct scenario scenario_cuts = {
    .name = "cuts",
    .what = "connections are reset at every piece of every transfer",
    .run = run,
};
