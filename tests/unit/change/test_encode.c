/*
 * Goal    What the log keeps of a changeset is what it was; what is damaged is refused.
 * Method  there and back; every shorter prefix; every octet changed, under the sanitizers.
 */
#include "test.h"

#include <stdlib.h>

#include "change/encode.h"
#include "wire/rrtype.h"

static const uint8_t owner[] = "\3www\4test";
static const uint8_t owner_again[] = "\3www\4test";
static const uint8_t other[] = "\4test";
static const uint8_t data[] = { 192, 0, 2, 1 };
static const uint8_t soa[22] = { 0 };
static const uint8_t text[] = { 2, 'h', 'i' };

static const struct change_record removed[] = {
    { .owner = other, .rdata = soa, .ttl = 5, .type = WIRE_TYPE_SOA, .rdata_size = 22 },
};
static const struct change_record added[] = {
    { .owner = owner, .rdata = data, .ttl = 6, .type = WIRE_TYPE_A, .rdata_size = 4 },
    { .owner = owner_again, .rdata = data, .ttl = 7, .type = 65280, .rdata_size = 0 },
    { .owner = other, .rdata = text, .ttl = UINT32_MAX, .type = WIRE_TYPE_TXT, .rdata_size = 3 },
};
static const struct changeset whole = {
    .origin = CHANGE_API,
    .author = "ann",
    .reason = "moved to the new rack",
    .removed = removed,
    .removed_count = 1,
    .added = added,
    .added_count = 3,
};

static void same(const struct change_record *a, const struct change_record *b)
{
    CHECK_STR((const char *)a->owner, (const char *)b->owner);
    CHECK_EQ(a->type, b->type);
    CHECK_EQ(a->ttl, b->ttl);
    CHECK_BYTES(a->rdata, a->rdata_size, b->rdata, b->rdata_size);
}

TEST(a_changeset_comes_back)
{
    struct td_buf buf = { .data = NULL };
    struct td_arena arena;
    struct changeset got;

    td_arena_init(&arena, 0);
    change_encode(&whole, &buf);
    CHECK_OK(change_decode((uint8_t *)buf.data, buf.size, &arena, &got));
    CHECK_EQ(got.origin, CHANGE_API);
    CHECK(!got.is_break);
    CHECK_STR(got.author, "ann");
    CHECK_STR(got.reason, "moved to the new rack");
    CHECK_EQ(got.removed_count, 1);
    CHECK_EQ(got.added_count, 3);
    same(&got.removed[0], &removed[0]);
    for (unsigned i = 0; i < 3; i++)
        same(&got.added[i], &added[i]);
    td_arena_fini(&arena);
    td_buf_fini(&buf);
}

TEST(a_break_has_neither_records_nor_author)
{
    struct changeset ends = { .origin = CHANGE_FILE, .is_break = true };
    struct td_buf buf = { .data = NULL };
    struct td_arena arena;
    struct changeset got;

    td_arena_init(&arena, 0);
    change_encode(&ends, &buf);
    CHECK_OK(change_decode((uint8_t *)buf.data, buf.size, &arena, &got));
    CHECK(got.is_break);
    CHECK(got.author == NULL && got.reason == NULL);
    CHECK_EQ(got.removed_count + got.added_count, 0);
    td_arena_fini(&arena);
    td_buf_fini(&buf);
}

TEST(what_is_damaged_is_refused_or_harmless)
{
    struct td_buf buf = { .data = NULL };
    struct td_arena arena;
    struct changeset got;

    td_arena_init(&arena, 0);
    change_encode(&whole, &buf);
    for (size_t size = 0; size < buf.size; size++) {
        uint8_t *copy = malloc(size + 1); /* its end is watched */
        memcpy(copy, buf.data, size);
        CHECK_EQ(change_decode(copy, size, &arena, &got), TD_E_MALFORMED);
        free(copy);
    }
    td_buf_add_char(&buf, 0);
    CHECK_EQ(change_decode((uint8_t *)buf.data, buf.size, &arena, &got), TD_E_MALFORMED);
    for (size_t at = 0; at + 1 < buf.size; at++) {
        uint8_t *copy = malloc(buf.size - 1);
        memcpy(copy, buf.data, buf.size - 1);
        copy[at] ^= 0xFF;
        td_err err = change_decode(copy, buf.size - 1, &arena, &got);
        CHECK(err == TD_OK || err == TD_E_MALFORMED);
        free(copy);
        td_arena_reset(&arena);
    }
    td_arena_fini(&arena);
    td_buf_fini(&buf);
}

TEST(data_that_is_none_of_its_type_is_refused)
{
    struct change_record record = added[0];
    struct changeset changeset = { .added = &record, .added_count = 1 };
    struct td_buf buf = { .data = NULL };
    struct td_arena arena;
    struct changeset got;

    td_arena_init(&arena, 0);
    record.rdata_size = 3;
    change_encode(&changeset, &buf);
    CHECK_EQ(change_decode((uint8_t *)buf.data, buf.size, &arena, &got), TD_E_MALFORMED);
    td_arena_fini(&arena);
    td_buf_fini(&buf);
}

TESTS(a_changeset_comes_back, data_that_is_none_of_its_type_is_refused,
      a_break_has_neither_records_nor_author, what_is_damaged_is_refused_or_harmless)
