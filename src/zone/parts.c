#include "zone/parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "zone/lineage.h"
#include "zone/space.h"

enum { PAGES_MAX = UINT32_MAX / ZONE_PAGE_UNITS };

/* ---- apart ---- */

static void take_holes(const struct zone_version *version, struct zone_parts *parts)
{
    const struct zone_page_info *infos = version->lineage->infos;
    uint32_t capacity = 0;

    for (uint32_t page = 0; page < version->page_count; page++) {
        struct zone_hole *last =
            parts->outline.hole_count == 0 ? NULL : &parts->holes[parts->outline.hole_count - 1];
        bool is_gap = version->pages[page] == NULL;
        if (!is_gap && infos[page].run == 0)
            continue;
        if (is_gap && last != NULL && !last->is_run && last->page + last->count == page) {
            last->count++;
            continue;
        }
        td_grow(parts->holes, parts->outline.hole_count, capacity);
        last = &parts->holes[parts->outline.hole_count++];
        *last = (struct zone_hole){ page, is_gap ? 1 : infos[page].run, !is_gap };
        page += last->count - 1;
    }
}

static void take_frees(const struct zone_lineage *lineage, struct zone_parts *parts)
{
    size_t count = 0;

    for (unsigned i = 0; lineage->free != NULL && i < ZONE_FREE_BINS; i++)
        count += lineage->free->bins[i].count;
    if (count == 0)
        return;
    parts->frees = td_malloc(count * sizeof(*parts->frees));
    for (unsigned i = 0; i < ZONE_FREE_BINS; i++) {
        const struct zone_free_bin *bin = &lineage->free->bins[i];
        for (uint32_t at = 0; at < bin->count; at++)
            parts->frees[parts->outline.free_count++] = bin->spans[at];
    }
}

/* The salt stands in a record of the apex. */
static void take_nsec3(const struct zone_version *version, struct zone_outline *outline)
{
    const struct zone_nsec3 *nsec3 = version->nsec3;

    if (nsec3 == NULL)
        return;
    uint32_t page = zone_version_apex(version)->sets / ZONE_PAGE_UNITS;
    size_t offset = (size_t)(nsec3->salt - version->pages[page]);
    outline->has_nsec3_param = 1;
    outline->nsec3_algorithm = nsec3->algorithm;
    outline->nsec3_iterations = nsec3->iterations;
    outline->salt_size = nsec3->salt_size;
    outline->salt_page = page + (uint32_t)(offset / ZONE_PAGE_SIZE); /* the set may be a run */
    outline->salt_offset = (uint32_t)(offset % ZONE_PAGE_SIZE);
}

bool zone_parts_take(const struct zone_version *version, struct zone_parts *ret_parts)
{
    const struct zone_lineage *lineage = version->lineage;

    if (lineage->newest != version || lineage->infos[0].size != 0)
        return false;
    *ret_parts = (struct zone_parts){ .outline = {
                                          .record_count = version->record_count,
                                          .page_count = version->page_count,
                                          .slots = version->slots,
                                          .slot_count = version->slot_count,
                                          .apex = version->apex,
                                          .order = version->order,
                                          .nsec3_order = version->nsec3_order,
                                          .nsec3_apex = version->nsec3_apex,
                                          .nsec3_wildcard = version->nsec3_wildcard,
                                          .negative = version->negative,
                                          .negative_signed = version->negative_signed,
                                          .no_name_signed = version->no_name_signed,
                                          .apex_signed = version->apex_signed,
                                          .serial = version->serial,
                                          .flags = version->flags,
                                          .host_count = version->host_count,
                                          .node_count = version->node_count,
                                          .delegation_count = version->delegation_count,
                                          .tail_units = lineage->tail_units,
                                          .nsec3_is_kept = version->nsec3_is_kept,
                                          .depth = version->depth,
                                      } };
    take_nsec3(version, &ret_parts->outline);
    take_holes(version, ret_parts);
    take_frees(lineage, ret_parts);
    return true;
}

void zone_parts_fini(struct zone_parts *parts)
{
    free(parts->holes);
    free(parts->frees);
    *parts = (struct zone_parts){ .holes = NULL };
}

/* ---- is it sound? ---- */

/* The last hole that does not begin behind this page, or NULL. */
static const struct zone_hole *hole_before(const struct zone_parts *parts, uint32_t page)
{
    uint32_t from = 0, to = parts->outline.hole_count;

    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        if (parts->holes[middle].page <= page)
            from = middle + 1;
        else
            to = middle;
    }
    return from == 0 ? NULL : &parts->holes[from - 1];
}

/* Is this unit in memory? */
static bool is_there(const struct zone_parts *parts, uint32_t index)
{
    uint32_t page = index / ZONE_PAGE_UNITS;
    const struct zone_hole *hole = hole_before(parts, page);

    return page < parts->outline.page_count &&
           (hole == NULL || hole->is_run || page >= hole->page + hole->count);
}

static bool check_holes(const struct zone_parts *parts)
{
    uint64_t end = 1; /* the first page is one of the pool: index 0 is in it */

    for (uint32_t i = 0; i < parts->outline.hole_count; i++) {
        const struct zone_hole *hole = &parts->holes[i];
        if (hole->page < end || hole->count == 0 || hole->is_run > 1)
            return false;
        end = (uint64_t)hole->page + hole->count;
    }
    return end <= parts->outline.page_count;
}

static bool check_frees(const struct zone_parts *parts)
{
    for (uint32_t i = 0; i < parts->outline.free_count; i++) {
        const struct zone_free_span *span = &parts->frees[i];
        if (span->index == 0 || span->units == 0 || span->units >= ZONE_PAGE_UNITS ||
            span->index % ZONE_PAGE_UNITS + span->units > ZONE_PAGE_UNITS ||
            !is_there(parts, span->index))
            return false;
    }
    return true;
}

static bool check_indices(const struct zone_parts *parts)
{
    const struct zone_outline *o = &parts->outline;
    const uint32_t needed[] = { o->slots, o->apex, o->order, o->negative };
    const uint32_t others[] = { o->nsec3_order,     o->nsec3_apex,     o->nsec3_wildcard,
                                o->negative_signed, o->no_name_signed, o->apex_signed };

    for (size_t i = 0; i < TD_COUNT(needed); i++)
        if (needed[i] == 0 || !is_there(parts, needed[i]))
            return false;
    for (size_t i = 0; i < TD_COUNT(others); i++)
        if (!is_there(parts, others[i]))
            return false;
    uint64_t end = (uint64_t)o->slots + o->slot_count;
    for (uint64_t unit = o->slots; unit < end; unit += ZONE_PAGE_UNITS)
        if (unit > UINT32_MAX || !is_there(parts, (uint32_t)unit))
            return false;
    return o->slot_count != 0 && end <= UINT32_MAX && is_there(parts, (uint32_t)end - 1);
}

/* A salt that goes on in the next page is in a run, where that is the next in memory as well. */
static bool check_salt(const struct zone_parts *parts)
{
    const struct zone_outline *o = &parts->outline;

    if (o->has_nsec3_param == 0)
        return true;
    if (o->salt_offset >= ZONE_PAGE_SIZE || o->salt_page >= o->page_count ||
        !is_there(parts, o->salt_page * ZONE_PAGE_UNITS))
        return false;
    if (o->salt_offset + o->salt_size <= ZONE_PAGE_SIZE)
        return true;
    const struct zone_hole *hole = hole_before(parts, o->salt_page);
    return hole != NULL && hole->is_run && o->salt_page + 1 - hole->page < hole->count;
}

td_err zone_parts_check(const struct zone_parts *parts)
{
    const struct zone_outline *o = &parts->outline;
    bool is_sound = o->page_count != 0 && o->page_count <= PAGES_MAX && check_holes(parts) &&
                    o->tail_units <= ZONE_PAGE_UNITS && o->depth <= WIRE_KEY_LABELS_MAX &&
                    check_indices(parts) && check_salt(parts) && check_frees(parts);

    return is_sound ? TD_OK : TD_E_MALFORMED;
}

/* ---- parts ---- */

static uint32_t pooled_pages(const struct zone_parts *parts)
{
    uint32_t count = parts->outline.page_count;

    for (uint32_t i = 0; i < parts->outline.hole_count; i++)
        count -= parts->holes[i].count;
    return count;
}

static uint32_t pooled_parts(const struct zone_parts *parts)
{
    return (pooled_pages(parts) + ZONE_PART_PAGES - 1) / ZONE_PART_PAGES;
}

uint32_t zone_parts_count(const struct zone_parts *parts)
{
    uint32_t count = pooled_parts(parts);

    for (uint32_t i = 0; i < parts->outline.hole_count; i++)
        count += parts->holes[i].is_run != 0;
    return count;
}

static const struct zone_hole *run_of(const struct zone_parts *parts, uint32_t part)
{
    const struct zone_hole *hole = parts->holes;

    for (uint32_t left = part - pooled_parts(parts);; hole++)
        if (hole->is_run && left-- == 0)
            return hole;
}

size_t zone_part_size(const struct zone_parts *parts, uint32_t part)
{
    uint32_t pooled = pooled_parts(parts), pages = ZONE_PART_PAGES;

    if (part >= pooled)
        pages = run_of(parts, part)->count;
    else if (part == pooled - 1)
        pages = pooled_pages(parts) - part * ZONE_PART_PAGES;
    return (size_t)pages * ZONE_PAGE_SIZE;
}

/* The next page that is one of the pool's; *hole begins at 0 and moves on. */
static uint32_t skip_holes(const struct zone_parts *parts, uint32_t page, uint32_t *hole)
{
    for (; *hole < parts->outline.hole_count && parts->holes[*hole].page <= page; ++*hole)
        if (parts->holes[*hole].page == page)
            page += parts->holes[*hole].count;
    return page;
}

const uint8_t *zone_part_octets(const struct zone_parts *parts, const struct zone_version *version,
                                uint32_t part, uint8_t *scratch)
{
    uint32_t hole = 0, page = 0;
    size_t count = zone_part_size(parts, part) / ZONE_PAGE_SIZE;

    if (part >= pooled_parts(parts))
        return version->pages[run_of(parts, part)->page];
    for (uint64_t ahead = (uint64_t)part * ZONE_PART_PAGES; ahead != 0;) {
        uint32_t end =
            hole < parts->outline.hole_count ? parts->holes[hole].page : parts->outline.page_count;
        uint32_t step = ahead < end - page ? (uint32_t)ahead : end - page;
        page += step;
        ahead -= step;
        page = skip_holes(parts, page, &hole);
    }
    for (size_t i = 0; i < count; i++) {
        page = skip_holes(parts, page, &hole);
        memcpy(scratch + i * ZONE_PAGE_SIZE, version->pages[page++], ZONE_PAGE_SIZE);
    }
    return scratch;
}

/* ---- together again ---- */

struct zone_assembly {
    const struct zone_parts *parts;
    uint32_t count;
    uint32_t pooled;
    uint8_t *memory[]; /* of each part; NULL: not yet */
};

struct zone_assembly *zone_assembly_new(const struct zone_parts *parts)
{
    uint32_t count = zone_parts_count(parts);
    struct zone_assembly *assembly =
        td_calloc(1, sizeof(*assembly) + count * sizeof(assembly->memory[0]));

    assembly->parts = parts;
    assembly->count = count;
    assembly->pooled = pooled_parts(parts);
    return assembly;
}

/* A row of the pool has ZONE_PART_PAGES, of which the last part needs only some. */
static void give_pages(uint8_t *row, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        zone_pool_give(row + i * ZONE_PAGE_SIZE);
}

void zone_assembly_free(struct zone_assembly *assembly)
{
    if (assembly == NULL)
        return;
    for (uint32_t i = 0; i < assembly->count; i++) {
        if (assembly->memory[i] == NULL)
            continue;
        if (i < assembly->pooled)
            give_pages(assembly->memory[i], 0, ZONE_PART_PAGES);
        else
            free(assembly->memory[i]);
    }
    free(assembly);
}

uint8_t *zone_assembly_part(struct zone_assembly *assembly, uint32_t part)
{
    td_assert(part < assembly->count && assembly->memory[part] == NULL);
    assembly->memory[part] = part < assembly->pooled
                                 ? zone_pool_take_row()
                                 : td_malloc(zone_part_size(assembly->parts, part));
    return assembly->memory[part];
}

static void put_pages(struct zone_assembly *assembly, struct zone_space *space)
{
    const struct zone_parts *parts = assembly->parts;
    uint8_t **pages = space->view->pages;
    struct zone_page_info *infos = space->lineage->infos;
    uint32_t page = 0, hole = 0;
    uint32_t count = pooled_pages(parts);

    for (uint32_t i = 0; i < count; i++) {
        page = skip_holes(parts, page, &hole);
        pages[page++] =
            assembly->memory[i / ZONE_PART_PAGES] + (size_t)(i % ZONE_PART_PAGES) * ZONE_PAGE_SIZE;
    }
    if (count % ZONE_PART_PAGES != 0)
        give_pages(assembly->memory[assembly->pooled - 1], count % ZONE_PART_PAGES,
                   ZONE_PART_PAGES);
    space->lineage->octets = (uint64_t)count * ZONE_PAGE_SIZE;
    for (uint32_t i = 0, part = assembly->pooled; i < parts->outline.hole_count; i++) {
        const struct zone_hole *run = &parts->holes[i];
        if (!run->is_run)
            continue;
        for (uint32_t j = 0; j < run->count; j++)
            pages[run->page + j] = assembly->memory[part] + (size_t)j * ZONE_PAGE_SIZE;
        infos[run->page].size = run->count * ZONE_PAGE_SIZE;
        infos[run->page].run = run->count;
        space->lineage->octets += infos[run->page].size;
        part++;
    }
}

static void put_view(struct zone_version *view, const struct zone_outline *o)
{
    view->record_count = o->record_count;
    view->slots = o->slots;
    view->slot_count = o->slot_count;
    view->apex = o->apex;
    view->order = o->order;
    view->nsec3_order = o->nsec3_order;
    view->nsec3_apex = o->nsec3_apex;
    view->nsec3_wildcard = o->nsec3_wildcard;
    view->negative = o->negative;
    view->negative_signed = o->negative_signed;
    view->no_name_signed = o->no_name_signed;
    view->apex_signed = o->apex_signed;
    view->serial = o->serial;
    view->flags = o->flags;
    view->host_count = o->host_count;
    view->node_count = o->node_count;
    view->delegation_count = o->delegation_count;
    view->nsec3_is_kept = o->nsec3_is_kept != 0;
    view->depth = o->depth;
    if (o->has_nsec3_param == 0)
        return;
    view->nsec3_param = (struct zone_nsec3){
        .iterations = o->nsec3_iterations,
        .algorithm = o->nsec3_algorithm,
        .salt_size = o->salt_size,
        .salt = view->pages[o->salt_page] + o->salt_offset,
    };
    view->nsec3 = &view->nsec3_param;
}

struct zone_version *zone_assembly_finish(struct zone_assembly *assembly, const uint8_t *apex,
                                          const struct td_hash_seed *seed)
{
    const struct zone_parts *parts = assembly->parts;
    const struct zone_outline *o = &parts->outline;
    struct zone_lineage *lineage = zone_lineage_new(apex, seed);
    struct zone_space space;

    zone_space_open(&space, lineage);
    lineage->infos = td_calloc(o->page_count, sizeof(*lineage->infos));
    lineage->info_capacity = o->page_count;
    lineage->tail_units = o->tail_units;
    for (uint32_t page = 0; page < o->page_count; page++)
        lineage->infos[page].birth = space.view->id;
    space.view->pages = td_calloc(o->page_count, sizeof(*space.view->pages));
    space.view->page_count = o->page_count;
    put_pages(assembly, &space);
    put_view(space.view, o);
    free(assembly);
    for (uint32_t i = 0; i < o->free_count; i++)
        zone_space_release(&space, parts->frees[i].index,
                           (size_t)parts->frees[i].units * ZONE_UNIT_SIZE);
    return zone_space_seal(&space);
}

struct zone_version *zone_parts_copy(const struct zone_parts *parts,
                                     const struct zone_version *version)
{
    struct zone_assembly *assembly = zone_assembly_new(parts);

    for (uint32_t part = 0; part < assembly->count; part++) {
        uint8_t *memory = zone_assembly_part(assembly, part);
        const uint8_t *octets = zone_part_octets(parts, version, part, memory);
        if (octets != memory)
            memcpy(memory, octets, zone_part_size(parts, part));
    }
    return zone_assembly_finish(assembly, zone_version_name(version), zone_version_seed(version));
}
