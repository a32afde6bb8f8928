#include "wire/question.h"

#include "base/assert.h"
#include "base/macros.h"
#include "wire/rrtype.h"

TD_HOT td_err wire_question_read(const uint8_t *message, size_t size,
                                 struct wire_question *ret_question)
{
    const uint8_t *name = message + WIRE_QUESTION_AT;
    size_t at = 0, left;
    unsigned count = 0;

    if (size < WIRE_QUESTION_AT)
        return TD_E_TRUNCATED;
    left = size - WIRE_QUESTION_AT;

    /* Bounded: every turn moves on by at least two octets, up to 255. */
    for (;;) {
        if (at >= left)
            return TD_E_TRUNCATED;
        if (at >= WIRE_NAME_SIZE_MAX)
            return TD_E_MALFORMED;
        uint8_t octet = name[at];
        ret_question->offsets[count++] = (uint8_t)at;
        if (octet == 0)
            break;
        if (octet > WIRE_LABEL_SIZE_MAX)
            return TD_E_MALFORMED;
        at += (size_t)octet + 1;
    }
    at++;
    if (left - at < 4)
        return TD_E_TRUNCATED;

    ret_question->type = td_get_u16(name + at);
    ret_question->class = td_get_u16(name + at + 2);
    ret_question->end = (uint16_t)(WIRE_QUESTION_AT + at + 4);
    ret_question->name_size = (uint8_t)at;
    ret_question->label_count = (uint8_t)count;
    return TD_OK;
}

static void no_edns(struct wire_edns *edns)
{
    edns->payload = WIRE_EDNS_PAYLOAD_MIN;
    edns->flags = 0;
    edns->rcode_high = 0;
    edns->version = 0;
    edns->at = 0;
    edns->seen = 0;
}

/* The long way, for messages with more than an OPT record behind the question. */
static TD_COLD td_err read_long_tail(const uint8_t *message, size_t size,
                                     struct wire_tail *ret_tail)
{
    struct wire_message walked;
    size_t edns_end;

    td_err err = wire_message_read(message, size, &walked);
    if (err != TD_OK)
        return err;
    if (walked.opt_at != 0) {
        err = wire_edns_read(message, size, walked.opt_at, WIRE_EDNS_QUERY, &ret_tail->edns,
                             &edns_end);
        if (err != TD_OK)
            return err;
    } else {
        no_edns(&ret_tail->edns);
    }
    ret_tail->has_edns = walked.opt_at != 0;
    ret_tail->tsig_at = (uint16_t)walked.tsig_at;
    ret_tail->end = (uint16_t)walked.end;
    return TD_OK;
}

/* An OPT record alone that has options. */
static td_err read_options(const uint8_t *message, size_t size, size_t at,
                           struct wire_tail *ret_tail)
{
    size_t end;

    td_err err = wire_edns_read(message, size, at, WIRE_EDNS_QUERY, &ret_tail->edns, &end);
    if (err == TD_OK)
        ret_tail->end = (uint16_t)end;
    return err;
}

TD_HOT td_err wire_question_tail(const uint8_t *message, size_t size,
                                 const struct wire_header *header, size_t question_end,
                                 struct wire_tail *ret_tail)
{
    td_assert(question_end <= size && size <= WIRE_MESSAGE_SIZE_MAX);

    struct wire_edns *edns = &ret_tail->edns;
    unsigned before = (unsigned)header->counts[1] | header->counts[2];
    ret_tail->tsig_at = 0;
    if ((before | header->counts[3]) == 0) {
        no_edns(edns);
        ret_tail->has_edns = false;
        ret_tail->end = (uint16_t)question_end;
        return TD_OK;
    }

    const uint8_t *opt = message + question_end;
    bool is_opt_alone = before == 0 && header->counts[3] == 1 &&
                        size - question_end >= WIRE_EDNS_OPT_SIZE &&
                        (td_get_u32(opt) >> 8) == WIRE_TYPE_OPT;
    if (!is_opt_alone)
        return read_long_tail(message, size, ret_tail);

    ret_tail->has_edns = true;
    if (td_get_u16(opt + 9) != 0)
        return read_options(message, size, question_end, ret_tail);

    uint16_t payload = td_get_u16(opt + 3);
    edns->payload = payload < WIRE_EDNS_PAYLOAD_MIN ? WIRE_EDNS_PAYLOAD_MIN : payload;
    edns->rcode_high = opt[5];
    edns->version = opt[6];
    edns->flags = td_get_u16(opt + 7);
    edns->at = (uint16_t)question_end;
    edns->seen = 0;
    ret_tail->end = (uint16_t)(question_end + WIRE_EDNS_OPT_SIZE);
    return TD_OK;
}
