/*
 * wire/encode.h - an answer becomes octets.
 *
 * Shape    The message begins with a header and one question whose name is not compressed,
 *          written by the caller. Records are put behind it; then the section counts, AA, TC
 *          and the low four bits of the RCODE are set in the header. OPT and TSIG are the
 *          caller's: it takes their room off the limit, and adds them and their counts.
 * Floor    1.
 * Threads  One owner: a worker has one table.
 * Limits   65,535 octets; compression pointers reach offsets below 0x4000.
 * RFC      1035 4.1, 2181 9 and 9471 3 (TC), 3597 4 (which names are compressed).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "wire/answer.h"
#include "wire/key.h"

enum { WIRE_ENCODE_SLOTS = 512 };

/*
 * Where labels stand in the message under construction. It is never cleared: a slot
 * counts only in the generation in which it was written.
 */
struct wire_encode_table {
    uint32_t generation;
    uint32_t used; /* slots of this generation */
    struct {
        uint32_t generation;
        uint16_t parent; /* offset of the name behind the label; 0: the root */
        uint16_t offset; /* of the label */
    } slots[WIRE_ENCODE_SLOTS];
};

void wire_encode_table_init(struct wire_encode_table *table);

struct wire_encode {
    uint8_t *message;                /* octets[0..size) are header and question */
    const struct wire_key *key;      /* of the question's name */
    struct wire_encode_table *table; /* of the worker */
    uint32_t size;                   /* in: header and question; out: the message */
    uint32_t limit;                  /* octets the message may have, room for OPT and TSIG
                                        taken off; at least `size` */
    uint32_t turn;                   /* sets with ANSWER_ROTATE begin at record turn % count */
};

/*
 * Append the answer's records and set the header.
 *
 * An image stands in front of the sets of its sections; with one there are no sets of the answer
 * section, since its pointers lead into the question and into itself.
 *
 * What does not fit: optional sets of the additional section are left out, whole and with
 * their signatures. A required set of the additional section is left out too, with TC. When the
 * answer or authority section does not fit, no record is put in, with TC: who is told to
 * ask again by TCP has no use for a part.
 *
 * TD_E_SPACE  the answer has an image and that does not fit: collect it again without one.
 *             Nothing but octets behind encode->size has changed.
 */
TD_NODISCARD td_err wire_encode(struct wire_encode *encode, const struct answer *answer);
