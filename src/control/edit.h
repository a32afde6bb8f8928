/*
 * control/edit.h - verbs of the command that take more than one question to the daemon.
 *
 * Floor    9. Not for other directories.
 * Threads  The command's only one.
 */
#pragma once

#include "control/verb.h"

/*
 * zone edit NAME: the zone as a file in $VISUAL or $EDITOR, checked, the difference shown and
 * confirmed, and sent with the serial that was seen.
 */
int control_zone_edit(const struct control_call *call);

/* zone at NAME [SERIAL] --file: the zone written to a file. */
int control_zone_at(const struct control_call *call);
