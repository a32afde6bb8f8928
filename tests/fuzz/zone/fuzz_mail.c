/*
 * Texts of mail. Octet 0 chooses the parser, the rest is the text (or, for some, record data or
 * a key). Whatever a parser points to must be inside its text.
 */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "zone/mail.h"

struct bounds {
    const char *from;
    const char *to;
};

static void inside(const struct bounds *bounds, struct mail_text text)
{
    if (text.size != 0)
        td_assert(text.at >= bounds->from && text.at + text.size <= bounds->to);
}

static void report(void *context, enum mail_fault fault, const char *why, struct mail_text about)
{
    td_assert(fault < MAIL_FAULT_COUNT && why != NULL && strlen(why) < 100);
    inside(context, about);
}

static void spf_terms(struct mail_text text, struct bounds *bounds)
{
    struct mail_spf spf;
    struct mail_spf_term term;
    const char *why = NULL;
    size_t count = 0;
    td_err err;

    if (!mail_spf_is(text))
        return;
    spf = mail_spf_of(text);
    while ((err = mail_spf_next(&spf, &term, &why)) != TD_E_NOT_FOUND) {
        td_assert(err == TD_OK || (err == TD_E_MALFORMED && why != NULL));
        td_assert(term.text.size != 0 && ++count <= text.size);
        inside(bounds, term.text);
        inside(bounds, term.domain);
    }
}

static void tags(struct mail_text text, struct bounds *bounds)
{
    struct mail_tags list = mail_tags_of(text);
    struct mail_tag tag;
    unsigned count = 0;
    td_err err;

    while ((err = mail_tags_next(&list, &tag)) != TD_E_NOT_FOUND) {
        td_assert(tag.number == count++);
        inside(bounds, tag.name);
        inside(bounds, tag.value);
    }
    td_assert(count <= text.size + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    struct mail_text text = { .at = (const char *)data + 1, .size = size - 1 };
    struct bounds bounds = { .from = text.at, .to = text.at + text.size };
    const struct mail_sink sink = { .report = report, .context = &bounds };
    uint32_t bits;

    switch (data[0] % 9) {
    case 0:
        spf_terms(text, &bounds);
        break;
    case 1:
        tags(text, &bounds);
        break;
    case 2:
        mail_dkim_check(text, &sink);
        break;
    case 3:
        mail_dmarc_check(text, &sink);
        break;
    case 4:
        mail_mta_sts_check(text, &sink);
        break;
    case 5:
        mail_tls_rpt_check(text, &sink);
        break;
    case 6:
        mail_bimi_check(text, &sink);
        break;
    case 7:
        if (mail_rsa_bits(data + 1, size - 1, &bits) == TD_OK)
            td_assert(bits != 0 && bits <= 8 * size);
        break;
    case 8: {
        char *joined = malloc(size);
        td_assert(joined != NULL);
        td_assert(mail_text_join(data + 1, size - 1, joined) <= size - 1);
        free(joined);
        break;
    }
    }
    return 0;
}
