#include "base/crc32c.h"

#include <string.h>

#include "base/writer.h"

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

static uint32_t of_lanes(const uint32_t lanes[TD_CRC32C_LANES])
{
    uint8_t octets[4 * TD_CRC32C_LANES];

    for (size_t i = 0; i < TD_CRC32C_LANES; i++)
        td_put_u32(octets + 4 * i, lanes[i]);
    return td_crc32c(0, octets, sizeof(octets));
}

uint32_t td_crc32c_lanes_plain(const void *octets, size_t size)
{
    const uint8_t *at = octets;
    size_t lane = size / TD_CRC32C_LANES / 8 * 8;
    uint32_t lanes[TD_CRC32C_LANES];

    for (size_t i = 0; i < TD_CRC32C_LANES - 1; i++)
        lanes[i] = td_crc32c(0, at + i * lane, lane);
    lanes[TD_CRC32C_LANES - 1] =
        td_crc32c(0, at + (TD_CRC32C_LANES - 1) * lane, size - (TD_CRC32C_LANES - 1) * lane);
    return of_lanes(lanes);
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

static inline uint64_t load(const uint8_t *at)
{
    uint64_t octets;

    memcpy(&octets, at, sizeof(octets));
    return octets;
}

/* An instruction takes three cycles, and one can begin in each. */
__attribute__((target("sse4.2"))) static void lanes_with_sse(const uint8_t *at, size_t lane,
                                                             uint32_t lanes[TD_CRC32C_LANES])
{
    uint64_t a = UINT32_MAX, b = UINT32_MAX, c = UINT32_MAX, d = UINT32_MAX;

    for (size_t i = 0; i < lane; i += 8) {
        a = __builtin_ia32_crc32di(a, load(at + i));
        b = __builtin_ia32_crc32di(b, load(at + lane + i));
        c = __builtin_ia32_crc32di(c, load(at + 2 * lane + i));
        d = __builtin_ia32_crc32di(d, load(at + 3 * lane + i));
    }
    lanes[0] = ~(uint32_t)a;
    lanes[1] = ~(uint32_t)b;
    lanes[2] = ~(uint32_t)c;
    lanes[3] = ~(uint32_t)d;
}

uint32_t td_crc32c_lanes(const void *octets, size_t size)
{
    const uint8_t *at = octets;
    size_t lane = size / TD_CRC32C_LANES / 8 * 8;
    uint32_t lanes[TD_CRC32C_LANES];

    if (!__builtin_cpu_supports("sse4.2"))
        return td_crc32c_lanes_plain(octets, size);
    lanes_with_sse(at, lane, lanes);
    lanes[3] = td_crc32c(lanes[3], at + 4 * lane, size - 4 * lane);
    return of_lanes(lanes);
}

#else

uint32_t td_crc32c_lanes(const void *octets, size_t size)
{
    return td_crc32c_lanes_plain(octets, size);
}

uint32_t td_crc32c(uint32_t crc, const void *octets, size_t size)
{
    return td_crc32c_plain(crc, octets, size);
}

#endif
