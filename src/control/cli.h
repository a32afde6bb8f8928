/*
 * control/cli.h - the command `tandem`: words become a call, a call is made, its answer shown.
 *
 * Floor    9.
 * Threads  The command's only one.
 */
#pragma once

#include "control/verb.h"

#define CONTROL_SOCKET_DEFAULT "/run/tandem/control.sock"

struct control_line {
    struct control_call call;
    struct td_arena arena; /* what the call points to, as far as it is not the words */
    const char *words[CONTROL_WORDS_MAX]; /* that are no options */
    const char *socket;
    bool wants_help;
};

void control_line_fini(struct control_line *line);

/*
 * Understand a command line (without the name of the program). Returns CONTROL_EXIT_OK, or
 * CONTROL_EXIT_USAGE and what is wrong in `complaint`. What should be said beside is in `hint`.
 */
int control_line_parse(int count, char *const *words, struct control_line *ret_line,
                       struct td_buf *complaint, struct td_buf *hint);

/* All of it; returns the exit code. */
int control_main(int count, char *const *words);
