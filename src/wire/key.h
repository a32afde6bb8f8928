/*
 * wire/key.h - a name made ready to be looked up: lower-cased, split and hashed.
 *
 * Shape    hashes[i] is the hash of the suffix that begins at label i (base/hash.h), so
 *          hashes[0] is the name's and hashes[label_count] the root's. offsets[i] is where
 *          label i begins; offsets[label_count] is where the root's empty label stands.
 * Floor    1.
 * Threads  Pure.
 * RFC      4343 (case), 1035 3.1 (limits).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/err.h"
#include "base/hash.h"

enum { WIRE_KEY_LABELS_MAX = 127, WIRE_KEY_SIZE_MAX = 255 };

struct wire_key {
    uint8_t size;        /* octets, root label included */
    uint8_t label_count; /* labels, root not included */
    uint8_t offsets[WIRE_KEY_LABELS_MAX + 1];
    uint8_t lower[WIRE_KEY_SIZE_MAX + TD_HASH_PAD + 1]; /* the name in lower case */
    uint64_t hashes[WIRE_KEY_LABELS_MAX + 1];
};

/* As much of it as the name has. */
static inline void wire_key_copy(struct wire_key *to, const struct wire_key *from)
{
    size_t labels = from->label_count + 1u;

    memcpy(to, from, offsetof(struct wire_key, offsets) + labels);
    memcpy(to->lower, from->lower, from->size + (size_t)TD_HASH_PAD);
    memcpy(to->hashes, from->hashes, labels * sizeof(from->hashes[0]));
}

/*
 * Make a key of an uncompressed name that begins at `octets`, of which no more than `left`
 * may be read.
 *
 * TD_E_TRUNCATED  the name does not end within `left` octets
 * TD_E_MALFORMED  a compression pointer, a reserved label type, or more than 255 octets
 */
TD_NODISCARD td_err wire_key_read(struct wire_key *ret_key, const struct td_hash_seed *seed,
                                  const uint8_t *octets, size_t left);

/* The same for a name that is known to be good. */
void wire_key_make(struct wire_key *ret_key, const struct td_hash_seed *seed, const uint8_t *name);

/* The same for a name in two good pieces: labels without an end, and the rest of the name. */
void wire_key_join(struct wire_key *ret_key, const struct td_hash_seed *seed, const uint8_t *labels,
                   size_t labels_size, const uint8_t *rest);
