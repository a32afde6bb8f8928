#include "server/forward.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/writer.h"
#include "net/dial.h"
#include "serve/log.h"
#include "wire/answer.h"
#include "wire/const.h"
#include "wire/message.h"

enum { ANSWER_SIZE = 4096, PEERS_MAX = 16 };

struct forward {
    struct replicate_task task;
    struct serve_update *update;
    struct replicate_peer *peers[PEERS_MAX]; /* held */
    uint32_t peer_count;
    td_err err;
    uint16_t id;
    uint8_t *octets;
    size_t size;
    uint8_t answer[ANSWER_SIZE];
    size_t answer_size;
};

static bool accept_answer(void *context, const uint8_t *octets, size_t size)
{
    const struct forward *forward = context;
    struct wire_header header;

    return wire_header_read(octets, size, &header) == TD_OK && header.id == forward->id &&
           (header.flags & WIRE_FLAG_QR) != 0 && wire_header_opcode(&header) == WIRE_OPCODE_UPDATE;
}

static td_err exchange(struct fiber *fiber, struct forward *forward, struct replicate_peer *peer,
                       const struct td_addr *addr)
{
    struct io *io = io_fiber_io(fiber);
    struct net_exchange exchange = {
        .local = replicate_peer_source(peer, addr),
        .remote = addr,
        .question = forward->octets,
        .question_size = forward->size,
        .accept = accept_answer,
        .context = forward,
        .deadline_ns = io_clock_read_ns(io) + (uint64_t)FORWARD_PATIENCE_S * IO_NS_PER_S,
    };

    io_random_fill(io, &forward->id, sizeof(forward->id));
    td_put_u16(forward->octets, forward->id);
    return net_exchange_tcp(fiber, &exchange, forward->answer, sizeof(forward->answer),
                            &forward->answer_size);
}

/*
 * The first primary that answers, whatever it says. One that may have got it and did not answer is
 * not followed by another: an update is not done twice.
 */
static void run(struct fiber *fiber, struct replicate_task *task)
{
    struct forward *forward = td_container_of(task, struct forward, task);

    forward->err = TD_E_CLOSED;
    for (uint32_t i = 0; i < forward->peer_count; i++) {
        struct replicate_peer *peer = forward->peers[i];
        for (uint32_t k = 0; k < peer->addr_count; k++) {
            forward->err = exchange(fiber, forward, peer, &peer->addrs[k]);
            bool was_sent = forward->err == TD_OK || forward->err == TD_E_TIMEOUT ||
                            forward->err == TD_E_TRUNCATED || forward->err == TD_E_MALFORMED ||
                            forward->err == TD_E_CANCELLED;
            if (was_sent)
                return;
        }
    }
}

static void on_done(struct replicate_task *task)
{
    struct forward *forward = td_container_of(task, struct forward, task);
    struct serve_update *update = forward->update;
    char text[WIRE_NAME_TEXT_SIZE];

    if (task->was_run && forward->err == TD_OK) {
        serve_update_answer_with(update, forward->answer, forward->answer_size);
    } else {
        update_result_init(&update->result);
        update->result.rcode = WIRE_RCODE_SERVFAIL;
        update->result.ede = WIRE_EDE_NETWORK_ERROR;
        snprintf(update->result.text, sizeof(update->result.text), "no primary has answered");
        serve_log(LOG_WARNING, EVENT_UPDATE_REFUSED, wire_name_format(update->zone, text),
                  "UPDATE, forwarded, no primary has answered: %s", td_err_text(forward->err));
        serve_update_answer(update);
    }
    for (uint32_t i = 0; i < forward->peer_count; i++)
        replicate_peer_let_go(forward->peers[i]);
    free(forward->octets);
    free(forward);
}

/* Those that answer first. */
static void choose(struct forward *forward, const struct secondary *secondary)
{
    for (unsigned round = 0; round < 2; round++)
        for (uint32_t i = 0; i < secondary->from_count; i++) {
            const struct peers_row *row = secondary->from[i];
            if ((row->losses != 0) == (round != 0) && forward->peer_count < PEERS_MAX)
                forward->peers[forward->peer_count++] = replicate_peer_hold(row->peer);
        }
}

void forward_update(struct replicate_keeper *keeper, const struct secondary *secondary,
                    struct serve_update *update)
{
    struct forward *forward = td_calloc(1, sizeof(*forward));

    forward->task = (struct replicate_task){ .run = run, .done = on_done };
    forward->update = update;
    forward->octets = td_memdup(update->octets, update->size);
    forward->size = update->size;
    choose(forward, secondary);
    replicate_keeper_give(keeper, &forward->task);
}
