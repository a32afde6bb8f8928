/* One line of a zone file: owner, time to live, class, type, data. */
#include <stdio.h>
#include <string.h>

#include "base/reader.h"
#include "text/number.h"
#include "text/scan_internal.h"
#include "text/type.h"
#include "wire/rrtype.h"

static inline bool is_blank(uint32_t octet)
{
    return octet == ' ' || octet == '\t';
}

/* Are the next four octets a blank, IN and a blank? */
static inline bool is_class_in(const uint8_t *at)
{
    uint32_t octets;

    memcpy(&octets, at, 4);
    return (octets & 0x00DFDF00) == ('I' << 8 | 'N' << 16) && is_blank(octets & 0xFF) &&
           is_blank(octets >> 24);
}

/* The frequent type between two blanks, the first one at `at`; 0 for whatever else is there. */
static inline uint16_t peek_type(const uint8_t *at, size_t *ret_size)
{
    const uint64_t ones = 0x0101010101010101;
    uint64_t octets;

    memcpy(&octets, at + 1, 8);
    /* The top bit of each octet up to the space; exact for the first such octet. */
    uint64_t ends = (octets - ones * 0x21) & ~octets & ones * 0x80;
    size_t size = (size_t)__builtin_ctzll(ends | (uint64_t)1 << 63) / 8;

    if (td_unlikely(size == 0 || !is_blank(*at) || !is_blank(at[1 + size])))
        return 0;
    *ret_size = size;
    return text_type_frequent(octets & 0xDFDFDFDFDFDFDFDF >> (64 - 8 * size));
}

bool text_scan_ttl(struct text_scan *scan, struct text_token token, uint32_t *ret_ttl)
{
    uint32_t ttl;

    if (!text_ttl_parse(token.text, token.size, &ttl))
        return false;
    scan->is_ttl_cut = ttl > WIRE_TTL_MAX;
    scan->ttl_token = token;
    *ret_ttl = scan->is_ttl_cut ? 0 : ttl;
    return true;
}

void text_scan_ttl_warn(struct text_scan *scan)
{
    if (!scan->is_ttl_cut)
        return;
    text_fail(&scan->parse.lexer, scan->ttl_token,
              "is more than 2147483647 seconds and counts as 0 (RFC 2181 8)");
    text_scan_report(scan, TD_SEVERITY_WARNING);
}

/* A class other than IN: is it one? Then it is one that is not served. */
static td_err refuse_class(struct text_scan *scan, struct text_token token)
{
    static const char prefix[] = "CLASS";
    size_t prefix_size = sizeof(prefix) - 1;
    uint64_t number = 0;
    uint16_t found = 0;
    bool is_class =
        wire_mnemonic_find(&wire_classes, (const char *)token.text, token.size, &found) == TD_OK;

    if (!is_class && token.size > prefix_size &&
        strncasecmp((const char *)token.text, prefix, prefix_size) == 0) {
        is_class = text_number_parse(token.text + prefix_size, token.size - prefix_size, UINT16_MAX,
                                     &number);
        found = (uint16_t)number;
    }
    if (!is_class)
        return TD_E_NOT_FOUND;
    if (found == WIRE_CLASS_IN)
        return TD_OK;
    return text_fail(&scan->parse.lexer, token, "is a class that is not served: only IN is");
}

/* A word that is no type of data: a class, or a mistake. */
TEXT_ASIDE static td_err read_class(struct text_scan *scan, struct text_token token)
{
    struct text_lexer *lexer = &scan->parse.lexer;
    uint16_t type;

    if (token.kind != TEXT_TOKEN_WORD)
        return text_fail_expected(lexer, token, "a record type", NULL);
    td_err err = refuse_class(scan, token);
    if (err == TD_OK && !scan->has_class) {
        scan->has_class = true;
        return TD_OK;
    }
    if (err == TD_E_MALFORMED)
        return err;
    if (text_type_find(token.text, token.size, &type) != TD_OK)
        return text_fail_expected(lexer, token, "a record type", NULL);
    return text_fail(lexer, token, "is not a type that a zone can hold");
}

/* TTL and class in either order, both optional, and the type. */
TEXT_ASIDE static td_err read_head_slowly(struct text_scan *scan)
{
    struct text_lexer *lexer = &scan->parse.lexer;
    struct text_token token;
    uint16_t type;

    for (;;) {
        td_err err = text_lexer_next(lexer, &token);
        if (err != TD_OK)
            return err;
        bool is_word = token.kind == TEXT_TOKEN_WORD;
        if (is_word && text_type_find(token.text, token.size, &type) == TD_OK &&
            wire_rrtype_is_data(type)) {
            scan->record.type = type;
            return TD_OK;
        }
        if (is_word && token.text[0] >= '0' && token.text[0] <= '9' && !scan->record.has_ttl) {
            if (!text_scan_ttl(scan, token, &scan->record.ttl))
                return text_fail_expected(lexer, token, "a TTL, class or type", NULL);
            scan->record.has_ttl = true;
        } else {
            err = read_class(scan, token);
        }
        if (err != TD_OK)
            return err;
    }
}

/* A blank, a TTL in plain digits and a blank: returns where that ends, or `at`. */
static inline const uint8_t *read_plain_ttl(struct text_scan *scan, const uint8_t *at)
{
    const uint8_t *digit = at + 1;
    uint64_t ttl = 0;

    for (; *digit >= '0' && *digit <= '9' && digit - at <= 10; digit++)
        ttl = ttl * 10 + (*digit - '0');
    if (digit == at + 1 || !is_blank(*at) || !is_blank(*digit) || ttl > WIRE_TTL_MAX)
        return at;
    scan->record.ttl = (uint32_t)ttl;
    scan->record.has_ttl = true;
    scan->is_ttl_cut = false;
    return digit;
}

/* The same for "IN", digits and a common type, as most records have it. */
TEXT_HOT static inline td_err read_head(struct text_scan *scan)
{
    struct text_lexer *lexer = &scan->parse.lexer;
    const uint8_t *at = lexer->at;
    size_t size = 0;

    scan->record.has_ttl = false;
    scan->has_class = is_class_in(at);
    if (scan->has_class)
        at += 3;
    if (at[1] <= '9' && at[1] >= '0') {
        at = read_plain_ttl(scan, at);
        if (!scan->has_class && is_class_in(at)) {
            scan->has_class = true;
            at += 3;
        }
    }
    scan->record.type = peek_type(at, &size);
    if (td_unlikely(scan->record.type == 0)) {
        lexer->at = at;
        return read_head_slowly(scan);
    }
    lexer->at = at + 1 + size;
    return TD_OK;
}

/* The TTL of a record that has none written out, other than SOA. */
static td_err default_ttl(struct text_scan *scan)
{
    if (scan->has_ttl_default)
        scan->record.ttl = scan->ttl_default;
    else if (scan->has_ttl_last)
        scan->record.ttl = scan->ttl_last;
    else if (scan->config.has_ttl_default)
        scan->record.ttl = scan->config.ttl_default;
    else if (scan->record.type != WIRE_TYPE_SOA)
        return text_fail_at(&scan->parse.lexer, scan->parse.lexer.at,
                            "no TTL: neither here, nor in a $TTL or a record before");
    return TD_OK;
}

/*
 * A SOA record without a TTL where none is known: its minimum is taken, for all records that
 * follow too, as BIND does.
 */
TD_COLD static void take_soa_minimum(struct text_scan *scan)
{
    uint32_t ttl = td_get_u32(scan->parse.out - 4);

    if (ttl > WIRE_TTL_MAX)
        ttl = 0;
    scan->record.ttl = ttl;
    scan->has_ttl_default = true;
    scan->ttl_default = ttl;
    text_fail_at(&scan->parse.lexer, scan->parse.lexer.record,
                 "no TTL: %u is taken, the last number of the SOA record", ttl);
    text_scan_report(scan, TD_SEVERITY_WARNING);
}

static inline td_err tell(struct text_scan *scan)
{
    struct text_record *record = &scan->record;

    record->owner_size = scan->owner.size;
    record->rdata_size = (size_t)(scan->parse.out - scan->rdata);
    record->is_owner_repeated = !scan->is_owner_new;
    scan->is_owner_new = false;
    scan->counts.records++;
    scan->stopped = scan->config.on_record(scan->config.context, record);
    return scan->stopped;
}

/* From behind the owner to the end of the record. */
TEXT_HOT static td_err read_record(struct text_scan *scan)
{
    td_err err = read_head(scan);

    if (td_likely(err == TD_OK) && !scan->record.has_ttl)
        err = default_ttl(scan);
    if (td_likely(err == TD_OK))
        err = text_rdata_parse(&scan->parse, scan->record.type);
    if (td_unlikely(err != TD_OK))
        return err;
    if (scan->record.has_ttl) {
        text_scan_ttl_warn(scan);
        scan->ttl_last = scan->record.ttl;
        scan->has_ttl_last = true;
    } else if (td_unlikely(!scan->has_ttl_default) && scan->record.type == WIRE_TYPE_SOA &&
               !scan->has_ttl_last && !scan->config.has_ttl_default) {
        take_soa_minimum(scan);
    }
    return tell(scan);
}

/* Is it the text that the owner of the record before was read from? */
static inline bool is_owner_text(const struct text_scan *scan, struct text_token token)
{
    if (token.size != scan->owner_text_size)
        return false;
    if (td_unlikely(token.size > TEXT_GROUP))
        return memcmp(token.text, scan->owner_text, token.size) == 0;
    uint32_t want = (1u << token.size) - 1;
    return (text_group_same(token.text, scan->owner_text) & want) == want;
}

TEXT_HOT static inline td_err read_owner(struct text_scan *scan, struct text_token token)
{
    if (is_owner_text(scan, token))
        return TD_OK;
    td_err err = text_name_parse(&scan->parse.lexer, token, &scan->origin, scan->owner.octets,
                                 &scan->owner.size);
    /* Also when it is wrong: what is in scan->owner now is not what it was. */
    scan->owner_text_size = 0;
    scan->is_owner_new = true;
    scan->has_owner = err == TD_OK;
    if (td_likely(err == TD_OK && token.size <= TEXT_OWNER_TEXT_MAX)) {
        for (size_t at = 0; at < token.size; at += TEXT_GROUP)
            memcpy(scan->owner_text + at, token.text + at, TEXT_GROUP);
        scan->owner_text_size = token.size;
    }
    return err;
}

td_err text_scan_generated(struct text_scan *scan)
{
    struct text_token token;
    td_err err = text_lexer_next(&scan->parse.lexer, &token);

    if (err == TD_OK)
        err = read_owner(scan, token);
    return err == TD_OK ? read_record(scan) : err;
}

/* A line that does not begin with an octet of a word: empty, or its owner is the last one. */
TEXT_ASIDE static td_err read_blank_line(struct text_scan *scan)
{
    struct text_lexer *lexer = &scan->parse.lexer;
    struct text_lexer before = *lexer;
    bool is_owner_absent = *lexer->at == ' ' || *lexer->at == '\t';
    struct text_token token;
    td_err err = text_lexer_next(lexer, &token);

    if (err != TD_OK)
        return err;
    if (token.kind == TEXT_TOKEN_END)
        return text_lexer_finish(lexer);
    if (!is_owner_absent) {
        err = read_owner(scan, token);
    } else if (scan->has_owner) {
        *lexer = before; /* the word belongs to the head */
    } else {
        err = text_fail_at(lexer, before.at,
                           "the line begins with a blank, so its owner would be that of the record "
                           "before, and there is none");
    }
    return err == TD_OK ? read_record(scan) : err;
}

TEXT_HOT td_err text_scan_line(struct text_scan *scan)
{
    struct text_lexer *lexer = &scan->parse.lexer;
    struct text_token token;
    uint8_t first = *lexer->at;

    if (td_unlikely(text_octet_is_special(first) && first != '\\'))
        return read_blank_line(scan);
    td_err err = text_lexer_next(lexer, &token);
    if (td_unlikely(err != TD_OK))
        return err;
    if (td_unlikely(first == '$'))
        return text_scan_directive(scan, token);
    err = read_owner(scan, token);
    return td_likely(err == TD_OK) ? read_record(scan) : err;
}
