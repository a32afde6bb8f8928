/* Which TXT records are SPF, DKIM, DMARC and their kin, and what is told about them. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "wire/key.h"
#include "wire/rrtype.h"
#include "zone/check_run.h"
#include "zone/check_spf.h"

enum { SPF_RECORDS_MAX = 4 }; /* of one name: more than one is wrong anyway */

/* What the place of a TXT record says that it is. */
enum purpose {
    PURPOSE_ANY, /* perhaps SPF */
    PURPOSE_DKIM,
    PURPOSE_DMARC,
    PURPOSE_MTA_STS,
    PURPOSE_TLS_RPT,
    PURPOSE_BIMI,
    PURPOSE_COUNT,
};

/* The checks that the faults of a record belong to. */
static const uint8_t checks_of[PURPOSE_COUNT][MAIL_FAULT_COUNT] = {
    [PURPOSE_DKIM] = { ZONE_CHECK_DKIM_SYNTAX, ZONE_CHECK_DKIM_SYNTAX, ZONE_CHECK_DKIM_KEY,
                       ZONE_CHECK_DKIM_SHORT, ZONE_CHECK_DKIM_REVOKED, ZONE_CHECK_DKIM_TAG },
    [PURPOSE_DMARC] = { ZONE_CHECK_DMARC_SYNTAX, ZONE_CHECK_DMARC_VALUE, ZONE_CHECK_DMARC_VALUE,
                        ZONE_CHECK_DMARC_VALUE, ZONE_CHECK_DMARC_VALUE, ZONE_CHECK_DMARC_TAG },
    [PURPOSE_MTA_STS] = { ZONE_CHECK_MTA_STS, ZONE_CHECK_MTA_STS, ZONE_CHECK_MTA_STS,
                          ZONE_CHECK_MTA_STS, ZONE_CHECK_MTA_STS, ZONE_CHECK_MTA_STS },
    [PURPOSE_TLS_RPT] = { ZONE_CHECK_TLS_RPT, ZONE_CHECK_TLS_RPT, ZONE_CHECK_TLS_RPT,
                          ZONE_CHECK_TLS_RPT, ZONE_CHECK_TLS_RPT, ZONE_CHECK_TLS_RPT },
    [PURPOSE_BIMI] = { ZONE_CHECK_BIMI, ZONE_CHECK_BIMI, ZONE_CHECK_BIMI, ZONE_CHECK_BIMI,
                       ZONE_CHECK_BIMI, ZONE_CHECK_BIMI },
};
_Static_assert(ZONE_CHECK_COUNT <= 256, "checks fit an octet");

static bool is_label(const uint8_t *label, const char *want)
{
    return mail_text_is((struct mail_text){ (const char *)label + 1, label[0] }, want);
}

static enum purpose purpose_of(const struct zone_node *node)
{
    const uint8_t *first = node->labels;

    if (node->label_count == 0)
        return PURPOSE_ANY;
    if (first[0] == 6 && is_label(first, "_dmarc"))
        return PURPOSE_DMARC;
    if (first[0] == 8 && is_label(first, "_mta-sts"))
        return PURPOSE_MTA_STS;
    for (size_t at = 1u + first[0]; at < node->labels_size; at += 1u + node->labels[at]) {
        const uint8_t *label = node->labels + at;
        if (label[0] == 10 && is_label(label, "_domainkey"))
            return PURPOSE_DKIM;
        if (label[0] == 5 && is_label(label, "_bimi"))
            return PURPOSE_BIMI;
        if (label[0] == 4 && is_label(label, "_tls") && is_label(first, "_smtp"))
            return PURPOSE_TLS_RPT;
    }
    return PURPOSE_ANY;
}

/* ---- one record ---- */

struct mail_context {
    struct check_run *run;
    const struct zone_node *node;
    const struct wire_rdata *rdata;
    enum purpose purpose;
    unsigned faults;
};

static void report_fault(void *context_pointer, enum mail_fault fault, const char *why,
                         struct mail_text about)
{
    struct mail_context *context = context_pointer;
    enum zone_check_id id = (enum zone_check_id)checks_of[context->purpose][fault];
    char shown[64];

    context->faults++;
    if (about.size == 0)
        check_say(context->run, id, context->node, WIRE_TYPE_TXT, context->rdata, "%s", why);
    else
        check_say(context->run, id, context->node, WIRE_TYPE_TXT, context->rdata, "%s: %s", why,
                  check_text_show(about, shown, sizeof(shown)));
}

static void check_record(struct mail_context *context, struct mail_text text)
{
    const struct mail_sink sink = { .report = report_fault, .context = context };

    switch (context->purpose) {
    case PURPOSE_DKIM:
        mail_dkim_check(text, &sink);
        break;
    case PURPOSE_DMARC:
        mail_dmarc_check(text, &sink);
        break;
    case PURPOSE_MTA_STS:
        mail_mta_sts_check(text, &sink);
        break;
    case PURPOSE_TLS_RPT:
        mail_tls_rpt_check(text, &sink);
        break;
    case PURPOSE_BIMI:
        mail_bimi_check(text, &sink);
        break;
    default:
        break;
    }
}

/* RFC 8461 3.3: the policy is fetched from the host mta-sts beside _mta-sts. */
static void check_policy_host(struct check_run *run, const struct zone_node *node,
                              const struct wire_rrset *set)
{
    static const uint8_t label[] = "\7mta-sts";
    struct wire_name name;

    zone_node_name(run->version, node, &name);
    size_t rest = name.size - 1u - name.octets[0];
    memmove(name.octets + sizeof(label) - 1, name.octets + 1 + name.octets[0], rest);
    memcpy(name.octets, label, sizeof(label) - 1);
    enum check_target target = check_target_find(run, name.octets, rest + sizeof(label) - 1);
    if (target == CHECK_TARGET_ABSENT || target == CHECK_TARGET_NO_ADDRESS)
        check_say(run, ZONE_CHECK_MTA_STS, node, set->type, NULL, "there is no host mta-sts");
}

/* Other texts may stand at the same name; they are not looked at when one is what is looked for. */
static bool is_of(enum purpose purpose, struct mail_text text)
{
    switch (purpose) {
    case PURPOSE_DMARC:
        return mail_dmarc_is(text);
    case PURPOSE_MTA_STS:
        return mail_mta_sts_is(text);
    case PURPOSE_TLS_RPT:
        return mail_tls_rpt_is(text);
    default:
        return true;
    }
}

static enum zone_check_id multiple_of(enum purpose purpose)
{
    switch (purpose) {
    case PURPOSE_DKIM:
        return ZONE_CHECK_DKIM_MULTIPLE;
    case PURPOSE_DMARC:
        return ZONE_CHECK_DMARC_MULTIPLE;
    default:
        return (enum zone_check_id)checks_of[purpose][MAIL_FAULT_SYNTAX];
    }
}

/* A set whose name says what it is for. */
static void check_purpose(struct check_run *run, const struct zone_node *node,
                          const struct wire_rrset *set, enum purpose purpose)
{
    struct mail_context context = { .run = run, .node = node, .purpose = purpose };
    struct wire_rdata first = wire_rrset_first(set);
    unsigned count = 0;

    for (size_t at = 0; at < set->size;) {
        struct wire_rdata rdata = wire_rrset_rdata(set, &at);
        char *octets = td_malloc(rdata.size);
        struct mail_text text = { octets, mail_text_join(rdata.octets, rdata.size, octets) };
        if (is_of(purpose, text)) {
            context.rdata = &rdata;
            count++;
            check_record(&context, text);
        }
        free(octets);
    }
    if (purpose == PURPOSE_MTA_STS && count == 1 && context.faults == 0)
        check_policy_host(run, node, set);
    if (count > 1) {
        check_say(run, multiple_of(purpose), node, set->type, NULL, "%u records", count);
    } else if (count == 0) {
        char *octets = td_malloc(first.size);
        context.rdata = &first;
        check_record(&context, (struct mail_text){
                                   octets, mail_text_join(first.octets, first.size, octets) });
        free(octets);
    }
}

/* ---- all TXT ---- */

/* It was meant to be SPF: "v=spf" in any case, but not v=spf1 (nor spf2.0, which is Sender ID). */
static bool is_nearly_spf(struct mail_text text)
{
    while (text.size != 0 && text.at[0] == ' ') {
        text.at++;
        text.size--;
    }
    return text.size >= 5 && mail_text_is((struct mail_text){ text.at, 5 }, "v=spf");
}

static void check_any(struct check_run *run, const struct zone_node *node,
                      const struct wire_rrset *set)
{
    unsigned count = 0;

    for (size_t at = 0; at < set->size;) {
        struct wire_rdata rdata = wire_rrset_rdata(set, &at);
        check_txt_form(run, node, set->type, &rdata);
        if (rdata.size < 6 || memchr("vV ", rdata.octets[1], 3) == NULL)
            continue;
        char *octets = td_malloc(rdata.size);
        struct mail_text text = { octets, mail_text_join(rdata.octets, rdata.size, octets) };
        if (mail_spf_is(text)) {
            if (count++ < SPF_RECORDS_MAX)
                check_spf(run, node, &rdata, text);
        } else if (is_nearly_spf(text)) {
            check_tell(run, ZONE_CHECK_SPF_VERSION, node, set->type, &rdata);
        }
        free(octets);
    }
    if (count > 1)
        check_say(run, ZONE_CHECK_SPF_MULTIPLE, node, set->type, NULL, "%u records", count);
    if (count != 0 && node == run->apex)
        run->has_spf = true;
}

void check_txt(struct check_run *run, const struct zone_node *node, const struct wire_rrset *set)
{
    if (set->type == WIRE_TYPE_SPF) {
        check_tell(run, ZONE_CHECK_SPF_TYPE, node, set->type, NULL);
        return;
    }
    enum purpose purpose = purpose_of(node);
    if (purpose == PURPOSE_ANY)
        check_any(run, node, set);
    else
        check_purpose(run, node, set, purpose);
}

/* ---- the zone ---- */

/* Is there anything at _dmarc below the apex: a record, an alias, or a delegation of it? */
static bool has_dmarc(const struct check_run *run)
{
    static const uint8_t label[] = "\6_dmarc";
    struct wire_key key;
    struct zone_found found;

    if (run->apex_size + sizeof(label) - 1 > WIRE_NAME_SIZE_MAX)
        return true;
    wire_key_join(&key, zone_version_seed(run->version), label, sizeof(label) - 1, run->apex_name);
    zone_find(run->version, &key, &found);
    if (found.cover != NULL)
        return true;
    return found.node != NULL
               ? found.node->sets != 0
               : zone_find_wildcard(run->version, &key, found.encloser_label) != NULL;
}

void check_mail_finish(struct check_run *run)
{
    if (!run->takes_mail)
        return;
    if (!run->has_spf)
        check_tell(run, ZONE_CHECK_MX_NO_SPF, run->apex, WIRE_TYPE_MX, NULL);
    if (!has_dmarc(run))
        check_tell(run, ZONE_CHECK_MX_NO_DMARC, run->apex, WIRE_TYPE_MX, NULL);
}
