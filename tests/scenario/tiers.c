/*
 * One primary, three secondaries in two tiers, and whatever goes wrong in five minutes.
 */
#include "scenario/faults.h"
#include "scenario/layout.h"
#include "scenario/model.h"
#include "scenario/verbs.h"

enum { FAULTS = 60, FAULT_PAUSE_MS = 10000, SETTLE_MS = 20000, DRIFT_PPM = 10000 };
enum { DAY_MINUTES = 24 * 60, MINUTE_MS = 60000, DAY_STEP_MS = 1000, DAY_PROBE_MS = 20000 };

static void weather(struct cluster *cluster, unsigned more)
{
    layout_tiers(cluster, cluster_chance(cluster, 50));
    cluster->link.loss_ppm = 20000;
    cluster->link.duplicate_ppm = 10000;
    cluster_mend(cluster);
    cluster->changes_at_will = true;
    for (int i = 0; i < FAULTS; i++) {
        fault_any(cluster, more);
        cluster_run_ms(cluster, cluster_below(cluster, FAULT_PAUSE_MS));
    }
    fault_none(cluster);
    cluster_run_ms(cluster, SETTLE_MS); /* all are up again */
    cluster->changes_at_will = false;
    cluster_check_equal(cluster, LAYOUT_BOUND_MS);
}

static void run_tiers(struct cluster *cluster)
{
    weather(cluster, 0);
}

const struct scenario scenario_tiers = {
    .name = "tiers",
    .what = "a primary and two tiers of secondaries under random changes and faults",
    .run = run_tiers,
};

/* Worse: many changes at once, and crashes in the middle of them. */
static void run_storm(struct cluster *cluster)
{
    cluster->change_burst = 8;
    cluster->change_pause_ms = 300;
    weather(cluster, FAULT_CHANGES);
}

static void run_disks(struct cluster *cluster)
{
    cluster->change_burst = 4;
    weather(cluster, cluster_chance(cluster, 50) ? FAULT_DISKS | FAULT_CHANGES : FAULT_DISKS);
}

/* How much faster than real time a quiet day goes by. */
static void run_day(struct cluster *cluster)
{
    layout_tiers(cluster, cluster_chance(cluster, 50));
    cluster->step_ms = DAY_STEP_MS;
    cluster->probe_pause_ms = DAY_PROBE_MS;
    for (int i = 0; i < DAY_MINUTES; i++) {
        model_change(&cluster->nodes[TIER_P]);
        cluster_run_ms(cluster, MINUTE_MS);
    }
    cluster->step_ms = cluster->probe_pause_ms = MINUTE_MS / 100;
    cluster_check_equal(cluster, LAYOUT_BOUND_MS);
}

const struct scenario scenario_day = {
    .name = "day",
    .what = "a day of a change a minute, in which nothing goes wrong",
    .run = run_day,
};

const struct scenario scenario_disks = {
    .name = "disks",
    .what = "the same with disks that fail to write and to sync",
    .run = run_disks,
};

static void run_full(struct cluster *cluster)
{
    cluster->change_burst = 4;
    cluster->change_pause_ms = 1000;
    weather(cluster, FAULT_ROOM);
}

const struct scenario scenario_full = {
    .name = "full",
    .what = "the same with disks that fill, and get room again",
    .run = run_full,
};

/* Each clock runs at its own rate, and changes it now and then. */
static void run_drift(struct cluster *cluster)
{
    layout_tiers(cluster, cluster_chance(cluster, 50));
    cluster->changes_at_will = true;
    for (int i = 0; i < FAULTS; i++) {
        struct node *node = &cluster->nodes[cluster_below(cluster, TIER_COUNT)];
        int32_t ppm = (int32_t)cluster_below(cluster, 2 * DRIFT_PPM + 1) - DRIFT_PPM;
        cluster_note(cluster, "%s: its clock is wrong by %d ppm", node->name, ppm);
        io_sim_clock_drift(node->host, ppm);
        fault_any(cluster, 0);
        cluster_run_ms(cluster, cluster_below(cluster, FAULT_PAUSE_MS));
    }
    fault_none(cluster);
    cluster_run_ms(cluster, SETTLE_MS);
    cluster->changes_at_will = false;
    cluster_check_equal(cluster, LAYOUT_BOUND_MS);
}

const struct scenario scenario_drift = {
    .name = "drift",
    .what = "the same with clocks that run at their own rates",
    .run = run_drift,
};

/* Everything that can go wrong, and an operator in the middle of it. */
static void run_all(struct cluster *cluster)
{
    static const unsigned more[] = { 0, FAULT_DISKS, FAULT_ROOM, FAULT_CHANGES };

    cluster->change_burst = 3;
    layout_tiers(cluster, cluster_chance(cluster, 50));
    cluster->changes_at_will = true;
    for (int i = 0; i < FAULTS; i++) {
        struct node *node = &cluster->nodes[cluster_below(cluster, TIER_COUNT)];
        fault_any(cluster, more[cluster_below(cluster, TD_COUNT(more))]);
        if (cluster_chance(cluster, 40))
            verbs_any(cluster);
        if (cluster_chance(cluster, 10))
            io_sim_clock_drift(node->host, (int32_t)cluster_below(cluster, DRIFT_PPM));
        if (cluster_chance(cluster, 5) && !node->is_primary)
            node_forget(node, cluster_below(cluster, FAULT_PAUSE_MS));
        cluster_run_ms(cluster, cluster_below(cluster, FAULT_PAUSE_MS));
    }
    fault_none(cluster);
    cluster_run_ms(cluster, SETTLE_MS);
    verbs_thaw(cluster);
    cluster->changes_at_will = false;
    cluster_check_equal(cluster, EMPTY_RETRY_MAX_MS + LAYOUT_BOUND_MS);
}

const struct scenario scenario_all = {
    .name = "all",
    .what = "all of it: disks, links, clocks, crashes, and an operator",
    .run = run_all,
};

const struct scenario scenario_storm = {
    .name = "storm",
    .what = "the same with bursts of changes, and crashes in the middle of them",
    .run = run_storm,
};
