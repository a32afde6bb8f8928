#include "store/log_clean.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "store/log_internal.h"

enum { RETRY_PIECE_MS = 1000 };

/* An entry that moves: where it was, and what carries it. */
struct log_clean_move {
    struct store_log_entry entry;
    uint64_t offset;
};

void log_clean_fini(struct log_clean *clean)
{
    store_log_batch_fini(&clean->batch);
    free(clean->moves);
    free(clean->octets);
}

void log_clean_stop(struct log_clean *clean)
{
    clean->is_stuck = true;
    clean->is_due = false;
    io_timer_stop(&clean->timer);
}

/* ---- the oldest segment ---- */

static bool remove_file(struct store_log *log, uint32_t number)
{
    char *path = log_segment_path(log, number);

    if (log->reading != NULL && log->reading_number == number) {
        io_file_close(log->reading);
        log->reading = NULL;
    }
    td_err err = io_path_remove(log->io, path, NULL);
    free(path);
    return err == TD_OK || err == TD_E_NOT_FOUND;
}

/*
 * Returns whether it is gone. One whose first batch failed is not in the index; it goes before the
 * segment that says that this batch does not count.
 */
static bool remove_oldest(struct store_log *log)
{
    uint32_t number = log->index.segments[0].number;

    for (; log->oldest <= number; log->oldest++)
        if (!remove_file(log, log->oldest))
            return false;
    log_index_segment_forget(&log->index, number);
    return true;
}

/* The last one is being written. */
static void remove_dead(struct store_log *log)
{
    while (log->index.segment_count > 1 && log->index.segments[0].live == 0 && remove_oldest(log))
        continue;
}

static bool is_wanted(const struct log_clean *clean)
{
    const struct log_index *index = &clean->log->index;

    if (clean->is_stuck || clean->log->thread == NULL || index->segment_count < 2)
        return false;
    uint64_t open = index->segments[index->segment_count - 1].octets; /* has room yet */
    return index->octets - open > 2 * index->live + clean->slack;
}

void log_clean_look(struct log_clean *clean)
{
    struct io *io = clean->log->io;

    remove_dead(clean->log);
    if (is_wanted(clean) && !clean->is_under_way && !io_timer_is_running(&clean->timer))
        io_timer_start(io, &clean->timer, io_deadline_ms(io, LOG_CLEAN_PACE_MS));
}

/* ---- what is moved ---- */

static void take_moved(struct store_log_batch *batch, td_err err, const struct td_diag *diag)
{
    struct log_clean *clean = td_container_of(batch, struct log_clean, batch);
    struct store_log *log = clean->log;
    uint64_t offset = batch->offset;

    (void)diag; /* who changes something is told of a disk that fails */
    clean->is_under_way = false;
    for (uint32_t i = 0; i < clean->move_count && err == TD_OK; i++) {
        const struct log_clean_move *move = &clean->moves[i];
        struct segment_entry inner;
        td_err whole = segment_entry_get(move->entry.octets, move->entry.size, &inner);
        td_assert(whole == TD_OK); /* it was, when it was read */
        log_index_move(&log->index, &inner.entry, clean->segment, move->offset, batch->segment,
                       offset + SEGMENT_ENTRY_HEAD_SIZE);
        offset += segment_entry_size(&move->entry);
    }
    if (err != TD_OK) /* the same once more */
        clean->at = clean->move_count == 0 ? clean->at : clean->moves[0].offset;
    clean->move_count = 0;
    if (err != TD_OK && !clean->is_stuck)
        io_timer_start(log->io, &clean->timer, io_deadline_ms(log->io, RETRY_PIECE_MS));
}

static void submit(struct log_clean *clean)
{
    struct store_log_batch *batch = &clean->batch;

    for (uint32_t i = 0; i + 1 < clean->move_count; i++)
        clean->moves[i].entry.next = &clean->moves[i + 1].entry;
    batch->first = &clean->moves[0].entry;
    batch->last = &clean->moves[clean->move_count - 1].entry;
    batch->done = take_moved;
    clean->is_under_way = true;
    store_log_submit(clean->log, batch);
}

static void add_move(struct log_clean *clean, const uint8_t *octets, uint32_t size, uint64_t offset)
{
    td_grow(clean->moves, clean->move_count, clean->move_capacity);
    clean->moves[clean->move_count++] = (struct log_clean_move){
        .entry = { .kind = STORE_LOG_MOVED, .key = "", .octets = octets, .size = size },
        .offset = offset,
    };
}

/* ---- a piece ---- */

/* Look at the entry that is at `at` of the piece; its size. */
static size_t take_entry(struct log_clean *clean, const uint8_t *octets,
                         const struct segment_entry *found, uint64_t offset)
{
    struct log_index *index = &clean->log->index;
    struct segment_entry inner = *found;

    if (found->entry.kind == STORE_LOG_MOVED) {
        octets += SEGMENT_ENTRY_HEAD_SIZE;
        offset += SEGMENT_ENTRY_HEAD_SIZE;
        if (found->entry.key_size != 0 ||
            segment_entry_get(octets, found->entry.size, &inner) != TD_OK)
            return found->size;
    }
    if (inner.entry.kind != STORE_LOG_CHANGE && inner.entry.kind != STORE_LOG_STATE)
        return found->size;
    if (!log_index_is_at(index, &inner.entry, clean->segment, offset))
        return found->size;
    /* What a removed key hides is older, and lies before it: it goes with this file. */
    if (inner.entry.kind == STORE_LOG_STATE && inner.entry.size == 0)
        log_index_state_forget(index, inner.entry.key, inner.entry.key_size);
    else
        add_move(clean, octets, inner.size, offset);
    return found->size;
}

static td_err read_piece(struct log_clean *clean, uint64_t end, size_t want, size_t *ret_size)
{
    struct store_log *log = clean->log;

    if (want > end - clean->at)
        want = (size_t)(end - clean->at);
    if (want > clean->capacity) {
        clean->octets = td_realloc(clean->octets, want);
        clean->capacity = want;
    }
    td_err err = log_open_for_reading(log, clean->segment, NULL);
    if (err == TD_OK)
        err = io_file_read_at(log->reading, clean->at, clean->octets, want, ret_size, NULL);
    return err;
}

/* How much has to be read for the entry at the beginning of the piece; 0: what is there is none. */
static size_t size_wanted(const uint8_t *octets, size_t size, uint64_t left)
{
    struct segment_entry damaged;

    if (size < SEGMENT_ENTRY_HEAD_SIZE || !segment_entry_peek(octets, left, &damaged))
        return 0;
    return damaged.size > size ? damaged.size : 0;
}

/*
 * Go through the piece; returns how far. What is cut at its end is for the next one.
 */
static size_t go_through(struct log_clean *clean, size_t size, bool is_last)
{
    size_t at = 0;

    while (at < size) {
        const uint8_t *octets = clean->octets + at;
        struct segment_entry found;
        td_err err = segment_entry_get(octets, size - at, &found);
        if (err == TD_OK) {
            at += take_entry(clean, octets, &found, clean->at + at);
            continue;
        }
        bool is_cut = size - at < SEGMENT_ENTRY_HEAD_SIZE ||
                      size_wanted(octets, size - at, STORE_LOG_ENTRY_SIZE_MAX) != 0;
        if (!is_last && is_cut && at != 0)
            break;
        at += SEGMENT_ALIGN;
    }
    return at < size ? at : size;
}

static td_err do_piece(struct log_clean *clean)
{
    const struct index_segment *segment = &clean->log->index.segments[0];
    uint64_t end = segment->octets; /* behind what was written there are zeros */
    size_t size;

    if (clean->segment != segment->number || clean->at < SEGMENT_HEAD_SIZE) {
        clean->segment = segment->number;
        clean->at = SEGMENT_HEAD_SIZE;
    }
    if (clean->at >= end) {
        clean->is_stuck = true; /* the next start tells what is damaged */
        return TD_OK;
    }
    td_err err = read_piece(clean, end, LOG_CLEAN_PIECE, &size);
    size_t more = err == TD_OK ? size_wanted(clean->octets, size, end - clean->at) : 0;
    if (more != 0)
        err = read_piece(clean, end, more, &size);
    if (err != TD_OK)
        return err;
    size_t done = go_through(clean, size, clean->at + size >= end);
    clean->at += size == 0 ? end : done;
    return TD_OK;
}

static void step(struct log_clean *clean)
{
    struct io *io = clean->log->io;

    clean->is_due = false;
    if (!is_wanted(clean))
        return;
    td_err err = do_piece(clean);
    if (err == TD_OK && clean->move_count != 0) {
        submit(clean);
        return;
    }
    remove_dead(clean->log);
    if (is_wanted(clean))
        io_timer_start(io, &clean->timer,
                       io_deadline_ms(io, err == TD_OK ? LOG_CLEAN_PACE_MS : RETRY_PIECE_MS));
}

/*
 * Not while another batch is on its way: what it puts into the place of an entry would stand in the
 * log before that entry, moved.
 */
static void on_time(struct io_timer *timer, void *context)
{
    struct log_clean *clean = context;

    (void)timer;
    if (clean->log->under_way == 0)
        step(clean);
    else
        clean->is_due = true;
}

void log_clean_landed(struct log_clean *clean)
{
    if (clean->is_due && clean->log->under_way == 0)
        step(clean);
    log_clean_look(clean);
}

void log_clean_init(struct log_clean *clean, struct store_log *log, uint64_t slack)
{
    *clean = (struct log_clean){ .log = log, .slack = slack == 0 ? LOG_CLEAN_SLACK : slack };
    io_timer_init(&clean->timer, on_time, clean);
}
