/*
 * Goal    RFC 5936 2.2: a transfer begins and ends with the SOA, has every other record once,
 *         glue included, in messages that are as full as may be.
 * Method  A zone of some hundred names is sent in messages of two sizes, read back and counted.
 */
#include "test.h"

#include "replicate/axfr.h"
#include "wire/message.h"
#include "wire/rrtype.h"
#include "zone/build.h"
#include "zone/lineage.h"

enum { HOSTS = 300 };

static const uint8_t apex[] = "\4test";

static struct zone_version *build(const struct td_hash_seed *seed, uint16_t text_size)
{
    struct zone_build *build = zone_build_new(apex, seed, NULL);
    struct zone_build_report report;
    struct zone_version *version;
    uint8_t soa[22] = { [5] = 1 };
    uint8_t ns[] = "\2ns\3sub\4test";
    uint8_t address[4] = { 192, 0, 2, 1 };
    uint8_t text[60000] = { 0 };
    struct wire_name name;

    CHECK_OK(zone_build_add(build, apex, WIRE_TYPE_SOA, 60, soa, sizeof(soa)));
    CHECK_OK(zone_build_add(build, apex, WIRE_TYPE_NS, 60, ns, sizeof(ns)));
    CHECK_OK(zone_build_add(build, ns + 3, WIRE_TYPE_NS, 60, ns, sizeof(ns)));
    CHECK_OK(zone_build_add(build, ns, WIRE_TYPE_A, 60, address, 4)); /* glue */
    for (unsigned i = 0; i < HOSTS; i++) {
        char label[32];
        snprintf(label, sizeof(label), "host%u.test.", i);
        CHECK_OK(wire_name_from_text(label, &name));
        CHECK_OK(zone_build_add(build, name.octets, WIRE_TYPE_A, 60, address, 4));
    }
    if (text_size != 0)
        CHECK_OK(zone_build_add(build, apex, WIRE_TYPE_TXT, 60, text, text_size));
    CHECK_OK(zone_build_finish(build, &report, &version));
    return version;
}

/* Read one message; counts records by what matters. */
static void read_back(const uint8_t *octets, size_t size, unsigned *records, unsigned *soas,
                      uint16_t *last_type)
{
    struct wire_message message;
    struct wire_record record;

    CHECK_OK(wire_message_read(octets, size, &message));
    CHECK_EQ(message.end, size);
    for (size_t at = message.section_at[1]; at < message.end; ++*records) {
        CHECK_OK(wire_message_record(&message, &at, &record));
        *soas += record.type == WIRE_TYPE_SOA;
        *last_type = record.type;
        if (*records == 0)
            CHECK_EQ(record.type, WIRE_TYPE_SOA);
    }
}

TEST(a_transfer_has_every_record_once_between_two_soas)
{
    static const struct {
        const char *why;
        size_t limit;
        unsigned messages_min;
    } rows[] = { { "one message", 65535, 1 }, { "many", 600, 8 } };
    struct td_hash_seed seed = td_hash_seed_of(2, 3);
    struct zone_version *version = build(&seed, 0);
    static struct axfr axfr;
    static uint8_t out[65535];

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        unsigned records = 0, soas = 0, messages = 0;
        uint16_t last_type = 0;
        axfr_init(&axfr, version);
        for (; !axfr_is_done(&axfr); messages++) {
            size_t size;
            memset(out, 0, 12);
            CHECK_OK(axfr_message(&axfr, out, 12, rows[i].limit, &size));
            CHECK(size <= rows[i].limit);
            read_back(out, size, &records, &soas, &last_type);
        }
        CHECK_EQ_WHY(records, version->record_count + 1, rows[i].why);
        CHECK_EQ_WHY(soas, 2, rows[i].why);
        CHECK_EQ_WHY(last_type, WIRE_TYPE_SOA, rows[i].why);
        CHECK(messages >= rows[i].messages_min);
    }
    zone_lineage_free(version->lineage);
}

TEST(a_record_that_fits_no_message_ends_the_transfer)
{
    struct td_hash_seed seed = td_hash_seed_of(4, 5);
    struct zone_version *version = build(&seed, 60000);
    static struct axfr axfr;
    static uint8_t out[65535];
    td_err err = TD_OK;

    axfr_init(&axfr, version);
    for (unsigned i = 0; i < 100 && err == TD_OK && !axfr_is_done(&axfr); i++) {
        size_t size;
        memset(out, 0, 12);
        err = axfr_message(&axfr, out, 12, 4096, &size);
    }
    CHECK_EQ(err, TD_E_LIMIT); /* and no endless row of empty messages */
    zone_lineage_free(version->lineage);
}

TESTS(a_transfer_has_every_record_once_between_two_soas,
      a_record_that_fits_no_message_ends_the_transfer)
