#include "zone/build_owners.h"

#include "base/alloc.h"
#include "base/octets.h"

enum { RECENT = 4 };

int build_entry_order(const struct build_owners *owners, const struct build_entry *a,
                      const struct build_entry *b)
{
    if (a->sort_key != b->sort_key)
        return a->sort_key < b->sort_key ? -1 : 1;
    struct zone_labels a_labels = build_owner_labels(build_owner_at(owners, a->owner));
    struct zone_labels b_labels = build_owner_labels(build_owner_at(owners, b->owner));
    return zone_labels_order(&a_labels, &b_labels);
}

static uint32_t find_recent(const struct build_owners *owners, uint64_t sort_key,
                            const struct zone_labels *labels)
{
    const struct build_entry *end = owners->entries + owners->count;
    unsigned have = owners->count < RECENT ? owners->count : RECENT;

    for (unsigned i = 1; i <= have; i++) {
        if ((end - i)->sort_key != sort_key)
            continue;
        const struct build_owner *owner = build_owner_at(owners, (end - i)->owner);
        if (owner->labels_size == labels->size &&
            td_octets_same(owner->labels, labels->octets, labels->size))
            return (end - i)->owner;
    }
    return 0;
}

static void write_record(struct build_record *out, const struct zone_record *record)
{
    *out = (struct build_record){ .ttl = record->ttl, .type = record->type, .size = record->size };
    td_octets_copy(out->rdata, record->rdata, record->size);
}

uint32_t build_owners_add(struct build_owners *owners, const struct zone_labels *labels,
                          const struct zone_record *record)
{
    uint64_t sort_key = zone_labels_sort_key(labels);
    uint32_t position = find_recent(owners, sort_key, labels);

    if (position != 0)
        return build_owner_add(owners, position, record) ? position : 0;
    uint32_t units = build_log_units(sizeof(struct build_owner) + labels->size);
    size_t owner_size = (size_t)units * BUILD_LOG_UNIT_SIZE;
    position =
        build_log_reserve(owners->log, owner_size + sizeof(struct build_record) + record->size);
    if (position == 0)
        return 0;
    struct build_owner *owner = build_log_at(owners->log, position);
    *owner = (struct build_owner){ .last = position + units,
                                   .labels_size = labels->size,
                                   .label_count = labels->label_count };
    td_octets_copy(owner->labels, labels->octets, labels->size);
    write_record((void *)((uint8_t *)owner + owner_size), record);

    td_grow(owners->entries, owners->count, owners->capacity);
    struct build_entry *entry = &owners->entries[owners->count++];
    *entry = (struct build_entry){ .sort_key = sort_key, .owner = position };
    if (owners->count == 1 || build_entry_order(owners, entry - 1, entry) > 0) {
        if (owners->run_count < BUILD_RUNS_MAX)
            owners->runs[owners->run_count] = owners->count - 1;
        owners->run_count++;
    }
    return position;
}

bool build_owner_add(struct build_owners *owners, uint32_t owner_position,
                     const struct zone_record *record)
{
    struct build_log *log = owners->log;
    uint32_t position = build_log_reserve(log, sizeof(struct build_record) + record->size);

    if (position == 0)
        return false;
    write_record(build_log_at(log, position), record);
    struct build_owner *owner = build_log_at(log, owner_position);
    ((struct build_record *)build_log_at(log, owner->last))->next = position;
    owner->last = position;
    return true;
}
