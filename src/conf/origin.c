/*
 * Rows are put together again as the parser had them, so that the table leads to their fields.
 */
#include "conf/origin.h"

#include <stdio.h>
#include <string.h>

#include "conf/load.h"

enum { PATH_SIZE = 128 };

struct walk {
    const struct conf *conf;
    const struct conf_visitor *visitor;
    const struct conf_said *said;
    uint32_t template; /* what is not said is taken from it; CONF_TEMPLATE_NONE: from the server */
    bool has_defaults;
};

static const struct conf_said nothing;

/* Where row `at` of the section was said; false: it was not. */
static bool line_of(const struct conf_said *said, uint32_t at, uint32_t *ret_line)
{
    if ((said->written >> at & 1) == 0)
        return false;
    uint64_t before = said->written & (((uint64_t)1 << at) - 1);
    *ret_line = said->lines[__builtin_popcountll(before)];
    return true;
}

static bool is_said(const struct conf_section *section, const struct conf_said *said,
                    const char *name, uint32_t *ret_line)
{
    const struct conf_option *option = conf_option_find(section, name);

    return option != NULL && line_of(said, (uint32_t)(option - section->options), ret_line);
}

static const struct conf_said *place_of(const struct conf *conf, const struct conf_section *section)
{
    for (uint32_t i = 0; i < conf->place_count; i++)
        if (conf->places[i].section == section)
            return &conf->places[i].said;
    return &nothing;
}

/* Of what the row does not say itself. */
static void inherit(const struct walk *walk, const char *name, struct conf_setting *setting)
{
    const struct conf *conf = walk->conf;

    for (uint32_t at = walk->template; at != CONF_TEMPLATE_NONE; at = conf->templates[at].parent) {
        const struct conf_template *template = &conf->templates[at];
        if (!is_said(&conf_section_template, &template->said, name, &setting->line))
            continue;
        setting->origin = CONF_ORIGIN_TEMPLATE;
        setting->template = template->name;
        return;
    }
    if (is_said(&conf_section_server, place_of(conf, &conf_section_server), name, &setting->line))
        setting->origin = CONF_ORIGIN_FILE;
}

static bool is_secret(enum conf_type type)
{
    return type == CONF_SECRET || type == CONF_SECRET_FILE || type == CONF_CREDENTIAL ||
           type == CONF_COOKIE_SECRETS || type == CONF_COOKIE_FILE;
}

static void tell(const struct walk *walk, const struct conf_option *option, const void *field,
                 struct conf_setting *setting)
{
    struct td_buf value = { .data = NULL };
    bool is_printed = conf_value_print(walk->conf, option, field, &value);

    setting->value = is_printed ? td_buf_text(&value) : NULL;
    if (is_printed || is_secret(option->type))
        walk->visitor->visit(walk->visitor->context, setting);
    td_buf_fini(&value);
}

static void visit_option(const struct walk *walk, const struct conf_section *section, uint32_t at,
                         const char *prefix, const void *field)
{
    const struct conf_option *option = &section->options[at];
    bool is_inherited = (option->flags & CONF_INHERITED) != 0;
    char path[PATH_SIZE];
    struct conf_setting setting = {
        .path = path,
        .origin = CONF_ORIGIN_DEFAULT,
        .needs_restart = (option->reload & CONF_RELOAD_RESTART) != 0,
    };

    snprintf(path, sizeof(path), "%s%s", prefix,
             prefix[0] == '\0' ? option->path : conf_option_name(option));
    if (line_of(walk->said, at, &setting.line))
        setting.origin = CONF_ORIGIN_FILE;
    else if (is_inherited)
        inherit(walk, conf_option_name(option), &setting);
    if (setting.origin == CONF_ORIGIN_DEFAULT && !is_inherited && option->preset == NULL)
        return; /* nobody has said it, and that says nothing */
    if (setting.origin != CONF_ORIGIN_DEFAULT || walk->has_defaults)
        tell(walk, option, field, &setting);
}

/* One that must be written as a whole or not at all, and is not. */
static bool is_left_out(const struct conf *conf, const struct conf_section *section)
{
    bool has_required = false;

    for (uint32_t i = 0; i < section->count; i++)
        has_required |= (section->options[i].flags & CONF_REQUIRED) != 0;
    return has_required && place_of(conf, section) == &nothing;
}

/* `prefix`: what stands in the place of the section's own path; "": that. */
static void visit_section(const struct walk *walk, const struct conf_section *section,
                          const char *prefix, const void *base)
{
    for (uint32_t i = 0; i < section->count; i++) {
        const struct conf_option *option = &section->options[i];
        const void *field = (const char *)base + option->offset;
        struct walk inner = *walk;
        if (option->type == CONF_LIST || option->section == &conf_section_template)
            continue;
        if (option->type != CONF_MAP) {
            visit_option(walk, section, i, prefix, field);
            continue;
        }
        if (is_left_out(walk->conf, option->section))
            continue;
        inner.said = place_of(walk->conf, option->section);
        visit_section(&inner, option->section, "", field);
    }
}

static struct walk walk_of(const struct conf *conf, const struct conf_visitor *visitor,
                           const struct conf_said *said)
{
    return (struct walk){
        .conf = conf, .visitor = visitor, .said = said, .template = CONF_TEMPLATE_NONE
    };
}

void conf_visit_server(const struct conf *conf, const struct conf_visitor *visitor)
{
    const struct conf_option *transfers = conf_option_by_path("transfers");
    struct walk walk = walk_of(conf, visitor, place_of(conf, &conf_section_server));

    walk.has_defaults = true;
    visit_section(&walk, &conf_section_server, "", &conf->server);
    walk.said = place_of(conf, transfers->section);
    visit_section(&walk, transfers->section, "", &conf->transfers);
}

void conf_visit_key(const struct conf *conf, const struct conf_key *key,
                    const struct conf_visitor *visitor)
{
    struct walk walk = walk_of(conf, visitor, &key->said);

    visit_section(&walk, &conf_section_key, "", key);
}

void conf_visit_peer(const struct conf *conf, const struct conf_peer *peer,
                     const struct conf_visitor *visitor)
{
    struct conf_peer_row row = { .label = { .text = peer->name }, .peer = *peer };
    struct walk walk = walk_of(conf, visitor, &peer->said);

    visit_section(&walk, &conf_section_peer, "", &row);
}

static const char *template_name(const struct conf *conf, uint32_t at)
{
    return at == CONF_TEMPLATE_NONE ? NULL : conf->templates[at].name;
}

void conf_visit_template(const struct conf *conf, const struct conf_template *template,
                         const struct conf_visitor *visitor)
{
    struct conf_zone_row row = { .label = { .text = template->name },
                                 .parent = { .text = template_name(conf, template->parent) },
                                 .options = *template->options };
    struct walk walk = walk_of(conf, visitor, &template->said);

    walk.template = template->parent;
    walk.has_defaults = visitor->has_defaults;
    visit_section(&walk, &conf_section_template, "", &row);
}

void conf_visit_catalog(const struct conf *conf, const struct conf_catalog *catalog,
                        const struct conf_visitor *visitor)
{
    struct conf_catalog_row row = { .catalog = *catalog,
                                    .from = catalog->options->from,
                                    .to = catalog->options->to };
    struct conf_zone_row settings = {
        .parent = { .text = template_name(conf, catalog->settings_template) },
        .options = *catalog->settings,
    };
    struct walk walk = walk_of(conf, visitor, &catalog->said);

    walk.has_defaults = true;
    visit_section(&walk, &conf_section_catalog, "", &row);
    walk.has_defaults = visitor->has_defaults;
    walk.said = &catalog->settings_said;
    walk.template = catalog->settings_template;
    visit_section(&walk, &conf_section_template, "catalogs.settings.", &settings);
}

static void visit_zone_row(const struct conf *conf, const struct conf_zone_row *row,
                           const struct conf_said *said, uint32_t template,
                           const struct conf_visitor *visitor)
{
    struct walk walk = walk_of(conf, visitor, said);

    walk.template = template;
    walk.has_defaults = visitor->has_defaults;
    visit_section(&walk, &conf_section_zone, "", row);
}

void conf_visit_zone(const struct conf *conf, const struct conf_zone *zone,
                     const struct conf_visitor *visitor)
{
    struct conf_zone_row row = { .name = zone->name,
                                 .file = zone->file,
                                 .parent = { .text = template_name(conf, zone->parent) },
                                 .options = *zone->options };

    visit_zone_row(conf, &row, &zone->said, zone->parent, visitor);
}

void conf_visit_directory(const struct conf *conf, const struct conf_zone_directory *directory,
                          const struct conf_visitor *visitor)
{
    struct conf_zone_row row = { .directory = directory->path,
                                 .parent = { .text = template_name(conf, directory->parent) },
                                 .options = *directory->options };

    visit_zone_row(conf, &row, &directory->said, directory->parent, visitor);
}

void conf_visit_options(const struct conf *conf, const char *template,
                        const struct conf_visitor *visitor)
{
    struct conf_zone_row row = { .options = conf->server.zones };
    uint32_t found = CONF_TEMPLATE_NONE;

    for (uint32_t i = 0; i < conf->template_count; i++)
        if (strcmp(conf->templates[i].name, template == NULL ? "default" : template) == 0)
            found = i;
    if (found != CONF_TEMPLATE_NONE)
        row.options = *conf->templates[found].options;
    visit_zone_row(conf, &row, &nothing, found, visitor);
}
