/*
 * Goal    A draft records exactly what it does to the zone, and can be taken back among others.
 * Method  drafts on a small zone; what they record is applied to nothing, but looked at.
 */
#include "world.h"

static const struct changeset *changes(struct change_draft *draft, uint32_t removed, uint32_t added)
{
    const struct changeset *changeset = change_draft_changes(draft);

    CHECK_EQ(changeset->removed_count, removed);
    CHECK_EQ(changeset->added_count, added);
    return changeset;
}

TEST(what_comes_and_goes_leaves_no_trace)
{
    struct world world;
    struct waiter waiter;
    struct td_diag diag;

    world_init(&world);
    world_load(&world, 3);
    struct change_draft *draft = world_draft(&world);
    CHECK_OK(change_draft_add(draft, other, WIRE_TYPE_A, 60, address, 4));
    CHECK_OK(change_draft_remove(draft, host, WIRE_TYPE_A, address, 4));
    changes(draft, 1, 1);
    CHECK_OK(change_draft_remove(draft, other, WIRE_TYPE_A, address, 4));
    CHECK_OK(change_draft_add(draft, host, WIRE_TYPE_A, 60, address, 4));
    changes(draft, 0, 0);
    CHECK_OK(world_commit(draft, CHANGE_UPDATE, &waiter, &diag));
    world_turn(&world);
    CHECK_EQ(waiter.called, 1);
    CHECK(waiter.wait.is_unchanged);
    CHECK_EQ(waiter.wait.serial, 3);
    CHECK_EQ(world_served(&world)->serial, 3);
    CHECK_EQ(world.told, 1);
    world_fini(&world);
}

TEST(another_ttl_is_recorded_for_the_whole_set)
{
    struct world world;
    uint32_t ttl;

    world_init(&world);
    world_load(&world, 3);
    struct change_draft *draft = world_draft(&world);
    CHECK_OK(change_draft_add(draft, host, WIRE_TYPE_A, 60, address2, 4));
    CHECK_EQ(change_draft_add(draft, host, WIRE_TYPE_A, 60, address2, 4), TD_E_EXISTS);
    CHECK_OK(change_draft_add(draft, host, WIRE_TYPE_A, 300, address3, 4));
    const struct changeset *changeset = changes(draft, 1, 3);
    CHECK_EQ(changeset->removed[0].ttl, 60);
    for (unsigned i = 0; i < 3; i++)
        CHECK_EQ(changeset->added[i].ttl, 300);
    CHECK_EQ(addresses_of(change_draft_view(draft), host, &ttl), 3);
    CHECK_EQ(ttl, 300);
    change_draft_abort(draft);

    draft = world_draft(&world);
    CHECK_OK(change_draft_add(draft, host, WIRE_TYPE_A, 300, address, 4));
    changes(draft, 1, 1);
    change_draft_abort(draft);
    world_fini(&world);
}

TEST(a_draft_among_others_is_taken_back)
{
    struct world world;
    struct waiter first, second;
    struct td_diag diag;
    uint8_t soa[22];
    uint32_t ttl;

    world_init(&world);
    world_load(&world, 3);
    world_add(&world, host, address2, &first);
    struct change_draft *draft = world_draft(&world);
    CHECK_OK(change_draft_add(draft, host, WIRE_TYPE_A, 900, address3, 4));
    CHECK_OK(change_draft_add(draft, other, WIRE_TYPE_A, 60, address3, 4));
    CHECK_OK(change_draft_remove(draft, host, WIRE_TYPE_A, address, 4));
    soa_of(77, soa);
    CHECK_OK(change_draft_add(draft, apex, WIRE_TYPE_SOA, 60, soa, sizeof(soa)));
    CHECK_EQ(addresses_of(change_draft_view(draft), host, NULL), 2);
    change_draft_abort(draft);
    CHECK_EQ(addresses_of(change_zone_view(&world.zone), host, &ttl), 2);
    CHECK_EQ(ttl, 60);
    CHECK_EQ(addresses_of(change_zone_view(&world.zone), other, NULL), 0);

    draft = world_draft(&world);
    CHECK_OK(change_draft_remove(draft, host, WIRE_TYPE_A, address2, 4));
    CHECK_OK(world_commit(draft, CHANGE_UPDATE, &second, &diag));
    world_turn(&world);
    CHECK_EQ(first.wait.serial, 4);
    CHECK_EQ(second.wait.serial, 5);
    CHECK_EQ(world_served(&world)->serial, 5);
    CHECK_EQ(addresses_of(world_served(&world), host, NULL), 1);
    CHECK_EQ(addresses_of(world_served(&world), other, NULL), 0);
    world_fini(&world);
}

TEST(an_soa_takes_the_place_of_the_one_there_is)
{
    static const struct {
        uint32_t serial;
        uint32_t want;
    } rows[] = { { 50, 50 },
                 { 7, 42 },
                 { 41, 42 },
                 { 41 + 0x7FFFFFFFu, 41 + 0x7FFFFFFFu },
                 { 41 + 0x80000000u, 42 } };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct world world;
        struct waiter waiter;
        struct td_diag diag;
        uint8_t soa[22];
        world_init(&world);
        world_load(&world, 41);
        soa_of(rows[i].serial, soa);
        soa[21] = 5; /* the last of its numbers is another one, too */
        struct change_draft *draft = world_draft(&world);
        CHECK_OK(change_draft_add(draft, apex, WIRE_TYPE_SOA, 60, soa, sizeof(soa)));
        soa_of(rows[i].want == 42 ? 41 : rows[i].want, soa); /* as it stands now */
        soa[21] = 5;
        CHECK_EQ(change_draft_remove(draft, apex, WIRE_TYPE_SOA, soa, sizeof(soa)), TD_E_INVALID);
        CHECK_OK(world_commit(draft, CHANGE_COMMAND, &waiter, &diag));
        world_turn(&world);
        CHECK_EQ(waiter.wait.serial, rows[i].want);
        CHECK_EQ(world_served(&world)->serial, rows[i].want);
        world_fini(&world);
    }
}

TEST(who_may_change_a_zone_that_is_frozen_or_a_copy)
{
    static const struct {
        bool is_frozen;
        bool is_copy;
        enum change_origin origin;
        td_err want;
    } rows[] = {
        { false, false, CHANGE_UPDATE, TD_OK },
        { true, false, CHANGE_UPDATE, TD_E_CONFLICT },
        { true, false, CHANGE_COMMAND, TD_E_CONFLICT },
        { true, false, CHANGE_FILE, TD_OK },
        { true, true, CHANGE_TRANSFER, TD_OK },
        { false, true, CHANGE_TRANSFER, TD_OK },
        { false, true, CHANGE_FILE, TD_E_CONFLICT },
        { false, true, CHANGE_API, TD_E_CONFLICT },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct change_draft *draft;
        struct world world;
        struct td_diag diag;
        world_init(&world);
        world_load(&world, 5);
        world.zone.is_frozen = rows[i].is_frozen;
        world.zone.is_copy = rows[i].is_copy;
        CHECK_EQ(change_draft_begin(world.door, &world.zone, rows[i].origin, &draft, &diag),
                 rows[i].want);
        if (rows[i].want == TD_OK)
            change_draft_abort(draft);
        world_fini(&world);
    }
}

TEST(what_is_refused_leaves_the_zone)
{
    struct world world;
    struct waiter waiter;
    struct td_diag diag;
    struct change_draft *draft;

    world_init(&world);
    CHECK_EQ(change_draft_begin(world.door, &world.zone, CHANGE_COMMAND, &draft, &diag),
             TD_E_CONFLICT);
    CHECK_STR(diag.text, "the zone has no data yet");
    world_load(&world, 5);
    struct zone_version *before = world_served(&world);

    draft = world_draft(&world);
    CHECK_EQ(change_draft_add(draft, outside, WIRE_TYPE_A, 60, address, 4), TD_E_INVALID);
    CHECK_EQ(change_draft_remove(draft, host, WIRE_TYPE_A, address2, 4), TD_E_NOT_FOUND);
    CHECK_EQ(change_draft_remove(draft, outside, WIRE_TYPE_A, address2, 4), TD_E_NOT_FOUND);
    change_draft_abort(draft);

    draft = world_draft(&world);
    CHECK_OK(change_draft_add(draft, host, WIRE_TYPE_CNAME, 60, other, sizeof(other)));
    CHECK_EQ(world_commit(draft, CHANGE_COMMAND, &waiter, &diag), TD_E_INVALID);
    CHECK(strstr(diag.text, "cname-other-data") != NULL);

    draft = world_draft(&world);
    CHECK_OK(change_draft_add(draft, other, WIRE_TYPE_A, 60, address, 4));
    struct change_about about = { .origin = CHANGE_API, .has_serial_seen = true, .serial_seen = 4 };
    CHECK_EQ(change_draft_commit(draft, &about, &waiter.wait, &diag), TD_E_CONFLICT);

    world.zone.is_frozen = true;
    CHECK_EQ(change_draft_begin(world.door, &world.zone, CHANGE_COMMAND, &draft, &diag),
             TD_E_CONFLICT);
    CHECK(strstr(diag.text, "thaw") != NULL);
    world_turn(&world);
    CHECK(world_served(&world) == before);
    CHECK_EQ(world.told, 1);
    world_fini(&world);
}

TEST(the_serial_goes_on_where_it_was_before_a_restart)
{
    struct world world;
    struct waiter waiter;

    world_init(&world);
    world_load(&world, 5);
    world.zone.has_floor = true;
    world.zone.serial_floor = 900;
    world_add(&world, host, address2, &waiter);
    world_turn(&world);
    CHECK_EQ(waiter.wait.serial, 901);
    world_fini(&world);
}

/* A zone of 120 names besides its own. */
static void fill(struct world *world)
{
    struct change_draft *draft = world_draft(world);
    struct waiter waiter;
    struct td_diag diag;

    for (unsigned i = 0; i < 120; i++) {
        uint8_t name[] = "\3aaa\4test";
        name[1] = (uint8_t)('a' + i / 26);
        name[2] = (uint8_t)('a' + i % 26);
        CHECK_OK(change_draft_add(draft, name, WIRE_TYPE_A, 60, address, 4));
    }
    CHECK_OK(world_commit(draft, CHANGE_COMMAND, &waiter, &diag));
    world_turn(world);
}

static td_err empty(struct world *world, unsigned count, bool is_released, struct td_diag *diag)
{
    struct change_draft *draft = world_draft(world);
    struct change_about about = { .origin = CHANGE_COMMAND, .is_released = is_released };
    static struct waiter waiter;

    for (unsigned i = 0; i < count; i++) {
        uint8_t name[] = "\3aaa\4test";
        name[1] = (uint8_t)('a' + i / 26);
        name[2] = (uint8_t)('a' + i % 26);
        CHECK_OK(change_draft_remove(draft, name, WIRE_TYPE_A, address, 4));
    }
    waiter_init(&waiter);
    return change_draft_commit(draft, &about, &waiter.wait, diag);
}

TEST(the_brake_holds_what_removes_too_much)
{
    struct world world;
    struct td_diag diag;

    world_init(&world);
    world_load(&world, 5);
    fill(&world);
    world.zone.rules.brake_percent = 40;
    CHECK_EQ(empty(&world, 60, false, &diag), TD_E_REFUSED);
    CHECK_STR(diag.text, "it would remove 60 of 123 names, more than 40 %");
    CHECK_OK(empty(&world, 40, false, &diag));
    world_turn(&world);
    CHECK_EQ(world_served(&world)->serial, 7);

    struct change_draft *draft = world_draft(&world);
    static const uint8_t ns[] = "\2ns\4test";
    struct waiter waiter;
    CHECK_OK(change_draft_remove(draft, apex, WIRE_TYPE_NS, ns, sizeof(ns)));
    CHECK_EQ(world_commit(draft, CHANGE_UPDATE, &waiter, &diag), TD_E_REFUSED);
    CHECK_STR(diag.text, "it would remove the zone's last name server");
    world_fini(&world);
}

TEST(the_brake_can_be_let_go)
{
    struct world world;
    struct td_diag diag;

    world_init(&world);
    world_load(&world, 5);
    fill(&world);
    world.zone.rules.brake_percent = 40;
    CHECK_OK(empty(&world, 100, true, &diag));
    world_turn(&world);
    CHECK_EQ(world_served(&world)->node_count, 23);
    world_fini(&world);
}

TESTS(what_comes_and_goes_leaves_no_trace, another_ttl_is_recorded_for_the_whole_set,
      a_draft_among_others_is_taken_back, an_soa_takes_the_place_of_the_one_there_is,
      who_may_change_a_zone_that_is_frozen_or_a_copy, what_is_refused_leaves_the_zone,
      the_serial_goes_on_where_it_was_before_a_restart, the_brake_holds_what_removes_too_much,
      the_brake_can_be_let_go)
