/*
 * server/runtime.h - zones that were added by command, and are kept in the state directory.
 *
 * Shape    A row per zone: its file, and the template whose options it has. The configuration goes
 *          before them, and says so; a reload never drops one.
 * Floor    10.
 * Threads  The main world's.
 */
#pragma once

#include "server/server.h"

/* While a configuration is applied: have registry_take_row called for all of them. */
void runtime_take_rows(struct registry *registry, const struct conf *conf);

/*
 * `file` is a whole path, or NULL for a zone whose template says where it comes from; `like` is
 * the name of a template, or NULL for the default.
 * TD_E_EXISTS    there is such a zone
 * TD_E_INVALID   no name, no such template, neither file nor peers to come from
 * TD_E_NOT_FOUND there is no such file
 * TD_E_IO, TD_E_LIMIT  it cannot be remembered
 * Why is in diag.
 */
TD_NODISCARD td_err runtime_add(struct fiber *fiber, struct server *server, const char *name,
                                const char *file, const char *like, struct td_diag *diag);

/*
 * What is kept of it is forgotten after a day, should it not come back; its file is not touched.
 * TD_E_CONFLICT  it was not added by command; why is in diag. TD_E_NOT_FOUND
 */
TD_NODISCARD td_err runtime_remove(struct fiber *fiber, struct server *server, const char *name,
                                   struct td_diag *diag);

/* Would they be done? The same errors; *ret_is_copy: it would come from primaries. */
TD_NODISCARD td_err runtime_may_add(struct server *server, const char *name, const char *file,
                                    const char *like, bool *ret_is_copy, struct td_diag *diag);
TD_NODISCARD td_err runtime_may_remove(const struct server *server, const char *name,
                                       struct td_diag *diag);
