/*
 * Goal    RFC 1035 3.1 and 4.1.4, 4034 6.1: names are read, compared and ordered; what cannot
 *         be a name is refused and leaves no trace.
 * Method  messages by hand, tables with a row per refusal, names of each size for the vector
 *         code, the example of RFC 4034 6.1.
 */
#include "unit/test.h"
#include "wire/name.h"

static struct wire_name name_of(const char *text)
{
    struct wire_name name;
    CHECK_OK(wire_name_from_text(text, &name));
    return name;
}

TEST(pointer_to_an_earlier_name_is_followed)
{
    static const uint8_t message[] = { 3, 'f', 'o', 'o', 0, 1, 'a', 0xC0, 0x00, 9 };
    struct td_reader reader = { .data = message, .size = sizeof(message), .cursor = 5 };
    struct wire_name name;

    CHECK_OK(wire_name_read(&reader, &name));
    CHECK_BYTES(name.octets, name.size, "\1a\3foo\0", 7);
    CHECK_EQ(name.label_count, 3);
    CHECK_EQ(reader.cursor, 9);

    reader.cursor = 5;
    CHECK_OK(wire_name_skip(&reader));
    CHECK_EQ(reader.cursor, 9);
}

TEST(pointers_may_chain_but_only_backwards)
{
    static const uint8_t message[] = { 1, 'x', 0, 1, 'y', 0xC0, 0, 1, 'z', 0xC0, 3, 0xC0, 7 };
    struct td_reader reader = { .data = message, .size = sizeof(message), .cursor = 11 };
    struct wire_name name;

    CHECK_OK(wire_name_read(&reader, &name));
    CHECK_BYTES(name.octets, name.size, "\1z\1y\1x\0", 7);
    CHECK_EQ(reader.cursor, 13);
}

TEST(a_long_chain_of_pointers_is_an_attack)
{
    uint8_t message[2 * 200] = { 0 };
    struct wire_name name;

    /* Each pointer means the one before it; the first means the root at octet 0. */
    for (unsigned i = 0; i < 199; i++) {
        unsigned target = i == 0 ? 0 : 2 * i;
        message[2 * i + 2] = (uint8_t)(0xC0 | target >> 8);
        message[2 * i + 3] = (uint8_t)target;
    }
    struct td_reader reader = { .data = message, .size = sizeof(message), .cursor = 2 * 128 };
    CHECK_OK(wire_name_read(&reader, &name));
    CHECK_EQ(name.size, 1);
    reader.cursor = 2 * 129;
    CHECK_EQ(wire_name_read(&reader, &name), TD_E_MALFORMED);
}

TEST(a_pointer_into_the_name_itself_is_refused)
{
    /* 1 a, then a pointer to that very label: it would never end. */
    static const uint8_t message[] = { 0, 1, 'a', 0xC0, 1 };
    struct td_reader reader = { .data = message, .size = sizeof(message), .cursor = 1 };
    struct wire_name name;

    CHECK_EQ(wire_name_read(&reader, &name), TD_E_MALFORMED);
    CHECK_EQ(reader.cursor, 1);
}

TEST(refused_names_leave_no_trace)
{
    static const struct {
        const char *why;
        uint8_t octets[2];
        size_t size;
        td_err want;
    } rows[] = {
        { "empty message", { 0 }, 0, TD_E_TRUNCATED },
        { "label past the end", { 3, 'a' }, 2, TD_E_TRUNCATED },
        { "half a pointer", { 0xC0 }, 1, TD_E_TRUNCATED },
        { "no root", { 1, 'a' }, 2, TD_E_TRUNCATED },
        { "pointer to itself", { 0xC0, 0x00 }, 2, TD_E_MALFORMED },
        { "pointer forward", { 0xC0, 0x05 }, 2, TD_E_MALFORMED },
        { "reserved type 0x40", { 0x40, 0x00 }, 2, TD_E_MALFORMED },
        { "reserved type 0x80", { 0x80, 0x00 }, 2, TD_E_MALFORMED },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct td_reader reader = { .data = rows[i].octets, .size = rows[i].size };
        struct wire_name name = { .size = 77 };

        CHECK_EQ_WHY(wire_name_read(&reader, &name), rows[i].want, rows[i].why);
        CHECK_EQ_WHY(reader.cursor, 0, rows[i].why);
        CHECK_EQ_WHY(name.size, 77, rows[i].why);

        bool is_pointer = rows[i].octets[0] == 0xC0;
        td_err plain = is_pointer ? TD_E_MALFORMED : rows[i].want;
        CHECK_EQ_WHY(wire_name_read_plain(&reader, &name), plain, rows[i].why);
        CHECK_EQ_WHY(reader.cursor, 0, rows[i].why);
        CHECK_EQ_WHY(name.size, 77, rows[i].why);

        td_err skipped = is_pointer && rows[i].size == 2 ? TD_OK : rows[i].want;
        CHECK_EQ_WHY(wire_name_skip(&reader), skipped, rows[i].why);
    }
}

/* A name of `size` octets made of labels of up to 63; 256 is one too many. */
static size_t fill_name(uint8_t *octets, size_t size)
{
    size_t at = 0;

    while (at + 1 < size) {
        size_t label = size - at - 2 < 63 ? size - at - 2 : 63;
        if (size - at - 2 - label == 1) /* no room for an empty rest */
            label--;
        octets[at] = (uint8_t)label;
        memset(octets + at + 1, 'a', label);
        at += label + 1;
    }
    octets[at] = 0;
    return at + 1;
}

TEST(a_name_of_255_octets_is_the_longest)
{
    uint8_t octets[300];
    struct wire_name name;
    size_t size;

    CHECK_EQ(fill_name(octets, 255), 255);
    struct td_reader reader = td_reader_of(octets, 255);
    CHECK_OK(wire_name_read(&reader, &name));
    CHECK_EQ(name.size, 255);
    CHECK_OK(wire_name_check(octets, 255, &size));
    CHECK_EQ(size, 255);
    CHECK_EQ(wire_name_check(octets, 254, &size), TD_E_TRUNCATED);
    reader.cursor = 0;
    CHECK_OK(wire_name_skip(&reader));

    CHECK_EQ(fill_name(octets, 256), 256);
    reader = td_reader_of(octets, 256);
    CHECK_EQ(wire_name_read(&reader, &name), TD_E_MALFORMED);
    CHECK_EQ(wire_name_check(octets, 256, &size), TD_E_MALFORMED);
    CHECK_EQ(wire_name_skip(&reader), TD_E_MALFORMED);
}

TEST(a_name_of_128_labels_has_the_most)
{
    uint8_t octets[256];
    uint8_t offsets[WIRE_LABEL_COUNT_MAX];

    for (unsigned i = 0; i < 127; i++) {
        octets[2 * i] = 1;
        octets[2 * i + 1] = (uint8_t)i;
    }
    octets[254] = 0;
    struct td_reader reader = td_reader_of(octets, 255);
    struct wire_name name;
    CHECK_OK(wire_name_read(&reader, &name));
    CHECK_EQ(name.label_count, 128);
    CHECK_EQ(wire_name_offsets(octets, offsets), 128);
    CHECK_EQ(offsets[127], 254);
    CHECK_EQ(wire_name_label_count(octets), 128);
    CHECK_EQ(wire_name_size(octets), 255);
}

TEST(a_name_that_pointers_make_too_long_is_refused)
{
    uint8_t message[300];
    size_t size = fill_name(message, 250);
    memcpy(message + size, "\5abcde\xC0\x00", 8);
    struct td_reader reader = { .data = message, .size = size + 8, .cursor = size };
    struct wire_name name;

    CHECK_EQ(wire_name_read(&reader, &name), TD_E_MALFORMED);
    message[size] = 4;
    memcpy(message + size, "\4abcd\xC0\x00", 7);
    CHECK_OK(wire_name_read(&reader, &name));
    CHECK_EQ(name.size, 255);
}

TEST(equality_ignores_case_in_names_of_every_size)
{
    uint8_t a[256], b[256];

    for (size_t size = 3; size <= 255; size++) {
        fill_name(a, size);
        fill_name(b, size);
        for (size_t i = 0; i < size; i++) {
            if (b[i] == 'a')
                b[i] = 'A';
        }
        CHECK(wire_name_equal(a, size, b, size));
        /* One octet that differs, at each place, is seen. */
        for (size_t i = 0; i < size; i++) {
            if (b[i] != 'A')
                continue;
            b[i] = 'B';
            CHECK(!wire_name_equal(a, size, b, size));
            b[i] = 'A';
        }
    }
    CHECK(!wire_name_equal((const uint8_t *)"", 1, (const uint8_t *)"\1a", 3));
}

TEST(only_ascii_letters_have_case)
{
    uint8_t in[256], out[256];

    for (unsigned i = 0; i < 256; i++)
        in[i] = (uint8_t)i;
    for (size_t size = 0; size <= 256; size++) {
        memset(out, 0xEE, sizeof(out));
        wire_name_lower(out, in, size);
        for (size_t i = 0; i < size; i++)
            CHECK_EQ(out[i], i >= 'A' && i <= 'Z' ? i + 32 : i);
        if (size < 256)
            CHECK_EQ(out[size], 0xEE);
    }
    for (unsigned i = 0; i < 256; i++) {
        for (unsigned j = 0; j < 256; j++) {
            uint8_t a[20], b[20];
            memset(a, (int)i, sizeof(a));
            memset(b, (int)j, sizeof(b));
            bool same =
                i == j || ((i | 0x20) == (j | 0x20) && (i | 0x20) >= 'a' && (i | 0x20) <= 'z');
            CHECK_EQ(wire_octets_equal(a, b, 20), same);
            CHECK_EQ(wire_octets_equal(a, b, 3), same);
        }
    }
}

TEST(canonical_order_is_that_of_rfc_4034)
{
    static const char *const sorted[] = {
        ".",
        "example.",
        "a.example.",
        "yljkjljk.a.example.",
        "Z.a.example.",
        "zABC.a.EXAMPLE.",
        "z.example.",
        "\\001.z.example.",
        "*.z.example.",
        "\\200.z.example.",
    };

    for (size_t i = 0; i < TD_COUNT(sorted); i++) {
        struct wire_name a = name_of(sorted[i]);
        for (size_t j = 0; j < TD_COUNT(sorted); j++) {
            struct wire_name b = name_of(sorted[j]);
            int order = wire_name_compare(a.octets, b.octets);
            CHECK_EQ_WHY((order > 0) - (order < 0), (i > j) - (i < j), sorted[i]);
        }
    }
    /* A label that begins another label comes first; case does not count. */
    CHECK(wire_name_compare(name_of("ab.").octets, name_of("abc.").octets) < 0);
    CHECK_EQ(wire_name_compare(name_of("AB.c.").octets, name_of("ab.C.").octets), 0);
}

TEST(subdomains_end_at_labels)
{
    static const struct {
        const char *name, *above;
        bool want;
    } rows[] = {
        { "a.example.", "example.", true },
        { "A.EXAMPLE.", "example.", true },
        { "example.", "example.", true },
        { "example.", ".", true },
        { ".", ".", true },
        { ".", "example.", false },
        { "anexample.", "example.", false },
        { "a.example.", "b.example.", false },
        { "example.com.", "example.", false },
        { "x\\007example.", "example.", false }, /* the octets are there, but inside a label */
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct wire_name name = name_of(rows[i].name), above = name_of(rows[i].above);
        CHECK_EQ_WHY(wire_name_is_subdomain(name.octets, name.size, above.octets, above.size),
                     rows[i].want, rows[i].name);
    }
}

TEST(common_labels_are_counted_from_the_root)
{
    CHECK_EQ(wire_name_common_labels(name_of("a.b.c.").octets, name_of("x.B.c.").octets), 3);
    CHECK_EQ(wire_name_common_labels(name_of("a.b.").octets, name_of("a.c.").octets), 1);
    CHECK_EQ(wire_name_common_labels(name_of(".").octets, name_of("a.c.").octets), 1);
    CHECK_EQ(wire_name_common_labels(name_of("a.c.").octets, name_of("a.c.").octets), 3);
}

TEST(text_and_back)
{
    static const struct {
        const char *text;
        const char *octets;
        size_t size;
        const char *formatted;
    } rows[] = {
        { ".", "", 1, "." },
        { "example.com", "\7example\3com", 13, "example.com." },
        { "example.com.", "\7example\3com", 13, "example.com." },
        { "a\\.b.c.", "\3a.b\1c", 7, "a\\.b.c." },
        { "\\000\\255\\ x.", "\4\0\377 x", 6, "\\000\\255\\032x." },
        { "\\@\\$\\\"\\(\\)\\;\\\\.", "\7@$\"();\\", 9, "\\@\\$\\\"\\(\\)\\;\\\\." },
        { "*.Ab.", "\1*\2Ab", 6, "*.Ab." },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        char text[WIRE_NAME_TEXT_SIZE];
        struct wire_name name;
        CHECK_OK(wire_name_from_text(rows[i].text, &name));
        CHECK_BYTES(name.octets, name.size, rows[i].octets, rows[i].size);
        CHECK_STR(wire_name_format(name.octets, text), rows[i].formatted);
    }
}

TEST(text_that_is_no_name_is_refused)
{
    char label64[70], long_name[400];
    static const char *const rows[] = {
        "",      "..",     ".a",     "a..b", "a\\",     "a\\1",
        "a\\12", "a\\256", "a\\1x2", "a..",  "\\999.b", "a.b\\04."
    };
    struct wire_name name = { .size = 77 };

    for (size_t i = 0; i < TD_COUNT(rows); i++)
        CHECK_EQ_WHY(wire_name_from_text(rows[i], &name), TD_E_MALFORMED, rows[i]);

    memset(label64, 'x', sizeof(label64));
    label64[63] = '\0';
    CHECK_OK(wire_name_from_text(label64, &name));
    label64[63] = 'x';
    label64[64] = '\0';
    name.size = 77;
    CHECK_EQ(wire_name_from_text(label64, &name), TD_E_MALFORMED);

    /* 127 labels of one octet are 255 octets with the root; one octet more is too much. */
    for (unsigned i = 0; i < 127; i++)
        memcpy(long_name + 2 * i, "a.", 3);
    CHECK_OK(wire_name_from_text(long_name, &name));
    CHECK_EQ(name.size, 255);
    CHECK_EQ(name.label_count, 128);
    memcpy(long_name + 252, "aa.", 4);
    name.size = 77;
    CHECK_EQ(wire_name_from_text(long_name, &name), TD_E_LIMIT);
    memcpy(long_name + 252, "a.a", 4);
    CHECK_EQ(wire_name_from_text(long_name, &name), TD_E_LIMIT);
    CHECK_EQ(name.size, 77);
}

TEST(the_longest_text_fits)
{
    uint8_t octets[256];
    char text[WIRE_NAME_TEXT_SIZE + 1];
    struct wire_name back;

    memset(text, 0x55, sizeof(text));
    CHECK_EQ(fill_name(octets, 255), 255);
    for (size_t i = 0; i < 255; i++) {
        if (octets[i] == 'a')
            octets[i] = 0xFF;
    }
    wire_name_format(octets, text);
    CHECK_EQ(strlen(text), WIRE_NAME_TEXT_SIZE - 1);
    CHECK_EQ(text[WIRE_NAME_TEXT_SIZE], 0x55);
    CHECK_OK(wire_name_from_text(text, &back));
    CHECK_BYTES(back.octets, back.size, octets, 255);
}

TEST(concatenation_has_a_limit)
{
    uint8_t front[256], back[256];
    struct wire_name name = { .size = 77 };

    CHECK_OK(wire_name_concat((const uint8_t *)"\3www", (const uint8_t *)"\2ex", &name));
    CHECK_BYTES(name.octets, name.size, "\3www\2ex", 8);
    CHECK_EQ(name.label_count, 3);
    fill_name(front, 128);
    fill_name(back, 128);
    CHECK_OK(wire_name_concat(front, back, &name));
    CHECK_EQ(name.size, 255);
    fill_name(back, 129);
    name.size = 77;
    CHECK_EQ(wire_name_concat(front, back, &name), TD_E_LIMIT);
    CHECK_EQ(name.size, 77);
}

TEST(small_questions)
{
    struct wire_name name = name_of("*.a.");

    CHECK(wire_name_is_wildcard(name.octets));
    CHECK(!wire_name_is_wildcard(wire_name_parent(name.octets)));
    CHECK(!wire_name_is_root(name.octets));
    CHECK(wire_name_is_root(name_of(".").octets));
    struct wire_name copy;
    wire_name_set(&copy, wire_name_parent(name.octets));
    CHECK_BYTES(copy.octets, copy.size, "\1a", 3);
    CHECK_EQ(copy.label_count, 2);
}

TESTS(pointer_to_an_earlier_name_is_followed, pointers_may_chain_but_only_backwards,
      a_long_chain_of_pointers_is_an_attack, a_pointer_into_the_name_itself_is_refused,
      refused_names_leave_no_trace, a_name_of_255_octets_is_the_longest,
      a_name_of_128_labels_has_the_most, a_name_that_pointers_make_too_long_is_refused,
      equality_ignores_case_in_names_of_every_size, only_ascii_letters_have_case,
      canonical_order_is_that_of_rfc_4034, subdomains_end_at_labels,
      common_labels_are_counted_from_the_root, text_and_back, text_that_is_no_name_is_refused,
      the_longest_text_fits, concatenation_has_a_limit, small_questions)
