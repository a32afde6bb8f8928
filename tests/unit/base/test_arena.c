/*
 * Goal    Allocations do not overlap, are aligned, and are given back together; one large
 *         request does not keep its memory for ever.
 * Method  fill each allocation with its own octet and look at all of them at the end.
 */
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "unit/test.h"

TEST(allocations_are_aligned_and_do_not_overlap)
{
    enum { COUNT = 400 };
    struct td_arena arena;
    uint8_t *at[COUNT];

    td_arena_init(&arena, 256);
    for (size_t i = 0; i < COUNT; i++) {
        at[i] = td_arena_alloc(&arena, i);
        CHECK_EQ((uintptr_t)at[i] % 8, 0);
        memset(at[i], (int)(i & 0xFF), i);
    }
    for (size_t i = 0; i < COUNT; i++)
        for (size_t j = 0; j < i; j++)
            CHECK_EQ(at[i][j], i & 0xFF);
    CHECK(arena.total >= COUNT * (COUNT - 1) / 2);
    td_arena_fini(&arena);
    CHECK_EQ(arena.total, 0);
}

TEST(copies_and_zeroes)
{
    static const uint8_t zero[100];
    struct td_arena arena;

    td_arena_init(&arena, 0);
    memset(td_arena_alloc(&arena, 100), 0xFF, 100);
    td_arena_reset(&arena);
    CHECK_BYTES(td_arena_zalloc(&arena, 100), 100, zero, 100);
    CHECK_STR(td_arena_strdup(&arena, "tandem"), "tandem");
    CHECK_BYTES(td_arena_memdup(&arena, "a\0b", 3), 3, "a\0b", 3);
    CHECK(td_arena_memdup(&arena, NULL, 0) != NULL);
    td_arena_fini(&arena);
}

TEST(a_reset_arena_uses_the_same_memory_again)
{
    struct td_arena arena;

    td_arena_init(&arena, 1024);
    void *first = td_arena_alloc(&arena, 512);
    size_t total = arena.total;
    for (int round = 0; round < 100; round++) {
        td_arena_reset(&arena);
        CHECK(td_arena_alloc(&arena, 512) == first);
        CHECK_EQ(arena.total, total);
    }
    td_arena_fini(&arena);
}

TEST(reset_gives_back_what_was_more_than_usual)
{
    static const size_t rows[] = { 1000000, 1024, 1025 };
    struct td_arena arena;

    td_arena_init(&arena, 1024);
    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        for (int n = 0; n < 5; n++) {
            (void)td_arena_alloc(&arena, rows[i]);
            (void)td_arena_alloc(&arena, 8);
        }
        (void)td_arena_alloc(&arena, rows[i]);
        td_arena_reset(&arena);
        CHECK(arena.total <= 1024);
    }
    td_arena_fini(&arena);
}

TEST(an_unused_arena_holds_nothing)
{
    struct td_arena arena;

    td_arena_init(&arena, 0);
    CHECK_EQ(arena.total, 0);
    td_arena_reset(&arena);
    td_arena_fini(&arena);
    CHECK_EQ(arena.total, 0);
}

#if defined(__SANITIZE_ADDRESS__)
TEST(a_sanitizer_sees_one_octet_too_far)
{
    struct td_arena arena;
    int status;

    td_arena_init(&arena, 0);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        volatile uint8_t *at = td_arena_alloc(&arena, 13);
        if (freopen("/dev/null", "w", stderr) == NULL)
            _exit(0);
        at[13] = 1;
        _exit(0);
    }
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK(!WIFEXITED(status) || WEXITSTATUS(status) != 0);
    td_arena_fini(&arena);
}
#else
TEST(a_sanitizer_sees_one_octet_too_far)
{
    skip();
}
#endif

TESTS(allocations_are_aligned_and_do_not_overlap, copies_and_zeroes,
      a_reset_arena_uses_the_same_memory_again, reset_gives_back_what_was_more_than_usual,
      an_unused_arena_holds_nothing, a_sanitizer_sees_one_octet_too_far)
