#include "store/base.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/crc32c.h"
#include "base/octets.h"
#include "base/reader.h"
#include "base/writer.h"
#include "io/file.h"
#include "wire/name.h"
#include "wire/rdata.h"
#include "zone/build.h"
#include "zone/lineage.h"

/*
 * The head: magic (8), format (4), records (8), serial (4), sequence (8), apex; padded to a fixed
 * size, the CRC at its end. A block: octets (4), CRC (4), records. The last block is empty.
 */
enum {
    FORMAT = 1,
    HEAD_SIZE = 512,
    HEAD_CRC_AT = HEAD_SIZE - 4,
    APEX_AT = 40,
    BLOCK_HEAD_SIZE = 8,
    FILE_NAME_SIZE_MAX = 200,
    RECORD_SIZE_MIN = 1 + 2 + 4 + 2,
    RECORD_SIZE_MAX = RECORD_SIZE_MIN + WIRE_NAME_SIZE_MAX + 65535,
};

static const uint8_t magic[8] = { 't', 'a', 'n', 'd', 'e', 'm', 'B', 'S' };

/* ---- where ---- */

/* The name in letters that every file system takes; a long one ends in its checksum. */
static void file_name(const uint8_t *apex, const char *kind, char out[FILE_NAME_SIZE_MAX + 20])
{
    static const char hex[] = "0123456789abcdef";
    size_t size = 0;

    for (size_t at = 0; apex[at] != 0; at += 1u + apex[at]) {
        for (unsigned i = 1; i <= apex[at] && size + 4 < FILE_NAME_SIZE_MAX; i++) {
            uint8_t c = apex[at + i];
            if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_') {
                out[size++] = (char)c;
                continue;
            }
            out[size++] = '%';
            out[size++] = hex[c >> 4];
            out[size++] = hex[c & 15];
        }
        out[size++] = '.';
    }
    if (size == 0)
        out[size++] = '@'; /* the root */
    uint32_t crc = td_crc32c(0, apex, wire_name_size(apex));
    if (size + 4 < FILE_NAME_SIZE_MAX)
        snprintf(out + size, 16, "%s", kind);
    else
        snprintf(out + size, 16, "%08x.%s", crc, kind);
}

char *store_path(const char *state, const char *kind, const uint8_t *apex)
{
    char name[FILE_NAME_SIZE_MAX + 20];
    uint32_t crc = td_crc32c(0, apex, wire_name_size(apex));
    size_t size = strlen(state) + strlen(kind) + sizeof("//00/") + sizeof(name);
    char *path = td_malloc(size);

    file_name(apex, kind, name);
    snprintf(path, size, "%s/%s/%02x/%s", state, kind, crc & 0xFF, name);
    return path;
}

char *store_base_path(const char *state, const uint8_t *apex)
{
    return store_path(state, "base", apex);
}

/* ---- out ---- */

struct output {
    struct fiber *fiber;
    struct io_file *file;
    uint64_t offset;
    uint8_t *block; /* its head, and STORE_BASE_BLOCK_SIZE octets */
    size_t size;    /* of its records */
    uint64_t records;
    struct td_diag *diag;
    td_err err;
};

static void flush_block(struct output *output)
{
    size_t size = output->size;

    td_put_u32(output->block, (uint32_t)size);
    td_put_u32(output->block + 4, td_crc32c(0, output->block + BLOCK_HEAD_SIZE, size));
    if (output->err == TD_OK)
        output->err = io_file_write_at(output->file, output->offset, output->block,
                                       BLOCK_HEAD_SIZE + size, output->diag);
    output->offset += BLOCK_HEAD_SIZE + size;
    output->size = 0;
    if (output->err == TD_OK && output->fiber != NULL)
        output->err = io_fiber_yield(output->fiber);
}

/* `owner` NULL: that of the record before, in the same block. */
static void put_record(struct output *output, const struct wire_name *owner, uint16_t type,
                       uint32_t ttl, const struct wire_rdata *rdata)
{
    uint8_t *at = output->block + BLOCK_HEAD_SIZE + output->size;

    *at++ = owner == NULL ? 0 : owner->size;
    if (owner != NULL) {
        td_octets_copy(at, owner->octets, owner->size);
        at += owner->size;
    }
    td_put_u16(at, type);
    td_put_u32(at + 2, ttl);
    td_put_u16(at + 6, rdata->size);
    td_octets_copy(at + 8, rdata->octets, rdata->size);
    output->size = (size_t)(at + 8 + rdata->size - output->block) - BLOCK_HEAD_SIZE;
    output->records++;
    if (output->size > STORE_BASE_BLOCK_SIZE - RECORD_SIZE_MAX)
        flush_block(output);
}

static void put_node(struct output *output, const struct zone_version *version,
                     const struct zone_node *node)
{
    const struct wire_rrset *set = zone_node_sets(version, node);
    struct wire_name owner;
    bool is_known = false;

    zone_node_name(version, node, &owner);
    for (unsigned i = 0; i < node->set_count; i++, set = wire_rrset_next(set)) {
        for (size_t at = 0; at < set->size;) {
            struct wire_rdata rdata = wire_rrset_rdata(set, &at);
            put_record(output, is_known ? NULL : &owner, set->type, set->ttl, &rdata);
            is_known = output->size != 0; /* a block begins with an owner */
        }
    }
}

static void put_order(struct output *output, const struct zone_version *version,
                      enum zone_order order)
{
    struct zone_walk walk;

    for (const struct zone_node *node = zone_walk_first(&walk, version, order);
         node != NULL && output->err == TD_OK; node = zone_walk_next(&walk))
        put_node(output, version, node);
}

static td_err put_head(struct output *output, const struct zone_version *version, uint64_t sequence)
{
    uint8_t head[HEAD_SIZE] = { 0 };

    memcpy(head, magic, sizeof(magic));
    td_put_u32(head + 8, FORMAT);
    td_put_u32(head + 12, (uint32_t)(output->records >> 32));
    td_put_u32(head + 16, (uint32_t)output->records);
    td_put_u32(head + 20, version->serial);
    td_put_u32(head + 24, (uint32_t)(sequence >> 32));
    td_put_u32(head + 28, (uint32_t)sequence);
    memcpy(head + APEX_AT, zone_version_name(version), zone_version_name_size(version));
    td_put_u32(head + HEAD_CRC_AT, td_crc32c(0, head, HEAD_CRC_AT));
    return io_file_write_at(output->file, 0, head, sizeof(head), output->diag);
}

static td_err write_all(struct output *output, const struct zone_version *version,
                        uint64_t sequence)
{
    output->offset = HEAD_SIZE;
    output->block = td_malloc(BLOCK_HEAD_SIZE + STORE_BASE_BLOCK_SIZE);
    put_order(output, version, ZONE_ORDER_NAMES);
    put_order(output, version, ZONE_ORDER_NSEC3);
    if (output->size != 0)
        flush_block(output);
    flush_block(output); /* the empty one: the end */
    if (output->err == TD_OK)
        output->err = put_head(output, version, sequence);
    if (output->err == TD_OK)
        output->err = io_file_sync(output->fiber, output->file, output->diag);
    free(output->block);
    return output->err;
}

td_err store_base_write(struct fiber *fiber, struct io *io, const char *path,
                        const struct zone_version *version, uint64_t sequence, struct td_diag *diag)
{
    struct output output = { .fiber = fiber, .diag = diag };
    size_t size = strlen(path) + sizeof(".tmp");
    char *temporary = td_malloc(size);
    char *directory = io_path_directory(path);

    snprintf(temporary, size, "%s.tmp", path);
    td_err err = io_dir_make(io, directory, diag);
    if (err == TD_OK)
        err = io_file_open(io, temporary,
                           IO_FILE_WRITE | IO_FILE_CREATE | IO_FILE_TRUNCATE | IO_FILE_PRIVATE,
                           &output.file, diag);
    if (err == TD_OK) {
        err = write_all(&output, version, sequence);
        io_file_close(output.file);
        if (err == TD_OK)
            err = io_path_rename(io, temporary, path, diag);
        if (err == TD_OK)
            err = io_dir_sync(fiber, io, directory, diag);
        else if (io_path_remove(io, temporary, NULL) != TD_OK)
            td_diag_say(diag, "%s, and '%s' is left over", td_err_text(err), temporary);
    }
    free(directory);
    free(temporary);
    return err;
}

/* ---- in ---- */

struct input {
    struct io_file *file;
    const char *path;
    const uint8_t *apex;
    struct zone_build *build;
    uint64_t offset;
    uint64_t records;
    uint64_t sequence;
    uint8_t *block;
    struct td_diag *diag;
};

static td_err damaged(const struct input *input)
{
    td_diag_say(input->diag, "'%s' is damaged at octet %llu", input->path,
                (unsigned long long)input->offset);
    return TD_E_MALFORMED;
}

static td_err read_exactly(struct input *input, void *into, size_t size)
{
    size_t got = 0;

    td_err err = io_file_read_at(input->file, input->offset, into, size, &got, input->diag);
    if (err != TD_OK)
        return err;
    if (got != size)
        return damaged(input);
    input->offset += size;
    return TD_OK;
}

static td_err read_head(struct input *input)
{
    uint8_t head[HEAD_SIZE];

    td_err err = read_exactly(input, head, sizeof(head));
    if (err != TD_OK)
        return err;
    input->offset = 0;
    size_t size = wire_name_size(input->apex);
    if (memcmp(head, magic, sizeof(magic)) != 0 ||
        td_get_u32(head + HEAD_CRC_AT) != td_crc32c(0, head, HEAD_CRC_AT) ||
        td_get_u32(head + 8) != FORMAT || !wire_name_equal(head + APEX_AT, size, input->apex, size))
        return damaged(input);
    input->records = (uint64_t)td_get_u32(head + 12) << 32 | td_get_u32(head + 16);
    input->sequence = (uint64_t)td_get_u32(head + 24) << 32 | td_get_u32(head + 28);
    input->offset = HEAD_SIZE;
    return TD_OK;
}

/* One record; *owner is that of the one before, and becomes this one's. */
/* What breaks a rule of its type may have come from a primary. */
static bool is_sound(uint16_t type, const uint8_t *rdata, uint16_t size)
{
    td_err err = wire_rdata_check(type, rdata, size);

    return err == TD_OK || err == TD_E_INVALID;
}

static td_err take_record(struct input *input, struct td_reader *reader, const uint8_t **owner)
{
    const uint8_t *rdata;
    uint16_t type, size;
    uint32_t ttl;
    uint8_t owner_size;
    size_t name_size;

    if (td_read_u8(reader, &owner_size) != TD_OK)
        return damaged(input);
    if (owner_size != 0 && td_read_octets(reader, owner_size, owner) != TD_OK)
        return damaged(input);
    if (*owner == NULL ||
        (owner_size != 0 &&
         (wire_name_check(*owner, owner_size, &name_size) != TD_OK || name_size != owner_size)) ||
        td_read_u16(reader, &type) != TD_OK || td_read_u32(reader, &ttl) != TD_OK ||
        td_read_u16(reader, &size) != TD_OK || td_read_octets(reader, size, &rdata) != TD_OK ||
        !is_sound(type, rdata, size))
        return damaged(input);
    td_err err = owner_size == 0 ? zone_build_add_again(input->build, type, ttl, rdata, size)
                                 : zone_build_add(input->build, *owner, type, ttl, rdata, size);
    return err == TD_OK ? TD_OK : damaged(input);
}

/* *ret_size 0: it was the last. */
static td_err read_block(struct input *input, size_t *ret_size)
{
    uint8_t head[BLOCK_HEAD_SIZE];

    td_err err = read_exactly(input, head, sizeof(head));
    if (err != TD_OK)
        return err;
    size_t size = td_get_u32(head);
    if (size > STORE_BASE_BLOCK_SIZE)
        return damaged(input);
    err = read_exactly(input, input->block, size);
    if (err != TD_OK)
        return err;
    if (td_crc32c(0, input->block, size) != td_get_u32(head + 4))
        return damaged(input);
    struct td_reader reader = td_reader_of(input->block, size);
    const uint8_t *owner = NULL;
    while (err == TD_OK && td_reader_left(&reader) != 0) {
        err = take_record(input, &reader, &owner);
        input->records--;
    }
    *ret_size = size;
    return err;
}

static td_err read_all(struct input *input, struct zone_version **ret_version)
{
    struct zone_build_report report;
    size_t size = 1;
    td_err err = read_head(input);

    while (err == TD_OK && size != 0)
        err = read_block(input, &size);
    if (err == TD_OK && input->records != 0)
        err = damaged(input);
    if (err != TD_OK)
        return err;
    err = zone_build_finish(input->build, &report, ret_version);
    input->build = NULL;
    return err == TD_OK ? TD_OK : damaged(input);
}

td_err store_base_read(struct io *io, const char *path, const uint8_t *apex,
                       const struct td_hash_seed *seed, uint64_t *ret_sequence,
                       struct zone_version **ret_version, struct td_diag *diag)
{
    struct zone_build_limits limits = { .records_max = 0 };
    struct input input = { .path = path, .apex = apex, .diag = diag };

    td_err err = io_file_open(io, path, IO_FILE_READ, &input.file, diag);
    if (err != TD_OK)
        return err;
    input.block = td_malloc(STORE_BASE_BLOCK_SIZE);
    input.build = zone_build_new(apex, seed, &limits);
    err = read_all(&input, ret_version);
    if (err == TD_OK)
        *ret_sequence = input.sequence;
    zone_build_free(input.build);
    free(input.block);
    io_file_close(input.file);
    return err;
}
