/*
 * serve/internal.h - what the files of serve share.
 *
 * Floor    7. Not for other directories.
 */
#pragma once

#include "io/mailbox.h"
#include "io/thread.h"
#include "serve/serve.h"
#include "serve/worker.h"

struct net_crowd;
struct net_listener;
struct serve_ask;
struct serve_event;
struct serve_notify;
struct serve_update;

struct serve_thread;

/* One address on one worker. */
struct serve_socket {
    struct td_addr addr;
    struct io_udp *udp;
    struct net_listener *tcp;
    bool is_new;    /* opened by the order under way */
    bool is_wanted; /* in the order's list */
};

enum serve_order_kind { ORDER_START, ORDER_OPEN, ORDER_KEEP, ORDER_UNDO, ORDER_STOP };

struct serve_order {
    enum serve_order_kind kind;
    struct serve_thread *thread;
    const struct serve_listen *listen; /* ORDER_OPEN */
    uint64_t grace_ms;                 /* ORDER_STOP */
    td_err result;
    struct td_diag diag;
};

struct serve_thread {
    struct serve *serve;
    struct io_thread *thread;
    struct io_mailbox *orders;  /* read on the worker's loop */
    struct io_mailbox *answers; /* the same, of updates */
    struct io_mailbox *told;    /* the same, of differences */
    struct serve_socket *sockets;
    uint32_t socket_count;
    struct serve_order order; /* its first: to start */
    struct serve_worker worker;
};

struct serve {
    struct serve_parts parts;
    _Atomic(struct serve_settings *) settings;
    struct net_crowd *crowd;    /* TCP connections of all workers */
    struct io_mailbox *replies; /* read by the fiber that gave the order */
    struct io_mailbox *updates; /* read on the main loop */
    void (*take_update)(void *context, struct serve_update *update);
    void *take_update_context;
    struct io_mailbox *notifies; /* read on the main loop */
    void (*take_notify)(void *context, const struct serve_notify *notify);
    void *take_notify_context;
    struct io_mailbox *events; /* read on the main loop */
    void (*take_event)(void *context, const struct serve_event *event);
    void *take_event_context;
    struct io_mailbox *asks; /* read on the main loop */
    void (*take_ask)(void *context, struct serve_ask *ask);
    void *take_ask_context;
    _Atomic uint32_t transfers; /* out, of all workers */
    struct serve_thread **threads;
    uint32_t thread_count;
    uint64_t settings_generation;
};

/* On the worker's loop: carry out an order about sockets. */
void serve_sockets_order(struct serve_thread *thread, struct serve_order *order);
void serve_sockets_close(struct serve_thread *thread);
/* Is this still one of its sockets? */
bool serve_sockets_have(const struct serve_thread *thread, const struct io_udp *udp);

/* On the worker's loop: an update that was answered comes back; context is the thread. */
void serve_update_return(void *context, void *letter);
/* The same for a difference that was asked for. */
void serve_difference_return(void *context, void *letter);
