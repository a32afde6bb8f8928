/*
 * The primary dies for good, and one of its secondaries is promoted: what that one has is the truth
 * from then on, whatever others have had.
 */
#include "scenario/faults.h"
#include "scenario/layout.h"
#include "scenario/model.h"

enum {
    S = 1000,
    WARM_MS = 30 * S,
    ASKED_MS = 45 * S, /* the heir has asked its followers for their serials */
    FAULTS = 20,
    FAULT_PAUSE_MS = 6 * S,
    SETTLE_MS = 25 * S,
};

static void lose_primary(struct cluster *cluster)
{
    struct node *p = &cluster->nodes[TIER_P];

    node_crash(p, 0);
    p->start_at_ns = IO_FOREVER;
    p->is_primary = false;
    p->is_out = true;
}

static void run(struct cluster *cluster)
{
    struct node *s1 = &cluster->nodes[TIER_S1];

    layout_heir(cluster, cluster_chance(cluster, 50));
    cluster->link.loss_ppm = 20000;
    cluster_mend(cluster);
    cluster->changes_at_will = true;
    cluster_run_ms(cluster, WARM_MS + cluster_below(cluster, 2 * S));
    lose_primary(cluster);
    cluster_run_ms(cluster, ASKED_MS);
    model_promote(s1);
    cluster_run_ms(cluster, 5 * S);
    if (!s1->is_primary)
        cluster_fail(cluster, "s1 has not become the primary");
    for (int i = 0; i < FAULTS; i++) {
        fault_any(cluster, FAULT_CHANGES);
        cluster_run_ms(cluster, cluster_below(cluster, FAULT_PAUSE_MS));
    }
    fault_none(cluster);
    cluster_run_ms(cluster, SETTLE_MS);
    cluster->changes_at_will = false;
    cluster_check_equal(cluster, LAYOUT_BOUND_MS);
}

const struct scenario scenario_heir = {
    .name = "heir",
    .what = "the primary dies, a secondary is promoted, and the others follow it",
    .run = run,
};
