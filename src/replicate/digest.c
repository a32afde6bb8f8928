#include "replicate/digest.h"

#include <string.h>

#include "wire/rrtype.h"

enum { PATIENCE_MS = 1500, ANSWER_SIZE = 4096, HEAD_SIZE = 6 };

/* Serial, scheme and algorithm of the record are ours. */
static bool is_alike(const struct replicate_digest *ours, const uint8_t *rdata, size_t size)
{
    return size == ours->size && size > HEAD_SIZE && memcmp(rdata, ours->octets, HEAD_SIZE) == 0;
}

bool replicate_digest_differs(struct fiber *fiber, struct replicate_streams *streams,
                              const struct replicate_peer *peer, const struct td_addr *addr,
                              const uint8_t *apex, const struct replicate_digest *ours)
{
    uint8_t octets[ANSWER_SIZE];
    struct replicate_ask ask = {
        .peer = peer,
        .to = addr,
        .apex = apex,
        .type = WIRE_TYPE_ZONEMD,
        .has_edns = true,
        .streams = streams,
        .answer = octets,
        .answer_capacity = sizeof(octets),
    };
    struct replicate_reply reply;
    struct wire_message message;
    struct wire_record record;
    bool differs = false;

    if (ours->size == 0 ||
        replicate_ask(fiber, &ask, 1, (uint64_t)PATIENCE_MS * IO_NS_PER_MS, &reply) != TD_OK ||
        !replicate_reply_is_good(&reply) || !reply.is_authoritative ||
        wire_message_read(octets, ask.answer_size, &message) != TD_OK)
        return false;
    size_t at = message.section_at[1];
    while (at < message.section_at[2] && wire_message_record(&message, &at, &record) == TD_OK) {
        const uint8_t *rdata = octets + record.rdata_at;
        if (record.type != WIRE_TYPE_ZONEMD || !is_alike(ours, rdata, record.rdlength))
            continue;
        if (memcmp(rdata, ours->octets, ours->size) == 0)
            return false;
        differs = true;
    }
    return differs;
}
