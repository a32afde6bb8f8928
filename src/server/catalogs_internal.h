/*
 * server/catalogs_internal.h - what the files of catalogs share.
 *
 * Floor    10. Not for other directories.
 */
#pragma once

#include "io/timer.h"
#include "replicate/catalog.h"
#include "server/catalogs.h"

struct catalogs_row {
    const struct conf_catalog *conf;
    char *name; /* as in the configuration */
    uint8_t wire[WIRE_NAME_SIZE_MAX];
    struct catalog known; /* the last good one, of a catalog that is followed */
    bool has_known;
    bool is_stale; /* to be looked at again */
    bool is_released;
    bool is_held;
};

struct catalogs {
    struct registry *registry;
    struct io *io;
    const struct conf *conf;
    struct catalogs_row *rows;
    uint32_t count;
    struct io_timer timer;
    bool is_idle; /* no fiber is bringing things in step */
    struct io_condition idle;
    bool is_stopping;
    uint64_t took_ns; /* the last time: the next one is that many times later */
};

struct catalogs_row *catalogs_row_find(struct catalogs *catalogs, const char *name);

/* Bring the zones in step with the catalog; changes that are under way have been waited for. */
void catalogs_consume(struct catalogs *catalogs, struct catalogs_row *row);
/* Take the members that are known as rows of the registry. */
void catalogs_take_members(struct catalogs *catalogs, struct catalogs_row *row);

/* Bring the catalog in step with the zones. */
void catalogs_produce(struct catalogs *catalogs, struct catalogs_row *row);
