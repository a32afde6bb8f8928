/*
 * Goal    The same records in any order make the same version; names that are told apart late,
 *         owners that come back, chunks of the log that are given back while the rest is read.
 * Method  Names with few different beginnings, so that most sort keys are the same, from a few
 *         to more than fill a chunk; given in order, in reverse, in pieces and shuffled. What comes
 *         out is walked: in order, each once, found by the hash index, with its records.
 */
#include <stdio.h>
#include <stdlib.h>

#include "unit/test.h"
#include "wire/name.h"
#include "wire/rrtype.h"
#include "zone/build.h"
#include "zone/lineage.h"

enum { NAMES_MAX = 60000 };

static const uint8_t apex[] = "\3tld";
static const uint8_t soa[] = "\1a\3tld\0\1b\3tld\0\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0\5";
static const struct td_hash_seed seed = { .root = 1, .k0 = 3, .k1 = 5 };
static uint32_t order[2 * NAMES_MAX];

/* Name `n`: "NN.longlongXXX.tld." or "longlongXXX.tld.", in upper and lower case. */
static void name_of(uint32_t n, uint8_t *out)
{
    char text[64];
    struct wire_name name;

    if (n % 4 == 0)
        snprintf(text, sizeof(text), "%s%u.tld.", n % 8 == 0 ? "longlong" : "LongLong", n / 4);
    else
        snprintf(text, sizeof(text), "%u.longlong%u.tld.", n % 4, n / 4);
    CHECK_OK(wire_name_from_text(text, &name));
    memcpy(out, name.octets, name.size);
}

/* Each name twice: TXT records whose data are the number, and which of the two it is. */
static struct zone_version *build(uint32_t count, struct zone_build_report *report)
{
    struct zone_build *build = zone_build_new(apex, &seed, NULL);
    struct zone_version *version;
    uint8_t owner[WIRE_NAME_SIZE_MAX], rdata[48] = { 47 };

    CHECK_OK(zone_build_add(build, apex, WIRE_TYPE_SOA, 60, soa, sizeof(soa) - 1));
    for (uint32_t i = 0; i < count; i++) {
        name_of(order[i] / 2, owner);
        memcpy(rdata + 1, &order[i], sizeof(order[i]));
        if (i > 0 && order[i] / 2 == order[i - 1] / 2)
            CHECK_OK(zone_build_add_again(build, WIRE_TYPE_TXT, 60, rdata, sizeof(rdata)));
        else
            CHECK_OK(zone_build_add(build, owner, WIRE_TYPE_TXT, 60, rdata, sizeof(rdata)));
    }
    CHECK_OK(zone_build_finish(build, report, &version));
    return version;
}

static void check_node(const struct zone_version *version, const struct zone_node *node, bool *seen)
{
    const struct wire_rrset *set = zone_node_set(version, node, WIRE_TYPE_TXT);
    uint8_t owner[WIRE_NAME_SIZE_MAX];
    struct wire_name name;
    uint32_t number = 0, n = 0;

    CHECK(set != NULL && set->count == 2);
    for (size_t at = 0; at < set->size;) {
        struct wire_rdata rdata = wire_rrset_rdata(set, &at);
        CHECK_EQ(rdata.size, 48);
        memcpy(&number, rdata.octets + 1, sizeof(number));
        CHECK(!seen[number]);
        seen[number] = true;
        n += number;
    }
    CHECK_EQ(n % 4, 1); /* 2n and 2n + 1 */
    name_of(number / 2, owner);
    zone_node_name(version, node, &name);
    CHECK_EQ(wire_name_compare(name.octets, owner), 0);
}

static void check_version(const struct zone_version *version, uint32_t count)
{
    static bool seen[2 * NAMES_MAX];
    struct wire_name before = { .size = 0 }, name;
    struct zone_walk walk;
    uint32_t nodes = 0;

    memset(seen, 0, sizeof(seen));
    for (const struct zone_node *node = zone_walk_first(&walk, version, ZONE_ORDER_NAMES);
         node != NULL; node = zone_walk_next(&walk), nodes++) {
        struct wire_key key;
        zone_node_name(version, node, &name);
        wire_key_make(&key, &seed, name.octets);
        CHECK(zone_find_exact(version, &key, 0) == node);
        if (nodes != 0) {
            CHECK(wire_name_compare(before.octets, name.octets) < 0);
            check_node(version, node, seen);
        }
        before = name;
    }
    CHECK_EQ(nodes, 1 + count / 2);
    CHECK_EQ(version->node_count, nodes);
    CHECK_EQ(version->record_count, 1 + count);
}

static void shuffle(uint32_t count)
{
    for (uint32_t i = count; i > 1; i--) {
        uint32_t at = (uint32_t)rand() % i;
        uint32_t swap = order[i - 1];
        order[i - 1] = order[at];
        order[at] = swap;
    }
}

static void check_order(uint32_t count)
{
    struct zone_build_report report;
    struct zone_version *version = build(count, &report);

    CHECK_EQ(report.duplicates, 0);
    check_version(version, count);
    zone_lineage_free(version->lineage);
}

TEST(any_order_makes_the_same)
{
    static const uint32_t counts[] = { 8, 32, 2000, 2 * NAMES_MAX };

    for (size_t c = 0; c < TD_COUNT(counts); c++) {
        uint32_t count = counts[c];
        for (uint32_t i = 0; i < count; i++)
            order[i] = i;
        check_order(count);
        for (uint32_t i = 0; i < count; i++)
            order[i] = count - 1 - i;
        check_order(count);
        const uint32_t firsts[] = { count / 4 * 2, 2, 6, count - 2 };
        for (unsigned f = 0; f < TD_COUNT(firsts); f++) {
            for (uint32_t i = 0; i < count; i++) /* two pieces, of which one may be short */
                order[i] = (i + firsts[f]) % count;
            check_order(count);
        }
        for (uint32_t i = 0, at = 0; i < 5; i++) /* five pieces, each among the others */
            for (uint32_t name = i; name < count / 2; name += 5) {
                order[at++] = 2 * name;
                order[at++] = 2 * name + 1;
            }
        check_order(count);
        for (uint32_t i = 0; i < count; i++) /* both records of a name far from each other */
            order[i] = i < count / 2 ? 2 * i : 2 * (i - count / 2) + 1;
        check_order(count);
        shuffle(count);
        check_order(count);
    }
}

TEST(an_owner_again)
{
    struct zone_build *build = zone_build_new(apex, &seed, NULL);
    static const uint8_t hash[] = "\040aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\3tld";
    uint8_t nsec3[] = { 1, 0, 0, 0, 0, 20, 1, 2, 3, 4, 5, 6, 7, 8,
                        9, 1, 2, 3, 4, 5,  6, 7, 8, 9, 0, 1, 1, 2 };
    struct zone_build_report report;
    struct zone_version *version;

    CHECK_EQ(zone_build_add_again(build, WIRE_TYPE_TXT, 60, (const uint8_t *)"", 1), TD_E_INVALID);
    CHECK_OK(zone_build_add(build, apex, WIRE_TYPE_SOA, 60, soa, sizeof(soa) - 1));
    CHECK_EQ(zone_build_add(build, (const uint8_t *)"\5other", WIRE_TYPE_TXT, 60,
                            (const uint8_t *)"", 1),
             TD_E_INVALID);
    CHECK_EQ(zone_build_add_again(build, WIRE_TYPE_TXT, 60, (const uint8_t *)"", 1), TD_E_INVALID);
    /* A name, the owner of an NSEC3 that is spelled the same, and the name again. */
    CHECK_OK(zone_build_add(build, hash, WIRE_TYPE_TXT, 60, (const uint8_t *)"\1a", 2));
    CHECK_OK(zone_build_add_again(build, WIRE_TYPE_NSEC3, 60, nsec3, sizeof(nsec3)));
    CHECK_OK(zone_build_add_again(build, WIRE_TYPE_TXT, 60, (const uint8_t *)"\1b", 2));
    CHECK_OK(zone_build_add_again(build, WIRE_TYPE_TXT, 60, (const uint8_t *)"\1b", 2));
    CHECK_OK(zone_build_finish(build, &report, &version));
    CHECK_EQ(report.duplicates, 1);
    CHECK_EQ(version->node_count, 2);
    CHECK_EQ(version->record_count, 4);
    CHECK(version->nsec3_order != 0);
    zone_lineage_free(version->lineage);
}

/* The log moves while it is small, also when an owner goes from one list to the other. */
TEST(an_owner_again_while_the_log_moves)
{
    uint8_t owner[] = "\010aaaaaaaa\3tld", text[200] = { 0 };
    static const uint8_t nsec3[] = { 1, 0, 0, 0, 0, 1, 7, 0, 1, 2 };
    struct zone_build_report report;
    struct zone_version *version;

    for (uint32_t from = 0; from < sizeof(text); from++) {
        struct zone_build *build = zone_build_new(apex, &seed, NULL);
        CHECK_OK(zone_build_add(build, apex, WIRE_TYPE_SOA, 60, soa, sizeof(soa) - 1));
        text[0] = (uint8_t)(from == 0 ? 0 : from - 1);
        CHECK_OK(zone_build_add(build, apex, WIRE_TYPE_TXT, 60, text, (uint16_t)(from + 1)));
        for (uint32_t i = 0; i < 200; i++) {
            owner[1] = (uint8_t)('a' + i % 26);
            owner[2] = (uint8_t)('a' + i / 26);
            CHECK_OK(zone_build_add(build, owner, WIRE_TYPE_A, 60, text, 4));
            CHECK_OK(zone_build_add_again(build, WIRE_TYPE_NSEC3, 60, nsec3, sizeof(nsec3)));
            CHECK_OK(zone_build_add_again(build, WIRE_TYPE_A, 60, (const uint8_t *)"1234", 4));
        }
        CHECK_OK(zone_build_finish(build, &report, &version));
        CHECK_EQ(version->node_count, 201);
        CHECK_EQ(version->record_count, 2 + 600);
        zone_lineage_free(version->lineage);
    }
}

TESTS(any_order_makes_the_same, an_owner_again, an_owner_again_while_the_log_moves)
