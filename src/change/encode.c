#include "change/encode.h"

#include <string.h>

#include "base/reader.h"
#include "base/writer.h"
#include "wire/name.h"
#include "wire/rdata.h"

enum {
    FORMAT = 1,
    FLAG_BREAK = 1 << 0,
    RECORD_SIZE_MIN = 1 + 2 + 4 + 2,
};

/* ---- out ---- */

static void put_u8(struct td_buf *out, unsigned value)
{
    td_buf_add_char(out, (char)value);
}

static void put_u16(struct td_buf *out, uint16_t value)
{
    uint8_t octets[2];

    td_put_u16(octets, value);
    td_buf_add(out, octets, sizeof(octets));
}

static void put_u32(struct td_buf *out, uint32_t value)
{
    uint8_t octets[4];

    td_put_u32(octets, value);
    td_buf_add(out, octets, sizeof(octets));
}

static void put_text(struct td_buf *out, const char *text)
{
    size_t size = text == NULL ? 0 : strlen(text);

    if (size > CHANGE_TEXT_SIZE_MAX)
        size = CHANGE_TEXT_SIZE_MAX;
    put_u8(out, (unsigned)size);
    td_buf_add(out, text == NULL ? "" : text, size);
}

static void put_records(struct td_buf *out, const struct change_record *records, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct change_record *record = &records[i];
        size_t size = wire_name_size(record->owner);
        bool is_same = i != 0 && wire_name_size(records[i - 1].owner) == size &&
                       memcmp(records[i - 1].owner, record->owner, size) == 0;
        put_u8(out, is_same ? 0 : (unsigned)size);
        if (!is_same)
            td_buf_add(out, record->owner, size);
        put_u16(out, record->type);
        put_u32(out, record->ttl);
        put_u16(out, record->rdata_size);
        td_buf_add(out, record->rdata, record->rdata_size);
    }
}

void change_encode(const struct changeset *changeset, struct td_buf *out)
{
    put_u8(out, FORMAT);
    put_u8(out, changeset->origin);
    put_u8(out, changeset->is_break ? FLAG_BREAK : 0);
    put_text(out, changeset->author);
    put_text(out, changeset->reason);
    put_u32(out, changeset->removed_count);
    put_u32(out, changeset->added_count);
    put_records(out, changeset->removed, changeset->removed_count);
    put_records(out, changeset->added, changeset->added_count);
}

/* ---- in ---- */

static td_err read_text(struct td_reader *reader, struct td_arena *arena, const char **ret_text)
{
    const uint8_t *octets;
    uint8_t size;

    td_err err = td_read_u8(reader, &size);
    if (err == TD_OK)
        err = td_read_octets(reader, size, &octets);
    if (err != TD_OK)
        return err;
    char *text = td_arena_alloc(arena, (size_t)size + 1);
    memcpy(text, octets, size);
    text[size] = '\0';
    *ret_text = size == 0 ? NULL : text;
    return TD_OK;
}

/* Labels and the root, and nothing behind it. */
static bool is_name(const uint8_t *octets, size_t size)
{
    size_t at = 0;

    while (at < size && octets[at] != 0 && octets[at] <= WIRE_LABEL_SIZE_MAX)
        at += 1u + octets[at];
    return at + 1 == size && octets[at] == 0;
}

static td_err read_owner(struct td_reader *reader, const uint8_t *before, const uint8_t **ret_owner)
{
    const uint8_t *owner;
    uint8_t size;

    td_err err = td_read_u8(reader, &size);
    if (err != TD_OK)
        return err;
    if (size == 0) {
        *ret_owner = before;
        return before == NULL ? TD_E_MALFORMED : TD_OK;
    }
    err = td_read_octets(reader, size, &owner);
    if (err != TD_OK)
        return err;
    *ret_owner = owner;
    return is_name(owner, size) ? TD_OK : TD_E_MALFORMED;
}

static td_err read_record(struct td_reader *reader, const uint8_t *before,
                          struct change_record *ret_record)
{
    td_err err = read_owner(reader, before, &ret_record->owner);

    if (err == TD_OK)
        err = td_read_u16(reader, &ret_record->type);
    if (err == TD_OK)
        err = td_read_u32(reader, &ret_record->ttl);
    if (err == TD_OK)
        err = td_read_u16(reader, &ret_record->rdata_size);
    if (err == TD_OK)
        err = td_read_octets(reader, ret_record->rdata_size, &ret_record->rdata);
    if (err == TD_OK)
        err = wire_rdata_check(ret_record->type, ret_record->rdata, ret_record->rdata_size);
    return err == TD_E_INVALID ? TD_OK : err; /* that may have come from a primary */
}

static td_err read_records(struct td_reader *reader, struct td_arena *arena, uint32_t count,
                           const struct change_record **ret_records)
{
    if (count > td_reader_left(reader) / RECORD_SIZE_MIN)
        return TD_E_MALFORMED;
    struct change_record *records = td_arena_alloc(arena, count * sizeof(*records));
    const uint8_t *before = NULL;
    for (uint32_t i = 0; i < count; i++) {
        td_err err = read_record(reader, before, &records[i]);
        if (err != TD_OK)
            return err;
        before = records[i].owner;
    }
    *ret_records = records;
    return TD_OK;
}

td_err change_decode(const uint8_t *octets, size_t size, struct td_arena *arena,
                     struct changeset *ret_changeset)
{
    struct td_reader reader = td_reader_of(octets, size);
    struct changeset changeset = { .origin = CHANGE_FILE };
    uint8_t format, origin, flags;

    td_err err = td_read_u8(&reader, &format);
    if (err == TD_OK)
        err = td_read_u8(&reader, &origin);
    if (err == TD_OK)
        err = td_read_u8(&reader, &flags);
    if (err != TD_OK || format != FORMAT || origin >= CHANGE_ORIGIN_COUNT)
        return TD_E_MALFORMED;
    changeset.origin = origin;
    changeset.is_break = (flags & FLAG_BREAK) != 0;
    err = read_text(&reader, arena, &changeset.author);
    if (err == TD_OK)
        err = read_text(&reader, arena, &changeset.reason);
    if (err == TD_OK)
        err = td_read_u32(&reader, &changeset.removed_count);
    if (err == TD_OK)
        err = td_read_u32(&reader, &changeset.added_count);
    if (err == TD_OK)
        err = read_records(&reader, arena, changeset.removed_count, &changeset.removed);
    if (err == TD_OK)
        err = read_records(&reader, arena, changeset.added_count, &changeset.added);
    if (err != TD_OK || td_reader_left(&reader) != 0)
        return TD_E_MALFORMED;
    *ret_changeset = changeset;
    return TD_OK;
}
