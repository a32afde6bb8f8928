/*
 * dnssec/denial.h - what one NSEC or NSEC3 record says about a name.
 *
 * Shape    names in any case; hashes of equal size. An interval is open at both ends: its
 *          owner and its next name exist. The last record of a chain points back to the first.
 * Floor    2. Includes base wire.
 * Threads  Pure.
 * RFC      4034 4, 4035 5.4, 5155 8, 6840 4.1 and 4.3.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/name.h"

/*
 * Does `name` lie strictly between `owner` and `next` in canonical order? With next == owner (a
 * chain of one) every other name does. Names outside of the zone are the caller's matter.
 */
bool dnssec_nsec_covers(const uint8_t *owner, const uint8_t *next, const uint8_t *name);

/*
 * Is `name` an empty non-terminal by this record, because `next` lies below it and it lies
 * behind `owner`? (4035 5.4: then there is no data, and no NXDOMAIN.)
 */
bool dnssec_nsec_shows_empty(const uint8_t *owner, const uint8_t *next, const uint8_t *name);

/*
 * How many labels (root included) the closest encloser of `name` has, given the NSEC record
 * that covers it: the longer one of what it has in common with owner and next.
 */
unsigned dnssec_nsec_encloser_labels(const uint8_t *owner, const uint8_t *next,
                                     const uint8_t *name);

/* Does `hash` lie strictly between the two? With next == owner every other hash does. */
bool dnssec_nsec3_covers(const uint8_t *owner_hash, const uint8_t *next_hash, const uint8_t *hash,
                         size_t hash_size);

/*
 * Does the bitmap belong to the parent's side of a zone cut, or to a DNAME? Such a record says
 * nothing about the names below its owner (6840 4.1), and nothing about types other than DS.
 */
bool dnssec_denial_is_delegation(const uint8_t *bitmap, size_t bitmap_size);
bool dnssec_denial_is_dname(const uint8_t *bitmap, size_t bitmap_size);
