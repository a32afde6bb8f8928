/*
 * A middlebox lies: differences are asked for from another serial than the secondary has. What
 * comes does not begin with what is there, and must not be taken for it.
 */
#include "base/writer.h"
#include "scenario/faults.h"
#include "scenario/layout.h"
#include "scenario/model.h"
#include "wire/message.h"
#include "wire/rrtype.h"

enum {
    ROUNDS = 60,
    PAUSE_MS = 3000,
    CHANGES = 6,
    SHARE_PERCENT = 70,
    TWIST_MAX = 3,
    PREFIX_SIZE = 2, /* of a message in a stream */
    SERIAL_BEFORE_END = 20,
};

/* Where the serial stands in a question for differences; 0: it is none, or not there whole. */
static size_t serial_place(const uint8_t *octets, size_t size)
{
    struct wire_message message;
    struct wire_record soa;
    size_t at;

    if (wire_message_read(octets, size, &message) != TD_OK || message.header.counts[0] != 1 ||
        (message.header.flags & WIRE_FLAG_QR) != 0)
        return 0;
    at = message.section_at[1];
    if (td_get_u16(octets + at - 4) != WIRE_TYPE_IXFR)
        return 0;
    at = message.section_at[2];
    if (wire_message_record(&message, &at, &soa) != TD_OK || soa.type != WIRE_TYPE_SOA)
        return 0;
    return soa.rdata_at + soa.rdlength - SERIAL_BEFORE_END;
}

static bool twist(void *context, const struct io_sim_passing *passing)
{
    struct cluster *cluster = context;
    size_t skip = passing->is_stream ? PREFIX_SIZE : 0;

    if (passing->size <= skip)
        return false;
    size_t place = serial_place(passing->octets + skip, passing->size - skip);
    if (place == 0 || !cluster_chance(cluster, SHARE_PERCENT))
        return false;
    uint8_t *at = passing->octets + skip + place;
    uint32_t had = td_get_u32(at);
    uint32_t less = (uint32_t)cluster_below(cluster, 2 * TWIST_MAX);
    uint32_t other = had + TWIST_MAX > less ? had + TWIST_MAX - less : had;
    cluster_note(cluster, "asked from %u instead of %u", other, had);
    td_put_u32(at, other);
    return false;
}

static void run(struct cluster *cluster)
{
    layout_tiers(cluster, false); /* signed, it would be seen at once */
    io_sim_filter_set(cluster->sim, twist, cluster);
    for (int i = 0; i < ROUNDS; i++) {
        for (uint64_t count = 1 + cluster_below(cluster, CHANGES); count > 0; count--)
            model_change(&cluster->nodes[TIER_P]);
        cluster_run_ms(cluster, cluster_below(cluster, PAUSE_MS));
    }
    cluster_run_ms(cluster, PAUSE_MS);
    cluster_check_equal(cluster, LAYOUT_BOUND_MS);
    io_sim_filter_set(cluster->sim, NULL, NULL);
}

const struct scenario scenario_liar = {
    .name = "liar",
    .what = "differences come that begin with another serial than was asked for",
    .run = run,
};
