#include "dnssec/verify.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/writer.h"
#include "crypto/verify.h"
#include "dnssec/keytag.h"
#include "wire/const.h"
#include "wire/name.h"

struct dnssec_key {
    struct crypto_verify_key *crypto;
    uint16_t flags;
    uint16_t tag;
    uint8_t algorithm;
    uint8_t owner_size;
    uint8_t owner[WIRE_NAME_SIZE_MAX];
};

static enum crypto_signature_kind signature_kind(uint8_t algorithm)
{
    switch (algorithm) {
    case WIRE_ALGORITHM_RSASHA1:
    case WIRE_ALGORITHM_RSASHA1_NSEC3_SHA1:
        return CRYPTO_RSA_SHA1;
    case WIRE_ALGORITHM_RSASHA256:
        return CRYPTO_RSA_SHA256;
    case WIRE_ALGORITHM_RSASHA512:
        return CRYPTO_RSA_SHA512;
    case WIRE_ALGORITHM_ECDSAP256SHA256:
        return CRYPTO_ECDSA_P256_SHA256;
    case WIRE_ALGORITHM_ECDSAP384SHA384:
        return CRYPTO_ECDSA_P384_SHA384;
    case WIRE_ALGORITHM_ED25519:
        return CRYPTO_ED25519;
    case WIRE_ALGORITHM_ED448:
        return CRYPTO_ED448;
    default:
        return CRYPTO_SIGNATURE_COUNT;
    }
}

bool dnssec_algorithm_is_known(uint8_t algorithm)
{
    return signature_kind(algorithm) != CRYPTO_SIGNATURE_COUNT;
}

td_err dnssec_key_new(const uint8_t *owner, const uint8_t *rdata, size_t size,
                      struct dnssec_key **ret_key)
{
    struct dnssec_dnskey dnskey;
    struct crypto_verify_key *crypto;

    if (dnssec_dnskey_read(rdata, size, &dnskey) != TD_OK)
        return TD_E_MALFORMED;
    if ((dnskey.flags & DNSSEC_DNSKEY_ZONE) == 0 || dnskey.protocol != DNSSEC_DNSKEY_PROTOCOL)
        return TD_E_INVALID;
    enum crypto_signature_kind kind = signature_kind(dnskey.algorithm);
    if (kind == CRYPTO_SIGNATURE_COUNT)
        return TD_E_UNSUPPORTED;
    td_err err = crypto_verify_key_new(kind, dnskey.key, dnskey.key_size, &crypto);
    if (err != TD_OK)
        return err;

    struct dnssec_key *key = td_malloc(sizeof(*key));
    key->crypto = crypto;
    key->flags = dnskey.flags;
    key->tag = dnssec_key_tag(rdata, size);
    key->algorithm = dnskey.algorithm;
    key->owner_size = (uint8_t)wire_name_size(owner);
    memcpy(key->owner, owner, key->owner_size);
    *ret_key = key;
    return TD_OK;
}

void dnssec_key_free(struct dnssec_key *key)
{
    if (key == NULL)
        return;
    crypto_verify_key_free(key->crypto);
    free(key);
}

uint16_t dnssec_key_flags(const struct dnssec_key *key)
{
    return key->flags;
}

uint16_t dnssec_key_get_tag(const struct dnssec_key *key)
{
    return key->tag;
}

uint8_t dnssec_key_algorithm(const struct dnssec_key *key)
{
    return key->algorithm;
}

void dnssec_verifier_fini(struct dnssec_verifier *verifier)
{
    dnssec_canon_fini(&verifier->canon);
    free(verifier->octets);
    *verifier = (struct dnssec_verifier){ .capacity = 0 };
}

const char *dnssec_verdict_text(enum dnssec_verdict verdict)
{
    static const char *const texts[DNSSEC_VERDICT_COUNT] = {
        [DNSSEC_VERDICT_GOOD] = "the signature is good",
        [DNSSEC_VERDICT_BAD] = "the signature does not match",
        [DNSSEC_VERDICT_EXPIRED] = "the signature has expired",
        [DNSSEC_VERDICT_FUTURE] = "the signature is not valid yet",
        [DNSSEC_VERDICT_OTHER_KEY] = "the signature was made with another key",
        [DNSSEC_VERDICT_OTHER_SET] = "the signature covers another record set",
        [DNSSEC_VERDICT_MALFORMED] = "the signature is malformed",
    };

    td_assert(verdict < DNSSEC_VERDICT_COUNT);
    return texts[verdict];
}

/* Everything that can be said before arithmetic begins (4035 5.3.1). */
static enum dnssec_verdict check_fields(const struct dnssec_key *key, const uint8_t *owner,
                                        const struct wire_rrset *set,
                                        const struct dnssec_rrsig *rrsig, uint32_t now)
{
    unsigned labels = wire_name_label_count(owner) - 1 - (wire_name_is_wildcard(owner) ? 1 : 0);

    if (rrsig->covered != set->type || rrsig->labels > labels ||
        !wire_name_is_subdomain(owner, wire_name_size(owner), rrsig->signer, rrsig->signer_size))
        return DNSSEC_VERDICT_OTHER_SET;
    if (rrsig->key_tag != key->tag || rrsig->algorithm != key->algorithm ||
        !wire_name_equal(rrsig->signer, rrsig->signer_size, key->owner, key->owner_size))
        return DNSSEC_VERDICT_OTHER_KEY;
    switch (dnssec_rrsig_period(rrsig, now)) {
    case DNSSEC_PERIOD_EXPIRED:
        return DNSSEC_VERDICT_EXPIRED;
    case DNSSEC_PERIOD_FUTURE:
        return DNSSEC_VERDICT_FUTURE;
    case DNSSEC_PERIOD_CURRENT:
        break;
    }
    return DNSSEC_VERDICT_GOOD;
}

/*
 * The name that was signed, in lower case (4035 5.3.2): the owner, or the wildcard that it was
 * made from when the signature has fewer labels. Returns its size.
 */
static size_t signed_name(const uint8_t *owner, uint8_t labels, uint8_t ret_name[],
                          bool *ret_wildcard)
{
    unsigned count = wire_name_label_count(owner) - 1;
    size_t used = 0;

    *ret_wildcard = false;
    if (wire_name_is_wildcard(owner))
        count--;
    if (labels < count) {
        *ret_wildcard = true;
        ret_name[used++] = 1;
        ret_name[used++] = '*';
        count = wire_name_label_count(owner) - 1;
        for (; count > labels; count--)
            owner = wire_name_parent(owner);
    }
    size_t size = wire_name_size(owner);
    wire_name_lower(ret_name + used, owner, size);
    return used + size;
}

static void reserve(struct dnssec_verifier *verifier, size_t size)
{
    if (verifier->capacity >= size)
        return;
    free(verifier->octets);
    verifier->octets = td_malloc(size);
    verifier->capacity = size;
}

/* Lay out what was signed (4034 3.1.8.1); returns its size. */
static size_t lay_out(struct dnssec_verifier *verifier, const uint8_t *name, size_t name_size,
                      const struct wire_rrset *set, const struct wire_rdata *rrsig_data,
                      const struct dnssec_rrsig *rrsig)
{
    size_t head_size = rrsig_data->size - rrsig->signer_size - rrsig->signature_size;

    dnssec_canon_sort(&verifier->canon, set);
    reserve(verifier, head_size + rrsig->signer_size + set->size +
                          verifier->canon.count * (name_size + DNSSEC_CANON_HEAD_SIZE));
    uint8_t *at = verifier->octets;
    memcpy(at, rrsig_data->octets, head_size);
    wire_name_lower(at + head_size, rrsig->signer, rrsig->signer_size);
    at += head_size + rrsig->signer_size;
    for (size_t i = 0; i < verifier->canon.count; i++) {
        const struct wire_rdata *row = &verifier->canon.rows[i];
        memcpy(at, name, name_size);
        dnssec_canon_head(set->type, rrsig->original_ttl, row->size, at + name_size);
        at += name_size + DNSSEC_CANON_HEAD_SIZE;
        if (row->size != 0)
            memcpy(at, row->octets, row->size);
        at += row->size;
    }
    return (size_t)(at - verifier->octets);
}

enum dnssec_verdict dnssec_verify(struct dnssec_verifier *verifier, struct dnssec_key *key,
                                  const uint8_t *owner, const struct wire_rrset *set,
                                  struct wire_rdata rrsig_data, uint32_t now, bool *ret_wildcard)
{
    struct dnssec_rrsig rrsig;
    uint8_t name[WIRE_NAME_SIZE_MAX + 2];
    bool is_wildcard;

    if (dnssec_rrsig_read(rrsig_data.octets, rrsig_data.size, &rrsig) != TD_OK)
        return DNSSEC_VERDICT_MALFORMED;
    enum dnssec_verdict verdict = check_fields(key, owner, set, &rrsig, now);
    if (verdict != DNSSEC_VERDICT_GOOD)
        return verdict;

    size_t name_size = signed_name(owner, rrsig.labels, name, &is_wildcard);
    size_t size = lay_out(verifier, name, name_size, set, &rrsig_data, &rrsig);
    if (crypto_verify(key->crypto, verifier->octets, size, rrsig.signature, rrsig.signature_size) !=
        TD_OK)
        return DNSSEC_VERDICT_BAD;
    if (ret_wildcard != NULL)
        *ret_wildcard = is_wildcard;
    return DNSSEC_VERDICT_GOOD;
}
