/*
 * Service parameters of SVCB and HTTPS (RFC 9460 2.1 and appendix A).
 *
 * A value is a character-string: its escapes are undone first. In the values of alpn and
 * docpath, which are lists of arbitrary strings, a comma or backslash that belongs to an item
 * is escaped once more.
 */
#include "text/field.h"

#include <string.h>

#include "base/reader.h"
#include "base/writer.h"
#include "text/base.h"
#include "text/escape.h"
#include "text/number.h"
#include "wire/svcb.h"

enum { PARAM_HEAD = 4, PARAM_SIZE_MAX = WIRE_RDATA_SIZE_MAX, KEY_SIZE_MAX = 63 };

/* A value, escapes undone. */
struct value {
    const uint8_t *octets;
    size_t size;
};

/* The next item of a list that is parted by commas; false behind the last one. */
static bool next_item(const struct value *list, size_t *at, struct value *ret_item)
{
    if (*at > list->size)
        return false;
    const uint8_t *start = list->octets + *at;
    const uint8_t *comma = memchr(start, ',', list->size - *at);
    size_t size = comma == NULL ? list->size - *at : (size_t)(comma - start);

    *ret_item = (struct value){ .octets = start, .size = size };
    *at += size + 1;
    return true;
}

static bool parse_key(const uint8_t *text, size_t size, uint16_t *ret_key)
{
    uint64_t number;

    for (size_t i = 0; i < size; i++) {
        if (text[i] >= 'A' && text[i] <= 'Z')
            return false;
    }
    if (wire_mnemonic_find(&wire_svcb_keys, (const char *)text, size, ret_key) == TD_OK)
        return true;
    if (size < 4 || memcmp(text, "key", 3) != 0 || (text[3] == '0' && size > 4) ||
        !text_number_parse(text + 3, size - 3, UINT16_MAX, &number))
        return false;
    *ret_key = (uint16_t)number;
    return true;
}

/* Put a number into an ascending list at `out` of `*size` octets; false when it is there. */
static bool insert_number(uint8_t *out, size_t *size, uint16_t number)
{
    size_t at = *size;

    while (at > 0 && td_get_u16(out + at - 2) > number)
        at -= 2;
    if (at > 0 && td_get_u16(out + at - 2) == number)
        return false;
    memmove(out + at + 2, out + at, *size - at);
    td_put_u16(out + at, number);
    *size += 2;
    return true;
}

/*
 * One writer for each form of value: it writes to `out`, which has room for a value of any
 * allowed size, and returns what is wrong, or NULL.
 */
typedef const char *write_value(const struct value *value, uint8_t *out, size_t *ret_size);

static const char *write_octets(const struct value *value, uint8_t *out, size_t *ret_size)
{
    memmove(out, value->octets, value->size);
    *ret_size = value->size;
    return NULL;
}

static const char *write_nothing(const struct value *value, uint8_t *out, size_t *ret_size)
{
    (void)out;
    *ret_size = 0;
    return value->size == 0 ? NULL : "this key takes no value";
}

static const char *write_mandatory(const struct value *value, uint8_t *out, size_t *ret_size)
{
    struct value item;
    size_t size = 0;
    uint16_t key;

    for (size_t at = 0; next_item(value, &at, &item);) {
        if (!parse_key(item.octets, item.size, &key))
            return "mandatory takes names of keys with commas between them";
        if (key == WIRE_SVCB_MANDATORY)
            return "mandatory must not list itself";
        if (!insert_number(out, &size, key))
            return "mandatory lists a key twice";
    }
    *ret_size = size;
    return NULL;
}

/*
 * Strings behind length octets. Inside of an item \, and \\ are a comma and a backslash; the
 * grammar has no other escapes, but as everybody takes them, \X is X.
 */
static const char *write_strings(const struct value *value, uint8_t *out, size_t *ret_size)
{
    uint8_t *length = out;
    uint8_t *to = out + 1;

    for (size_t i = 0; i <= value->size; i++) {
        bool is_end = i == value->size || value->octets[i] == ',';
        if (is_end) {
            *length = (uint8_t)(to - length - 1);
            if (*length == 0)
                return "an item of the list is empty";
            length = to++;
            continue;
        }
        if (value->octets[i] == '\\' && ++i == value->size)
            return "a backslash in an item of the list is written as four";
        if (to - length - 1 == 255)
            return "an item of the list has more than 255 octets";
        *to++ = value->octets[i];
    }
    *ret_size = (size_t)(length - out);
    return NULL;
}

/* A path in segments may have none: the root. */
static const char *write_docpath(const struct value *value, uint8_t *out, size_t *ret_size)
{
    *ret_size = 0;
    return value->size == 0 ? NULL : write_strings(value, out, ret_size);
}

static const char *write_port(const struct value *value, uint8_t *out, size_t *ret_size)
{
    uint64_t number;

    if (!text_number_parse(value->octets, value->size, UINT16_MAX, &number))
        return "port takes a number up to 65535";
    td_put_u16(out, (uint16_t)number);
    *ret_size = 2;
    return NULL;
}

static const char *write_ipv4hint(const struct value *value, uint8_t *out, size_t *ret_size)
{
    struct value item;
    uint8_t *to = out;

    for (size_t at = 0; next_item(value, &at, &item); to += 4) {
        if (!text_ipv4_parse(item.octets, item.size, to))
            return "ipv4hint takes IPv4 addresses with commas between them";
    }
    *ret_size = (size_t)(to - out);
    return NULL;
}

static const char *write_ipv6hint(const struct value *value, uint8_t *out, size_t *ret_size)
{
    struct value item;
    uint8_t *to = out;

    for (size_t at = 0; next_item(value, &at, &item); to += 16) {
        if (to - out > PARAM_SIZE_MAX - 16)
            return "more than 65535 octets";
        if (!text_ipv6_parse(item.octets, item.size, to))
            return "ipv6hint takes IPv6 addresses with commas between them";
    }
    *ret_size = (size_t)(to - out);
    return NULL;
}

static const char *write_ech(const struct value *value, uint8_t *out, size_t *ret_size)
{
    struct text_base64 state = { .digits = 0 };
    size_t size = text_base64_piece(&state, value->octets, value->size, out);

    if (size == SIZE_MAX || size == 0 || state.digits != 0)
        return "ech takes base64";
    *ret_size = size;
    return NULL;
}

static const char *write_groups(const struct value *value, uint8_t *out, size_t *ret_size)
{
    struct value item;
    size_t size = 0;
    uint64_t number;

    for (size_t at = 0; next_item(value, &at, &item); size += 2) {
        if (!text_number_parse(item.octets, item.size, UINT16_MAX, &number))
            return "tls-supported-groups takes numbers up to 65535 with commas between them";
        if (size == PARAM_SIZE_MAX - 1)
            return "more than 65535 octets";
        td_put_u16(out + size, (uint16_t)number);
    }
    *ret_size = size;
    return NULL;
}

bool text_svcb_is_oots(const uint8_t *octets, size_t size)
{
    struct value list = { .octets = octets, .size = size };
    struct value item;
    uint64_t percentage;

    for (size_t at = 0; next_item(&list, &at, &item);) {
        const uint8_t *colon = memchr(item.octets, ':', item.size);
        if (colon == NULL || colon == item.octets ||
            !text_number_parse(colon + 1, item.size - (size_t)(colon + 1 - item.octets), 100,
                               &percentage))
            return false;
    }
    return true;
}

static const char *write_oots(const struct value *value, uint8_t *out, size_t *ret_size)
{
    if (!text_svcb_is_oots(value->octets, value->size))
        return "oots takes pairs like dot:25 with commas between them";
    return write_octets(value, out, ret_size);
}

static write_value *const writers[] = {
    [WIRE_SVCB_MANDATORY] = write_mandatory,
    [WIRE_SVCB_ALPN] = write_strings,
    [WIRE_SVCB_NO_DEFAULT_ALPN] = write_nothing,
    [WIRE_SVCB_PORT] = write_port,
    [WIRE_SVCB_IPV4HINT] = write_ipv4hint,
    [WIRE_SVCB_ECH] = write_ech,
    [WIRE_SVCB_IPV6HINT] = write_ipv6hint,
    [WIRE_SVCB_DOHPATH] = write_octets,
    [WIRE_SVCB_OHTTP] = write_nothing,
    [WIRE_SVCB_TLS_GROUPS] = write_groups,
    [WIRE_SVCB_DOCPATH] = write_docpath,
    [WIRE_SVCB_PVD] = write_nothing,
    [WIRE_SVCB_OOTS] = write_oots,
};

/* The key of a token, and where "=" and the value begin. */
struct param {
    struct text_token key;
    struct text_token value; /* END: there is none */
    uint16_t number;
    bool is_named; /* by a mnemonic, not as key123 */
};

/* key, key=value or key="value": the last is two tokens that touch. */
static td_err read_param(struct text_parse *parse, struct text_token token, struct param *ret_param)
{
    struct param param = { .key = token, .value = { .text = token.text, .kind = TEXT_TOKEN_END } };
    const uint8_t *equals = memchr(token.text, '=', token.size);

    if (equals != NULL) {
        param.key.size = (uint32_t)(equals - token.text);
        param.value = token;
        param.value.text = equals + 1;
        param.value.size = token.size - param.key.size - 1;
        if (param.value.size == 0 && *parse->lexer.at == '"') {
            td_err err = text_lexer_next(&parse->lexer, &param.value);
            if (err != TD_OK)
                return err;
        }
    }
    if (token.kind == TEXT_TOKEN_QUOTED ||
        !parse_key(param.key.text, param.key.size, &param.number))
        return text_fail_expected(&parse->lexer, param.key, "a parameter key",
                                  "keys are the registered names, or key and a number");
    param.is_named = memcmp(param.key.text, "key", 3) != 0;
    *ret_param = param;
    return TD_OK;
}

/* Write key, length and value of a parameter at parse->out. */
static td_err write_param(struct text_parse *parse, const struct param *param, size_t *ret_size)
{
    struct value value = { .octets = param->value.text, .size = param->value.size };
    const char *why = NULL;
    size_t size = 0;

    if (param->value.is_escaped) {
        value.octets = parse->rdata + TEXT_RDATA_SCRATCH;
        why = text_escape_undo(param->value, parse->rdata + TEXT_RDATA_SCRATCH, PARAM_SIZE_MAX,
                               "more than 65535 octets", &value.size);
        parse->rdata[TEXT_RDATA_SCRATCH + value.size] = 0;
    } else if (value.size > PARAM_SIZE_MAX) {
        why = "more than 65535 octets";
    } else if (value.size == 0 && param->value.kind == TEXT_TOKEN_WORD && param->is_named) {
        why = "there is nothing behind the =";
    }
    if (why == NULL) {
        bool has_form = param->is_named && param->number < TD_COUNT(writers);
        write_value *writer = has_form ? writers[param->number] : write_octets;
        why = writer(&value, parse->out + PARAM_HEAD, &size);
    }
    if (why == NULL && size > PARAM_SIZE_MAX)
        why = "more than 65535 octets";
    if (why == NULL && wire_svcb_value_check(param->number, parse->out + PARAM_HEAD, size) != TD_OK)
        why = param->value.kind == TEXT_TOKEN_END
                  ? "this key needs a value"
                  : "the value has not the form that its key asks for";
    if (why != NULL)
        return text_fail(&parse->lexer,
                         param->value.kind == TEXT_TOKEN_END ? param->key : param->value,
                         "cannot be used here: %s", why);
    td_put_u16(parse->out, param->number);
    td_put_u16(parse->out + 2, (uint16_t)size);
    *ret_size = PARAM_HEAD + size;
    return TD_OK;
}

/*
 * The parameter at parse->out goes to its place between start and there, in front of one with a
 * higher key; its own must not be there yet.
 */
static td_err place_param(struct text_parse *parse, const struct param *param, uint8_t *start,
                          size_t size)
{
    uint8_t *place = start;

    while (td_get_u16(place) < param->number)
        place += PARAM_HEAD + td_get_u16(place + 2);
    if (td_get_u16(place) == param->number)
        return text_fail(&parse->lexer, param->key, "has been given already");
    memcpy(parse->rdata + TEXT_RDATA_SCRATCH, parse->out, size);
    memmove(place + size, place, (size_t)(parse->out - place));
    memcpy(place, parse->rdata + TEXT_RDATA_SCRATCH, size);
    return TD_OK;
}

td_err text_field_svcb_params(struct text_parse *parse)
{
    uint8_t *start = parse->out;
    int highest = -1; /* key so far: what lies above it is in its place already */

    for (;;) {
        struct text_token token;
        struct param param = { .number = 0 };
        size_t size = 0;
        td_err err = text_lexer_next(&parse->lexer, &token);

        if (err != TD_OK || token.kind == TEXT_TOKEN_END)
            return err;
        err = read_param(parse, token, &param);
        if (err == TD_OK)
            err = write_param(parse, &param, &size);
        if (err == TD_OK)
            err = text_field_room(parse, token, size);
        if (err == TD_OK && param.number <= highest)
            err = place_param(parse, &param, start, size);
        if (err != TD_OK)
            return err;
        if (param.number > highest)
            highest = param.number;
        parse->out += size;
    }
}
