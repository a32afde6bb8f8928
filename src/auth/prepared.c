/*
 * The order of records is not compared: an image has glue name server by name server. The case of
 * letters in names is not: a pointer into the question takes over the case that was asked in.
 */
#include "auth/prepared.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/writer.h"
#include "wire/const.h"
#include "wire/encode.h"
#include "wire/message.h"
#include "wire/name.h"
#include "wire/rrtype.h"

enum { MESSAGE_SIZE_MAX = 65535, LINES_MAX = 2048, HEADER_COMPARED = 2 + 8 };

/* One way of saying it. */
struct way {
    struct wire_encode_table table;
    uint8_t octets[MESSAGE_SIZE_MAX];
    uint8_t rdata[MESSAGE_SIZE_MAX];
    uint32_t size;
    struct td_buf text;              /* the records of a section, names in full and lower case */
    size_t ends[LINES_MAX];          /* of each record in it */
    const uint8_t *lines[LINES_MAX]; /* sorted; a line begins with its size, four octets */
    unsigned count;
};

static bool way_encode(struct way *way, const struct auth_query *query, const struct answer *answer)
{
    size_t size = query->key->size;

    wire_encode_table_init(&way->table);
    memset(way->octets, 0, WIRE_HEADER_SIZE);
    memcpy(way->octets + WIRE_HEADER_SIZE, query->name, size);
    td_put_u16(way->octets + 4, 1);
    td_put_u16(way->octets + WIRE_HEADER_SIZE + size, query->type);
    td_put_u16(way->octets + WIRE_HEADER_SIZE + size + 2, WIRE_CLASS_IN);
    struct wire_encode encode = {
        .message = way->octets,
        .key = query->key,
        .table = &way->table,
        .size = (uint32_t)(WIRE_HEADER_SIZE + size + 4),
        .limit = MESSAGE_SIZE_MAX,
    };
    td_err err = wire_encode(&encode, answer);
    way->size = encode.size;
    return err == TD_OK;
}

/* Images hold no other types with names but these two. */
static bool has_names(uint16_t type)
{
    return type == WIRE_TYPE_NS || type == WIRE_TYPE_SOA;
}

static bool way_add(struct way *way, const struct wire_message *message, struct wire_record *record)
{
    struct td_writer rdata = td_writer_of(way->rdata, sizeof(way->rdata));
    uint8_t head[4 + 8];

    if (way->count == LINES_MAX || wire_message_rdata(message, record, &rdata) != TD_OK)
        return false;
    if (has_names(record->type))
        wire_name_lower(way->rdata, way->rdata, rdata.cursor);
    wire_name_lower(record->owner.octets, record->owner.octets, record->owner.size);
    td_put_u32(head, (uint32_t)(sizeof(head) + record->owner.size + rdata.cursor));
    td_put_u16(head + 4, record->type);
    td_put_u16(head + 6, record->class);
    td_put_u32(head + 8, record->ttl);
    td_buf_add(&way->text, head, sizeof(head));
    td_buf_add(&way->text, record->owner.octets, record->owner.size);
    td_buf_add(&way->text, way->rdata, rdata.cursor);
    way->ends[way->count++] = way->text.size;
    return true;
}

static int compare_lines(const void *a, const void *b)
{
    const uint8_t *left = *(const uint8_t *const *)a, *right = *(const uint8_t *const *)b;
    uint32_t left_size = td_get_u32(left), right_size = td_get_u32(right);

    if (left_size != right_size)
        return left_size < right_size ? -1 : 1;
    return memcmp(left, right, left_size);
}

/* The records from one offset to another, in an order that depends on nothing but them. */
static bool way_read(struct way *way, const struct wire_message *message, size_t at, size_t end)
{
    struct wire_record record;

    td_buf_clear(&way->text);
    way->count = 0;
    while (at < end)
        if (wire_message_record(message, &at, &record) != TD_OK || !way_add(way, message, &record))
            return false;
    for (unsigned i = 0; i < way->count; i++)
        way->lines[i] = (const uint8_t *)way->text.data + (i == 0 ? 0 : way->ends[i - 1]);
    qsort(way->lines, way->count, sizeof(way->lines[0]), compare_lines);
    return true;
}

static bool is_section_same(struct way *a, const struct wire_message *message_a, struct way *b,
                            const struct wire_message *message_b, unsigned section)
{
    const struct wire_message *messages[] = { message_a, message_b };
    struct way *ways[] = { a, b };

    for (unsigned i = 0; i < 2; i++) {
        const struct wire_message *message = messages[i];
        size_t end = section == 3 ? message->end : message->section_at[section + 1];
        if (!way_read(ways[i], message, message->section_at[section], end))
            return false;
    }
    if (a->count != b->count)
        return false;
    for (unsigned i = 0; i < a->count; i++)
        if (compare_lines(&a->lines[i], &b->lines[i]) != 0)
            return false;
    return true;
}

static bool is_same(struct way *a, struct way *b)
{
    struct wire_message message_a, message_b;

    if (a->size == b->size && memcmp(a->octets, b->octets, a->size) == 0)
        return true;
    if (memcmp(a->octets + 2, b->octets + 2, HEADER_COMPARED) != 0 ||
        wire_message_read(a->octets, a->size, &message_a) != TD_OK ||
        wire_message_read(b->octets, b->size, &message_b) != TD_OK || message_a.end != a->size ||
        message_b.end != b->size)
        return false;
    for (unsigned section = 1; section < 4; section++)
        if (!is_section_same(a, &message_a, b, &message_b, section))
            return false;
    return true;
}

/* Where sets are many, others of those that may be left out find no place beside an image. */
static bool is_full(const struct answer *answer)
{
    return answer->set_count >= ANSWER_SETS_MAX - 1;
}

bool auth_prepared_is_right(const struct auth_query *query, const struct answer *answer)
{
    struct auth_query again = *query;
    struct td_arena scratch;
    struct answer *collected = td_malloc(sizeof(*collected));
    struct way *ways = td_malloc(2 * sizeof(*ways)); /* large: they are not cleared */

    again.flags |= AUTH_NO_IMAGE;
    ways[0].text = ways[1].text = (struct td_buf){ .data = NULL };
    td_arena_init(&scratch, 0);
    answer_reset(collected, &scratch);
    auth_answer(&again, collected);
    bool is_right = is_full(collected) ||
                    (way_encode(&ways[0], query, answer) &&
                     way_encode(&ways[1], query, collected) && is_same(&ways[0], &ways[1]));
    td_arena_fini(&scratch);
    td_buf_fini(&ways[0].text);
    td_buf_fini(&ways[1].text);
    free(ways);
    free(collected);
    return is_right;
}
