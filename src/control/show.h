/*
 * control/show.h - the daemon's answers for people: calm and aligned.
 *
 * Shape    Given the JSON of the API, what was asked for goes to `out`, what needs somebody's
 *          attention to `complaints`. What is missing in the answer is left out. Returns an enum
 *          control_exit: an answer may tell of zones that did not load.
 * Floor    9.
 * Threads  Pure.
 */
#pragma once

#include <jansson.h>

#include "base/buf.h"

int control_show_status(const json_t *answer, struct td_buf *out, struct td_buf *complaints);
int control_show_plan(const json_t *answer, struct td_buf *out, struct td_buf *complaints);
int control_show_reload(const json_t *answer, struct td_buf *out, struct td_buf *complaints);
int control_show_stats(const json_t *answer, struct td_buf *out, struct td_buf *complaints);
int control_show_zone_list(const json_t *answer, struct td_buf *out, struct td_buf *complaints);
int control_show_zone_status(const json_t *answer, struct td_buf *out, struct td_buf *complaints);
int control_show_zone_reload(const json_t *answer, struct td_buf *out, struct td_buf *complaints);

int control_show_edit(const json_t *answer, struct td_buf *out, struct td_buf *complaints);
int control_show_abort(const json_t *answer, struct td_buf *out, struct td_buf *complaints);
int control_show_log(const json_t *answer, struct td_buf *out, struct td_buf *complaints);
int control_show_show(const json_t *answer, struct td_buf *out, struct td_buf *complaints);
int control_show_diff(const json_t *answer, struct td_buf *out, struct td_buf *complaints);
int control_show_blame(const json_t *answer, struct td_buf *out, struct td_buf *complaints);
int control_show_backup(const json_t *answer, struct td_buf *out, struct td_buf *complaints);
int control_show_text(const json_t *answer, struct td_buf *out, struct td_buf *complaints);
int control_show_follow_order(const json_t *answer, struct td_buf *out, struct td_buf *complaints);
int control_show_removed(const json_t *answer, struct td_buf *out, struct td_buf *complaints);
int control_show_why(const json_t *answer, struct td_buf *out, struct td_buf *complaints);
int control_show_peer_status(const json_t *answer, struct td_buf *out, struct td_buf *complaints);
int control_show_config(const json_t *answer, struct td_buf *out, struct td_buf *complaints);
int control_show_key_added(const json_t *answer, struct td_buf *out, struct td_buf *complaints);
int control_show_key_list(const json_t *answer, struct td_buf *out, struct td_buf *complaints);
int control_show_key(const json_t *answer, struct td_buf *out, struct td_buf *complaints);
int control_show_key_removed(const json_t *answer, struct td_buf *out, struct td_buf *complaints);
/* Of a zone's status, the part about its peers. */
void control_show_follow(const json_t *zone, struct td_buf *out);
int control_show_frozen(const json_t *answer, struct td_buf *out, struct td_buf *complaints);
int control_show_flush(const json_t *answer, struct td_buf *out, struct td_buf *complaints);
int control_show_release(const json_t *answer, struct td_buf *out, struct td_buf *complaints);
