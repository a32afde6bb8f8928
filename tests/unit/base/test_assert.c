/*
 * Goal    A false claim ends the process; what should never happen ends it in tests and is
 *         counted in production.
 * Method  child processes. Which of the two this build is, the child shows.
 */
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/assert.h"
#include "unit/test.h"

enum { COUNTED = 42 };

/* The wait status of a child that runs `what`. */
static int status_of(void (*what)(void))
{
    int status = 0;
    pid_t child = fork();

    CHECK(child >= 0);
    if (child == 0) {
        signal(SIGABRT, SIG_DFL);
        setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
        if (freopen("/dev/null", "w", stderr) == NULL)
            _exit(99);
        what();
        _exit(0);
    }
    CHECK_EQ(waitpid(child, &status, 0), child);
    return status;
}

static void claim_something_false(void)
{
    volatile int two = 2;
    td_assert(two == 3);
}

static void claim_something_true(void)
{
    volatile int two = 2;
    td_assert(two == 2);
}

static void what_never_happens(void)
{
    volatile int two = 2;
    if (td_never(two == 3))
        _exit(1);
    if (td_never_count() != 0)
        _exit(2);
    if (!td_never(two == 2) || !td_never(two == 2))
        _exit(3);
    _exit(td_never_count() == 2 ? COUNTED : 4);
}

TEST(false_claims_abort)
{
    int status = status_of(claim_something_false);

    CHECK(WIFSIGNALED(status));
    CHECK_EQ(WTERMSIG(status), SIGABRT);
}

TEST(true_claims_do_not)
{
    CHECK_EQ(status_of(claim_something_true), 0);
}

TEST(never_aborts_or_is_counted)
{
    int status = status_of(what_never_happens);

    if (WIFSIGNALED(status))
        CHECK_EQ(WTERMSIG(status), SIGABRT);
    else
        CHECK_EQ(WEXITSTATUS(status), COUNTED);
}

TESTS(false_claims_abort, true_claims_do_not, never_aborts_or_is_counted)
