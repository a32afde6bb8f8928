/* $ORIGIN, $TTL and $INCLUDE; $GENERATE is in scan_generate.c. */
#include <string.h>
#include <strings.h>

#include "text/escape.h"
#include "text/scan_internal.h"

/* The word behind a directive. */
static td_err next_word(struct text_scan *scan, const char *what, struct text_token *ret_token)
{
    struct text_lexer *lexer = &scan->parse.lexer;
    struct text_token token;
    td_err err = text_lexer_next(lexer, &token);

    if (err == TD_OK && token.kind != TEXT_TOKEN_WORD)
        err = text_fail_expected(lexer, token, what,
                                 token.kind == TEXT_TOKEN_QUOTED ? "it is in quotes" : NULL);
    if (err == TD_OK)
        *ret_token = token;
    return err;
}

/* The owner stays, but its text may now mean another name. */
static void set_origin(struct text_scan *scan, const struct text_name *origin)
{
    scan->origin = *origin;
    scan->owner_text_size = 0;
}

/*
 * RFC 1035 5.1 has no reason for the name to be absolute, and BIND takes a relative one (to
 * the origin before); NSD and Knot do not.
 */
static td_err read_origin(struct text_scan *scan)
{
    struct text_lexer *lexer = &scan->parse.lexer;
    struct text_name origin = { .size = 0 };
    struct text_token token;
    td_err err = next_word(scan, "a domain name", &token);

    if (err == TD_OK)
        err = text_name_parse(lexer, token, &scan->origin, origin.octets, &origin.size);
    if (err == TD_OK)
        err = text_lexer_finish(lexer);
    if (err == TD_OK)
        set_origin(scan, &origin);
    return err;
}

static td_err read_ttl(struct text_scan *scan)
{
    struct text_lexer *lexer = &scan->parse.lexer;
    struct text_token token;
    uint32_t ttl = 0;
    td_err err = next_word(scan, "a TTL", &token);

    if (err == TD_OK && !text_scan_ttl(scan, token, &ttl))
        err = text_fail_expected(lexer, token, "a TTL", NULL);
    if (err == TD_OK)
        err = text_lexer_finish(lexer);
    if (err == TD_OK) {
        text_scan_ttl_warn(scan);
        scan->has_ttl_default = true;
        scan->ttl_default = ttl;
    }
    return err;
}

/* The path of a $INCLUDE as a string, put behind the directory of the file it stands in. */
static td_err resolve_path(struct text_scan *scan, struct text_token token,
                           char path[TEXT_SCAN_PATH_MAX])
{
    struct text_lexer *lexer = &scan->parse.lexer;
    char written[TEXT_SCAN_PATH_MAX];
    size_t size = 0;
    const char *why = text_escape_undo(token, (uint8_t *)written, sizeof(written) - 1,
                                       "the path is too long", &size);

    if (why == NULL && size == 0)
        why = "it is empty";
    if (why == NULL && memchr(written, '\0', size) != NULL)
        why = "there is a NUL octet in it";
    if (why == NULL) {
        written[size] = '\0';
        if (text_source_path(scan, written, path) != TD_OK)
            why = "the path is too long";
    }
    return why == NULL ? TD_OK : text_fail_expected(lexer, token, "the path of a file", why);
}

static td_err check_include(struct text_scan *scan, struct text_token token, const char *path)
{
    struct text_lexer *lexer = &scan->parse.lexer;

    if (!scan->config.may_include)
        return text_fail(lexer, token, "cannot be included: $INCLUDE is not allowed here");
    if (text_source_is_open(scan, path))
        return text_fail(lexer, token, "cannot be included: it is being read already");
    if (scan->depth == TEXT_SCAN_INCLUDE_MAX)
        return text_fail(lexer, token, "cannot be included: more than %d files inside each other",
                         TEXT_SCAN_INCLUDE_MAX);
    return TD_OK;
}

/* Open the file; what the caller says of it becomes words at the path's token. */
static td_err open_include(struct text_scan *scan, struct text_token token, const char *path)
{
    scan->diag.text[0] = '\0';
    if (text_source_push(scan, path) == TD_OK)
        return TD_OK;
    char reason[TD_DIAG_TEXT_SIZE];
    memcpy(reason, scan->diag.text, sizeof(reason));
    return text_fail(&scan->parse.lexer, token, "cannot be included: %s", reason);
}

static td_err read_include(struct text_scan *scan)
{
    struct text_lexer *lexer = &scan->parse.lexer;
    struct text_name origin = scan->origin;
    char path[TEXT_SCAN_PATH_MAX];
    struct text_token file, token;
    td_err err = text_lexer_next(lexer, &file);

    if (err == TD_OK && file.kind == TEXT_TOKEN_END)
        err = text_fail_expected(lexer, file, "the path of a file", NULL);
    if (err == TD_OK)
        err = text_lexer_next(lexer, &token);
    if (err == TD_OK && token.kind != TEXT_TOKEN_END)
        err = text_name_parse(lexer, token, &scan->origin, origin.octets, &origin.size);
    if (err == TD_OK)
        err = resolve_path(scan, file, path);
    if (err == TD_OK)
        err = check_include(scan, file, path);

    struct text_lexer before = *lexer;
    if (err == TD_OK)
        err = text_lexer_finish(lexer);
    if (err == TD_OK) {
        err = open_include(scan, file, path);
        if (err != TD_OK)
            *lexer = before; /* the line is still to be passed over */
    }
    if (err == TD_OK)
        set_origin(scan, &origin);
    return err;
}

td_err text_scan_directive(struct text_scan *scan, struct text_token name)
{
    static const struct {
        const char *name;
        td_err (*read)(struct text_scan *scan);
    } rows[] = {
        { "$ORIGIN", read_origin },
        { "$TTL", read_ttl },
        { "$INCLUDE", read_include },
        { "$GENERATE", text_generate_begin },
    };

    if (scan->config.is_single)
        return text_fail(&scan->parse.lexer, name, "is a directive, and only a record is allowed");
    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        if (name.size == strlen(rows[i].name) &&
            strncasecmp((const char *)name.text, rows[i].name, name.size) == 0)
            return rows[i].read(scan);
    }
    return text_fail_expected(&scan->parse.lexer, name, "a directive",
                              "they are $ORIGIN, $TTL, $INCLUDE and $GENERATE; write \\$ to begin "
                              "an owner with a dollar sign");
}
