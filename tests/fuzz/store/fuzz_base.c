/*
 * The base of the zone "z." as it comes from the disk. Checksums would keep the fuzzer out, so all
 * that can be found are made right. What is read can be written, and reads as the same zone.
 */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/crc32c.h"
#include "base/reader.h"
#include "base/writer.h"
#include "io/file.h"
#include "io/sim.h"
#include "store/base.h"
#include "zone/lineage.h"

enum { HEAD_SIZE = 512, BLOCK_HEAD_SIZE = 8, INPUT_SIZE_MAX = 1 << 16 };

static const uint8_t apex[] = { 1, 'z', 0 };
static const struct td_hash_seed seed;

static void make_right(uint8_t *octets, size_t size)
{
    if (size < HEAD_SIZE)
        return;
    td_put_u32(octets + HEAD_SIZE - 4, td_crc32c(0, octets, HEAD_SIZE - 4));
    for (size_t at = HEAD_SIZE; size - at >= BLOCK_HEAD_SIZE;) {
        size_t block = td_get_u32(octets + at);
        if (block > size - at - BLOCK_HEAD_SIZE)
            return;
        td_put_u32(octets + at + 4, td_crc32c(0, octets + at + BLOCK_HEAD_SIZE, block));
        at += BLOCK_HEAD_SIZE + block;
    }
}

static void there_and_back(struct io *io, const struct zone_version *version, uint64_t sequence)
{
    struct zone_version *again;
    uint64_t sequence_again;
    struct td_diag diag;

    td_err err = store_base_write(NULL, io, "/state/again", version, sequence, &diag);
    td_assert(err == TD_OK);
    err = store_base_read(io, "/state/again", apex, &seed, &sequence_again, &again, &diag);
    td_assert(err == TD_OK && sequence_again == sequence);
    td_assert(again->serial == version->serial && again->record_count == version->record_count);
    zone_lineage_free(again->lineage);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct io_sim_options options = { .seed = 1 };
    struct io_sim_host *host;
    struct zone_version *version;
    struct td_addr addr;
    struct td_diag diag;
    uint64_t sequence;

    if (size < HEAD_SIZE || size > INPUT_SIZE_MAX)
        return 0;
    uint8_t *copy = malloc(size);
    td_assert(copy != NULL);
    memcpy(copy, data, size);
    make_right(copy, size);
    struct io_sim *sim = io_sim_new(&options);
    td_err err = td_addr_parse("192.0.2.53", 0, &addr);
    if (err == TD_OK)
        err = io_sim_host_new(sim, "machine", &addr, 1, &host);
    td_assert(err == TD_OK);
    struct io *io = io_sim_host_io(host);
    err = io_dir_make(io, "/state", &diag);
    if (err == TD_OK)
        err = io_path_replace(NULL, io, "/state/z", (const char *)copy, size, 0, &diag);
    td_assert(err == TD_OK);
    err = store_base_read(io, "/state/z", apex, &seed, &sequence, &version, &diag);
    td_assert(err == TD_OK || err == TD_E_MALFORMED);
    if (err == TD_OK) {
        there_and_back(io, version, sequence);
        zone_lineage_free(version->lineage);
    }
    io_sim_free(sim);
    free(copy);
    return 0;
}
