/*
 * tsig/record.h - one TSIG record, read and written.
 *
 * Shape    MAC and other data point into the message; names are copied, uncompressed, with the
 *          case they came with. Times in seconds since 1970, 48 bits.
 * Floor    2. Includes base wire crypto.
 * Threads  Pure.
 * Limits   a name of 255 octets; MAC and other data 65,535 octets each, inside the record.
 * RFC      8945 4.2.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "wire/name.h"

enum {
    TSIG_FUDGE_S = 300,      /* what we send (8945 10) */
    TSIG_OTHER_SIZE_MAX = 6, /* of other data that we send */
};

struct tsig_record {
    struct wire_name name;
    struct wire_name algorithm;
    uint64_t time_s;
    uint16_t fudge_s;
    uint16_t mac_size;
    uint16_t original_id;
    uint16_t error; /* 0, or one of WIRE_RCODE_BADSIG, BADKEY, BADTIME, BADTRUNC and others */
    uint16_t other_size;
    const uint8_t *mac;
    const uint8_t *other;
};

/*
 * Read the record that begins at `at` and ends with the message: TSIG is the last one.
 *
 * TD_E_TRUNCATED  the message ends inside it
 * TD_E_MALFORMED  a name that is none, a type other than TSIG, a class other than ANY, a TTL
 *                 other than 0, an rdlength that its fields do not fill, octets behind it
 * On error *ret_record is good for nothing; it is filled in place, to save a copy.
 */
TD_NODISCARD td_err tsig_record_read(const uint8_t *message, size_t size, size_t at,
                                     struct tsig_record *ret_record);

/* Octets that tsig_record_write will take. */
size_t tsig_record_size(const struct tsig_record *record);

/*
 * Append the record to a message of `size` octets in a buffer of `capacity`, and count it in the
 * header.
 *
 * TD_E_SPACE  no room
 * TD_E_LIMIT  the message has 65,535 additional records already, or the rdata is too long
 */
TD_NODISCARD td_err tsig_record_write(const struct tsig_record *record, uint8_t *message,
                                      size_t size, size_t capacity, size_t *ret_size);
