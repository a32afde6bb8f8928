/*
 * policy/update.h - what a client may change in a zone by dynamic update.
 *
 * Shape    rows; each is for one key or for address prefixes, and gives names, types and actions.
 *          What any row gives is allowed, everything else is not; a client that no row is for
 *          may do nothing. A row by key is for that key alone: another good key gains nothing by
 *          it, and neither does the address that the key comes from.
 * Floor    4. Includes base wire.
 * Threads  Immutable: any number of threads may ask.
 * Limits   none of its own: a look-up reads all rows of the client.
 * RFC      3007 3 and 4; 2136 3.3.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

enum policy_update_action {
    POLICY_UPDATE_ADD = 1 << 0,
    POLICY_UPDATE_DELETE = 1 << 1,
    POLICY_UPDATE_ALL = POLICY_UPDATE_ADD | POLICY_UPDATE_DELETE,
};

enum policy_update_match {
    POLICY_UPDATE_EXACT,   /* the name */
    POLICY_UPDATE_SUBTREE, /* the name, and all that is below it */
    POLICY_UPDATE_BELOW,   /* all that is below the name: what "*.NAME" would stand for */
    POLICY_UPDATE_SELF,    /* the name that the client's key has */
};

struct policy_update_name {
    enum policy_update_match match;
    const uint8_t *name; /* uncompressed, any case; NULL with SELF */
};

struct policy_update_row {
    const uint8_t *key_name; /* a domain name in any case; NULL: the row is by address */
    const struct td_prefix *prefixes;
    size_t prefix_count;
    const struct policy_update_name *names; /* of none: all of the zone */
    size_t name_count;
    /*
     * Of none: all types but SOA and NS (RFC 3007 3.1.1); those too when the row gives the whole
     * zone. The type ANY stands for every type.
     */
    const uint16_t *types;
    size_t type_count;
    unsigned actions; /* enum policy_update_action */
};

struct policy_update;

/* Everything is copied. The caller frees it. */
struct policy_update *policy_update_new(const struct policy_update_row *rows, size_t count);

/* NULL is fine. */
void policy_update_free(struct policy_update *policy);

struct policy_update_client {
    const struct td_addr *addr;
    const uint8_t *key_name; /* in lower case; NULL: no good signature */
    size_t key_name_size;
};

/* Is there a row for this client at all? Whoever has none need not be listened to. */
bool policy_update_admits(const struct policy_update *policy,
                          const struct policy_update_client *client);

/*
 * May the client do this to records of this type at this name? Whether the name is in the zone is
 * not asked here.
 */
bool policy_update_allows(const struct policy_update *policy,
                          const struct policy_update_client *client, const uint8_t *owner,
                          size_t owner_size, uint16_t type, enum policy_update_action action);
