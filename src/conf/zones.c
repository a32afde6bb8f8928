/*
 * The rows of zones:, put together with their templates, checked against each other.
 */
#include "conf/load.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static int zone_compare(const void *a, const void *b)
{
    const struct conf_zone *left = a;
    const struct conf_zone *right = b;
    int order = conf_name_compare(&left->name, &right->name);

    if (order != 0)
        return order;
    if (left->line != right->line)
        return left->line < right->line ? -1 : 1;
    return left->column < right->column ? -1 : 1;
}

static bool zone_row_check(struct conf_load *load, const struct conf_zone_row *row,
                           const struct conf_zone_options *options)
{
    const char *fault = NULL;
    bool has_name = conf_was_written(&conf_section_zone, row->written, "name");
    bool has_file = conf_was_written(&conf_section_zone, row->written, "file");
    bool needs_file = options->from.count == 0;
    bool has_directory = conf_was_written(&conf_section_zone, row->written, "directory");

    if (has_directory)
        fault = has_name || has_file ? ", not both" : NULL;
    else if (!has_name)
        fault = has_file ? ": name is missing" : "";
    else if (!has_file && needs_file)
        fault = ": file is missing (a secondary needs none: it has from)";
    if (fault != NULL)
        conf_load_error(load, row->line, row->column,
                        "zones: expected name and file, or directory%s", fault);
    return fault == NULL;
}

static void zones_add(struct conf_load *load, const struct conf_zone_row *row, uint32_t parent,
                      const struct conf_zone_options *options, struct conf_zone *zones,
                      struct conf_zone_directory *directories)
{
    struct conf *conf = load->conf;

    if (row->directory != NULL)
        directories[conf->directory_count++] = (struct conf_zone_directory){ .path = row->directory,
                                                                             .line = row->line,
                                                                             .column = row->column,
                                                                             .options = options,
                                                                             .said = row->said,
                                                                             .parent = parent };
    else if (row->name.text != NULL)
        zones[conf->zone_count++] = (struct conf_zone){ .name = row->name,
                                                        .line = row->line,
                                                        .column = row->column,
                                                        .file = row->file,
                                                        .options = options,
                                                        .said = row->said,
                                                        .parent = parent };
}

static void zones_check_twice(struct conf_load *load)
{
    const struct conf *conf = load->conf;

    for (uint32_t i = 1; i < conf->zone_count; i++) {
        const struct conf_zone *zone = &conf->zones[i];
        if (conf_name_compare(&zone[-1].name, &zone->name) == 0)
            conf_load_error(load, zone->line, zone->column,
                            "zones: %s is listed twice, first in line %u", zone->name.text,
                            zone[-1].line);
    }
}

static int directory_compare(const void *a, const void *b, void *context)
{
    const struct conf_zone_directory *directories = context;
    uint32_t left = *(const uint32_t *)a;
    uint32_t right = *(const uint32_t *)b;
    int order = strcmp(directories[left].path, directories[right].path);

    return order != 0 ? order : left < right ? -1 : 1;
}

void conf_directories_sort(const struct conf *conf, uint32_t *order)
{
    qsort_r(order, conf->directory_count, sizeof(*order), directory_compare,
            (void *)(uintptr_t)conf->directories);
}

static void directories_check_twice(struct conf_load *load)
{
    const struct conf_zone_directory *all = load->conf->directories;
    uint32_t count = load->conf->directory_count;
    uint32_t *order = td_calloc((size_t)count + 1, sizeof(*order));
    char quote[CONF_QUOTE_SIZE];

    for (uint32_t i = 0; i < count; i++)
        order[i] = i;
    conf_directories_sort(load->conf, order);
    for (uint32_t i = 1; i < count; i++)
        if (strcmp(all[order[i - 1]].path, all[order[i]].path) == 0)
            conf_load_error(load, all[order[i]].line, all[order[i]].column,
                            "zones: directory %s is listed twice, first in line %u",
                            conf_quote(all[order[i]].path, quote), all[order[i - 1]].line);
    free(order);
}

/* Zones that come later, at run time, may name them. */
static void templates_keep(struct conf_load *load, const struct conf_templates *templates)
{
    struct conf_template *kept =
        td_arena_alloc(load->arena, (templates->count + 1) * sizeof(*kept));

    for (uint32_t i = 0; i < templates->count; i++)
        kept[i] = (struct conf_template){ .name = templates->rows[i].label.text,
                                          .options = templates->options[i],
                                          .said = templates->rows[i].said,
                                          .parent = templates->parents[i] };
    load->conf->templates = kept;
    load->conf->template_count = templates->count;
}

void conf_resolve_zones(struct conf_load *load)
{
    struct conf_templates templates;
    struct conf_intern intern = { .slots = NULL };
    struct conf *conf = load->conf;
    size_t count = load->zone_count;

    conf_templates_init(load, &templates);
    uint32_t preset = conf_template_find(&templates, "default");
    struct conf_zone *zones = td_arena_alloc(load->arena, count * sizeof(*zones));
    struct conf_zone_directory *directories =
        td_arena_alloc(load->arena, count * sizeof(*directories));
    for (uint32_t i = 0; i < count && !conf_load_is_full(load); i++) {
        const struct conf_zone_row *row = &load->zones[i];
        uint32_t template =
            row->parent.text == NULL
                ? preset
                : conf_template_of(load, &templates, "zones.template", &row->parent);
        const struct conf_zone_options *options =
            template == CONF_TEMPLATE_NONE ? &conf->server.zones : templates.options[template];
        options = conf_options_over(load, &conf_section_zone, row, options);
        if (zone_row_check(load, row, options))
            zones_add(load, row, template, conf_intern_add(&intern, conf, options), zones,
                      directories);
    }
    if (conf->zone_count != 0)
        qsort(zones, conf->zone_count, sizeof(*zones), zone_compare);
    conf->zones = zones;
    conf->directories = directories;
    zones_check_twice(load);
    directories_check_twice(load);
    conf_resolve_catalogs(load, &templates,
                          preset == CONF_TEMPLATE_NONE ? &conf->server.zones
                                                       : templates.options[preset]);
    templates_keep(load, &templates);
    conf_templates_fini(&templates);
    conf_intern_fini(&intern);
}
