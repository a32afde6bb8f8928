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

TD_HOT td_err wire_question_tail(const uint8_t *message, size_t size,
                                 const struct wire_header *header, size_t question_end,
                                 struct wire_tail *ret_tail)
{
    td_assert(question_end <= size && size <= WIRE_MESSAGE_SIZE_MAX);

    unsigned records = (unsigned)header->counts[1] + header->counts[2] + header->counts[3];
    if (records == 0) {
        no_edns(&ret_tail->edns);
        ret_tail->has_edns = false;
        ret_tail->tsig_at = 0;
        ret_tail->end = (uint16_t)question_end;
        return TD_OK;
    }

    const uint8_t *record = message + question_end;
    bool is_opt_alone = records == 1 && header->counts[3] == 1 &&
                        size - question_end >= WIRE_EDNS_OPT_SIZE && record[0] == 0 &&
                        td_get_u16(record + 1) == WIRE_TYPE_OPT;
    if (!is_opt_alone)
        return read_long_tail(message, size, ret_tail);

    size_t end;
    td_err err =
        wire_edns_read(message, size, question_end, WIRE_EDNS_QUERY, &ret_tail->edns, &end);
    if (err != TD_OK)
        return err;
    ret_tail->has_edns = true;
    ret_tail->tsig_at = 0;
    ret_tail->end = (uint16_t)end;
    return TD_OK;
}
