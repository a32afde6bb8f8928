/*
 * control/host_config.h - the part of control/host.h about the configuration in force.
 *
 * Floor    9.
 * Threads  As there. The configuration is held, so that it is looked at on the thread that asks.
 */
#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "conf/conf.h"

/* A zone that was added at run time. */
struct control_config_zone {
    const char *name;
    const char *file;     /* NULL: none */
    const char *template; /* as it was named; NULL: none was */
};

/* What an option had at the start, which counts until the next one. */
struct control_config_started {
    const char *path;
    const char *value; /* JSON */
};

struct control_config {
    struct td_arena arena;
    struct conf *conf; /* held */
    struct control_config_zone *zones;
    size_t zone_count;
    struct control_config_started *started;
    size_t started_count;
};

void control_config_fini(struct control_config *config);
