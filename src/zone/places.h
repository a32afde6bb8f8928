/*
 * zone/places.h - where the records of a zone stood in its files.
 *
 * Shape    A log in the order of the files, a few octets a record: how far the line moved, the
 *          type, a 16-bit hash of the data; and a 32-bit hash of the owner when it changes.
 *          An index by owner is made when the first place is asked for, which only happens
 *          when there is something to say. docs/design/checks.md has the figures and what
 *          else was tried.
 * Floor    3.
 * Threads  One owner.
 * Limits   4 GiB of log; 65,535 files. Places beyond are not kept. Hashes may collide: then the
 *          line of another record is named, in one out of some thousand findings.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct zone_places;

struct zone_places *zone_places_new(void);
void zone_places_free(struct zone_places *places); /* NULL is fine */

/* A file that records come from; returns its number. The name is copied. */
uint16_t zone_places_file(struct zone_places *places, const char *name);

/*
 * A record that was given to zone_build_add: `owner` is a name in any case (NULL: that of the
 * record before), `rdata` what was added. The index, if there is one, is made again when it is next
 * needed.
 */
void zone_places_add(struct zone_places *places, uint16_t file, uint32_t line, const uint8_t *owner,
                     uint16_t type, uint32_t ttl, const uint8_t *rdata, uint16_t rdata_size);

struct zone_place {
    const char *file; /* as long as the places live */
    uint32_t line;
};

/*
 * Where a record stood. With `rdata` NULL, the first one of the type; with type 0 the first one
 * of the owner. When there is no such record, that of the less exact question is given.
 * Returns false when nothing of the owner is known.
 */
bool zone_places_find(const struct zone_places *places, const uint8_t *owner, uint16_t type,
                      const uint8_t *rdata, size_t rdata_size, struct zone_place *ret_place);

/* The record of this owner and type that came as number `n` from 0; false: there is none. */
bool zone_places_nth(const struct zone_places *places, const uint8_t *owner, uint16_t type,
                     uint32_t n, struct zone_place *ret_place);

/* The first file, with line 0; false: there is none. */
bool zone_places_first(const struct zone_places *places, struct zone_place *ret_place);

enum zone_place_oddity {
    ZONE_PLACE_DUPLICATE,   /* the same record stood before */
    ZONE_PLACE_TTL_DIFFERS, /* its TTL is not that of the first record of its set */
};

/*
 * Visit the records that were there already or whose TTL differs from that of the first record
 * of their set, owner by owner. RRSIG sets are told apart by what they cover.
 */
void zone_places_odd(const struct zone_places *places,
                     void (*visit)(void *context, enum zone_place_oddity oddity,
                                   const struct zone_place *place, uint16_t type),
                     void *context);

/* Octets held. */
size_t zone_places_memory(const struct zone_places *places);
