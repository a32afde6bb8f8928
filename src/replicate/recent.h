/*
 * replicate/recent.h - the last changes of all zones, in memory, as the log has them.
 *
 * Shape    Changes hang in the list of their zone and in one of all zones, oldest first. When they
 *          are more octets than they may be, the oldest goes, of whichever zone it is: it can
 *          still be read from the log.
 * Floor    6.
 * Threads  The main world's.
 * Limits   RECENT_OCTETS_MAX octets in all; a change of more than RECENT_CHANGE_MAX is left out.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "change/change.h"

enum { RECENT_OCTETS_MAX = 32 << 20, RECENT_CHANGE_MAX = 1 << 20 };

struct recent_zone;

struct recent_change {
    struct recent_change *newer; /* of all */
    struct recent_change *newer_of_zone;
    struct recent_change *older;
    struct recent_zone *zone;
    uint64_t sequence;
    uint32_t size;
    uint8_t octets[];
};

/* Embedded in what is kept of a zone. */
struct recent_zone {
    struct recent_change *oldest;
    struct recent_change *newest;
};

struct recent {
    struct recent_change *oldest;
    struct recent_change *newest;
    uint64_t octets;
    uint64_t octets_max;
};

void recent_init(struct recent *recent, uint64_t octets_max);

/* Remember a change that was published; its octets are copied. */
void recent_add(struct recent *recent, struct recent_zone *zone, const struct changeset *changeset);

/*
 * The change of this sequence, looked for from `from` on (NULL: from the zone's oldest); NULL: it
 * is not there.
 */
const struct recent_change *recent_find(const struct recent_zone *zone,
                                        const struct recent_change *from, uint64_t sequence);

/* Forget what is there of a zone. */
void recent_forget(struct recent *recent, struct recent_zone *zone);
