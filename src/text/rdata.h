/*
 * text/rdata.h - record data: text to wire form.
 *
 * Shape    What a type's data looks like follows from its row in wire/rrtype.h: one parser
 *          for each kind of field. Any type may be written as \# SIZE HEX (RFC 3597 5).
 * Floor    2.
 * Threads  Pure: one owner, no allocation.
 * Limits   65,535 octets of record data.
 * RFC      1035 5.1; 3597 5; each type's own.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "text/lexer.h"
#include "text/name.h"
#include "wire/const.h"

/*
 * Room for the largest record data, for what one field may write behind it before the size
 * is looked at, and for a text whose escapes are undone.
 */
enum {
    TEXT_RDATA_SCRATCH = 2 * (WIRE_RDATA_SIZE_MAX + 1) + 1024,
    TEXT_RDATA_SPACE = TEXT_RDATA_SCRATCH + WIRE_RDATA_SIZE_MAX + TEXT_PAD,
};

/* A record being read. */
struct text_parse {
    struct text_lexer lexer;
    const struct text_name *origin; /* NULL: names must be absolute */
    uint8_t *rdata;                 /* TEXT_RDATA_SPACE octets */
    uint8_t *out;                   /* where the next octet of record data goes */
    uint16_t type;
};

/*
 * Read the data of a record of this type, and move the lexer behind its line end. The data
 * stands from parse->rdata up to parse->out.
 * TD_E_MALFORMED  something is wrong, as the lexer's diagnostic says
 * TD_E_TRUNCATED  the input ends too early (see lexer.h)
 */
TD_NODISCARD td_err text_rdata_parse(struct text_parse *parse, uint16_t type);
