#include "operator/operator.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "control/control.h"
#include "io/mailbox.h"
#include "io/timer.h"
#include "operator/follow.h"
#include "operator/internal.h"
#include "operator/pending.h"
#include "operator/view.h"
#include "serve/log.h"

/* How often requests that wait for loads are looked at again. */
enum { LOOK_AGAIN_MS = 20, REQUESTS_MAX = 64, LINE_SIZE = 1100 };

_Static_assert((int)REQUESTS_MAX >=
                   (int)CONTROL_CONNECTIONS_MAX + (int)CONTROL_METRICS_CONNECTIONS_MAX,
               "each connection may have one request");

enum progress { PROGRESS_DONE, PROGRESS_WAITS };

/*
 * What a thread of the API wants of the main fiber. It lies on that thread's stack, and the
 * thread waits until it is done: the main fiber always answers, if only that it stops.
 */
struct request {
    struct request *next;
    /* Do what can be done now; on the main fiber, as often as it says that it waits. */
    enum progress (*step)(struct fiber *fiber, struct server *server, struct request *request);
    const char *name; /* of a zone */
    const struct control_wait *wait;
    struct td_buf *out;
    void *ret;
    bool force;
    bool has_begun;
    uint64_t deadline_ns;
    uint32_t started; /* loads */
    /* Or, without a step, what a fiber does. */
    td_err (*run)(struct fiber *fiber, struct server *server, void *argument);
    void *argument;
    struct bridge *bridge;
    td_err result;
    bool is_done; /* under the lock */
};

struct request_list {
    struct request *first;
    struct request **last;
};

/* Between the threads of the API and the main fiber; the host of the control object. */
struct bridge {
    struct operator_context context; /* of the threads; it is the first */
    struct server *server;
    struct control *control;
    struct td_addr metrics; /* as the configuration in force has it */
    struct io_mailbox *box;
    struct request_list queue;   /* to be stepped */
    struct request_list waiting; /* for loads */
    struct io_timer timer;
    uint32_t fibers; /* that do a request each */
    struct io_condition ended;
    bool has_ended; /* none of them is left */
    pthread_mutex_t lock;
    pthread_cond_t done;
    bool is_stopping; /* under the lock */
};

/* ---- lists ---- */

static void list_init(struct request_list *list)
{
    list->first = NULL;
    list->last = &list->first;
}

static void list_add(struct request_list *list, struct request *request)
{
    request->next = NULL;
    *list->last = request;
    list->last = &request->next;
}

static struct request *list_take(struct request_list *list)
{
    struct request *request = list->first;

    if (request == NULL)
        return NULL;
    list->first = request->next;
    if (list->first == NULL)
        list->last = &list->first;
    return request;
}

/* ---- between the threads ---- */

/* Who has a fiber of the main world needs no other. */
static td_err run_here(const struct operator_context *context, const struct request *request)
{
    if (context->server->wants_stop)
        return TD_E_CLOSED;
    return request->run(context->fiber, context->server, request->argument);
}

/* On a thread of the API, or a fiber of the main world. */
static td_err ask(void *context, struct request *request)
{
    const struct operator_context *asker = context;
    struct bridge *bridge = context;

    if (asker->fiber != NULL)
        return run_here(asker, request);
    pthread_mutex_lock(&bridge->lock);
    td_err err = bridge->is_stopping ? TD_E_CLOSED : io_mailbox_post(bridge->box, request);
    while (err == TD_OK && !request->is_done)
        pthread_cond_wait(&bridge->done, &bridge->lock);
    pthread_mutex_unlock(&bridge->lock);
    return err == TD_OK ? request->result : err;
}

/* On the main fiber; the request is its owner's again at once. */
static void answer(struct bridge *bridge, struct request *request, td_err result)
{
    pthread_mutex_lock(&bridge->lock);
    request->result = result;
    request->is_done = true;
    pthread_cond_broadcast(&bridge->done);
    pthread_mutex_unlock(&bridge->lock);
}

/* A request that waits in the middle of what it does has a fiber of its own. */
static void run_request(struct fiber *fiber, void *argument)
{
    struct request *request = argument;
    struct bridge *bridge = request->bridge;

    answer(bridge, request, request->run(fiber, bridge->server, request->argument));
    if (--bridge->fibers == 0) {
        bridge->has_ended = true;
        io_condition_broadcast(&bridge->ended);
    }
}

static void spawn(struct bridge *bridge, struct request *request)
{
    request->bridge = bridge;
    td_err err = io_fiber_spawn(bridge->server->io, "operator", run_request, request, NULL);
    if (err != TD_OK) {
        answer(bridge, request, err);
        return;
    }
    bridge->fibers++;
    bridge->has_ended = false;
}

td_err operator_ask(void *context,
                    td_err (*run)(struct fiber *fiber, struct server *server, void *argument),
                    void *argument)
{
    struct request request = { .run = run, .argument = argument };

    return ask(context, &request);
}

static enum progress step_run(struct fiber *fiber, struct server *server, struct request *request)
{
    request->result = request->run(fiber, server, request->argument);
    return PROGRESS_DONE;
}

td_err operator_ask_main(void *context,
                         td_err (*run)(struct fiber *fiber, struct server *server, void *argument),
                         void *argument)
{
    struct request request = { .step = step_run, .run = run, .argument = argument };

    return ask(context, &request);
}

static void on_letter(void *context, void *letter)
{
    struct bridge *bridge = context;
    struct request *request = letter;

    if (request->step == NULL) {
        spawn(bridge, request);
        return;
    }
    list_add(&bridge->queue, letter);
    io_condition_broadcast(&bridge->server->wake);
}

static void on_timer(struct io_timer *timer, void *context)
{
    struct bridge *bridge = context;

    (void)timer;
    for (struct request *request; (request = list_take(&bridge->waiting)) != NULL;)
        list_add(&bridge->queue, request);
    io_condition_broadcast(&bridge->server->wake);
}

/* ---- what is asked: status and zones ---- */

static enum progress step_status(struct fiber *fiber, struct server *server,
                                 struct request *request)
{
    (void)fiber;
    operator_view_status(server, request->ret);
    request->result = TD_OK;
    return PROGRESS_DONE;
}

static td_err host_status(void *context, struct control_status *ret_status)
{
    struct request request = { .step = step_status, .ret = ret_status };

    return ask(context, &request);
}

static enum progress step_zone_list(struct fiber *fiber, struct server *server,
                                    struct request *request)
{
    (void)fiber;
    operator_view_zones(server, request->ret);
    request->result = TD_OK;
    return PROGRESS_DONE;
}

static td_err host_zone_list(void *context, struct control_zones *ret_zones)
{
    struct request request = { .step = step_zone_list, .ret = ret_zones };

    td_err err = ask(context, &request);
    if (err == TD_OK)
        operator_view_sort(ret_zones); /* on this thread: there may be a hundred thousand */
    return err;
}

static enum progress step_zone_status(struct fiber *fiber, struct server *server,
                                      struct request *request)
{
    const struct registry_zone *zone = registry_find(server->registry, request->name);

    (void)fiber;
    if (zone != NULL)
        operator_view_zone(server, zone, request->ret);
    request->result = zone == NULL ? TD_E_NOT_FOUND : TD_OK;
    return PROGRESS_DONE;
}

static td_err host_zone_status(void *context, const char *name,
                               struct control_zone_status *ret_zone)
{
    struct request request = { .step = step_zone_status, .name = name, .ret = ret_zone };

    return ask(context, &request);
}

/* ---- what is done: reloads ---- */

/* Shall we wait for what is under way? If not, the result says whether time has run out. */
static bool must_wait(const struct server *server, struct request *request, bool is_under_way)
{
    request->result = TD_OK;
    if (!is_under_way || request->wait->no_wait)
        return false;
    if (io_now_ns(server->io) < request->deadline_ns)
        return true;
    request->result = TD_E_TIMEOUT;
    return false;
}

static void begin(const struct server *server, struct request *request)
{
    request->has_begun = true;
    request->deadline_ns =
        io_deadline_ms(server->io, (uint64_t)request->wait->timeout_s * IO_MS_PER_S);
}

static enum progress step_reload(struct fiber *fiber, struct server *server,
                                 struct request *request)
{
    if (!request->has_begun) {
        begin(server, request);
        if (server_reload(fiber, server, request->out) != TD_OK) {
            request->result = TD_E_INVALID;
            return PROGRESS_DONE;
        }
        request->started = registry_loading(server->registry);
    }
    if (must_wait(server, request, registry_loading(server->registry) != 0))
        return PROGRESS_WAITS;
    if (request->result == TD_OK)
        operator_view_reload(server, request->started, request->ret);
    return PROGRESS_DONE;
}

static td_err host_reload(void *context, const struct control_wait *wait, struct td_buf *out,
                          struct control_reload *ret_reload)
{
    struct request request = {
        .step = step_reload,
        .wait = wait,
        .out = out,
        .ret = ret_reload,
    };

    return ask(context, &request);
}

static enum progress step_zone_reload(struct fiber *fiber, struct server *server,
                                      struct request *request)
{
    struct registry_zone *zone = registry_find(server->registry, request->name);

    (void)fiber;
    request->result = TD_E_NOT_FOUND;
    if (zone == NULL)
        return PROGRESS_DONE;
    request->result = TD_E_UNSUPPORTED;
    if (zone->path == NULL)
        return PROGRESS_DONE;
    if (!request->has_begun) {
        begin(server, request);
        registry_reload(server->registry, zone, request->force);
    }
    if (must_wait(server, request, registry_zone_is_working(zone)))
        return PROGRESS_WAITS;
    if (request->result == TD_OK)
        operator_view_zone(server, zone, request->ret);
    return PROGRESS_DONE;
}

static td_err host_zone_reload(void *context, const char *name, bool force,
                               const struct control_wait *wait,
                               struct control_zone_status *ret_zone)
{
    struct request request = {
        .step = step_zone_reload,
        .name = name,
        .force = force,
        .wait = wait,
        .ret = ret_zone,
    };

    return ask(context, &request);
}

/* ---- the main fiber ---- */

/* A reload may have moved the metrics port. */
static void follow_conf(struct bridge *bridge)
{
    static const struct td_addr nowhere;
    const struct conf_addrs *addrs = &bridge->server->conf->server.metrics;
    const struct td_addr *addr = addrs->count == 0 ? &nowhere : &addrs->items[0];
    struct td_diag diag;

    if (td_addr_equal(addr, &bridge->metrics))
        return;
    bridge->metrics = *addr;
    if (control_metrics(bridge->control, addr, &diag) != TD_OK)
        serve_log(LOG_ERROR, EVENT_CONTROL, NULL, "%s", diag.text);
}

bool operator_serve(struct fiber *fiber, struct server *server)
{
    if (server->control == NULL)
        return false;
    struct bridge *bridge = control_context(server->control);
    follow_conf(bridge);
    struct request *request = list_take(&bridge->queue);
    if (request == NULL)
        return false;
    if (request->step(fiber, server, request) == PROGRESS_DONE) {
        answer(bridge, request, request->result);
        return true;
    }
    list_add(&bridge->waiting, request);
    if (!io_timer_is_running(&bridge->timer))
        io_timer_start(server->io, &bridge->timer, io_deadline_ms(server->io, LOOK_AGAIN_MS));
    return true;
}

static struct bridge *bridge_new(struct server *server)
{
    struct bridge *bridge = td_calloc(1, sizeof(*bridge));

    bridge->server = server;
    list_init(&bridge->queue);
    list_init(&bridge->waiting);
    bridge->box = io_mailbox_new(server->io, REQUESTS_MAX);
    io_mailbox_on_letter(bridge->box, on_letter, bridge);
    io_timer_init(&bridge->timer, on_timer, bridge);
    bridge->has_ended = true;
    pthread_mutex_init(&bridge->lock, NULL);
    pthread_cond_init(&bridge->done, NULL);
    return bridge;
}

/* Whoever waits is told that we stop; then no thread of the API is left. */
static void bridge_free(struct fiber *fiber, struct bridge *bridge)
{
    struct request *request;

    pthread_mutex_lock(&bridge->lock);
    bridge->is_stopping = true;
    pthread_mutex_unlock(&bridge->lock);
    while ((request = io_mailbox_take(bridge->box)) != NULL)
        list_add(&bridge->queue, request);
    while ((request = list_take(&bridge->waiting)) != NULL)
        list_add(&bridge->queue, request);
    while ((request = list_take(&bridge->queue)) != NULL)
        answer(bridge, request, TD_E_CLOSED);
    io_fiber_wait_deaf(fiber, &bridge->ended, &bridge->has_ended);
    control_free(bridge->control);
    io_timer_stop(&bridge->timer);
    io_mailbox_free(bridge->box);
    pthread_cond_destroy(&bridge->done);
    pthread_mutex_destroy(&bridge->lock);
    free(bridge);
}

td_err operator_start(struct fiber *fiber, struct server *server, struct td_diag *diag)
{
    const struct conf_server *conf = &server->conf->server;
    struct bridge *bridge = bridge_new(server);
    struct control_host host = {
        .context = bridge,
        .counters = server->counters,
        .status = host_status,
        .reload = host_reload,
        .zone_list = host_zone_list,
        .zone_status = host_zone_status,
        .zone_reload = host_zone_reload,
        .edit = operator_edit,
        .history = operator_history,
        .zone_text = operator_zone_text,
        .preview = operator_preview,
        .plan = operator_plan,
        .backup = operator_backup,
        .restore = operator_restore,
        .zone_order = operator_zone_order,
        .zone_add = operator_zone_add,
        .zone_remove = operator_zone_remove,
        .keys = operator_keys_host,
        .config = operator_config,
        .follow = operator_follow_host,
    };

    td_err err = control_new(conf->control, &host, &bridge->control, diag);
    if (err == TD_OK && conf->metrics.count != 0) {
        bridge->metrics = conf->metrics.items[0];
        err = control_metrics(bridge->control, &bridge->metrics, diag);
    }
    if (err == TD_OK)
        operator_config_started(server);
    if (err == TD_OK)
        server->control = bridge->control;
    else
        bridge_free(fiber, bridge);
    return err;
}

void operator_stop(struct fiber *fiber, struct server *server)
{
    if (server->control == NULL)
        return;
    struct bridge *bridge = control_context(server->control);
    server->control = NULL;
    bridge_free(fiber, bridge);
    operator_pending_free(server);
    operator_config_stopped(server);
}

/* ---- diagnostics ---- */

static void report(void *context, const struct td_diag *diag)
{
    struct td_buf *out = context;
    char line[LINE_SIZE];

    serve_log_diag(EVENT_CONFIG_REFUSED, NULL, diag);
    if (out == NULL)
        return;
    td_buf_add_text(out, td_diag_format(diag, line, sizeof(line)));
    td_buf_add_char(out, '\n');
}

struct td_diag_sink server_report_sink(struct td_buf *out)
{
    return (struct td_diag_sink){ .report = report, .context = out };
}
