/*
 * store/log_internal.h - what the files of the log share.
 *
 * Shape    `struct log_writer` is the log thread's: the open segment and what it knows of the disk.
 *          The rest is the main world's. Batches go to the writer as letters, and come back.
 * Floor    4. Not for other directories.
 */
#pragma once

#include <stdatomic.h>

#include "io/file.h"
#include "io/mailbox.h"
#include "io/thread.h"
#include "store/log_clean.h"
#include "store/log_index.h"
#include "store/segment.h"

struct log_writer {
    struct store_log *log;
    struct io_mailbox *batches; /* a letter that is the writer itself: stop */
    struct io_file *file;       /* NULL: none is open */
    uint32_t number;            /* of the open segment, or of the last one */
    uint64_t offset;            /* where the next batch goes */
    uint64_t size;              /* of the segment */
    uint64_t void_from;     /* the first sequence that failed since the last good segment; or 0 */
    uint64_t sequence_next; /* of the batch that comes next */
    uint64_t retry_ns;      /* when the disk is tried again; 0: it is good */
    td_err refusal;         /* why it is not */
    struct td_diag diag;
    /*
     * What a start found at the end of the log and could not write once more: the next segment
     * begins with it.
     */
    uint8_t *tail;
    size_t tail_size;
    uint32_t quick; /* batches one after the other that took no time to speak of */
};

struct store_log {
    struct io *io;
    char *directory;
    uint64_t segment_size;
    uint64_t retry_ms;
    uint64_t sequence; /* last given */
    uint64_t durable;  /* last that is on disk */
    uint64_t opened;   /* last that was there when it was opened */
    struct log_index index;
    struct log_clean clean;
    uint32_t under_way;              /* batches */
    uint32_t oldest;                 /* no segment has a lower number */
    struct store_log_batch *written; /* by the main world; `landing` tells */
    struct io_deferred landing;
    struct io_thread *thread;
    struct io_mailbox *done;
    struct io_file *reading; /* a segment that was read last */
    uint32_t reading_number;
    _Atomic bool is_refusing;
    struct store_log_batch mark; /* the last batch of a life: the ones before it were synced */
    struct store_log_entry mark_entry;
    struct log_writer writer;
};

/* The path of a segment; to be freed. */
char *log_segment_path(const struct store_log *log, uint32_t number);

/* Have log->reading be this segment. */
TD_NODISCARD td_err log_open_for_reading(struct store_log *log, uint32_t number,
                                         struct td_diag *diag);

/*
 * Read all segments into the index, and say where the writer goes on: in a segment that is opened,
 * or (file NULL) in a new one.
 */
TD_NODISCARD td_err log_recover(struct store_log *log, const struct td_diag_sink *sink,
                                struct td_diag *diag);

/* ---- log_writer.c ---- */

/*
 * In the main world, while the log's thread has nothing to do: write the batch here, if that takes
 * no longer than waking the thread and being woken by it. Returns whether it was; else it has to
 * be sent to the thread, which then deals with an error, too.
 */
bool log_writer_write_here(struct io *io, struct log_writer *writer, struct store_log_batch *batch);

/* On the log's thread. Its fiber ends with the letter that is the writer itself, and stops the
 * loop. */
void log_writer_start(struct io *io, void *context);
