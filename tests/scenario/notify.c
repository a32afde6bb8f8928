/*
 * Nobody refreshes, and the network loses much: NOTIFY, said again until it is heard, has to do.
 */
#include "scenario/faults.h"
#include "scenario/layout.h"
#include "scenario/model.h"

enum {
    ROUNDS = 6,
    SPREAD_MS = 5000,
    BOUND_MS = 300000, /* two tiers, and a NOTIFY comes again after a minute at the latest */
};

static void run(struct cluster *cluster)
{
    layout_quiet(cluster, cluster_chance(cluster, 50));
    for (int i = 0; i < ROUNDS; i++) {
        cluster->link.loss_ppm = (uint32_t)cluster_below(cluster, IO_SIM_PPM / 4);
        cluster_mend(cluster);
        model_change(&cluster->nodes[TIER_P]);
        cluster_run_ms(cluster, cluster_below(cluster, SPREAD_MS));
        model_change(&cluster->nodes[TIER_P]);
        cluster_run_ms(cluster, 1000); /* it is durable */
        if (cluster_chance(cluster, 30)) {
            struct node *node = &cluster->nodes[cluster_below(cluster, TIER_COUNT)];
            node_crash(node, cluster_below(cluster, SPREAD_MS)); /* drawn in this order by all */
        }
        cluster_check_equal(cluster, BOUND_MS);
    }
}

const struct scenario scenario_notify = {
    .name = "notify",
    .what = "nobody refreshes and much is lost: NOTIFY keeps the copies equal",
    .run = run,
};
