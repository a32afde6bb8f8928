#include "conf/load.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/macros.h"
#include "wire/name.h"

bool conf_value_fail(struct conf_load *load, const struct conf_option *option,
                     const struct conf_scalar *scalar, const char *hint)
{
    struct td_buf expect = { .data = NULL };
    char quote[CONF_QUOTE_SIZE];

    conf_option_expect(option, &expect);
    conf_load_error(load, scalar->line, scalar->column, "%s: expected %s, not %s%s%s", option->path,
                    td_buf_text(&expect), conf_quote(scalar->text, quote),
                    *hint == '\0' ? "" : "; ", hint);
    td_buf_fini(&expect);
    return false;
}

bool conf_bool_read(const char *text, bool *ret_value)
{
    static const struct {
        const char *word;
        bool value;
    } rows[] = { { "on", true },     { "off", false }, { "true", true },
                 { "false", false }, { "yes", true },  { "no", false } };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        if (strcasecmp(text, rows[i].word) == 0) {
            *ret_value = rows[i].value;
            return true;
        }
    }
    return false;
}

static bool in_range(const struct conf_option *option, uint64_t value)
{
    return value >= option->min && value <= option->max;
}

static bool count_read(struct conf_load *load, const struct conf_option *option,
                       const struct conf_scalar *scalar, uint32_t *field)
{
    const char *text = scalar->text;
    uint64_t value;

    for (const struct conf_choice *choice = option->choices; choice != NULL && choice->word != NULL;
         choice++) {
        if (strcmp(text, choice->word) == 0) {
            *field = 0;
            return true;
        }
    }
    if (!conf_digits_read(&text, &value) || *text != '\0' || !in_range(option, value))
        return conf_value_fail(load, option, scalar, "");
    *field = (uint32_t)value;
    return true;
}

static bool duration_read(struct conf_load *load, const struct conf_option *option,
                          const struct conf_scalar *scalar, uint32_t *field)
{
    const char *text = scalar->text;
    uint64_t value;

    if (conf_duration_parse(text, &value) && in_range(option, value)) {
        *field = (uint32_t)value;
        return true;
    }
    if (conf_digits_read(&text, &value) && *text == '\0') {
        struct td_buf hint = { .data = NULL };
        td_buf_printf(&hint, "a number alone has no unit: write %.16ss", scalar->text);
        (void)conf_value_fail(load, option, scalar, td_buf_text(&hint));
        td_buf_fini(&hint);
        return false;
    }
    return conf_value_fail(load, option, scalar, "");
}

static bool size_read(struct conf_load *load, const struct conf_option *option,
                      const struct conf_scalar *scalar, uint32_t *field)
{
    const char *hint = "";
    uint64_t value;

    if (!conf_size_parse(scalar->text, &value, &hint) || !in_range(option, value))
        return conf_value_fail(load, option, scalar, hint);
    *field = (uint32_t)value;
    return true;
}

static bool choice_read(struct conf_load *load, const struct conf_option *option,
                        const struct conf_scalar *scalar, uint32_t *field)
{
    struct conf_guess guess = { .written = scalar->text };
    char hint[CONF_QUOTE_SIZE];

    for (uint32_t i = 0; option->choices[i].word != NULL; i++) {
        const struct conf_choice *choice = &option->choices[i];
        if (strcasecmp(scalar->text, choice->word) != 0) {
            if (choice->refused == NULL)
                conf_guess_offer(&guess, choice->word);
            continue;
        }
        if (choice->refused != NULL)
            return conf_value_fail(load, option, scalar, choice->refused);
        *field = i;
        return true;
    }
    conf_guess_text(&guess, hint);
    return conf_value_fail(load, option, scalar, hint[0] == '\0' ? "" : hint + 2);
}

static bool text_read(struct conf_load *load, const struct conf_option *option,
                      const struct conf_scalar *scalar, const char **field)
{
    size_t size = strlen(scalar->text);
    bool is_on;

    if (option->type == CONF_TEXT_OR_OFF && conf_bool_read(scalar->text, &is_on)) {
        if (is_on)
            return conf_value_fail(load, option, scalar, "write the text itself");
        *field = NULL;
        return true;
    }
    if (size == 0 || size > option->max)
        return conf_value_fail(load, option, scalar, "");
    *field = td_arena_strdup(load->arena, scalar->text);
    return true;
}

static bool path_read(struct conf_load *load, const struct conf_option *option,
                      const struct conf_scalar *scalar, const char **field)
{
    if (scalar->text[0] == '\0' || strlen(scalar->text) >= 4096)
        return conf_value_fail(load, option, scalar, "");
    *field = conf_path_join(load, scalar->text);
    return true;
}

bool conf_name_read(struct conf_load *load, const struct conf_option *option,
                    const struct conf_scalar *scalar, struct conf_name *field)
{
    struct wire_name name;
    char text[WIRE_NAME_TEXT_SIZE];

    for (const char *at = scalar->text; *at != '\0'; at++)
        if ((unsigned char)*at >= 0x80)
            return conf_value_fail(load, option, scalar,
                                   "write an international name in its ASCII form (xn--...)");
    if (wire_name_from_text(scalar->text, &name) != TD_OK)
        return conf_value_fail(load, option, scalar, "");
    wire_name_lower(name.octets, name.octets, name.size);
    field->text = td_arena_strdup(load->arena, wire_name_format(name.octets, text));
    field->wire = td_arena_memdup(load->arena, name.octets, name.size);
    field->size = name.size;
    return true;
}

static bool word_read(struct conf_load *load, const struct conf_option *option,
                      const struct conf_scalar *scalar, struct conf_word *field)
{
    if (scalar->text[0] == '\0')
        return conf_value_fail(load, option, scalar, "");
    field->text = td_arena_strdup(load->arena, scalar->text);
    field->line = scalar->line;
    field->column = scalar->column;
    return true;
}

static bool peer_key_read(struct conf_load *load, const struct conf_option *option,
                          const struct conf_scalar *scalar, uint32_t *field)
{
    uint32_t key;

    if (!conf_key_read(load, option, scalar, scalar->text, &key))
        return false;
    *field = key + 1;
    return true;
}

/* "off", or a share of the names: "40%". */
static bool share_read(struct conf_load *load, const struct conf_option *option,
                       const struct conf_scalar *scalar, struct conf_brake *field)
{
    const char *text = scalar->text;
    bool is_on;
    uint64_t percent;

    if (conf_bool_read(text, &is_on) && !is_on) {
        field->percent = 0;
        return true;
    }
    if (!conf_digits_read(&text, &percent) || strcmp(text, "%") != 0 || percent == 0 ||
        percent > 100)
        return conf_value_fail(load, option, scalar, "");
    field->percent = (uint8_t)percent;
    return true;
}

static bool scalar_read(struct conf_load *load, const struct conf_option *option,
                        const struct conf_scalar *scalar, void *field)
{
    switch (option->type) {
    case CONF_BOOL:
        return conf_bool_read(scalar->text, field) || conf_value_fail(load, option, scalar, "");
    case CONF_COUNT:
        return count_read(load, option, scalar, field);
    case CONF_DURATION:
        return duration_read(load, option, scalar, field);
    case CONF_SIZE:
        return size_read(load, option, scalar, field);
    case CONF_CHOICE:
        return choice_read(load, option, scalar, field);
    case CONF_BRAKE:
        return share_read(load, option, scalar, field);
    case CONF_HISTORY:
        return conf_history_text_read(load, option, scalar, field);
    case CONF_TEXT:
    case CONF_TEXT_OR_OFF:
        return text_read(load, option, scalar, field);
    case CONF_PATH:
        return path_read(load, option, scalar, field);
    case CONF_NAME:
        return conf_name_read(load, option, scalar, field);
    case CONF_TEMPLATE:
        return word_read(load, option, scalar, field);
    case CONF_KEY:
        return peer_key_read(load, option, scalar, field);
    case CONF_COOKIE_FILE:
        return conf_cookie_file_read(load, option, scalar, field);
    case CONF_SECRET:
        return conf_secret_read(load, option, scalar, field);
    case CONF_SECRET_FILE:
        return conf_secret_file_read(load, option, scalar, field);
    case CONF_CREDENTIAL:
        return conf_credential_read(load, option, scalar, field);
    default:
        break;
    }
    td_assert(option->type < CONF_TYPE_COUNT && false); /* a type that is no scalar */
    return false;
}

struct conf_scalar conf_scalar_of(const struct conf_load *load, const struct conf_yaml_node *node)
{
    return (struct conf_scalar){ .text = conf_yaml_text(&load->yaml, node),
                                 .line = node->line,
                                 .column = node->column };
}

bool conf_kind_fail(struct conf_load *load, const struct conf_option *option,
                    const struct conf_yaml_node *node)
{
    static const char *const words[] = {
        [CONF_YAML_EMPTY] = "nothing",
        [CONF_YAML_SCALAR] = "a single value",
        [CONF_YAML_SEQUENCE] = "a list",
        [CONF_YAML_MAPPING] = "a mapping",
    };
    struct td_buf expect = { .data = NULL };

    conf_option_expect(option, &expect);
    conf_load_error(load, node->line, node->column, "%s: expected %s, not %s", option->path,
                    td_buf_text(&expect), words[node->kind]);
    td_buf_fini(&expect);
    return false;
}

static bool list_read(struct conf_load *load, const struct conf_option *option,
                      const struct conf_yaml_node *node, void *field)
{
    struct conf_items items = { .data = NULL };
    bool is_good = true;

    if (node->kind == CONF_YAML_SCALAR) {
        struct conf_scalar scalar = conf_scalar_of(load, node);
        is_good = conf_item_read(load, option, &scalar, &items);
    } else if (node->kind == CONF_YAML_SEQUENCE && option->type != CONF_ADDR_OR_OFF) {
        for (uint32_t at = node->first; at != 0; at = load->yaml.nodes[at].next) {
            const struct conf_yaml_node *item = &load->yaml.nodes[at];
            struct conf_scalar scalar = conf_scalar_of(load, item);
            if (item->kind != CONF_YAML_SCALAR)
                is_good = conf_kind_fail(load, option, item);
            else if (!conf_item_read(load, option, &scalar, &items))
                is_good = false;
        }
    } else {
        is_good = conf_kind_fail(load, option, node);
    }
    if (is_good)
        is_good = conf_items_store(load, option, &items, node, field);
    conf_items_fini(&items, option->type);
    return is_good;
}

/* {share: 40%, transfers: on}: what is not written stays as it is by default. */
static bool brake_read(struct conf_load *load, const struct conf_option *option,
                       const struct conf_yaml_node *node, struct conf_brake *field)
{
    const struct conf_yaml_node *nodes = load->yaml.nodes;
    struct conf_scalar preset = { .text = conf_option_by_path("server.brake")->preset };
    bool is_good = share_read(load, option, &preset, field);

    for (uint32_t at = node->first; at != 0 && is_good; at = nodes[nodes[at].next].next) {
        const struct conf_yaml_node *value = &nodes[nodes[at].next];
        struct conf_scalar name = conf_scalar_of(load, &nodes[at]);
        struct conf_scalar scalar = conf_scalar_of(load, value);
        bool is_on = false;
        if (value->kind != CONF_YAML_SCALAR)
            is_good = conf_kind_fail(load, option, value);
        else if (strcmp(name.text, "share") == 0)
            is_good = share_read(load, option, &scalar, field);
        else if (strcmp(name.text, "transfers") == 0)
            is_good = conf_bool_read(scalar.text, &is_on) ||
                      conf_value_fail(load, option, &scalar, "transfers is on or off");
        else
            is_good = conf_value_fail(load, option, &name, "it has share and transfers");
        if (is_on)
            field->transfers = 1;
    }
    return is_good;
}

bool conf_value_read(struct conf_load *load, const struct conf_option *option,
                     const struct conf_yaml_node *node, void *field)
{
    if (conf_type_is_list(option->type))
        return list_read(load, option, node, field);
    if (option->type == CONF_BRAKE && node->kind == CONF_YAML_MAPPING)
        return brake_read(load, option, node, field);
    if (option->type == CONF_HISTORY && node->kind == CONF_YAML_MAPPING)
        return conf_history_read(load, option, node, field);
    if (option->type == CONF_UPDATES)
        return conf_updates_read(load, option, node, field);
    if (node->kind != CONF_YAML_SCALAR)
        return conf_kind_fail(load, option, node);

    struct conf_scalar scalar = conf_scalar_of(load, node);
    return scalar_read(load, option, &scalar, field);
}

void conf_value_preset(struct conf_load *load, const struct conf_option *option, void *field)
{
    struct conf_items items = { .data = NULL };
    char *copy = td_strdup(option->preset);
    char *rest = copy;
    bool is_good = true;

    if (!conf_type_is_list(option->type)) {
        struct conf_scalar scalar = { .text = copy };
        is_good = scalar_read(load, option, &scalar, field);
    } else {
        for (char *word; (word = strsep(&rest, ",")) != NULL;) {
            struct conf_scalar scalar = { .text = word + strspn(word, " ") };
            is_good = conf_item_read(load, option, &scalar, &items) && is_good;
        }
        is_good = conf_items_store(load, option, &items, NULL, field) && is_good;
        conf_items_fini(&items, option->type);
    }
    td_assert(is_good); /* the table is ours */
    free(copy);
}
