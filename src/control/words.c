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
