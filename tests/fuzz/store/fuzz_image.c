/*
 * The image of a zone as it comes from the disk, with some octets of it changed. An image fits one
 * build only, so it is written here, once; the input says what is done to it, eight octets for each
 * change: where (4), what (1), with which value (1), and two that are of no use. The checksum of
 * the head would keep the fuzzer out, so it is made right, and whatever the head says of whose
 * image it is was asked for. What is in the pages is not looked at: their checksums stand for that.
 */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/crc32c.h"
#include "base/reader.h"
#include "io/file.h"
#include "io/sim.h"
#include "store/image_format.h"
#include "wire/rrtype.h"
#include "zone/build.h"
#include "zone/edit.h"
#include "zone/lineage.h"

enum { CHANGE_SIZE = 8, CHANGES_MAX = 64, NAMES = 400, LARGE_SET = 100 };

enum { IN_HEAD, ANYWHERE, ADD_IN_HEAD, CUT, KINDS };

static const uint8_t apex[] = { 1, 'z', 0 };
static const struct td_hash_seed seed = { 1, 2, 3 };
static char *image;
static size_t image_size;

static void must(bool is_so)
{
    td_assert(is_so);
}

static struct io *machine(struct io_sim **ret_sim)
{
    struct io_sim_options options = { .seed = 1 };
    struct io_sim_host *host;
    struct td_addr addr;

    *ret_sim = io_sim_new(&options);
    must(td_addr_parse("192.0.2.53", 0, &addr) == TD_OK);
    must(io_sim_host_new(*ret_sim, "machine", &addr, 1, &host) == TD_OK);
    return io_sim_host_io(host);
}

/* A zone of some pages, a run among them, some given up, and some units free. */
static struct zone_version *make_zone(void)
{
    struct zone_build *build = zone_build_new(apex, &seed, NULL);
    struct zone_build_report report;
    struct zone_version *version;
    uint8_t rdata[250] = { 0 }, name[] = { 2, 0, 0, 1, 'z', 0 };

    must(zone_build_add(build, apex, WIRE_TYPE_SOA, 1, rdata, 22) == TD_OK);
    for (unsigned i = 0; i < LARGE_SET; i++) {
        rdata[0] = (uint8_t)i;
        must(zone_build_add(build, apex, 65400, 1, rdata, sizeof(rdata)) == TD_OK);
    }
    for (unsigned i = 0; i < NAMES; i++) {
        name[1] = (uint8_t)(i / 200 + 'A');
        name[2] = (uint8_t)(i % 200);
        must(zone_build_add(build, name, WIRE_TYPE_A, 1, rdata, 4) == TD_OK);
    }
    must(zone_build_finish(build, &report, &version) == TD_OK);
    for (unsigned i = 0; i < 8 * NAMES; i++) {
        struct zone_edit *edit = zone_edit_begin(version);
        name[1] = (uint8_t)(i / 200 + 'a');
        name[2] = (uint8_t)(i % 200);
        uint16_t length = (uint16_t)(i % 3 * 10);
        must(zone_edit_add(edit, name, WIRE_TYPE_A, 1, rdata, length) == TD_OK);
        if (i % 2 == 1)
            must(zone_edit_remove(edit, name, WIRE_TYPE_A, rdata, length, NULL) == TD_OK);
        must(zone_edit_finish(edit, &version) == TD_OK);
    }
    return version;
}

static void make_image(void)
{
    struct store_image_about about = { .apex = apex, .seed = &seed };
    struct store_image_writer *writer;
    struct zone_parts parts;
    struct td_diag diag;
    struct io_sim *sim;
    bool is_done = false;

    struct io *io = machine(&sim);
    struct zone_version *version = make_zone();
    must(zone_parts_take(version, &parts));
    must(store_image_writer_new(io, "/s/z", version, &parts, &about, &writer, &diag) == TD_OK);
    while (!is_done)
        must(store_image_writer_step(writer, &is_done, &diag) == TD_OK);
    store_image_writer_free(writer);
    must(io_path_read(io, "/s/z", 1 << 24, &image, &image_size, &diag) == TD_OK);
    zone_lineage_free(version->lineage);
    io_sim_free(sim);
}

static size_t change(uint8_t *octets, size_t size, const uint8_t *what)
{
    struct image_head head;

    memcpy(&head, image, sizeof(head));
    uint32_t at = td_get_u32(what);
    switch (what[4] % KINDS) {
    case IN_HEAD:
        if (head.head_size <= size)
            octets[at % head.head_size] = what[5];
        break;
    case ADD_IN_HEAD:
        if (head.head_size <= size)
            octets[at % head.head_size] = (uint8_t)(octets[at % head.head_size] + what[5]);
        break;
    case ANYWHERE:
        if (size != 0)
            octets[at % size] ^= what[5];
        break;
    default:
        size = at % (size + 1);
        break;
    }
    return size;
}

static void make_right(uint8_t *octets, size_t size)
{
    struct image_head head;

    if (size < sizeof(head))
        return;
    memcpy(&head, octets, sizeof(head));
    if (head.head_size < sizeof(head) || head.head_size > size)
        return;
    uint32_t crc = td_crc32c(0, octets, head.head_size - sizeof(crc));
    memcpy(octets + head.head_size - sizeof(crc), &crc, sizeof(crc));
}

static void read_it(const uint8_t *octets, size_t size)
{
    struct image_head head = { .has_file = 0 };
    struct store_image found;
    struct td_diag diag;
    struct io_sim *sim;

    struct io *io = machine(&sim);
    memcpy(&head, octets, size < sizeof(head) ? size : sizeof(head));
    struct store_image_about about = {
        .apex = apex, .seed = &head.seed, .sequence = head.sequence, .options = head.options
    };
    must(io_dir_make(io, "/s", &diag) == TD_OK);
    must(io_path_replace(NULL, io, "/s/z", octets, size, 0, &diag) == TD_OK);
    td_err err = store_image_read(io, "/s/z", &about, &found, &diag);
    must(err == TD_OK || err == TD_E_MALFORMED || err == TD_E_INVALID);
    must(err != TD_E_MALFORMED || size != image_size || memcmp(octets, image, size) != 0);
    if (err == TD_OK) {
        zone_lineage_free(found.version->lineage);
        free(found.diags);
    }
    io_sim_free(sim);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (image == NULL)
        make_image();
    uint8_t *octets = malloc(image_size);
    size_t left = image_size;
    must(octets != NULL);
    memcpy(octets, image, image_size);
    for (size_t at = 0; at + CHANGE_SIZE <= size && at < CHANGES_MAX * CHANGE_SIZE;
         at += CHANGE_SIZE)
        left = change(octets, left, data + at);
    make_right(octets, left);
    read_it(octets, left);
    free(octets);
    return 0;
}
