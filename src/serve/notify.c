#include "serve/notify.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/reader.h"
#include "serve/internal.h"
#include "serve/log.h"
#include "serve/worker.h"
#include "wire/const.h"
#include "wire/rrtype.h"

enum { SOA_NUMBERS_SIZE = 20 };

static void log_refused(struct request *request)
{
    char remote[TD_ADDR_TEXT_SIZE];
    char zone[WIRE_NAME_TEXT_SIZE];

    serve_log_limited(request->worker, LOG_NOTICE, EVENT_NOTIFY_REFUSED,
                      "[%s] NOTIFY, incoming, remote %s %s, refused: it is none of the zone's "
                      "'from' peers, or not signed with the key of that peer",
                      wire_name_format(request->entry->name, zone),
                      td_addr_format_port(request_remote(request), remote),
                      serve_transport_text(request->transport));
}

/* The serial of the SOA in the answer section (RFC 1996 3.7): a hint, nothing more. */
static bool hint(const struct request *request, uint32_t *ret_serial)
{
    struct wire_message message;
    struct wire_record record;

    if (request->header.counts[1] == 0 ||
        wire_message_read(request->in, request->tail.end, &message) != TD_OK)
        return false;
    size_t at = message.section_at[1];
    if (wire_message_record(&message, &at, &record) != TD_OK || record.type != WIRE_TYPE_SOA ||
        record.class != WIRE_CLASS_IN || record.rdlength < SOA_NUMBERS_SIZE + 2 ||
        !wire_name_equal(record.owner.octets, record.owner.size, request->entry->name,
                         request->entry->name_size))
        return false;
    *ret_serial = td_get_u32(request->in + record.rdata_at + record.rdlength - SOA_NUMBERS_SIZE);
    return true;
}

static void post(struct request *request)
{
    struct serve *serve = request->worker->serve;
    struct serve_notify *notify = td_calloc(1, sizeof(*notify));

    notify->remote = *request_remote(request);
    notify->is_signed = request->has_tsig;
    notify->has_serial = hint(request, &notify->serial);
    memcpy(notify->zone, request->entry->name, request->entry->name_size);
    if (serve->take_notify == NULL || io_mailbox_post(serve->notifies, notify) != TD_OK)
        free(notify);
}

enum stage_result notify_take(struct request *request)
{
    struct answer *answer = &request->worker->answer;

    serve_count(request->worker, SERVE_COUNT_NOTIFY);
    if (request->type != WIRE_TYPE_SOA) { /* nothing else may change by itself (RFC 1996 3.7) */
        request_fail(request, WIRE_RCODE_NOTIMP, WIRE_EDE_NOT_SUPPORTED, NULL);
        return STAGE_DONE;
    }
    if (request->zone == NULL || request->zone->allow_notify == NULL ||
        !request_is_allowed(request, request->zone->allow_notify)) {
        log_refused(request);
        request_fail(request, WIRE_RCODE_REFUSED, WIRE_EDE_PROHIBITED, "not a primary of the zone");
        return STAGE_DONE;
    }
    post(request);
    answer_reset(answer, &request->worker->scratch);
    answer->is_authoritative = true;
    request->has_answer = true;
    return STAGE_DONE;
}

/* ---- on the main world ---- */

static void take_letter(void *context, void *letter)
{
    struct serve *serve = context;
    struct serve_notify *notify = letter;

    serve->take_notify(serve->take_notify_context, notify);
    free(notify);
}

void serve_notifies_to(struct serve *serve,
                       void (*take)(void *context, const struct serve_notify *notify),
                       void *context)
{
    serve->take_notify = take;
    serve->take_notify_context = context;
    io_mailbox_on_letter(serve->notifies, take_letter, serve);
}
