#include "serve/cache.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "serve/worker.h"
#include "wire/const.h"

struct entry {
    uint64_t generation; /* of the zones, when it was made; 0: free */
    uint64_t hash;       /* of the name */
    uint16_t type;
    uint16_t limit;
    uint16_t size;
    uint16_t rcode;
    uint8_t name_size;
    uint8_t edns;                   /* enum cache_edns */
    uint8_t octets[CACHE_SIZE_MAX]; /* the question's name in lower case */
};

enum cache_edns { CACHE_PLAIN, CACHE_EDNS, CACHE_DO };

struct answer_cache {
    struct entry entries[CACHE_ENTRIES];
};

struct answer_cache *answer_cache_new(void)
{
    return td_calloc(1, sizeof(struct answer_cache));
}

void answer_cache_free(struct answer_cache *cache)
{
    free(cache);
}

static enum cache_edns edns_of(const struct request *request)
{
    if (!request->tail.has_edns)
        return CACHE_PLAIN;
    return (request->tail.edns.flags & WIRE_EDNS_FLAG_DO) ? CACHE_DO : CACHE_EDNS;
}

static struct entry *place(struct answer_cache *cache, const struct request *request)
{
    uint64_t hash = request->key.hashes[0] + request->type * 0x9E3779B97F4A7C15u;

    return &cache->entries[(hash >> 20) % CACHE_ENTRIES];
}

/* Is it a question that anybody else may ask in the same words? */
static bool is_common(const struct request *request)
{
    return request->transport == TRANSPORT_UDP && request->class == WIRE_CLASS_IN &&
           request->tail.tsig_at == 0 && request->worker->rrl == NULL &&
           wire_header_opcode(&request->header) == WIRE_OPCODE_QUERY &&
           (!request->tail.has_edns || request->tail.edns.seen == 0);
}

bool answer_cache_find(struct answer_cache *cache, struct request *request)
{
    const struct entry *entry = place(cache, request);

    /* Read before any version is: what is made from newer ones counts as older, never the reverse.
     */
    request->generation = zone_set_generation(request->worker->zones);
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
    request->out[2] |= (uint8_t)((request->header.flags & WIRE_FLAG_RD) >> 8);
    memcpy(request->out + WIRE_HEADER_SIZE, request->in + WIRE_HEADER_SIZE, request->key.size);
    request->out_size = entry->size;
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

void answer_cache_store(struct answer_cache *cache, const struct request *request)
{
    if (!request->has_answer || !is_common(request) || request->ede != ANSWER_EDE_NONE ||
        request->out_size > CACHE_SIZE_MAX || request->version == NULL ||
        (request->zone != NULL &&
         (request->zone->allow_query != NULL ||
          (request->zone->has_rotation && is_turned(&request->worker->answer)))))
        return;

    struct entry *entry = place(cache, request);
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
