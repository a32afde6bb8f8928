/*
 * text/print_internal.h - what the print*.c files share.
 *
 * Floor    2. Private to text.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* A field of record data that has passed wire_rdata_field. */
struct text_printed {
    const uint8_t *rdata; /* the whole data */
    const uint8_t *octets;
    size_t size; /* of the field */
};

/* Append a field. False when its content has no text form: the data is then written as \#. */
typedef bool text_field_print(struct td_buf *out, const struct text_printed *field);

/* print.c */
void text_print_number(struct td_buf *out, uint64_t number);
void text_print_hex(struct td_buf *out, const uint8_t *octets, size_t size);
void text_print_base64(struct td_buf *out, const uint8_t *octets, size_t size);
void text_print_ipv4(struct td_buf *out, const uint8_t *address);
void text_print_ipv6(struct td_buf *out, const uint8_t *address);
/* An octet inside of quotes. */
void text_print_quoted_octet(struct td_buf *out, uint8_t octet);
void text_print_quoted(struct td_buf *out, const uint8_t *octets, size_t size);

/* print_special.c, print_svcb.c */
text_field_print text_print_loc;
text_field_print text_print_nsap;
text_field_print text_print_atma;
text_field_print text_print_bitmap;
text_field_print text_print_bitmap_nxt;
text_field_print text_print_wks;
text_field_print text_print_apl;
text_field_print text_print_a6;
text_field_print text_print_ipsec_gateway;
text_field_print text_print_amt_relay;
text_field_print text_print_hip;
text_field_print text_print_svcb_params;
