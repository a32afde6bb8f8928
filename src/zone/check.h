/*
 * zone/check.h - is this version of a zone fit to be served, and what looks like a mistake in it?
 *
 * Shape    Every check is one row of check_rows.h: an id that stays, a level, a text, a
 *          reason and the RFC. Errors refuse the version, warnings and notes are told.
 *          docs/design/checks.md is the list for people.
 * Floor    3.
 * Threads  Pure: no I/O and no clock (`now_s` is given). Allocates scratch of its own.
 * Limits   One walk over the names in canonical order, and a second one when the apex has a
 *          ZONEMD record; scratch grows with the glue of other delegations and with NSEC3. The
 *          first 64 keys are looked at. SPF is followed through the zone for 64 look-ups.
 * RFC      those of the rows.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/err.h"
#include "zone/build.h"
#include "zone/check_rows.h"
#include "zone/places.h"
#include "zone/version.h"

enum zone_check_level {
    ZONE_LEVEL_OFF,
    ZONE_LEVEL_NOTE,
    ZONE_LEVEL_WARNING,
    ZONE_LEVEL_ERROR,
};

enum zone_check_id {
#define ZONE_CHECK_ENUM(symbol, ...) ZONE_CHECK_##symbol,
    ZONE_CHECK_ROWS(ZONE_CHECK_ENUM)
#undef ZONE_CHECK_ENUM
        ZONE_CHECK_COUNT
};

struct zone_check_row {
    const char *id;   /* "cname-other-data": for messages and configuration */
    const char *text; /* what is wrong */
    const char *why;  /* what comes of it */
    const char *rfc;  /* "RFC 1034 3.6.2" */
    uint8_t level;    /* enum zone_check_level */
    uint8_t strict;   /* the level when the strictness is strict */
};

extern const struct zone_check_row zone_check_rows[ZONE_CHECK_COUNT];

/* TD_E_NOT_FOUND: no check has this id. */
TD_NODISCARD td_err zone_check_find(const char *id, enum zone_check_id *ret_id);

enum zone_check_strictness {
    ZONE_CHECK_LAX,    /* nothing but what cannot be served is an error: for copies of a zone */
    ZONE_CHECK_NORMAL, /* the levels of the table */
    ZONE_CHECK_STRICT, /* what is surely a mistake is an error */
};

struct zone_check_options {
    uint64_t now_s;          /* seconds since 1970; 0: signature periods are not looked at */
    uint32_t expiry_soon_s;  /* a signature that ends within this time is told */
    uint32_t findings_max;   /* findings of one check that are told, the rest is counted; 0: all */
    uint32_t set_max;        /* a set of more records is told */
    uint32_t signatures_max; /* signatures that are verified, the apex first; each costs 0.1 ms */
    const struct zone_build_report *built; /* what the build found; NULL: not known */
    uint8_t levels[ZONE_CHECK_COUNT];      /* enum zone_check_level */
};

/* Fill in the defaults: 2 days, 20 findings, 100 records; all signatures when strict, else none. */
void zone_check_options_init(struct zone_check_options *ret_options,
                             enum zone_check_strictness strictness, uint64_t now_s);

struct zone_check_result {
    uint32_t errors; /* findings, told or not */
    uint32_t warnings;
    uint32_t notes;
    uint32_t counts[ZONE_CHECK_COUNT];
};

/*
 * Check a version and tell what is found, in canonical order of the names. `places` (may be NULL)
 * knows where the records stood, so that findings have a file and a line. Returns whether the
 * version may be served: there is no error.
 */
bool zone_check(const struct zone_version *version, const struct zone_check_options *options,
                const struct zone_places *places, const struct td_diag_sink *sink,
                struct zone_check_result *ret_result);

/*
 * Check the names that a change has touched: what stands there now, what it refers to, what is
 * below a delegation or DNAME, and the name servers of the zone that have their addresses there.
 * Chains of NSEC and signatures are not looked at, nor who else refers to a name. Costs in
 * proportion to the names. `names` are uncompressed.
 */
bool zone_check_part(const struct zone_version *version, const struct zone_check_options *options,
                     const uint8_t *const *names, size_t count, const struct td_diag_sink *sink,
                     struct zone_check_result *ret_result);

/*
 * zone_build_finish returned TD_E_INVALID: tell whether the SOA is missing or there are several,
 * with the lines of the second and further ones.
 */
void zone_check_soa_refused(const uint8_t *apex, const struct zone_places *places,
                            const struct td_diag_sink *sink);
