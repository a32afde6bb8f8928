#include "replicate/transfer_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "change/serial.h"
#include "wire/rrtype.h"

enum { SOA_NUMBERS_SIZE = 20, RDATA_SIZE_MAX = 65535, RECORD_HEAD_SIZE = 10 };

enum stage {
    STAGE_FIRST,   /* the SOA of the new version */
    STAGE_SECOND,  /* what comes behind it decides */
    STAGE_WHOLE,   /* all records, up to the SOA again */
    STAGE_REMOVED, /* behind the SOA of an old version */
    STAGE_ADDED,   /* behind that of the next one */
    STAGE_DONE,
};

void transfer_read_init(struct transfer_read *read, const uint8_t *apex, bool is_incremental,
                        uint32_t serial_had, const struct td_hash_seed *seed,
                        const struct transfer_limits *limits)
{
    *read = (struct transfer_read){
        .limits = *limits,
        .seed = seed,
        .is_incremental = is_incremental,
        .serial_had = serial_had,
        .rdata = td_malloc(RDATA_SIZE_MAX),
    };
    wire_name_lower(read->apex, apex, wire_name_size(apex));
    read->apex_size = (uint8_t)wire_name_size(apex);
    td_arena_init(&read->arena, 0);
    td_arena_init(&read->keep, 0);
    change_fold_init(&read->fold);
}

void transfer_read_fini(struct transfer_read *read)
{
    zone_build_free(read->build);
    change_fold_fini(&read->fold);
    td_arena_fini(&read->arena);
    td_arena_fini(&read->keep);
    free(read->removed);
    free(read->added);
    free(read->rdata);
}

bool transfer_read_is_bare(const struct transfer_read *read)
{
    return read->is_incremental && read->stage == STAGE_SECOND;
}

/* ---- what is wrong ---- */

static td_err fail(struct transfer_read *read, td_err err, const char *why)
{
    snprintf(read->why, sizeof(read->why), "%s", why);
    return err;
}

static td_err fail_record(struct transfer_read *read, const struct wire_record *record, td_err err,
                          const char *why)
{
    char name[WIRE_NAME_TEXT_SIZE];
    char type[WIRE_RRTYPE_MNEMONIC_SIZE];

    snprintf(read->why, sizeof(read->why), "message %u, %.100s %s: %s", read->messages,
             wire_name_format(record->owner.octets, name), wire_rrtype_format(record->type, type),
             why);
    return err;
}

static void note_stray(struct transfer_read *read, const struct wire_record *record)
{
    char name[WIRE_NAME_TEXT_SIZE];
    char type[WIRE_RRTYPE_MNEMONIC_SIZE];

    if (read->strays++ == 0)
        snprintf(read->stray, sizeof(read->stray), "%.200s %s",
                 wire_name_format(record->owner.octets, name),
                 wire_rrtype_format(record->type, type));
}

/* ---- the differences of an IXFR ---- */

static struct change_record keep(struct td_arena *arena, const struct wire_record *record,
                                 const uint8_t *rdata, size_t size)
{
    return (struct change_record){
        .owner = td_arena_memdup(arena, record->owner.octets, record->owner.size),
        .rdata = td_arena_memdup(arena, rdata, size),
        .ttl = wire_ttl(record->ttl),
        .type = record->type,
        .rdata_size = (uint16_t)size,
    };
}

static void add_removed(struct transfer_read *read, struct change_record record)
{
    td_grow(read->removed, read->removed_count, read->removed_capacity);
    read->removed[read->removed_count++] = record;
}

static void add_added(struct transfer_read *read, struct change_record record)
{
    td_grow(read->added, read->added_count, read->added_capacity);
    read->added[read->added_count++] = record;
}

static void fold_difference(struct transfer_read *read)
{
    struct changeset changeset = {
        .removed = read->removed,
        .removed_count = read->removed_count,
        .added = read->added,
        .added_count = read->added_count,
        .serial_from = read->serial_had,
        .serial_to = read->serial_at,
    };

    change_fold_add(&read->fold, &changeset);
    td_arena_reset(&read->arena);
    read->removed_count = read->added_count = 0;
}

static void done(struct transfer_read *read, enum transfer_kind kind)
{
    read->kind = kind;
    read->stage = STAGE_DONE;
    read->is_done = true;
}

/* An SOA where differences are read. */
static td_err take_soa(struct transfer_read *read, const struct wire_record *record,
                       const uint8_t *rdata, size_t size)
{
    uint32_t serial = td_get_u32(rdata + size - SOA_NUMBERS_SIZE);

    if (read->stage == STAGE_REMOVED) {
        if (!change_serial_is_greater(serial, read->serial_at))
            return fail_record(read, record, TD_E_INVALID,
                               "the serial in the middle of the IXFR goes back");
        read->serial_at = serial;
        read->stage = STAGE_ADDED;
        add_added(read, keep(&read->arena, record, rdata, size));
        return TD_OK;
    }
    fold_difference(read);
    if (serial != read->serial_at)
        return fail_record(read, record, TD_E_INVALID,
                           "the differences of the IXFR do not follow each other");
    if (serial == read->serial) {
        change_fold_settle(&read->fold);
        done(read, TRANSFER_CHANGES);
        return TD_OK;
    }
    read->stage = STAGE_REMOVED;
    add_removed(read, keep(&read->arena, record, rdata, size));
    return TD_OK;
}

/* ---- all records ---- */

static td_err build(struct transfer_read *read, const struct wire_record *record,
                    const uint8_t *rdata, size_t size)
{
    uint32_t ttl = wire_ttl(record->ttl);
    td_err err = read->is_open
                     ? zone_build_add_again(read->build, record->type, ttl, rdata, (uint16_t)size)
                     : zone_build_add(read->build, record->owner.octets, record->type, ttl, rdata,
                                      (uint16_t)size);

    read->is_open = true;
    return err == TD_OK ? TD_OK : fail_record(read, record, TD_E_LIMIT, "the zone is too large");
}

static td_err begin_whole(struct transfer_read *read)
{
    struct zone_build_limits limits = { .records_max = read->limits.records_max };
    const struct change_record *soa = &read->first_soa;

    read->build = zone_build_new(read->apex, read->seed, &limits);
    read->kind = TRANSFER_WHOLE;
    read->stage = STAGE_WHOLE;
    return zone_build_add(read->build, soa->owner, WIRE_TYPE_SOA, soa->ttl, soa->rdata,
                          soa->rdata_size);
}

/* ---- record by record ---- */

static td_err take_first(struct transfer_read *read, const struct wire_record *record,
                         const uint8_t *rdata, size_t size)
{
    if (record->type != WIRE_TYPE_SOA)
        return fail_record(read, record, TD_E_INVALID, "the first record is not the SOA");
    read->serial = td_get_u32(rdata + size - SOA_NUMBERS_SIZE);
    read->first_soa = keep(&read->keep, record, rdata, size);
    read->stage = STAGE_SECOND;
    if (read->is_incremental && !change_serial_is_greater(read->serial, read->serial_had))
        done(read, TRANSFER_CURRENT);
    return TD_OK;
}

static td_err take_second(struct transfer_read *read, const struct wire_record *record,
                          const uint8_t *rdata, size_t size)
{
    bool is_soa = record->type == WIRE_TYPE_SOA;
    uint32_t serial = is_soa ? td_get_u32(rdata + size - SOA_NUMBERS_SIZE) : 0;

    if (is_soa && read->is_incremental && serial == read->serial_had) {
        read->kind = TRANSFER_CHANGES;
        read->stage = STAGE_REMOVED;
        read->serial_at = serial;
        add_removed(read, keep(&read->arena, record, rdata, size));
        return TD_OK;
    }
    if (is_soa && serial != read->serial)
        return fail_record(read, record, TD_E_INVALID,
                           read->is_incremental
                               ? "the IXFR does not begin with the serial that we have"
                               : "the SOA comes again with another serial");
    td_err err = begin_whole(read);
    if (err != TD_OK)
        return fail(read, err, "the first SOA does not fit");
    if (is_soa)
        done(read, TRANSFER_WHOLE); /* a zone of an SOA and nothing else */
    return is_soa ? TD_OK : build(read, record, rdata, size);
}

static td_err take_whole(struct transfer_read *read, const struct wire_record *record,
                         const uint8_t *rdata, size_t size)
{
    if (record->type != WIRE_TYPE_SOA)
        return build(read, record, rdata, size);
    if (td_get_u32(rdata + size - SOA_NUMBERS_SIZE) != read->serial)
        return fail_record(read, record, TD_E_INVALID,
                           "the last SOA has another serial than the first: the zone changed "
                           "while it was sent");
    done(read, TRANSFER_WHOLE);
    return TD_OK;
}

static td_err take(struct transfer_read *read, const struct wire_record *record,
                   const uint8_t *rdata, size_t size)
{
    switch ((enum stage)read->stage) {
    case STAGE_FIRST:
        return take_first(read, record, rdata, size);
    case STAGE_SECOND:
        return take_second(read, record, rdata, size);
    case STAGE_WHOLE:
        return take_whole(read, record, rdata, size);
    case STAGE_REMOVED:
    case STAGE_ADDED:
        if (record->type == WIRE_TYPE_SOA)
            return take_soa(read, record, rdata, size);
        if (read->stage == STAGE_REMOVED)
            add_removed(read, keep(&read->arena, record, rdata, size));
        else
            add_added(read, keep(&read->arena, record, rdata, size));
        return TD_OK;
    case STAGE_DONE:
        break;
    }
    return fail_record(read, record, TD_E_INVALID, "a record behind the last SOA");
}

static bool is_apex(const struct transfer_read *read, const struct wire_name *owner)
{
    return wire_name_equal(owner->octets, owner->size, read->apex, read->apex_size);
}

/* Is it of the zone? Looked at once for each owner. */
static bool is_inside(struct transfer_read *read, const struct wire_records *records)
{
    const struct wire_name *owner = &records->record.owner;

    if (!records->is_same_owner) {
        read->is_inside =
            wire_name_is_subdomain(owner->octets, owner->size, read->apex, read->apex_size);
        read->is_open = false;
    }
    return read->is_inside;
}

static td_err take_record(struct transfer_read *read, struct wire_records *records)
{
    const struct wire_record *record = &records->record;
    const uint8_t *rdata;
    size_t size;

    if (record->class != WIRE_CLASS_IN)
        return fail_record(read, record, TD_E_INVALID, "a record of another class than IN");
    if (!wire_rrtype_is_data(record->type))
        return fail_record(read, record, TD_E_INVALID, "no type of data in a zone");
    if (!is_inside(read, records) && read->stage != STAGE_FIRST) {
        note_stray(read, record);
        return TD_OK;
    }
    td_err err = wire_records_rdata(records, read->rdata, &rdata, &size);
    if (err != TD_OK && err != TD_E_INVALID) /* INVALID: rules between fields, kept as it is */
        return fail_record(read, record, TD_E_MALFORMED, "the data cannot be read");
    /* A message of 64 KiB may say 255 octets with each two of its own. */
    read->written += record->owner.size + RECORD_HEAD_SIZE + size;
    if (read->written > read->limits.octets_max)
        return fail(read, TD_E_LIMIT,
                    "with its names written out it is larger than transfers.max-size allows");
    if (record->type == WIRE_TYPE_SOA && !is_apex(read, &record->owner))
        return fail_record(read, record, TD_E_INVALID, "an SOA that is not that of the zone");
    return take(read, record, rdata, size);
}

td_err transfer_read_message(struct transfer_read *read, const struct wire_message *message)
{
    struct wire_records records;
    td_err err;

    read->messages++;
    read->octets += message->size;
    if (read->octets > read->limits.octets_max)
        return fail(read, TD_E_LIMIT, "it is larger than transfers.max-size allows");
    if (message->header.counts[1] == 0)
        return fail(read, TD_E_INVALID, "a message without an answer");
    wire_records_begin(&records, message, 1);
    while ((err = wire_records_next(&records)) == TD_OK) {
        if (++read->records > read->limits.records_max)
            return fail(read, TD_E_LIMIT, "it has too many records");
        err = take_record(read, &records);
        if (err != TD_OK)
            return err;
    }
    return err == TD_E_NOT_FOUND ? TD_OK : fail(read, TD_E_MALFORMED, "a record cannot be read");
}

td_err transfer_read_datagram(struct transfer_read *read, const struct wire_message *message)
{
    td_err err = transfer_read_message(read, message);

    if (err == TD_OK && !read->is_done)
        err = read->stage == STAGE_SECOND ? TD_E_SPACE
                                          : fail(read, TD_E_INVALID, "the answer ends too early");
    return err;
}
