#include "store/digest.h"

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

_Static_assert(sizeof(XXH64_state_t) <= sizeof(struct store_digest), "the state fits");

void store_digest_init(struct store_digest *digest)
{
    XXH64_state_t state;

    XXH64_reset(&state, 0);
    memcpy(digest, &state, sizeof(state));
}

void store_digest_add(struct store_digest *digest, const void *octets, size_t size)
{
    XXH64_update((XXH64_state_t *)(void *)digest->opaque, octets, size);
}

uint64_t store_digest_get(const struct store_digest *digest)
{
    return XXH64_digest((const XXH64_state_t *)(const void *)digest->opaque);
}
