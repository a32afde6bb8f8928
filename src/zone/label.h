/*
 * zone/label.h - names relative to the apex: compared, ordered and shortened to sort keys.
 *
 * Shape    `size` octets of labels without an end; label_count labels; the apex has none.
 *          A sort key is the first 8 octets of an encoding that orders as RFC 4034 6.1 says:
 *          labels from the root on, in lower case, each ended by 00; an octet 00 in a label
 *          is written 01 01 and 01 is written 01 02.
 * Floor    3. Not for other directories.
 * Threads  Pure.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct zone_labels {
    const uint8_t *octets;
    uint8_t size;
    uint8_t label_count;
};

uint64_t zone_labels_sort_key(const struct zone_labels *labels);

/* Canonical order, case ignored: <0, 0, >0. */
int zone_labels_order(const struct zone_labels *a, const struct zone_labels *b);

/* Same octets, case ignored. */
bool zone_labels_equal(const uint8_t *a, const uint8_t *b, uint8_t size);

/* Is every letter in lower case? */
bool zone_labels_are_lower(const uint8_t *octets, uint8_t size);
