/*
 * zone/edit_target.h - where a record is, or would be, in the zone that is being edited.
 *
 * Floor    3. Not for other directories.
 * Threads  The zone's one writer.
 */
#pragma once

#include "wire/key.h"
#include "zone/edit.h"
#include "zone/label.h"
#include "zone/space.h"

struct zone_edit {
    struct zone_space space;
    uint32_t *stale; /* delegations whose referral must be laid out again */
    uint32_t stale_count;
    uint32_t stale_capacity;
};

/* An owner name in the forms that a change needs. */
struct edit_target {
    struct wire_key key;
    struct zone_labels labels; /* relative to the apex, in the case given */
};

/* TD_E_INVALID: the owner is not in the zone. */
TD_NODISCARD td_err edit_target(const struct zone_edit *edit, const uint8_t *owner,
                                struct edit_target *ret);

/* Does the record stand with the owners of NSEC3, which are not among the names? */
bool edit_is_hashed(uint16_t type, const uint8_t *rdata, uint16_t size);

/* The index of the node, or 0. */
uint32_t edit_find_hashed(const struct zone_version *view, const struct zone_labels *labels);

/* The index of the node that a walk stands on. */
uint32_t edit_walk_index(const struct zone_walk *walk);
