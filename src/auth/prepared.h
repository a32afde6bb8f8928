/*
 * auth/prepared.h - a prepared image is held against the sets that it stands for.
 *
 * Shape    A check for builds that test (-Dnever_aborts): each answer with an image is collected a
 *          second time without one, both become messages, and these have to say the same.
 * Floor    5.
 * Threads  As auth_answer; but it allocates.
 */
#pragma once

#include <stdbool.h>

#include "auth/answer.h"

#ifdef TD_NEVER_ABORTS
enum { AUTH_PREPARED_IS_CHECKED = 1 };
#else
enum { AUTH_PREPARED_IS_CHECKED = 0 };
#endif

/*
 * Does an answer with an image say what its sets say? The records of each section are the same,
 * in any order, and so are flags and RCODE; letter case and compression may differ.
 */
bool auth_prepared_is_right(const struct auth_query *query, const struct answer *answer);
