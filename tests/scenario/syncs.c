/*
 * A crash at every sync: the first one when the sync begins, or is over, whose number is the seed;
 * others at such points from there on, also of servers that are just starting.
 */
#include "scenario/faults.h"
#include "scenario/layout.h"
#include "scenario/model.h"

enum { CRASHES = 12, POINTS = 60, LOOK_MS = 20, DOWN_MS = 3000, SETTLE_MS = 10000 };

struct watch {
    uint64_t left; /* points that pass */
    const struct io_sim_host *host;
};

static void watch_sync(void *context, const struct io_sim_host *host, bool is_over)
{
    struct watch *watch = context;

    (void)is_over;
    if (watch->host == NULL && watch->left-- == 0)
        watch->host = host;
}

static bool is_waiting(void *context)
{
    return ((const struct watch *)context)->host == NULL;
}

static struct node *node_of(struct cluster *cluster, const struct io_sim_host *host)
{
    for (uint32_t i = 0; i < cluster->node_count; i++)
        if (cluster->nodes[i].host == host)
            return &cluster->nodes[i];
    return NULL;
}

/* Between two events: nothing has come of the sync yet. */
static void crash_at(struct cluster *cluster, struct watch *watch, uint64_t point)
{
    *watch = (struct watch){ .left = point };
    while (is_waiting(watch)) {
        io_sim_run_while(cluster->sim, is_waiting, watch,
                         io_sim_now_ns(cluster->sim) + LOOK_MS * IO_NS_PER_MS);
        if (is_waiting(watch))
            cluster_look(cluster);
    }
    struct node *node = node_of(cluster, watch->host);
    if (node != NULL && node->state == NODE_UP)
        node_crash(node, cluster_below(cluster, DOWN_MS));
}

static void run(struct cluster *cluster)
{
    struct watch watch = { .left = 0 };

    cluster->change_burst = 3;
    cluster->change_pause_ms = 300;
    layout_tiers(cluster, cluster_chance(cluster, 50));
    cluster->changes_at_will = true;
    io_sim_sync_watch(cluster->sim, watch_sync, &watch);
    crash_at(cluster, &watch, cluster->seed % 1000);
    for (int i = 0; i < CRASHES; i++)
        crash_at(cluster, &watch, cluster_below(cluster, POINTS));
    io_sim_sync_watch(cluster->sim, NULL, NULL);
    cluster_run_ms(cluster, SETTLE_MS);
    cluster->changes_at_will = false;
    cluster_check_equal(cluster, LAYOUT_BOUND_MS);
}

const struct scenario scenario_syncs = {
    .name = "syncs",
    .what = "crashes at syncs: the seed says at which, and others after it",
    .run = run,
};
