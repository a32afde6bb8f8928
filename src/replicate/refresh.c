#include "replicate/refresh.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/macros.h"
#include "change/serial.h"
#include "replicate/transfer_in.h"
#include "wire/rrtype.h"

enum { ASK_TRIES = 2, ASK_PATIENCE_MS = 1500, QUICK_PATIENCE_MS = 200, QUICK_SIZE = 4096 };

/* What a primary has said about its serial. */
struct candidate {
    uint32_t peer;
    struct td_addr addr;
    uint32_t serial;
    bool has_edns; /* it does not refuse it */
    bool has_expire;
    uint32_t expire_s;
};

/* ---- steps ---- */

/* When there are too many the last ones count. */
static struct refresh_step *step_new(struct fiber *fiber, struct refresh *refresh, uint32_t peer,
                                     const struct td_addr *addr, uint16_t type)
{
    if (refresh->step_count == REFRESH_STEPS_MAX) {
        refresh->step_count--;
        memmove(refresh->steps, refresh->steps + 1,
                refresh->step_count * sizeof(refresh->steps[0]));
    }
    struct refresh_step *step = &refresh->steps[refresh->step_count++];
    *step = (struct refresh_step){
        .time_s = io_wall_s(io_fiber_io(fiber)), .peer = peer, .addr = *addr, .type = type
    };
    return step;
}

static uint32_t ms_since(struct fiber *fiber, uint64_t began_ns)
{
    return (uint32_t)((io_clock_read_ns(io_fiber_io(fiber)) - began_ns) / IO_NS_PER_MS);
}

/* ---- serials ---- */

static bool is_newer(const struct refresh *refresh, uint32_t serial)
{
    return !refresh->has_serial || refresh->takes_any ||
           (refresh->takes_same && serial == refresh->serial) ||
           change_serial_is_greater(serial, refresh->serial);
}

static void tell_soa(struct refresh *refresh, struct refresh_step *step,
                     const struct replicate_ask *ask, const struct replicate_reply *reply)
{
    step->is_unreachable = reply->err != TD_OK;
    step->is_good = replicate_reply_is_good(reply) && reply->has_serial && reply->is_authoritative;
    step->has_serial = step->is_good;
    step->serial = reply->serial;
    if (!replicate_reply_is_good(reply))
        replicate_reply_why(ask, reply, step->text);
    else if (!reply->is_authoritative)
        snprintf(step->text, sizeof(step->text),
                 "its answer is not authoritative: does it serve the zone, or only resolve it?");
    else if (!reply->has_serial)
        snprintf(step->text, sizeof(step->text), "it has no SOA of the zone: is the name right?");
    else if (!refresh->has_serial || change_serial_is_greater(reply->serial, refresh->serial))
        snprintf(step->text, sizeof(step->text), "it has serial %u", reply->serial);
    else if (reply->serial == refresh->serial)
        snprintf(step->text, sizeof(step->text), "it has serial %u, as we", reply->serial);
    else
        snprintf(step->text, sizeof(step->text),
                 "it has serial %u, which is lower than our %u: 'tandem zone retransfer' takes it "
                 "all the same",
                 reply->serial, refresh->serial);
}

/* Ask one address of one primary. */
static bool ask_serial(struct fiber *fiber, struct refresh *refresh, uint32_t peer,
                       const struct td_addr *addr, struct candidate *ret_candidate)
{
    struct replicate_ask ask = {
        .peer = refresh->peers[peer],
        .to = addr,
        .apex = refresh->apex,
        .type = WIRE_TYPE_SOA,
        .has_edns = true,
        .streams = replicate_task_streams(&refresh->task),
    };
    struct replicate_reply reply;
    uint64_t began_ns = io_clock_read_ns(io_fiber_io(fiber));

    td_err err =
        replicate_ask(fiber, &ask, ASK_TRIES, (uint64_t)ASK_PATIENCE_MS * IO_NS_PER_MS, &reply);
    if (err == TD_OK && replicate_reply_refuses_edns(&reply)) {
        ask.has_edns = false;
        err = replicate_ask(fiber, &ask, 1, (uint64_t)ASK_PATIENCE_MS * IO_NS_PER_MS, &reply);
    }
    /*
     * Where no datagram comes back a connection may; also where the port is closed for them. Knot
     * answers for a catalog over TCP only, and signed.
     */
    bool is_refused = err == TD_OK && reply.rcode == WIRE_RCODE_REFUSED && ask.peer->has_key;
    if (err == TD_E_TIMEOUT || err == TD_E_CLOSED || err == TD_E_IO || is_refused)
        err = replicate_ask(fiber, &ask, 0, (uint64_t)ASK_PATIENCE_MS * IO_NS_PER_MS, &reply);
    struct refresh_step *step = step_new(fiber, refresh, peer, addr, WIRE_TYPE_SOA);
    step->took_ms = ms_since(fiber, began_ns);
    tell_soa(refresh, step, &ask, &reply);
    *ret_candidate = (struct candidate){ .peer = peer,
                                         .addr = *addr,
                                         .serial = reply.serial,
                                         .has_edns = ask.has_edns,
                                         .has_expire = reply.has_expire,
                                         .expire_s = reply.expire_s };
    return step->is_good;
}

/* The first address of a primary that answers. */
static bool ask_peer(struct fiber *fiber, struct refresh *refresh, uint32_t peer,
                     struct candidate *ret_candidate)
{
    const struct replicate_peer *about = refresh->peers[peer];

    for (uint32_t i = 0; i < about->addr_count && !io_fiber_is_cancelled(fiber); i++)
        if (ask_serial(fiber, refresh, peer, &about->addrs[i], ret_candidate))
            return true;
    return false;
}

/* Newest first; among equals the order of the primaries stays. */
static void insert(struct candidate *list, uint32_t *count, const struct candidate *candidate)
{
    uint32_t at = *count;

    while (at > 0 && change_serial_is_greater(candidate->serial, list[at - 1].serial)) {
        list[at] = list[at - 1];
        at--;
    }
    list[at] = *candidate;
    ++*count;
}

/* ---- transfers ---- */

/* What came, in words; an IXFR may be answered with the whole zone (RFC 1995 4). */
static void tell_transfer(const struct refresh *refresh, struct refresh_step *step)
{
    bool is_other = step->type == WIRE_TYPE_IXFR && refresh->read.kind == TRANSFER_WHOLE;

    snprintf(step->text, sizeof(step->text), "serial %u, %s%llu records, %llu octets, %u ms",
             refresh->read.serial, is_other ? "answered with the whole zone, " : "",
             (unsigned long long)refresh->read.records, (unsigned long long)refresh->read.octets,
             step->took_ms);
}

static bool transfer(struct fiber *fiber, struct refresh *refresh, struct candidate *candidate,
                     bool is_incremental)
{
    struct transfer_in in = {
        .peer = refresh->peers[candidate->peer],
        .addr = &candidate->addr,
        .apex = refresh->apex,
        .is_incremental = is_incremental,
        .has_edns = candidate->has_edns,
        .serial_had = refresh->serial,
        .takes_same = refresh->takes_same,
        .wants_newer = refresh->has_serial && !refresh->takes_any,
        .min_rate = refresh->min_rate,
        .streams = replicate_task_streams(&refresh->task),
        .read = &refresh->read,
    };
    uint64_t began_ns = io_clock_read_ns(io_fiber_io(fiber));

    transfer_read_init(&refresh->read, refresh->apex, is_incremental, refresh->serial,
                       refresh->seed, &refresh->limits);
    td_err err = transfer_in_run(fiber, &in);
    candidate->has_edns = candidate->has_edns && !in.refuses_edns;
    struct refresh_step *step = step_new(fiber, refresh, candidate->peer, &candidate->addr,
                                         is_incremental ? WIRE_TYPE_IXFR : WIRE_TYPE_AXFR);
    step->took_ms = ms_since(fiber, began_ns);
    step->octets = refresh->read.octets;
    step->records = refresh->read.records;
    step->is_unreachable = in.is_unreachable;
    step->is_good = err == TD_OK;
    step->has_serial = err == TD_OK;
    step->serial = refresh->read.serial;
    if (err == TD_OK)
        tell_transfer(refresh, step);
    else
        snprintf(step->text, sizeof(step->text), "%s", in.why);
    if (err == TD_OK) {
        refresh->has_read = true;
        if (in.has_expire) {
            refresh->has_expire = true;
            refresh->expire_s = in.expire_s;
        }
        return true;
    }
    transfer_read_fini(&refresh->read);
    return false;
}

static void succeed(struct refresh *refresh, uint32_t peer)
{
    refresh->peer = peer;
    switch (refresh->read.kind) {
    case TRANSFER_CHANGES:
        refresh->result = REFRESH_CHANGES;
        break;
    case TRANSFER_WHOLE:
        refresh->result = REFRESH_WHOLE;
        break;
    default:
        refresh->result = REFRESH_CURRENT;
        break;
    }
}

/* Again, when it may have been EDNS that was not understood. */
static bool transfer_whole(struct fiber *fiber, struct refresh *refresh,
                           struct candidate *candidate)
{
    bool had_edns = candidate->has_edns;

    return transfer(fiber, refresh, candidate, false) ||
           (had_edns && !candidate->has_edns && !io_fiber_is_cancelled(fiber) &&
            transfer(fiber, refresh, candidate, false));
}

static bool transfer_with_slot(struct fiber *fiber, struct refresh *refresh,
                               struct candidate *candidate)
{
    bool is_incremental = refresh->has_serial && !refresh->wants_whole;
    bool had_expire = refresh->has_expire; /* of one that is as new as we */
    uint32_t expire_s = refresh->expire_s;

    refresh->has_expire = candidate->has_expire;
    refresh->expire_s = candidate->expire_s;
    bool is_good = is_incremental ? transfer(fiber, refresh, candidate, true)
                                  : transfer_whole(fiber, refresh, candidate);
    bool is_there = !refresh->steps[refresh->step_count - 1].is_unreachable;
    if (!is_good && is_incremental && is_there && !io_fiber_is_cancelled(fiber))
        is_good = transfer_whole(fiber, refresh, candidate);
    refresh->has_missed = !is_good; /* one that is good ends the round */
    if (is_good) {
        succeed(refresh, candidate->peer);
    } else {
        refresh->has_expire = had_expire;
        refresh->expire_s = expire_s;
    }
    return is_good;
}

static bool transfer_from(struct fiber *fiber, struct refresh *refresh, struct candidate *candidate)
{
    struct replicate_peer *peer = refresh->peers[candidate->peer];

    if (refresh->slots == NULL)
        return transfer_with_slot(fiber, refresh, candidate);
    if (replicate_slots_take(fiber, refresh->slots, peer) != TD_OK)
        return false;
    bool is_good = transfer_with_slot(fiber, refresh, candidate);
    replicate_slots_give(refresh->slots, peer);
    return is_good;
}

/* ---- one datagram ---- */

/* IXFR over UDP (RFC 1995 2). False: it says nothing; whatever is the matter, we ask as ever. */
static bool ask_quickly(struct fiber *fiber, struct refresh *refresh)
{
    uint8_t octets[QUICK_SIZE];
    struct replicate_ask ask = {
        .peer = refresh->peers[0],
        .to = &refresh->peers[0]->addrs[0],
        .apex = refresh->apex,
        .type = WIRE_TYPE_IXFR,
        .has_edns = true,
        .has_serial = true,
        .serial = refresh->serial,
        .streams = replicate_task_streams(&refresh->task),
        .answer = octets,
        .answer_capacity = sizeof(octets),
    };
    struct replicate_reply reply;
    struct wire_message message;
    uint64_t began_ns = io_clock_read_ns(io_fiber_io(fiber));

    if (replicate_ask(fiber, &ask, 1, (uint64_t)QUICK_PATIENCE_MS * IO_NS_PER_MS, &reply) !=
            TD_OK ||
        !replicate_reply_is_good(&reply) || !reply.is_authoritative ||
        wire_message_read(octets, ask.answer_size, &message) != TD_OK)
        return false;
    transfer_read_init(&refresh->read, refresh->apex, true, refresh->serial, refresh->seed,
                       &refresh->limits);
    if (transfer_read_datagram(&refresh->read, &message) != TD_OK ||
        refresh->read.kind == TRANSFER_WHOLE ||
        (refresh->read.kind == TRANSFER_CURRENT && refresh->read.serial != refresh->serial)) {
        transfer_read_fini(&refresh->read);
        return false;
    }
    refresh->has_read = true;
    refresh->has_expire = reply.has_expire;
    refresh->expire_s = reply.expire_s;
    if (refresh->read.kind == TRANSFER_CURRENT)
        return true;
    struct refresh_step *step = step_new(fiber, refresh, 0, ask.to, WIRE_TYPE_IXFR);
    step->took_ms = ms_since(fiber, began_ns);
    step->octets = refresh->read.octets;
    step->records = refresh->read.records;
    step->is_good = step->has_serial = true;
    step->serial = refresh->read.serial;
    snprintf(step->text, sizeof(step->text), "serial %u, %llu records, %llu octets, by UDP",
             refresh->read.serial, (unsigned long long)refresh->read.records,
             (unsigned long long)refresh->read.octets);
    return true;
}

/* ---- the round ---- */

static void be_current(struct refresh *refresh, const struct candidate *candidate)
{
    refresh->current_addr = candidate->addr;
    refresh->result = REFRESH_CURRENT;
    refresh->peer = candidate->peer;
    refresh->has_expire = candidate->has_expire;
    refresh->expire_s = candidate->expire_s;
}

static void run(struct fiber *fiber, struct refresh *refresh)
{
    struct candidate candidates[REFRESH_PEERS_MAX], one;
    uint32_t count = 0;
    bool has_current = false;

    if (refresh->is_quick && refresh->has_serial && !refresh->wants_whole &&
        ask_quickly(fiber, refresh)) {
        succeed(refresh, 0);
        return;
    }
    for (uint32_t i = 0; i < refresh->peer_count && !io_fiber_is_cancelled(fiber); i++) {
        if (!ask_peer(fiber, refresh, i, &one))
            continue;
        if (i == 0 && refresh->has_hint && is_newer(refresh, one.serial)) {
            if (transfer_from(fiber, refresh, &one))
                return;
        } else if (is_newer(refresh, one.serial)) {
            insert(candidates, &count, &one);
        } else if (refresh->serial == one.serial && !has_current) {
            has_current = true;
            be_current(refresh, &one);
        }
    }
    for (uint32_t i = 0; i < count && !io_fiber_is_cancelled(fiber); i++)
        if (transfer_from(fiber, refresh, &candidates[i]))
            return;
}

void refresh_run(struct fiber *fiber, struct replicate_task *task)
{
    struct refresh *refresh = td_container_of(task, struct refresh, task);

    refresh->result = REFRESH_FAILED;
    run(fiber, refresh);
    if (refresh->result == REFRESH_CURRENT && !refresh->is_quick)
        refresh->is_other = replicate_digest_differs(
            fiber, replicate_task_streams(task), refresh->peers[refresh->peer],
            &refresh->current_addr, refresh->apex, &refresh->digest);
}

void refresh_fini(struct refresh *refresh)
{
    for (uint32_t i = 0; i < refresh->peer_count; i++)
        replicate_peer_let_go(refresh->peers[i]);
    if (refresh->has_read)
        transfer_read_fini(&refresh->read);
}
