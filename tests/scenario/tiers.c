/*
 * One primary, three secondaries in two tiers, and whatever goes wrong in five minutes.
 */
#include "scenario/faults.h"
#include "scenario/layout.h"
#include "scenario/model.h"

enum {
    FAULTS = 60,
    FAULT_PAUSE_MS = 10000,
    /* Each tier looks once more, at the latest a refresh or some retries later. */
    BOUND_MS = 2 * (MODEL_REFRESH_S + 3 * MODEL_RETRY_S) * 1000,
};

static void run(struct cluster *cluster)
{
    layout_tiers(cluster, cluster_chance(cluster, 50));
    cluster->link.loss_ppm = 20000;
    cluster->link.duplicate_ppm = 10000;
    cluster_mend(cluster);
    cluster->changes_at_will = true;
    for (int i = 0; i < FAULTS; i++) {
        fault_any(cluster);
        cluster_run_ms(cluster, cluster_below(cluster, FAULT_PAUSE_MS));
    }
    cluster_mend(cluster);
    cluster_run_ms(cluster, 20000); /* all are up again */
    cluster->changes_at_will = false;
    cluster_check_equal(cluster, BOUND_MS);
}

const struct scenario scenario_tiers = {
    .name = "tiers",
    .what = "a primary and two tiers of secondaries under random changes and faults",
    .run = run,
};
