/*
 * change/zonemd.h - the digest of a zone follows what is changed in it.
 *
 * Floor    5. Not for other directories.
 * RFC      8976 3.
 */
#pragma once

#include "change/internal.h"

/* Has the zone a digest that this change makes wrong, and that is not somebody else's? */
bool change_zonemd_is_due(struct change_draft *draft, const struct change_about *about);

/* The SOA is the one that will be published. TD_E_LIMIT: as change_draft_add. */
TD_NODISCARD td_err change_zonemd_renew(struct change_draft *draft);
