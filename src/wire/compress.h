/*
 * wire/compress.h - names written into a message, compressed against those before.
 *
 * Shape    a trie over the labels that were written, kept as a hash table: a node is a label
 *          in the message below its parent node, so that one look compares one label. Letter
 *          case is ignored when names are matched, unless `exact` is set; the first occurrence
 *          keeps its case. One table serves message after message.
 * Floor    1.
 * Threads  One owner.
 * Limits   WIRE_COMPRESS_NODES_MAX labels per message and offsets below 0x4000; what is more
 *          is written and not remembered.
 * RFC      1035 4.1.4; 3597 4 (which types' data may be compressed).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/writer.h"
#include "wire/name.h"

enum {
    WIRE_COMPRESS_NODES_MAX = 1024,
    WIRE_COMPRESS_SLOTS = 2048,
    WIRE_COMPRESS_OFFSET_MAX = 0x3FFF,
};

struct wire_compress_node {
    uint16_t offset; /* where the label stands in the message */
    uint16_t parent; /* node of the label to the right; 0: the root */
};

struct wire_compress {
    bool exact;             /* names that differ in case are different: a transfer keeps case */
    uint16_t count;         /* nodes in use; node 0 is the root */
    uint16_t owner_pointer; /* to the owner of the record before */
    uint8_t owner_size;     /* 0: there was none that can be pointed at */
    uint8_t owner[WIRE_NAME_SIZE_MAX];
    uint16_t slots[WIRE_COMPRESS_SLOTS]; /* nodes; 0: free */
    struct wire_compress_node nodes[WIRE_COMPRESS_NODES_MAX];
};

/* Begin a message: forget every name. Also initialises. */
void wire_compress_reset(struct wire_compress *table, bool exact);

/*
 * Write a name at the cursor, as short as possible, and remember it. The writer must stand
 * over the message from its first octet on.
 * TD_E_SPACE  no room; neither message nor table have changed
 */
TD_NODISCARD td_err wire_compress_name(struct wire_compress *table, struct td_writer *message,
                                       const uint8_t *name);

/* Write a name in full and remember it, for names that must not be compressed. */
TD_NODISCARD td_err wire_compress_name_plain(struct wire_compress *table, struct td_writer *message,
                                             const uint8_t *name);

/*
 * Write a whole record: owner, type, class, TTL, and checked rdata with its names compressed
 * where RFC 3597 4 allows it. For a message that is to be cut back: the table still remembers
 * what stood behind the cut, so begin anew (wire_compress_reset) or end the message there.
 * TD_E_SPACE  no room; neither message nor table have changed
 */
TD_NODISCARD td_err wire_compress_record(struct wire_compress *table, struct td_writer *message,
                                         const uint8_t *owner, uint16_t type, uint16_t class,
                                         uint32_t ttl, const uint8_t *rdata, size_t rdata_size);
