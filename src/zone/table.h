/*
 * zone/table.h - the page table that the next version begins with.
 *
 * Shape    Each version has a table of its own. Of a zone of many pages it is not copied for each
 *          change: the table of a version that was given up is spare, and is brought up to date
 *          from a list of the pages that were changed since.
 * Floor    3. Not for other directories.
 * Threads  The zone's one writer. Readers see a table only when nothing writes it any more.
 * Limits   a spare table and ZONE_TABLE_CHANGES_MAX changed pages are kept for each zone of
 *          ZONE_TABLE_SPARE_MIN pages or more.
 */
#pragma once

#include <stdint.h>

enum {
    ZONE_TABLE_SPARE_MIN = 256,   /* pages; a smaller table is copied in no time */
    ZONE_TABLE_CHANGES_MAX = 512, /* pages; so old a table is not worth it any more */
};

struct zone_lineage;
struct zone_space;
struct zone_tables;
struct zone_version;

/* A table that says what that of the newest version says, with room for the lineage's pages. */
uint8_t **zone_table_next(struct zone_lineage *lineage);

/* Tables with less room than those made from now on are of no use; `id` is the first with more. */
void zone_tables_grown(struct zone_lineage *lineage, uint64_t id);

/* The view of the space, which is sealed, has other pages than the version before it. */
void zone_tables_changed(const struct zone_space *space);

/* The version is given up: its table is the spare one, or freed. */
void zone_table_give(struct zone_lineage *lineage, const struct zone_version *version);

void zone_tables_free(struct zone_tables *tables);
