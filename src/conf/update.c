/*
 * The rows of update: who may change what in a zone by dynamic update.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/macros.h"
#include "conf/load.h"
#include "wire/name.h"
#include "wire/rrtype.h"

/* What is collected of one row; the arrays are copied into the arena at its end. */
struct row {
    struct conf_update update;
    struct td_prefix *prefixes;
    uint32_t prefix_capacity;
    struct conf_update_name *names;
    uint32_t name_capacity;
    uint16_t *types;
    uint32_t type_capacity;
    bool has_key;
};

typedef bool read_word(struct conf_load *load, const struct conf_option *option,
                       const struct conf_scalar *scalar, struct row *row);

static bool fail(struct conf_load *load, const struct conf_option *option,
                 const struct conf_scalar *scalar, const char *want)
{
    char quote[CONF_QUOTE_SIZE];

    conf_load_error(load, scalar->line, scalar->column, "%s: expected %s, not %s", option->path,
                    want, conf_quote(scalar->text, quote));
    return false;
}

/* ---- the words of a row ---- */

static bool read_key(struct conf_load *load, const struct conf_option *option,
                     const struct conf_scalar *scalar, struct row *row)
{
    row->has_key = true;
    return conf_key_read(load, option, scalar, scalar->text, &row->update.key);
}

static bool read_address(struct conf_load *load, const struct conf_option *option,
                         const struct conf_scalar *scalar, struct row *row)
{
    struct td_prefix prefix;

    if (!conf_prefix_read(load, option, scalar, &prefix))
        return false;
    td_grow(row->prefixes, row->update.prefix_count, row->prefix_capacity);
    row->prefixes[row->update.prefix_count++] = prefix;
    return true;
}

static const char *behind(const char *text, const char *word)
{
    size_t size = strlen(word);

    if (strncmp(text, word, size) != 0)
        return NULL;
    return text + size + strspn(text + size, " ");
}

static bool read_name(struct conf_load *load, const struct conf_option *option,
                      const struct conf_scalar *scalar, struct row *row)
{
    static const struct {
        const char *word;
        enum conf_update_match match;
    } words[] = { { "exact ", CONF_UPDATE_EXACT },
                  { "subtree ", CONF_UPDATE_SUBTREE },
                  { "wildcard ", CONF_UPDATE_BELOW },
                  { "*.", CONF_UPDATE_BELOW } };
    const char *text = scalar->text;
    struct conf_update_name name = { .match = CONF_UPDATE_EXACT };
    struct wire_name wire;

    for (size_t i = 0; i < TD_COUNT(words); i++) {
        if (behind(text, words[i].word) == NULL)
            continue;
        name.match = words[i].match;
        text = behind(text, words[i].word);
        if (strncmp(text, "*.", 2) == 0 && name.match == CONF_UPDATE_BELOW)
            text += 2;
        break;
    }
    if (strcmp(text, "self") == 0) {
        name.match = CONF_UPDATE_SELF;
    } else {
        if (wire_name_from_text(text, &wire) != TD_OK)
            return fail(load, option, scalar,
                        "a name, \"subtree NAME\", \"wildcard NAME\" or self");
        wire_name_lower(wire.octets, wire.octets, wire.size);
        name.wire = td_arena_memdup(load->arena, wire.octets, wire.size);
        name.size = wire.size;
    }
    td_grow(row->names, row->update.name_count, row->name_capacity);
    row->names[row->update.name_count++] = name;
    return true;
}

static bool read_type(struct conf_load *load, const struct conf_option *option,
                      const struct conf_scalar *scalar, struct row *row)
{
    uint16_t type;

    if (wire_rrtype_find(scalar->text, strlen(scalar->text), &type) != TD_OK ||
        (type != WIRE_TYPE_ANY && !wire_rrtype_is_data(type)))
        return fail(load, option, scalar, "a record type, such as TXT, or ANY");
    td_grow(row->types, row->update.type_count, row->type_capacity);
    row->types[row->update.type_count++] = type;
    return true;
}

static bool read_action(struct conf_load *load, const struct conf_option *option,
                        const struct conf_scalar *scalar, struct row *row)
{
    if (strcmp(scalar->text, "add") == 0)
        row->update.may_add = true;
    else if (strcmp(scalar->text, "delete") == 0)
        row->update.may_delete = true;
    else
        return fail(load, option, scalar, "add or delete");
    return true;
}

/* ---- rows ---- */

/* One word, or a list of them. */
static bool read_words(struct conf_load *load, const struct conf_option *option,
                       const struct conf_yaml_node *node, read_word *take, struct row *row)
{
    bool is_good = true;

    if (node->kind == CONF_YAML_SCALAR) {
        struct conf_scalar scalar = conf_scalar_of(load, node);
        return take(load, option, &scalar, row);
    }
    for (uint32_t at = node->first; at != 0; at = load->yaml.nodes[at].next) {
        const struct conf_yaml_node *item = &load->yaml.nodes[at];
        struct conf_scalar scalar = conf_scalar_of(load, item);
        if (item->kind != CONF_YAML_SCALAR || node->kind != CONF_YAML_SEQUENCE)
            return fail(load, option, &scalar, "a word, or a list of words");
        is_good = take(load, option, &scalar, row) && is_good;
    }
    return is_good;
}

static read_word *reader_of(const char *name)
{
    static const struct {
        const char *name;
        read_word *read;
    } rows[] = { { "key", read_key },
                 { "address", read_address },
                 { "names", read_name },
                 { "types", read_type },
                 { "actions", read_action } };

    for (size_t i = 0; i < TD_COUNT(rows); i++)
        if (strcmp(rows[i].name, name) == 0)
            return rows[i].read;
    return NULL;
}

static bool check_row(struct conf_load *load, const struct conf_option *option,
                      const struct conf_yaml_node *node, struct row *row)
{
    if (row->has_key == (row->update.prefix_count != 0)) {
        conf_load_error(load, node->line, node->column, "%s: expected key or address%s",
                        option->path, row->has_key ? ", not both" : "");
        return false;
    }
    for (uint32_t i = 0; i < row->update.name_count; i++) {
        if (row->names[i].match != CONF_UPDATE_SELF || row->has_key)
            continue;
        conf_load_error(load, node->line, node->column,
                        "%s: self is the name of the key, and an address has none", option->path);
        return false;
    }
    return true;
}

static void keep_row(struct conf_load *load, struct row *row, struct conf_update *ret)
{
    struct conf_update *update = &row->update;

    if (!update->may_add && !update->may_delete)
        update->may_add = update->may_delete = true;
    update->has_key = row->has_key;
    update->prefixes =
        td_arena_memdup(load->arena, row->prefixes, update->prefix_count * sizeof(*row->prefixes));
    update->names =
        td_arena_memdup(load->arena, row->names, update->name_count * sizeof(*row->names));
    update->types =
        td_arena_memdup(load->arena, row->types, update->type_count * sizeof(*row->types));
    *ret = *update;
}

static bool read_row(struct conf_load *load, const struct conf_option *option,
                     const struct conf_yaml_node *node, struct conf_update *ret_update)
{
    const struct conf_yaml_node *nodes = load->yaml.nodes;
    struct row row = { .has_key = false };
    bool is_good = true;

    if (node->kind != CONF_YAML_MAPPING) {
        conf_load_error(load, node->line, node->column,
                        "%s: expected rows such as {key: NAME, names: [...], types: [...]}",
                        option->path);
        return false;
    }
    for (uint32_t at = node->first; at != 0; at = nodes[nodes[at].next].next) {
        struct conf_scalar name = conf_scalar_of(load, &nodes[at]);
        read_word *read = reader_of(name.text);
        if (read == NULL)
            is_good = fail(load, option, &name, "key, address, names, types or actions");
        else
            is_good = read_words(load, option, &nodes[nodes[at].next], read, &row) && is_good;
    }
    is_good = is_good && check_row(load, option, node, &row);
    if (is_good)
        keep_row(load, &row, ret_update);
    free(row.prefixes);
    free(row.names);
    free(row.types);
    return is_good;
}

bool conf_updates_read(struct conf_load *load, const struct conf_option *option,
                       const struct conf_yaml_node *node, struct conf_updates *ret_updates)
{
    const struct conf_yaml_node *nodes = load->yaml.nodes;
    uint32_t count = 0;
    bool is_good = true;

    if (node->kind == CONF_YAML_SCALAR && strcmp(conf_yaml_text(&load->yaml, node), "none") == 0)
        return true;
    if (node->kind != CONF_YAML_SEQUENCE) {
        conf_load_error(load, node->line, node->column, "%s: expected none or a list of rows",
                        option->path);
        return false;
    }
    for (uint32_t at = node->first; at != 0; at = nodes[at].next)
        count++;
    struct conf_update *rows = td_arena_zalloc(load->arena, (count + 1) * sizeof(*rows));
    count = 0;
    for (uint32_t at = node->first; at != 0; at = nodes[at].next)
        is_good = read_row(load, option, &nodes[at], &rows[count++]) && is_good;
    ret_updates->rows = rows;
    ret_updates->count = count;
    return is_good;
}

/* ---- equality ---- */

static bool row_equal(const struct conf *a_conf, const struct conf_update *a,
                      const struct conf *b_conf, const struct conf_update *b)
{
    if (a->has_key != b->has_key || a->prefix_count != b->prefix_count ||
        a->name_count != b->name_count || a->type_count != b->type_count ||
        a->may_add != b->may_add || a->may_delete != b->may_delete)
        return false;
    if (a->has_key &&
        conf_name_compare(&a_conf->keys[a->key].name, &b_conf->keys[b->key].name) != 0)
        return false;
    for (uint32_t i = 0; i < a->prefix_count; i++)
        if (!conf_prefix_equal(&a->prefixes[i], &b->prefixes[i]))
            return false;
    for (uint32_t i = 0; i < a->name_count; i++)
        if (a->names[i].match != b->names[i].match || a->names[i].size != b->names[i].size ||
            (a->names[i].size != 0 &&
             memcmp(a->names[i].wire, b->names[i].wire, a->names[i].size) != 0))
            return false;
    return a->type_count == 0 || memcmp(a->types, b->types, a->type_count * sizeof(*a->types)) == 0;
}

bool conf_updates_equal(const struct conf *a_conf, const struct conf_updates *a,
                        const struct conf *b_conf, const struct conf_updates *b)
{
    if (a->count != b->count)
        return false;
    for (uint32_t i = 0; i < a->count; i++)
        if (!row_equal(a_conf, &a->rows[i], b_conf, &b->rows[i]))
            return false;
    return true;
}
