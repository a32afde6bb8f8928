#include "replicate/ixfr.h"

#include <string.h>

#include "base/writer.h"
#include "wire/name.h"

enum { ANCOUNT_AT = 6 };

void ixfr_init(struct ixfr *ixfr, const struct difference *difference)
{
    ixfr->difference = difference;
    ixfr->records = 0;
    ixfr->step = 0;
    ixfr->at = 0;
    ixfr->has_begun = false;
    ixfr->is_done = false;
}

/* The next record; at both ends it is the newest SOA. */
static const struct change_record *current(const struct ixfr *ixfr)
{
    const struct difference *difference = ixfr->difference;

    if (!ixfr->has_begun || ixfr->step == difference->step_count)
        return &difference->steps[difference->step_count - 1].added[0];
    const struct changeset *step = &difference->steps[ixfr->step];
    return ixfr->at < step->removed_count ? &step->removed[ixfr->at]
                                          : &step->added[ixfr->at - step->removed_count];
}

static bool is_same_name(const uint8_t *a, const uint8_t *b)
{
    size_t size = wire_name_size(a);

    return a == b || (size == wire_name_size(b) && memcmp(a, b, size) == 0);
}

static void go_on(struct ixfr *ixfr)
{
    const struct difference *difference = ixfr->difference;

    ixfr->records++;
    if (!ixfr->has_begun) {
        ixfr->has_begun = true;
    } else if (ixfr->step == difference->step_count) {
        ixfr->is_done = true;
    } else {
        const struct changeset *step = &difference->steps[ixfr->step];
        if (++ixfr->at == step->removed_count + step->added_count) {
            ixfr->step++;
            ixfr->at = 0;
        }
    }
}

td_err ixfr_message(struct ixfr *ixfr, uint8_t *out, size_t size, size_t limit, size_t *ret_size)
{
    const uint8_t *owner = NULL;
    struct wire_pack *pack = &ixfr->pack;
    const struct changeset *first = &ixfr->difference->steps[0];

    wire_pack_begin(pack, out, size, limit, first->removed[0].owner);
    while (!ixfr->is_done) {
        const struct change_record *record = current(ixfr);
        if (owner == NULL || !is_same_name(owner, record->owner))
            wire_pack_owner(pack, record->owner);
        owner = record->owner;
        if (wire_pack_record(pack, record->type, record->ttl, record->rdata, record->rdata_size) !=
            TD_OK)
            break;
        go_on(ixfr);
    }
    if (pack->count == 0)
        return TD_E_LIMIT;
    td_put_u16(out + ANCOUNT_AT, (uint16_t)pack->count);
    *ret_size = pack->size;
    return TD_OK;
}
