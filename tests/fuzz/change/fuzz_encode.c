/*
 * The octets of a changeset, as the log gives them back. What is read lies inside of what was
 * given; written anew it reads the same, and is written the same from there on.
 */
#include <string.h>

#include "base/assert.h"
#include "change/encode.h"
#include "wire/name.h"

static void look(const uint8_t *data, size_t size, const struct change_record *records,
                 uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct change_record *record = &records[i];
        td_assert(record->owner >= data);
        td_assert(record->owner + wire_name_size(record->owner) <= data + size);
        td_assert(record->rdata >= data && record->rdata + record->rdata_size <= data + size);
    }
}

static void same(const struct change_record *a, const struct change_record *b, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        size_t size = wire_name_size(a[i].owner);
        td_assert(wire_name_size(b[i].owner) == size);
        td_assert(memcmp(a[i].owner, b[i].owner, size) == 0);
        td_assert(a[i].type == b[i].type && a[i].ttl == b[i].ttl);
        td_assert(a[i].rdata_size == b[i].rdata_size);
        td_assert(memcmp(a[i].rdata, b[i].rdata, a[i].rdata_size) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct td_buf once = { .data = NULL };
    struct td_buf twice = { .data = NULL };
    struct changeset first, second;
    struct td_arena arena;

    td_arena_init(&arena, 0);
    td_err err = change_decode(data, size, &arena, &first);
    td_assert(err == TD_OK || err == TD_E_MALFORMED);
    if (err == TD_OK) {
        look(data, size, first.removed, first.removed_count);
        look(data, size, first.added, first.added_count);
        change_encode(&first, &once);
        err = change_decode((const uint8_t *)once.data, once.size, &arena, &second);
        td_assert(err == TD_OK);
        td_assert(second.origin == first.origin && second.is_break == first.is_break);
        td_assert(second.removed_count == first.removed_count);
        td_assert(second.added_count == first.added_count);
        same(first.removed, second.removed, first.removed_count);
        same(first.added, second.added, first.added_count);
        change_encode(&second, &twice);
        td_assert(once.size == twice.size && memcmp(once.data, twice.data, once.size) == 0);
    }
    td_buf_fini(&once);
    td_buf_fini(&twice);
    td_arena_fini(&arena);
    return 0;
}
