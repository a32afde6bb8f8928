/*
 * change/verify.h - may this draft be committed?
 *
 * Floor    5. Not for other directories.
 */
#pragma once

#include "change/internal.h"

/*
 * The checks of zone/check.h on what the draft touched, and the brake.
 *
 * TD_E_INVALID  a check refuses it
 * TD_E_REFUSED  the brake holds it
 */
TD_NODISCARD td_err change_verify(struct change_draft *draft, const struct change_about *about,
                                  struct td_diag *diag);
