/*
 * A directory of log segments as it comes from the disk. The input is a row of files: number, size
 * (three octets), octets. Checksums would keep the fuzzer out: those that can be found are made
 * right, unless the number says that the file is to stay as it is. Whatever stands there, the log
 * opens; what it found can be read, follows in order, and is found the same by the next start.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/crc32c.h"
#include "io/file.h"
#include "io/sim.h"
#include "store/segment.h"

enum { INPUT_SIZE_MAX = 1 << 16, FILE_HEAD_SIZE = 4, NUMBER_MAX = 7, AS_IT_IS = 0x80 };

static void put32(uint8_t *at, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

static void make_entry_right(uint8_t *octets, size_t size)
{
    struct segment_entry found;

    if (!segment_entry_peek(octets, size, &found))
        return;
    size_t before = (size_t)SEGMENT_ENTRY_HEAD_SIZE + found.entry.key_size;
    if (found.entry.kind == STORE_LOG_MOVED && size >= before + found.entry.size)
        make_entry_right(octets + before, found.entry.size);
    put32(octets, td_crc32c(0, octets + 4, before - 4 + found.entry.size));
}

static void make_right(uint8_t *octets, size_t size, uint32_t number)
{
    struct segment_entry found;

    if (size < SEGMENT_HEAD_SIZE)
        return;
    put32(octets + 12, number);
    put32(octets + 60, td_crc32c(0, octets, 60));
    for (size_t at = SEGMENT_HEAD_SIZE; at < size;) {
        if (!segment_entry_peek(octets + at, size - at, &found)) {
            at += SEGMENT_ALIGN;
            continue;
        }
        make_entry_right(octets + at, size - at);
        at += found.size;
    }
}

static void put_files(struct io *io, const uint8_t *data, size_t size)
{
    struct td_diag diag;

    while (size >= FILE_HEAD_SIZE) {
        uint32_t number = 1 + data[0] % NUMBER_MAX;
        size_t octets = data[1] | (size_t)data[2] << 8 | (size_t)data[3] << 16;
        bool is_kept = (data[0] & AS_IT_IS) != 0;
        char path[40];

        data += FILE_HEAD_SIZE;
        size -= FILE_HEAD_SIZE;
        octets = octets > size ? size : octets;
        uint8_t *copy = malloc(octets + 1);
        td_assert(copy != NULL);
        memcpy(copy, data, octets);
        if (!is_kept)
            make_right(copy, octets, number);
        snprintf(path, sizeof(path), "/log/%08x.log", number);
        td_err err = io_path_replace(NULL, io, path, (const char *)copy, octets, 0, &diag);
        td_assert(err == TD_OK);
        free(copy);
        data += octets;
        size -= octets;
    }
}

static void hear(void *context, const struct td_diag *diag)
{
    (void)context;
    td_assert(diag->text[0] != '\0');
}

static void check_zone(struct store_log *log, const uint8_t *key, size_t key_size)
{
    struct td_buf octets = { .data = NULL };
    struct td_diag diag;
    size_t count;
    const struct store_log_change *changes = store_log_changes(log, key, key_size, &count);

    for (size_t i = 0; i < count; i++) {
        td_assert(i == 0 || changes[i].sequence > changes[i - 1].sequence);
        td_buf_clear(&octets);
        td_err err = store_log_read(log, &changes[i], &octets, &diag);
        td_assert(err == TD_OK);
        const struct store_log_change *found =
            store_log_find(log, key, key_size, changes[i].serial_to);
        td_assert(found != NULL && found->serial_to == changes[i].serial_to &&
                  found >= &changes[i]);
    }
    td_buf_fini(&octets);
}

struct sum {
    struct store_log_stats stats;
    uint64_t states; /* of what they say */
};

static void add_state(void *context, const uint8_t *key, size_t key_size, const uint8_t *value,
                      size_t value_size)
{
    struct sum *sum = context;

    sum->states = sum->states * 31 + td_crc32c(td_crc32c(0, key, key_size), value, value_size);
}

/* The keys of what the input has, found where they stand in it. */
static void check_zones(struct store_log *log, const uint8_t *data, size_t size)
{
    struct segment_entry found;

    for (size_t at = 0; at < size; at += 4)
        if (segment_entry_peek(data + at, size - at, &found))
            check_zone(log, found.entry.key, found.entry.key_size);
}

static void start(struct io *io, const uint8_t *data, size_t size, struct sum *ret_sum)
{
    struct store_log_config config = { .directory = "/log", .segment_size = 4096 };
    struct td_diag_sink sink = { .report = hear };
    struct store_log *log;
    struct td_diag diag;

    td_err err = store_log_open(io, &config, &sink, &log, &diag);
    td_assert(err == TD_OK);
    check_zones(log, data, size);
    *ret_sum = (struct sum){ .states = 0 };
    store_log_stats(log, &ret_sum->stats);
    store_log_state_visit(log, "", 0, add_state, ret_sum);
    td_assert(ret_sum->stats.live_octets <= ret_sum->stats.octets);
    store_log_free(log);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct io_sim_options options = { .seed = 1 };
    struct sum first, second;
    struct io_sim_host *host;
    struct td_addr addr;
    struct td_diag diag;

    if (size < FILE_HEAD_SIZE || size > INPUT_SIZE_MAX)
        return 0;
    struct io_sim *sim = io_sim_new(&options);
    td_err err = td_addr_parse("192.0.2.53", 0, &addr);
    if (err == TD_OK)
        err = io_sim_host_new(sim, "machine", &addr, 1, &host);
    if (err == TD_OK)
        err = io_dir_make(io_sim_host_io(host), "/log", &diag);
    td_assert(err == TD_OK);
    put_files(io_sim_host_io(host), data, size);
    start(io_sim_host_io(host), data, size, &first);
    start(io_sim_host_io(host), data, size, &second);
    if (first.stats.sequence <= SEGMENT_SEQUENCE_MAX / 2) { /* there is room for a mark */
        td_assert(first.stats.changes == second.stats.changes);
        td_assert(first.states == second.states && first.stats.sequence == second.stats.sequence);
    }
    io_sim_free(sim);
    return 0;
}
