/* route: which zone answers, and may this client ask it? */
#include "auth/answer.h"
#include "base/macros.h"
#include "serve/cache.h"
#include "serve/log.h"
#include "serve/notify.h"
#include "serve/road.h"
#include "serve/transfer.h"
#include "serve/update.h"
#include "serve/worker.h"
#include "wire/const.h"
#include "wire/rrtype.h"

static TD_NOINLINE enum stage_result fail(struct request *request, uint16_t rcode, uint16_t ede,
                                          const char *text)
{
    request_fail(request, rcode, ede, text);
    return STAGE_DONE;
}

/* Why a zone of ours has nothing to answer from. */
static TD_COLD enum stage_result fail_state(struct request *request)
{
    switch (atomic_load_explicit(&request->entry->state, memory_order_acquire)) {
    case ZONE_STATE_LOADING:
        return fail(request, WIRE_RCODE_SERVFAIL, WIRE_EDE_NOT_READY, "zone is being loaded");
    case ZONE_STATE_EXPIRED:
        return fail(request, WIRE_RCODE_SERVFAIL, WIRE_EDE_INVALID_DATA, "zone has expired");
    default:
        return fail(request, WIRE_RCODE_SERVFAIL, WIRE_EDE_INVALID_DATA,
                    "zone could not be loaded");
    }
}

static const struct tsig_key *request_key(const struct request *request)
{
    return request->has_tsig && request->tsig.verdict == TSIG_GOOD ? request->tsig.key : NULL;
}

TD_NOINLINE bool request_is_allowed(struct request *request, const struct policy_acl *acl)
{
    const struct tsig_key *key = request_key(request);

    return policy_acl_match(acl, request_remote(request), key == NULL ? NULL : key->name,
                            key == NULL ? 0 : key->name_size);
}

static enum stage_result route_update(struct request *request, struct zone_entry *entry)
{
    if (request->type != WIRE_TYPE_SOA)
        return fail(request, WIRE_RCODE_FORMERR, ANSWER_EDE_NONE, NULL); /* RFC 2136 3.1.1 */
    if (entry == NULL || request->class != WIRE_CLASS_IN)
        return fail(request, WIRE_RCODE_NOTAUTH, WIRE_EDE_NOT_AUTHORITATIVE, NULL);
    request->entry = entry;
    request->zone = atomic_load_explicit(&entry->settings, memory_order_acquire);
    return update_take(request);
}

/* NOTIFY and UPDATE. */
static TD_COLD enum stage_result route_other(struct request *request)
{
    struct zone_entry *entry = zone_set_find_exact(request->worker->zones, &request->key);

    if (wire_header_opcode(&request->header) == WIRE_OPCODE_UPDATE)
        return route_update(request, entry);
    if (entry == NULL)
        return fail(request, WIRE_RCODE_NOTAUTH, WIRE_EDE_NOT_AUTHORITATIVE, NULL);
    request->entry = entry;
    request->zone = atomic_load_explicit(&entry->settings, memory_order_acquire);
    return notify_take(request);
}

static enum stage_result route_transfer(struct request *request)
{
    struct zone_entry *entry = zone_set_find_exact(request->worker->zones, &request->key);

    if (entry == NULL)
        return fail(request, WIRE_RCODE_NOTAUTH, WIRE_EDE_NOT_AUTHORITATIVE, NULL);
    request->entry = entry;
    request->zone = atomic_load_explicit(&entry->settings, memory_order_acquire);
    request->version = atomic_load_explicit(&entry->version, memory_order_acquire);
    request->apex_label = 0;
    return transfer_out(request);
}

/* Types that are no data: only ANY has an answer here. */
static TD_COLD enum stage_result route_meta(struct request *request)
{
    request_read_header(request);
    switch (request->type) {
    case WIRE_TYPE_AXFR:
    case WIRE_TYPE_IXFR:
        return route_transfer(request);
    case WIRE_TYPE_MAILA: /* obsolete (RFC 1035 3.2.3, 6895) */
    case WIRE_TYPE_MAILB:
    case WIRE_TYPE_TKEY:
        return fail(request, WIRE_RCODE_NOTIMP, WIRE_EDE_NOT_SUPPORTED, NULL);
    default:
        return fail(request, WIRE_RCODE_FORMERR, WIRE_EDE_QUERY_TYPE, NULL);
    }
}

static inline bool find_zone(struct request *request)
{
    struct zone_entry *entry = auth_zone_find(request->worker->zones, &request->key, request->type);

    request->entry = entry;
    if (td_unlikely(entry == NULL))
        return false;
    request->apex_label = (uint8_t)zone_entry_label(entry, &request->key);
    request->version = atomic_load_explicit(&entry->version, memory_order_acquire);
    request->zone = atomic_load_explicit(&entry->settings, memory_order_acquire);
    return true;
}

static inline bool is_kept(struct request *request)
{
    struct serve_worker *worker = request->worker;

    /* Before any version is read: what is made of newer ones counts as older, never the reverse. */
    request->generation = zone_set_generation(worker->zones);
    /* What IXFR gets hangs on the client's SOA and on who it is, so it is never looked up. */
    return td_unlikely(answer_cache_may_have(worker->cache, request)) &&
           request->type != WIRE_TYPE_IXFR && answer_cache_find(worker->cache, request);
}

enum stage_result stage_route(struct request *request)
{
    struct serve_worker *worker = request->worker;

    if (worker->cache != NULL && is_kept(request))
        return STAGE_SENT;
    if (td_unlikely(request->has_tail) && request_opcode(request) != WIRE_OPCODE_QUERY)
        return route_other(request);
    serve_count(request->worker, serve_counter_of_type(request->type));
    if (td_unlikely(request->class != WIRE_CLASS_IN)) {
        if (request->class == WIRE_CLASS_CH)
            return chaos_answer(request);
        if (request->class != WIRE_CLASS_ANY)
            return fail(request, WIRE_RCODE_REFUSED, WIRE_EDE_NOT_AUTHORITATIVE, NULL);
    }
    /* Type 0 is nobody's (RFC 6895 3.1): as good a question as any unknown type. */
    if (td_unlikely(!wire_rrtype_is_data(request->type)) && request->type != WIRE_TYPE_ANY &&
        request->type != 0)
        return route_meta(request);
    if (!find_zone(request))
        return fail(request, WIRE_RCODE_REFUSED, WIRE_EDE_NOT_AUTHORITATIVE, NULL);
    if (td_unlikely(request->zone != NULL && request->zone->allow_query != NULL) &&
        !request_is_allowed(request, request->zone->allow_query))
        return fail(request, WIRE_RCODE_REFUSED, WIRE_EDE_PROHIBITED, NULL);
    if (td_unlikely(request->version == NULL))
        return fail_state(request);
    return STAGE_NEXT;
}
