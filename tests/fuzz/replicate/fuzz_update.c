/*
 * A dynamic update as it comes from the network, done to a small zone "z." by somebody who may do
 * everything. What was done is taken back, and the zone must be as before; then it is done again
 * and committed, unless the checks refuse it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "io/sim.h"
#include "replicate/update.h"
#include "text/single.h"
#include "wire/const.h"
#include "wire/message.h"
#include "wire/rrtype.h"
#include "zone/build.h"
#include "zone/lineage.h"

static const uint8_t apex[] = { 1, 'z', 0 };

struct house {
    struct io_sim *sim;
    struct io *io;
    struct td_hash_seed seed;
    struct td_rcu *rcu;
    struct zone_set *zones;
    struct change_door *door;
    struct change_zone zone;
};

static void must(td_err err)
{
    td_assert(err == TD_OK);
}

static struct zone_version *build(struct house *house)
{
    static const char *const records[] = {
        "z. 60 SOA ns.z. h.z. 1 1 1 1 1",
        "z. 60 NS ns.z.",
        "z. 60 NS n.",
        "ns.z. 60 A 192.0.2.1",
        "a.b.z. 60 TXT \"t\"",
        "c.z. 60 CNAME ns.z.",
        "d.z. 60 DNAME e.",
        "s.z. 60 NS ns.s.z.",
        "ns.s.z. 60 AAAA ::1",
    };
    struct zone_build *zone = zone_build_new(apex, &house->seed, NULL);
    struct zone_build_report report;
    struct zone_version *version;
    struct td_diag diag;

    for (size_t i = 0; i < TD_COUNT(records); i++) {
        struct text_single single;
        must(text_single_parse(records[i], strlen(records[i]), apex, 60, &single, &diag));
        must(zone_build_add(zone, single.owner.octets, single.type, single.ttl, single.rdata,
                            (uint16_t)single.rdata_size));
        text_single_fini(&single);
    }
    must(zone_build_finish(zone, &report, &version));
    return version;
}

static void enter(struct house *house)
{
    struct io_sim_options options = { .seed = 1 };
    struct change_about about = { .origin = CHANGE_FILE };
    struct io_sim_host *machine;
    struct td_addr addr;
    struct td_diag diag;

    memset(house, 0, sizeof(*house));
    house->sim = io_sim_new(&options);
    must(td_addr_parse("192.0.2.53", 0, &addr));
    must(io_sim_host_new(house->sim, "machine", &addr, 1, &machine));
    house->io = io_sim_host_io(machine);
    house->seed = td_hash_seed_of(7, 8);
    house->rcu = td_rcu_new();
    house->zones = zone_set_new(&house->seed, house->rcu);
    house->door = change_door_new(house->io, house->zones, house->rcu, NULL);
    must(zone_set_add(house->zones, apex, &house->zone.entry));
    must(change_commit_whole(house->door, &house->zone, build(house), NULL, &about, NULL, &diag));
    io_sim_run(house->sim, io_sim_now_ns(house->sim) + IO_NS_PER_MS);
}

static void leave(struct house *house)
{
    io_sim_run(house->sim, io_sim_now_ns(house->sim) + IO_NS_PER_MS);
    change_withdraw(house->door, &house->zone, ZONE_STATE_FAILED);
    td_assert(change_reclaim(house->door) == 0);
    change_door_free(house->door);
    td_rcu_reclaim(house->rcu);
    zone_set_free(house->zones);
    td_rcu_free(house->rcu);
    io_sim_free(house->sim);
}

static uint64_t records_of(const struct house *house)
{
    return change_zone_view(&house->zone)->record_count;
}

static void told(struct change_wait *wait, td_err err, const struct td_diag *diag)
{
    (void)wait;
    (void)diag;
    td_assert(err == TD_OK);
}

static void act(struct house *house, const struct update_message *message, struct td_arena *arena,
                bool is_for_good)
{
    static struct change_wait wait;
    struct change_about about = { .origin = CHANGE_UPDATE };
    struct update_result result;
    struct change_draft *draft;
    struct td_diag diag;

    update_result_init(&result);
    must(change_draft_begin(house->door, &house->zone, CHANGE_UPDATE, &draft, &diag));
    update_apply(message, draft, arena, &result);
    const struct zone_version *after = change_draft_view(draft);
    const struct zone_node *top = zone_version_apex(after);
    td_assert(zone_node_set(after, top, WIRE_TYPE_SOA)->count == 1);
    td_assert(zone_node_set(after, top, WIRE_TYPE_NS) != NULL);
    if (!is_for_good || result.rcode != WIRE_RCODE_NOERROR) {
        change_draft_abort(draft);
        return;
    }
    wait = (struct change_wait){ .done = told };
    td_err err = change_draft_commit(draft, &about, &wait, &diag);
    td_assert(err == TD_OK || err == TD_E_INVALID || err == TD_E_REFUSED);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct td_prefix everybody = { .family = 4 };
    const struct policy_update_row row = { .prefixes = &everybody,
                                           .prefix_count = 1,
                                           .actions = POLICY_UPDATE_ALL };
    struct td_addr addr = { .family = 4 };
    const struct policy_update_client client = { .addr = &addr };
    struct update_message message;
    struct update_result result;
    struct td_arena arena;
    struct house house;

    td_arena_init(&arena, 0);
    update_result_init(&result);
    update_read(data, size, &arena, &message, &result);
    if (result.rcode != WIRE_RCODE_NOERROR ||
        !wire_name_equal(message.zone, message.zone_size, apex, sizeof(apex))) {
        td_arena_fini(&arena);
        return 0;
    }
    enter(&house);
    struct policy_update *policy = policy_update_new(&row, 1);
    update_require(&message, change_zone_view(&house.zone), &arena, &result);
    if (result.rcode == WIRE_RCODE_NOERROR)
        update_permit(&message, change_zone_view(&house.zone), policy, &client, &result);
    if (result.rcode == WIRE_RCODE_NOERROR) {
        uint64_t before = records_of(&house);
        act(&house, &message, &arena, false);
        td_assert(records_of(&house) == before);
        act(&house, &message, &arena, true);
    }
    policy_update_free(policy);
    leave(&house);
    td_arena_fini(&arena);
    return 0;
}
