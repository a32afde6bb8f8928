#include "server/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "conf/diff.h"
#include "io/tcp.h"
#include "io/thread.h"
#include "io/udp.h"
#include "serve/log.h"
#include "server/differences.h"
#include "server/images.h"
#include "server/keyring.h"
#include "server/replication.h"
#include "server/settings.h"
#include "server/updates.h"

enum { STOP_GRACE_MS = 5000, KEEPERS_MAX = 4 };

static void tell(const struct server *server, enum server_state state)
{
    if (server->outside->tell != NULL)
        server->outside->tell(server, state);
}

/* ---- reload ---- */

/* A port that somebody else has would be shared by SO_REUSEPORT, and nobody would notice. */
td_err server_probe(struct server *server, const struct conf *conf, struct td_diag *diag)
{
    for (uint32_t i = 0; i < conf->server.listen.count; i++) {
        const struct td_addr *addr = &conf->server.listen.items[i];
        bool is_ours = false;
        for (uint32_t k = 0; server->is_listening && k < server->conf->server.listen.count; k++)
            is_ours |= td_addr_equal(addr, &server->conf->server.listen.items[k]);
        if (is_ours)
            continue;
        td_err err = io_udp_probe(server->io, addr, false, diag);
        if (err == TD_OK)
            err = io_tcp_probe(server->io, addr, false, diag);
        if (err != TD_OK)
            return err;
    }
    return TD_OK;
}

static struct serve_settings *settings_of(struct server *server, const struct conf *conf)
{
    return settings_of_server(conf, server->keyring, server->io, &server->cookies);
}

/* Make a configuration the one in force; on failure nothing has changed. Takes it on success. */
static td_err apply(struct fiber *fiber, struct server *server, struct conf *conf,
                    struct td_diag *diag)
{
    struct serve_listen listen;
    struct conf *before = server->conf;

    td_err err = server_probe(server, conf, diag);
    if (err != TD_OK)
        return err;
    settings_listen(conf, &listen);
    err = serve_listen(fiber, server->serve, &listen, diag);
    if (err != TD_OK)
        return err;
    server->is_listening = true;
    settings_log(conf);
    if (before != NULL)
        keyring_take(server->keyring, conf);
    if (before != NULL)
        serve_settings_publish(server->serve, settings_of(server, conf));
    server->conf = conf;
    replication_apply_begin(server->replication, conf);
    registry_apply(fiber, server->registry, conf);
    replication_apply_end(server->replication);
    conf_free(before);
    return TD_OK;
}

void server_rekey(struct fiber *fiber, struct server *server, bool is_named)
{
    const struct conf *conf = server->conf;

    serve_settings_publish(server->serve, settings_of(server, conf));
    if (!is_named)
        return;
    replication_apply_begin(server->replication, conf);
    registry_apply(fiber, server->registry, conf);
    replication_apply_end(server->replication);
}

static void note_restart(const struct conf *before, const struct conf *after)
{
    struct conf_diff diff;
    const char *option;
    uint32_t at = 0;

    conf_diff_init(before, after, &diff);
    while ((option = conf_diff_restart_next(&diff, &at)) != NULL)
        serve_log(LOG_WARNING, EVENT_CONFIG_LOADED, NULL,
                  "%s has changed and takes effect with the next start", option);
    conf_diff_fini(&diff);
}

td_err server_reload(struct fiber *fiber, struct server *server, struct td_buf *out)
{
    struct td_diag diag = { .line = 0 };
    struct conf *conf;

    tell(server, SERVER_RELOADING);
    struct conf_reader reader = conf_reader_of(server->io);
    reader.state = server->state;
    struct td_diag_sink sink = server_report_sink(out);
    td_err err = conf_load(server->path, &reader, &sink, &conf);
    if (err == TD_OK) {
        note_restart(server->conf, conf);
        err = apply(fiber, server, conf, &diag);
        if (err != TD_OK) {
            sink.report(sink.context, &diag);
            conf_free(conf);
        }
    }
    if (err == TD_OK)
        serve_log(LOG_NOTICE, EVENT_CONFIG_LOADED, NULL, "configuration '%s' loaded", server->path);
    else
        serve_log(LOG_ERROR, EVENT_CONFIG_REFUSED, NULL,
                  "configuration '%s' refused, the old one stays in force", server->path);
    tell(server, SERVER_RELOADED);
    return err;
}

/* ---- the main fiber ---- */

static void on_idle(void *context)
{
    const struct server *server = context;

    registry_started(server->registry);
    tell(server, SERVER_IDLE);
    serve_log(LOG_NOTICE, EVENT_SERVER_STARTED, NULL, "ready, %zu zones",
              zone_set_count(server->zones));
}

static void log_listening(const struct server *server)
{
    char text[TD_ADDR_TEXT_SIZE];

    for (uint32_t i = 0; i < server->conf->server.listen.count; i++)
        serve_log(LOG_NOTICE, EVENT_LISTENING, NULL, "listening on %s UDP and TCP",
                  td_addr_format_port(&server->conf->server.listen.items[i], text));
}

static uint32_t keeper_count(struct io *io)
{
    uint32_t cores = io_cpu_count(io);

    return cores < KEEPERS_MAX ? cores : KEEPERS_MAX;
}

static td_err start(struct fiber *fiber, struct server *server, struct td_diag *diag)
{
    struct conf *conf = server->first;
    uint32_t workers = conf->server.workers;

    if (workers == 0)
        workers = io_cpu_count(server->io);
    td_err err = server_probe(server, conf, diag);
    if (err == TD_OK)
        err = serve_start(fiber, server->serve, workers, settings_of(server, conf), diag);
    if (err != TD_OK)
        return err;
    struct registry_parts parts = {
        .io = server->io,
        .zones = server->zones,
        .rcu = server->rcu,
        .seed = &server->seed,
        .serve = server->serve,
        .log = server->log,
        .state = conf->server.state,
        .keepers = keeper_count(server->io),
        .trims_memory = server->outside->owns_process,
    };
    err = store_log_start(fiber, server->log, diag);
    if (err == TD_OK)
        err = registry_new(&parts, &server->registry, diag);
    if (err == TD_OK)
        server->differences = differences_new(server);
    if (err == TD_OK)
        err = replication_new(server, conf, &server->replication, diag);
    if (err == TD_OK)
        err = apply(fiber, server, conf, diag);
    if (err == TD_OK)
        server->first = NULL;
    if (err == TD_OK)
        server->started_s = io_wall_s(server->io);
    if (err == TD_OK && server->outside->start != NULL)
        err = server->outside->start(fiber, server, diag);
    return err;
}

static void stop(struct fiber *fiber, struct server *server)
{
    tell(server, SERVER_STOPPING);
    serve_log(LOG_NOTICE, EVENT_SERVER_STOPPING, NULL, "stopping");
    if (server->outside->stop != NULL)
        server->outside->stop(fiber, server);
    updates_stop(server->updates);
    if (serve_worker_count(server->serve) != 0)
        serve_stop(fiber, server->serve, STOP_GRACE_MS);
    replication_stop(fiber, server->replication);
    registry_free(fiber, server->registry);
    server->registry = NULL; /* letters of workers may still come */
    replication_free(fiber, server->replication);
    store_log_stop(fiber, server->log);
}

void server_run(struct fiber *fiber, void *argument)
{
    struct server *server = argument;
    struct td_diag diag = { .line = 0 };

    if (start(fiber, server, &diag) != TD_OK) {
        serve_log(LOG_ERROR, EVENT_SERVER_FAILED, NULL, "%s", diag.text);
        server->has_failed = true;
        server->wants_stop = true;
    } else {
        log_listening(server);
        registry_when_idle(server->registry, on_idle, server);
    }
    while (!server->wants_stop) {
        if (server->wants_reload) {
            server->wants_reload = false;
            td_err err = server_reload(fiber, server, NULL);
            (void)err; /* it was said */
            continue;
        }
        if (server->outside->serve != NULL && server->outside->serve(fiber, server))
            continue;
        td_err err = io_condition_wait(fiber, &server->wake, IO_FOREVER);
        (void)err;
    }
    stop(fiber, server);
}

void server_want_stop(struct server *server)
{
    server->wants_stop = true;
    io_condition_broadcast(&server->wake);
}

void server_want_reload(struct server *server)
{
    server->wants_reload = true;
    io_condition_broadcast(&server->wake);
}

/* ---- before and after the loop ---- */

static td_err take_state(struct server *server, struct td_diag *diag)
{
    const char *state = server->first->server.state;
    struct io_file_stat stat;
    char *path;

    if (io_path_stat(server->io, state, &stat, diag) != TD_OK || !stat.is_directory) {
        td_diag_say(diag, "the state directory '%s' is not there: make it, or change server.state",
                    state);
        return TD_E_NOT_FOUND;
    }
    size_t size = strlen(state) + sizeof("/lock");
    path = td_malloc(size);
    snprintf(path, size, "%s/lock", state);
    td_err err =
        io_file_open(server->io, path, IO_FILE_WRITE | IO_FILE_CREATE, &server->lock, diag);
    free(path);
    if (err != TD_OK)
        return err;
    err = io_file_lock(server->lock, diag);
    if (err == TD_E_EXISTS)
        td_diag_say(diag,
                    "another tandemd uses the state directory '%s': stop it, or give this "
                    "one its own server.state",
                    state);
    return err;
}

static void report_log(void *context, const struct td_diag *diag)
{
    (void)context;
    serve_log_diag(EVENT_LOG_DAMAGED, NULL, diag);
}

/* Changes from before, and room for those to come. */
static td_err open_log(struct server *server, struct td_diag *diag)
{
    static const struct td_diag_sink sink = { .report = report_log };
    const char *state = server->first->server.state;
    size_t size = strlen(state) + sizeof("/changes");
    char *directory = td_malloc(size);
    struct store_log_config config = { .directory = directory };

    snprintf(directory, size, "%s/changes", state);
    td_err err = store_log_open(server->io, &config, &sink, &server->log, diag);
    if (err != TD_OK && diag->file[0] != '\0') {
        struct td_diag why = *diag;
        td_diag_say(diag, "'%s': %s", why.file, why.text);
    }
    free(directory);
    return err;
}

td_err server_new(struct io *io, const char *path, struct conf *conf,
                  const struct server_outside *outside, struct server **ret_server,
                  struct td_diag *diag)
{
    struct server *server = td_calloc(1, sizeof(*server));

    server->io = io;
    server->path = path;
    server->first = conf;
    server->state = td_strdup(conf->server.state);
    server->outside = outside;
    td_err err = take_state(server, diag);
    if (err == TD_OK)
        err = open_log(server, diag);
    if (err != TD_OK) {
        server_free(server);
        return err;
    }
    server->seed = td_hash_seed_of(io_random_u64(server->io), io_random_u64(server->io));
    if (conf->server.images)
        (void)images_recall_seed(server->log, &server->seed);
    server->rcu = td_rcu_new();
    server->keyring = keyring_new(io);
    keyring_take(server->keyring, conf);
    server->counters = td_counters_new();
    server->zones = zone_set_new(&server->seed, server->rcu);
    struct serve_parts parts = {
        .io = server->io,
        .zones = server->zones,
        .rcu = server->rcu,
        .seed = &server->seed,
        .counters = server->counters,
    };
    server->serve = serve_new(&parts);
    server->updates = updates_new(server);
    *ret_server = server;
    return TD_OK;
}

void server_free(struct server *server)
{
    updates_free(server->updates);
    differences_free(server->differences);
    keyring_free(server->keyring);
    free(server->state);
    store_log_free(server->log);
    serve_free(server->serve);
    zone_set_free(server->zones);
    td_rcu_free(server->rcu);
    td_counters_free(server->counters);
    conf_free(server->conf);
    conf_free(server->first);
    if (server->lock != NULL)
        io_file_close(server->lock);
    free(server);
}
