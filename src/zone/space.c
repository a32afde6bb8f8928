#include "zone/space.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "zone/pool.h"
#include "zone/table.h"

enum {
    EXACT_BINS = 64,         /* bin n-1 holds spans of exactly n units */
    BLOCK_STEP = 256,        /* a zone of one small block grows by this */
    LARGE_BIN_LOOKS_MAX = 8, /* spans looked at in a bin of mixed sizes */
    PAGES_MAX = UINT32_MAX / ZONE_PAGE_UNITS,
};

struct zone_lineage *zone_lineage_new(const uint8_t *apex, const struct td_hash_seed *seed)
{
    size_t size = 0;
    uint8_t label_count = 0;

    for (; apex[size] != 0; size += 1u + apex[size])
        label_count++;
    struct zone_lineage *lineage = td_calloc(1, sizeof(*lineage) + size + 1);
    memcpy(lineage->name, apex, size + 1);
    lineage->name_size = (uint8_t)(size + 1);
    lineage->label_count = label_count;
    lineage->seed = seed;
    return lineage;
}

/* ---- pages ---- */

static uint8_t *page_new(struct zone_lineage *lineage, uint32_t size)
{
    lineage->octets += size == 0 ? ZONE_PAGE_SIZE : size;
    return size == 0 ? zone_pool_take() : td_malloc(size);
}

static void page_free(struct zone_lineage *lineage, uint8_t *memory,
                      const struct zone_page_info *info)
{
    lineage->octets -= info->size == 0 ? ZONE_PAGE_SIZE : info->size;
    if (info->size == 0)
        zone_pool_give(memory);
    else
        free(memory);
}

/* ---- for zone/lineage.c ---- */

void zone_dead_free(struct zone_lineage *lineage, const struct zone_dead *dead)
{
    lineage->retained -= dead->info.size == 0 ? ZONE_PAGE_SIZE : dead->info.size;
    page_free(lineage, dead->memory, &dead->info);
}

void zone_pages_free(struct zone_lineage *lineage, const struct zone_version *version,
                     uint32_t from)
{
    for (uint32_t page = from; page < version->page_count; page++) {
        const struct zone_page_info *info = &lineage->infos[page];
        if (version->pages[page] == NULL)
            continue; /* of a run that was released */
        page_free(lineage, version->pages[page], info);
        if (info->run > 1)
            page += info->run - 1;
    }
}

/* Room for more pages in both tables, which have one capacity; false: no index is left. */
static bool reserve_pages(struct zone_space *space, uint32_t count)
{
    struct zone_version *view = space->view;
    struct zone_lineage *lineage = space->lineage;
    uint32_t total = view->page_count + count;

    if (total <= lineage->info_capacity)
        return true;
    if (total > PAGES_MAX) {
        space->is_full = true;
        return false;
    }
    uint32_t capacity = lineage->info_capacity + lineage->info_capacity / 2;
    if (capacity < total)
        capacity = total;
    lineage->infos = td_realloc(lineage->infos, capacity * sizeof(*lineage->infos));
    lineage->info_capacity = capacity;
    view->pages = td_realloc(view->pages, capacity * sizeof(*view->pages));
    zone_tables_grown(lineage, view->id);
    return true;
}

static void append_page(struct zone_space *space)
{
    struct zone_version *view = space->view;

    if (!reserve_pages(space, 1))
        return;
    view->pages[view->page_count] = page_new(space->lineage, 0);
    space->lineage->infos[view->page_count] = (struct zone_page_info){ .birth = view->id };
    view->page_count++;
    space->lineage->tail_units = 0;
}

/* ---- the life of a space ---- */

void zone_space_open(struct zone_space *space, struct zone_lineage *lineage)
{
    struct zone_version *newest = lineage->newest;
    struct zone_version *view = td_calloc(1, sizeof(*view));

    *space = (struct zone_space){ .view = view, .lineage = lineage };
    if (newest != NULL) {
        *view = *newest;
        view->dead = NULL;
        view->dead_count = view->dead_capacity = 0;
        view->older = view->newer = NULL;
        view->unpublished = NULL;
        view->ticket = 0;
        atomic_init(&view->is_cut, false);
        view->pages = zone_table_next(lineage);
        space->old_page_count = newest->page_count;
        space->old_tail_units = lineage->tail_units;
    }
    atomic_init(&view->pins, 0);
    view->lineage = lineage;
    view->id++;
}

static void bin_put(struct zone_lineage *lineage, uint32_t index, uint32_t units);

struct zone_version *zone_space_seal(struct zone_space *space)
{
    struct zone_version *view = space->view;
    struct zone_lineage *lineage = space->lineage;
    struct zone_version *older = lineage->newest;

    for (uint32_t i = 0; i < space->released_count; i++)
        bin_put(lineage, space->released[i].index, space->released[i].units);
    if (older != NULL && space->undo_count != 0) {
        older->dead = td_malloc(space->undo_count * sizeof(*older->dead));
        older->dead_count = older->dead_capacity = space->undo_count;
        for (uint32_t i = 0; i < space->undo_count; i++) {
            const struct zone_undo *undo = &space->undo[i];
            older->dead[i] = (struct zone_dead){ undo->memory, undo->info };
            lineage->retained += undo->info.size == 0 ? ZONE_PAGE_SIZE : undo->info.size;
        }
    }
    zone_tables_changed(space);
    view->older = older;
    if (older != NULL) {
        older->newer = view;
        view->unpublished = td_malloc(sizeof(*view->unpublished));
        *view->unpublished =
            (struct zone_unpublished){ space->undo, space->undo_count, space->old_page_count,
                                       space->old_tail_units };
    } else {
        lineage->oldest = view;
        free(space->undo);
    }
    lineage->newest = view;
    free(space->taken);
    free(space->released);
    return view;
}

/* Free the pages that a view has for itself, and have the infos of the pages before it again. */
static void give_back(struct zone_lineage *lineage, struct zone_version *view,
                      const struct zone_undo *undos, uint32_t undo_count, uint32_t old_page_count)
{
    for (uint32_t i = 0; i < undo_count; i++) {
        const struct zone_undo *undo = &undos[i];
        if (view->pages[undo->page] != NULL) /* NULL: a run that was released */
            page_free(lineage, view->pages[undo->page], &lineage->infos[undo->page]);
        lineage->infos[undo->page] = undo->info;
    }
    zone_pages_free(lineage, view, old_page_count);
    free(view->pages);
    free(view);
}

void zone_space_abort(struct zone_space *space)
{
    struct zone_lineage *lineage = space->lineage;

    give_back(lineage, space->view, space->undo, space->undo_count, space->old_page_count);
    for (uint32_t i = 0; i < space->taken_count; i++)
        bin_put(lineage, space->taken[i].index, space->taken[i].units);
    lineage->tail_units = space->old_tail_units;
    free(space->undo);
    free(space->taken);
    free(space->released);
}

void zone_unpublished_free(struct zone_version *version)
{
    if (version->unpublished == NULL)
        return;
    free(version->unpublished->undo);
    free(version->unpublished);
    version->unpublished = NULL;
}

/*
 * What is free inside the pages was free in the version that goes: all of it is forgotten. That
 * wastes some room, and a drop is rare (the disk has failed).
 */
void zone_space_drop(struct zone_lineage *lineage)
{
    struct zone_version *view = lineage->newest;
    struct zone_version *older = view->older;
    struct zone_unpublished unpublished = *view->unpublished;

    td_assert(older != NULL);
    for (uint32_t i = 0; i < older->dead_count; i++)
        lineage->retained -=
            older->dead[i].info.size == 0 ? ZONE_PAGE_SIZE : older->dead[i].info.size;
    free(older->dead);
    older->dead = NULL;
    older->dead_count = older->dead_capacity = 0;
    older->newer = NULL;
    lineage->newest = older;
    lineage->tail_units = unpublished.old_tail_units;
    for (unsigned i = 0; lineage->bins != NULL && i < ZONE_FREE_BINS; i++)
        lineage->bins[i].count = 0;
    lineage->free_units = 0;
    free(view->unpublished);
    give_back(lineage, view, unpublished.undo, unpublished.undo_count, unpublished.old_page_count);
    free(unpublished.undo);
}

/* Copy a page that an older version can see. A zone's one small block may grow at that. */
static void page_copy(struct zone_space *space, uint32_t page, uint32_t size)
{
    struct zone_lineage *lineage = space->lineage;
    struct zone_page_info *info = &lineage->infos[page];
    uint8_t *old = space->view->pages[page];
    bool is_last = page + 1 == space->view->page_count; /* nothing is behind its tail */
    uint8_t *copy = page_new(lineage, size);

    memcpy(copy, old, is_last ? lineage->tail_units * ZONE_UNIT_SIZE : ZONE_PAGE_SIZE);
    td_grow(space->undo, space->undo_count, space->undo_capacity);
    space->undo[space->undo_count++] = (struct zone_undo){ old, *info, page };
    *info = (struct zone_page_info){ .birth = space->view->id, .size = size };
    space->view->pages[page] = copy;
}

void *zone_space_write(struct zone_space *space, uint32_t index)
{
    uint32_t page = index / ZONE_PAGE_UNITS;
    const struct zone_page_info *info = &space->lineage->infos[page];

    td_assert(page < space->view->page_count);
    if (info->birth != space->view->id) {
        td_assert(info->run == 0); /* runs are written once */
        page_copy(space, page, info->size);
    }
    return space->view->pages[page] + (size_t)(index % ZONE_PAGE_UNITS) * ZONE_UNIT_SIZE;
}

/* ---- free spans ---- */

static unsigned bin_of(uint32_t units)
{
    if (units <= EXACT_BINS)
        return units - 1;
    unsigned bin = EXACT_BINS + (31u - (unsigned)__builtin_clz(units / EXACT_BINS));
    return bin < ZONE_FREE_BINS ? bin : ZONE_FREE_BINS - 1;
}

static void bin_put(struct zone_lineage *lineage, uint32_t index, uint32_t units)
{
    if (lineage->bins == NULL)
        lineage->bins = td_calloc(ZONE_FREE_BINS, sizeof(*lineage->bins));
    struct zone_free_bin *bin = &lineage->bins[bin_of(units)];
    td_grow(bin->spans, bin->count, bin->capacity);
    bin->spans[bin->count++] = (struct zone_free_span){ index, units };
    lineage->free_units += units;
}

/* The newest span in a bin that is long enough, or false. */
static bool bin_take(struct zone_lineage *lineage, unsigned at, uint32_t units,
                     struct zone_free_span *ret)
{
    struct zone_free_bin *bin = &lineage->bins[at];
    uint32_t looks = bin->count < LARGE_BIN_LOOKS_MAX ? bin->count : LARGE_BIN_LOOKS_MAX;

    for (uint32_t i = 0; i < looks; i++) {
        struct zone_free_span *span = &bin->spans[bin->count - 1 - i];
        if (span->units < units)
            continue;
        *ret = *span;
        *span = bin->spans[--bin->count];
        lineage->free_units -= ret->units;
        return true;
    }
    return false;
}

static uint32_t alloc_free(struct zone_space *space, uint32_t units)
{
    struct zone_lineage *lineage = space->lineage;
    struct zone_free_span span;

    if (lineage->bins == NULL || lineage->free_units < units)
        return 0;
    for (unsigned bin = bin_of(units); bin < ZONE_FREE_BINS; bin++) {
        if (!bin_take(lineage, bin, units, &span))
            continue;
        if (span.units > units)
            bin_put(lineage, span.index + units, span.units - units);
        td_grow(space->taken, space->taken_count, space->taken_capacity);
        space->taken[space->taken_count++] = (struct zone_free_span){ span.index, units };
        return span.index;
    }
    return 0;
}

/* ---- allocation ---- */

/* Make a zone's only page, a small block, large enough for `units` more; false when it is full. */
static bool grow_block(struct zone_space *space, uint32_t units)
{
    struct zone_lineage *lineage = space->lineage;
    uint32_t need = (lineage->tail_units + units) * ZONE_UNIT_SIZE;
    struct zone_page_info *info = &lineage->infos[0];

    if (need <= info->size)
        return true;
    uint32_t size = (need + need / 4 + BLOCK_STEP - 1) / BLOCK_STEP * BLOCK_STEP;
    if (size > ZONE_PAGE_SIZE)
        size = 0;
    if (info->birth != space->view->id) {
        page_copy(space, 0, size);
    } else {
        uint8_t *old = space->view->pages[0];
        space->view->pages[0] = page_new(lineage, size);
        memcpy(space->view->pages[0], old, info->size);
        page_free(lineage, old, info);
        info->size = size;
    }
    return size != 0 || need <= ZONE_PAGE_SIZE;
}

static uint32_t alloc_run(struct zone_space *space, size_t size)
{
    struct zone_version *view = space->view;
    struct zone_lineage *lineage = space->lineage;
    uint32_t run = (uint32_t)((size + ZONE_PAGE_SIZE - 1) / ZONE_PAGE_SIZE);
    uint32_t first = view->page_count;

    if (!reserve_pages(space, run))
        return 1;
    uint8_t *memory = page_new(lineage, run * ZONE_PAGE_SIZE);
    for (uint32_t i = 0; i < run; i++) {
        view->pages[first + i] = memory + (size_t)i * ZONE_PAGE_SIZE;
        lineage->infos[first + i] = (struct zone_page_info){ .birth = view->id };
    }
    lineage->infos[first].size = run * ZONE_PAGE_SIZE;
    lineage->infos[first].run = run;
    view->page_count += run;
    lineage->tail_units = ZONE_PAGE_UNITS;
    return first * ZONE_PAGE_UNITS;
}

uint32_t zone_space_alloc(struct zone_space *space, size_t size)
{
    struct zone_lineage *lineage = space->lineage;
    uint32_t units = (uint32_t)((size + ZONE_UNIT_SIZE - 1) / ZONE_UNIT_SIZE);

    if (space->view->page_count == 0) {
        append_page(space);
        lineage->tail_units = 1; /* index 0 is nothing */
    }
    if (units > ZONE_PAGE_UNITS - 1)
        return alloc_run(space, size);
    uint32_t index = alloc_free(space, units);
    if (index != 0)
        return index;
    if (space->view->page_count == 1 && lineage->infos[0].size != 0) {
        if (!grow_block(space, units))
            append_page(space);
    }
    if (lineage->tail_units + units > ZONE_PAGE_UNITS)
        append_page(space);
    if (space->is_full)
        return 1; /* somewhere harmless: finish will fail */
    index = (space->view->page_count - 1) * ZONE_PAGE_UNITS + lineage->tail_units;
    lineage->tail_units += units;
    return index;
}

uint32_t zone_space_alloc_table(struct zone_space *space, uint32_t count)
{
    if (count < ZONE_PAGE_UNITS)
        return zone_space_alloc(space, (size_t)count * ZONE_UNIT_SIZE);

    uint32_t first = space->view->page_count;
    uint32_t pages = (count + ZONE_PAGE_UNITS - 1) / ZONE_PAGE_UNITS;
    for (uint32_t i = 0; i < pages && !space->is_full; i++)
        append_page(space);
    space->lineage->tail_units = ZONE_PAGE_UNITS - (pages * ZONE_PAGE_UNITS - count);
    return first * ZONE_PAGE_UNITS;
}

/*
 * Whole pages that the view no longer needs: their memory goes with the versions that can
 * see it, their indices stay unused until the zone is built anew.
 */
static void release_page(struct zone_space *space, uint32_t page)
{
    struct zone_page_info *info = &space->lineage->infos[page];

    if (info->birth == space->view->id)
        return; /* made and released by one edit: rare, and gone with the zone */
    td_grow(space->undo, space->undo_count, space->undo_capacity);
    space->undo[space->undo_count++] = (struct zone_undo){ space->view->pages[page], *info, page };
    for (uint32_t i = info->run; i-- > 1;)
        space->view->pages[page + i] = NULL;
    space->view->pages[page] = NULL;
    *info = (struct zone_page_info){ .birth = space->view->id };
}

void zone_space_release_table(struct zone_space *space, uint32_t index, uint32_t count)
{
    uint32_t whole = count / ZONE_PAGE_UNITS;

    if (count < ZONE_PAGE_UNITS) {
        zone_space_release(space, index, (size_t)count * ZONE_UNIT_SIZE);
        return;
    }
    for (uint32_t i = 0; i < whole; i++)
        release_page(space, index / ZONE_PAGE_UNITS + i);
    if (count % ZONE_PAGE_UNITS != 0)
        zone_space_release(space, index + whole * ZONE_PAGE_UNITS,
                           (size_t)(count % ZONE_PAGE_UNITS) * ZONE_UNIT_SIZE);
}

void zone_space_release(struct zone_space *space, uint32_t index, size_t size)
{
    uint32_t units = (uint32_t)((size + ZONE_UNIT_SIZE - 1) / ZONE_UNIT_SIZE);

    if (units > ZONE_PAGE_UNITS - 1) {
        release_page(space, index / ZONE_PAGE_UNITS);
        return;
    }
    td_grow(space->released, space->released_count, space->released_capacity);
    space->released[space->released_count++] = (struct zone_free_span){ index, units };
}

void zone_space_trim(struct zone_space *space)
{
    struct zone_version *view = space->view;
    struct zone_lineage *lineage = space->lineage;
    uint32_t size = lineage->tail_units * ZONE_UNIT_SIZE;

    if (view->page_count != 1 || lineage->infos[0].run != 0 || size > ZONE_PAGE_SIZE - BLOCK_STEP)
        return;
    uint8_t *block = page_new(lineage, size);
    memcpy(block, view->pages[0], size);
    page_free(lineage, view->pages[0], &lineage->infos[0]);
    view->pages[0] = block;
    lineage->infos[0].size = size;
}
