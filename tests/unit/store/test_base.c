/*
 * Goal    A zone comes back from its base as it was; a damaged base is refused, whatever is
 * damaged. Method  a zone of all sorts of owners on a simulated disk; every octet of the file
 * changed in turn, and every shorter file.
 */
#include "test.h"

#include <stdlib.h>

#include "base/crc32c.h"
#include "base/writer.h"
#include "io/file.h"
#include "io/sim.h"
#include "store/base.h"
#include "wire/name.h"
#include "wire/rrtype.h"
#include "zone/build.h"
#include "zone/compare.h"
#include "zone/lineage.h"

static const uint8_t apex[] = "\4test";
static const struct td_hash_seed *seed;

static struct zone_version *build_zone(unsigned names)
{
    static struct td_hash_seed made;
    struct zone_build_limits limits = { .records_max = 0 };
    struct zone_build_report report;
    struct zone_version *version;
    uint8_t soa[22] = { 0 };

    made = td_hash_seed_of(1, 2);
    seed = &made;
    struct zone_build *build = zone_build_new(apex, seed, &limits);
    soa[5] = 77;
    CHECK_OK(zone_build_add(build, apex, WIRE_TYPE_SOA, 60, soa, sizeof(soa)));
    CHECK_OK(zone_build_add(build, apex, WIRE_TYPE_NS, 60, apex, sizeof(apex)));
    for (unsigned i = 0; i < names; i++) {
        uint8_t name[] = "\3aAa\4tEsT";
        uint8_t rdata[4] = { 10, 0, (uint8_t)(i >> 8), (uint8_t)i };
        name[1] = (uint8_t)('a' + i / 26);
        name[3] = (uint8_t)('a' + i % 26);
        CHECK_OK(zone_build_add(build, name, WIRE_TYPE_A, i, rdata, 4));
        CHECK_OK(zone_build_add(build, name, WIRE_TYPE_TXT, 5, (const uint8_t *)"\3abc", 4));
    }
    CHECK_OK(zone_build_add(build, (const uint8_t *)"\1\0\1.\4test", 65400, 9, NULL, 0));
    CHECK_OK(zone_build_finish(build, &report, &version));
    return version;
}

static bool differs(void *context, const struct zone_compare_record *record)
{
    (void)record;
    *(bool *)context = true;
    return false;
}

static bool is_same(const struct zone_version *a, const struct zone_version *b)
{
    bool is_different = false;
    struct zone_compare compare = {
        .before = a, .after = b, .removed = differs, .added = differs, .context = &is_different
    };

    while (zone_compare_run(&compare, 7))
        continue;
    return !is_different && a->serial == b->serial && a->record_count == b->record_count;
}

struct world {
    struct io_sim *sim;
    struct io *io;
};

static void world_init(struct world *world)
{
    struct io_sim_options options = { .seed = 4 };
    struct io_sim_host *host;
    struct td_addr addr;

    world->sim = io_sim_new(&options);
    CHECK_OK(td_addr_parse("192.0.2.1", 0, &addr));
    CHECK_OK(io_sim_host_new(world->sim, "machine", &addr, 1, &host));
    world->io = io_sim_host_io(host);
}

TEST(a_zone_comes_back_as_it_was)
{
    struct world world;
    struct zone_version *version = build_zone(600);
    struct zone_version *back;
    uint64_t sequence;
    struct td_diag diag;
    char *path = store_base_path("/state", apex);

    world_init(&world);
    CHECK_EQ(store_base_read(world.io, path, apex, seed, &sequence, &back, &diag), TD_E_NOT_FOUND);
    for (uint64_t i = 1; i < 3; i++) {
        CHECK_OK(store_base_write(NULL, world.io, path, version, i << 33, &diag));
        CHECK_OK(store_base_read(world.io, path, apex, seed, &sequence, &back, &diag));
        CHECK(sequence == i << 33);
        CHECK(is_same(version, back));
        zone_lineage_free(back->lineage);
    }
    CHECK_EQ(
        store_base_read(world.io, path, (const uint8_t *)"\4tesu", seed, &sequence, &back, &diag),
        TD_E_MALFORMED);
    zone_lineage_free(version->lineage);
    free(path);
    io_sim_free(world.sim);
}

TEST(what_is_damaged_is_refused)
{
    struct world world;
    struct zone_version *version = build_zone(8);
    struct zone_version *back;
    uint64_t sequence;
    struct td_diag diag;
    char *octets;
    size_t size;

    world_init(&world);
    CHECK_OK(store_base_write(NULL, world.io, "/state/x", version, 5, &diag));
    CHECK_OK(io_path_read(world.io, "/state/x", 1 << 20, &octets, &size, &diag));
    for (size_t at = 0; at < size; at++) {
        octets[at] = (char)(octets[at] ^ 0x40);
        CHECK_OK(io_path_replace(NULL, world.io, "/state/y", octets, size, 0, &diag));
        octets[at] = (char)(octets[at] ^ 0x40);
        CHECK_EQ(store_base_read(world.io, "/state/y", apex, seed, &sequence, &back, &diag),
                 TD_E_MALFORMED);
        CHECK_OK(io_path_replace(NULL, world.io, "/state/y", octets, at, 0, &diag));
        CHECK_EQ(store_base_read(world.io, "/state/y", apex, seed, &sequence, &back, &diag),
                 TD_E_MALFORMED);
    }
    free(octets);
    zone_lineage_free(version->lineage);
    io_sim_free(world.sim);
}

/* A whole block, its checksum right, whose last owner says that it goes on behind the end. */
TEST(an_owner_is_read_no_further_than_its_block)
{
    enum { HEAD_SIZE = 512, AT = HEAD_SIZE + 8, RECORDS = 5 };
    static uint8_t octets[AT + STORE_BASE_BLOCK_SIZE];
    struct world world;
    struct zone_version *version = build_zone(1);
    struct zone_version *back;
    uint64_t sequence;
    struct td_diag diag;
    char *head;
    size_t size, at = AT;

    world_init(&world);
    CHECK_OK(store_base_write(NULL, world.io, "/state/x", version, 5, &diag));
    CHECK_OK(io_path_read(world.io, "/state/x", 1 << 20, &head, &size, &diag));
    memcpy(octets, head, HEAD_SIZE);
    for (unsigned i = 0; i < RECORDS; i++) {
        size_t rdata = i + 1 < RECORDS ? 60000 : sizeof(octets) - 3 - at - 15;
        octets[at] = sizeof(apex);
        memcpy(octets + at + 1, apex, sizeof(apex));
        td_put_u16(octets + at + 7, (uint16_t)(65400 + i));
        td_put_u16(octets + at + 13, (uint16_t)rdata);
        at += 15 + rdata;
    }
    CHECK_EQ(sizeof(octets) - at, 3);
    memcpy(octets + at, "\2\1a", 3);
    td_put_u32(octets + HEAD_SIZE, STORE_BASE_BLOCK_SIZE);
    td_put_u32(octets + HEAD_SIZE + 4, td_crc32c(0, octets + AT, STORE_BASE_BLOCK_SIZE));
    CHECK_OK(io_path_replace(NULL, world.io, "/state/y", (char *)octets, sizeof(octets), 0, &diag));
    CHECK_EQ(store_base_read(world.io, "/state/y", apex, seed, &sequence, &back, &diag),
             TD_E_MALFORMED);
    free(head);
    zone_lineage_free(version->lineage);
    io_sim_free(world.sim);
}

TEST(names_of_files_are_safe_and_differ)
{
    static const struct {
        const char *apex;
        const char *want;
    } rows[] = {
        { "\7example\3com", "/s/base/3f/example.com.base" },
        { "", "/s/base/51/@base" },
        { "\3a/b\2..", "/s/base/b8/a%2fb.%2e%2e.base" },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        char *path = store_base_path("/s", (const uint8_t *)rows[i].apex);
        CHECK_STR(strrchr(path, '/'), strrchr(rows[i].want, '/'));
        free(path);
    }
    uint8_t one[256], two[256];
    memset(one, 'a', sizeof(one));
    for (unsigned at = 0; at < 252; at += 63)
        one[at] = 62;
    one[252] = 0;
    memcpy(two, one, sizeof(one));
    two[251] = 'b';
    char *first = store_base_path("/s", one);
    char *second = store_base_path("/s", two);
    CHECK(strcmp(first, second) != 0);
    CHECK(strlen(strrchr(first, '/')) < 255);
    free(first);
    free(second);
}

TESTS(a_zone_comes_back_as_it_was, what_is_damaged_is_refused,
      an_owner_is_read_no_further_than_its_block, names_of_files_are_safe_and_differ)
