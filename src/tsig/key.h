/*
 * tsig/key.h - the keys that messages are authenticated with.
 *
 * Shape    a set of keys is an immutable snapshot; each name is there once. Names are in lower
 *          case. Keys are prepared: no secret is kept in the clear.
 * Floor    2. Includes base wire crypto.
 * Threads  A set may be read by any number of threads.
 * RFC      8945 4.2, 6. There is no HMAC-MD5 (8945 6: MUST NOT be used for new keys).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "crypto/hmac.h"
#include "wire/name.h"

enum tsig_algorithm {
    TSIG_HMAC_SHA1,
    TSIG_HMAC_SHA224,
    TSIG_HMAC_SHA256,
    TSIG_HMAC_SHA384,
    TSIG_HMAC_SHA512,
    TSIG_ALGORITHM_COUNT,
};

struct tsig_key {
    struct crypto_hmac_key hmac;
    uint8_t algorithm;    /* enum tsig_algorithm */
    uint8_t mac_size;     /* octets of a whole MAC */
    uint8_t mac_size_min; /* shorter MACs are BADTRUNC; max(10, mac_size / 2)..mac_size */
    uint8_t name_size;
    uint8_t name[WIRE_NAME_SIZE_MAX];
};

/* What a key is made of. */
struct tsig_key_row {
    const uint8_t *name; /* uncompressed, any case */
    enum tsig_algorithm algorithm;
    const uint8_t *secret;
    size_t secret_size;
    uint8_t mac_size_min; /* the shortest MAC to accept; 0: the shortest that the RFC permits */
};

/*
 * One key by itself, to sign with. The caller wipes it.
 * TD_E_INVALID  an empty secret
 */
TD_NODISCARD td_err tsig_key_prepare(struct tsig_key *ret_key, const struct tsig_key_row *row);

struct tsig_keys;

/*
 * A set of keys; the caller frees it.
 * TD_E_EXISTS   two keys of one name
 * TD_E_INVALID  an empty secret
 */
TD_NODISCARD td_err tsig_keys_new(const struct tsig_key_row *rows, size_t count,
                                  struct tsig_keys **ret_keys);

/* Wipes the keys. NULL is fine. */
void tsig_keys_free(struct tsig_keys *keys);

size_t tsig_keys_count(const struct tsig_keys *keys);

/*
 * The key of a name, in any case; NULL when there is none. It lives as long as the set. A set of
 * NULL is empty.
 */
const struct tsig_key *tsig_keys_find(const struct tsig_keys *keys, const uint8_t *name,
                                      size_t name_size);

/* The name of an algorithm as a domain name, and its size. */
const uint8_t *tsig_algorithm_name(enum tsig_algorithm algorithm, size_t *ret_size);

/* "hmac-sha256" */
const char *tsig_algorithm_text(enum tsig_algorithm algorithm);

/* TD_E_UNSUPPORTED  not one of the five */
TD_NODISCARD td_err tsig_algorithm_find(const uint8_t *name, size_t name_size,
                                        enum tsig_algorithm *ret_algorithm);

/* Octets of a whole MAC, and of the shortest that the RFC permits (5.2.2.1). */
size_t tsig_algorithm_mac_size(enum tsig_algorithm algorithm);
size_t tsig_algorithm_mac_size_min(enum tsig_algorithm algorithm);
