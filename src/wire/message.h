/*
 * wire/message.h - reading a whole message: header, questions, records of each section.
 *
 * Shape    wire_message_read walks the message once and notes where sections begin and where
 *          OPT and TSIG are; records are then read one by one, names decompressed, rdata as a
 *          window that is decompressed on demand. Everything refers to the octets given.
 *          Numbers in host order. For the single question of a query see wire/question.h.
 * Floor    1.
 * Threads  Pure.
 * Limits   65,535 octets; counts as the header says, each record at least 11 octets.
 * RFC      1035 4.1; 6891 6.1.1 (one OPT); 8945 5.1 (TSIG is last); 2136 2 (UPDATE names its
 *          sections zone, prerequisite, update, additional: the same four).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/reader.h"
#include "base/writer.h"
#include "wire/const.h"
#include "wire/name.h"

struct wire_header {
    uint16_t id;
    uint16_t flags;     /* enum wire_header_flag */
    uint16_t counts[4]; /* question, answer, authority, additional */
};

_Static_assert(sizeof(struct wire_header) == WIRE_HEADER_SIZE, "it is copied whole");

static inline unsigned wire_header_opcode(const struct wire_header *header)
{
    return (header->flags & WIRE_FLAG_OPCODE) >> WIRE_FLAG_OPCODE_SHIFT;
}

/* From network to host order, in place: two numbers at a time. */
static inline void wire_header_swap(struct wire_header *header)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#pragma GCC unroll 3
    for (unsigned i = 0; i < WIRE_HEADER_SIZE; i += 4) {
        uint32_t pair;
        memcpy(&pair, (uint8_t *)header + i, 4);
        pair = __builtin_bswap32(pair);
        pair = pair << 16 | pair >> 16;
        memcpy((uint8_t *)header + i, &pair, 4);
    }
#endif
}

/* TD_E_TRUNCATED  fewer than 12 octets: nothing can be answered */
TD_NODISCARD static inline td_err wire_header_read(const uint8_t *octets, size_t size,
                                                   struct wire_header *ret_header)
{
    if (size < WIRE_HEADER_SIZE)
        return TD_E_TRUNCATED;
    memcpy(ret_header, octets, WIRE_HEADER_SIZE);
    wire_header_swap(ret_header);
    return TD_OK;
}

/* Write the 12 octets of a header. */
static inline void wire_header_put(uint8_t *octets, const struct wire_header *header)
{
    td_put_u16(octets, header->id);
    td_put_u16(octets + 2, header->flags);
    for (unsigned i = 0; i < 4; i++)
        td_put_u16(octets + 4 + 2 * i, header->counts[i]);
}

struct wire_message {
    const uint8_t *octets;
    size_t size;
    struct wire_header header;
    size_t section_at[4]; /* where question, answer, authority and additional begin */
    size_t end;           /* behind the last record; octets up to `size` trail */
    size_t opt_at;        /* where the OPT record begins; 0: none */
    size_t tsig_at;       /* where the TSIG record begins; 0: none */
};

/*
 * Walk the whole message. Octets behind the last record are no error here: see `end`.
 *
 * TD_E_TRUNCATED  it ends before its counts say so
 * TD_E_MALFORMED  a name cannot be one; OPT twice, with an owner, or outside of the additional
 *                 section; TSIG not the last record, or outside of the additional section
 */
TD_NODISCARD td_err wire_message_read(const uint8_t *octets, size_t size,
                                      struct wire_message *ret_message);

struct wire_message_question {
    struct wire_name name;
    uint16_t type;
    uint16_t class;
};

/*
 * Read the question that begins at *at (at first section_at[0]) and move *at behind it.
 * TD_E_NOT_FOUND  *at is where the answer section begins
 * TD_E_TRUNCATED, TD_E_MALFORMED  as wire_name_read
 */
TD_NODISCARD td_err wire_message_question(const struct wire_message *message, size_t *at,
                                          struct wire_message_question *ret_question);

struct wire_record {
    size_t at;       /* where it begins in the message */
    size_t rdata_at; /* where its rdata begins */
    uint32_t ttl;    /* as it stands there; see wire_ttl */
    uint16_t type;
    uint16_t class;
    uint16_t rdlength; /* octets of rdata as they stand there, maybe compressed */
    struct wire_name owner;
};

/* RFC 2181 8: a TTL with the top bit set counts as 0. */
static inline uint32_t wire_ttl(uint32_t ttl)
{
    return ttl <= WIRE_TTL_MAX ? ttl : 0;
}

/*
 * Read the record that begins at *at and move *at behind it. Sections follow one another:
 * begin with section_at[i] and go on while *at is below section_at[i + 1] or `end`.
 * TD_E_NOT_FOUND  *at is `end`
 * TD_E_TRUNCATED, TD_E_MALFORMED  as wire_name_read
 */
TD_NODISCARD td_err wire_message_record(const struct wire_message *message, size_t *at,
                                        struct wire_record *ret_record);

/*
 * Append the rdata of a record, decompressed and checked, to `out`. Results as those of
 * wire_rdata_read, TD_E_INVALID included. Not for the empty rdata that UPDATE sends with
 * classes ANY and NONE (RFC 2136 2.4 and 2.5): look at rdlength before.
 */
TD_NODISCARD td_err wire_message_rdata(const struct wire_message *message,
                                       const struct wire_record *record, struct td_writer *out);
