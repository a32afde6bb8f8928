#include "wire/message.h"

#include "base/assert.h"
#include "wire/rdata.h"
#include "wire/rrtype.h"

enum {
    SECTION_QUESTION = 0,
    SECTION_LAST = 3,   /* additional */
    QUESTION_FIXED = 4, /* octets of a question behind its name */
    RECORD_FIXED = 10,  /* octets of a record between owner and rdata */
};

/* One record of the walk: note OPT and TSIG, and refuse them where they must not be. */
static td_err note_record(struct wire_message *message, struct td_reader *reader, unsigned section)
{
    size_t at = reader->cursor;
    const uint8_t *fixed, *rdata;

    if (message->tsig_at != 0)
        return TD_E_MALFORMED; /* something stands behind TSIG */

    td_err err = wire_name_skip(reader);
    if (err == TD_OK)
        err = td_read_octets(reader, RECORD_FIXED, &fixed);
    if (err == TD_OK)
        err = td_read_octets(reader, td_get_u16(fixed + 8), &rdata);
    if (err != TD_OK)
        return err;

    uint16_t type = td_get_u16(fixed);
    if (type == WIRE_TYPE_OPT) {
        if (section != SECTION_LAST || message->opt_at != 0 || message->octets[at] != 0)
            return TD_E_MALFORMED;
        message->opt_at = at;
    } else if (type == WIRE_TYPE_TSIG) {
        if (section != SECTION_LAST)
            return TD_E_MALFORMED;
        message->tsig_at = at;
    }
    return TD_OK;
}

static td_err note_questions(struct td_reader *reader, unsigned count)
{
    const uint8_t *fixed;

    for (unsigned i = 0; i < count; i++) {
        td_err err = wire_name_skip(reader);
        if (err == TD_OK)
            err = td_read_octets(reader, QUESTION_FIXED, &fixed);
        if (err != TD_OK)
            return err;
    }
    return TD_OK;
}

td_err wire_message_read(const uint8_t *octets, size_t size, struct wire_message *ret_message)
{
    struct wire_message message = { .octets = octets, .size = size };

    td_err err = wire_header_read(octets, size, &message.header);
    if (err != TD_OK)
        return err;

    struct td_reader reader = { .data = octets, .size = size, .cursor = WIRE_HEADER_SIZE };
    message.section_at[SECTION_QUESTION] = reader.cursor;
    err = note_questions(&reader, message.header.counts[SECTION_QUESTION]);
    /* Bounded: a record takes at least 11 octets, or the walk ends. */
    for (unsigned section = 1; err == TD_OK && section <= SECTION_LAST; section++) {
        message.section_at[section] = reader.cursor;
        for (unsigned i = 0; err == TD_OK && i < message.header.counts[section]; i++)
            err = note_record(&message, &reader, section);
    }
    if (err != TD_OK)
        return err;

    message.end = reader.cursor;
    *ret_message = message;
    return TD_OK;
}

td_err wire_message_question(const struct wire_message *message, size_t *at,
                             struct wire_message_question *ret_question)
{
    struct td_reader reader = { .data = message->octets, .size = message->size, .cursor = *at };
    struct wire_message_question question;

    td_assert(*at <= message->section_at[1]);
    if (*at == message->section_at[1])
        return TD_E_NOT_FOUND;

    td_err err = wire_name_read(&reader, &question.name);
    if (err == TD_OK)
        err = td_read_u16(&reader, &question.type);
    if (err == TD_OK)
        err = td_read_u16(&reader, &question.class);
    if (err != TD_OK)
        return err;
    *at = reader.cursor;
    *ret_question = question;
    return TD_OK;
}

td_err wire_message_record(const struct wire_message *message, size_t *at,
                           struct wire_record *ret_record)
{
    struct td_reader reader = { .data = message->octets, .size = message->size, .cursor = *at };
    const uint8_t *fixed, *rdata;

    td_assert(*at <= message->end);
    if (*at == message->end)
        return TD_E_NOT_FOUND;

    struct wire_name owner;
    td_err err = wire_name_read(&reader, &owner);
    if (err == TD_OK)
        err = td_read_octets(&reader, RECORD_FIXED, &fixed);
    if (err == TD_OK)
        err = td_read_octets(&reader, td_get_u16(fixed + 8), &rdata);
    if (err != TD_OK)
        return err;

    ret_record->at = *at;
    ret_record->type = td_get_u16(fixed);
    ret_record->class = td_get_u16(fixed + 2);
    ret_record->ttl = td_get_u32(fixed + 4);
    ret_record->rdlength = td_get_u16(fixed + 8);
    ret_record->rdata_at = (size_t)(rdata - message->octets);
    ret_record->owner = owner;
    *at = reader.cursor;
    return TD_OK;
}

td_err wire_message_rdata(const struct wire_message *message, const struct wire_record *record,
                          struct td_writer *out)
{
    struct td_reader reader = { .data = message->octets,
                                .size = message->size,
                                .cursor = record->rdata_at };

    return wire_rdata_read(&reader, record->type, record->rdlength, out);
}
