#include "scenario/bounds.h"

#include <malloc.h>

#include "scenario/cluster.h"
#include "zone/lineage.h"

enum {
    CHECK_MS = 1000,
    FIBERS_MAX = 60, /* of a server, and some more for each other server and zone */
    TIMERS_MAX = 60,
    SOCKETS_MAX = 60,
    CONNECTIONS_MAX = 40,
    FOR_OTHERS = 4,
    VERSIONS_MAX = 12,
    RETAINED_MAX = 4 << 20,
    MEMORY_MAX = 64 << 20, /* of a server */
    LEFT_MAX = 32 << 20,   /* after many runs; stacks and what libraries keep */
};

static void more_u32(uint32_t *peak, uint32_t value)
{
    if (value > *peak)
        *peak = value;
}

static void more_u64(uint64_t *peak, uint64_t value)
{
    if (value > *peak)
        *peak = value;
}

/* Sanitizers have an allocator of their own, and say 0. */
static uint64_t allocated(void)
{
    struct mallinfo2 info = mallinfo2();

    return (uint64_t)info.uordblks + (uint64_t)info.hblkhd;
}

void bounds_begin(struct cluster *cluster)
{
    cluster->memory_before = allocated();
}

static uint64_t memory_since(const struct cluster *cluster)
{
    uint64_t now = allocated();

    return now > cluster->memory_before ? now - cluster->memory_before : 0;
}

static void check(const struct node *node, const char *what, uint64_t value, uint64_t limit)
{
    if (value > limit)
        cluster_fail(node->cluster, "%s has %llu %s, and %llu are expected at most", node->name,
                     (unsigned long long)value, what, (unsigned long long)limit);
}

static void check_zones(const struct node *node, struct bounds_peak *peak)
{
    const struct zone_version *version = node_version(node);
    struct zone_lineage_stats stats;

    if (version == NULL)
        return;
    zone_lineage_stats(version->lineage, &stats);
    more_u32(&peak->versions, stats.versions);
    more_u64(&peak->retained, stats.retained);
    check(node, "versions of a zone", stats.versions, VERSIONS_MAX);
    check(node, "octets of older versions", stats.retained, RETAINED_MAX);
}

static void check_host(const struct node *node, struct bounds_peak *peak)
{
    struct io_sim_usage usage = io_sim_usage_of(node->host);
    uint64_t others =
        (uint64_t)FOR_OTHERS * (node->cluster->node_count + node->cluster->more_zones);

    more_u32(&peak->fibers, usage.fibers);
    more_u32(&peak->timers, usage.timers);
    more_u32(&peak->sockets, usage.sockets);
    more_u32(&peak->connections, usage.connections);
    check(node, "fibers", usage.fibers, FIBERS_MAX + others);
    check(node, "timers", usage.timers, TIMERS_MAX + others);
    check(node, "sockets", usage.sockets, SOCKETS_MAX + others);
    check(node, "connections", usage.connections, CONNECTIONS_MAX + others);
}

void bounds_check(struct cluster *cluster)
{
    uint64_t now_ms = cluster_now_ms(cluster);

    if (now_ms < cluster->bounds_ms)
        return;
    cluster->bounds_ms = now_ms + CHECK_MS;
    for (uint32_t i = 0; i < cluster->node_count; i++) {
        const struct node *node = &cluster->nodes[i];
        check_host(node, &cluster->peak);
        check_zones(node, &cluster->peak);
    }
    uint64_t memory = memory_since(cluster);
    more_u64(&cluster->peak.memory, memory);
    if (memory > (uint64_t)MEMORY_MAX * (cluster->node_count + 1))
        cluster_fail(cluster, "the servers have allocated %llu octets", (unsigned long long)memory);
}

void bounds_end(struct cluster *cluster)
{
    static uint64_t first; /* what was left after the first run of the process */
    uint64_t now = allocated();

    if (first == 0)
        first = now;
    else if (now > first + LEFT_MAX)
        cluster_fail(cluster, "%llu octets are not given back after the run",
                     (unsigned long long)(now - first));
}
