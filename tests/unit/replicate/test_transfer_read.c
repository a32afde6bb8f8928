/*
 * Goal    a transfer is what RFC 1995 and 5936 say, or is refused with the reason: what is taken
 *         is exactly what was sent.
 * Method  transfers in short words (message.h), a table row for each; what no words can say, as
 *         octets; sizes against the limits.
 */
#include "replicate/transfer_read.h"
#include "unit/replicate/message.h"
#include "zone/lineage.h"

enum { HAD = 5 };

static const struct td_hash_seed seed = { .root = 1, .k0 = 2, .k1 = 3 };
static const struct transfer_limits wide = { .octets_max = 1 << 20, .records_max = 1000 };
static struct tape tape;

static td_err give(struct transfer_read *read, struct tape *message)
{
    struct wire_message parsed;

    CHECK_OK(wire_message_read(message->octets, message->size, &parsed));
    return transfer_read_message(read, &parsed);
}

/* All messages, up to the first that is refused. */
static td_err read_all(struct transfer_read *read, bool is_incremental, const char *words,
                       const struct transfer_limits *limits)
{
    td_err err = TD_OK;

    transfer_read_init(read, apex, is_incremental, HAD, &seed, limits);
    while (words != NULL && err == TD_OK) {
        tape_begin(&tape, 1, is_incremental ? WIRE_TYPE_IXFR : WIRE_TYPE_AXFR);
        words = tape_words(&tape, words);
        err = give(read, &tape);
    }
    return err;
}

static uint64_t build_count(struct transfer_read *read)
{
    struct zone_build_report report;
    struct zone_version *version;

    CHECK_OK(zone_build_finish(read->build, &report, &version));
    read->build = NULL;
    uint64_t count = version->record_count;
    CHECK_EQ(version->serial, read->serial);
    zone_lineage_free(version->lineage);
    return count;
}

TEST(transfers_that_are_good)
{
    static const struct {
        const char *why;
        const char *words;
        bool is_incremental;
        enum transfer_kind want;
        uint32_t serial, records; /* WHOLE: of the zone; else removed and added */
        uint32_t strays;
    } rows[] = {
        { "AXFR", "S7; a A 1.2.3.4; S7", false, TRANSFER_WHOLE, 7, 2, 0 },
        { "each record a message", "S7|a A 1.2.3.4|b A 1.2.3.4|S7", false, TRANSFER_WHOLE, 7, 3,
          0 },
        { "nothing but the SOA", "S7; S7", false, TRANSFER_WHOLE, 7, 1, 0 },
        { "a lower serial: whoever asked decides", "S3; a A 1.2.3.4; S3", false, TRANSFER_WHOLE, 3,
          2, 0 },
        { "glue and what lies below a cut", "S7; s NS n.s; n.s A 1.2.3.4; S7", false,
          TRANSFER_WHOLE, 7, 3, 0 },
        { "a record twice", "S7; a A 1.2.3.4; a A 1.2.3.4; S7", false, TRANSFER_WHOLE, 7, 2, 0 },
        { "records of other zones", "S7; x. A 1.2.3.4; a A 1.2.3.4; az. A 1.2.3.4; S7", false,
          TRANSFER_WHOLE, 7, 2, 2 },
        { "IXFR", "S7; S5; a A 1.2.3.4; S7; b A 1.2.3.4; S7", true, TRANSFER_CHANGES, 7, 2, 0 },
        { "IXFR of the SOA alone", "S7; S5; S7; S7", true, TRANSFER_CHANGES, 7, 0, 0 },
        { "two differences", "S7; S5; a A 1.1.1.1; S6; b A 1.1.1.1; S6; S7; c A 1.1.1.1; S7", true,
          TRANSFER_CHANGES, 7, 3, 0 },
        { "two that cancel each other", "S7; S5; S6; b A 1.1.1.1; S6; b A 1.1.1.1; S7; S7", true,
          TRANSFER_CHANGES, 7, 0, 0 },
        { "a changed TTL", "S7; S5; a 60 A 1.1.1.1; S7; a 61 A 1.1.1.1; S7", true, TRANSFER_CHANGES,
          7, 2, 0 },
        { "cut anywhere", "S7|S5|a A 1.1.1.1|S7|b A 1.1.1.1|S7", true, TRANSFER_CHANGES, 7, 2, 0 },
        { "strays in an IXFR", "S7; S5; x. A 1.1.1.1; S7; y. A 1.1.1.1; S7", true, TRANSFER_CHANGES,
          7, 0, 2 },
        { "the same serial", "S5", true, TRANSFER_CURRENT, 5, 0, 0 },
        { "a lower one", "S4", true, TRANSFER_CURRENT, 4, 0, 0 },
        { "one that cannot be compared", "S2147483653", true, TRANSFER_CURRENT, 2147483653, 0, 0 },
        { "IXFR answered as AXFR", "S7; a A 1.1.1.1; S7", true, TRANSFER_WHOLE, 7, 2, 0 },
        { "of nothing but the SOA", "S7; S7", true, TRANSFER_WHOLE, 7, 1, 0 },
        { "over the end of numbers", "S2147483652; S5; S2147483652; S2147483652", true,
          TRANSFER_CHANGES, 2147483652, 0, 0 },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct transfer_read read;
        td_err err = read_all(&read, rows[i].is_incremental, rows[i].words, &wide);
        if (err != TD_OK)
            fail_msg("%s: %s", rows[i].why, read.why);
        CHECK_EQ_WHY(read.is_done, true, rows[i].why);
        CHECK_EQ_WHY(read.kind, rows[i].want, rows[i].why);
        CHECK_EQ_WHY(read.serial, rows[i].serial, rows[i].why);
        CHECK_EQ_WHY(read.strays, rows[i].strays, rows[i].why);
        if (read.kind == TRANSFER_WHOLE)
            CHECK_EQ_WHY(build_count(&read), rows[i].records, rows[i].why);
        else
            CHECK_EQ_WHY(read.fold.removed_count + read.fold.added_count, rows[i].records,
                         rows[i].why);
        transfer_read_fini(&read);
    }
}

TEST(the_first_stray_is_named)
{
    struct transfer_read read;

    CHECK_OK(read_all(&read, false, "S7; b.x. A 1.1.1.1; c.x. A 1.1.1.1; S7", &wide));
    CHECK_STR(read.stray, "b.x. A");
    transfer_read_fini(&read);
}

TEST(differences_become_one)
{
    struct transfer_read read;

    CHECK_OK(read_all(&read, true,
                      "S7; S5; a A 1.1.1.1; S6; b A 2.2.2.2; S6; b A 2.2.2.2; S7; c A 3.3.3.3; S7",
                      &wide));
    CHECK_EQ(read.fold.removed_count, 1);
    CHECK_BYTES(read.fold.removed[0].rdata, read.fold.removed[0].rdata_size, "\1\1\1\1", 4);
    CHECK_EQ(read.fold.added_count, 1);
    CHECK_BYTES(read.fold.added[0].rdata, read.fold.added[0].rdata_size, "\3\3\3\3", 4);
    const struct change_record *soa = &read.fold.soa_after;
    CHECK_EQ(td_get_u32(soa->rdata + soa->rdata_size - 20), 7);
    transfer_read_fini(&read);
}

TEST(transfers_that_are_refused)
{
    static const struct {
        const char *words;
        bool is_incremental;
        td_err want;
        const char *why; /* part of what is said */
    } rows[] = {
        { "a A 1.1.1.1; S7", false, TD_E_INVALID, "the first record is not the SOA" },
        { "x. A 1.1.1.1; S7; S7", false, TD_E_INVALID, "the first record is not the SOA" },
        { "x. SOA a. b. 7 1 1 1 1; S7", false, TD_E_INVALID, "not that of the zone" },
        { "S7; a SOA a. b. 7 1 1 1 1; S7", false, TD_E_INVALID, "not that of the zone" },
        { "S7; S6; S7", false, TD_E_INVALID, "the SOA comes again with another serial" },
        { "S7; a A 1.1.1.1; S6", false, TD_E_INVALID, "the last SOA has another serial" },
        { "S7; a A 1.1.1.1; S7; b A 1.1.1.1", false, TD_E_INVALID, "behind the last SOA" },
        { "S7; a A 1.1.1.1; S7; S7", false, TD_E_INVALID, "behind the last SOA" },
        { "S7; a A 1.1.1.1; S7|b A 1.1.1.1", false, TD_E_INVALID, "behind the last SOA" },
        { "|", false, TD_E_INVALID, "without an answer" },
        { "S7; a A 1.1.1.1|", false, TD_E_INVALID, "without an answer" },
        { "S5; S5", true, TD_E_INVALID, "behind the last SOA" },
        { "S7; S6; S7; S7", true, TD_E_INVALID, "does not begin with the serial that we have" },
        { "S7; S4; S7; S7", true, TD_E_INVALID, "does not begin with the serial that we have" },
        { "S7; S5; S5; S7", true, TD_E_INVALID, "goes back" },
        { "S7; S5; S4; S7", true, TD_E_INVALID, "goes back" },
        { "S7; S5; S6; S5; S7; S7", true, TD_E_INVALID, "do not follow each other" },
        { "S7; S5; S6; S7; S7; S7", true, TD_E_INVALID, "do not follow each other" },
        { "S7; S5; S8; S7", true, TD_E_INVALID, "do not follow each other" },
        { "S7; S5; S7; S7; a A 1.1.1.1", true, TD_E_INVALID, "behind the last SOA" },
        { "S7; a A 1.1.1.1; S5; S7", true, TD_E_INVALID, "the last SOA has another serial" },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct transfer_read read;
        CHECK_EQ_WHY(read_all(&read, rows[i].is_incremental, rows[i].words, &wide), rows[i].want,
                     rows[i].words);
        if (strstr(read.why, rows[i].why) == NULL)
            fail_msg("%s: '%s', want '%s'", rows[i].words, read.why, rows[i].why);
        transfer_read_fini(&read);
    }
}

TEST(a_transfer_that_ends_too_early_is_not_done)
{
    static const char *const rows[] = { "S7", "S7; a A 1.1.1.1", "S7; S5", "S7; S5; S7",
                                        "S7; S5; S6; S6; S7" };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct transfer_read read;
        CHECK_OK(read_all(&read, true, rows[i], &wide));
        CHECK_EQ_WHY(read.is_done, false, rows[i]);
        transfer_read_fini(&read);
    }
}

/* One record, as octets, behind the SOA. */
static void check_record(const char *why, const uint8_t *owner, size_t owner_size, uint16_t type,
                         uint16_t class, const uint8_t *rdata, size_t size, td_err want,
                         const char *text)
{
    struct transfer_read read;

    transfer_read_init(&read, apex, false, 0, &seed, &wide);
    tape_begin(&tape, 1, WIRE_TYPE_AXFR);
    (void)tape_words(&tape, "S7");
    tape_put(&tape, owner, owner_size, type, class, rdata, size);
    CHECK_EQ_WHY(give(&read, &tape), want, why);
    if (strstr(read.why, text) == NULL)
        fail_msg("%s: '%s', want '%s'", why, read.why, text);
    transfer_read_fini(&read);
}

TEST(records_that_no_zone_has)
{
    static const uint8_t soa[] = {
        0, 0, 0, 0, 0, 7, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4
    };
    static const uint8_t address[] = { 1, 2, 3, 4 };

    check_record("class CH", apex, 3, WIRE_TYPE_A, WIRE_CLASS_CH, address, 4, TD_E_INVALID,
                 "another class");
    check_record("class CH of another zone", (const uint8_t *)"", 1, WIRE_TYPE_A, WIRE_CLASS_CH,
                 address, 4, TD_E_INVALID, "another class");
    check_record("a type of questions", apex, 3, WIRE_TYPE_AXFR, WIRE_CLASS_IN, address, 4,
                 TD_E_INVALID, "no type of data");
    check_record("half an address", apex, 3, WIRE_TYPE_A, WIRE_CLASS_IN, address, 3, TD_E_MALFORMED,
                 "cannot be read");
    check_record("no data", apex, 3, WIRE_TYPE_A, WIRE_CLASS_IN, address, 0, TD_E_MALFORMED,
                 "cannot be read");
    check_record("an octet behind it", apex, 3, WIRE_TYPE_SOA, WIRE_CLASS_IN,
                 (const uint8_t[23]){ 0 }, 23, TD_E_MALFORMED, "cannot be read");
    for (size_t size = 0; size < sizeof(soa); size++)
        check_record("short SOA", apex, 3, WIRE_TYPE_SOA, WIRE_CLASS_IN, soa, size, TD_E_MALFORMED,
                     "SOA: the data cannot be read");
}

TEST(a_short_soa_at_the_beginning)
{
    struct transfer_read read;

    for (unsigned is_incremental = 0; is_incremental < 2; is_incremental++) {
        transfer_read_init(&read, apex, is_incremental != 0, HAD, &seed, &wide);
        tape_begin(&tape, 1, WIRE_TYPE_AXFR);
        tape_put(&tape, apex, 3, WIRE_TYPE_SOA, WIRE_CLASS_IN, (const uint8_t[4]){ 0 }, 4);
        CHECK_EQ(give(&read, &tape), TD_E_MALFORMED);
        transfer_read_fini(&read);
    }
}

TEST(pointers_inside_data_go_backwards)
{
    static const struct {
        const char *why;
        int from_here;
        td_err want;
    } rows[] = { { "to itself", 0, TD_E_MALFORMED },
                 { "forward", 2, TD_E_MALFORMED },
                 { "far behind the end", 8000, TD_E_MALFORMED },
                 { "to the owner", -13, TD_OK } };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct transfer_read read;
        uint8_t pointer[2];
        transfer_read_init(&read, apex, false, 0, &seed, &wide);
        tape_begin(&tape, 1, WIRE_TYPE_AXFR);
        (void)tape_words(&tape, "S7");
        size_t here = tape.size + 3 + 10;
        td_put_u16(pointer, (uint16_t)(0xC000 | (size_t)((long)here + rows[i].from_here)));
        tape_put(&tape, apex, 3, WIRE_TYPE_NS, WIRE_CLASS_IN, pointer, 2);
        CHECK_EQ_WHY(give(&read, &tape), rows[i].want, rows[i].why);
        transfer_read_fini(&read);
    }
}

TEST(limits)
{
    static const struct {
        const char *why;
        struct transfer_limits limits;
        bool is_incremental;
        const char *words;
        td_err want;
    } rows[] = {
        { "as many records as may be",
          { 10000, 4 },
          false,
          "S7; a A 1.1.1.1; b A 1.1.1.1; S7",
          TD_OK },
        { "one too many", { 10000, 3 }, false, "S7; a A 1.1.1.1; b A 1.1.1.1; S7", TD_E_LIMIT },
        { "strays count", { 10000, 3 }, false, "S7; x. A 1.1.1.1; y. A 1.1.1.1; S7", TD_E_LIMIT },
        { "in an IXFR", { 10000, 4 }, true, "S7; S5; a A 1.1.1.1; S7; S7", TD_E_LIMIT },
        { "octets of one message", { 40, 10 }, false, "S7; S7", TD_E_LIMIT },
        { "octets of all messages", { 100, 10 }, false, "S7|a A 1.1.1.1|S7", TD_E_LIMIT },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct transfer_read read;
        CHECK_EQ_WHY(read_all(&read, rows[i].is_incremental, rows[i].words, &rows[i].limits),
                     rows[i].want, rows[i].why);
        CHECK_EQ_WHY(read.why[0] != '\0', rows[i].want != TD_OK, rows[i].why);
        transfer_read_fini(&read);
    }
}

TEST(names_count_as_they_are_written_out)
{
    enum { LABEL = 63, COUNT = 100, OWNER = LABEL + 1 + 3, WRITTEN = COUNT * (OWNER + 10 + 4) };
    uint8_t owner[OWNER] = { LABEL }, pointer[2], rdata[4] = { 0 };

    memset(owner + 1, 'a', LABEL);
    memcpy(owner + 1 + LABEL, apex, sizeof(apex));
    for (unsigned is_wide = 0; is_wide < 2; is_wide++) {
        struct transfer_limits limits = { .octets_max = WRITTEN - 1 + 200 * is_wide,
                                          .records_max = 1000 };
        struct transfer_read read;
        transfer_read_init(&read, apex, false, 0, &seed, &limits);
        tape_begin(&tape, 1, WIRE_TYPE_AXFR);
        (void)tape_words(&tape, "S7");
        td_put_u16(pointer, (uint16_t)(0xC000 | tape.size));
        tape_put(&tape, owner, sizeof(owner), WIRE_TYPE_A, WIRE_CLASS_IN, rdata, sizeof(rdata));
        for (rdata[3] = 1; rdata[3] < COUNT; rdata[3]++)
            tape_put(&tape, pointer, 2, WIRE_TYPE_A, WIRE_CLASS_IN, rdata, sizeof(rdata));
        rdata[3] = 0;
        CHECK(tape.size < WRITTEN / 3);
        CHECK_EQ(give(&read, &tape), is_wide ? TD_OK : TD_E_LIMIT);
        CHECK(is_wide || strstr(read.why, "written out") != NULL);
        transfer_read_fini(&read);
    }
}

TEST(one_datagram)
{
    static const struct {
        const char *words;
        td_err want;
        enum transfer_kind kind;
    } rows[] = {
        { "S5", TD_OK, TRANSFER_CURRENT },
        { "S7", TD_E_SPACE, TRANSFER_UNKNOWN }, /* RFC 1995 2: it did not fit */
        { "S7; S5; S7; S7", TD_OK, TRANSFER_CHANGES },
        { "S7; S7", TD_OK, TRANSFER_WHOLE },
        { "S7; S5; S7", TD_E_INVALID, TRANSFER_CHANGES },
        { "S7; a A 1.1.1.1", TD_E_INVALID, TRANSFER_WHOLE },
        { "S7; S6", TD_E_INVALID, TRANSFER_UNKNOWN },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct transfer_read read;
        struct wire_message message;
        transfer_read_init(&read, apex, true, HAD, &seed, &wide);
        tape_begin(&tape, 1, WIRE_TYPE_IXFR);
        (void)tape_words(&tape, rows[i].words);
        CHECK_OK(wire_message_read(tape.octets, tape.size, &message));
        CHECK_EQ_WHY(transfer_read_datagram(&read, &message), rows[i].want, rows[i].words);
        CHECK_EQ_WHY(read.kind, rows[i].kind, rows[i].words);
        transfer_read_fini(&read);
    }
}

TESTS(transfers_that_are_good, the_first_stray_is_named, differences_become_one,
      transfers_that_are_refused, a_transfer_that_ends_too_early_is_not_done,
      records_that_no_zone_has, a_short_soa_at_the_beginning, pointers_inside_data_go_backwards,
      limits, names_count_as_they_are_written_out, one_datagram)
