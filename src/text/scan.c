#include "text/scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "text/scan_internal.h"

struct text_scan *text_scan_new(const struct text_scan_config *config)
{
    struct text_scan *scan = td_malloc(sizeof(*scan));

    memset(scan, 0, offsetof(struct text_scan, rdata));
    scan->config = *config;
    if (scan->config.block_size == 0)
        scan->config.block_size = TEXT_SCAN_BLOCK_SIZE;
    if (scan->config.errors_max == 0)
        scan->config.errors_max = TEXT_SCAN_ERRORS_MAX;
    if (scan->config.generate_max == 0)
        scan->config.generate_max = TEXT_SCAN_GENERATE_MAX;
    text_name_set(&scan->origin, config->origin);
    scan->parse.origin = &scan->origin;
    scan->parse.rdata = scan->rdata;
    scan->record =
        (struct text_record){ .owner = scan->owner.octets, .rdata = scan->rdata, .column = 1 };
    return scan;
}

void text_scan_free(struct text_scan *scan)
{
    if (scan == NULL)
        return;
    while (scan->source != NULL)
        text_source_pop(scan);
    td_buf_fini(&scan->generate.left);
    td_buf_fini(&scan->generate.right);
    td_buf_fini(&scan->generate.text);
    free(scan);
}

void text_scan_cleanup(struct text_scan **scan)
{
    text_scan_free(*scan);
}

void text_scan_counts(const struct text_scan *scan, struct text_scan_counts *ret_counts)
{
    *ret_counts = scan->counts;
}

void text_scan_report(struct text_scan *scan, enum td_severity severity)
{
    const char *path = scan->source != NULL ? scan->source->path : scan->config.path;

    if (severity == TD_SEVERITY_ERROR)
        scan->counts.errors++;
    else
        scan->counts.warnings++;
    if (scan->config.sink == NULL || scan->reported >= scan->config.errors_max)
        return;
    scan->reported++;
    snprintf(scan->diag.file, sizeof(scan->diag.file), "%s", path);
    scan->diag.severity = severity;
    scan->config.sink->report(scan->config.sink->context, &scan->diag);
}

/* A line that says how many were not said. */
static void summarise(struct text_scan *scan)
{
    uint64_t found = scan->counts.errors + scan->counts.warnings;

    if (scan->config.sink == NULL || found <= scan->reported)
        return;
    td_diag_report(
        scan->config.sink, scan->config.path, 0, 0,
        scan->counts.errors > 0 ? TD_SEVERITY_ERROR : TD_SEVERITY_WARNING,
        "%llu more errors and warnings are not shown (%llu errors, %llu warnings in all)",
        (unsigned long long)(found - scan->reported), (unsigned long long)scan->counts.errors,
        (unsigned long long)scan->counts.warnings);
}

/* Put the lexer back to where the record begins. */
static void rewind_record(struct text_scan *scan)
{
    struct text_lexer *lexer = &scan->parse.lexer;

    lexer->at = lexer->record;
    lexer->line_start = lexer->record;
    lexer->line = scan->record.line;
    lexer->depth = 0;
    lexer->is_starved = false;
    lexer->is_unclosed = false;
}

/*
 * Going on inside of a record means reading its octets again, so that it must not happen
 * often. Returns false when it has.
 */
static bool may_reread(struct text_scan *scan)
{
    struct text_lexer *lexer = &scan->parse.lexer;

    if (++scan->unclosed <= TEXT_UNCLOSED_MAX)
        return true;
    text_fail_at(lexer, lexer->at,
                 "more than %d parentheses are not closed; the rest of the file is not read",
                 TEXT_UNCLOSED_MAX);
    text_scan_report(scan, TD_SEVERITY_ERROR);
    lexer->at = lexer->end;
    lexer->is_last = true;
    return false;
}

/*
 * The file ends inside a parenthesis: go on behind the line where it was opened, since what
 * follows are most likely whole records.
 */
static td_err pass_unclosed(struct text_scan *scan)
{
    struct text_lexer *lexer = &scan->parse.lexer;
    uint32_t line, column;

    if (!may_reread(scan))
        return TD_OK;
    text_lexer_locate(lexer, lexer->opened_at, &line, &column);
    lexer->at = lexer->opened_at;
    lexer->line = line;
    lexer->line_start = lexer->at - (column - 1);
    lexer->is_unclosed = false;
    return text_lexer_skip_line(lexer);
}

/*
 * Pass over a record that is wrong: to its line end outside of parentheses, or when it cannot
 * even be cut into words, to the end of the line where that fails.
 */
static td_err pass_record(struct text_scan *scan)
{
    struct text_lexer *lexer = &scan->parse.lexer;

    rewind_record(scan);
    td_err err = text_lexer_skip_record(lexer);
    if (err == TD_E_MALFORMED)
        err = lexer->is_unclosed ? pass_unclosed(scan) : text_lexer_skip_line(lexer);
    if (err == TD_OK)
        scan->mode = TEXT_SCAN_READ;
    return err;
}

/* Drop what there is of a line. */
static td_err cut_line(struct text_scan *scan)
{
    struct text_lexer *lexer = &scan->parse.lexer;
    td_err err = text_lexer_skip_line(lexer);

    if (err == TD_OK)
        scan->mode = TEXT_SCAN_READ;
    else
        lexer->record = lexer->end;
    return err;
}

/* The record at lexer->record goes on behind TEXT_SCAN_RECORD_MAX octets. */
static td_err meet_long_record(struct text_scan *scan)
{
    struct text_lexer *lexer = &scan->parse.lexer;

    if (scan->mode == TEXT_SCAN_READ) {
        text_fail_at(lexer, lexer->record, "the record has more than %d octets of text%s",
                     TEXT_SCAN_RECORD_MAX,
                     lexer->depth > 0 ? "; is a parenthesis not closed?" : "");
        text_scan_report(scan, TD_SEVERITY_ERROR);
    }
    rewind_record(scan);
    td_err err = text_lexer_skip_line(lexer);
    if (err == TD_OK) {
        scan->mode = TEXT_SCAN_READ;
        may_reread(scan);
        return TD_OK;
    }
    scan->mode = TEXT_SCAN_CUT;
    lexer->record = lexer->end;
    rewind_record(scan);
    return text_source_fill(scan);
}

/* The record goes on behind the octets that are there. */
static td_err meet_block_end(struct text_scan *scan)
{
    const struct text_lexer *lexer = &scan->parse.lexer;

    if (lexer->end - lexer->record >= TEXT_SCAN_RECORD_MAX)
        return meet_long_record(scan);
    rewind_record(scan);
    return text_source_fill(scan);
}

/* What happens when the record at lexer->record has not simply been read. */
static td_err meet_trouble(struct text_scan *scan, td_err err)
{
    if (scan->stopped != TD_OK)
        return err;
    if (err == TD_E_TRUNCATED && scan->parse.lexer.is_starved)
        return meet_block_end(scan);
    if (err != TD_E_MALFORMED || scan->mode != TEXT_SCAN_READ)
        return err;
    text_scan_report(scan, TD_SEVERITY_ERROR);
    scan->mode = TEXT_SCAN_PASS;
    rewind_record(scan);
    return TD_OK;
}

/* Whatever comes next; when these are records, up to `*steps` of them. */
TEXT_HOT static td_err scan_some(struct text_scan *scan, size_t *steps)
{
    struct text_lexer *lexer = &scan->parse.lexer;
    td_err err;

    do {
        lexer->record = lexer->at;
        scan->record.line = lexer->line;
        if (td_likely(scan->mode == TEXT_SCAN_READ))
            err = text_scan_line(scan);
        else
            err = scan->mode == TEXT_SCAN_PASS ? pass_record(scan) : cut_line(scan);
    } while (td_likely(err == TD_OK && --*steps > 0 && lexer->at != lexer->end &&
                       !scan->generate.is_on));
    return err == TD_OK ? TD_OK : meet_trouble(scan, err);
}

/* The first file. */
static td_err start(struct text_scan *scan)
{
    scan->was_started = true;
    scan->diag = (struct td_diag){ .line = 0 };
    td_err err = text_source_push(scan, scan->config.path);
    if (err != TD_OK) {
        text_scan_report(scan, TD_SEVERITY_ERROR);
        err = TD_E_IO;
    }
    return err;
}

td_err text_scan_run(struct text_scan *scan, size_t steps, bool *ret_done)
{
    td_err err = scan->was_started ? TD_OK : start(scan);

    while (err == TD_OK && scan->source != NULL && steps > 0) {
        struct text_lexer *lexer = &scan->parse.lexer;
        if (scan->generate.is_on) {
            err = text_generate_next(scan);
            steps--;
        } else if (lexer->at == lexer->end && lexer->is_last) {
            text_source_pop(scan);
        } else {
            err = scan_some(scan, &steps);
        }
    }
    *ret_done = err != TD_OK || scan->source == NULL;
    if (*ret_done)
        summarise(scan);
    if (err == TD_OK && scan->source == NULL && scan->counts.errors > 0)
        err = TD_E_MALFORMED;
    return err;
}
