#include "replicate/catalog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "wire/name.h"
#include "wire/rrtype.h"

static const uint8_t label_zones[] = "\5zones";
static const uint8_t label_version[] = "\7version";
static const uint8_t label_group[] = "\5group";
static const uint8_t label_coo[] = "\3coo";

struct reading {
    const struct zone_version *version;
    const uint8_t *apex;
    size_t apex_size;
    struct catalog *catalog;
    uint32_t capacity;
    struct td_diag *diag;
};

static bool is_label(const uint8_t *label, const uint8_t *wanted)
{
    return label[0] == wanted[0] &&
           strncasecmp((const char *)label + 1, (const char *)wanted + 1, wanted[0]) == 0;
}

static td_err broken(struct reading *reading, const uint8_t *owner, const char *what)
{
    char text[WIRE_NAME_TEXT_SIZE];

    td_diag_say(reading->diag, "%.200s %s (RFC 9432)", wire_name_format(owner, text), what);
    return TD_E_INVALID;
}

/* Labels of the owner in front of "zones.CATALOG"; 0: it is not below that. */
static unsigned depth_of(const struct reading *reading, const struct wire_name *owner)
{
    size_t end = owner->size - reading->apex_size; /* all are below the apex */
    unsigned depth = 0;

    for (size_t at = 0; at < end; at += 1u + owner->octets[at]) {
        if (at + 1u + owner->octets[at] == end)
            return is_label(owner->octets + at, label_zones) ? depth : 0;
        depth++;
    }
    return 0;
}

static const uint8_t *only_name(struct reading *reading, const struct wire_rrset *set)
{
    struct wire_rdata rdata = wire_rrset_first(set);
    uint8_t *name = td_arena_alloc(&reading->catalog->arena, rdata.size);

    wire_name_lower(name, rdata.octets, rdata.size);
    return name;
}

static td_err take_member(struct reading *reading, const struct zone_node *node,
                          const struct wire_name *owner)
{
    struct catalog *catalog = reading->catalog;
    const struct wire_rrset *set = zone_node_set(reading->version, node, WIRE_TYPE_PTR);

    if (set == NULL)
        return TD_OK; /* an empty non-terminal, or a property of ours only */
    if (set->count != 1)
        return broken(reading, owner->octets, "has more than one PTR record");
    td_grow(catalog->members, catalog->count, reading->capacity);
    catalog->members[catalog->count++] = (struct catalog_member){
        .name = only_name(reading, set),
        .label = td_arena_memdup(&catalog->arena, owner->octets, owner->octets[0] + 1u),
    };
    return TD_OK;
}

/* Of a property the member stands before it, in canonical order. */
static void take_property(struct reading *reading, const struct zone_node *node,
                          const struct wire_name *owner)
{
    struct catalog *catalog = reading->catalog;
    struct catalog_member *member =
        catalog->count == 0 ? NULL : &catalog->members[catalog->count - 1];
    const uint8_t *label = owner->octets + 1 + owner->octets[0];
    const struct wire_rrset *set;

    if (member == NULL || !is_label(label, member->label))
        return;
    if (is_label(owner->octets, label_group)) {
        set = zone_node_set(reading->version, node, WIRE_TYPE_TXT);
        if (set == NULL)
            return;
        struct wire_rdata rdata = wire_rrset_first(set);
        char *group = td_arena_zalloc(&catalog->arena, rdata.octets[0] + 1u);
        memcpy(group, rdata.octets + 1, rdata.octets[0]);
        member->group = group;
    } else if (is_label(owner->octets, label_coo)) {
        set = zone_node_set(reading->version, node, WIRE_TYPE_PTR);
        if (set != NULL && set->count == 1)
            member->coo = only_name(reading, set);
    }
}

static td_err check_version(struct reading *reading)
{
    struct wire_name owner;
    struct wire_key key;

    memcpy(owner.octets, label_version, sizeof(label_version) - 1);
    if (reading->apex_size + sizeof(label_version) - 1 > WIRE_NAME_SIZE_MAX)
        return broken(reading, reading->apex, "is too long a name");
    memcpy(owner.octets + sizeof(label_version) - 1, reading->apex, reading->apex_size);
    wire_key_make(&key, zone_version_seed(reading->version), owner.octets);
    const struct zone_node *node = zone_find_exact(reading->version, &key, 0);
    const struct wire_rrset *set =
        node == NULL ? NULL : zone_node_set(reading->version, node, WIRE_TYPE_TXT);
    if (set == NULL || set->count != 1)
        return broken(reading, owner.octets, "has not exactly one TXT record");
    struct wire_rdata rdata = wire_rrset_first(set);
    if (rdata.size != 2 || rdata.octets[1] != '2')
        return broken(reading, owner.octets, "is another version than 2");
    return TD_OK;
}

static int by_name(const void *left, const void *right)
{
    const struct catalog_member *a = left, *b = right;
    size_t a_size = wire_name_size(a->name), b_size = wire_name_size(b->name);

    if (a_size != b_size)
        return a_size < b_size ? -1 : 1;
    return memcmp(a->name, b->name, a_size);
}

static td_err read_members(struct reading *reading)
{
    struct catalog *catalog = reading->catalog;
    struct zone_walk walk;

    for (const struct zone_node *node = zone_walk_first(&walk, reading->version, ZONE_ORDER_NAMES);
         node != NULL; node = zone_walk_next(&walk)) {
        struct wire_name owner;
        zone_node_name(reading->version, node, &owner);
        unsigned depth = depth_of(reading, &owner);
        td_err err = depth == 1 ? take_member(reading, node, &owner) : TD_OK;
        if (err != TD_OK)
            return err;
        if (depth == 2)
            take_property(reading, node, &owner);
    }
    if (catalog->count > 1)
        qsort(catalog->members, catalog->count, sizeof(*catalog->members), by_name);
    for (uint32_t i = 1; i < catalog->count; i++)
        if (by_name(&catalog->members[i - 1], &catalog->members[i]) == 0)
            return broken(reading, catalog->members[i].name, "is a member twice");
    return TD_OK;
}

td_err catalog_read(const struct zone_version *version, struct catalog *ret_catalog,
                    struct td_diag *diag)
{
    struct reading reading = {
        .version = version,
        .apex = zone_version_name(version),
        .apex_size = zone_version_name_size(version),
        .catalog = ret_catalog,
        .diag = diag,
    };

    *ret_catalog = (struct catalog){ .count = 0 };
    td_arena_init(&ret_catalog->arena, 0);
    td_err err = check_version(&reading);
    if (err == TD_OK)
        err = read_members(&reading);
    if (err != TD_OK)
        catalog_fini(ret_catalog);
    return err;
}

void catalog_fini(struct catalog *catalog)
{
    td_arena_fini(&catalog->arena);
    free(catalog->members);
    catalog->members = NULL;
    catalog->count = 0;
}

const struct catalog_member *catalog_find(const struct catalog *catalog, const uint8_t *name)
{
    struct catalog_member wanted = { .name = name };

    if (catalog->count == 0)
        return NULL;
    return bsearch(&wanted, catalog->members, catalog->count, sizeof(wanted), by_name);
}

/* ---- names of members ---- */

td_err catalog_member_owner(const uint8_t *catalog, const uint8_t *name, uint32_t number,
                            struct wire_name *ret_owner)
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuv";
    size_t name_size = wire_name_size(name), catalog_size = wire_name_size(catalog);
    uint64_t hash = td_hash_fixed(number, name, name_size);
    uint8_t *out = ret_owner->octets;

    enum { LABEL = 13 + 7 }; /* 64 bits, 32 bits */
    if (1 + LABEL + sizeof(label_zones) - 1 + catalog_size > WIRE_NAME_SIZE_MAX)
        return TD_E_LIMIT;
    *out++ = LABEL;
    for (unsigned i = 0; i < 13; i++)
        *out++ = (uint8_t)digits[hash >> (5 * i) & 31];
    for (unsigned i = 0; i < 7; i++)
        *out++ = (uint8_t)digits[(uint64_t)number >> (5 * i) & 31];
    memcpy(out, label_zones, sizeof(label_zones) - 1);
    memcpy(out + sizeof(label_zones) - 1, catalog, catalog_size);
    ret_owner->label_count = 0; /* not known */
    ret_owner->size = (uint8_t)(1 + LABEL + sizeof(label_zones) - 1 + catalog_size);
    return TD_OK;
}
