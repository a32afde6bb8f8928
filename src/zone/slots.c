#include "zone/slots.h"

#include <string.h>

#include "base/assert.h"

static uint64_t read_slot(const struct zone_space *space, uint32_t slot)
{
    const uint64_t *value = zone_at(space->view, space->view->slots + slot);

    return *value;
}

static void write_slot(struct zone_space *space, uint32_t slot, uint64_t value)
{
    uint64_t *unit = zone_space_write(space, space->view->slots + slot);

    *unit = value;
}

static uint32_t home(const struct zone_version *view, uint32_t upper)
{
    return (uint32_t)(((uint64_t)upper * view->slot_count) >> 32);
}

static uint32_t after(const struct zone_version *view, uint32_t slot)
{
    return slot + 1 == view->slot_count ? 0 : slot + 1;
}

static void put(struct zone_space *space, uint32_t upper, uint64_t value)
{
    uint32_t slot = home(space->view, upper);

    while (read_slot(space, slot) != 0)
        slot = after(space->view, slot);
    write_slot(space, slot, value);
}

static void grow(struct zone_space *space)
{
    struct zone_version *view = space->view;
    struct zone_version old = *view;
    uint32_t count = old.slot_count + old.slot_count / 2 + 2;
    uint32_t slots = zone_space_alloc_table(space, count);

    if (space->is_full)
        return;
    view->slots = slots;
    view->slot_count = count;
    for (uint32_t slot = 0; slot < count; slot++)
        write_slot(space, slot, 0);
    for (uint32_t slot = 0; slot < old.slot_count; slot++) {
        old.pages = view->pages; /* may have moved */
        const uint64_t *value = zone_at(&old, old.slots + slot);
        if (*value != 0)
            put(space, zone_node_at(view, (uint32_t)*value)->hash, *value);
    }
    zone_space_release_table(space, old.slots, old.slot_count);
}

void zone_slots_insert(struct zone_space *space, uint64_t hash, uint32_t node)
{
    const struct zone_version *view = space->view;

    if ((uint64_t)(view->node_count + 1) * 4 > (uint64_t)view->slot_count * 3)
        grow(space);
    if (!space->is_full)
        put(space, (uint32_t)(hash >> 32), hash << 32 | node);
}

/* May the value found at `slot` stand at `hole`, which is before it, and still be found? */
static bool may_move(uint32_t from_home, uint32_t hole, uint32_t slot)
{
    if (hole <= slot)
        return from_home <= hole || from_home > slot;
    return from_home <= hole && from_home > slot;
}

void zone_slots_remove(struct zone_space *space, uint64_t hash, uint32_t node)
{
    const struct zone_version *view = space->view;
    uint32_t hole = home(view, (uint32_t)(hash >> 32));

    while (read_slot(space, hole) != (hash << 32 | node)) {
        td_assert(read_slot(space, hole) != 0);
        hole = after(view, hole);
    }
    for (uint32_t slot = after(view, hole);; slot = after(view, slot)) {
        uint64_t value = read_slot(space, slot);
        if (value == 0)
            break;
        if (!may_move(home(view, zone_node_at(view, (uint32_t)value)->hash), hole, slot))
            continue;
        write_slot(space, hole, value);
        hole = slot;
    }
    write_slot(space, hole, 0);
}
