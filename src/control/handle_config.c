/* The configuration in force, setting by setting. */
#include <string.h>

#include "conf/origin.h"
#include "control/handle.h"
#include "wire/name.h"

void control_config_fini(struct control_config *config)
{
    conf_free(config->conf);
    td_arena_fini(&config->arena);
}

struct walk {
    struct control_json json;
    const struct control_config *config;
    struct conf_visitor visitor;
    bool *is_told; /* of config->started */
};

/* ---- a setting ---- */

/* What counts since the start; NULL: nothing does. */
static const char *started_value(struct walk *walk, const char *path)
{
    const struct control_config *config = walk->config;

    for (size_t i = 0; i < config->started_count; i++)
        if (strcmp(config->started[i].path, path) == 0) {
            walk->is_told[i] = true;
            return config->started[i].value;
        }
    return NULL;
}

static void put_origin(struct walk *walk, const struct conf_setting *setting)
{
    static const char *const words[] = {
        [CONF_ORIGIN_DEFAULT] = "default",
        [CONF_ORIGIN_FILE] = "file",
        [CONF_ORIGIN_TEMPLATE] = "template",
    };
    struct control_json *json = &walk->json;

    control_json_text(json, "origin", words[setting->origin]);
    if (setting->origin == CONF_ORIGIN_DEFAULT)
        return;
    if (setting->origin == CONF_ORIGIN_TEMPLATE)
        control_json_text(json, "template", setting->template);
    control_json_text(json, "file", walk->config->conf->path);
    control_json_number(json, "line", setting->line);
}

static void put_setting(void *context, const struct conf_setting *setting)
{
    struct walk *walk = context;
    bool needs_restart = setting->needs_restart && setting->value != NULL;
    const char *started = needs_restart ? started_value(walk, setting->path) : NULL;
    bool is_other = needs_restart && (started == NULL || strcmp(started, setting->value) != 0);

    control_json_object(&walk->json, NULL);
    control_json_text(&walk->json, "option", setting->path);
    control_json_raw(&walk->json, "value", is_other ? started : setting->value);
    if (setting->value == NULL)
        control_json_bool(&walk->json, "hidden", true);
    if (is_other)
        control_json_raw(&walk->json, "value_after_restart", setting->value);
    put_origin(walk, setting);
    control_json_object_end(&walk->json);
}

/* What only a restart can change, and the file does not say any more. */
static void put_rest(struct walk *walk)
{
    const struct control_config *config = walk->config;

    for (size_t i = 0; i < config->started_count; i++) {
        if (walk->is_told[i])
            continue;
        control_json_object(&walk->json, NULL);
        control_json_text(&walk->json, "option", config->started[i].path);
        control_json_raw(&walk->json, "value", config->started[i].value);
        control_json_raw(&walk->json, "value_after_restart", NULL);
        control_json_text(&walk->json, "origin", "start");
        control_json_object_end(&walk->json);
    }
}

/* What was added by command. */
static void put_command(struct walk *walk, const char *option, const char *text)
{
    if (text == NULL)
        return;
    control_json_object(&walk->json, NULL);
    control_json_text(&walk->json, "option", option);
    control_json_text(&walk->json, "value", text);
    control_json_text(&walk->json, "origin", "command");
    control_json_object_end(&walk->json);
}

static void put_command_secret(struct walk *walk)
{
    control_json_object(&walk->json, NULL);
    control_json_text(&walk->json, "option", "keys.secret");
    control_json_text(&walk->json, "value", NULL);
    control_json_bool(&walk->json, "hidden", true);
    control_json_text(&walk->json, "origin", "command");
    control_json_object_end(&walk->json);
}

/* ---- rows ---- */

static void put_keys(struct walk *walk, const struct control_keys *keys)
{
    const struct conf *conf = walk->config->conf;

    control_json_array(&walk->json, "keys");
    for (uint32_t i = 0; i < conf->key_count; i++) {
        if (conf->keys[i].is_kept)
            continue;
        control_json_array(&walk->json, NULL);
        conf_visit_key(conf, &conf->keys[i], &walk->visitor);
        control_json_array_end(&walk->json);
    }
    for (size_t i = 0; i < keys->count; i++) {
        if (!keys->keys[i].is_kept || keys->keys[i].is_hidden)
            continue;
        control_json_array(&walk->json, NULL);
        put_command(walk, "keys.name", keys->keys[i].name);
        put_command(walk, "keys.algorithm", keys->keys[i].algorithm);
        put_command_secret(walk);
        control_json_array_end(&walk->json);
    }
    control_json_array_end(&walk->json);
}

static void put_added_zone(struct walk *walk, const struct control_config_zone *zone)
{
    control_json_array(&walk->json, NULL);
    put_command(walk, "zones.name", zone->name);
    put_command(walk, "zones.file", zone->file);
    put_command(walk, "zones.template", zone->template);
    conf_visit_options(walk->config->conf, zone->template, &walk->visitor);
    control_json_array_end(&walk->json);
}

static void put_zones(struct walk *walk)
{
    const struct conf *conf = walk->config->conf;

    control_json_array(&walk->json, "zones");
    for (uint32_t i = 0; i < conf->zone_count; i++) {
        control_json_array(&walk->json, NULL);
        conf_visit_zone(conf, &conf->zones[i], &walk->visitor);
        control_json_array_end(&walk->json);
    }
    for (uint32_t i = 0; i < conf->directory_count; i++) {
        control_json_array(&walk->json, NULL);
        conf_visit_directory(conf, &conf->directories[i], &walk->visitor);
        control_json_array_end(&walk->json);
    }
    for (size_t i = 0; i < walk->config->zone_count; i++)
        put_added_zone(walk, &walk->config->zones[i]);
    control_json_array_end(&walk->json);
}

static void put_all(struct walk *walk, const struct control_keys *keys)
{
    const struct conf *conf = walk->config->conf;
    struct control_json *json = &walk->json;

    control_json_array(json, "server");
    conf_visit_server(conf, &walk->visitor);
    put_rest(walk);
    control_json_array_end(json);
    put_keys(walk, keys);
    control_json_array(json, "peers");
    for (uint32_t i = 0; i < conf->peer_count; i++) {
        control_json_array(json, NULL);
        conf_visit_peer(conf, &conf->peers[i], &walk->visitor);
        control_json_array_end(json);
    }
    control_json_array_end(json);
    control_json_array(json, "templates");
    for (uint32_t i = 0; i < conf->template_count; i++) {
        control_json_array(json, NULL);
        conf_visit_template(conf, &conf->templates[i], &walk->visitor);
        control_json_array_end(json);
    }
    control_json_array_end(json);
    control_json_array(json, "catalogs");
    for (uint32_t i = 0; i < conf->catalog_count; i++) {
        control_json_array(json, NULL);
        conf_visit_catalog(conf, &conf->catalogs[i], &walk->visitor);
        control_json_array_end(json);
    }
    control_json_array_end(json);
    put_zones(walk);
}

/* ---- one zone ---- */

/* Of a zone that is in the configuration, or was added by command. False: there is none such. */
static bool put_zone(struct walk *walk, const char *said)
{
    const struct conf *conf = walk->config->conf;
    char text[WIRE_NAME_TEXT_SIZE];
    struct wire_name name;

    if (wire_name_from_text(said, &name) != TD_OK)
        return false;
    wire_name_lower(name.octets, name.octets, name.size);
    wire_name_format(name.octets, text);
    const struct conf_zone *zone = conf_zone_find(conf, name.octets, name.size);
    control_json_array(&walk->json, "zones");
    if (zone != NULL) {
        control_json_array(&walk->json, NULL);
        conf_visit_zone(conf, zone, &walk->visitor);
        control_json_array_end(&walk->json);
    }
    bool is_found = zone != NULL;
    for (size_t i = 0; i < walk->config->zone_count && !is_found; i++) {
        is_found = strcmp(walk->config->zones[i].name, text) == 0;
        if (is_found)
            put_added_zone(walk, &walk->config->zones[i]);
    }
    control_json_array_end(&walk->json);
    return is_found;
}

CONTROL_HANDLE(config_show)
{
    struct control_keys keys = { .count = 0 };
    struct control_config config;

    td_err err = host->config(host->context, &config);
    if (err == TD_OK && (err = host->keys.list(host->context, NULL, &keys)) != TD_OK)
        control_config_fini(&config);
    if (err != TD_OK) {
        control_reply_host_error(reply, err);
        return;
    }
    struct walk walk = { .config = &config };
    walk.is_told = td_arena_zalloc(&config.arena, config.started_count + 1);
    walk.visitor = (struct conf_visitor){ .visit = put_setting,
                                          .context = &walk,
                                          .has_defaults = call->all || call->zone != NULL };
    control_reply_begin(reply, &walk.json);
    control_json_text(&walk.json, "file", config.conf->path);
    control_json_bool(&walk.json, "with_origin", call->origin);
    if (call->zone == NULL)
        put_all(&walk, &keys);
    else if (!put_zone(&walk, call->zone))
        control_reply_error(
            reply, CONTROL_ERROR_NO_SUCH_ZONE, NULL,
            "the configuration has no row for a zone '%s', and no command has added "
            "one: 'tandem zone status' tells where a zone is from",
            call->zone);
    if (reply->status == 200)
        control_json_object_end(&walk.json);
    td_arena_fini(&keys.arena);
    control_config_fini(&config);
}
