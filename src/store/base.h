/*
 * store/base.h - the content of a zone as of a place in the log.
 *
 * Shape    One file per zone: a head with zone, serial and sequence, then blocks of records, each
 *          with a CRC-32C. It knows nothing of how a version lies in memory. The zone is what the
 *          base says, and the changes of the log behind its sequence.
 * Floor    4.
 * Threads  A bulk keeper: the calls block on the disk. The version is pinned by the caller.
 * Limits   as zone/build.h; a block has at most STORE_BASE_BLOCK_SIZE octets.
 */
#pragma once

#include "base/diag.h"
#include "base/err.h"
#include "io/io.h"
#include "zone/version.h"

enum { STORE_BASE_BLOCK_SIZE = 256 * 1024 };

/*
 * Where a file of this kind ("base", "image") of a zone lies below the state directory; to be
 * freed. `apex` in lower case.
 */
char *store_path(const char *state, const char *kind, const uint8_t *apex);

/* Where the base of a zone lies below the state directory; to be freed. */
char *store_base_path(const char *state, const uint8_t *apex);

/*
 * Write it and put it in the place of the one there was, durably. Its directory is made.
 * TD_E_LIMIT  the disk is full
 * TD_E_IO     ...
 */
TD_NODISCARD td_err store_base_write(struct fiber *fiber, struct io *io, const char *path,
                                     const struct zone_version *version, uint64_t sequence,
                                     struct td_diag *diag);

/*
 * Read it. The version is alone in its lineage, which the caller owns.
 *
 * TD_E_NOT_FOUND  there is none
 * TD_E_MALFORMED  damaged, or of another zone; nothing of it is used
 * TD_E_IO         it cannot be read
 */
TD_NODISCARD td_err store_base_read(struct io *io, const char *path, const uint8_t *apex,
                                    const struct td_hash_seed *seed, uint64_t *ret_sequence,
                                    struct zone_version **ret_version, struct td_diag *diag);
