/*
 * control/local.h - verbs that need no daemon: checks, and what the tables say.
 *
 * Floor    9.
 * Threads  The command's only one. What is found goes to stderr, what was asked for to stdout.
 */
#pragma once

#include <stdio.h>

#include "control/verb.h"
#include "zone/version.h"

int control_local_config_check(const struct control_call *call);
int control_local_config_schema(const struct control_call *call);
int control_local_config_man(const struct control_call *call);
int control_local_zone_check(const struct control_call *call);
int control_local_version(const struct control_call *call);
int control_local_help(const struct control_call *call);

/*
 * A zone in canonical order (RFC 4034 6.1), one record a line: the SOA first, then by type, each
 * set followed by its signatures, the records of a set in canonical order. Returns 0, or an errno
 * when it cannot be written.
 */
int control_zone_print(const struct zone_version *version, FILE *out);
