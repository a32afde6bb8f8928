/* Keys, peers and catalogs of two configurations: sorted by name, one walk finds what differs. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "conf/diff.h"
#include "conf/load.h"

struct row {
    const char *name;
    const void *said; /* of its kind */
};

struct rows {
    const struct conf *conf;
    struct row *items;
    uint32_t count;
};

static int by_name(const void *left, const void *right)
{
    const struct row *a = left;
    const struct row *b = right;

    return strcmp(a->name, b->name);
}

static void add(struct rows *rows, const char *name, const void *said)
{
    rows->items[rows->count++] = (struct row){ .name = name, .said = said };
}

static struct rows rows_of(enum conf_row_kind kind, const struct conf *conf)
{
    struct rows rows = { .conf = conf };
    size_t max = (size_t)conf->key_count + conf->peer_count + conf->catalog_count + 1;

    rows.items = td_calloc(max, sizeof(*rows.items));
    for (uint32_t i = 0; kind == CONF_ROW_KEY && i < conf->key_count; i++)
        if (!conf->keys[i].is_kept)
            add(&rows, conf->keys[i].name.text, &conf->keys[i]);
    for (uint32_t i = 0; kind == CONF_ROW_PEER && i < conf->peer_count; i++)
        add(&rows, conf->peers[i].name, &conf->peers[i]);
    for (uint32_t i = 0; kind == CONF_ROW_CATALOG && i < conf->catalog_count; i++)
        add(&rows, conf->catalogs[i].name.text, &conf->catalogs[i]);
    qsort(rows.items, rows.count, sizeof(*rows.items), by_name);
    return rows;
}

/* All options of the section but those of inner ones. */
static bool section_equal(const struct conf_section *section, const struct conf *a,
                          const void *a_base, const struct conf *b, const void *b_base)
{
    for (uint32_t i = 0; i < section->count; i++) {
        const struct conf_option *option = &section->options[i];
        if (option->type == CONF_MAP || option->type == CONF_LIST)
            continue;
        if (!conf_value_equal(option, a, (const char *)a_base + option->offset, b,
                              (const char *)b_base + option->offset))
            return false;
    }
    return true;
}

static bool peers_equal(const struct conf *a, const struct conf_peer *left, const struct conf *b,
                        const struct conf_peer *right)
{
    struct conf_peer_row x = { .label = { .text = left->name }, .peer = *left };
    struct conf_peer_row y = { .label = x.label, .peer = *right }; /* they have one name */

    return section_equal(&conf_section_peer, a, &x, b, &y);
}

static bool catalogs_equal(const struct conf *a, const struct conf_catalog *left,
                           const struct conf *b, const struct conf_catalog *right)
{
    struct conf_catalog_row x = { .catalog = *left,
                                  .from = left->options->from,
                                  .to = left->options->to };
    struct conf_catalog_row y = { .catalog = *right,
                                  .from = right->options->from,
                                  .to = right->options->to };

    return section_equal(&conf_section_catalog, a, &x, b, &y) &&
           conf_zone_options_equal(a, left->settings, b, right->settings);
}

static bool rows_equal(enum conf_row_kind kind, const struct conf *a, const void *left,
                       const struct conf *b, const void *right)
{
    switch (kind) {
    case CONF_ROW_KEY:
        return section_equal(&conf_section_key, a, left, b, right);
    case CONF_ROW_PEER:
        return peers_equal(a, left, b, right);
    case CONF_ROW_CATALOG:
        return catalogs_equal(a, left, b, right);
    case CONF_ROW_KINDS:
        break;
    }
    return true;
}

void conf_diff_rows(enum conf_row_kind kind, const struct conf *old, const struct conf *new,
                    void (*tell)(void *context, const char *name, enum conf_row_change change),
                    void *context)
{
    struct rows before = rows_of(kind, old), after = rows_of(kind, new);
    uint32_t i = 0, k = 0;

    while (i < before.count || k < after.count) {
        int order = i == before.count  ? 1
                    : k == after.count ? -1
                                       : strcmp(before.items[i].name, after.items[k].name);
        if (order < 0)
            tell(context, before.items[i].name, CONF_ROW_REMOVED);
        else if (order > 0)
            tell(context, after.items[k].name, CONF_ROW_ADDED);
        else if (!rows_equal(kind, old, before.items[i].said, new, after.items[k].said))
            tell(context, after.items[k].name, CONF_ROW_CHANGED);
        i += order <= 0;
        k += order >= 0;
    }
    free(before.items);
    free(after.items);
}

bool conf_diff_options_equal(const struct conf *old, const struct conf_zone_options *old_options,
                             const struct conf *new, const struct conf_zone_options *new_options)
{
    return conf_zone_options_equal(old, old_options, new, new_options);
}
