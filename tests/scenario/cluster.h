/*
 * scenario/cluster.h - servers in a simulated world, and what is done to them.
 *
 * Shape    A cluster has nodes, each a host with a server of its own (the real one, made by
 *          server/server.h), and a host of observers. A scenario is straight-line code outside of
 *          all hosts: it lets time pass, breaks things and mends them. What must hold is looked at
 *          all the time; the first thing that does not ends the process and names the seed.
 * Threads  One.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/macros.h"
#include "io/sim.h"
#include "scenario/bounds.h"
#include "server/server.h"

enum {
    CLUSTER_NODES_MAX = 320,
    CLUSTER_CONF_SIZE = 4096,
    CLUSTER_PORT = 53,
};

struct cluster;
struct model;
struct probe;
struct probe_topic;

enum node_state { NODE_DOWN, NODE_UP, NODE_STOPPING };

struct node {
    struct cluster *cluster;
    const char *name;
    struct io_sim_host *host;
    struct td_addr addr;
    struct server *server; /* NULL while down */
    struct server_outside outside;
    bool is_open;    /* it takes orders (orders.h) */
    uint32_t orders; /* that are being carried out: it does not end before them */
    struct io_condition order_ended;
    bool has_no_order;
    enum node_state state;
    bool is_crashed;   /* what it stops from is that the plug was pulled */
    bool is_primary;   /* changes are made here */
    bool is_forgetful; /* its disk is replaced before it starts again */
    bool is_stale;     /* its configuration may not be the one on its disk */
    char *conf;        /* texts of its files; zone may be NULL */
    char *zone;
    bool has_bad_disk;
    bool is_independent;  /* a primary, of which the others follow another one, too */
    bool is_out;          /* the others are not compared with it */
    bool has_main;        /* its main fiber is there */
    uint32_t changes;     /* on their way to the disk */
    uint64_t start_at_ns; /* to be started then; IO_FOREVER: not by itself */
    struct probe *probe;  /* who asks it all the time */
};

struct cluster {
    struct io_sim *sim;
    uint64_t seed;
    struct io_sim_host *observers;
    struct node nodes[CLUSTER_NODES_MAX];
    uint32_t node_count;
    struct io_sim_link link; /* between any two hosts, when nothing is broken */
    struct model *model;
    const struct probe_topic *topic; /* NULL: probes ask for names of the model */
    void *topic_context;
    void (*watch)(struct cluster *cluster); /* what else has to hold, at each step; NULL */
    bool has_no_probes;                     /* any more */
    uint64_t random;
    uint64_t fresh_ns; /* when a primary was last there for the others */
    bool has_trace;
    bool is_cut_off;      /* by the scenario: primaries are up, and nobody hears them */
    bool changes_at_will; /* a change is made now and then */
    uint64_t change_at_ns;
    uint64_t change_pause_ms; /* 0..twice this between two of them */
    uint32_t delivered;       /* the serial of the newest file that another primary was given */
    uint32_t filling;         /* records of the zone that are never changed */
    uint32_t expire_s;        /* of its SOA */
    const char *name_servers; /* lines of its NS records, besides the one that it has; NULL */
    uint32_t change_burst;    /* up to so many at once */
    uint64_t step_ms;         /* between two looks at what has ended and what is due */
    struct bounds_peak peak;
    uint64_t memory_before;
    uint32_t more_zones;     /* that servers have besides example. */
    uint64_t bounds_ms;      /* when bounds are looked at next */
    uint64_t probe_pause_ms; /* between two questions to a server, up to */
};

struct scenario {
    const char *name;
    const char *what;
    void (*run)(struct cluster *cluster);
};

/* ---- what can be run ---- */

extern const struct scenario scenario_tiers;
extern const struct scenario scenario_storm;
extern const struct scenario scenario_disks;
extern const struct scenario scenario_deaf;
extern const struct scenario scenario_split;
extern const struct scenario scenario_clocks;
extern const struct scenario scenario_cuts;
extern const struct scenario scenario_heir;
extern const struct scenario scenario_notify;
extern const struct scenario scenario_day;
extern const struct scenario scenario_liar;
extern const struct scenario scenario_syncs;
extern const struct scenario scenario_keys;
extern const struct scenario scenario_catalog;
extern const struct scenario scenario_full;
extern const struct scenario scenario_updates;
extern const struct scenario scenario_seesaw;
extern const struct scenario scenario_many;
extern const struct scenario scenario_pair;
extern const struct scenario scenario_verbs;
extern const struct scenario scenario_zones;
extern const struct scenario scenario_names;
extern const struct scenario scenario_all;
extern const struct scenario scenario_drift;

/* ---- chance: of the scenario, beside that of the world ---- */

uint64_t cluster_below(struct cluster *cluster, uint64_t bound);
bool cluster_chance(struct cluster *cluster, uint32_t percent);

/* Of all nodes, when nothing is wrong with them. */
extern const struct io_sim_disk cluster_disk;

/* ---- life ---- */

struct cluster *cluster_new(uint64_t seed, bool has_trace);
/* All are stopped, in order. */
void cluster_free(struct cluster *cluster);
uint64_t cluster_hash(const struct cluster *cluster);
uint64_t cluster_now_ms(const struct cluster *cluster);

/* Where the node of this number is, from 0 on. Returns `out`. */
const char *cluster_address(unsigned number, char out[TD_ADDR_TEXT_SIZE]);

/* A host, down, with this configuration on its disk (and `zone`, unless NULL, as its zone file). */
struct node *cluster_add(struct cluster *cluster, const char *name, const char *conf,
                         const char *zone);

void node_start(struct node *node);
/* Ask it to stop. */
void node_stop(struct node *node);
/* Pull the plug; it is started again after `ms`. */
void node_crash(struct node *node, uint64_t ms);

/* The same, and what was on its disk is lost. Not for a primary. */
void node_forget(struct node *node, uint64_t ms);

/* From now on its disk is such a one. */
void node_disk(struct node *node, const struct io_sim_disk *disk);

/* Have it load this configuration, now or, if it is down, when it starts again. */
void node_configure(struct node *node, const char *conf);
/* Write this file on its disk, then have it load its configuration again. It is up. */
void node_put(struct node *node, const char *path, const char *text);

/* Of its zone example., the newest; NULL: there is none. */
const struct zone_version *node_version(const struct node *node);

/* What has ended is given back; what is due to start is started. Called by cluster_await. */
void node_look(struct node *node);

/* Do what is due, at this instant. */
void cluster_look(struct cluster *cluster);
/* Let time pass. */
void cluster_run_ms(struct cluster *cluster, uint64_t ms);
/* Until it is so; false: time is over. */
bool cluster_await(struct cluster *cluster, bool (*is_so)(struct cluster *cluster), uint64_t ms);

/* ---- the network ---- */

void cluster_link(struct cluster *cluster, const struct node *from, const struct node *to,
                  const struct io_sim_link *link);
/* No partition any more, and the common link between all. */
void cluster_mend(struct cluster *cluster);

/* ---- what must hold ---- */

/* All but those that are out are up, answer, and have what the primary has. */
bool cluster_is_equal(struct cluster *cluster);
/* The same, and each version has the same records. Fails otherwise. */
void cluster_check_equal(struct cluster *cluster, uint64_t ms);

/* Something does not hold: say so, and end. */
_Noreturn void cluster_fail(const struct cluster *cluster, const char *format, ...) TD_PRINTF(2, 3);
/* A line of the trace. */
void cluster_note(const struct cluster *cluster, const char *format, ...) TD_PRINTF(2, 3);
