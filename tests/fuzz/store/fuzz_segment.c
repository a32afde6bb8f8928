/*
 * The octets of a log segment. A checksum would keep the fuzzer out: what has a head that can be
 * read gets the right one, in a copy whose end is watched. What is read then lies inside, and
 * written anew it is the same entry.
 */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/crc32c.h"
#include "store/segment.h"

static void put32(uint8_t *at, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

static void same(const struct segment_entry *a, const struct segment_entry *b)
{
    td_assert(a->size == b->size && a->entry.kind == b->entry.kind);
    td_assert(a->entry.flags == b->entry.flags && a->entry.sequence == b->entry.sequence);
    td_assert(a->entry.serial_from == b->entry.serial_from);
    td_assert(a->entry.serial_to == b->entry.serial_to);
    td_assert(a->entry.removed == b->entry.removed && a->entry.added == b->entry.added);
    td_assert(a->entry.time_s == b->entry.time_s);
    td_assert(a->batch_first == b->batch_first && a->batch_last == b->batch_last);
    td_assert(a->entry.key_size == b->entry.key_size && a->entry.size == b->entry.size);
    td_assert(memcmp(a->entry.key, b->entry.key, a->entry.key_size) == 0);
    td_assert(memcmp(a->entry.octets, b->entry.octets, a->entry.size) == 0);
}

/* Read the entry whose checksum is made right; its size on disk, or 0. */
static size_t try_entry(uint8_t *octets, size_t size)
{
    struct segment_entry peeked, found, again;
    struct td_buf buf = { .data = NULL };

    td_err err = segment_entry_get(octets, size, &found);
    td_assert(err == TD_OK || err == TD_E_NOT_FOUND || err == TD_E_MALFORMED);
    if (!segment_entry_peek(octets, size, &peeked))
        return 0;
    put32(octets, td_crc32c(0, octets + 4,
                            (size_t)SEGMENT_ENTRY_HEAD_SIZE - 4 + peeked.entry.key_size +
                                peeked.entry.size));
    if (segment_entry_get(octets, size, &found) != TD_OK)
        return 0; /* a sequence that nobody gets to */
    const uint8_t *end = (const uint8_t *)found.entry.octets + found.entry.size;
    td_assert(end <= octets + size && found.size <= size);
    segment_entry_put(&buf, &found.entry, found.batch_first, found.batch_last);
    td_assert(buf.size == found.size && buf.size == segment_entry_size(&found.entry));
    err = segment_entry_get((const uint8_t *)buf.data, buf.size, &again);
    td_assert(err == TD_OK);
    same(&found, &again);
    td_buf_fini(&buf);
    return found.size;
}

static void try_head(const uint8_t *octets)
{
    uint8_t copy[SEGMENT_HEAD_SIZE], back[SEGMENT_HEAD_SIZE];
    struct segment_head head, again;

    memcpy(copy, octets, sizeof(copy));
    put32(copy + 60, td_crc32c(0, copy, 60));
    if (segment_head_get(copy, &head) != TD_OK)
        return;
    segment_head_put(back, &head);
    td_assert(segment_head_get(back, &again) == TD_OK);
    td_assert(head.number == again.number && head.sequence == again.sequence);
    td_assert(head.void_from == again.void_from);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < SEGMENT_HEAD_SIZE)
        return 0;
    uint8_t *copy = malloc(size);
    td_assert(copy != NULL);
    memcpy(copy, data, size);
    try_head(copy);
    for (size_t at = SEGMENT_HEAD_SIZE; at < size;) {
        /* The rest lies alone, so that reading over its end is seen. */
        uint8_t *rest = malloc(size - at);
        td_assert(rest != NULL);
        memcpy(rest, copy + at, size - at);
        size_t taken = try_entry(rest, size - at);
        free(rest);
        at += taken == 0 ? SEGMENT_ALIGN : taken;
    }
    free(copy);
    return 0;
}
