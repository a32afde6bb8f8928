/* Images are written. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/crc32c.h"
#include "io/file.h"
#include "store/image_format.h"
#include "zone/lineage.h"

enum { STEP_PARTS = 8 }; /* 16 MiB */

struct store_image_writer {
    struct io *io;
    char *path;
    char *temporary;
    const struct zone_version *version;
    struct zone_parts parts;
    struct image_head head;
    struct td_diag *diags;
    struct io_file *file; /* NULL: not open, or done */
    uint64_t offset;
    uint32_t part; /* the next */
    uint32_t part_count;
    uint32_t *pieces; /* CRCs */
    uint32_t piece;
    uint8_t *scratch;
};

static td_err open_file(struct store_image_writer *writer, struct td_diag *diag)
{
    char *directory = io_path_directory(writer->path);

    td_err err = io_dir_make(writer->io, directory, diag);
    if (err == TD_OK)
        err = io_file_open(writer->io, writer->temporary,
                           IO_FILE_WRITE | IO_FILE_CREATE | IO_FILE_TRUNCATE | IO_FILE_PRIVATE,
                           &writer->file, diag);
    free(directory);
    return err;
}

static void fill_head(struct image_head *head, const struct zone_parts *parts,
                      const struct store_image_about *about)
{
    head->sequence = about->sequence;
    head->options = about->options;
    head->seed = *about->seed;
    head->has_file = about->has_file;
    if (about->has_file)
        head->file = about->file;
    head->outline = parts->outline;
    head->diag_count = about->diag_count;
    head->diags_left_out = about->diags_left_out;
    memcpy(head->apex, about->apex, wire_name_size(about->apex));
    for (uint32_t i = 0; i < zone_parts_count(parts); i++)
        head->piece_count += (uint32_t)image_pieces(zone_part_size(parts, i));
    head->head_size = image_head_size(head);
}

td_err store_image_writer_new(struct io *io, const char *path, const struct zone_version *version,
                              struct zone_parts *parts, const struct store_image_about *about,
                              struct store_image_writer **ret_writer, struct td_diag *diag)
{
    struct store_image_writer *writer = td_calloc(1, sizeof(*writer));
    size_t size = strlen(path) + sizeof(".tmp");

    writer->io = io;
    writer->path = td_strdup(path);
    writer->temporary = td_malloc(size);
    snprintf(writer->temporary, size, "%s.tmp", path);
    writer->version = version;
    writer->parts = *parts;
    *parts = (struct zone_parts){ .holes = NULL };
    writer->part_count = zone_parts_count(&writer->parts);
    bool is_built = image_builder_make(&writer->head.builder);
    fill_head(&writer->head, &writer->parts, about);
    if (about->diag_count != 0)
        writer->diags = td_memdup(about->diags, about->diag_count * sizeof(*about->diags));
    writer->pieces = td_calloc(writer->head.piece_count, sizeof(*writer->pieces));
    writer->scratch = td_malloc((size_t)ZONE_PART_PAGES * ZONE_PAGE_SIZE);
    writer->offset = image_parts_at(writer->head.head_size);
    td_err err = TD_E_UNSUPPORTED;
    if (!is_built || writer->head.head_size > STORE_IMAGE_HEAD_SIZE_MAX)
        td_diag_say(diag, "this program has no build id, or the head would be too large");
    else
        err = open_file(writer, diag);
    if (err != TD_OK) {
        store_image_writer_free(writer);
        return err;
    }
    *ret_writer = writer;
    return TD_OK;
}

static td_err put_part(struct store_image_writer *writer, struct td_diag *diag)
{
    size_t size = zone_part_size(&writer->parts, writer->part);
    const uint8_t *octets =
        zone_part_octets(&writer->parts, writer->version, writer->part, writer->scratch);

    for (size_t at = 0; at < size; at += STORE_IMAGE_PIECE_SIZE) {
        size_t piece = size - at < STORE_IMAGE_PIECE_SIZE ? size - at : STORE_IMAGE_PIECE_SIZE;
        writer->pieces[writer->piece++] = td_crc32c_lanes(octets + at, piece);
    }
    td_err err = io_file_write_at(writer->file, writer->offset, octets, size, diag);
    writer->offset += size;
    writer->part++;
    return err;
}

static td_err put_head(struct store_image_writer *writer, struct td_diag *diag)
{
    const struct zone_outline *outline = &writer->parts.outline;
    struct td_buf octets = { .data = NULL };

    td_buf_add(&octets, &writer->head, sizeof(writer->head));
    td_buf_add(&octets, writer->parts.holes, outline->hole_count * sizeof(struct zone_hole));
    td_buf_add(&octets, writer->parts.frees, outline->free_count * sizeof(struct zone_free_span));
    td_buf_add(&octets, writer->diags, writer->head.diag_count * sizeof(struct td_diag));
    td_buf_add(&octets, writer->pieces, writer->head.piece_count * sizeof(uint32_t));
    uint32_t crc = td_crc32c(0, octets.data, octets.size);
    td_buf_add(&octets, &crc, sizeof(crc));
    td_err err = io_file_write_at(writer->file, 0, octets.data, octets.size, diag);
    td_buf_fini(&octets);
    return err;
}

static td_err finish(struct store_image_writer *writer, struct td_diag *diag)
{
    char *directory = io_path_directory(writer->path);

    td_err err = put_head(writer, diag);
    if (err == TD_OK)
        err = io_file_sync(NULL, writer->file, diag);
    if (err == TD_OK)
        err = io_path_rename(writer->io, writer->temporary, writer->path, diag);
    if (err == TD_OK) {
        io_file_close(writer->file);
        writer->file = NULL;
        err = io_dir_sync(NULL, writer->io, directory, diag);
    }
    free(directory);
    return err;
}

td_err store_image_writer_step(struct store_image_writer *writer, bool *ret_is_done,
                               struct td_diag *diag)
{
    td_err err = TD_OK;

    for (unsigned i = 0; i < STEP_PARTS && writer->part < writer->part_count && err == TD_OK; i++) {
        if (zone_version_is_cut(writer->version)) {
            td_diag_say(diag, "the zone changes faster than its image is written");
            return TD_E_CONFLICT;
        }
        err = put_part(writer, diag);
    }
    if (err == TD_OK)
        err = io_file_sync(NULL, writer->file, diag);
    bool is_done = writer->part == writer->part_count;
    if (err == TD_OK && is_done)
        err = finish(writer, diag);
    if (err == TD_OK)
        *ret_is_done = is_done;
    return err;
}

void store_image_writer_free(struct store_image_writer *writer)
{
    if (writer == NULL)
        return;
    if (writer->file != NULL) {
        io_file_close(writer->file);
        td_err err = io_path_remove(writer->io, writer->temporary, NULL);
        (void)err; /* the next one is written over it */
    }
    zone_parts_fini(&writer->parts);
    free(writer->diags);
    free(writer->pieces);
    free(writer->scratch);
    free(writer->path);
    free(writer->temporary);
    free(writer);
}
