/*
 * tsig/tsig.h - messages proved to come from whoever has the key.
 *
 * Shape    Server: tsig_verify reads a request and leaves a struct tsig_exchange behind, which
 *          signs the answer, or each message of a long one. Client: tsig_sign_request makes the
 *          exchange, and tsig_verify_response takes the answers. Messages are whole, in one
 *          buffer; signing appends the TSIG record and counts it in the header.
 * Floor    2. Includes base wire crypto.
 * Threads  An exchange has one owner. It borrows its key: the set of keys lives longer.
 * Limits   TSIG_UNSIGNED_MAX unsigned messages between two signed ones (8945 5.3.1).
 * RFC      8945 4.3 (what is digested), 5.2 (requests), 5.3 (answers), 5.4 (client).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "crypto/hmac.h"
#include "tsig/key.h"
#include "wire/name.h"

enum { TSIG_UNSIGNED_MAX = 99 };

enum tsig_verdict {
    TSIG_GOOD,
    TSIG_FORMERR,  /* no TSIG record, or a MAC that is too long or too short for anyone */
    TSIG_BADKEY,   /* no such key, or not with this algorithm */
    TSIG_BADSIG,   /* the MAC does not match */
    TSIG_BADTIME,  /* the clocks differ by more than the fudge */
    TSIG_BADTRUNC, /* the MAC is shorter than this key wants */
    TSIG_MISSING,  /* client: a message without TSIG where one is due */
    TSIG_REFUSED,  /* client: the server says that our TSIG is wrong; see peer_error */
    TSIG_VERDICT_COUNT,
};

/* "BADTIME" and so on, for logs. */
const char *tsig_verdict_text(enum tsig_verdict verdict);

/* The RCODE of the answer: NOERROR, FORMERR or NOTAUTH. */
uint16_t tsig_verdict_rcode(enum tsig_verdict verdict);

struct tsig_exchange {
    const struct tsig_key *key; /* NULL with TSIG_BADKEY and TSIG_FORMERR */
    enum tsig_verdict verdict;  /* of the last message verified */
    int64_t skew_s;             /* our clock minus that of the peer, measured with the last TSIG */
    uint16_t peer_error;        /* client: the error in the last TSIG record */
    uint64_t request_time_s;    /* time signed of the request */
    uint16_t request_fudge_s;   /* server: how far from it the request is good */

    /* What follows is for src/tsig. */
    struct wire_name name; /* as the request has them */
    struct wire_name algorithm;
    uint8_t prior_size;
    uint8_t prior[CRYPTO_HMAC_SIZE_MAX]; /* the MAC that the next one continues */
    bool is_first;                       /* the next one is of the first answer */
    unsigned unsigned_count;             /* messages added since the last MAC */
    struct crypto_hmac hmac;             /* over them, when unsigned_count is not 0 */
};

/*
 * Server. Verify a request of `size` octets whose TSIG record begins at `tsig_at` and ends the
 * message; *ret_exchange is always filled. `now_s` in seconds since 1970.
 */
enum tsig_verdict tsig_verify(const struct tsig_keys *keys, const uint8_t *message, size_t size,
                              size_t tsig_at, uint64_t now_s, struct tsig_exchange *ret_exchange);

/*
 * Octets that TSIG will take in the answer, at most; 0 with TSIG_FORMERR, where none is due.
 */
size_t tsig_reserve(const struct tsig_exchange *exchange);

/*
 * Server. Sign the next message of the answer, as the verdict wants it (8945 5.3.2): with
 * BADKEY and BADSIG a record without MAC; with BADTIME signed and with our time; with BADTRUNC
 * signed. RCODE and ID of the message are set already. With TSIG_FORMERR nothing is done.
 *
 * Call it for every message of a long answer, or tsig_add for up to 99 in between; the first
 * and the last have to be signed.
 *
 * TD_E_SPACE  fewer than tsig_reserve() octets of room
 * TD_E_LIMIT  65,535 additional records already
 * On error the message is unchanged and the exchange can go on.
 */
TD_NODISCARD td_err tsig_sign(struct tsig_exchange *exchange, uint8_t *message, size_t size,
                              size_t capacity, uint64_t now_s, size_t *ret_size);

/*
 * Server. A message of a long answer that goes out unsigned; the next MAC covers it.
 * TD_E_LIMIT    99 of them stand in line already: sign this one
 * TD_E_INVALID  the first message has to be signed
 */
TD_NODISCARD td_err tsig_add(struct tsig_exchange *exchange, const uint8_t *message, size_t size);

/* Client. Octets that a request signed with this key takes more. */
size_t tsig_reserve_request(const struct tsig_key *key);

/* Client. Sign a request and begin an exchange. Errors as tsig_sign. */
TD_NODISCARD td_err tsig_sign_request(const struct tsig_key *key, uint8_t *message, size_t size,
                                      size_t capacity, uint64_t now_s, size_t *ret_size,
                                      struct tsig_exchange *ret_exchange);

/*
 * Client. Verify the next message of the answer; tsig_at is 0 when it has no TSIG record. That is
 * TSIG_GOOD for up to 99 messages behind a signed one, and proves nothing until the next one:
 * whoever has the last message asks tsig_is_settled. After any other verdict the exchange is
 * over.
 */
enum tsig_verdict tsig_verify_response(struct tsig_exchange *exchange, const uint8_t *message,
                                       size_t size, size_t tsig_at, uint64_t now_s);

/* Client. Was the last message signed, and good? */
bool tsig_is_settled(const struct tsig_exchange *exchange);
