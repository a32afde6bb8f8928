/*
 * As octets: a flag, three texts with their 0 octets, then the steps: kind and flags, type, TTL,
 * owner, size and data of the record. Numbers in network order.
 */
#include "operator/held.h"

#include <string.h>

#include "base/reader.h"
#include "base/writer.h"
#include "change/change.h"
#include "wire/name.h"

enum { HAS_TTL = 0x80, HAS_RDATA = 0x40, KIND_MASK = 0x0F, STEP_HEAD_SIZE = 9 };

static size_t key_of(const struct registry_zone *zone, uint8_t key[STORE_ZONE_KEY_SIZE_MAX])
{
    size_t size = store_zone_key(zone->zone.entry->name, key);

    key[0] = 'H';
    return size;
}

static void put_text(struct td_buf *out, const char *text)
{
    td_buf_add(out, text == NULL ? "" : text, text == NULL ? 1 : strlen(text) + 1);
}

static void put_step(struct td_buf *out, const struct operator_step *step)
{
    uint8_t head[STEP_HEAD_SIZE];

    head[0] = (uint8_t)(step->kind | (step->has_ttl ? HAS_TTL : 0) |
                        (step->rdata != NULL ? HAS_RDATA : 0));
    td_put_u16(head + 1, step->type);
    td_put_u32(head + 3, step->ttl);
    td_put_u16(head + 7, step->rdata == NULL ? 0 : step->rdata_size);
    td_buf_add(out, head, sizeof(head));
    td_buf_add(out, step->owner, wire_name_size(step->owner));
    if (step->rdata != NULL)
        td_buf_add(out, step->rdata, step->rdata_size);
}

td_err operator_held_put(struct fiber *fiber, struct server *server,
                         const struct registry_zone *zone, const struct operator_held *held,
                         struct td_diag *diag)
{
    struct td_buf value = { .data = NULL };
    struct change_patience patience;
    uint8_t key[STORE_ZONE_KEY_SIZE_MAX];

    td_buf_add_char(&value, held->is_from_api ? 1 : 0);
    put_text(&value, held->by);
    put_text(&value, held->reason);
    put_text(&value, held->why);
    for (uint32_t i = 0; i < held->steps.count; i++)
        put_step(&value, &held->steps.items[i]);
    change_patience_init(&patience);
    change_put_state(registry_door(server->registry), key, key_of(zone, key), value.data,
                     value.size, &patience.wait);
    td_buf_fini(&value);
    return change_patience_end(fiber, &patience, diag);
}

void operator_held_drop(struct server *server, const struct registry_zone *zone)
{
    uint8_t key[STORE_ZONE_KEY_SIZE_MAX];

    change_put_state(registry_door(server->registry), key, key_of(zone, key), NULL, 0, NULL);
}

td_err operator_held_give_up(struct fiber *fiber, struct server *server,
                             const struct registry_zone *zone, struct td_diag *diag)
{
    uint8_t key[STORE_ZONE_KEY_SIZE_MAX];
    struct change_patience patience;

    change_patience_init(&patience);
    change_put_state(registry_door(server->registry), key, key_of(zone, key), NULL, 0,
                     &patience.wait);
    return change_patience_end(fiber, &patience, diag);
}

static bool take_text(struct td_reader *reader, struct td_arena *arena, const char **ret_text)
{
    const uint8_t *at = reader->data + reader->cursor;
    const uint8_t *end = memchr(at, 0, reader->size - reader->cursor);

    if (end == NULL)
        return false;
    *ret_text = end == at ? NULL : td_arena_strdup(arena, (const char *)at);
    reader->cursor += (size_t)(end - at) + 1;
    return true;
}

static bool take_step(struct td_reader *reader, struct operator_steps *steps)
{
    const uint8_t *head;
    struct wire_name owner;

    if (td_read_octets(reader, STEP_HEAD_SIZE, &head) != TD_OK ||
        wire_name_read_plain(reader, &owner) != TD_OK)
        return false;
    struct operator_step step = {
        .kind = head[0] & KIND_MASK,
        .has_ttl = (head[0] & HAS_TTL) != 0,
        .type = td_get_u16(head + 1),
        .ttl = td_get_u32(head + 3),
        .rdata_size = td_get_u16(head + 7),
        .owner = owner.octets,
    };
    if ((head[0] & HAS_RDATA) != 0 && td_read_octets(reader, step.rdata_size, &step.rdata) != TD_OK)
        return false;
    return operator_steps_add(steps, &step) == TD_OK;
}

bool operator_held_read(const struct server *server, const struct registry_zone *zone,
                        struct td_arena *arena, struct operator_held *ret_held)
{
    uint8_t key[STORE_ZONE_KEY_SIZE_MAX];
    struct td_reader reader = { .data = NULL };
    uint64_t sequence;

    reader.data = store_log_state(server->log, key, key_of(zone, key), &reader.size, &sequence);
    if (reader.data == NULL || reader.size == 0)
        return false;
    *ret_held = (struct operator_held){ .is_from_api = reader.data[0] != 0 };
    reader.cursor = 1;
    operator_steps_init(&ret_held->steps);
    bool is_good = take_text(&reader, arena, &ret_held->by) &&
                   take_text(&reader, arena, &ret_held->reason) &&
                   take_text(&reader, arena, &ret_held->why);
    while (is_good && reader.cursor < reader.size)
        is_good = take_step(&reader, &ret_held->steps);
    if (!is_good)
        operator_steps_fini(&ret_held->steps);
    return is_good;
}
