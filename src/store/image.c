/* Images are read. */
#include "store/image.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/crc32c.h"
#include "io/file.h"
#include "io/thread.h"
#include "store/base.h"
#include "store/image_format.h"
#include "wire/name.h"

/*
 * What takes time is copying and the first touch of memory, which cores do side by side. A zone
 * that is not there yet is worth more than the idle time that the keeper has, for these
 * milliseconds. Fewer parts than this are not worth a thread.
 */
enum { HELPERS_MAX = 4, PARTS_A_HELPER = 8 };

struct reading {
    struct io *io;
    const char *path;
    struct image_head head;
    struct zone_parts parts; /* the lists lie in `octets` */
    uint8_t *octets;         /* of the whole head */
    const struct td_diag *diags;
    const uint32_t *pieces;
    struct zone_assembly *assembly;
    uint32_t part_count;
    _Atomic uint32_t next; /* part that nobody has taken */
    _Atomic bool has_failed;
};

/* ---- the head ---- */

static td_err damaged(const struct reading *reading, const char *what, struct td_diag *diag)
{
    td_diag_say(diag, "'%s' is damaged: %s", reading->path, what);
    return TD_E_MALFORMED;
}

static td_err other(const struct reading *reading, const char *what, struct td_diag *diag)
{
    td_diag_say(diag, "'%s' is of %s", reading->path, what);
    return TD_E_INVALID;
}

static td_err read_exactly(const struct reading *reading, struct io_file *file, uint64_t offset,
                           void *into, size_t size, struct td_diag *diag)
{
    size_t got = 0;

    td_err err = io_file_read_at(file, offset, into, size, &got, diag);
    if (err == TD_OK && got != size)
        err = damaged(reading, "it is too short", diag);
    return err;
}

/* Where the lists are; the size has been found to be right. */
static void find_lists(struct reading *reading)
{
    const struct zone_outline *outline = &reading->head.outline;
    uint8_t *at = reading->octets + sizeof(reading->head);

    reading->parts = (struct zone_parts){ .outline = *outline };
    reading->parts.holes = (struct zone_hole *)(void *)at;
    at += outline->hole_count * sizeof(struct zone_hole);
    reading->parts.frees = (struct zone_free_span *)(void *)at;
    at += outline->free_count * sizeof(struct zone_free_span);
    reading->diags = (const struct td_diag *)(const void *)at;
    at += reading->head.diag_count * sizeof(struct td_diag);
    reading->pieces = (const uint32_t *)(const void *)at;
}

/* The file is as large as its parts are together, and has a CRC for each piece of them. */
static bool is_whole(const struct reading *reading, uint64_t file_size)
{
    uint64_t size = image_parts_at(reading->head.head_size), pieces = 0;

    for (uint32_t i = 0; i < reading->part_count; i++) {
        size_t part = zone_part_size(&reading->parts, i);
        size += part;
        pieces += image_pieces(part);
    }
    return size == file_size && pieces == reading->head.piece_count;
}

static bool are_ended(const struct td_diag *diags, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (memchr(diags[i].file, 0, sizeof(diags[i].file)) == NULL ||
            memchr(diags[i].text, 0, sizeof(diags[i].text)) == NULL ||
            (unsigned)diags[i].severity > TD_SEVERITY_ERROR)
            return false;
    return true;
}

static td_err read_head(struct reading *reading, struct io_file *file, struct td_diag *diag)
{
    struct image_head *head = &reading->head;
    struct image_builder builder;
    struct io_file_stat stat;
    uint32_t crc;

    td_err err = io_file_stat(file, &stat, diag);
    if (err == TD_OK)
        err = read_exactly(reading, file, 0, head, sizeof(*head), diag);
    if (err != TD_OK)
        return err;
    if (!image_builder_make(&builder) || memcmp(&builder, &head->builder, sizeof(builder)) != 0)
        return other(reading, "another build of tandem", diag);
    if (head->head_size > STORE_IMAGE_HEAD_SIZE_MAX || head->head_size > stat.size ||
        head->head_size != image_head_size(head))
        return damaged(reading, "its head", diag);
    reading->octets = td_malloc(head->head_size);
    err = read_exactly(reading, file, 0, reading->octets, head->head_size, diag);
    if (err != TD_OK)
        return err;
    memcpy(&crc, reading->octets + head->head_size - sizeof(crc), sizeof(crc));
    if (td_crc32c(0, reading->octets, head->head_size - sizeof(crc)) != crc ||
        memcmp(reading->octets, head, sizeof(*head)) != 0)
        return damaged(reading, "its head", diag);
    find_lists(reading);
    if (zone_parts_check(&reading->parts) != TD_OK || !are_ended(reading->diags, head->diag_count))
        return damaged(reading, "its head", diag);
    reading->part_count = zone_parts_count(&reading->parts);
    return is_whole(reading, stat.size) ? TD_OK : damaged(reading, "its size", diag);
}

static td_err compare_head(const struct reading *reading, const struct store_image_about *about,
                           struct td_diag *diag)
{
    const struct image_head *head = &reading->head;
    size_t name_size;

    if (wire_name_check(head->apex, sizeof(head->apex) - 1, &name_size) != TD_OK ||
        !wire_name_equal(head->apex, name_size, about->apex, wire_name_size(about->apex)))
        return other(reading, "another zone", diag);
    if (memcmp(&head->seed, about->seed, sizeof(head->seed)) != 0)
        return other(reading, "another hash seed", diag);
    if (head->sequence != about->sequence)
        return other(reading, "another place in the log", diag);
    if (!about->has_file)
        return TD_OK; /* the log says what the zone is */
    if (head->has_file == 0)
        return other(reading, "what was not in a file", diag);
    if (head->options != about->options)
        return other(reading, "other options", diag);
    if (!store_zone_file_is_same(&head->file, &about->file.stat))
        return other(reading, "a file that has changed since", diag);
    return TD_OK;
}

/* ---- the parts ---- */

struct reader {
    struct reading *reading;
    struct io_thread *thread; /* NULL: the caller's */
    td_err err;
    struct td_diag diag;
};

/* A piece is checked while it is still near. */
static td_err read_part(struct reading *reading, struct io_file *file, uint32_t part,
                        uint64_t offset, const uint32_t *pieces, struct td_diag *diag)
{
    uint8_t *into = zone_assembly_part(reading->assembly, part);
    size_t size = zone_part_size(&reading->parts, part);

    for (size_t at = 0; at < size; at += STORE_IMAGE_PIECE_SIZE) {
        size_t piece = size - at < STORE_IMAGE_PIECE_SIZE ? size - at : STORE_IMAGE_PIECE_SIZE;
        td_err err = read_exactly(reading, file, offset + at, into + at, piece, diag);
        if (err != TD_OK)
            return err;
        if (td_crc32c_lanes(into + at, piece) != *pieces++)
            return damaged(reading, "a page", diag);
    }
    return TD_OK;
}

/* Parts are taken in order, so where one begins is found by going on. */
static td_err read_parts(struct io *io, struct reading *reading, struct td_diag *diag)
{
    uint64_t offset = image_parts_at(reading->head.head_size);
    const uint32_t *pieces = reading->pieces;
    uint32_t at = 0, part;
    struct io_file *file;

    td_err err = io_file_open(io, reading->path, IO_FILE_READ, &file, diag);
    if (err != TD_OK)
        return err;
    while (err == TD_OK && !atomic_load_explicit(&reading->has_failed, memory_order_relaxed) &&
           (part = atomic_fetch_add_explicit(&reading->next, 1, memory_order_relaxed)) <
               reading->part_count) {
        for (; at < part; at++) {
            size_t size = zone_part_size(&reading->parts, at);
            offset += size;
            pieces += image_pieces(size);
        }
        err = read_part(reading, file, part, offset, pieces, diag);
    }
    io_file_close(file);
    if (err != TD_OK)
        atomic_store_explicit(&reading->has_failed, true, memory_order_relaxed);
    return err;
}

static void reader_start(struct io *io, void *context)
{
    struct reader *reader = context;

    reader->err = read_parts(io, reader->reading, &reader->diag);
    io_stop(io);
}

static td_err read_all(struct reading *reading, struct td_diag *diag)
{
    struct reader helpers[HELPERS_MAX];
    uint32_t count = io_cpu_count(reading->io), started = 0;
    struct io_thread_options options = { .name = "image",
                                         .priority = IO_THREAD_BATCH,
                                         .cpu = IO_THREAD_CPU_ANY,
                                         .start = reader_start };

    if (count == 1)
        count = 0; /* the keeper does it alone */
    if (count > reading->part_count / PARTS_A_HELPER)
        count = reading->part_count / PARTS_A_HELPER;
    for (; started < count && started < HELPERS_MAX; started++) {
        helpers[started] = (struct reader){ .reading = reading };
        options.context = &helpers[started];
        if (io_thread_start(reading->io, &options, &helpers[started].thread, diag) != TD_OK)
            break; /* fewer will do */
    }
    td_err err = read_parts(reading->io, reading, diag);
    for (uint32_t i = 0; i < started; i++) {
        io_thread_join(NULL, helpers[i].thread);
        if (err == TD_OK && helpers[i].err != TD_OK) {
            err = helpers[i].err;
            *diag = helpers[i].diag;
        }
    }
    return err;
}

/* ---- the whole ---- */

char *store_image_path(const char *state, const uint8_t *apex)
{
    return store_path(state, "image", apex);
}

static void take(struct reading *reading, const struct store_image_about *about,
                 struct store_image *ret_image)
{
    const struct image_head *head = &reading->head;

    *ret_image = (struct store_image){
        .version = zone_assembly_finish(reading->assembly, about->apex, about->seed),
        .file = head->file,
        .diag_count = head->diag_count,
        .diags_left_out = head->diags_left_out,
    };
    reading->assembly = NULL;
    if (head->diag_count != 0)
        ret_image->diags = td_memdup(reading->diags, head->diag_count * sizeof(struct td_diag));
}

td_err store_image_read(struct io *io, const char *path, const struct store_image_about *about,
                        struct store_image *ret_image, struct td_diag *diag)
{
    struct reading *reading = td_calloc(1, sizeof(*reading));
    struct io_file *file = NULL;

    reading->io = io;
    reading->path = path;
    td_err err = io_file_open(io, path, IO_FILE_READ, &file, diag);
    if (err == TD_OK)
        err = read_head(reading, file, diag);
    if (err == TD_OK)
        err = compare_head(reading, about, diag);
    if (err == TD_OK) {
        reading->assembly = zone_assembly_new(&reading->parts);
        err = read_all(reading, diag);
    }
    if (err == TD_OK)
        take(reading, about, ret_image);
    io_file_close(file);
    zone_assembly_free(reading->assembly);
    free(reading->octets);
    free(reading);
    return err;
}
