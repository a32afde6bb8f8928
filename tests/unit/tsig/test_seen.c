/*
 * Goal    A signed request is done once: who asks again gets the answer, a replay is told apart,
 *         and the memory is bounded.
 * Method  requests from two addresses; more of them than are remembered; a clock of our own.
 */
#include "test.h"

#include "tsig/seen.h"

static struct td_addr address_of(const char *text)
{
    struct td_addr addr;

    CHECK_OK(td_addr_parse(text, 53, &addr));
    return addr;
}

TEST(a_request_is_done_once)
{
    struct tsig_seen *seen = tsig_seen_new(5);
    struct td_addr one = address_of("192.0.2.1:1000");
    struct td_addr port = address_of("192.0.2.1:1001");
    struct td_addr six = address_of("[2001:db8::1]:1000");
    const uint8_t mac[32] = "a mac of 32 octets";
    uint16_t rcode = 99;

    CHECK_EQ(tsig_seen_look(seen, mac, 32, &one, 1300, 1000, &rcode), TSIG_SEEN_NEW);
    CHECK_EQ(tsig_seen_look(seen, mac, 32, &one, 1300, 1001, &rcode), TSIG_SEEN_WORKING);
    CHECK_EQ(tsig_seen_look(seen, mac, 31, &one, 1300, 1001, &rcode), TSIG_SEEN_NEW);
    tsig_seen_answer(seen, mac, 32, 7);
    CHECK_EQ(tsig_seen_look(seen, mac, 32, &one, 1300, 1002, &rcode), TSIG_SEEN_AGAIN);
    CHECK_EQ(rcode, 7);
    CHECK_EQ(tsig_seen_look(seen, mac, 32, &port, 1300, 1002, &rcode), TSIG_SEEN_REPLAY);
    CHECK_EQ(tsig_seen_look(seen, mac, 32, &six, 1300, 1002, &rcode), TSIG_SEEN_REPLAY);
    CHECK_EQ(tsig_seen_look(seen, mac, 32, &six, 1300, 1300, &rcode), TSIG_SEEN_REPLAY);
    tsig_seen_free(seen);
    tsig_seen_free(NULL);
}

/* As long as its own fudge says, which may be many hours. */
TEST(what_is_out_of_time_is_forgotten)
{
    struct tsig_seen *seen = tsig_seen_new(5);
    struct td_addr one = address_of("192.0.2.1:1000");
    uint16_t rcode;

    for (uint32_t i = 0; i < 5000; i++)
        CHECK_EQ(tsig_seen_look(seen, (uint8_t *)&i, 4, &one, 66535, 1000, &rcode), TSIG_SEEN_NEW);
    for (uint32_t i = 0; i < 5000; i++)
        CHECK_EQ(tsig_seen_look(seen, (uint8_t *)&i, 4, &one, 66535, 66535, &rcode),
                 TSIG_SEEN_WORKING);
    CHECK_EQ(tsig_seen_count(seen), 5000);
    uint32_t next = 5000;
    CHECK_EQ(tsig_seen_look(seen, (uint8_t *)&next, 4, &one, 67000, 66536, &rcode), TSIG_SEEN_NEW);
    CHECK_EQ(tsig_seen_count(seen), 1);
    tsig_seen_free(seen);
}

TEST(the_oldest_is_forgotten)
{
    struct tsig_seen *seen = tsig_seen_new(5);
    struct td_addr one = address_of("192.0.2.1:1000");
    uint16_t rcode;

    for (uint32_t i = 0; i < TSIG_SEEN_MAX + 10; i++)
        CHECK_EQ(tsig_seen_look(seen, (uint8_t *)&i, 4, &one, 9, 1, &rcode), TSIG_SEEN_NEW);
    CHECK_EQ(tsig_seen_count(seen), TSIG_SEEN_MAX);
    for (uint32_t i = TSIG_SEEN_MAX + 9; i >= 10; i--)
        CHECK_EQ(tsig_seen_look(seen, (uint8_t *)&i, 4, &one, 9, 1, &rcode), TSIG_SEEN_WORKING);
    uint32_t first = 9;
    CHECK_EQ(tsig_seen_look(seen, (uint8_t *)&first, 4, &one, 9, 1, &rcode), TSIG_SEEN_NEW);
    tsig_seen_free(seen);
}

TESTS(a_request_is_done_once, what_is_out_of_time_is_forgotten, the_oldest_is_forgotten)
