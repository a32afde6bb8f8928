/* Service parameters of SVCB and HTTPS. */
#include <string.h>

#include "base/macros.h"
#include "base/reader.h"
#include "wire/const.h"
#include "wire/name.h"
#include "wire/rdata_internal.h"
#include "wire/svcb.h"

bool wire_svcb_next(const uint8_t *params, size_t size, size_t *at, struct wire_svcb_param *ret)
{
    if (size - *at < 4)
        return false;

    struct wire_svcb_param param = {
        .key = td_get_u16(params + *at),
        .size = td_get_u16(params + *at + 2),
        .value = params + *at + 4,
    };
    if (size - *at - 4 < param.size)
        return false;
    *at += 4 + (size_t)param.size;
    *ret = param;
    return true;
}

bool wire_svcb_find(const uint8_t *params, size_t size, uint16_t key, struct wire_svcb_param *ret)
{
    struct wire_svcb_param param;

    for (size_t at = 0; wire_svcb_next(params, size, &at, &param);) {
        if (param.key == key) {
            *ret = param;
            return true;
        }
    }
    return false;
}

/* 2-octet numbers, at least one; strictly ascending if asked for, else only different. */
static bool is_number_list(const uint8_t *value, size_t size, bool ascending)
{
    if (size == 0 || size % 2 != 0)
        return false;
    for (size_t at = 2; at < size; at += 2) {
        if (ascending && td_get_u16(value + at) <= td_get_u16(value + at - 2))
            return false;
        for (size_t before = 0; !ascending && before < at; before += 2) {
            if (memcmp(value + at, value + before, 2) == 0)
                return false;
        }
    }
    return true;
}

/* Strings behind length octets; `filled`: none of them empty. */
static bool is_string_list(const uint8_t *value, size_t size, bool filled)
{
    for (size_t at = 0; at < size; at += (size_t)value[at] + 1) {
        if ((filled && value[at] == 0) || value[at] > size - at - 1)
            return false;
    }
    return true;
}

/* How many groups a list may have; looking for repeats costs the square. */
enum { GROUP_COUNT_MAX = 256 };

td_err wire_svcb_value_check(uint16_t key, const uint8_t *value, size_t size)
{
    bool good = true;

    switch (key) {
    case WIRE_SVCB_MANDATORY: /* which never lists itself */
        good = is_number_list(value, size, true) && td_get_u16(value) != WIRE_SVCB_MANDATORY;
        break;
    case WIRE_SVCB_ALPN:
        good = size != 0 && is_string_list(value, size, true);
        break;
    case WIRE_SVCB_NO_DEFAULT_ALPN:
    case WIRE_SVCB_OHTTP:
    case WIRE_SVCB_PVD:
        good = size == 0;
        break;
    case WIRE_SVCB_PORT:
        good = size == 2;
        break;
    case WIRE_SVCB_IPV4HINT:
        good = size != 0 && size % 4 == 0;
        break;
    case WIRE_SVCB_IPV6HINT:
        good = size != 0 && size % 16 == 0;
        break;
    case WIRE_SVCB_ECH:
    case WIRE_SVCB_DOHPATH:
    case WIRE_SVCB_OOTS:
        good = size != 0;
        break;
    case WIRE_SVCB_TLS_GROUPS:
        good = size <= GROUP_COUNT_MAX * 2 && is_number_list(value, size, false);
        break;
    case WIRE_SVCB_DOCPATH: /* no segments: the root path */
        good = is_string_list(value, size, false);
        break;
    default:
        break;
    }
    return good ? TD_OK : TD_E_MALFORMED;
}

td_err wire_field_svcb_params(const uint8_t *rdata, size_t size, size_t at, size_t *ret_end)
{
    int key_before = -1;

    while (at < size) {
        struct wire_svcb_param param;
        if (!wire_svcb_next(rdata, size, &at, &param))
            return TD_E_TRUNCATED;
        if (param.key <= key_before)
            return TD_E_MALFORMED;
        td_err err = wire_svcb_value_check(param.key, param.value, param.size);
        if (err != TD_OK)
            return err;
        key_before = param.key;
    }
    *ret_end = at;
    return TD_OK;
}

/* A path with a template variable named dns in it: /dns-query{?dns} (RFC 9461 5). */
static bool is_dohpath(const struct wire_svcb_param *param)
{
    const char *path = (const char *)param->value;

    if (path[0] != '/')
        return false;
    const char *brace = memchr(path, '{', param->size);
    while (brace != NULL) {
        size_t left = param->size - (size_t)(brace - path);
        const char *end = memchr(brace, '}', left);
        if (end == NULL)
            return false;
        if (memmem(brace, (size_t)(end - brace), "dns", 3) != NULL)
            return true;
        brace = memchr(end, '{', param->size - (size_t)(end - path));
    }
    return false;
}

static bool has_mandatory(const uint8_t *params, size_t size, const struct wire_svcb_param *list)
{
    struct wire_svcb_param param;

    for (size_t at = 0; at < list->size; at += 2) {
        if (!wire_svcb_find(params, size, td_get_u16(list->value + at), &param))
            return false;
    }
    return true;
}

td_err wire_svcb_params_check(const uint8_t *params, size_t size)
{
    struct wire_svcb_param param, other;
    bool good = true;

    for (size_t at = 0; good && wire_svcb_next(params, size, &at, &param);) {
        if (param.key == WIRE_SVCB_MANDATORY)
            good = has_mandatory(params, size, &param);
        else if (param.key == WIRE_SVCB_NO_DEFAULT_ALPN)
            good = wire_svcb_find(params, size, WIRE_SVCB_ALPN, &other);
        else if (param.key == WIRE_SVCB_DOHPATH)
            good = is_dohpath(&param);
        else if (param.key == WIRE_SVCB_INVALID)
            good = false;
    }
    return good ? TD_OK : TD_E_INVALID;
}

td_err wire_svcb_check(const uint8_t *rdata, size_t size)
{
    size_t params_at = 2 + wire_name_size(rdata + 2);
    return wire_svcb_params_check(rdata + params_at, size - params_at);
}
