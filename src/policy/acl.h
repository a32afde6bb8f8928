/*
 * policy/acl.h - who may.
 *
 * Shape    rows of address prefixes, of key names, and of both together; any one that fits
 *          suffices, no row: nobody.
 *          Compiled once: prefixes become disjoint intervals in order, so that a thousand of them
 *          cost ten comparisons.
 * Floor    4. Includes base wire.
 * Threads  Immutable: any number of threads may match.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

enum policy_acl_kind { POLICY_ACL_PREFIX, POLICY_ACL_KEY, POLICY_ACL_BOTH };

struct policy_acl_row {
    enum policy_acl_kind kind;
    struct td_prefix prefix; /* POLICY_ACL_PREFIX, _BOTH */
    const uint8_t *key_name; /* POLICY_ACL_KEY, _BOTH: a domain name in any case; copied */
};

struct policy_acl;

/* The caller frees it. */
struct policy_acl *policy_acl_new(const struct policy_acl_row *rows, size_t count);

/* NULL is fine. */
void policy_acl_free(struct policy_acl *acl);

/* Does it let everybody in, or nobody? Then there is no need to ask. */
bool policy_acl_is_any(const struct policy_acl *acl);
bool policy_acl_is_none(const struct policy_acl *acl);

/*
 * May a client at this address, whose message was authenticated with the key of this name (in
 * lower case; NULL: with none)?
 */
bool policy_acl_match(const struct policy_acl *acl, const struct td_addr *addr,
                      const uint8_t *key_name, size_t key_name_size);
