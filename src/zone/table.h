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

/* A table for the view that says what that of the newest version says, with room for more. */
void zone_table_begin(struct zone_version *view, const struct zone_version *newest);

/* Room for so many pages in the table of the view, and in those of later ones. */
void zone_table_grow(struct zone_version *view, uint32_t capacity);

/* The view is given up. */
void zone_table_free(struct zone_version *version);

/* The view of the space, which is sealed, has other pages than the version before it. */
void zone_tables_changed(const struct zone_space *space);

/* The version is given up: its table is the spare one, or freed. */
void zone_table_give(struct zone_lineage *lineage, struct zone_version *version);

void zone_tables_free(struct zone_tables *tables);
