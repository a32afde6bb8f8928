/*
 * Goal    RFC 7208 12, RFC 6376 3.2 and keys in DER are read as the grammars say: what is good
 *         passes, each way to be wrong is named.
 * Method  tables; each text ends where its memory ends, so that a sanitizer sees one octet too far.
 */
#include "test.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/basen.h"
#include "zone/mail.h"

/* A copy without a final 0. */
static struct mail_text text_of(const char *text)
{
    size_t size = strlen(text);

    return (struct mail_text){ .at = size == 0 ? td_malloc(1) : td_memdup(text, size),
                               .size = size };
}

static void text_free(struct mail_text text)
{
    free((void *)(uintptr_t)text.at);
}

TEST(strings_are_joined)
{
    char out[16];

    CHECK_EQ(mail_text_join((const uint8_t *)"\3abc\0\2de", 8, out), 5);
    CHECK_BYTES(out, 5, "abcde", 5);
    CHECK_EQ(mail_text_join((const uint8_t *)"\5ab", 3, out), 2);
    CHECK_EQ(mail_text_join((const uint8_t *)"", 0, out), 0);
    CHECK_EQ(mail_text_join((const uint8_t *)"\1", 1, out), 0);
}

TEST(spf_is_told_by_its_version)
{
    static const struct {
        const char *text;
        bool is_spf;
    } rows[] = {
        { "v=spf1", true },   { "v=spf1 ", true },       { "V=SPF1 -all", true },
        { "v=spf10", false }, { "v=spf1\t-all", false }, { "v=spf", false },
        { "", false },        { " v=spf1", false },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct mail_text text = text_of(rows[i].text);
        CHECK_EQ_WHY(mail_spf_is(text), rows[i].is_spf, rows[i].text);
        text_free(text);
    }
}

TEST(spf_terms)
{
    static const struct {
        const char *term;
        int kind; /* -1: malformed */
        const char *domain;
        char qualifier;
        bool has_macro;
    } rows[] = {
        { "all", MAIL_SPF_ALL, "", '+', false },
        { "-ALL", MAIL_SPF_ALL, "", '-', false },
        { "~all", MAIL_SPF_ALL, "", '~', false },
        { "?all", MAIL_SPF_ALL, "", '?', false },
        { "all:x.y", -1, "", 0, false },
        { "include:a.b", MAIL_SPF_INCLUDE, "a.b", '+', false },
        { "include:a.b.", MAIL_SPF_INCLUDE, "a.b.", '+', false },
        { "include:_spf.a.b", MAIL_SPF_INCLUDE, "_spf.a.b", '+', false },
        { "include", -1, "", 0, false },
        { "include:", -1, "", 0, false },
        { "include:a", -1, "", 0, false },
        { "include:a..b", MAIL_SPF_INCLUDE, "a..b", '+', false }, /* the look-up fails */
        { "include:a.b_", -1, "", 0, false },
        { "include:192.0.2.1", -1, "", 0, false },
        { "include:a.1-2", MAIL_SPF_INCLUDE, "a.1-2", '+', false },
        { "include:%{d}", MAIL_SPF_INCLUDE, "%{d}", '+', true },
        { "include:%{d2r}.a.b", MAIL_SPF_INCLUDE, "%{d2r}.a.b", '+', true },
        { "include:%{l1r+-}._spf.%{d2}", MAIL_SPF_INCLUDE, "%{l1r+-}._spf.%{d2}", '+', true },
        { "include:%{z}.a.b", -1, "", 0, false },
        { "include:%{d.a.b", -1, "", 0, false },
        { "include:%", -1, "", 0, false },
        { "include:%{", -1, "", 0, false },
        { "include:%x.a.b", -1, "", 0, false },
        { "include:%%.a.b", MAIL_SPF_INCLUDE, "%%.a.b", '+', true },
        { "include:a.%%", -1, "", 0, false },
        { "include:a\\b.c", MAIL_SPF_INCLUDE, "a\\b.c", '+', true },
        { "a", MAIL_SPF_A, "", '+', false },
        { "-a", MAIL_SPF_A, "", '-', false },
        { "a/24", MAIL_SPF_A, "", '+', false },
        { "a//64", MAIL_SPF_A, "", '+', false },
        { "a/24//64", MAIL_SPF_A, "", '+', false },
        { "a:x.y/24//64", MAIL_SPF_A, "x.y", '+', false },
        { "a:%{d/}.x.y/24", MAIL_SPF_A, "%{d/}.x.y", '+', true },
        { "a/33", -1, "", 0, false },
        { "a/024", -1, "", 0, false },
        { "a/", -1, "", 0, false },
        { "a//", -1, "", 0, false },
        { "a//129", -1, "", 0, false },
        { "a/24/64", -1, "", 0, false },
        { "a/24//", -1, "", 0, false },
        { "a:", -1, "", 0, false },
        { "a:192.0.2.1", -1, "", 0, false },
        { "ax", -1, "", 0, false },
        { "mx", MAIL_SPF_MX, "", '+', false },
        { "mx:x.y/32", MAIL_SPF_MX, "x.y", '+', false },
        { "ptr", MAIL_SPF_PTR, "", '+', false },
        { "ptr:x.y", MAIL_SPF_PTR, "x.y", '+', false },
        { "ptr/24", -1, "", 0, false },
        { "ip4:192.0.2.1", MAIL_SPF_IP4, "", '+', false },
        { "ip4:192.0.2.0/24", MAIL_SPF_IP4, "", '+', false },
        { "ip4:192.0.2.0/33", -1, "", 0, false },
        { "ip4:192.0.2", -1, "", 0, false },
        { "ip4:192.0.2.256", -1, "", 0, false },
        { "ip4:2001:db8::1", -1, "", 0, false },
        { "ip4", -1, "", 0, false },
        { "ip4:", -1, "", 0, false },
        { "ip4=192.0.2.1", MAIL_SPF_OTHER, "", '+', false }, /* a modifier that nobody knows */
        { "ip6:2001:db8::/32", MAIL_SPF_IP6, "", '+', false },
        { "ip6:2001:db8::1", MAIL_SPF_IP6, "", '+', false },
        { "ip6:2001:db8::/129", -1, "", 0, false },
        { "ip6:::ffff:192.0.2.1", MAIL_SPF_IP6, "", '+', false },
        { "ip6:2001:db8::1::2", -1, "", 0, false },
        { "ip6:1111111111111111111111111111111111111111111111111111111111111111111", -1, "", 0,
          false },
        { "exists:%{ir}.a.b", MAIL_SPF_EXISTS, "%{ir}.a.b", '+', true },
        { "exists", -1, "", 0, false },
        { "redirect=a.b", MAIL_SPF_REDIRECT, "a.b", '+', false },
        { "redirect=", -1, "", 0, false },
        { "-redirect=a.b", -1, "", 0, false },
        { "redirect:a.b", -1, "", 0, false },
        { "exp=a.b", MAIL_SPF_EXP, "a.b", '+', false },
        { "x-y_z.1=anything", MAIL_SPF_OTHER, "", '+', false },
        { "1x=a", -1, "", 0, false },
        { "=a", -1, "", 0, false },
        { "-", -1, "", 0, false },
        { "spf1", -1, "", 0, false },
        { "\xC3\xA4", -1, "", 0, false },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        char whole[200];
        struct mail_spf_term term;
        const char *why = NULL;
        snprintf(whole, sizeof(whole), "v=spf1  %s", rows[i].term);
        struct mail_text text = text_of(whole);
        struct mail_spf spf = mail_spf_of(text);
        td_err err = mail_spf_next(&spf, &term, &why);
        CHECK_BYTES(term.text.at, term.text.size, rows[i].term, strlen(rows[i].term));
        if (rows[i].kind < 0) {
            CHECK_EQ_WHY(err, TD_E_MALFORMED, rows[i].term);
            CHECK(why != NULL);
        } else {
            CHECK_EQ_WHY(err, TD_OK, rows[i].term);
            CHECK_EQ_WHY(term.kind, rows[i].kind, rows[i].term);
            CHECK_EQ_WHY(term.qualifier, rows[i].qualifier, rows[i].term);
            CHECK_EQ_WHY(term.has_macro, rows[i].has_macro, rows[i].term);
            CHECK_EQ_WHY(term.domain.size, strlen(rows[i].domain), rows[i].term);
            if (term.domain.size != 0)
                CHECK_BYTES(term.domain.at, term.domain.size, rows[i].domain,
                            strlen(rows[i].domain));
        }
        CHECK_EQ_WHY(mail_spf_next(&spf, &term, &why), TD_E_NOT_FOUND, rows[i].term);
        text_free(text);
    }
}

TEST(a_modifier_stands_once)
{
    struct mail_text text = text_of("v=spf1 redirect=a.b exp=c.d REDIRECT=e.f");
    struct mail_spf spf = mail_spf_of(text);
    struct mail_spf_term term;
    const char *why;

    CHECK_OK(mail_spf_next(&spf, &term, &why));
    CHECK(mail_spf_is_lookup(&term));
    CHECK_OK(mail_spf_next(&spf, &term, &why));
    CHECK(!mail_spf_is_lookup(&term));
    CHECK_EQ(mail_spf_next(&spf, &term, &why), TD_E_MALFORMED);
    text_free(text);
}

TEST(tags)
{
    static const struct {
        const char *text;
        const char *want; /* name=value, with a ! before what is malformed */
    } rows[] = {
        { "v=DKIM1; p=abc", "v=DKIM1|p=abc|" },
        { " v = DKIM1 ;p= a b c ; ", "v=DKIM1|p=a b c|" },
        { "v=DKIM1;", "v=DKIM1|" },
        { "p=", "p=|" },
        { "p=a=b=", "p=a=b=|" },
        { "", "" },
        { "  ", "" },
        { ";", "!|" },
        { "a=1;;b=2", "a=1|!|b=2|" },
        { "a", "!a|" },
        { "=1", "!|" },
        { "1a=1", "!1a|" },
        { "a_1=1", "a_1=1|" },
        { "a-b=1", "!a-b|" },
        { "a=\x01", "!a|" },
        { "a=\xC3\xA4", "!a|" },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct mail_text text = text_of(rows[i].text);
        struct mail_tags tags = mail_tags_of(text);
        struct mail_tag tag;
        char got[100] = "";
        unsigned number = 0;
        td_err err;
        while ((err = mail_tags_next(&tags, &tag)) != TD_E_NOT_FOUND) {
            size_t size = strlen(got);
            CHECK_EQ(tag.number, number++);
            snprintf(got + size, sizeof(got) - size, "%s%.*s%s%.*s|", err == TD_OK ? "" : "!",
                     (int)tag.name.size, tag.name.at, err == TD_OK ? "=" : "",
                     err == TD_OK ? (int)tag.value.size : 0, tag.value.at);
        }
        CHECK_STR(got, rows[i].want);
        text_free(text);
    }
}

/* ---- keys ---- */

/* A DER value around another one. */
static size_t wrap(uint8_t *out, uint8_t tag, const uint8_t *in, size_t size)
{
    size_t at = 0;

    out[at++] = tag;
    if (size >= 256) {
        out[at++] = 0x82;
        out[at++] = (uint8_t)(size >> 8);
    } else if (size >= 128) {
        out[at++] = 0x81;
    }
    out[at++] = (uint8_t)size;
    memcpy(out + at, in, size);
    return at + size;
}

/* RSAPublicKey with a modulus of so many bits. */
static size_t rsa_of(uint8_t *out, unsigned bits)
{
    uint8_t modulus[300] = { 0 };
    uint8_t inner[600];
    size_t octets = (bits + 7) / 8;
    size_t size;

    memset(modulus + 1, 0xFF, octets);
    modulus[1] = (uint8_t)(0xFF >> (octets * 8 - bits));
    size = wrap(inner, 2, modulus, octets + 1);
    size += wrap(inner + size, 2, (const uint8_t *)"\1\0\1", 3);
    return wrap(out, 0x30, inner, size);
}

/* SubjectPublicKeyInfo around it. */
static size_t spki_of(uint8_t *out, const uint8_t *key, size_t key_size, uint8_t last_of_oid)
{
    uint8_t oid[] = { 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, last_of_oid };
    uint8_t algorithm[32], bits[700], inner[900];
    size_t size = wrap(algorithm, 6, oid, sizeof(oid));

    size += wrap(algorithm + size, 5, oid, 0);
    size_t at = wrap(inner, 0x30, algorithm, size);
    bits[0] = 0;
    memcpy(bits + 1, key, key_size);
    at += wrap(inner + at, 3, bits, key_size + 1);
    return wrap(out, 0x30, inner, at);
}

TEST(rsa_keys)
{
    static const unsigned sizes[] = { 9, 512, 1023, 1024, 1025, 2048 };
    uint8_t rsa[1000], spki[1200];
    uint32_t bits;

    for (size_t i = 0; i < TD_COUNT(sizes); i++) {
        size_t size = rsa_of(rsa, sizes[i]);
        CHECK_OK(mail_rsa_bits(rsa, size, &bits));
        CHECK_EQ(bits, sizes[i]);
        size_t spki_size = spki_of(spki, rsa, size, 1);
        CHECK_OK(mail_rsa_bits(spki, spki_size, &bits));
        CHECK_EQ(bits, sizes[i]);
        CHECK_EQ(mail_rsa_bits(spki, spki_of(spki, rsa, size, 2), &bits), TD_E_UNSUPPORTED);
    }
}

TEST(a_key_cut_anywhere_is_no_key)
{
    uint8_t rsa[1000], spki[1200];
    size_t size = spki_of(spki, rsa, rsa_of(rsa, 1024), 1);
    uint32_t bits = 77;

    for (size_t cut = 0; cut < size; cut++) {
        uint8_t *exact = td_malloc(cut == 0 ? 1 : cut);
        memcpy(exact, spki, cut);
        CHECK_EQ(mail_rsa_bits(exact, cut, &bits), TD_E_MALFORMED);
        free(exact);
    }
    spki[size] = 0;
    CHECK_EQ(mail_rsa_bits(spki, size + 1, &bits), TD_E_MALFORMED);
    CHECK_EQ(mail_rsa_bits((const uint8_t *)"\x30\x80\x02\x01\x01", 5, &bits), TD_E_MALFORMED);
    CHECK_EQ(mail_rsa_bits((const uint8_t *)"\x30\x06\x02\x01\x00\x02\x01\x03", 8, &bits),
             TD_E_MALFORMED);
    CHECK_EQ(bits, 77);
}

static void count_fault(void *context, enum mail_fault fault, const char *why,
                        struct mail_text about)
{
    unsigned *counts = context;

    (void)about;
    CHECK(why != NULL);
    counts[fault]++;
}

/* A key of more octets than there is room for. */
TEST(a_key_that_is_too_long)
{
    size_t size = 5000;
    char *octets = td_malloc(size);
    unsigned counts[MAIL_FAULT_COUNT] = { 0 };
    const struct mail_sink sink = { count_fault, counts };

    memset(octets, 'A', size);
    memcpy(octets, "p=", 2);
    mail_dkim_check((struct mail_text){ octets, size }, &sink);
    CHECK_EQ(counts[MAIL_FAULT_KEY], 1);
    free(octets);
}

TESTS(strings_are_joined, spf_is_told_by_its_version, spf_terms, a_modifier_stands_once, tags,
      rsa_keys, a_key_cut_anywhere_is_no_key, a_key_that_is_too_long)
