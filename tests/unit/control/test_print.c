/*
 * Goal    A zone is printed in canonical order, whatever order its file has, and reads back.
 * Method  A small zone with everything that has a place of its own, compared line by line.
 */
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "control/local.h"
#include "io/io.h"
#include "store/zonefile.h"
#include "unit/test.h"
#include "zone/lineage.h"

/* Printed by hand: names in the order of RFC 4034 6.1, NSEC3 owners among them, the SOA first,
 * then types by number, signatures behind their set, rdata in canonical order, case kept. */
static const char *const lines[] = {
    "example.\t60\tIN\tSOA\tNs.example. h.example. 1 2 3 4 5\n",
    "example.\t60\tIN\tRRSIG\tSOA 8 1 60 20370101000000 20260101000000 1 example. AAAA\n",
    "example.\t60\tIN\tNS\ta.example.\n",
    "example.\t60\tIN\tNS\tB.example.\n",
    "example.\t60\tIN\tNS\tc.example.\n",
    "example.\t60\tIN\tRRSIG\tNS 8 1 60 20370101000000 20260101000000 1 example. BBBB\n",
    "example.\t60\tIN\tNSEC3PARAM\t1 0 0 -\n",
    ("0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example.\t60\tIN\tNSEC3\t1 0 0 - "
     "2t7b4g4vsa5smi47k61mv5bv1a22bojr NS SOA\n"),
    "a.example.\t60\tIN\tA\t192.0.2.1\n",
    "a.example.\t60\tIN\tA\t192.0.2.9\n",
    "a.example.\t60\tIN\tA\t192.0.2.10\n",
    "a.example.\t60\tIN\tTXT\t\"\" \"a\\\"\\\\\\000b\"\n",
    "*.a.example.\t60\tIN\tA\t192.0.2.1\n",
    "x.y.a.example.\t60\tIN\tAAAA\t2001:db8::1\n",
    "B.example.\t60\tIN\tA\t192.0.2.2\n",
    "c.example.\t60\tIN\tA\t192.0.2.3\n",
    "c.example.\t60\tIN\tTYPE65280\t\\# 2 ABCD\n",
};

static struct zone_version *load(struct io *io, const char *text)
{
    char path[] = "/tmp/tandem-print-XXXXXX";
    static struct td_hash_seed seed;
    struct zone_check_options checks;
    struct store_zonefile zonefile = {
        .path = path, .apex = (const uint8_t *)"\7example", .seed = &seed, .checks = &checks
    };
    struct store_zonefile_report report;
    struct zone_version *version = NULL;

    seed = td_hash_seed_of(1, 2);
    zone_check_options_init(&checks, ZONE_CHECK_LAX, 0);
    memset(checks.levels, ZONE_LEVEL_OFF, sizeof(checks.levels));
    int fd = mkstemp(path);
    CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
    CHECK_OK(store_zonefile_load(NULL, io, &zonefile, NULL, &report, &version));
    unlink(path);
    return version;
}

/* Print a version into memory; the caller frees it. */
static char *print(const struct zone_version *version)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    CHECK_EQ(control_zone_print(version, out), 0);
    fclose(out);
    return text;
}

/* The lines in another order: `step` and their number have no common divisor. */
static char *shuffled(size_t step)
{
    struct td_buf text = { .data = NULL };

    for (size_t i = 0, at = 0; i < TD_COUNT(lines); i++, at = (at + step) % TD_COUNT(lines))
        td_buf_add_text(&text, lines[at]);
    return text.data;
}

TEST(the_order_is_canonical)
{
    struct td_buf want = { .data = NULL };
    struct td_diag diag;
    struct io *io;

    CHECK_OK(io_real_new("test", &io, &diag));
    for (size_t i = 0; i < TD_COUNT(lines); i++)
        td_buf_add_text(&want, lines[i]);
    for (size_t step = 1; step < TD_COUNT(lines); step++) {
        char *text = shuffled(step); /* 17 lines, and 17 is a prime */
        struct zone_version *version = load(io, text);
        char *printed = print(version);
        CHECK_STR(printed, want.data);
        zone_lineage_free(version->lineage);
        free(printed);
        free(text);
    }
    td_buf_fini(&want);
    io_real_free(io);
}

TEST(large_sets_and_many_sets_are_flushed_in_pieces)
{
    enum { RECORDS = 5000, SETS = 300 };
    struct td_buf text = { .data = NULL };
    struct td_diag diag;
    struct io *io;

    CHECK_OK(io_real_new("test", &io, &diag));
    td_buf_add_text(&text, lines[0]);
    td_buf_add_text(&text, lines[2]);
    for (int i = RECORDS; i-- > 0;)
        td_buf_printf(&text, "big.example. 60 IN TXT \"%0200d\"\n", i);
    for (int i = SETS; i-- > 0;)
        td_buf_printf(&text, "many.example. 60 IN TYPE%d \\# 1 00\n", 2000 + i);
    struct zone_version *version = load(io, text.data);
    char *printed = print(version);
    int count = 0, before = -1;
    for (const char *at = printed; (at = strstr(at, "TXT\t\"")) != NULL; at++, count++) {
        int number = (int)strtol(at + 5, NULL, 10);
        CHECK_EQ(number, before + 1);
        before = number;
    }
    CHECK_EQ(count, RECORDS);
    before = 1999;
    for (const char *at = printed; (at = strstr(at, "\tTYPE")) != NULL; at++) {
        int number = (int)strtol(at + 5, NULL, 10);
        CHECK_EQ(number, before + 1);
        before = number;
    }
    CHECK_EQ(before, 2000 + SETS - 1);
    zone_lineage_free(version->lineage);
    free(printed);
    td_buf_fini(&text);
    io_real_free(io);
}

TEST(what_cannot_be_written_is_told)
{
    char text[300];
    struct td_diag diag;
    struct io *io;
    FILE *full = fopen("/dev/full", "w");

    CHECK(full != NULL);
    CHECK_OK(io_real_new("test", &io, &diag));
    snprintf(text, sizeof(text), "%s%s", lines[0], lines[2]);
    struct zone_version *version = load(io, text);
    CHECK(control_zone_print(version, full) != 0);
    zone_lineage_free(version->lineage);
    fclose(full);
    io_real_free(io);
}

TESTS(the_order_is_canonical, large_sets_and_many_sets_are_flushed_in_pieces,
      what_cannot_be_written_is_told)
