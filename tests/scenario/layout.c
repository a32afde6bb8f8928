#include "scenario/layout.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "scenario/model.h"

enum { START_MS = 60000 };

static const char *const tier_names[TIER_COUNT] = { "p", "s1", "s2", "s3" };

struct layout {
    const char *more; /* lines below "server:" */
    const char *from[TIER_COUNT];
    const char *to[TIER_COUNT];
};

static const struct layout tiers = {
    .from = { NULL, "[p]", "[p]", "[s1, s2]" },
    .to = { "[s1, s2]", "[s3]", "[s3]", NULL },
};

/* Nobody looks by himself: what is not announced is not seen. */
static const struct layout quiet = {
    .more = "  refresh-min: 1d\n  expire-min: 7d\n",
    .from = { NULL, "[p]", "[p]", "[s1, s2]" },
    .to = { "[s1, s2]", "[s3]", "[s3]", NULL },
};

static const struct layout heir = {
    .from = { NULL, "[p]", "[p, s1]", "[s1, s2]" },
    .to = { "[s1, s2]", "[s2, s3]", "[s3]", NULL },
};

_Static_assert((int)LAYOUT_BOUND_MS >= 2 * 1000 * ((int)MODEL_REFRESH_S + 3 * (int)MODEL_RETRY_S),
               "two tiers");

static void write_conf(struct td_buf *out, const struct layout *layout, unsigned number,
                       bool has_key)
{
    td_buf_printf(out, "server:\n  listen: [\"10.0.0.%u:53\"]\n  state: /state\n  workers: 2\n",
                  number + 1);
    if (layout->more != NULL)
        td_buf_add_text(out, layout->more);
    if (has_key)
        td_buf_add_text(out, "keys:\n  - name: key.\n    algorithm: hmac-sha256\n"
                             "    secret: c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0\n");
    td_buf_add_text(out, "peers:\n");
    for (unsigned i = 0; i < TIER_COUNT; i++)
        td_buf_printf(out, "  %s: {address: \"10.0.0.%u\"%s}\n", tier_names[i], i + 1,
                      has_key ? ", key: key." : "");
    td_buf_add_text(out, "zones:\n  - name: example\n");
    if (layout->from[number] == NULL)
        td_buf_add_text(out, "    file: /example.zone\n");
    else
        td_buf_printf(out, "    from: %s\n", layout->from[number]);
    if (layout->to[number] != NULL)
        td_buf_printf(out, "    to: %s\n", layout->to[number]);
}

static void build(struct cluster *cluster, const struct layout *layout, bool has_key)
{
    char *zone = model_zone_file(cluster->filling);

    for (unsigned i = 0; i < TIER_COUNT; i++) {
        struct td_buf conf = { .data = NULL };
        write_conf(&conf, layout, i, has_key);
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

void layout_tiers(struct cluster *cluster, bool has_key)
{
    build(cluster, &tiers, has_key);
}

void layout_quiet(struct cluster *cluster, bool has_key)
{
    build(cluster, &quiet, has_key);
}

void layout_heir(struct cluster *cluster, bool has_key)
{
    build(cluster, &heir, has_key);
}
