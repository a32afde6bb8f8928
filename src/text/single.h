/*
 * text/single.h - one record, or the data of one, from a string.
 *
 * Shape    As a line of a zone file: "www 300 IN A 192.0.2.1". Directives are not taken;
 *          line ends may only stand inside parentheses.
 * Floor    2.
 * Threads  Pure; allocates while it runs.
 * Limits   TEXT_SCAN_RECORD_MAX octets of text.
 * RFC      1035 5.1.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/err.h"
#include "wire/name.h"

struct text_single {
    struct wire_name owner;
    uint8_t *rdata; /* checked; freed with text_single_fini */
    size_t rdata_size;
    uint32_t ttl;
    uint16_t type;
    bool has_ttl; /* the string has one; else `ttl` is the default that was given */
};

/*
 * Read a record; relative names are completed with `origin`.
 * TD_E_MALFORMED  it is not one record; the diagnostic has line, column and reason
 */
TD_NODISCARD td_err text_single_parse(const char *text, size_t size, const uint8_t *origin,
                                      uint32_t ttl_default, struct text_single *ret_single,
                                      struct td_diag *diag);

void text_single_fini(struct text_single *single);

/*
 * Read record data of a type. *ret_rdata is freed with free().
 * TD_E_MALFORMED  as above
 */
TD_NODISCARD td_err text_single_rdata(uint16_t type, const char *text, size_t size,
                                      const uint8_t *origin, uint8_t **ret_rdata, size_t *ret_size,
                                      struct td_diag *diag);
