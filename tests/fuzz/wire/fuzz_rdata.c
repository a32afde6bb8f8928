/*
 * Record data of every type: the first two octets choose the type (a row of the table, or any
 * number), the next says how much of the rest is a message before the rdata that pointers may
 * reach. What is accepted must be stable: canonical form is accepted, canonical, and as large;
 * names lie inside; writing it into a message and reading it back gives the same.
 */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "wire/message.h"
#include "wire/name.h"
#include "wire/pack.h"
#include "wire/rdata.h"
#include "wire/rdata_bitmap.h"

enum { OUT_MAX = 1 << 17 };

static uint8_t out[OUT_MAX];
static uint8_t canonical[OUT_MAX];
static uint8_t message[OUT_MAX];
static uint8_t back[OUT_MAX];
static struct wire_pack pack;

static bool is_accepted(td_err err)
{
    return err == TD_OK || err == TD_E_INVALID;
}

static void walk_fields(uint16_t type, const uint8_t *rdata, size_t size)
{
    size_t at = 0;

    for (const uint8_t *field = wire_rrtype_get(type)->fields; *field != WIRE_FIELD_END; field++) {
        size_t from = at;
        td_assert(wire_rdata_field((enum wire_field) * field, rdata, size, at, &at) == TD_OK);
        td_assert(at >= from && at <= size);
        if (*field != WIRE_FIELD_BITMAP)
            continue;
        struct wire_bitmap_walk walk = { 0 };
        uint16_t covered;
        while (wire_bitmap_next(rdata + from, at - from, &walk, &covered))
            td_assert(wire_bitmap_has(rdata + from, at - from, covered));
    }
    td_assert(at == size);
}

static void check_canonical(uint16_t type, const uint8_t *rdata, size_t size, td_err was)
{
    struct wire_rdata_name names[WIRE_RDATA_NAMES_MAX];
    unsigned count = wire_rdata_names(type, rdata, size, names);

    for (unsigned i = 0; i < count; i++) {
        size_t name_size;
        td_assert(names[i].at < size);
        td_assert(wire_name_check(rdata + names[i].at, size - names[i].at, &name_size) == TD_OK);
        td_assert(name_size == names[i].size);
    }

    memcpy(canonical, rdata, size);
    wire_rdata_canonical(type, canonical, size);
    td_assert(wire_rdata_check(type, canonical, size) == was);
    memcpy(back, canonical, size);
    wire_rdata_canonical(type, back, size);
    td_assert(wire_rdata_compare(canonical, size, back, size) == 0);
}

static void write_and_read(uint16_t type, const uint8_t *rdata, size_t size, td_err was)
{
    static const uint8_t owner[] = { 3, 'w', 'w', 'w', 2, 'e', 'x', 0 };
    struct wire_header header = { .counts = { 0, 0, 0, 1 } };
    struct wire_message whole;
    struct wire_record record;

    if (type == WIRE_TYPE_OPT || size > 60000)
        return;
    wire_header_put(message, &header);
    wire_pack_begin(&pack, message, WIRE_HEADER_SIZE, OUT_MAX, owner + 4);
    wire_pack_owner(&pack, owner);
    td_assert(wire_pack_record(&pack, type, 0, rdata, size) == TD_OK);
    td_assert(wire_message_read(message, pack.size, &whole) == TD_OK);
    td_assert(whole.end == pack.size);

    size_t at = whole.section_at[3];
    struct td_writer rdata_back = td_writer_of(back, OUT_MAX);
    td_assert(wire_message_record(&whole, &at, &record) == TD_OK);
    td_assert(wire_message_rdata(&whole, &record, &rdata_back) == was);
    td_assert(wire_rdata_compare(rdata, size, back, rdata_back.cursor) == 0);
}

static void check_accepted(uint16_t type, const uint8_t *rdata, size_t size, td_err was)
{
    walk_fields(type, rdata, size);
    check_canonical(type, rdata, size, was);
    write_and_read(type, rdata, size, was);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 3 || size > 65535)
        return 0;

    /* Small first octets choose a row, so that every type is found soon. */
    uint16_t type = td_get_u16(data);
    if (data[0] == 0xFF)
        type = wire_rrtypes[data[1] % wire_rrtype_count].number;
    size_t before = data[2];
    data += 3;
    size -= 3;

    td_err err = wire_rdata_check(type, data, size);
    if (is_accepted(err))
        check_accepted(type, data, size, err);

    if (before > size)
        before = size;
    struct td_reader reader = { .data = data, .size = size, .cursor = before };
    struct td_writer writer = td_writer_of(out, OUT_MAX);
    err = wire_rdata_read(&reader, type, size - before, &writer);
    td_assert(reader.cursor == (is_accepted(err) ? size : before));
    if (is_accepted(err)) {
        td_assert(wire_rdata_check(type, out, writer.cursor) == err);
        check_accepted(type, out, writer.cursor, err);
    } else {
        td_assert(writer.cursor == 0);
    }
    return 0;
}
