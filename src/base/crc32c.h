/*
 * base/crc32c.h - the checksum of what lies on disk.
 *
 * Shape    CRC-32C (Castagnoli), as iSCSI and ext4 use it: finds every error burst of up to 32
 * bits. Not for authentication. Floor    0. Threads  Pure.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Of `size` octets; `crc` is 0, or the value of what stands before them. */
uint32_t td_crc32c(uint32_t crc, const void *octets, size_t size);

/* The same without help from the processor. */
uint32_t td_crc32c_plain(uint32_t crc, const void *octets, size_t size);
