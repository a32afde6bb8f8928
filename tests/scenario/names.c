/*
 * The primary tells the name servers that its zone names, whose addresses no zone here has: the
 * system's resolver is asked, which is slow, fails, hangs, and does not always tell the truth.
 * Nobody refreshes, so what is not told to the right address is not seen.
 */
#include "base/assert.h"
#include "scenario/faults.h"
#include "scenario/layout.h"
#include "scenario/model.h"

enum {
    ROUNDS = 25,
    PAUSE_MS = 10000,
    SETTLE_MS = 25000,
    NAMES = 3,
    SLOW_MS = 20000,
    EXPIRE_S = 7 * 86400,
    LATER_STEP_MS = 1000,
    LATER_PROBE_MS = 20000,
    AFRESH_MS = 120000,
    /* A name that was found is looked up again after an hour, others sooner. */
    FOUND_MS = 3600000 + 120000,
};

static const char *const names[NAMES] = { "one.elsewhere", "two.elsewhere", "three.elsewhere" };

/* One is s1, two is s2, and nobody is three; or not, for now. */
static void set_names(struct cluster *cluster, bool is_true)
{
    for (unsigned i = 0; i < NAMES; i++) {
        char text[TD_ADDR_TEXT_SIZE];
        struct td_addr addr;
        bool is_there = i < 2;
        td_err err = td_addr_parse(cluster_address(TIER_S1 + i % 2, text), 0, &addr);
        td_assert(err == TD_OK);
        if (!is_true && cluster_chance(cluster, 30)) {
            addr.octets[3] = 200; /* where nobody is */
            is_there = cluster_chance(cluster, 50);
        }
        io_sim_name_set(cluster->sim, names[i], &addr, is_there);
    }
}

static void spoil_resolver(struct cluster *cluster)
{
    struct io_sim_resolver resolver = {
        .delay_ns = cluster_below(cluster, SLOW_MS) * IO_NS_PER_MS,
        .fail_ppm = (uint32_t)cluster_below(cluster, IO_SIM_PPM / 2),
        .hang_ppm = cluster_chance(cluster, 30) ? IO_SIM_PPM / 4 : 0,
    };

    cluster_note(cluster, "the resolver takes up to %llu ms, fails with %u ppm, hangs with %u",
                 (unsigned long long)(resolver.delay_ns / IO_NS_PER_MS), resolver.fail_ppm,
                 resolver.hang_ppm);
    io_sim_resolver_set(cluster->sim, &resolver);
}

static void mend_resolver(struct cluster *cluster)
{
    static const struct io_sim_resolver good = { .delay_ns = IO_NS_PER_MS };

    io_sim_resolver_set(cluster->sim, &good);
    set_names(cluster, true);
}

/* The primary learns the truth: at once when it is started again, else in its own time. */
static uint64_t bound_ms(struct cluster *cluster)
{
    struct node *p = &cluster->nodes[TIER_P];

    if (cluster_chance(cluster, 75)) {
        node_crash(p, 0);
        cluster_run_ms(cluster, SETTLE_MS);
        return AFRESH_MS;
    }
    cluster->step_ms = LATER_STEP_MS;
    cluster->probe_pause_ms = LATER_PROBE_MS;
    return FOUND_MS;
}

static void begin(struct cluster *cluster)
{
    static const char quiet[] = "  refresh-min: 1d\n";
    struct layout_words words[TIER_COUNT];
    bool has_key = cluster_chance(cluster, 50);

    for (unsigned i = 0; i < TIER_COUNT; i++)
        words[i] = (struct layout_words){
            .server = quiet,
            .keys = has_key ? layout_key : NULL,
            .key = has_key ? "key." : NULL,
            .zone = i == TIER_P ? "    notify: ns-set\n    allow-transfer: [any]\n" : NULL,
        };
    cluster->expire_s = EXPIRE_S;
    cluster->name_servers = "@ NS one.elsewhere.\n@ NS two.elsewhere.\n@ NS three.elsewhere.\n";
    mend_resolver(cluster);
    layout_untold_with(cluster, words);
}

static void run(struct cluster *cluster)
{
    begin(cluster);
    cluster->changes_at_will = true;
    for (int i = 0; i < ROUNDS; i++) {
        if (cluster_chance(cluster, 50))
            spoil_resolver(cluster);
        if (cluster_chance(cluster, 50))
            set_names(cluster, cluster_chance(cluster, 50));
        fault_any(cluster, 0);
        cluster_run_ms(cluster, cluster_below(cluster, PAUSE_MS));
    }
    fault_none(cluster);
    mend_resolver(cluster);
    cluster_run_ms(cluster, SETTLE_MS);
    cluster->changes_at_will = false;
    cluster_check_equal(cluster, bound_ms(cluster));
}

const struct scenario scenario_names = {
    .name = "names",
    .what = "NOTIFY to names that a resolver knows, which fails, hangs and errs",
    .run = run,
};
