/*
 * change/change.h - the one door: everything that changes a zone comes through here.
 *
 * Shape    A changeset says what is removed and added (or brings a whole new version, built
 *          aside from a file), who wants it and why. The commit makes the next version,
 *          checks it, publishes it with one pointer store and wakes whoever listens. A
 *          changeset that does not touch the SOA gets the next serial.
 * Floor    5.
 * Threads  One thread commits for all zones of a door (the registry's keeper).
 * Limits   as zone/edit.h.
 * RFC      1982 (serials), 1034 4.3.5.
 */
#pragma once

#include "base/arena.h"
#include "base/diag.h"
#include "base/err.h"
#include "base/rcu.h"
#include "zone/check.h"
#include "zone/set.h"
#include "zone/version.h"

enum change_origin {
    CHANGE_FILE,    /* a zone file was loaded */
    CHANGE_UPDATE,  /* dynamic update */
    CHANGE_COMMAND, /* an operator's command */
    CHANGE_API,
    CHANGE_TRANSFER, /* a transfer in */
    CHANGE_SIGNER,
};

struct change_record {
    const uint8_t *owner; /* uncompressed */
    const uint8_t *rdata; /* uncompressed, checked */
    uint32_t ttl;         /* of an added record; for a removed one what it had */
    uint16_t type;
    uint16_t rdata_size;
};

struct changeset {
    enum change_origin origin;
    const char *author;         /* who: a user, a key, "file" */
    const char *reason;         /* may be NULL */
    uint64_t time_s;            /* since 1970 */
    uint32_t serial_from;       /* filled in by the commit; 0 for the first version */
    uint32_t serial_to;         /* filled in by the commit */
    struct zone_version *whole; /* taken by a commit that succeeds; NULL: apply the records */
    const struct change_record *removed; /* in order, all before the added ones */
    uint32_t removed_count;
    const struct change_record *added;
    uint32_t added_count;
};

/* The writer's side of a zone. Embedded by the registry. */
struct change_zone {
    struct zone_entry *entry;
    struct zone_version *newest;   /* published last; NULL: none */
    struct change_zone *next_aged; /* private */
    bool is_aged;                  /* private */
};

/* Told of every publication, on the committing thread, after readers can see it. */
struct change_listener {
    void (*published)(void *context, struct change_zone *zone, const struct changeset *changeset);
    void *context;
    struct change_listener *next; /* private */
};

struct change_door;

struct change_door *change_door_new(struct zone_set *zones, struct td_rcu *rcu);
/* All zones have been withdrawn, all readers are gone. */
void change_door_free(struct change_door *door);

/*
 * Have whole zones that nobody reads any more freed by `dispose` (which takes the lineage) instead
 * of here: giving hundreds of MiB back takes long, and belongs where nobody waits for it.
 */
void change_dispose_by(struct change_door *door,
                       void (*dispose)(void *context, struct zone_lineage *lineage), void *context);

void change_listen(struct change_door *door, struct change_listener *listener);

/*
 * Make the change and publish it. On failure what is served stays.
 *
 * TD_E_NOT_FOUND  a removed record is not there
 * TD_E_CONFLICT   there is no version to change yet
 * TD_E_INVALID    the zone would not be one (SOA), or an owner is outside of it
 * TD_E_LIMIT      a set or the arena would be too large
 * The reason is in diag.
 */
TD_NODISCARD td_err change_commit(struct change_door *door, struct change_zone *zone,
                                  struct changeset *changeset, struct td_diag *diag);

/* The zone is no longer served from its version: it has `state` and none. */
void change_withdraw(struct change_door *door, struct change_zone *zone, enum zone_state state);

/* Give back what no reader holds any more; returns how much still waits. To be called now and then.
 */
uint32_t change_reclaim(struct change_door *door);
