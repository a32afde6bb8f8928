#include "control/words.h"

#include "base/macros.h"
#include "zone/set.h"

const char *control_zone_state_word(unsigned state)
{
    static const char *const words[] = {
        [ZONE_STATE_LOADING] = "loading",
        [ZONE_STATE_SERVED] = "served",
        [ZONE_STATE_FAILED] = "failed",
        [ZONE_STATE_EXPIRED] = "expired",
    };

    return state < TD_COUNT(words) ? words[state] : "unknown";
}

bool control_number_read(const char *text, uint32_t *ret_number)
{
    uint64_t value = 0;

    for (const char *at = text; *at != '\0'; at++) {
        if (*at < '0' || *at > '9')
            return false;
        value = value * 10 + (uint64_t)(*at - '0');
        if (value > UINT32_MAX)
            return false;
    }
    *ret_number = (uint32_t)value;
    return *text != '\0';
}
