#include "server/runtime.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "change/change.h"
#include "serve/log.h"
#include "server/registry_internal.h"

enum { QUARANTINE_MS = 86400000 };

static size_t key_of(const uint8_t *apex, uint8_t key[STORE_ZONE_KEY_SIZE_MAX])
{
    size_t size = store_zone_key(apex, key);

    key[0] = 'R';
    return size;
}

static const struct conf_zone_options *options_of(const struct conf *conf, const char *like)
{
    const struct conf_zone_options *options =
        conf_template_options(conf, like == NULL ? "default" : like);

    return options == NULL && like == NULL ? &conf->server.zones : options;
}

/* ---- what is kept: template and file, each with its 0 octet; "" for none ---- */

static bool read_row(const uint8_t *value, size_t size, const char **ret_like,
                     const char **ret_file)
{
    size_t like_size = strnlen((const char *)value, size);

    if (size < 2 || value[size - 1] != 0 || like_size + 1 >= size)
        return false;
    *ret_like = value[0] == 0 ? NULL : (const char *)value;
    *ret_file = value[like_size + 1] == 0 ? NULL : (const char *)value + like_size + 1;
    return true;
}

static void write_row(const char *like, const char *file, struct td_buf *out)
{
    td_buf_add(out, like == NULL ? "" : like, like == NULL ? 1 : strlen(like) + 1);
    td_buf_add(out, file == NULL ? "" : file, file == NULL ? 1 : strlen(file) + 1);
}

struct rows {
    struct registry *registry;
    const struct conf *conf;
};

static void take_row(void *context, const uint8_t *key, size_t key_size, const uint8_t *value,
                     size_t value_size)
{
    struct rows *rows = context;
    struct registry_zone *zone;
    const char *like, *file;
    char text[WIRE_NAME_TEXT_SIZE];

    if (key_size < 2 || !read_row(value, value_size, &like, &file))
        return;
    zone = registry_find_wire(rows->registry, key + 1);
    wire_name_format(key + 1, text);
    if (zone != NULL && zone->is_seen && zone->origin == REGISTRY_FROM_CONF) {
        serve_log(LOG_NOTICE, EVENT_CONFIG_LOADED, text,
                  "the configuration goes before what was added by command: 'tandem zone remove' "
                  "forgets the latter");
        return;
    }
    const struct conf_zone_options *options = options_of(rows->conf, like);
    if (options == NULL) {
        serve_log(LOG_ERROR, EVENT_CONFIG_LOADED, text,
                  "the template '%.100s' that it was added with is gone: it has the default", like);
        options = options_of(rows->conf, NULL);
        options = options == NULL ? &rows->conf->server.zones : options;
    }
    registry_take_row(rows->registry, rows->conf,
                      &(struct registry_row){ .name = key + 1,
                                              .path = file,
                                              .options = options,
                                              .origin = REGISTRY_FROM_COMMAND,
                                              .owner = like });
}

void runtime_take_rows(struct registry *registry, const struct conf *conf)
{
    struct rows rows = { registry, conf };

    store_log_state_visit(registry->parts.log, "R", 1, take_row, &rows);
}

/* ---- by command ---- */

static td_err remember(struct fiber *fiber, struct server *server, const uint8_t *apex,
                       const struct td_buf *value, struct td_diag *diag)
{
    uint8_t key[STORE_ZONE_KEY_SIZE_MAX];
    struct change_patience patience;

    change_patience_init(&patience);
    change_put_state(registry_door(server->registry), key, key_of(apex, key), value->data,
                     value->size, &patience.wait);
    return change_patience_end(fiber, &patience, diag);
}

static td_err check(struct server *server, const struct wire_name *name, const char *file,
                    const char *like, struct td_diag *diag)
{
    const struct conf_zone_options *options = options_of(server->conf, like);
    struct io_file_stat stat;

    if (registry_find_wire(server->registry, name->octets) != NULL) {
        td_diag_say(diag, "there is such a zone already");
        return TD_E_EXISTS;
    }
    if (options == NULL) {
        td_diag_say(diag, "there is no template '%.100s' in the configuration", like);
        return TD_E_INVALID;
    }
    if (file == NULL && options->from.count == 0) {
        td_diag_say(diag, "a primary needs a zone file: name it with --file, or a template with "
                          "'from' by --like for a secondary");
        return TD_E_INVALID;
    }
    if (file != NULL && (file[0] != '/' || strlen(file) > 4095)) {
        td_diag_say(diag, "the file needs a whole path, not '%.200s'", file);
        return TD_E_INVALID;
    }
    if (file != NULL && options->from.count == 0 &&
        io_path_stat(server->io, file, &stat, diag) != TD_OK) {
        td_diag_say(diag, "there is no file '%.300s', or tandemd may not read it", file);
        return TD_E_NOT_FOUND;
    }
    return TD_OK;
}

static td_err may_add(struct server *server, const char *name, const char *file, const char *like,
                      struct wire_name *ret_wire, struct td_diag *diag)
{
    if (wire_name_from_text(name, ret_wire) != TD_OK) {
        td_diag_say(diag, "'%.200s' is not a domain name", name);
        return TD_E_INVALID;
    }
    wire_name_lower(ret_wire->octets, ret_wire->octets, ret_wire->size);
    return check(server, ret_wire, file, like, diag);
}

td_err runtime_may_add(struct server *server, const char *name, const char *file, const char *like,
                       bool *ret_is_copy, struct td_diag *diag)
{
    struct wire_name wire;

    td_err err = may_add(server, name, file, like, &wire, diag);
    if (err == TD_OK)
        *ret_is_copy = options_of(server->conf, like)->from.count != 0;
    return err;
}

td_err runtime_add(struct fiber *fiber, struct server *server, const char *name, const char *file,
                   const char *like, struct td_diag *diag)
{
    struct td_buf value = { .data = NULL };
    struct wire_name wire;

    td_err err = may_add(server, name, file, like, &wire, diag);
    if (err != TD_OK)
        return err;
    write_row(like, file, &value);
    err = remember(fiber, server, wire.octets, &value, diag);
    td_buf_fini(&value);
    const struct conf_zone_options *options = options_of(server->conf, like);
    if (err != TD_OK || options == NULL ||
        registry_find_wire(server->registry, wire.octets) != NULL)
        return err; /* a reload has come between, and has taken it */
    registry_take_row(server->registry, server->conf,
                      &(struct registry_row){ .name = wire.octets,
                                              .path = file,
                                              .options = options,
                                              .origin = REGISTRY_FROM_COMMAND,
                                              .owner = like });
    return TD_OK;
}

td_err runtime_may_remove(const struct server *server, const char *name, struct td_diag *diag)
{
    const struct registry_zone *zone = registry_find(server->registry, name);
    uint8_t key[STORE_ZONE_KEY_SIZE_MAX];
    uint64_t sequence;
    size_t size;

    if (zone == NULL) {
        td_diag_say(diag, "there is no zone '%.200s'", name);
        return TD_E_NOT_FOUND;
    }
    if (store_log_state(server->log, key, key_of(zone->zone.entry->name, key), &size, &sequence) !=
        NULL)
        return TD_OK;
    td_diag_say(diag,
                zone->origin == REGISTRY_FROM_CATALOG
                    ? "the zone belongs to the catalog %.200s: remove it there"
                    : "the zone stands in the configuration: remove it there, and reload",
                zone->owner == NULL ? "" : zone->owner);
    return TD_E_CONFLICT;
}

td_err runtime_remove(struct fiber *fiber, struct server *server, const char *name,
                      struct td_diag *diag)
{
    static const struct td_buf nothing;
    struct registry_zone *zone = registry_find(server->registry, name);
    uint8_t apex[WIRE_NAME_SIZE_MAX];

    td_err err = runtime_may_remove(server, name, diag);
    if (err != TD_OK)
        return err;
    memcpy(apex, zone->zone.entry->name, zone->zone.entry->name_size);
    err = remember(fiber, server, apex, &nothing, diag);
    if (err != TD_OK)
        return err;
    change_drain(fiber, registry_door(server->registry));
    zone = registry_find_wire(server->registry, apex);
    if (zone != NULL && zone->origin == REGISTRY_FROM_COMMAND)
        registry_drop(server->registry, zone, QUARANTINE_MS);
    return TD_OK;
}
