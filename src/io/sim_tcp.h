/*
 * io/sim_tcp.h - streams of the simulation: ends, and the segments between them. Private.
 *
 * Shape    A connection has two ends; an end is gone when its user closed it or its host
 *          crashed. Segments of one direction are numbered; what is lost, or meets a cut link
 *          or a host that is down, is sent again after a while, and the receiver holds what
 *          comes too early. An end may have SIM_TCP_WINDOW octets under way; the reader gives
 *          credit back as it reads.
 * Floor    1.
 * Threads  One.
 */
#pragma once

#include "io/sim_world.h"

enum {
    SIM_TCP_WINDOW = 64 * 1024,
    SIM_TCP_SEGMENT_MAX = 4096, /* streams are cut up at random, up to this */
    SIM_TCP_RETRY_MS = 200,     /* doubled each time, up to */
    SIM_TCP_RETRY_MS_MAX = 30000,
    SIM_TCP_TRIES_MAX = 16, /* then the connection is broken */
};

enum sim_segment_kind {
    SIM_SYN,
    SIM_ACCEPTED,
    SIM_REFUSED,
    SIM_DATA,
    SIM_FIN,
    SIM_CREDIT, /* not numbered: order does not matter */
    SIM_RESET,  /* not numbered */
};

struct sim_conn {
    struct io_sim *sim;
    uint32_t references; /* ends and segments */
    struct sim_tcp *ends[2];
    struct io_sim_host *hosts[2];
    struct td_addr addrs[2];
    uint32_t sent[2];     /* numbers given to segments of end i */
    uint32_t expected[2]; /* next number that end i must get */
    struct sim_segment *held[2];
    bool is_lost[2]; /* one for end i was given up: those behind it are for nobody */
};

struct sim_segment {
    struct sim_event event;
    struct sim_conn *conn;
    struct sim_segment *next_held;
    enum sim_segment_kind kind;
    uint8_t to; /* which end */
    uint32_t number;
    uint32_t tries;
    uint32_t size; /* octets, or credit */
    uint8_t octets[];
};

struct sim_listener;

struct sim_write {
    struct sim_write *next;
    const uint8_t *octets;
    size_t size;
    io_tcp_written *done;
    void *context;
};

struct sim_tcp {
    struct io_tcp tcp;
    struct sim_conn *conn;
    uint8_t side;
    struct sim_tcp *next; /* in the world's list */
    struct sim_input input;

    uint8_t *inbox; /* SIM_TCP_WINDOW octets */
    uint32_t inbox_size;
    uint32_t credit; /* octets that may be sent */
    struct sim_write *queue;
    struct sim_write **queue_last;
    struct sim_write *written; /* taken, and not yet told */
    struct sim_write **written_last;
    size_t queue_size;
    td_err dial_result;
    struct sim_listener *listener; /* to be told of it */
    bool is_reading;
    bool is_dial_over;
    bool is_fin_sent;
    bool is_fin_received;
    bool is_broken;
};

/* -- segments (sim_segment.c) ---------------------------------------------------------------- */

void sim_conn_unreference(struct sim_conn *conn);
/* From `side` to the other. */
void sim_segment_send(struct sim_conn *conn, uint8_t side, enum sim_segment_kind kind,
                      const void *octets, uint32_t size);

/* -- what arrives (sim_tcp.c) ------------------------------------------------------------------ */

void sim_tcp_arrived(struct sim_conn *conn, uint8_t side, const struct sim_segment *segment);
void sim_tcp_break(struct sim_tcp *end);
