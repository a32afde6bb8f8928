#include "dnssec/denial.h"

#include <string.h>

#include "dnssec/bitmap.h"
#include "wire/rrtype.h"

bool dnssec_nsec_covers(const uint8_t *owner, const uint8_t *next, const uint8_t *name)
{
    bool is_behind = wire_name_compare(owner, name) < 0;
    bool is_before = wire_name_compare(name, next) < 0;

    if (wire_name_compare(owner, next) < 0)
        return is_behind && is_before;
    return is_behind || is_before;
}

bool dnssec_nsec_shows_empty(const uint8_t *owner, const uint8_t *next, const uint8_t *name)
{
    size_t next_size = wire_name_size(next);
    size_t name_size = wire_name_size(name);

    return next_size != name_size && wire_name_is_subdomain(next, next_size, name, name_size) &&
           wire_name_compare(owner, name) < 0;
}

unsigned dnssec_nsec_encloser_labels(const uint8_t *owner, const uint8_t *next, const uint8_t *name)
{
    unsigned with_owner = wire_name_common_labels(owner, name);
    unsigned with_next = wire_name_common_labels(next, name);

    return with_owner > with_next ? with_owner : with_next;
}

bool dnssec_nsec3_covers(const uint8_t *owner_hash, const uint8_t *next_hash, const uint8_t *hash,
                         size_t hash_size)
{
    bool is_behind = memcmp(owner_hash, hash, hash_size) < 0;
    bool is_before = memcmp(hash, next_hash, hash_size) < 0;

    if (memcmp(owner_hash, next_hash, hash_size) < 0)
        return is_behind && is_before;
    return is_behind || is_before;
}

bool dnssec_denial_is_delegation(const uint8_t *bitmap, size_t bitmap_size)
{
    return dnssec_bitmap_has(bitmap, bitmap_size, WIRE_TYPE_NS) &&
           !dnssec_bitmap_has(bitmap, bitmap_size, WIRE_TYPE_SOA);
}

bool dnssec_denial_is_dname(const uint8_t *bitmap, size_t bitmap_size)
{
    return dnssec_bitmap_has(bitmap, bitmap_size, WIRE_TYPE_DNAME);
}
