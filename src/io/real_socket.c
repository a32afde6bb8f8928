#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/diag.h"
#include "io/real.h"

td_err io_errno_say(struct td_diag *diag, int number, const char *what)
{
    const char *reason = strerrordesc_np(number);
    if (diag != NULL)
        td_diag_say(diag, "%s: %s", what, reason != NULL ? reason : "unknown error");
    switch (number) {
    case EADDRINUSE:
    case EEXIST:
        return TD_E_EXISTS;
    case EACCES:
    case EPERM:
        return TD_E_REFUSED;
    case EADDRNOTAVAIL:
        return TD_E_INVALID;
    case ENOENT:
    case ENOTDIR:
        return TD_E_NOT_FOUND;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return TD_E_LIMIT;
    default:
        return TD_E_IO;
    }
}

static td_err bind_failed(struct td_diag *diag, int number, const struct td_addr *addr, int type)
{
    char text[TD_ADDR_TEXT_SIZE];
    char what[TD_ADDR_TEXT_SIZE + 16];
    const char *protocol = type == SOCK_DGRAM ? "UDP" : "TCP";
    (void)snprintf(what, sizeof(what), "%s %s", protocol, td_addr_format_port(addr, text));
    td_err err = io_errno_say(diag, number, what);
    if (diag == NULL)
        return err;
    if (err == TD_E_EXISTS)
        td_diag_say(diag, "%s is in use by another process", what);
    else if (err == TD_E_INVALID)
        td_diag_say(diag, "%s: this machine has no such address", what);
    else if (err == TD_E_REFUSED && addr->port < 1024)
        td_diag_say(diag, "%s: ports below 1024 need CAP_NET_BIND_SERVICE", what);
    return err;
}

static bool option_set(int fd, int level, int option, int value)
{
    return setsockopt(fd, level, option, &value, sizeof(value)) == 0;
}

/* Sets errno. */
static bool socket_prepare(int fd, const struct td_addr *addr, int type, bool reuse_port,
                           bool freebind)
{
    bool good = true;
    if (addr->family == 6)
        good = option_set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    /* For TCP only: connections of an earlier process in TIME_WAIT are no reason to refuse. For
     * UDP it would let two sockets share the port in silence. */
    if (good && type == SOCK_STREAM)
        good = option_set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (good && reuse_port)
        good = option_set(fd, SOL_SOCKET, SO_REUSEPORT, 1);
    if (good && freebind)
        good = option_set(fd, IPPROTO_IP, IP_FREEBIND, 1);
    return good;
}

td_err real_socket_bind(const struct td_addr *addr, int type, bool reuse_port, bool freebind,
                        int *ret_fd, struct td_diag *diag)
{
    int family = addr->family == 6 ? AF_INET6 : AF_INET;
    int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return bind_failed(diag, errno, addr, type);

    struct sockaddr_storage sa;
    socklen_t size = td_addr_to_sockaddr(addr, &sa);
    if (!socket_prepare(fd, addr, type, reuse_port, freebind) ||
        bind(fd, (const struct sockaddr *)&sa, size) != 0) {
        td_err err = bind_failed(diag, errno, addr, type);
        close(fd);
        return err;
    }
    *ret_fd = fd;
    return TD_OK;
}

void real_socket_addr(int fd, struct td_addr *ret_addr)
{
    struct sockaddr_storage sa;
    socklen_t size = sizeof(sa);
    if (getsockname(fd, (struct sockaddr *)&sa, &size) != 0 ||
        td_addr_from_sockaddr((const struct sockaddr *)&sa, ret_addr) != TD_OK)
        memset(ret_addr, 0, sizeof(*ret_addr));
}

td_err real_socket_probe(const struct td_addr *addr, int type, bool freebind, struct td_diag *diag)
{
    int fd = -1;
    td_err err = real_socket_bind(addr, type, false, freebind, &fd, diag);
    if (err != TD_OK)
        return err;
    /* Another's listener with SO_REUSEADDR refuses only here. */
    if (type == SOCK_STREAM && listen(fd, 1) != 0)
        err = bind_failed(diag, errno, addr, type);
    close(fd);
    return err;
}
