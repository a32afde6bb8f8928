/*
 * How much of a zone's history is kept.
 */
#include <string.h>

#include "base/assert.h"
#include "conf/load.h"

#define SIZE_MIN        (64ull << 10)
#define SIZE_MAX_OCTETS (1024ull << 30)
#define AGE_MIN_MS      (3600ull * 1000)
#define AGE_MAX_MS      (36500ull * 86400 * 1000)

/* One of size and age. */
static bool part_read(struct conf_load *load, const struct conf_option *option, const char *name,
                      const struct conf_scalar *scalar, struct conf_history *history)
{
    const char *hint = "";
    uint64_t value;

    if (strcmp(name, "size") == 0) {
        if (!conf_size_parse(scalar->text, &value, &hint) || value < SIZE_MIN ||
            value > SIZE_MAX_OCTETS)
            return conf_value_fail(load, option, scalar, hint);
        history->octets = value;
    } else {
        if (!conf_duration_parse(scalar->text, &value) || value < AGE_MIN_MS || value > AGE_MAX_MS)
            return conf_value_fail(load, option, scalar, "");
        history->age_s = value / 1000;
    }
    return true;
}

/* "size: 256MiB, age: 400d", as in the table. */
static void preset_read(struct conf_load *load, const struct conf_option *option,
                        struct conf_history *ret_history)
{
    char copy[64];
    char *rest = copy;

    td_assert(strlen(option->preset) < sizeof(copy));
    memcpy(copy, option->preset, strlen(option->preset) + 1);
    while (rest != NULL) {
        char *name = strsep(&rest, ":");
        struct conf_scalar value = { .text = strsep(&rest, ",") + 1 };
        bool is_good = part_read(load, option, name, &value, ret_history);
        td_assert(is_good);
        rest += rest != NULL && *rest == ' ';
    }
}

bool conf_history_text_read(struct conf_load *load, const struct conf_option *option,
                            const struct conf_scalar *scalar, struct conf_history *ret_history)
{
    bool is_on;

    if (option->preset != NULL && scalar->line == 0) {
        preset_read(load, option, ret_history);
        return true;
    }
    if (!conf_bool_read(scalar->text, &is_on) || is_on)
        return conf_value_fail(load, option, scalar, "");
    *ret_history = (struct conf_history){ .octets = 0 };
    return true;
}

/* {size: 64MiB, age: 365d}: what is not written is as by default. */
bool conf_history_read(struct conf_load *load, const struct conf_option *option,
                       const struct conf_yaml_node *node, struct conf_history *ret_history)
{
    const struct conf_yaml_node *nodes = load->yaml.nodes;
    struct conf_history history;
    bool is_good = true;

    preset_read(load, conf_option_by_path("server.history"), &history);
    for (uint32_t at = node->first; at != 0 && is_good; at = nodes[nodes[at].next].next) {
        const struct conf_yaml_node *value = &nodes[nodes[at].next];
        struct conf_scalar name = conf_scalar_of(load, &nodes[at]);
        struct conf_scalar scalar = conf_scalar_of(load, value);
        if (value->kind != CONF_YAML_SCALAR)
            is_good = conf_kind_fail(load, option, value);
        else if (strcmp(name.text, "size") != 0 && strcmp(name.text, "age") != 0)
            is_good = conf_value_fail(load, option, &name, "it has size and age");
        else
            is_good = part_read(load, option, name.text, &scalar, &history);
    }
    if (is_good)
        *ret_history = history;
    return is_good;
}
