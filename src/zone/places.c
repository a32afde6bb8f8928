#include "zone/places.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "base/octets.h"
#include "wire/name.h"
#include "wire/rrtype.h"

/*
 * A record in the log: a head octet, then what it announces, in this order:
 *
 *   head      bits 0..4  how far the line moved, 0..30; 31: the line follows (4 octets)
 *             OWNER      the owner was given: its hash follows (4)
 *             TTL        the TTL is another one: it follows (4)
 *             FILE       the file is another one: its number follows (2)
 *   type      1..253; 255: the type follows (2); 254: RRSIG, what it covers follows (2)
 *   data      hash (2)
 *
 * so that most records take 4 octets, and 8 where an owner begins.
 */
enum {
    HEAD_LINE = 0x1F,
    HEAD_OWNER = 0x20,
    HEAD_TTL = 0x40,
    HEAD_FILE = 0x80,
    TYPE_RRSIG = 254,
    TYPE_WIDE = 255,
    ROW_SIZE_MAX = 1 + 4 + 4 + 4 + 2 + 3 + 2,
};

/* What a record says, and where the log goes on behind it. */
struct row {
    size_t next;
    uint32_t owner;
    uint32_t ttl;
    uint32_t line;
    uint16_t file;
    uint16_t type;
    uint16_t covered;
    uint16_t data;
};

/* Records of one owner that stand together. */
struct run {
    struct row before; /* what holds before the first of them; next is where it begins */
    uint32_t owner;
    uint32_t link; /* the next run in the slot, from 1; 0: none */
    bool is_visited;
};

struct places_index {
    struct run *runs;
    size_t count;
    size_t capacity;
    uint32_t *slots; /* the first run, from 1 */
    uint32_t mask;
    size_t log_size; /* of the log when it was made */
};

struct zone_places {
    uint8_t *log;
    size_t size;
    size_t capacity;
    char **files;
    size_t file_count;
    size_t file_capacity;
    struct row last;
    struct places_index *index;
};

/* Not secret: who writes a zone file can only spoil the line numbers of his own findings. */
static const struct td_hash_seed places_seed = { .root = 0x243F6A8885A308D3u,
                                                 .k0 = 0x13198A2E03707345u,
                                                 .k1 = 0xA4093822299F31D0u };

struct zone_places *zone_places_new(void)
{
    struct zone_places *places = td_calloc(1, sizeof(*places));

    places->index = td_calloc(1, sizeof(*places->index));
    return places;
}

static void index_drop(struct places_index *index)
{
    free(index->runs);
    free(index->slots);
    *index = (struct places_index){ .log_size = 0 };
}

void zone_places_free(struct zone_places *places)
{
    if (places == NULL)
        return;
    index_drop(places->index);
    free(places->index);
    for (size_t i = 0; i < places->file_count; i++)
        free(places->files[i]);
    free(places->files);
    free(places->log);
    free(places);
}

uint16_t zone_places_file(struct zone_places *places, const char *name)
{
    for (size_t i = 0; i < places->file_count; i++)
        if (strcmp(places->files[i], name) == 0)
            return (uint16_t)i;
    if (places->file_count == UINT16_MAX)
        return UINT16_MAX - 1;
    td_grow(places->files, places->file_count, places->file_capacity);
    places->files[places->file_count] = td_strdup(name);
    return (uint16_t)places->file_count++;
}

size_t zone_places_memory(const struct zone_places *places)
{
    const struct places_index *index = places->index;
    size_t slots = index->slots == NULL ? 0 : (size_t)index->mask + 1;

    return places->capacity + index->capacity * sizeof(*index->runs) +
           slots * sizeof(*index->slots);
}

/* ---- writing ---- */

/*
 * The first and the last eight octets at once, and what is between them before that; `fold` makes
 * letters lower (and changes other octets, which does no harm).
 */
static inline uint64_t octets_hash(const uint8_t *octets, size_t size, uint64_t fold)
{
    uint64_t hash = places_seed.root ^ size;

    if (size < 8)
        return td_hash_fold(hash ^ (td_octets_front(octets, size) | fold), places_seed.k0);
    for (size_t at = 8; at + 8 < size; at += 8)
        hash = td_hash_fold(hash ^ (td_hash_load(octets + at) | fold), places_seed.k0);
    return td_hash_fold(hash ^ (td_hash_load(octets) | fold),
                        places_seed.k1 ^ (td_hash_load(octets + size - 8) | fold));
}

static inline uint32_t owner_hash(const uint8_t *owner, size_t size)
{
    return (uint32_t)(octets_hash(owner, size, 0x2020202020202020u) >> 32);
}

static inline uint16_t data_hash(const uint8_t *rdata, size_t size)
{
    return (uint16_t)(octets_hash(rdata, size, 0) >> 48);
}

static uint8_t *put_u16(uint8_t *at, uint16_t value)
{
    memcpy(at, &value, sizeof(value));
    return at + sizeof(value);
}

static uint8_t *put_u32(uint8_t *at, uint32_t value)
{
    memcpy(at, &value, sizeof(value));
    return at + sizeof(value);
}

static uint8_t *put_type(uint8_t *at, uint16_t type, uint16_t covered)
{
    if (type == WIRE_TYPE_RRSIG) {
        *at++ = TYPE_RRSIG;
        return put_u16(at, covered);
    }
    if (type >= TYPE_RRSIG) {
        *at++ = TYPE_WIDE;
        return put_u16(at, type);
    }
    *at++ = (uint8_t)type;
    return at;
}

void zone_places_add(struct zone_places *places, uint16_t file, uint32_t line, const uint8_t *owner,
                     uint16_t type, uint32_t ttl, const uint8_t *rdata, uint16_t rdata_size)
{
    struct row *last = &places->last;

    if (places->size > UINT32_MAX - ROW_SIZE_MAX)
        return;
    while (places->capacity - places->size < ROW_SIZE_MAX) {
        places->capacity = places->capacity == 0 ? 256 : places->capacity * 2;
        places->log = td_realloc(places->log, places->capacity);
    }

    uint8_t *head = places->log + places->size;
    uint8_t *at = head + 1;
    *head = 0;
    if (line < last->line || line - last->line >= HEAD_LINE) {
        *head |= HEAD_LINE;
        at = put_u32(at, line);
    } else {
        *head |= (uint8_t)(line - last->line);
    }
    last->line = line;
    if (owner != NULL) {
        *head |= HEAD_OWNER;
        at = put_u32(at, owner_hash(owner, wire_name_size(owner)));
    }
    if (ttl != last->ttl) {
        last->ttl = ttl;
        *head |= HEAD_TTL;
        at = put_u32(at, ttl);
    }
    if (file != last->file) {
        last->file = file;
        *head |= HEAD_FILE;
        at = put_u16(at, file);
    }
    at = put_type(at, type, rdata_size < 2 ? 0 : td_get_u16(rdata));
    at = put_u16(at, data_hash(rdata, rdata_size));
    places->size = (size_t)(at - places->log);
}

/* ---- reading ---- */

static uint16_t get_u16(const uint8_t **at)
{
    uint16_t value;

    memcpy(&value, *at, sizeof(value));
    *at += sizeof(value);
    return value;
}

static uint32_t get_u32(const uint8_t **at)
{
    uint32_t value;

    memcpy(&value, *at, sizeof(value));
    *at += sizeof(value);
    return value;
}

/* Move to the record at row->next; the log has one there. Returns whether its owner is new. */
static bool row_read(const struct zone_places *places, struct row *row)
{
    const uint8_t *at = places->log + row->next;
    uint8_t head = *at++;

    if ((head & HEAD_LINE) == HEAD_LINE)
        row->line = get_u32(&at);
    else
        row->line += head & HEAD_LINE;
    if ((head & HEAD_OWNER) != 0)
        row->owner = get_u32(&at);
    if ((head & HEAD_TTL) != 0)
        row->ttl = get_u32(&at);
    if ((head & HEAD_FILE) != 0)
        row->file = get_u16(&at);
    row->type = *at++;
    row->covered = 0;
    if (row->type == TYPE_RRSIG) {
        row->type = WIRE_TYPE_RRSIG;
        row->covered = get_u16(&at);
    } else if (row->type == TYPE_WIDE) {
        row->type = get_u16(&at);
    }
    row->data = get_u16(&at);
    row->next = (size_t)(at - places->log);
    return (head & HEAD_OWNER) != 0;
}

/* Does the log end at this row, or another owner begin? */
static bool run_ends(const struct zone_places *places, const struct row *row)
{
    return row->next == places->size || (places->log[row->next] & HEAD_OWNER) != 0;
}

static void index_make(const struct zone_places *places)
{
    struct places_index *index = places->index;
    struct row row = { .next = 0 };

    if (index->log_size == places->size)
        return;
    index_drop(index);
    while (row.next < places->size) {
        struct row before = row;
        if (!row_read(places, &row))
            continue;
        td_grow(index->runs, index->count, index->capacity);
        index->runs[index->count++] = (struct run){ .before = before, .owner = row.owner };
    }

    uint32_t slots = 64;
    while (slots < index->count * 2)
        slots *= 2;
    index->slots = td_calloc(slots, sizeof(*index->slots));
    index->mask = slots - 1;
    /* Backwards, so that the runs of a slot are linked in the order of the file. */
    for (size_t i = index->count; i-- > 0;) {
        uint32_t *slot = &index->slots[index->runs[i].owner & index->mask];
        index->runs[i].link = *slot;
        *slot = (uint32_t)i + 1;
    }
    index->log_size = places->size;
}

/* The next run of this owner, beginning with run number `link`; NULL: none. */
static struct run *run_of(const struct places_index *index, uint32_t link, uint32_t owner)
{
    while (link != 0 && index->runs[link - 1].owner != owner)
        link = index->runs[link - 1].link;
    return link == 0 ? NULL : &index->runs[link - 1];
}

static void place_set(const struct zone_places *places, const struct row *row,
                      struct zone_place *ret_place)
{
    ret_place->file = row->file < places->file_count ? places->files[row->file] : NULL;
    ret_place->line = row->line;
}

bool zone_places_find(const struct zone_places *places, const uint8_t *owner, uint16_t type,
                      const uint8_t *rdata, size_t rdata_size, struct zone_place *ret_place)
{
    enum { NOTHING, SAME_OWNER, SAME_TYPE } best = NOTHING;
    uint16_t data = rdata == NULL ? 0 : data_hash(rdata, rdata_size);
    uint32_t hash = owner_hash(owner, wire_name_size(owner));

    index_make(places);
    const struct places_index *index = places->index;
    if (index->count == 0)
        return false;
    const struct run *run = run_of(index, index->slots[hash & index->mask], hash);
    for (; run != NULL; run = run_of(index, run->link, hash)) {
        struct row row = run->before;
        do {
            row_read(places, &row);
            if (best == NOTHING) {
                best = SAME_OWNER;
                place_set(places, &row, ret_place);
            }
            if (type == 0)
                return true;
            if (row.type != type)
                continue;
            if (rdata == NULL || row.data == data) {
                place_set(places, &row, ret_place);
                return true;
            }
            if (best != SAME_TYPE) {
                best = SAME_TYPE;
                place_set(places, &row, ret_place);
            }
        } while (!run_ends(places, &row));
    }
    return best != NOTHING;
}

bool zone_places_nth(const struct zone_places *places, const uint8_t *owner, uint16_t type,
                     uint32_t n, struct zone_place *ret_place)
{
    uint32_t hash = owner_hash(owner, wire_name_size(owner));

    index_make(places);
    const struct places_index *index = places->index;
    if (index->count == 0)
        return false;
    const struct run *run = run_of(index, index->slots[hash & index->mask], hash);
    for (; run != NULL; run = run_of(index, run->link, hash)) {
        struct row row = run->before;
        do {
            row_read(places, &row);
            if (row.type == type && n-- == 0) {
                place_set(places, &row, ret_place);
                return true;
            }
        } while (!run_ends(places, &row));
    }
    return false;
}

bool zone_places_first(const struct zone_places *places, struct zone_place *ret_place)
{
    if (places->file_count == 0)
        return false;
    *ret_place = (struct zone_place){ .file = places->files[0] };
    return true;
}

/* ---- oddities ---- */

/* The records of one owner. */
struct rows {
    struct row *at;
    size_t count;
    size_t capacity;
};

/* By set and data, then as they stood in the log. */
static int rows_order(const void *a_pointer, const void *b_pointer)
{
    const struct row *a = a_pointer, *b = b_pointer;

    if (a->type != b->type)
        return a->type < b->type ? -1 : 1;
    if (a->covered != b->covered)
        return a->covered < b->covered ? -1 : 1;
    if (a->data != b->data)
        return a->data < b->data ? -1 : 1;
    return a->next < b->next ? -1 : a->next > b->next;
}

static bool is_same_set(const struct row *a, const struct row *b)
{
    return a->type == b->type && a->covered == b->covered;
}

/* Tell what is odd in rows[from..to), which are one set. */
static void rows_tell(const struct zone_places *places, const struct rows *rows, size_t from,
                      size_t to,
                      void (*visit)(void *context, enum zone_place_oddity oddity,
                                    const struct zone_place *place, uint16_t type),
                      void *context)
{
    const struct row *first = &rows->at[from];
    struct zone_place place;

    for (size_t i = from + 1; i < to; i++)
        if (rows->at[i].next < first->next)
            first = &rows->at[i];
    for (size_t i = from; i < to; i++) {
        const struct row *row = &rows->at[i];
        place_set(places, row, &place);
        if (i > from && row->data == row[-1].data)
            visit(context, ZONE_PLACE_DUPLICATE, &place, row->type);
        if (row->ttl != first->ttl)
            visit(context, ZONE_PLACE_TTL_DIFFERS, &place, row->type);
    }
}

/* All records of the owner of this run, sorted. */
static void rows_gather(const struct zone_places *places, struct run *run, struct rows *rows)
{
    const struct places_index *index = places->index;
    uint32_t owner = run->owner;

    rows->count = 0;
    for (; run != NULL; run = run_of(index, run->link, owner)) {
        struct row row = run->before;
        run->is_visited = true;
        do {
            row_read(places, &row);
            td_grow(rows->at, rows->count, rows->capacity);
            rows->at[rows->count++] = row;
        } while (!run_ends(places, &row));
    }
    if (rows->count > 1)
        qsort(rows->at, rows->count, sizeof(*rows->at), rows_order);
}

void zone_places_odd(const struct zone_places *places,
                     void (*visit)(void *context, enum zone_place_oddity oddity,
                                   const struct zone_place *place, uint16_t type),
                     void *context)
{
    struct rows rows = { .count = 0 };

    index_make(places);
    struct places_index *index = places->index;
    for (size_t i = 0; i < index->count; i++)
        index->runs[i].is_visited = false;
    for (size_t i = 0; i < index->count; i++) {
        if (index->runs[i].is_visited)
            continue;
        rows_gather(places, &index->runs[i], &rows);
        for (size_t from = 0, to; from < rows.count; from = to) {
            for (to = from + 1; to < rows.count && is_same_set(&rows.at[from], &rows.at[to]);)
                to++;
            rows_tell(places, &rows, from, to, visit, context);
        }
    }
    free(rows.at);
}
