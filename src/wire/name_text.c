/* Names as people write them; the plain codec is in name.c. */
#include "wire/name.h"

#include "base/macros.h"

/* Does the octet mean something in a zone file, so that it needs a backslash? */
static bool is_special(uint8_t octet)
{
    switch (octet) {
    case '.':
    case ';':
    case '\\':
    case '"':
    case '(':
    case ')':
    case '@':
    case '$':
        return true;
    default:
        return false;
    }
}

static char *format_octet(uint8_t octet, char *out)
{
    if (octet <= 0x20 || octet >= 0x7F) {
        *out++ = '\\';
        *out++ = (char)('0' + octet / 100);
        *out++ = (char)('0' + octet / 10 % 10);
        *out++ = (char)('0' + octet % 10);
        return out;
    }
    if (is_special(octet))
        *out++ = '\\';
    *out++ = (char)octet;
    return out;
}

char *wire_name_format(const uint8_t *name, char *out)
{
    char *at = out;

    if (name[0] == 0)
        *at++ = '.';
    for (; name[0] != 0; name = wire_name_parent(name)) {
        for (unsigned i = 1; i <= name[0]; i++)
            at = format_octet(name[i], at);
        *at++ = '.';
    }
    *at = '\0';
    return out;
}

/* One octet of a label; `*text` moves past it. */
static td_err take_octet(const char **text, uint8_t *ret_octet)
{
    const char *at = *text;

    if (*at != '\\') {
        *ret_octet = (uint8_t)*at;
        *text = at + 1;
        return TD_OK;
    }
    at++;
    if (*at == '\0')
        return TD_E_MALFORMED;
    if (*at < '0' || *at > '9') {
        *ret_octet = (uint8_t)*at;
        *text = at + 1;
        return TD_OK;
    }

    unsigned value = 0;
    for (unsigned i = 0; i < 3; i++, at++) {
        if (*at < '0' || *at > '9')
            return TD_E_MALFORMED;
        value = value * 10 + (unsigned)(*at - '0');
    }
    if (value > UINT8_MAX)
        return TD_E_MALFORMED;
    *ret_octet = (uint8_t)value;
    *text = at;
    return TD_OK;
}

/* One label up to its dot or the end of the text, which must not be empty. */
static td_err take_label(const char **text, struct wire_name *name)
{
    uint8_t *label = name->octets + name->size;
    uint8_t size = 0;

    while (**text != '\0' && **text != '.') {
        uint8_t octet;
        td_err err = take_octet(text, &octet);
        if (err != TD_OK)
            return err;
        if (size == WIRE_LABEL_SIZE_MAX)
            return TD_E_MALFORMED;
        /* The length octet, the root and this octet have to fit. */
        if (name->size + size + 3 > WIRE_NAME_SIZE_MAX)
            return TD_E_LIMIT;
        label[1 + size++] = octet;
    }
    if (size == 0)
        return TD_E_MALFORMED;
    label[0] = size;
    name->size = (uint8_t)(name->size + 1 + size);
    name->label_count++;
    return TD_OK;
}

td_err wire_name_from_text(const char *text, struct wire_name *ret_name)
{
    struct wire_name name = { .size = 0 };

    if (text[0] == '\0')
        return TD_E_MALFORMED;
    if (strcmp(text, ".") == 0)
        text++;
    while (*text != '\0') {
        td_err err = take_label(&text, &name);
        if (err != TD_OK)
            return err;
        if (*text == '.')
            text++;
    }
    name.octets[name.size++] = 0;
    name.label_count++;
    *ret_name = name;
    return TD_OK;
}
