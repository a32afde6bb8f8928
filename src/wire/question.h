/*
 * wire/question.h - the query as it comes in: header, one question, perhaps OPT, in one pass.
 *
 * Shape    everything by offset into the message. The name stands uncompressed at octet 12,
 *          since nothing stands before it that a pointer could mean.
 * Floor    1.
 * Threads  Pure. On the road of every query: some 100 instructions for three labels.
 * Limits   a name of 255 octets, 128 labels.
 * RFC      1035 4.1.2; 9619 (one question); 6891 6.1.1 (one OPT).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "wire/edns.h"
#include "wire/message.h"
#include "wire/name.h"
#include "wire/rrtype.h"

enum { WIRE_QUESTION_AT = WIRE_HEADER_SIZE };

struct wire_question {
    uint16_t type;
    uint16_t class;
    uint16_t end;                          /* where the question ends in the message */
    uint8_t name_size;                     /* octets of the name, 1..255 */
    uint8_t label_count;                   /* root label included, 1..128 */
    uint8_t offsets[WIRE_LABEL_COUNT_MAX]; /* of the labels in the name, the root's the last */
};

/*
 * Read the question of a message whose header says that there is one.
 * TD_E_TRUNCATED  the message ends inside it
 * TD_E_MALFORMED  a pointer, a reserved label type, more than 255 octets
 * On error *ret_question is good for nothing; it is filled in place, to save a copy.
 */
TD_NODISCARD td_err wire_question_read(const uint8_t *message, size_t size,
                                       struct wire_question *ret_question);

/* What comes behind the question of a query. */
struct wire_tail {
    bool has_edns;
    uint16_t tsig_at;      /* where the TSIG record begins; 0: none */
    uint16_t end;          /* behind the last record; octets up to the message's size trail */
    struct wire_edns edns; /* when has_edns; else only payload (512) and zeros are set */
};

/*
 * Read what is behind the question: mostly nothing, or an OPT record alone, which are fast.
 * Records in answer and authority sections (IXFR, NOTIFY, UPDATE) are stepped over.
 * Errors as wire_message_read and wire_edns_read (answer FORMERR); *ret_tail as above.
 */
TD_NODISCARD td_err wire_question_tail(const uint8_t *message, size_t size,
                                       const struct wire_header *header, size_t question_end,
                                       struct wire_tail *ret_tail);

/*
 * The same when all that stands behind the question is one OPT record, of version 0 and without
 * options. False: it is something else, and *ret_tail, whose tsig_at is not touched, is good for
 * nothing.
 */
static inline bool wire_question_opt(const uint8_t *message, size_t size, size_t question_end,
                                     struct wire_tail *ret_tail)
{
    const uint8_t *opt = message + question_end;
    struct wire_edns *edns = &ret_tail->edns;

    if (size - question_end < WIRE_EDNS_OPT_SIZE || td_get_u32(opt) >> 8 != WIRE_TYPE_OPT ||
        opt[6] != 0 || td_get_u16(opt + 9) != 0)
        return false;
    uint16_t payload = td_get_u16(opt + 3);
    edns->payload = payload < WIRE_EDNS_PAYLOAD_MIN ? WIRE_EDNS_PAYLOAD_MIN : payload;
    edns->rcode_high = opt[5];
    edns->version = 0;
    edns->flags = td_get_u16(opt + 7);
    edns->at = (uint16_t)question_end;
    edns->seen = 0;
    ret_tail->has_edns = true;
    ret_tail->end = (uint16_t)(question_end + WIRE_EDNS_OPT_SIZE);
    return true;
}
