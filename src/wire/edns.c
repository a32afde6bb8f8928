#include "wire/edns.h"

#include <string.h>

#include "base/assert.h"
#include "base/macros.h"
#include "base/reader.h"
#include "wire/name.h"
#include "wire/rrtype.h"

/* RFC 9660 4: labels of the zone, type, and the SOA serial where the type is 0. */
enum { ZONEVERSION_SOA_SERIAL = 0, ZONEVERSION_SIZE = 6 };

/* RFC 7871 6 and 7: in queries the scope is 0; bits behind the prefix are 0. */
static bool is_ecs(const uint8_t *data, size_t size, enum wire_edns_role role)
{
    if (size < 4)
        return false;

    unsigned family = td_get_u16(data);
    unsigned source = data[2], scope = data[3];
    unsigned bits_max = family == 1 ? 32 : family == 2 ? 128 : 0;
    if (family > 2 || source > bits_max || scope > bits_max)
        return false;
    if (role == WIRE_EDNS_QUERY && scope != 0)
        return false;
    if (size - 4 != (source + 7) / 8)
        return false;
    return source % 8 == 0 || (data[size - 1] & (0xFF >> (source % 8))) == 0;
}

static bool is_cookie(size_t size)
{
    return size == WIRE_COOKIE_CLIENT_SIZE ||
           (size >= WIRE_COOKIE_SIZE_MIN && size <= WIRE_COOKIE_SIZE_MAX);
}

static bool is_name(const uint8_t *data, size_t size)
{
    size_t name_size;

    return wire_name_check(data, size, &name_size) == TD_OK && name_size == size;
}

/*
 * A query cannot mean anything by the data of most options: only what the server acts on, or
 * what an RFC calls a FORMERR, is looked at.
 */
static bool is_query_option(unsigned code, const uint8_t *data, size_t size)
{
    switch (code) {
    case WIRE_EDNS_COOKIE:
        return is_cookie(size);
    case WIRE_EDNS_ECS:
        return is_ecs(data, size, WIRE_EDNS_QUERY);
    case WIRE_EDNS_CHAIN:
        return is_name(data, size);
    case WIRE_EDNS_KEY_TAG:
        return size % 2 == 0;
    case WIRE_EDNS_ZONEVERSION:
        return size == 0;
    default:
        return true;
    }
}

static bool is_response_option(unsigned code, const uint8_t *data, size_t size)
{
    switch (code) {
    case WIRE_EDNS_COOKIE:
        return is_cookie(size);
    case WIRE_EDNS_ECS:
        return is_ecs(data, size, WIRE_EDNS_RESPONSE);
    case WIRE_EDNS_EXPIRE:
        return size == 0 || size == 4;
    case WIRE_EDNS_KEEPALIVE:
        return size == 0 || size == 2;
    case WIRE_EDNS_CHAIN:
    case WIRE_EDNS_REPORT:
        return is_name(data, size);
    case WIRE_EDNS_EDE:
        return size >= 2;
    case WIRE_EDNS_ZONEVERSION:
        return size == 0 || size >= 2;
    default:
        return true;
    }
}

static bool is_option(unsigned code, const uint8_t *data, size_t size, enum wire_edns_role role)
{
    return role == WIRE_EDNS_QUERY ? is_query_option(code, data, size)
                                   : is_response_option(code, data, size);
}

static td_err read_options(const uint8_t *message, size_t at, size_t end, enum wire_edns_role role,
                           struct wire_edns *edns)
{
    while (at < end) {
        if (end - at < 4)
            return TD_E_TRUNCATED;

        unsigned code = td_get_u16(message + at);
        size_t size = td_get_u16(message + at + 2);
        at += 4;
        if (end - at < size)
            return TD_E_TRUNCATED;
        if (code <= WIRE_EDNS_CODE_MAX && (edns->seen >> code & 1) == 0) {
            if (!is_option(code, message + at, size, role))
                return TD_E_MALFORMED;
            edns->seen |= UINT32_C(1) << code;
            edns->options[code] =
                (struct wire_edns_option){ .at = (uint16_t)at, .size = (uint16_t)size };
        }
        at += size;
    }
    return TD_OK;
}

td_err wire_edns_read(const uint8_t *message, size_t size, size_t at, enum wire_edns_role role,
                      struct wire_edns *ret_edns, size_t *ret_end)
{
    td_assert(at <= size && size <= WIRE_MESSAGE_SIZE_MAX);
    if (size - at < WIRE_EDNS_OPT_SIZE)
        return TD_E_TRUNCATED;

    const uint8_t *opt = message + at;
    size_t end = at + WIRE_EDNS_OPT_SIZE + td_get_u16(opt + 9);
    uint16_t payload = td_get_u16(opt + 3);
    if (end > size)
        return TD_E_TRUNCATED;

    ret_edns->payload = payload < WIRE_EDNS_PAYLOAD_MIN ? WIRE_EDNS_PAYLOAD_MIN : payload;
    ret_edns->rcode_high = opt[5];
    ret_edns->version = opt[6];
    ret_edns->flags = td_get_u16(opt + 7);
    ret_edns->at = (uint16_t)at;
    ret_edns->seen = 0;
    /* A version to come may give options another form (RFC 6891 6.1.3). */
    if (ret_edns->version == 0) {
        td_err err = read_options(message, at + WIRE_EDNS_OPT_SIZE, end, role, ret_edns);
        if (err != TD_OK)
            return err;
    }
    *ret_end = end;
    return TD_OK;
}

struct wire_edns_ecs wire_edns_ecs(const struct wire_edns *edns, const uint8_t *message)
{
    td_assert(wire_edns_has(edns, WIRE_EDNS_ECS));

    const uint8_t *data = message + edns->options[WIRE_EDNS_ECS].at;
    return (struct wire_edns_ecs){
        .family = td_get_u16(data), .source = data[2], .scope = data[3], .address = data + 4
    };
}

td_err wire_edns_begin(struct td_writer *writer, uint16_t payload, uint16_t rcode, uint16_t flags,
                       size_t *ret_mark)
{
    if (td_writer_left(writer) < WIRE_EDNS_OPT_SIZE)
        return TD_E_SPACE;

    uint8_t *opt = writer->data + writer->cursor;
    opt[0] = 0; /* the root */
    td_put_u16(opt + 1, WIRE_TYPE_OPT);
    td_put_u16(opt + 3, payload);
    opt[5] = (uint8_t)(rcode >> 4);
    opt[6] = 0; /* version */
    td_put_u16(opt + 7, flags);
    td_put_u16(opt + 9, 0);
    *ret_mark = writer->cursor;
    writer->cursor += WIRE_EDNS_OPT_SIZE;
    return TD_OK;
}

void wire_edns_end(struct td_writer *writer, size_t mark)
{
    size_t rdlength = writer->cursor - mark - WIRE_EDNS_OPT_SIZE;

    td_assert(rdlength <= UINT16_MAX);
    td_put_u16(writer->data + mark + 9, (uint16_t)rdlength);
}

/* Room for an option of `size` octets; NULL: none. */
static uint8_t *add(struct td_writer *writer, enum wire_edns_code code, size_t size)
{
    if (size > UINT16_MAX || td_writer_left(writer) < 4 + size)
        return NULL;

    uint8_t *option = writer->data + writer->cursor;
    td_put_u16(option, (uint16_t)code);
    td_put_u16(option + 2, (uint16_t)size);
    writer->cursor += 4 + size;
    return option + 4;
}

td_err wire_edns_add(struct td_writer *writer, enum wire_edns_code code, const void *data,
                     size_t size)
{
    uint8_t *at = add(writer, code, size);

    if (at == NULL)
        return TD_E_SPACE;
    if (size != 0)
        memcpy(at, data, size);
    return TD_OK;
}

td_err wire_edns_add_ede(struct td_writer *writer, uint16_t info_code, const char *text,
                         size_t text_size)
{
    uint8_t *at = add(writer, WIRE_EDNS_EDE, 2 + text_size);

    if (at == NULL)
        return TD_E_SPACE;
    td_put_u16(at, info_code);
    if (text_size != 0)
        memcpy(at + 2, text, text_size);
    return TD_OK;
}

td_err wire_edns_add_keepalive(struct td_writer *writer, uint16_t timeout)
{
    uint8_t *at = add(writer, WIRE_EDNS_KEEPALIVE, 2);

    if (at == NULL)
        return TD_E_SPACE;
    td_put_u16(at, timeout);
    return TD_OK;
}

td_err wire_edns_add_expire(struct td_writer *writer, uint32_t seconds)
{
    uint8_t *at = add(writer, WIRE_EDNS_EXPIRE, 4);

    if (at == NULL)
        return TD_E_SPACE;
    td_put_u32(at, seconds);
    return TD_OK;
}

bool wire_edns_zoneversion(const struct wire_edns *edns, const uint8_t *message, uint8_t labels,
                           uint32_t *ret_serial)
{
    if (!wire_edns_has(edns, WIRE_EDNS_ZONEVERSION))
        return false;
    size_t at = edns->at + WIRE_EDNS_OPT_SIZE;
    size_t end = at + td_get_u16(message + at - 2);
    while (at < end) { /* they were looked at when it was read; there may be several */
        size_t size = td_get_u16(message + at + 2);
        const uint8_t *data = message + at + 4;
        if (td_get_u16(message + at) == WIRE_EDNS_ZONEVERSION && size == ZONEVERSION_SIZE &&
            data[0] == labels && data[1] == ZONEVERSION_SOA_SERIAL) {
            *ret_serial = td_get_u32(data + 2);
            return true;
        }
        at += 4 + size;
    }
    return false;
}

td_err wire_edns_add_zoneversion(struct td_writer *writer, uint8_t labels, uint32_t serial)
{
    uint8_t *at = add(writer, WIRE_EDNS_ZONEVERSION, ZONEVERSION_SIZE);

    if (at == NULL)
        return TD_E_SPACE;
    at[0] = labels;
    at[1] = ZONEVERSION_SOA_SERIAL;
    td_put_u32(at + 2, serial);
    return TD_OK;
}

td_err wire_edns_add_ecs(struct td_writer *writer, const struct wire_edns_ecs *ecs)
{
    size_t address_size = (ecs->source + 7U) / 8;
    uint8_t *at = add(writer, WIRE_EDNS_ECS, 4 + address_size);

    if (at == NULL)
        return TD_E_SPACE;
    td_put_u16(at, ecs->family);
    at[2] = ecs->source;
    at[3] = ecs->scope;
    if (address_size != 0)
        memcpy(at + 4, ecs->address, address_size);
    return TD_OK;
}

td_err wire_edns_add_padding(struct td_writer *writer, size_t block)
{
    td_assert(block > 0);

    size_t size = (block - (writer->cursor + 4) % block) % block;
    uint8_t *at = add(writer, WIRE_EDNS_PADDING, size);
    if (at == NULL)
        return TD_E_SPACE;
    memset(at, 0, size);
    return TD_OK;
}
