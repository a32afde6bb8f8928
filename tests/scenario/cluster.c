#include "scenario/cluster.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "io/fiber.h"
#include "io/file.h"
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

static const char conf_path[] = "/tandem.yaml";

const struct io_sim_disk cluster_disk = {
    .sync_ns = IO_NS_PER_MS,
    .sync_jitter_ns = 10 * IO_NS_PER_MS,
    .keep_ppm = 300000,
    .tear_ppm = 300000,
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
    free(cluster->model);
    free(cluster);
}

/* ---- hosts ---- */

struct setup {
    const struct node *node;
    bool is_done;
};

static void put(struct fiber *fiber, const char *path, const char *text)
{
    struct td_diag diag = { .line = 0 };
    td_err err = io_path_replace(fiber, io_fiber_io(fiber), path, text, strlen(text), 0600, &diag);

    td_assert(err == TD_OK);
}

static void setup_main(struct fiber *fiber, void *argument)
{
    struct setup *setup = argument;
    struct io *io = io_fiber_io(fiber);
    td_err err = io_dir_make(io, "/state", NULL);

    if (err == TD_OK)
        err = io_dir_sync(fiber, io, "/", NULL);
    td_assert(err == TD_OK);
    put(fiber, conf_path, setup->node->conf);
    if (setup->node->zone != NULL)
        put(fiber, "/example.zone", setup->node->zone);
    setup->is_done = true;
}

static bool is_setting_up(void *context)
{
    return !((const struct setup *)context)->is_done;
}

void node_disk(struct node *node, const struct io_sim_disk *disk)
{
    io_sim_disk_set(node->host, disk);
    node->has_bad_disk = disk->write_fail_ppm != 0 || disk->sync_fail_ppm != 0;
}

static void set_up(struct node *node)
{
    struct setup setup = { .node = node };
    td_err err = io_fiber_spawn(io_sim_host_io(node->host), "setup", setup_main, &setup, NULL);

    td_assert(err == TD_OK);
    io_sim_run_while(node->cluster->sim, is_setting_up, &setup, IO_FOREVER);
    node_disk(node, &cluster_disk);
}

struct node *cluster_add(struct cluster *cluster, const char *name, const char *conf,
                         const char *zone)
{
    char text[TD_ADDR_TEXT_SIZE];

    td_assert(cluster->node_count < CLUSTER_NODES_MAX);
    struct node *node = &cluster->nodes[cluster->node_count++];
    *node = (struct node){ .cluster = cluster, .name = name, .start_at_ns = IO_FOREVER };
    snprintf(text, sizeof(text), "10.0.0.%u", cluster->node_count);
    td_err err = td_addr_parse(text, CLUSTER_PORT, &node->addr);
    if (err == TD_OK)
        err = io_sim_host_new(cluster->sim, name, &node->addr, 1, &node->host);
    td_assert(err == TD_OK);
    node->conf = td_strdup(conf);
    node->zone = zone == NULL ? NULL : td_strdup(zone);
    set_up(node);
    node->probe = probe_new(node);
    return node;
}

/* ---- life ---- */

static void main_fiber(struct fiber *fiber, void *argument)
{
    struct node *node = argument;

    server_run(fiber, node->server);
    node->has_main = false;
}

static void report_conf(void *context, const struct td_diag *diag)
{
    const struct node *node = context;
    char line[LINE_SIZE];

    cluster_fail(node->cluster, "%s: %s", node->name, td_diag_format(diag, line, sizeof(line)));
}

/* The world of its host, which is up from now on. */
static struct io *restarted(struct node *node)
{
    if (node->is_crashed)
        io_sim_host_restart(node->host);
    node->is_crashed = false;
    if (node->is_forgetful) {
        io_sim_disk_replace(node->host);
        set_up(node);
        node->probe->serial = 0; /* of two primaries the one that is behind may be first */
    }
    node->is_forgetful = false;
    return io_sim_host_io(node->host);
}

void node_start(struct node *node)
{
    static const struct server_outside outside = { .owns_process = false };
    struct io *io = restarted(node);
    struct conf_reader reader = conf_reader_of(io);
    struct td_diag_sink sink = { .report = report_conf, .context = node };
    struct td_diag diag = { .line = 0 };
    struct conf *conf;

    td_assert(node->state == NODE_DOWN);
    cluster_note(node->cluster, "%s: starts", node->name);
    td_err err = conf_load(conf_path, &reader, &sink, &conf);
    if (err == TD_OK && node->has_bad_disk &&
        server_new(io, conf_path, conf, &outside, &node->server, &diag) != TD_OK) {
        cluster_note(node->cluster, "%s does not start: %s", node->name, diag.text);
        node->start_at_ns = io_sim_now_ns(node->cluster->sim) + IO_NS_PER_S;
        return;
    }
    if (err == TD_OK && !node->has_bad_disk)
        err = server_new(io, conf_path, conf, &outside, &node->server, &diag);
    if (err == TD_OK)
        err = io_fiber_spawn(io, "main", main_fiber, node, NULL);
    if (err != TD_OK)
        cluster_fail(node->cluster, "%s does not start: %s", node->name, diag.text);
    node->has_main = true;
    node->state = NODE_UP;
    node->start_at_ns = IO_FOREVER;
}

void node_stop(struct node *node)
{
    td_assert(node->state == NODE_UP);
    node->state = NODE_STOPPING;
    server_want_stop(node->server);
}

void node_crash(struct node *node, uint64_t ms)
{
    cluster_note(node->cluster, "%s: crashes, for %llu ms", node->name, (unsigned long long)ms);
    io_sim_host_unplug(node->host);
    node->is_crashed = true;
    node->start_at_ns = io_sim_now_ns(node->cluster->sim) + ms * IO_NS_PER_MS;
    node_stop(node);
}

void node_forget(struct node *node, uint64_t ms)
{
    if (node->state != NODE_UP)
        return;
    node->is_forgetful = true;
    node_crash(node, ms);
}

/* What has ended is given back. */
static void node_look(struct node *node)
{
    if (node->state == NODE_UP && !node->has_main)
        cluster_fail(node->cluster, "%s has ended by itself", node->name);
    if (node->state == NODE_STOPPING && !node->has_main && node->changes == 0) {
        server_free(node->server);
        node->server = NULL;
        node->state = NODE_DOWN;
    }
    if (node->state == NODE_DOWN && io_sim_now_ns(node->cluster->sim) >= node->start_at_ns)
        node_start(node);
}

static void change(struct cluster *cluster, struct node *node)
{
    uint64_t count = 1 + cluster_below(cluster, cluster->change_burst);

    for (uint64_t i = 0; i < count; i++)
        model_change(node);
    cluster->change_at_ns = io_sim_now_ns(cluster->sim) +
                            cluster_below(cluster, 2 * cluster->change_pause_ms) * IO_NS_PER_MS;
}

static void look(struct cluster *cluster)
{
    uint64_t now_ns = io_sim_now_ns(cluster->sim);

    for (uint32_t i = 0; i < cluster->node_count; i++) {
        struct node *node = &cluster->nodes[i];
        node_look(node);
        if (node->is_primary && node->state == NODE_UP && !cluster->is_cut_off)
            cluster->fresh_ns = now_ns;
        if (node->is_primary && cluster->changes_at_will && now_ns >= cluster->change_at_ns)
            change(cluster, node);
    }
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
        look(cluster);
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

static const struct zone_version *version_of(const struct node *node)
{
    if (node->state != NODE_UP || node->server->registry == NULL)
        return NULL;
    const struct registry_zone *zone = registry_find_wire(node->server->registry, model_apex);
    return zone == NULL ? NULL : zone->zone.newest;
}

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
    const struct zone_version *newest = version_of(primary_of(cluster));
    uint64_t now_ns = io_sim_now_ns(cluster->sim);

    for (uint32_t i = 0; newest != NULL && i < cluster->node_count; i++) {
        const struct node *node = &cluster->nodes[i];
        const struct zone_version *version = version_of(node);
        if (node->is_out)
            continue;
        if (version == NULL || version->serial != newest->serial ||
            node->probe->serial != newest->serial ||
            node->probe->answered_ns + IO_NS_PER_S < now_ns)
            return false;
    }
    return newest != NULL;
}

static bool differs(void *context, const struct zone_compare_record *record)
{
    const struct node *node = context;

    cluster_fail(node->cluster,
                 "%s has not the records of the primary, though it has its serial %u: type %u",
                 node->name, version_of(node)->serial, record->type);
}

void cluster_check_equal(struct cluster *cluster, uint64_t ms)
{
    if (!cluster_await(cluster, cluster_is_equal, ms)) {
        for (uint32_t i = 0; i < cluster->node_count; i++) {
            const struct node *node = &cluster->nodes[i];
            const struct zone_version *version = version_of(node);
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
            .before = version_of(primary_of(cluster)),
            .after = version_of(&cluster->nodes[i]),
            .removed = differs,
            .added = differs,
            .context = &cluster->nodes[i],
        };
        while (zone_compare_run(&compare, SIZE_MAX))
            continue;
    }
}
