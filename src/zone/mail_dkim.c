/* DKIM keys (RFC 6376 3.6.1, RFC 8301, RFC 8463). */
#include <string.h>

#include "base/basen.h"
#include "zone/mail.h"

enum {
    ED25519_SIZE = 32,
    RSA_BITS_REFUSED = 1024, /* RFC 8301 3.2 */
    RSA_BITS_ASKED = 2048,
    KEY_TEXT_MAX = (MAIL_DKIM_KEY_SIZE_MAX + 2) / 3 * 4,
};

/* ---- DER ---- */

struct der {
    const uint8_t *at;
    size_t size;
};

enum {
    DER_INTEGER = 0x02,
    DER_BIT_STRING = 0x03,
    DER_OBJECT = 0x06,
    DER_SEQUENCE = 0x30,
};

/* Take the value with this tag from the front. */
static td_err der_take(struct der *der, uint8_t tag, struct der *ret_value)
{
    size_t head = 2;

    if (der->size < 2 || der->at[0] != tag)
        return TD_E_MALFORMED;
    size_t size = der->at[1];
    if (size & 0x80) {
        unsigned count = size & 0x7F;
        if (count == 0 || count > 3 || der->size < 2u + count)
            return TD_E_MALFORMED;
        size = 0;
        for (unsigned i = 0; i < count; i++)
            size = size << 8 | der->at[2 + i];
        head += count;
    }
    if (size > der->size - head)
        return TD_E_MALFORMED;
    *ret_value = (struct der){ .at = der->at + head, .size = size };
    der->at += head + size;
    der->size -= head + size;
    return TD_OK;
}

/* RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER } */
static td_err read_rsa(struct der key, uint32_t *ret_bits)
{
    struct der modulus, exponent;

    if (der_take(&key, DER_INTEGER, &modulus) != TD_OK ||
        der_take(&key, DER_INTEGER, &exponent) != TD_OK)
        return TD_E_MALFORMED;
    while (modulus.size != 0 && modulus.at[0] == 0) {
        modulus.at++;
        modulus.size--;
    }
    if (modulus.size == 0 || exponent.size == 0)
        return TD_E_MALFORMED;
    *ret_bits = (uint32_t)(modulus.size * 8) - ((uint32_t)__builtin_clz(modulus.at[0]) - 24);
    return TD_OK;
}

/* SubjectPublicKeyInfo ::= SEQUENCE { SEQUENCE { OBJECT, ... }, BIT STRING } */
static td_err read_spki(struct der spki, uint32_t *ret_bits)
{
    static const uint8_t rsa[] = { 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01 };
    struct der algorithm, object, bits, key;

    if (der_take(&spki, DER_SEQUENCE, &algorithm) != TD_OK ||
        der_take(&algorithm, DER_OBJECT, &object) != TD_OK)
        return TD_E_MALFORMED;
    if (object.size != sizeof(rsa) || memcmp(object.at, rsa, sizeof(rsa)) != 0)
        return TD_E_UNSUPPORTED;
    if (der_take(&spki, DER_BIT_STRING, &bits) != TD_OK || bits.size < 2 || bits.at[0] != 0)
        return TD_E_MALFORMED;
    bits.at++;
    bits.size--;
    if (der_take(&bits, DER_SEQUENCE, &key) != TD_OK)
        return TD_E_MALFORMED;
    return read_rsa(key, ret_bits);
}

td_err mail_rsa_bits(const uint8_t *der, size_t size, uint32_t *ret_bits)
{
    struct der outer = { .at = der, .size = size };
    struct der inner;

    if (der_take(&outer, DER_SEQUENCE, &inner) != TD_OK || outer.size != 0)
        return TD_E_MALFORMED;
    if (inner.size != 0 && inner.at[0] == DER_INTEGER)
        return read_rsa(inner, ret_bits);
    return read_spki(inner, ret_bits);
}

/* ---- the record ---- */

struct dkim {
    const struct mail_sink *sink;
    struct mail_text key; /* p= */
    bool has_key;
    bool is_ed25519;
    bool is_unknown_kind;
};

static void tell(const struct mail_sink *sink, enum mail_fault fault, const char *why,
                 struct mail_text about)
{
    sink->report(sink->context, fault, why, about);
}

/* Is `want` one of the items, which stand between colons? */
static bool list_has(struct mail_text list, const char *want)
{
    for (size_t from = 0; from <= list.size;) {
        size_t to = from;
        while (to < list.size && list.at[to] != ':')
            to++;
        struct mail_text item = { .at = list.at + from, .size = to - from };
        while (item.size != 0 && item.at[0] == ' ') {
            item.at++;
            item.size--;
        }
        while (item.size != 0 && item.at[item.size - 1] == ' ')
            item.size--;
        if (mail_text_is(item, want))
            return true;
        from = to + 1;
    }
    return false;
}

/* base64 may be folded: blanks do not count. Returns the size, SIZE_MAX when it is too long. */
static size_t unfold(struct mail_text text, char *out, size_t out_size)
{
    size_t size = 0;

    for (size_t i = 0; i < text.size; i++) {
        if (text.at[i] == ' ' || text.at[i] == '\t' || text.at[i] == '\r' || text.at[i] == '\n')
            continue;
        if (size == out_size)
            return SIZE_MAX;
        out[size++] = text.at[i];
    }
    return size;
}

static void check_rsa(const struct mail_sink *sink, const uint8_t *octets, size_t size)
{
    const struct mail_text nothing = { .at = "", .size = 0 };
    uint32_t bits;
    td_err err = mail_rsa_bits(octets, size, &bits);

    if (err == TD_E_UNSUPPORTED)
        tell(sink, MAIL_FAULT_KEY, "p= holds a key that is not RSA", nothing);
    else if (err != TD_OK)
        tell(sink, MAIL_FAULT_KEY, "p= holds no RSA key", nothing);
    else if (bits < RSA_BITS_REFUSED)
        tell(sink, MAIL_FAULT_SHORT, "less than 1024 bits: verifiers refuse it", nothing);
    else if (bits < RSA_BITS_ASKED)
        tell(sink, MAIL_FAULT_SHORT, "less than 2048 bits", nothing);
}

static void check_key(const struct dkim *dkim)
{
    char text[KEY_TEXT_MAX];
    uint8_t octets[MAIL_DKIM_KEY_SIZE_MAX];
    size_t size = unfold(dkim->key, text, sizeof(text));
    const struct mail_text nothing = { .at = "", .size = 0 };

    if (dkim->is_unknown_kind)
        return;
    if (size == 0) {
        tell(dkim->sink, MAIL_FAULT_REVOKED, "p= is empty", nothing);
        return;
    }
    if (size == SIZE_MAX || td_base64_decode(text, size, octets, sizeof(octets), &size) != TD_OK) {
        tell(dkim->sink, MAIL_FAULT_KEY, "p= is no base64", nothing);
        return;
    }
    if (!dkim->is_ed25519)
        check_rsa(dkim->sink, octets, size);
    else if (size != ED25519_SIZE)
        tell(dkim->sink, MAIL_FAULT_KEY, "an Ed25519 key has 32 octets", nothing);
}

static void take_tag(struct dkim *dkim, const struct mail_tag *tag)
{
    if (mail_text_is(tag->name, "v")) {
        if (tag->number != 0)
            tell(dkim->sink, MAIL_FAULT_SYNTAX, "v= must come first", tag->name);
        if (tag->value.size != 5 || memcmp(tag->value.at, "DKIM1", 5) != 0)
            tell(dkim->sink, MAIL_FAULT_SYNTAX, "the version must be DKIM1", tag->value);
    } else if (mail_text_is(tag->name, "p")) {
        if (dkim->has_key)
            tell(dkim->sink, MAIL_FAULT_SYNTAX, "p= stands there twice", tag->name);
        dkim->has_key = true;
        dkim->key = tag->value;
    } else if (mail_text_is(tag->name, "k")) {
        dkim->is_ed25519 = mail_text_is(tag->value, "ed25519");
        dkim->is_unknown_kind = !dkim->is_ed25519 && !mail_text_is(tag->value, "rsa");
        if (dkim->is_unknown_kind)
            tell(dkim->sink, MAIL_FAULT_KEY, "k= is neither rsa nor ed25519", tag->value);
    } else if (mail_text_is(tag->name, "h")) {
        if (!list_has(tag->value, "sha256"))
            tell(dkim->sink, MAIL_FAULT_KEY, "h= leaves no hash that is in use", tag->value);
    } else if (mail_text_is(tag->name, "s")) {
        if (!list_has(tag->value, "*") && !list_has(tag->value, "email"))
            tell(dkim->sink, MAIL_FAULT_TAG, "s= leaves out mail", tag->value);
    } else if (mail_text_is(tag->name, "t")) {
        if (list_has(tag->value, "y"))
            tell(dkim->sink, MAIL_FAULT_TAG, "t=y: only a test", tag->value);
    } else if (!mail_text_is(tag->name, "n")) {
        tell(dkim->sink, MAIL_FAULT_TAG, "an unknown tag", tag->name);
    }
}

void mail_dkim_check(struct mail_text text, const struct mail_sink *sink)
{
    struct mail_tags tags = mail_tags_of(text);
    struct dkim dkim = { .sink = sink };
    struct mail_tag tag;
    td_err err;

    while ((err = mail_tags_next(&tags, &tag)) != TD_E_NOT_FOUND) {
        if (err == TD_OK)
            take_tag(&dkim, &tag);
        else
            tell(sink, MAIL_FAULT_SYNTAX, "this is no name=value", tag.name);
    }
    if (dkim.has_key)
        check_key(&dkim);
    else
        tell(sink, MAIL_FAULT_SYNTAX, "there is no p=", (struct mail_text){ .at = "", .size = 0 });
}
