/*
 * zone/edit.h - make the next version of a zone from the newest one by a change.
 *
 * Shape    begin, remove and add ..., finish or abort. Costs in proportion to the change:
 *          a page is copied when it is first touched.
 * Floor    3.
 * Threads  The zone's one writer (a keeper). One edit at a time for a zone.
 * Limits   65,535 records in a set.
 */
#pragma once

#include "base/err.h"
#include "zone/version.h"

struct zone_edit;

struct zone_edit *zone_edit_begin(struct zone_version *newest);

/*
 * The set that such a record belongs to (of a signature: the set over the same type), or NULL. Good
 * until the next change.
 */
const struct wire_rrset *zone_edit_find(const struct zone_edit *edit, const uint8_t *owner,
                                        uint16_t type, const uint8_t *rdata, uint16_t rdata_size);

/*
 * TD_E_NOT_FOUND  there is no such record (names in rdata are compared without case)
 * `*ret_ttl` may be NULL; else the TTL that it had.
 */
TD_NODISCARD td_err zone_edit_remove(struct zone_edit *edit, const uint8_t *owner, uint16_t type,
                                     const uint8_t *rdata, uint16_t rdata_size, uint32_t *ret_ttl);

/*
 * The set takes the TTL given, for all of its records.
 *
 * TD_E_EXISTS   the record is there already with this TTL
 * TD_E_INVALID  the owner is not in the zone
 * TD_E_LIMIT    the set or the arena is full
 */
TD_NODISCARD td_err zone_edit_add(struct zone_edit *edit, const uint8_t *owner, uint16_t type,
                                  uint32_t ttl, const uint8_t *rdata, uint16_t rdata_size);

/* Read what the edit holds so far: a version that only this thread may look at. */
const struct zone_version *zone_edit_view(struct zone_edit *edit);

/*
 * The new version, newest of its lineage. Publish it and call zone_lineage_published.
 *
 * TD_E_INVALID  there is not exactly one SOA at the apex; the edit is aborted
 */
TD_NODISCARD td_err zone_edit_finish(struct zone_edit *edit, struct zone_version **ret_version);

/* As if it had never begun. */
void zone_edit_abort(struct zone_edit *edit);
