/*
 * store/zonefile.h - a zone file becomes a zone version.
 *
 * Shape    open, scan, build, check: one pass over the file, read in blocks. Whatever is
 *          wrong is told to a sink with file, line and column.
 * Floor    4.
 * Threads  A bulk keeper (it blocks on the disk), or the command `tandem zone check`. With a
 *          fiber it yields every STORE_ZONEFILE_SLICE records.
 * Limits   those of text/scan.h and zone/build.h.
 * RFC      1035 5.
 */
#pragma once

#include "base/diag.h"
#include "base/err.h"
#include "io/file.h"
#include "io/io.h"
#include "zone/check.h"
#include "zone/version.h"

enum { STORE_ZONEFILE_SLICE = 20000 };

struct store_zonefile {
    const char *path;
    const char *text; /* what is to be read instead; NULL: the file. `path` is how it is called */
    size_t text_size;
    const uint8_t *apex; /* uncompressed */
    const struct td_hash_seed *seed;
    const struct zone_check_options *checks; /* `built` is filled in */
    uint64_t records_max;                    /* 0: no limit */
    bool may_include;
};

struct store_zonefile_report {
    struct io_file_stat stat; /* of the file, taken before it was read */
    uint64_t digest;          /* of its octets, and those of the files that it includes */
    uint32_t serial;          /* of a version that was made */
    uint64_t records;         /* read from the file */
    uint32_t files;           /* it, and those that it includes */
    uint32_t errors;
    uint32_t warnings;
};

/*
 * Load and check. *ret_report is always filled. The version is alone in its lineage, which the
 * caller owns.
 *
 * TD_E_NOT_FOUND, TD_E_REFUSED, TD_E_IO  the file cannot be read; reported
 * TD_E_MALFORMED  records could not be understood; each reported
 * TD_E_INVALID    it is no zone (SOA), or a check refused it; reported
 * TD_E_LIMIT      too many records; reported
 */
TD_NODISCARD td_err store_zonefile_load(struct fiber *fiber, struct io *io,
                                        const struct store_zonefile *zonefile,
                                        const struct td_diag_sink *sink,
                                        struct store_zonefile_report *ret_report,
                                        struct zone_version **ret_version);

/* The digest that a file without $INCLUDE has in a report. It is read once more for that. */
TD_NODISCARD td_err store_zonefile_digest(struct io *io, const char *path, uint64_t *ret_digest,
                                          struct td_diag *diag);
