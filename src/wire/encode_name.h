/*
 * wire/encode_name.h - names put into a message under construction, compressed.
 *
 * Shape    A name that stands in the message is known by the offset of its first label, and a
 *          label is looked up together with the offset of the name behind it: so no chain of
 *          pointers is ever followed. The question's name needs no entries: it is compared
 *          with directly.
 * Floor    1. Only for wire/encode*.c.
 * Threads  One owner.
 * RFC      1035 4.1.4.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "wire/encode.h"

enum { ENCODE_POINTER = 0xC000, ENCODE_OFFSET_END = 0x4000 };

/* The message under construction. */
struct encode_cursor {
    uint8_t *message;
    uint8_t *at;  /* where the next octet goes */
    uint8_t *end; /* behind the last octet that may be used */
    const struct wire_key *key;
    struct wire_encode_table *table;
    uint32_t turn;
    unsigned shift;     /* of the prepared image, see wire/answer.h */
    bool is_table_open; /* the table's generation belongs to this message */
};

static inline size_t encode_left(const struct encode_cursor *cursor)
{
    return (size_t)(cursor->end - cursor->at);
}

static inline void encode_copy_16(uint8_t *to, const uint8_t *from)
{
    __uint128_t octets;

    memcpy(&octets, from, 16);
    memcpy(to, &octets, 16);
}

/* Copy 2 octets or more; most records are a few octets long. */
static inline void encode_copy(uint8_t *to, const uint8_t *from, size_t size)
{
    if (size <= 8) {
        if (size >= 4) {
            uint32_t head, tail;
            memcpy(&head, from, 4);
            memcpy(&tail, from + size - 4, 4);
            memcpy(to, &head, 4);
            memcpy(to + size - 4, &tail, 4);
        } else {
            to[0] = from[0];
            to[1] = from[1];
            to[size - 1] = from[size - 1];
        }
    } else if (size <= 16) {
        uint64_t head, tail;
        memcpy(&head, from, 8);
        memcpy(&tail, from + size - 8, 8);
        memcpy(to, &head, 8);
        memcpy(to + size - 8, &tail, 8);
    } else {
        /* No call: whoever has one on his way saves registers for it, needed or not. */
        for (size_t at = 0; at + 16 < size; at += 16)
            encode_copy_16(to + at, from + at);
        encode_copy_16(to + size - 16, from + size - 16);
    }
}

/* A name that has been put: how to refer to it. */
struct encode_named {
    uint16_t offset; /* where it stands, for a pointer; 0: the root, or out of reach */
    uint16_t size;   /* octets of the uncompressed name */
};

/* Put a whole name; false when it does not fit, and nothing has been put then. */
bool encode_name(struct encode_cursor *cursor, const uint8_t *name, struct encode_named *ret_named);

/* Forget what stands at or behind the cursor, because it is given up. */
static inline void encode_rewind(struct encode_cursor *cursor, uint8_t *at)
{
    cursor->at = at;
    cursor->is_table_open = false;
}
