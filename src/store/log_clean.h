/*
 * store/log_clean.h - files of which little counts give their room back.
 *
 * Shape    What still counts of the oldest segment is written once more at the end of the log, as
 *          entries that carry the former ones whole (STORE_LOG_MOVED); then the file goes. Only
 *          the oldest one ever goes: of a zone's history what is left is the newest part, and what
 *          says that a key was removed outlives what it hides. It begins when what does not count
 *          is more than what counts and a slack, and goes on, a piece at a time, until it is not.
 * Floor    4. Not for other directories.
 * Threads  The main world's.
 * Limits   LOG_CLEAN_PIECE octets at a time, or one entry; a piece each LOG_CLEAN_PACE_MS.
 */
#pragma once

#include "io/timer.h"
#include "store/log_index.h"

enum {
    LOG_CLEAN_PIECE = 256 * 1024,
    LOG_CLEAN_PACE_MS = 20,
    LOG_CLEAN_SLACK = 1 << 20,
};

struct log_clean {
    struct store_log *log;
    struct io_timer timer;
    struct store_log_batch batch;
    struct log_clean_move *moves; /* what the batch has */
    uint32_t move_count;
    uint32_t move_capacity;
    uint8_t *octets; /* a piece of the segment */
    size_t capacity;
    uint32_t segment; /* that is gone through */
    uint64_t at;      /* up to where that has been done */
    uint64_t slack;
    bool is_under_way; /* the batch is */
    bool is_due;       /* as soon as no other batch is on its way */
    bool is_stuck;     /* something of the oldest segment cannot be read any more */
};

void log_clean_init(struct log_clean *clean, struct store_log *log, uint64_t slack);
/* The log's thread has ended. */
void log_clean_fini(struct log_clean *clean);
/* No piece any more. */
void log_clean_stop(struct log_clean *clean);

/* Something has been forgotten: remove what can go, and begin if need be. */
void log_clean_look(struct log_clean *clean);
/* A batch is done. */
void log_clean_landed(struct log_clean *clean);
