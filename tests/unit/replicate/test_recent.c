/*
 * Goal    the newest changes are there, the oldest of all zones go first, and forgetting a zone
 *         touches no other.
 * Method  two zones that take turns, with room for a few changes.
 */
#include "test.h"

#include "replicate/recent.h"
#include "unit/replicate/steps.h"

static void add(struct recent *recent, struct recent_zone *zone, uint64_t sequence)
{
    struct td_buf octets = { .data = NULL };
    struct step step;

    step_begin(&step, (uint32_t)sequence, (uint32_t)sequence + 1);
    change_encode(&step.changeset, &octets);
    step.changeset.sequence = sequence;
    step.changeset.octets = octets.data;
    step.changeset.octets_size = octets.size;
    recent_add(recent, zone, &step.changeset);
    td_buf_fini(&octets);
}

TEST(what_was_added_is_found_and_is_what_the_log_has)
{
    struct recent_zone zone = { .oldest = NULL };
    struct difference *difference = difference_new();
    struct recent recent;

    recent_init(&recent, RECENT_OCTETS_MAX);
    CHECK(recent_find(&zone, NULL, 1) == NULL);
    add(&recent, &zone, 5);
    add(&recent, &zone, 7);
    const struct recent_change *first = recent_find(&zone, NULL, 5);
    CHECK(first != NULL && recent_find(&zone, first, 7) != NULL);
    CHECK(recent_find(&zone, NULL, 6) == NULL && recent_find(&zone, first, 8) == NULL);
    CHECK_OK(difference_add(difference, first->octets, first->size));
    CHECK_EQ(difference->serial_from, 5);
    recent_forget(&recent, &zone);
    CHECK_EQ(recent.octets, 0);
    CHECK(recent.oldest == NULL && recent.newest == NULL);
    difference_let_go(difference);
}

TEST(the_oldest_of_all_go_first)
{
    struct recent_zone a = { .oldest = NULL }, b = { .oldest = NULL };
    struct recent recent;

    recent_init(&recent, RECENT_OCTETS_MAX);
    add(&recent, &a, 1);
    recent.octets_max = 4 * recent.octets;
    for (uint64_t sequence = 2; sequence <= 10; sequence++)
        add(&recent, sequence % 2 != 0 ? &a : &b, sequence);
    CHECK(recent.octets <= recent.octets_max);
    for (uint64_t sequence = 1; sequence <= 6; sequence++)
        CHECK(recent_find(sequence % 2 != 0 ? &a : &b, NULL, sequence) == NULL);
    for (uint64_t sequence = 7; sequence <= 10; sequence++)
        CHECK(recent_find(sequence % 2 != 0 ? &a : &b, NULL, sequence) != NULL);
    recent_forget(&recent, &a);
    CHECK(recent_find(&a, NULL, 9) == NULL && recent_find(&b, NULL, 8) != NULL);
    recent_forget(&recent, &b);
    CHECK_EQ(recent.octets, 0);
}

TEST(what_is_too_large_or_a_break_or_unknown_is_left_out)
{
    struct recent_zone zone = { .oldest = NULL };
    struct changeset ends = { .is_break = true, .sequence = 3, .octets = "x", .octets_size = 1 };
    struct changeset large = { .sequence = 4, .octets = "", .octets_size = RECENT_CHANGE_MAX + 1 };
    struct changeset unknown = { .sequence = 5 };
    struct recent recent;

    recent_init(&recent, 10); /* nothing fits */
    add(&recent, &zone, 1);
    CHECK(zone.oldest == NULL);
    recent_init(&recent, RECENT_OCTETS_MAX);
    recent_add(&recent, &zone, &ends);
    recent_add(&recent, &zone, &large);
    recent_add(&recent, &zone, &unknown);
    CHECK(zone.oldest == NULL);
    CHECK_EQ(recent.octets, 0);
}

TESTS(what_was_added_is_found_and_is_what_the_log_has, the_oldest_of_all_go_first,
      what_is_too_large_or_a_break_or_unknown_is_left_out)
