/*
 * Goal    The table that a version begins with says what that of the newest version says, whatever
 *         it was made of: after changes, changes given up, versions dropped, versions held for
 *         long, and after the table has grown. What was held stays as it was.
 * Method  A zone of some hundred pages, changed at random, with each answer looked up now and then.
 */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/rcu.h"
#include "wire/name.h"
#include "wire/rrtype.h"
#include "zone/build.h"
#include "zone/edit.h"
#include "zone/lineage.h"
#include "zone/table.h"

enum {
    NAMES = 20000,
    FIRST = 14000, /* of them at the beginning */
    TEXT_SIZE = 250,
    ROUNDS = 4000,
    LOOK_EVERY = 200,
    BURST_EVERY = 250,
    BURST = 1500, /* so many that the list of changed pages is full, or the table grows */
};

struct model {
    uint32_t values[NAMES]; /* 0: there is no such name */
};

static const uint8_t apex[] = "\3tld";
static struct model model, aside, held_model;
static uint64_t random_state = 88172645463325252u;

static uint32_t any(uint32_t below)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)(random_state >> 33) % below;
}

static void name_of(uint8_t *out, uint32_t number)
{
    struct wire_name name;
    char text[32];

    snprintf(text, sizeof(text), "n%u.tld.", number);
    CHECK_OK(wire_name_from_text(text, &name));
    memcpy(out, name.octets, name.size);
}

static void text_of(uint8_t *out, uint32_t value)
{
    memset(out, 'x', TEXT_SIZE);
    out[0] = TEXT_SIZE - 1;
    memcpy(out + 1, &value, sizeof(value));
}

static void soa_of(uint8_t out[22])
{
    memset(out, 0, 22); /* two root names, five numbers */
}

static struct zone_version *build(const struct td_hash_seed *seed)
{
    struct zone_build *build = zone_build_new(apex, seed, NULL);
    struct zone_build_report report;
    struct zone_version *version;
    uint8_t owner[64], rdata[TEXT_SIZE];

    soa_of(rdata);
    CHECK_OK(zone_build_add(build, apex, WIRE_TYPE_SOA, 60, rdata, 22));
    CHECK_OK(zone_build_add(build, apex, WIRE_TYPE_NS, 60, (const uint8_t *)"", 1));
    for (uint32_t i = 0; i < FIRST; i++) {
        model.values[i] = i + 1;
        name_of(owner, i);
        text_of(rdata, model.values[i]);
        CHECK_OK(zone_build_add(build, owner, WIRE_TYPE_TXT, 60, rdata, TEXT_SIZE));
    }
    CHECK_OK(zone_build_finish(build, &report, &version));
    CHECK(version->page_count >= ZONE_TABLE_SPARE_MIN); /* else nothing is shown */
    return version;
}

/* The name gets another text, comes, or goes. */
static void change(struct zone_edit *edit, uint32_t number)
{
    uint8_t owner[64], rdata[TEXT_SIZE];
    uint32_t *value = &model.values[number];

    name_of(owner, number);
    text_of(rdata, *value);
    if (*value != 0)
        CHECK_OK(zone_edit_remove(edit, owner, WIRE_TYPE_TXT, rdata, TEXT_SIZE, NULL));
    *value = any(8) == 0 ? 0 : any(UINT32_MAX - 1) + 1;
    text_of(rdata, *value);
    if (*value != 0)
        CHECK_OK(zone_edit_add(edit, owner, WIRE_TYPE_TXT, 60, rdata, TEXT_SIZE));
}

static void check_same(const struct zone_version *version, const struct model *want)
{
    uint8_t owner[64], rdata[TEXT_SIZE];
    struct wire_key key;

    for (uint32_t i = 0; i < NAMES; i++) {
        name_of(owner, i);
        wire_key_make(&key, zone_version_seed(version), owner);
        const struct zone_node *node = zone_find_exact(version, &key, 0);
        CHECK_EQ_WHY(node != NULL, want->values[i] != 0, "name");
        if (node == NULL)
            continue;
        struct wire_rdata found = wire_rrset_first(zone_node_set(version, node, WIRE_TYPE_TXT));
        text_of(rdata, want->values[i]);
        CHECK_BYTES(found.octets, found.size, rdata, TEXT_SIZE);
    }
}

struct world {
    struct td_rcu *rcu;
    struct zone_lineage *lineage;
    struct zone_version *version;
    struct zone_version *held; /* NULL: none */
};

static void change_once(struct world *world, uint32_t count)
{
    struct zone_version *next;

    memcpy(&aside, &model, sizeof(model));
    struct zone_edit *edit = zone_edit_begin(world->version);
    if (any(2) == 0) /* what is given back while it is open is older than what it changes */
        zone_lineage_reclaim(world->lineage, world->rcu);
    for (uint32_t i = 0; i < count; i++)
        change(edit, any(NAMES));
    switch (any(6)) {
    case 0:
        zone_edit_abort(edit);
        memcpy(&model, &aside, sizeof(model));
        break;
    case 1:
        CHECK_OK(zone_edit_finish(edit, &next));
        zone_lineage_drop(world->lineage);
        memcpy(&model, &aside, sizeof(model));
        break;
    default:
        CHECK_OK(zone_edit_finish(edit, &world->version));
        zone_lineage_published(world->version, world->rcu);
    }
    if (any(3) != 0)
        zone_lineage_reclaim(world->lineage, world->rcu);
}

static void hold_or_let_go(struct world *world)
{
    if (world->held != NULL) {
        check_same(world->held, &held_model);
        zone_version_unpin(world->held);
        world->held = NULL;
    } else {
        world->held = world->version;
        zone_version_pin(world->held);
        memcpy(&held_model, &model, sizeof(model));
    }
}

TEST(a_table_begins_as_the_newest_one)
{
    struct td_hash_seed seed = td_hash_seed_of(9, 10);
    struct world world = { .rcu = td_rcu_new() };

    world.version = build(&seed);
    world.lineage = world.version->lineage;
    uint32_t pages = world.version->page_count;
    for (uint32_t round = 1; round <= ROUNDS; round++) {
        change_once(&world, round % BURST_EVERY == 0 ? BURST : 1 + any(3));
        if (any(100) == 0)
            hold_or_let_go(&world);
        if (round % LOOK_EVERY == 0)
            check_same(world.version, &model);
    }
    CHECK(world.version->page_count > pages);
    if (world.held != NULL)
        hold_or_let_go(&world);
    CHECK_EQ(zone_lineage_reclaim(world.lineage, world.rcu), 0);
    check_same(world.version, &model);
    zone_lineage_free(world.lineage);
    td_rcu_free(world.rcu);
}

TESTS(a_table_begins_as_the_newest_one)
