/*
 * tsig/cookie.h - server cookies: clients that have shown that they receive what is sent to
 * their address.
 *
 * Shape    a COOKIE option is 8 octets of the client, and perhaps 8 to 32 of a server. Ours are
 *          16: version 1, 3 reserved, time stamp, SipHash-2-4; any server with the same secret
 *          makes and takes the same ones.
 * Floor    2. Includes base wire crypto.
 * Threads  Pure.
 * RFC      7873 4, 5.2; 9018 4.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "crypto/siphash.h"

enum {
    TSIG_COOKIE_SECRET_SIZE = CRYPTO_SIPHASH_KEY_SIZE,
    TSIG_COOKIE_SECRET_COUNT_MAX = 2,
    TSIG_COOKIE_CLIENT_SIZE = 8,
    TSIG_COOKIE_SIZE = 24, /* of the option that we send: client and server cookie */
    TSIG_COOKIE_AGE_MAX_S = 3600,
    TSIG_COOKIE_AHEAD_MAX_S = 300,
    TSIG_COOKIE_RENEW_S = 1800, /* from this age on the client gets a new one */
};

/* The first makes cookies, each of them is accepted. */
struct tsig_cookie_secrets {
    uint8_t secrets[TSIG_COOKIE_SECRET_COUNT_MAX][TSIG_COOKIE_SECRET_SIZE];
    unsigned count; /* 1 or 2 */
};

enum tsig_cookie_verdict {
    TSIG_COOKIE_MALFORMED, /* a size that no option may have: FORMERR (7873 5.2.2) */
    TSIG_COOKIE_NEW,       /* a client cookie only (5.2.3) */
    TSIG_COOKIE_BAD,  /* a server cookie that is not ours, too old, or from the future (5.2.4) */
    TSIG_COOKIE_GOOD, /* ours, and of this client (5.2.5) */
};

/*
 * Look at the COOKIE option of a query and make the one for the answer: with
 * TSIG_COOKIE_GOOD the client's own while it is young and made with the first secret, else
 * a fresh one. With TSIG_COOKIE_MALFORMED nothing is made. `now_s` is seconds since 1970,
 * modulo 2^32.
 */
enum tsig_cookie_verdict tsig_cookie_answer(const struct tsig_cookie_secrets *secrets,
                                            const uint8_t *option, size_t size,
                                            const struct td_addr *client, uint32_t now_s,
                                            uint8_t ret_option[TSIG_COOKIE_SIZE]);
