/*
 * server/keyring.h - keys that were added at run time.
 *
 * Shape    They stand in a file in the state directory (CONF_KEPT_KEYS, mode 0600), which the
 *          configuration reads as if its rows stood behind its own, so that everything in it may
 *          name them. Between two configurations this is the list that counts: what has been added
 *          since is in it, what has been removed is not, whatever the configuration in force says.
 *          The configuration file goes before a key of the same name.
 * Floor    10.
 * Threads  The main world's.
 * Limits   KEYRING_MAX.
 */
#pragma once

#include "base/buf.h"
#include "conf/conf.h"

enum { KEYRING_MAX = 10000, KEYRING_LOST_SIZE = 32 };

struct keyring {
    struct conf_key *keys; /* owned, with what they point to */
    uint32_t count;
    bool is_busy;                    /* its file is being written */
    uint8_t lost[KEYRING_LOST_SIZE]; /* a secret that nobody else has, for keys that are gone */
};

struct keyring *keyring_new(struct io *io);
/* Secrets are wiped. NULL is fine. */
void keyring_free(struct keyring *keyring);

/* Have the keys of a configuration that was read; says which of them it hides. */
void keyring_take(struct keyring *keyring, const struct conf *conf);

/* By name in lower case as text; NULL: there is none. */
const struct conf_key *keyring_find(const struct keyring *keyring, const char *name);

/* By copy; in the place of one of the same name. */
void keyring_put(struct keyring *keyring, const struct conf_key *key);
void keyring_remove(struct keyring *keyring, const char *name);

/* The whole file with `key` added (NULL: none) and the one called `without` (NULL: none) left out.
 */
void keyring_print(const struct keyring *keyring, const struct conf_key *key, const char *without,
                   struct td_buf *out);

/*
 * The key that counts for one that the configuration in force names: itself when it is one of the
 * configuration file; else that of the same name here. One that has gone has a secret that nobody
 * knows: what is signed with it is worth nothing. A keyring of NULL has no say.
 */
struct conf_key keyring_key(const struct keyring *keyring, const struct conf_key *named);
