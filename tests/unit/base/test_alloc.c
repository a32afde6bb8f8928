/*
 * Goal    Memory is there, of the size and alignment asked for, or the process ends.
 * Method  by hand; the end in a child process.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "unit/test.h"

TEST(nothing_is_something_that_can_be_freed)
{
    free(td_malloc(0));
    free(td_calloc(0, 8));
    free(td_calloc(8, 0));
    free(td_realloc(NULL, 0));
    free(td_aligned_alloc(64, 0));
    free(td_memdup("", 0));
}

TEST(calloc_is_zero)
{
    static const uint8_t zero[4000];
    uint8_t *memory = td_calloc(40, 100);

    CHECK_BYTES(memory, 4000, zero, 4000);
    free(memory);
}

TEST(alignment)
{
    for (size_t align = 8; align <= 65536; align *= 2) {
        void *memory = td_aligned_alloc(align, 3);

        CHECK_EQ((uintptr_t)memory % align, 0);
        free(memory);
    }
}

TEST(copies)
{
    char *text = td_strdup("tandem");
    uint8_t *octets = td_memdup("a\0b", 3);

    CHECK_STR(text, "tandem");
    CHECK_BYTES(octets, 3, "a\0b", 3);
    free(text);
    free(octets);
}

TEST(cleanup_frees_at_the_end_of_the_scope)
{
    /* A sanitizer reports the leak if it does not. */
    TD_CLEANUP(td_free_cleanup) char *text = td_strdup("tandem");
    TD_CLEANUP(td_free_cleanup) char *none = NULL;

    CHECK_STR(text, "tandem");
    CHECK(none == NULL);
}

TEST(growing_keeps_what_was_there)
{
    uint32_t *array = NULL;
    size_t count = 0, capacity = 0;

    for (uint32_t i = 0; i < 1000; i++) {
        td_grow(array, count, capacity);
        CHECK(count < capacity);
        array[count++] = i;
    }
    for (uint32_t i = 0; i < 1000; i++)
        CHECK_EQ(array[i], i);
    CHECK_EQ(capacity, 1024);
    free(array);
}

TEST(when_there_is_none_the_process_ends)
{
    pid_t child = fork();
    int status;

    CHECK(child >= 0);
    if (child == 0) {
        /* More than an address space has; the sanitizers' allocators end the process too. */
        size_t size = SIZE_MAX / 4;
        signal(SIGABRT, SIG_DFL);
        if (freopen("/dev/null", "w", stderr) == NULL)
            _exit(0);
        setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
        free(td_malloc(size));
        _exit(0);
    }
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK(!WIFEXITED(status) || WEXITSTATUS(status) != 0);
}

TESTS(nothing_is_something_that_can_be_freed, calloc_is_zero, alignment, copies,
      cleanup_frees_at_the_end_of_the_scope, growing_keeps_what_was_there,
      when_there_is_none_the_process_ends)
