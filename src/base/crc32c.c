#include "base/crc32c.h"

#include <string.h>

/* ---- without help: a table of 16 entries, since this is for machines that nobody measures ---- */

static uint32_t with_table(uint32_t crc, const uint8_t *at, size_t size)
{
    static const uint32_t table[16] = {
        0x00000000, 0x105EC76F, 0x20BD8EDE, 0x30E349B1, 0x417B1DBC, 0x5125DAD3,
        0x61C69362, 0x7198540D, 0x82F63B78, 0x92A8FC17, 0xA24BB5A6, 0xB21572C9,
        0xC38D26C4, 0xD3D3E1AB, 0xE330A81A, 0xF36E6F75,
    };

    for (; size != 0; size--, at++) {
        crc ^= *at;
        crc = crc >> 4 ^ table[crc & 15];
        crc = crc >> 4 ^ table[crc & 15];
    }
    return crc;
}

uint32_t td_crc32c_plain(uint32_t crc, const void *octets, size_t size)
{
    return ~with_table(~crc, octets, size);
}

#if defined(__x86_64__)

__attribute__((target("sse4.2"))) static uint32_t with_sse(uint32_t crc, const uint8_t *at,
                                                           size_t size)
{
    uint64_t wide = crc;

    for (; size >= 8; size -= 8, at += 8) {
        uint64_t octets;
        memcpy(&octets, at, 8);
        wide = __builtin_ia32_crc32di(wide, octets);
    }
    crc = (uint32_t)wide;
    for (; size != 0; size--, at++)
        crc = __builtin_ia32_crc32qi(crc, *at);
    return crc;
}

uint32_t td_crc32c(uint32_t crc, const void *octets, size_t size)
{
    if (!__builtin_cpu_supports("sse4.2"))
        return td_crc32c_plain(crc, octets, size);
    return ~with_sse(~crc, octets, size);
}

#else

uint32_t td_crc32c(uint32_t crc, const void *octets, size_t size)
{
    return td_crc32c_plain(crc, octets, size);
}

#endif
