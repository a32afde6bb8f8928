/* CAA, and TXT that was not written as it was meant. */
#include <string.h>

#include "wire/rrtype.h"
#include "zone/check_run.h"
#include "zone/mail.h"

/* ---- CAA (RFC 8659) ---- */

static bool is_label_char(char c)
{
    char letter = (char)(c | 0x20);

    return (letter >= 'a' && letter <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

static struct mail_text trimmed(struct mail_text text)
{
    while (text.size != 0 && (text.at[0] == ' ' || text.at[0] == '\t')) {
        text.at++;
        text.size--;
    }
    while (text.size != 0 && (text.at[text.size - 1] == ' ' || text.at[text.size - 1] == '\t'))
        text.size--;
    return text;
}

/* [domain] [";" name=value ...] */
static const char *check_issuer(struct mail_text value)
{
    size_t semicolon = 0;

    while (semicolon < value.size && value.at[semicolon] != ';')
        semicolon++;
    struct mail_text domain = trimmed((struct mail_text){ .at = value.at, .size = semicolon });
    for (size_t i = 0; i < domain.size; i++)
        if (!is_label_char(domain.at[i]))
            return "the issuer must be a domain name";
    for (size_t from = semicolon + 1, to; from < value.size; from = to + 1) {
        for (to = from; to < value.size && value.at[to] != ';';)
            to++;
        struct mail_text parameter =
            trimmed((struct mail_text){ .at = value.at + from, .size = to - from });
        if (parameter.size != 0 && memchr(parameter.at, '=', parameter.size) == NULL)
            return "a parameter is name=value";
    }
    return NULL;
}

static const char *check_report(struct mail_text value)
{
    static const char *const schemes[] = { "mailto:", "http://", "https://" };

    for (unsigned i = 0; i < TD_COUNT(schemes); i++) {
        size_t size = strlen(schemes[i]);
        if (value.size > size && mail_text_is((struct mail_text){ value.at, size }, schemes[i]))
            return NULL;
    }
    return "it must be a mailto:, http: or https: URL";
}

static const struct {
    const char *tag;
    const char *(*check)(struct mail_text value);
} caa_tags[] = {
    { "issue", check_issuer },    { "issuewild", check_issuer }, { "issuemail", check_issuer },
    { "issuevmc", check_issuer }, { "iodef", check_report },     { "contactemail", NULL },
    { "contactphone", NULL },
};

static void check_property(struct check_run *run, const struct zone_node *node,
                           const struct wire_rdata *rdata)
{
    const char *octets = (const char *)rdata->octets;
    struct mail_text tag = { .at = octets + 2, .size = rdata->octets[1] };
    struct mail_text value = { .at = tag.at + tag.size, .size = rdata->size - 2u - tag.size };

    for (unsigned i = 0; i < TD_COUNT(caa_tags); i++) {
        if (!mail_text_is(tag, caa_tags[i].tag))
            continue;
        const char *why = caa_tags[i].check == NULL ? NULL : caa_tags[i].check(value);
        if (why != NULL)
            check_say(run, ZONE_CHECK_CAA_VALUE, node, WIRE_TYPE_CAA, rdata, "%s: %s",
                      caa_tags[i].tag, why);
        return;
    }
    check_say(run, ZONE_CHECK_CAA_TAG, node, WIRE_TYPE_CAA, rdata, "%.*s%s", (int)tag.size, tag.at,
              rdata->octets[0] & 0x80 ? ", critical" : "");
}

void check_caa(struct check_run *run, const struct zone_node *node, const struct wire_rrset *set)
{
    for (size_t at = 0; at < set->size;) {
        struct wire_rdata rdata = wire_rrset_rdata(set, &at);
        check_property(run, node, &rdata);
    }
}

/* ---- TXT ---- */

static bool is_quoted(const struct wire_rdata *rdata)
{
    unsigned size = rdata->octets[0];

    return size >= 2 && size + 1u == rdata->size && rdata->octets[1] == '"' &&
           rdata->octets[size] == '"';
}

/*
 * v=spf1 a mx -all without quotes is four strings, which are read as v=spf1amx-all. Told of texts
 * that begin with v= and would fit one string.
 */
static bool is_run_together(const struct wire_rdata *rdata)
{
    const uint8_t *octets = rdata->octets;

    if (rdata->size > 256 || octets[0] < 2 || (octets[1] | 0x20) != 'v' || octets[2] != '=')
        return false;
    size_t next = 1u + octets[0];
    return next < rdata->size && octets[next] != 0 && octets[next - 1] != ' ' &&
           octets[next + 1] != ' ';
}

void check_txt_form(struct check_run *run, const struct zone_node *node, uint16_t type,
                    const struct wire_rdata *rdata)
{
    if (is_quoted(rdata))
        check_tell(run, ZONE_CHECK_TXT_QUOTES, node, type, rdata);
    if (is_run_together(rdata))
        check_tell(run, ZONE_CHECK_TXT_SPLIT, node, type, rdata);
}
