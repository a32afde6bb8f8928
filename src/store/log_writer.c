/*
 * The log's thread: one write and one sync for each batch. Where a sync costs nothing (a file
 * system in memory, a disk with memory of its own that survives) the main world does both itself.
 *
 * After a write or a sync that failed nobody knows what the file holds, and a second sync may say
 * that all is well when it is not: the segment is given up, and a new one begins with the mark from
 * which sequence on older ones do not count. Until that works every batch fails at once; the disk
 * is tried again now and then.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "store/log_internal.h"

enum {
    BATCHES_MAX = 16,
    SEGMENT_SIZE_LEAST = 64 * 1024, /* when the disk is nearly full */
    SEGMENT_SHRINK = 4,
    RESERVE = 512 * 1024, /* left alone by changes: a base needs room before the log can give any */
    QUICK_US = 50,        /* what two wakes cost, about */
    QUICK_BATCHES = 16,
};

/* ---- segments ---- */

static uint64_t size_for(const struct log_writer *writer)
{
    uint64_t size = writer->log->segment_size;

    /* A server with little to log shall not begin with a large file. */
    if (writer->number < 4 && size > STORE_LOG_SEGMENT_FIRST_SIZE)
        size = STORE_LOG_SEGMENT_FIRST_SIZE;
    return writer->retry_ns == 0 || size < SEGMENT_SIZE_LEAST ? size : SEGMENT_SIZE_LEAST;
}

/*
 * Where changes come they leave a reserve, so that the log alone never fills the disk. The small
 * segment that is tried after a failure may take of it: what makes room again is logged there.
 */
static td_err preallocate(const struct log_writer *writer, struct io_file *file, uint64_t size,
                          struct td_diag *diag)
{
    if (writer->retry_ns != 0)
        return io_file_preallocate(file, size, diag);
    td_err err = io_file_preallocate(file, size + RESERVE, diag);
    return err == TD_OK ? io_file_truncate(file, size, diag) : err;
}

static td_err fill_segment(struct fiber *fiber, const struct log_writer *writer,
                           struct io_file *file, uint64_t size, uint32_t number,
                           struct td_diag *diag)
{
    uint8_t octets[SEGMENT_HEAD_SIZE];
    struct segment_head head = {
        .number = number,
        .sequence = writer->sequence_next,
        .void_from = writer->void_from,
    };

    segment_head_put(octets, &head);
    td_err err = preallocate(writer, file, size, diag);
    /* Before the head: without one the file is none, and the segment before it is the last. */
    if (err == TD_OK && writer->tail != NULL)
        err = io_file_write_at(file, SEGMENT_HEAD_SIZE, writer->tail, writer->tail_size, diag);
    if (err == TD_OK && writer->tail != NULL)
        err = io_file_sync(fiber, file, diag);
    if (err == TD_OK)
        err = io_file_write_at(file, 0, octets, sizeof(octets), diag);
    if (err == TD_OK)
        err = io_file_sync(fiber, file, diag);
    if (err == TD_OK)
        err = io_dir_sync(fiber, io_fiber_io(fiber), writer->log->directory, diag);
    return err;
}

static td_err make_segment(struct fiber *fiber, const struct log_writer *writer, const char *path,
                           uint64_t size, uint32_t number, struct io_file **ret_file,
                           struct td_diag *diag)
{
    struct io *io = io_fiber_io(fiber);
    struct io_file *file;

    td_err err = io_file_open(
        io, path, IO_FILE_WRITE | IO_FILE_CREATE | IO_FILE_TRUNCATE | IO_FILE_PRIVATE, &file, diag);
    if (err != TD_OK)
        return err;
    err = fill_segment(fiber, writer, file, size, number, diag);
    if (err == TD_OK) {
        *ret_file = file;
        return TD_OK;
    }
    io_file_close(file);
    td_err ignored = io_path_remove(io, path, NULL);
    (void)ignored; /* it is overwritten at the next try */
    return err;
}

/* A new segment with room for `need` octets; a small one where there is no room for a large one. */
static td_err open_segment(struct fiber *fiber, struct log_writer *writer, uint64_t need,
                           struct td_diag *diag)
{
    uint64_t size = size_for(writer);
    uint32_t number = writer->number + 1;
    char *path = log_segment_path(writer->log, number);
    struct io_file *file = NULL;
    td_err err;

    need += SEGMENT_HEAD_SIZE + writer->tail_size;
    for (;; size /= SEGMENT_SHRINK) {
        size = size < need ? need : size;
        err = make_segment(fiber, writer, path, size, number, &file, diag);
        if (err != TD_E_LIMIT || size == need || size <= SEGMENT_SIZE_LEAST)
            break;
    }
    if (err == TD_OK) {
        io_file_close(writer->file);
        writer->file = file;
        writer->number = number;
        writer->size = size;
        writer->offset = SEGMENT_HEAD_SIZE + writer->tail_size;
        writer->void_from = 0;
        free(writer->tail);
        writer->tail = NULL;
        writer->tail_size = 0;
    }
    free(path);
    return err;
}

/* ---- when the disk fails ---- */

static void refuse(struct io *io, struct log_writer *writer, td_err err, const struct td_diag *diag)
{
    io_file_close(writer->file);
    writer->file = NULL;
    writer->refusal = err;
    writer->diag = *diag;
    writer->retry_ns = io_clock_read_ns(io) + writer->log->retry_ms * IO_NS_PER_MS;
    atomic_store_explicit(&writer->log->is_refusing, true, memory_order_release);
}

static void try_again(struct fiber *fiber, struct log_writer *writer)
{
    struct io *io = io_fiber_io(fiber);
    struct td_diag diag = { .line = 0 };

    td_err err = open_segment(fiber, writer, 0, &diag);
    if (err != TD_OK) {
        refuse(io, writer, err, &diag);
        return;
    }
    writer->retry_ns = 0;
    atomic_store_explicit(&writer->log->is_refusing, false, memory_order_release);
}

/* ---- a batch ---- */

/* Into the open segment, where there is room. `fiber` NULL: without giving the thread away. */
static td_err append(struct fiber *fiber, struct io *io, struct log_writer *writer,
                     struct store_log_batch *batch, struct td_diag *diag)
{
    uint64_t begin_ns = io_clock_read_ns(io);

    td_err err = io_file_write_at(writer->file, writer->offset, batch->octets.data,
                                  batch->octets.size, diag);
    if (err == TD_OK)
        err = io_file_sync(fiber, writer->file, diag);
    if (err != TD_OK)
        return err;
    bool is_quick = io_clock_read_ns(io) - begin_ns < QUICK_US * (uint64_t)1000;
    writer->quick = !is_quick                       ? 0
                    : writer->quick < QUICK_BATCHES ? writer->quick + 1
                                                    : QUICK_BATCHES;
    batch->segment = writer->number;
    batch->segment_size = writer->size;
    batch->offset = writer->offset;
    writer->offset += batch->octets.size;
    return TD_OK;
}

static bool has_room(const struct log_writer *writer, const struct store_log_batch *batch)
{
    return writer->file != NULL && writer->size - writer->offset >= batch->octets.size;
}

static td_err write_batch(struct fiber *fiber, struct log_writer *writer,
                          struct store_log_batch *batch, struct td_diag *diag)
{
    td_err err = TD_OK;

    if (!has_room(writer, batch))
        err = open_segment(fiber, writer, batch->octets.size, diag);
    return err == TD_OK ? append(fiber, io_fiber_io(fiber), writer, batch, diag) : err;
}

static void fail(struct io *io, struct log_writer *writer, const struct store_log_batch *batch)
{
    if (writer->void_from == 0)
        writer->void_from = batch->sequence_first;
    refuse(io, writer, batch->result, &batch->diag);
}

static void do_batch(struct fiber *fiber, struct log_writer *writer, struct store_log_batch *batch)
{
    struct io *io = io_fiber_io(fiber);

    if (writer->retry_ns != 0 && io_clock_read_ns(io) >= writer->retry_ns)
        try_again(fiber, writer);
    writer->sequence_next = batch->sequence_first;
    if (writer->retry_ns != 0) {
        batch->result = writer->refusal;
        batch->diag = writer->diag;
        return;
    }
    if (batch->result == TD_OK) /* else it was tried in the main world */
        batch->result = write_batch(fiber, writer, batch, &batch->diag);
    if (batch->result != TD_OK)
        fail(io, writer, batch);
}

bool log_writer_write_here(struct io *io, struct log_writer *writer, struct store_log_batch *batch)
{
    /* Who is refusing may try the disk again at any time. */
    if (store_log_is_refusing(writer->log) || writer->quick < QUICK_BATCHES ||
        !has_room(writer, batch))
        return false;
    batch->result = append(NULL, io, writer, batch, &batch->diag);
    return batch->result == TD_OK;
}

static void run(struct fiber *fiber, void *argument)
{
    struct log_writer *writer = argument;
    void *letter;

    for (;;) {
        uint64_t deadline_ns = writer->retry_ns == 0 ? IO_FOREVER : writer->retry_ns;
        td_err err = io_mailbox_receive(fiber, writer->batches, deadline_ns, &letter);
        if (err == TD_E_TIMEOUT) {
            try_again(fiber, writer);
            continue;
        }
        if (err != TD_OK || letter == writer) /* the last letter: to stop */
            break;
        struct store_log_batch *batch = letter;
        do_batch(fiber, writer, batch);
        err = io_mailbox_post(writer->log->done, batch);
        td_assert(err == TD_OK); /* as large as all that may be under way */
    }
    /* What was refused last shall not be found at the next start: say so, if the disk lets us. */
    if (writer->retry_ns != 0)
        try_again(fiber, writer);
    io_file_close(writer->file);
    writer->file = NULL;
    io_mailbox_free(writer->batches);
    writer->batches = NULL;
    io_stop(io_fiber_io(fiber));
}

void log_writer_start(struct io *io, void *context)
{
    struct log_writer *writer = context;

    writer->batches = io_mailbox_new(io, BATCHES_MAX);
    td_err err = io_fiber_spawn(io, "log", run, writer, NULL);
    td_assert(err == TD_OK);                          /* the first of its world */
    err = io_mailbox_post(writer->log->done, writer); /* it stands */
    td_assert(err == TD_OK);
}
