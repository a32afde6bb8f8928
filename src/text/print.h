/*
 * text/print.h - records and record data as text.
 *
 * Shape    Everything is spelled out, on one line: absolute names, the TTL, the class, all
 *          fields; numbers where mnemonics are not the rule; strings in quotes. What is
 *          printed reads back to the same octets (text/scan.h, text/single.h). Data that
 *          does not have the form of its type, and data of unknown types, is written as
 *          \# SIZE HEX (RFC 3597 5). A record has tabs between its five parts.
 * Floor    2.
 * Threads  Pure: one owner of the buffer.
 * RFC      1035 5.1; 3597 5; 5952 (IPv6); 9460 appendix A; each type's own.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Append a name, absolute. */
void text_print_name(struct td_buf *out, const uint8_t *name);

/* Append record data. */
void text_print_rdata(struct td_buf *out, uint16_t type, const uint8_t *rdata, size_t size);

/* Append a record of class IN, without a line feed. */
void text_print_record(struct td_buf *out, const uint8_t *owner, uint32_t ttl, uint16_t type,
                       const uint8_t *rdata, size_t size);
