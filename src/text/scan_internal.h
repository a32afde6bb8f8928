/*
 * text/scan_internal.h - what the scan_*.c files share.
 *
 * Floor    2. Private to text.
 */
#pragma once

#include "base/buf.h"
#include "text/name.h"
#include "text/rdata.h"
#include "text/scan.h"

/* An open file: its octets come through a buffer that always begins with a whole record. */
struct text_source {
    struct text_source *outer; /* the file that includes this one; NULL for the first */
    void *file;
    char *path;
    uint8_t *buffer; /* `capacity` octets and TEXT_PAD more */
    size_t capacity;
    bool is_fresh; /* nothing has been read yet */

    /* What is put back when the file ends: the state of the file that includes this one. */
    struct text_lexer outer_lexer;
    struct text_name outer_origin;
    struct text_name outer_owner;
    bool outer_has_owner;
};

/* A $GENERATE that is under way. */
struct text_generate {
    struct td_buf left;  /* the owner's template */
    struct td_buf right; /* TTL, class, type and the template of the data */
    struct td_buf text;  /* the record made last, with room for TEXT_PAD zeros behind it */
    uint64_t next;
    uint64_t stop;
    uint64_t step;
    bool is_on;
    uint32_t line; /* of the directive */
};

enum { TEXT_OWNER_TEXT_MAX = 64, TEXT_UNCLOSED_MAX = 16 };

/* What happens to the record at lexer.record. */
enum text_scan_mode {
    TEXT_SCAN_READ,
    TEXT_SCAN_PASS, /* it is wrong and has been reported: it is passed over */
    TEXT_SCAN_CUT,  /* the rest of a line that is too long is dropped */
};

struct text_scan {
    struct text_scan_config config;
    struct text_parse parse;
    struct text_source *source; /* the innermost file; NULL before the first and at the end */
    unsigned depth;             /* files open */

    struct text_name origin;
    struct text_name owner;
    /* The text that `owner` was read from; of size 0 when it is not known or has changed. */
    uint8_t owner_text[TEXT_OWNER_TEXT_MAX + TEXT_GROUP];
    size_t owner_text_size;
    bool has_owner;
    bool is_owner_new; /* it is not that of the record given last */

    bool has_ttl_default; /* $TTL, or the minimum of a SOA record without a TTL */
    bool has_ttl_last;
    uint32_t ttl_default;
    uint32_t ttl_last; /* of the last record that has one written out */

    struct text_record record; /* as far as it has been read */
    bool has_class;
    bool is_ttl_cut; /* the TTL read last was too large */
    struct text_token ttl_token;
    enum text_scan_mode mode;
    bool was_started;
    td_err stopped;    /* what on_record has returned */
    unsigned unclosed; /* parentheses that were never closed */
    unsigned reported; /* diagnostics given to the sink */

    struct text_generate generate;
    struct td_diag diag;
    struct text_scan_counts counts;
    uint8_t rdata[TEXT_RDATA_SPACE];
};

/* scan.c: report scan->diag, which has line, column and text. */
void text_scan_report(struct text_scan *scan, enum td_severity severity);

/* scan_source.c */

/* Open a file and make it the innermost. On error diag->text says why. */
TD_NODISCARD td_err text_source_push(struct text_scan *scan, const char *path);
/* Close the innermost file, and go on with the one that includes it. */
void text_source_pop(struct text_scan *scan);
/* Get more of the innermost file behind what begins at lexer.record. */
TD_NODISCARD td_err text_source_fill(struct text_scan *scan);
/* The path of an included file: `path` is relative to where the innermost file is. */
TD_NODISCARD td_err text_source_path(const struct text_scan *scan, const char *path,
                                     char ret_path[TEXT_SCAN_PATH_MAX]);
/* Is a file of this path open? */
bool text_source_is_open(const struct text_scan *scan, const char *path);

/* scan_record.c: what stands at the lexer, up to its line end. */
TD_NODISCARD td_err text_scan_line(struct text_scan *scan);
/* The same for a record that begins with the owner, as $GENERATE makes them. */
TD_NODISCARD td_err text_scan_generated(struct text_scan *scan);
/*
 * A TTL from a token; above 2^31 - 1 it is 0. False when it is none. The second function warns
 * of the last one that was too large; it is called when its record or directive is whole, since
 * one that is cut off by the end of a block is read again.
 */
void text_scan_ttl_warn(struct text_scan *scan);
bool text_scan_ttl(struct text_scan *scan, struct text_token token, uint32_t *ret_ttl);

/* scan_directive.c */
TD_NODISCARD td_err text_scan_directive(struct text_scan *scan, struct text_token name);

/* scan_generate.c: the directive, and one of its records. */
TD_NODISCARD td_err text_generate_begin(struct text_scan *scan);
TD_NODISCARD td_err text_generate_next(struct text_scan *scan);
