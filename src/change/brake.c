#include "change/brake.h"

#include "wire/rrtype.h"

bool change_brake_is_on(const struct change_rules *rules, enum change_origin origin)
{
    if (rules->brake_percent == 0)
        return false;
    return origin != CHANGE_TRANSFER || rules->has_transfer_brake;
}

td_err change_brake_check(const struct change_rules *rules, const struct change_brake_look *look,
                          struct td_diag *diag)
{
    const struct zone_node *apex = zone_version_apex(look->after);

    if (zone_node_set(look->after, apex, WIRE_TYPE_NS) == NULL) {
        td_diag_say(diag, "it would remove the zone's last name server");
        return TD_E_REFUSED;
    }
    if (look->names <= CHANGE_BRAKE_NAMES_MIN ||
        (uint64_t)look->gone * 100 <= (uint64_t)look->names * rules->brake_percent)
        return TD_OK;
    td_diag_say(diag, "it would remove %u of %u names, more than %u %%", look->gone, look->names,
                rules->brake_percent);
    return TD_E_REFUSED;
}
