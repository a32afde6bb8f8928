/*
 * Goal    the last lines stand there; routine takes the place of routine with the same peer, and
 *         what is no routine stays until there are too many.
 * Method  lines, and then what is left of them.
 */
#include "server/story.h"
#include "unit/test.h"

static void check_line(const struct story *story, uint32_t at, const char *peer, const char *text)
{
    CHECK(at < story->count);
    CHECK_STR(story->lines[at].text, text);
    if (peer == NULL)
        CHECK(story->lines[at].peer == NULL);
    else
        CHECK_STR(story->lines[at].peer, peer);
}

TEST(lines_stand_in_order)
{
    struct story story = { .lines = NULL };

    CHECK(story_trouble(&story, NULL) == NULL);
    story_add(&story, 1, "a", false, "%s %d", "one", 1);
    story_add(&story, 2, NULL, false, "two");
    CHECK_EQ(story.count, 2);
    check_line(&story, 0, "a", "one 1");
    check_line(&story, 1, NULL, "two");
    CHECK_EQ(story.lines[0].time_s, 1);
    CHECK_EQ(story.lines[1].time_s, 2);
    story_fini(&story);
    CHECK_EQ(story.count, 0);
}

TEST(routine_is_told_once_for_each_peer)
{
    struct story story = { .lines = NULL };

    story_add(&story, 1, "a", false, "trouble");
    for (unsigned i = 0; i < 100; i++) {
        story_add(&story, 2 + i, "a", true, "routine of a, %u", i);
        story_add(&story, 2 + i, "b", true, "routine of b, %u", i);
    }
    CHECK_EQ(story.count, 3);
    check_line(&story, 0, "a", "trouble");
    check_line(&story, 1, "a", "routine of a, 99");
    check_line(&story, 2, "b", "routine of b, 99");
    /* What happened in between keeps what was before it. */
    story_add(&story, 200, "b", false, "trouble again");
    story_add(&story, 201, "a", true, "back");
    CHECK_EQ(story.count, 5);
    story_fini(&story);
}

TEST(the_last_trouble)
{
    struct story story = { .lines = NULL };

    story_add(&story, 1, "a", false, "of a");
    story_add(&story, 2, "b", false, "of b");
    story_add(&story, 3, "b", true, "routine");
    CHECK_STR(story_trouble(&story, NULL)->text, "of b");
    CHECK_STR(story_trouble(&story, "a")->text, "of a");
    CHECK(story_trouble(&story, "c") == NULL);
    story_fini(&story);
}

TEST(a_story_does_not_grow)
{
    struct story story = { .lines = NULL };
    char longest[2000];

    memset(longest, 'x', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    for (unsigned i = 0; i < 10 * STORY_LINES_MAX; i++)
        story_add(&story, i, "a", false, "line %u %s", i, longest);
    CHECK_EQ(story.count, STORY_LINES_MAX);
    CHECK_EQ(story.lines[0].time_s, 9 * STORY_LINES_MAX);
    CHECK(strlen(story.lines[0].text) < sizeof(longest));
    CHECK(strncmp(story.lines[0].text, "line 216 xxx", 12) == 0);
    story_fini(&story);
}

TESTS(lines_stand_in_order, routine_is_told_once_for_each_peer, the_last_trouble,
      a_story_does_not_grow)
