/*
 * What comes back from a peer: octet 0 says what was asked (1: NOTIFY, 2: IXFR, else SOA), whether
 * with a key (4), and whether the answer is signed as it should be (8); then the answer. Whatever
 * it is, there are words for it, fit for a terminal.
 */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "io/sim.h"
#include "replicate/ask.h"
#include "wire/edns.h"
#include "wire/rrtype.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { IS_NOTIFY = 1, IS_IXFR = 2, HAS_KEY = 4, IS_SIGNED = 8, ANSWER_SIZE = 4096 };

static const uint8_t apex[] = { 1, 'z', 0 };
static const struct tsig_key_row row = { .name = (const uint8_t *)"\1k",
                                         .algorithm = TSIG_HMAC_SHA256,
                                         .secret = (const uint8_t *)"secret",
                                         .secret_size = 6 };

static struct io *world(void)
{
    static struct io *io;
    struct io_sim_options options = { .seed = 1 };
    struct io_sim_host *host;
    struct td_addr addr;

    if (io == NULL) {
        td_assert(td_addr_parse("192.0.2.1", 53, &addr) == TD_OK);
        td_assert(io_sim_host_new(io_sim_new(&options), "host", &addr, 1, &host) == TD_OK);
        io = io_sim_host_io(host);
    }
    return io;
}

static struct replicate_peer *peer_of(bool has_key)
{
    static struct replicate_peer *peers[2];
    struct tsig_key key;
    struct td_addr addr;

    if (peers[has_key] == NULL) {
        td_assert(td_addr_parse("192.0.2.2", 53, &addr) == TD_OK);
        td_assert(tsig_key_prepare(&key, &row) == TD_OK);
        peers[has_key] = replicate_peer_new("peer", &addr, 1, NULL, has_key ? &key : NULL);
    }
    return peers[has_key];
}

/* As the peer would, whatever the message says. */
static size_t sign(const struct replicate_ask *ask, uint8_t *answer, size_t size,
                   const uint8_t *question, size_t question_size)
{
    struct wire_message asked;
    struct tsig_exchange exchange;
    struct tsig_keys *keys;

    td_assert(tsig_keys_new(&row, 1, &keys) == TD_OK);
    td_assert(wire_message_read(question, question_size, &asked) == TD_OK);
    td_assert(tsig_verify(keys, question, question_size, asked.tsig_at, io_wall_s(world()),
                          &exchange) == TSIG_GOOD);
    td_put_u16(answer, ask->id);
    td_err err = tsig_sign(&exchange, answer, size, ANSWER_SIZE, io_wall_s(world()), &size);
    td_assert(err == TD_OK || err == TD_E_LIMIT || err == TD_E_SPACE);
    tsig_keys_free(keys);
    return size;
}

static void check_words(const struct replicate_ask *ask, const struct replicate_reply *reply)
{
    char why[REPLICATE_WHY_SIZE];

    replicate_reply_why(ask, reply, why);
    size_t length = strnlen(why, sizeof(why));
    td_assert(length != 0 && length < sizeof(why));
    for (size_t i = 0; i < length; i++)
        td_assert(why[i] >= ' ' && why[i] < 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t question[REPLICATE_QUESTION_SIZE], answer[ANSWER_SIZE];
    size_t question_size;

    if (size < 1 + WIRE_HEADER_SIZE || size > 2048)
        return 0;
    struct replicate_ask ask = {
        .peer = peer_of((data[0] & HAS_KEY) != 0),
        .to = &peer_of(false)->addrs[0],
        .apex = apex,
        .type = (data[0] & IS_IXFR) != 0 ? WIRE_TYPE_IXFR : WIRE_TYPE_SOA,
        .is_notify = (data[0] & IS_NOTIFY) != 0,
        .has_edns = true,
        .has_serial = (data[0] & (IS_IXFR | IS_NOTIFY)) != 0,
    };
    struct replicate_reply reply;
    td_assert(replicate_ask_write(world(), &ask, question, &question_size) == TD_OK);
    td_assert(!replicate_ask_fits(&ask, question, question_size)); /* a question is no answer */
    memcpy(answer, data + 1, size - 1);
    size_t answer_size = size - 1;
    if ((data[0] & HAS_KEY) != 0 && (data[0] & IS_SIGNED) != 0)
        answer_size = sign(&ask, answer, answer_size, question, question_size);
    else
        ask.id = td_get_u16(answer);
    if (!replicate_ask_fits(&ask, answer, answer_size) ||
        replicate_ask_read(world(), &ask, answer, answer_size, &reply) != TD_OK)
        return 0;
    td_assert(!reply.has_serial || !ask.is_notify);
    td_assert((data[0] & HAS_KEY) != 0 || reply.verdict == TSIG_GOOD);
    check_words(&ask, &reply);
    return 0;
}
