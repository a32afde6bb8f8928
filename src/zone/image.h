/*
 * zone/image.h - referrals and negative answers laid out once (struct wire_image of wire/answer.h).
 *
 * Shape    Referrals: the NS set of a delegation in the authority section and, in the additional
 *          one, the addresses of those name servers that are at or below the delegation: glue
 *          that a referral must carry. Name servers elsewhere in the zone are targets, looked up
 *          when the answer is made, so that an image depends on nothing outside of its own
 *          delegation.
 * Floor    3. Not for other directories.
 * Threads  The zone's one writer.
 * Limits   IMAGE_SIZE_MAX; a referral that is larger has no image and is collected each time.
 * RFC      9471 (glue), 1035 4.1.4.
 */
#pragma once

#include "zone/host.h"
#include "zone/space.h"

enum { IMAGE_BELOW_MAX = 64 };

/*
 * Lay out the referral of a delegation; `below` are the nodes under it, in any order. Sets
 * its `cover`, having released the image that was there; 0 when there is none now. `wants` is that
 * of the build, while names are still to come; NULL: all are there.
 */
void zone_image_make(struct zone_space *space, uint32_t delegation, const uint32_t *below,
                     uint32_t below_count, struct zone_host_wants *wants);

/*
 * Lay out the SOA of negative answers, with their TTL (RFC 2308 3), with and without signatures and
 * proofs: view->negative and those behind it.
 */
void zone_image_make_apex(struct zone_space *space);

/* The image at this index (0: none) is no longer used. */
void zone_image_release(struct zone_space *space, uint32_t index);

/* Octets of an image in the arena. */
size_t zone_image_span(const struct wire_image *image);
