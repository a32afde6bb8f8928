/*
 * change/draft.h - a change of single records, while it is being written.
 *
 * Shape    begin, remove and add ..., then commit or abort. A draft stands on the newest version
 *          of the zone, changes that wait for the disk included, so that a second update's
 *          prerequisites see the first. It records its net effect (what is removed and added,
 *          TTLs included), which is what the log, IXFR and history get.
 * Floor    5.
 * Threads  The door's (the main world). Nothing may suspend between begin and commit or abort, and
 *          a zone has one draft at a time.
 * Limits   as zone/edit.h; CHANGE_DRAFT_RECORDS_MAX records.
 * RFC      1982 (serials), 2181 5.2 (one TTL for a set).
 */
#pragma once

#include "base/diag.h"
#include "base/err.h"
#include "change/change.h"

enum { CHANGE_DRAFT_RECORDS_MAX = 1 << 20 };

struct change_draft;

/*
 * TD_E_CONFLICT  the zone has no data, is frozen (but for its file), or is a secondary (but for
 *                transfers)
 * TD_E_IO        changes are refused for now, since the log cannot be written
 * The reason is in diag.
 */
TD_NODISCARD td_err change_draft_begin(struct change_door *door, struct change_zone *zone,
                                       enum change_origin origin, struct change_draft **ret_draft,
                                       struct td_diag *diag);

/* The zone with what the draft holds so far; only until the next call. */
const struct zone_version *change_draft_view(struct change_draft *draft);

/*
 * TD_E_NOT_FOUND  there is no such record (names in rdata are compared without case)
 * Removing the SOA is TD_E_INVALID: replace it by adding another.
 */
TD_NODISCARD td_err change_draft_remove(struct change_draft *draft, const uint8_t *owner,
                                        uint16_t type, const uint8_t *rdata, uint16_t rdata_size);

/*
 * The set takes this TTL for all of its records. An SOA takes the place of the one there is, and
 * its serial counts if it is greater than the one there is; else it gets the next.
 *
 * TD_E_EXISTS   the record is there already with this TTL: nothing changes
 * TD_E_INVALID  the owner is not in the zone
 * TD_E_LIMIT    the set, the arena or the draft is full
 */
TD_NODISCARD td_err change_draft_add(struct change_draft *draft, const uint8_t *owner,
                                     uint16_t type, uint32_t ttl, const uint8_t *rdata,
                                     uint16_t rdata_size);

/* The SOA as it is, with this serial; as change_draft_add. */
TD_NODISCARD td_err change_draft_set_serial(struct change_draft *draft, uint32_t serial);

/* As if it had never begun. */
void change_draft_abort(struct change_draft *draft);

/* The net effect so far, without the serial that the commit will give. Owned by the draft. */
const struct changeset *change_draft_changes(struct change_draft *draft);

/* What a commit would say of the draft as it is: TD_E_INVALID or TD_E_REFUSED, why is in diag. */
TD_NODISCARD td_err change_draft_check(struct change_draft *draft, const struct change_about *about,
                                       struct td_diag *diag);

/*
 * Check the draft, give it the next serial and hand it to the log. Takes the draft, whatever comes
 * of it. With TD_OK `wait->done` will be called, later in this turn or in another one.
 *
 * TD_E_INVALID   a check refuses it
 * TD_E_CONFLICT  the zone has another serial than the one seen
 * TD_E_REFUSED   the brake holds it: it would remove too much
 * The reason is in diag.
 */
TD_NODISCARD td_err change_draft_commit(struct change_draft *draft,
                                        const struct change_about *about, struct change_wait *wait,
                                        struct td_diag *diag);

/* The same, and wait. *ret_wait has the serial, and whether anything has changed. */
TD_NODISCARD td_err change_draft_commit_wait(struct fiber *fiber, struct change_draft *draft,
                                             const struct change_about *about,
                                             struct change_wait *ret_wait, struct td_diag *diag);
