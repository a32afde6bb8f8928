/*
 * From the tree to structs, by the table. Two passes over each mapping: the first tells which
 * row each key is (unknown and duplicate ones are reported), the second reads the values in the
 * order of the table, because zones speak of keys wherever in the file those stand.
 */
#include "conf/load.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/macros.h"

enum { OPTION_COUNT_MAX = 64 };

/* Does one of the words, with spaces between, equal `word`? */
static bool words_have(const char *words, const char *word)
{
    size_t size = strlen(word);

    for (const char *at = words; at != NULL && size != 0; at = strchr(at, ' ')) {
        at += *at == ' ';
        if (strncmp(at, word, size) == 0 && (at[size] == '\0' || at[size] == ' '))
            return true;
    }
    return false;
}

/* Where else an option of that name exists: "zones" for "file". */
static const char *section_with(const struct conf_section *section, const char *name,
                                const struct conf_section *except)
{
    for (uint32_t i = 0; i < section->count; i++) {
        const struct conf_section *inner = section->options[i].section;
        if (inner == NULL)
            continue;
        if (inner != except && conf_option_find(inner, name) != NULL)
            return inner->path;
        const char *deeper = section_with(inner, name, except);
        if (deeper != NULL)
            return deeper;
    }
    return NULL;
}

/* The option that was meant: a near word, else one that other servers use. */
static struct conf_guess option_guess(const struct conf_section *section, const char *name)
{
    struct conf_guess guess = { .written = name };

    for (uint32_t i = 0; i < section->count; i++)
        conf_guess_offer(&guess, conf_option_name(&section->options[i]));
    for (uint32_t i = 0; i < section->count && guess.best == NULL; i++)
        if (words_have(section->options[i].also, name))
            guess.best = conf_option_name(&section->options[i]);
    return guess;
}

static void unknown_report(struct conf_load *load, const struct conf_section *section,
                           const struct conf_yaml_node *key)
{
    const char *name = conf_yaml_text(&load->yaml, key);
    struct conf_guess guess = option_guess(section, name);
    char quote[CONF_QUOTE_SIZE];
    char hint[CONF_QUOTE_SIZE];
    const char *elsewhere = section_with(&conf_section_file, name, section);

    conf_guess_text(&guess, hint);
    if (guess.best == NULL && elsewhere != NULL)
        snprintf(hint, sizeof(hint), "; it belongs in %s", elsewhere);
    conf_load_error(load, key->line, key->column, "unknown option %s%s%s%s",
                    conf_quote(name, quote), section->path[0] == '\0' ? "" : " in ", section->path,
                    hint);
}

/* The value of each row of the section, or NULL, and the line of its key. false: an unknown or
 * duplicate key. */
static bool map_sort(struct conf_load *load, const struct conf_section *section,
                     const struct conf_yaml_node *map,
                     const struct conf_yaml_node *values[OPTION_COUNT_MAX],
                     uint32_t lines[OPTION_COUNT_MAX])
{
    bool is_good = true;

    td_assert(section->count <= OPTION_COUNT_MAX);
    memset(values, 0, OPTION_COUNT_MAX * sizeof(*values));
    for (uint32_t at = map->first; at != 0 && !conf_load_is_full(load);) {
        const struct conf_yaml_node *key = &load->yaml.nodes[at];
        const struct conf_yaml_node *value = &load->yaml.nodes[key->next];
        const struct conf_option *option =
            conf_option_find(section, conf_yaml_text(&load->yaml, key));

        at = value->next;
        if (option == NULL) {
            unknown_report(load, section, key);
            is_good = false;
            continue;
        }
        uint32_t row = (uint32_t)(option - section->options);
        if (values[row] != NULL) {
            conf_load_error(load, key->line, key->column, "%s is written twice, first in line %u",
                            option->path, lines[row]);
            is_good = false;
            continue;
        }
        values[row] = value;
        lines[row] = key->line;
    }
    return is_good;
}

static void required_check(struct conf_load *load, const struct conf_section *section,
                           const struct conf_yaml_node *map, uint64_t written)
{
    for (uint32_t i = 0; i < section->count; i++) {
        const struct conf_option *option = &section->options[i];
        if ((option->flags & CONF_REQUIRED) != 0 && (written >> i & 1) == 0)
            conf_load_error(load, map->line, map->column, "%s is missing: expected '%s: ...' here",
                            option->path, conf_option_name(option));
    }
}

static void section_preset(struct conf_load *load, const struct conf_section *section, void *base)
{
    for (uint32_t i = 0; i < section->count; i++) {
        const struct conf_option *option = &section->options[i];
        void *field = (char *)base + option->offset;
        if (option->type == CONF_MAP)
            section_preset(load, option->section, field);
        else if (option->preset != NULL)
            conf_value_preset(load, option, field);
    }
}

/* Remember where the options of a row stand. */
static void said_keep(struct conf_load *load, uint64_t written,
                      const uint32_t lines[OPTION_COUNT_MAX], struct conf_said *ret_said)
{
    uint32_t kept[OPTION_COUNT_MAX];
    uint32_t count = 0;

    for (uint32_t i = 0; i < OPTION_COUNT_MAX; i++)
        if ((written >> i & 1) != 0)
            kept[count++] = lines[i];
    *ret_said =
        (struct conf_said){ .written = written,
                            .lines = td_arena_memdup(load->arena, kept, count * sizeof(*kept)) };
}

/* The place of a section of which there is one. */
static struct conf_said *place_add(struct conf_load *load, const struct conf_section *section)
{
    td_assert(load->conf->place_count < CONF_PLACES_MAX);
    struct conf_place *place = &load->conf->places[load->conf->place_count++];
    place->section = section;
    return &place->said;
}

static void list_read(struct conf_load *load, const struct conf_option *option,
                      const struct conf_yaml_node *node);
static void settings_read(struct conf_load *load, const struct conf_yaml_node *map,
                          struct conf_zone_row *row);

static void map_read(struct conf_load *load, const struct conf_section *section,
                     const struct conf_yaml_node *map, uint64_t given, void *base,
                     struct conf_said *ret_said);

/* The value of one option, whatever it is. */
static void option_read(struct conf_load *load, const struct conf_option *option,
                        const struct conf_yaml_node *value, void *field)
{
    if (option->type == CONF_LIST)
        list_read(load, option, value);
    else if (option->section == &conf_section_template && value->kind == CONF_YAML_MAPPING)
        settings_read(load, value, field);
    else if (option->type != CONF_MAP)
        (void)conf_value_read(load, option, value, field);
    else if (value->kind == CONF_YAML_MAPPING)
        map_read(load, option->section, value, 0, field, place_add(load, option->section));
    else if (value->kind != CONF_YAML_EMPTY)
        conf_load_error(load, value->line, value->column, "%s: expected a mapping of options",
                        option->path);
}

/*
 * Fill the struct at `base` from a mapping. Bit i of `given` says that row i has its value
 * already, in the line of the mapping. What fails is reported and leaves its field alone.
 */
static void map_read(struct conf_load *load, const struct conf_section *section,
                     const struct conf_yaml_node *map, uint64_t given, void *base,
                     struct conf_said *ret_said)
{
    const struct conf_yaml_node *values[OPTION_COUNT_MAX];
    uint32_t lines[OPTION_COUNT_MAX];
    uint64_t written = given;

    for (uint32_t i = 0; i < OPTION_COUNT_MAX; i++)
        lines[i] = map->line;
    (void)map_sort(load, section, map, values, lines);
    for (uint32_t i = 0; i < section->count && !conf_load_is_full(load); i++) {
        const struct conf_option *option = &section->options[i];
        void *field = (char *)base + option->offset;

        if (values[i] == NULL && option->section == &conf_section_key)
            conf_resolve_keys(load); /* some may be kept */
        if (values[i] == NULL)
            continue;
        if ((given >> i & 1) != 0) {
            conf_load_error(load, values[i]->line, values[i]->column,
                            "%s is written already, as the name of the mapping", option->path);
            continue;
        }
        written |= (uint64_t)1 << i;
        option_read(load, option, values[i], field);
    }
    required_check(load, section, map, written);
    if (section->written_offset != CONF_NO_WRITTEN)
        memcpy((char *)base + section->written_offset, &written, sizeof(written));
    said_keep(load, written, lines, ret_said);
}

static void key_row_read(struct conf_load *load, const struct conf_yaml_node *map)
{
    struct conf_key key = { .line = map->line, .column = map->column };

    map_read(load, &conf_section_key, map, 0, &key, &key.said);
    td_grow(load->keys, load->key_count, load->key_capacity);
    load->keys[load->key_count++] = key;
}

static void label_read(struct conf_load *load, const struct conf_section *section,
                       const struct conf_yaml_node *name, struct conf_word *label, uint64_t *given)
{
    const struct conf_option *option = conf_option_find(section, "name");

    if (name == NULL)
        return;
    *given = (uint64_t)1 << (option - section->options);
    (void)conf_value_read(load, option, name, label);
}

/* `name`: of a peer in a mapping of them, or NULL. */
static void peer_row_read(struct conf_load *load, const struct conf_yaml_node *name,
                          const struct conf_yaml_node *map)
{
    struct conf_peer_row row = { .peer = { .line = map->line, .column = map->column } };
    uint64_t given = 0;

    label_read(load, &conf_section_peer, name, &row.label, &given);
    map_read(load, &conf_section_peer, map, given, &row, &row.peer.said);
    td_grow(load->peers, load->peer_count, load->peer_capacity);
    load->peers[load->peer_count++] = row;
}

/* What stands in a template, without its name. */
static void settings_read(struct conf_load *load, const struct conf_yaml_node *map,
                          struct conf_zone_row *row)
{
    const struct conf_option *name = conf_option_find(&conf_section_template, "name");

    row->line = map->line;
    row->column = map->column;
    map_read(load, &conf_section_template, map,
             (uint64_t)1 << (name - conf_section_template.options), row, &row->said);
}

static void catalog_row_read(struct conf_load *load, const struct conf_yaml_node *map)
{
    struct conf_catalog_row row = { .line = map->line, .column = map->column };

    section_preset(load, &conf_section_catalog, &row);
    map_read(load, &conf_section_catalog, map, 0, &row, &row.catalog.said);
    td_grow(load->catalogs, load->catalog_count, load->catalog_capacity);
    load->catalogs[load->catalog_count++] = row;
}

static void zone_row_read(struct conf_load *load, const struct conf_yaml_node *map)
{
    struct conf_zone_row row = { .line = map->line, .column = map->column };

    map_read(load, &conf_section_zone, map, 0, &row, &row.said);
    td_grow(load->zones, load->zone_count, load->zone_capacity);
    load->zones[load->zone_count++] = row;
}

/* `name`: of a template in a mapping of them, or NULL. */
static void template_row_read(struct conf_load *load, const struct conf_yaml_node *name,
                              const struct conf_yaml_node *map)
{
    struct conf_zone_row row = { .line = map->line, .column = map->column };
    uint64_t given = 0;

    label_read(load, &conf_section_template, name, &row.label, &given);
    map_read(load, &conf_section_template, map, given, &row, &row.said);
    td_grow(load->templates, load->template_count, load->template_capacity);
    load->templates[load->template_count++] = row;
}

static void row_read(struct conf_load *load, const struct conf_option *option,
                     const struct conf_yaml_node *name, const struct conf_yaml_node *map)
{
    bool is_empty_template = name != NULL && map->kind == CONF_YAML_EMPTY;

    if (map->kind != CONF_YAML_MAPPING && !is_empty_template)
        conf_load_error(load, map->line, map->column, "%s: expected a mapping of options",
                        option->path);
    else if (option->section == &conf_section_key)
        key_row_read(load, map);
    else if (option->section == &conf_section_peer)
        peer_row_read(load, name, map);
    else if (option->section == &conf_section_catalog)
        catalog_row_read(load, map);
    else if (option->section == &conf_section_template)
        template_row_read(load, name, map);
    else
        zone_row_read(load, map);
}

void conf_key_rows_read(struct conf_load *load, const struct conf_yaml_node *list)
{
    const struct conf_option *option = conf_option_by_path("keys");

    for (uint32_t at = list->first; at != 0 && !conf_load_is_full(load);
         at = load->yaml.nodes[at].next)
        row_read(load, option, NULL, &load->yaml.nodes[at]);
}

static void list_read(struct conf_load *load, const struct conf_option *option,
                      const struct conf_yaml_node *node)
{
    bool is_mapped = node->kind == CONF_YAML_MAPPING && (option->flags & CONF_MAPPED) != 0;

    if (node->kind == CONF_YAML_SEQUENCE) {
        for (uint32_t at = node->first; at != 0 && !conf_load_is_full(load);
             at = load->yaml.nodes[at].next)
            row_read(load, option, NULL, &load->yaml.nodes[at]);
    } else if (is_mapped) {
        for (uint32_t at = node->first; at != 0 && !conf_load_is_full(load);) {
            const struct conf_yaml_node *name = &load->yaml.nodes[at];
            row_read(load, option, name, &load->yaml.nodes[name->next]);
            at = load->yaml.nodes[name->next].next;
        }
    } else if (node->kind != CONF_YAML_EMPTY) {
        conf_load_error(load, node->line, node->column,
                        "%s: expected a list, each entry behind a dash", option->path);
    }
    if (option->section == &conf_section_key)
        conf_resolve_keys(load);
    else if (option->section == &conf_section_peer)
        conf_resolve_peers(load);
}

static void file_read(struct conf_load *load)
{
    const struct conf_yaml_node *root = conf_yaml_node(&load->yaml, load->yaml.root);

    section_preset(load, &conf_section_file, load->conf);
    if (root == NULL || root->kind == CONF_YAML_EMPTY) {
        conf_load_error(load, 1, 1,
                        "the file is empty: expected server:, keys:, templates: or "
                        "zones:");
        return;
    }
    if (root->kind != CONF_YAML_MAPPING) {
        conf_load_error(load, root->line, root->column,
                        "expected server:, keys:, templates: or zones:");
        return;
    }
    map_read(load, &conf_section_file, root, 0, load->conf, place_add(load, &conf_section_file));
    conf_resolve_server(load);
    conf_resolve_zones(load);
}

static char *directory_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *directory = td_strdup(path);

    directory[slash == NULL ? 0 : slash - path + 1] = '\0';
    return directory;
}

static void load_init(struct conf_load *load, const char *path, const struct conf_reader *reader)
{
    struct conf *conf = td_calloc(1, sizeof(*conf));

    atomic_init(&conf->holders, 1);
    conf->store = td_calloc(1, sizeof(*conf->store));
    td_arena_init(&conf->store->arena, 64 * 1024);
    conf->path = td_arena_strdup(&conf->store->arena, path);
    *load = (struct conf_load){
        .conf = conf,
        .arena = &conf->store->arena,
        .path = conf->path,
        .directory = directory_of(path),
        .reader = reader,
    };
}

static void load_fini(struct conf_load *load)
{
    conf_yaml_fini(&load->yaml);
    free(load->directory);
    free(load->errors);
    free(load->keys);
    free(load->key_order);
    free(load->peers);
    free(load->templates);
    free(load->catalogs);
    free(load->zones);
    conf_free(load->conf);
}

td_err conf_parse(const char *text, size_t size, const char *path, const struct conf_reader *reader,
                  const struct td_diag_sink *sink, struct conf **ret_conf)
{
    struct conf_load load;
    td_err err = TD_E_LIMIT;

    if (size > CONF_FILE_SIZE_MAX) {
        td_diag_report(sink, path, 0, 0, TD_SEVERITY_ERROR, "larger than %d MiB",
                       CONF_FILE_SIZE_MAX >> 20);
        return TD_E_LIMIT;
    }

    load_init(&load, path, reader);
    load.sink = sink;
    err = conf_yaml_parse(text, size, path, sink, &load.yaml);
    if (err == TD_OK) {
        file_read(&load);
        conf_load_report(&load, sink);
        err = load.error_count == 0 ? TD_OK : TD_E_INVALID;
    }
    if (err == TD_OK) {
        *ret_conf = load.conf;
        load.conf = NULL;
    }
    load_fini(&load);
    return err;
}

td_err conf_load(const char *path, const struct conf_reader *reader,
                 const struct td_diag_sink *sink, struct conf **ret_conf)
{
    struct td_diag diag = { .text = "" };
    char *text = NULL;
    size_t size = 0;
    td_err err = reader->read(reader->context, path, CONF_FILE_SIZE_MAX, &text, &size, &diag);

    if (err != TD_OK) {
        td_diag_report(sink, path, 0, 0, TD_SEVERITY_ERROR, "%s",
                       diag.text[0] != '\0' ? diag.text : td_err_text(err));
        return err;
    }
    err = conf_parse(text, size, path, reader, sink, ret_conf);
    explicit_bzero(text, size);
    free(text);
    return err;
}
