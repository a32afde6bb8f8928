/*
 * server/backup.h - a zone with its history as one file.
 *
 * Shape    A zone file that any name server could load. What is more stands in its comments: a head
 *          (format, zone, serial, time, what must be in it), the changes of the log, oldest first,
 *          and in its last line a digest of all that is before it.
 *
 *              ; tandem zone backup 1
 *              ; zone example.com. serial 42 time 1790000000 records 12 changes 1
 *              ;! SERIAL-FROM SERIAL-TO TIME REMOVED ADDED base64 of the change (change/encode.h)
 *              ;= more of it
 *              example.com. 3600 IN SOA ...
 *              ; end sha256 HEX
 *
 * Floor    10.
 * Threads  Pure.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/err.h"
#include "change/change.h"
#include "wire/name.h"

struct backup {
    struct td_arena arena;
    struct wire_name apex; /* lower case */
    uint32_t serial;
    uint64_t time_s; /* when it was made */
    uint64_t records;
    struct change_past *changes; /* oldest first; octets lie in the arena */
    uint32_t change_count;
};

/* ---- writing, in this order ---- */

void backup_put_head(struct td_buf *out, const struct backup *backup);
void backup_put_change(struct td_buf *out, const struct change_past *change);
/* Behind the text of the zone. */
void backup_put_end(struct td_buf *out);

/* ---- reading ---- */

/*
 * Given back with td_arena_fini(&ret_backup->arena), which is all that it has. The text of the zone
 * is not looked at.
 * TD_E_INVALID  none of ours, cut off, or damaged: which, is in diag
 */
TD_NODISCARD td_err backup_read(const char *text, size_t size, struct backup *ret_backup,
                                struct td_diag *diag);
