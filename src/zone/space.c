#include "zone/space.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/macros.h"
#include "zone/block.h"
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
    struct zone_lineage *lineage = zone_block_take(offsetof(struct zone_lineage, name) + size + 1);
    *lineage = (struct zone_lineage){ .seed = seed };
    memcpy(lineage->name, apex, size + 1);
    lineage->name_size = (uint8_t)(size + 1);
    lineage->infos = &lineage->own_info;
    lineage->info_capacity = 1;
    lineage->label_count = label_count;
    return lineage;
}

/* ---- pages ---- */

static uint32_t octets_of(const struct zone_page_info *info)
{
    return info->size == 0 ? ZONE_PAGE_SIZE : info->size;
}

static uint8_t *page_new(struct zone_lineage *lineage, uint32_t size)
{
    lineage->octets += size == 0 ? ZONE_PAGE_SIZE : size;
    if (size == 0)
        return zone_pool_take();
    return size < ZONE_PAGE_SIZE ? zone_block_take(size) : td_malloc(size);
}

static void page_free(struct zone_lineage *lineage, uint8_t *memory,
                      const struct zone_page_info *info)
{
    lineage->octets -= octets_of(info);
    if (info->size == 0)
        zone_pool_give(memory);
    else if (info->size < ZONE_PAGE_SIZE)
        zone_block_give(memory, info->size);
    else
        free(memory);
}

/* ---- for zone/lineage.c ---- */

void zone_dead_free(struct zone_lineage *lineage, const struct zone_dead *dead)
{
    lineage->retained -= octets_of(&dead->info);
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
    struct zone_page_info *infos = lineage->infos == &lineage->own_info ? NULL : lineage->infos;
    lineage->infos = td_realloc(infos, capacity * sizeof(*infos));
    if (infos == NULL)
        *lineage->infos = lineage->own_info;
    lineage->info_capacity = capacity;
    zone_table_grow(view, capacity);
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

static struct zone_version *version_new(void)
{
    return zone_block_take(sizeof(struct zone_version));
}

void zone_version_free(struct zone_lineage *lineage, struct zone_version *version)
{
    zone_table_give(lineage, version);
    free(version->dead);
    zone_block_give(version, sizeof(*version));
}

void zone_space_open(struct zone_space *space, struct zone_lineage *lineage)
{
    struct zone_version *newest = lineage->newest;
    struct zone_version *view = version_new();

    *space = (struct zone_space){ .view = view, .lineage = lineage };
    if (newest == NULL) {
        *view = (struct zone_version){ .pages = &view->own_page, .lineage = lineage };
    } else {
        *view = *newest;
        view->dead = NULL;
        view->dead_count = view->dead_capacity = 0;
        view->older = view->newer = NULL;
        view->ticket = 0;
        zone_table_begin(view, newest);
    }
    atomic_init(&view->is_cut, false);
    atomic_init(&view->pins, 0);
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
    zone_tables_changed(space);
    for (uint32_t i = 0; i < space->dead_count; i++)
        lineage->retained += octets_of(&space->dead[i].info);
    view->tail_units = lineage->tail_units;
    view->older = older;
    if (older != NULL) {
        older->newer = view;
        older->dead = space->dead;
        older->dead_count = space->dead_count;
        older->dead_capacity = space->dead_capacity;
    } else {
        lineage->oldest = view;
        free(space->dead);
    }
    lineage->newest = view;
    free(space->taken);
    free(space->released);
    return view;
}

/* Free what a view has for itself, and have the infos of the pages before it again. */
static void give_back(struct zone_lineage *lineage, struct zone_version *view,
                      const struct zone_dead *dead, uint32_t dead_count)
{
    uint32_t old_page_count = 0;

    for (uint32_t i = 0; i < dead_count; i++) {
        uint32_t page = dead[i].page;
        if (view->pages[page] != NULL) /* NULL: a run that was released */
            page_free(lineage, view->pages[page], &lineage->infos[page]);
        lineage->infos[page] = dead[i].info;
    }
    if (lineage->newest != NULL) {
        old_page_count = lineage->newest->page_count;
        lineage->tail_units = lineage->newest->tail_units;
    }
    zone_pages_free(lineage, view, old_page_count);
    zone_table_free(view);
    zone_block_give(view, sizeof(*view));
}

void zone_space_abort(struct zone_space *space)
{
    struct zone_lineage *lineage = space->lineage;

    give_back(lineage, space->view, space->dead, space->dead_count);
    for (uint32_t i = 0; i < space->taken_count; i++)
        bin_put(lineage, space->taken[i].index, space->taken[i].units);
    free(space->dead);
    free(space->taken);
    free(space->released);
}

static void forget_free(struct zone_free *free)
{
    for (unsigned i = 0; i < ZONE_FREE_BINS; i++)
        free->bins[i].count = 0;
    memset(free->used, 0, sizeof(free->used));
    free->units = 0;
}

/*
 * What the version before it does not need was the list of what this one replaced: nothing was
 * handed on to it, since what was never shown is not given up.
 *
 * What is free inside the pages was free in the version that goes: all of it is forgotten. That
 * wastes some room, and a drop is rare (the disk has failed).
 */
void zone_space_drop(struct zone_lineage *lineage)
{
    struct zone_version *view = lineage->newest;
    struct zone_version *older = view->older;

    td_assert(older != NULL && older->ticket == 0);
    for (uint32_t i = 0; i < older->dead_count; i++)
        lineage->retained -= octets_of(&older->dead[i].info);
    older->newer = NULL;
    lineage->newest = older;
    if (lineage->free != NULL)
        forget_free(lineage->free);
    give_back(lineage, view, older->dead, older->dead_count);
    free(older->dead);
    older->dead = NULL;
    older->dead_count = older->dead_capacity = 0;
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
    td_grow_slowly(space->dead, space->dead_count, space->dead_capacity);
    space->dead[space->dead_count++] = (struct zone_dead){ old, *info, page };
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
    unsigned at = bin_of(units);

    if (lineage->free == NULL)
        lineage->free = td_calloc(1, sizeof(*lineage->free));
    struct zone_free_bin *bin = &lineage->free->bins[at];
    td_grow_slowly(bin->spans, bin->count, bin->capacity);
    bin->spans[bin->count++] = (struct zone_free_span){ index, units };
    lineage->free->used[at / 64] |= 1ull << at % 64;
    lineage->free->units += units;
}

/* The newest span in a bin that is long enough, or false. */
static bool bin_take(struct zone_free *free, unsigned at, uint32_t units,
                     struct zone_free_span *ret)
{
    struct zone_free_bin *bin = &free->bins[at];
    uint32_t looks = bin->count < LARGE_BIN_LOOKS_MAX ? bin->count : LARGE_BIN_LOOKS_MAX;

    for (uint32_t i = 0; i < looks; i++) {
        struct zone_free_span *span = &bin->spans[bin->count - 1 - i];
        if (span->units < units)
            continue;
        *ret = *span;
        *span = bin->spans[--bin->count];
        if (bin->count == 0)
            free->used[at / 64] &= ~(1ull << at % 64);
        free->units -= ret->units;
        return true;
    }
    return false;
}

/* The first bin from this one on that is not empty; the others of a small zone are not near. */
static unsigned bin_next(const struct zone_free *free, unsigned at)
{
    for (; at < ZONE_FREE_BINS; at = (at / 64 + 1) * 64) {
        uint64_t used = free->used[at / 64] >> at % 64;
        if (used != 0)
            return at + (unsigned)__builtin_ctzll(used);
    }
    return ZONE_FREE_BINS;
}

static uint32_t alloc_free(struct zone_space *space, uint32_t units)
{
    struct zone_lineage *lineage = space->lineage;
    struct zone_free *free = lineage->free;
    struct zone_free_span span;

    if (free == NULL || free->units < units)
        return 0;
    for (unsigned bin = bin_next(free, bin_of(units)); bin < ZONE_FREE_BINS;
         bin = bin_next(free, bin + 1)) {
        if (!bin_take(free, bin, units, &span))
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

/* In the last page, which has room. */
static inline uint32_t alloc_tail(struct zone_space *space, uint32_t units)
{
    struct zone_lineage *lineage = space->lineage;
    uint32_t index = (space->view->page_count - 1) * ZONE_PAGE_UNITS + lineage->tail_units;

    lineage->tail_units += units;
    return index;
}

static TD_NOINLINE uint32_t alloc_slowly(struct zone_space *space, uint32_t units)
{
    struct zone_lineage *lineage = space->lineage;
    uint32_t index = alloc_free(space, units);

    if (index != 0)
        return index;
    if (space->view->page_count == 1 && lineage->infos[0].size != 0) {
        if (!grow_block(space, units))
            append_page(space);
    }
    if (lineage->tail_units + units > ZONE_PAGE_UNITS)
        append_page(space);
    return space->is_full ? 1 : alloc_tail(space, units); /* 1 is harmless: finish will fail */
}

uint32_t zone_space_alloc(struct zone_space *space, size_t size)
{
    struct zone_lineage *lineage = space->lineage;
    uint32_t units = (uint32_t)((size + ZONE_UNIT_SIZE - 1) / ZONE_UNIT_SIZE);

    if (td_likely(space->view->page_count > 1 && lineage->free == NULL &&
                  lineage->tail_units + units <= ZONE_PAGE_UNITS))
        return alloc_tail(space, units);
    if (space->view->page_count == 0) {
        append_page(space);
        lineage->tail_units = 1; /* index 0 is nothing */
    }
    return units > ZONE_PAGE_UNITS - 1 ? alloc_run(space, size) : alloc_slowly(space, units);
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
    td_grow(space->dead, space->dead_count, space->dead_capacity);
    space->dead[space->dead_count++] = (struct zone_dead){ space->view->pages[page], *info, page };
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
