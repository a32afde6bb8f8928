#include "text/rdata.h"

#include <string.h>

#include "text/field.h"
#include "wire/rdata.h"
#include "wire/rrtype.h"

/* EDNS has no presentation format: OPT is never written in a zone. */
static td_err field_edns(struct text_parse *parse)
{
    return text_fail_at(&parse->lexer, parse->lexer.at, "EDNS options are not written as text");
}

/* The data of a type that is only known as octets. */
static td_err field_unknown(struct text_parse *parse)
{
    struct text_token token;
    td_err err = text_lexer_next(&parse->lexer, &token);

    if (err == TD_OK)
        err = text_fail_expected(&parse->lexer, token, "\\# SIZE HEX (the only form of this type)",
                                 NULL);
    return err;
}

static text_field_parse *const parsers[WIRE_FIELD_COUNT] = {
    [WIRE_FIELD_NAME_1035] = text_field_name,
    [WIRE_FIELD_NAME_DECOMPRESS] = text_field_name,
    [WIRE_FIELD_NAME_LOWER] = text_field_name,
    [WIRE_FIELD_NAME] = text_field_name,
    [WIRE_FIELD_U8] = text_field_u8,
    [WIRE_FIELD_U16] = text_field_u16,
    [WIRE_FIELD_U32] = text_field_u32,
    [WIRE_FIELD_U48] = text_field_u48,
    [WIRE_FIELD_U64] = text_field_u64,
    [WIRE_FIELD_TTL] = text_field_ttl,
    [WIRE_FIELD_TIME] = text_field_time,
    [WIRE_FIELD_TYPE] = text_field_type,
    [WIRE_FIELD_ALGORITHM] = text_field_algorithm,
    [WIRE_FIELD_CERT_TYPE] = text_field_cert_type,
    [WIRE_FIELD_DSYNC_SCHEME] = text_field_dsync_scheme,
    [WIRE_FIELD_RCODE] = text_field_rcode,
    [WIRE_FIELD_IPV4] = text_field_ipv4,
    [WIRE_FIELD_IPV6] = text_field_ipv6,
    [WIRE_FIELD_EUI48] = text_field_eui48,
    [WIRE_FIELD_EUI64] = text_field_eui64,
    [WIRE_FIELD_ILNP64] = text_field_ilnp64,
    [WIRE_FIELD_LOC] = text_field_loc,
    [WIRE_FIELD_STRING] = text_field_string,
    [WIRE_FIELD_STRING_DIGITS] = text_field_string_digits,
    [WIRE_FIELD_STRING_OPTIONAL] = text_field_string_optional,
    [WIRE_FIELD_STRINGS] = text_field_strings,
    [WIRE_FIELD_TAG] = text_field_tag,
    [WIRE_FIELD_TEXT] = text_field_text,
    [WIRE_FIELD_HEX] = text_field_hex,
    [WIRE_FIELD_HEX_8] = text_field_hex_8,
    [WIRE_FIELD_BASE32HEX_8] = text_field_base32hex_8,
    [WIRE_FIELD_BASE64] = text_field_base64,
    [WIRE_FIELD_BASE64_OPTIONAL] = text_field_base64_optional,
    [WIRE_FIELD_BASE64_DASH] = text_field_base64_dash,
    [WIRE_FIELD_BASE64_16] = text_field_base64_16,
    [WIRE_FIELD_NSAP] = text_field_nsap,
    [WIRE_FIELD_ATMA] = text_field_atma,
    [WIRE_FIELD_BITMAP] = text_field_bitmap,
    [WIRE_FIELD_BITMAP_NXT] = text_field_bitmap_nxt,
    [WIRE_FIELD_WKS] = text_field_wks,
    [WIRE_FIELD_APL] = text_field_apl,
    [WIRE_FIELD_A6] = text_field_a6,
    [WIRE_FIELD_IPSEC_GATEWAY] = text_field_ipsec_gateway,
    [WIRE_FIELD_AMT_RELAY] = text_field_amt_relay,
    [WIRE_FIELD_HIP] = text_field_hip,
    [WIRE_FIELD_SVCB_PARAMS] = text_field_svcb_params,
    [WIRE_FIELD_EDNS] = field_edns,
    [WIRE_FIELD_GENERIC] = field_unknown,
};

/* Why data that wire_rdata_check calls TD_E_INVALID is wrong. */
static const char *explain(uint16_t type)
{
    switch (type) {
    case WIRE_TYPE_DS:
    case WIRE_TYPE_CDS:
    case WIRE_TYPE_DLV:
    case WIRE_TYPE_TA:
        return "a digest of this type has another size (SHA-1: 20 octets, SHA-256: 32, SHA-384: "
               "48)";
    case WIRE_TYPE_SSHFP:
        return "a fingerprint of this type has another size (SHA-1: 20 octets, SHA-256: 32)";
    case WIRE_TYPE_ZONEMD:
        return "a digest has at least 12 octets (SHA-384: 48, SHA-512: 64)";
    case WIRE_TYPE_NSEC:
        return "NSEC without any type";
    case WIRE_TYPE_RKEY:
        return "the flags of an RKEY record must be 0";
    case WIRE_TYPE_URI:
        return "the target of a URI record must not be empty";
    case WIRE_TYPE_SVCB:
    case WIRE_TYPE_HTTPS:
        return "a key that is mandatory is not there, no-default-alpn stands without alpn, "
               "dohpath is not a path with {?dns}, or the key is 65535";
    default:
        return "this is not data of its type";
    }
}

/*
 * The end must come now, and the data be right as a whole; `start` is where its text begins.
 * Only \# can give octets that are no fields at all: that is found at their end. When it is not,
 * the lexer stays before the end: the record is still to be passed over.
 */
TEXT_ASIDE static td_err check_whole(struct text_parse *parse, uint16_t type, const uint8_t *start)
{
    struct text_lexer before = parse->lexer;
    size_t size = text_field_used(parse);
    char mnemonic[WIRE_RRTYPE_MNEMONIC_SIZE];
    td_err err = text_lexer_finish(&parse->lexer);

    if (err != TD_OK)
        return err;
    err = wire_rdata_check(type, parse->rdata, size);
    if (err == TD_OK)
        return TD_OK;
    parse->lexer = before;
    while (*start == ' ' || *start == '\t')
        start++;
    if (err == TD_E_INVALID)
        return text_fail_at(&parse->lexer, start, "%s", explain(type));
    return text_fail_at(&parse->lexer, before.at, "these %zu octets are not the data of type %s",
                        size, wire_rrtype_format(type, mnemonic));
}

/*
 * Does \# come next? For types made of strings "\#" may also be the text "#": there it means
 * the generic form only when a number comes behind it.
 */
TEXT_ASIDE static td_err look_for_generic(struct text_parse *parse, const struct wire_rrtype *row,
                                          bool *ret_is_generic)
{
    struct text_lexer after = parse->lexer;
    struct text_token token;
    td_err err = text_lexer_next(&after, &token);

    if (err == TD_OK &&
        (token.kind != TEXT_TOKEN_WORD || token.size != 2 || memcmp(token.text, "\\#", 2) != 0)) {
        *ret_is_generic = false;
        return TD_OK;
    }
    parse->lexer.is_starved = after.is_starved;
    if (err == TD_OK && row->fields[0] == WIRE_FIELD_STRINGS) {
        struct text_lexer behind = after;
        err = text_lexer_next(&behind, &token);
        parse->lexer.is_starved = behind.is_starved;
        *ret_is_generic =
            token.kind == TEXT_TOKEN_WORD && token.text[0] >= '0' && token.text[0] <= '9';
        if (err != TD_OK || !*ret_is_generic)
            return err;
    }
    parse->lexer = after;
    *ret_is_generic = true;
    return err;
}

/* Data in the generic form, if it is in that: else *ret_is_generic is false. */
TEXT_ASIDE static td_err try_generic(struct text_parse *parse, const struct wire_rrtype *row,
                                     bool *ret_is_generic)
{
    const uint8_t *start = parse->lexer.at;
    td_err err = look_for_generic(parse, row, ret_is_generic);

    if (err != TD_OK || !*ret_is_generic)
        return err;
    err = text_field_generic(parse);
    return err == TD_OK ? check_whole(parse, parse->type, start) : err;
}

TEXT_HOT td_err text_rdata_parse(struct text_parse *parse, uint16_t type)
{
    const struct wire_rrtype *row = wire_rrtype_get(type);
    const uint8_t *start = parse->lexer.at;
    td_err err = TD_OK;

    parse->out = parse->rdata;
    parse->type = type;
    /* A backslash can only be the generic form, or begin a string or a name with an escape. */
    if (td_unlikely(!text_octet_is_space(*start) || start[1] <= ' ' || start[1] == '\\')) {
        bool is_generic = false;
        err = try_generic(parse, row, &is_generic);
        if (err != TD_OK || is_generic)
            return err;
    }
    for (const uint8_t *field = row->fields; err == TD_OK && *field != WIRE_FIELD_END; field++)
        err = parsers[*field](parse);
    if (td_unlikely(err != TD_OK))
        return err;
    if (td_unlikely(text_field_used(parse) > WIRE_RDATA_SIZE_MAX))
        return text_fail_at(&parse->lexer, start, "the record has more than 65535 octets of data");
    /* What the parsers of fields accept is good; rules between fields are the table's. */
    if (td_unlikely((row->flags & WIRE_RRTYPE_RULE) != 0))
        return check_whole(parse, type, start);
    return text_lexer_finish(&parse->lexer);
}
