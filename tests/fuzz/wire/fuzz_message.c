/*
 * Whole messages: walked, every record read, and written again with compression; the second
 * reading must give what the first gave. So must a cursor that remembers names.
 */
#include <string.h>

#include "base/assert.h"
#include "wire/edns.h"
#include "wire/message.h"
#include "wire/pack.h"
#include "wire/rdata.h"
#include "wire/records.h"
#include "wire/rrtype.h"

static uint8_t rdata[1 << 17], again[1 << 17], rewritten[1 << 20];
static struct wire_pack pack;

static void rewrite(const struct wire_record *record, const uint8_t *octets, size_t size)
{
    static const uint8_t root[] = { 0 };
    size_t at = WIRE_HEADER_SIZE;
    struct wire_header header = { .counts = { 0, 0, 0, 1 } };
    struct wire_message message;
    struct wire_record back;

    wire_header_put(rewritten, &header);
    wire_pack_begin(&pack, rewritten, at, WIRE_MESSAGE_SIZE_MAX, root);
    wire_pack_owner(&pack, record->owner.octets);
    if (wire_pack_record(&pack, record->type, record->ttl, octets, size) != TD_OK) {
        td_assert(pack.size == at && pack.count == 0);
        return;
    }
    if (record->type == WIRE_TYPE_OPT && record->owner.size != 1)
        return;
    td_assert(wire_message_read(rewritten, pack.size, &message) == TD_OK);
    td_assert(wire_message_record(&message, &at, &back) == TD_OK);
    td_assert(back.type == record->type && back.ttl == record->ttl);
    td_assert(back.owner.size == record->owner.size);
    td_assert(memcmp(back.owner.octets, record->owner.octets, back.owner.size) == 0);

    struct td_writer rdata_again = td_writer_of(again, sizeof(again));
    td_err err = wire_message_rdata(&message, &back, &rdata_again);
    td_assert(err == TD_OK || err == TD_E_INVALID);
    td_assert(wire_rdata_compare(again, rdata_again.cursor, octets, size) == 0);
}

static void same_rdata(struct wire_records *records, const struct wire_message *message,
                       const struct wire_record *record)
{
    struct td_writer writer = td_writer_of(rdata, sizeof(rdata));
    const uint8_t *octets = NULL;
    size_t size = 0;

    td_err err = wire_message_rdata(message, record, &writer);
    td_assert(wire_records_rdata(records, again, &octets, &size) == err);
    if (err == TD_OK || err == TD_E_INVALID)
        td_assert(size == writer.cursor && (size == 0 || memcmp(octets, rdata, size) == 0));
}

static void read_section(const struct wire_message *message, unsigned section)
{
    size_t at = message->section_at[section];
    size_t end = section == 3 ? message->end : message->section_at[section + 1];
    struct wire_records records;
    struct wire_record record;

    wire_records_begin(&records, message, section);
    while (at < end) {
        td_err err = wire_message_record(message, &at, &record);
        td_assert(wire_records_next(&records) == err);
        if (err != TD_OK)
            return;
        const struct wire_record *other = &records.record;
        td_assert(records.at == at && other->at == record.at && other->type == record.type);
        td_assert(other->class == record.class && other->ttl == record.ttl);
        td_assert(other->rdata_at == record.rdata_at && other->rdlength == record.rdlength);
        td_assert(other->owner.size == record.owner.size);
        td_assert(other->owner.label_count == record.owner.label_count);
        td_assert(memcmp(other->owner.octets, record.owner.octets, record.owner.size) == 0);
        same_rdata(&records, message, &record);
    }
    td_assert(wire_records_next(&records) == TD_E_NOT_FOUND);
}

static void read_records(const struct wire_message *message)
{
    struct wire_record record;
    size_t at = message->section_at[1];

    for (;;) {
        size_t from = at;
        td_err err = wire_message_record(message, &at, &record);
        if (err != TD_OK) {
            td_assert(at == from && (err != TD_E_NOT_FOUND || at == message->end));
            return;
        }
        td_assert(at > from && at <= message->end);
        struct td_writer writer = td_writer_of(rdata, sizeof(rdata));
        err = wire_message_rdata(message, &record, &writer);
        if (err == TD_OK || err == TD_E_INVALID)
            rewrite(&record, rdata, writer.cursor);
        else
            td_assert(writer.cursor == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct wire_message message;
    struct wire_message_question question;
    struct wire_edns edns;

    if (size > WIRE_MESSAGE_SIZE_MAX || wire_message_read(data, size, &message) != TD_OK)
        return 0;
    td_assert(message.end <= size);

    size_t at = message.section_at[0];
    for (unsigned i = 0; i < message.header.counts[0]; i++) {
        if (wire_message_question(&message, &at, &question) != TD_OK)
            break;
    }
    read_records(&message);
    for (unsigned section = 1; section < 4; section++)
        read_section(&message, section);
    if (message.opt_at != 0) {
        size_t end;
        for (int role = WIRE_EDNS_QUERY; role <= WIRE_EDNS_RESPONSE; role++) {
            td_err err =
                wire_edns_read(data, size, message.opt_at, (enum wire_edns_role)role, &edns, &end);
            td_assert(err != TD_OK || end <= message.end);
        }
    }
    return 0;
}
