/* The message: the zone section, and the records of two others (RFC 2136 2.3 to 2.5). */
#include <stdarg.h>
#include <stdio.h>

#include "replicate/update_internal.h"
#include "wire/const.h"
#include "wire/message.h"
#include "wire/rdata.h"
#include "wire/rrtype.h"
#include "zone/sets.h"

enum {
    SECTION_PREREQUISITES = 1,
    SECTION_UPDATES = 2,
    /* What decompression adds at most: no type has more than two names that may be compressed. */
    RDATA_GROWTH = WIRE_RDATA_NAMES_MAX * WIRE_NAME_SIZE_MAX,
};

void update_result_init(struct update_result *ret_result)
{
    ret_result->rcode = WIRE_RCODE_NOERROR;
    ret_result->ede = ANSWER_EDE_NONE;
    ret_result->text[0] = '\0';
}

void update_fail(struct update_result *result, uint16_t rcode, uint16_t ede, const char *format,
                 ...)
{
    va_list args;

    result->rcode = rcode;
    result->ede = ede;
    va_start(args, format);
    vsnprintf(result->text, sizeof(result->text), format, args);
    va_end(args);
}

void update_fail_record(struct update_result *result, const struct update_record *record,
                        uint16_t rcode, uint16_t ede, const char *reason)
{
    char name[WIRE_NAME_TEXT_SIZE];
    char type[WIRE_RRTYPE_MNEMONIC_SIZE];

    update_fail(result, rcode, ede, "%s %s: %s", wire_name_format(record->owner, name),
                wire_rrtype_format(record->type, type), reason);
}

bool update_is_guarded(uint16_t type)
{
    switch (type) {
    case WIRE_TYPE_RRSIG:
    case WIRE_TYPE_NSEC:
    case WIRE_TYPE_NSEC3:
    case WIRE_TYPE_NSEC3PARAM:
    case WIRE_TYPE_SIG:
    case WIRE_TYPE_NXT:
        return true;
    default:
        return false;
    }
}

/* Where the sections say that there is no data the data is not looked at, but for being there. */
static bool has_data(unsigned section, const struct wire_record *record)
{
    if (record->class == WIRE_CLASS_ANY)
        return false;
    return record->class != WIRE_CLASS_NONE || section == SECTION_UPDATES;
}

/*
 * What is to be deleted need not meet the rules between its fields: what broke them may be what
 * is in the zone.
 */
static td_err read_data(const struct wire_message *message, const struct wire_record *record,
                        struct td_arena *arena, struct update_record *out)
{
    size_t room = (size_t)record->rdlength + RDATA_GROWTH;
    struct td_writer writer = td_writer_of(td_arena_alloc(arena, room), room);

    td_err err = wire_message_rdata(message, record, &writer);
    if (err == TD_E_INVALID && record->class == WIRE_CLASS_NONE)
        err = TD_OK;
    if (err != TD_OK)
        return err;
    out->rdata = writer.data;
    out->rdata_size = (uint16_t)writer.cursor;
    return TD_OK;
}

static td_err read_section(const struct wire_message *message, unsigned section,
                           struct td_arena *arena, const struct update_record **ret_records)
{
    uint32_t count = message->header.counts[section];
    struct update_record *records = td_arena_zalloc(arena, (count + 1) * sizeof(*records));
    size_t at = message->section_at[section];
    struct wire_record record;

    for (uint32_t i = 0; i < count; i++) {
        struct update_record *out = &records[i];
        td_err err = wire_message_record(message, &at, &record);
        if (err != TD_OK)
            return err;
        out->owner = td_arena_memdup(arena, record.owner.octets, record.owner.size);
        out->owner_size = record.owner.size;
        out->type = record.type;
        out->class = record.class;
        out->ttl = record.ttl;
        out->rdata_size = record.rdlength;
        if (has_data(section, &record) && wire_rrtype_is_data(record.type))
            err = read_data(message, &record, arena, out);
        if (err != TD_OK)
            return err;
    }
    *ret_records = records;
    return TD_OK;
}

static td_err read_zone(const struct wire_message *message, struct td_arena *arena,
                        struct update_message *ret_message)
{
    struct wire_message_question question;
    size_t at = message->section_at[0];

    if (message->header.counts[0] != 1)
        return TD_E_MALFORMED;
    td_err err = wire_message_question(message, &at, &question);
    if (err != TD_OK)
        return err;
    if (question.type != WIRE_TYPE_SOA)
        return TD_E_MALFORMED;
    ret_message->zone = td_arena_memdup(arena, question.name.octets, question.name.size);
    ret_message->zone_size = question.name.size;
    return TD_OK;
}

void update_read(const uint8_t *octets, size_t size, struct td_arena *arena,
                 struct update_message *ret_message, struct update_result *result)
{
    struct wire_message message;
    struct update_message update = { .zone = NULL };

    td_err err = wire_message_read(octets, size, &message);
    if (err == TD_OK)
        err = read_zone(&message, arena, &update);
    if (err != TD_OK) {
        update_fail(result, WIRE_RCODE_FORMERR, ANSWER_EDE_NONE, "not an update message");
        return;
    }
    update.prerequisite_count = message.header.counts[SECTION_PREREQUISITES];
    update.update_count = message.header.counts[SECTION_UPDATES];
    if (update.prerequisite_count + update.update_count > UPDATE_RECORDS_MAX) {
        update_fail(result, WIRE_RCODE_REFUSED, WIRE_EDE_OTHER, "more than %d records",
                    UPDATE_RECORDS_MAX);
        return;
    }
    err = read_section(&message, SECTION_PREREQUISITES, arena, &update.prerequisites);
    if (err == TD_OK)
        err = read_section(&message, SECTION_UPDATES, arena, &update.updates);
    if (err != TD_OK) {
        update_fail(result, WIRE_RCODE_FORMERR, ANSWER_EDE_NONE, "a record is malformed");
        return;
    }
    *ret_message = update;
}

/* ---- looking into the zone ---- */

const struct zone_node *update_find_node(const struct zone_version *view, const uint8_t *owner)
{
    struct wire_key key;

    wire_key_make(&key, zone_version_seed(view), owner);
    return zone_find_exact(view, &key, 0);
}

const struct wire_rrset *update_find_set(const struct zone_version *view, const uint8_t *owner,
                                         uint16_t type)
{
    const struct zone_node *node = update_find_node(view, owner);

    return node == NULL ? NULL : zone_node_set(view, node, type);
}

bool update_set_has(const struct wire_rrset *set, const uint8_t *rdata, uint16_t rdata_size)
{
    for (size_t at = 0; set != NULL && at < set->size;) {
        struct wire_rdata has = wire_rrset_rdata(set, &at);
        if (zone_rdata_same(set->type, has.octets, has.size, rdata, rdata_size))
            return true;
    }
    return false;
}

bool update_check_zone(const struct update_message *message, const struct update_record *record,
                       struct update_result *result)
{
    if (wire_name_is_subdomain(record->owner, record->owner_size, message->zone,
                               message->zone_size))
        return true;
    update_fail_record(result, record, WIRE_RCODE_NOTZONE, ANSWER_EDE_NONE, "not in the zone");
    return false;
}
