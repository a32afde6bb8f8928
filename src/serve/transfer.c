#include "serve/transfer.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "io/fiber.h"
#include "net/conn.h"
#include "replicate/axfr.h"
#include "serve/log.h"
#include "serve/worker.h"
#include "wire/const.h"
#include "wire/rrtype.h"
#include "zone/lineage.h"

/* Plenty for a registry's secondaries; the pins they hold are bounded by their cost, too. */
enum { TRANSFERS_MAX = 200 };

/* A transfer under way: everything that its fiber needs, by copy or pinned. */
struct transfer {
    struct serve_worker *worker;
    struct net_conn *conn;
    struct zone_version *version; /* pinned */
    bool has_tsig;
    uint16_t question_end;
    struct tsig_exchange tsig;
    struct tsig_key key; /* its own: a reload may take the key away meanwhile */
    uint8_t head[WIRE_HEADER_SIZE + WIRE_NAME_SIZE_MAX + 4]; /* header and question */
    struct axfr axfr;
    uint8_t message[NET_MESSAGE_SIZE_MAX];
};

static enum stage_result fail(struct request *request, uint16_t rcode, uint16_t ede,
                              const char *text)
{
    request_fail(request, rcode, ede, text);
    return STAGE_DONE;
}

/* ---- the fiber ---- */

static td_err send_all(struct fiber *fiber, struct transfer *transfer)
{
    size_t head_size = transfer->question_end;
    size_t room = transfer->has_tsig ? tsig_reserve(&transfer->tsig) : 0;

    while (!axfr_is_done(&transfer->axfr)) {
        size_t size;
        if (zone_version_is_cut(transfer->version))
            return TD_E_LIMIT;
        memcpy(transfer->message, transfer->head, head_size);
        td_err err = axfr_message(&transfer->axfr, transfer->message, head_size,
                                  sizeof(transfer->message) - room, &size);
        if (err == TD_OK && transfer->has_tsig)
            err = tsig_sign(&transfer->tsig, transfer->message, size, sizeof(transfer->message),
                            io_wall_s(transfer->worker->io), &size);
        if (err == TD_OK)
            err = net_conn_send(fiber, transfer->conn, transfer->message, size);
        if (err != TD_OK)
            return err;
    }
    return TD_OK;
}

static void log_end(const struct transfer *transfer, td_err err)
{
    char remote[TD_ADDR_TEXT_SIZE];
    char zone[WIRE_NAME_TEXT_SIZE];
    char key[WIRE_NAME_TEXT_SIZE] = "none";

    if (transfer->has_tsig)
        wire_name_format(transfer->tsig.key->name, key);
    serve_log(err == TD_OK ? LOG_INFO : LOG_WARNING,
              err == TD_OK ? EVENT_TRANSFER_OUT : EVENT_TRANSFER_OUT_FAILED,
              wire_name_format(zone_version_name(transfer->version), zone),
              "AXFR, outgoing, remote %s TCP, key %s, serial %u, %llu records, %s",
              td_addr_format_port(net_conn_remote(transfer->conn), remote), key,
              transfer->version->serial, (unsigned long long)transfer->axfr.records,
              err == TD_OK        ? "done"
              : err == TD_E_LIMIT ? "given up: too slow, the zone has changed too much meanwhile"
                                  : td_err_text(err));
}

static void run(struct fiber *fiber, void *argument)
{
    struct transfer *transfer = argument;
    struct serve_worker *worker = transfer->worker;

    axfr_init(&transfer->axfr, transfer->version);
    td_err err = send_all(fiber, transfer);
    serve_count(worker, err == TD_OK ? SERVE_COUNT_TRANSFER_OUT : SERVE_COUNT_TRANSFER_OUT_FAILED);
    log_end(transfer, err);
    if (err != TD_OK)
        net_conn_close(transfer->conn);
    net_conn_finish(transfer->conn);
    zone_version_unpin(transfer->version);
    explicit_bzero(&transfer->key, sizeof(transfer->key));
    free(transfer);
    worker->transfer_count--;
    serve_worker_may_end(worker);
}

static struct transfer *transfer_new(struct request *request)
{
    struct transfer *transfer = td_malloc(sizeof(*transfer));
    struct wire_header header = {
        .id = request->header.id,
        .flags = WIRE_FLAG_QR | WIRE_FLAG_AA,
        .counts = { 1, 0, 0, 0 },
    };

    transfer->worker = request->worker;
    transfer->conn = request->conn;
    transfer->version = atomic_load_explicit(&request->entry->version, memory_order_acquire);
    transfer->has_tsig = request->has_tsig;
    transfer->question_end = request->question_end;
    if (request->has_tsig) {
        transfer->tsig = request->tsig;
        transfer->key = *request->tsig.key;
        transfer->tsig.key = &transfer->key;
    }
    wire_header_put(transfer->head, &header);
    memcpy(transfer->head + WIRE_HEADER_SIZE, request->in + WIRE_HEADER_SIZE,
           request->question_end - (size_t)WIRE_HEADER_SIZE);
    return transfer;
}

static enum stage_result start(struct request *request)
{
    struct serve_worker *worker = request->worker;

    if (worker->transfer_count >= TRANSFERS_MAX)
        return fail(request, WIRE_RCODE_SERVFAIL, WIRE_EDE_OTHER, "too many transfers under way");
    struct transfer *transfer = transfer_new(request);
    zone_version_pin(transfer->version);
    if (io_fiber_spawn(worker->io, "axfr-out", run, transfer, NULL) != TD_OK) {
        zone_version_unpin(transfer->version);
        free(transfer);
        return fail(request, WIRE_RCODE_SERVFAIL, WIRE_EDE_OTHER, "too many transfers under way");
    }
    worker->transfer_count++;
    request->is_taken = true;
    return STAGE_TAKEN;
}

/* ---- who may, and how ---- */

static void log_refused(struct request *request)
{
    char remote[TD_ADDR_TEXT_SIZE];
    char zone[WIRE_NAME_TEXT_SIZE];

    serve_log_limited(request->worker, LOG_WARNING, EVENT_TRANSFER_OUT_FAILED,
                      "[%s] %s, outgoing, remote %s %s, refused: not in allow-transfer",
                      wire_name_format(request->entry->name, zone),
                      request->type == WIRE_TYPE_AXFR ? "AXFR" : "IXFR",
                      td_addr_format_port(request_remote(request), remote),
                      serve_transport_text(request->transport));
}

/* The serial that an IXFR client has: that of the SOA in its authority section (RFC 1995 3). */
static bool client_serial(const struct request *request, uint32_t *ret_serial)
{
    struct wire_message message;
    struct wire_record record;

    if (wire_message_read(request->in, request->tail.end, &message) != TD_OK ||
        message.header.counts[2] == 0)
        return false;
    size_t at = message.section_at[2];
    if (wire_message_record(&message, &at, &record) != TD_OK || record.type != WIRE_TYPE_SOA ||
        record.rdlength < 22)
        return false;
    *ret_serial = td_get_u32(request->in + record.rdata_at + record.rdlength - 20);
    return true;
}

/* Only the SOA: the client is up to date, or has to come again by TCP (RFC 1995 2). */
static enum stage_result answer_soa(struct request *request)
{
    struct answer *answer = &request->worker->answer;
    const struct zone_version *version = request->version;
    const struct wire_rrset *soa =
        zone_node_set(version, zone_version_apex(version), WIRE_TYPE_SOA);

    answer_reset(answer, &request->worker->scratch);
    answer->is_authoritative = true;
    *answer_add(answer) = (struct answer_set){
        .set = soa, .ttl = soa->ttl, .place = PLACE_QNAME, .section = SECTION_ANSWER
    };
    request->has_answer = true;
    return STAGE_DONE;
}

enum stage_result transfer_out(struct request *request)
{
    uint32_t serial;

    if (request->zone == NULL || request->zone->allow_transfer == NULL ||
        !request_is_allowed(request, request->zone->allow_transfer)) {
        log_refused(request);
        return fail(request, WIRE_RCODE_REFUSED, WIRE_EDE_PROHIBITED, "not in allow-transfer");
    }
    if (request->version == NULL)
        return fail(request, WIRE_RCODE_SERVFAIL, WIRE_EDE_NOT_READY, "zone is not loaded");
    if (request->type == WIRE_TYPE_IXFR) {
        if (!client_serial(request, &serial))
            return fail(request, WIRE_RCODE_FORMERR, ANSWER_EDE_NONE, NULL);
        /* RFC 1982 3.2: is the client's serial ours, or ahead of it? */
        if (request->transport == TRANSPORT_UDP ||
            (int32_t)(request->version->serial - serial) <= 0)
            return answer_soa(request);
    }
    if (request->transport == TRANSPORT_UDP) /* RFC 5936 4.2: there is no AXFR over UDP */
        return fail(request, WIRE_RCODE_FORMERR, ANSWER_EDE_NONE, NULL);
    return start(request);
}
