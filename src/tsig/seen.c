#include "tsig/seen.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/hash.h"

enum { SLOT_COUNT = 2 * TSIG_SEEN_MAX, NO_RCODE = UINT16_MAX, NONE = UINT32_MAX };

struct entry {
    uint64_t mac;  /* its hash; two that are alike would cost a client one more try */
    uint64_t from; /* hash of the address and port */
    uint64_t until_s;
    uint32_t next; /* of the same slot */
    uint16_t rcode;
};

struct tsig_seen {
    uint64_t seed;
    uint32_t count; /* entries in use, or TSIG_SEEN_MAX */
    uint32_t turn;  /* the oldest, once all are in use */
    uint32_t slots[SLOT_COUNT];
    struct entry entries[TSIG_SEEN_MAX];
};

struct tsig_seen *tsig_seen_new(uint64_t seed)
{
    struct tsig_seen *seen = td_malloc(sizeof(*seen));

    seen->seed = seed | 1;
    seen->count = seen->turn = 0;
    memset(seen->slots, 0xFF, sizeof(seen->slots));
    return seen;
}

void tsig_seen_free(struct tsig_seen *seen)
{
    free(seen);
}

static uint64_t hash(const struct tsig_seen *seen, const void *octets, size_t size)
{
    uint64_t state = seen->seed ^ size;

    for (size_t at = 0; at < size; at += 8) {
        uint64_t part = 0;
        memcpy(&part, (const uint8_t *)octets + at, size - at < 8 ? size - at : 8);
        state = td_hash_step(state, seen->seed, part);
    }
    return state;
}

static uint64_t hash_of_addr(const struct tsig_seen *seen, const struct td_addr *addr)
{
    uint64_t state = hash(seen, addr->octets, addr->family == 4 ? 4 : 16);

    return td_hash_fold(state ^ addr->port, seen->seed);
}

static uint32_t *slot_of(struct tsig_seen *seen, uint64_t mac)
{
    return &seen->slots[mac % SLOT_COUNT];
}

static struct entry *find(struct tsig_seen *seen, uint64_t mac)
{
    for (uint32_t at = *slot_of(seen, mac); at != NONE; at = seen->entries[at].next)
        if (seen->entries[at].mac == mac)
            return &seen->entries[at];
    return NULL;
}

static void forget(struct tsig_seen *seen, uint32_t number)
{
    uint32_t *at = slot_of(seen, seen->entries[number].mac);

    while (*at != number)
        at = &seen->entries[*at].next;
    *at = seen->entries[number].next;
}

static void remember(struct tsig_seen *seen, uint64_t mac, uint64_t from, uint64_t until_s)
{
    uint32_t number = seen->turn;
    uint32_t *slot = slot_of(seen, mac);

    if (seen->count == TSIG_SEEN_MAX)
        forget(seen, number);
    else
        seen->count++;
    seen->turn = (seen->turn + 1) % TSIG_SEEN_MAX;
    seen->entries[number] = (struct entry){
        .mac = mac, .from = from, .until_s = until_s, .next = *slot, .rcode = NO_RCODE
    };
    *slot = number;
}

enum tsig_seen_verdict tsig_seen_look(struct tsig_seen *seen, const uint8_t *mac, size_t mac_size,
                                      const struct td_addr *remote, uint64_t now_s,
                                      uint16_t *ret_rcode)
{
    uint64_t key = hash(seen, mac, mac_size);
    uint64_t from = hash_of_addr(seen, remote);
    struct entry *entry = find(seen, key);

    if (entry == NULL) {
        remember(seen, key, from, now_s + TSIG_SEEN_S);
        return TSIG_SEEN_NEW;
    }
    if (entry->until_s < now_s) { /* its time is long over: such a request is refused anyway */
        entry->until_s = now_s + TSIG_SEEN_S;
        entry->from = from;
        entry->rcode = NO_RCODE;
        return TSIG_SEEN_NEW;
    }
    if (entry->from != from)
        return TSIG_SEEN_REPLAY;
    if (entry->rcode == NO_RCODE)
        return TSIG_SEEN_WORKING;
    *ret_rcode = entry->rcode;
    return TSIG_SEEN_AGAIN;
}

void tsig_seen_answer(struct tsig_seen *seen, const uint8_t *mac, size_t mac_size, uint16_t rcode)
{
    struct entry *entry = find(seen, hash(seen, mac, mac_size));

    if (entry != NULL)
        entry->rcode = rcode;
}
