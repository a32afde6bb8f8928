#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "io/sim_tcp.h"

static bool segment_is_numbered(const struct sim_segment *segment)
{
    return segment->kind != SIM_CREDIT && segment->kind != SIM_RESET;
}

static void segment_free(struct sim_segment *segment)
{
    sim_conn_unreference(segment->conn);
    free(segment);
}

void sim_conn_unreference(struct sim_conn *conn)
{
    if (--conn->references > 0)
        return;
    free(conn);
}

static void conn_drop_held(struct sim_conn *conn, uint8_t to)
{
    while (conn->held[to] != NULL) {
        struct sim_segment *segment = conn->held[to];
        conn->held[to] = segment->next_held;
        segment_free(segment);
    }
}

/* The peer is never told: it sends on until it notices itself. */
static void segment_give_up(struct sim_segment *segment)
{
    struct sim_conn *conn = segment->conn;
    struct sim_tcp *sender = conn->ends[1 - segment->to];
    if (sender != NULL)
        sim_tcp_break(sender);
    if (segment_is_numbered(segment)) {
        conn->is_lost[segment->to] = true;
        conn_drop_held(conn, segment->to);
    }
    segment_free(segment);
}

static uint64_t retry_ns(const struct sim_segment *segment)
{
    uint64_t ms = (uint64_t)SIM_TCP_RETRY_MS << (segment->tries < 10 ? segment->tries : 10);
    return (ms < SIM_TCP_RETRY_MS_MAX ? ms : SIM_TCP_RETRY_MS_MAX) * IO_NS_PER_MS;
}

static void segment_retry(struct io_sim *sim, struct sim_segment *segment)
{
    uint64_t wait_ns = retry_ns(segment);
    if (++segment->tries >= SIM_TCP_TRIES_MAX || segment->kind == SIM_RESET)
        segment_give_up(segment);
    else
        sim_event_at(sim, &segment->event, sim->now_ns + wait_ns);
}

static void segment_hold(struct sim_segment *segment)
{
    struct sim_segment **link = &segment->conn->held[segment->to];
    while (*link != NULL && (*link)->number < segment->number)
        link = &(*link)->next_held;
    segment->next_held = *link;
    *link = segment;
}

static void segment_deliver(struct sim_segment *segment)
{
    struct sim_conn *conn = segment->conn;
    sim_note(conn->sim, conn->hosts[segment->to], "segment", segment->kind, segment->size);
    if (segment->kind == SIM_DATA)
        sim_note_octets(conn->sim, segment->octets, segment->size);
    sim_tcp_arrived(conn, segment->to, segment);
    segment_free(segment);
}

/* And those that were held for it. */
static void segment_deliver_in_order(struct sim_segment *segment)
{
    struct sim_conn *conn = segment->conn;
    uint8_t to = segment->to;
    if (conn->is_lost[to]) {
        segment_free(segment);
        return;
    }
    conn->references++;
    segment_hold(segment);
    while (conn->held[to] != NULL && conn->held[to]->number == conn->expected[to]) {
        struct sim_segment *next = conn->held[to];
        conn->held[to] = next->next_held;
        conn->expected[to]++;
        segment_deliver(next);
    }
    sim_conn_unreference(conn);
}

/* The connection is to be reset. */
static bool segment_is_fatal(struct sim_segment *segment, const struct io_sim_link *link)
{
    struct io_sim *sim = segment->conn->sim;
    struct io_sim_passing passing = {
        .from = segment->conn->hosts[1 - segment->to],
        .to = segment->conn->hosts[segment->to],
        .octets = segment->octets,
        .size = segment->size,
        .is_stream = true,
    };
    bool is_reset = sim_chance(&sim->random, link->reset_ppm);

    return sim_filter(sim, &passing) || is_reset;
}

static void segment_arrive(struct io_sim *sim, struct sim_event *event)
{
    struct sim_segment *segment = td_container_of(event, struct sim_segment, event);
    struct sim_conn *conn = segment->conn;
    if (sim->host_count == 0) { /* the world ends */
        conn->references++;
        conn_drop_held(conn, 0);
        conn_drop_held(conn, 1);
        segment_free(segment);
        sim_conn_unreference(conn);
        return;
    }
    struct io_sim_link link = sim_link(sim, conn->hosts[1 - segment->to], conn->hosts[segment->to]);
    bool is_lost = sim_chance(&sim->random, link.loss_ppm);
    if (link.is_cut || is_lost || conn->hosts[segment->to]->is_down) {
        sim_note(sim, conn->hosts[segment->to], "segment lost", segment->kind, segment->tries);
        segment_retry(sim, segment);
        return;
    }
    if (segment->kind == SIM_DATA && segment_is_fatal(segment, &link))
        for (uint8_t side = 0; side < 2; side++)
            if (conn->ends[side] != NULL)
                sim_tcp_break(conn->ends[side]);
    if (segment_is_numbered(segment))
        segment_deliver_in_order(segment);
    else
        segment_deliver(segment);
}

void sim_segment_send(struct sim_conn *conn, uint8_t side, enum sim_segment_kind kind,
                      const void *octets, uint32_t size)
{
    struct io_sim *sim = conn->sim;
    uint8_t to = (uint8_t)(1 - side);
    if (conn->hosts[side]->is_down)
        return;
    uint32_t octet_count = octets != NULL ? size : 0;
    struct sim_segment *segment = td_calloc(1, sizeof(*segment) + octet_count);
    segment->event.call = segment_arrive;
    segment->conn = conn;
    conn->references++;
    segment->kind = kind;
    segment->to = to;
    segment->size = size;
    if (octet_count > 0)
        memcpy(segment->octets, octets, octet_count);
    if (segment_is_numbered(segment))
        segment->number = conn->sent[side]++;
    struct io_sim_link link = sim_link(sim, conn->hosts[side], conn->hosts[to]);
    sim_event_at(sim, &segment->event, sim->now_ns + sim_link_delay_ns(sim, &link));
}
