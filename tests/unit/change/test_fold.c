/*
 * Goal    Several changes as one: what fits cancels; what need not fit ends as doing all of them in
 *         their order would.
 * Method  changes in short words: "-a+b" removes a and adds b; a digit behind is the TTL.
 */
#include "unit/test.h"

#include <string.h>

#include "base/macros.h"
#include "base/reader.h"
#include "base/writer.h"
#include "change/fold.h"
#include "unit/net/hosts.h"
#include "wire/rrtype.h"

static const uint8_t owner[] = "\3www\4test";

static void add(struct change_fold *fold, const char *words)
{
    struct change_record removed[8], added[8];
    struct changeset changeset = { .removed = removed, .added = added };

    for (; *words != '\0'; words += 2) {
        bool is_added = *words == '+';
        uint32_t ttl = words[2] >= '0' && words[2] <= '9' ? (uint32_t)(words[2] - '0') : 1;
        struct change_record record = { .owner = owner,
                                        .rdata = (const uint8_t *)&words[1],
                                        .ttl = ttl,
                                        .type = WIRE_TYPE_TXT,
                                        .rdata_size = 1 };
        if (is_added)
            added[changeset.added_count++] = record;
        else
            removed[changeset.removed_count++] = record;
        words += words[2] >= '0' && words[2] <= '9';
    }
    change_fold_add(fold, &changeset);
}

static void put(char *text, char sign, const struct change_record *records, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        char word[] = { sign, (char)records[i].rdata[0], (char)('0' + records[i].ttl), '\0' };
        strcat(text, word);
    }
}

enum way { FINISH, SETTLE, CANCEL_AND_FINISH };

static void all(const char *words, enum way way, char text[64])
{
    struct change_fold fold;
    char change[16];

    change_fold_init(&fold);
    while (*words != '\0') {
        size_t size = strcspn(words, " ");
        memcpy(change, words, size);
        change[size] = '\0';
        add(&fold, change);
        if (way == CANCEL_AND_FINISH)
            change_fold_cancel(&fold);
        words += size + (words[size] == ' ');
    }
    if (way == SETTLE)
        change_fold_settle(&fold);
    else
        change_fold_finish(&fold);
    text[0] = '\0';
    put(text, '?', fold.passing, fold.passing_count);
    put(text, '-', fold.removed, fold.removed_count);
    put(text, '+', fold.added, fold.added_count);
    change_fold_fini(&fold);
}

TEST(what_fits_cancels_and_what_need_not_is_settled)
{
    static const struct {
        const char *words, *finished, *settled;
    } rows[] = {
        { "", "", "" },
        { "-a+b", "-a1+b1", "-a1+b1" },
        { "+b -b", "", "?b1" },
        { "-a +a", "", "-a1+a1" },
        { "-a1+a2", "-a1+a2", "-a1+a2" },
        { "-a1+a2 -a2+a3", "-a1+a3", "-a1+a3" },
        { "+a1 -a1+a2 -a2", "", "?a2" },
        /* The same twice, which only a peer can send. */
        { "+a+c +a-c", "+a1+a1", "?c1+a1" },
        { "-a -a", "-a1-a1", "-a1" },
        { "+a +a -a", "+a1", "?a1" },
        { "-a -a +a", "-a1", "-a1+a1" },
        { "+c+a+b -b", "+a1+c1", "?b1+a1+c1" },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        char text[64];
        all(rows[i].words, FINISH, text);
        CHECK_STR(text, rows[i].finished);
        all(rows[i].words, CANCEL_AND_FINISH, text);
        CHECK_STR(text, rows[i].finished);
        all(rows[i].words, SETTLE, text);
        CHECK_STR(text, rows[i].settled);
    }
}

/* ---- in slices ---- */

enum { MANY = 20000, SOME = 7 };

/* Records of 4 octets from a small range, so that many cancel; always the same. */
static void fill(struct change_fold *fold, uint32_t count)
{
    static uint8_t octets[MANY][4];
    static struct change_record records[MANY];
    struct changeset changeset = { .removed = records, .removed_count = count / 2 };
    uint32_t random = 1;

    for (uint32_t i = 0; i < count; i++) {
        random = random * 1664525 + 1013904223;
        td_put_u32(octets[i], (random >> 8) % MANY);
        records[i] = (struct change_record){ .owner = owner,
                                             .rdata = octets[i],
                                             .ttl = random >> 31,
                                             .type = WIRE_TYPE_A,
                                             .rdata_size = 4 };
    }
    changeset.added = records + count / 2;
    changeset.added_count = count - count / 2;
    change_fold_init(fold);
    change_fold_add(fold, &changeset);
}

static void check_same(const struct change_record *a, const struct change_record *b, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        CHECK_EQ(change_record_order(&a[i], &b[i]), 0);
}

static bool is_over;
static uint32_t turns;

static void finish_in_slices(struct fiber *fiber, void *argument)
{
    CHECK_OK(change_fold_finish_in_slices(fiber, argument));
    is_over = true;
}

static void count_turns(struct fiber *fiber, void *argument)
{
    (void)argument;
    while (!is_over && io_fiber_yield(fiber) == TD_OK)
        turns++;
}

TEST(in_slices_it_is_the_same_and_others_have_their_turn)
{
    static const uint32_t counts[] = { 0, 1, SOME, 4095, 4096, 4097, 12345, MANY };

    for (size_t i = 0; i < TD_COUNT(counts); i++) {
        struct change_fold whole, sliced;
        hosts_start(1);
        fill(&whole, counts[i]);
        fill(&sliced, counts[i]);
        is_over = false;
        turns = 0;
        change_fold_finish(&whole);
        hosts_spawn(finish_in_slices, &sliced);
        hosts_spawn(count_turns, NULL);
        hosts_run_ms(1000);
        CHECK(is_over);
        CHECK(counts[i] < 4096 || turns >= counts[i] / 2048);
        CHECK_EQ(sliced.removed_count, whole.removed_count);
        CHECK_EQ(sliced.added_count, whole.added_count);
        check_same(sliced.removed, whole.removed, whole.removed_count);
        check_same(sliced.added, whole.added, whole.added_count);
        change_fold_fini(&whole);
        change_fold_fini(&sliced);
        io_sim_free(sim);
    }
}

static void be_cancelled(struct fiber *fiber, void *argument)
{
    CHECK_EQ(change_fold_finish_in_slices(fiber, argument), TD_E_CANCELLED);
    is_over = true;
}

static void cancel_all(struct fiber *fiber, void *argument)
{
    const unsigned *after = argument;

    for (unsigned i = 0; i < *after; i++)
        CHECK_OK(io_fiber_yield(fiber));
    io_fiber_cancel_all(io_fiber_io(fiber));
}

TEST(it_can_be_cancelled_anywhere)
{
    for (unsigned after = 0; after < 30; after++) {
        struct change_fold fold;
        hosts_start(1);
        fill(&fold, MANY);
        is_over = false;
        hosts_spawn(be_cancelled, &fold);
        hosts_spawn(cancel_all, &after);
        hosts_run_ms(1000);
        CHECK(is_over);
        change_fold_fini(&fold);
        io_sim_free(sim);
    }
}

TESTS(what_fits_cancels_and_what_need_not_is_settled,
      in_slices_it_is_the_same_and_others_have_their_turn, it_can_be_cancelled_anywhere)
