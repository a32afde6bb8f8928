#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "io/real.h"

struct real_listener {
    struct io_tcp_listener listener;
    uv_tcp_t handle;
    void (*accept)(void *context, struct io_tcp *tcp);
    void *context;
    bool is_wildcard;
    bool is_closing;
};

struct real_tcp {
    struct io_tcp tcp;
    uv_tcp_t handle;
    uv_connect_t connect;
    uv_shutdown_t shutdown;
    bool is_broken; /* a write said so */
};

struct real_write {
    uv_write_t request;
    io_tcp_written *done;
    void *context;
};

static struct real_tcp *tcp_of(struct io_tcp *tcp)
{
    return td_container_of(tcp, struct real_tcp, tcp);
}

static uv_stream_t *stream_of(struct real_tcp *real)
{
    return (uv_stream_t *)&real->handle;
}

/* -- reading ------------------------------------------------------------------------------------
 */

static void on_alloc(uv_handle_t *handle, size_t suggested TD_UNUSED, uv_buf_t *buf)
{
    struct io_tcp *tcp = handle->data;
    uint8_t *buffer;
    size_t size;
    io_tcp_read_buffer(tcp, real_of(tcp->io)->read_buffer, IO_TCP_READ_SIZE, &buffer, &size);
    *buf = uv_buf_init((char *)buffer, (unsigned)size);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    struct io_tcp *tcp = stream->data;
    real_awake(tcp->io);
    if (n > 0) {
        io_tcp_arrived(tcp, (const uint8_t *)buf->base, (size_t)n);
    } else if (n < 0) {
        uv_read_stop(stream);
        io_tcp_ended(tcp, n == UV_EOF && !tcp_of(tcp)->is_broken ? TD_E_CLOSED : TD_E_IO);
    }
}

void real_tcp_read_start(struct io_tcp *tcp)
{
    int status = uv_read_start(stream_of(tcp_of(tcp)), on_alloc, on_read);
    if (status != 0 && status != UV_EALREADY)
        io_tcp_ended(tcp, TD_E_IO);
}

void real_tcp_read_stop(struct io_tcp *tcp)
{
    uv_read_stop(stream_of(tcp_of(tcp)));
}

/* -- writing --------------------------------------------------------------------------------------
 */

size_t real_tcp_write_try(struct io_tcp *tcp, const void *octets, size_t size)
{
    uv_buf_t buf = uv_buf_init((char *)(uintptr_t)octets, (unsigned)size);
    int n = uv_try_write(stream_of(tcp_of(tcp)), &buf, 1);
    if (n < 0 && n != UV_EAGAIN)
        tcp_of(tcp)->is_broken = true; /* the system tells it only once */
    return n > 0 ? (size_t)n : 0;
}

static void on_written(uv_write_t *request, int status)
{
    struct real_write *write = td_container_of(request, struct real_write, request);
    struct io_tcp *tcp = request->handle->data;
    real_awake(tcp->io);
    td_err err = status == 0 ? TD_OK : status == UV_ECANCELED ? TD_E_CANCELLED : TD_E_IO;
    if (write->done != NULL)
        write->done(write->context, err);
    free(write);
}

void real_tcp_write(struct io_tcp *tcp, const void *octets, size_t size, io_tcp_written *done,
                    void *context)
{
    struct real_write *write = td_calloc(1, sizeof(*write));
    write->done = done;
    write->context = context;
    uv_buf_t buf = uv_buf_init((char *)(uintptr_t)octets, (unsigned)size);
    if (uv_write(&write->request, stream_of(tcp_of(tcp)), &buf, 1, on_written) != 0) {
        free(write);
        io_tcp_written_late(tcp, done, context, TD_E_IO);
    }
}

size_t real_tcp_write_queue_size(struct io_tcp *tcp)
{
    return uv_stream_get_write_queue_size(stream_of(tcp_of(tcp)));
}

static void on_shut_down(uv_shutdown_t *request, int status TD_UNUSED)
{
    struct io_tcp *tcp = request->handle->data;
    real_awake(tcp->io);
}

void real_tcp_shutdown(struct io_tcp *tcp)
{
    struct real_tcp *real = tcp_of(tcp);
    (void)uv_shutdown(&real->shutdown, stream_of(real), on_shut_down); /* ENOTCONN: it is gone */
}

/* -- opening and closing
 * ---------------------------------------------------------------------------- */

static void on_closed(uv_handle_t *handle)
{
    struct io_tcp *tcp = handle->data;
    real_awake(tcp->io);
    io_tcp_gone(tcp);
}

void real_tcp_free(struct io_tcp *tcp)
{
    free(tcp_of(tcp));
}

void real_tcp_close(struct io_tcp *tcp, bool is_reset)
{
    struct real_tcp *real = tcp_of(tcp);
    if (is_reset && !tcp->is_shut_down && uv_tcp_close_reset(&real->handle, on_closed) == 0)
        return;
    uv_close((uv_handle_t *)&real->handle, on_closed);
}

static struct real_tcp *tcp_new(struct io *io)
{
    struct real_tcp *real = td_calloc(1, sizeof(*real));
    io_tcp_init(&real->tcp, io);
    td_assert(uv_tcp_init(&real_of(io)->loop, &real->handle) == 0);
    real->handle.data = &real->tcp;
    return real;
}

static int tcp_fd(const uv_tcp_t *handle)
{
    uv_os_fd_t fd = -1;
    (void)uv_fileno((const uv_handle_t *)handle, &fd);
    return fd;
}

static void on_connected(uv_connect_t *request, int status)
{
    struct io_tcp *tcp = request->handle->data;
    real_awake(tcp->io);
    if (status == UV_ECANCELED)
        return; /* closed by whoever dialled */
    if (status == 0)
        real_socket_addr(tcp_fd(&tcp_of(tcp)->handle), &tcp->local);
    io_tcp_dialled(tcp, status == 0 ? TD_OK : status == UV_ECONNREFUSED ? TD_E_CLOSED : TD_E_IO);
}

static int tcp_bind_local(struct real_tcp *real, const struct td_addr *local)
{
    if (local == NULL)
        return 0;
    struct sockaddr_storage sa;
    td_addr_to_sockaddr(local, &sa);
    return uv_tcp_bind(&real->handle, (const struct sockaddr *)&sa, 0);
}

td_err real_tcp_dial(struct io *io, const struct td_addr *local, const struct td_addr *remote,
                     struct io_tcp **ret_tcp)
{
    struct real_tcp *real = tcp_new(io);
    struct sockaddr_storage sa;
    td_addr_to_sockaddr(remote, &sa);
    int status = tcp_bind_local(real, local);
    if (status == 0)
        status = uv_tcp_connect(&real->connect, &real->handle, (const struct sockaddr *)&sa,
                                on_connected);
    if (status != 0) {
        io_tcp_close(&real->tcp);
        return status == UV_EADDRNOTAVAIL ? TD_E_INVALID : TD_E_IO;
    }
    (void)uv_tcp_nodelay(&real->handle, 1);
    real->tcp.remote = *remote;
    real->tcp.is_dialling = true;
    *ret_tcp = &real->tcp;
    return TD_OK;
}

/* -- listening
 * ----------------------------------------------------------------------------------------- */

static void tcp_set_addrs(struct real_tcp *real, const struct real_listener *listener)
{
    struct sockaddr_storage sa;
    int size = sizeof(sa);
    if (uv_tcp_getpeername(&real->handle, (struct sockaddr *)&sa, &size) != 0 ||
        td_addr_from_sockaddr((const struct sockaddr *)&sa, &real->tcp.remote) != TD_OK)
        real->tcp.remote = (struct td_addr){ .family = 0 };
    real->tcp.local = listener->listener.addr;
    if (listener->is_wildcard)
        real_socket_addr(tcp_fd(&real->handle), &real->tcp.local);
}

static void on_connection(uv_stream_t *server, int status)
{
    struct real_listener *listener = server->data;
    struct io *io = listener->listener.io;
    real_awake(io);
    if (status != 0 || listener->is_closing)
        return;
    struct real_tcp *real = tcp_new(io);
    if (uv_accept(server, stream_of(real)) != 0) {
        io_tcp_close(&real->tcp);
        return;
    }
    tcp_set_addrs(real, listener);
    listener->accept(listener->context, &real->tcp);
}

static void on_listener_closed(uv_handle_t *handle)
{
    free(handle->data);
}

td_err real_tcp_listen(struct io *io, const struct io_tcp_listen_options *options,
                       struct io_tcp_listener **ret_listener, struct td_diag *diag)
{
    int fd;
    td_err err = real_socket_bind(&options->addr, SOCK_STREAM, options->reuse_port,
                                  options->freebind, &fd, diag);
    if (err != TD_OK)
        return err;
    int on = 1; /* accepted connections inherit it */
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));

    struct real_listener *listener = td_calloc(1, sizeof(*listener));
    listener->listener.io = io;
    listener->accept = options->accept;
    listener->context = options->context;
    listener->is_wildcard = td_addr_is_any(&options->addr);
    real_socket_addr(fd, &listener->listener.addr);
    td_assert(uv_tcp_init(&real_of(io)->loop, &listener->handle) == 0);
    listener->handle.data = listener;
    int status = uv_tcp_open(&listener->handle, fd);
    if (status != 0)
        close(fd);
    else
        status = uv_listen((uv_stream_t *)&listener->handle,
                           options->backlog != 0 ? (int)options->backlog : IO_TCP_BACKLOG,
                           on_connection);
    if (status != 0) {
        uv_close((uv_handle_t *)&listener->handle, on_listener_closed);
        return io_errno_say(diag, -status, "listening on a TCP socket");
    }
    *ret_listener = &listener->listener;
    return TD_OK;
}

void real_tcp_listener_close(struct io_tcp_listener *listener)
{
    struct real_listener *real = td_container_of(listener, struct real_listener, listener);
    if (real->is_closing)
        return;
    real->is_closing = true;
    uv_close((uv_handle_t *)&real->handle, on_listener_closed);
}

td_err real_tcp_probe(struct io *io TD_UNUSED, const struct td_addr *addr, bool freebind,
                      struct td_diag *diag)
{
    return real_socket_probe(addr, SOCK_STREAM, freebind, diag);
}
