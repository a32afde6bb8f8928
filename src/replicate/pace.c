#include "replicate/pace.h"

#include "io/io.h"

bool pace_is_too_slow(struct pace *pace, size_t octets, uint64_t now_ns, uint32_t octets_per_s_min)
{
    uint64_t seconds = (now_ns - pace->began_ns) / IO_NS_PER_S;

    pace->octets += octets;
    if (seconds < PACE_WINDOW_S)
        return false;
    bool is_below = pace->octets < seconds * octets_per_s_min;
    pace_begin(pace, now_ns);
    return is_below;
}
