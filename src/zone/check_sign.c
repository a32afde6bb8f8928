/* Signatures: there where they belong, fit for their sets, in time; and good, when asked for. */
#include <stdlib.h>

#include "base/alloc.h"
#include "dnssec/verify.h"
#include "wire/rrtype.h"
#include "zone/check_run.h"

struct check_verify {
    struct dnssec_verifier verifier;
    struct dnssec_key *keys[CHECK_KEYS_MAX]; /* NULL: not to be used */
    uint32_t left;                           /* signatures that may be verified */
};

void check_verify_start(struct check_run *run)
{
    if (run->options->signatures_max == 0 || run->key_count == 0)
        return;
    run->verify = td_calloc(1, sizeof(*run->verify));
    run->verify->left = run->options->signatures_max;
    for (unsigned i = 0; i < run->key_count; i++) {
        const struct wire_rdata *rdata = &run->keys[i].rdata;
        td_err err =
            dnssec_key_new(run->apex_name, rdata->octets, rdata->size, &run->verify->keys[i]);
        if (err != TD_OK)
            run->verify->keys[i] = NULL; /* an algorithm that is not verified here */
    }
}

void check_verify_finish(struct check_run *run)
{
    if (run->verify == NULL)
        return;
    for (unsigned i = 0; i < run->key_count; i++)
        dnssec_key_free(run->verify->keys[i]);
    dnssec_verifier_fini(&run->verify->verifier);
    free(run->verify);
}

/* Verify with each key that it may have been made with: tags may clash. */
static void verify(struct check_run *run, const struct zone_node *node,
                   const struct wire_rrset *set, const struct wire_rdata *rdata,
                   const struct dnssec_rrsig *rrsig)
{
    struct check_verify *state = run->verify;
    struct wire_name owner;
    bool is_bad = false;

    zone_node_name(run->version, node, &owner);
    for (unsigned i = 0; i < run->key_count && state->left > 0; i++) {
        if (state->keys[i] == NULL || run->keys[i].tag != rrsig->key_tag ||
            run->keys[i].algorithm != rrsig->algorithm)
            continue;
        state->left--;
        /* Whether it is in time is another check: here the time is right. */
        enum dnssec_verdict verdict = dnssec_verify(&state->verifier, state->keys[i], owner.octets,
                                                    set, *rdata, rrsig->inception, NULL);
        if (verdict == DNSSEC_VERDICT_GOOD)
            return;
        is_bad |= verdict == DNSSEC_VERDICT_BAD || verdict == DNSSEC_VERDICT_MALFORMED;
    }
    if (is_bad) {
        char mnemonic[WIRE_RRTYPE_MNEMONIC_SIZE];
        check_say(run, ZONE_CHECK_RRSIG_BOGUS, node, WIRE_TYPE_RRSIG, rdata, "%s, key %u",
                  wire_rrtype_format(set->type, mnemonic), rrsig->key_tag);
    }
}

/* ---- one signature ---- */

static void check_time(struct check_run *run, const struct zone_node *node,
                       const struct wire_rdata *rdata, const struct dnssec_rrsig *rrsig)
{
    uint32_t now = (uint32_t)run->options->now_s;
    uint32_t left = rrsig->expiration - now;
    char mnemonic[WIRE_RRTYPE_MNEMONIC_SIZE];

    if (run->options->now_s == 0)
        return;
    wire_rrtype_format(rrsig->covered, mnemonic);
    switch (dnssec_rrsig_period(rrsig, now)) {
    case DNSSEC_PERIOD_EXPIRED:
        check_say(run, ZONE_CHECK_RRSIG_EXPIRED, node, WIRE_TYPE_RRSIG, rdata, "%s, %u hours ago",
                  mnemonic, (now - rrsig->expiration) / 3600);
        break;
    case DNSSEC_PERIOD_FUTURE:
        check_say(run, ZONE_CHECK_RRSIG_FUTURE, node, WIRE_TYPE_RRSIG, rdata, "%s, in %u hours",
                  mnemonic, (rrsig->inception - now) / 3600);
        break;
    case DNSSEC_PERIOD_CURRENT:
        if (left < run->options->expiry_soon_s)
            check_say(run, ZONE_CHECK_RRSIG_SOON, node, WIRE_TYPE_RRSIG, rdata, "%s, in %u hours",
                      mnemonic, left / 3600);
        break;
    }
}

/* What is wrong with the fields, or NULL. */
static const char *fault_of(const struct check_run *run, const struct zone_node *node,
                            const struct wire_rrset *set, const struct dnssec_rrsig *rrsig)
{
    unsigned labels = node->label_count + zone_version_label_count(run->version);

    if (node->labels_size >= 2 && wire_name_is_wildcard(node->labels))
        labels--;
    if (!wire_name_equal(rrsig->signer, rrsig->signer_size, run->apex_name, run->apex_size))
        return "another signer";
    if (rrsig->labels != labels)
        return "a wrong number of labels";
    if (rrsig->original_ttl != set->ttl)
        return "another TTL";
    return NULL;
}

static bool has_key(const struct check_run *run, const struct dnssec_rrsig *rrsig)
{
    for (unsigned i = 0; i < run->key_count; i++)
        if (run->keys[i].tag == rrsig->key_tag && run->keys[i].algorithm == rrsig->algorithm)
            return true;
    return run->key_count == CHECK_KEYS_MAX;
}

static void check_signature(struct check_run *run, const struct zone_node *node,
                            const struct wire_rrset *set, const struct wire_rdata *rdata)
{
    struct dnssec_rrsig rrsig;
    char mnemonic[WIRE_RRTYPE_MNEMONIC_SIZE];

    if (dnssec_rrsig_read(rdata->octets, rdata->size, &rrsig) != TD_OK)
        return;
    check_time(run, node, rdata, &rrsig);
    const char *fault = fault_of(run, node, set, &rrsig);
    if (fault != NULL)
        check_say(run, ZONE_CHECK_RRSIG_FIELDS, node, WIRE_TYPE_RRSIG, rdata, "%s: %s",
                  wire_rrtype_format(set->type, mnemonic), fault);
    else if (!has_key(run, &rrsig))
        check_say(run, ZONE_CHECK_RRSIG_KEY, node, WIRE_TYPE_RRSIG, rdata,
                  "%s, key %u, algorithm %u", wire_rrtype_format(set->type, mnemonic),
                  rrsig.key_tag, rrsig.algorithm);
    else if (run->verify != NULL)
        verify(run, node, set, rdata, &rrsig);
}

/* ---- the sets of a name ---- */

/* At a delegation only what is the parent's own is signed (RFC 4035 2.2). */
static bool is_signed_here(const struct zone_node *node, uint16_t type)
{
    if (!(node->flags & ZONE_NODE_DELEGATION))
        return true;
    return type == WIRE_TYPE_NSEC || (wire_rrtype_get(type)->flags & WIRE_RRTYPE_AT_PARENT) != 0;
}

static void check_signature_set(struct check_run *run, const struct zone_node *node,
                                const struct wire_rrset *set, const struct wire_rrset *rrsigs)
{
    uint16_t covered = wire_rrset_covered(rrsigs);
    struct wire_rdata first = wire_rrset_first(rrsigs);
    char mnemonic[WIRE_RRTYPE_MNEMONIC_SIZE];

    wire_rrtype_format(covered, mnemonic);
    if (set == NULL || set->type != covered) {
        check_say(run, ZONE_CHECK_RRSIG_ORPHAN, node, WIRE_TYPE_RRSIG, &first, "%s", mnemonic);
        return;
    }
    if (!is_signed_here(node, covered)) {
        check_say(run, ZONE_CHECK_RRSIG_CUT, node, WIRE_TYPE_RRSIG, &first, "%s", mnemonic);
        return;
    }
    for (size_t at = 0; at < rrsigs->size;) {
        struct wire_rdata rdata = wire_rrset_rdata(rrsigs, &at);
        check_signature(run, node, set, &rdata);
    }
}

static void check_unsigned(struct check_run *run, const struct zone_node *node,
                           const struct wire_rrset *set)
{
    char mnemonic[WIRE_RRTYPE_MNEMONIC_SIZE];

    /* A DNSKEY set without signature is told once, and more gently: see zone/check_keys.c. */
    if (!is_signed_here(node, set->type) || set->type == WIRE_TYPE_DNSKEY)
        return;
    if (zone_node_signature(run->version, node, set) == NULL)
        check_say(run, ZONE_CHECK_RRSIG_MISSING, node, set->type, NULL, "%s",
                  wire_rrtype_format(set->type, mnemonic));
}

void check_signatures(struct check_run *run, const struct zone_node *node)
{
    const struct wire_rrset *set = zone_node_sets(run->version, node);
    const struct wire_rrset *before = NULL;

    if (run->key_count == 0) {
        if (run->result->counts[ZONE_CHECK_RRSIG_UNSIGNED] == 0)
            check_tell(run, ZONE_CHECK_RRSIG_UNSIGNED, node, WIRE_TYPE_RRSIG, NULL);
        return;
    }
    for (unsigned i = 0; i < node->set_count; i++, set = wire_rrset_next(set)) {
        if (set->type == WIRE_TYPE_RRSIG)
            check_signature_set(run, node, before, set);
        else if (run->is_signed)
            check_unsigned(run, node, set);
        before = set;
    }
}
