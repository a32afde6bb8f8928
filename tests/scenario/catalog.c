/*
 * A catalog in two tiers: its members come and go at the primary, and all others have the same
 * zones in the end, with the same data.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/faults.h"
#include "scenario/layout.h"
#include "scenario/model.h"
#include "server/registry.h"

enum { MEMBERS = 12, ROUNDS = 25, PAUSE_MS = 10000, SETTLE_MS = 25000, BOUND_MS = 300000 };

static const char member_zone[] = "$TTL 5\n@ SOA ns hostmaster 1 30 10 240 5\n@ NS ns\n"
                                  "ns A 192.0.2.1\n";

static const char *const followed[TIER_COUNT] = {
    NULL,
    "catalogs:\n  - {name: catalog, from: [p], to: [s3], settings: {to: [s3]}}\n",
    "catalogs:\n  - {name: catalog, from: [p], to: [s3], settings: {to: [s3]}}\n",
    "catalogs:\n  - {name: catalog, from: [s1, s2]}\n",
};

static const char produced[] =
    "catalogs:\n  - {name: catalog, produce: on, to: [s1, s2], members: [\"*.member\"]}\n";

static struct layout_words words_of(unsigned number, bool has_key)
{
    return (struct layout_words){
        .keys = has_key ? layout_key : NULL,
        .key = has_key ? "key." : NULL,
        .more = number == TIER_P ? produced : followed[number],
    };
}

/* Each is there or not. */
static void choose_members(struct cluster *cluster, bool has_key)
{
    struct layout_words words = words_of(TIER_P, has_key);
    struct td_buf zones = { .data = NULL }, conf = { .data = NULL };

    for (unsigned i = 0; i < MEMBERS; i++)
        if (cluster_chance(cluster, 60))
            td_buf_printf(&zones, "  - {name: m%u.member, file: /member.zone, to: [s1, s2]}\n", i);
    words.zone = td_buf_text(&zones);
    layout_tier_conf(&conf, TIER_P, &words);
    cluster_note(cluster, "members:\n%s", td_buf_text(&zones));
    node_configure(&cluster->nodes[TIER_P], td_buf_text(&conf));
    td_buf_fini(&conf);
    td_buf_fini(&zones);
}

/* ---- what must hold in the end ---- */

static bool has_all(const struct node *node, struct registry_zone *const *zones, size_t count)
{
    size_t own_count;
    struct registry_zone **own = registry_list(node->server->registry, &own_count);
    bool is_same = own_count == count;

    for (size_t i = 0; i < count && is_same; i++)
        is_same = strcmp(own[i]->name, zones[i]->name) == 0 && own[i]->zone.newest != NULL &&
                  zones[i]->zone.newest != NULL &&
                  own[i]->zone.newest->serial == zones[i]->zone.newest->serial;
    free(own);
    return is_same;
}

static bool is_same_everywhere(struct cluster *cluster)
{
    bool is_same = true;
    size_t count;

    for (unsigned i = 0; i < TIER_COUNT; i++)
        if (cluster->nodes[i].state != NODE_UP || cluster->nodes[i].server->registry == NULL)
            return false;
    struct registry_zone **zones = registry_list(cluster->nodes[TIER_P].server->registry, &count);
    for (unsigned i = TIER_S1; i < TIER_COUNT; i++)
        is_same = is_same && has_all(&cluster->nodes[i], zones, count);
    free(zones);
    return is_same;
}

static void tell_zones(const struct cluster *cluster)
{
    for (unsigned i = 0; i < TIER_COUNT; i++) {
        const struct node *node = &cluster->nodes[i];
        size_t count = 0;
        struct registry_zone **zones = node->server == NULL || node->server->registry == NULL
                                           ? NULL
                                           : registry_list(node->server->registry, &count);
        for (size_t j = 0; j < count; j++)
            printf("%s: %s serial %u\n", node->name, zones[j]->name,
                   zones[j]->zone.newest == NULL ? 0 : zones[j]->zone.newest->serial);
        free(zones);
    }
}

static void run(struct cluster *cluster)
{
    bool has_key = cluster_chance(cluster, 50);
    struct layout_words words[TIER_COUNT];

    for (unsigned i = 0; i < TIER_COUNT; i++)
        words[i] = words_of(i, has_key);
    cluster->more_zones = MEMBERS;
    layout_tiers_with(cluster, words);
    node_put(&cluster->nodes[TIER_P], "/member.zone", member_zone);
    cluster_run_ms(cluster, 1000);
    cluster->changes_at_will = true;
    for (int i = 0; i < ROUNDS; i++) {
        choose_members(cluster, has_key);
        fault_any(cluster, 0);
        cluster_run_ms(cluster, cluster_below(cluster, PAUSE_MS));
    }
    fault_none(cluster);
    cluster_run_ms(cluster, SETTLE_MS);
    cluster->changes_at_will = false;
    choose_members(cluster, has_key);
    cluster_check_equal(cluster, LAYOUT_BOUND_MS);
    if (cluster_await(cluster, is_same_everywhere, BOUND_MS))
        return;
    tell_zones(cluster);
    cluster_fail(cluster, "the members are not the same everywhere");
}

const struct scenario scenario_catalog = {
    .name = "catalog",
    .what = "members of a catalog come and go, in two tiers, with faults",
    .run = run,
};
