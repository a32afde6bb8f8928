/*
 * The key of all transfers is rolled, server by server, while they run: a new one is listed beside
 * the old, then everybody signs with it, then the old one goes.
 */
#include <stdio.h>

#include "scenario/faults.h"
#include "scenario/layout.h"
#include "scenario/model.h"

enum { ROLLS = 4, PAUSE_MS = 6000, LINE_SIZE = 200, SETTLE_MS = 20000 };

static void write_key(struct td_buf *out, unsigned number)
{
    td_buf_printf(out,
                  "  - name: k%u.\n    algorithm: hmac-sha256\n    secret: \"%04usecretsecret\"\n",
                  number, number);
}

/* Of the keys from first to last, which are listed, peers sign with this one. */
static void write_conf(struct td_buf *out, unsigned number, unsigned first, unsigned last,
                       unsigned signs)
{
    struct td_buf keys = { .data = NULL };
    char zone[LINE_SIZE], key[LINE_SIZE];

    for (unsigned i = first; i <= last; i++)
        write_key(&keys, i);
    snprintf(key, sizeof(key), "k%u.", signs);
    snprintf(zone, sizeof(zone), "    allow-transfer: [\"key k%u.\", \"key k%u.\"]\n", first, last);
    struct layout_words words = {
        .keys = td_buf_text(&keys),
        .key = key,
        .zone = first == last ? NULL : zone,
    };
    layout_tier_conf(out, number, &words);
    td_buf_fini(&keys);
}

static void configure(struct cluster *cluster, unsigned first, unsigned last, unsigned signs)
{
    unsigned begin = (unsigned)cluster_below(cluster, TIER_COUNT);

    for (unsigned i = 0; i < TIER_COUNT; i++) {
        struct td_buf conf = { .data = NULL };
        unsigned number = (begin + i) % TIER_COUNT;
        write_conf(&conf, number, first, last, signs);
        cluster_note(cluster, "%s: keys %u to %u, signs with %u", cluster->nodes[number].name,
                     first, last, signs);
        node_configure(&cluster->nodes[number], td_buf_text(&conf));
        td_buf_fini(&conf);
        cluster_run_ms(cluster, cluster_below(cluster, PAUSE_MS));
    }
}

static void maybe_crash(struct cluster *cluster)
{
    struct node *node = &cluster->nodes[cluster_below(cluster, TIER_COUNT)];

    if (cluster_chance(cluster, 30) && node->state == NODE_UP)
        node_crash(node, cluster_below(cluster, PAUSE_MS));
}

static void run(struct cluster *cluster)
{
    struct td_buf first_key = { .data = NULL };
    struct layout_words words[TIER_COUNT];

    write_key(&first_key, 0);
    for (unsigned i = 0; i < TIER_COUNT; i++)
        words[i] = (struct layout_words){ .keys = td_buf_text(&first_key), .key = "k0." };
    layout_tiers_with(cluster, words);
    td_buf_fini(&first_key);
    cluster->change_burst = 3;
    cluster->changes_at_will = true;
    for (unsigned i = 0; i < ROLLS; i++) {
        configure(cluster, i, i + 1, i);
        maybe_crash(cluster);
        configure(cluster, i, i + 1, i + 1);
        maybe_crash(cluster);
        configure(cluster, i + 1, i + 1, i + 1);
        cluster_run_ms(cluster, SETTLE_MS);
        cluster->changes_at_will = false;
        cluster_check_equal(cluster, LAYOUT_BOUND_MS);
        cluster->changes_at_will = true;
    }
}

const struct scenario scenario_keys = {
    .name = "keys",
    .what = "the key that transfers are signed with is rolled while they run",
    .run = run,
};
