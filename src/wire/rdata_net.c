/* Record data around addresses and gateways: WKS, APL, A6, IPSECKEY, AMTRELAY, HIP, LOC, ATMA. */
#include "base/macros.h"
#include "base/reader.h"
#include "wire/name.h"
#include "wire/rdata_internal.h"

static td_err step(size_t size, size_t at, size_t length, size_t *ret_end)
{
    if (size - at < length)
        return TD_E_TRUNCATED;
    *ret_end = at + length;
    return TD_OK;
}

static td_err step_name(const uint8_t *rdata, size_t size, size_t at, size_t *ret_end)
{
    size_t name_size;

    td_err err = wire_name_check(rdata + at, size - at, &name_size);
    if (err == TD_OK)
        *ret_end = at + name_size;
    return err;
}

/* RFC 1035 3.4.2: a protocol and a bit for each port. */
td_err wire_field_wks(const uint8_t *rdata, size_t size, size_t at, size_t *ret_end)
{
    enum { BITMAP_SIZE_MAX = 65536 / 8 };

    (void)rdata;
    if (at == size)
        return TD_E_TRUNCATED;
    if (size - at - 1 > BITMAP_SIZE_MAX)
        return TD_E_MALFORMED;
    *ret_end = size;
    return TD_OK;
}

/* RFC 3123 4: family, prefix, negation and length, address without its trailing zeros. */
td_err wire_field_apl(const uint8_t *rdata, size_t size, size_t at, size_t *ret_end)
{
    enum { FAMILY_IPV4 = 1, FAMILY_IPV6 = 2 };

    while (at < size) {
        if (size - at < 4)
            return TD_E_TRUNCATED;

        unsigned family = td_get_u16(rdata + at);
        unsigned prefix = rdata[at + 2];
        size_t length = rdata[at + 3] & 0x7F;
        if (family == FAMILY_IPV4 && (prefix > 32 || length > 4))
            return TD_E_MALFORMED;
        if (family == FAMILY_IPV6 && (prefix > 128 || length > 16))
            return TD_E_MALFORMED;

        td_err err = step(size, at + 4, length, &at);
        if (err != TD_OK)
            return err;
        if (length != 0 && rdata[at - 1] == 0)
            return TD_E_MALFORMED;
    }
    *ret_end = at;
    return TD_OK;
}

/* RFC 2874 3.1: no suffix with a prefix of 128 bits, no name with a prefix of 0. */
td_err wire_field_a6(const uint8_t *rdata, size_t size, size_t at, size_t *ret_end)
{
    if (at == size)
        return TD_E_TRUNCATED;

    unsigned prefix = rdata[at];
    if (prefix > 128)
        return TD_E_MALFORMED;
    td_err err = step(size, at + 1, (128 - prefix + 7) / 8, &at);
    if (err != TD_OK)
        return err;
    if (prefix != 0)
        return step_name(rdata, size, at, ret_end);
    *ret_end = at;
    return TD_OK;
}

/* What IPSECKEY (RFC 4025 2.3) and AMTRELAY (RFC 8777 4.2.3) have in common. */
static td_err gateway(unsigned kind, const uint8_t *rdata, size_t size, size_t at, size_t *ret_end)
{
    switch (kind) {
    case 0:
        return step(size, at, 0, ret_end);
    case 1:
        return step(size, at, 4, ret_end);
    case 2:
        return step(size, at, 16, ret_end);
    case 3:
        return step_name(rdata, size, at, ret_end);
    default:
        return TD_E_MALFORMED;
    }
}

td_err wire_field_ipsec_gateway(const uint8_t *rdata, size_t size, size_t at, size_t *ret_end)
{
    if (at < 3)
        return TD_E_TRUNCATED;
    return gateway(rdata[1], rdata, size, at, ret_end);
}

td_err wire_field_amt_relay(const uint8_t *rdata, size_t size, size_t at, size_t *ret_end)
{
    if (at == size)
        return TD_E_TRUNCATED;
    return gateway(rdata[at] & 0x7F, rdata, size, at + 1, ret_end);
}

/* RFC 8005 5: HIT length, algorithm, key length, HIT, key, rendezvous servers. */
td_err wire_field_hip(const uint8_t *rdata, size_t size, size_t at, size_t *ret_end)
{
    if (size - at < 4)
        return TD_E_TRUNCATED;

    size_t hit_size = rdata[at];
    size_t key_size = td_get_u16(rdata + at + 2);
    if (hit_size == 0 || key_size == 0)
        return TD_E_MALFORMED;
    td_err err = step(size, at + 4, hit_size + key_size, &at);
    while (err == TD_OK && at < size)
        err = step_name(rdata, size, at, &at);
    if (err == TD_OK)
        *ret_end = at;
    return err;
}

/* RFC 1876 2: a size or precision is mantissa times ten to the exponent, digits both. */
static bool is_loc_size(uint8_t octet)
{
    return octet >> 4 <= 9 && (octet & 0x0F) <= 9;
}

/* Thousandths of a second of arc, 2^31 being the equator or the prime meridian. */
static bool is_loc_angle(uint32_t angle, uint32_t degrees_max)
{
    uint32_t middle = UINT32_C(1) << 31;
    uint32_t distance = angle > middle ? angle - middle : middle - angle;
    return distance <= degrees_max * 3600000;
}

td_err wire_field_loc(const uint8_t *rdata, size_t size, size_t at, size_t *ret_end)
{
    enum { LOC_SIZE = 16 };
    const uint8_t *loc = rdata + at;

    if (size - at < LOC_SIZE)
        return TD_E_TRUNCATED;
    if (loc[0] != 0) /* the version */
        return TD_E_MALFORMED;
    if (!is_loc_size(loc[1]) || !is_loc_size(loc[2]) || !is_loc_size(loc[3]))
        return TD_E_MALFORMED;
    if (!is_loc_angle(td_get_u32(loc + 4), 90) || !is_loc_angle(td_get_u32(loc + 8), 180))
        return TD_E_MALFORMED;
    *ret_end = at + LOC_SIZE;
    return TD_OK;
}

/* ATM Name System 5.2: format 0 is an ATM end system address, 1 is E.164 in digits. */
td_err wire_field_atma(const uint8_t *rdata, size_t size, size_t at, size_t *ret_end)
{
    if (size - at < 2)
        return TD_E_TRUNCATED;
    if (rdata[at] == 1) {
        for (size_t i = at + 1; i < size; i++) {
            if (rdata[i] < '0' || rdata[i] > '9')
                return TD_E_MALFORMED;
        }
    }
    *ret_end = size;
    return TD_OK;
}
