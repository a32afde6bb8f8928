/*
 * Goal    what is written is read the same; what is cut off, changed or written by others is
 * refused. Method  a backup with two changes; each octet left out behind, each octet changed, and
 * texts whose digest is right.
 */
#include "server/backup.h"

#include "change/encode.h"
#include "unit/test.h"

static const uint8_t apex[] = "\7example\3com";
static const uint8_t soa[] = "\2ns\0\1h\0\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0\5";
static char reason[300];

/* A changeset of one TXT record, as the log has it. */
static struct td_buf encoded(const char *why)
{
    static const struct change_record records[] = {
        { .owner = apex, .rdata = soa, .ttl = 60, .type = 6, .rdata_size = sizeof(soa) - 1 },
        { .owner = apex, .rdata = (const uint8_t *)"\1x", .ttl = 60, .type = 16, .rdata_size = 2 },
    };
    const struct changeset changeset = { .origin = CHANGE_COMMAND,
                                         .author = "me",
                                         .reason = why,
                                         .removed = records,
                                         .removed_count = 1,
                                         .added = records,
                                         .added_count = 2 };
    struct td_buf octets = { .data = NULL };

    change_encode(&changeset, &octets);
    return octets;
}

static struct td_buf written(void)
{
    struct td_buf out = { .data = NULL }, one = encoded("short"), two;
    struct backup backup = { .serial = 4294967295u, .time_s = 1790000000, .records = 7 };

    memset(reason, 'r', sizeof(reason) - 1);
    two = encoded(reason);
    backup.apex.size = sizeof(apex);
    memcpy(backup.apex.octets, apex, sizeof(apex));
    backup.change_count = 2;
    backup_put_head(&out, &backup);
    backup_put_change(&out, &(struct change_past){ .serial_from = 1,
                                                   .serial_to = 2,
                                                   .removed = 3,
                                                   .added = 4,
                                                   .time_s = 5,
                                                   .octets = (const uint8_t *)one.data,
                                                   .size = (uint32_t)one.size });
    backup_put_change(&out, &(struct change_past){ .serial_from = 2,
                                                   .serial_to = 4294967295u,
                                                   .octets = (const uint8_t *)two.data,
                                                   .size = (uint32_t)two.size });
    td_buf_add_text(&out, "example.com. 60 IN SOA ...\n");
    backup_put_end(&out);
    td_buf_fini(&one);
    td_buf_fini(&two);
    return out;
}

static td_err read_text(const char *text, size_t size, char *ret_why)
{
    struct td_diag diag = { .text = "" };
    struct backup backup;

    td_err err = backup_read(text, size, &backup, &diag);
    if (err == TD_OK)
        td_arena_fini(&backup.arena);
    snprintf(ret_why, TD_DIAG_TEXT_SIZE, "%s", diag.text);
    return err;
}

TEST(what_is_written_is_read)
{
    struct td_buf out = written();
    struct td_diag diag = { .text = "" };
    struct backup backup;
    struct td_buf one = encoded("short"), two = encoded(reason);

    CHECK_OK(backup_read(out.data, out.size, &backup, &diag));
    CHECK_EQ(backup.serial, 4294967295u);
    CHECK_EQ(backup.time_s, 1790000000);
    CHECK_EQ(backup.records, 7);
    CHECK_BYTES(backup.apex.octets, backup.apex.size, apex, sizeof(apex));
    CHECK_EQ(backup.change_count, 2);
    CHECK_EQ(backup.changes[0].removed, 3);
    CHECK_EQ(backup.changes[0].time_s, 5);
    CHECK_EQ(backup.changes[1].serial_to, 4294967295u);
    CHECK_BYTES(backup.changes[0].octets, backup.changes[0].size, one.data, one.size);
    CHECK_BYTES(backup.changes[1].octets, backup.changes[1].size, two.data, two.size);
    td_arena_fini(&backup.arena);
    td_buf_fini(&one);
    td_buf_fini(&two);
    td_buf_fini(&out);
}

TEST(what_is_cut_off_or_changed_is_refused)
{
    struct td_buf out = written();
    char why[TD_DIAG_TEXT_SIZE];

    for (size_t size = 0; size < out.size; size++)
        CHECK_EQ(read_text(out.data, size, why), TD_E_INVALID);
    for (size_t at = 0; at < out.size; at++) {
        out.data[at] ^= 1;
        CHECK_EQ(read_text(out.data, out.size, why), TD_E_INVALID);
        out.data[at] ^= 1;
    }
    CHECK_OK(read_text(out.data, out.size, why));
    td_buf_fini(&out);
}

/* The digest is right, what it is of is not. */
TEST(what_others_have_written_is_refused)
{
    static const char *const heads[] = {
        "; zone a. serial 1 time 1 records 1\n",
        "; zone a. serial 1 time 1 records 1 changes 1\nmore\n",
        "; zone a. serial 4294967296 time 1 records 1 changes 0\n",
        "; zone a. serial -1 time 1 records 1 changes 0\n",
        "; zone a..b serial 1 time 1 records 1 changes 0\n",
        "; zone a. serial 1 time 1 records 1 changes 0 more\n",
        "; zone  serial 1 time 1 records 1 changes 0\n",
        "; zone a. serial 1 time 1 records 1 changes 4294967295\n;! 1 2 3 4 5 AAAA\n",
        "; zone a. serial 1 time 1 records 1 changes 1\n;! 1 2 3 4 AAAA\n",
        "; zone a. serial 1 time 1 records 1 changes 1\n;! 1 2 3 4 5 AA!A\n",
        "; zone a. serial 1 time 1 records 1 changes 1\n;! 1 2 3 4 5 AAAA\n",
        "; zone a. serial 1 time 1 records 1 changes 1\n;= AAAA\n",
        "; zone a. serial 1 time 1 records 1 changes 0\n;! 1 2 3 4 5 AAAA\n",
        "",
    };
    char why[TD_DIAG_TEXT_SIZE];

    for (size_t i = 0; i < TD_COUNT(heads); i++) {
        struct td_buf out = { .data = NULL };
        td_buf_printf(&out, "; tandem zone backup 1\n%s", heads[i]);
        backup_put_end(&out);
        CHECK_EQ_WHY(read_text(out.data, out.size, why), TD_E_INVALID, heads[i]);
        CHECK(strstr(why, "line") != NULL);
        td_buf_fini(&out);
    }
}

TESTS(what_is_written_is_read, what_is_cut_off_or_changed_is_refused,
      what_others_have_written_is_refused)
