/*
 * change/net.h - the net effect of a draft.
 *
 * Shape    What was removed and added again is left out; the rest stands sorted, by owner in
 *          canonical order, type and data, so that the same change is the same octets.
 * Floor    5. Not for other directories.
 */
#pragma once

#include "change/internal.h"

/* Fill in the changeset's records, without the SOA. May be called again after more effects. */
void change_net_effect(struct change_draft *draft);

/* Put the SOAs first. Once, at the end. */
void change_net_soa(struct change_draft *draft, const struct change_record *before,
                    const struct change_record *after);
