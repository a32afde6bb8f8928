#include "scenario/cluster.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "scenario/model.h"
#include "scenario/probe.h"
#include "serve/log.h"
#include "zone/compare.h"

enum {
    STEP_MS = 20,
    PROBE_MS = 1000,
    LINE_SIZE = 1024,
    FILLING = 300,
    SETTLE_MS = 60000, /* a server that stops has so long */
    PAUSE_MS = 2000,   /* between two changes, in the mean */
};

/* ---- words ---- */

static void print_line(uint64_t now_ns, const char *line)
{
    printf("%6llu.%06llu %s\n", (unsigned long long)(now_ns / IO_NS_PER_S),
           (unsigned long long)(now_ns % IO_NS_PER_S / 1000), line);
}

static void trace(void *context, uint64_t now_ns, const char *line)
{
    (void)context;
    print_line(now_ns, line);
}

/* What a server says, with the host that it is on. */
static void take_log(void *context, const char *line)
{
    const struct cluster *cluster = context;
    const struct io_sim_host *host = io_sim_host_running(cluster->sim);

    cluster_note(cluster, "%s: %s", host == NULL ? "-" : io_sim_host_name(host), line);
}

void cluster_note(const struct cluster *cluster, const char *format, ...)
{
    char line[LINE_SIZE];
    va_list args;

    if (!cluster->has_trace)
        return;
    va_start(args, format);
    vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    print_line(io_sim_now_ns(cluster->sim), line);
}

void cluster_fail(const struct cluster *cluster, const char *format, ...)
{
    char line[LINE_SIZE];
    va_list args;

    va_start(args, format);
    vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    printf("VIOLATION at %llu ms: %s\n", (unsigned long long)cluster_now_ms(cluster), line);
    fflush(stdout);
    _exit(1);
}

/* ---- chance: splitmix64 ---- */

uint64_t cluster_below(struct cluster *cluster, uint64_t bound)
{
    uint64_t z = (cluster->random += 0x9E3779B97F4A7C15U);

    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    z ^= z >> 31;
    return (uint64_t)(((unsigned __int128)z * bound) >> 64);
}

bool cluster_chance(struct cluster *cluster, uint32_t percent)
{
    return cluster_below(cluster, 100) < percent;
}

/* ---- the world ---- */

struct cluster *cluster_new(uint64_t seed, bool has_trace)
{
    struct cluster *cluster = td_calloc(1, sizeof(*cluster));
    struct td_addr addr;

    cluster->seed = seed;
    cluster->random = seed * 2 + 1;
    cluster->has_trace = has_trace;
    cluster->link = (struct io_sim_link){
        .latency_ns = IO_NS_PER_MS,
        .jitter_ns = 5 * IO_NS_PER_MS,
    };
    struct io_sim_options options = {
        .seed = seed,
        .link = cluster->link,
        .mail_delay_ns = 20000,
        .trace = has_trace ? trace : NULL,
    };
    cluster->sim = io_sim_new(&options);
    serve_log_to(take_log, cluster);
    td_err err = td_addr_parse("10.0.0.250", 0, &addr);
    if (err == TD_OK)
        err = io_sim_host_new(cluster->sim, "observers", &addr, 1, &cluster->observers);
    td_assert(err == TD_OK);
    cluster->model = model_new();
    cluster->change_pause_ms = PAUSE_MS;
    cluster->change_burst = 1;
    cluster->step_ms = STEP_MS;
    cluster->probe_pause_ms = PROBE_MS;
    cluster->filling = FILLING;
    cluster->expire_s = MODEL_EXPIRE_S;
    bounds_begin(cluster);
    return cluster;
}

uint64_t cluster_now_ms(const struct cluster *cluster)
{
    return io_sim_now_ns(cluster->sim) / IO_NS_PER_MS;
}

uint64_t cluster_hash(const struct cluster *cluster)
{
    return io_sim_trace_hash(cluster->sim);
}

static bool is_any_up(struct cluster *cluster)
{
    for (uint32_t i = 0; i < cluster->node_count; i++)
        if (cluster->nodes[i].state != NODE_DOWN)
            return true;
    return false;
}

static bool are_all_down(struct cluster *cluster)
{
    return !is_any_up(cluster);
}

void cluster_free(struct cluster *cluster)
{
    cluster->changes_at_will = false;
    probes_stop(cluster);
    for (uint32_t i = 0; i < cluster->node_count; i++) {
        cluster->nodes[i].start_at_ns = IO_FOREVER;
        if (cluster->nodes[i].state == NODE_UP)
            node_stop(&cluster->nodes[i]);
    }
    if (!cluster_await(cluster, are_all_down, SETTLE_MS))
        cluster_fail(cluster, "a server does not stop");
    io_sim_run(cluster->sim, IO_FOREVER);
    io_sim_free(cluster->sim);
    for (uint32_t i = 0; i < cluster->node_count; i++) {
        free(cluster->nodes[i].conf);
        free(cluster->nodes[i].zone);
    }
    serve_log_to(NULL, NULL);
    bounds_end(cluster);
    free(cluster->model);
    free(cluster);
}

/* ---- time ---- */

static void change(struct cluster *cluster, struct node *node)
{
    uint64_t count = 1 + cluster_below(cluster, cluster->change_burst);

    for (uint64_t i = 0; i < count; i++)
        model_change(node);
    cluster->change_at_ns = io_sim_now_ns(cluster->sim) +
                            cluster_below(cluster, 2 * cluster->change_pause_ms) * IO_NS_PER_MS;
}

void cluster_look(struct cluster *cluster)
{
    uint64_t now_ns = io_sim_now_ns(cluster->sim);

    for (uint32_t i = 0; i < cluster->node_count; i++) {
        struct node *node = &cluster->nodes[i];
        node_look(node);
        if ((node->is_primary || node->is_independent) && node->state == NODE_UP &&
            !cluster->is_cut_off)
            cluster->fresh_ns = now_ns;
        if (node->is_primary && cluster->changes_at_will && now_ns >= cluster->change_at_ns)
            change(cluster, node);
    }
    bounds_check(cluster);
    if (cluster->watch != NULL)
        cluster->watch(cluster);
}

static bool never(struct cluster *cluster)
{
    (void)cluster;
    return false;
}

void cluster_run_ms(struct cluster *cluster, uint64_t ms)
{
    bool is_over = cluster_await(cluster, never, ms);

    td_assert(!is_over);
}

bool cluster_await(struct cluster *cluster, bool (*is_so)(struct cluster *cluster), uint64_t ms)
{
    uint64_t until_ns = io_sim_now_ns(cluster->sim) + ms * IO_NS_PER_MS;

    for (uint64_t now_ns; (now_ns = io_sim_now_ns(cluster->sim)) < until_ns;) {
        uint64_t next_ns = now_ns + cluster->step_ms * IO_NS_PER_MS;
        io_sim_run(cluster->sim, next_ns < until_ns ? next_ns : until_ns);
        cluster_look(cluster);
        if (is_so(cluster))
            return true;
    }
    return false;
}

/* ---- the network ---- */

void cluster_link(struct cluster *cluster, const struct node *from, const struct node *to,
                  const struct io_sim_link *link)
{
    io_sim_link_set(cluster->sim, from->host, to->host, link);
}

void cluster_mend(struct cluster *cluster)
{
    for (uint32_t i = 0; i < cluster->node_count; i++)
        for (uint32_t j = 0; j < cluster->node_count; j++)
            if (i != j)
                cluster_link(cluster, &cluster->nodes[i], &cluster->nodes[j], &cluster->link);
}

/* ---- what must hold ---- */

static const struct node *primary_of(const struct cluster *cluster)
{
    for (uint32_t i = 0; i < cluster->node_count; i++)
        if (cluster->nodes[i].is_primary)
            return &cluster->nodes[i];
    return NULL;
}

/* It has answered, since a moment ago, with the serial of the primary. */
bool cluster_is_equal(struct cluster *cluster)
{
    const struct zone_version *newest = node_version(primary_of(cluster));
    uint64_t now_ns = io_sim_now_ns(cluster->sim);

    for (uint32_t i = 0; newest != NULL && i < cluster->node_count; i++) {
        const struct node *node = &cluster->nodes[i];
        const struct zone_version *version = node_version(node);
        if (node->is_out)
            continue;
        if (version == NULL || version->serial != newest->serial ||
            node->probe->serial != newest->serial ||
            node->probe->answered_ns + cluster->probe_pause_ms * IO_NS_PER_MS < now_ns)
            return false;
    }
    return newest != NULL;
}

static bool differs(void *context, const struct zone_compare_record *record)
{
    const struct node *node = context;

    cluster_fail(node->cluster,
                 "%s has not the records of the primary, though it has its serial %u: type %u",
                 node->name, node_version(node)->serial, record->type);
}

void cluster_check_equal(struct cluster *cluster, uint64_t ms)
{
    if (!cluster_await(cluster, cluster_is_equal, ms)) {
        for (uint32_t i = 0; i < cluster->node_count; i++) {
            const struct node *node = &cluster->nodes[i];
            const struct zone_version *version = node_version(node);
            printf("%s: state %d, serial %u, answers %u\n", node->name, (int)node->state,
                   version == NULL ? 0 : version->serial, node->probe->serial);
        }
        cluster_fail(cluster, "the copies are not equal %llu s after the faults have ceased",
                     (unsigned long long)ms / 1000);
    }
    for (uint32_t i = 0; i < cluster->node_count; i++) {
        if (cluster->nodes[i].is_out)
            continue;
        struct zone_compare compare = {
            .before = node_version(primary_of(cluster)),
            .after = node_version(&cluster->nodes[i]),
            .removed = differs,
            .added = differs,
            .context = &cluster->nodes[i],
        };
        while (zone_compare_run(&compare, SIZE_MAX))
            continue;
    }
}
