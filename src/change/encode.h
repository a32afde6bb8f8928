/*
 * change/encode.h - a changeset as octets, for the log.
 *
 * Shape    format, origin, flags; author and reason with their sizes; the numbers of records
 * removed and added; each record as owner (size 0: the one before), type, TTL, size and data.
 *          Numbers in network order, names uncompressed. The serials and the time are in the
 *          log's own header. The first record removed and the first added are the SOAs.
 * Floor    5.
 * Threads  Pure.
 * Limits   CHANGE_TEXT_SIZE_MAX octets of author or reason; what is longer is cut.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "change/change.h"

enum { CHANGE_TEXT_SIZE_MAX = 255 };

/* Append the changeset to `out`. */
void change_encode(const struct changeset *changeset, struct td_buf *out);

/*
 * Read one; its records point into the octets, its arrays and texts lie in the arena.
 * TD_E_MALFORMED  it is none of ours, or damaged
 */
TD_NODISCARD td_err change_decode(const uint8_t *octets, size_t size, struct td_arena *arena,
                                  struct changeset *ret_changeset);
