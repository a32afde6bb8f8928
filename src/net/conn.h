/*
 * net/conn.h - a client's connection: whole messages in, whole messages out.
 *
 * Shape    A stream of any transport. Each message that is handed up is a query in flight until
 *          net_conn_finish: the connection object lives at least so long, also when the peer has
 *          gone. Answers may come later and in any order. What is sent to a connection that is
 *          closed is swallowed.
 * Floor    2.
 * Threads  The worker that accepted it.
 * Limits   those of struct net_limits (listen.h).
 * RFC      7766 (TCP), 7828 (keepalive), 9210 (TCP requirements).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/err.h"
#include "io/fiber.h"

enum {
    NET_MESSAGE_SIZE_MAX = 65535,
    NET_MESSAGE_SIZE_MIN = 12, /* a header */
};

enum net_transport {
    NET_TRANSPORT_UDP,
    NET_TRANSPORT_TCP,
    NET_TRANSPORT_TLS,
    NET_TRANSPORT_HTTPS,
    NET_TRANSPORT_QUIC,
};

struct net_conn;

/*
 * Room for one message of up to `room` octets (at most NET_MESSAGE_SIZE_MAX), to be filled and
 * committed before anything else is done with this connection and before the fiber suspends.
 * Reserving again without a commit forgets the first. Never NULL.
 */
uint8_t *net_conn_reserve(struct net_conn *conn, size_t room);

/* Send what was reserved, `size` octets of it. All messages of one turn leave in one write. */
void net_conn_commit(struct net_conn *conn, size_t size);

/*
 * Before each message of a long answer: suspends while the peer has more unread than it should,
 * which is the back-pressure that a transfer needs.
 * TD_E_CLOSED     the connection is closed (by the peer, or by a limit)
 * TD_E_TIMEOUT    the peer read less than the minimum rate, and was dropped
 * TD_E_CANCELLED  the fiber was cancelled
 */
TD_NODISCARD td_err net_conn_drain(struct fiber *fiber, struct net_conn *conn);

/* One query is done with, answered or not. The last of a closed connection frees it. */
void net_conn_finish(struct net_conn *conn);

/* Close it as soon as what was committed is written. Queries in flight are still to be finished. */
void net_conn_close(struct net_conn *conn);

bool net_conn_is_open(const struct net_conn *conn);
enum net_transport net_conn_transport(const struct net_conn *conn);
const struct td_addr *net_conn_remote(const struct net_conn *conn);
const struct td_addr *net_conn_local(const struct net_conn *conn);

/*
 * How long it may stay idle at present, in units of 100 ms: the value for the
 * edns-tcp-keepalive option. Shrinks under pressure.
 */
uint16_t net_conn_keepalive(const struct net_conn *conn);
