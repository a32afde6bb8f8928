/*
 * replicate/slots.h - how many transfers in may run at a time, in all and from one peer.
 *
 * Floor    6.
 * Threads  The keeper's fibers take and give; the limits may be set by anyone.
 */
#pragma once

#include <stdatomic.h>

#include "io/fiber.h"
#include "replicate/peer.h"

struct replicate_slots {
    _Atomic uint32_t max;
    _Atomic uint32_t per_peer_max;
    uint32_t taken;
    struct io_condition given;
};

/* Wait for a slot. TD_E_CANCELLED. */
TD_NODISCARD td_err replicate_slots_take(struct fiber *fiber, struct replicate_slots *slots,
                                         struct replicate_peer *peer);
void replicate_slots_give(struct replicate_slots *slots, struct replicate_peer *peer);
