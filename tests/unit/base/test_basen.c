/*
 * Goal    RFC 4648: the vectors of section 10, every octet, and no second spelling of the
 *         same octets.
 * Method  tables, and a round trip of every size up to 40.
 */
#include "base/basen.h"
#include "unit/test.h"

struct vector {
    const char *data;
    const char *base16;
    const char *base32hex;
    const char *base64;
};

/* RFC 4648 section 10; base32hex in lower case and without padding. */
static const struct vector vectors[] = {
    { "", "", "", "" },
    { "f", "66", "co", "Zg==" },
    { "fo", "666F", "cpng", "Zm8=" },
    { "foo", "666F6F", "cpnmu", "Zm9v" },
    { "foob", "666F6F62", "cpnmuog", "Zm9vYg==" },
    { "fooba", "666F6F6261", "cpnmuoj1", "Zm9vYmE=" },
    { "foobar", "666F6F626172", "cpnmuoj1e8", "Zm9vYmFy" },
};

TEST(the_vectors_of_the_rfc)
{
    for (size_t i = 0; i < TD_COUNT(vectors); i++) {
        const struct vector *row = &vectors[i];
        const uint8_t *data = (const uint8_t *)row->data;
        size_t size = strlen(row->data);
        char text[64];
        uint8_t back[64];
        size_t back_size;

        CHECK_EQ(td_base16_size(size), strlen(row->base16));
        CHECK_EQ(td_base32hex_size(size), strlen(row->base32hex));
        CHECK_EQ(td_base64_size(size), strlen(row->base64));

        CHECK_BYTES(text, td_base16_encode(data, size, text), row->base16, strlen(row->base16));
        CHECK_BYTES(text, td_base32hex_encode(data, size, text), row->base32hex,
                    strlen(row->base32hex));
        CHECK_BYTES(text, td_base64_encode(data, size, text), row->base64, strlen(row->base64));

        CHECK_OK(td_base16_decode(row->base16, strlen(row->base16), back, size, &back_size));
        CHECK_BYTES(back, back_size, data, size);
        CHECK_OK(
            td_base32hex_decode(row->base32hex, strlen(row->base32hex), back, size, &back_size));
        CHECK_BYTES(back, back_size, data, size);
        CHECK_OK(td_base64_decode(row->base64, strlen(row->base64), back, size, &back_size));
        CHECK_BYTES(back, back_size, data, size);
    }
}

TEST(every_size_and_octet_comes_back)
{
    for (size_t size = 0; size <= 40; size++) {
        for (unsigned seed = 0; seed < 256; seed++) {
            uint8_t data[40], back[40];
            char text[128];
            size_t back_size;

            for (size_t i = 0; i < size; i++)
                data[i] = (uint8_t)(seed + i * 37);
            size_t used = td_base16_encode(data, size, text);
            CHECK_OK(td_base16_decode(text, used, back, sizeof(back), &back_size));
            CHECK_BYTES(back, back_size, data, size);
            used = td_base32hex_encode(data, size, text);
            CHECK_EQ(used, td_base32hex_size(size));
            CHECK_OK(td_base32hex_decode(text, used, back, sizeof(back), &back_size));
            CHECK_BYTES(back, back_size, data, size);
            used = td_base64_encode(data, size, text);
            CHECK_OK(td_base64_decode(text, used, back, sizeof(back), &back_size));
            CHECK_BYTES(back, back_size, data, size);
        }
    }
}

TEST(upper_and_lower_case_are_alike_but_in_base64)
{
    uint8_t back[8];
    size_t size;

    CHECK_OK(td_base16_decode("dEaDbEeF", 8, back, sizeof(back), &size));
    CHECK_BYTES(back, size, "\xde\xad\xbe\xef", 4);
    CHECK_OK(td_base32hex_decode("CPnMuOg", 7, back, sizeof(back), &size));
    CHECK_BYTES(back, size, "foob", 4);
}

typedef td_err decode_fn(const char *text, size_t size, uint8_t *out, size_t out_size,
                         size_t *ret_size);

TEST(refusals_leave_the_size_alone)
{
    static const struct {
        decode_fn *decode;
        const char *text;
        size_t room;
        td_err want;
    } rows[] = {
        { td_base16_decode, "6", 8, TD_E_MALFORMED },
        { td_base16_decode, "666", 8, TD_E_MALFORMED },
        { td_base16_decode, "6g", 8, TD_E_MALFORMED },
        { td_base16_decode, "6 6", 8, TD_E_MALFORMED },
        { td_base16_decode, "6666", 1, TD_E_SPACE },
        { td_base16_decode, "66", 0, TD_E_SPACE },
        { td_base32hex_decode, "c", 8, TD_E_MALFORMED },
        { td_base32hex_decode, "cpn", 8, TD_E_MALFORMED },
        { td_base32hex_decode, "cpnmuo", 8, TD_E_MALFORMED },
        { td_base32hex_decode, "cw", 8, TD_E_MALFORMED },
        { td_base32hex_decode, "cp", 8, TD_E_MALFORMED }, /* bits left over */
        { td_base32hex_decode, "co======", 8, TD_E_MALFORMED },
        { td_base32hex_decode, "cpng", 1, TD_E_SPACE },
        { td_base64_decode, "Zg", 8, TD_E_MALFORMED },
        { td_base64_decode, "Zg=", 8, TD_E_MALFORMED },
        { td_base64_decode, "Z===", 8, TD_E_MALFORMED },
        { td_base64_decode, "====", 8, TD_E_MALFORMED },
        { td_base64_decode, "Zh==", 8, TD_E_MALFORMED }, /* bits left over */
        { td_base64_decode, "Zm9=", 8, TD_E_MALFORMED },
        { td_base64_decode, "Zg==Zg==", 8, TD_E_MALFORMED },
        { td_base64_decode, "Zm-v", 8, TD_E_MALFORMED },
        { td_base64_decode, "Zm9v\n", 8, TD_E_MALFORMED },
        { td_base64_decode, "\xC3\xA4==", 8, TD_E_MALFORMED },
        { td_base64_decode, "Zm9v", 2, TD_E_SPACE },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        uint8_t out[8];
        size_t size = 4711;

        CHECK_EQ_WHY(rows[i].decode(rows[i].text, strlen(rows[i].text), out, rows[i].room, &size),
                     rows[i].want, rows[i].text);
        CHECK_EQ_WHY(size, 4711, rows[i].text);
    }
}

TESTS(the_vectors_of_the_rfc, every_size_and_octet_comes_back,
      upper_and_lower_case_are_alike_but_in_base64, refusals_leave_the_size_alone)
