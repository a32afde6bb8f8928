/*
 * The primary is out of reach for longer than the SOA's expire: its copies answer until then, and
 * not any more after it; when it is back, they are as before.
 */
#include "scenario/faults.h"
#include "scenario/layout.h"
#include "scenario/model.h"
#include "scenario/probe.h"

enum {
    S = 1000,
    WARM_MS = 60 * S,
    BEFORE_MS = (MODEL_EXPIRE_S - MODEL_REFRESH_S - 20) * S, /* all of them answer until here */
    BEHIND_MS = (MODEL_REFRESH_S + 40) * S,                  /* and from here on nobody */
    LONGER_MS = 300 * S,
    RECENT_MS = 4 * S,
};

static void part(struct cluster *cluster, bool is_cut)
{
    cluster->is_cut_off = is_cut;
    for (unsigned i = TIER_P + 1; i < TIER_COUNT; i++)
        io_sim_partition(cluster->sim, cluster->nodes[TIER_P].host, cluster->nodes[i].host, is_cut);
}

static bool answers(const struct node *node)
{
    return node->probe->answered_ns / IO_NS_PER_MS + RECENT_MS > cluster_now_ms(node->cluster);
}

static void check_secondaries(const struct cluster *cluster, bool do_answer)
{
    for (unsigned i = TIER_P + 1; i < TIER_COUNT; i++)
        if (answers(&cluster->nodes[i]) != do_answer)
            cluster_fail(cluster, "%s %s", cluster->nodes[i].name,
                         do_answer ? "does not answer, and has not expired" : "has not expired");
}

/* A secondary is started again while it cannot be confirmed: its time goes on all the same. */
static void maybe_restart(struct cluster *cluster)
{
    struct node *node = &cluster->nodes[1 + cluster_below(cluster, TIER_COUNT - 1)];

    if (cluster_chance(cluster, 50) && node->state == NODE_UP)
        node_crash(node, cluster_below(cluster, 5 * S));
}

static void run(struct cluster *cluster)
{
    bool is_down = cluster_chance(cluster, 50); /* or cut off */

    layout_tiers(cluster, cluster_chance(cluster, 50));
    cluster->changes_at_will = true;
    cluster_run_ms(cluster, WARM_MS);
    if (is_down)
        node_crash(&cluster->nodes[TIER_P], BEFORE_MS + BEHIND_MS + LONGER_MS);
    else
        part(cluster, true);
    maybe_restart(cluster);
    cluster_run_ms(cluster, BEFORE_MS);
    check_secondaries(cluster, true);
    maybe_restart(cluster);
    cluster_run_ms(cluster, BEHIND_MS);
    check_secondaries(cluster, false);
    maybe_restart(cluster);
    cluster_run_ms(cluster, LONGER_MS);
    check_secondaries(cluster, false);
    part(cluster, false);
    cluster_run_ms(cluster, 10 * S);
    cluster->changes_at_will = false;
    cluster_check_equal(cluster, LAYOUT_BOUND_MS);
}

const struct scenario scenario_split = {
    .name = "split",
    .what = "the primary is gone for longer than expire, and comes back",
    .run = run,
};

/* ---- clocks ---- */

static int64_t any_jump_ns(struct cluster *cluster)
{
    int64_t day_ns = (int64_t)24 * 60 * 60 * IO_NS_PER_S;

    return cluster_chance(cluster, 50) ? day_ns : -day_ns;
}

/*
 * Started again with a clock that was set back it cannot know how long it was away: it gets the
 * time that the SOA gives, and no more. One whose clock was set on by a day has expired at once.
 */
static struct node *restart_in_the_past(struct cluster *cluster, const int64_t jumps_ns[])
{
    unsigned number = 1 + (unsigned)cluster_below(cluster, TIER_COUNT - 1);
    struct node *node = &cluster->nodes[number];

    if (jumps_ns[number] < 0 || node->state != NODE_UP) /* it was on, and is back now */
        return NULL;
    node_crash(node, S);
    cluster_run_ms(cluster, 2 * S);
    node->probe->trusted_ns = io_sim_now_ns(cluster->sim);
    cluster->nodes[TIER_S3].probe->trusted_ns = io_sim_now_ns(cluster->sim); /* which follows it */
    return node;
}

/* Time that passes is not what the clock on the wall says: a day more or less changes nothing. */
static void run_clocks(struct cluster *cluster)
{
    int64_t jumps_ns[TIER_COUNT] = { 0 };

    layout_tiers(cluster, false);
    cluster->changes_at_will = true;
    cluster_run_ms(cluster, cluster_below(cluster, WARM_MS));
    for (unsigned i = 0; i < TIER_COUNT; i++) {
        jumps_ns[i] = any_jump_ns(cluster);
        io_sim_wall_jump(cluster->nodes[i].host, jumps_ns[i]);
    }
    cluster_run_ms(cluster, WARM_MS);
    part(cluster, true);
    cluster_run_ms(cluster, BEFORE_MS / 2);
    for (unsigned i = 0; i < TIER_COUNT; i++) /* and back */
        io_sim_wall_jump(cluster->nodes[i].host, -jumps_ns[i]);
    const struct node *late =
        cluster_chance(cluster, 50) ? restart_in_the_past(cluster, jumps_ns) : NULL;
    cluster_run_ms(cluster, BEFORE_MS / 2);
    check_secondaries(cluster, true);
    cluster_run_ms(cluster, late == NULL ? BEHIND_MS : BEHIND_MS + BEFORE_MS);
    check_secondaries(cluster, false);
    part(cluster, false);
    cluster_run_ms(cluster, WARM_MS);
    cluster->changes_at_will = false;
    cluster_check_equal(cluster, LAYOUT_BOUND_MS);
}

const struct scenario scenario_clocks = {
    .name = "clocks",
    .what = "clocks jump by a day and back, also with a restart, and copies live as long as ever",
    .run = run_clocks,
};
