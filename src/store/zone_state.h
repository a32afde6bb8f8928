/*
 * store/zone_state.h - what is remembered of a zone besides its records: keyed state of the log.
 *
 * Shape    The serial that was published, and which file it was loaded from: its identity, the
 *          digest of its octets, the serial that stood in it, and up to which change of the log the
 *          file and the zone were the same. Changes behind that were made at run time.
 * Floor    4.
 * Threads  Pure.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "io/file.h"
#include "wire/name.h"

/* The file as it was when it was loaded or written. */
struct store_zone_file {
    struct io_file_stat stat;
    uint64_t digest;   /* of its octets, and those of the files that it includes */
    uint32_t serial;   /* in its SOA */
    uint64_t sequence; /* of the change that made the zone what the file says; see zone_state.c */
};

struct store_zone_state {
    uint32_t serial;
    bool is_frozen;
    bool has_file;
    struct store_zone_file file;
};

enum { STORE_ZONE_KEY_SIZE_MAX = 1 + WIRE_NAME_SIZE_MAX };

/* Written for the sequence of the entry itself, which is not known when it is written. */
#define STORE_ZONE_SEQUENCE_OWN UINT64_MAX

/* The key of a zone's state in the log: 'Z' and the apex in lower case. Returns its size. */
size_t store_zone_key(const uint8_t *apex, uint8_t out[STORE_ZONE_KEY_SIZE_MAX]);

/* Append. */
void store_zone_state_encode(const struct store_zone_state *state, struct td_buf *out);

/*
 * `sequence` is that of the entry: what STORE_ZONE_SEQUENCE_OWN stands for.
 * TD_E_MALFORMED  it is none of ours
 */
TD_NODISCARD td_err store_zone_state_decode(const uint8_t *octets, size_t size, uint64_t sequence,
                                            struct store_zone_state *ret_state);

/* Is it the file that was loaded, as far as the file system can tell? */
bool store_zone_file_is_same(const struct store_zone_file *file, const struct io_file_stat *stat);
