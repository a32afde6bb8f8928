/*
 * base/crc32c.h - the checksum of what lies on disk.
 *
 * Shape    CRC-32C (Castagnoli), as iSCSI and ext4 use it: finds every error burst of up to 32
 *          bits. Not for authentication.
 * Floor    0.
 * Threads  Pure.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Of `size` octets; `crc` is 0, or the value of what stands before them. */
uint32_t td_crc32c(uint32_t crc, const void *octets, size_t size);

/* The same without help from the processor. */
uint32_t td_crc32c_plain(uint32_t crc, const void *octets, size_t size);

/*
 * For much: the octets in TD_CRC32C_LANES pieces of the same size, the rest with the last; the
 * checksum of their checksums, each in 4 octets (big-endian). A processor makes them side by side,
 * three times as fast. What one checksum finds is found.
 */
enum { TD_CRC32C_LANES = 4 };
uint32_t td_crc32c_lanes(const void *octets, size_t size);
uint32_t td_crc32c_lanes_plain(const void *octets, size_t size);
