#include "scenario/faults.h"

enum { DOWN_MS = 20000 };

static struct node *any_node(struct cluster *cluster)
{
    return &cluster->nodes[cluster_below(cluster, cluster->node_count)];
}

static void crash(struct cluster *cluster)
{
    struct node *node = any_node(cluster);

    if (node->state == NODE_UP)
        node_crash(node, cluster_below(cluster, DOWN_MS));
}

/* In order: stopped, and started again later. */
static void restart(struct cluster *cluster)
{
    struct node *node = any_node(cluster);

    if (node->state != NODE_UP)
        return;
    cluster_note(cluster, "%s: stops in order", node->name);
    node->start_at_ns =
        io_sim_now_ns(cluster->sim) + cluster_below(cluster, DOWN_MS) * IO_NS_PER_MS;
    node_stop(node);
}

static void cut(struct cluster *cluster, bool is_both_ways)
{
    const struct node *a = any_node(cluster), *b = any_node(cluster);
    struct io_sim_link link = cluster->link;

    if (a == b)
        return;
    cluster_note(cluster, "cut from %s to %s%s", a->name, b->name, is_both_ways ? " and back" : "");
    link.is_cut = true;
    cluster_link(cluster, a, b, &link);
    if (is_both_ways)
        cluster_link(cluster, b, a, &link);
}

static void spoil(struct cluster *cluster)
{
    const struct node *a = any_node(cluster), *b = any_node(cluster);
    struct io_sim_link link = cluster->link;

    if (a == b)
        return;
    cluster_note(cluster, "bad link from %s to %s", a->name, b->name);
    link.loss_ppm = (uint32_t)cluster_below(cluster, IO_SIM_PPM / 2);
    link.duplicate_ppm = (uint32_t)cluster_below(cluster, IO_SIM_PPM / 2);
    link.reset_ppm = (uint32_t)cluster_below(cluster, IO_SIM_PPM / 10);
    link.jitter_ns = cluster_below(cluster, 2 * IO_NS_PER_S);
    cluster_link(cluster, a, b, &link);
}

void fault_any(struct cluster *cluster)
{
    uint64_t kind = cluster_below(cluster, 100);

    if (kind < 30)
        crash(cluster);
    else if (kind < 40)
        restart(cluster);
    else if (kind < 55)
        cut(cluster, kind & 1);
    else if (kind < 70)
        spoil(cluster);
    else
        cluster_mend(cluster);
}
