/* Changesets of a small zone, as the log has them. */
#pragma once

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/writer.h"
#include "change/encode.h"
#include "replicate/difference.h"
#include "wire/name.h"
#include "wire/rrtype.h"

enum { STEP_RECORDS_MAX = 64, STEP_SOA_SIZE = 22 };

static const uint8_t step_apex[] = "\4test";

struct step {
    uint8_t soas[2][STEP_SOA_SIZE];
    struct change_record removed[STEP_RECORDS_MAX];
    struct change_record added[STEP_RECORDS_MAX];
    struct changeset changeset;
};

static inline struct change_record step_soa(struct step *step, unsigned which, uint32_t serial)
{
    memset(step->soas[which], 0, STEP_SOA_SIZE);
    td_put_u32(step->soas[which] + 2, serial);
    return (struct change_record){ .owner = step_apex,
                                   .rdata = step->soas[which],
                                   .ttl = 60,
                                   .type = WIRE_TYPE_SOA,
                                   .rdata_size = STEP_SOA_SIZE };
}

/* From one serial to another, with nothing but the SOAs. */
static inline void step_begin(struct step *step, uint32_t from, uint32_t to)
{
    step->removed[0] = step_soa(step, 0, from);
    step->added[0] = step_soa(step, 1, to);
    step->changeset = (struct changeset){ .origin = CHANGE_UPDATE,
                                          .serial_from = from,
                                          .serial_to = to,
                                          .removed = step->removed,
                                          .removed_count = 1,
                                          .added = step->added,
                                          .added_count = 1 };
}

/* The owner is an uncompressed name that stays; the address, too. */
static inline struct change_record step_address(const uint8_t *owner, const uint8_t *address)
{
    return (struct change_record){
        .owner = owner, .rdata = address, .ttl = 60, .type = WIRE_TYPE_A, .rdata_size = 4
    };
}

static inline void step_remove(struct step *step, const uint8_t *owner, const uint8_t *address)
{
    step->removed[step->changeset.removed_count++] = step_address(owner, address);
}

static inline void step_add(struct step *step, const uint8_t *owner, const uint8_t *address)
{
    step->added[step->changeset.added_count++] = step_address(owner, address);
}

static inline td_err step_take(const struct step *step, struct difference *difference)
{
    struct td_buf octets = { .data = NULL };

    change_encode(&step->changeset, &octets);
    td_err err = difference_add(difference, (const uint8_t *)octets.data, octets.size);
    td_buf_fini(&octets);
    return err;
}
