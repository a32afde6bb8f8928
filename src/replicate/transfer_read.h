/*
 * replicate/transfer_read.h - the messages of a transfer in, one after the other, made into a zone
 * or into a change.
 *
 * Shape    begin, take each message, and when it is done: nothing newer (CURRENT), the records
 *          removed and added, all differences folded into one (CHANGES), or all records of the
 *          zone (WHOLE). What is wrong is told in words. Nothing is known of sockets and keys.
 * Floor    6.
 * Threads  One owner.
 * Limits   those of struct transfer_limits.
 * RFC      1995 4 (order of IXFR), 5936 2.2 and 3, 1982 (serials).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "change/fold.h"
#include "wire/records.h"
#include "zone/build.h"

struct transfer_limits {
    uint64_t octets_max; /* of all messages, and of all records with their names written out */
    uint64_t records_max;
};

enum transfer_kind { TRANSFER_UNKNOWN, TRANSFER_CURRENT, TRANSFER_CHANGES, TRANSFER_WHOLE };

enum { TRANSFER_WHY_SIZE = 256 };

struct transfer_read {
    /* What it has become; read when `is_done`. */
    enum transfer_kind kind;
    bool is_done;             /* the last SOA has come */
    uint32_t serial;          /* the new one */
    struct zone_build *build; /* WHOLE: the caller may take it, and puts NULL here */
    struct change_fold fold;  /* CHANGES: settled; ended by transfer_read_fini */
    uint64_t octets;          /* of the messages */
    uint64_t written;         /* of the records, no name compressed: what memory is taken for */
    uint64_t records;
    uint32_t messages;
    uint32_t strays;               /* records of other zones, left out */
    char stray[TRANSFER_WHY_SIZE]; /* the first of them */
    char why[TRANSFER_WHY_SIZE];   /* of an error */

    /* Private. */
    struct transfer_limits limits;
    const struct td_hash_seed *seed;
    uint8_t apex[WIRE_NAME_SIZE_MAX];
    uint8_t apex_size;
    bool is_incremental; /* asked for */
    uint32_t serial_had; /* incremental */
    bool has_first;
    bool is_inside; /* the owner that was read last is in the zone */
    bool is_open;   /* and was given to `build` */
    uint8_t stage;
    uint32_t serial_at; /* CHANGES: of the difference that is being read: to */
    uint8_t *rdata;     /* room for the data of a record */
    struct change_record first_soa;
    struct td_arena arena; /* of the difference that is being read */
    struct td_arena keep;  /* of the whole transfer */
    struct change_record *removed;
    struct change_record *added;
    uint32_t removed_count;
    uint32_t removed_capacity;
    uint32_t added_count;
    uint32_t added_capacity;
};

/* `is_incremental`: IXFR was asked for, from `serial_had`. The seed must outlive what is built. */
void transfer_read_init(struct transfer_read *read, const uint8_t *apex, bool is_incremental,
                        uint32_t serial_had, const struct td_hash_seed *seed,
                        const struct transfer_limits *limits);
void transfer_read_fini(struct transfer_read *read);

/* Has nothing come but one SOA that is newer than ours, in answer to IXFR? */
bool transfer_read_is_bare(const struct transfer_read *read);

/*
 * Take the next message, whose ID, question and signature have been looked at.
 * TD_E_INVALID    the sequence is not that of a transfer
 * TD_E_MALFORMED  a record cannot be read
 * TD_E_LIMIT      too large
 * What is wrong is in read->why; nothing may follow.
 */
TD_NODISCARD td_err transfer_read_message(struct transfer_read *read,
                                          const struct wire_message *message);

/*
 * One message over UDP: there is no second one, so an SOA alone that is newer says that the answer
 * did not fit. TD_E_SPACE: come again by TCP.
 */
TD_NODISCARD td_err transfer_read_datagram(struct transfer_read *read,
                                           const struct wire_message *message);
