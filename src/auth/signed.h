/*
 * auth/signed.h - answers of one piece to questions that want signatures and proofs.
 *
 * Shape    What auth/piece.h is for others: a set with its signature; a referral with the DS or
 *          what shows that there is none; no such type; no such name below the apex itself. All
 *          else takes the walk. Builds that test compare the two (auth/prepared.h).
 * Floor    5.
 * Threads  Any that borrows or pins the version. Pure.
 * RFC      4035 3.1, 5155 7.2.
 */
#pragma once

#include "auth/answer.h"
#include "wire/signed.h"

/*
 * The answer for a name that is the apex or below it and not the root, in a zone that is signed;
 * `nearest` is of zone_look_end.
 * False: it takes auth_answer; *ret_answer is good for nothing. `pointed` is for what it may refer
 * to.
 */
bool auth_signed_find(const struct zone_version *version, const struct wire_key *key,
                      struct zone_nearest nearest, uint16_t type,
                      struct answer_pointed pointed[PIECE_POINTED_MAX],
                      struct answer_signed *ret_answer);

/* For builds that test: does the walk say the same? */
bool auth_signed_is_right(const struct auth_query *query, const struct answer_signed *answer);
