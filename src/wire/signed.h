/*
 * wire/signed.h - an answer of one piece with its signatures and proofs, and how it becomes octets.
 *
 * Shape    What most answers with DO are: what wire/piece.h has, with a signature over the one set;
 *          and a few sets of the authority section that prove something, each with its signature.
 * Floor    1.
 * Threads  Pure.
 * Limits   SIGNED_PAIRS_MAX proofs, of SIGNED_RECORDS_MAX records each.
 * RFC      4035 3.1.
 */
#pragma once

#include "wire/piece.h"

enum { SIGNED_PAIRS_MAX = 2, SIGNED_RECORDS_MAX = 16 };

/* A set without names that might be compressed, and the signatures over it. */
struct answer_pair {
    const struct wire_rrset *set;
    const struct wire_rrset *signature;
    const uint8_t *label; /* the owner is this label in front of the question's name from ... */
    uint8_t qname_offset; /* ... this octet on; with label NULL it begins there */
};

struct answer_signed {
    struct answer_piece piece;          /* set: without names and not turned, of any count */
    const struct wire_rrset *signature; /* over piece.set */
    const struct wire_image *proof;     /* more of the authority section, laid out for the apex: its
                                           names are the apex or stand in it; NULL: nothing */
    unsigned pair_count;
    struct answer_pair pairs[SIGNED_PAIRS_MAX];
};

/* As wire_piece_put. */
uint32_t wire_signed_put(uint8_t *message, uint32_t size, uint32_t limit,
                         const struct answer_signed *answer);
