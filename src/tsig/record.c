#include "tsig/record.h"

#include "base/assert.h"
#include "base/reader.h"
#include "base/writer.h"
#include "wire/const.h"
#include "wire/rrtype.h"

enum {
    ARCOUNT_AT = 10,
    RECORD_HEAD_SIZE = 10, /* type, class, TTL, rdlength */
    /* time, fudge, MAC size, original ID, error, other size */
    FIELDS_SIZE = 6 + 2 + 2 + 2 + 2 + 2,
};

/* Type, class, TTL and rdlength; the rdata has to reach to the end of the message. */
static td_err read_head(struct td_reader *reader)
{
    uint16_t type, class, rdlength;
    uint32_t ttl;
    td_err err = td_read_u16(reader, &type);

    if (err == TD_OK)
        err = td_read_u16(reader, &class);
    if (err == TD_OK)
        err = td_read_u32(reader, &ttl);
    if (err == TD_OK)
        err = td_read_u16(reader, &rdlength);
    if (err != TD_OK)
        return err;
    if (type != WIRE_TYPE_TSIG || class != WIRE_CLASS_ANY || ttl != 0)
        return TD_E_MALFORMED;
    if (rdlength > td_reader_left(reader))
        return TD_E_TRUNCATED;
    return rdlength == td_reader_left(reader) ? TD_OK : TD_E_MALFORMED;
}

/* A field that runs out of the rdata is malformed: the message itself is all there. */
static td_err read_fields(struct td_reader *reader, struct tsig_record *record)
{
    if (wire_name_read(reader, &record->algorithm) != TD_OK ||
        td_read_u48(reader, &record->time_s) != TD_OK ||
        td_read_u16(reader, &record->fudge_s) != TD_OK ||
        td_read_u16(reader, &record->mac_size) != TD_OK ||
        td_read_octets(reader, record->mac_size, &record->mac) != TD_OK ||
        td_read_u16(reader, &record->original_id) != TD_OK ||
        td_read_u16(reader, &record->error) != TD_OK ||
        td_read_u16(reader, &record->other_size) != TD_OK ||
        td_read_octets(reader, record->other_size, &record->other) != TD_OK ||
        td_reader_left(reader) != 0)
        return TD_E_MALFORMED;
    return TD_OK;
}

td_err tsig_record_read(const uint8_t *message, size_t size, size_t at,
                        struct tsig_record *ret_record)
{
    struct td_reader reader = { .data = message, .size = size, .cursor = at };

    if (at < WIRE_HEADER_SIZE || at >= size)
        return TD_E_TRUNCATED;
    td_err err = wire_name_read(&reader, &ret_record->name);
    if (err == TD_OK)
        err = read_head(&reader);
    if (err == TD_OK)
        err = read_fields(&reader, ret_record);
    return err;
}

static size_t rdata_size(const struct tsig_record *record)
{
    return (size_t)record->algorithm.size + FIELDS_SIZE + record->mac_size + record->other_size;
}

size_t tsig_record_size(const struct tsig_record *record)
{
    return (size_t)record->name.size + RECORD_HEAD_SIZE + rdata_size(record);
}

static td_err write_record(const struct tsig_record *record, struct td_writer *writer)
{
    td_err err = td_write_octets(writer, record->name.octets, record->name.size);

    if (err == TD_OK)
        err = td_write_u16(writer, WIRE_TYPE_TSIG);
    if (err == TD_OK)
        err = td_write_u16(writer, WIRE_CLASS_ANY);
    if (err == TD_OK)
        err = td_write_u32(writer, 0);
    if (err == TD_OK)
        err = td_write_u16(writer, (uint16_t)rdata_size(record));
    if (err == TD_OK)
        err = td_write_octets(writer, record->algorithm.octets, record->algorithm.size);
    if (err == TD_OK)
        err = td_write_u48(writer, record->time_s);
    if (err == TD_OK)
        err = td_write_u16(writer, record->fudge_s);
    if (err == TD_OK)
        err = td_write_u16(writer, record->mac_size);
    if (err == TD_OK)
        err = td_write_octets(writer, record->mac, record->mac_size);
    if (err == TD_OK)
        err = td_write_u16(writer, record->original_id);
    if (err == TD_OK)
        err = td_write_u16(writer, record->error);
    if (err == TD_OK)
        err = td_write_u16(writer, record->other_size);
    if (err == TD_OK)
        err = td_write_octets(writer, record->other, record->other_size);
    return err;
}

td_err tsig_record_write(const struct tsig_record *record, uint8_t *message, size_t size,
                         size_t capacity, size_t *ret_size)
{
    struct td_writer writer = { .data = message, .size = capacity, .cursor = size };

    td_assert(size >= WIRE_HEADER_SIZE && size <= capacity);
    uint16_t count = td_get_u16(message + ARCOUNT_AT);
    if (count == UINT16_MAX || rdata_size(record) > UINT16_MAX)
        return TD_E_LIMIT;
    td_err err = write_record(record, &writer);
    if (err != TD_OK)
        return err;
    td_put_u16(message + ARCOUNT_AT, (uint16_t)(count + 1));
    *ret_size = writer.cursor;
    return TD_OK;
}
