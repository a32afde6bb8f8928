/*
 * Two primaries that know nothing of each other and have different serials: the second has the same
 * zone from a file, and always an older one. Secondaries of both take what is newer, whoever is
 * there, and never go back.
 */
#include <stdlib.h>

#include "scenario/faults.h"
#include "scenario/layout.h"
#include "scenario/model.h"

enum { ROUNDS = 30, PAUSE_MS = 8000, DOWN_MS = 15000, SETTLE_MS = 20000, SECOND = TIER_COUNT };

/* The file of the second is some version that all may know. */
static void deliver(struct cluster *cluster)
{
    struct node *node = &cluster->nodes[SECOND];
    uint32_t back = (uint32_t)cluster_below(cluster, 8);
    uint32_t newest = cluster->model->acknowledged;
    uint32_t serial = newest > back ? newest - back : 1;

    if (node->state != NODE_UP || serial <= cluster->delivered)
        return;
    char *text = model_version_file(cluster, serial);
    if (text == NULL)
        return;
    cluster->delivered = serial;
    cluster_note(cluster, "%s: is given serial %u of %u", node->name, serial, newest);
    node_put(node, "/example.zone", text);
    free(text);
}

static void maybe_crash(struct node *node)
{
    struct cluster *cluster = node->cluster;

    if (cluster_chance(cluster, 20) && node->state == NODE_UP)
        node_crash(node, cluster_below(cluster, DOWN_MS));
}

static void run(struct cluster *cluster)
{
    struct node *second = layout_pair(cluster);

    second->is_independent = second->is_out = true;
    node_start(second);
    cluster->changes_at_will = true;
    for (int i = 0; i < ROUNDS; i++) {
        deliver(cluster);
        maybe_crash(&cluster->nodes[TIER_P]);
        maybe_crash(second);
        fault_any(cluster, 0);
        cluster_run_ms(cluster, cluster_below(cluster, PAUSE_MS));
    }
    fault_none(cluster);
    cluster_run_ms(cluster, SETTLE_MS);
    cluster->changes_at_will = false;
    cluster_check_equal(cluster, LAYOUT_BOUND_MS);
}

const struct scenario scenario_pair = {
    .name = "pair",
    .what = "two primaries with different serials, and secondaries of both",
    .run = run,
};
