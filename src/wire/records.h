/*
 * wire/records.h - the records of a section one behind the other, as transfers have them.
 *
 * Shape    A cursor that remembers. Most owners are that of the record before, or a name that a
 *          record of late had as its data (glue); most names end as the owner does, or as the name
 *          before: so little is read twice. What it gives is, to the octet, what
 *          wire_message_record and wire_message_rdata give, errors included.
 * Floor    1.
 * Threads  Pure.
 * Limits   those of wire/message.h.
 * RFC      1035 4.1.4.
 */
#pragma once

#include "wire/message.h"

enum { WIRE_RECORDS_KNOWN = 4 };

struct wire_records_name {
    size_t at; /* where it stands; a pointer to there is this name */
    struct wire_name name;
};

struct wire_records {
    const struct wire_message *message; /* kept */
    size_t at;
    size_t end;                /* of the section */
    struct wire_record record; /* the last one */
    bool is_same_owner;        /* as that of the record before, in the same octets */
    /* Private from here on. */
    uint16_t owner_size; /* of the owner as it stands there; 0: none has been read */
    size_t owner_at;     /* where that is */
    size_t owner_target; /* a pointer to there is the owner; SIZE_MAX: that is not known */
    size_t tail_at;      /* the end of a name, without pointers, root included */
    uint8_t tail_size;   /* 0: none is remembered */
    uint8_t tail_labels; /* the same, root included */
    /* Names of data, in turn; the one before `known_count` was read last. */
    struct wire_records_name known[WIRE_RECORDS_KNOWN];
    unsigned known_count; /* all that there were */
};

/* From the first record of a section (0..3 as in struct wire_message) on. */
void wire_records_begin(struct wire_records *records, const struct wire_message *message,
                        unsigned section);

/*
 * Read the next record. Results as those of wire_message_record; TD_E_NOT_FOUND at the end of the
 * section. On error the record is that before, or half read.
 */
TD_NODISCARD td_err wire_records_next(struct wire_records *records);

/*
 * Its rdata, decompressed and checked: in the message, in `records`, or in `buffer`, which has room
 * for WIRE_RDATA_SIZE_MAX octets. Results as those of wire_message_rdata; with TD_E_INVALID it is
 * given, too.
 */
TD_NODISCARD td_err wire_records_rdata(struct wire_records *records, uint8_t *buffer,
                                       const uint8_t **ret_rdata, size_t *ret_size);
