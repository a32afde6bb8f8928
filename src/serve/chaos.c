/* Names about the server itself, class CHAOS (RFC 4892); refused when they are switched off. */
#include <string.h>

#include "base/alloc.h"
#include "base/macros.h"
#include "serve/road.h"
#include "serve/worker.h"
#include "wire/const.h"
#include "wire/rrtype.h"

static const struct {
    const char *name; /* wire form, lower case, with its final 0 */
    uint8_t size;
    bool is_version;
} names[] = {
    { "\7version\4bind", 14, true },
    { "\7version\6server", 16, true },
    { "\10hostname\4bind", 15, false },
    { "\2id\6server", 11, false },
};

static void put_text(struct request *request, const char *text, uint8_t size)
{
    struct answer *answer = &request->worker->answer;
    struct wire_rrset *set = td_arena_alloc(answer->scratch, sizeof(*set) + 3u + size);
    struct answer_set *row = answer_add(answer);

    set->ttl = 0;
    set->type = WIRE_TYPE_TXT;
    set->count = 1;
    set->size = 3u + size;
    td_put_u16(set->data, (uint16_t)(1u + size));
    set->data[2] = size;
    memcpy(set->data + 3, text, size);
    *row = (struct answer_set){
        .set = set, .ttl = 0, .place = PLACE_QNAME, .section = SECTION_ANSWER
    };
}

TD_COLD enum stage_result chaos_answer(struct request *request)
{
    const struct serve_settings *settings = request->worker->settings;

    for (unsigned i = 0; i < TD_COUNT(names); i++) {
        if (request->key.size != names[i].size ||
            memcmp(request->key.lower, names[i].name, names[i].size) != 0)
            continue;
        const char *text = names[i].is_version ? settings->version : settings->identity;
        uint8_t size = names[i].is_version ? settings->version_size : settings->identity_size;
        if (size == 0)
            break;
        answer_reset(&request->worker->answer, &request->worker->scratch);
        request->worker->answer.is_authoritative = true;
        request->has_answer = true;
        if (request->type == WIRE_TYPE_TXT || request->type == WIRE_TYPE_ANY)
            put_text(request, text, size);
        return STAGE_DONE;
    }
    request_fail(request, WIRE_RCODE_REFUSED, WIRE_EDE_NOT_AUTHORITATIVE, NULL);
    return STAGE_DONE;
}
