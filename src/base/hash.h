/*
 * base/hash.h - the keyed hash of names, and of small keys.
 *
 * Shape    A name is hashed label by label from the root: the state after each label is
 *          the hash of that suffix, so one pass gives the hash of every ancestor. Labels
 *          are given in lower case. 64 bits; all bits are equally good.
 * Floor    0.
 * Threads  Pure.
 * Limits   td_hash_label reads up to 7 octets behind the end of a label: the
 *          buffer must be readable for TD_HASH_PAD octets behind the name.
 *
 * Multiply and fold (as wyhash and rapidhash do); the seed is secret and per process, so
 * that nobody can choose names that collide. Not for authentication.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { TD_HASH_PAD = 16 };

struct td_hash_seed {
    uint64_t root; /* the hash of the root name */
    uint64_t k0;
    uint64_t k1;
};

static inline uint64_t td_hash_fold(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t td_hash_load(const uint8_t *at)
{
    uint64_t v;
    memcpy(&v, at, 8);
    return v;
}

/* A seed from two random numbers. */
static inline struct td_hash_seed td_hash_seed_of(uint64_t random0, uint64_t random1)
{
    return (struct td_hash_seed){
        .root = td_hash_fold(random0 ^ 0x9E3779B97F4A7C15u, random1 ^ 0xD6E8FEB86659FD93u),
        .k0 = random0 | 1,
        .k1 = random1 ^ 0xA0761D6478BD642Fu,
    };
}

/*
 * Eight octets more. Both factors depend on the octets: with one of them constant, names
 * that differ in a few digits would fall on a lattice for some seeds.
 */
static inline uint64_t td_hash_step(uint64_t state, uint64_t key, uint64_t octets)
{
    return td_hash_fold(state ^ octets, key ^ (octets << 32 | octets >> 32));
}

/* A key for each size: added and not xored, so that no choice of octets cancels it. */
static inline uint64_t td_hash_key(const struct td_hash_seed *seed, size_t size)
{
    return seed->k1 + size * 0x9E3779B97F4A7C15u;
}

/* For each size up to 8: which octets of a word belong to it? */
extern const uint8_t td_hash_masks[9][8];

/* The same as td_hash_label, for who hashes many labels: longer ones take no call. */
static inline uint64_t td_hash_label_any(const struct td_hash_seed *seed, uint64_t suffix,
                                         const uint8_t *label, size_t size)
{
    uint64_t key = td_hash_key(seed, size);

    for (; __builtin_expect(size > 8, 0); label += 8, size -= 8)
        suffix = td_hash_step(suffix ^ seed->k0, key, td_hash_load(label));
    return td_hash_step(suffix ^ seed->k0, key,
                        td_hash_load(label) & td_hash_load(td_hash_masks[size]));
}

/* The same for labels of more than 8 octets. */
uint64_t td_hash_label_long(const struct td_hash_seed *seed, uint64_t suffix, const uint8_t *label,
                            size_t size);

/* The hash of "label.suffix" from that of the suffix; `size` is 1..63, without length octet. */
static inline uint64_t td_hash_label(const struct td_hash_seed *seed, uint64_t suffix,
                                     const uint8_t *label, size_t size)
{
    if (__builtin_expect(size > 8, 0))
        return td_hash_label_long(seed, suffix, label, size);
    return td_hash_step(suffix ^ seed->k0, td_hash_key(seed, size),
                        td_hash_load(label) & td_hash_load(td_hash_masks[size]));
}

/*
 * A hash that is always the same, on every machine (FNV-1a): for what has to be, never for a table
 * that strangers fill.
 */
static inline uint64_t td_hash_fixed(uint64_t number, const void *data, size_t size)
{
    const uint8_t *at = data;
    uint64_t hash = 14695981039346656037u ^ number;

    for (size_t i = 0; i < size; i++)
        hash = (hash ^ at[i]) * 1099511628211u;
    return hash;
}

/* The hash of any octets; no padding is needed. */
static inline uint64_t td_hash_octets(const struct td_hash_seed *seed, const void *data,
                                      size_t size)
{
    const uint8_t *at = data;
    uint64_t key = td_hash_key(seed, size);
    uint64_t hash = seed->root;
    uint64_t last = 0;

    for (; size > 8; at += 8, size -= 8)
        hash = td_hash_step(hash ^ seed->k0, key, td_hash_load(at));
    if (size != 0)
        memcpy(&last, at, size);
    return td_hash_step(hash ^ seed->k0, key, last);
}
