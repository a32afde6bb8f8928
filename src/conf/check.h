/*
 * conf/check.h - does what a configuration names exist?
 *
 * Floor    8.
 * Threads  Keeper, or a command: it asks the file system for each zone.
 */
#pragma once

#include "conf/conf.h"

/*
 * A warning for each zone file and directory that is not there or is none. No error of the
 * configuration: such a zone answers SERVFAIL, and its file may come later. Returns how many.
 */
uint32_t conf_check_files(const struct conf *conf, struct io *io, const struct td_diag_sink *sink);
