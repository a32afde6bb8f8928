/*
 * wire/pack.h - records packed into the messages of a transfer, names compressed.
 *
 * Shape    One message at a time: begin, then owners, each with its records. Names are compressed
 *          against those before, letter case included, as a transfer has to keep it. What was
 *          written stands in a table by the hash of the name and of each of its ends; a place that
 *          is wanted twice is the later one's.
 *          A pointer reaches 14 bits: behind the first 16 KiB nothing new can be pointed at. There
 *          owners are written against the apex alone, and names below the owner against that,
 *          without a look into the table, which makes large transfers cheap.
 * Floor    1.
 * Threads  One owner. Names and data that are given stay until the message is done.
 * Limits   messages of 65,535 octets and as many records.
 * RFC      1035 4.1.4; 3597 4 (which types' data may be compressed); 5936 3.4 (case).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "wire/name.h"
#include "wire/rrset.h"

enum { WIRE_PACK_SLOTS = 1024, WIRE_PACK_OFFSET_MAX = 0x3FFF, WIRE_PACK_RECORDS_MAX = 65535 };

/* Where a name, or an end of one, stands in the message. */
struct wire_pack_slot {
    uint32_t hash;
    uint16_t offset; /* 0: nothing */
};

struct wire_pack {
    uint8_t *message;
    size_t size;  /* of what is in it */
    size_t limit; /* of what may be */
    uint32_t count;
    const uint8_t *apex;
    const uint8_t *labels; /* of the owner, before the rest of it, */
    const uint8_t *rest;   /* which is the apex, or the root */
    uint8_t apex_size;
    uint8_t labels_size;
    uint8_t rest_size;
    uint16_t apex_pointer;  /* with its two high bits; 0: it does not stand in reach */
    uint16_t owner_pointer; /* the same for the owner */
    const uint8_t *last;    /* what the name written last is below; NULL: nothing is known of it */
    size_t last_size;
    size_t shape_at; /* how that stands in the message */
    size_t shape_size;
    struct wire_pack_slot slots[WIRE_PACK_SLOTS];
};

/*
 * Begin a message: `size` octets of it, a header and perhaps a question, are there; `limit` is the
 * size it may have. `apex` is the zone's name, which the question may be.
 */
void wire_pack_begin(struct wire_pack *pack, uint8_t *message, size_t size, size_t limit,
                     const uint8_t *apex);

/* The records that follow are those of this owner: labels without an end, below the apex. */
void wire_pack_owner_below(struct wire_pack *pack, const uint8_t *labels, uint8_t labels_size);
/* The same for any name; after a begin, too. */
void wire_pack_owner(struct wire_pack *pack, const uint8_t *owner);

/*
 * Put a record with checked, uncompressed data.
 * TD_E_SPACE  there is no room for it: the message is done, and is as it was before
 */
TD_NODISCARD td_err wire_pack_record(struct wire_pack *pack, uint16_t type, uint32_t ttl,
                                     const uint8_t *rdata, size_t size);

/*
 * Put the records of a set from `*at` on, an offset into its data; moves it.
 * TD_E_SPACE  there was no room for all of them
 */
TD_NODISCARD td_err wire_pack_set(struct wire_pack *pack, const struct wire_rrset *set, size_t *at);
