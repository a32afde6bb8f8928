/*
 * Goal    FIPS 180-4 and RFC 5155: right digests, in one call and in any pieces.
 * Method  the published vectors, each cut at every place; NSEC3 hashes from RFC 5155 A.
 */
#include "crypto/digest.h"
#include "unit/crypto/hex.h"

#define LONG448 "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"
#define LONG896                                                                                    \
    "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmno" \
    "pqrsmnopqrstnopqrstu"

static const struct {
    enum crypto_digest_kind kind;
    const char *text;
    const char *digest;
} rows[] = {
    { CRYPTO_SHA1, "", "da39a3ee 5e6b4b0d 3255bfef 95601890 afd80709" },
    { CRYPTO_SHA1, "abc", "a9993e36 4706816a ba3e2571 7850c26c 9cd0d89d" },
    { CRYPTO_SHA1, LONG448, "84983e44 1c3bd26e baae4aa1 f95129e5 e54670f1" },
    { CRYPTO_SHA224, "abc", "23097d22 3405d822 8642a477 bda255b3 2aadbce4 bda0b3f7 e36c9da7" },
    { CRYPTO_SHA256, "abc",
      "ba7816bf 8f01cfea 414140de 5dae2223 b00361a3 96177a9c b410ff61 f20015ad" },
    { CRYPTO_SHA256, LONG448,
      "248d6a61 d20638b8 e5c02693 0c3e6039 a33ce459 64ff2167 f6ecedd4 19db06c1" },
    { CRYPTO_SHA384, "abc",
      "cb00753f 45a35e8b b5a03d69 9ac65007 272c32ab 0eded163 1a8b605a 43ff5bed"
      "8086072b a1e7cc23 58baeca1 34c825a7" },
    { CRYPTO_SHA512, "abc",
      "ddaf35a1 93617aba cc417349 ae204131 12e6fa4e 89a97ea2 0a9eeee6 4b55d39a"
      "2192992a 274fc1a8 36ba3c23 a3feebbd 454d4423 643ce80e 2a9ac94f a54ca49f" },
    { CRYPTO_SHA512, LONG896,
      "8e959b75 dae313da 8cf4f728 14fc143f 8f7779c6 eb9f7fa1 7299aead b6889018"
      "501d289e 4900f7e4 331b99de c4b5433a c7d329ee b6dd2654 5e96e55b 874be909" },
};

TEST(published_vectors)
{
    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        uint8_t want[CRYPTO_DIGEST_SIZE_MAX], got[CRYPTO_DIGEST_SIZE_MAX];
        size_t want_size = test_hex(rows[i].digest, want, sizeof(want));
        size_t got_size = crypto_digest_once(rows[i].kind, rows[i].text, strlen(rows[i].text), got);

        CHECK_EQ(crypto_digest_size(rows[i].kind), want_size);
        CHECK_BYTES(got, got_size, want, want_size);
    }
}

TEST(pieces_give_the_same)
{
    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        uint8_t want[CRYPTO_DIGEST_SIZE_MAX], got[CRYPTO_DIGEST_SIZE_MAX];
        size_t size = strlen(rows[i].text);
        size_t want_size = crypto_digest_once(rows[i].kind, rows[i].text, size, want);

        for (size_t cut = 0; cut <= size; cut++) {
            struct crypto_digest digest;
            crypto_digest_begin(&digest, rows[i].kind);
            crypto_digest_add(&digest, rows[i].text, cut);
            crypto_digest_add(&digest, NULL, 0);
            struct crypto_digest copy = digest;
            crypto_digest_add(&copy, rows[i].text + cut, size - cut);
            size_t got_size = crypto_digest_end(&copy, got);
            CHECK_BYTES(got, got_size, want, want_size);
        }
    }
}

/* RFC 5155 A: salt AABBCCDD, 12 more iterations. */
TEST(salted_and_iterated)
{
    static const struct {
        const char *name;
        size_t size;
        const char *hash;
    } names[] = {
        { "\7example", 9, "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom" },
        { "\1a\7example", 11, "35mthgpgcu1qg68fab165klnsnk3dpvl" },
        { "\2ai\7example", 12, "gjeqe526plbf1g8mklp59enfd789njgi" },
        { "\3ns1\7example", 13, "2t7b4g4vsa5smi47k61mv5bv1a22bojr" },
        { "\1*\1w\7example", 13, "r53bq7cc2uvmubfu5ocmm6pers9tk9en" },
        { "\2xx\7example", 12, "t644ebqk9bibcna874givr6joj62mlhv" },
    };
    static const uint8_t salt[] = { 0xAA, 0xBB, 0xCC, 0xDD };

    for (size_t i = 0; i < TD_COUNT(names); i++) {
        uint8_t hash[CRYPTO_SHA1_SIZE];
        char text[33] = { 0 };
        crypto_sha1_salted(names[i].name, names[i].size, salt, sizeof(salt), 12, hash);
        td_base32hex_encode(hash, sizeof(hash), text);
        CHECK_STR(text, names[i].hash);
    }
}

TEST(no_salt_and_no_iteration_is_plain_sha1)
{
    uint8_t want[CRYPTO_SHA1_SIZE], got[CRYPTO_SHA1_SIZE];

    crypto_digest_once(CRYPTO_SHA1, "\7example", 9, want);
    crypto_sha1_salted("\7example", 9, NULL, 0, 0, got);
    CHECK_BYTES(got, sizeof(got), want, sizeof(want));
}

TESTS(published_vectors, pieces_give_the_same, salted_and_iterated,
      no_salt_and_no_iteration_is_plain_sha1)
