/*
 * store/segment.h - one file of the log: its head, its entries, and how to find them again.
 *
 * Shape    A head of 64 octets, then entries, each aligned to 8 octets; behind them zeros. Numbers
 *          are little-endian. An entry is a head of 64 octets, key, octets, padding; a CRC-32C
 *          over all of it but itself. All entries of a batch name its first and last sequence.
 *          "Void from" in a segment's head: entries of older segments from this sequence on are of
 *          a batch that failed, and do not count.
 * Floor    4. Not for other directories.
 * Threads  Pure.
 * Limits   as log.h.
 */
#pragma once

#include "store/log.h"

enum {
    SEGMENT_HEAD_SIZE = 64,
    SEGMENT_ENTRY_HEAD_SIZE = 64,
    SEGMENT_ALIGN = 8,
};

/* Nobody gets there: what says so is none of ours. */
#define SEGMENT_SEQUENCE_MAX ((uint64_t)1 << 62)

struct segment_head {
    uint32_t number;
    uint64_t sequence;  /* of the first entry that it may have */
    uint64_t void_from; /* 0: nothing of older segments is void */
};

void segment_head_put(uint8_t out[SEGMENT_HEAD_SIZE], const struct segment_head *head);
/* TD_E_MALFORMED: it is no segment of ours. */
TD_NODISCARD td_err segment_head_get(const uint8_t octets[SEGMENT_HEAD_SIZE],
                                     struct segment_head *ret_head);

/* An entry as it was found; what it points to lies in the octets given. */
struct segment_entry {
    struct store_log_entry entry;
    uint64_t batch_first;
    uint64_t batch_last;
    uint32_t size; /* on disk, padding included */
};

/* Octets that an entry takes on disk. */
size_t segment_entry_size(const struct store_log_entry *entry);

/* Append an entry of the batch that has these sequences. */
void segment_entry_put(struct td_buf *out, const struct store_log_entry *entry,
                       uint64_t batch_first, uint64_t batch_last);

/*
 * Read the entry at the beginning of the octets.
 *
 * TD_E_NOT_FOUND  there are zeros: the end
 * TD_E_MALFORMED  damaged, or cut
 */
TD_NODISCARD td_err segment_entry_get(const uint8_t *octets, size_t size,
                                      struct segment_entry *ret_entry);

/* What can be read of the head of a damaged entry, for people: false: nothing. */
bool segment_entry_peek(const uint8_t *octets, size_t size, struct segment_entry *ret_entry);
