#include "tsig/seen.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/hash.h"

enum { NO_RCODE = UINT16_MAX, NONE = UINT32_MAX };

struct entry {
    uint64_t mac;  /* its hash; two that are alike would cost a client one more try */
    uint64_t from; /* hash of the address and port */
    uint64_t until_s;
    uint32_t next; /* of the same slot */
    uint16_t rcode;
};

/* A ring of entries in the order in which they came, and a table of slots over it. */
struct tsig_seen {
    uint64_t seed;
    uint32_t size;  /* of both: a power of two */
    uint32_t first; /* the oldest */
    uint32_t count;
    uint32_t *slots;
    struct entry *entries;
};

static uint32_t *slot_of(const struct tsig_seen *seen, uint64_t mac)
{
    return &seen->slots[mac & (seen->size - 1)];
}

static void link_entry(struct tsig_seen *seen, uint32_t number)
{
    uint32_t *slot = slot_of(seen, seen->entries[number].mac);

    seen->entries[number].next = *slot;
    *slot = number;
}

static void resize(struct tsig_seen *seen, uint32_t size)
{
    struct tsig_seen before = *seen;

    seen->size = size;
    seen->first = 0;
    seen->entries = td_malloc(size * sizeof(*seen->entries));
    seen->slots = td_malloc(size * sizeof(*seen->slots));
    memset(seen->slots, 0xFF, size * sizeof(*seen->slots));
    for (uint32_t i = 0; i < before.count; i++) {
        seen->entries[i] = before.entries[(before.first + i) & (before.size - 1)];
        link_entry(seen, i);
    }
    free(before.entries);
    free(before.slots);
}

struct tsig_seen *tsig_seen_new(uint64_t seed)
{
    struct tsig_seen *seen = td_calloc(1, sizeof(*seen));

    seen->seed = seed | 1;
    resize(seen, TSIG_SEEN_FIRST);
    return seen;
}

void tsig_seen_free(struct tsig_seen *seen)
{
    if (seen == NULL)
        return;
    free(seen->entries);
    free(seen->slots);
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

static struct entry *find(struct tsig_seen *seen, uint64_t mac)
{
    for (uint32_t at = *slot_of(seen, mac); at != NONE; at = seen->entries[at].next)
        if (seen->entries[at].mac == mac)
            return &seen->entries[at];
    return NULL;
}

static void forget_first(struct tsig_seen *seen)
{
    uint32_t *at = slot_of(seen, seen->entries[seen->first].mac);

    while (*at != seen->first)
        at = &seen->entries[*at].next;
    *at = seen->entries[seen->first].next;
    seen->first = (seen->first + 1) & (seen->size - 1);
    seen->count--;
}

/* What is out of time is refused anyway. */
static void make_room(struct tsig_seen *seen, uint64_t now_s)
{
    while (seen->count != 0 && seen->entries[seen->first].until_s < now_s)
        forget_first(seen);
    if (seen->count < seen->size)
        return;
    if (seen->size < TSIG_SEEN_MAX)
        resize(seen, 2 * seen->size);
    else
        forget_first(seen);
}

enum tsig_seen_verdict tsig_seen_look(struct tsig_seen *seen, const uint8_t *mac, size_t mac_size,
                                      const struct td_addr *remote, uint64_t until_s,
                                      uint64_t now_s, uint16_t *ret_rcode)
{
    uint64_t key = hash(seen, mac, mac_size);
    uint64_t from = hash_of_addr(seen, remote);
    const struct entry *entry = find(seen, key);

    if (entry == NULL) {
        make_room(seen, now_s);
        uint32_t number = (seen->first + seen->count++) & (seen->size - 1);
        seen->entries[number] =
            (struct entry){ .mac = key, .from = from, .until_s = until_s, .rcode = NO_RCODE };
        link_entry(seen, number);
        return TSIG_SEEN_NEW;
    }
    if (entry->from != from)
        return TSIG_SEEN_REPLAY;
    if (entry->rcode == NO_RCODE)
        return TSIG_SEEN_WORKING;
    *ret_rcode = entry->rcode;
    return TSIG_SEEN_AGAIN;
}

uint32_t tsig_seen_count(const struct tsig_seen *seen)
{
    return seen->count;
}

void tsig_seen_answer(struct tsig_seen *seen, const uint8_t *mac, size_t mac_size, uint16_t rcode)
{
    struct entry *entry = find(seen, hash(seen, mac, mac_size));

    if (entry != NULL)
        entry->rcode = rcode;
}
