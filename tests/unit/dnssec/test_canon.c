/*
 * Goal    RFC 4034 6.3: sorted as octets, without duplicates, names in lower case where listed.
 * Method  small sets; one canon for all of them, so that memory is used again.
 */
#include "dnssec/canon.h"
#include "unit/dnssec/sets.h"
#include "wire/rrtype.h"

static void check_rows(const struct dnssec_canon *canon, const char *const *want, size_t count)
{
    CHECK_EQ(canon->count, count);
    for (size_t i = 0; i < count; i++) {
        uint8_t octets[64];
        size_t size = test_hex(want[i], octets, sizeof(octets));
        CHECK_BYTES(canon->rows[i].octets, canon->rows[i].size, octets, size);
    }
}

TEST(sets_are_sorted_and_lowered)
{
    static const struct {
        uint16_t type;
        const char *rows[4];
        size_t count;
        const char *want[4];
        size_t want_count;
    } sets[] = {
        { WIRE_TYPE_A,
          { "c0000202", "c0000201", "c0000202", "c0000200" },
          4,
          { "c0000200", "c0000201", "c0000202" },
          3 },
        { WIRE_TYPE_A, { "c0000201" }, 1, { "c0000201" }, 1 },
        /* a prefix first */
        { WIRE_TYPE_TXT, { "0161", "0161 0162", "00" }, 3, { "00", "0161", "0161 0162" }, 3 },
        /* "A." and "a." are one NS record */
        { WIRE_TYPE_NS, { "014100", "016200", "016100" }, 3, { "016100", "016200" }, 2 },
        /* names that are not listed keep their case */
        { WIRE_TYPE_SVCB, { "0001014100", "0001016100" }, 2, { "0001014100", "0001016100" }, 2 },
    };
    struct dnssec_canon canon;

    dnssec_canon_init(&canon);
    for (size_t i = 0; i < TD_COUNT(sets); i++) {
        struct wire_rrset *set = test_set_new(sets[i].type, 3600);
        for (size_t row = 0; row < sets[i].count; row++)
            test_set_add_hex(&set, sets[i].rows[row]);
        dnssec_canon_sort(&canon, set);
        check_rows(&canon, sets[i].want, sets[i].want_count);
        free(set);
    }
    dnssec_canon_fini(&canon);
}

TEST(the_set_itself_is_not_touched)
{
    struct wire_rrset *set = test_set_new(WIRE_TYPE_NS, 3600);
    struct dnssec_canon canon;

    test_set_add(&set, "\1B", 3);
    test_set_add(&set, "\1A", 3);
    dnssec_canon_init(&canon);
    dnssec_canon_sort(&canon, set);
    CHECK_BYTES(canon.rows[0].octets, canon.rows[0].size, "\1a", 3);
    CHECK_BYTES(wire_rrset_first(set).octets, 3, "\1B", 3);
    dnssec_canon_fini(&canon);
    free(set);
}

TEST(large_sets)
{
    struct wire_rrset *set = test_set_new(WIRE_TYPE_A, 3600);
    struct dnssec_canon canon;

    for (uint32_t i = 0; i < 5000; i++) {
        uint8_t address[4];
        td_put_u32(address, i * 2654435761u);
        test_set_add(&set, address, sizeof(address));
    }
    dnssec_canon_init(&canon);
    dnssec_canon_sort(&canon, set);
    CHECK_EQ(canon.count, 5000);
    for (size_t i = 1; i < canon.count; i++)
        CHECK(memcmp(canon.rows[i - 1].octets, canon.rows[i].octets, 4) < 0);
    dnssec_canon_fini(&canon);
    free(set);
}

TEST(head_of_a_record)
{
    uint8_t head[DNSSEC_CANON_HEAD_SIZE];

    dnssec_canon_head(0x0102, 0x03040506, 0x0708, head);
    CHECK_BYTES(head, sizeof(head), "\1\2\0\1\3\4\5\6\7\10", 10);
}

TESTS(sets_are_sorted_and_lowered, the_set_itself_is_not_touched, large_sets, head_of_a_record)
