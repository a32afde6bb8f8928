#include "serve/cache.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/macros.h"
#include "serve/worker.h"
#include "wire/const.h"
#include "wire/message.h"
#include "wire/rrtype.h"

/* A set of addresses in a kept response: where the data of its records stand. */
struct turn {
    uint16_t first;  /* of the first record, whose owner may be written out */
    uint16_t second; /* of the second, and then one every `step` octets */
    uint16_t step;
    uint8_t size; /* octets of an address */
    uint8_t count;
};

enum { TURNS_MAX = 4 };

struct cache_entry {
    uint64_t generation; /* of the zones, when it was made; 0: free */
    uint64_t hash;       /* of the name */
    uint16_t type;
    uint16_t limit;
    uint16_t size;
    uint16_t rcode;
    uint8_t name_size;
    uint8_t edns;       /* enum cache_edns */
    uint8_t turn_count; /* sets that begin with another record each time */
    struct turn turns[TURNS_MAX];
    uint8_t octets[CACHE_SIZE_MAX]; /* the question's name in lower case */
};

enum cache_edns { CACHE_PLAIN, CACHE_EDNS, CACHE_DO };

struct answer_cache *answer_cache_new(void)
{
    struct answer_cache *cache = td_calloc(1, sizeof(*cache));

    cache->entries = td_calloc(CACHE_ENTRIES, sizeof(*cache->entries));
    return cache;
}

void answer_cache_free(struct answer_cache *cache)
{
    if (cache == NULL)
        return;
    free(cache->entries);
    free(cache);
}

static enum cache_edns edns_of(const struct request *request)
{
    if (!request_has_edns(request))
        return CACHE_PLAIN;
    return (request->tail.edns.flags & WIRE_EDNS_FLAG_DO) ? CACHE_DO : CACHE_EDNS;
}

/* Is it a question that anybody else may ask in the same words? */
static bool is_common(const struct request *request)
{
    return request->transport == TRANSPORT_UDP && request->class == WIRE_CLASS_IN &&
           request->type != WIRE_TYPE_IXFR && request->worker->rrl == NULL &&
           request_opcode(request) == WIRE_OPCODE_QUERY &&
           (!request->has_tail || (request->tail.tsig_at == 0 &&
                                   (!request->tail.has_edns || request->tail.edns.seen == 0)));
}

static inline unsigned data_at(const struct turn *turn, unsigned record)
{
    return record == 0 ? turn->first : turn->second + (record - 1u) * turn->step;
}

/* Each record gets the data of a later one; what is before the data is the same in all of them. */
static void turn_sets(uint8_t *out, const struct cache_entry *entry, uint32_t by)
{
    for (const struct turn *turn = entry->turns; turn < entry->turns + entry->turn_count; turn++) {
        unsigned from = by % turn->count;
        for (unsigned record = 0; from != 0 && record < turn->count; record++)
            memcpy(out + data_at(turn, record),
                   entry->octets + data_at(turn, (record + from) % turn->count), turn->size);
    }
}

TD_NOINLINE bool answer_cache_find(struct answer_cache *cache, struct request *request)
{
    const struct cache_entry *entry = &cache->entries[answer_cache_place(request)];

    if (!is_common(request) || entry->generation != request->generation ||
        entry->hash != request->key.hashes[0] || entry->type != request->type ||
        entry->limit != request->limit || entry->edns != edns_of(request) ||
        entry->name_size != request->key.size ||
        memcmp(entry->octets + WIRE_HEADER_SIZE, request->key.lower, request->key.size) != 0) {
        serve_count(request->worker, SERVE_COUNT_CACHE_MISS);
        return false;
    }
    memcpy(request->out, entry->octets, entry->size);
    memcpy(request->out, request->in, 2);
    request->out[2] |= request->in[2] & (WIRE_FLAG_RD >> 8);
    memcpy(request->out + WIRE_HEADER_SIZE, request->in + WIRE_HEADER_SIZE, request->key.size);
    request->out_size = entry->size;
    if (entry->turn_count != 0)
        turn_sets(request->out, entry, request->worker->turn++);
    serve_count(request->worker, SERVE_COUNT_CACHE_HIT);
    serve_count(request->worker, serve_counter_of_type(request->type));
    serve_count(request->worker, serve_counter_of_rcode(entry->rcode));
    return true;
}

static bool is_turned(const struct answer *answer)
{
    for (unsigned i = 0; i < answer->set_count; i++)
        if ((answer->sets[i].flags & ANSWER_ROTATE) && answer->sets[i].set->count > 1)
            return true;
    return false;
}

static bool is_address(uint16_t type)
{
    return type == WIRE_TYPE_A || type == WIRE_TYPE_AAAA;
}

static bool is_same_set(const struct wire_record *a, const struct wire_record *b)
{
    return a->type == b->type && a->owner.size == b->owner.size &&
           memcmp(a->owner.octets, b->owner.octets, a->owner.size) == 0;
}

/* One more record of a set. False: it does not stand as those before it do. */
static bool turn_add(struct turn *turn, const struct wire_record *record)
{
    unsigned at = (unsigned)record->rdata_at;

    if (turn->count == 1) {
        turn->second = (uint16_t)at;
        turn->step = (uint16_t)(at - record->at + turn->size); /* with an owner like this one */
    }
    if (turn->count == UINT8_MAX || at != data_at(turn, turn->count) ||
        record->rdlength != turn->size)
        return false;
    turn->count++;
    return true;
}

/* Where are the sets of a finished response? False: they are more than an entry has room for. */
static bool find_turns(struct cache_entry *entry, const uint8_t *octets, size_t size)
{
    struct wire_message message;
    struct wire_record record, before = { .type = 0 };

    entry->turn_count = 0;
    if (wire_message_read(octets, size, &message) != TD_OK)
        return false;
    for (size_t at = message.section_at[1]; at < message.end; before = record) {
        if (wire_message_record(&message, &at, &record) != TD_OK)
            return false;
        struct turn *last = &entry->turns[entry->turn_count];
        if (!is_address(record.type))
            continue;
        if (is_same_set(&record, &before)) {
            if (!turn_add(last - 1, &record))
                return false;
            continue;
        }
        /* A single record holds the place only until the next set. */
        if (entry->turn_count != 0 && last[-1].count == 1)
            last--;
        if (last == entry->turns + TURNS_MAX)
            return false;
        *last = (struct turn){ .first = (uint16_t)record.rdata_at,
                               .size = (uint8_t)record.rdlength,
                               .count = 1 };
        entry->turn_count = (uint8_t)(last + 1 - entry->turns);
    }
    if (entry->turn_count != 0 && entry->turns[entry->turn_count - 1].count == 1)
        entry->turn_count--;
    return true;
}

TD_NOINLINE void answer_cache_store(struct answer_cache *cache, const struct request *request)
{
    if (!request->has_answer || !is_common(request) || request->ede != ANSWER_EDE_NONE ||
        request->out_size > CACHE_SIZE_MAX || request->version == NULL ||
        (request->zone != NULL && request->zone->allow_query != NULL))
        return;

    unsigned place = answer_cache_place(request);
    struct cache_entry *entry = &cache->entries[place];
    cache->full[place / 64] |= 1ull << place % 64;
    entry->turn_count = 0;
    if (request->zone != NULL && request->zone->has_rotation &&
        is_turned(&request->worker->answer) &&
        !find_turns(entry, request->out, request->out_size)) {
        entry->generation = 0; /* what it was made for is overwritten */
        return;
    }
    entry->generation = request->generation;
    entry->hash = request->key.hashes[0];
    entry->type = request->type;
    entry->limit = (uint16_t)request->limit;
    entry->size = (uint16_t)request->out_size;
    entry->rcode = request->rcode;
    entry->name_size = request->key.size;
    entry->edns = (uint8_t)edns_of(request);
    memcpy(entry->octets, request->out, request->out_size);
    memcpy(entry->octets + WIRE_HEADER_SIZE, request->key.lower, request->key.size);
    entry->octets[2] &= (uint8_t) ~(WIRE_FLAG_RD >> 8);
}
