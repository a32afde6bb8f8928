/*
 * Keys that were added at run time. They stand in a file in the state directory, as rows of keys,
 * and are read as if they stood behind those of the configuration file, which goes before them.
 */
#include "conf/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum { KEPT_SIZE_MAX = 16 * 1024 * 1024 };

/* The value of a key in a mapping; NULL: there is none. */
static const struct conf_yaml_node *member(const struct conf_yaml *yaml,
                                           const struct conf_yaml_node *map, const char *name)
{
    if (map == NULL || map->kind != CONF_YAML_MAPPING)
        return NULL;
    for (uint32_t at = map->first; at != 0;) {
        const struct conf_yaml_node *key = &yaml->nodes[at];
        const struct conf_yaml_node *value = &yaml->nodes[key->next];
        if (strcmp(conf_yaml_text(yaml, key), name) == 0)
            return value;
        at = value->next;
    }
    return NULL;
}

/* Keys are read before server.state is. */
static const char *path_of(struct conf_load *load)
{
    const struct conf_yaml *yaml = &load->yaml;
    const struct conf_yaml_node *server = member(yaml, conf_yaml_node(yaml, yaml->root), "server");
    const struct conf_yaml_node *state = member(yaml, server, "state");
    const char *directory = state == NULL ? "" : conf_yaml_text(yaml, state);

    if (directory[0] == '\0')
        directory = conf_option_by_path("server.state")->preset;
    directory = load->reader->state != NULL ? load->reader->state : conf_path_join(load, directory);
    size_t size = strlen(directory) + sizeof("/" CONF_KEPT_KEYS);
    char *path = td_arena_alloc(load->arena, size);
    snprintf(path, size, "%s/%s", directory, CONF_KEPT_KEYS);
    return path;
}

static bool has_name(const struct conf_load *load, uint32_t count, const char *name)
{
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(load->keys[i].name.text, name) == 0)
            return true;
    return false;
}

/* What was read of the file, behind the keys that there are. */
static void rows_take(struct conf_load *load, const struct conf_load *kept)
{
    uint32_t own = load->key_count;
    struct conf_key *rows = td_arena_alloc(load->arena, (kept->key_count + 1) * sizeof(*rows));
    uint32_t count = 0;

    for (uint32_t i = 0; i < kept->key_count; i++) {
        struct conf_key row = kept->keys[i];
        if (row.name.text == NULL || row.secret.size == 0)
            continue; /* it was reported */
        row.is_kept = true;
        row.is_hidden = has_name(load, own, row.name.text);
        rows[count++] = row;
        if (row.is_hidden)
            continue;
        td_grow(load->keys, load->key_count, load->key_capacity);
        load->keys[load->key_count++] = row;
    }
    load->conf->kept_keys = rows;
    load->conf->kept_key_count = count;
}

static void errors_take(struct conf_load *load, const struct conf_load *kept)
{
    for (uint32_t i = 0; i < kept->error_count && !conf_load_is_full(load); i++) {
        td_grow(load->errors, load->error_count, load->error_capacity);
        load->errors[load->error_count++] = kept->errors[i];
    }
}

static void text_read(struct conf_load *load, const char *path, const char *text, size_t size)
{
    struct conf_load kept = { .conf = load->conf,
                              .arena = load->arena,
                              .path = path,
                              .directory = load->directory,
                              .reader = load->reader };

    td_err err = conf_yaml_parse(text, size, path, load->sink, &kept.yaml);
    const struct conf_yaml_node *root = conf_yaml_node(&kept.yaml, kept.yaml.root);
    const struct conf_yaml_node *list = member(&kept.yaml, root, "keys");
    bool is_list =
        list != NULL && (list->kind == CONF_YAML_SEQUENCE || list->kind == CONF_YAML_EMPTY);
    if (err == TD_OK && is_list)
        conf_key_rows_read(&kept, list);
    else
        conf_load_error(&kept, 1, 1, "expected keys: and a list, as 'tandem key add' writes it");
    rows_take(load, &kept);
    errors_take(load, &kept);
    conf_yaml_fini(&kept.yaml);
    free(kept.errors);
    free(kept.keys);
}

void conf_kept_keys_read(struct conf_load *load)
{
    const char *path = path_of(load);
    struct td_diag diag = { .text = "" };
    char *text = NULL;
    size_t size = 0;
    td_err err =
        load->reader->read(load->reader->context, path, KEPT_SIZE_MAX, &text, &size, &diag);

    if (err == TD_E_NOT_FOUND)
        return;
    if (err == TD_E_REFUSED && load->reader->is_check) {
        td_diag_report(load->sink, path, 0, 0, TD_SEVERITY_WARNING,
                       "may not be read by this user: keys that were added at run time are not "
                       "known here");
        return;
    }
    if (err != TD_OK) {
        conf_load_error(load, 0, 0, "%s: %s", path,
                        diag.text[0] != '\0' ? diag.text : td_err_text(err));
        return;
    }
    text_read(load, path, text, size);
    explicit_bzero(text, size);
    free(text);
}
