#include "daemon/daemon.h"

#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "conf/conf.h"
#include "daemon/privileges.h"
#include "io/fiber.h"
#include "io/signal.h"
#include "operator/operator.h"
#include "serve/log.h"
#include "server/server.h"
#include "server/settings.h"

enum { SIGNALS_MAX = 3 };

/* The process around a server. */
struct process {
    struct io *io;
    struct server *server;
    struct io_signal *signals[SIGNALS_MAX];
    unsigned signal_count;
};

static void say(void *context, const struct td_diag *diag)
{
    char line[TD_DIAG_FILE_SIZE + TD_DIAG_TEXT_SIZE + 64];

    (void)context;
    fprintf(stderr, "%s\n", td_diag_format(diag, line, sizeof(line)));
}

static const struct td_diag_sink to_stderr = { .report = say };

static td_err load_conf(struct io *io, const char *path, struct conf **ret_conf)
{
    struct conf_reader reader = conf_reader_of(io);

    return conf_load(path, &reader, &to_stderr, ret_conf);
}

int daemon_check(const char *path)
{
    struct conf *conf;
    struct io *io;
    struct td_diag diag;

    if (io_real_new("check", &io, &diag) != TD_OK) {
        fprintf(stderr, "error: %s\n", diag.text);
        return DAEMON_FAILED;
    }
    td_err err = load_conf(io, path, &conf);
    if (err == TD_OK)
        conf_free(conf);
    io_real_free(io);
    return err == TD_OK ? DAEMON_OK : DAEMON_INVALID;
}

/* ---- what surrounds the server ---- */

static void tell(const struct server *server, enum server_state state)
{
    static const char *const words[] = {
        [SERVER_RELOADING] = "RELOADING=1",
        [SERVER_RELOADED] = "READY=1",
        [SERVER_STOPPING] = "STOPPING=1",
    };

    if (state == SERVER_IDLE)
        sd_notifyf(0, "READY=1\nSTATUS=%zu zones", zone_set_count(server->zones));
    else
        sd_notify(0, words[state]);
}

static const struct server_outside outside = {
    .start = operator_start,
    .serve = operator_serve,
    .stop = operator_stop,
    .tell = tell,
    .owns_process = true,
};

static void on_signal(void *context, int number)
{
    const struct process *process = context;

    if (number == SIGHUP)
        server_want_reload(process->server);
    else if (process->server->wants_stop)
        _exit(DAEMON_OK); /* asked twice */
    else
        server_want_stop(process->server);
}

static void watch(struct process *process, int number)
{
    struct io_signal **place = &process->signals[process->signal_count];
    td_err err = io_signal_watch(process->io, number, on_signal, process, place);

    if (err == TD_OK)
        process->signal_count++;
}

static void run(struct fiber *fiber, void *argument)
{
    struct process *process = argument;

    server_run(fiber, process->server);
    io_stop(process->io);
}

/* Takes the configuration. */
static td_err prepare(struct process *process, const char *path, struct conf *conf,
                      struct td_diag *diag)
{
    if (conf->server.user != NULL) {
        td_err err = privileges_become(conf->server.user, diag);
        if (err != TD_OK) {
            conf_free(conf);
            return err;
        }
    }
    td_err err = server_new(process->io, path, conf, &outside, &process->server, diag);
    if (err == TD_OK)
        err = io_fiber_spawn(process->io, "main", run, process, NULL);
    return err;
}

static void clean_up(struct process *process)
{
    for (unsigned i = 0; i < process->signal_count; i++)
        io_signal_unwatch(process->signals[i]);
    if (process->server != NULL)
        server_free(process->server);
    io_real_free(process->io);
}

/*
 * A hundred thousand small zones ask for the same few buffers again and again: they shall not go
 * back to the system in between.
 */
static void keep_memory(void)
{
    mallopt(M_MMAP_THRESHOLD, 512 << 10);
    mallopt(M_TRIM_THRESHOLD, 16 << 20);
}

int daemon_run(const char *path)
{
    struct process process = { .server = NULL };
    struct td_diag diag = { .line = 0 };
    int exit_code = DAEMON_OK;
    struct conf *conf;

    signal(SIGPIPE, SIG_IGN);
    keep_memory();
    if (io_real_new("main", &process.io, &diag) != TD_OK) {
        fprintf(stderr, "error: %s\n", diag.text);
        return DAEMON_FAILED;
    }
    if (load_conf(process.io, path, &conf) != TD_OK) {
        io_real_free(process.io);
        return DAEMON_INVALID;
    }
    settings_log(conf);
    if (prepare(&process, path, conf, &diag) != TD_OK) {
        serve_log(LOG_ERROR, EVENT_SERVER_FAILED, NULL, "%s", diag.text);
        exit_code = DAEMON_FAILED;
    } else {
        watch(&process, SIGHUP);
        watch(&process, SIGTERM);
        watch(&process, SIGINT);
        io_run(process.io);
        if (process.server->has_failed)
            exit_code = DAEMON_FAILED;
    }
    clean_up(&process);
    return exit_code;
}
