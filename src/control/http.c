#include "control/control.h"

#include <microhttpd.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "control/api.h"
#include "control/socket.h"

struct control {
    struct control_host host;
    atomic_bool is_taking; /* a body that is large: one at a time */
    char *path;
    struct control_socket_file file; /* what we made there */
    struct MHD_Daemon *api;
    struct MHD_Daemon *metrics; /* NULL: off */
    struct td_addr metrics_addr;
};

/* A request on its way in. */
struct exchange {
    struct control *control;
    struct td_buf body;
    size_t size_max;
    bool is_large; /* and has its turn */
    bool is_too_large;
    bool is_too_many;
};

/* ---- requests ---- */

static enum MHD_Result send_reply(struct MHD_Connection *connection, struct control_reply *reply)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(reply->body.size, reply->body.data, MHD_RESPMEM_MUST_FREE);

    if (response == NULL) {
        td_buf_fini(&reply->body);
        return MHD_NO;
    }
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, reply->type);
    MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    enum MHD_Result result = MHD_queue_response(connection, reply->status, response);
    MHD_destroy_response(response); /* ours; the connection has its own */
    return result;
}

static int fd_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

    return info == NULL ? -1 : info->connect_fd;
}

static const char *header(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

/* What stands behind the '?', unescaped. */
struct queries {
    char *texts[2 * CONTROL_QUERY_MAX];
    struct control_request *request;
    bool is_bad;
};

static enum MHD_Result take_query(void *context, enum MHD_ValueKind kind, const char *key,
                                  const char *value)
{
    struct queries *queries = context;
    struct control_request *request = queries->request;

    (void)kind;
    if (request->query_count == CONTROL_QUERY_MAX) {
        queries->is_bad = true;
        return MHD_NO;
    }
    char **texts = &queries->texts[2 * request->query_count];
    texts[0] = td_strdup(key);
    texts[1] = td_strdup(value == NULL ? "" : value);
    queries->is_bad =
        queries->is_bad || !control_api_unescape(texts[0]) || !control_api_unescape(texts[1]);
    request->query[request->query_count++] = (struct control_query){ texts[0], texts[1] };
    return MHD_YES;
}

static void queries_fini(struct queries *queries)
{
    for (unsigned i = 0; i < TD_COUNT(queries->texts); i++)
        free(queries->texts[i]);
}

static enum MHD_Result answer(const struct control *control, struct MHD_Connection *connection,
                              const char *method, const char *url, const struct exchange *exchange)
{
    struct control_reply reply = { .type = CONTROL_TYPE_JSON };
    char author[CONTROL_USER_SIZE];
    struct control_request request = {
        .method = method,
        .path = url,
        .body = exchange->body.data,
        .body_size = exchange->body.size,
        .author = control_socket_peer(fd_of(connection), author),
        .if_match = header(connection, MHD_HTTP_HEADER_IF_MATCH),
        .is_from_command = header(connection, CONTROL_HEADER_COMMAND) != NULL,
    };
    struct queries queries = { .request = &request };

    MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, take_query, &queries);
    if (queries.is_bad)
        control_reply_error(&reply, CONTROL_ERROR_BAD_REQUEST, NULL,
                            "what stands behind the '?' is not understood");
    else if (exchange->is_too_large)
        control_reply_error(&reply, CONTROL_ERROR_TOO_LARGE, NULL,
                            "a body may have %zu octets at most", exchange->size_max);
    else if (exchange->is_too_many)
        control_reply_error(&reply, CONTROL_ERROR_REFUSED, NULL,
                            "another large file is being taken: try again");
    else
        control_api_answer(&control->host, &request, &reply);
    queries_fini(&queries);
    return send_reply(connection, &reply);
}

static struct exchange *exchange_new(struct control *control, const char *method, const char *url)
{
    struct exchange *exchange = td_calloc(1, sizeof(*exchange));

    exchange->control = control;
    exchange->size_max = control_api_body_max(method, url);
    return exchange;
}

/* What may not be is not kept; the rest of it is read all the same, so that the reply is heard. */
static void take_body(struct exchange *exchange, const char *octets, size_t size)
{
    exchange->is_too_large |= size > exchange->size_max - exchange->body.size;
    if (!exchange->is_large && exchange->body.size + size > CONTROL_BODY_SIZE_MAX)
        exchange->is_large = !atomic_exchange(&exchange->control->is_taking, true);
    exchange->is_too_many |=
        !exchange->is_large && exchange->body.size + size > CONTROL_BODY_SIZE_MAX;
    if (!exchange->is_too_large && !exchange->is_too_many)
        td_buf_add(&exchange->body, octets, size);
}

/* libmicrohttpd calls first with the head, then with each piece of the body, then at its end. */
static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **state)
{
    struct exchange *exchange = *state;

    (void)version;
    if (exchange == NULL) {
        *state = exchange_new(context, method, url);
        return MHD_YES;
    }
    if (*upload_size == 0)
        return answer(context, connection, method, url, exchange);
    take_body(exchange, upload, *upload_size);
    *upload_size = 0;
    return MHD_YES;
}

static enum MHD_Result on_metrics(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **state)
{
    const struct control *control = context;
    struct control_reply reply = { .type = CONTROL_TYPE_JSON };
    static char seen;

    (void)version;
    (void)upload;
    if (*state == NULL) {
        *state = &seen;
        return MHD_YES;
    }
    if (*upload_size != 0) { /* a body that nobody wants */
        *upload_size = 0;
        return MHD_YES;
    }
    if (strcmp(url, "/metrics") != 0)
        control_reply_error(&reply, CONTROL_ERROR_NOT_FOUND, NULL, "there is only /metrics here");
    else if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
        control_reply_error(&reply, CONTROL_ERROR_METHOD, NULL, "/metrics wants GET");
    else
        control_handle_metrics(&control->host, &reply);
    return send_reply(connection, &reply);
}

static void on_completed(void *context, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode how)
{
    struct exchange *exchange = *state;

    (void)context;
    (void)connection;
    (void)how;
    if (exchange == NULL)
        return;
    if (exchange->is_large)
        atomic_store(&exchange->control->is_taking, false);
    td_buf_fini(&exchange->body);
    free(exchange);
    *state = NULL;
}

/* Paths are unescaped segment by segment: a name may have a slash in it. */
static size_t leave_escaped(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context;
    (void)connection;
    return strlen(text);
}

/* ---- listeners ---- */

static struct MHD_Daemon *start_api(struct control *control, int fd)
{
    return MHD_start_daemon(MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD |
                                MHD_USE_POLL | MHD_USE_ITC,
                            0, NULL, NULL, on_request, control, MHD_OPTION_LISTEN_SOCKET, fd,
                            MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONTROL_CONNECTIONS_MAX,
                            MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)CONTROL_IDLE_S,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONTROL_REQUEST_MEMORY,
                            MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL,
                            MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL, MHD_OPTION_END);
}

static struct MHD_Daemon *start_metrics(struct control *control, int fd)
{
    return MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL | MHD_USE_ITC, 0, NULL,
                            NULL, on_metrics, control, MHD_OPTION_LISTEN_SOCKET, fd,
                            MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONTROL_METRICS_CONNECTIONS_MAX,
                            MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)CONTROL_IDLE_S,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONTROL_REQUEST_MEMORY,
                            MHD_OPTION_END);
}

td_err control_new(const char *path, const struct control_host *host, struct control **ret_control,
                   struct td_diag *diag)
{
    struct control_socket_file file;
    int fd;

    td_err err = control_socket_listen(path, &fd, &file, diag);
    if (err != TD_OK)
        return err;
    struct control *control = td_calloc(1, sizeof(*control));
    control->host = *host;
    control->path = td_strdup(path);
    control->file = file;
    control->api = start_api(control, fd);
    if (control->api == NULL) {
        td_diag_say(diag, "the threads of the control socket cannot be started");
        close(fd);
        control_free(control);
        return TD_E_IO;
    }
    *ret_control = control;
    return TD_OK;
}

void *control_context(const struct control *control)
{
    return control->host.context;
}

td_err control_metrics(struct control *control, const struct td_addr *addr, struct td_diag *diag)
{
    struct MHD_Daemon *started = NULL;
    int fd;

    if (td_addr_equal(addr, &control->metrics_addr) && addr->family != 0)
        return TD_OK;
    if (addr->family != 0) {
        td_err err = control_socket_listen_tcp(addr, &fd, diag);
        if (err != TD_OK)
            return err;
        started = start_metrics(control, fd);
        if (started == NULL) {
            td_diag_say(diag, "the thread for server.metrics cannot be started");
            close(fd);
            return TD_E_IO;
        }
    }
    if (control->metrics != NULL)
        MHD_stop_daemon(control->metrics);
    control->metrics = started;
    control->metrics_addr = *addr;
    return TD_OK;
}

void control_free(struct control *control)
{
    if (control == NULL)
        return;
    if (control->metrics != NULL)
        MHD_stop_daemon(control->metrics);
    if (control->api != NULL)
        MHD_stop_daemon(control->api);
    control_socket_remove(control->path, &control->file);
    free(control->path);
    free(control);
}
