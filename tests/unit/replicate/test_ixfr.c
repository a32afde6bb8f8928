/*
 * Goal    RFC 1995 4: the newest SOA, each difference as old SOA, deletions, new SOA, additions,
 *         and the newest SOA last; in messages that are as full as may be.
 * Method  a difference of one step, and one of two that cannot be condensed, sent in messages of
 *         two sizes, read back and compared with what is to come, record by record.
 */
#include "test.h"

#include "replicate/ixfr.h"
#include "unit/replicate/steps.h"
#include "wire/message.h"

enum { HOSTS = 30, WANT_MAX = 256 };

static uint8_t hosts[HOSTS][16];
static uint8_t addresses[HOSTS][4];

/* What has to come: the serial of an SOA, or the number of a host. */
struct want {
    bool is_soa;
    uint32_t value;
};

static void put_soa(struct want *want, unsigned *count, uint32_t serial)
{
    want[(*count)++] = (struct want){ true, serial };
}

static void put_host(struct want *want, unsigned *count, unsigned host)
{
    want[(*count)++] = (struct want){ false, host };
}

static void make_hosts(void)
{
    for (unsigned i = 0; i < HOSTS; i++) {
        char text[32];
        struct wire_name name;
        snprintf(text, sizeof(text), "Host%u.test.", i);
        CHECK_OK(wire_name_from_text(text, &name));
        memcpy(hosts[i], name.octets, name.size);
        td_put_u32(addresses[i], i);
    }
}

/* Two thirds of the hosts go, then the rest comes: nothing undoes anything. */
static struct difference *make(struct want *want, unsigned *ret_count, bool has_two)
{
    struct difference *difference = difference_new();
    struct step step;
    unsigned count = 0;
    uint32_t newest = has_two ? 7 : 5;

    make_hosts();
    put_soa(want, &count, newest);
    step_begin(&step, 4, 5);
    put_soa(want, &count, 4);
    for (unsigned i = 0; i < 20; i++) {
        step_remove(&step, hosts[i], addresses[i]);
        put_host(want, &count, i);
    }
    put_soa(want, &count, 5);
    CHECK_OK(step_take(&step, difference));
    if (has_two) {
        step_begin(&step, 5, 7);
        put_soa(want, &count, 5);
        put_soa(want, &count, 7);
        for (unsigned i = 20; i < HOSTS; i++) {
            step_add(&step, hosts[i], addresses[i]);
            put_host(want, &count, i);
        }
        CHECK_OK(step_take(&step, difference));
    }
    put_soa(want, &count, newest);
    *ret_count = count;
    return difference;
}

/* Sent as the steps that there are, whether or not they could be condensed. */
static void keep_steps(struct difference *difference)
{
    difference->steps = difference->taken;
}

static void read_back(const uint8_t *octets, size_t size, const struct want *want, unsigned *at)
{
    struct wire_message message;
    struct wire_record record;

    CHECK_OK(wire_message_read(octets, size, &message));
    CHECK_EQ(message.end, size);
    for (size_t cursor = message.section_at[1]; cursor < message.end; ++*at) {
        CHECK_OK(wire_message_record(&message, &cursor, &record));
        CHECK_EQ(record.type, want[*at].is_soa ? WIRE_TYPE_SOA : WIRE_TYPE_A);
        CHECK_EQ(record.ttl, 60);
        if (want[*at].is_soa) {
            CHECK_EQ(td_get_u32(octets + record.rdata_at + record.rdlength - 20), want[*at].value);
        } else {
            CHECK_EQ(td_get_u32(octets + record.rdata_at), want[*at].value);
            CHECK_BYTES(record.owner.octets, record.owner.size, hosts[want[*at].value],
                        wire_name_size(hosts[want[*at].value]));
        }
    }
}

TEST(what_is_sent_is_in_order_whatever_the_messages)
{
    static const struct {
        const char *why;
        bool has_two;
        size_t limit;
        unsigned messages_min;
    } rows[] = {
        { "one step, one message", false, 65535, 1 },
        { "one step, many messages", false, 200, 3 },
        { "two steps, one message", true, 65535, 1 },
        { "two steps, many messages", true, 200, 6 },
    };
    static struct ixfr ixfr;
    static uint8_t out[65535];

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct want want[WANT_MAX];
        unsigned count, at = 0, messages = 0;
        struct difference *difference = make(want, &count, rows[i].has_two);
        keep_steps(difference);
        ixfr_init(&ixfr, difference);
        for (; !ixfr_is_done(&ixfr); messages++) {
            size_t size;
            memset(out, 0, 12);
            CHECK_OK(ixfr_message(&ixfr, out, 12, rows[i].limit, &size));
            CHECK(size <= rows[i].limit);
            read_back(out, size, want, &at);
        }
        CHECK_EQ_WHY(at, count, rows[i].why);
        CHECK_EQ_WHY(ixfr.records, count, rows[i].why);
        CHECK(messages >= rows[i].messages_min);
        difference_let_go(difference);
    }
}

TEST(its_size_is_known_before)
{
    struct want want[WANT_MAX];
    unsigned count;
    struct difference *difference = make(want, &count, false);

    CHECK_OK(difference_finish(NULL, difference));
    CHECK_EQ(difference->records, count);
    difference_let_go(difference);
}

TEST(a_record_that_fits_no_message_ends_the_transfer)
{
    static struct ixfr ixfr;
    struct want want[WANT_MAX];
    unsigned count;
    struct difference *difference = make(want, &count, false);
    uint8_t out[64] = { 0 };
    size_t size;

    CHECK_OK(difference_finish(NULL, difference));
    ixfr_init(&ixfr, difference);
    CHECK_EQ(ixfr_message(&ixfr, out, 12, 30, &size), TD_E_LIMIT);
    difference_let_go(difference);
}

TESTS(what_is_sent_is_in_order_whatever_the_messages, its_size_is_known_before,
      a_record_that_fits_no_message_ends_the_transfer)
