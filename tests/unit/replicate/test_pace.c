/*
 * Goal    a client is too slow when it has been for a whole window, whatever came before.
 * Method  rows of octets and seconds.
 */
#include "test.h"

#include "io/io.h"
#include "replicate/pace.h"

TEST(each_window_is_looked_at_by_itself)
{
    static const struct {
        const char *why;
        uint32_t at_s;
        size_t octets;
        uint32_t rate_min;
        bool is_too_slow;
    } rows[] = {
        { "nothing yet, but the window is not over", 59, 0, 1000, false },
        { "just enough", 60, 60000, 1000, false },
        { "much", 90, 10000000, 1000, false },
        { "the same window, seen at its end", 120, 0, 1000, false },
        { "much before is no excuse", 180, 59999, 1000, true },
        { "a window may be longer", 380, 199999, 1000, true },
        { "and is measured as it was", 580, 200000, 1000, false },
        { "any pace will do", 700, 0, 0, false },
    };
    struct pace pace;

    pace_begin(&pace, (uint64_t)7 * IO_NS_PER_S);
    for (size_t i = 0; i < TD_COUNT(rows); i++)
        CHECK_EQ_WHY(pace_is_too_slow(&pace, rows[i].octets,
                                      (7 + (uint64_t)rows[i].at_s) * IO_NS_PER_S, rows[i].rate_min),
                     rows[i].is_too_slow, rows[i].why);
}

TESTS(each_window_is_looked_at_by_itself)
