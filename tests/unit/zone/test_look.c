/*
 * Goal    A look-up in steps, as those of a batch are made, ends where one made at once ends: in
 *         zones of cuts, where it goes down, and in others, where it goes up; for names that are
 *         there, below what is there, hidden, or nowhere.
 * Method  Two zones large enough for many names to share slots of the hash index; every name, and
 *         names that are not there, are looked for in both ways and with zone_find_exact.
 */
#include "test.h"

#include "wire/name.h"
#include "wire/rrtype.h"
#include "zone/build.h"
#include "zone/lineage.h"
#include "zone/look.h"

enum { NAMES = 20000 };

static const struct td_hash_seed seed = { 11, 12, 13 };

static uint16_t name_of(uint8_t *out, const char *front, uint32_t number)
{
    struct wire_name name;
    char text[128];

    snprintf(text, sizeof(text), "%sn%u.tld.", front, number);
    CHECK_OK(wire_name_from_text(text, &name));
    memcpy(out, name.octets, name.size);
    return name.size;
}

/* Each name has an address, or is a cut with glue; every hundredth name is not in lower case. */
static struct zone_version *make(bool is_of_cuts)
{
    static const uint8_t apex[] = "\3tld", soa[22], address[4];
    struct zone_build *build = zone_build_new(apex, &seed, NULL);
    struct zone_build_report report;
    struct zone_version *version;
    uint8_t owner[256], target[256];

    CHECK_OK(zone_build_add(build, apex, WIRE_TYPE_SOA, 900, soa, sizeof(soa)));
    for (uint32_t i = 0; i < NAMES; i++) {
        name_of(owner, "", i);
        if (i % 100 == 0)
            owner[1] = 'N';
        uint16_t size = name_of(target, "a.", i);
        if (is_of_cuts)
            CHECK_OK(zone_build_add(build, owner, WIRE_TYPE_NS, 900, target, size));
        else
            CHECK_OK(zone_build_add(build, owner, WIRE_TYPE_A, 900, address, 4));
        if (i % 3 == 0)
            CHECK_OK(zone_build_add(build, target, WIRE_TYPE_A, 900, address, 4));
    }
    CHECK_OK(zone_build_finish(build, &report, &version));
    CHECK_EQ(zone_is_mostly_cuts(version), is_of_cuts);
    return version;
}

static void check(const struct zone_version *version, const char *front, uint32_t number)
{
    struct zone_look look = { .slot = NULL };
    struct wire_key key;
    uint8_t name[256];

    name_of(name, front, number);
    wire_key_make(&key, &seed, name);
    unsigned relative = key.label_count - 1u;
    struct zone_nearest at_once = zone_look_end(version, &key, relative, &look);
    zone_look_begin(version, &key, relative, &look);
    CHECK(look.slot != NULL);
    zone_look_node(version, &key, relative, &look);
    zone_look_answer(version, &look);
    struct zone_nearest in_steps = zone_look_end(version, &key, relative, &look);
    CHECK(in_steps.encloser == at_once.encloser);
    CHECK_EQ(in_steps.label, at_once.label);

    const struct zone_node *node = zone_find_exact(version, &key, (unsigned)at_once.label);
    CHECK(at_once.label == relative || node == at_once.encloser);
    if (number < NAMES) /* it is there, or what it is below */
        CHECK(at_once.label < relative);
    else
        CHECK(at_once.encloser == zone_version_apex(version));
}

static void check_all(bool is_of_cuts)
{
    static const char *const fronts[] = { "", "a.", "b.", "x.y.", "x.a." };
    struct zone_version *version = make(is_of_cuts);

    for (uint32_t i = 0; i < NAMES + NAMES / 4; i++)
        for (unsigned front = 0; front < TD_COUNT(fronts); front++)
            check(version, fronts[front], i);
    zone_lineage_free(version->lineage);
}

TEST(steps_end_where_a_search_at_once_does_among_cuts)
{
    check_all(true);
}

TEST(steps_end_where_a_search_at_once_does_among_hosts)
{
    check_all(false);
}

TESTS(steps_end_where_a_search_at_once_does_among_cuts,
      steps_end_where_a_search_at_once_does_among_hosts)
