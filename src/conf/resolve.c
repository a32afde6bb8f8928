/*
 * What can be checked only when more than one option has been read: of keys and the server. Of
 * zones: conf/zones.c.
 */
#include "conf/load.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/macros.h"

/* --- keys --- */

static int key_compare(const void *a, const void *b, void *context)
{
    const struct conf_key *keys = context;
    uint32_t left = *(const uint32_t *)a;
    uint32_t right = *(const uint32_t *)b;
    int order = strcmp(keys[left].name.text, keys[right].name.text);

    return order != 0 ? order : left < right ? -1 : 1;
}

bool conf_was_written(const struct conf_section *section, uint64_t written, const char *name)
{
    return (written >> (conf_option_find(section, name) - section->options) & 1) != 0;
}

static void key_check(struct conf_load *load, const struct conf_key *key)
{
    static const char *const names[] = { "secret", "secret-file", "secret-credential" };
    unsigned count = 0;

    for (size_t i = 0; i < TD_COUNT(names); i++)
        count += conf_was_written(&conf_section_key, key->written, names[i]);
    if (count != 1)
        conf_load_error(load, key->line, key->column,
                        "keys: expected secret, secret-file or secret-credential%s",
                        count > 1 ? ", only one of them" : "");
}

void conf_resolve_keys(struct conf_load *load)
{
    /* A key without a usable name was reported; it takes no part in what follows. */
    uint32_t kept = 0;
    for (uint32_t i = 0; i < load->key_count; i++) {
        key_check(load, &load->keys[i]);
        if (load->keys[i].name.text != NULL)
            load->keys[kept++] = load->keys[i];
    }
    load->key_count = kept;
    conf_kept_keys_read(load);
    kept = load->key_count;

    load->key_order = td_calloc((size_t)kept + 1, sizeof(*load->key_order));
    for (uint32_t i = 0; i < kept; i++)
        load->key_order[i] = i;
    qsort_r(load->key_order, kept, sizeof(*load->key_order), key_compare, load->keys);
    for (uint32_t i = 1; i < kept; i++) {
        const struct conf_key *first = &load->keys[load->key_order[i - 1]];
        const struct conf_key *second = &load->keys[load->key_order[i]];
        if (strcmp(first->name.text, second->name.text) == 0)
            conf_load_error(load, second->line, second->column,
                            "keys: %s is listed twice, first in line %u", second->name.text,
                            first->line);
    }
    load->conf->keys = td_arena_memdup(load->arena, load->keys, kept * sizeof(*load->keys));
    load->conf->key_count = kept;
}

bool conf_key_find(const struct conf_load *load, const char *name, uint32_t *ret_key)
{
    uint32_t low = 0;
    uint32_t high = load->key_order == NULL ? 0 : load->key_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        uint32_t key = load->key_order[middle];
        int order = strcmp(load->keys[key].name.text, name);
        if (order == 0) {
            *ret_key = key;
            return true;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

/* --- server --- */

static void rate_limit_resolve(struct conf_load *load)
{
    struct conf_rate_limit *limit = &load->conf->server.rate_limit;
    const struct conf_section *section =
        conf_option_find(&conf_section_server, "rate-limit")->section;
    static const char *const names[] = { "nodata-per-second", "nxdomains-per-second",
                                         "referrals-per-second", "errors-per-second" };

    limit->enabled = limit->responses_per_second != 0;
    for (size_t i = 0; i < TD_COUNT(names); i++) {
        const struct conf_option *option = conf_option_find(section, names[i]);
        uint32_t *field = (uint32_t *)(void *)((char *)limit + option->offset);
        if (!conf_was_written(section, limit->written, names[i]))
            *field = limit->responses_per_second;
        limit->enabled = limit->enabled || *field != 0;
    }
}

void conf_resolve_server(struct conf_load *load)
{
    uint64_t written = load->conf->server.written;
    const struct conf_yaml_node *root = conf_yaml_node(&load->yaml, load->yaml.root);

    rate_limit_resolve(load);
    if (conf_was_written(&conf_section_server, written, "cookie-secrets") &&
        conf_was_written(&conf_section_server, written, "cookie-secrets-file"))
        conf_load_error(load, root->line, root->column,
                        "server: expected cookie-secrets or cookie-secrets-file, not both");
}
