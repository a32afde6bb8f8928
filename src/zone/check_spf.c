/*
 * SPF: each term, then the look-ups that it leads to as far as this zone answers them.
 *
 * Included records of the zone are followed to count look-ups; what is wrong in them is told
 * when the walk comes to their own names.
 */
#include "zone/check_spf.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "wire/key.h"
#include "wire/rrtype.h"

enum {
    DEPTH_MAX = 12,
    COUNTED_MAX = 64, /* where counting ends: it is too many anyway */
    ALIASES_MAX = 8,
    LARGE_SIZE = 450, /* RFC 7208 3.4 */
    HOSTS_MAX = 10,   /* names of an MX set, 4.6.4 */
    DOMAIN_SIZE_MAX = 254,
    RECORDS_MAX = 64, /* TXT records of a name among which SPF is looked for */
    PREFIX_SIZE = 64, /* octets of record data in which the version must stand */
};

struct spf {
    struct check_run *run;
    const struct zone_node *node; /* whose record it is */
    const struct wire_rdata *rdata;
    unsigned lookups;
    unsigned depth;
    bool is_told; /* of a loop */
    const struct zone_node *stack[DEPTH_MAX];
};

const char *check_text_show(struct mail_text text, char *out, size_t size)
{
    size_t shown = text.size < size - 1 ? text.size : size - 1;

    for (size_t i = 0; i < shown; i++)
        out[i] = (char)(text.at[i] >= 0x20 && text.at[i] <= 0x7E ? text.at[i] : '.');
    out[shown] = '\0';
    if (shown < text.size && size > 4)
        memcpy(out + size - 4, "...", 4);
    return out;
}

static void tell(const struct spf *spf, enum zone_check_id id, const struct mail_spf_term *term,
                 const char *why)
{
    char shown[80];

    check_say(spf->run, id, spf->node, WIRE_TYPE_TXT, spf->rdata, "%s%s%s",
              check_text_show(term->text, shown, sizeof(shown)), why[0] == '\0' ? "" : ": ", why);
}

/* ---- look-ups in the zone ---- */

enum spf_answer {
    SPF_UNKNOWN, /* not for this zone to answer */
    SPF_NOTHING,
    SPF_SOMETHING,
};

/* The node that answers for a name, aliases followed; NULL with SPF_UNKNOWN or SPF_NOTHING. */
static enum spf_answer find_name(const struct check_run *run, const uint8_t *name,
                                 const struct zone_node **ret_node)
{
    struct wire_rdata target = { name, (uint16_t)wire_name_size(name) };

    *ret_node = NULL;
    for (unsigned i = 0; i < ALIASES_MAX; i++) {
        struct wire_key key;
        struct zone_found found;
        if (!check_is_inside(run, target.octets, target.size))
            return SPF_UNKNOWN;
        wire_key_make(&key, zone_version_seed(run->version), target.octets);
        zone_find(run->version, &key, &found);
        if (found.cover != NULL)
            return SPF_UNKNOWN;
        const struct zone_node *node = found.node;
        if (node == NULL)
            node = zone_find_wildcard(run->version, &key, found.encloser_label);
        if (node == NULL)
            return SPF_NOTHING;
        const struct wire_rrset *cname = zone_node_set(run->version, node, WIRE_TYPE_CNAME);
        if (cname == NULL) {
            *ret_node = node;
            return SPF_SOMETHING;
        }
        target = wire_rrset_first(cname);
    }
    return SPF_UNKNOWN;
}

/*
 * The node that a term of the record at `owner` asks about. Not inlined: its keys and names would
 * stand on the stack of each record that is followed.
 */
static TD_COLD enum spf_answer find_domain(const struct check_run *run,
                                           const struct zone_node *owner,
                                           const struct mail_spf_term *term,
                                           const struct zone_node **ret_node)
{
    char text[DOMAIN_SIZE_MAX + 1];
    struct wire_name name;

    *ret_node = owner;
    if (term->domain.size == 0)
        return SPF_SOMETHING;
    *ret_node = NULL;
    if (term->has_macro || term->domain.size > DOMAIN_SIZE_MAX)
        return SPF_UNKNOWN;
    memcpy(text, term->domain.at, term->domain.size);
    text[term->domain.size] = '\0';
    if (wire_name_from_text(text, &name) != TD_OK)
        return SPF_NOTHING;
    return find_name(run, name.octets, ret_node);
}

static bool has_type(const struct check_run *run, const struct zone_node *node, uint16_t type)
{
    return zone_node_set(run->version, node, type) != NULL;
}

/* What is wrong with what a, mx or exists ask for, or NULL. */
static const char *fault_of(const struct check_run *run, const struct zone_node *owner,
                            const struct mail_spf_term *term)
{
    const struct zone_node *node;
    enum spf_answer answer = find_domain(run, owner, term, &node);

    if (answer == SPF_UNKNOWN)
        return NULL;
    if (answer == SPF_NOTHING)
        return "there is no such name";
    const struct wire_rrset *mx = zone_node_set(run->version, node, WIRE_TYPE_MX);
    switch (term->kind) {
    case MAIL_SPF_MX:
        if (mx == NULL)
            return "it has no MX record";
        return mx->count > HOSTS_MAX ? "it has more than 10 MX records" : NULL;
    case MAIL_SPF_EXISTS:
        return has_type(run, node, WIRE_TYPE_A) ? NULL : "it has no A record";
    default:
        return has_type(run, node, WIRE_TYPE_A) || has_type(run, node, WIRE_TYPE_AAAA)
                   ? NULL
                   : "it has no address";
    }
}

/* ---- counting ---- */

static void count_terms(struct spf *spf, const struct zone_node *node, struct mail_text text,
                        const struct mail_spf_term *outer);

static bool begins_as_spf(const struct wire_rdata *rdata)
{
    char prefix[PREFIX_SIZE];
    size_t size = rdata->size < PREFIX_SIZE ? rdata->size : PREFIX_SIZE;

    return mail_spf_is((struct mail_text){ prefix, mail_text_join(rdata->octets, size, prefix) });
}

/* The SPF record of a node, in memory of the caller's to free; NULL: there is none. */
static char *read_spf(const struct check_run *run, const struct zone_node *node,
                      struct mail_text *ret_text)
{
    const struct wire_rrset *set = zone_node_set(run->version, node, WIRE_TYPE_TXT);
    size_t at = 0;

    for (unsigned i = 0; set != NULL && at < set->size && i < RECORDS_MAX; i++) {
        struct wire_rdata rdata = wire_rrset_rdata(set, &at);
        if (!begins_as_spf(&rdata))
            continue;
        char *octets = td_malloc(rdata.size);
        *ret_text = (struct mail_text){ octets, mail_text_join(rdata.octets, rdata.size, octets) };
        return octets;
    }
    return NULL;
}

/* include and redirect: whether there is a record, and the look-ups that it needs. */
static void follow(struct spf *spf, const struct zone_node *node, const struct mail_spf_term *term,
                   const struct mail_spf_term *outer)
{
    const struct zone_node *target;
    struct mail_text text;
    enum spf_answer answer = find_domain(spf->run, node, term, &target);

    if (answer == SPF_UNKNOWN)
        return;
    char *octets = answer == SPF_NOTHING ? NULL : read_spf(spf->run, target, &text);
    if (octets == NULL) {
        if (spf->depth == 1)
            tell(spf, ZONE_CHECK_SPF_TARGET, term, "there is no SPF record");
        return;
    }
    for (unsigned i = 0; i < spf->depth; i++) {
        if (spf->stack[i] != target)
            continue;
        if (!spf->is_told)
            tell(spf, ZONE_CHECK_SPF_LOOP, outer, "");
        spf->is_told = true;
        free(octets);
        return;
    }
    if (spf->depth < DEPTH_MAX)
        count_terms(spf, target, text, outer);
    free(octets);
}

/* Bounded: COUNTED_MAX look-ups, DEPTH_MAX records inside one another, spf_left for the zone. */
static void count_terms(struct spf *spf, const struct zone_node *node, struct mail_text text,
                        const struct mail_spf_term *outer)
{
    struct mail_spf walk = mail_spf_of(text);
    struct mail_spf_term term;
    const char *why;
    td_err err;

    spf->stack[spf->depth++] = node;
    while ((err = mail_spf_next(&walk, &term, &why)) != TD_E_NOT_FOUND) {
        if (err != TD_OK || !mail_spf_is_lookup(&term))
            continue;
        if (++spf->lookups > COUNTED_MAX)
            break;
        if ((term.kind != MAIL_SPF_INCLUDE && term.kind != MAIL_SPF_REDIRECT) ||
            spf->run->spf_left == 0)
            continue;
        spf->run->spf_left--;
        follow(spf, node, &term, outer == NULL ? &term : outer);
    }
    spf->depth--;
}

/* ---- the terms of the record itself ---- */

struct seen {
    bool has_all;
    bool has_redirect;
    bool has_fault;
};

static void check_term(struct spf *spf, const struct mail_spf_term *term, struct seen *seen)
{
    const char *fault;

    if (seen->has_all && term->kind < MAIL_SPF_REDIRECT)
        tell(spf, ZONE_CHECK_SPF_IGNORED, term, "behind all");
    switch (term->kind) {
    case MAIL_SPF_ALL:
        seen->has_all = true;
        if (term->qualifier == '+')
            tell(spf, ZONE_CHECK_SPF_ALL_PLUS, term, "");
        break;
    case MAIL_SPF_PTR:
        tell(spf, ZONE_CHECK_SPF_PTR, term, "");
        break;
    case MAIL_SPF_A:
    case MAIL_SPF_MX:
    case MAIL_SPF_EXISTS:
        fault = fault_of(spf->run, spf->node, term);
        if (fault != NULL)
            tell(spf, ZONE_CHECK_SPF_TARGET, term, fault);
        break;
    case MAIL_SPF_REDIRECT:
        seen->has_redirect = true;
        break;
    default:
        break;
    }
}

static void check_terms(struct spf *spf, struct mail_text text, struct seen *seen)
{
    struct mail_spf walk = mail_spf_of(text);
    struct mail_spf_term term;
    const char *why;
    td_err err;

    while ((err = mail_spf_next(&walk, &term, &why)) != TD_E_NOT_FOUND) {
        if (err == TD_OK) {
            check_term(spf, &term, seen);
        } else {
            seen->has_fault = true;
            tell(spf, ZONE_CHECK_SPF_SYNTAX, &term, why);
        }
    }
}

void check_spf(struct check_run *run, const struct zone_node *node, const struct wire_rdata *rdata,
               struct mail_text text)
{
    struct spf spf = { .run = run, .node = node, .rdata = rdata };
    struct seen seen = { .has_all = false };

    check_terms(&spf, text, &seen);
    count_terms(&spf, node, text, NULL);
    if (spf.lookups > MAIL_SPF_LOOKUPS_MAX)
        check_say(run, ZONE_CHECK_SPF_LOOKUPS, node, WIRE_TYPE_TXT, rdata, "%u%s", spf.lookups,
                  spf.lookups > COUNTED_MAX ? " and more" : "");
    if (seen.has_all && seen.has_redirect)
        check_say(run, ZONE_CHECK_SPF_IGNORED, node, WIRE_TYPE_TXT, rdata, "redirect beside all");
    if (!seen.has_all && !seen.has_redirect && !seen.has_fault)
        check_tell(run, ZONE_CHECK_SPF_ALL_MISSING, node, WIRE_TYPE_TXT, rdata);
    if (text.size > LARGE_SIZE)
        check_say(run, ZONE_CHECK_SPF_LARGE, node, WIRE_TYPE_TXT, rdata, "%zu octets", text.size);
}
