/*
 * serve/cache.h - responses of a worker, kept for the next one who asks the same.
 *
 * Shape    A table of finished responses by the hash of the question; one place for each hash.
 *          A response is good as long as nothing was published anywhere: neither a zone nor
 *          settings. The letter case of the question is patched in, and ID and RD; sets of
 *          addresses that are turned (round robin) are turned in the copy.
 * Floor    7.
 * Threads  The worker's.
 * Limits   CACHE_ENTRIES responses of up to CACHE_SIZE_MAX octets. Questions with an EDNS option or
 *          TSIG, of zones with an access list, and everything under a rate limit go round it; so do
 *          answers with more than four sets that are turned.
 */
#pragma once

#include "serve/request.h"

enum { CACHE_ENTRIES = 4096, CACHE_SIZE_MAX = 480 };

struct answer_cache;

struct answer_cache *answer_cache_new(void);
void answer_cache_free(struct answer_cache *cache); /* NULL is fine */

/* A parsed query. On a hit the response is in request->out; returns whether it was one. */
bool answer_cache_find(struct answer_cache *cache, struct request *request);

/* A sealed response to a query that answer_cache_find has not found. */
void answer_cache_store(struct answer_cache *cache, const struct request *request);
