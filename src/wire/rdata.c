#include "wire/rdata.h"

#include <string.h>

#include "base/assert.h"
#include "base/macros.h"
#include "wire/const.h"
#include "wire/name.h"
#include "wire/rdata_internal.h"

static bool is_decompressed(uint8_t field)
{
    return field == WIRE_FIELD_NAME_1035 || field == WIRE_FIELD_NAME_DECOMPRESS;
}

/*
 * Move one field from `rdata`, a reader over the message that ends where the rdata ends, to
 * `out`. Where `first` is in the message the rdata begins.
 */
static td_err read_field(struct td_reader *rdata, size_t first, uint8_t field,
                         struct td_writer *out)
{
    if (is_decompressed(field)) {
        struct wire_name name;
        td_err err = wire_name_read(rdata, &name);
        if (err != TD_OK)
            return err;
        return td_write_octets(out, name.octets, name.size);
    }

    size_t end;
    td_err err = wire_rdata_field((enum wire_field)field, rdata->data + first, rdata->size - first,
                                  rdata->cursor - first, &end);
    if (err != TD_OK)
        return err;
    size_t at = rdata->cursor;
    rdata->cursor = first + end;
    return td_write_octets(out, rdata->data + at, rdata->cursor - at);
}

td_err wire_rdata_read(struct td_reader *message, uint16_t type, size_t rdlength,
                       struct td_writer *out)
{
    if (td_reader_left(message) < rdlength)
        return TD_E_TRUNCATED;

    const struct wire_rrtype *row = wire_rrtype_get(type);
    size_t first = message->cursor;
    struct td_reader rdata = { .data = message->data, .size = first + rdlength, .cursor = first };
    struct td_writer trial = *out;

    for (const uint8_t *field = row->fields; *field != WIRE_FIELD_END; field++) {
        td_err err = read_field(&rdata, first, *field, &trial);
        if (err != TD_OK)
            return err;
    }
    if (rdata.cursor != rdata.size)
        return TD_E_MALFORMED;

    size_t size = trial.cursor - out->cursor;
    if (size > WIRE_RDATA_SIZE_MAX)
        return TD_E_SPACE;
    td_err err = TD_OK;
    if ((row->flags & WIRE_RRTYPE_RULE) != 0)
        err = wire_rdata_rule(type, out->data + out->cursor, size);
    message->cursor = rdata.cursor;
    *out = trial;
    return err;
}

static unsigned add_name(const uint8_t *rdata, size_t at, unsigned count,
                         struct wire_rdata_name *names)
{
    names[count] = (struct wire_rdata_name){ .at = (uint16_t)at,
                                             .size = (uint16_t)wire_name_size(rdata + at) };
    return count + 1;
}

/* Types whose name comes behind fields of variable size; there is at most one. */
static unsigned walk_names(uint16_t type, const uint8_t *rdata, struct wire_rdata_name *names)
{
    size_t at;

    switch (type) {
    case WIRE_TYPE_NAPTR:
        at = 4;
        for (unsigned strings = 0; strings < 3; strings++)
            at += (size_t)rdata[at] + 1;
        return add_name(rdata, at, 0, names);
    case WIRE_TYPE_A6:
        return rdata[0] == 0 ? 0 : add_name(rdata, 1 + (128 - rdata[0] + 7U) / 8, 0, names);
    case WIRE_TYPE_IPSECKEY:
        return rdata[1] == 3 ? add_name(rdata, 3, 0, names) : 0;
    case WIRE_TYPE_AMTRELAY:
        return (rdata[1] & 0x7F) == 3 ? add_name(rdata, 2, 0, names) : 0;
    default:
        return 0;
    }
}

unsigned wire_rdata_names(uint16_t type, const uint8_t *rdata, size_t size,
                          struct wire_rdata_name ret_names[WIRE_RDATA_NAMES_MAX])
{
    const struct wire_rrtype *row = wire_rrtype_get(type);
    unsigned count;

    switch ((enum wire_names)row->names) {
    case WIRE_NAMES_ONE:
        td_assert(row->name_at < size);
        return add_name(rdata, row->name_at, 0, ret_names);
    case WIRE_NAMES_TWO:
        td_assert(row->name_at + 1U < size);
        count = add_name(rdata, row->name_at, 0, ret_names);
        return add_name(rdata, (size_t)ret_names[0].at + ret_names[0].size, count, ret_names);
    case WIRE_NAMES_WALK:
        return walk_names(type, rdata, ret_names);
    case WIRE_NAMES_NONE:
        break;
    }
    return 0;
}

void wire_rdata_canonical(uint16_t type, uint8_t *rdata, size_t size)
{
    if ((wire_rrtype_get(type)->flags & WIRE_RRTYPE_LOWER) == 0)
        return;

    struct wire_rdata_name names[WIRE_RDATA_NAMES_MAX];
    unsigned count = wire_rdata_names(type, rdata, size, names);
    for (unsigned i = 0; i < count; i++)
        wire_name_lower(rdata + names[i].at, rdata + names[i].at, names[i].size);
}

int wire_rdata_compare(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size)
{
    size_t size = a_size < b_size ? a_size : b_size;
    int difference = size == 0 ? 0 : memcmp(a, b, size);

    if (difference != 0)
        return difference;
    return (a_size > b_size) - (a_size < b_size);
}
