/*
 * Hosts with a server: how they are set up, start, stop and crash.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "io/fiber.h"
#include "io/file.h"
#include "scenario/cluster.h"
#include "scenario/model.h"
#include "scenario/probe.h"

enum { LINE_SIZE = 1024, NODES_OF_NET = 200 };

static const char conf_path[] = "/tandem.yaml";

const struct io_sim_disk cluster_disk = {
    .sync_ns = IO_NS_PER_MS,
    .sync_jitter_ns = 10 * IO_NS_PER_MS,
    .keep_ppm = 300000,
    .tear_ppm = 300000,
};

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

static void stale_main(struct fiber *fiber, void *argument)
{
    struct setup *setup = argument;

    put(fiber, conf_path, setup->node->conf);
    setup->is_done = true;
}

static bool is_setting_up(void *context)
{
    return !((const struct setup *)context)->is_done;
}

void node_disk(struct node *node, const struct io_sim_disk *disk)
{
    io_sim_disk_set(node->host, disk);
    node->has_bad_disk =
        disk->write_fail_ppm != 0 || disk->sync_fail_ppm != 0 || disk->capacity != 0;
}

static void set_up(struct node *node)
{
    struct setup setup = { .node = node };
    td_err err = io_fiber_spawn(io_sim_host_io(node->host), "setup", setup_main, &setup, NULL);

    td_assert(err == TD_OK);
    io_sim_run_while(node->cluster->sim, is_setting_up, &setup, IO_FOREVER);
    node_disk(node, &cluster_disk);
}

const char *cluster_address(unsigned number, char out[TD_ADDR_TEXT_SIZE])
{
    snprintf(out, TD_ADDR_TEXT_SIZE, "10.0.%u.%u", number / NODES_OF_NET,
             1 + number % NODES_OF_NET);
    return out;
}

struct node *cluster_add(struct cluster *cluster, const char *name, const char *conf,
                         const char *zone)
{
    char text[TD_ADDR_TEXT_SIZE];

    td_assert(cluster->node_count < CLUSTER_NODES_MAX);
    struct node *node = &cluster->nodes[cluster->node_count++];
    *node = (struct node){ .cluster = cluster, .name = name, .start_at_ns = IO_FOREVER };
    td_err err =
        td_addr_parse(cluster_address(cluster->node_count - 1, text), CLUSTER_PORT, &node->addr);
    if (err == TD_OK)
        err = io_sim_host_new(cluster->sim, name, &node->addr, 1, &node->host);
    td_assert(err == TD_OK);
    node->conf = td_strdup(conf);
    node->zone = zone == NULL ? NULL : td_strdup(zone);
    set_up(node);
    node->probe = probe_new(node);
    return node;
}

/* ---- another configuration ---- */

struct putting {
    struct node *node;
    char *path;
    char *text;
};

/* A disk that fails, or a crash, leaves what there was; then the next configuration is tried. */
static void put_main(struct fiber *fiber, void *argument)
{
    struct putting *putting = argument;
    struct node *node = putting->node;

    if (node->state == NODE_UP &&
        io_path_replace(fiber, io_fiber_io(fiber), putting->path, putting->text,
                        strlen(putting->text), 0600, NULL) == TD_OK &&
        node->state == NODE_UP)
        server_want_reload(node->server);
    node->changes--;
    free(putting->path);
    free(putting->text);
    free(putting);
}

void node_put(struct node *node, const char *path, const char *text)
{
    struct putting *putting = td_calloc(1, sizeof(*putting));

    td_assert(node->state == NODE_UP);
    *putting = (struct putting){
        .node = node,
        .path = td_strdup(path),
        .text = td_strdup(text),
    };
    td_err err = io_fiber_spawn(node->server->io, "put", put_main, putting, NULL);
    td_assert(err == TD_OK);
    node->changes++;
}

void node_configure(struct node *node, const char *conf)
{
    free(node->conf);
    node->conf = td_strdup(conf);
    node->is_stale = true;
    if (node->state == NODE_UP)
        node_put(node, conf_path, conf);
}

/* ---- life ---- */

static void main_fiber(struct fiber *fiber, void *argument)
{
    struct node *node = argument;

    server_run(fiber, node->server);
    node->has_main = false;
}

/* What the control socket is to a real one. */
static td_err open_orders(struct fiber *fiber, struct server *server, struct td_diag *diag)
{
    struct node *node = server->outside->context;

    (void)fiber;
    (void)diag;
    node->is_open = node->has_no_order = true;
    return TD_OK;
}

static void close_orders(struct fiber *fiber, struct server *server)
{
    struct node *node = server->outside->context;

    if (node->is_open)
        io_fiber_wait_deaf(fiber, &node->order_ended, &node->has_no_order);
    node->is_open = false;
}

static void report_conf(void *context, const struct td_diag *diag)
{
    const struct node *node = context;
    char line[LINE_SIZE];

    cluster_fail(node->cluster, "%s: %s", node->name, td_diag_format(diag, line, sizeof(line)));
}

static void write_stale(struct node *node)
{
    struct setup setup = { .node = node };

    td_err err = io_fiber_spawn(io_sim_host_io(node->host), "setup", stale_main, &setup, NULL);
    td_assert(err == TD_OK);
    io_sim_run_while(node->cluster->sim, is_setting_up, &setup, IO_FOREVER);
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
    if (node->is_stale)
        write_stale(node);
    node->is_forgetful = node->is_stale = false;
    return io_sim_host_io(node->host);
}

void node_start(struct node *node)
{
    node->outside = (struct server_outside){
        .start = open_orders,
        .stop = close_orders,
        .context = node,
    };
    struct io *io = restarted(node);
    struct conf_reader reader = conf_reader_of(io);
    struct td_diag_sink sink = { .report = report_conf, .context = node };
    struct td_diag diag = { .line = 0 };
    struct conf *conf;

    td_assert(node->state == NODE_DOWN);
    cluster_note(node->cluster, "%s: starts", node->name);
    td_err err = conf_load(conf_path, &reader, &sink, &conf);
    if (err == TD_OK && node->has_bad_disk &&
        server_new(io, conf_path, conf, &node->outside, &node->server, &diag) != TD_OK) {
        cluster_note(node->cluster, "%s does not start: %s", node->name, diag.text);
        node->start_at_ns = io_sim_now_ns(node->cluster->sim) + IO_NS_PER_S;
        return;
    }
    if (err == TD_OK && !node->has_bad_disk)
        err = server_new(io, conf_path, conf, &node->outside, &node->server, &diag);
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

const struct zone_version *node_version(const struct node *node)
{
    if (node->state != NODE_UP || node->server->registry == NULL)
        return NULL;
    const struct registry_zone *zone = registry_find_wire(node->server->registry, model_apex);
    return zone == NULL ? NULL : zone->zone.newest;
}

/* What has ended is given back. */
void node_look(struct node *node)
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
