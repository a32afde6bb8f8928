/*
 * server/catalogs.h - catalog zones: those that are made of the zones here, and those that bring
 * zones.
 *
 * Shape    A row per catalog of the configuration. A catalog that is followed is read whenever it
 *          has a new version, and the zones are brought in step with its members; one that is
 *          produced is brought in step with the zones. Both happen soon, in a fiber of their own,
 *          however many changes come at once.
 *          A broken catalog changes nothing, nor does one that expires or would remove too much.
 *          The configuration, and zones added by command, go before catalogs.
 * Floor    10.
 * Threads  The main world's.
 * RFC      9432.
 */
#pragma once

#include "conf/conf.h"
#include "server/registry.h"

struct catalogs;

struct catalogs *catalogs_new(struct registry *registry, struct io *io);
/* The registry has no zones any more, and its fiber has ended. */
void catalogs_free(struct catalogs *catalogs);

/* The catalogs of this configuration, from here on in force. */
void catalogs_apply_begin(struct catalogs *catalogs, const struct conf *conf);
/* Have registry_take_row called for every catalog, and for every member of those that are known. */
void catalogs_take_rows(struct catalogs *catalogs);

/* A zone that is a catalog has a new version, or its first. */
void catalogs_published(struct catalogs *catalogs, struct registry_zone *zone);
/* Zones have come or gone, or have another role. */
void catalogs_zones_changed(struct catalogs *catalogs);

/* Let the change of a catalog pass that is held. False: none is. */
bool catalogs_release(struct catalogs *catalogs, struct registry_zone *zone);

/* No more work is begun; wait for what is under way. */
void catalogs_stop(struct fiber *fiber, struct catalogs *catalogs);
