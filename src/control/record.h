/*
 * control/record.h - from the words of a command line to the record that is meant.
 *
 * Shape    [TTL] [IN] TYPE RDATA...: the words of the data are joined. A word "," stands between
 *          the data of two records; without it, words that are no record together but are one each
 *          (addresses) are several records. What a shell has taken the quotes from gets them back:
 *          each word of a TXT record is a string, cut where it is too long for one.
 * Floor    9. Not for other directories.
 * Threads  Pure.
 */
#pragma once

#include "control/verb.h"

/* As struct control_verb's `prepare`: fills in ttl, type and rdata. */
int control_record_prepare(struct control_call *call, struct td_arena *arena,
                           struct td_buf *complaint);

/* The same, where the data may be left out. */
int control_record_prepare_remove(struct control_call *call, struct td_arena *arena,
                                  struct td_buf *complaint);

/* Reads the file of `zone apply`, a line each. */
int control_apply_prepare(struct control_call *call, struct td_arena *arena,
                          struct td_buf *complaint);

/* Reads the file that is to be sent. */
int control_upload_prepare(struct control_call *call, struct td_arena *arena,
                           struct td_buf *complaint);

/* The lines of a text, without those that are empty or comments, as a list in the arena. */
struct control_words control_lines_of(struct td_arena *arena, const char *text);

/* The zone file that is named is made a whole path: the daemon has another directory. */
int control_zone_add_prepare(struct control_call *call, struct td_arena *arena,
                             struct td_buf *complaint);
