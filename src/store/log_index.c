#include "store/log_index.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/hash.h"

enum { SLOTS_MIN = 64 };

/* ---- tables ---- */

static uint64_t hash_of(const struct log_index *index, const uint8_t *key, size_t size)
{
    uint64_t state = index->seed ^ size;

    for (size_t at = 0; at < size; at += 8) {
        uint64_t octets = 0;
        memcpy(&octets, key + at, size - at < 8 ? size - at : 8);
        state = td_hash_step(state, index->seed | 1, octets);
    }
    return state;
}

static struct index_node *find(const struct log_index *index, const struct index_table *table,
                               const void *key, size_t size)
{
    if (table->slot_count == 0)
        return NULL;
    uint64_t hash = hash_of(index, key, size);
    struct index_node *node = table->slots[hash & (table->slot_count - 1)];
    while (node != NULL &&
           (node->hash != hash || node->key_size != size || memcmp(node->key, key, size) != 0))
        node = node->next;
    return node;
}

static void grow(struct index_table *table)
{
    size_t count = table->slot_count == 0 ? SLOTS_MIN : 2 * table->slot_count;
    struct index_node **slots = td_calloc(count, sizeof(struct index_node *));

    for (size_t i = 0; i < table->slot_count; i++) {
        for (struct index_node *node = table->slots[i], *next; node != NULL; node = next) {
            next = node->next;
            node->next = slots[node->hash & (count - 1)];
            slots[node->hash & (count - 1)] = node;
        }
    }
    free(table->slots);
    table->slots = slots;
    table->slot_count = count;
}

static struct index_node *need(struct log_index *index, struct index_table *table, const void *key,
                               size_t size)
{
    struct index_node *node = find(index, table, key, size);

    if (node != NULL)
        return node;
    if (table->count >= table->slot_count)
        grow(table);
    node = td_calloc(1, sizeof(*node) + size);
    node->hash = hash_of(index, key, size);
    node->key_size = (uint16_t)size;
    memcpy(node->key, key, size);
    node->next = table->slots[node->hash & (table->slot_count - 1)];
    table->slots[node->hash & (table->slot_count - 1)] = node;
    table->count++;
    return node;
}

static void drop(struct index_table *table, struct index_node *node)
{
    struct index_node **at = &table->slots[node->hash & (table->slot_count - 1)];

    while (*at != node)
        at = &(*at)->next;
    *at = node->next;
    table->count--;
    free(node);
}

static void table_fini(struct index_table *table, void (*fini)(struct index_node *node))
{
    for (size_t i = 0; i < table->slot_count; i++) {
        for (struct index_node *node = table->slots[i], *next; node != NULL; node = next) {
            next = node->next;
            fini(node);
            free(node);
        }
    }
    free(table->slots);
}

static void zone_fini(struct index_node *node)
{
    free(node->zone.changes);
}

static void state_fini(struct index_node *node)
{
    free(node->state.value);
}

void log_index_fini(struct log_index *index)
{
    table_fini(&index->zones, zone_fini);
    table_fini(&index->states, state_fini);
    free(index->segments);
}

/* ---- segments ---- */

static size_t segment_place(const struct log_index *index, uint32_t number)
{
    size_t at = index->segment_count;

    while (at > 0 && index->segments[at - 1].number >= number)
        at--;
    return at;
}

struct index_segment *log_index_segment(struct log_index *index, uint32_t number)
{
    size_t at = segment_place(index, number);

    if (at < index->segment_count && index->segments[at].number == number)
        return &index->segments[at];
    td_grow(index->segments, index->segment_count, index->segment_capacity);
    memmove(&index->segments[at + 1], &index->segments[at],
            (index->segment_count - at) * sizeof(*index->segments));
    index->segments[at] = (struct index_segment){ .number = number };
    index->segment_count++;
    return &index->segments[at];
}

void log_index_segment_forget(struct log_index *index, uint32_t number)
{
    size_t at = segment_place(index, number);

    if (at == index->segment_count || index->segments[at].number != number)
        return;
    index->segment_count--;
    memmove(&index->segments[at], &index->segments[at + 1],
            (index->segment_count - at) * sizeof(*index->segments));
}

static void is_live(struct log_index *index, uint32_t segment, uint32_t size)
{
    log_index_segment(index, segment)->live += size;
}

static void is_dead(struct log_index *index, uint32_t segment, uint32_t size)
{
    struct index_segment *found = log_index_segment(index, segment);

    td_assert(found->live >= size);
    found->live -= size;
}

/* ---- entries ---- */

/* Where the change of this sequence is, or belongs: mostly at the end. */
static size_t change_place(const struct index_zone *zone, uint64_t sequence)
{
    size_t at = zone->first + zone->count;

    while (at > zone->first && zone->changes[at - 1].sequence >= sequence)
        at--;
    return at;
}

static void add_change(struct log_index *index, const struct store_log_change *change,
                       const struct store_log_entry *entry)
{
    struct index_zone *zone = &need(index, &index->zones, entry->key, entry->key_size)->zone;
    size_t end = zone->first + zone->count;
    size_t at = change_place(zone, change->sequence);

    if (at < end && zone->changes[at].sequence == change->sequence) {
        is_dead(index, zone->changes[at].segment, zone->changes[at].size);
        zone->changes[at] = *change;
        return;
    }
    td_grow_slowly(zone->changes, end, zone->capacity);
    memmove(&zone->changes[at + 1], &zone->changes[at], (end - at) * sizeof(*zone->changes));
    zone->changes[at] = *change;
    zone->count++;
    index->change_count++;
}

/* Returns whether the entry counts. */
static bool add_state(struct log_index *index, const struct store_log_entry *entry,
                      uint32_t segment, uint32_t size)
{
    struct index_node *node = need(index, &index->states, entry->key, entry->key_size);
    struct index_state *state = &node->state;

    if (state->sequence > entry->sequence)
        return false;
    if (state->sequence != 0)
        is_dead(index, state->segment, state->size);
    free(state->value);
    *state = (struct index_state){
        .value = td_memdup(entry->octets, entry->size),
        .value_size = entry->size,
        .size = size,
        .sequence = entry->sequence,
        .segment = segment,
    };
    return true;
}

void log_index_add(struct log_index *index, const struct store_log_entry *entry, uint32_t segment,
                   uint64_t offset, uint32_t size)
{
    struct store_log_change change = {
        .sequence = entry->sequence,
        .time_s = entry->time_s,
        .offset = offset,
        .segment = segment,
        .size = size,
        .serial_from = entry->serial_from,
        .serial_to = entry->serial_to,
        .removed = entry->removed,
        .added = entry->added,
        .flags = entry->flags,
    };

    if (entry->kind == STORE_LOG_STATE) {
        if (add_state(index, entry, segment, size))
            is_live(index, segment, size);
        return;
    }
    add_change(index, &change, entry);
    is_live(index, segment, size);
}

struct index_zone *log_index_zone(const struct log_index *index, const void *key, size_t key_size)
{
    struct index_node *node = find(index, &index->zones, key, key_size);

    return node == NULL ? NULL : &node->zone;
}

/* A key that was removed stays as long as its last entry must: it hides older ones. */
struct index_state *log_index_state(const struct log_index *index, const void *key, size_t key_size)
{
    struct index_node *node = find(index, &index->states, key, key_size);

    return node == NULL || node->state.value_size == 0 ? NULL : &node->state;
}

void log_index_trim(struct log_index *index, const void *key, size_t key_size, uint64_t sequence)
{
    struct index_node *node = find(index, &index->zones, key, key_size);

    if (node == NULL)
        return;
    struct index_zone *zone = &node->zone;
    while (zone->count != 0 && zone->changes[zone->first].sequence < sequence) {
        const struct store_log_change *change = &zone->changes[zone->first];
        is_dead(index, change->segment, change->size);
        zone->first++;
        zone->count--;
        index->change_count--;
    }
    if (zone->count == 0) {
        free(zone->changes);
        drop(&index->zones, node);
    } else if (zone->first > zone->count) {
        memmove(zone->changes, &zone->changes[zone->first], zone->count * sizeof(*zone->changes));
        zone->first = 0;
    }
}

/* ---- lists ---- */

static int by_key(const void *left, const void *right)
{
    const struct index_node *a = *(struct index_node *const *)left;
    const struct index_node *b = *(struct index_node *const *)right;
    size_t size = a->key_size < b->key_size ? a->key_size : b->key_size;
    int order = memcmp(a->key, b->key, size);

    return order != 0 ? order : (int)a->key_size - (int)b->key_size;
}

struct index_node **log_index_state_list(const struct log_index *index, const void *prefix,
                                         size_t prefix_size, size_t *ret_count)
{
    const struct index_table *table = &index->states;
    struct index_node **list = td_calloc(table->count + 1, sizeof(struct index_node *));
    size_t count = 0;

    for (size_t i = 0; i < table->slot_count; i++)
        for (struct index_node *node = table->slots[i]; node != NULL; node = node->next)
            if (node->state.value_size != 0 && node->key_size >= prefix_size &&
                memcmp(node->key, prefix, prefix_size) == 0)
                list[count++] = node;
    qsort(list, count, sizeof(struct index_node *), by_key);
    *ret_count = count;
    return list;
}
