#include "control/socket.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 64, SOCKET_MODE = 0660, PASSWD_SIZE = 4096, REASON_SIZE = 128 };

/* ---- where people knock: a path ---- */

static bool path_to_sockaddr(const char *path, struct sockaddr_un *ret_sockaddr)
{
    *ret_sockaddr = (struct sockaddr_un){ .sun_family = AF_UNIX };
    if (strlen(path) >= sizeof(ret_sockaddr->sun_path))
        return false;
    memcpy(ret_sockaddr->sun_path, path, strlen(path) + 1);
    return true;
}

int control_socket_connect(const char *path, int *ret_fd)
{
    struct sockaddr_un sockaddr;

    if (!path_to_sockaddr(path, &sockaddr))
        return ENAMETOOLONG;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return errno;
    if (connect(fd, (const struct sockaddr *)&sockaddr, sizeof(sockaddr)) != 0) {
        int failed = errno;
        close(fd);
        return failed;
    }
    *ret_fd = fd;
    return 0;
}

ssize_t control_socket_send(int fd, const void *octets, size_t size)
{
    return send(fd, octets, size, MSG_NOSIGNAL);
}

ssize_t control_socket_receive(int fd, void *octets, size_t size)
{
    return recv(fd, octets, size, 0);
}

static td_err fail(const char *path, int number, struct td_diag *diag)
{
    char reason[REASON_SIZE];

    switch (number) {
    case ENOENT:
        td_diag_say(diag,
                    "the directory of the control socket '%s' is not there: make it, or change "
                    "server.control",
                    path);
        return TD_E_NOT_FOUND;
    case EACCES:
    case EPERM:
    case EROFS:
        td_diag_say(diag,
                    "the control socket '%s' may not be made: give the directory to the user that "
                    "tandemd runs as, or change server.control",
                    path);
        return TD_E_REFUSED;
    case ENAMETOOLONG:
        td_diag_say(diag, "'%s' is too long for a socket (107 octets): change server.control",
                    path);
        return TD_E_LIMIT;
    default:
        td_diag_say(diag, "the control socket '%s': %s", path,
                    strerror_r(number, reason, sizeof(reason)));
        return TD_E_IO;
    }
}

/* Something is at the path: remove it when it is a socket that nobody listens on. */
static td_err remove_stale(const char *path, struct td_diag *diag)
{
    struct stat stat;
    int fd;

    if (lstat(path, &stat) == 0 && !S_ISSOCK(stat.st_mode)) {
        td_diag_say(diag, "'%s' is there and is no socket: remove it, or change server.control",
                    path);
        return TD_E_EXISTS;
    }
    int failed = control_socket_connect(path, &fd);
    if (failed == 0) {
        close(fd);
        td_diag_say(diag,
                    "another process listens on the control socket '%s': stop it, or give this "
                    "tandemd its own server.control",
                    path);
        return TD_E_EXISTS;
    }
    if (failed != ECONNREFUSED && failed != ENOENT)
        return fail(path, failed, diag);
    if (unlink(path) != 0 && errno != ENOENT)
        return fail(path, errno, diag);
    return TD_OK;
}

static int bind_and_listen(int fd, const struct sockaddr_un *sockaddr)
{
    /* A new socket file gets the mode of the socket less the umask: never more than wanted, and
     * with chmod just that. */
    if (fchmod(fd, SOCKET_MODE) != 0 ||
        bind(fd, (const struct sockaddr *)sockaddr, sizeof(*sockaddr)) != 0)
        return errno;
    if (chmod(sockaddr->sun_path, SOCKET_MODE) != 0 || listen(fd, BACKLOG) != 0) {
        int failed = errno;
        unlink(sockaddr->sun_path);
        return failed;
    }
    return 0;
}

static td_err listen_at(const char *path, const struct sockaddr_un *sockaddr, int fd,
                        struct td_diag *diag)
{
    int failed = bind_and_listen(fd, sockaddr);

    if (failed == EADDRINUSE) {
        td_err err = remove_stale(path, diag);
        if (err != TD_OK)
            return err;
        failed = bind_and_listen(fd, sockaddr);
    }
    return failed == 0 ? TD_OK : fail(path, failed, diag);
}

td_err control_socket_listen(const char *path, int *ret_fd, struct control_socket_file *ret_file,
                             struct td_diag *diag)
{
    struct sockaddr_un sockaddr;
    struct stat stat = { .st_ino = 0 };

    if (!path_to_sockaddr(path, &sockaddr))
        return fail(path, ENAMETOOLONG, diag);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return fail(path, errno, diag);
    td_err err = listen_at(path, &sockaddr, fd, diag);
    if (err != TD_OK) {
        close(fd);
        return err;
    }
    if (lstat(path, &stat) != 0)
        stat.st_ino = 0; /* already gone: nothing will be removed */
    *ret_file = (struct control_socket_file){ stat.st_dev, stat.st_ino };
    *ret_fd = fd;
    return TD_OK;
}

void control_socket_remove(const char *path, const struct control_socket_file *file)
{
    struct stat stat;

    if (lstat(path, &stat) == 0 && stat.st_dev == file->device && stat.st_ino == file->inode)
        unlink(path);
}

/* ---- an address ---- */

td_err control_socket_listen_tcp(const struct td_addr *addr, int *ret_fd, struct td_diag *diag)
{
    struct sockaddr_storage sockaddr;
    socklen_t size = td_addr_to_sockaddr(addr, &sockaddr);
    char text[TD_ADDR_TEXT_SIZE], reason[REASON_SIZE];
    int on = 1;

    int fd = socket(sockaddr.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
        (addr->family == 4 || setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) == 0) &&
        bind(fd, (const struct sockaddr *)&sockaddr, size) == 0 && listen(fd, BACKLOG) == 0) {
        *ret_fd = fd;
        return TD_OK;
    }
    int failed = errno;
    if (fd >= 0)
        close(fd);
    td_addr_format_port(addr, text);
    if (failed == EADDRINUSE) {
        td_diag_say(diag, "%s TCP is in use: stop what listens there, or change server.metrics",
                    text);
        return TD_E_EXISTS;
    }
    td_diag_say(diag, "cannot listen on %s TCP for server.metrics: %s", text,
                strerror_r(failed, reason, sizeof(reason)));
    return failed == EACCES ? TD_E_REFUSED : TD_E_IO;
}

/* ---- who is there ---- */

char *control_socket_peer(int fd, char *out)
{
    struct ucred peer;
    socklen_t size = sizeof(peer);
    char room[PASSWD_SIZE];
    struct passwd entry, *found;

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        snprintf(out, CONTROL_USER_SIZE, "an unknown user");
    else if (getpwuid_r(peer.uid, &entry, room, sizeof(room), &found) == 0 && found != NULL)
        snprintf(out, CONTROL_USER_SIZE, "%s", entry.pw_name);
    else
        snprintf(out, CONTROL_USER_SIZE, "uid %u", (unsigned)peer.uid);
    return out;
}
