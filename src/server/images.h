/*
 * server/images.h - written images: made of large zones that are quiet, used at the next start.
 *
 * Shape    A row for each zone that is large enough (struct image, owned by the zone's row). Its
 *          image is written a slice at a time, one zone after the other, and then known to the log:
 *          'I' and the zone's name, with the place in the log that it is of. A start reads the
 *          image instead of the file, or of the base; should anything be wrong with it, it is
 *          forgotten, and the zone begins as if it had never been.
 *          The names of all images are hashed with one seed, which the log has under 'X': it lives
 *          as long as there are images (decision 7).
 * Floor    10.
 * Threads  The main world's.
 */
#pragma once

#include "server/registry.h"

struct image;
struct images;

/*
 * The seed for this life of the server: that of the images there are, or else `fresh`, which was
 * drawn. Returns whether it is the former.
 */
bool images_recall_seed(const struct store_log *log, struct td_hash_seed *seed);

struct images *images_new(struct registry *registry);
/* Before the loader goes: nothing is written any more. */
void images_stop(struct images *images);
void images_free(struct images *images);

/*
 * A configuration is applied: images are used and written from now on, or not, and then removed, as
 * those are whose zone is gone.
 */
void images_apply(struct images *images, bool is_on);

/* ---- a start ---- */

/*
 * Begin a zone with its image, if it has one that may be used. `is_changed`: what its file says is
 * not the zone. Returns whether a job was given.
 */
bool images_start(struct images *images, struct registry_zone *zone, bool is_changed);

/* That job could not do it: say why; the zone is to be started again, and has no image. */
void images_refused(struct images *images, struct registry_zone *zone,
                    const struct loader_job *job);

/* It could: what the job brought is served, or soon will be. */
void images_used(struct images *images, struct registry_zone *zone, const struct loader_job *job);

/* ---- afterwards ---- */

/* What is served has changed, or what is known of its file. */
void images_changed(struct images *images, struct registry_zone *zone);

/* A job of theirs (LOADER_IMAGE_WRITE, LOADER_DIGEST) is back. Takes it. */
void images_take_job(struct images *images, struct loader_job *job);

/* The zone's row goes; its image stays, until the zone is forgotten. */
void images_zone_end(struct images *images, struct registry_zone *zone);

/* Be without the image of a zone that has gone, or whose history is forgotten. */
void images_forget(struct images *images, const uint8_t *apex);
