/*
 * change/brake.h - changes that look like an accident: too many names at once, or the last name
 * server.
 *
 * Floor    5.
 * Threads  Pure.
 * Limits   zones of up to CHANGE_BRAKE_NAMES_MIN names may lose any number of them.
 */
#pragma once

#include "change/change.h"

enum { CHANGE_BRAKE_NAMES_MIN = 100, CHANGE_BRAKE_PERCENT_DEFAULT = 40 };

struct change_brake_look {
    uint32_t names; /* of the zone before */
    uint32_t gone;  /* of them, those that would have no records any more */
    const struct zone_version *after;
};

/* Does the brake work for changes from there? */
bool change_brake_is_on(const struct change_rules *rules, enum change_origin origin);

/* TD_E_REFUSED: it would be held; why is in diag. */
TD_NODISCARD td_err change_brake_check(const struct change_rules *rules,
                                       const struct change_brake_look *look, struct td_diag *diag);
