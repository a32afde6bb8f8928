/*
 * Numbers and their units.
 */
#include <string.h>

#include "base/macros.h"
#include "conf/load.h"

bool conf_digits_read(const char **text, uint64_t *ret_value)
{
    const char *at = *text;
    uint64_t value = 0;

    for (; *at >= '0' && *at <= '9'; at++) {
        if (value > UINT64_MAX / 100)
            return false;
        value = value * 10 + (uint64_t)(*at - '0');
    }
    if (at == *text)
        return false;
    *text = at;
    *ret_value = value;
    return true;
}

bool conf_duration_parse(const char *text, uint64_t *ret_ms)
{
    static const struct {
        const char *word;
        uint64_t ms;
    } units[] = { { "ms", 1 },      { "s", 1000 },     { "m", 60000 },
                  { "h", 3600000 }, { "d", 86400000 }, { "w", 7 * 86400000ull } };
    const uint64_t total_max = UINT32_MAX * 86400000ull;
    uint64_t total = 0;

    do {
        uint64_t value;
        size_t i;

        if (!conf_digits_read(&text, &value) || value > UINT32_MAX)
            return false;
        size_t size = strspn(text, "abcdefghijklmnopqrstuvwxyz");
        for (i = 0; i < TD_COUNT(units); i++)
            if (strlen(units[i].word) == size && strncmp(text, units[i].word, size) == 0)
                break;
        if (i == TD_COUNT(units))
            return false;
        text += size;
        total += value * units[i].ms;
    } while (*text != '\0' && total <= total_max);
    *ret_ms = total;
    return total <= total_max;
}

bool conf_size_parse(const char *text, uint64_t *ret_octets, const char **ret_hint)
{
    static const struct {
        const char *word;
        uint64_t octets;
        const char *hint;
    } units[] = {
        { "", 1, NULL },          { "B", 1, NULL },         { "KiB", 1024, NULL },
        { "MiB", 1 << 20, NULL }, { "GiB", 1 << 30, NULL }, { "K", 0, "write KiB" },
        { "k", 0, "write KiB" },  { "KB", 0, "write KiB" }, { "kB", 0, "write KiB" },
        { "M", 0, "write MiB" },  { "MB", 0, "write MiB" }, { "m", 0, "write MiB" },
        { "G", 0, "write GiB" },  { "GB", 0, "write GiB" }, { "g", 0, "write GiB" },
    };
    uint64_t value;

    if (!conf_digits_read(&text, &value) || value > UINT32_MAX)
        return false;
    for (size_t i = 0; i < TD_COUNT(units); i++) {
        if (strcmp(text, units[i].word) != 0)
            continue;
        if (units[i].hint != NULL)
            *ret_hint = units[i].hint;
        else
            *ret_octets = value * units[i].octets;
        return units[i].hint == NULL;
    }
    return false;
}
