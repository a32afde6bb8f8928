#include "scenario/faults.h"

#include "scenario/model.h"

enum {
    DOWN_MS = 20000,
    CHANGE_MS = 20,
    SHORT_MS = 200,
    START_MS = 1500,
    MTU_MAX = 1500,
    ROOM_MAX = 200000
};

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
    link.mtu = (uint32_t)cluster_below(cluster, MTU_MAX);
    link.is_truncating = cluster_chance(cluster, 50);
    cluster_link(cluster, a, b, &link);
}

/* Somewhere between the change and its acknowledgement, or just behind it. */
static void crash_in_change(struct cluster *cluster)
{
    for (uint32_t i = 0; i < cluster->node_count; i++) {
        struct node *node = &cluster->nodes[i];
        if (!node->is_primary || node->state != NODE_UP)
            continue;
        for (uint64_t count = cluster_below(cluster, 6); count > 0; count--) {
            model_change(node);
            io_sim_run(cluster->sim, io_sim_now_ns(cluster->sim) +
                                         cluster_below(cluster, CHANGE_MS * IO_NS_PER_MS));
        }
        node_crash(node, cluster_below(cluster, DOWN_MS));
    }
}

static void spoil_disk(struct cluster *cluster)
{
    struct node *node = any_node(cluster);
    struct io_sim_disk disk = cluster_disk;

    cluster_note(cluster, "bad disk at %s", node->name);
    disk.write_fail_ppm = (uint32_t)cluster_below(cluster, IO_SIM_PPM / 4);
    disk.sync_fail_ppm = (uint32_t)cluster_below(cluster, IO_SIM_PPM / 4);
    node_disk(node, &disk);
}

/*
 * Syncs fail, the server is started again in order, and goes on from what it reads; the power fails
 * a moment later. What it read need not have been on the disk.
 */
static void spoil_and_crash(struct cluster *cluster)
{
    struct node *node = any_node(cluster);
    struct io_sim_disk disk = cluster_disk;

    if (node->state != NODE_UP)
        return;
    cluster_note(cluster, "syncs fail at %s, which is started again", node->name);
    disk.sync_fail_ppm = IO_SIM_PPM;
    node_disk(node, &disk);
    if (node->is_primary)
        model_change(node);
    cluster_run_ms(cluster, cluster_below(cluster, SHORT_MS));
    if (node->state != NODE_UP)
        return;
    node->start_at_ns = IO_FOREVER;
    node_stop(node);
    while (node->state != NODE_DOWN)
        cluster_run_ms(cluster, cluster->step_ms);
    node_disk(node, &cluster_disk); /* neither before it has ended, nor after it has begun */
    node_start(node);
    cluster_run_ms(cluster, START_MS);
    if (node->is_primary)
        model_change(node);
    cluster_run_ms(cluster, cluster_below(cluster, SHORT_MS));
    if (node->state == NODE_UP)
        node_crash(node, cluster_below(cluster, DOWN_MS));
}

/* Room for some changes, and not for another segment of the log. */
static void fill_disk(struct cluster *cluster)
{
    struct node *node = any_node(cluster);
    struct io_sim_disk disk = cluster_disk;

    disk.capacity = io_sim_disk_used(node->host) + 1 + cluster_below(cluster, ROOM_MAX);
    cluster_note(cluster, "little room at %s", node->name);
    node_disk(node, &disk);
}

static void mend_disks(struct cluster *cluster)
{
    for (uint32_t i = 0; i < cluster->node_count; i++)
        node_disk(&cluster->nodes[i], &cluster_disk);
}

void fault_none(struct cluster *cluster)
{
    cluster_mend(cluster);
    mend_disks(cluster);
}

void fault_any(struct cluster *cluster, unsigned more)
{
    uint64_t kind = cluster_below(cluster, 100);

    if (kind < 10 && (more & FAULT_CHANGES) != 0)
        crash_in_change(cluster);
    else if (kind < 15 && (more & FAULT_DISKS) != 0)
        spoil_and_crash(cluster);
    else if (kind < 20 && (more & FAULT_DISKS) != 0)
        spoil_disk(cluster);
    else if (kind < 20 && (more & FAULT_ROOM) != 0)
        fill_disk(cluster);
    else if (kind < 30)
        crash(cluster);
    else if (kind < 40)
        restart(cluster);
    else if (kind < 55)
        cut(cluster, kind & 1);
    else if (kind < 70)
        spoil(cluster);
    else
        fault_none(cluster);
}
