/*
 * text/field.h - the parsers of fields of record data, one for each enum wire_field.
 *
 * Shape    A parser takes the tokens of its field and appends its octets at parse->out.
 *          Parsers of bounded fields (up to TEXT_NAME_SPACE octets) need not look for room:
 *          there are at most 9 of them and text_rdata_parse looks afterwards. The others
 *          use text_field_room.
 * Floor    2. Private to text.
 * Threads  Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text/rdata.h"

typedef td_err text_field_parse(struct text_parse *parse);

text_field_parse text_field_name;
text_field_parse text_field_u8;
text_field_parse text_field_u16;
text_field_parse text_field_u32;
text_field_parse text_field_u48;
text_field_parse text_field_u64;
text_field_parse text_field_ttl;
text_field_parse text_field_time;
text_field_parse text_field_type;
text_field_parse text_field_algorithm;
text_field_parse text_field_cert_type;
text_field_parse text_field_dsync_scheme;
text_field_parse text_field_rcode;
text_field_parse text_field_ipv4;
text_field_parse text_field_ipv6;
text_field_parse text_field_eui48;
text_field_parse text_field_eui64;
text_field_parse text_field_ilnp64;
text_field_parse text_field_loc;
text_field_parse text_field_string;
text_field_parse text_field_string_digits;
text_field_parse text_field_string_optional;
text_field_parse text_field_strings;
text_field_parse text_field_tag;
text_field_parse text_field_text;
text_field_parse text_field_hex;
text_field_parse text_field_hex_8;
text_field_parse text_field_base32hex_8;
text_field_parse text_field_base64;
text_field_parse text_field_base64_optional;
text_field_parse text_field_base64_dash;
text_field_parse text_field_base64_16;
text_field_parse text_field_nsap;
text_field_parse text_field_atma;
text_field_parse text_field_bitmap;
text_field_parse text_field_bitmap_nxt;
text_field_parse text_field_wks;
text_field_parse text_field_apl;
text_field_parse text_field_a6;
text_field_parse text_field_ipsec_gateway;
text_field_parse text_field_amt_relay;
text_field_parse text_field_hip;
text_field_parse text_field_svcb_params;
text_field_parse text_field_generic;

/* Octets of record data written so far. */
static inline size_t text_field_used(const struct text_parse *parse)
{
    return (size_t)(parse->out - parse->rdata);
}

/* Can `size` more octets follow? If not, the diagnostic says so. */
TD_NODISCARD td_err text_field_room(struct text_parse *parse, struct text_token token, size_t size);

/* The next token, which must be a word of at least one octet; else `what` is expected. */
TD_NODISCARD td_err text_field_word(struct text_parse *parse, struct text_token *ret_token,
                                    const char *what);

/* A number up to `max`. */
TD_NODISCARD td_err text_field_number(struct text_parse *parse, uint64_t max, const char *what,
                                      uint64_t *ret_number);

/*
 * An IPv4 or IPv6 address of 4 or 16 octets. text[size] must be readable and no digit, as it
 * is behind a token, an item of a list or a string.
 */
bool text_ipv4_parse(const uint8_t *text, size_t size, uint8_t *out);
bool text_ipv6_parse(const uint8_t *text, size_t size, uint8_t *out);

/* Is it a list of transport:percentage pairs, as the value of oots has to be? */
bool text_svcb_is_oots(const uint8_t *octets, size_t size);
