#include "replicate/difference.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/reader.h"
#include "change/encode.h"
#include "wire/name.h"
#include "wire/rrtype.h"

enum {
    RECORD_FIXED_SIZE = 10, /* type, class, TTL, size */
    SOA_NUMBERS_SIZE = 20,  /* from the serial on */
    SOA_SIZE_MIN = 2 + SOA_NUMBERS_SIZE,
    TURN_RECORDS = 2048, /* folded, before others have their turn */
};

/* ---- which changes ---- */

td_err difference_chain(const struct store_log_change *changes, size_t count, uint32_t serial_from,
                        uint32_t serial_to, uint64_t octets_max, size_t *ret_first)
{
    uint64_t octets = 0;
    uint32_t serial = serial_to;

    /* From the newest back: a serial that was there twice counts where it was last. */
    while (count-- > 0) {
        const struct store_log_change *change = &changes[count];
        if (change->serial_to != serial || (change->flags & STORE_LOG_BREAK))
            return TD_E_NOT_FOUND;
        octets += change->size;
        if (octets > octets_max)
            return TD_E_LIMIT;
        serial = change->serial_from;
        if (serial == serial_from) {
            *ret_first = count;
            return TD_OK;
        }
    }
    return TD_E_NOT_FOUND;
}

/* ---- life ---- */

struct difference *difference_new(void)
{
    struct difference *difference = td_calloc(1, sizeof(*difference));

    td_arena_init(&difference->arena, 0);
    change_fold_init(&difference->fold);
    atomic_init(&difference->holders, 1);
    return difference;
}

struct difference *difference_hold(struct difference *difference)
{
    if (difference != NULL)
        atomic_fetch_add_explicit(&difference->holders, 1, memory_order_relaxed);
    return difference;
}

void difference_let_go(struct difference *difference)
{
    if (difference == NULL ||
        atomic_fetch_sub_explicit(&difference->holders, 1, memory_order_acq_rel) != 1)
        return;
    change_fold_fini(&difference->fold);
    td_arena_fini(&difference->arena);
    free(difference->taken);
    free(difference);
}

/* ---- what is in it ---- */

static bool is_soa(const struct change_record *records, uint32_t count)
{
    return count != 0 && records[0].type == WIRE_TYPE_SOA && records[0].rdata_size >= SOA_SIZE_MIN;
}

static uint32_t soa_serial(const struct change_record *soa)
{
    return td_get_u32(soa->rdata + soa->rdata_size - SOA_NUMBERS_SIZE);
}

td_err difference_add(struct difference *difference, const uint8_t *octets, size_t size)
{
    const uint8_t *copy = td_arena_memdup(&difference->arena, octets, size);
    struct changeset step;

    td_err err = change_decode(copy, size, &difference->arena, &step);
    if (err != TD_OK)
        return err;
    if (step.is_break || !is_soa(step.removed, step.removed_count) ||
        !is_soa(step.added, step.added_count))
        return TD_E_MALFORMED;
    step.serial_from = soa_serial(step.removed);
    step.serial_to = soa_serial(step.added);
    if (difference->step_count != 0 && difference->serial_to != step.serial_from)
        return TD_E_MALFORMED;
    if (difference->step_count == 0)
        difference->serial_from = step.serial_from;
    difference->serial_to = step.serial_to;
    td_grow(difference->taken, difference->step_count, difference->capacity);
    difference->taken[difference->step_count++] = step;
    return TD_OK;
}

static uint64_t octets_of(const struct change_record *records, uint32_t count)
{
    uint64_t octets = 0;

    for (uint32_t i = 0; i < count; i++)
        octets += wire_name_size(records[i].owner) + RECORD_FIXED_SIZE + records[i].rdata_size;
    return octets;
}

/* SOAs are left out of lists that a fold has made. */
static uint64_t fold_octets(const struct change_fold *fold)
{
    return octets_of(fold->removed, fold->removed_count) + octets_of(&fold->soa_before, 1) +
           octets_of(fold->added, fold->added_count) + octets_of(&fold->soa_after, 1);
}

static uint64_t steps_octets(const struct difference *difference)
{
    uint64_t octets = 0;

    for (uint32_t i = 0; i < difference->step_count; i++) {
        const struct changeset *step = &difference->taken[i];
        octets += octets_of(step->removed, step->removed_count) +
                  octets_of(step->added, step->added_count);
    }
    return octets;
}

/* The SOA, and what the fold has behind it. */
static const struct change_record *behind_soa(struct td_arena *arena,
                                              const struct change_record *soa,
                                              const struct change_record *records, uint32_t count)
{
    struct change_record *all = td_arena_alloc(arena, (count + (size_t)1) * sizeof(*all));

    all[0] = *soa;
    if (count != 0)
        memcpy(all + 1, records, count * sizeof(*all));
    return all;
}

/* The records of the one step that is left lie in the fold. */
static void take_fold(struct difference *difference)
{
    const struct change_fold *fold = &difference->fold;
    struct changeset *step = &difference->taken[0];

    td_arena_reset(&difference->arena);
    *step = (struct changeset){
        .origin = CHANGE_TRANSFER,
        .serial_from = difference->serial_from,
        .serial_to = difference->serial_to,
        .removed =
            behind_soa(&difference->arena, &fold->soa_before, fold->removed, fold->removed_count),
        .removed_count = fold->removed_count + 1,
        .added = behind_soa(&difference->arena, &fold->soa_after, fold->added, fold->added_count),
        .added_count = fold->added_count + 1,
    };
    difference->step_count = 1;
    difference->is_condensed = true;
}

static td_err fold_all(struct fiber *fiber, struct difference *difference)
{
    struct change_fold *fold = &difference->fold;
    uint64_t before = 0;

    for (uint32_t i = 0; i < difference->step_count; i++) {
        change_fold_add(fold, &difference->taken[i]);
        uint64_t records = (uint64_t)fold->removed_count + fold->added_count;
        if (fiber == NULL || records - before < TURN_RECORDS)
            continue;
        before = records;
        td_err err = io_fiber_yield(fiber);
        if (err != TD_OK)
            return err;
    }
    if (fiber != NULL)
        return change_fold_finish_in_slices(fiber, fold);
    change_fold_finish(fold);
    return TD_OK;
}

static td_err condense(struct fiber *fiber, struct difference *difference)
{
    struct change_fold *fold = &difference->fold;

    td_err err = fold_all(fiber, difference);
    if (err != TD_OK)
        return err;
    if (fold_octets(fold) < steps_octets(difference)) {
        take_fold(difference);
    } else {
        change_fold_fini(fold);
        change_fold_init(fold);
    }
    return TD_OK;
}

td_err difference_finish(struct fiber *fiber, struct difference *difference)
{
    if (difference->step_count == 0)
        return TD_E_MALFORMED;
    td_err err = difference->step_count > 1 ? condense(fiber, difference) : TD_OK;
    if (err != TD_OK)
        return err;
    const struct changeset *last = &difference->taken[difference->step_count - 1];
    difference->steps = difference->taken;
    difference->octets = steps_octets(difference) + 2 * octets_of(last->added, 1);
    difference->records = 2;
    for (uint32_t i = 0; i < difference->step_count; i++)
        difference->records +=
            (uint64_t)difference->taken[i].removed_count + difference->taken[i].added_count;
    return TD_OK;
}
