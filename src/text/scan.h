/*
 * text/scan.h - the zone file scanner.
 *
 * Shape    Octets come in blocks through callbacks; each record goes out through a
 *          callback, in wire form, in the order of the file. What is wrong is reported to
 *          a sink, with file, line and column, and scanning goes on behind the record.
 *          docs/design/zonefile.md has the grammar and why it is so.
 * Floor    2. Opens nothing: files are opened and read by the caller (struct text_files).
 * Threads  One owner. text_scan_run may run wherever its callbacks may; the scanner holds
 *          nothing while it calls them.
 * Limits   TEXT_SCAN_RECORD_MAX octets of text a record, TEXT_SCAN_INCLUDE_MAX files open at
 *          a time, TEXT_SCAN_PATH_MAX octets of path; records of a $GENERATE and reported
 *          errors as configured. Memory: a block for each open file, and about 200 KiB.
 * RFC      1035 5; 2308 4 ($TTL); 3597 5 (unknown types and classes); 9460 appendix A.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/err.h"

enum {
    TEXT_SCAN_BLOCK_SIZE = 256 * 1024,         /* octets asked for at a time, unless configured */
    TEXT_SCAN_RECORD_MAX = 1024 * 1024,        /* octets of text, comments and blanks included */
    TEXT_SCAN_INCLUDE_MAX = 16,                /* nested files, the first one included */
    TEXT_SCAN_PATH_MAX = 4096,                 /* final 0 included */
    TEXT_SCAN_GENERATE_MAX = 16 * 1024 * 1024, /* records of a directive, unless configured */
    TEXT_SCAN_ERRORS_MAX = 100,                /* diagnostics reported, unless configured */
};

/* How the scanner gets at files. */
struct text_files {
    /*
     * Open a file. `path` is the configured one, or that of a $INCLUDE; a relative one has
     * been put behind the directory of the including file. On error fill diag->text.
     */
    td_err (*open)(void *context, const char *path, void **ret_file, struct td_diag *diag);
    /* Read up to `size` octets; *ret_size is 0 at the end only. On error fill diag->text. */
    td_err (*read)(void *context, void *file, uint8_t *into, size_t size, size_t *ret_size,
                   struct td_diag *diag);
    void (*close)(void *context, void *file);
    void *context;
};

/* A record; what it points to is good until the callback returns. */
struct text_record {
    const uint8_t *owner; /* a name; 16 more octets may be read */
    const uint8_t *rdata; /* checked */
    size_t owner_size;
    size_t rdata_size; /* up to 65,535 */
    const char *file;
    uint32_t line;   /* where the record begins, from 1 */
    uint32_t column; /* of the line, from 1 */
    uint32_t ttl;
    uint16_t type;
    bool has_ttl;           /* the TTL is written in the record itself */
    bool is_owner_repeated; /* surely the same octets as the owner of the record before */
};

struct text_scan_config {
    const uint8_t *origin; /* the name that relative names are completed with at first */
    const char *path;      /* the zone file */
    const struct text_files *files;
    /* TD_OK to go on; any other value ends the scan and is what text_scan_run returns. */
    td_err (*on_record)(void *context, const struct text_record *record);
    void *context;                   /* of on_record */
    const struct td_diag_sink *sink; /* errors and warnings; NULL: only counted */
    bool has_ttl_default;
    bool may_include;      /* is $INCLUDE allowed? */
    bool is_single;        /* one record by itself: no directive is allowed */
    uint32_t ttl_default;  /* of records before which no TTL was said */
    uint32_t block_size;   /* 0: TEXT_SCAN_BLOCK_SIZE */
    uint32_t errors_max;   /* 0: TEXT_SCAN_ERRORS_MAX */
    uint32_t generate_max; /* 0: TEXT_SCAN_GENERATE_MAX */
};

struct text_scan_counts {
    uint64_t records;
    uint64_t errors;
    uint64_t warnings;
};

struct text_scan;

/* The configuration is copied, but not what it points to. Freed with text_scan_free. */
struct text_scan *text_scan_new(const struct text_scan_config *config);
void text_scan_free(struct text_scan *scan); /* NULL is nothing */

/* For TD_CLEANUP. */
void text_scan_cleanup(struct text_scan **scan);

/*
 * Scan on for `steps` records, directives and empty lines (SIZE_MAX: to the end). *ret_done,
 * written in any case, tells whether the end has been reached; then it is not called again.
 * TD_E_MALFORMED  the end has been reached, and there were errors, all of them reported
 * TD_E_IO         the zone file could not be opened or read; reported
 * others          what on_record returned
 */
TD_NODISCARD td_err text_scan_run(struct text_scan *scan, size_t steps, bool *ret_done);

void text_scan_counts(const struct text_scan *scan, struct text_scan_counts *ret_counts);
