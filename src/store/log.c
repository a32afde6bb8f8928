#include "store/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "store/log_internal.h"

enum { DONE_MAX = 32, RETRY_MS = 1000 };

char *log_segment_path(const struct store_log *log, uint32_t number)
{
    size_t size = strlen(log->directory) + sizeof("/00000000.log");
    char *path = td_malloc(size);

    snprintf(path, size, "%s/%08x.log", log->directory, number);
    return path;
}

/* ---- open and close ---- */

td_err store_log_open(struct io *io, const struct store_log_config *config,
                      const struct td_diag_sink *sink, struct store_log **ret_log,
                      struct td_diag *diag)
{
    td_err err = io_dir_make(io, config->directory, diag);

    if (err != TD_OK)
        return err;
    struct store_log *log = td_calloc(1, sizeof(*log));
    log->io = io;
    log->directory = td_strdup(config->directory);
    log->segment_size = config->segment_size == 0 ? STORE_LOG_SEGMENT_SIZE : config->segment_size;
    log->retry_ms = config->retry_ms == 0 ? RETRY_MS : config->retry_ms;
    log->index.seed = io_random_u64(io);
    log->writer.log = log;
    log_clean_init(&log->clean, log, config->slack);
    err = log_recover(log, sink, diag);
    if (err != TD_OK) {
        store_log_free(log);
        return err;
    }
    log->durable = log->opened = log->sequence;
    *ret_log = log;
    return TD_OK;
}

void store_log_free(struct store_log *log)
{
    if (log == NULL)
        return;
    td_assert(log->thread == NULL);
    io_file_close(log->writer.file);
    free(log->writer.tail);
    log_clean_fini(&log->clean);
    io_file_close(log->reading);
    log_index_fini(&log->index);
    free(log->directory);
    free(log);
}

/* ---- batches ---- */

static void take_entries(struct store_log *log, struct store_log_batch *batch)
{
    uint64_t offset = batch->offset;

    log_index_segment_end(&log->index, batch->segment, batch->segment_size);
    for (struct store_log_entry *entry = batch->first; entry != NULL; entry = entry->next) {
        uint32_t size = (uint32_t)segment_entry_size(entry);
        if (entry->kind == STORE_LOG_CHANGE || entry->kind == STORE_LOG_STATE)
            log_index_add(&log->index, entry, batch->segment, offset, size);
        offset += size;
        log->durable = entry->sequence;
    }
}

static void take_done(void *context, void *letter)
{
    struct store_log *log = context;
    struct store_log_batch *batch = letter;

    log->under_way--;
    if (batch->result == TD_OK)
        take_entries(log, batch);
    batch->done(batch, batch->result, &batch->diag);
    log_clean_landed(&log->clean);
}

static void landed(struct io *io, void *context)
{
    struct store_log *log = context;
    struct store_log_batch *batch = log->written;

    (void)io;
    log->written = NULL;
    take_done(log, batch);
}

void store_log_submit(struct store_log *log, struct store_log_batch *batch)
{
    uint32_t count = 0;

    for (struct store_log_entry *entry = batch->first; entry != NULL; entry = entry->next) {
        td_assert(entry->key_size <= STORE_LOG_KEY_SIZE_MAX);
        entry->sequence = log->sequence + ++count;
    }
    batch->sequence_first = log->sequence + 1;
    log->sequence += count;
    td_buf_clear(&batch->octets);
    for (struct store_log_entry *entry = batch->first; entry != NULL; entry = entry->next)
        segment_entry_put(&batch->octets, entry, batch->sequence_first, log->sequence);
    batch->result = TD_OK;
    if (log->under_way++ == 0 && log_writer_write_here(log->io, &log->writer, batch)) {
        log->written = batch;
        io_defer(log->io, &log->landing);
        return;
    }
    td_err err = io_mailbox_post(log->writer.batches, batch);
    td_assert(err == TD_OK); /* one at a time, and one of log_clean.c */
}

void store_log_batch_fini(struct store_log_batch *batch)
{
    td_buf_fini(&batch->octets);
}

bool store_log_is_refusing(const struct store_log *log)
{
    return atomic_load_explicit(&log->is_refusing, memory_order_acquire);
}

/* ---- the thread ---- */

td_err store_log_start(struct fiber *fiber, struct store_log *log, struct td_diag *diag)
{
    struct io_thread_options options = {
        .name = "log",
        .cpu = IO_THREAD_CPU_ANY,
        .start = log_writer_start,
        .context = &log->writer,
    };

    log->landing = (struct io_deferred){ .call = landed, .context = log };
    log->done = io_mailbox_new(log->io, DONE_MAX);
    td_err err = io_thread_start(log->io, &options, &log->thread, diag);
    if (err != TD_OK) {
        io_mailbox_free(log->done);
        log->done = NULL;
        log->thread = NULL;
        return err;
    }
    void *hello;
    err = io_mailbox_receive(fiber, log->done, IO_FOREVER, &hello);
    io_mailbox_on_letter(log->done, take_done, log);
    return err;
}

static void mark_done(struct store_log_batch *batch, td_err err, const struct td_diag *diag)
{
    (void)batch; /* without it one batch more is in doubt at the next start */
    (void)err;
    (void)diag;
}

/*
 * The last batch that is found at start may have been torn. Behind this one, nobody need ask
 * whether what stands before it was.
 */
static void submit_mark(struct store_log *log)
{
    log->mark_entry = (struct store_log_entry){ .kind = STORE_LOG_MARK };
    log->mark.done = mark_done;
    log->mark.first = log->mark.last = &log->mark_entry;
    store_log_submit(log, &log->mark);
}

void store_log_stop(struct fiber *fiber, struct store_log *log)
{
    if (log == NULL || log->thread == NULL)
        return;
    log_clean_stop(&log->clean);
    if (log->writer.batches != NULL) { /* NULL: the simulated machine has crashed */
        if (log->durable != log->opened)
            submit_mark(log);
        td_err err = io_mailbox_post(log->writer.batches, &log->writer);
        td_assert(err == TD_OK);
    }
    io_defer_cancel(log->io, &log->landing);
    io_thread_join(fiber, log->thread);
    log->thread = NULL;
    store_log_batch_fini(&log->mark);
    io_mailbox_free(log->done);
    log->done = NULL;
}

/* ---- what is there ---- */

const struct store_log_change *store_log_changes(const struct store_log *log, const void *key,
                                                 size_t key_size, size_t *ret_count)
{
    const struct index_zone *zone = log_index_zone(&log->index, key, key_size);

    *ret_count = zone == NULL ? 0 : zone->count;
    return zone == NULL ? NULL : &zone->changes[zone->first];
}

const struct store_log_change *store_log_find(const struct store_log *log, const void *key,
                                              size_t key_size, uint32_t serial)
{
    const struct index_zone *zone = log_index_zone(&log->index, key, key_size);

    return zone == NULL
               ? NULL
               : log_runs_find(zone->runs, &zone->changes[zone->first], zone->count, serial);
}

const struct store_log_change *store_log_break(const struct store_log *log, const void *key,
                                               size_t key_size)
{
    const struct index_zone *zone = log_index_zone(&log->index, key, key_size);

    return zone == NULL ? NULL
                        : log_runs_break(zone->runs, &zone->changes[zone->first], zone->count);
}

uint64_t store_log_octets(const struct store_log *log, const void *key, size_t key_size)
{
    const struct index_zone *zone = log_index_zone(&log->index, key, key_size);

    return zone == NULL ? 0 : zone->octets;
}

td_err log_open_for_reading(struct store_log *log, uint32_t number, struct td_diag *diag)
{
    if (log->reading != NULL && log->reading_number == number)
        return TD_OK;
    io_file_close(log->reading);
    log->reading = NULL;
    char *path = log_segment_path(log, number);
    td_err err = io_file_open(log->io, path, IO_FILE_READ, &log->reading, diag);
    if (err == TD_OK)
        log->reading_number = number;
    free(path);
    return err;
}

static td_err damaged(const struct store_log_change *change, struct td_diag *diag)
{
    td_diag_say(diag,
                "the change from serial %u to %u is damaged on disk (segment %08x, octet %llu)",
                change->serial_from, change->serial_to, change->segment,
                (unsigned long long)change->offset);
    return TD_E_MALFORMED;
}

td_err store_log_read(struct store_log *log, const struct store_log_change *change,
                      struct td_buf *out, struct td_diag *diag)
{
    struct segment_entry found;
    size_t size;

    td_err err = log_open_for_reading(log, change->segment, diag);
    if (err != TD_OK)
        return err;
    uint8_t *octets = td_malloc(change->size);
    err = io_file_read_at(log->reading, change->offset, octets, change->size, &size, diag);
    if (err == TD_OK && (size != change->size || segment_entry_get(octets, size, &found) != TD_OK ||
                         found.entry.sequence != change->sequence))
        err = damaged(change, diag);
    if (err == TD_OK)
        td_buf_add(out, found.entry.octets, found.entry.size);
    free(octets);
    return err;
}

const uint8_t *store_log_state(const struct store_log *log, const void *key, size_t key_size,
                               size_t *ret_size, uint64_t *ret_sequence)
{
    const struct index_node *node = log_index_state(&log->index, key, key_size);

    if (node == NULL)
        return NULL;
    *ret_size = node->state.value_size;
    *ret_sequence = node->state.sequence;
    return index_node_value(node);
}

void store_log_state_visit(const struct store_log *log, const void *prefix, size_t prefix_size,
                           void (*visit)(void *context, const uint8_t *key, size_t key_size,
                                         const uint8_t *value, size_t value_size),
                           void *context)
{
    size_t count;
    struct index_node **list = log_index_state_list(&log->index, prefix, prefix_size, &count);

    for (size_t i = 0; i < count; i++)
        visit(context, index_node_key(list[i]), list[i]->key_size, index_node_value(list[i]),
              list[i]->state.value_size);
    free(list);
}

void store_log_zones_visit(const struct store_log *log, size_t *place, size_t max,
                           void (*visit)(void *context, const uint8_t *key, size_t key_size),
                           void *context)
{
    log_index_zones_visit(&log->index, place, max, visit, context);
}

void store_log_stats(const struct store_log *log, struct store_log_stats *ret_stats)
{
    *ret_stats = (struct store_log_stats){
        .segments = log->index.segment_count,
        .octets = log->index.octets,
        .live_octets = log->index.live,
        .changes = log->index.change_count,
        .states = log->index.states.count,
        .sequence = log->durable,
    };
}

/* ---- room comes back ---- */

void store_log_trim(struct store_log *log, const void *key, size_t key_size, uint64_t sequence)
{
    log_index_trim(&log->index, key, key_size, sequence);
    log_clean_look(&log->clean);
}
