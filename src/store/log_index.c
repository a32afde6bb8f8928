#include "store/log_index.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/hash.h"

enum { SLOTS_MIN = 64, INDEX_MOVED = 1 << 7 }; /* a flag of a change beside those of the log */

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
    while (node != NULL && (node->hash != (uint32_t)hash || node->key_size != size ||
                            memcmp(index_node_key(node), key, size) != 0))
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

/* A node of a kind that takes `kind_size`, with room for a value; not in a table yet. */
static struct index_node *node_new(uint64_t hash, const void *key, size_t key_size,
                                   size_t kind_size, size_t value_size)
{
    size_t key_at = offsetof(struct index_node, zone) + kind_size;
    struct index_node *node = td_calloc(1, key_at + key_size + value_size);

    node->hash = (uint32_t)hash;
    node->key_size = (uint16_t)key_size;
    node->key_at = (uint16_t)key_at;
    memcpy((uint8_t *)node + key_at, key, key_size);
    return node;
}

static void insert(struct index_table *table, struct index_node *node)
{
    if (table->count >= table->slot_count)
        grow(table);
    node->next = table->slots[node->hash & (table->slot_count - 1)];
    table->slots[node->hash & (table->slot_count - 1)] = node;
    table->count++;
}

static struct index_zone *need_zone(struct log_index *index, const void *key, size_t size)
{
    struct index_node *node = find(index, &index->zones, key, size);

    if (node == NULL) {
        node = node_new(hash_of(index, key, size), key, size, sizeof(node->zone), 0);
        insert(&index->zones, node);
    }
    return &node->zone;
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
            if (fini != NULL)
                fini(node);
            free(node);
        }
    }
    free(table->slots);
}

static void zone_fini(struct index_node *node)
{
    free(node->zone.changes);
    log_runs_free(node->zone.runs);
}

void log_index_fini(struct log_index *index)
{
    table_fini(&index->zones, zone_fini);
    table_fini(&index->states, NULL);
    free(index->segments);
}

/* ---- segments ---- */

static size_t segment_place(const struct log_index *index, uint32_t number)
{
    size_t at = 0;

    for (size_t left = index->segment_count; left > 0;) {
        size_t half = left / 2;
        bool is_before = index->segments[at + half].number < number;
        at = is_before ? at + half + 1 : at;
        left = is_before ? left - half - 1 : half;
    }
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
    index->octets -= index->segments[at].octets;
    index->live -= index->segments[at].live;
    index->segment_count--;
    memmove(&index->segments[at], &index->segments[at + 1],
            (index->segment_count - at) * sizeof(*index->segments));
}

void log_index_segment_end(struct log_index *index, uint32_t number, uint64_t octets)
{
    struct index_segment *segment = log_index_segment(index, number);

    index->octets += octets - segment->octets;
    segment->octets = octets;
}

static void is_live(struct log_index *index, uint32_t segment, uint32_t size)
{
    index->live += size;
    log_index_segment(index, segment)->live += size;
}

static void is_dead(struct log_index *index, uint32_t segment, uint32_t size)
{
    struct index_segment *found = log_index_segment(index, segment);

    td_assert(found->live >= size);
    found->live -= size;
    index->live -= size;
}

/* ---- entries ---- */

static void add_change(struct log_index *index, const struct store_log_change *change,
                       const struct store_log_entry *entry)
{
    struct index_zone *zone = need_zone(index, entry->key, entry->key_size);
    uint32_t end = zone->first + zone->count;

    if (zone->count != 0 && zone->changes[end - 1].sequence >= change->sequence)
        zone->is_unsorted = true;
    td_grow_slowly(zone->changes, end, zone->capacity);
    zone->changes[end] = *change;
    zone->count++;
    zone->octets += change->size;
    index->change_count++;
    zone->has_moved = zone->has_moved || (change->flags & INDEX_MOVED) != 0;
    if (!zone->is_unsorted)
        log_runs_keep(&zone->runs, &zone->changes[zone->first], zone->count);
}

static int by_place(const void *left, const void *right)
{
    const struct store_log_change *a = left;
    const struct store_log_change *b = right;

    if (a->sequence != b->sequence)
        return a->sequence < b->sequence ? -1 : 1;
    if (a->segment != b->segment)
        return a->segment < b->segment ? -1 : 1;
    return a->offset < b->offset ? -1 : a->offset > b->offset;
}

/* Of an entry that is twice the later counts. */
static void sort(struct log_index *index, struct index_zone *zone)
{
    struct store_log_change *changes = &zone->changes[zone->first];
    uint32_t kept = 0;

    qsort(changes, zone->count, sizeof(*changes), by_place);
    for (uint32_t i = 0; i < zone->count; i++) {
        if (kept != 0 && changes[kept - 1].sequence == changes[i].sequence) {
            kept--;
            is_dead(index, changes[kept].segment, changes[kept].size);
            zone->octets -= changes[kept].size;
            index->change_count--;
        }
        changes[kept++] = changes[i];
    }
    zone->count = kept;
    zone->is_unsorted = false;
}

static void forget_first(struct log_index *index, struct index_zone *zone)
{
    const struct store_log_change *change = &zone->changes[zone->first];

    is_dead(index, change->segment, change->size);
    zone->octets -= change->size;
    zone->first++;
    zone->count--;
    index->change_count--;
}

/* Where the newest part begins that has no gap behind something moved. */
static uint32_t gap_end(const struct index_zone *zone)
{
    const struct store_log_change *changes = &zone->changes[zone->first];
    uint32_t at = zone->count;

    while (at > 1) {
        const struct store_log_change *before = &changes[at - 2];
        const struct store_log_change *change = &changes[at - 1];
        if ((before->flags & INDEX_MOVED) != 0 && (change->flags & STORE_LOG_BREAK) == 0 &&
            before->serial_to != change->serial_from)
            break;
        at--;
    }
    return at == 0 ? 0 : at - 1;
}

static void settle(struct log_index *index, struct index_zone *zone, bool is_damaged)
{
    bool is_other = zone->is_unsorted;

    if (zone->is_unsorted)
        sort(index, zone);
    for (uint32_t gone = is_damaged || !zone->has_moved ? 0 : gap_end(zone); gone > 0; gone--) {
        forget_first(index, zone);
        is_other = true;
    }
    if (!is_other)
        return;
    log_runs_free(zone->runs);
    zone->runs = NULL;
    log_runs_keep(&zone->runs, &zone->changes[zone->first], zone->count);
}

void log_index_settle(struct log_index *index, bool is_damaged)
{
    for (size_t i = 0; i < index->zones.slot_count; i++)
        for (struct index_node *node = index->zones.slots[i]; node != NULL; node = node->next)
            if (node->zone.is_unsorted || node->zone.has_moved)
                settle(index, &node->zone, is_damaged);
}

/* Returns whether the entry counts. */
static bool add_state(struct log_index *index, const struct store_log_entry *entry,
                      uint32_t segment, uint32_t size)
{
    struct index_node *node = find(index, &index->states, entry->key, entry->key_size);

    if (node != NULL && node->state.sequence > entry->sequence)
        return false;
    if (node != NULL)
        is_dead(index, node->state.segment, node->state.size);
    if (node != NULL && node->state.value_size != entry->size) {
        drop(&index->states, node);
        node = NULL;
    }
    if (node == NULL) {
        node = node_new(hash_of(index, entry->key, entry->key_size), entry->key, entry->key_size,
                        sizeof(node->state), entry->size);
        insert(&index->states, node);
    }
    if (entry->size != 0)
        memcpy((uint8_t *)node + node->key_at + node->key_size, entry->octets, entry->size);
    node->state = (struct index_state){
        .value_size = entry->size,
        .size = size,
        .sequence = entry->sequence,
        .segment = segment,
    };
    return true;
}

static void add(struct log_index *index, const struct store_log_entry *entry, uint32_t segment,
                uint64_t offset, uint32_t size, uint8_t flags)
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
        .flags = (uint8_t)((entry->flags & STORE_LOG_BREAK) | flags),
    };

    if (entry->kind == STORE_LOG_STATE) {
        if (add_state(index, entry, segment, size))
            is_live(index, segment, size);
        return;
    }
    add_change(index, &change, entry);
    is_live(index, segment, size);
}

void log_index_add(struct log_index *index, const struct store_log_entry *entry, uint32_t segment,
                   uint64_t offset, uint32_t size)
{
    add(index, entry, segment, offset, size, 0);
}

void log_index_add_moved(struct log_index *index, const struct store_log_entry *entry,
                         uint32_t segment, uint64_t offset, uint32_t size)
{
    add(index, entry, segment, offset, size, INDEX_MOVED);
}

/* The zone's change of this sequence, when it is at this place; or NULL. */
static struct store_log_change *change_at(const struct log_index *index,
                                          const struct store_log_entry *entry, uint32_t segment,
                                          uint64_t offset)
{
    const struct index_zone *zone = log_index_zone(index, entry->key, entry->key_size);

    if (zone == NULL)
        return NULL;
    struct store_log_change *changes = &zone->changes[zone->first];
    size_t at = store_log_behind(changes, zone->count, entry->sequence - 1);
    bool is_there = at < zone->count && changes[at].sequence == entry->sequence &&
                    changes[at].segment == segment && changes[at].offset == offset;
    return is_there ? &changes[at] : NULL;
}

/* The state, when this entry is the latest and there; or NULL. A sequence is once in a segment. */
static struct index_state *state_at(const struct log_index *index,
                                    const struct store_log_entry *entry, uint32_t segment)
{
    struct index_node *node = find(index, &index->states, entry->key, entry->key_size);
    bool is_there =
        node != NULL && node->state.sequence == entry->sequence && node->state.segment == segment;

    return is_there ? &node->state : NULL;
}

bool log_index_is_at(const struct log_index *index, const struct store_log_entry *entry,
                     uint32_t segment, uint64_t offset)
{
    if (entry->kind == STORE_LOG_STATE)
        return state_at(index, entry, segment) != NULL;
    return change_at(index, entry, segment, offset) != NULL;
}

void log_index_move(struct log_index *index, const struct store_log_entry *entry,
                    uint32_t from_segment, uint64_t from_offset, uint32_t segment, uint64_t offset)
{
    if (entry->kind == STORE_LOG_STATE) {
        struct index_state *state = state_at(index, entry, from_segment);
        if (state == NULL)
            return;
        is_dead(index, from_segment, state->size);
        is_live(index, segment, state->size);
        state->segment = segment;
        return;
    }
    struct store_log_change *change = change_at(index, entry, from_segment, from_offset);
    if (change == NULL)
        return;
    is_dead(index, from_segment, change->size);
    is_live(index, segment, change->size);
    change->segment = segment;
    change->offset = offset;
}

void log_index_state_forget(struct log_index *index, const void *key, size_t key_size)
{
    struct index_node *node = find(index, &index->states, key, key_size);

    if (node == NULL)
        return;
    is_dead(index, node->state.segment, node->state.size);
    drop(&index->states, node);
}

struct index_zone *log_index_zone(const struct log_index *index, const void *key, size_t key_size)
{
    struct index_node *node = find(index, &index->zones, key, key_size);

    return node == NULL ? NULL : &node->zone;
}

/* A key that was removed stays as long as its last entry must: it hides older ones. */
const struct index_node *log_index_state(const struct log_index *index, const void *key,
                                         size_t key_size)
{
    struct index_node *node = find(index, &index->states, key, key_size);

    return node == NULL || node->state.value_size == 0 ? NULL : node;
}

void log_index_trim(struct log_index *index, const void *key, size_t key_size, uint64_t sequence)
{
    struct index_node *node = find(index, &index->zones, key, key_size);

    if (node == NULL)
        return;
    struct index_zone *zone = &node->zone;
    while (zone->count != 0 && zone->changes[zone->first].sequence < sequence)
        forget_first(index, zone);
    if (zone->count == 0) {
        zone_fini(node);
        drop(&index->zones, node);
        return;
    }
    log_runs_trim(zone->runs, zone->changes[zone->first].sequence);
    if (zone->first > zone->count) {
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
    int order = memcmp(index_node_key(a), index_node_key(b), size);

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
                memcmp(index_node_key(node), prefix, prefix_size) == 0)
                list[count++] = node;
    qsort(list, count, sizeof(struct index_node *), by_key);
    *ret_count = count;
    return list;
}

void log_index_zones_visit(const struct log_index *index, size_t *place, size_t max,
                           void (*visit)(void *context, const uint8_t *key, size_t key_size),
                           void *context)
{
    const struct index_table *table = &index->zones;
    size_t count = table->slot_count;

    for (; max > 0 && *place < count; max--, ++*place) {
        for (struct index_node *node = table->slots[*place], *next; node != NULL; node = next) {
            next = node->next; /* the zone may lose its last change */
            visit(context, index_node_key(node), node->key_size);
        }
    }
    if (*place >= count)
        *place = 0;
}
