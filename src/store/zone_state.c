/*
 * The state of a zone is written in the same batch as the change that it tells of, behind it. The
 * sequence of that change is not known then; so a mark is written that stands for the entry itself:
 * nothing of the zone can be between them.
 */
#include "store/zone_state.h"

#include <string.h>

#include "base/reader.h"
#include "base/writer.h"

/*
 * Format 2: small numbers are short, for there may be very many zones, and the log's index has the
 * octets in memory. In format 1, which is still read, all numbers have their full size.
 */
enum { FORMAT = 2, FORMAT_FULL = 1, FLAG_FROZEN = 1 << 0, FLAG_FILE = 1 << 1 };
enum { SIZE_PLAIN = 6, SIZE_FULL = 66 };

size_t store_zone_key(const uint8_t *apex, uint8_t out[STORE_ZONE_KEY_SIZE_MAX])
{
    size_t size = wire_name_size(apex);

    out[0] = 'Z';
    wire_name_lower(out + 1, apex, size);
    return size + 1;
}

static void put32(struct td_buf *out, uint32_t value)
{
    uint8_t octets[4];

    td_put_u32(octets, value);
    td_buf_add(out, octets, sizeof(octets));
}

static void put64(struct td_buf *out, uint64_t value)
{
    put32(out, (uint32_t)(value >> 32));
    put32(out, (uint32_t)value);
}

/* Seven bits an octet, the lowest first; all but the last have the highest bit. */
static void put_short(struct td_buf *out, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        td_buf_add_char(out, (char)(value | 0x80));
    td_buf_add_char(out, (char)value);
}

static td_err read_short(struct td_reader *reader, uint64_t *ret_value)
{
    uint64_t value = 0;

    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t octet;
        if (td_read_u8(reader, &octet) != TD_OK || (shift == 63 && octet > 1))
            return TD_E_MALFORMED;
        value |= (uint64_t)(octet & 0x7F) << shift;
        if (octet < 0x80) {
            *ret_value = value;
            return TD_OK;
        }
    }
    return TD_E_MALFORMED;
}

/* What stands for the entry's own sequence is the shortest; ctime is near mtime. */
void store_zone_state_encode(const struct store_zone_state *state, struct td_buf *out)
{
    const struct store_zone_file *file = &state->file;

    td_buf_add_char(out, FORMAT);
    td_buf_add_char(
        out, (char)((state->is_frozen ? FLAG_FROZEN : 0) | (state->has_file ? FLAG_FILE : 0)));
    put32(out, state->serial);
    if (!state->has_file)
        return;
    put32(out, file->serial);
    put64(out, file->digest);
    put_short(out, file->sequence - STORE_ZONE_SEQUENCE_OWN);
    put_short(out, file->stat.device);
    put_short(out, file->stat.inode);
    put_short(out, file->stat.size);
    put_short(out, file->stat.modified_ns);
    put_short(out, file->stat.changed_ns - file->stat.modified_ns);
}

static uint64_t get64(const uint8_t *at)
{
    return (uint64_t)td_get_u32(at) << 32 | td_get_u32(at + 4);
}

static td_err read_file(struct td_reader *reader, struct store_zone_file *ret_file)
{
    enum { COUNT = 6 };
    uint64_t numbers[COUNT];
    const uint8_t *fixed;

    if (td_read_octets(reader, 12, &fixed) != TD_OK)
        return TD_E_MALFORMED;
    for (unsigned i = 0; i < COUNT; i++)
        if (read_short(reader, &numbers[i]) != TD_OK)
            return TD_E_MALFORMED;
    *ret_file = (struct store_zone_file){
        .serial = td_get_u32(fixed),
        .digest = get64(fixed + 4),
        .sequence = numbers[0] + STORE_ZONE_SEQUENCE_OWN,
        .stat = {
            .device = numbers[1],
            .inode = numbers[2],
            .size = numbers[3],
            .modified_ns = numbers[4],
            .changed_ns = numbers[4] + numbers[5],
        },
    };
    return td_reader_left(reader) == 0 ? TD_OK : TD_E_MALFORMED;
}

static td_err read_full(const uint8_t *octets, size_t size, struct store_zone_file *ret_file)
{
    if (size != SIZE_FULL)
        return TD_E_MALFORMED;
    *ret_file = (struct store_zone_file){
        .serial = td_get_u32(octets + 6),
        .digest = get64(octets + 10),
        .sequence = get64(octets + 18),
        .stat = {
            .device = get64(octets + 26),
            .inode = get64(octets + 34),
            .size = get64(octets + 42),
            .modified_ns = get64(octets + 50),
            .changed_ns = get64(octets + 58),
        },
    };
    return TD_OK;
}

td_err store_zone_state_decode(const uint8_t *octets, size_t size, uint64_t sequence,
                               struct store_zone_state *ret_state)
{
    if (size < SIZE_PLAIN || (octets[0] != FORMAT && octets[0] != FORMAT_FULL))
        return TD_E_MALFORMED;
    struct store_zone_state state = {
        .serial = td_get_u32(octets + 2),
        .is_frozen = (octets[1] & FLAG_FROZEN) != 0,
        .has_file = (octets[1] & FLAG_FILE) != 0,
    };
    struct td_reader reader = td_reader_of(octets + SIZE_PLAIN, size - SIZE_PLAIN);
    td_err err = TD_OK;
    if (!state.has_file)
        err = size == SIZE_PLAIN ? TD_OK : TD_E_MALFORMED;
    else if (octets[0] == FORMAT_FULL)
        err = read_full(octets, size, &state.file);
    else
        err = read_file(&reader, &state.file);
    if (err != TD_OK)
        return err;
    if (state.file.sequence == STORE_ZONE_SEQUENCE_OWN && state.has_file)
        state.file.sequence = sequence;
    *ret_state = state;
    return TD_OK;
}

bool store_zone_file_is_same(const struct store_zone_file *file, const struct io_file_stat *stat)
{
    return stat->device == file->stat.device && stat->inode == file->stat.inode &&
           stat->size == file->stat.size && stat->modified_ns == file->stat.modified_ns &&
           stat->changed_ns == file->stat.changed_ns;
}
