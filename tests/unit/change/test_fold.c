/*
 * Goal    Several changes as one: what fits cancels; what need not fit ends as doing all of them in
 *         their order would.
 * Method  changes in short words: "-a+b" removes a and adds b; a digit behind is the TTL.
 */
#include "test.h"

#include <string.h>

#include "base/macros.h"
#include "change/fold.h"
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

TESTS(what_fits_cancels_and_what_need_not_is_settled)
