/*
 * From the segments to the index, at start.
 *
 * The end of the last segment may be torn: what stands behind the last whole entry is cut off. An
 * entry that is damaged anywhere else is skipped (the next one is looked for at every place where
 * one may begin) and told. What a later segment declares void does not count.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "store/log_internal.h"
#include "wire/name.h"

enum { SEGMENT_SIZE_MAX = 1 << 30, HEX_DIGITS = 8 };

struct found_segment {
    uint32_t number;
    struct segment_head head;
    bool is_unborn;  /* it was being made when the machine stopped: nothing is in it */
    bool is_damaged; /* its head */
};

struct recovery {
    struct store_log *log;
    const struct td_diag_sink *sink;
    struct found_segment *segments; /* by number */
    size_t count;
    size_t capacity;
    const char *path;   /* of the segment that is read */
    uint64_t void_from; /* its entries from here on do not count; UINT64_MAX: all do */
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

static void tell_damage(const struct recovery *recovery, const uint8_t *octets, size_t size,
                        size_t from, size_t to)
{
    struct segment_entry entry;
    char text[WIRE_NAME_TEXT_SIZE];

    if (segment_entry_peek(octets + from, size - from, &entry))
        td_diag_report(recovery->sink, recovery->path, 0, 0, TD_SEVERITY_ERROR,
                       "octets %zu to %zu are damaged and skipped: %s, serial %u to %u", from, to,
                       key_text(&entry.entry, text), entry.entry.serial_from,
                       entry.entry.serial_to);
    else
        td_diag_report(recovery->sink, recovery->path, 0, 0, TD_SEVERITY_ERROR,
                       "octets %zu to %zu are damaged and skipped; what they were cannot be read",
                       from, to);
}

static void take_entry(struct recovery *recovery, const struct segment_entry *found,
                       uint32_t number, size_t offset)
{
    struct store_log *log = recovery->log;

    if (found->batch_last > log->sequence)
        log->sequence = found->batch_last;
    if (found->entry.sequence < recovery->void_from)
        log_index_add(&log->index, &found->entry, number, offset, found->size);
}

/* The next place where something may begin. */
static size_t skip_zeros(const uint8_t *octets, size_t size, size_t at)
{
    while (at + SEGMENT_ALIGN <= size && is_zero(octets + at, SEGMENT_ALIGN))
        at += SEGMENT_ALIGN;
    return at + SEGMENT_ALIGN > size ? size : at;
}

/* Read the entries; returns where the last whole one ends. */
static size_t scan(struct recovery *recovery, const uint8_t *octets, size_t size, uint32_t number)
{
    size_t at = SEGMENT_HEAD_SIZE, end = SEGMENT_HEAD_SIZE;

    while (at < size) {
        struct segment_entry found;
        td_err err = segment_entry_get(octets + at, size - at, &found);
        if (err != TD_OK) {
            /* Behind zeros something may come: a page of them may be what was lost. */
            at = skip_zeros(octets, size, at + SEGMENT_ALIGN);
            continue;
        }
        if (at != end)
            tell_damage(recovery, octets, size, end, at);
        take_entry(recovery, &found, number, at);
        at += found.size;
        end = at;
    }
    return end;
}

/* ---- the last segment ---- */

/*
 * Go on where it ends. When something stands behind the end it was torn, and is cut; the file is
 * left as it is then, and a new one begun, since it has no room made for it any more.
 */
static td_err go_on(struct recovery *recovery, uint32_t number, const uint8_t *octets, size_t size,
                    size_t end, struct td_diag *diag)
{
    struct log_writer *writer = &recovery->log->writer;

    td_err err =
        io_file_open(recovery->log->io, recovery->path, IO_FILE_WRITE, &writer->file, diag);
    if (err != TD_OK)
        return err;
    if (!is_zero(octets + end, size - end)) {
        td_diag_report(recovery->sink, recovery->path, 0, 0, TD_SEVERITY_WARNING,
                       "the end was torn and is cut at octet %zu: what stood there was not "
                       "acknowledged",
                       end);
        err = io_file_truncate(writer->file, end, diag);
        if (err == TD_OK)
            err = io_file_sync(NULL, writer->file, diag);
        io_file_close(writer->file);
        writer->file = NULL;
        return err;
    }
    writer->number = number;
    writer->offset = end;
    writer->size = size;
    return TD_OK;
}

static td_err read_segment(struct recovery *recovery, const struct found_segment *segment,
                           bool is_last, struct td_diag *diag)
{
    struct store_log *log = recovery->log;
    char *octets;
    size_t size;

    td_err err = io_path_read(log->io, recovery->path, SEGMENT_SIZE_MAX, &octets, &size, diag);
    if (err != TD_OK)
        return err;
    size_t end = scan(recovery, (uint8_t *)octets, size, segment->number);
    struct index_segment *known = log_index_segment(&log->index, segment->number);
    known->octets = end;
    known->is_void_mark = segment->head.void_from != 0;
    if (!is_last && !is_zero((uint8_t *)octets + end, size - end))
        tell_damage(recovery, (uint8_t *)octets, size, end, size);
    if (is_last)
        err = go_on(recovery, segment->number, (uint8_t *)octets, size, end, diag);
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
    td_err err = TD_OK;

    recovery->path = path;
    recovery->void_from = void_from(recovery, at);
    if (segment->is_damaged)
        td_diag_report(recovery->sink, path, 0, 0, TD_SEVERITY_ERROR,
                       "the head of the file is damaged; what is behind it is used");
    if (segment->is_unborn)
        err = io_path_remove(recovery->log->io, path, diag);
    else
        err = read_segment(recovery, segment, at + 1 == recovery->count, diag);
    free(path);
    return err;
}

td_err log_recover(struct store_log *log, const struct td_diag_sink *sink, struct td_diag *diag)
{
    struct recovery recovery = { .log = log, .sink = sink };

    td_err err = io_dir_list(log->io, log->directory, take_name, &recovery, diag);
    for (size_t i = 0; i < recovery.count && err == TD_OK; i++)
        err = read_head(&recovery, &recovery.segments[i], diag);
    for (size_t i = 0; i < recovery.count && err == TD_OK; i++)
        err = read_one(&recovery, i, diag);
    if (recovery.count != 0)
        log->writer.number = recovery.segments[recovery.count - 1].number;
    free(recovery.segments);
    return err;
}
