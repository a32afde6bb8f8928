#include "base/hash.h"

const uint8_t td_hash_masks[9][8] = {
    { 0 },
    { 0xFF },
    { 0xFF, 0xFF },
    { 0xFF, 0xFF, 0xFF },
    { 0xFF, 0xFF, 0xFF, 0xFF },
    { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF },
    { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF },
    { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF },
    { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF },
};

uint64_t td_hash_label_long(const struct td_hash_seed *seed, uint64_t suffix, const uint8_t *label,
                            size_t size)
{
    const uint64_t k0 = seed->k0, key = td_hash_key(seed, size);

    do {
        suffix = td_hash_step(suffix ^ k0, key, td_hash_load(label));
        label += 8;
        size -= 8;
    } while (size > 8);
    return td_hash_step(suffix ^ k0, key, td_hash_load(label) & td_hash_load(td_hash_masks[size]));
}
