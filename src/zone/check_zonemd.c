/* The digest of the zone: one more walk, when there is a ZONEMD that can be verified. */
#include "wire/rrtype.h"
#include "zone/check_run.h"
#include "zone/zonemd.h"

void check_zonemd(struct check_run *run)
{
    unsigned wrong;

    if (run->options->levels[ZONE_CHECK_ZONEMD_WRONG] == ZONE_LEVEL_OFF)
        return;
    switch (zone_zonemd_check(run->version, &wrong)) {
    case ZONE_ZONEMD_NONE:
    case ZONE_ZONEMD_GOOD:
        break;
    case ZONE_ZONEMD_SERIAL:
        check_tell(run, ZONE_CHECK_ZONEMD_SERIAL, run->apex, WIRE_TYPE_ZONEMD, NULL);
        break;
    case ZONE_ZONEMD_UNKNOWN:
        check_tell(run, ZONE_CHECK_ZONEMD_UNKNOWN, run->apex, WIRE_TYPE_ZONEMD, NULL);
        break;
    case ZONE_ZONEMD_WRONG:
        check_say(run, ZONE_CHECK_ZONEMD_WRONG, run->apex, WIRE_TYPE_ZONEMD, NULL,
                  "hash algorithm %u", wrong);
        break;
    }
}
