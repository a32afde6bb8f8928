#include "store/segment.h"

#include <string.h>

#include "base/crc32c.h"

/* Where things stand in a head. */
enum {
    HEAD_MAGIC_AT = 0,
    HEAD_FORMAT_AT = 8,
    HEAD_NUMBER_AT = 12,
    HEAD_SEQUENCE_AT = 16,
    HEAD_VOID_AT = 24,
    HEAD_CRC_AT = 60,
    FORMAT = 1,
};

enum {
    ENTRY_CRC_AT = 0,
    ENTRY_SIZE_AT = 4, /* of the octets */
    ENTRY_KIND_AT = 8,
    ENTRY_FLAGS_AT = 9,
    ENTRY_KEY_SIZE_AT = 10,
    ENTRY_SERIAL_FROM_AT = 12,
    ENTRY_SERIAL_TO_AT = 16,
    ENTRY_REMOVED_AT = 20,
    ENTRY_ADDED_AT = 24,
    ENTRY_BEFORE_AT = 28, /* entries of the batch before this one */
    ENTRY_BEHIND_AT = 32, /* and behind it */
    ENTRY_TIME_AT = 40,
    ENTRY_SEQUENCE_AT = 48,
};

static const uint8_t magic[8] = { 't', 'a', 'n', 'd', 'e', 'm', 'L', 'G' };

static void put32(uint8_t *at, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

static void put64(uint8_t *at, uint64_t value)
{
    put32(at, (uint32_t)value);
    put32(at + 4, (uint32_t)(value >> 32));
}

static uint32_t get32(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static uint64_t get64(const uint8_t *at)
{
    return get32(at) | (uint64_t)get32(at + 4) << 32;
}

/* ---- the head of a file ---- */

void segment_head_put(uint8_t out[SEGMENT_HEAD_SIZE], const struct segment_head *head)
{
    memset(out, 0, SEGMENT_HEAD_SIZE);
    memcpy(out + HEAD_MAGIC_AT, magic, sizeof(magic));
    put32(out + HEAD_FORMAT_AT, FORMAT);
    put32(out + HEAD_NUMBER_AT, head->number);
    put64(out + HEAD_SEQUENCE_AT, head->sequence);
    put64(out + HEAD_VOID_AT, head->void_from);
    put32(out + HEAD_CRC_AT, td_crc32c(0, out, HEAD_CRC_AT));
}

td_err segment_head_get(const uint8_t octets[SEGMENT_HEAD_SIZE], struct segment_head *ret_head)
{
    if (memcmp(octets + HEAD_MAGIC_AT, magic, sizeof(magic)) != 0 ||
        get32(octets + HEAD_CRC_AT) != td_crc32c(0, octets, HEAD_CRC_AT) ||
        get32(octets + HEAD_FORMAT_AT) != FORMAT ||
        get64(octets + HEAD_SEQUENCE_AT) > SEGMENT_SEQUENCE_MAX ||
        get64(octets + HEAD_VOID_AT) > SEGMENT_SEQUENCE_MAX)
        return TD_E_MALFORMED;
    *ret_head = (struct segment_head){
        .number = get32(octets + HEAD_NUMBER_AT),
        .sequence = get64(octets + HEAD_SEQUENCE_AT),
        .void_from = get64(octets + HEAD_VOID_AT),
    };
    return TD_OK;
}

/* ---- entries ---- */

static size_t aligned(size_t size)
{
    return (size + SEGMENT_ALIGN - 1) & ~(size_t)(SEGMENT_ALIGN - 1);
}

size_t segment_entry_size(const struct store_log_entry *entry)
{
    return aligned((size_t)SEGMENT_ENTRY_HEAD_SIZE + entry->key_size + entry->size);
}

void segment_entry_put(struct td_buf *out, const struct store_log_entry *entry,
                       uint64_t batch_first, uint64_t batch_last)
{
    static const uint8_t padding[SEGMENT_ALIGN];
    uint8_t head[SEGMENT_ENTRY_HEAD_SIZE] = { 0 };
    size_t plain = (size_t)SEGMENT_ENTRY_HEAD_SIZE + entry->key_size + entry->size;

    put32(head + ENTRY_SIZE_AT, entry->size);
    head[ENTRY_KIND_AT] = entry->kind;
    head[ENTRY_FLAGS_AT] = entry->flags;
    head[ENTRY_KEY_SIZE_AT] = (uint8_t)entry->key_size;
    head[ENTRY_KEY_SIZE_AT + 1] = (uint8_t)(entry->key_size >> 8);
    put32(head + ENTRY_SERIAL_FROM_AT, entry->serial_from);
    put32(head + ENTRY_SERIAL_TO_AT, entry->serial_to);
    put32(head + ENTRY_REMOVED_AT, entry->removed);
    put32(head + ENTRY_ADDED_AT, entry->added);
    put32(head + ENTRY_BEFORE_AT, (uint32_t)(entry->sequence - batch_first));
    put32(head + ENTRY_BEHIND_AT, (uint32_t)(batch_last - entry->sequence));
    put64(head + ENTRY_TIME_AT, entry->time_s);
    put64(head + ENTRY_SEQUENCE_AT, entry->sequence);
    size_t start = out->size;
    td_buf_add(out, head, sizeof(head));
    td_buf_add(out, entry->key, entry->key_size);
    td_buf_add(out, entry->octets, entry->size);
    td_buf_add(out, padding, aligned(plain) - plain);
    uint8_t *at = (uint8_t *)out->data + start;
    put32(at + ENTRY_CRC_AT, td_crc32c(0, at + 4, plain - 4));
}

bool segment_entry_peek(const uint8_t *octets, size_t size, struct segment_entry *ret_entry)
{
    if (size < SEGMENT_ENTRY_HEAD_SIZE)
        return false;
    struct store_log_entry entry = {
        .kind = octets[ENTRY_KIND_AT],
        .flags = octets[ENTRY_FLAGS_AT],
        .key_size = (uint16_t)(octets[ENTRY_KEY_SIZE_AT] | octets[ENTRY_KEY_SIZE_AT + 1] << 8),
        .serial_from = get32(octets + ENTRY_SERIAL_FROM_AT),
        .serial_to = get32(octets + ENTRY_SERIAL_TO_AT),
        .removed = get32(octets + ENTRY_REMOVED_AT),
        .added = get32(octets + ENTRY_ADDED_AT),
        .size = get32(octets + ENTRY_SIZE_AT),
        .time_s = get64(octets + ENTRY_TIME_AT),
        .sequence = get64(octets + ENTRY_SEQUENCE_AT),
        .key = octets + SEGMENT_ENTRY_HEAD_SIZE,
    };
    if (entry.kind < STORE_LOG_CHANGE || entry.kind > STORE_LOG_MOVED ||
        entry.key_size > STORE_LOG_KEY_SIZE_MAX || entry.size > STORE_LOG_ENTRY_SIZE_MAX ||
        segment_entry_size(&entry) > size || entry.sequence == 0)
        return false;
    entry.octets = octets + SEGMENT_ENTRY_HEAD_SIZE + entry.key_size;
    *ret_entry = (struct segment_entry){
        .entry = entry,
        .batch_first = entry.sequence - get32(octets + ENTRY_BEFORE_AT),
        .batch_last = entry.sequence + get32(octets + ENTRY_BEHIND_AT),
        .size = (uint32_t)segment_entry_size(&entry),
    };
    return true;
}

static bool is_empty(const uint8_t *octets, size_t size)
{
    for (size_t i = 0; i < size && i < SEGMENT_ENTRY_HEAD_SIZE; i++)
        if (octets[i] != 0)
            return false;
    return true;
}

td_err segment_entry_get(const uint8_t *octets, size_t size, struct segment_entry *ret_entry)
{
    struct segment_entry found;

    if (is_empty(octets, size))
        return TD_E_NOT_FOUND;
    if (!segment_entry_peek(octets, size, &found))
        return TD_E_MALFORMED;
    size_t plain = (size_t)SEGMENT_ENTRY_HEAD_SIZE + found.entry.key_size + found.entry.size;
    if (get32(octets + ENTRY_CRC_AT) != td_crc32c(0, octets + 4, plain - 4) ||
        found.entry.sequence > SEGMENT_SEQUENCE_MAX ||
        found.batch_first - 1 >= found.entry.sequence)
        return TD_E_MALFORMED;
    *ret_entry = found;
    return TD_OK;
}
