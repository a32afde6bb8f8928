/*
 * One primary, and three hundred that follow it: all are told, all ask at once, some crash.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "scenario/layout.h"
#include "scenario/model.h"

enum {
    SECONDARIES = 300,
    ROUNDS = 6,
    CHANGES = 5,
    CRASHES = 10,
    PAUSE_MS = 4000,
    DOWN_MS = 10000,
    START_MS = 60000,
    STEP_MS = 200,
    PROBE_MS = 10000,
    FILLING = 50,
    NAME_SIZE = 8,
    ROOM = 600000, /* a small disk: the log makes small files there */
};

static char names[SECONDARIES][NAME_SIZE];

static void add_primary(struct cluster *cluster)
{
    struct td_buf conf = { .data = NULL };

    cluster->filling = FILLING;
    char *zone = model_zone_file(cluster);
    td_buf_add_text(&conf, "server:\n  listen: [\"10.0.0.1:53\"]\n  state: /state\n  workers: 2\n"
                           "peers:\n");
    for (unsigned i = 0; i < SECONDARIES; i++) {
        char address[TD_ADDR_TEXT_SIZE];
        snprintf(names[i], NAME_SIZE, "s%u", i + 1);
        td_buf_printf(&conf, "  %s: {address: %s}\n", names[i], cluster_address(i + 1, address));
    }
    td_buf_add_text(&conf, "zones:\n  - name: example\n    file: /example.zone\n    to: [");
    for (unsigned i = 0; i < SECONDARIES; i++)
        td_buf_printf(&conf, "%s%s", i == 0 ? "" : ", ", names[i]);
    td_buf_add_text(&conf, "]\n");
    cluster_add(cluster, "p", td_buf_text(&conf), zone)->is_primary = true;
    td_buf_fini(&conf);
    free(zone);
}

static void add_secondary(struct cluster *cluster, unsigned number)
{
    struct io_sim_disk disk = cluster_disk;
    struct td_buf conf = { .data = NULL };
    char address[TD_ADDR_TEXT_SIZE];

    td_buf_printf(&conf,
                  "server:\n  listen: [\"%s:53\"]\n  state: /state\n  workers: 1\n"
                  "  answer-cache: off\n"
                  "peers:\n  p: {address: 10.0.0.1}\n"
                  "zones:\n  - name: example\n    from: [p]\n",
                  cluster_address(number, address));
    struct node *node = cluster_add(cluster, names[number - 1], td_buf_text(&conf), NULL);
    disk.capacity = ROOM;
    node_disk(node, &disk);
    td_buf_fini(&conf);
}

static void crash_some(struct cluster *cluster)
{
    for (uint64_t count = cluster_below(cluster, CRASHES); count > 0; count--) {
        struct node *node = &cluster->nodes[cluster_below(cluster, cluster->node_count)];
        if (node->state == NODE_UP)
            node_crash(node, cluster_below(cluster, DOWN_MS));
    }
}

static void run(struct cluster *cluster)
{
    cluster->step_ms = STEP_MS;
    cluster->probe_pause_ms = PROBE_MS;
    cluster->link.loss_ppm = (uint32_t)cluster_below(cluster, IO_SIM_PPM / 50);
    add_primary(cluster);
    for (unsigned i = 1; i <= SECONDARIES; i++)
        add_secondary(cluster, i);
    for (uint32_t i = 0; i < cluster->node_count; i++)
        node_start(&cluster->nodes[i]);
    cluster_check_equal(cluster, START_MS);
    for (int i = 0; i < ROUNDS; i++) {
        for (uint64_t count = 1 + cluster_below(cluster, CHANGES); count > 0; count--)
            model_change(&cluster->nodes[0]);
        cluster_run_ms(cluster, cluster_below(cluster, PAUSE_MS));
        crash_some(cluster);
    }
    cluster_run_ms(cluster, DOWN_MS);
    cluster_check_equal(cluster, LAYOUT_BOUND_MS);
}

const struct scenario scenario_many = {
    .name = "many",
    .what = "three hundred secondaries of one primary",
    .run = run,
};
