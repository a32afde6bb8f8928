/*
 * scenario/orders.h - what an operator asks of a server, by the functions that the control socket
 *                     has.
 *
 * Threads  One.
 */
#pragma once

#include "operator/internal.h"
#include "scenario/cluster.h"

/* On a fiber of the server. */
typedef td_err order(struct operator_context *as, void *argument, struct td_diag *diag);

/*
 * Have it carried out. Returns when it is done, or cannot be; now and then the server crashes in
 * the middle (`may_crash`), and the result says little.
 * TD_E_CLOSED  the server is not up
 */
td_err order_give(struct node *node, const char *what, bool may_crash, order *run, void *argument);

/* CONTROL_ORDER_SERIAL and so on. The call is that of the order. */
td_err order_zone(struct node *node, bool may_crash, enum control_order what,
                  const struct control_call *call);
