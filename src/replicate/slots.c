#include "replicate/slots.h"

#include "base/assert.h"

static bool is_free(const struct replicate_slots *slots, const struct replicate_peer *peer)
{
    return slots->taken < atomic_load_explicit(&slots->max, memory_order_relaxed) &&
           peer->transfers < atomic_load_explicit(&slots->per_peer_max, memory_order_relaxed);
}

td_err replicate_slots_take(struct fiber *fiber, struct replicate_slots *slots,
                            struct replicate_peer *peer)
{
    while (!is_free(slots, peer)) {
        td_err err = io_condition_wait(fiber, &slots->given, IO_FOREVER);
        if (err != TD_OK)
            return err;
    }
    slots->taken++;
    peer->transfers++;
    return TD_OK;
}

void replicate_slots_give(struct replicate_slots *slots, struct replicate_peer *peer)
{
    td_assert(slots->taken != 0 && peer->transfers != 0);
    slots->taken--;
    peer->transfers--;
    io_condition_broadcast(&slots->given); /* whose peer has room is not known here */
}
