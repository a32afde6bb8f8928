/*
 * Zones are sorted in both configurations, so one walk along both finds what came, went and
 * changed; server options are compared by the table.
 */
#include "conf/diff.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "conf/load.h"

/* A list of the diff, growing. */
struct index_list {
    uint32_t *items;
    uint32_t count;
    uint32_t capacity;
};

struct pair_list {
    struct conf_zone_pair *items;
    uint32_t count;
    uint32_t capacity;
};

static void index_add(struct index_list *list, uint32_t index)
{
    td_grow(list->items, list->count, list->capacity);
    list->items[list->count++] = index;
}

static void pair_add(struct pair_list *list, uint32_t before, uint32_t after, uint32_t what)
{
    if (what == 0)
        return;
    td_grow(list->items, list->count, list->capacity);
    list->items[list->count++] =
        (struct conf_zone_pair){ .before = before, .after = after, .what = what };
}

static void option_add(struct conf_diff *diff, uint32_t *capacity, const struct conf_option *option)
{
    td_grow(diff->options, diff->option_count, *capacity);
    diff->options[diff->option_count++] = option->path;
    diff->reload |= option->reload;
}

static void section_diff(const struct conf_section *section, const struct conf *old,
                         const void *old_base, const struct conf *new, const void *new_base,
                         struct conf_diff *diff, uint32_t *capacity)
{
    for (uint32_t i = 0; i < section->count; i++) {
        const struct conf_option *option = &section->options[i];
        const void *old_field = (const char *)old_base + option->offset;
        const void *new_field = (const char *)new_base + option->offset;

        if (option->type == CONF_MAP)
            section_diff(option->section, old, old_field, new, new_field, diff, capacity);
        else if (option->type != CONF_COOKIE_FILE && /* the field of cookie-secrets */
                 !conf_value_equal(option, old, old_field, new, new_field))
            option_add(diff, capacity, option);
    }
}

static bool keys_equal(const struct conf *old, const struct conf *new)
{
    if (old->key_count != new->key_count)
        return false;
    for (uint32_t i = 0; i < old->key_count; i++) {
        for (uint32_t row = 0; row < conf_section_key.count; row++) {
            const struct conf_option *option = &conf_section_key.options[row];
            if (!conf_value_equal(option, old, (const char *)&old->keys[i] + option->offset, new,
                                  (const char *)&new->keys[i] + option->offset))
                return false;
        }
    }
    return true;
}

static uint32_t zone_change(const struct conf *old, const struct conf_zone *before,
                            const struct conf *new, const struct conf_zone *after)
{
    uint32_t what = 0;

    if ((before->file == NULL) != (after->file == NULL) ||
        (before->file != NULL && strcmp(before->file, after->file) != 0))
        what |= CONF_ZONE_FILE;
    if (!conf_zone_options_equal(old, before->options, new, after->options))
        what |= CONF_ZONE_OPTIONS;
    return what;
}

static void zones_diff(const struct conf *old, const struct conf *new, struct conf_diff *diff)
{
    struct index_list added = { .items = NULL };
    struct index_list removed = { .items = NULL };
    struct pair_list changed = { .items = NULL };
    uint32_t before = 0;
    uint32_t after = 0;

    while (before < old->zone_count || after < new->zone_count) {
        int order = before == old->zone_count ? 1
                    : after == new->zone_count
                        ? -1
                        : conf_name_compare(&old->zones[before].name, &new->zones[after].name);
        if (order < 0) {
            index_add(&removed, before++);
        } else if (order > 0) {
            index_add(&added, after++);
        } else {
            pair_add(&changed, before, after,
                     zone_change(old, &old->zones[before], new, &new->zones[after]));
            before++;
            after++;
        }
    }
    diff->added = added.items;
    diff->added_count = added.count;
    diff->removed = removed.items;
    diff->removed_count = removed.count;
    diff->changed = changed.items;
    diff->changed_count = changed.count;
}

static uint32_t *directory_order(const struct conf *conf)
{
    uint32_t *order = td_calloc((size_t)conf->directory_count + 1, sizeof(*order));

    for (uint32_t i = 0; i < conf->directory_count; i++)
        order[i] = i;
    conf_directories_sort(conf, order);
    return order;
}

static void directories_diff(const struct conf *old, const struct conf *new, struct conf_diff *diff)
{
    struct index_list added = { .items = NULL };
    struct index_list removed = { .items = NULL };
    struct pair_list changed = { .items = NULL };
    uint32_t *old_order = directory_order(old);
    uint32_t *new_order = directory_order(new);
    uint32_t before = 0;
    uint32_t after = 0;

    while (before < old->directory_count || after < new->directory_count) {
        const struct conf_zone_directory *left = &old->directories[old_order[before]];
        const struct conf_zone_directory *right = &new->directories[new_order[after]];
        int order = before == old->directory_count  ? 1
                    : after == new->directory_count ? -1
                                                    : strcmp(left->path, right->path);
        if (order < 0) {
            index_add(&removed, old_order[before++]);
        } else if (order > 0) {
            index_add(&added, new_order[after++]);
        } else {
            bool is_same = conf_zone_options_equal(old, left->options, new, right->options);
            pair_add(&changed, old_order[before++], new_order[after++],
                     is_same ? 0 : CONF_ZONE_OPTIONS);
        }
    }
    free(old_order);
    free(new_order);
    diff->directories_added = added.items;
    diff->directories_added_count = added.count;
    diff->directories_removed = removed.items;
    diff->directories_removed_count = removed.count;
    diff->directories_changed = changed.items;
    diff->directories_changed_count = changed.count;
}

void conf_diff_init(const struct conf *old, const struct conf *new, struct conf_diff *ret_diff)
{
    struct conf_diff diff = { .reload = 0 };
    uint32_t capacity = 0;

    section_diff(&conf_section_server, old, &old->server, new, &new->server, &diff, &capacity);
    section_diff(conf_option_by_path("transfers")->section, old, &old->transfers, new,
                 &new->transfers, &diff, &capacity);
    if (!keys_equal(old, new))
        diff.reload |= CONF_RELOAD_KEYS;
    zones_diff(old, new, &diff);
    directories_diff(old, new, &diff);
    if (diff.added_count + diff.removed_count + diff.changed_count + diff.directories_added_count +
            diff.directories_removed_count + diff.directories_changed_count !=
        0)
        diff.reload |= CONF_RELOAD_ZONES;
    *ret_diff = diff;
}

void conf_diff_fini(struct conf_diff *diff)
{
    free(diff->added);
    free(diff->removed);
    free(diff->changed);
    free(diff->directories_added);
    free(diff->directories_removed);
    free(diff->directories_changed);
    free(diff->options);
    *diff = (struct conf_diff){ .reload = 0 };
}

const char *conf_diff_restart_next(const struct conf_diff *diff, uint32_t *at)
{
    while (*at < diff->option_count) {
        const char *path = diff->options[(*at)++];
        const struct conf_option *option = conf_option_by_path(path);
        if ((option->reload & CONF_RELOAD_RESTART) != 0)
            return path;
    }
    return NULL;
}
