/*
 * Goal    RFC 2136 as far as a message and a zone decide it, and what no client of a library sends.
 * Method  messages put together octet by octet, on the small zone of the tests of change.
 */
#include "unit/change/world.h"

#include <stdlib.h>

#include "base/buf.h"
#include "replicate/update.h"
#include "wire/const.h"

/* A message with one record: in the prerequisites (1) or the updates (2). */
struct made {
    unsigned section;
    const uint8_t *owner;
    size_t owner_size;
    uint16_t type;
    uint16_t class;
    uint32_t ttl;
    const void *rdata;
    size_t rdata_size;
};

#define NAME(text) (const uint8_t *)(text), sizeof(text)

static void put16(struct td_buf *out, unsigned value)
{
    td_buf_add_char(out, (char)(value >> 8));
    td_buf_add_char(out, (char)value);
}

static void make(struct td_buf *out, const struct made *records, size_t count)
{
    unsigned counts[4] = { 1, 0, 0, 0 };

    for (size_t i = 0; i < count; i++)
        counts[records[i].section]++;
    put16(out, 7);
    put16(out, WIRE_OPCODE_UPDATE << WIRE_FLAG_OPCODE_SHIFT);
    for (unsigned i = 0; i < 4; i++)
        put16(out, counts[i]);
    td_buf_add(out, apex, sizeof(apex));
    put16(out, WIRE_TYPE_SOA);
    put16(out, WIRE_CLASS_IN);
    for (size_t i = 0; i < count; i++) {
        td_buf_add(out, records[i].owner, records[i].owner_size);
        put16(out, records[i].type);
        put16(out, records[i].class);
        put16(out, records[i].ttl >> 16);
        put16(out, records[i].ttl & 0xFFFF);
        put16(out, (unsigned)records[i].rdata_size);
        td_buf_add(out, records[i].rdata, records[i].rdata_size);
    }
}

static uint16_t apply(struct world *world, const struct td_buf *octets)
{
    struct policy_update_row row = { .key_name = (const uint8_t *)"\1k",
                                     .actions = POLICY_UPDATE_ALL };
    struct td_addr addr;
    struct policy_update *policy = policy_update_new(&row, 1);
    struct update_request request = {
        .octets = (const uint8_t *)octets->data,
        .size = octets->size,
        .policy = policy,
        .client = { .addr = &addr, .key_name = (const uint8_t *)"\1k", .key_name_size = 3 },
    };
    struct update_result result;
    struct waiter waiter;
    struct td_diag diag;
    uint8_t *exact = malloc(octets->size); /* its end is watched */

    CHECK_OK(td_addr_parse("192.0.2.9", 0, &addr));
    memcpy(exact, octets->data, octets->size);
    request.octets = exact;
    struct change_draft *draft = world_draft(world);
    update_apply(draft, &request, &result);
    if (result.rcode == WIRE_RCODE_NOERROR) {
        if (world_commit(draft, CHANGE_UPDATE, &waiter, &diag) != TD_OK)
            result.rcode = WIRE_RCODE_REFUSED;
        world_turn(world);
    } else {
        CHECK(result.text != NULL);
        change_draft_abort(draft);
    }
    free(exact);
    policy_update_free(policy);
    return result.rcode;
}

TEST(every_form_has_its_rcode)
{
    static const struct {
        const char *why;
        struct made made;
        uint16_t want;
    } rows[] = {
        { "name in use", { 1, NAME("\3www\4test"), 255, 255, 0, NULL, 0 }, 0 },
        { "name not in use", { 1, NAME("\1x\4test"), 255, 255, 0, NULL, 0 }, WIRE_RCODE_NXDOMAIN },
        { "with a TTL", { 1, NAME("\3www\4test"), 255, 255, 1, NULL, 0 }, WIRE_RCODE_FORMERR },
        { "with data", { 1, NAME("\3www\4test"), 255, 255, 0, "x", 1 }, WIRE_RCODE_FORMERR },
        { "set exists", { 1, NAME("\3WWW\4test"), 1, 255, 0, NULL, 0 }, 0 },
        { "set does not", { 1, NAME("\3www\4test"), 16, 255, 0, NULL, 0 }, WIRE_RCODE_NXRRSET },
        { "AXFR exists", { 1, NAME("\3www\4test"), 252, 255, 0, NULL, 0 }, WIRE_RCODE_FORMERR },
        { "name absent", { 1, NAME("\1x\4test"), 255, 254, 0, NULL, 0 }, 0 },
        { "name not absent",
          { 1, NAME("\3www\4test"), 255, 254, 0, NULL, 0 },
          WIRE_RCODE_YXDOMAIN },
        { "set not absent", { 1, NAME("\3www\4test"), 1, 254, 0, NULL, 0 }, WIRE_RCODE_YXRRSET },
        { "none with data", { 1, NAME("\3www\4test"), 1, 254, 0, "x", 1 }, WIRE_RCODE_FORMERR },
        { "the record", { 1, NAME("\3www\4test"), 1, 1, 0, address, 4 }, 0 },
        { "another record", { 1, NAME("\3www\4test"), 1, 1, 0, address2, 4 }, WIRE_RCODE_NXRRSET },
        { "a bad record", { 1, NAME("\3www\4test"), 1, 1, 0, address2, 3 }, WIRE_RCODE_FORMERR },
        { "outside", { 1, NAME("\3www\5other"), 1, 255, 0, NULL, 0 }, WIRE_RCODE_NOTZONE },
        { "of class CH", { 1, NAME("\3www\4test"), 1, 3, 0, NULL, 0 }, WIRE_RCODE_FORMERR },
        { "add", { 2, NAME("\3www\4test"), 1, 1, 60, address2, 4 }, 0 },
        { "add, a bad record",
          { 2, NAME("\3www\4test"), 1, 1, 60, "12345", 5 },
          WIRE_RCODE_FORMERR },
        { "add ANY", { 2, NAME("\3www\4test"), 255, 1, 60, NULL, 0 }, WIRE_RCODE_FORMERR },
        { "add TSIG", { 2, NAME("\3www\4test"), 250, 1, 60, NULL, 0 }, WIRE_RCODE_FORMERR },
        { "add outside", { 2, NAME("\3www\5other"), 1, 1, 60, address2, 4 }, WIRE_RCODE_NOTZONE },
        { "add NSEC", { 2, NAME("\3www\4test"), 47, 1, 60, "\0\0\1\100", 4 }, WIRE_RCODE_REFUSED },
        { "add of class CH",
          { 2, NAME("\3www\4test"), 1, 3, 60, address2, 4 },
          WIRE_RCODE_FORMERR },
        { "delete a set", { 2, NAME("\3www\4test"), 1, 255, 0, NULL, 0 }, 0 },
        { "delete with a TTL", { 2, NAME("\3www\4test"), 1, 255, 9, NULL, 0 }, WIRE_RCODE_FORMERR },
        { "delete with data", { 2, NAME("\3www\4test"), 1, 255, 0, "x", 1 }, WIRE_RCODE_FORMERR },
        { "delete AXFR", { 2, NAME("\3www\4test"), 252, 255, 0, NULL, 0 }, WIRE_RCODE_FORMERR },
        { "delete a record", { 2, NAME("\3www\4test"), 1, 254, 0, address, 4 }, 0 },
        { "delete it with a TTL",
          { 2, NAME("\3www\4test"), 1, 254, 1, address, 4 },
          WIRE_RCODE_FORMERR },
        { "delete ANY as a record",
          { 2, NAME("\3www\4test"), 255, 254, 0, NULL, 0 },
          WIRE_RCODE_FORMERR },
        { "delete the apex", { 2, NAME("\4test"), 255, 255, 0, NULL, 0 }, 0 },
        { "delete the last NS", { 2, NAME("\4test"), 2, 254, 0, "\2ns\4test", 9 }, 0 },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct world world;
        struct td_buf octets = { .data = NULL };
        world_init(&world);
        world_load(&world, 5);
        make(&octets, &rows[i].made, 1);
        CHECK_EQ_WHY(apply(&world, &octets), rows[i].want, rows[i].why);
        CHECK(world_served(&world)->serial <= 6);
        td_buf_fini(&octets);
        world_fini(&world);
    }
}

TEST(sets_are_compared_whole)
{
    static const struct made twice[] = {
        { 1, NAME("\3www\4test"), 1, 1, 0, address, 4 },
        { 1, NAME("\3WWW\4test"), 1, 1, 0, address, 4 },
        { 1, NAME("\2ns\4test"), 1, 1, 0, address, 4 },
        { 2, NAME("\3www\4test"), 1, 1, 60, address2, 4 },
    };
    struct world world;
    struct td_buf octets = { .data = NULL };

    world_init(&world);
    world_load(&world, 5);
    make(&octets, twice, TD_COUNT(twice)); /* the same record twice is one */
    CHECK_EQ(apply(&world, &octets), WIRE_RCODE_NOERROR);
    CHECK_EQ(apply(&world, &octets), WIRE_RCODE_NXRRSET); /* there are two by now */
    CHECK_EQ(world_served(&world)->serial, 6);
    td_buf_fini(&octets);
    world_fini(&world);
}

/* Every octet of a message another one, and every shorter message: an RCODE, and no more. */
TEST(no_message_does_harm)
{
    static const struct made records[] = {
        { 1, NAME("\3www\4test"), 1, 1, 0, address, 4 },
        { 2, NAME("\5other\4test"), 15, 1, 60, "\0\12\4mail\300\14", 9 },
        { 2, NAME("\3www\4test"), 255, 255, 0, NULL, 0 },
    };
    struct world world;
    struct td_buf octets = { .data = NULL };

    world_init(&world);
    world_load(&world, 5);
    make(&octets, records, TD_COUNT(records));
    size_t size = octets.size;
    for (size_t at = 12; at < size; at++) {
        octets.data[at] = (char)(octets.data[at] ^ 0x41);
        apply(&world, &octets);
        octets.data[at] = (char)(octets.data[at] ^ 0x41);
    }
    for (octets.size = 12; octets.size < size; octets.size++)
        CHECK_EQ(apply(&world, &octets), WIRE_RCODE_FORMERR);
    td_buf_fini(&octets);
    world_fini(&world);
}

TEST(a_zone_that_is_signed_elsewhere_is_left_alone)
{
    struct world world;
    struct waiter waiter;
    struct td_diag diag;
    struct td_buf octets = { .data = NULL };
    static const uint8_t key[] = { 1, 1, 3, 13, 1, 2, 3, 4 };
    static const uint8_t signature[] = { 0, 48, 13, 1, 0, 0, 0, 9, 0, 0,
                                         0, 9,  0,  0, 0, 9, 0, 9, 0, 7 };
    static const struct made made = { 2, NAME("\3www\4test"), 1, 1, 60, address2, 4 };

    world_init(&world);
    world_load(&world, 5);
    struct change_draft *draft = world_draft(&world);
    CHECK_OK(change_draft_add(draft, apex, WIRE_TYPE_DNSKEY, 60, key, sizeof(key)));
    CHECK_OK(change_draft_add(draft, apex, WIRE_TYPE_RRSIG, 60, signature, sizeof(signature)));
    CHECK_OK(world_commit(draft, CHANGE_SIGNER, &waiter, &diag));
    world_turn(&world);
    make(&octets, &made, 1);
    CHECK_EQ(apply(&world, &octets), WIRE_RCODE_REFUSED);
    td_buf_fini(&octets);
    world_fini(&world);
}

TESTS(every_form_has_its_rcode, sets_are_compared_whole, no_message_does_harm,
      a_zone_that_is_signed_elsewhere_is_left_alone)
