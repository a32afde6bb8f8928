/*
 * zone/mail.h - the texts in TXT records that mail depends on, taken apart.
 *
 * Shape    A text is the strings of a TXT record joined without anything between. Parsers
 *          walk it in place; what they return points into it. They take any octets.
 * Floor    3.
 * Threads  Pure: no allocation, no look-up. (Look-ups that the zone itself can answer are in
 *          zone/check_spf.c.)
 * Limits   every parser reads its text once.
 * RFC      7208 (SPF), 6376, 8301, 8463 (DKIM), 7489 (DMARC), 8461 (MTA-STS), 8460 (TLS-RPT).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum {
    MAIL_SPF_LOOKUPS_MAX = 10,     /* RFC 7208 4.6.4 */
    MAIL_DKIM_KEY_SIZE_MAX = 2100, /* octets of a decoded key: RSA of 16,384 bits */
};

struct mail_text {
    const char *at;
    size_t size;
};

/*
 * Join the strings of TXT record data; `out` has room for `size` octets (of the record data).
 * Returns the octets written. A string that runs past the end is cut off.
 */
size_t mail_text_join(const uint8_t *rdata, size_t size, char *out);

/* Same letters, whatever their case? `want` is in lower case. */
bool mail_text_is(struct mail_text text, const char *want);

/* ---- SPF ---- */

enum mail_spf_kind {
    MAIL_SPF_ALL,
    MAIL_SPF_INCLUDE,
    MAIL_SPF_A,
    MAIL_SPF_MX,
    MAIL_SPF_PTR,
    MAIL_SPF_IP4,
    MAIL_SPF_IP6,
    MAIL_SPF_EXISTS,
    MAIL_SPF_REDIRECT, /* modifiers from here on */
    MAIL_SPF_EXP,
    MAIL_SPF_OTHER, /* a modifier that is not known: allowed */
};

struct mail_spf_term {
    struct mail_text text;   /* all of it */
    struct mail_text domain; /* size 0: none */
    bool has_macro;          /* the domain depends on the mail */
    char qualifier;          /* of mechanisms: + - ~ ? */
    uint8_t kind;            /* enum mail_spf_kind */
};

/* Does the text begin with the version section, "v=spf1" and a blank or nothing? */
bool mail_spf_is(struct mail_text text);

struct mail_spf {
    struct mail_text text;
    size_t at;
    bool has_redirect;
    bool has_exp;
};

/* The text is SPF. */
struct mail_spf mail_spf_of(struct mail_text text);

/*
 * The next term.
 *
 * TD_E_NOT_FOUND  there is none
 * TD_E_MALFORMED  it is no term; *ret_why says why, ret_term->text is what it is about; the walk
 *                 goes on with the next
 */
TD_NODISCARD td_err mail_spf_next(struct mail_spf *spf, struct mail_spf_term *ret_term,
                                  const char **ret_why);

/* Does it cost one of the ten look-ups? */
static inline bool mail_spf_is_lookup(const struct mail_spf_term *term)
{
    switch (term->kind) {
    case MAIL_SPF_INCLUDE:
    case MAIL_SPF_A:
    case MAIL_SPF_MX:
    case MAIL_SPF_PTR:
    case MAIL_SPF_EXISTS:
    case MAIL_SPF_REDIRECT:
        return true;
    default:
        return false;
    }
}

/* ---- lists of tags: name=value; name=value ---- */

struct mail_tag {
    struct mail_text name;
    struct mail_text value; /* without white space at its ends */
    unsigned number;        /* 0 is the first */
};

struct mail_tags {
    struct mail_text text;
    size_t at;
    unsigned count;
};

static inline struct mail_tags mail_tags_of(struct mail_text text)
{
    return (struct mail_tags){ .text = text };
}

/*
 * RFC 6376 3.2. The next tag.
 * TD_E_NOT_FOUND  there is none
 * TD_E_MALFORMED  no name, no "=", or an octet that is not allowed; the walk goes on behind the ";"
 */
TD_NODISCARD td_err mail_tags_next(struct mail_tags *tags, struct mail_tag *ret_tag);

/* ---- what is told about a record ---- */

/* Which check a finding belongs to; zone/check_mail.c maps them to rows. */
enum mail_fault {
    MAIL_FAULT_SYNTAX, /* receivers cannot use the record */
    MAIL_FAULT_VALUE,  /* the value of a tag is bad */
    MAIL_FAULT_KEY,    /* DKIM: the key cannot be read */
    MAIL_FAULT_SHORT,  /* DKIM: the key is short */
    MAIL_FAULT_REVOKED,
    MAIL_FAULT_TAG, /* unknown, retired or unusual */
    MAIL_FAULT_COUNT,
};

struct mail_sink {
    /* `about` is the part of the text that is meant; its size may be 0. */
    void (*report)(void *context, enum mail_fault fault, const char *why, struct mail_text about);
    void *context;
};

/* Does the text claim to be a record of that kind? (Others may stand at the same name.) */
bool mail_dmarc_is(struct mail_text text);
bool mail_mta_sts_is(struct mail_text text);
bool mail_tls_rpt_is(struct mail_text text);

/* Every fault that can be seen in the text alone. */
void mail_dkim_check(struct mail_text text, const struct mail_sink *sink);
void mail_dmarc_check(struct mail_text text, const struct mail_sink *sink);
void mail_mta_sts_check(struct mail_text text, const struct mail_sink *sink);
void mail_tls_rpt_check(struct mail_text text, const struct mail_sink *sink);
void mail_bimi_check(struct mail_text text, const struct mail_sink *sink);

/* ---- keys ---- */

/*
 * The size in bits of an RSA public key: SubjectPublicKeyInfo or RSAPublicKey in DER (RFC 6376
 * means the first and shows the second).
 * TD_E_MALFORMED    not DER of that shape
 * TD_E_UNSUPPORTED  a key of another algorithm
 */
TD_NODISCARD td_err mail_rsa_bits(const uint8_t *der, size_t size, uint32_t *ret_bits);
