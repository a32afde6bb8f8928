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

#include "wire/copy.h"
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
    unsigned shift;       /* of the prepared image, see wire/answer.h */
    bool is_table_open;   /* the table's generation belongs to this message */
    uint16_t child_at;    /* where the last owner of PLACE_CHILD stands; 0: none */
    const uint8_t *child; /* that owner */
};

static inline size_t encode_left(const struct encode_cursor *cursor)
{
    return (size_t)(cursor->end - cursor->at);
}

/* A name that has been put: how to refer to it. */
struct encode_named {
    uint16_t offset; /* where it stands, for a pointer; 0: the root, or out of reach */
    uint16_t size;   /* octets of the uncompressed name */
};

/* Put a whole name; false when it does not fit, and nothing has been put then. */
bool encode_name(struct encode_cursor *cursor, const uint8_t *name, struct encode_named *ret_named);

/*
 * Put a name of one label in front of the question's name from octet `qname_offset` on, where
 * pointers reach. *ret_offset is where it stands. False: no room, and nothing has been put.
 * is_shared: other names of the message may be this one, or end in it.
 */
bool encode_child(struct encode_cursor *cursor, const uint8_t *label, unsigned qname_offset,
                  bool is_shared, uint16_t *ret_offset);

/* Forget what stands at or behind the cursor, because it is given up. */
static inline void encode_rewind(struct encode_cursor *cursor, uint8_t *at)
{
    cursor->at = at;
    cursor->is_table_open = false;
    cursor->child_at = 0;
}
