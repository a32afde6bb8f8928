/*
 * OPT records. Octet 0 chooses the role; the rest is a record without its owner and type. What
 * is accepted lies inside; written again from what was read, it reads the same.
 */
#include <string.h>

#include "base/assert.h"
#include "wire/edns.h"

static uint8_t message[70000], written[70000];

static void check_options(const struct wire_edns *edns, size_t end)
{
    struct td_writer writer = td_writer_of(written, sizeof(written));
    struct wire_edns back;
    size_t mark, back_end;

    td_assert(wire_edns_begin(&writer, edns->payload, 0, edns->flags, &mark) == TD_OK);
    for (unsigned code = 0; code <= WIRE_EDNS_CODE_MAX; code++) {
        if (!wire_edns_has(edns, (enum wire_edns_code)code))
            continue;
        struct wire_edns_option option = edns->options[code];
        td_assert((size_t)option.at + option.size <= end);
        td_assert(wire_edns_add(&writer, (enum wire_edns_code)code, message + option.at,
                                option.size) == TD_OK);
    }
    wire_edns_end(&writer, mark);

    td_assert(wire_edns_read(written, writer.cursor, mark, WIRE_EDNS_RESPONSE, &back, &back_end) !=
              TD_E_TRUNCATED);
    if (wire_edns_has(edns, WIRE_EDNS_ECS)) {
        struct wire_edns_ecs ecs = wire_edns_ecs(edns, message);
        td_assert(ecs.family <= 2 && ecs.source <= 128);
        td_assert(ecs.address + (ecs.source + 7) / 8 <= message + end);
        writer = td_writer_of(written, sizeof(written));
        td_assert(wire_edns_add_ecs(&writer, &ecs) == TD_OK);
        struct wire_edns_option option = edns->options[WIRE_EDNS_ECS];
        td_assert(writer.cursor == 4U + option.size);
        td_assert(memcmp(written + 4, message + option.at, option.size) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t front[] = { 0, 0, 41 };
    struct wire_edns edns;
    size_t end = 0;

    if (size < 1 || size > 65000)
        return 0;
    enum wire_edns_role role = data[0] % 2 == 0 ? WIRE_EDNS_QUERY : WIRE_EDNS_RESPONSE;
    size_t message_size = sizeof(front) + size - 1;
    memcpy(message, front, sizeof(front));
    memcpy(message + sizeof(front), data + 1, size - 1);

    if (wire_edns_read(message, message_size, 0, role, &edns, &end) != TD_OK) {
        td_assert(end == 0);
        return 0;
    }
    td_assert(end <= message_size && edns.payload >= WIRE_EDNS_PAYLOAD_MIN);
    td_assert(edns.version == 0 || edns.seen == 0);
    check_options(&edns, end);
    return 0;
}
