/*
 * Goal    one record covers exactly what lies between its ends, across the wrap too.
 * Method  tables over the zone of RFC 4035 A, and over small hashes.
 */
#include "dnssec/denial.h"
#include "unit/test.h"

#define APEX "\7example"
#define A    "\1a\7example"
#define AI   "\2ai\7example"
#define B    "\1b\7example"
#define XX   "\2xx\7example"

#define N(literal) ((const uint8_t *)(literal))

static const struct {
    const char *owner, *next, *name;
    bool is_covered;
} rows[] = {
    { B, XX, "\2ml\7example", true },
    { B, XX, "\2ML\7EXAMPLE", true },
    { B, XX, "\1z\1b\7example", true },
    { B, XX, B, false },
    { B, XX, XX, false },
    { B, XX, A, false },
    { B, XX, "\2xy\7example", false },
    { A, AI, "\1x\1a\7example", true },
    /* the last one of the chain */
    { XX, APEX, "\2xy\7example", true },
    { XX, APEX, "\1a\2xx\7example", true },
    { XX, APEX, A, false },
    { XX, APEX, APEX, false },
    { XX, APEX, XX, false },
    /* a chain of one */
    { APEX, APEX, A, true },
    { APEX, APEX, APEX, false },
};

TEST(names_between_the_ends)
{
    for (size_t i = 0; i < TD_COUNT(rows); i++)
        CHECK_EQ_WHY(dnssec_nsec_covers(N(rows[i].owner), N(rows[i].next), N(rows[i].name)),
                     rows[i].is_covered, rows[i].name);
}

TEST(empty_non_terminals)
{
    const uint8_t *next = N("\1b\3ent\7example");

    CHECK(dnssec_nsec_shows_empty(N(A), next, N("\3ent\7example")));
    CHECK(dnssec_nsec_shows_empty(N(A), next, N("\3ENT\7example")));
    CHECK(!dnssec_nsec_shows_empty(N(A), next, next));
    CHECK(!dnssec_nsec_shows_empty(N(A), next, N("\3enu\7example")));
    CHECK(!dnssec_nsec_shows_empty(N(A), next, N(APEX))); /* before the owner: it exists */
}

TEST(closest_encloser)
{
    CHECK_EQ(dnssec_nsec_encloser_labels(N(B), N(XX), N("\2ml\7example")), 2);
    CHECK_EQ(dnssec_nsec_encloser_labels(N(B), N(XX), N("\1z\1b\7example")), 3);
    CHECK_EQ(dnssec_nsec_encloser_labels(N(A), N("\1b\3ent\7example"), N("\1a\3ent\7example")), 3);
}

TEST(hashes_between_the_ends)
{
    static const struct {
        uint8_t owner, next, hash;
        bool is_covered;
    } hashes[] = {
        { 10, 20, 15, true },  { 10, 20, 10, false }, { 10, 20, 20, false }, { 10, 20, 9, false },
        { 10, 20, 21, false }, { 20, 10, 25, true },  { 20, 10, 5, true },   { 20, 10, 15, false },
        { 20, 10, 20, false }, { 20, 10, 10, false }, { 10, 10, 9, true },   { 10, 10, 11, true },
        { 10, 10, 10, false },
    };

    for (size_t i = 0; i < TD_COUNT(hashes); i++) {
        uint8_t owner[20] = { 7, hashes[i].owner };
        uint8_t next[20] = { 7, hashes[i].next };
        uint8_t hash[20] = { 7, hashes[i].hash };
        CHECK_EQ(dnssec_nsec3_covers(owner, next, hash, sizeof(hash)), hashes[i].is_covered);
    }
}

TEST(bitmaps_of_cuts_and_dnames)
{
    static const uint8_t cut[] = { 0, 1, 0x20 };            /* NS */
    static const uint8_t apex[] = { 0, 1, 0x22 };           /* NS SOA */
    static const uint8_t dname[] = { 0, 5, 0, 0, 0, 0, 1 }; /* DNAME */

    CHECK(dnssec_denial_is_delegation(cut, sizeof(cut)));
    CHECK(!dnssec_denial_is_delegation(apex, sizeof(apex)));
    CHECK(!dnssec_denial_is_delegation(dname, sizeof(dname)));
    CHECK(dnssec_denial_is_dname(dname, sizeof(dname)));
    CHECK(!dnssec_denial_is_dname(cut, sizeof(cut)));
}

TESTS(names_between_the_ends, empty_non_terminals, closest_encloser, hashes_between_the_ends,
      bitmaps_of_cuts_and_dnames)
