/*
 * wire/copy.h - a few octets copied without a call.
 *
 * Shape    Most records are a few octets long, and whoever calls memcpy on his way saves registers
 *          for it.
 * Floor    1.
 * Threads  Pure.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline void wire_copy_16(uint8_t *to, const uint8_t *from)
{
    __uint128_t octets;

    memcpy(&octets, from, 16);
    memcpy(to, &octets, 16);
}

/* 16 octets or more; no overlap, or `to` is `from`. */
static inline void wire_copy_long(uint8_t *to, const uint8_t *from, size_t size)
{
    for (size_t at = 0; at + 16 < size; at += 16)
        wire_copy_16(to + at, from + at);
    wire_copy_16(to + size - 16, from + size - 16);
}

/* The same, for what is mostly longer than 64 octets. */
static inline void wire_copy_many(uint8_t *to, const uint8_t *from, size_t size)
{
    size_t at = 0;

    for (; at + 64 < size; at += 64) {
        wire_copy_16(to + at, from + at);
        wire_copy_16(to + at + 16, from + at + 16);
        wire_copy_16(to + at + 32, from + at + 32);
        wire_copy_16(to + at + 48, from + at + 48);
    }
    for (; at + 16 < size; at += 16)
        wire_copy_16(to + at, from + at);
    wire_copy_16(to + size - 16, from + size - 16);
}

/* 2 octets or more; no overlap, or `to` is `from`. */
static inline void wire_copy(uint8_t *to, const uint8_t *from, size_t size)
{
    if (size > 16) {
        wire_copy_long(to, from, size);
    } else if (size >= 8) {
        uint64_t head, tail;
        memcpy(&head, from, 8);
        memcpy(&tail, from + size - 8, 8);
        memcpy(to, &head, 8);
        memcpy(to + size - 8, &tail, 8);
    } else if (size >= 4) {
        uint32_t head, tail;
        memcpy(&head, from, 4);
        memcpy(&tail, from + size - 4, 4);
        memcpy(to, &head, 4);
        memcpy(to + size - 4, &tail, 4);
    } else {
        to[0] = from[0];
        to[1] = from[1];
        to[size - 1] = from[size - 1];
    }
}
