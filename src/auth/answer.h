/*
 * auth/answer.h - what an authoritative server says to a question.
 *
 * Shape    In: one zone version and a question whose name is in that zone. Out: a struct
 *          answer of borrowed record sets (wire/answer.h). docs/design/answers.md has the
 *          decisions.
 * Floor    5.
 * Threads  Any that borrows or pins the version. Pure; never allocates but in the answer's
 *          scratch (synthesised CNAMEs of a DNAME).
 * Limits   AUTH_ALIASES_MAX aliases in one answer, AUTH_TARGETS_MAX names looked up for the
 *          additional section.
 * RFC      1034 4.3.2, 2308, 4035 3.1, 4592, 5155 7.2, 6604, 6672 3, 8020, 8482, 9471.
 */
#pragma once

#include <stdint.h>

#include "wire/answer.h"
#include "wire/key.h"
#include "zone/set.h"
#include "zone/version.h"

enum {
    AUTH_ALIASES_MAX = 20,  /* CNAMEs and DNAMEs followed */
    AUTH_TARGETS_MAX = 128, /* names in the data of the answer that are looked up in the zone */
};

enum auth_flag {
    AUTH_DO = 1 << 0,            /* the asker wants signatures and proofs */
    AUTH_NO_IMAGE = 1 << 1,      /* collect sets only, no prepared image */
    AUTH_MINIMAL_ANY = 1 << 2,   /* ANY and RRSIG get one set (8482 4.1): for UDP */
    AUTH_NO_ADDITIONAL = 1 << 3, /* leave out what is optional in the additional section */
};

struct auth_query {
    const struct zone_version *version;
    const struct wire_key *key; /* of the question's name, which is the apex or below it */
    const uint8_t *name;        /* the same name, uncompressed, in the case it was asked in */
    uint16_t type;              /* a type of data, or ANY; never another meta type */
    uint8_t apex_label;         /* key->offsets[apex_label] is where the apex begins */
    uint8_t flags;              /* enum auth_flag */
};

/*
 * Fill an answer that was reset. RCODE is NOERROR, NXDOMAIN, YXDOMAIN or (an answer that does not
 * fit ANSWER_SETS_MAX) SERVFAIL. The answer borrows from the version, and from query->name.
 */
void auth_answer(const struct auth_query *query, struct answer *answer);

/*
 * The zone that has to answer: the one with the longest apex; but for DS of a name that is an apex
 * here the zone above, unless there is a cut of somebody else's between the two (4035 3.1.4.1).
 * NULL: none is ours. The zone may be without a version (not loaded).
 */
struct zone_entry *auth_zone_find(const struct zone_set *zones, const struct wire_key *key,
                                  uint16_t type);
