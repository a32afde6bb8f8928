#include "replicate/ixfr.h"

#include "base/writer.h"
#include "wire/const.h"

enum { ANCOUNT_AT = 6, RECORDS_MAX = 65535 };

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
    struct td_writer writer = { .data = out, .size = limit, .cursor = size };
    unsigned count = 0;

    wire_compress_reset(&ixfr->compress, true);
    while (!ixfr->is_done && count < RECORDS_MAX) {
        const struct change_record *record = current(ixfr);
        if (wire_compress_record(&ixfr->compress, &writer, record->owner, record->type,
                                 WIRE_CLASS_IN, record->ttl, record->rdata,
                                 record->rdata_size) != TD_OK)
            break;
        go_on(ixfr);
        count++;
    }
    if (count == 0)
        return TD_E_LIMIT;
    td_put_u16(out + ANCOUNT_AT, (uint16_t)count);
    *ret_size = writer.cursor;
    return TD_OK;
}
