/* Whole versions get the serial that comes next, and the digest that goes with it. */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/writer.h"
#include "server/registry_internal.h"
#include "wire/rrtype.h"
#include "zone/edit.h"
#include "zone/zonemd.h"

enum { SOA_NUMBERS_SIZE = 20 };

/* The version with another serial; it is the caller's alone. */
static struct zone_version *with_soa_serial(struct zone_version *version, uint32_t serial)
{
    const struct wire_rrset *soa =
        zone_node_set(version, zone_version_apex(version), WIRE_TYPE_SOA);
    struct wire_rdata rdata = wire_rrset_first(soa);
    uint8_t *copy = td_memdup(rdata.octets, rdata.size);
    uint32_t ttl = soa->ttl;
    struct zone_version *changed;

    struct zone_edit *edit = zone_edit_begin(version);
    td_err err =
        zone_edit_remove(edit, zone_version_name(version), WIRE_TYPE_SOA, copy, rdata.size, NULL);
    td_put_u32(copy + rdata.size - SOA_NUMBERS_SIZE, serial);
    if (err == TD_OK)
        err = zone_edit_add(edit, zone_version_name(version), WIRE_TYPE_SOA, ttl, copy, rdata.size);
    if (err == TD_OK)
        err = zone_edit_finish(edit, &changed);
    td_assert(err == TD_OK); /* it had one, and has room for another */
    free(copy);
    return changed;
}

/* Of a signed zone it is the signer's. */
struct zone_version *registry_with_digest(struct zone_version *version)
{
    const struct wire_rrset *set =
        zone_node_set(version, zone_version_apex(version), WIRE_TYPE_ZONEMD);
    uint8_t rdata[ZONE_ZONEMD_RDATA_SIZE_MAX];
    struct zone_version *changed;
    size_t size;

    if (set == NULL || set->count != 1 || (version->flags & ZONE_IS_SIGNED))
        return version;
    struct wire_rdata old = wire_rrset_first(set);
    if (zone_zonemd_renew(version, &old, rdata, &size) != TD_OK)
        return version;
    uint8_t *copy = td_memdup(old.octets, old.size);
    uint32_t ttl = set->ttl;
    uint16_t old_size = old.size;
    struct zone_edit *edit = zone_edit_begin(version);
    td_err err =
        zone_edit_remove(edit, zone_version_name(version), WIRE_TYPE_ZONEMD, copy, old_size, NULL);
    if (err == TD_OK)
        err = zone_edit_add(edit, zone_version_name(version), WIRE_TYPE_ZONEMD, ttl, rdata,
                            (uint16_t)size);
    if (err == TD_OK)
        err = zone_edit_finish(edit, &changed);
    td_assert(err == TD_OK); /* as for the SOA */
    free(copy);
    return changed;
}

struct zone_version *registry_with_serial(struct zone_version *version, uint32_t serial)
{
    if (serial == version->serial)
        return version;
    version = with_soa_serial(version, serial);
    /* What was there is for another serial: it proves nothing, wrong or not. */
    return version->record_count > CHANGE_ZONEMD_RECORDS_MAX ? version
                                                             : registry_with_digest(version);
}

uint32_t registry_next_serial(struct registry *registry, const struct registry_zone *zone,
                              uint32_t in_file, uint32_t last)
{
    if (change_serial_is_greater(in_file, last))
        return in_file;
    return change_serial_next(zone->zone.rules.serial, last, io_wall_s(registry->parts.io));
}
