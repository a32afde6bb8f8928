/*
 * The configuration in force, for who asks. It is held, not copied; what is not in it is: zones
 * that were added by command, and what the options that only a restart can change were at the
 * start.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "conf/origin.h"
#include "operator/internal.h"
#include "server/registry.h"

struct operator_started {
    struct td_arena arena;
    struct control_config_started *items;
    size_t count;
    size_t capacity;
};

static void keep_started(void *context, const struct conf_setting *setting)
{
    struct operator_started *started = context;

    if (!setting->needs_restart || setting->value == NULL)
        return;
    td_grow(started->items, started->count, started->capacity);
    started->items[started->count++] = (struct control_config_started){
        .path = td_arena_strdup(&started->arena, setting->path),
        .value = td_arena_strdup(&started->arena, setting->value),
    };
}

void operator_config_started(struct server *server)
{
    struct operator_started *started = td_calloc(1, sizeof(*started));
    struct conf_visitor visitor = { .visit = keep_started, .context = started };

    td_arena_init(&started->arena, 0);
    conf_visit_server(server->conf, &visitor);
    server->started = started;
}

void operator_config_stopped(struct server *server)
{
    if (server->started == NULL)
        return;
    td_arena_fini(&server->started->arena);
    free(server->started->items);
    free(server->started);
    server->started = NULL;
}

static const char *copy(struct td_arena *arena, const char *text)
{
    return text == NULL ? NULL : td_arena_strdup(arena, text);
}

static void take_zones(const struct server *server, struct control_config *config)
{
    size_t count, at = 0;
    struct registry_zone **zones = registry_list(server->registry, &count);

    config->zones = td_arena_alloc(&config->arena, (count + 1) * sizeof(*config->zones));
    for (; at < count; at++) {
        if (zones[at]->origin != REGISTRY_FROM_COMMAND)
            continue;
        config->zones[config->zone_count++] = (struct control_config_zone){
            .name = copy(&config->arena, zones[at]->name),
            .file = copy(&config->arena, zones[at]->path),
            .template = copy(&config->arena, zones[at]->owner),
        };
    }
    free(zones);
}

static td_err take(struct fiber *fiber, struct server *server, void *argument)
{
    struct control_config *config = argument;
    const struct operator_started *started = server->started;

    (void)fiber;
    *config = (struct control_config){ .conf = conf_hold(server->conf) };
    td_arena_init(&config->arena, 0);
    take_zones(server, config);
    config->started =
        td_arena_alloc(&config->arena, (started->count + 1) * sizeof(*config->started));
    for (size_t i = 0; i < started->count; i++)
        config->started[config->started_count++] = (struct control_config_started){
            .path = copy(&config->arena, started->items[i].path),
            .value = copy(&config->arena, started->items[i].value),
        };
    return TD_OK;
}

td_err operator_config(void *context, struct control_config *ret_config)
{
    return operator_ask(context, take, ret_config);
}
