/*
 * control/socket.h - the sockets of the API, and who is at the other end.
 *
 * Floor    9. Not for other directories.
 * Threads  Any.
 */
#pragma once

#include "base/addr.h"
#include "base/diag.h"
#include "base/err.h"

enum { CONTROL_USER_SIZE = 64 };

/* Errors as control_new. Mode 0660; the group stays what the system makes it. */
TD_NODISCARD td_err control_socket_listen(const char *path, int *ret_fd, struct td_diag *diag);

TD_NODISCARD td_err control_socket_listen_tcp(const struct td_addr *addr, int *ret_fd,
                                              struct td_diag *diag);

/* Errors as errno has them: 0 and *ret_fd, or the number. */
int control_socket_connect(const char *path, int *ret_fd);

/* The user at the other end of a Unix socket; returns `out`, of CONTROL_USER_SIZE octets. */
char *control_socket_peer(int fd, char *out);
