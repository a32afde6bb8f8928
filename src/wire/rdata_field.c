/* One field of record data: a row per kind, and the checks of the simple ones. */
#include "wire/rdata.h"

#include "base/assert.h"
#include "base/macros.h"
#include "wire/const.h"
#include "wire/name.h"
#include "wire/rdata_internal.h"

static td_err field_name(const uint8_t *rdata, size_t size, size_t at, size_t *ret_end)
{
    size_t name_size;

    td_err err = wire_name_check(rdata + at, size - at, &name_size);
    if (err == TD_OK)
        *ret_end = at + name_size;
    return err;
}

static td_err field_string(const uint8_t *rdata, size_t size, size_t at, size_t *ret_end)
{
    if (at == size || (size_t)rdata[at] + 1 > size - at)
        return TD_E_TRUNCATED;
    *ret_end = at + 1 + rdata[at];
    return TD_OK;
}

static td_err field_string_filled(const uint8_t *rdata, size_t size, size_t at, size_t *ret_end)
{
    if (at < size && rdata[at] == 0)
        return TD_E_MALFORMED;
    return field_string(rdata, size, at, ret_end);
}

/* RFC 1183 3.1: at least the four digits of a network code. */
static td_err field_string_digits(const uint8_t *rdata, size_t size, size_t at, size_t *ret_end)
{
    size_t end;

    td_err err = field_string(rdata, size, at, &end);
    if (err != TD_OK)
        return err;
    if (rdata[at] < 4)
        return TD_E_MALFORMED;
    for (size_t i = at + 1; i < end; i++) {
        if (rdata[i] < '0' || rdata[i] > '9')
            return TD_E_MALFORMED;
    }
    *ret_end = end;
    return TD_OK;
}

static td_err field_string_optional(const uint8_t *rdata, size_t size, size_t at, size_t *ret_end)
{
    if (at < size)
        return field_string(rdata, size, at, ret_end);
    *ret_end = at;
    return TD_OK;
}

static td_err field_strings(const uint8_t *rdata, size_t size, size_t at, size_t *ret_end)
{
    do {
        td_err err = field_string(rdata, size, at, &at);
        if (err != TD_OK)
            return err;
    } while (at < size);
    *ret_end = at;
    return TD_OK;
}

/* RFC 8659 4.1: letters and digits, at least one. */
static td_err field_tag(const uint8_t *rdata, size_t size, size_t at, size_t *ret_end)
{
    size_t end;

    td_err err = field_string_filled(rdata, size, at, &end);
    if (err != TD_OK)
        return err;
    for (size_t i = at + 1; i < end; i++) {
        uint8_t octet = rdata[i];
        uint8_t letter = octet | 0x20;
        if (!(octet >= '0' && octet <= '9') && !(letter >= 'a' && letter <= 'z'))
            return TD_E_MALFORMED;
    }
    *ret_end = end;
    return TD_OK;
}

/* Whatever is left, and at least one octet. */
static td_err field_some(const uint8_t *rdata, size_t size, size_t at, size_t *ret_end)
{
    (void)rdata;
    if (at == size)
        return TD_E_TRUNCATED;
    *ret_end = size;
    return TD_OK;
}

/* Whatever is left, if only nothing. */
static td_err field_any(const uint8_t *rdata, size_t size, size_t at, size_t *ret_end)
{
    (void)rdata;
    (void)at;
    *ret_end = size;
    return TD_OK;
}

static td_err field_octets_16(const uint8_t *rdata, size_t size, size_t at, size_t *ret_end)
{
    if (size - at < 2)
        return TD_E_TRUNCATED;

    size_t length = td_get_u16(rdata + at);
    if (size - at - 2 < length)
        return TD_E_TRUNCATED;
    *ret_end = at + 2 + length;
    return TD_OK;
}

/* Options of OPT: code, length, data; each must be whole. What is in them is edns.c's. */
static td_err field_edns(const uint8_t *rdata, size_t size, size_t at, size_t *ret_end)
{
    while (at < size) {
        if (size - at < 4)
            return TD_E_TRUNCATED;
        td_err err = field_octets_16(rdata, size, at + 2, &at);
        if (err != TD_OK)
            return err;
    }
    *ret_end = at;
    return TD_OK;
}

/* A kind is either of fixed size with any content, or has a check. */
static const struct {
    uint8_t size;
    wire_field_check *check;
} kinds[WIRE_FIELD_COUNT] = {
    [WIRE_FIELD_NAME_1035] = { .check = field_name },
    [WIRE_FIELD_NAME_DECOMPRESS] = { .check = field_name },
    [WIRE_FIELD_NAME_LOWER] = { .check = field_name },
    [WIRE_FIELD_NAME] = { .check = field_name },
    [WIRE_FIELD_U8] = { .size = 1 },
    [WIRE_FIELD_U16] = { .size = 2 },
    [WIRE_FIELD_U32] = { .size = 4 },
    [WIRE_FIELD_U48] = { .size = 6 },
    [WIRE_FIELD_U64] = { .size = 8 },
    [WIRE_FIELD_TTL] = { .size = 4 },
    [WIRE_FIELD_TIME] = { .size = 4 },
    [WIRE_FIELD_TYPE] = { .size = 2 },
    [WIRE_FIELD_ALGORITHM] = { .size = 1 },
    [WIRE_FIELD_CERT_TYPE] = { .size = 2 },
    [WIRE_FIELD_DSYNC_SCHEME] = { .size = 1 },
    [WIRE_FIELD_RCODE] = { .size = 2 },
    [WIRE_FIELD_IPV4] = { .size = 4 },
    [WIRE_FIELD_IPV6] = { .size = 16 },
    [WIRE_FIELD_EUI48] = { .size = 6 },
    [WIRE_FIELD_EUI64] = { .size = 8 },
    [WIRE_FIELD_ILNP64] = { .size = 8 },
    [WIRE_FIELD_LOC] = { .check = wire_field_loc },
    [WIRE_FIELD_STRING] = { .check = field_string },
    [WIRE_FIELD_STRING_DIGITS] = { .check = field_string_digits },
    [WIRE_FIELD_STRING_OPTIONAL] = { .check = field_string_optional },
    [WIRE_FIELD_STRINGS] = { .check = field_strings },
    [WIRE_FIELD_TAG] = { .check = field_tag },
    [WIRE_FIELD_TEXT] = { .check = field_any },
    [WIRE_FIELD_HEX] = { .check = field_some },
    [WIRE_FIELD_HEX_8] = { .check = field_string },
    [WIRE_FIELD_BASE32HEX_8] = { .check = field_string_filled },
    [WIRE_FIELD_BASE64] = { .check = field_some },
    [WIRE_FIELD_BASE64_OPTIONAL] = { .check = field_any },
    [WIRE_FIELD_BASE64_DASH] = { .check = field_any },
    [WIRE_FIELD_BASE64_16] = { .check = field_octets_16 },
    [WIRE_FIELD_NSAP] = { .check = field_some },
    [WIRE_FIELD_ATMA] = { .check = wire_field_atma },
    [WIRE_FIELD_BITMAP] = { .check = wire_field_bitmap },
    [WIRE_FIELD_BITMAP_NXT] = { .check = wire_field_bitmap_nxt },
    [WIRE_FIELD_WKS] = { .check = wire_field_wks },
    [WIRE_FIELD_APL] = { .check = wire_field_apl },
    [WIRE_FIELD_A6] = { .check = wire_field_a6 },
    [WIRE_FIELD_IPSEC_GATEWAY] = { .check = wire_field_ipsec_gateway },
    [WIRE_FIELD_AMT_RELAY] = { .check = wire_field_amt_relay },
    [WIRE_FIELD_HIP] = { .check = wire_field_hip },
    [WIRE_FIELD_SVCB_PARAMS] = { .check = wire_field_svcb_params },
    [WIRE_FIELD_EDNS] = { .check = field_edns },
    [WIRE_FIELD_GENERIC] = { .check = field_any },
};

static inline td_err field_end(uint8_t field, const uint8_t *rdata, size_t size, size_t at,
                               size_t *ret_end)
{
    size_t fixed = kinds[field].size;

    if (fixed == 0)
        return kinds[field].check(rdata, size, at, ret_end);
    if (size - at < fixed)
        return TD_E_TRUNCATED;
    *ret_end = at + fixed;
    return TD_OK;
}

td_err wire_rdata_field(enum wire_field field, const uint8_t *rdata, size_t size, size_t at,
                        size_t *ret_end)
{
    td_assert(at <= size);
    td_assert(field > WIRE_FIELD_END && field < WIRE_FIELD_COUNT);
    return field_end((uint8_t)field, rdata, size, at, ret_end);
}

td_err wire_rdata_check(uint16_t type, const uint8_t *rdata, size_t size)
{
    const struct wire_rrtype *row = wire_rrtype_get(type);
    size_t at = 0;

    if (size > WIRE_RDATA_SIZE_MAX)
        return TD_E_MALFORMED;
    for (const uint8_t *field = row->fields; *field != WIRE_FIELD_END; field++) {
        td_err err = field_end(*field, rdata, size, at, &at);
        if (err != TD_OK)
            return err;
    }
    if (at != size)
        return TD_E_MALFORMED;
    if ((row->flags & WIRE_RRTYPE_RULE) == 0)
        return TD_OK;
    return wire_rdata_rule(type, rdata, size);
}
