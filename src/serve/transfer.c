#include "serve/transfer.h"

#include "serve/difference.h"
#include "serve/event.h"
#include "serve/log.h"
#include "serve/outgoing.h"
#include "serve/worker.h"
#include "wire/const.h"
#include "wire/rrtype.h"

static enum stage_result fail(struct request *request, uint16_t rcode, uint16_t ede,
                              const char *text)
{
    request_fail(request, rcode, ede, text);
    return STAGE_DONE;
}

static enum stage_result refuse(struct request *request)
{
    char remote[TD_ADDR_TEXT_SIZE];
    char zone[WIRE_NAME_TEXT_SIZE];
    bool is_axfr = request->type == WIRE_TYPE_AXFR;

    serve_count(request->worker,
                is_axfr ? SERVE_COUNT_AXFR_OUT_REFUSED : SERVE_COUNT_IXFR_OUT_REFUSED);
    serve_log_limited(request->worker, LOG_WARNING, EVENT_TRANSFER_OUT_FAILED,
                      "[%s] %s, outgoing, remote %s %s, refused: not in allow-transfer",
                      wire_name_format(request->entry->name, zone), is_axfr ? "AXFR" : "IXFR",
                      td_addr_format_port(request_remote(request), remote),
                      serve_transport_text(request->transport));
    serve_event_post(request->worker, request->entry->name, request_remote(request), false,
                     request->has_tsig ? "transfer REFUSED: it is signed with another key than the "
                                         "peer's"
                                       : "transfer REFUSED: it is not signed, and has to be");
    return fail(request, WIRE_RCODE_REFUSED, WIRE_EDE_PROHIBITED, "not in allow-transfer");
}

/* The serial that an IXFR client has: that of the SOA in its authority section (RFC 1995 3). */
static bool client_serial(const struct request *request, uint32_t *ret_serial)
{
    struct wire_message message;
    struct wire_record record;

    if (!request->has_tail ||
        wire_message_read(request->in, request->tail.end, &message) != TD_OK ||
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

/* RFC 1982 3.2: is the client's serial the zone's, or ahead of it? */
static bool is_current(const struct request *request, uint32_t serial)
{
    return (int32_t)(request->version->serial - serial) <= 0;
}

static enum stage_result incremental(struct request *request)
{
    uint32_t serial;

    if (!client_serial(request, &serial))
        return fail(request, WIRE_RCODE_FORMERR, ANSWER_EDE_NONE, NULL);
    if (is_current(request, serial)) {
        serve_count(request->worker, SERVE_COUNT_IXFR_OUT_CURRENT);
        return answer_soa(request);
    }
    return serve_difference_ask(request, serial);
}

enum stage_result transfer_out(struct request *request)
{
    if (request->zone == NULL || request->zone->allow_transfer == NULL ||
        !request_is_allowed(request, request->zone->allow_transfer))
        return refuse(request);
    if (request->version == NULL)
        return fail(request, WIRE_RCODE_SERVFAIL, WIRE_EDE_NOT_READY, "zone is not loaded");
    if (request->type == WIRE_TYPE_IXFR)
        return incremental(request);
    if (request->transport == TRANSPORT_UDP) /* RFC 5936 4.2: there is no AXFR over UDP */
        return fail(request, WIRE_RCODE_FORMERR, ANSWER_EDE_NONE, NULL);
    return outgoing_start(request, NULL, NULL);
}

/* ---- when it is known what the client lacks ---- */

/* The zone as it is now. False: it has gone meanwhile, and the request says so. */
static bool find_again(struct request *request)
{
    request->entry = zone_set_find_exact(request->worker->zones, &request->key);
    if (request->entry == NULL) {
        request_fail(request, WIRE_RCODE_NOTAUTH, WIRE_EDE_NOT_AUTHORITATIVE, NULL);
        return false;
    }
    request->zone = atomic_load_explicit(&request->entry->settings, memory_order_acquire);
    request->version = atomic_load_explicit(&request->entry->version, memory_order_acquire);
    if (request->version == NULL)
        request_fail(request, WIRE_RCODE_SERVFAIL, WIRE_EDE_NOT_READY, "zone is not loaded");
    return request->version != NULL;
}

/*
 * Where the rate of answers is limited, whoever has not shown that the address is his own gets
 * no more than the SOA, and comes by TCP.
 */
static bool may_be_forged(const struct request *request)
{
    return request->worker->rrl != NULL && request->cookie != TSIG_COOKIE_GOOD &&
           !request->has_tsig;
}

/* One datagram, or the SOA that tells the client to come by TCP. */
static void go_on_by_udp(struct request *request, struct difference *difference)
{
    if (difference != NULL && !may_be_forged(request) && outgoing_whole(request, difference)) {
        request->stage = STAGE_SEAL;
        return;
    }
    serve_count(request->worker, SERVE_COUNT_IXFR_OUT_SOA);
    answer_soa(request);
}

void transfer_go_on(struct request *request, struct difference *difference, uint32_t serial)
{
    request->stage = STAGE_POLICY;
    if (!find_again(request))
        return;
    if (request->transport == TRANSPORT_UDP)
        go_on_by_udp(request, difference);
    else if (difference != NULL && outgoing_whole(request, difference))
        request->stage = STAGE_SEAL;
    else if (outgoing_start(request, difference, &serial) == STAGE_TAKEN)
        request->stage = STAGE_COUNT;
}
