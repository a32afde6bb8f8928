/* Addresses, and what is built of them: APL, A6, gateways and relays. */
#include "text/field.h"

#include <string.h>

#include "text/number.h"

/*
 * A number of one to three digits up to 255 at *at, and *at moved behind it. No leading zeros,
 * which some would take for octal. Reads one octet behind the digits. False: it is none.
 */
static TD_ALWAYS_INLINE bool ipv4_number(const uint8_t **at, uint8_t *out)
{
    const uint8_t *text = *at;
    unsigned value = (unsigned)text[0] - '0';
    unsigned digit = (unsigned)text[1] - '0';
    bool is_zero = value == 0;

    if (value > 9)
        return false;
    text++;
    if (digit <= 9) {
        if (is_zero)
            return false;
        value = value * 10 + digit;
        digit = (unsigned)text[1] - '0';
        text++;
        if (digit <= 9) {
            value = value * 10 + digit;
            text++;
        }
    }
    *at = text;
    *out = (uint8_t)value;
    return value <= 255;
}

TEXT_HOT bool text_ipv4_parse(const uint8_t *text, size_t size, uint8_t *out)
{
    const uint8_t *at = text;

    if (td_unlikely(size < 7))
        return false;
    for (unsigned i = 0; i < 3; i++) {
        if (td_unlikely(!ipv4_number(&at, out + i) || *at++ != '.'))
            return false;
    }
    return ipv4_number(&at, out + 3) && at == text + size;
}

/* The value of a hexadecimal digit, else 16 or more. */
static inline unsigned hex_value(uint8_t octet)
{
    unsigned digit = (unsigned)octet - '0';
    unsigned letter = ((unsigned)octet | 0x20) - 'a';

    return digit <= 9 ? digit : letter <= 5 ? letter + 10 : 16;
}

/* The groups of an IPv6 address as far as they have come. */
struct groups {
    uint8_t octets[16];
    unsigned used; /* octets written */
    unsigned gap;  /* octets before "::" */
    bool has_gap;
};

/* Put the octets behind the gap at the end. */
static bool groups_close(const struct groups *groups, uint8_t *out)
{
    if (!groups->has_gap) {
        memcpy(out, groups->octets, 16);
        return groups->used == 16;
    }
    if (groups->used > 14)
        return false;
    unsigned behind = groups->used - groups->gap;
    memset(out, 0, 16);
    memcpy(out, groups->octets, groups->gap);
    memcpy(out + 16 - behind, groups->octets + groups->gap, behind);
    return true;
}

TEXT_HOT bool text_ipv6_parse(const uint8_t *text, size_t size, uint8_t *out)
{
    struct groups groups = { .used = 0 };
    size_t at = 0;

    if (size < 2)
        return false;
    if (text[0] == ':') {
        if (text[1] != ':')
            return false;
        groups.has_gap = true;
        at = 2;
    }
    while (at < size) {
        unsigned value = 0;
        size_t digits = 0;

        for (unsigned digit; at + digits < size && (digit = hex_value(text[at + digits])) < 16;
             digits++)
            value = value << 4 | digit;
        if (at + digits < size && text[at + digits] == '.') {
            if (groups.used > 12 ||
                !text_ipv4_parse(text + at, size - at, groups.octets + groups.used))
                return false;
            groups.used += 4;
            break;
        }
        if (digits == 0 || digits > 4 || groups.used > 14)
            return false;
        groups.octets[groups.used] = (uint8_t)(value >> 8);
        groups.octets[groups.used + 1] = (uint8_t)value;
        groups.used += 2;
        at += digits;
        if (at == size)
            break;
        if (text[at++] != ':' || at == size)
            return false;
        if (text[at] == ':') {
            if (groups.has_gap)
                return false;
            groups.has_gap = true;
            groups.gap = groups.used;
            at++;
        }
    }
    return groups_close(&groups, out);
}

TEXT_HOT td_err text_field_ipv4(struct text_parse *parse)
{
    struct text_token token;
    td_err err = text_field_word(parse, &token, "an IPv4 address");

    if (td_unlikely(err != TD_OK))
        return err;
    if (td_unlikely(!text_ipv4_parse(token.text, token.size, parse->out)))
        return text_fail_expected(&parse->lexer, token, "an IPv4 address", NULL);
    parse->out += 4;
    return TD_OK;
}

TEXT_HOT td_err text_field_ipv6(struct text_parse *parse)
{
    struct text_token token;
    td_err err = text_field_word(parse, &token, "an IPv6 address");

    if (td_unlikely(err != TD_OK))
        return err;
    if (td_unlikely(!text_ipv6_parse(token.text, token.size, parse->out)))
        return text_fail_expected(&parse->lexer, token, "an IPv6 address", NULL);
    parse->out += 16;
    return TD_OK;
}

/* RFC 6742 2.1.2: like half an IPv6 address, without "::". */
td_err text_field_ilnp64(struct text_parse *parse)
{
    static const char what[] = "four groups of hexadecimal digits (xxxx:xxxx:xxxx:xxxx)";
    struct text_token token;
    uint8_t padded[48];
    uint8_t address[16];
    td_err err = text_field_word(parse, &token, what);

    if (err != TD_OK)
        return err;
    /* "X:X:X:X::" has the same first half as "X:X:X:X" and nothing else does. */
    if (token.size > 19)
        return text_fail_expected(&parse->lexer, token, what, NULL);
    memcpy(padded, token.text, token.size);
    memcpy(padded + token.size, ":0:0:0:0", 9);
    if (memmem(token.text, token.size, "::", 2) != NULL || token.text[0] == ':' ||
        memchr(token.text, '.', token.size) != NULL ||
        !text_ipv6_parse(padded, token.size + 8, address))
        return text_fail_expected(&parse->lexer, token, what, NULL);
    memcpy(parse->out, address, 8);
    parse->out += 8;
    return TD_OK;
}

/* One item of APL (RFC 3123 5): [!]family:address/prefix. Returns what is wrong, or NULL. */
static const char *apl_item(struct text_token token, uint8_t *out, size_t *ret_size)
{
    const uint8_t *text = token.text;
    const uint8_t *end = text + token.size;
    bool is_negated = *text == '!';
    uint8_t address[16];
    uint64_t family, prefix;

    text += is_negated;
    const uint8_t *colon = memchr(text, ':', (size_t)(end - text));
    const uint8_t *slash = memchr(text, '/', (size_t)(end - text));
    if (colon == NULL || slash == NULL || slash < colon)
        return "it has to look like 1:192.0.2.0/24";
    if (!text_number_parse(text, (size_t)(colon - text), UINT16_MAX, &family))
        return "the address family is a number";
    if (family != 1 && family != 2)
        return "the address family is 1 (IPv4) or 2 (IPv6); write others as \\#";
    if (family == 1 ? !text_ipv4_parse(colon + 1, (size_t)(slash - colon - 1), address)
                    : !text_ipv6_parse(colon + 1, (size_t)(slash - colon - 1), address))
        return family == 1 ? "that is not an IPv4 address" : "that is not an IPv6 address";
    if (!text_number_parse(slash + 1, (size_t)(end - slash - 1), family == 1 ? 32 : 128, &prefix))
        return "the prefix is longer than the address";

    size_t size = family == 1 ? 4 : 16;
    while (size > 0 && address[size - 1] == 0)
        size--;
    out[0] = 0;
    out[1] = (uint8_t)family;
    out[2] = (uint8_t)prefix;
    out[3] = (uint8_t)((is_negated ? 0x80u : 0u) | size);
    memcpy(out + 4, address, size);
    *ret_size = 4 + size;
    return NULL;
}

td_err text_field_apl(struct text_parse *parse)
{
    for (;;) {
        struct text_token token;
        size_t size = 0;
        td_err err = text_lexer_next(&parse->lexer, &token);

        if (err == TD_OK)
            err = text_field_room(parse, token, 4 + 16);
        if (err != TD_OK || token.kind == TEXT_TOKEN_END)
            return err;
        const char *why = token.kind == TEXT_TOKEN_QUOTED ? "it is in quotes"
                                                          : apl_item(token, parse->out, &size);
        if (why != NULL)
            return text_fail_expected(&parse->lexer, token, "an address prefix", why);
        parse->out += size;
    }
}

/* RFC 2874 3.1: prefix length, suffix unless it is 128, name unless it is 0. */
td_err text_field_a6(struct text_parse *parse)
{
    uint8_t address[16];
    uint64_t prefix = 0;
    td_err err = text_field_number(parse, 128, "a prefix length up to 128", &prefix);

    if (err != TD_OK)
        return err;
    *parse->out++ = (uint8_t)prefix;
    if (prefix < 128) {
        struct text_token token;
        size_t skipped = prefix / 8;

        err = text_field_word(parse, &token, "an IPv6 address");
        if (err != TD_OK)
            return err;
        if (!text_ipv6_parse(token.text, token.size, address))
            return text_fail_expected(&parse->lexer, token, "an IPv6 address", NULL);
        memcpy(parse->out, address + skipped, 16 - skipped);
        parse->out[0] &= (uint8_t)(0xFF >> (prefix % 8));
        parse->out += 16 - skipped;
    }
    return prefix == 0 ? TD_OK : text_field_name(parse);
}

/* What stands for no gateway: a dot. */
static td_err no_gateway(struct text_parse *parse)
{
    struct text_token token;
    td_err err = text_field_word(parse, &token, "a dot");

    if (err == TD_OK && (token.size != 1 || token.text[0] != '.'))
        err =
            text_fail_expected(&parse->lexer, token, "a dot", "the type 0 says that there is none");
    return err;
}

/* A gateway or relay of one of the types that IPSECKEY and AMTRELAY share. */
static td_err gateway(struct text_parse *parse, uint8_t type, const uint8_t *type_at)
{
    switch (type) {
    case 0:
        return no_gateway(parse);
    case 1:
        return text_field_ipv4(parse);
    case 2:
        return text_field_ipv6(parse);
    case 3:
        return text_field_name(parse);
    default:
        return text_fail_at(&parse->lexer, type_at, "type %u is not known here; it goes up to 3",
                            type);
    }
}

/* RFC 4025 3.1: the gateway type is octet 1 of the data, behind the precedence. */
td_err text_field_ipsec_gateway(struct text_parse *parse)
{
    return gateway(parse, parse->rdata[1], parse->lexer.at);
}

/* RFC 8777 4.3: discovery bit, relay type, relay. */
td_err text_field_amt_relay(struct text_parse *parse)
{
    uint64_t discovery = 0, type = 0;
    td_err err = text_field_number(parse, 1, "a discovery bit (0 or 1)", &discovery);

    if (err == TD_OK)
        err = text_field_number(parse, 127, "a relay type up to 127", &type);
    if (err != TD_OK)
        return err;
    *parse->out++ = (uint8_t)(discovery << 7 | type);
    return gateway(parse, (uint8_t)type, parse->lexer.at);
}
