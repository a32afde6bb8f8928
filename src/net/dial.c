#include "net/dial.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/reader.h"
#include "base/writer.h"
#include "io/tcp.h"
#include "io/udp.h"

enum {
    PREFIX_SIZE = 2,
    BUFFER_SIZE = 2 * (PREFIX_SIZE + NET_MESSAGE_SIZE_MAX), /* so that reads stay large */
};

/* -- UDP ----------------------------------------------------------------------------------------
 */

static td_err udp_ask(struct fiber *fiber, const struct net_exchange *exchange,
                      struct io_udp_client *client, uint8_t *answer, size_t answer_size_max,
                      size_t *ret_answer_size)
{
    td_err err = io_udp_client_send(client, NULL, exchange->question, exchange->question_size);
    while (err == TD_OK) {
        size_t size = 0;
        err = io_udp_client_receive(fiber, client, exchange->deadline_ns, answer, answer_size_max,
                                    &size, NULL);
        if (err != TD_OK || size < NET_MESSAGE_SIZE_MIN ||
            !exchange->accept(exchange->context, answer, size))
            continue;
        *ret_answer_size = size;
        return TD_OK;
    }
    return err == TD_E_LIMIT ? TD_E_IO : err;
}

td_err net_exchange_udp(struct fiber *fiber, const struct net_exchange *exchange, uint8_t *answer,
                        size_t answer_size_max, size_t *ret_answer_size)
{
    struct io_udp_client *client;
    td_err err =
        io_udp_client_open(io_fiber_io(fiber), exchange->local, exchange->remote, &client, NULL);
    if (err != TD_OK)
        return err == TD_E_INVALID ? err : TD_E_IO;
    err = udp_ask(fiber, exchange, client, answer, answer_size_max, ret_answer_size);
    io_udp_client_close(client);
    return err;
}

/* -- streams --------------------------------------------------------------------------------------
 */

struct net_stream {
    struct io_tcp *tcp;
    uint8_t *buffer; /* BUFFER_SIZE */
    size_t start;    /* of what is not yet given out */
    size_t end;
};

td_err net_stream_dial(struct fiber *fiber, enum net_transport transport,
                       const struct td_addr *local, const struct td_addr *remote,
                       uint64_t deadline_ns, struct net_stream **ret_stream)
{
    if (transport != NET_TRANSPORT_TCP)
        return TD_E_UNSUPPORTED;
    struct io_tcp *tcp;
    td_err err = io_tcp_dial(fiber, local, remote, deadline_ns, &tcp);
    if (err != TD_OK)
        return err;
    struct net_stream *stream = td_calloc(1, sizeof(*stream));
    stream->tcp = tcp;
    *ret_stream = stream;
    return TD_OK;
}

void net_stream_close(struct net_stream *stream)
{
    if (stream == NULL)
        return;
    io_tcp_close(stream->tcp);
    free(stream->buffer);
    free(stream);
}

void net_stream_cleanup(struct net_stream **stream)
{
    net_stream_close(*stream);
}

td_err net_stream_send(struct fiber *fiber, struct net_stream *stream, const void *octets,
                       size_t size, uint64_t deadline_ns)
{
    td_assert(size >= NET_MESSAGE_SIZE_MIN && size <= NET_MESSAGE_SIZE_MAX);
    /* In one piece, so that they leave in one segment (RFC 7766 8). */
    TD_CLEANUP(td_free_cleanup) uint8_t *framed = td_malloc(PREFIX_SIZE + size);
    td_put_u16(framed, (uint16_t)size);
    memcpy(framed + PREFIX_SIZE, octets, size);
    return io_tcp_write_all(fiber, stream->tcp, framed, PREFIX_SIZE + size, deadline_ns);
}

static td_err stream_fill(struct fiber *fiber, struct net_stream *stream, uint64_t deadline_ns)
{
    size_t size = 0;
    if (stream->buffer == NULL)
        stream->buffer = td_malloc(BUFFER_SIZE);
    if (stream->start > 0) {
        memmove(stream->buffer, stream->buffer + stream->start, stream->end - stream->start);
        stream->end -= stream->start;
        stream->start = 0;
    }
    td_err err = io_tcp_read_some(fiber, stream->tcp, stream->buffer + stream->end,
                                  BUFFER_SIZE - stream->end, deadline_ns, &size);
    if (err == TD_OK)
        stream->end += size;
    if (err == TD_E_CLOSED && stream->end > 0)
        return TD_E_TRUNCATED;
    return err;
}

td_err net_stream_receive(struct fiber *fiber, struct net_stream *stream, uint64_t deadline_ns,
                          const uint8_t **ret_octets, size_t *ret_size)
{
    for (;;) {
        size_t left = stream->end - stream->start;
        if (left >= PREFIX_SIZE) {
            const uint8_t *at = stream->buffer + stream->start;
            size_t size = td_get_u16(at);
            if (size < NET_MESSAGE_SIZE_MIN)
                return TD_E_MALFORMED;
            if (left - PREFIX_SIZE >= size) {
                stream->start += PREFIX_SIZE + size;
                *ret_octets = at + PREFIX_SIZE;
                *ret_size = size;
                return TD_OK;
            }
        }
        td_err err = stream_fill(fiber, stream, deadline_ns);
        if (err != TD_OK)
            return err;
    }
}

const struct td_addr *net_stream_remote(const struct net_stream *stream)
{
    return io_tcp_remote(stream->tcp);
}

const struct td_addr *net_stream_local(const struct net_stream *stream)
{
    return io_tcp_local(stream->tcp);
}

bool net_stream_is_quiet(const struct net_stream *stream)
{
    return stream->start == stream->end;
}

td_err net_exchange_stream(struct fiber *fiber, const struct net_exchange *exchange,
                           struct net_stream *stream, uint8_t *answer, size_t answer_size_max,
                           size_t *ret_answer_size)
{
    const uint8_t *octets = NULL;
    size_t size = 0;
    uint64_t deadline_ns = exchange->deadline_ns;

    td_err err =
        net_stream_send(fiber, stream, exchange->question, exchange->question_size, deadline_ns);
    if (err == TD_OK)
        err = net_stream_receive(fiber, stream, deadline_ns, &octets, &size);
    if (err != TD_OK)
        return err == TD_E_CLOSED ? TD_E_TRUNCATED : err;
    if (size > answer_size_max)
        return TD_E_SPACE;
    if (!exchange->accept(exchange->context, octets, size))
        return TD_E_MALFORMED;
    memcpy(answer, octets, size);
    *ret_answer_size = size;
    return TD_OK;
}

td_err net_exchange_tcp(struct fiber *fiber, const struct net_exchange *exchange, uint8_t *answer,
                        size_t answer_size_max, size_t *ret_answer_size)
{
    TD_CLEANUP(net_stream_cleanup) struct net_stream *stream = NULL;

    td_err err = net_stream_dial(fiber, NET_TRANSPORT_TCP, exchange->local, exchange->remote,
                                 exchange->deadline_ns, &stream);
    return err == TD_OK ? net_exchange_stream(fiber, exchange, stream, answer, answer_size_max,
                                              ret_answer_size)
                        : err;
}
