/*
 * change/change.h - the one door: everything that changes a zone comes through here.
 *
 * Shape    A changeset says what is removed and added, who wants it and why. It is made by a draft
 *          (draft.h) or by a whole version that was built aside. The commit checks it, gives it a
 *          serial and puts it into the open batch. A batch goes to the log as one; when it is
 *          durable, the new versions are published, listeners are told, and those who wait are
 *          answered. While one batch is on its way to the disk the next one is collected. What
 *          cannot be made durable has never been.
 * Floor    5.
 * Threads  One thread has the door and commits for all zones (the main world).
 * Limits   as zone/edit.h.
 * RFC      1982 (serials), 1034 4.3.5.
 */
#pragma once

#include "base/arena.h"
#include "base/diag.h"
#include "base/err.h"
#include "base/rcu.h"
#include "change/serial.h"
#include "io/fiber.h"
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
    CHANGE_ORIGIN_COUNT,
};

/* "file", "update", ... */
const char *change_origin_text(enum change_origin origin);

struct change_record {
    const uint8_t *owner; /* uncompressed */
    const uint8_t *rdata; /* uncompressed, checked */
    uint32_t ttl;         /* of an added record; for a removed one what it had */
    uint16_t type;
    uint16_t rdata_size;
};

/* The SOA of a version; its data lies there. */
struct change_record change_record_soa(const struct zone_version *version);

struct changeset {
    enum change_origin origin;
    bool is_break;        /* what was before cannot be had from this: history ends here */
    const char *author;   /* who: a user, a key, "file"; NULL: not known */
    const char *reason;   /* may be NULL */
    uint64_t time_s;      /* since 1970 */
    uint64_t sequence;    /* of the log; 0: not yet */
    uint32_t serial_from; /* 0 for the first version */
    uint32_t serial_to;
    const struct change_record *removed; /* the SOA first; a break has none */
    uint32_t removed_count;
    const struct change_record *added; /* the SOA first; of a break: all of the zone, or none */
    uint32_t added_count;
    const void *octets; /* as the log has it (encode.h); only while listeners are told */
    size_t octets_size;
};

/* How changes of a zone are dealt with: configuration. */
struct change_rules {
    enum change_serial_policy serial;
    uint8_t brake_percent;   /* share of the names that may go at once; 0: any */
    bool has_transfer_brake; /* for transfers, too */
};

/* The digest (ZONEMD) of a zone of more records is removed when it changes, not made anew. */
enum { CHANGE_ZONEMD_RECORDS_MAX = 100000 };

struct change_batch;
struct change_held;
struct store_log_batch;
struct zone_edit;

/* The writer's side of a zone. Embedded by the registry, which fills the first part in. */
struct change_zone {
    struct zone_entry *entry;
    struct change_rules rules;
    uint32_t serial_floor;    /* last published before this life of the zone: never taken back */
    bool has_floor : 1;       /* there was one */
    bool is_frozen : 1;       /* by an operator: nothing is changed at run time */
    bool is_copy : 1;         /* a secondary: only transfers change it */
    bool is_open : 1;         /* in the open batch's list */
    bool is_staged_whole : 1; /* `staged` is a whole version of the open batch */
    bool is_aged : 1;
    struct change_held *held; /* see hold.h; NULL: none */

    struct zone_version *newest; /* published last; NULL: none */

    struct zone_edit *edit;      /* of the open batch; NULL: it does not touch the zone */
    struct zone_version *staged; /* of the batch on its way; NULL */
    struct change_zone *next_open;
    struct change_zone *next_staged;
    struct change_zone *next_aged;
};

/*
 * Told of every change, on the committing thread, after readers can see it. A whole version's
 * records are gone by then: their arrays are NULL, and only the octets have them.
 */
struct change_listener {
    void (*published)(void *context, struct change_zone *zone, const struct changeset *changeset);
    void *context;
    struct change_listener *next; /* private */
};

/* Who waits for a change: embedded in what waits, and left alone until `done` has been called. */
struct change_wait {
    /*
     * On the door's loop, after the change is durable and readers can see it (TD_OK), or when it
     * was given up: TD_E_IO, TD_E_LIMIT (disk full); then nothing of it is left, unless the
     * machine stops before the disk takes anything again: docs/design/log.md.
     */
    void (*done)(struct change_wait *wait, td_err err, const struct td_diag *diag);
    uint32_t serial;          /* the zone's after it: filled in by the commit */
    bool is_unchanged;        /* nothing changed: the serial is what it was */
    struct change_wait *next; /* private */
};

/* One that a fiber sits out. */
struct change_patience {
    struct change_wait wait; /* give this */
    struct io_condition condition;
    struct td_diag diag;
    td_err err;
    bool is_done;
};

void change_patience_init(struct change_patience *patience);
/* Returns what `done` was given. Not cut short by cancellation: the disk decides, soon. */
TD_NODISCARD td_err change_patience_end(struct fiber *fiber, struct change_patience *patience,
                                        struct td_diag *diag);

/* Whose change it is, and what it must meet. Texts are copied. */
struct change_about {
    enum change_origin origin;
    const char *author; /* a user, "key NAME", an address */
    const char *reason; /* may be NULL */
    bool has_serial_seen;
    uint32_t serial_seen; /* refuse when the zone has another (If-Match) */
    bool is_released;     /* the brake has been let go for this one */
    bool tells_all;       /* a break carries the whole zone: it can be restored from that */
    bool is_known;        /* a whole version that history need not tell: what it has been before,
                           * or the first that there ever was */
};

struct change_door;

/*
 * Where batches are made durable: store/log.h. `submit` has batch->done called on the door's loop,
 * later; one batch is on its way at a time.
 */
struct change_log {
    void (*submit)(void *context, struct store_log_batch *batch);
    void *context;
};

/* Without a log (`submit` NULL) changes are published at the end of the turn. */
struct change_door *change_door_new(struct io *io, struct zone_set *zones, struct td_rcu *rcu,
                                    const struct change_log *log);
/* All zones have been withdrawn, all readers are gone, no batch is on its way. */
void change_door_free(struct change_door *door);

struct io *change_door_io(const struct change_door *door);

/*
 * Have whole zones that nobody reads any more freed by `dispose` (which takes the lineage) instead
 * of here: giving hundreds of MiB back takes long, and belongs where nobody waits for it.
 */
void change_dispose_by(struct change_door *door,
                       void (*dispose)(void *context, struct zone_lineage *lineage), void *context);

void change_listen(struct change_door *door, struct change_listener *listener);

/* Wait until no batch is open or on its way. */
void change_drain(struct fiber *fiber, struct change_door *door);

/* Has the zone changes that are not durable yet? */
static inline bool change_zone_is_busy(const struct change_zone *zone)
{
    return zone->edit != NULL || zone->staged != NULL;
}

/* The zone as the next draft will see it: with what is not durable yet. NULL: no data. */
const struct zone_version *change_zone_view(const struct change_zone *zone);

/*
 * A whole version, alone in its lineage, takes the place of what there is (if anything). `records`
 * is what makes it out of the version before, the SOA left out, or NULL: then it is a break (unless
 * about->is_known says that it need not be told). Its serial is given by the caller, in the
 * version. The version is taken when TD_OK is returned.
 *
 * TD_E_CONFLICT  the zone is busy: compare again when it is not
 * TD_E_IO        changes are refused for now
 */
TD_NODISCARD td_err change_commit_whole(struct change_door *door, struct change_zone *zone,
                                        struct zone_version *version,
                                        const struct changeset *records,
                                        const struct change_about *about, struct change_wait *wait,
                                        struct td_diag *diag);

/*
 * Publish what the log and the disk have already: the state of the zone before a restart. Nothing
 * is logged. The zone has no version yet.
 */
void change_restore(struct change_door *door, struct change_zone *zone,
                    struct zone_version *version);

/*
 * Keyed state that goes to the log with the open batch, behind the changes that are in it. Key and
 * value are copied; a value of size 0 removes it. `wait` may be NULL.
 */
void change_put_state(struct change_door *door, const void *key, size_t key_size, const void *value,
                      size_t value_size, struct change_wait *wait);

/* A change of the past, as the log has it. */
struct change_past {
    uint32_t serial_from;
    uint32_t serial_to;
    uint32_t removed; /* records */
    uint32_t added;
    uint64_t time_s;
    const uint8_t *octets; /* encode.h */
    uint32_t size;
};

/*
 * Have the log say of a zone, which has no data yet, what was changed before: it comes from a
 * backup. `apex` in lower case. The octets are the caller's until `wait` has been called (may be
 * NULL: until that of something that is put later).
 */
void change_put_past(struct change_door *door, const uint8_t *apex, size_t apex_size,
                     const struct change_past *past, struct change_wait *wait);

/* The zone is no longer served from its version: it has `state` and none. It is not busy. */
void change_withdraw(struct change_door *door, struct change_zone *zone, enum zone_state state);

/* Give back what no reader holds any more; returns how much still waits. To be called now and then.
 */
uint32_t change_reclaim(struct change_door *door);
