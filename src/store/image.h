/*
 * store/image.h - the written image of a zone version: its pages as they are, for the next start.
 *
 * Shape    One file per zone: a head (whose it is, of what, by which build; the outline of the
 *          version; a CRC-32C of each piece of 256 KiB), then the pages. Only the build that wrote
 *          it can read it, and only with the hash seed that its names were hashed with. It holds
 *          nothing that is not elsewhere: any doubt, and it is not used.
 *          docs/design/images.md has the reasons.
 * Floor    4.
 * Threads  A bulk keeper: the calls block on the disk. Reading starts some more threads.
 * Limits   STORE_IMAGE_HEAD_SIZE_MAX octets of head.
 */
#pragma once

#include "base/diag.h"
#include "base/err.h"
#include "io/io.h"
#include "store/zone_state.h"
#include "zone/parts.h"
#include "zone/version.h"

enum { STORE_IMAGE_HEAD_SIZE_MAX = 256 << 20, STORE_IMAGE_PIECE_SIZE = 256 << 10 };

/* What an image is of. It is used only where all of this is the same. */
struct store_image_about {
    const uint8_t *apex; /* in lower case */
    const struct td_hash_seed *seed;
    uint64_t sequence;           /* of the newest change of the log that is in it */
    bool has_file;               /* it is what a file says (reading: it has to be): */
    struct store_zone_file file; /* reading: of this only `stat` is looked at */
    uint64_t options;            /* a digest of what makes the zone of the file */
    const struct td_diag *diags; /* what was found when it was loaded; not for reading */
    uint32_t diag_count;
    uint32_t diags_left_out;
};

/* Where the image of a zone lies below the state directory; to be freed. `apex` in lower case. */
char *store_image_path(const char *state, const uint8_t *apex);

/* ---- writing, in steps ---- */

struct store_image_writer;

/*
 * The version is pinned by the caller until the end; the parts are taken. What `about` points to is
 * copied. TD_E_UNSUPPORTED  this program has no build id
 */
TD_NODISCARD td_err store_image_writer_new(struct io *io, const char *path,
                                           const struct zone_version *version,
                                           struct zone_parts *parts,
                                           const struct store_image_about *about,
                                           struct store_image_writer **ret_writer,
                                           struct td_diag *diag);

/*
 * Write some 16 MiB more, durably. With the last of it the image takes the place of the one there
 * was. After an error nothing is left but to free the writer.
 *
 * TD_E_LIMIT     the disk is full
 * TD_E_CONFLICT  the version must be let go
 * TD_E_IO        ...
 */
TD_NODISCARD td_err store_image_writer_step(struct store_image_writer *writer, bool *ret_is_done,
                                            struct td_diag *diag);

/* What was not finished is removed. */
void store_image_writer_free(struct store_image_writer *writer);

/* ---- reading ---- */

struct store_image {
    struct zone_version *version; /* alone in its lineage, which the caller owns */
    struct store_zone_file file;  /* if it is what a file says */
    struct td_diag *diags;        /* the caller's */
    uint32_t diag_count;
    uint32_t diags_left_out;
};

/*
 * Read it, if it is what is asked for; all of it has been checked when this returns.
 *
 * TD_E_NOT_FOUND  there is none
 * TD_E_INVALID    it is sound, and of something else: another build, seed, file, ...
 * TD_E_MALFORMED  damaged
 * TD_E_IO         it cannot be read
 */
TD_NODISCARD td_err store_image_read(struct io *io, const char *path,
                                     const struct store_image_about *about,
                                     struct store_image *ret_image, struct td_diag *diag);
