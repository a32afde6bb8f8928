/*
 * server/registry_fate.h - what a file that was loaded and compared would do to its zone.
 *
 * Shape    Questions about a job that came back. A load that is published asks them, and a preview.
 * Floor    10.
 * Threads  The main world's.
 */
#pragma once

#include "server/registry.h"

/* The same records, and the same SOA but for the serial? */
bool registry_is_same(const struct registry_zone *zone, const struct loader_job *job);

/* What would be done with a file that was loaded and compared, were it not only looked at. */
enum registry_fate {
    REGISTRY_FATE_SAME,     /* it says what the zone is */
    REGISTRY_FATE_STAYS,    /* the zone stays as it is */
    REGISTRY_FATE_CONFLICT, /* the operator has to choose */
    REGISTRY_FATE_PUBLISH,
};

/* job->file is filled in. */
enum registry_fate registry_fate_of(const struct registry_zone *zone, const struct loader_job *job,
                                    enum registry_take take);

/* Would it be refused, since the serial in it went back (serial-check: strict)? */
bool registry_file_is_refused(const struct registry_zone *zone, const struct loader_job *job);

/* The file as it was read. */
struct store_zone_file registry_file_of(const struct registry_zone *zone,
                                        const struct loader_job *job, enum registry_take take);

/*
 * Have the job, whose `version` says what the file does, compare for a merge: it gets the changes
 * made at run time that its zone has by now. The fiber lets others run.
 * TD_E_CANCELLED, TD_E_NOT_FOUND: there is no such zone any more
 */
TD_NODISCARD td_err registry_merge_prepare(struct fiber *fiber, struct registry *registry,
                                           struct loader_job *job);
