#include "zone/table.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "zone/space.h"

struct change {
    uint64_t id; /* of the version that has another page there than the one before */
    uint32_t page;
};

struct zone_tables {
    uint8_t **spare; /* NULL: none */
    uint64_t spare_id;
    uint32_t spare_page_count;
    uint32_t count;
    uint64_t since; /* what versions behind this one changed is known; no spare is older */
    struct change changes[ZONE_TABLE_CHANGES_MAX];
};

static void forget_spare(struct zone_tables *tables)
{
    free(tables->spare);
    tables->spare = NULL;
}

void zone_tables_free(struct zone_tables *tables)
{
    if (tables == NULL)
        return;
    free(tables->spare);
    free(tables);
}

/*
 * What is said of a version that was dropped is not wrong, only needless: the newest version's
 * page is taken in any case. But there may be no such page any more.
 */
static uint8_t **catch_up(struct zone_tables *tables, const struct zone_version *newest)
{
    uint8_t **pages = tables->spare;
    uint32_t had = tables->spare_page_count;

    tables->spare = NULL;
    for (uint32_t i = tables->count; i-- > 0 && tables->changes[i].id > tables->spare_id;) {
        uint32_t page = tables->changes[i].page;
        if (page < newest->page_count)
            pages[page] = newest->pages[page];
    }
    if (newest->page_count > had)
        memcpy(pages + had, newest->pages + had, (newest->page_count - had) * sizeof(*pages));
    return pages;
}

void zone_table_begin(struct zone_version *view, const struct zone_version *newest)
{
    const struct zone_lineage *lineage = newest->lineage;

    if (lineage->info_capacity == 1 && newest->pages == &newest->own_page) {
        view->pages = &view->own_page;
        view->own_page = newest->own_page;
    } else if (lineage->tables != NULL && lineage->tables->spare != NULL) {
        view->pages = catch_up(lineage->tables, newest);
    } else {
        view->pages = td_malloc(lineage->info_capacity * sizeof(*view->pages));
        memcpy(view->pages, newest->pages, newest->page_count * sizeof(*view->pages));
    }
}

void zone_table_grow(struct zone_version *view, uint32_t capacity)
{
    struct zone_tables *tables = view->lineage->tables;
    uint8_t **pages = view->pages == &view->own_page ? NULL : view->pages;

    view->pages = td_realloc(pages, capacity * sizeof(*pages));
    if (pages == NULL)
        *view->pages = view->own_page;
    if (tables == NULL)
        return;
    forget_spare(tables); /* it has less room, as have the tables of older versions */
    tables->count = 0;
    tables->since = view->id;
}

void zone_table_free(struct zone_version *version)
{
    if (version->pages != &version->own_page)
        free(version->pages);
}

/* The older half is forgotten, and with it what needs it. */
static void make_room(struct zone_tables *tables)
{
    enum { HALF = ZONE_TABLE_CHANGES_MAX / 2 };

    tables->since = tables->changes[HALF - 1].id;
    tables->count -= HALF;
    memmove(tables->changes, tables->changes + HALF, tables->count * sizeof(tables->changes[0]));
    if (tables->spare != NULL && tables->spare_id < tables->since)
        forget_spare(tables);
}

void zone_tables_changed(const struct zone_space *space)
{
    struct zone_lineage *lineage = space->lineage;

    if (space->view->page_count < ZONE_TABLE_SPARE_MIN)
        return;
    if (lineage->tables == NULL) {
        lineage->tables = td_calloc(1, sizeof(*lineage->tables));
        lineage->tables->since = space->view->id;
        return;
    }
    for (uint32_t i = 0; i < space->dead_count; i++) {
        const struct zone_dead *dead = &space->dead[i];
        uint32_t run = dead->info.run > 1 ? dead->info.run : 1; /* which was released */
        for (uint32_t page = dead->page; page < dead->page + run; page++) {
            if (lineage->tables->count == ZONE_TABLE_CHANGES_MAX)
                make_room(lineage->tables);
            lineage->tables->changes[lineage->tables->count++] =
                (struct change){ space->view->id, page };
        }
    }
}

void zone_table_give(struct zone_lineage *lineage, struct zone_version *version)
{
    struct zone_tables *tables = lineage->tables;

    if (tables == NULL || version->id < tables->since ||
        (tables->spare != NULL && tables->spare_id > version->id)) {
        zone_table_free(version);
        return;
    }
    forget_spare(tables);
    tables->spare = version->pages;
    tables->spare_id = version->id;
    tables->spare_page_count = version->page_count;
}
