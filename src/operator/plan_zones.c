/* What a reload would do to the zones: which come, go, get other options, or another content. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "conf/diff.h"
#include "io/file.h"
#include "operator/look.h"
#include "operator/plan.h"

/* What stands in the way of a walk through a directory. */
struct walk {
    struct operator_plan *plan;
    const struct conf_zone_directory *directory;
    td_err err;
};

static const char *text(struct operator_plan *plan, const char *said)
{
    return td_arena_strdup(&plan->plan->arena, said);
}

static int by_apex(const void *key, const void *item)
{
    return wire_name_compare(key, ((const struct operator_plan_row *)item)->apex);
}

static struct operator_plan_row *find(struct operator_plan *plan, const uint8_t *apex)
{
    return plan->row_count == 0
               ? NULL
               : bsearch(apex, plan->rows, plan->row_count, sizeof(*plan->rows), by_apex);
}

/* ---- files ---- */

static bool is_as_loaded(const struct operator_plan *plan, const struct operator_plan_row *row)
{
    struct io_file_stat stat;

    return row->is_known && io_path_stat(plan->io, row->path, &stat, NULL) == TD_OK &&
           store_zone_file_is_same(&row->file, &stat);
}

static void tell_look(const struct operator_look *look, struct control_plan_item *item)
{
    const struct loader_job *job = look->job;

    item->is_compared = true;
    item->removed = job->diff.removed_count;
    item->added = job->before == NULL ? job->version->record_count : job->diff.added_count;
    item->is_more = job->diff.is_too_large;
    item->is_withheld = look->is_withheld;
    if (look->note != NULL && (look->is_withheld || !item->is_more))
        item->note = look->note;
}

/* What its file would do; an item that there is already is told more, else one is added. */
static td_err look_at(struct operator_plan *plan, const char *name, const char *path,
                      struct control_plan_item *item)
{
    struct operator_look look = { .zone = name, .path = path, .may_be_new = true };

    td_err err = operator_look(plan->context, &look);
    bool is_same = err == TD_OK && item == NULL &&
                   (look.fate == REGISTRY_FATE_SAME || look.fate == REGISTRY_FATE_STAYS);
    if (err == TD_E_NOT_FOUND || err == TD_E_CONFLICT || is_same) {
        err = TD_OK; /* it has gone meanwhile, or says nothing new */
    } else if (err == TD_OK || err == TD_E_INVALID) {
        if (item == NULL)
            item = operator_plan_add(plan, CONTROL_PLAN_ZONE, CONTROL_PLAN_FILE, name);
        item->file = path == NULL ? NULL : text(plan, path);
        item->is_refused = err == TD_E_INVALID;
        if (err == TD_OK)
            tell_look(&look, item);
        else
            item->note = text(plan, look.diag.text);
        err = TD_OK;
    }
    operator_look_end(&look);
    return err;
}

/* ---- zones that stay ---- */

static bool is_other_path(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a != b : strcmp(a, b) != 0;
}

/* Why the options may be others; NULL: they are the same. */
static const char *change_of(const struct operator_plan *plan, const struct operator_plan_row *row,
                             const struct conf_zone *zone)
{
    const struct conf_zone *before =
        conf_zone_find(plan->before, row->apex, wire_name_size(row->apex));

    if (row->origin != REGISTRY_FROM_CONF)
        return "the configuration goes before what it was added by";
    if (before == NULL)
        return "it has a row of its own";
    return conf_diff_options_equal(plan->before, before->options, plan->after, zone->options)
               ? NULL
               : "other options";
}

/* `path`: of its file by then. `why`: of other options; NULL. */
static td_err stay(struct operator_plan *plan, struct operator_plan_row *row, const char *path,
                   const char *why, bool is_copy)
{
    struct control_plan_item *item = NULL;
    bool is_moved = is_other_path(row->path, path);

    row->is_seen = true;
    if (why != NULL || is_moved) {
        item = operator_plan_add(plan, CONTROL_PLAN_ZONE, CONTROL_PLAN_CHANGED, row->name);
        item->note = is_moved && path == NULL ? "it has no file any more" : why;
        item->file = is_moved && path != NULL ? text(plan, path) : NULL;
    }
    if (path == NULL || is_copy || (!is_moved && is_as_loaded(plan, row)))
        return TD_OK;
    return look_at(plan, row->name, path, is_moved ? item : NULL);
}

static td_err come(struct operator_plan *plan, const char *name, const char *path, bool is_copy)
{
    struct control_plan_item *item =
        operator_plan_add(plan, CONTROL_PLAN_ZONE, CONTROL_PLAN_ADDED, name);

    if (is_copy)
        item->note = "it comes from its primaries";
    return path == NULL || is_copy ? TD_OK : look_at(plan, name, path, item);
}

/* ---- where zones are said to be ---- */

static td_err take_zone(struct operator_plan *plan, const struct conf_zone *zone)
{
    struct operator_plan_row *row = find(plan, zone->name.wire);
    bool is_copy = zone->options->from.count != 0;

    if (row == NULL)
        return come(plan, zone->name.text, zone->file, is_copy);
    return stay(plan, row, zone->file, change_of(plan, row, zone), is_copy);
}

static bool take_file(void *context, const char *file, bool is_directory)
{
    static const char suffix[] = ".zone";
    struct walk *walk = context;
    size_t size = strlen(file), end = sizeof(suffix) - 1;
    bool is_copy = walk->directory->options->from.count != 0;
    char name[WIRE_NAME_TEXT_SIZE];
    struct wire_name apex;

    if (is_directory || size <= end || strcmp(file + size - end, suffix) != 0 ||
        size - end >= sizeof(name))
        return true;
    memcpy(name, file, size - end);
    name[size - end] = '\0';
    if (wire_name_from_text(name, &apex) != TD_OK)
        return true;
    wire_name_lower(apex.octets, apex.octets, apex.size);
    struct operator_plan_row *row = find(walk->plan, apex.octets);
    if ((row != NULL && row->is_seen) ||
        conf_zone_find(walk->plan->after, apex.octets, apex.size) != NULL)
        return true; /* what stands first counts */
    size_t path_size = strlen(walk->directory->path) + size + 2;
    char *path = td_malloc(path_size);
    snprintf(path, path_size, "%s/%s", walk->directory->path, file);
    wire_name_format(apex.octets, name);
    walk->err = row == NULL ? come(walk->plan, name, path, is_copy)
                            : stay(walk->plan, row, path, NULL, is_copy);
    free(path);
    return walk->err == TD_OK;
}

static const struct conf_zone_options *template_of(const struct conf *conf, const char *name)
{
    const struct conf_zone_options *options =
        conf_template_options(conf, name == NULL ? "default" : name);

    return options == NULL ? &conf->server.zones : options;
}

static bool has_catalog(const struct conf *conf, const struct operator_plan_row *row)
{
    for (uint32_t i = 0; i < conf->catalog_count; i++) {
        const struct conf_name *name = &conf->catalogs[i].name;
        if (row->is_catalog ? wire_name_compare(name->wire, row->apex) == 0
                            : row->owner != NULL && strcmp(name->text, row->owner) == 0)
            return true;
    }
    return false;
}

/* One that stands neither in a row nor in a directory of the configuration. */
static td_err take_other(struct operator_plan *plan, struct operator_plan_row *row)
{
    const struct conf_zone_options *options = template_of(plan->after, row->owner);
    bool is_listed = row->is_catalog || row->origin == REGISTRY_FROM_CATALOG;

    if (is_listed && has_catalog(plan->after, row)) {
        row->is_seen = true;
        return TD_OK;
    }
    if (!is_listed && row->origin == REGISTRY_FROM_COMMAND)
        return stay(plan, row, row->path,
                    conf_diff_options_equal(plan->before, template_of(plan->before, row->owner),
                                            plan->after, options)
                        ? NULL
                        : "other options",
                    options->from.count != 0);
    struct control_plan_item *item =
        operator_plan_add(plan, CONTROL_PLAN_ZONE, CONTROL_PLAN_REMOVED, row->name);
    if (row->origin == REGISTRY_FROM_CATALOG)
        item->note = "its catalog is not followed any more";
    return TD_OK;
}

td_err operator_plan_zones(struct operator_plan *plan)
{
    const struct conf *conf = plan->after;
    struct td_diag diag;
    td_err err = TD_OK;

    for (uint32_t i = 0; i < conf->zone_count && err == TD_OK; i++)
        err = take_zone(plan, &conf->zones[i]);
    for (uint32_t i = 0; i < conf->directory_count && err == TD_OK; i++) {
        struct walk walk = { .plan = plan, .directory = &conf->directories[i] };
        if (io_dir_list(plan->io, walk.directory->path, take_file, &walk, &diag) != TD_OK) {
            struct control_plan_item *item = operator_plan_add(
                plan, CONTROL_PLAN_DIRECTORY, CONTROL_PLAN_CHANGED, walk.directory->path);
            item->note = text(plan, diag.text);
            item->is_refused = true;
        }
        err = walk.err;
    }
    for (size_t i = 0; i < plan->row_count && err == TD_OK; i++)
        if (!plan->rows[i].is_seen)
            err = take_other(plan, &plan->rows[i]);
    return err;
}
