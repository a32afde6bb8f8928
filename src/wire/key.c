#include "wire/key.h"

#include <string.h>

#include "base/assert.h"
#include "base/macros.h"
#include "wire/key_read.h"

TD_HOT TD_NOINLINE void wire_key_hash(struct wire_key *key, const struct td_hash_seed *seed)
{
    const struct td_hash_seed local = *seed; /* what is written is not in it */
    uint64_t hash = local.root;
    unsigned i = key->label_count;

    key->hashes[i] = hash;
    while (i-- > 0) {
        const uint8_t *label = key->lower + key->offsets[i];
        hash = td_hash_label_any(&local, hash, label + 1, label[0]);
        key->hashes[i] = hash;
    }
}

TD_HOT td_err wire_key_read(struct wire_key *ret_key, const struct td_hash_seed *seed,
                            const uint8_t *octets, size_t left)
{
    return wire_key_read_here(ret_key, seed, octets, left);
}

void wire_key_make(struct wire_key *ret_key, const struct td_hash_seed *seed, const uint8_t *name)
{
    size_t size = 1;

    for (const uint8_t *at = name; *at != 0; at += 1u + *at)
        size += 1u + *at;
    td_err err = wire_key_read(ret_key, seed, name, size);
    td_assert(err == TD_OK);
}

void wire_key_join(struct wire_key *ret_key, const struct td_hash_seed *seed, const uint8_t *labels,
                   size_t labels_size, const uint8_t *rest)
{
    uint8_t name[WIRE_KEY_SIZE_MAX];
    size_t size = labels_size;

    td_assert(labels_size < sizeof(name));
    memcpy(name, labels, labels_size);
    for (bool is_root = false; !is_root;) {
        size_t step = 1u + *rest;
        is_root = step == 1;
        td_assert(size + step <= sizeof(name));
        memcpy(name + size, rest, step);
        size += step;
        rest += step;
    }
    wire_key_make(ret_key, seed, name);
}
