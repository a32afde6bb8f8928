/* DMARC (RFC 7489 6.3 and its successor), MTA-STS, TLS reporting, BIMI. */
#include <string.h>

#include "zone/mail.h"

enum { STS_ID_SIZE_MAX = 32 };

static const struct mail_text nothing = { .at = "", .size = 0 };

static void tell(const struct mail_sink *sink, enum mail_fault fault, const char *why,
                 struct mail_text about)
{
    sink->report(sink->context, fault, why, about);
}

static bool is_exactly(struct mail_text text, const char *want)
{
    return text.size == strlen(want) && memcmp(text.at, want, text.size) == 0;
}

/* Is the first tag v= with this value? Versions are written in one way only. */
static bool has_version(struct mail_text text, const char *version)
{
    struct mail_tags tags = mail_tags_of(text);
    struct mail_tag tag;

    return mail_tags_next(&tags, &tag) == TD_OK && is_exactly(tag.name, "v") &&
           is_exactly(tag.value, version);
}

bool mail_dmarc_is(struct mail_text text)
{
    return has_version(text, "DMARC1");
}

bool mail_mta_sts_is(struct mail_text text)
{
    return has_version(text, "STSv1");
}

bool mail_tls_rpt_is(struct mail_text text)
{
    return has_version(text, "TLSRPTv1");
}

static bool has_prefix(struct mail_text text, const char *prefix)
{
    size_t size = strlen(prefix);

    return text.size >= size &&
           mail_text_is((struct mail_text){ .at = text.at, .size = size }, prefix);
}

/* "k", "m", "g" or "t" behind digits, or digits alone. */
static bool is_report_size(struct mail_text text)
{
    if (text.size != 0 && strchr("kmgtKMGT", text.at[text.size - 1]) != NULL)
        text.size--;
    for (size_t i = 0; i < text.size; i++)
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
    return text.size != 0;
}

/* mailto:somebody@somewhere, with an optional !size. */
static bool is_mailto(struct mail_text uri)
{
    if (!has_prefix(uri, "mailto:"))
        return false;
    struct mail_text address = { .at = uri.at + 7, .size = uri.size - 7 };
    const char *mark = address.size == 0 ? NULL : memchr(address.at, '!', address.size);
    if (mark != NULL) {
        size_t size = (size_t)(mark - address.at);
        if (!is_report_size((struct mail_text){ .at = mark + 1, .size = address.size - size - 1 }))
            return false;
        address.size = size;
    }
    const char *at = address.size == 0 ? NULL : memchr(address.at, '@', address.size);
    return at != NULL && at != address.at && at + 1 != address.at + address.size &&
           memchr(address.at, ' ', address.size) == NULL;
}

/* The items between commas; `check` says whether one is good. */
static bool all_items(struct mail_text list, char separator, bool (*check)(struct mail_text item))
{
    for (size_t from = 0; from <= list.size;) {
        size_t to = from;
        while (to < list.size && list.at[to] != separator)
            to++;
        struct mail_text item = { .at = list.at + from, .size = to - from };
        while (item.size != 0 && item.at[0] == ' ') {
            item.at++;
            item.size--;
        }
        while (item.size != 0 && item.at[item.size - 1] == ' ')
            item.size--;
        if (!check(item))
            return false;
        from = to + 1;
    }
    return true;
}

/* ---- DMARC ---- */

static bool is_policy(struct mail_text text)
{
    return mail_text_is(text, "none") || mail_text_is(text, "quarantine") ||
           mail_text_is(text, "reject");
}

static bool is_alignment(struct mail_text text)
{
    return mail_text_is(text, "r") || mail_text_is(text, "s");
}

static bool is_yes_no(struct mail_text text)
{
    return mail_text_is(text, "y") || mail_text_is(text, "n");
}

static bool is_public_suffix(struct mail_text text)
{
    return is_yes_no(text) || mail_text_is(text, "u");
}

static bool is_failure_option(struct mail_text text)
{
    return mail_text_is(text, "0") || mail_text_is(text, "1") || mail_text_is(text, "d") ||
           mail_text_is(text, "s");
}

static bool are_failure_options(struct mail_text text)
{
    return all_items(text, ':', is_failure_option);
}

static bool are_mailtos(struct mail_text text)
{
    return all_items(text, ',', is_mailto);
}

static bool is_number(struct mail_text text)
{
    for (size_t i = 0; i < text.size; i++)
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
    return text.size != 0 && text.size <= 10;
}

static bool is_percentage(struct mail_text text)
{
    return is_number(text) && (text.size < 3 || (text.size == 3 && is_exactly(text, "100")));
}

static bool is_format(struct mail_text text)
{
    return mail_text_is(text, "afrf");
}

static const struct dmarc_tag {
    const char *name;
    bool (*check)(struct mail_text value);
    const char *why;
} dmarc_tags[] = {
    { "p", is_policy, "the policy is none, quarantine or reject" },
    { "sp", is_policy, "the policy is none, quarantine or reject" },
    { "np", is_policy, "the policy is none, quarantine or reject" },
    { "adkim", is_alignment, "alignment is r or s" },
    { "aspf", is_alignment, "alignment is r or s" },
    { "rua", are_mailtos, "reports go to mailto:NAME@DOMAIN, more of them with commas" },
    { "ruf", are_mailtos, "reports go to mailto:NAME@DOMAIN, more of them with commas" },
    { "fo", are_failure_options, "the options are 0, 1, d and s, with colons" },
    { "t", is_yes_no, "it is y or n" },
    { "psd", is_public_suffix, "it is y, n or u" },
    { "pct", is_percentage, "it is a number up to 100" },
    { "ri", is_number, "it is a number of seconds" },
    { "rf", is_format, "the only format is afrf" },
};

struct dmarc {
    const struct mail_sink *sink;
    uint32_t seen; /* rows of dmarc_tags */
};

static void take_dmarc_tag(struct dmarc *dmarc, const struct mail_tag *tag)
{
    for (unsigned i = 0; i < sizeof(dmarc_tags) / sizeof(dmarc_tags[0]); i++) {
        const struct dmarc_tag *row = &dmarc_tags[i];
        if (!mail_text_is(tag->name, row->name))
            continue;
        if (dmarc->seen & 1u << i)
            tell(dmarc->sink, MAIL_FAULT_SYNTAX, "a tag that stands there twice", tag->name);
        dmarc->seen |= 1u << i;
        if (!row->check(tag->value))
            tell(dmarc->sink, MAIL_FAULT_VALUE, row->why, tag->value);
        return;
    }
    tell(dmarc->sink, MAIL_FAULT_TAG, "an unknown tag", tag->name);
}

void mail_dmarc_check(struct mail_text text, const struct mail_sink *sink)
{
    enum { SEEN_P = 1u << 0, SEEN_RUA = 1u << 5 };
    struct mail_tags tags = mail_tags_of(text);
    struct dmarc dmarc = { .sink = sink };
    struct mail_tag tag;
    td_err err;

    if (!mail_dmarc_is(text)) {
        tell(sink, MAIL_FAULT_SYNTAX, "it must begin with v=DMARC1;", nothing);
        return;
    }
    while ((err = mail_tags_next(&tags, &tag)) != TD_E_NOT_FOUND) {
        if (tag.number == 0)
            continue;
        if (err == TD_OK)
            take_dmarc_tag(&dmarc, &tag);
        else
            tell(sink, MAIL_FAULT_SYNTAX, "this is no name=value", tag.name);
    }
    if (!(dmarc.seen & SEEN_P))
        tell(sink, dmarc.seen & SEEN_RUA ? MAIL_FAULT_VALUE : MAIL_FAULT_SYNTAX,
             "there is no policy (p=)", nothing);
}

/* ---- the others ---- */

static bool is_sts_id(struct mail_text text)
{
    for (size_t i = 0; i < text.size; i++) {
        char letter = (char)(text.at[i] | 0x20);
        if (!(letter >= 'a' && letter <= 'z') && !(text.at[i] >= '0' && text.at[i] <= '9'))
            return false;
    }
    return text.size != 0 && text.size <= STS_ID_SIZE_MAX;
}

static bool is_report_uri(struct mail_text uri)
{
    return is_mailto(uri) || has_prefix(uri, "https://");
}

static bool are_report_uris(struct mail_text text)
{
    return all_items(text, ',', is_report_uri);
}

static bool is_logo(struct mail_text text)
{
    return text.size == 0 || has_prefix(text, "https://");
}

/* A record that needs one tag beside its version; others are allowed. */
struct simple_record {
    const char *version;
    const char *version_why;
    const char *tag;
    const char *missing_why;
    bool (*check)(struct mail_text value);
    const char *why;
};

static void check_simple(struct mail_text text, const struct simple_record *record,
                         const struct mail_sink *sink)
{
    struct mail_tags tags = mail_tags_of(text);
    struct mail_tag tag;
    bool has_tag = false;
    td_err err;

    if (!has_version(text, record->version)) {
        tell(sink, MAIL_FAULT_SYNTAX, record->version_why, nothing);
        return;
    }
    while ((err = mail_tags_next(&tags, &tag)) != TD_E_NOT_FOUND) {
        if (err != TD_OK) {
            tell(sink, MAIL_FAULT_SYNTAX, "this is no name=value", tag.name);
        } else if (mail_text_is(tag.name, record->tag)) {
            has_tag = true;
            if (!record->check(tag.value))
                tell(sink, MAIL_FAULT_SYNTAX, record->why, tag.value);
        }
    }
    if (!has_tag)
        tell(sink, MAIL_FAULT_SYNTAX, record->missing_why, nothing);
}

void mail_mta_sts_check(struct mail_text text, const struct mail_sink *sink)
{
    static const struct simple_record record = {
        .version = "STSv1",
        .version_why = "it must begin with v=STSv1;",
        .tag = "id",
        .missing_why = "there is no id=",
        .check = is_sts_id,
        .why = "the id is 1 to 32 letters and digits",
    };

    check_simple(text, &record, sink);
}

void mail_tls_rpt_check(struct mail_text text, const struct mail_sink *sink)
{
    static const struct simple_record record = {
        .version = "TLSRPTv1",
        .version_why = "it must begin with v=TLSRPTv1;",
        .tag = "rua",
        .missing_why = "there is no rua=",
        .check = are_report_uris,
        .why = "reports go to mailto:NAME@DOMAIN or https://, more of them with commas",
    };

    check_simple(text, &record, sink);
}

void mail_bimi_check(struct mail_text text, const struct mail_sink *sink)
{
    static const struct simple_record record = {
        .version = "BIMI1",
        .version_why = "it must begin with v=BIMI1;",
        .tag = "l",
        .missing_why = "there is no l=",
        .check = is_logo,
        .why = "the logo is at https://",
    };

    check_simple(text, &record, sink);
}
