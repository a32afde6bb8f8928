/*
 * control/socket.h - the sockets of the API, and who is at the other end.
 *
 * Floor    9. Not for other directories.
 * Threads  Any.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/addr.h"
#include "base/diag.h"
#include "base/err.h"

enum { CONTROL_USER_SIZE = 64 };

/* Which file a listening socket has: somebody may have put another one in its place. */
struct control_socket_file {
    uint64_t device;
    uint64_t inode;
};

/* Errors as control_new. Mode 0660; the group stays what the system makes it. */
TD_NODISCARD td_err control_socket_listen(const char *path, int *ret_fd,
                                          struct control_socket_file *ret_file,
                                          struct td_diag *diag);

/* Remove it, if it is still the one. */
void control_socket_remove(const char *path, const struct control_socket_file *file);

TD_NODISCARD td_err control_socket_listen_tcp(const struct td_addr *addr, int *ret_fd,
                                              struct td_diag *diag);

/* Errors as errno has them: 0 and *ret_fd, or the number. */
int control_socket_connect(const char *path, int *ret_fd);

/* As send and recv, for the command, which blocks. */
ssize_t control_socket_send(int fd, const void *octets, size_t size);
ssize_t control_socket_receive(int fd, void *octets, size_t size);

/* The user at the other end of a Unix socket; returns `out`, of CONTROL_USER_SIZE octets. */
char *control_socket_peer(int fd, char *out);
