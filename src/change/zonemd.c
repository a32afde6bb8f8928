#include "change/zonemd.h"

#include <string.h>

#include "change/draft.h"
#include "wire/rrtype.h"
#include "zone/zonemd.h"

enum { SET_MAX = 8 };

struct old {
    uint8_t octets[ZONE_ZONEMD_RDATA_SIZE_MAX];
    uint16_t size;
};

static const struct wire_rrset *set_of(const struct zone_version *view)
{
    return zone_node_set(view, zone_version_apex(view), WIRE_TYPE_ZONEMD);
}

/* Of a signed zone the digest is its signer's, of a copy its primary's. */
bool change_zonemd_is_due(struct change_draft *draft, const struct change_about *about)
{
    const struct zone_version *view = zone_edit_view(draft->zone->edit);

    return about->origin != CHANGE_TRANSFER && about->origin != CHANGE_SIGNER &&
           (view->flags & ZONE_IS_SIGNED) == 0 && set_of(view) != NULL;
}

static td_err replace(struct change_draft *draft, const uint8_t *apex, uint32_t ttl,
                      const struct old *old, bool is_kept)
{
    uint8_t rdata[ZONE_ZONEMD_RDATA_SIZE_MAX];
    struct wire_rdata was = { .octets = old->octets, .size = old->size };
    size_t size = 0;

    td_err err = change_draft_remove(draft, apex, WIRE_TYPE_ZONEMD, old->octets, old->size);
    if (err != TD_OK || !is_kept ||
        zone_zonemd_renew(zone_edit_view(draft->zone->edit), &was, rdata, &size) != TD_OK)
        return err;
    err = change_draft_add(draft, apex, WIRE_TYPE_ZONEMD, ttl, rdata, (uint16_t)size);
    return err == TD_E_EXISTS ? TD_OK : err;
}

td_err change_zonemd_renew(struct change_draft *draft)
{
    const struct zone_version *view = zone_edit_view(draft->zone->edit);
    const struct wire_rrset *set = set_of(view);
    bool is_kept = view->record_count <= CHANGE_ZONEMD_RECORDS_MAX;
    uint8_t apex[WIRE_NAME_SIZE_MAX];
    struct old olds[SET_MAX];
    uint32_t ttl = set->ttl, count = 0;
    td_err err = TD_OK;

    memcpy(apex, zone_version_name(view), zone_version_name_size(view));
    for (size_t at = 0; at < set->size && count < SET_MAX;) {
        struct wire_rdata rdata = wire_rrset_rdata(set, &at);
        if (rdata.size > sizeof(olds[0].octets))
            continue; /* of an algorithm to come: it is nobody's business here */
        memcpy(olds[count].octets, rdata.octets, rdata.size);
        olds[count++].size = rdata.size;
    }
    for (uint32_t i = 0; i < count && err == TD_OK; i++)
        err = replace(draft, apex, ttl, &olds[i], is_kept);
    return err;
}
