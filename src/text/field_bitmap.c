/* Sets of types (NSEC, NSEC3, CSYNC, NXT) and of ports (WKS). */
#include "text/field.h"

#include <string.h>

#include "text/mnemonic.h"
#include "text/number.h"
#include "text/type.h"

enum { WINDOW_COUNT = 256, WINDOW_SIZE = 32 };

/* The set of types of a record; a window is made when its first type comes. */
struct windows {
    uint64_t used[WINDOW_COUNT / 64];
    uint8_t bits[WINDOW_COUNT][WINDOW_SIZE];
};

/* The next type, or the end: *ret_more is false then. */
static td_err next_type(struct text_parse *parse, struct text_token *ret_token, uint16_t *ret_type,
                        bool *ret_more)
{
    struct text_token token;
    td_err err = text_lexer_next(&parse->lexer, &token);

    if (err != TD_OK)
        return err;
    *ret_more = token.kind != TEXT_TOKEN_END;
    *ret_token = token;
    if (*ret_more && (token.kind == TEXT_TOKEN_QUOTED ||
                      text_type_find(token.text, token.size, ret_type) != TD_OK))
        return text_fail_expected(&parse->lexer, token,
                                  "a record type (a mnemonic, or TYPE and a number)", NULL);
    return TD_OK;
}

static void windows_add(struct windows *windows, uint16_t type)
{
    unsigned window = type >> 8;

    if ((windows->used[window / 64] >> (window % 64) & 1) == 0) {
        windows->used[window / 64] |= (uint64_t)1 << (window % 64);
        memset(windows->bits[window], 0, WINDOW_SIZE);
    }
    windows->bits[window][(type & 0xFF) / 8] |= (uint8_t)(0x80 >> (type & 7));
}

/* RFC 4034 4.1.2: windows that are not empty, without their last zero octets. */
static td_err windows_write(const struct windows *windows, struct text_parse *parse)
{
    for (unsigned i = 0; i < WINDOW_COUNT / 64; i++) {
        for (uint64_t used = windows->used[i]; used != 0; used &= used - 1) {
            unsigned window = i * 64 + (unsigned)__builtin_ctzll(used);
            const uint8_t *bits = windows->bits[window];
            struct text_token end = { .text = parse->lexer.at };
            size_t size = WINDOW_SIZE;

            while (bits[size - 1] == 0)
                size--;
            td_err err = text_field_room(parse, end, 2 + size);
            if (err != TD_OK)
                return err;
            parse->out[0] = (uint8_t)window;
            parse->out[1] = (uint8_t)size;
            memcpy(parse->out + 2, bits, size);
            parse->out += 2 + size;
        }
    }
    return TD_OK;
}

td_err text_field_bitmap(struct text_parse *parse)
{
    struct windows windows;
    struct text_token token;
    bool more = true;

    memset(windows.used, 0, sizeof(windows.used));
    while (more) {
        uint16_t type = 0;
        td_err err = next_type(parse, &token, &type, &more);
        if (err != TD_OK)
            return err;
        if (more)
            windows_add(&windows, type);
    }
    return windows_write(&windows, parse);
}

/* RFC 2535 5.2: types 1 to 127, a bit each. */
td_err text_field_bitmap_nxt(struct text_parse *parse)
{
    enum { NXT_TYPE_MAX = 127 };
    uint8_t bits[(NXT_TYPE_MAX + 1) / 8] = { 0 };
    struct text_token token;
    size_t size = 0;
    bool more = true;

    while (more) {
        uint16_t type = 0;
        td_err err = next_type(parse, &token, &type, &more);
        if (err != TD_OK)
            return err;
        if (!more)
            break;
        if (type == 0 || type > NXT_TYPE_MAX)
            return text_fail(&parse->lexer, token, "does not fit NXT, which ends with type 127");
        bits[type / 8] |= (uint8_t)(0x80 >> (type & 7));
        size = type / 8u + 1 > size ? type / 8u + 1 : size;
    }
    memcpy(parse->out, bits, size);
    parse->out += size;
    return TD_OK;
}

/* A number, or a name of one of the tables in text/mnemonic.h. */
static td_err named_number(struct text_parse *parse, struct text_token token,
                           const struct wire_mnemonics *table, uint64_t max, const char *what,
                           uint64_t *ret_number)
{
    uint16_t found;

    if (text_number_parse(token.text, token.size, max, ret_number))
        return TD_OK;
    if (wire_mnemonic_find(table, (const char *)token.text, token.size, &found) != TD_OK)
        return text_fail_expected(&parse->lexer, token, what, NULL);
    *ret_number = found;
    return TD_OK;
}

/* RFC 1035 3.4.2: a protocol, then ports; names of both come from a small table. */
td_err text_field_wks(struct text_parse *parse)
{
    enum { PORTS_SIZE = 65536 / 8 };
    struct text_token token;
    uint64_t number = 0;
    size_t size = 0;
    td_err err = text_field_word(parse, &token, "a protocol (tcp, udp or a number)");

    if (err == TD_OK)
        err = named_number(parse, token, &text_protocols, UINT8_MAX,
                           "a protocol (tcp, udp or a number up to 255)", &number);
    if (err != TD_OK)
        return err;
    *parse->out++ = (uint8_t)number;
    memset(parse->out, 0, PORTS_SIZE);
    for (;;) {
        err = text_lexer_next(&parse->lexer, &token);
        if (err != TD_OK || token.kind == TEXT_TOKEN_END)
            break;
        err = named_number(parse, token, &text_services, UINT16_MAX,
                           "a port (a number up to 65535 or a well known name)", &number);
        if (err != TD_OK)
            break;
        parse->out[number / 8] |= (uint8_t)(0x80 >> (number & 7));
        size = number / 8 + 1 > size ? number / 8 + 1 : size;
    }
    parse->out += size;
    return err;
}
