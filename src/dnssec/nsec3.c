#include "dnssec/nsec3.h"

#include <string.h>

#include "base/basen.h"
#include "base/reader.h"
#include "crypto/digest.h"

td_err dnssec_nsec3_params_read(const uint8_t *rdata, size_t size,
                                struct dnssec_nsec3_params *ret_params)
{
    enum { HEAD = 5 };

    if (size < HEAD || size - HEAD < rdata[4])
        return TD_E_TRUNCATED;
    ret_params->algorithm = rdata[0];
    ret_params->flags = rdata[1];
    ret_params->iterations = td_get_u16(rdata + 2);
    ret_params->salt_size = rdata[4];
    memcpy(ret_params->salt, rdata + HEAD, rdata[4]);
    return TD_OK;
}

bool dnssec_nsec3_params_equal(const struct dnssec_nsec3_params *a,
                               const struct dnssec_nsec3_params *b)
{
    return a->algorithm == b->algorithm && a->iterations == b->iterations &&
           a->salt_size == b->salt_size && memcmp(a->salt, b->salt, a->salt_size) == 0;
}

td_err dnssec_nsec3_params_check(const struct dnssec_nsec3_params *params)
{
    if (params->algorithm != DNSSEC_NSEC3_SHA1)
        return TD_E_UNSUPPORTED;
    if (params->iterations > DNSSEC_NSEC3_ITERATIONS_MAX)
        return TD_E_LIMIT;
    return TD_OK;
}

void dnssec_nsec3_hash(const struct dnssec_nsec3_params *params, const uint8_t *name,
                       size_t name_size, uint8_t ret_hash[DNSSEC_NSEC3_HASH_SIZE])
{
    uint8_t lower[WIRE_NAME_SIZE_MAX];

    wire_name_lower(lower, name, name_size);
    dnssec_nsec3_hash_lower(params, lower, name_size, ret_hash);
}

void dnssec_nsec3_hash_lower(const struct dnssec_nsec3_params *params, const uint8_t *name,
                             size_t name_size, uint8_t ret_hash[DNSSEC_NSEC3_HASH_SIZE])
{
    crypto_sha1_salted(name, name_size, params->salt, params->salt_size, params->iterations,
                       ret_hash);
}

void dnssec_nsec3_label(const uint8_t hash[DNSSEC_NSEC3_HASH_SIZE],
                        uint8_t ret_label[1 + DNSSEC_NSEC3_LABEL_SIZE])
{
    ret_label[0] = DNSSEC_NSEC3_LABEL_SIZE;
    td_base32hex_encode(hash, DNSSEC_NSEC3_HASH_SIZE, (char *)ret_label + 1);
}

td_err dnssec_nsec3_owner(const uint8_t hash[DNSSEC_NSEC3_HASH_SIZE], const uint8_t *apex,
                          struct wire_name *ret_owner)
{
    uint8_t front[1 + DNSSEC_NSEC3_LABEL_SIZE + 1];

    dnssec_nsec3_label(hash, front);
    front[sizeof(front) - 1] = 0;
    return wire_name_concat(front, apex, ret_owner);
}

td_err dnssec_nsec3_owner_hash(const uint8_t *owner, uint8_t ret_hash[DNSSEC_NSEC3_HASH_SIZE])
{
    uint8_t hash[DNSSEC_NSEC3_HASH_SIZE];
    size_t size;

    if (owner[0] != DNSSEC_NSEC3_LABEL_SIZE ||
        td_base32hex_decode((const char *)owner + 1, DNSSEC_NSEC3_LABEL_SIZE, hash, sizeof(hash),
                            &size) != TD_OK)
        return TD_E_MALFORMED;
    memcpy(ret_hash, hash, sizeof(hash));
    return TD_OK;
}
