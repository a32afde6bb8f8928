/*
 * Goal    A version comes back from its image as it was, and goes on as any other: the same
 * answers, the same after the same changes, the free room used again. Whatever is wrong with an
 *         image, it is refused: a bit, the length, another zone, seed, place, file or option.
 * Method  a zone of all sorts of names, with a set that is a run of pages and with what many edits
 *         leave, on a simulated disk; every octet of the head changed in turn, octets of each page,
 *         shorter and longer files. One of many parts on the real disk, for its threads.
 */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "io/file.h"
#include "io/sim.h"
#include "store/image.h"
#include "wire/key.h"
#include "wire/name.h"
#include "wire/rrtype.h"
#include "zone/build.h"
#include "zone/compare.h"
#include "zone/edit.h"
#include "zone/lineage.h"

static const uint8_t apex[] = "\4test";
static struct td_hash_seed seed;

enum { PATH_SIZE = 256, STEPS_MAX = 1000 };

/* ---- zones ---- */

static void number(uint8_t name[12], char first, unsigned i)
{
    memcpy(name, "\5a0000\4test", 12);
    name[1] = (uint8_t)first;
    for (unsigned at = 5; at > 1; at--, i /= 16)
        name[at] = (uint8_t)("0123456789abcdef"[i % 16]);
}

static void add(struct zone_build *build, const uint8_t *owner, uint16_t type, const void *rdata,
                size_t size)
{
    CHECK_OK(zone_build_add(build, owner, type, 60, rdata, (uint16_t)size));
}

/* Hosts, delegations with glue, a wildcard, a set larger than a page, and NSEC3 parameters. */
static struct zone_version *build_zone(unsigned names)
{
    static const uint8_t nsec3param[] = { 1, 0, 0, 2, 4, 0xAB, 0xCD, 0xEF, 0x01 };
    struct zone_build_report report;
    struct zone_version *version;
    uint8_t soa[22] = { 0 }, text[200] = { 199 };

    seed = td_hash_seed_of(1, 2);
    struct zone_build *build = zone_build_new(apex, &seed, NULL);
    soa[5] = 77;
    add(build, apex, WIRE_TYPE_SOA, soa, sizeof(soa));
    add(build, apex, WIRE_TYPE_NS, apex, sizeof(apex));
    add(build, apex, WIRE_TYPE_NSEC3PARAM, nsec3param, sizeof(nsec3param));
    add(build, (const uint8_t *)"\1*\4test", WIRE_TYPE_TXT, "\3abc", 4);
    for (unsigned i = 0; i < 300; i++) {
        text[1] = (uint8_t)(i >> 8);
        text[2] = (uint8_t)i;
        add(build, (const uint8_t *)"\4many\4test", WIRE_TYPE_TXT, text, sizeof(text));
    }
    for (unsigned i = 0; i < names; i++) {
        uint8_t name[12], server[16] = "\2ns",
                          address[4] = { 10, 0, (uint8_t)(i >> 8), (uint8_t)i };
        number(name, i % 2 == 0 ? 'h' : 'd', i);
        memcpy(server + 3, name, 12);
        if (i % 2 == 1)
            add(build, name, WIRE_TYPE_NS, server, 15);
        add(build, i % 2 == 1 ? server : name, WIRE_TYPE_A, address, 4);
    }
    CHECK_OK(zone_build_finish(build, &report, &version));
    return version;
}

/* Some come, some go: by these steps, always the same ones. */
static struct zone_version *edited(struct zone_version *version, unsigned from, unsigned to)
{
    for (unsigned i = from; i < to; i++) {
        struct zone_edit *edit = zone_edit_begin(version);
        uint8_t name[12], rdata[4] = { 10, 0, (uint8_t)(i >> 8), (uint8_t)i };
        number(name, 'h', i / 2 * 2);
        td_err err = zone_edit_remove(edit, name, WIRE_TYPE_A, rdata, 4, NULL);
        CHECK(err == TD_OK || err == TD_E_NOT_FOUND);
        for (unsigned j = 0; j < 20; j++) {
            number(name, 'n', i * 32 + j);
            CHECK_OK(zone_edit_add(edit, name, WIRE_TYPE_A, 5, rdata, 4));
        }
        CHECK_OK(zone_edit_finish(edit, &version));
    }
    return version;
}

static bool differs(void *context, const struct zone_compare_record *record)
{
    (void)record;
    *(bool *)context = true;
    return false;
}

static void check_same(const struct zone_version *a, const struct zone_version *b)
{
    bool is_different = false;
    struct zone_compare compare = {
        .before = a, .after = b, .removed = differs, .added = differs, .context = &is_different
    };
    struct zone_walk walk;
    struct wire_name name;
    struct wire_key key;

    while (zone_compare_run(&compare, 7))
        continue;
    CHECK(!is_different);
    CHECK_EQ(a->serial, b->serial);
    CHECK_EQ(a->record_count, b->record_count);
    CHECK_EQ(a->node_count, b->node_count);
    CHECK_EQ(a->flags, b->flags);
    for (const struct zone_node *node = zone_walk_first(&walk, a, ZONE_ORDER_NAMES); node != NULL;
         node = zone_walk_next(&walk)) {
        zone_node_name(a, node, &name);
        wire_key_make(&key, zone_version_seed(b), name.octets);
        const struct zone_node *other = zone_find_exact(b, &key, 0);
        CHECK(other != NULL && other->flags == node->flags && other->hash == node->hash);
        CHECK_EQ(other->nsec3 == 0, node->nsec3 == 0);
    }
}

/* ---- images ---- */

static struct io_sim_host *host;

static struct io *machine(struct io_sim **ret_sim)
{
    struct io_sim_options options = { .seed = 4 };
    struct td_addr addr;

    *ret_sim = io_sim_new(&options);
    CHECK_OK(td_addr_parse("192.0.2.1", 0, &addr));
    CHECK_OK(io_sim_host_new(*ret_sim, "machine", &addr, 1, &host));
    return io_sim_host_io(host);
}

static struct store_image_about about_it(void)
{
    return (struct store_image_about){
        .apex = apex,
        .seed = &seed,
        .sequence = 5,
        .options = 6,
        .has_file = true,
        .file = { .stat = { 1, 2, 3, 4, 5, false, true }, .digest = 99, .serial = 7 },
    };
}

static td_err write_image(struct io *io, const char *path, struct zone_version *version,
                          struct td_diag *diags, uint32_t diag_count)
{
    struct store_image_about about = about_it();
    struct store_image_writer *writer;
    struct zone_parts parts;
    struct td_diag diag;
    bool is_done = false;

    about.diags = diags;
    about.diag_count = diag_count;
    CHECK(zone_parts_take(version, &parts));
    CHECK_OK(zone_parts_check(&parts));
    td_err err = store_image_writer_new(io, path, version, &parts, &about, &writer, &diag);
    if (err != TD_OK) {
        zone_parts_fini(&parts);
        return err;
    }
    for (unsigned i = 0; err == TD_OK && !is_done; i++) {
        CHECK(i < STEPS_MAX);
        err = store_image_writer_step(writer, &is_done, &diag);
    }
    store_image_writer_free(writer);
    return err;
}

static td_err read_image(struct io *io, const char *path, struct zone_version **ret_version)
{
    struct store_image_about about = about_it();
    struct store_image image;
    struct td_diag diag;

    td_err err = store_image_read(io, path, &about, &image, &diag);
    if (err == TD_OK) {
        *ret_version = image.version;
        free(image.diags);
    }
    return err;
}

TEST(a_version_comes_back_and_goes_on)
{
    struct io_sim *sim;
    struct io *io = machine(&sim);
    struct zone_version *version = edited(build_zone(3000), 0, 60), *back;
    struct zone_lineage_stats before, after;
    struct zone_nsec3 nsec3 = *version->nsec3;

    CHECK_EQ(read_image(io, "/s/i", &back), TD_E_NOT_FOUND);
    CHECK_OK(write_image(io, "/s/i", version, NULL, 0));
    CHECK_OK(read_image(io, "/s/i", &back));
    check_same(version, back);
    CHECK(back->nsec3 != NULL && back->nsec3_is_kept == version->nsec3_is_kept);
    CHECK_BYTES(back->nsec3->salt, back->nsec3->salt_size, nsec3.salt, nsec3.salt_size);
    zone_lineage_stats(version->lineage, &before);
    zone_lineage_stats(back->lineage, &after);
    CHECK(before.free_octets != 0);
    CHECK_EQ(after.free_octets, before.free_octets);
    CHECK_EQ(after.octets, before.octets - before.retained);

    /* The same changes make the same of both; and again from an image of that. */
    for (unsigned i = 1; i < 4; i++) {
        version = edited(version, 60 * i, 60 * i + 60);
        back = edited(back, 60 * i, 60 * i + 60);
        check_same(version, back);
        CHECK_OK(write_image(io, "/s/i", back, NULL, 0));
        zone_lineage_free(back->lineage);
        CHECK_OK(read_image(io, "/s/i", &back));
        check_same(version, back);
    }
    zone_lineage_free(version->lineage);
    zone_lineage_free(back->lineage);
    io_sim_free(sim);
}

/* Without a disk; what becomes of one of them does not touch the other. */
TEST(a_copy_is_the_same_and_goes_its_own_way)
{
    struct zone_version *version = edited(build_zone(3000), 0, 60);
    struct zone_parts parts;

    CHECK(zone_parts_take(version, &parts));
    zone_version_pin(version);
    struct zone_version *newer = edited(version, 60, 70);
    struct zone_version *copy = zone_parts_copy(&parts, version);
    check_same(version, copy);
    copy = edited(copy, 60, 70);
    check_same(newer, copy);
    zone_version_unpin(version);
    zone_lineage_free(newer->lineage);
    CHECK(copy->node_count != 0 && copy->nsec3->salt_size == 4);
    zone_lineage_free(copy->lineage);
    zone_parts_fini(&parts);
}

TEST(an_older_version_and_a_small_zone_have_no_parts)
{
    struct zone_version *version = build_zone(3000), *small;
    struct zone_build_report report;
    struct zone_parts parts;
    uint8_t soa[22] = { 0 };

    struct zone_version *newer = edited(version, 0, 1);
    CHECK(!zone_parts_take(version, &parts));
    CHECK(zone_parts_take(newer, &parts));
    zone_parts_fini(&parts);
    zone_lineage_free(version->lineage);
    struct zone_build *build = zone_build_new(apex, &seed, NULL);
    add(build, apex, WIRE_TYPE_SOA, soa, sizeof(soa));
    CHECK_OK(zone_build_finish(build, &report, &small));
    CHECK(!zone_parts_take(small, &parts));
    zone_lineage_free(small->lineage);
}

TEST(findings_and_file_come_with_it)
{
    struct io_sim *sim;
    struct io *io = machine(&sim);
    struct zone_version *version = build_zone(3000);
    struct store_image_about about = about_it();
    struct store_image image;
    struct td_diag diags[2], diag;

    memset(diags, 0, sizeof(diags));
    td_diag_say_at(&diags[1], "a file", 3, 4, TD_SEVERITY_WARNING, "a finding");
    CHECK_OK(write_image(io, "/s/i", version, diags, 2));
    CHECK_OK(store_image_read(io, "/s/i", &about, &image, &diag));
    CHECK_EQ(image.diag_count, 2);
    CHECK_STR(image.diags[1].text, "a finding");
    CHECK_STR(image.diags[1].file, "a file");
    CHECK(image.file.digest == 99 && image.file.serial == 7);
    free(image.diags);
    zone_lineage_free(image.version->lineage);
    zone_lineage_free(version->lineage);
    io_sim_free(sim);
}

TEST(what_is_of_something_else_is_refused)
{
    static const uint8_t elsewhere[] = "\4tesu";
    struct td_hash_seed other_seed = td_hash_seed_of(3, 4);
    struct io_sim *sim;
    struct io *io = machine(&sim);
    struct zone_version *version = build_zone(3000);
    struct store_image_about rows[9];
    struct store_image image;
    struct td_diag diag;

    CHECK_OK(write_image(io, "/s/i", version, NULL, 0));
    for (size_t i = 0; i < TD_COUNT(rows); i++)
        rows[i] = about_it();
    rows[0].apex = elsewhere;
    rows[1].seed = &other_seed;
    rows[2].sequence++;
    rows[3].options++;
    rows[4].file.stat.device++;
    rows[5].file.stat.inode++;
    rows[6].file.stat.size++;
    rows[7].file.stat.modified_ns++;
    rows[8].file.stat.changed_ns++;
    for (size_t i = 0; i < TD_COUNT(rows); i++)
        CHECK_EQ(store_image_read(io, "/s/i", &rows[i], &image, &diag), TD_E_INVALID);
    rows[8].has_file = false; /* the log says what the zone is: the file may be any */
    CHECK_OK(store_image_read(io, "/s/i", &rows[8], &image, &diag));
    zone_lineage_free(image.version->lineage);
    zone_lineage_free(version->lineage);
    io_sim_free(sim);
}

/* ---- damage ---- */

static void check_refused(struct io *io, const char *octets, size_t size)
{
    struct zone_version *back;
    struct td_diag diag;

    CHECK_OK(io_path_replace(NULL, io, "/s/y", octets, size, 0, &diag));
    td_err err = read_image(io, "/s/y", &back);
    CHECK(err == TD_E_MALFORMED || err == TD_E_INVALID);
}

TEST(what_is_damaged_is_refused)
{
    struct io_sim *sim;
    struct io *io = machine(&sim);
    struct zone_version *version = edited(build_zone(300), 0, 3);
    struct td_diag diag;
    char *octets;
    size_t size;

    CHECK_OK(write_image(io, "/s/x", version, NULL, 0));
    CHECK_OK(io_path_read(io, "/s/x", 1 << 24, &octets, &size, &diag));
    /* The head ends below the first multiple of a disk's block, and what follows it counts not. */
    uint64_t head_size;
    memcpy(&head_size, octets + 48, sizeof(head_size));
    CHECK(head_size < 4096 && size % 4096 == 0);
    for (size_t at = 0; at < size; at += at < head_size ? 1 : 509) {
        if (at >= head_size && at < 4096)
            continue;
        octets[at] = (char)(octets[at] ^ (1 << at % 8));
        check_refused(io, octets, size);
        octets[at] = (char)(octets[at] ^ (1 << at % 8));
    }
    for (size_t at = 0; at < size; at += at < 200 ? 1 : 1021)
        check_refused(io, octets, at);
    check_refused(io, octets, size - 1);
    check_refused(io, octets, size + 1); /* the 0 octet that ends it */
    free(octets);
    zone_lineage_free(version->lineage);
    io_sim_free(sim);
}

/* Outlines that refer to what is not there, as no damage that a checksum misses could. */
TEST(an_outline_refers_to_what_it_has)
{
    struct zone_version *version = edited(build_zone(3000), 0, 200);
    struct zone_parts parts;
    struct zone_outline *o = &parts.outline;

    CHECK(zone_parts_take(version, &parts));
    CHECK(o->hole_count != 0 && o->free_count != 0);
    CHECK_OK(zone_parts_check(&parts));
    uint32_t *fields[] = { &o->page_count,
                           &o->slots,
                           &o->slot_count,
                           &o->apex,
                           &o->order,
                           &o->nsec3_apex,
                           &o->negative,
                           &o->negative_signed,
                           &o->tail_units,
                           &o->salt_page,
                           &o->salt_offset,
                           &parts.holes[0].page,
                           &parts.holes[0].count,
                           &parts.holes[0].is_run,
                           &parts.frees[0].index,
                           &parts.frees[0].units };
    for (size_t i = 0; i < TD_COUNT(fields); i++) {
        uint32_t was = *fields[i];
        *fields[i] = UINT32_MAX;
        CHECK_EQ_WHY(zone_parts_check(&parts), TD_E_MALFORMED, "too large");
        *fields[i] = was;
    }
    uint32_t *needed[] = {
        &o->page_count, &o->slots,    &o->slot_count,       &o->apex,
        &o->order,      &o->negative, &parts.holes[0].page, &parts.frees[0].units
    };
    for (size_t i = 0; i < TD_COUNT(needed); i++) {
        uint32_t was = *needed[i];
        *needed[i] = 0;
        CHECK_EQ_WHY(zone_parts_check(&parts), TD_E_MALFORMED, "none");
        *needed[i] = was;
    }
    CHECK_OK(zone_parts_check(&parts));
    zone_parts_fini(&parts);
    zone_lineage_free(version->lineage);
}

TEST(a_disk_that_fails_leaves_the_image_before)
{
    struct io_sim *sim;
    struct io *io = machine(&sim);
    struct zone_version *version = build_zone(3000), *back;
    struct io_file_stat stat;
    struct io_sim_disk disks[] = { { .write_fail_ppm = 1000000 },
                                   { .capacity = 0 },
                                   { .sync_fail_ppm = 1000000 } };
    static const td_err wants[] = { TD_E_IO, TD_E_LIMIT, TD_E_IO };

    CHECK_OK(write_image(io, "/s/i", version, NULL, 0));
    CHECK_OK(io_path_stat(io, "/s/i", &stat, NULL));
    disks[1].capacity = stat.size + stat.size / 2;
    struct zone_version *newer = edited(version, 0, 1);
    for (size_t i = 0; i < TD_COUNT(disks); i++) {
        io_sim_disk_set(host, &disks[i]);
        CHECK_EQ(write_image(io, "/s/i", newer, NULL, 0), wants[i]);
    }
    io_sim_disk_set(host, &(struct io_sim_disk){ .capacity = 0 });
    CHECK_OK(read_image(io, "/s/i", &back));
    CHECK(back->record_count != newer->record_count);
    CHECK_EQ(io_path_stat(io, "/s/i.tmp", &stat, NULL), TD_E_NOT_FOUND);
    zone_lineage_free(back->lineage);
    zone_lineage_free(newer->lineage);
    io_sim_free(sim);
}

/* A reader of another core that finds damage says so, and what was read is given back. */
TEST(threads_read_a_large_one)
{
    char directory[] = "/tmp/tandem-image-XXXXXX", path[PATH_SIZE];
    struct zone_version *version = build_zone(65536), *back;
    struct td_diag diag;
    struct io_file *file;
    struct io *io;
    uint8_t octet;
    size_t got;

    CHECK(mkdtemp(directory) != NULL);
    snprintf(path, sizeof(path), "%s/i", directory);
    CHECK_OK(io_real_new("test", &io, &diag));
    CHECK_OK(write_image(io, path, version, NULL, 0));
    CHECK_OK(read_image(io, path, &back));
    check_same(version, back);
    zone_lineage_free(back->lineage);
    CHECK_OK(io_file_open(io, path, IO_FILE_WRITE, &file, &diag));
    for (uint64_t at = 1 << 20; at < 8 << 20; at += 1 << 20) {
        CHECK_OK(io_file_read_at(file, at, &octet, 1, &got, &diag));
        octet ^= 1;
        CHECK_OK(io_file_write_at(file, at, &octet, 1, &diag));
        CHECK_EQ(read_image(io, path, &back), TD_E_MALFORMED);
        octet ^= 1;
        CHECK_OK(io_file_write_at(file, at, &octet, 1, &diag));
    }
    io_file_close(file);
    CHECK_OK(read_image(io, path, &back));
    zone_lineage_free(back->lineage);
    zone_lineage_free(version->lineage);
    CHECK_OK(io_path_remove(io, path, &diag));
    CHECK(rmdir(directory) == 0);
    io_real_free(io);
}

TESTS(a_version_comes_back_and_goes_on, a_copy_is_the_same_and_goes_its_own_way,
      an_older_version_and_a_small_zone_have_no_parts, findings_and_file_come_with_it,
      what_is_of_something_else_is_refused, what_is_damaged_is_refused,
      an_outline_refers_to_what_it_has, a_disk_that_fails_leaves_the_image_before,
      threads_read_a_large_one)
