#include "zone/build.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/octets.h"
#include "wire/rrtype.h"
#include "zone/build_owners.h"
#include "zone/layout.h"
#include "zone/lineage.h"
#include "zone/space.h"

enum { PREFETCH_TOGETHER = 16, LINE_SIZE = 64 };

struct zone_build {
    struct zone_lineage *lineage;
    struct zone_build_limits limits;
    uint64_t record_count;
    struct build_log log;
    struct build_owners names;
    struct build_owners hashed; /* owners of NSEC3 */
    /* Of the record added last. */
    struct build_owners *last_list; /* NULL: none, or it was refused */
    uint32_t last_owner;
};

struct zone_build *zone_build_new(const uint8_t *apex, const struct td_hash_seed *seed,
                                  const struct zone_build_limits *limits)
{
    struct zone_build *build = td_calloc(1, sizeof(*build));

    build->lineage = zone_lineage_new(apex, seed);
    if (limits != NULL)
        build->limits = *limits;
    build->names.log = build->hashed.log = &build->log;
    return build;
}

void zone_build_free(struct zone_build *build)
{
    if (build == NULL)
        return;
    build_log_fini(&build->log);
    build_owners_fini(&build->names);
    build_owners_fini(&build->hashed);
    zone_lineage_free(build->lineage);
    free(build);
}

/* ---- owners ---- */

/* Split an owner into labels relative to the apex; false: it is not in the zone. */
static bool relative(const struct zone_build *build, const uint8_t *owner,
                     struct zone_labels *ret_labels)
{
    const struct zone_lineage *lineage = build->lineage;
    unsigned offsets[WIRE_KEY_LABELS_MAX + 1];
    unsigned size = 0;
    unsigned count = 0;

    for (; owner[size] != 0; size += 1u + owner[size]) {
        if (size > WIRE_KEY_SIZE_MAX || count == WIRE_KEY_LABELS_MAX)
            return false;
        offsets[count++] = size;
    }
    offsets[count] = size;
    size++;
    if (count < lineage->label_count || size < lineage->name_size)
        return false;
    unsigned cut = offsets[count - lineage->label_count];
    if (size - cut != lineage->name_size ||
        (!td_octets_same(owner + cut, lineage->name, lineage->name_size) &&
         !zone_labels_equal(owner + cut, lineage->name, lineage->name_size)))
        return false;
    *ret_labels =
        (struct zone_labels){ owner, (uint8_t)cut, (uint8_t)(count - lineage->label_count) };
    return true;
}

static bool is_hashed(uint16_t type, const uint8_t *rdata, uint16_t size)
{
    return type == WIRE_TYPE_NSEC3 ||
           (type == WIRE_TYPE_RRSIG && size >= 2 && td_get_u16(rdata) == WIRE_TYPE_NSEC3);
}

/* A record was put behind the owner at a position of the list; 0: there was no room. */
static inline td_err added(struct zone_build *build, struct build_owners *list, uint32_t owner)
{
    if (td_unlikely(owner == 0))
        return TD_E_LIMIT;
    build->last_list = list;
    build->last_owner = owner;
    build->record_count++;
    return TD_OK;
}

static inline bool is_full(const struct zone_build *build)
{
    return build->limits.records_max != 0 && build->record_count >= build->limits.records_max;
}

td_err zone_build_add(struct zone_build *build, const uint8_t *owner_name, uint16_t type,
                      uint32_t ttl, const uint8_t *rdata, uint16_t rdata_size)
{
    struct build_owners *list = is_hashed(type, rdata, rdata_size) ? &build->hashed : &build->names;
    struct zone_record record = { .rdata = rdata, .ttl = ttl, .type = type, .size = rdata_size };
    struct zone_labels labels;

    build->last_list = NULL;
    if (!relative(build, owner_name, &labels))
        return TD_E_INVALID;
    if (is_full(build))
        return TD_E_LIMIT;
    return added(build, list, build_owners_add(list, &labels, &record));
}

/* The owner added last gets a record in the other list. */
static TD_NOINLINE td_err add_to_other(struct zone_build *build, struct build_owners *list,
                                       const struct zone_record *record)
{
    const struct build_owner *last = build_owner_at(build->last_list, build->last_owner);
    struct zone_labels labels = build_owner_labels(last);
    uint8_t octets[WIRE_KEY_SIZE_MAX];

    memcpy(octets, labels.octets, labels.size); /* the log moves when it grows */
    labels.octets = octets;
    return added(build, list, build_owners_add(list, &labels, record));
}

td_err zone_build_add_again(struct zone_build *build, uint16_t type, uint32_t ttl,
                            const uint8_t *rdata, uint16_t rdata_size)
{
    struct build_owners *list = is_hashed(type, rdata, rdata_size) ? &build->hashed : &build->names;
    struct zone_record record = { .rdata = rdata, .ttl = ttl, .type = type, .size = rdata_size };
    uint32_t owner = build->last_owner;

    if (build->last_list == NULL)
        return TD_E_INVALID;
    if (is_full(build))
        return TD_E_LIMIT;
    if (td_unlikely(list != build->last_list))
        return add_to_other(build, list, &record);
    return added(build, list, build_owner_add(list, owner, &record) ? owner : 0);
}

/* ---- finishing ---- */

struct gathered {
    struct zone_record *records;
    uint32_t count;
    uint32_t capacity;
};

/* Take the records of an owner. */
static void gather(struct build_log *log, uint32_t owner_position, struct gathered *gathered)
{
    const struct build_owner *owner = build_log_at(log, owner_position);
    uint32_t first = build_owner_first(owner, owner_position);

    build_log_drop(log, owner_position);
    for (uint32_t position = first; position != 0;) {
        const struct build_record *record = build_log_at(log, position);
        td_grow(gathered->records, gathered->count, gathered->capacity);
        gathered->records[gathered->count] = (struct zone_record){
            .rdata = record->rdata,
            .ttl = record->ttl,
            .arrival = position,
            .type = record->type,
            .size = record->size,
        };
        gathered->count++;
        if (position != first)
            build_log_drop(log, position);
        position = record->next;
    }
}

static bool same_owner(const struct build_owners *owners, const struct build_entry *a,
                       const struct build_entry *b)
{
    if (a->sort_key != b->sort_key)
        return false;
    const struct build_owner *left = build_owner_at(owners, a->owner);
    const struct build_owner *right = build_owner_at(owners, b->owner);
    return left->labels_size == right->labels_size &&
           zone_labels_equal(left->labels, right->labels, left->labels_size);
}

/*
 * Owners are brought near before they are read. Each is not longer than a line, mostly, but begins
 * anywhere in one. In a file in random order each is in another page, which takes as long to find
 * as the line, so a few are looked for at once. (A function of its own that did only that would be
 * left out by gcc.)
 */
static void lay_out(struct build_owners *owners, struct layout *layout,
                    void (*put)(struct layout *, const struct zone_labels *, uint64_t,
                                struct zone_record *, uint32_t))
{
    struct gathered gathered = { .count = 0 };
    uint32_t settled = 0, near = 0, wanted = 0; /* entries */

    for (uint32_t i = 0; i < owners->count && layout->err == TD_OK;) {
        if (i + PREFETCH_TOGETHER >= wanted)
            wanted = i + 2 * PREFETCH_TOGETHER;
        for (; near < wanted && near < owners->count; near++) {
            const uint8_t *owner =
                (const uint8_t *)build_owner_at(owners, owners->entries[near].owner);
            __builtin_prefetch(owner);
            __builtin_prefetch(owner + LINE_SIZE);
        }
        if (i == settled)
            settled = build_owners_settle(owners, i);
        const struct build_entry *first = &owners->entries[i];
        struct zone_labels labels = build_owner_labels(build_owner_at(owners, first->owner));
        gathered.count = 0;
        do {
            gather(owners->log, owners->entries[i++].owner, &gathered);
        } while (i < owners->count && same_owner(owners, first, &owners->entries[i]));
        put(layout, &labels, first->sort_key, gathered.records, gathered.count);
        build_log_sweep(owners->log);
    }
    free(gathered.records);
    build_owners_fini(owners);
}

td_err zone_build_finish(struct zone_build *build, struct zone_build_report *ret_report,
                         struct zone_version **ret_version)
{
    struct layout *layout = td_malloc(sizeof(*layout));
    struct zone_space space;

    zone_space_open(&space, build->lineage);
    layout_init(layout, &space);
    build_owners_sort(&build->names);
    build_owners_sort(&build->hashed);
    lay_out(&build->names, layout, layout_name);
    lay_out(&build->hashed, layout, layout_hashed);
    td_err err = layout_finish(layout);
    if (err == TD_OK) {
        zone_space_trim(&space);
        layout_find_salt(space.view);
        *ret_report =
            (struct zone_build_report){ layout->report.duplicates, layout->report.ttls_changed };
        *ret_version = zone_space_seal(&space);
        build->lineage = NULL;
    } else {
        zone_space_abort(&space);
    }
    layout_fini(layout);
    free(layout);
    zone_build_free(build);
    return err;
}
