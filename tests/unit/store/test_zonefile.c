/*
 * Goal    A zone file becomes a version, or says with file and line why not.
 * Method  Files in a temporary directory, read through the real body of io.
 */
#include "test.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "store/zonefile.h"
#include "store/zonefile_write.h"
#include "zone/lineage.h"

static const uint8_t apex[] = "\7example";
#define HEAD                                                                                       \
    "$TTL 3600\n@ SOA ns host 7 7200 3600 1209600 300\n@ NS ns\n@ NS ns2\nns A 192.0.2.1\nns2 A "  \
    "192.0.2.3\n"

struct seen {
    struct td_buf text;
};

static void report(void *context, const struct td_diag *diag)
{
    struct seen *seen = context;
    const char *file = strrchr(diag->file, '/');

    if (diag->severity == TD_SEVERITY_NOTE)
        return;
    td_buf_printf(&seen->text, "%s:%u %s\n", file == NULL ? diag->file : file + 1, diag->line,
                  diag->severity == TD_SEVERITY_ERROR ? "error" : "warning");
}

static void write_file(const char *directory, const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/%s", directory, name);
    FILE *file = fopen(path, "w");

    CHECK(file != NULL);
    CHECK(fputs(text, file) >= 0);
    CHECK_EQ(fclose(file), 0);
}

TEST(files_become_versions_or_say_why_not)
{
    static const struct {
        const char *why;
        const char *text; /* NULL: no file */
        td_err want;
        uint64_t records;
        const char *said;
    } rows[] = {
        { "a good one", HEAD "www A 192.0.2.2\n", TD_OK, 6, "" },
        { "no file", NULL, TD_E_IO, 0, "z:0 error\n" },
        { "words that are none", HEAD "www A 192.0.2\nmail MX ten x\n", TD_E_MALFORMED, 0,
          "z:7 error\nz:8 error\n" },
        { "no SOA", "$TTL 60\n@ NS ns\nns A 192.0.2.1\n", TD_E_INVALID, 0, NULL },
        { "refused by a check", HEAD "www A 192.0.2.2\nwww CNAME ns\n", TD_E_INVALID, 0, NULL },
        { "a record of another zone", HEAD "www.other. A 192.0.2.2\n", TD_OK, 5, "z:7 warning\n" },
        { "an included file", HEAD "$INCLUDE more\n", TD_OK, 6, "" },
        { "an error in an included file", HEAD "$INCLUDE bad\n", TD_E_MALFORMED, 0,
          "bad:2 error\n" },
    };
    struct td_hash_seed seed = td_hash_seed_of(1, 1);
    char directory[] = "/tmp/tandem-zonefile-XXXXXX";
    struct td_diag diag;
    struct io *io;

    CHECK(mkdtemp(directory) != NULL);
    CHECK_OK(io_real_new("test", &io, &diag));
    write_file(directory, "more", "www A 192.0.2.2\n");
    write_file(directory, "bad", "; a comment\nwww A nowhere\n");
    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        char path[256];
        struct seen seen = { .text = { .data = NULL } };
        struct td_diag_sink sink = { .report = report, .context = &seen };
        struct zone_check_options checks;
        struct store_zonefile zonefile = {
            .path = path, .apex = apex, .seed = &seed, .checks = &checks, .may_include = true
        };
        struct store_zonefile_report said;
        struct zone_version *version = NULL;

        snprintf(path, sizeof(path), "%s/z", directory);
        unlink(path);
        if (rows[i].text != NULL)
            write_file(directory, "z", rows[i].text);
        zone_check_options_init(&checks, ZONE_CHECK_NORMAL, 0);
        CHECK_EQ_WHY(store_zonefile_load(NULL, io, &zonefile, &sink, &said, &version), rows[i].want,
                     rows[i].why);
        if (rows[i].said != NULL)
            CHECK_STR(td_buf_text(&seen.text), rows[i].said);
        CHECK_EQ_WHY(said.errors != 0, rows[i].want != TD_OK, rows[i].why);
        CHECK_EQ_WHY(version != NULL, rows[i].want == TD_OK, rows[i].why);
        if (version != NULL) {
            CHECK_EQ_WHY(version->record_count, rows[i].records, rows[i].why);
            CHECK_EQ(version->serial, 7);
            zone_lineage_free(version->lineage);
        }
        td_buf_fini(&seen.text);
    }
    io_real_free(io);
}

/* Written, read, written: the same file, which the digest says, too. */
TEST(a_written_file_reads_back)
{
    struct td_hash_seed seed = td_hash_seed_of(1, 1);
    char directory[] = "/tmp/tandem-zonefile-XXXXXX";
    char path[256];
    struct store_zone_file file = { .sequence = 5 };
    struct store_zonefile_report said;
    struct zone_check_options checks;
    struct zone_version *version, *back;
    struct td_diag diag;
    struct io *io;

    CHECK(mkdtemp(directory) != NULL);
    CHECK_OK(io_real_new("test", &io, &diag));
    snprintf(path, sizeof(path), "%s/z", directory);
    write_file(directory, "z", HEAD "www TXT \"a;b\" \"c\\\"d\"\na.B.c 5 A 192.0.2.9\n");
    struct store_zonefile zonefile = {
        .path = path, .apex = apex, .seed = &seed, .checks = &checks
    };
    zone_check_options_init(&checks, ZONE_CHECK_NORMAL, 0);
    CHECK_OK(store_zonefile_load(NULL, io, &zonefile, NULL, &said, &version));
    CHECK_OK(store_zonefile_write(NULL, io, path, version, &file, &diag));
    CHECK(file.digest != said.digest);
    CHECK_EQ(file.serial, 7);
    CHECK_EQ(file.sequence, 5);
    CHECK_OK(store_zonefile_load(NULL, io, &zonefile, NULL, &said, &back));
    CHECK(file.digest == said.digest);
    CHECK(store_zone_file_is_same(&file, &said.stat));
    CHECK_EQ(back->record_count, version->record_count);
    CHECK_EQ(store_zonefile_write(NULL, io, "/nowhere/z", version, &file, &diag), TD_E_NOT_FOUND);
    zone_lineage_free(back->lineage);
    zone_lineage_free(version->lineage);
    io_real_free(io);
}

TEST(the_state_of_a_zone_comes_back)
{
    struct store_zone_state state = {
        .serial = 9,
        .is_frozen = true,
        .has_file = true,
        .file = { .stat = { .device = 1,
                            .inode = 2,
                            .size = 3,
                            .modified_ns = UINT64_MAX,
                            .changed_ns = 5 },
                  .digest = 0x123456789ABCDEF0u,
                  .serial = 8,
                  .sequence = STORE_ZONE_SEQUENCE_OWN },
    };
    struct td_buf buf = { .data = NULL };
    struct store_zone_state got;

    store_zone_state_encode(&state, &buf);
    CHECK_OK(store_zone_state_decode((uint8_t *)buf.data, buf.size, 77, &got));
    CHECK_EQ(got.file.sequence, 77);
    got.file.sequence = STORE_ZONE_SEQUENCE_OWN;
    CHECK_EQ(memcmp(&state, &got, sizeof(got)), 0);
    for (size_t size = 0; size < buf.size; size++)
        CHECK_EQ(store_zone_state_decode((uint8_t *)buf.data, size, 77, &got), TD_E_MALFORMED);
    td_buf_clear(&buf);
    state.has_file = false;
    store_zone_state_encode(&state, &buf);
    CHECK_OK(store_zone_state_decode((uint8_t *)buf.data, buf.size, 77, &got));
    CHECK(!got.has_file && got.is_frozen);
    CHECK_EQ(got.serial, 9);
    td_buf_fini(&buf);
}

TEST(the_state_of_a_zone_in_the_first_format_is_read)
{
    static const uint8_t octets[66] = {
        1,    3,    0,    0,    0,    9, 0, 0, 0, 8, 0x12, 0x34, 0x56,
        0x78, 0x9A, 0xBC, 0xDE, 0xF0, 0, 0, 0, 0, 0, 0,    0,    6, /* sequence */
        0,    0,    0,    0,    0,    0, 0, 1,                      /* device */
        0,    0,    0,    0,    0,    0, 0, 2,                      /* inode */
        0,    0,    0,    0,    0,    0, 1, 0,                      /* size */
        0,    0,    0,    0,    0,    0, 0, 4,                      /* mtime */
        0,    0,    0,    0,    0,    0, 0, 5,                      /* ctime */
    };
    const struct store_zone_file file = {
        .stat = { .device = 1, .inode = 2, .size = 256, .modified_ns = 4, .changed_ns = 5 },
        .digest = 0x123456789ABCDEF0u,
        .serial = 8,
        .sequence = 6,
    };
    struct store_zone_state got;

    CHECK_OK(store_zone_state_decode(octets, sizeof(octets), 77, &got));
    CHECK(got.has_file && got.is_frozen);
    CHECK_EQ(got.serial, 9);
    CHECK(store_zone_file_is_same(&file, &got.file.stat));
    CHECK_EQ(got.file.digest, file.digest);
    CHECK_EQ(got.file.serial, file.serial);
    CHECK_EQ(got.file.sequence, file.sequence);
    for (size_t size = 0; size < sizeof(octets); size++)
        CHECK_EQ(store_zone_state_decode(octets, size, 77, &got), TD_E_MALFORMED);
}

/* Each number in turn has a value whose length is another, and one that does not fit. */
TEST(the_numbers_of_a_state_have_any_length)
{
    enum { FIRST = 18, COUNT = 6 };
    struct td_buf buf = { .data = NULL };
    struct store_zone_state got, state = { .has_file = true };
    uint64_t *numbers[COUNT] = { &state.file.sequence,         &state.file.stat.device,
                                 &state.file.stat.inode,       &state.file.stat.size,
                                 &state.file.stat.modified_ns, &state.file.stat.changed_ns };

    for (unsigned i = 0; i < COUNT; i++) {
        for (unsigned shift = 0; shift < 64; shift++) {
            *numbers[i] = (uint64_t)1 << shift;
            td_buf_clear(&buf);
            store_zone_state_encode(&state, &buf);
            CHECK_OK(store_zone_state_decode((uint8_t *)buf.data, buf.size, 77, &got));
            CHECK_EQ(memcmp(&state.file.stat, &got.file.stat, sizeof(got.file.stat)), 0);
            CHECK_EQ(got.file.sequence, state.file.sequence);
        }
        *numbers[i] = 0;
        uint8_t octets[FIRST + COUNT + 9] = { 2, 2 };
        memset(octets + FIRST + i, 0x80, 9);
        octets[FIRST + i + 9] = 1;
        CHECK_OK(store_zone_state_decode(octets, sizeof(octets), 77, &got));
        octets[FIRST + i + 9] = 2;
        CHECK_EQ(store_zone_state_decode(octets, sizeof(octets), 77, &got), TD_E_MALFORMED);
    }
    td_buf_fini(&buf);
}

TESTS(files_become_versions_or_say_why_not, a_written_file_reads_back,
      the_state_of_a_zone_comes_back, the_state_of_a_zone_in_the_first_format_is_read,
      the_numbers_of_a_state_have_any_length)
