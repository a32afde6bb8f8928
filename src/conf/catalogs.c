/*
 * The rows of catalogs:, put together with templates.
 */
#include "conf/load.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "wire/name.h"

bool conf_names_have(const struct conf_names *names, const uint8_t *wire, size_t size)
{
    for (uint32_t i = 0; i < names->count; i++) {
        const struct conf_name *name = &names->items[i];
        bool is_wildcard = name->size >= 3 && name->wire[0] == 1 && name->wire[1] == '*';
        if (!is_wildcard && name->size == size && memcmp(name->wire, wire, size) == 0)
            return true;
        if (is_wildcard && size > name->size - 2u &&
            wire_name_is_subdomain(wire, size, name->wire + 2, name->size - 2u))
            return true;
    }
    return false;
}

static void row_check(struct conf_load *load, const struct conf_catalog_row *row)
{
    const struct conf_catalog *catalog = &row->catalog;
    const struct conf *conf = load->conf;

    if (catalog->name.text == NULL)
        return;
    if (catalog->is_produced && row->from.count != 0)
        conf_load_error(load, row->line, row->column,
                        "catalogs: %s is produced here, or comes from peers, not both",
                        catalog->name.text);
    if (!catalog->is_produced && row->from.count == 0)
        conf_load_error(load, row->line, row->column,
                        "catalogs: %s needs 'produce: on', or 'from: ...' that says where it comes "
                        "from",
                        catalog->name.text);
    const struct conf_zone *zone = conf_zone_find(conf, catalog->name.wire, catalog->name.size);
    if (zone != NULL)
        conf_load_error(load, row->line, row->column,
                        "catalogs: %s is a zone already, in line %u: a catalog needs no row there",
                        catalog->name.text, zone->line);
    for (const struct conf_catalog_row *before = load->catalogs; before < row; before++)
        if (before->catalog.name.text != NULL &&
            conf_name_compare(&before->catalog.name, &catalog->name) == 0)
            conf_load_error(load, row->line, row->column,
                            "catalogs: %s is listed twice, first in line %u", catalog->name.text,
                            before->line);
}

/*
 * What the members get: settings over their template, and what was said of the catalog. Returns the
 * template that settings name.
 */
static uint32_t settings_resolve(struct conf_load *load, const struct conf_templates *templates,
                                 const struct conf_zone_options *preset,
                                 const struct conf_catalog_row *row,
                                 struct conf_zone_options *options)
{
    uint32_t template =
        conf_template_of(load, templates, "catalogs.settings.template", &row->settings.parent);

    if (template != CONF_TEMPLATE_NONE)
        preset = templates->options[template];
    *options = *conf_options_over(load, &conf_section_template, &row->settings, preset);
    if (options->from.count == 0)
        options->from = row->from;
    return template;
}

void conf_resolve_catalogs(struct conf_load *load, const struct conf_templates *templates,
                           const struct conf_zone_options *preset)
{
    struct conf *conf = load->conf;
    uint32_t count = load->catalog_count;
    struct conf_catalog *catalogs = td_arena_zalloc(load->arena, (count + 1) * sizeof(*catalogs));

    for (uint32_t i = 0; i < count && !conf_load_is_full(load); i++) {
        const struct conf_catalog_row *row = &load->catalogs[i];
        struct conf_zone_options *options = td_arena_memdup(load->arena, preset, sizeof(*options));
        struct conf_zone_options *settings =
            td_arena_memdup(load->arena, preset, sizeof(*settings));
        row_check(load, row);
        options->from = row->from;
        options->to = row->to;
        options->update = (struct conf_updates){ .rows = NULL };
        uint32_t template = settings_resolve(load, templates, preset, row, settings);
        catalogs[i] = row->catalog;
        catalogs[i].settings_said = row->settings.said;
        catalogs[i].settings_template = template;
        catalogs[i].line = row->line;
        catalogs[i].column = row->column;
        catalogs[i].options = options;
        catalogs[i].settings = settings;
    }
    conf->catalogs = catalogs;
    conf->catalog_count = count;
}
