/*
 * wire/rdata.h - record data: checked, decompressed, in canonical form, and its names.
 *
 * Shape    "rdata" is uncompressed octets without the length, 0..65535 of them. "Checked"
 *          means that wire_rdata_check or wire_rdata_read has accepted them, with TD_OK or
 *          TD_E_INVALID; only then may the functions that take checked rdata be called.
 * Floor    1.
 * Threads  Pure.
 * Errors   Two kinds of wrong are told apart, because a transfer may have to accept what a
 *          zone file must not say:
 *          TD_E_TRUNCATED  the rdata ends inside a field
 *          TD_E_MALFORMED  the fields cannot be told apart or are not what they have to be;
 *                          octets left behind the last field
 *          TD_E_INVALID    every field is well formed, but together they break a rule of the
 *                          type (a SHA-256 digest of 20 octets, a mandatory SvcParam that is
 *                          not there); the rdata can be printed, compared and sent
 * RFC      3597 4 and 7; 4034 6.2 and 6.3 with 6840 5.1; each type's own.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/reader.h"
#include "base/writer.h"
#include "wire/rrtype.h"

/* Are these octets record data of this type? Types without a row: any octets are. */
TD_NODISCARD td_err wire_rdata_check(uint16_t type, const uint8_t *rdata, size_t size);

/*
 * Read the rdata of `rdlength` octets at the cursor of a whole message, decompress the names
 * of types where that is allowed, check it, and append it to `out`. The cursor moves past it.
 * Unlike elsewhere TD_E_INVALID is a result, not a refusal: cursor and `out` have moved.
 *
 * TD_E_TRUNCATED, TD_E_MALFORMED as above; also the message ends before the rdata does.
 * TD_E_SPACE  `out` is full, or more than 65,535 octets when decompressed
 */
TD_NODISCARD td_err wire_rdata_read(struct td_reader *message, uint16_t type, size_t rdlength,
                                    struct td_writer *out);

/*
 * Where the field of this kind that begins at `at` ends: the text floor walks rdata with it.
 * Checks the field on the way (not the rules between fields). TD_E_TRUNCATED, TD_E_MALFORMED.
 */
TD_NODISCARD td_err wire_rdata_field(enum wire_field field, const uint8_t *rdata, size_t size,
                                     size_t at, size_t *ret_end);

/* Bring checked rdata to canonical form in place: names of the listed types in lower case. */
void wire_rdata_canonical(uint16_t type, uint8_t *rdata, size_t size);

/* Order of rdata inside a set (RFC 4034 6.3): as octets, a prefix first. */
int wire_rdata_compare(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size);

enum { WIRE_RDATA_NAMES_MAX = 2 };

/* A name inside rdata. */
struct wire_rdata_name {
    uint16_t at;   /* octets before it */
    uint16_t size; /* 1..255 */
};

/*
 * The names in checked rdata, in order; returns how many (0..2). All names of a type are
 * treated alike: see WIRE_RRTYPE_COMPRESS and WIRE_RRTYPE_LOWER in the row's flags.
 * The rendezvous servers of HIP, which may be many and are never touched, are not listed.
 */
unsigned wire_rdata_names(uint16_t type, const uint8_t *rdata, size_t size,
                          struct wire_rdata_name ret_names[WIRE_RDATA_NAMES_MAX]);
