/*
 * Goal    base16 and base64 cut in pieces anywhere, and base32hex: the same as in one piece.
 * Method  Compared with base/basen.h over data of many sizes; then what is refused.
 */
#include "base/basen.h"
#include "text/base.h"
#include "unit/test.h"

enum { DATA_SIZE = 100 };

static void fill(uint8_t *data)
{
    for (unsigned i = 0; i < DATA_SIZE; i++)
        data[i] = (uint8_t)(i * 151 + 7);
}

TEST(base16_in_two_pieces)
{
    uint8_t data[DATA_SIZE];

    fill(data);
    for (size_t size = 0; size <= DATA_SIZE; size++) {
        char text[2 * DATA_SIZE + 16];
        size_t text_size = td_base16_encode(data, size, text);
        for (size_t cut = 0; cut <= text_size; cut++) {
            struct text_base16 state = { .has_half = false };
            uint8_t out[DATA_SIZE + 16];
            size_t used = text_base16_piece(&state, (const uint8_t *)text, cut, out);
            used +=
                text_base16_piece(&state, (const uint8_t *)text + cut, text_size - cut, out + used);
            CHECK(!state.has_half);
            CHECK_EQ(used, size);
            CHECK_EQ(memcmp(out, data, size), 0);
        }
    }
}

TEST(base64_in_two_pieces)
{
    uint8_t data[DATA_SIZE];

    fill(data);
    for (size_t size = 0; size <= DATA_SIZE; size++) {
        char text[2 * DATA_SIZE];
        size_t text_size = td_base64_encode(data, size, text);
        for (size_t cut = 0; cut <= text_size; cut++) {
            struct text_base64 state = { .digits = 0 };
            uint8_t out[DATA_SIZE + 16];
            size_t used = text_base64_piece(&state, (const uint8_t *)text, cut, out);
            used +=
                text_base64_piece(&state, (const uint8_t *)text + cut, text_size - cut, out + used);
            CHECK_EQ(state.digits, 0);
            CHECK_EQ(used, size);
            CHECK_EQ(memcmp(out, data, size), 0);
        }
    }
}

/* Each octet that is no digit, at each place of a group of 16 and behind it. */
TEST(what_is_no_digit_is_refused)
{
    for (unsigned octet = 0; octet < 256; octet++) {
        bool is_hex =
            (octet >= '0' && octet <= '9') || ((octet | 32) >= 'a' && (octet | 32) <= 'f');
        for (size_t place = 0; place < 20; place++) {
            struct text_base16 state = { .has_half = false };
            uint8_t text[20], out[16];
            memset(text, '0', sizeof(text));
            text[place] = (uint8_t)octet;
            size_t used = text_base16_piece(&state, text, sizeof(text), out);
            CHECK_EQ(used, is_hex ? 10 : SIZE_MAX);
        }
    }
}

TEST(padding)
{
    static const struct {
        const char *text;
        bool is_good;
    } rows[] = {
        { "AA==", true },  { "AAA=", true },  { "AAAA", true },      { "AAAAAA==", true },
        { "A===", false }, { "=", false },    { "==", false },       { "====", false },
        { "AB==", false }, { "AAB=", false }, { "AA==AAAA", false }, { "AA=A", false },
        { "AA=", true },   { "AA", true },    { "AAAA=", false },    { "AAA==", false },
        { "AA-A", false }, { "AA A", false },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct text_base64 state = { .digits = 0 };
        uint8_t out[16];
        size_t used =
            text_base64_piece(&state, (const uint8_t *)rows[i].text, strlen(rows[i].text), out);
        CHECK_EQ_WHY(used != SIZE_MAX, rows[i].is_good, rows[i].text);
        if (rows[i].is_good)
            CHECK_EQ_WHY(state.digits != 0, strlen(rows[i].text) % 4 != 0, rows[i].text);
    }
}

TEST(base32hex)
{
    uint8_t data[DATA_SIZE];

    fill(data);
    for (size_t size = 0; size <= DATA_SIZE; size++) {
        char text[2 * DATA_SIZE];
        uint8_t out[DATA_SIZE + 16];
        size_t text_size = td_base32hex_encode(data, size, text);
        CHECK_EQ(text_base32hex((const uint8_t *)text, text_size, out), size);
        CHECK_EQ(memcmp(out, data, size), 0);
        for (size_t i = 0; i < text_size; i++)
            text[i] = (char)(text[i] >= 'a' ? text[i] - 32 : text[i]);
        CHECK_EQ(text_base32hex((const uint8_t *)text, text_size, out), size);
    }
}

/* Every octet at every place of a group, and groups that are no octets or leave bits over. */
TEST(what_is_no_base32hex_is_refused)
{
    static const char *const bad[] = { "0",     "000",     "000000", "000000000", "01",      "0001",
                                       "00001", "0000001", "w0",     "0=",        "00======" };
    uint8_t out[32];

    for (size_t i = 0; i < TD_COUNT(bad); i++)
        CHECK_EQ_WHY(text_base32hex((const uint8_t *)bad[i], strlen(bad[i]), out), SIZE_MAX,
                     bad[i]);
    for (unsigned octet = 0; octet < 256; octet++) {
        bool is_digit =
            (octet >= '0' && octet <= '9') || ((octet | 32) >= 'a' && (octet | 32) <= 'v');
        for (size_t place = 0; place < 16; place++) {
            uint8_t text[16];
            memset(text, '0', sizeof(text));
            text[place] = (uint8_t)octet;
            CHECK_EQ(text_base32hex(text, sizeof(text), out), is_digit ? 10 : SIZE_MAX);
        }
    }
}

TESTS(base16_in_two_pieces, base32hex, what_is_no_base32hex_is_refused, base64_in_two_pieces,
      what_is_no_digit_is_refused, padding)
