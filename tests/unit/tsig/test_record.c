/*
 * Goal    the record is read whole or refused, and written as it was read.
 * Method  a good message of another implementation, cut and changed at every place.
 */
#include "tsig/record.h"
#include "unit/tsig/keys.h"

static size_t good_message(uint8_t *message)
{
    return test_hex(SHA256_QUERY, message, BUFFER_SIZE);
}

TEST(fields_are_found)
{
    uint8_t message[BUFFER_SIZE];
    size_t size = good_message(message);
    struct tsig_record record;

    CHECK_OK(tsig_record_read(message, size, QUERY_SIZE, &record));
    CHECK_BYTES(record.name.octets, record.name.size, KEY_NAME, sizeof(KEY_NAME));
    CHECK_BYTES(record.algorithm.octets, record.algorithm.size, "\13hmac-sha256", 13);
    CHECK_EQ(record.time_s, NOW);
    CHECK_EQ(record.fudge_s, 300);
    CHECK_EQ(record.mac_size, 32);
    CHECK_EQ(record.original_id, 0x1234);
    CHECK_EQ(record.error, 0);
    CHECK_EQ(record.other_size, 0);
    CHECK_EQ(tsig_record_size(&record), size - QUERY_SIZE);
}

TEST(written_as_read)
{
    uint8_t message[BUFFER_SIZE], copy[BUFFER_SIZE];
    size_t size = good_message(message), plain_size = 0, got = 0;
    struct tsig_record record;

    CHECK_OK(tsig_record_read(message, size, QUERY_SIZE, &record));
    plain_size = test_hex(PLAIN_QUERY, copy, sizeof(copy));
    for (size_t capacity = plain_size; capacity < size; capacity++)
        CHECK_EQ(tsig_record_write(&record, copy, plain_size, capacity, &got), TD_E_SPACE);
    CHECK_EQ(got, 0);
    CHECK_EQ(copy[11], 0); /* nothing was counted */
    CHECK_OK(tsig_record_write(&record, copy, plain_size, size, &got));
    CHECK_BYTES(copy, got, message, size);
    memset(copy + 10, 0xFF, 2);
    CHECK_EQ(tsig_record_write(&record, copy, plain_size, sizeof(copy), &got), TD_E_LIMIT);
}

TEST(cut_at_every_place)
{
    uint8_t message[BUFFER_SIZE];
    size_t size = good_message(message);
    struct tsig_record record;

    for (size_t cut = 0; cut < size; cut++)
        CHECK_EQ(tsig_record_read(message, cut, QUERY_SIZE, &record), TD_E_TRUNCATED);
    CHECK_EQ(tsig_record_read(message, size, 11, &record), TD_E_TRUNCATED);
    CHECK_EQ(tsig_record_read(message, size, size, &record), TD_E_TRUNCATED);
    CHECK_EQ(tsig_record_read(message, size, size + 1, &record), TD_E_TRUNCATED);
    message[size] = 0;
    CHECK_EQ(tsig_record_read(message, size + 1, QUERY_SIZE, &record), TD_E_MALFORMED);
}

/* Offsets from the start of the record. */
enum {
    NAME_SIZE = 13,
    TYPE_AT = NAME_SIZE,
    CLASS_AT = TYPE_AT + 2,
    TTL_AT = CLASS_AT + 2,
    LENGTH_AT = TTL_AT + 4,
    ALGORITHM_AT = LENGTH_AT + 2,
    MAC_SIZE_AT = ALGORITHM_AT + 13 + 8,
    OTHER_SIZE_AT = MAC_SIZE_AT + 2 + 32 + 4,
};

TEST(fields_that_are_wrong)
{
    static const struct {
        const char *why;
        size_t at;
        uint8_t value;
        td_err want;
    } rows[] = {
        { "name is a reserved label", 0, 0x80, TD_E_MALFORMED },
        { "name is a pointer to itself", 0, 0xC0, TD_E_MALFORMED },
        { "another type", TYPE_AT + 1, 249, TD_E_MALFORMED },
        { "class IN", CLASS_AT + 1, 1, TD_E_MALFORMED },
        { "a TTL", TTL_AT + 3, 1, TD_E_MALFORMED },
        { "rdlength too long", LENGTH_AT + 1, 255, TD_E_TRUNCATED },
        { "rdlength too short", LENGTH_AT + 1, 10, TD_E_MALFORMED },
        { "algorithm is a reserved label", ALGORITHM_AT, 0x40, TD_E_MALFORMED },
        { "MAC too long", MAC_SIZE_AT, 1, TD_E_MALFORMED },
        { "MAC too short", MAC_SIZE_AT + 1, 31, TD_E_MALFORMED },
        { "other data too long", OTHER_SIZE_AT + 1, 1, TD_E_MALFORMED },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        uint8_t message[BUFFER_SIZE];
        size_t size = good_message(message);
        struct tsig_record record;
        message[QUERY_SIZE + rows[i].at] = rows[i].value;
        CHECK_EQ_WHY(tsig_record_read(message, size, QUERY_SIZE, &record), rows[i].want,
                     rows[i].why);
    }
}

TESTS(fields_are_found, written_as_read, cut_at_every_place, fields_that_are_wrong)
