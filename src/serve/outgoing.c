#include "serve/outgoing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/diag.h"
#include "io/fiber.h"
#include "net/conn.h"
#include "replicate/axfr.h"
#include "replicate/ixfr.h"
#include "replicate/pace.h"
#include "serve/event.h"
#include "serve/internal.h"
#include "serve/log.h"
#include "serve/respond.h"
#include "serve/worker.h"
#include "wire/const.h"
#include "zone/lineage.h"

enum { OPT_SIZE_MAX = 512, ARCOUNT_AT = 10 };

/* A transfer under way: everything that its fiber needs, by copy or held. */
struct outgoing {
    struct serve_worker *worker;
    struct net_conn *conn;
    struct zone_version *version;  /* pinned; NULL: it is a difference */
    struct difference *difference; /* held */
    bool has_tsig;
    bool was_asked_from; /* IXFR was asked for, and this is all of the zone */
    uint32_t asked_from;
    uint16_t head_size;
    uint16_t opt_size; /* of the first message; 0: none */
    struct tsig_exchange tsig;
    struct tsig_key key; /* its own: a reload may take the key away meanwhile */
    uint64_t began_ns;
    struct pace pace;
    uint64_t octets;                                         /* sent so far */
    uint8_t head[WIRE_HEADER_SIZE + WIRE_NAME_SIZE_MAX + 4]; /* header and question */
    uint8_t opt[OPT_SIZE_MAX];
    union {
        struct axfr axfr;
        struct ixfr ixfr;
    };
};

/* ---- what is told of it ---- */

enum { REPORT_SIZE = 2 * WIRE_NAME_TEXT_SIZE + 128 };

struct report {
    const struct td_addr *remote;
    const struct tsig_exchange *tsig;    /* NULL: not signed */
    const struct difference *difference; /* NULL: the whole zone */
    unsigned transport;
    uint32_t serial;
    uint64_t records;
    uint64_t octets;
    uint64_t began_ns;
};

static const char *report_text(const struct report *report, struct io *io, char out[REPORT_SIZE])
{
    char remote[TD_ADDR_TEXT_SIZE];
    char key[WIRE_NAME_TEXT_SIZE] = "none";
    char serial[32];
    uint64_t ms = (io_now_ns(io) - report->began_ns) / IO_NS_PER_MS;

    if (report->tsig != NULL)
        wire_name_format(report->tsig->key->name, key);
    if (report->difference == NULL)
        snprintf(serial, sizeof(serial), "%u", report->serial);
    else
        snprintf(serial, sizeof(serial), "%u to %u", report->difference->serial_from,
                 report->difference->serial_to);
    snprintf(
        out, REPORT_SIZE,
        "%s, outgoing, remote %s %s, key %s, serial %s, %llu records, %llu octets, %llu.%03u s",
        report->difference == NULL ? "AXFR" : "IXFR", td_addr_format_port(report->remote, remote),
        serve_transport_text(report->transport), key, serial, (unsigned long long)report->records,
        (unsigned long long)report->octets, (unsigned long long)(ms / 1000), (unsigned)(ms % 1000));
    return out;
}

static const char *why(td_err err, const struct outgoing *outgoing, char out[128])
{
    switch (err) {
    case TD_OK:
        if (!outgoing->was_asked_from)
            return "done";
        snprintf(out, 128, "done; IXFR was asked for, but no usable history begins at serial %u",
                 outgoing->asked_from);
        return out;
    case TD_E_LIMIT:
        return "given up: too slow, the zone has changed too much meanwhile";
    case TD_E_TIMEOUT:
        return "given up: the client reads less than transfers.min-rate";
    default:
        return td_err_text(err);
    }
}

static const uint8_t *zone_name(const struct outgoing *outgoing)
{
    return outgoing->version != NULL ? zone_version_name(outgoing->version)
                                     : outgoing->difference->steps[0].removed[0].owner;
}

static void log_end(const struct outgoing *outgoing, td_err err)
{
    struct report report = {
        .remote = net_conn_remote(outgoing->conn),
        .tsig = outgoing->has_tsig ? &outgoing->tsig : NULL,
        .difference = outgoing->difference,
        .transport = TRANSPORT_TCP,
        .serial = outgoing->version != NULL ? outgoing->version->serial : 0,
        .records = outgoing->version != NULL ? outgoing->axfr.records : outgoing->ixfr.records,
        .octets = outgoing->octets,
        .began_ns = outgoing->began_ns,
    };
    char zone[WIRE_NAME_TEXT_SIZE], text[REPORT_SIZE], reason[128];

    report_text(&report, outgoing->worker->io, text);
    size_t size = strlen(text);
    snprintf(text + size, sizeof(text) - size, ", %s", why(err, outgoing, reason));
    serve_log(err == TD_OK ? LOG_INFO : LOG_WARNING,
              err == TD_OK ? EVENT_TRANSFER_OUT : EVENT_TRANSFER_OUT_FAILED,
              wire_name_format(zone_name(outgoing), zone), "%s", text);
    serve_event_post(outgoing->worker, zone_name(outgoing), report.remote, err == TD_OK, text);
}

/* ---- the fiber ---- */

static bool is_done(const struct outgoing *outgoing)
{
    return outgoing->version != NULL ? axfr_is_done(&outgoing->axfr)
                                     : ixfr_is_done(&outgoing->ixfr);
}

/* The next message, without its signature. */
static td_err fill(struct outgoing *outgoing, uint8_t *message, size_t *ret_size)
{
    size_t room = outgoing->has_tsig ? tsig_reserve(&outgoing->tsig) : 0;
    size_t limit = NET_MESSAGE_SIZE_MAX - room - outgoing->opt_size;
    size_t head_size = outgoing->head_size;

    memcpy(message, outgoing->head, head_size);
    td_err err = outgoing->version != NULL
                     ? axfr_message(&outgoing->axfr, message, head_size, limit, ret_size)
                     : ixfr_message(&outgoing->ixfr, message, head_size, limit, ret_size);
    if (err != TD_OK || outgoing->opt_size == 0)
        return err;
    memcpy(message + *ret_size, outgoing->opt, outgoing->opt_size);
    td_put_u16(message + ARCOUNT_AT, 1);
    *ret_size += outgoing->opt_size;
    outgoing->opt_size = 0;
    return TD_OK;
}

/* Made where the connection wants it: nothing is copied, and nothing waits in between. */
static td_err send_one(struct outgoing *outgoing, size_t *ret_size)
{
    uint8_t *message = net_conn_reserve(outgoing->conn, NET_MESSAGE_SIZE_MAX);

    td_err err = fill(outgoing, message, ret_size);
    if (err == TD_OK && outgoing->has_tsig)
        err = tsig_sign(&outgoing->tsig, message, *ret_size, NET_MESSAGE_SIZE_MAX,
                        io_wall_s(outgoing->worker->io), ret_size);
    if (err == TD_OK)
        net_conn_commit(outgoing->conn, *ret_size);
    return err;
}

static bool is_slow(struct outgoing *outgoing, size_t size)
{
    struct serve_worker *worker = outgoing->worker;

    outgoing->octets += size;
    serve_worker_refresh(worker);
    return pace_is_too_slow(&outgoing->pace, size, io_now_ns(worker->io),
                            worker->settings->transfer_rate_min);
}

static td_err send_all(struct fiber *fiber, struct outgoing *outgoing)
{
    while (!is_done(outgoing)) {
        size_t size;
        td_err err = net_conn_drain(fiber, outgoing->conn);
        if (err == TD_OK && outgoing->version != NULL && zone_version_is_cut(outgoing->version))
            err = TD_E_LIMIT;
        if (err == TD_OK)
            err = send_one(outgoing, &size);
        if (err == TD_OK && is_slow(outgoing, size))
            err = TD_E_TIMEOUT;
        if (err != TD_OK)
            return err;
    }
    return TD_OK;
}

static void outgoing_free(struct outgoing *outgoing)
{
    if (outgoing->version != NULL)
        zone_version_unpin(outgoing->version);
    difference_let_go(outgoing->difference);
    explicit_bzero(&outgoing->key, sizeof(outgoing->key));
    atomic_fetch_sub_explicit(&outgoing->worker->serve->transfers, 1, memory_order_relaxed);
    free(outgoing);
}

static void run(struct fiber *fiber, void *argument)
{
    struct outgoing *outgoing = argument;
    struct serve_worker *worker = outgoing->worker;
    bool is_whole = outgoing->version != NULL;

    if (is_whole)
        axfr_init(&outgoing->axfr, outgoing->version);
    else
        ixfr_init(&outgoing->ixfr, outgoing->difference);
    td_err err = send_all(fiber, outgoing);
    if (err == TD_OK)
        serve_count(worker, is_whole ? SERVE_COUNT_AXFR_OUT_DONE : SERVE_COUNT_IXFR_OUT_DONE);
    else
        serve_count(worker, is_whole ? SERVE_COUNT_AXFR_OUT_FAILED : SERVE_COUNT_IXFR_OUT_FAILED);
    log_end(outgoing, err);
    if (err != TD_OK)
        net_conn_close(outgoing->conn);
    net_conn_finish(outgoing->conn);
    outgoing_free(outgoing);
    worker->transfer_count--;
    serve_worker_may_end(worker);
}

/* ---- the beginning ---- */

/* EDNS belongs into the first message, and need not be in others (RFC 5936 2.2.5). */
static void put_opt(struct outgoing *outgoing, struct request *request)
{
    struct td_writer writer = { .data = outgoing->opt, .size = sizeof(outgoing->opt) };

    request->has_answer = true;
    if (request_has_edns(request) && respond_put_edns(request, &writer) == TD_OK)
        outgoing->opt_size = (uint16_t)writer.cursor;
}

static struct outgoing *outgoing_new(struct request *request, struct difference *difference,
                                     const uint32_t *asked_from)
{
    struct outgoing *outgoing = td_malloc(sizeof(*outgoing));
    struct wire_header header = {
        .id = td_get_u16(request->in),
        .flags = WIRE_FLAG_QR | WIRE_FLAG_AA,
        .counts = { 1, 0, 0, 0 },
    };

    memset(outgoing, 0, offsetof(struct outgoing, head));
    outgoing->worker = request->worker;
    outgoing->conn = request->conn;
    outgoing->difference = difference_hold(difference);
    if (difference == NULL) {
        outgoing->version = atomic_load_explicit(&request->entry->version, memory_order_acquire);
        zone_version_pin(outgoing->version);
    }
    outgoing->was_asked_from = difference == NULL && asked_from != NULL;
    outgoing->asked_from = asked_from != NULL ? *asked_from : 0;
    outgoing->head_size = request->question_end;
    outgoing->has_tsig = request->has_tsig;
    if (request->has_tsig) {
        outgoing->tsig = request->tsig;
        outgoing->key = *request->tsig.key;
        outgoing->tsig.key = &outgoing->key;
    }
    outgoing->began_ns = io_now_ns(request->worker->io);
    pace_begin(&outgoing->pace, outgoing->began_ns);
    wire_header_put(outgoing->head, &header);
    memcpy(outgoing->head + WIRE_HEADER_SIZE, request->in + WIRE_HEADER_SIZE,
           request->question_end - (size_t)WIRE_HEADER_SIZE);
    put_opt(outgoing, request);
    return outgoing;
}

static enum stage_result refuse(struct request *request, bool is_whole)
{
    char zone[WIRE_NAME_TEXT_SIZE], remote[TD_ADDR_TEXT_SIZE];

    serve_count(request->worker,
                is_whole ? SERVE_COUNT_AXFR_OUT_REFUSED : SERVE_COUNT_IXFR_OUT_REFUSED);
    serve_log_limited(request->worker, LOG_WARNING, EVENT_TRANSFER_OUT_FAILED,
                      "[%s] %s, outgoing, remote %s TCP, refused: as many transfers as "
                      "transfers.out permits are under way",
                      wire_name_format(request->entry->name, zone), is_whole ? "AXFR" : "IXFR",
                      td_addr_format_port(request_remote(request), remote));
    serve_event_post(request->worker, request->entry->name, request_remote(request), false,
                     "transfer refused (SERVFAIL): as many as transfers.out permits are under way");
    request->has_answer = false;
    request_fail(request, WIRE_RCODE_SERVFAIL, WIRE_EDE_OTHER,
                 "too many transfers under way (transfers.out), try again later");
    return STAGE_DONE;
}

/*
 * SERVFAIL and not REFUSED when there are too many: it is for now only, and a client that is told
 * REFUSED may take it for policy. BIND answers the same to one above its transfers-out.
 */
enum stage_result outgoing_start(struct request *request, struct difference *difference,
                                 const uint32_t *asked_from)
{
    struct serve_worker *worker = request->worker;
    _Atomic uint32_t *transfers = &worker->serve->transfers;

    if (atomic_fetch_add_explicit(transfers, 1, memory_order_relaxed) >=
        worker->settings->transfers_max) {
        atomic_fetch_sub_explicit(transfers, 1, memory_order_relaxed);
        return refuse(request, difference == NULL);
    }
    struct outgoing *outgoing = outgoing_new(request, difference, asked_from);
    if (io_fiber_spawn(worker->io, "transfer-out", run, outgoing, NULL) != TD_OK) {
        outgoing_free(outgoing);
        return refuse(request, difference == NULL);
    }
    worker->transfer_count++;
    request->is_taken = true;
    return STAGE_TAKEN;
}

/* ---- in one message ---- */

static void log_whole(struct request *request, const struct ixfr *ixfr)
{
    struct report report = {
        .remote = request_remote(request),
        .tsig = request->has_tsig ? &request->tsig : NULL,
        .difference = ixfr->difference,
        .transport = request->transport,
        .records = ixfr->records,
        .octets = request->out_size,
        .began_ns = io_now_ns(request->worker->io),
    };
    char zone[WIRE_NAME_TEXT_SIZE], text[REPORT_SIZE];

    serve_log_limited(request->worker, LOG_INFO, EVENT_TRANSFER_OUT, "[%s] %s, done",
                      wire_name_format(request->entry->name, zone),
                      report_text(&report, request->worker->io, text));
    serve_event_post(request->worker, request->entry->name, report.remote, true, text);
}

bool outgoing_whole(struct request *request, const struct difference *difference)
{
    struct ixfr ixfr;
    size_t size;

    respond_begin(request);
    uint32_t kept = respond_reserve(request);
    if (request->limit <= request->out_size + kept)
        return false;
    ixfr_init(&ixfr, difference);
    if (ixfr_message(&ixfr, request->out, request->out_size, request->limit - kept, &size) !=
            TD_OK ||
        !ixfr_is_done(&ixfr))
        return false;
    request->out[2] |= WIRE_FLAG_AA >> 8;
    request->out_size = (uint32_t)size;
    request->rcode = WIRE_RCODE_NOERROR;
    request->has_answer = true;
    serve_count(request->worker, SERVE_COUNT_IXFR_OUT_DONE);
    log_whole(request, &ixfr);
    return true;
}
