#include "tsig/cookie.h"

#include <stdbool.h>
#include <string.h>

#include "base/assert.h"
#include "base/reader.h"
#include "base/writer.h"
#include "crypto/secret.h"

enum {
    VERSION = 1,
    VERSION_AT = 8,
    TIME_AT = 12,
    HASH_AT = 16,
    SERVER_SIZE_MIN = 8,
    SERVER_SIZE_MAX = 32,
    INPUT_SIZE_MAX = HASH_AT + 16, /* everything before the hash, and an address */
};

/*
 * 9018 4.4: client cookie, version, reserved, time stamp - which is the option up to the hash -
 * and the address. The reserved octets are hashed as they come.
 */
static void make_hash(const uint8_t *secret, const uint8_t *option, const struct td_addr *client,
                      uint8_t out[CRYPTO_SIPHASH_SIZE])
{
    uint8_t input[INPUT_SIZE_MAX];
    size_t address_size = client->family == 4 ? 4 : 16;

    memcpy(input, option, HASH_AT);
    memcpy(input + HASH_AT, client->octets, address_size);
    crypto_siphash(secret, input, HASH_AT + address_size, out);
}

/* 9018 4.3, RFC 1982: within an hour back and five minutes ahead. */
static bool is_in_time(int32_t age_s)
{
    return age_s <= TSIG_COOKIE_AGE_MAX_S && age_s >= -TSIG_COOKIE_AHEAD_MAX_S;
}

/* Which secret made it; the count when none did. */
static unsigned find_secret(const struct tsig_cookie_secrets *secrets, const uint8_t *option,
                            const struct td_addr *client)
{
    uint8_t hash[CRYPTO_SIPHASH_SIZE];
    unsigned i = 0;

    for (; i < secrets->count; i++) {
        make_hash(secrets->secrets[i], option, client, hash);
        if (crypto_equal(hash, option + HASH_AT, sizeof(hash)))
            break;
    }
    return i;
}

static void make_option(const struct tsig_cookie_secrets *secrets, const uint8_t *client_cookie,
                        const struct td_addr *client, uint32_t now_s, uint8_t *out)
{
    memcpy(out, client_cookie, TSIG_COOKIE_CLIENT_SIZE);
    td_put_u32(out + VERSION_AT, (uint32_t)VERSION << 24);
    td_put_u32(out + TIME_AT, now_s);
    make_hash(secrets->secrets[0], out, client, out + HASH_AT);
}

enum tsig_cookie_verdict tsig_cookie_answer(const struct tsig_cookie_secrets *secrets,
                                            const uint8_t *option, size_t size,
                                            const struct td_addr *client, uint32_t now_s,
                                            uint8_t ret_option[TSIG_COOKIE_SIZE])
{
    enum tsig_cookie_verdict verdict = TSIG_COOKIE_BAD;

    td_assert(secrets->count >= 1 && secrets->count <= TSIG_COOKIE_SECRET_COUNT_MAX);
    td_assert(client->family == 4 || client->family == 6);
    if (size != TSIG_COOKIE_CLIENT_SIZE && (size < TSIG_COOKIE_CLIENT_SIZE + SERVER_SIZE_MIN ||
                                            size > TSIG_COOKIE_CLIENT_SIZE + SERVER_SIZE_MAX))
        return TSIG_COOKIE_MALFORMED;
    if (size == TSIG_COOKIE_CLIENT_SIZE) {
        verdict = TSIG_COOKIE_NEW;
    } else if (size == TSIG_COOKIE_SIZE && option[VERSION_AT] == VERSION) {
        int32_t age_s = (int32_t)(now_s - td_get_u32(option + TIME_AT));
        unsigned secret = is_in_time(age_s) ? find_secret(secrets, option, client) : secrets->count;
        if (secret < secrets->count)
            verdict = TSIG_COOKIE_GOOD;
        if (secret == 0 && age_s < TSIG_COOKIE_RENEW_S) {
            memcpy(ret_option, option, TSIG_COOKIE_SIZE);
            return verdict;
        }
    }
    make_option(secrets, option, client, now_s, ret_option);
    return verdict;
}
