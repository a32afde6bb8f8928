/*
 * store/log.h - the durable log: every change, in order, before anybody sees it.
 *
 * Shape    Append-only files (segments) in one directory, shared by all zones. An entry is a change
 *          of a zone, kept as history, or a piece of keyed state, of which the latest counts.
 *          Entries come in batches; a batch is one write and one sync, on a thread of its own.
 *          The index (what is where) is in memory, and is made from the segments at start.
 *          docs/design/log.md has the format.
 * Floor    4.
 * Threads  All calls are the main world's. The log's own thread is the only one that waits for the
 *          disk; in the simulation it is a world of the same host.
 * Limits   STORE_LOG_ENTRY_SIZE_MAX octets an entry; what is kept of a zone is bounded by the
 * caller (store_log_trim).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/err.h"
#include "io/fiber.h"
#include "io/io.h"

enum {
    STORE_LOG_KEY_SIZE_MAX = 300,
    STORE_LOG_ENTRY_SIZE_MAX = 1 << 30,
};

enum store_log_kind {
    STORE_LOG_CHANGE = 1, /* one step of a zone's history; the key is its apex in lower case */
    STORE_LOG_STATE = 2,  /* the latest of a key counts; without octets it removes the key */
    STORE_LOG_MARK = 3,   /* the log's own: all that stands before it is durable */
    STORE_LOG_MOVED = 4,  /* the log's own: its octets are an older entry, whole */
};

enum store_log_flag {
    STORE_LOG_BREAK = 1 << 0, /* history before this cannot be told from it */
};

/* Embedded in what the caller keeps until its batch is done. */
struct store_log_entry {
    struct store_log_entry *next;
    uint8_t kind;  /* enum store_log_kind */
    uint8_t flags; /* enum store_log_flag */
    uint16_t key_size;
    uint32_t serial_from; /* of a change */
    uint32_t serial_to;
    uint32_t removed; /* records, for listings */
    uint32_t added;
    uint32_t size;
    uint64_t time_s;
    uint64_t sequence; /* filled in: counts up, never used twice */
    const void *key;
    const void *octets;
};

struct store_log_batch {
    struct store_log_entry *first;
    struct store_log_entry *last;
    /*
     * On the main loop, when all of it is durable (TD_OK) or none of it counts: TD_E_LIMIT (the
     * disk is full) or TD_E_IO.
     */
    void (*done)(struct store_log_batch *batch, td_err err, const struct td_diag *diag);
    struct td_buf octets; /* private from here on; given back by store_log_batch_fini */
    uint64_t sequence_first;
    uint64_t offset;
    uint64_t segment_size;
    uint32_t segment;
    td_err result;
    struct td_diag diag;
};

/* A change, as the index has it. */
struct store_log_change {
    uint64_t sequence;
    uint64_t time_s;
    uint64_t offset; /* in its segment */
    uint32_t segment;
    uint32_t size; /* of the entry as a whole, on disk */
    uint32_t serial_from;
    uint32_t serial_to;
    uint32_t removed;
    uint32_t added;
    uint8_t flags;
};

struct store_log_config {
    const char *directory; /* made when it is not there */
    uint64_t segment_size; /* 0: STORE_LOG_SEGMENT_SIZE; the first ones are smaller */
    uint64_t retry_ms;     /* after a failure, how long until the disk is tried again; 0: 1 s */
    uint64_t slack;        /* octets of dead entries that are left alone; 0: 1 MiB */
};

enum { STORE_LOG_SEGMENT_SIZE = 16 << 20, STORE_LOG_SEGMENT_FIRST_SIZE = 1 << 20 };

struct store_log;

/*
 * Open, and read what is there. A torn end is cut; what is damaged is skipped and told to the sink,
 * with zone and serials as far as they can be read.
 *
 * TD_E_IO, TD_E_REFUSED, TD_E_LIMIT  the directory or a file in it cannot be used
 */
TD_NODISCARD td_err store_log_open(struct io *io, const struct store_log_config *config,
                                   const struct td_diag_sink *sink, struct store_log **ret_log,
                                   struct td_diag *diag);

/* Start the log's thread, and wait until it stands. Before the first submit. */
TD_NODISCARD td_err store_log_start(struct fiber *fiber, struct store_log *log,
                                    struct td_diag *diag);

/*
 * Make a batch durable; one at a time. `done` is called later, never from inside. The entries stay
 * until then, in one place.
 */
void store_log_submit(struct store_log *log, struct store_log_batch *batch);
void store_log_batch_fini(struct store_log_batch *batch);

/* Does the disk refuse to take anything at present? It is tried again by itself. */
bool store_log_is_refusing(const struct store_log *log);

/* End the thread; no batch is on its way. */
void store_log_stop(struct fiber *fiber, struct store_log *log);
void store_log_free(struct store_log *log);

/* ---- what is there ---- */

/* The changes of a zone, oldest first; good until the next batch is done. *ret_count may be 0. */
const struct store_log_change *store_log_changes(const struct store_log *log, const void *key,
                                                 size_t key_size, size_t *ret_count);

/* How many of them are not behind `sequence`: where those begin that are. */
size_t store_log_behind(const struct store_log_change *changes, size_t count, uint64_t sequence);

/* The newest change of a zone that led to the serial, or NULL. */
const struct store_log_change *store_log_find(const struct store_log *log, const void *key,
                                              size_t key_size, uint32_t serial);

/* The newest one at which its history breaks, or NULL. */
const struct store_log_change *store_log_break(const struct store_log *log, const void *key,
                                               size_t key_size);

/* What its changes take on disk. */
uint64_t store_log_octets(const struct store_log *log, const void *key, size_t key_size);

/*
 * The octets of a change, appended to `out`. Reads the disk.
 * TD_E_MALFORMED  it is damaged
 */
TD_NODISCARD td_err store_log_read(struct store_log *log, const struct store_log_change *change,
                                   struct td_buf *out, struct td_diag *diag);

/*
 * The octets of a key, or NULL; good until the next batch is done. *ret_sequence is that of the
 * entry.
 */
const uint8_t *store_log_state(const struct store_log *log, const void *key, size_t key_size,
                               size_t *ret_size, uint64_t *ret_sequence);

/* Visit the state whose keys begin like this, in order of the keys. */
void store_log_state_visit(const struct store_log *log, const void *prefix, size_t prefix_size,
                           void (*visit)(void *context, const uint8_t *key, size_t key_size,
                                         const uint8_t *value, size_t value_size),
                           void *context);

/*
 * Forget the changes of a zone that are older than `sequence`. The oldest files are removed when
 * nothing in them counts any more; what counts of them is moved on, by and by, when what does not
 * count is more than what does, and the slack.
 */
void store_log_trim(struct store_log *log, const void *key, size_t key_size, uint64_t sequence);

/*
 * Visit some of the zones that have changes, another few each time: `*place` begins at 0, is moved
 * on, and is 0 again when all have been. `visit` may trim.
 */
void store_log_zones_visit(const struct store_log *log, size_t *place, size_t max,
                           void (*visit)(void *context, const uint8_t *key, size_t key_size),
                           void *context);

struct store_log_stats {
    uint64_t segments;
    uint64_t octets;      /* on disk, with the room that is made in advance */
    uint64_t live_octets; /* of them, what counts */
    uint64_t changes;
    uint64_t states;
    uint64_t sequence; /* the last that is durable */
};

void store_log_stats(const struct store_log *log, struct store_log_stats *ret_stats);
