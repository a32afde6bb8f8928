/* Service parameters of SVCB and HTTPS (RFC 9460 2.1 and appendix A). */
#include <string.h>

#include "base/macros.h"
#include "base/reader.h"
#include "text/field.h"
#include "text/print_internal.h"
#include "wire/const.h"
#include "wire/svcb.h"

/* "=" and a value, in the form of its key. */
typedef void print_value(struct td_buf *out, const uint8_t *value, size_t size);

static void print_key(struct td_buf *out, uint16_t key)
{
    const char *text = wire_mnemonic_text(&wire_svcb_keys, key);

    if (text != NULL) {
        td_buf_add_text(out, text);
    } else {
        td_buf_add_text(out, "key");
        text_print_number(out, key);
    }
}

/* Items of a fixed size with commas between them. */
static void print_list(struct td_buf *out, const uint8_t *value, size_t size, size_t item,
                       void (*print)(struct td_buf *out, const uint8_t *item))
{
    td_buf_add_char(out, '=');
    for (size_t at = 0; at < size; at += item) {
        if (at > 0)
            td_buf_add_char(out, ',');
        print(out, value + at);
    }
}

static void print_listed_key(struct td_buf *out, const uint8_t *item)
{
    print_key(out, td_get_u16(item));
}

static void print_listed_number(struct td_buf *out, const uint8_t *item)
{
    text_print_number(out, td_get_u16(item));
}

static void print_mandatory(struct td_buf *out, const uint8_t *value, size_t size)
{
    print_list(out, value, size, 2, print_listed_key);
}

static void print_numbers(struct td_buf *out, const uint8_t *value, size_t size)
{
    print_list(out, value, size, 2, print_listed_number);
}

static void print_ipv4hint(struct td_buf *out, const uint8_t *value, size_t size)
{
    print_list(out, value, size, 4, text_print_ipv4);
}

static void print_ipv6hint(struct td_buf *out, const uint8_t *value, size_t size)
{
    print_list(out, value, size, 16, text_print_ipv6);
}

static void print_nothing(struct td_buf *out, const uint8_t *value, size_t size)
{
    (void)out;
    (void)value;
    (void)size;
}

static void print_ech(struct td_buf *out, const uint8_t *value, size_t size)
{
    td_buf_add_char(out, '=');
    text_print_base64(out, value, size);
}

static void print_quoted(struct td_buf *out, const uint8_t *value, size_t size)
{
    if (size == 0)
        return;
    td_buf_add_char(out, '=');
    text_print_quoted(out, value, size);
}

/* Strings behind length octets: commas and backslashes in them are escaped twice. */
static void print_strings(struct td_buf *out, const uint8_t *value, size_t size)
{
    if (size == 0)
        return;
    td_buf_add_text(out, "=\"");
    for (size_t at = 0; at < size; at += 1u + value[at]) {
        if (at > 0)
            td_buf_add_char(out, ',');
        for (size_t i = 1; i <= value[at]; i++) {
            uint8_t octet = value[at + i];
            if (octet == ',' || octet == '\\')
                text_print_quoted_octet(out, '\\');
            text_print_quoted_octet(out, octet);
        }
    }
    td_buf_add_char(out, '"');
}

static print_value *const printers[] = {
    [WIRE_SVCB_MANDATORY] = print_mandatory,
    [WIRE_SVCB_ALPN] = print_strings,
    [WIRE_SVCB_NO_DEFAULT_ALPN] = print_nothing,
    [WIRE_SVCB_PORT] = print_numbers,
    [WIRE_SVCB_IPV4HINT] = print_ipv4hint,
    [WIRE_SVCB_ECH] = print_ech,
    [WIRE_SVCB_IPV6HINT] = print_ipv6hint,
    [WIRE_SVCB_DOHPATH] = print_quoted,
    [WIRE_SVCB_OHTTP] = print_nothing,
    [WIRE_SVCB_TLS_GROUPS] = print_numbers,
    [WIRE_SVCB_DOCPATH] = print_strings,
    [WIRE_SVCB_PVD] = print_nothing,
    [WIRE_SVCB_OOTS] = print_quoted,
};

static bool has_empty_item(const uint8_t *value, size_t size)
{
    for (size_t at = 0; at < size; at += 1u + value[at]) {
        if (value[at] == 0)
            return true;
    }
    return false;
}

/* Would the form of the key be read back to the same octets? */
static bool has_form(const struct wire_svcb_param *param)
{
    switch (param->key) {
    case WIRE_SVCB_DOCPATH:
        return !has_empty_item(param->value, param->size);
    case WIRE_SVCB_OOTS:
        return text_svcb_is_oots(param->value, param->size);
    default:
        return param->key < TD_COUNT(printers);
    }
}

bool text_print_svcb_params(struct td_buf *out, const struct text_printed *field)
{
    struct wire_svcb_param param;
    bool is_first = true;

    for (size_t at = 0; wire_svcb_next(field->octets, field->size, &at, &param);) {
        if (!is_first)
            td_buf_add_char(out, ' ');
        is_first = false;
        if (has_form(&param)) {
            print_key(out, param.key);
            printers[param.key](out, param.value, param.size);
        } else {
            td_buf_add_text(out, "key");
            text_print_number(out, param.key);
            print_quoted(out, param.value, param.size);
        }
    }
    return true;
}
