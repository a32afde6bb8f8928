/*
 * Goal    RFC 2104: right codes for short, block-sized and long secrets; a prepared key serves
 * often. Method  the vectors of RFC 2202 and RFC 4231.
 */
#include "crypto/hmac.h"
#include "unit/crypto/hex.h"

#define AA20   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define AA80   AA20 AA20 AA20 AA20
#define AA131  AA80 AA20 AA20 "aaaaaaaaaaaaaaaaaaaaaa"
#define B0     "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"
#define LARGER "Test Using Larger Than Block-Size Key - Hash Key First"

static const struct {
    enum crypto_digest_kind kind;
    const char *secret;
    const char *text;
    const char *mac;
} rows[] = {
    { CRYPTO_SHA1, B0, "Hi There", "b617318655057264e28bc0b6fb378c8ef146be00" },
    { CRYPTO_SHA1, "4a656665", "what do ya want for nothing?",
      "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79" },
    { CRYPTO_SHA1, AA80, LARGER, "aa4ae5e15272d00e95705637ce8a3b55ed402112" },
    { CRYPTO_SHA224, B0, "Hi There", "896fb1128abbdf196832107cd49df33f47b4b1169912ba4f53684b22" },
    { CRYPTO_SHA224, AA131, LARGER, "95e9a0db962095adaebe9b2d6f0dbce2d499f112f2d2b7273fa6870e" },
    { CRYPTO_SHA256, B0, "Hi There",
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
    { CRYPTO_SHA256, "4a656665", "what do ya want for nothing?",
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
    { CRYPTO_SHA256, AA131, LARGER,
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
    { CRYPTO_SHA384, B0, "Hi There",
      "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59c"
      "faea9ea9076ede7f4af152e8b2fa9cb6" },
    { CRYPTO_SHA384, AA131, LARGER,
      "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c6"
      "0c2ef6ab4030fe8296248df163f44952" },
    { CRYPTO_SHA512, B0, "Hi There",
      "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
      "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854" },
    { CRYPTO_SHA512, AA131, LARGER,
      "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
      "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598" },
};

TEST(published_vectors)
{
    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        uint8_t secret[160], want[CRYPTO_HMAC_SIZE_MAX], got[CRYPTO_HMAC_SIZE_MAX];
        size_t secret_size = test_hex(rows[i].secret, secret, sizeof(secret));
        size_t want_size = test_hex(rows[i].mac, want, sizeof(want));
        size_t size = strlen(rows[i].text);
        struct crypto_hmac_key key;

        crypto_hmac_key_init(&key, rows[i].kind, secret, secret_size);
        CHECK_EQ(crypto_hmac_key_mac_size(&key), want_size);
        for (size_t cut = 0; cut <= size; cut++) {
            struct crypto_hmac hmac;
            crypto_hmac_begin(&hmac, &key);
            crypto_hmac_add(&hmac, rows[i].text, cut);
            crypto_hmac_add(&hmac, NULL, 0);
            crypto_hmac_add(&hmac, rows[i].text + cut, size - cut);
            size_t got_size = crypto_hmac_end(&hmac, got);
            CHECK_BYTES(got, got_size, want, want_size);
        }
        crypto_hmac_key_fini(&key);
    }
}

TEST(an_empty_secret_is_a_secret)
{
    uint8_t want[CRYPTO_HMAC_SIZE_MAX], got[CRYPTO_HMAC_SIZE_MAX];
    struct crypto_hmac_key key;
    struct crypto_hmac hmac;

    test_hex("b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad", want,
             sizeof(want));
    crypto_hmac_key_init(&key, CRYPTO_SHA256, NULL, 0);
    crypto_hmac_begin(&hmac, &key);
    CHECK_BYTES(got, crypto_hmac_end(&hmac, got), want, 32);
}

TEST(a_finished_key_is_wiped)
{
    static const struct crypto_hmac_key zero;
    struct crypto_hmac_key key;

    crypto_hmac_key_init(&key, CRYPTO_SHA512, "secret", 6);
    crypto_hmac_key_fini(&key);
    CHECK_BYTES(&key, sizeof(key), &zero, sizeof(zero));
}

TESTS(published_vectors, an_empty_secret_is_a_secret, a_finished_key_is_wiped)
