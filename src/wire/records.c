#include "wire/records.h"

#include "base/octets.h"
#include "wire/rdata.h"
#include "wire/rrtype.h"

enum { RECORD_FIXED = 10, POINTER_SIZE = 2, POINTER = 0xC0 };

void wire_records_begin(struct wire_records *records, const struct wire_message *message,
                        unsigned section)
{
    records->message = message;
    records->at = message->section_at[section];
    records->end = section == 3 ? message->end : message->section_at[section + 1];
    records->is_same_owner = false;
    records->owner_size = 0;
    records->tail_size = 0;
    records->known_count = 0;
}

/* ---- names ---- */

static size_t pointer_at(const uint8_t *octets)
{
    return (size_t)(octets[0] & ~POINTER) << 8 | octets[1];
}

/* Labels up to a pointer; its index, or that of whatever else ends them. Within `limit`. */
static size_t skip_labels(const uint8_t *octets, size_t at, size_t limit, unsigned *ret_labels)
{
    unsigned labels = 0;

    while (at < limit && octets[at] != 0 && octets[at] <= WIRE_LABEL_SIZE_MAX) {
        at += 1u + octets[at];
        labels++;
    }
    *ret_labels = labels;
    return at;
}

/*
 * The name at `at` has just been read, so all of it is there: does it end, behind its first
 * pointer, in labels and the root? Not in those that reach over `at`: data must not reach over its
 * own end.
 */
static void remember_tail(struct wire_records *records, size_t at)
{
    const struct wire_message *message = records->message;
    unsigned labels;
    size_t pointer = skip_labels(message->octets, at, message->size, &labels);

    if (message->octets[pointer] < POINTER)
        return;
    size_t target = pointer_at(message->octets + pointer);
    size_t root = skip_labels(message->octets, target, message->size, &labels);
    if (root >= at || message->octets[root] != 0)
        return;
    records->tail_at = target;
    records->tail_size = (uint8_t)(root + 1 - target);
    records->tail_labels = (uint8_t)(labels + 1);
}

/* Labels from `at` to `pointer`, and behind them a name that is known. False: it is too long. */
static bool join(const struct wire_records *records, size_t at, size_t pointer, unsigned labels,
                 const uint8_t *tail, unsigned tail_size, struct wire_name *ret_name)
{
    size_t size = pointer - at;

    if (size + tail_size > WIRE_NAME_SIZE_MAX)
        return false;
    td_octets_copy(ret_name->octets, records->message->octets + at, size);
    td_octets_copy(ret_name->octets + size, tail, tail_size);
    ret_name->size = (uint8_t)(size + tail_size);
    ret_name->label_count = (uint8_t)labels;
    return true;
}

/*
 * The name at `at`, which must end before `limit`. What is remembered stands before `at`, as a
 * pointer must lead backwards. *ret_is_short: it has been put together of what is remembered, by
 * few pointers (of those that may follow each other there is an end).
 */
static td_err read_name(struct wire_records *records, size_t at, size_t limit, bool may_be_owner,
                        struct wire_name *ret_name, size_t *ret_end, bool *ret_is_short)
{
    const uint8_t *octets = records->message->octets;
    const struct wire_name *owner = &records->record.owner;
    unsigned labels;
    size_t pointer = skip_labels(octets, at, limit, &labels);

    *ret_is_short = true;
    if (pointer + POINTER_SIZE <= limit && octets[pointer] >= POINTER) {
        size_t target = pointer_at(octets + pointer);
        *ret_end = pointer + POINTER_SIZE;
        if (records->tail_size != 0 && target == records->tail_at &&
            join(records, at, pointer, labels + records->tail_labels, octets + target,
                 records->tail_size, ret_name))
            return TD_OK;
        if (may_be_owner && target == records->owner_target &&
            join(records, at, pointer, labels + owner->label_count, owner->octets, owner->size,
                 ret_name))
            return TD_OK;
    }
    struct td_reader reader = { .data = octets, .size = limit, .cursor = at };
    td_err err = wire_name_read(&reader, ret_name);
    if (err != TD_OK)
        return err;
    *ret_is_short = false;
    *ret_end = reader.cursor;
    remember_tail(records, at);
    return TD_OK;
}

/* ---- owners ---- */

static bool has_same_owner(const struct wire_records *records)
{
    const struct wire_message *message = records->message;
    const uint8_t *octets = message->octets + records->at;
    size_t left = message->size - records->at;

    if (records->owner_size == 0)
        return false;
    return left >= records->owner_size &&
           td_octets_same(octets, message->octets + records->owner_at, records->owner_size);
}

/* The name of some data before, by a pointer to it. */
static bool find_known(const struct wire_records *records, size_t target,
                       struct wire_name *ret_name)
{
    unsigned have =
        records->known_count < WIRE_RECORDS_KNOWN ? records->known_count : WIRE_RECORDS_KNOWN;

    for (unsigned i = 0; i < have; i++) {
        const struct wire_records_name *known = &records->known[i];
        if (known->at != target)
            continue;
        td_octets_copy(ret_name->octets, known->name.octets, known->name.size);
        ret_name->size = known->name.size;
        ret_name->label_count = known->name.label_count;
        return true;
    }
    return false;
}

/*
 * Has the owner, which ends at `end`, labels and at most one pointer behind them? Of those that
 * have more, what may point there depends on how often it was jumped already.
 */
static bool has_one_tail(const struct wire_records *records, size_t end)
{
    const uint8_t *pointer = records->message->octets + end - POINTER_SIZE;

    if (pointer[1] == 0 && pointer[0] < POINTER)
        return true;
    return records->tail_size != 0 && end - records->at > POINTER_SIZE &&
           pointer_at(pointer) == records->tail_at;
}

static td_err read_owner(struct wire_records *records, size_t *ret_end)
{
    const struct wire_message *message = records->message;
    const uint8_t *octets = message->octets + records->at;
    size_t left = message->size - records->at;
    bool is_pointer = left >= POINTER_SIZE && octets[0] >= POINTER, is_short;

    records->is_same_owner = true;
    if (is_pointer && records->owner_size != 0 && pointer_at(octets) == records->owner_target) {
        *ret_end = records->at + POINTER_SIZE;
        return TD_OK;
    }
    if (has_same_owner(records)) {
        *ret_end = records->at + records->owner_size;
        return TD_OK;
    }
    records->is_same_owner = false;
    records->owner_size = 0;
    if (is_pointer && find_known(records, pointer_at(octets), &records->record.owner)) {
        *ret_end = records->at + POINTER_SIZE;
    } else {
        td_err err = read_name(records, records->at, message->size, false, &records->record.owner,
                               ret_end, &is_short);
        if (err != TD_OK)
            return err;
    }
    records->owner_at = records->at;
    records->owner_size = (uint16_t)(*ret_end - records->at);
    records->owner_target = has_one_tail(records, *ret_end) ? records->at : SIZE_MAX;
    return TD_OK;
}

/* ---- records ---- */

td_err wire_records_next(struct wire_records *records)
{
    const struct wire_message *message = records->message;
    struct wire_record *record = &records->record;
    size_t at;

    if (records->at >= records->end)
        return TD_E_NOT_FOUND;
    td_err err = read_owner(records, &at);
    if (err != TD_OK)
        return err;
    const uint8_t *fixed = message->octets + at;
    if (message->size - at < RECORD_FIXED ||
        message->size - at - RECORD_FIXED < td_get_u16(fixed + 8))
        return TD_E_TRUNCATED;
    record->at = records->at;
    record->type = td_get_u16(fixed);
    record->class = td_get_u16(fixed + 2);
    record->ttl = td_get_u32(fixed + 4);
    record->rdlength = td_get_u16(fixed + 8);
    record->rdata_at = at + RECORD_FIXED;
    records->at = record->rdata_at + record->rdlength;
    return TD_OK;
}

/* Data that is one name. */
static td_err rdata_name(struct wire_records *records, const uint8_t **ret_rdata, size_t *ret_size)
{
    const struct wire_record *record = &records->record;
    struct wire_records_name *known = &records->known[records->known_count % WIRE_RECORDS_KNOWN];
    size_t limit = record->rdata_at + record->rdlength, end;
    bool is_short;

    known->at = SIZE_MAX;
    td_err err = read_name(records, record->rdata_at, limit, true, &known->name, &end, &is_short);
    if (err != TD_OK)
        return err;
    if (end != limit)
        return TD_E_MALFORMED;
    if (is_short) {
        known->at = record->rdata_at;
        records->known_count++;
    }
    *ret_rdata = known->name.octets;
    *ret_size = known->name.size;
    return TD_OK;
}

/* Is the data of this type one field of this kind, and no more? */
static bool is_alone(const struct wire_rrtype *row, enum wire_field field)
{
    return row->fields[0] == field && row->fields[1] == WIRE_FIELD_END &&
           (row->flags & WIRE_RRTYPE_RULE) == 0;
}

td_err wire_records_rdata(struct wire_records *records, uint8_t *buffer, const uint8_t **ret_rdata,
                          size_t *ret_size)
{
    const struct wire_record *record = &records->record;
    const struct wire_rrtype *row = wire_rrtype_get(record->type);

    if (is_alone(row, WIRE_FIELD_NAME_1035))
        return rdata_name(records, ret_rdata, ret_size);
    if ((is_alone(row, WIRE_FIELD_IPV4) && record->rdlength == 4) ||
        (is_alone(row, WIRE_FIELD_IPV6) && record->rdlength == 16)) {
        *ret_rdata = records->message->octets + record->rdata_at;
        *ret_size = record->rdlength;
        return TD_OK;
    }
    struct td_writer writer = td_writer_of(buffer, WIRE_RDATA_SIZE_MAX);
    td_err err = wire_message_rdata(records->message, record, &writer);
    if (err != TD_OK && err != TD_E_INVALID)
        return err;
    *ret_rdata = buffer;
    *ret_size = writer.cursor;
    return err;
}
