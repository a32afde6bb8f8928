/*
 * control/key.h - what the command makes of the words of 'tandem key add'.
 *
 * Floor    9.
 * Threads  The command's.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "control/verb.h"

/* Read --secret-file, which the daemon might not be allowed to. Returns an enum control_exit. */
int control_key_prepare(struct control_call *call, struct td_arena *arena,
                        struct td_buf *complaint);
