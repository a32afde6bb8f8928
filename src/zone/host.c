#include "zone/host.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/writer.h"
#include "wire/const.h"
#include "wire/rrtype.h"

enum {
    SLOTS_FIRST = 256,
    HOST_UNITS =
        (sizeof(struct wire_host) + WIRE_HOST_RECORDS_SIZE + ZONE_UNIT_SIZE - 1) / ZONE_UNIT_SIZE,
    ROW_MAX = ZONE_PAGE_UNITS / 4 / HOST_UNITS,
};

/* Room for so many hosts side by side; 0: the space is full. */
static uint32_t alloc_row(struct zone_space *space, uint32_t count)
{
    uint32_t index = zone_space_alloc(space, (size_t)count * HOST_UNITS * ZONE_UNIT_SIZE);

    return space->is_full ? 0 : index;
}

static uint32_t begin_host(struct zone_space *space, uint32_t index)
{
    space->view->host_count++;
    *(struct wire_host *)zone_space_write(space, index) = (struct wire_host){ .node = 0 };
    return index;
}

uint32_t zone_host_new(struct zone_space *space)
{
    uint32_t index = space->view->host_count < ZONE_HOSTS_MAX ? alloc_row(space, 1) : 0;

    return index == 0 ? 0 : begin_host(space, index);
}

/* May addresses of this node be told in referrals? As auth_target_of says. */
static bool is_told(const struct zone_version *view, const struct zone_node *node)
{
    if ((node->flags & ZONE_NODE_OCCLUDED) == 0)
        return true;
    return (zone_node_at(view, node->cover)->flags & ZONE_NODE_DELEGATION) != 0;
}

static uint8_t *put_address(uint8_t *at, const struct wire_rrset *set)
{
    td_put_u16(at, 0);
    td_put_u16(at + 2, set->type);
    td_put_u16(at + 4, WIRE_CLASS_IN);
    td_put_u32(at + 6, set->ttl);
    memcpy(at + 10, set->data, set->size);
    return at + 10 + set->size;
}

void zone_host_renew(struct zone_space *space, uint32_t index)
{
    static const uint16_t types[] = { WIRE_TYPE_A, WIRE_TYPE_AAAA };
    const struct zone_version *view = space->view;
    const struct zone_node *node = zone_node_at(view, index);
    uint8_t octets[WIRE_HOST_RECORDS_SIZE], *at = octets;
    struct wire_host fresh = { .node = index, .is_signed = (node->flags & ZONE_NODE_SIGNED) != 0 };
    bool is_single = is_told(view, node);

    if ((node->flags & ZONE_NODE_HOST) == 0)
        return;
    for (unsigned i = 0; i < 2 && is_single; i++) {
        const struct wire_rrset *set = zone_node_set(view, node, types[i]);
        if (set == NULL)
            continue;
        is_single = set->count == 1;
        if (is_single) {
            at = put_address(at, set);
            fresh.count++;
        }
    }
    if (is_single)
        fresh.size = (uint16_t)(at - octets);
    struct wire_host *host = zone_space_write(space, node->nsec3);
    *host = fresh;
    memcpy(host->octets, octets, fresh.size);
}

/* Is there room in the node? */
static bool may_have_host(const struct zone_version *view, const struct zone_node *node)
{
    return (node->flags & ZONE_NODE_OCCLUDED) != 0 || !view->nsec3_is_kept;
}

void zone_host_join(struct zone_space *space, uint32_t host, uint32_t index)
{
    if (!may_have_host(space->view, zone_node_at(space->view, index)))
        return;
    struct zone_node *node = zone_space_write(space, index);
    node->flags |= ZONE_NODE_HOST;
    node->nsec3 = host;
    zone_host_renew(space, index);
}

uint32_t zone_host_of(struct zone_space *space, uint32_t index)
{
    const struct zone_node *node = zone_node_at(space->view, index);

    if (node->flags & ZONE_NODE_HOST)
        return node->nsec3;
    uint32_t host = may_have_host(space->view, node) ? zone_host_new(space) : 0;
    if (host != 0)
        zone_host_join(space, host, index);
    return host;
}

void zone_host_leave(struct zone_space *space, uint32_t index)
{
    const struct zone_node *node = zone_node_at(space->view, index);

    if ((node->flags & ZONE_NODE_HOST) == 0)
        return;
    *(struct wire_host *)zone_space_write(space, node->nsec3) = (struct wire_host){ .node = 0 };
    struct zone_node *writable = zone_space_write(space, index);
    writable->flags &= (uint16_t)~ZONE_NODE_HOST;
    writable->nsec3 = 0;
}

/* ---- while a zone is built ---- */

static uint32_t *slot_of(const struct zone_host_wants *wants, uint64_t hash)
{
    uint32_t slot = (uint32_t)hash & (wants->slot_count - 1);

    while (wants->slots[slot] != 0 && wants->wants[wants->slots[slot] - 1].hash != hash)
        slot = (slot + 1) & (wants->slot_count - 1);
    return &wants->slots[slot];
}

static void grow_slots(struct zone_host_wants *wants)
{
    free(wants->slots);
    wants->slot_count = wants->slot_count == 0 ? SLOTS_FIRST : wants->slot_count * 4;
    wants->slots = td_calloc(wants->slot_count, sizeof(*wants->slots));
    for (uint32_t i = 0; i < wants->count; i++)
        *slot_of(wants, wants->wants[i].hash) = i + 1;
}

/*
 * Hosts are asked for by half of all referrals, at random: they stand side by side, where the
 * caches of memory and of its addresses hold them. Rows grow with their number, so that few places
 * stay empty.
 */
static uint32_t next_host(struct zone_host_wants *wants, struct zone_space *space)
{
    uint32_t count = space->view->host_count;

    if (count >= ZONE_HOSTS_MAX)
        return 0;
    if (wants->row_left == 0) {
        uint32_t size = count < 2 ? 1 : count / 2 < ROW_MAX ? count / 2 : ROW_MAX;
        wants->row = alloc_row(space, size);
        if (wants->row == 0)
            return 0;
        wants->row_left = size;
    }
    uint32_t index = wants->row;
    wants->row += HOST_UNITS;
    wants->row_left--;
    return begin_host(space, index);
}

uint32_t zone_host_want(struct zone_host_wants *wants, struct zone_space *space, uint64_t hash,
                        uint32_t cut, uint32_t rdata_at)
{
    if (wants->count * 2 >= wants->slot_count)
        grow_slots(wants);
    uint32_t *slot = slot_of(wants, hash);
    if (*slot != 0)
        return wants->wants[*slot - 1].host;
    uint32_t host = next_host(wants, space);
    if (host == 0)
        return 0;
    td_grow(wants->wants, wants->count, wants->capacity);
    wants->wants[wants->count++] = (struct zone_host_want){ hash, host, cut, rdata_at };
    *slot = wants->count;
    return host;
}

void zone_host_meet(struct zone_host_wants *wants, struct zone_space *space)
{
    const struct zone_version *view = space->view;
    struct wire_key key;

    for (uint32_t i = 0; i < wants->count; i++) {
        const struct zone_host_want *want = &wants->wants[i];
        const struct zone_node *cut = zone_node_at(view, want->cut);
        const struct wire_rrset *servers = zone_node_set(view, cut, WIRE_TYPE_NS);
        wire_key_make(&key, zone_version_seed(view), servers->data + want->rdata_at + 2);
        uint32_t node = zone_find_index(view, &key, 0);
        if (node != 0)
            zone_host_join(space, want->host, node);
    }
}

void zone_host_wants_fini(struct zone_host_wants *wants)
{
    free(wants->wants);
    free(wants->slots);
}
