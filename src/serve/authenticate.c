/* authenticate: TSIG (RFC 8945 5.2) and DNS cookies (RFC 7873 5.2). */
#include "base/macros.h"
#include "io/io.h"
#include "serve/log.h"
#include "serve/road.h"
#include "serve/worker.h"
#include "wire/const.h"

static void log_bad_tsig(struct request *request)
{
    char remote[TD_ADDR_TEXT_SIZE];
    char name[WIRE_NAME_TEXT_SIZE];

    serve_log_limited(request->worker, LOG_WARNING, EVENT_TSIG_REFUSED,
                      "TSIG, refused, remote %s %s, key %s, %s, clock difference %lld s",
                      td_addr_format_port(request_remote(request), remote),
                      serve_transport_text(request->transport),
                      wire_name_format(request->tsig.name.octets, name),
                      tsig_verdict_text(request->tsig.verdict), (long long)request->tsig.skew_s);
}

/* An update for a zone whose updates are handed on: its key need not be known here. */
static bool is_for_primary(struct request *request)
{
    if (wire_header_opcode(&request->header) != WIRE_OPCODE_UPDATE || !request->has_key)
        return false;
    struct zone_entry *entry = zone_set_find_exact(request->worker->zones, &request->key);
    const struct serve_zone *zone =
        entry == NULL ? NULL : atomic_load_explicit(&entry->settings, memory_order_acquire);

    return zone != NULL && zone->forwards_updates;
}

static TD_COLD enum stage_result verify(struct request *request)
{
    struct serve_worker *worker = request->worker;
    uint64_t now_s = io_wall_s(worker->io);
    enum tsig_verdict verdict = tsig_verify(worker->settings->keys, request->in, request->tail.end,
                                            request->tail.tsig_at, now_s, &request->tsig);

    if (verdict == TSIG_GOOD) {
        request->has_tsig = true;
        serve_count(worker, SERVE_COUNT_TSIG_GOOD);
        return STAGE_NEXT;
    }
    if (verdict == TSIG_BADKEY && is_for_primary(request)) {
        request->is_relayed = true;
        return STAGE_NEXT;
    }
    serve_count(worker, SERVE_COUNT_TSIG_BAD);
    request->has_tsig = verdict != TSIG_FORMERR;
    if (request->has_tsig)
        log_bad_tsig(request);
    request_fail(request, tsig_verdict_rcode(verdict), ANSWER_EDE_NONE, NULL);
    return STAGE_DONE;
}

/* A bad cookie is answered like a new client, with a fresh one (RFC 7873 5.2.4). */
static TD_COLD void check_cookie(struct request *request)
{
    struct serve_worker *worker = request->worker;
    const struct wire_edns_option *option = &request->tail.edns.options[WIRE_EDNS_COOKIE];

    request->cookie = (uint8_t)tsig_cookie_answer(
        &worker->settings->cookies, request->in + option->at, option->size, request_remote(request),
        (uint32_t)io_wall_s(worker->io), request->cookie_option);
    serve_count(worker, request->cookie == TSIG_COOKIE_GOOD  ? SERVE_COUNT_COOKIE_GOOD
                        : request->cookie == TSIG_COOKIE_NEW ? SERVE_COUNT_COOKIE_NEW
                                                             : SERVE_COUNT_COOKIE_BAD);
}

enum stage_result stage_authenticate(struct request *request)
{
    if (td_unlikely(request->tail.has_edns && request->worker->settings->has_cookies &&
                    wire_edns_has(&request->tail.edns, WIRE_EDNS_COOKIE)))
        check_cookie(request);
    enum stage_result result = td_likely(request->tail.tsig_at == 0) ? STAGE_NEXT : verify(request);
    /* Without a question all was for the cookie (RFC 7873 5.4). */
    return result == STAGE_NEXT && !request->has_key ? STAGE_DONE : result;
}
