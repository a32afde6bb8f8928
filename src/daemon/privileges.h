/*
 * daemon/privileges.h - become somebody who may do less.
 *
 * Floor    12.
 * Threads  Before any other thread is started.
 */
#pragma once

#include "base/diag.h"
#include "base/err.h"

/*
 * Started as root, become this user with its groups and keep only CAP_NET_BIND_SERVICE, so
 * that a reload can bind low ports again. Not root: nothing to do when it is this user already.
 *
 * TD_E_NOT_FOUND  there is no such user
 * TD_E_REFUSED    we are neither root nor this user
 */
TD_NODISCARD td_err privileges_become(const char *user, struct td_diag *diag);
