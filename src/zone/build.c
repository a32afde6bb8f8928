#include "zone/build.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "wire/rrtype.h"
#include "zone/label.h"
#include "zone/layout.h"
#include "zone/lineage.h"
#include "zone/space.h"

enum {
    CHUNK_SIZE = 1 << 20,
    CHUNK_UNITS = CHUNK_SIZE / 4,
    CHUNK_STEP = 64,
    FIRST_SIZE = 4096,
    CHUNKS_MAX = 1 << 14, /* 32-bit positions in units of 4 octets */
    RECENT = 4,           /* real files open an owner again after its neighbours */
};

/* One record in the log; the owner's records are a list. */
struct logged {
    uint32_t next; /* position; 0: the last */
    uint32_t ttl;
    uint16_t type;
    uint16_t size;
    uint8_t rdata[];
};

/* An owner as it was opened; the same name may be opened again later. */
struct owner {
    uint64_t sort_key;
    uint32_t first; /* positions in the log */
    uint32_t last;
    uint32_t labels;
    uint8_t labels_size;
    uint8_t label_count;
};

struct owner_list {
    struct owner *owners;
    uint32_t count;
    uint32_t capacity;
    uint32_t recent[RECENT];
    uint32_t recent_at;
};

struct zone_build {
    struct zone_lineage *lineage;
    struct zone_build_limits limits;
    uint8_t **chunks;
    uint32_t chunk_count;
    uint32_t used;        /* units in the last chunk */
    uint32_t first_units; /* units that the first chunk has room for: small zones are many */
    uint64_t record_count;
    struct owner_list names;
    struct owner_list hashed; /* owners of NSEC3 */
};

struct zone_build *zone_build_new(const uint8_t *apex, const struct td_hash_seed *seed,
                                  const struct zone_build_limits *limits)
{
    struct zone_build *build = td_calloc(1, sizeof(*build));

    build->lineage = zone_lineage_new(apex, seed);
    if (limits != NULL)
        build->limits = *limits;
    return build;
}

void zone_build_free(struct zone_build *build)
{
    if (build == NULL)
        return;
    for (uint32_t i = 0; i < build->chunk_count; i++)
        free(build->chunks[i]);
    free(build->chunks);
    free(build->names.owners);
    free(build->hashed.owners);
    zone_lineage_free(build->lineage);
    free(build);
}

/* ---- the log ---- */

static inline void *at(const struct zone_build *build, uint32_t position)
{
    return build->chunks[position / CHUNK_UNITS] + (size_t)(position % CHUNK_UNITS) * 4;
}

static bool add_chunk(struct zone_build *build)
{
    if (build->chunk_count == CHUNKS_MAX)
        return false;
    if (build->chunk_count % CHUNK_STEP == 0)
        build->chunks =
            td_realloc(build->chunks, (build->chunk_count + CHUNK_STEP) * sizeof(*build->chunks));
    bool is_first = build->chunk_count == 0;
    build->chunks[build->chunk_count++] = td_malloc(is_first ? FIRST_SIZE : CHUNK_SIZE);
    build->used = is_first ? 1 : 0; /* position 0 is nothing */
    if (is_first)
        build->first_units = FIRST_SIZE / 4;
    return true;
}

/* Room in the log; 0: it is full. */
static uint32_t reserve(struct zone_build *build, size_t size)
{
    uint32_t units = (uint32_t)((size + 3) / 4);

    if ((build->chunk_count == 0 || build->used + units > CHUNK_UNITS) && !add_chunk(build))
        return 0;
    if (build->chunk_count == 1 && build->used + units > build->first_units) {
        while (build->used + units > build->first_units)
            build->first_units *= 4;
        if (build->first_units > CHUNK_UNITS)
            build->first_units = CHUNK_UNITS;
        build->chunks[0] = td_realloc(build->chunks[0], (size_t)build->first_units * 4);
    }
    uint32_t position = (build->chunk_count - 1) * CHUNK_UNITS + build->used;
    build->used += units;
    return position;
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
        !zone_labels_equal(owner + cut, lineage->name, lineage->name_size))
        return false;
    *ret_labels =
        (struct zone_labels){ owner, (uint8_t)cut, (uint8_t)(count - lineage->label_count) };
    return true;
}

static struct owner *find_recent(const struct zone_build *build, const struct owner_list *list,
                                 const struct zone_labels *labels)
{
    unsigned have = list->count < RECENT ? list->count : RECENT;

    for (unsigned i = 0; i < have; i++) {
        struct owner *owner = &list->owners[list->recent[(list->recent_at - 1 - i) % RECENT]];
        if (owner->labels_size == labels->size &&
            memcmp(at(build, owner->labels), labels->octets, labels->size) == 0)
            return owner;
    }
    return NULL;
}

static struct owner *open_owner(struct zone_build *build, struct owner_list *list,
                                const struct zone_labels *labels)
{
    uint32_t position = reserve(build, labels->size == 0 ? 1 : labels->size);

    if (position == 0)
        return NULL;
    memcpy(at(build, position), labels->octets, labels->size);
    td_grow(list->owners, list->count, list->capacity);
    list->recent[list->recent_at++ % RECENT] = list->count;
    struct owner *owner = &list->owners[list->count++];
    *owner = (struct owner){
        .sort_key = zone_labels_sort_key(labels),
        .labels = position,
        .labels_size = labels->size,
        .label_count = labels->label_count,
    };
    return owner;
}

static bool is_hashed(uint16_t type, const uint8_t *rdata, uint16_t size)
{
    return type == WIRE_TYPE_NSEC3 ||
           (type == WIRE_TYPE_RRSIG && size >= 2 && td_get_u16(rdata) == WIRE_TYPE_NSEC3);
}

td_err zone_build_add(struct zone_build *build, const uint8_t *owner_name, uint16_t type,
                      uint32_t ttl, const uint8_t *rdata, uint16_t rdata_size)
{
    struct owner_list *list = is_hashed(type, rdata, rdata_size) ? &build->hashed : &build->names;
    struct zone_labels labels;

    if (!relative(build, owner_name, &labels))
        return TD_E_INVALID;
    if (build->limits.records_max != 0 && build->record_count >= build->limits.records_max)
        return TD_E_LIMIT;
    struct owner *owner = find_recent(build, list, &labels);
    if (owner == NULL)
        owner = open_owner(build, list, &labels);
    uint32_t position = reserve(build, sizeof(struct logged) + rdata_size);
    if (owner == NULL || position == 0)
        return TD_E_LIMIT;

    struct logged *record = at(build, position);
    record->next = 0;
    record->ttl = ttl;
    record->type = type;
    record->size = rdata_size;
    if (rdata_size != 0)
        memcpy(record->rdata, rdata, rdata_size);
    if (owner->first == 0)
        owner->first = position;
    else
        ((struct logged *)at(build, owner->last))->next = position;
    owner->last = position;
    build->record_count++;
    return TD_OK;
}

/* ---- sorting ---- */

static struct zone_labels labels_of(const struct zone_build *build, const struct owner *owner)
{
    return (struct zone_labels){ at(build, owner->labels), owner->labels_size, owner->label_count };
}

static int owner_order(const struct zone_build *build, const struct owner *a, const struct owner *b)
{
    if (a->sort_key != b->sort_key)
        return a->sort_key < b->sort_key ? -1 : 1;
    struct zone_labels a_labels = labels_of(build, a);
    struct zone_labels b_labels = labels_of(build, b);
    return zone_labels_order(&a_labels, &b_labels);
}

/* Merge [from, middle) and [middle, to) of `in` into `out`; equal owners keep their order. */
static void merge(const struct zone_build *build, const struct owner *in, struct owner *out,
                  uint32_t from, uint32_t middle, uint32_t to)
{
    uint32_t left = from;
    uint32_t right = middle;

    for (uint32_t i = from; i < to; i++) {
        bool take_left =
            right == to || (left != middle && owner_order(build, &in[left], &in[right]) <= 0);
        out[i] = take_left ? in[left++] : in[right++];
    }
}

/* The end of the run of owners in order that begins at `from`. */
static uint32_t run_end(const struct zone_build *build, const struct owner *owners, uint32_t from,
                        uint32_t count)
{
    uint32_t to = from + 1;

    while (to < count && owner_order(build, &owners[to - 1], &owners[to]) <= 0)
        to++;
    return to;
}

/*
 * Natural merge sort: files are mostly in order, so there are few runs; a file in no order
 * costs n log n sequential merges, decided by the sort keys.
 */
static void sort_owners(const struct zone_build *build, struct owner_list *list)
{
    struct owner *other = NULL;

    for (;;) {
        uint32_t runs = 0;
        for (uint32_t from = 0; from < list->count; runs++) {
            uint32_t middle = run_end(build, list->owners, from, list->count);
            if (middle == list->count && from == 0)
                break;
            uint32_t to =
                middle == list->count ? middle : run_end(build, list->owners, middle, list->count);
            if (other == NULL)
                other = td_malloc((size_t)list->count * sizeof(*other));
            merge(build, list->owners, other, from, middle, to);
            from = to;
        }
        if (runs == 0)
            break;
        struct owner *swap = list->owners;
        list->owners = other;
        other = swap;
    }
    free(other);
}

/* ---- finishing ---- */

struct gathered {
    struct zone_record *records;
    uint32_t count;
    uint32_t capacity;
};

static void gather(const struct zone_build *build, const struct owner *owner,
                   struct gathered *gathered)
{
    for (uint32_t position = owner->first; position != 0;) {
        const struct logged *record = at(build, position);
        td_grow(gathered->records, gathered->count, gathered->capacity);
        gathered->records[gathered->count] = (struct zone_record){
            .rdata = record->rdata,
            .ttl = record->ttl,
            .arrival = position,
            .type = record->type,
            .size = record->size,
        };
        gathered->count++;
        position = record->next;
    }
}

static bool same_owner(const struct zone_build *build, const struct owner *a, const struct owner *b)
{
    return a->sort_key == b->sort_key && a->labels_size == b->labels_size &&
           zone_labels_equal(at(build, a->labels), at(build, b->labels), a->labels_size);
}

static void lay_out(const struct zone_build *build, const struct owner_list *list,
                    struct layout *layout,
                    void (*put)(struct layout *, const struct zone_labels *, struct zone_record *,
                                uint32_t))
{
    struct gathered gathered = { .count = 0 };

    for (uint32_t i = 0; i < list->count && layout->err == TD_OK;) {
        const struct owner *first = &list->owners[i];
        struct zone_labels labels = labels_of(build, first);
        gathered.count = 0;
        do
            gather(build, &list->owners[i++], &gathered);
        while (i < list->count && same_owner(build, first, &list->owners[i]));
        put(layout, &labels, gathered.records, gathered.count);
    }
    free(gathered.records);
}

td_err zone_build_finish(struct zone_build *build, struct zone_build_report *ret_report,
                         struct zone_version **ret_version)
{
    struct layout *layout = td_malloc(sizeof(*layout));
    struct zone_space space;

    zone_space_open(&space, build->lineage);
    layout_init(layout, &space);
    sort_owners(build, &build->names);
    sort_owners(build, &build->hashed);
    lay_out(build, &build->names, layout, layout_name);
    lay_out(build, &build->hashed, layout, layout_hashed);
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
