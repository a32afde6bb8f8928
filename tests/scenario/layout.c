#include "scenario/layout.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "scenario/model.h"

enum { START_MS = 60000 };

static const char *const tier_names[TIER_COUNT] = { "p", "s1", "s2", "s3" };

struct layout {
    const char *from[TIER_COUNT];
    const char *to[TIER_COUNT];
};

static const struct layout tiers = {
    .from = { NULL, "[p]", "[p]", "[s1, s2]" },
    .to = { "[s1, s2]", "[s3]", "[s3]", NULL },
};

static const struct layout untold = {
    .from = { NULL, "[p]", "[p]", "[s1, s2]" },
    .to = { NULL, "[s3]", "[s3]", NULL },
};

static const struct layout seesaw = {
    .from = { "[s1]", "[p]", "[p, s1]", "[s1, p]" },
    .to = { "[s1, s2, s3]", "[p, s2, s3]", NULL, NULL },
};

static const struct layout pair = {
    .from = { NULL, "[p, q]", "[q, p]", "[s1, s2]" },
    .to = { "[s1, s2]", "[s3]", "[s3]", NULL },
};

static const struct layout heir = {
    .from = { NULL, "[p]", "[p, s1]", "[s1, s2]" },
    .to = { "[s1, s2]", "[s2, s3]", "[s3]", NULL },
};

/* Nobody looks by himself: what is not announced is not seen. */
static const char quiet[] = "  refresh-min: 1d\n  expire-min: 7d\n";

const char layout_key[] = "  - name: key.\n    algorithm: hmac-sha256\n"
                          "    secret: c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0\n";

_Static_assert((int)LAYOUT_BOUND_MS >= 2 * 1000 * ((int)MODEL_REFRESH_S + 3 * (int)MODEL_RETRY_S),
               "two tiers");

static void add(struct td_buf *out, const char *head, const char *text, const char *tail)
{
    if (text != NULL)
        td_buf_printf(out, "%s%s%s", head, text, tail);
}

static void write_conf(struct td_buf *out, const struct layout *layout, unsigned number,
                       const struct layout_words *words)
{
    td_buf_printf(out, "server:\n  listen: [\"10.0.0.%u:53\"]\n  state: /state\n  workers: 2\n",
                  number + 1);
    add(out, "", words->server, "");
    add(out, "keys:\n", words->keys, "");
    td_buf_add_text(out, "peers:\n");
    for (unsigned i = 0; i < TIER_COUNT; i++) {
        td_buf_printf(out, "  %s: {address: \"10.0.0.%u\"", tier_names[i], i + 1);
        add(out, ", key: ", words->key, "");
        td_buf_add_text(out, "}\n");
    }
    add(out, "", words->peers, "");
    td_buf_add_text(out, "zones:\n  - name: example\n");
    if (layout->from[number] == NULL)
        td_buf_add_text(out, "    file: /example.zone\n");
    add(out, "    from: ", layout->from[number], "\n");
    add(out, "    to: ", layout->to[number], "\n");
    add(out, "", words->zone, "");
    add(out, "", words->more, "");
}

void layout_tier_conf(struct td_buf *out, unsigned number, const struct layout_words *words)
{
    write_conf(out, &tiers, number, words);
}

static void build(struct cluster *cluster, const struct layout *layout,
                  const struct layout_words words[TIER_COUNT])
{
    char *zone = model_zone_file(cluster);

    for (unsigned i = 0; i < TIER_COUNT; i++) {
        struct td_buf conf = { .data = NULL };
        write_conf(&conf, layout, i, &words[i]);
        struct node *node =
            cluster_add(cluster, tier_names[i], td_buf_text(&conf), i == TIER_P ? zone : NULL);
        node->is_primary = i == TIER_P;
        td_buf_fini(&conf);
    }
    free(zone);
    for (unsigned i = 0; i < TIER_COUNT; i++)
        node_start(&cluster->nodes[i]);
    cluster_check_equal(cluster, START_MS);
}

static void build_alike(struct cluster *cluster, const struct layout *layout, bool has_key,
                        const char *server)
{
    struct layout_words words[TIER_COUNT];

    for (unsigned i = 0; i < TIER_COUNT; i++)
        words[i] = (struct layout_words){
            .server = server,
            .keys = has_key ? layout_key : NULL,
            .key = has_key ? "key." : NULL,
        };
    build(cluster, layout, words);
}

void layout_tiers_with(struct cluster *cluster, const struct layout_words words[])
{
    build(cluster, &tiers, words);
}

void layout_untold_with(struct cluster *cluster, const struct layout_words words[])
{
    build(cluster, &untold, words);
}

void layout_tiers(struct cluster *cluster, bool has_key)
{
    build_alike(cluster, &tiers, has_key, NULL);
}

void layout_quiet(struct cluster *cluster, bool has_key)
{
    build_alike(cluster, &tiers, has_key, quiet);
}

void layout_heir(struct cluster *cluster, bool has_key)
{
    build_alike(cluster, &heir, has_key, NULL);
}

void layout_seesaw(struct cluster *cluster, bool has_key)
{
    struct layout_words words[TIER_COUNT];

    for (unsigned i = 0; i < TIER_COUNT; i++)
        words[i] = (struct layout_words){
            .keys = has_key ? layout_key : NULL,
            .key = has_key ? "key." : NULL,
            .zone = i == TIER_P ? "    file: /example.zone\n" : NULL,
        };
    build(cluster, &seesaw, words);
}

struct node *layout_pair(struct cluster *cluster)
{
    static const char conf[] =
        "server:\n  listen: [\"10.0.0.5:53\"]\n  state: /state\n"
        "zones:\n  - name: example\n    file: /example.zone\n    allow-transfer: [any]\n";
    struct layout_words words[TIER_COUNT];
    char *zone = model_zone_file(cluster);

    for (unsigned i = 0; i < TIER_COUNT; i++)
        words[i] = (struct layout_words){ .peers = "  q: {address: 10.0.0.5}\n" };
    build(cluster, &pair, words);
    struct node *q = cluster_add(cluster, "q", conf, zone);
    free(zone);
    return q;
}
