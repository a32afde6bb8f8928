/*
 * conf/print.h - the table of options, told to people and to editors.
 *
 * Floor    8.
 * Threads  Pure.
 */
#pragma once

#include "base/buf.h"

/* A JSON Schema, draft 2020-12, of the configuration file. Ends with a newline. */
void conf_schema_print(struct td_buf *out);

/* What stands below .SH OPTIONS in tandem.yaml(5): roff with man macros, a subsection each. */
void conf_man_print(struct td_buf *out);
