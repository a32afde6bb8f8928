#include "policy/acl.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/reader.h"
#include "wire/name.h"

typedef unsigned __int128 address; /* as a number; IPv4 in the low 32 bits */

/* Both ends belong to it. Intervals of one list are disjoint and in order. */
struct interval {
    address first;
    address last;
};

struct intervals {
    struct interval *items;
    size_t count;
};

struct key_name {
    uint8_t *octets; /* lower case */
    size_t size;
};

/* An address that counts only with its key: a peer. */
struct pair {
    struct interval interval;
    struct key_name key;
    uint8_t family;
};

struct policy_acl {
    struct intervals v4;
    struct intervals v6;
    struct key_name *keys; /* ordered by compare_names */
    size_t key_count;
    struct pair *pairs; /* in no order: peers are few */
    size_t pair_count;
    bool is_any;
};

static address address_of(const uint8_t *octets, uint8_t family)
{
    if (family == 4)
        return td_get_u32(octets);
    return (address)td_get_u32(octets) << 96 | (address)td_get_u32(octets + 4) << 64 |
           (address)td_get_u32(octets + 8) << 32 | td_get_u32(octets + 12);
}

static struct interval interval_of(const struct td_prefix *prefix)
{
    unsigned rest = (prefix->family == 4 ? 32u : 128u) - prefix->length;
    address mask = rest == 128 ? ~(address)0 : ((address)1 << rest) - 1;
    address first = address_of(prefix->octets, prefix->family);

    return (struct interval){ .first = first, .last = first | mask };
}

static int compare_intervals(const void *a, const void *b)
{
    const struct interval *interval_a = a, *interval_b = b;

    if (interval_a->first != interval_b->first)
        return interval_a->first < interval_b->first ? -1 : 1;
    return 0;
}

/* Prefixes are either disjoint or one inside the other; neighbours are joined too. */
static void intervals_join(struct intervals *intervals)
{
    size_t kept = 0;

    if (intervals->count == 0)
        return;
    qsort(intervals->items, intervals->count, sizeof(*intervals->items), compare_intervals);
    for (size_t i = 1; i < intervals->count; i++) {
        struct interval *last = &intervals->items[kept];
        const struct interval *next = &intervals->items[i];
        if (last->last == ~(address)0 || next->first <= last->last + 1) {
            if (next->last > last->last)
                last->last = next->last;
        } else {
            intervals->items[++kept] = *next;
        }
    }
    intervals->count = kept + 1;
}

static bool intervals_contain(const struct intervals *intervals, address at)
{
    size_t low = 0, high = intervals->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct interval *interval = &intervals->items[middle];
        if (at < interval->first)
            high = middle;
        else if (at > interval->last)
            low = middle + 1;
        else
            return true;
    }
    return false;
}

/* An order for searching; not that of DNS. */
static int compare_names(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size)
{
    if (a_size != b_size)
        return a_size < b_size ? -1 : 1;
    return memcmp(a, b, a_size);
}

static int compare_keys(const void *a, const void *b)
{
    const struct key_name *key_a = a, *key_b = b;

    return compare_names(key_a->octets, key_a->size, key_b->octets, key_b->size);
}

static void add_prefix(struct policy_acl *acl, const struct td_prefix *prefix)
{
    struct intervals *intervals = prefix->family == 4 ? &acl->v4 : &acl->v6;

    td_assert(prefix->family == 4 || prefix->family == 6);
    intervals->items[intervals->count++] = interval_of(prefix);
}

static struct key_name key_of(const uint8_t *name)
{
    struct key_name key = { .size = wire_name_size(name) };

    key.octets = td_malloc(key.size);
    wire_name_lower(key.octets, name, key.size);
    return key;
}

static void add_row(struct policy_acl *acl, const struct policy_acl_row *row)
{
    switch (row->kind) {
    case POLICY_ACL_PREFIX:
        add_prefix(acl, &row->prefix);
        break;
    case POLICY_ACL_KEY:
        acl->keys[acl->key_count++] = key_of(row->key_name);
        break;
    case POLICY_ACL_BOTH:
        acl->pairs[acl->pair_count++] = (struct pair){ .interval = interval_of(&row->prefix),
                                                       .key = key_of(row->key_name),
                                                       .family = row->prefix.family };
        break;
    }
}

static bool covers_all(const struct intervals *intervals, address last)
{
    return intervals->count == 1 && intervals->items[0].first == 0 &&
           intervals->items[0].last == last;
}

struct policy_acl *policy_acl_new(const struct policy_acl_row *rows, size_t count)
{
    struct policy_acl *acl = td_calloc(1, sizeof(*acl));
    size_t capacity = count == 0 ? 1 : count;

    acl->v4.items = td_malloc(capacity * sizeof(*acl->v4.items));
    acl->v6.items = td_malloc(capacity * sizeof(*acl->v6.items));
    acl->keys = td_malloc(capacity * sizeof(*acl->keys));
    acl->pairs = td_malloc(capacity * sizeof(*acl->pairs));
    for (size_t i = 0; i < count; i++)
        add_row(acl, &rows[i]);
    intervals_join(&acl->v4);
    intervals_join(&acl->v6);
    qsort(acl->keys, acl->key_count, sizeof(*acl->keys), compare_keys);
    acl->is_any = covers_all(&acl->v4, UINT32_MAX) && covers_all(&acl->v6, ~(address)0);
    return acl;
}

void policy_acl_free(struct policy_acl *acl)
{
    if (acl == NULL)
        return;
    for (size_t i = 0; i < acl->key_count; i++)
        free(acl->keys[i].octets);
    for (size_t i = 0; i < acl->pair_count; i++)
        free(acl->pairs[i].key.octets);
    free(acl->pairs);
    free(acl->keys);
    free(acl->v4.items);
    free(acl->v6.items);
    free(acl);
}

bool policy_acl_is_any(const struct policy_acl *acl)
{
    return acl->is_any;
}

bool policy_acl_is_none(const struct policy_acl *acl)
{
    return acl->v4.count == 0 && acl->v6.count == 0 && acl->key_count == 0 && acl->pair_count == 0;
}

static bool has_key(const struct policy_acl *acl, const uint8_t *name, size_t size)
{
    size_t low = 0, high = acl->key_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct key_name *key = &acl->keys[middle];
        int order = compare_names(name, size, key->octets, key->size);
        if (order == 0)
            return true;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return false;
}

static bool has_pair(const struct policy_acl *acl, const struct td_addr *addr, const uint8_t *name,
                     size_t size)
{
    address at = address_of(addr->octets, addr->family);

    for (size_t i = 0; i < acl->pair_count; i++) {
        const struct pair *pair = &acl->pairs[i];
        if (pair->family == addr->family && at >= pair->interval.first &&
            at <= pair->interval.last &&
            compare_names(name, size, pair->key.octets, pair->key.size) == 0)
            return true;
    }
    return false;
}

bool policy_acl_match(const struct policy_acl *acl, const struct td_addr *addr,
                      const uint8_t *key_name, size_t key_name_size)
{
    if (acl->is_any)
        return true;
    if (addr->family == 4 && intervals_contain(&acl->v4, address_of(addr->octets, 4)))
        return true;
    if (addr->family == 6 && intervals_contain(&acl->v6, address_of(addr->octets, 6)))
        return true;
    return key_name != NULL &&
           (has_key(acl, key_name, key_name_size) || has_pair(acl, addr, key_name, key_name_size));
}
