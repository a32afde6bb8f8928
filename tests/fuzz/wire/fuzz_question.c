/*
 * Queries: the fast reader of question and tail must agree with the general reader in what it
 * accepts and in what it says.
 */
#include <string.h>

#include "base/assert.h"
#include "wire/question.h"

static void compare(const uint8_t *data, size_t size, const struct wire_question *question,
                    const struct wire_tail *tail)
{
    struct wire_message message;
    struct wire_message_question slow;
    uint8_t offsets[WIRE_LABEL_COUNT_MAX];

    td_assert(wire_message_read(data, size, &message) == TD_OK);
    size_t at = message.section_at[0];
    td_assert(wire_message_question(&message, &at, &slow) == TD_OK);
    td_assert(at == question->end);
    td_assert(slow.type == question->type && slow.class == question->class);
    td_assert(slow.name.size == question->name_size);
    td_assert(slow.name.label_count == question->label_count);
    td_assert(memcmp(slow.name.octets, data + WIRE_QUESTION_AT, slow.name.size) == 0);
    td_assert(wire_name_offsets(slow.name.octets, offsets) == question->label_count);
    td_assert(memcmp(offsets, question->offsets, question->label_count) == 0);

    td_assert(message.end == tail->end);
    td_assert(message.tsig_at == tail->tsig_at);
    td_assert((message.opt_at != 0) == tail->has_edns);
    td_assert(!tail->has_edns || tail->edns.at == message.opt_at);
}

/* What is read as a plain OPT is that, and the general reader says the same of it. */
static void compare_opt(const uint8_t *data, size_t size, const struct wire_header *header,
                        size_t question_end)
{
    struct wire_tail fast, slow;

    if (header->counts[1] != 0 || header->counts[2] != 0 || header->counts[3] != 1 ||
        !wire_question_opt(data, size, question_end, &fast))
        return;
    td_assert(wire_question_tail(data, size, header, question_end, &slow) == TD_OK);
    td_assert(fast.has_edns && slow.has_edns && slow.tsig_at == 0);
    td_assert(fast.end == slow.end && fast.edns.at == slow.edns.at);
    td_assert(fast.edns.payload == slow.edns.payload && fast.edns.flags == slow.edns.flags);
    td_assert(fast.edns.rcode_high == slow.edns.rcode_high);
    td_assert(slow.edns.version == 0 && slow.edns.seen == 0 && fast.edns.seen == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct wire_header header;
    struct wire_question question;
    struct wire_tail tail;
    struct wire_message message;

    if (size > WIRE_MESSAGE_SIZE_MAX || wire_header_read(data, size, &header) != TD_OK)
        return 0;
    if (header.counts[0] != 1)
        return 0;
    if (wire_question_read(data, size, &question) != TD_OK)
        return 0;
    td_assert(question.end <= size);
    compare_opt(data, size, &header, question.end);
    if (wire_question_tail(data, size, &header, question.end, &tail) != TD_OK) {
        struct wire_edns edns;
        size_t end;
        td_assert(wire_message_read(data, size, &message) != TD_OK ||
                  wire_edns_read(data, size, message.opt_at, WIRE_EDNS_QUERY, &edns, &end) !=
                      TD_OK);
        return 0;
    }
    compare(data, size, &question, &tail);
    return 0;
}
