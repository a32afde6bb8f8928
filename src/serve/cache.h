/*
 * serve/cache.h - responses of a worker, kept for the next one who asks the same.
 *
 * Shape    A table of finished responses by the hash of the question; one place for each hash.
 *          A response is good as long as nothing was published anywhere: neither a zone nor
 *          settings. The letter case of the question is patched in, and ID and RD; sets of
 *          addresses that are turned (round robin) are turned in the copy.
 * Floor    7.
 * Threads  The worker's.
 *          Only what is dear is kept: answers with proofs, or of several sets. One record, a laid
 * out referral or a name error of an unsigned zone is written faster than it is found here. Limits
 * CACHE_ENTRIES responses of up to CACHE_SIZE_MAX octets. Questions with an EDNS option or TSIG, of
 * zones with an access list, and everything under a rate limit go round it; so do answers with more
 * than four sets that are turned.
 */
#pragma once

#include "serve/request.h"

enum { CACHE_ENTRIES = 4096, CACHE_SIZE_MAX = 480 };

struct cache_entry;

struct answer_cache {
    uint64_t full[CACHE_ENTRIES / 64]; /* bit n: something has been kept in place n */
    struct cache_entry *entries;
};

struct answer_cache *answer_cache_new(void);
void answer_cache_free(struct answer_cache *cache); /* NULL is fine */

static inline unsigned answer_cache_place(const struct request *request)
{
    uint64_t hash = request->key.hashes[0] + request->type * 0x9E3779B97F4A7C15u;

    return (unsigned)(hash >> 20) % CACHE_ENTRIES;
}

/* Does it make sense to look? Mostly not, and then nothing but this is looked at. */
static inline bool answer_cache_may_have(const struct answer_cache *cache,
                                         const struct request *request)
{
    unsigned place = answer_cache_place(request);

    return cache->full[place / 64] >> place % 64 & 1;
}

/*
 * A parsed query; request->generation is that of the zones before any of them was looked at. On a
 * hit the response is in request->out; returns whether it was one.
 */
bool answer_cache_find(struct answer_cache *cache, struct request *request);

/* A sealed response to a query that answer_cache_find has not found. */
void answer_cache_store(struct answer_cache *cache, const struct request *request);
