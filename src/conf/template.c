/*
 * What each template gives, its own templates followed.
 */
#include "conf/load.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static int template_compare(const void *a, const void *b)
{
    const struct conf_zone_row *left = a;
    const struct conf_zone_row *right = b;
    int order = strcmp(left->label.text, right->label.text);

    if (order != 0)
        return order;
    if (left->line != right->line)
        return left->line < right->line ? -1 : 1;
    return left->column < right->column ? -1 : 1;
}

uint32_t conf_template_find(const struct conf_templates *templates, const char *name)
{
    uint32_t low = 0;
    uint32_t high = templates->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = strcmp(templates->rows[middle].label.text, name);
        if (order == 0)
            return middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return CONF_TEMPLATE_NONE;
}

/* The template a row names; CONF_TEMPLATE_NONE when it names none, or one that is not there. */
uint32_t conf_template_of(struct conf_load *load, const struct conf_templates *templates,
                          const char *path, const struct conf_word *word)
{
    char quote[CONF_QUOTE_SIZE];
    char hint[CONF_QUOTE_SIZE];

    if (word->text == NULL)
        return CONF_TEMPLATE_NONE;
    uint32_t at = conf_template_find(templates, word->text);
    if (at != CONF_TEMPLATE_NONE)
        return at;

    struct conf_guess guess = { .written = word->text };
    for (uint32_t i = 0; i < templates->count; i++)
        conf_guess_offer(&guess, templates->rows[i].label.text);
    conf_load_error(load, word->line, word->column, "%s: there is no template %s%s", path,
                    conf_quote(word->text, quote), conf_guess_text(&guess, hint));
    return CONF_TEMPLATE_NONE;
}

/* What `from` says itself, over what it inherits. */
const struct conf_zone_options *conf_options_over(struct conf_load *load,
                                                  const struct conf_section *section,
                                                  const struct conf_zone_row *from,
                                                  const struct conf_zone_options *inherited)
{
    struct conf_zone_options options = *inherited;
    bool says_something = false;

    for (uint32_t i = 0; i < section->count; i++) {
        const struct conf_option *option = &section->options[i];
        size_t offset = option->offset - offsetof(struct conf_zone_row, options);
        if ((option->flags & CONF_INHERITED) == 0 || (from->written >> i & 1) == 0)
            continue;
        memcpy((char *)&options + offset, (const char *)&from->options + offset,
               conf_option_size(option));
        says_something = true;
    }
    return says_something ? td_arena_memdup(load->arena, &options, sizeof(options)) : inherited;
}

static void templates_sort(struct conf_load *load)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < load->template_count; i++)
        if (load->templates[i].label.text != NULL)
            load->templates[kept++] = load->templates[i];
    load->template_count = kept;
    if (kept != 0)
        qsort(load->templates, kept, sizeof(*load->templates), template_compare);
    for (uint32_t i = 1; i < kept; i++) {
        const struct conf_zone_row *first = &load->templates[i - 1];
        const struct conf_zone_row *second = &load->templates[i];
        char quote[CONF_QUOTE_SIZE];
        if (strcmp(first->label.text, second->label.text) == 0)
            conf_load_error(load, second->label.line, second->label.column,
                            "templates: %s is defined twice, first in line %u",
                            conf_quote(second->label.text, quote), first->label.line);
    }
}

/*
 * Give a template its options: up the chain to the first that has them (or to the end), then
 * down again. No recursion, since a hostile chain is as long as the file. A chain longer than
 * there are templates is a circle.
 */
static void template_resolve(struct conf_load *load, struct conf_templates *templates,
                             uint32_t start, uint32_t *chain)
{
    uint32_t length = 0;
    uint32_t at = start;

    while (at != CONF_TEMPLATE_NONE && templates->options[at] == NULL) {
        if (length == templates->count) {
            struct conf_zone_row *row = &templates->rows[at];
            char quote[CONF_QUOTE_SIZE];
            conf_load_error(load, row->parent.line, row->parent.column,
                            "templates.template: %s leads back to itself",
                            conf_quote(row->label.text, quote));
            templates->parents[at] = CONF_TEMPLATE_NONE;
            at = start; /* begin again, now without the circle */
            length = 0;
        }
        chain[length++] = at;
        at = templates->parents[at];
    }

    const struct conf_zone_options *inherited =
        at == CONF_TEMPLATE_NONE ? &load->conf->server.zones : templates->options[at];
    while (length > 0) {
        at = chain[--length];
        inherited =
            conf_options_over(load, &conf_section_template, &templates->rows[at], inherited);
        templates->options[at] = inherited;
    }
}

void conf_templates_init(struct conf_load *load, struct conf_templates *ret_templates)
{
    templates_sort(load);

    uint32_t count = load->template_count;
    struct conf_templates templates = {
        .rows = load->templates,
        .count = count,
        .parents = td_calloc((size_t)count + 1, sizeof(uint32_t)),
        .options = td_calloc((size_t)count + 1, sizeof(void *)),
    };
    uint32_t *chain = td_calloc((size_t)count + 1, sizeof(uint32_t));

    for (uint32_t i = 0; i < count; i++)
        templates.parents[i] =
            conf_template_of(load, &templates, "templates.template", &templates.rows[i].parent);
    for (uint32_t i = 0; i < count && !conf_load_is_full(load); i++)
        template_resolve(load, &templates, i, chain);
    free(chain);
    *ret_templates = templates;
}

void conf_templates_fini(struct conf_templates *templates)
{
    free(templates->parents);
    free(templates->options);
}
