/*
 * scenario [--trace] [--runs N] NAME SEED
 *
 * Run a scenario with this seed, or with N seeds from it on. Each run says what it took; the last
 * line is "N runs, hash H". The first violation, crash or failed assertion ends it, and the line
 * before tells the seed.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/macros.h"
#include "scenario/cluster.h"

static const struct scenario *const scenarios[] = {
    &scenario_tiers,  &scenario_storm,  &scenario_disks,  &scenario_full,    &scenario_deaf,
    &scenario_notify, &scenario_split,  &scenario_clocks, &scenario_drift,   &scenario_cuts,
    &scenario_liar,   &scenario_syncs,  &scenario_keys,   &scenario_updates, &scenario_catalog,
    &scenario_heir,   &scenario_seesaw, &scenario_pair,   &scenario_verbs,   &scenario_zones,
    &scenario_names,  &scenario_all,    &scenario_many,   &scenario_day,
};

struct command {
    const char *name;
    uint64_t seed;
    uint64_t runs;
    bool has_trace;
};

static const struct scenario *find(const char *name)
{
    for (size_t i = 0; i < TD_COUNT(scenarios); i++)
        if (strcmp(scenarios[i]->name, name) == 0)
            return scenarios[i];
    return NULL;
}

static int usage(void)
{
    fprintf(stderr, "usage: scenario [--trace] [--runs N] NAME SEED\n");
    for (size_t i = 0; i < TD_COUNT(scenarios); i++)
        fprintf(stderr, "  %-12s %s\n", scenarios[i]->name, scenarios[i]->what);
    return 2;
}

static bool parse(int argc, char **argv, struct command *command)
{
    int at = 1;

    *command = (struct command){ .runs = 1 };
    for (; at < argc && argv[at][0] == '-'; at++) {
        if (strcmp(argv[at], "--trace") == 0)
            command->has_trace = true;
        else if (strcmp(argv[at], "--runs") == 0 && at + 1 < argc)
            command->runs = strtoull(argv[++at], NULL, 10);
        else
            return false;
    }
    if (argc - at != 2)
        return false;
    command->name = argv[at];
    command->seed = strtoull(argv[at + 1], NULL, 10);
    return true;
}

static uint64_t cpu_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static void tell_peak(const struct bounds_peak *peak)
{
    printf(
        "a server had at most %u fibers, %u timers, %u sockets, %u connections, %u versions of a "
        "zone with %" PRIu64 " KiB of older ones; all together %" PRIu64 " KiB\n",
        peak->fibers, peak->timers, peak->sockets, peak->connections, peak->versions,
        peak->retained / 1024, peak->memory / 1024);
}

/* Returns its hash. */
static uint64_t run(const struct command *command, uint64_t seed)
{
    uint64_t began_us = cpu_us();

    printf("%s seed %" PRIu64 "\n", command->name, seed);
    fflush(stdout);
    struct cluster *cluster = cluster_new(seed, command->has_trace);
    find(command->name)->run(cluster);
    uint64_t hash = cluster_hash(cluster), took_ms = cluster_now_ms(cluster);
    struct bounds_peak peak = cluster->peak;
    cluster_free(cluster);
    tell_peak(&peak);
    printf("took %" PRIu64 " us of CPU for %" PRIu64 " ms\n", cpu_us() - began_us, took_ms);
    return hash;
}

int main(int argc, char **argv)
{
    struct command command;
    uint64_t hash = 0;

    if (!parse(argc, argv, &command) || find(command.name) == NULL)
        return usage();
    for (uint64_t i = 0; i < command.runs; i++)
        hash = hash * 31 + run(&command, command.seed + i);
    printf("%" PRIu64 " runs, hash %016" PRIx64 "\n", command.runs, hash);
    return 0;
}
