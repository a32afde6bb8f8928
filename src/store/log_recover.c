/*
 * From the segments to the index, at start.
 *
 * The last batch of all may be torn: it is cut off at its first hole, since what is behind it was
 * made on top of what is missing. An entry that is damaged anywhere else is skipped (the next one
 * is looked for at every place where one may begin) and told. What a later segment declares void
 * does not count.
 *
 * What is read need not be on the disk: after a sync that failed the system shows what it has in
 * memory as if nothing had been, also to the next process, and the next sync does not write it. So
 * the end of the last segment, from the last mark on, is written once more before anything counts
 * on it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "store/log_internal.h"
#include "wire/name.h"

enum { SEGMENT_SIZE_MAX = 1 << 30, HEX_DIGITS = 8, ZEROS_AT_ONCE = 4096 };

struct found_segment {
    uint32_t number;
    struct segment_head head;
    bool is_unborn;  /* it was being made when the machine stopped: nothing is in it */
    bool is_damaged; /* its head */
};

/* An entry of the batch that is being read. */
struct held {
    struct segment_entry found;
    size_t offset;
};

struct recovery {
    struct store_log *log;
    const struct td_diag_sink *sink;
    struct found_segment *segments; /* by number */
    size_t count;
    size_t capacity;
    bool is_damaged; /* something somewhere */
    /* the segment that is read */
    const char *path;
    uint32_t number;
    uint64_t void_from; /* its entries from here on do not count; UINT64_MAX: all do */
    const uint8_t *octets;
    size_t size;
    uint64_t newest; /* sequence of what counts */
    size_t mark_at;  /* the last mark that was seen; 0: none. What stands before it is durable */
    /* the batch that is read, and the first hole in it */
    struct held *held;
    size_t held_count;
    size_t held_capacity;
    size_t hole_at; /* before which one of them */
    size_t hole_from;
    size_t hole_to; /* 0: there is none */
};

static bool is_zero(const uint8_t *octets, size_t size)
{
    return size == 0 || (octets[0] == 0 && memcmp(octets, octets + 1, size - 1) == 0);
}

/* ---- which segments there are ---- */

static bool take_name(void *context, const char *name, bool is_directory)
{
    struct recovery *recovery = context;
    char *end;

    unsigned long number = strtoul(name, &end, 16);
    if (is_directory || end != name + HEX_DIGITS || strcmp(end, ".log") != 0)
        return true;
    td_grow(recovery->segments, recovery->count, recovery->capacity);
    recovery->segments[recovery->count++] = (struct found_segment){ .number = (uint32_t)number };
    return true;
}

/* Is there nothing behind the head, which was torn then when the file was made? */
static bool has_nothing(const struct recovery *recovery, const char *path)
{
    char *octets;
    size_t size;

    if (io_path_read(recovery->log->io, path, SEGMENT_SIZE_MAX, &octets, &size, NULL) != TD_OK)
        return false;
    bool is_empty = size <= SEGMENT_HEAD_SIZE ||
                    is_zero((const uint8_t *)octets + SEGMENT_HEAD_SIZE, size - SEGMENT_HEAD_SIZE);
    free(octets);
    return is_empty;
}

static td_err read_head(struct recovery *recovery, struct found_segment *segment,
                        struct td_diag *diag)
{
    char *path = log_segment_path(recovery->log, segment->number);
    uint8_t octets[SEGMENT_HEAD_SIZE] = { 0 };
    struct io_file *file;
    size_t size = 0;

    td_err err = io_file_open(recovery->log->io, path, IO_FILE_READ, &file, diag);
    if (err == TD_OK) {
        err = io_file_read_at(file, 0, octets, sizeof(octets), &size, diag);
        io_file_close(file);
    }
    if (err == TD_OK && is_zero(octets, size))
        segment->is_unborn = true;
    else if (err == TD_OK && (segment_head_get(octets, &segment->head) != TD_OK ||
                              segment->head.number != segment->number))
        segment->is_damaged = true;
    if (err == TD_OK && segment->is_damaged)
        segment->is_unborn = has_nothing(recovery, path);
    free(path);
    return err;
}

/* ---- entries ---- */

/* A name for people: a zone's, when the key is one. */
static const char *key_text(const struct store_log_entry *entry, char text[WIRE_NAME_TEXT_SIZE])
{
    const uint8_t *key = entry->key;
    size_t at = 0;

    while (at < entry->key_size && key[at] != 0 && key[at] <= WIRE_LABEL_SIZE_MAX)
        at += 1u + key[at];
    if (entry->kind != STORE_LOG_CHANGE || at + 1 != entry->key_size || key[at] != 0)
        return "a setting";
    return wire_name_format(key, text);
}

static void tell_damage(struct recovery *recovery, size_t from, size_t to)
{
    struct segment_entry entry;
    char text[WIRE_NAME_TEXT_SIZE];

    recovery->is_damaged = true;
    if (segment_entry_peek(recovery->octets + from, recovery->size - from, &entry))
        td_diag_report(recovery->sink, recovery->path, 0, 0, TD_SEVERITY_ERROR,
                       "octets %zu to %zu are damaged and skipped: %s, serial %u to %u", from, to,
                       key_text(&entry.entry, text), entry.entry.serial_from,
                       entry.entry.serial_to);
    else
        td_diag_report(recovery->sink, recovery->path, 0, 0, TD_SEVERITY_ERROR,
                       "octets %zu to %zu are damaged and skipped; what they were cannot be read",
                       from, to);
}

static void take_counting(struct recovery *recovery, const struct segment_entry *found,
                          uint64_t offset)
{
    const struct store_log_entry *entry = &found->entry;
    struct segment_entry inner;

    if (entry->kind == STORE_LOG_CHANGE || entry->kind == STORE_LOG_STATE)
        log_index_add(&recovery->log->index, entry, recovery->number, offset, found->size);
    if (entry->kind != STORE_LOG_MOVED || entry->key_size != 0 ||
        segment_entry_get(entry->octets, entry->size, &inner) != TD_OK)
        return;
    if (inner.entry.kind == STORE_LOG_CHANGE || inner.entry.kind == STORE_LOG_STATE)
        log_index_add_moved(&recovery->log->index, &inner.entry, recovery->number,
                            offset + SEGMENT_ENTRY_HEAD_SIZE, inner.size);
}

static void take_entry(struct recovery *recovery, const struct held *held)
{
    struct store_log *log = recovery->log;
    const struct store_log_entry *entry = &held->found.entry;

    if (held->found.batch_last > log->sequence)
        log->sequence = held->found.batch_last;
    if (entry->sequence > recovery->newest && entry->sequence < recovery->void_from)
        recovery->newest = entry->sequence;
    if (entry->sequence < recovery->void_from)
        take_counting(recovery, &held->found, held->offset);
}

/* ---- batches ---- */

/* What is held is of a batch that another one came behind: it was synced, whatever is missing. */
static void batch_end(struct recovery *recovery)
{
    if (recovery->hole_to != 0)
        tell_damage(recovery, recovery->hole_from, recovery->hole_to);
    recovery->hole_to = 0;
    for (size_t i = 0; i < recovery->held_count; i++)
        take_entry(recovery, &recovery->held[i]);
    recovery->held_count = 0;
}

/*
 * The last batch of all, if it has a hole, was torn: later entries of it stand on earlier ones, so
 * what is behind the hole goes with it. Returns where the last entry that counts ends.
 */
static size_t batch_last(struct recovery *recovery, size_t end)
{
    if (recovery->hole_to == 0)
        return end;
    recovery->hole_to = 0;
    recovery->held_count = recovery->hole_at;
    return recovery->hole_from;
}

/* An entry was found at `at`; the one before it ended at `end`. */
static void hold(struct recovery *recovery, const struct segment_entry *found, size_t at,
                 size_t end)
{
    bool is_new =
        recovery->held_count == 0 || recovery->held[0].found.batch_first != found->batch_first;
    bool is_begin = found->entry.sequence == found->batch_first;

    if (is_new)
        batch_end(recovery);
    if (at != end && is_new && is_begin)
        tell_damage(recovery, end, at);
    else if (at != end && recovery->hole_to == 0) {
        recovery->hole_at = recovery->held_count;
        recovery->hole_from = end;
        recovery->hole_to = at;
    } else if (at != end)
        recovery->hole_to = at;
    td_grow(recovery->held, recovery->held_count, recovery->held_capacity);
    recovery->held[recovery->held_count++] = (struct held){ .found = *found, .offset = at };
}

/* The next place where something may begin. */
static size_t skip_zeros(const uint8_t *octets, size_t size, size_t at)
{
    while (at + ZEROS_AT_ONCE <= size && is_zero(octets + at, ZEROS_AT_ONCE))
        at += ZEROS_AT_ONCE;
    while (at + SEGMENT_ALIGN <= size && is_zero(octets + at, SEGMENT_ALIGN))
        at += SEGMENT_ALIGN;
    return at + SEGMENT_ALIGN > size ? size : at;
}

/*
 * Where to look behind what is damaged at `at`. When its head looks whole and the entry of the next
 * sequence is where it ends, there; what clients wrote into it is not taken for entries then.
 */
static size_t next_place(const struct recovery *recovery, size_t at)
{
    const uint8_t *octets = recovery->octets;
    size_t size = recovery->size;
    struct segment_entry damaged, next;

    if (segment_entry_peek(octets + at, size - at, &damaged) &&
        segment_entry_get(octets + at + damaged.size, size - at - damaged.size, &next) == TD_OK &&
        next.entry.sequence == damaged.entry.sequence + 1)
        return at + damaged.size;
    /* Behind zeros something may come: a page of them may be what was lost. */
    return skip_zeros(octets, size, at + SEGMENT_ALIGN);
}

/* Read the entries; returns where the last one that counts ends. */
static size_t scan(struct recovery *recovery, bool is_last)
{
    const uint8_t *octets = recovery->octets;
    size_t size = recovery->size;
    size_t at = SEGMENT_HEAD_SIZE, end = SEGMENT_HEAD_SIZE;

    recovery->held_count = recovery->hole_to = recovery->mark_at = 0;
    while (at < size) {
        struct segment_entry found;
        td_err err = segment_entry_get(octets + at, size - at, &found);
        if (err != TD_OK) {
            at = next_place(recovery, at);
            continue;
        }
        hold(recovery, &found, at, end);
        if (found.entry.kind == STORE_LOG_MARK)
            recovery->mark_at = at;
        at += found.size;
        end = at;
    }
    if (is_last)
        end = batch_last(recovery, end);
    batch_end(recovery);
    return end;
}

/* ---- the last segment ---- */

/* From the last mark to the end: now it is on the disk, whatever has been before. */
static td_err make_durable(const struct recovery *recovery, struct io_file *file, size_t end,
                           struct td_diag *diag)
{
    size_t from = recovery->mark_at;

    td_err err =
        io_file_write_at(file, from, recovery->octets + from, from < end ? end - from : 0, diag);
    if (err == TD_OK)
        err = io_file_sync(NULL, file, diag);
    if (err == TD_OK)
        err = io_dir_sync(NULL, recovery->log->io, recovery->log->directory, diag);
    return err;
}

/*
 * The disk does not take the end now. What stands there is served all the same, and changes are
 * refused until it is written into the next segment.
 */
static void write_later(struct recovery *recovery, size_t end, bool is_torn, td_err err,
                        const struct td_diag *diag)
{
    struct log_writer *writer = &recovery->log->writer;
    size_t from = recovery->mark_at > SEGMENT_HEAD_SIZE ? recovery->mark_at : SEGMENT_HEAD_SIZE;

    td_diag_report(recovery->sink, recovery->path, 0, 0, TD_SEVERITY_ERROR,
                   "the end of the log cannot be made durable: %s; changes are refused until the "
                   "disk takes it",
                   diag->text);
    if (from < end) {
        writer->tail_size = end - from;
        writer->tail = td_memdup(recovery->octets + from, writer->tail_size);
    }
    if (is_torn) /* that the end was cut is not on the disk either */
        writer->void_from = recovery->newest + 1;
    writer->refusal = err;
    writer->diag = *diag;
    writer->retry_ns = 1; /* at once */
    atomic_store_explicit(&recovery->log->is_refusing, true, memory_order_release);
}

/*
 * Cut the file where it ends, and say so with a mark: what stands before it was found to count, and
 * does so at the next start, whatever is known then of what stood behind. *end moves behind it.
 */
static td_err cut(struct recovery *recovery, struct io_file *file, size_t *end,
                  struct td_diag *diag)
{
    struct store_log *log = recovery->log;
    struct store_log_entry mark = { .kind = STORE_LOG_MARK, .key = "", .octets = "" };
    struct td_buf octets = { .data = NULL };

    td_diag_report(recovery->sink, recovery->path, 0, 0, TD_SEVERITY_WARNING,
                   "the end was torn and is cut at octet %zu: what stood there was not "
                   "acknowledged",
                   *end);
    mark.sequence = ++log->sequence;
    segment_entry_put(&octets, &mark, mark.sequence, mark.sequence);
    td_err err = io_file_truncate(file, *end, diag);
    if (err == TD_OK)
        err = io_file_write_at(file, *end, octets.data, octets.size, diag);
    if (err == TD_OK) {
        *end += octets.size;
        log_index_segment_end(&log->index, recovery->number, *end);
    }
    td_buf_fini(&octets);
    return err;
}

/*
 * Go on where it ends. When something stands behind the end it was torn, and is cut; the file is
 * left as it is then, and a new one begun, since it has no room made for it any more.
 */
static td_err go_on(struct recovery *recovery, size_t end, struct td_diag *diag)
{
    struct log_writer *writer = &recovery->log->writer;
    bool is_torn = !is_zero(recovery->octets + end, recovery->size - end);

    td_err err =
        io_file_open(recovery->log->io, recovery->path, IO_FILE_WRITE, &writer->file, diag);
    if (err != TD_OK)
        return err;
    size_t found = end;
    if (is_torn)
        err = cut(recovery, writer->file, &end, diag);
    if (err == TD_OK) {
        err = make_durable(recovery, writer->file, found, diag);
        if (err == TD_OK && !is_torn) {
            writer->offset = end;
            writer->size = recovery->size;
            return TD_OK;
        }
        if (err == TD_E_IO || err == TD_E_LIMIT) {
            write_later(recovery, found, is_torn, err, diag);
            err = TD_OK;
        }
    }
    io_file_close(writer->file);
    writer->file = NULL;
    return err;
}

static td_err read_segment(struct recovery *recovery, const struct found_segment *segment,
                           bool is_last, struct td_diag *diag)
{
    struct store_log *log = recovery->log;
    char *octets;

    td_err err =
        io_path_read(log->io, recovery->path, SEGMENT_SIZE_MAX, &octets, &recovery->size, diag);
    if (err != TD_OK)
        return err;
    recovery->octets = (const uint8_t *)octets;
    size_t end = scan(recovery, is_last);
    log_index_segment_end(&log->index, segment->number, recovery->size);
    if (segment->head.sequence > log->sequence + 1)
        log->sequence = segment->head.sequence - 1;
    if (is_last)
        err = go_on(recovery, end, diag);
    else if (end < recovery->size && !is_zero(recovery->octets + end, recovery->size - end))
        tell_damage(recovery, end, recovery->size);
    free(octets);
    return err;
}

/* ---- all of them ---- */

static uint64_t void_from(const struct recovery *recovery, size_t at)
{
    uint64_t least = UINT64_MAX;

    for (size_t i = at + 1; i < recovery->count; i++) {
        const struct found_segment *later = &recovery->segments[i];
        if (!later->is_damaged && later->head.void_from != 0 && later->head.void_from < least)
            least = later->head.void_from;
    }
    return least;
}

static td_err read_one(struct recovery *recovery, size_t at, struct td_diag *diag)
{
    const struct found_segment *segment = &recovery->segments[at];
    char *path = log_segment_path(recovery->log, segment->number);

    recovery->path = path;
    recovery->number = segment->number;
    recovery->void_from = void_from(recovery, at);
    if (segment->is_damaged)
        td_diag_report(recovery->sink, path, 0, 0, TD_SEVERITY_ERROR,
                       "the head of the file is damaged; what is behind it is used");
    td_err err = read_segment(recovery, segment, at + 1 == recovery->count, diag);
    free(path);
    return err;
}

/* Read the heads; segments that were never finished go, so that the last one is the last. */
static td_err read_heads(struct recovery *recovery, struct td_diag *diag)
{
    size_t kept = 0;
    td_err err = TD_OK;

    for (size_t i = 0; i < recovery->count && err == TD_OK; i++) {
        struct found_segment *segment = &recovery->segments[i];
        err = read_head(recovery, segment, diag);
        if (err == TD_OK && segment->is_unborn) {
            char *path = log_segment_path(recovery->log, segment->number);
            err = io_path_remove(recovery->log->io, path, diag);
            free(path);
        } else if (err == TD_OK)
            recovery->segments[kept++] = *segment;
    }
    recovery->count = kept;
    return err;
}

td_err log_recover(struct store_log *log, const struct td_diag_sink *sink, struct td_diag *diag)
{
    struct recovery recovery = { .log = log, .sink = sink };

    td_err err = io_dir_list(log->io, log->directory, take_name, &recovery, diag);
    if (err == TD_OK)
        err = read_heads(&recovery, diag);
    log->oldest = recovery.count != 0 ? recovery.segments[0].number : 1;
    if (recovery.count != 0)
        log->writer.number = recovery.segments[recovery.count - 1].number;
    for (size_t i = 0; i < recovery.count && err == TD_OK; i++)
        err = read_one(&recovery, i, diag);
    log_index_settle(&log->index, recovery.is_damaged);
    free(recovery.segments);
    free(recovery.held);
    return err;
}
