#include "conf/utf8.h"

/*
 * The octets of the character at `at`, or 0 when it is none: the table of RFC 3629 section 4
 * (no overlong forms, no surrogates, nothing above U+10FFFF).
 */
static size_t character_size(const uint8_t *at, size_t left)
{
    static const struct {
        uint8_t first_min, first_max;
        uint8_t second_min, second_max;
        uint8_t size;
    } rows[] = {
        { 0xC2, 0xDF, 0x80, 0xBF, 2 }, { 0xE0, 0xE0, 0xA0, 0xBF, 3 }, { 0xE1, 0xEC, 0x80, 0xBF, 3 },
        { 0xED, 0xED, 0x80, 0x9F, 3 }, { 0xEE, 0xEF, 0x80, 0xBF, 3 }, { 0xF0, 0xF0, 0x90, 0xBF, 4 },
        { 0xF1, 0xF3, 0x80, 0xBF, 4 }, { 0xF4, 0xF4, 0x80, 0x8F, 4 },
    };

    if (at[0] < 0x80) {
        bool is_text = at[0] >= 0x20 || at[0] == '\t' || at[0] == '\n' || at[0] == '\r';
        return is_text && at[0] != 0x7F ? 1 : 0;
    }
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (at[0] < rows[i].first_min || at[0] > rows[i].first_max)
            continue;
        if (left < rows[i].size || at[1] < rows[i].second_min || at[1] > rows[i].second_max)
            return 0;
        for (size_t k = 2; k < rows[i].size; k++)
            if ((at[k] & 0xC0) != 0x80)
                return 0;
        return rows[i].size;
    }
    return 0;
}

bool conf_utf8_check(const char *text, size_t size, struct conf_place *ret_place)
{
    const uint8_t *octets = (const uint8_t *)text;
    struct conf_place place = { .line = 1, .column = 1 };

    for (size_t at = 0; at < size;) {
        size_t step = character_size(octets + at, size - at);
        if (step == 0) {
            place.octet = octets[at];
            *ret_place = place;
            return false;
        }
        place.column++;
        if (octets[at] == '\n') {
            place.line++;
            place.column = 1;
        }
        at += step;
    }
    return true;
}
