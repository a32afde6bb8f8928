/*
 * Every NOTIFY is lost: copies follow by refresh alone, in the time that the SOA says.
 */
#include "scenario/faults.h"
#include "scenario/layout.h"
#include "scenario/model.h"

enum { ROUNDS = 10, OPCODE_NOTIFY = 4, FLAGS_AT = 2, SPREAD_MS = 5000 };

static bool is_notify(void *context, const struct io_sim_passing *passing)
{
    (void)context;
    return !passing->is_stream && passing->size > FLAGS_AT &&
           (passing->octets[FLAGS_AT] >> 3) == OPCODE_NOTIFY;
}

static void run(struct cluster *cluster)
{
    io_sim_filter_set(cluster->sim, is_notify, NULL);
    layout_tiers(cluster, cluster_chance(cluster, 50));
    for (int i = 0; i < ROUNDS; i++) {
        model_change(&cluster->nodes[TIER_P]);
        cluster_run_ms(cluster, cluster_below(cluster, SPREAD_MS));
        model_change(&cluster->nodes[TIER_P]);
        cluster_run_ms(cluster, 1000); /* it is durable */
        cluster_check_equal(cluster, LAYOUT_BOUND_MS);
    }
    io_sim_filter_set(cluster->sim, NULL, NULL);
}

const struct scenario scenario_deaf = {
    .name = "deaf",
    .what = "no NOTIFY arrives: refreshes alone keep the copies equal",
    .run = run,
};
