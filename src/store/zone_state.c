/*
 * The state of a zone is written in the same batch as the change that it tells of, behind it. The
 * sequence of that change is not known then; so a mark is written that stands for the entry itself:
 * nothing of the zone can be between them.
 */
#include "store/zone_state.h"

#include <string.h>

#include "base/reader.h"
#include "base/writer.h"

enum { FORMAT = 1, FLAG_FROZEN = 1 << 0, FLAG_FILE = 1 << 1, SIZE_PLAIN = 6, SIZE_FILE = 66 };

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

static uint64_t get64(const uint8_t *at)
{
    return (uint64_t)td_get_u32(at) << 32 | td_get_u32(at + 4);
}

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
    put64(out, file->sequence);
    put64(out, file->stat.device);
    put64(out, file->stat.inode);
    put64(out, file->stat.size);
    put64(out, file->stat.modified_ns);
    put64(out, file->stat.changed_ns);
}

td_err store_zone_state_decode(const uint8_t *octets, size_t size, uint64_t sequence,
                               struct store_zone_state *ret_state)
{
    if (size < SIZE_PLAIN || octets[0] != FORMAT)
        return TD_E_MALFORMED;
    bool has_file = (octets[1] & FLAG_FILE) != 0;
    if (size != (has_file ? SIZE_FILE : SIZE_PLAIN))
        return TD_E_MALFORMED;
    *ret_state = (struct store_zone_state){
        .serial = td_get_u32(octets + 2),
        .is_frozen = (octets[1] & FLAG_FROZEN) != 0,
        .has_file = has_file,
    };
    if (!has_file)
        return TD_OK;
    uint64_t file_sequence = get64(octets + 18);
    ret_state->file = (struct store_zone_file){
        .serial = td_get_u32(octets + 6),
        .digest = get64(octets + 10),
        .sequence = file_sequence == STORE_ZONE_SEQUENCE_OWN ? sequence : file_sequence,
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

bool store_zone_file_is_same(const struct store_zone_file *file, const struct io_file_stat *stat)
{
    return stat->device == file->stat.device && stat->inode == file->stat.inode &&
           stat->size == file->stat.size && stat->modified_ns == file->stat.modified_ns &&
           stat->changed_ns == file->stat.changed_ns;
}
