/*
 * server/lookups.h - names that no zone here has, and what the system's resolver says of them.
 *
 * Shape    A row for each name that somebody uses. It is asked for when it is first used, again
 *          after an hour, and five minutes after it failed; who uses it is called when its
 *          addresses have become others. A name that nobody uses any more is forgotten.
 * Floor    10.
 * Threads  The main world's. Nobody waits for a resolver (io/lookup.h).
 * Limits   LOOKUPS_NAMES_MAX names; those beyond are not asked for.
 */
#pragma once

#include "base/hash.h"
#include "io/lookup.h"

enum { LOOKUPS_NAMES_MAX = 10000 };

struct lookups;
struct lookups_use;

struct lookups_name {
    bool is_answered; /* since it has been used */
    td_err err;       /* of the last look-up: io_lookup_done, or TD_E_LIMIT */
    uint32_t count;   /* addresses; those before where a resolver only failed to answer */
    struct td_addr addrs[IO_LOOKUP_ADDRS_MAX]; /* without ports */
};

/* Embedded in who uses names. */
struct lookups_user {
    void (*call)(void *context); /* on the loop */
    void *context;
    struct lookups_use *uses; /* private from here on */
    struct lookups_user *next;
    bool is_due;
};

struct lookups *lookups_new(struct io *io, const struct td_hash_seed *seed);
/* Nobody uses a name any more. NULL is fine. */
void lookups_free(struct lookups *lookups);

/* The names that are used, instead of those before: presentation form, in any letter case. None is
 * how a user ends. */
void lookups_use(struct lookups *lookups, struct lookups_user *user, const char *const *names,
                 uint32_t count);

/* What is known of a name now; NULL: nobody uses it, or it is one too many. */
const struct lookups_name *lookups_find(struct lookups *lookups, const char *name);
