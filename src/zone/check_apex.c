/* What the apex must have: one SOA that makes sense, and name servers. */
#include "wire/name.h"
#include "wire/rrtype.h"
#include "zone/check_run.h"

enum {
    SOA_NUMBERS_SIZE = 20,
    DAY_S = 86400,
};

struct soa {
    const uint8_t *mname;
    const uint8_t *rname;
    size_t mname_size;
    uint32_t serial;
    uint32_t refresh_s;
    uint32_t retry_s;
    uint32_t expire_s;
    uint32_t minimum_s;
};

static struct soa soa_of(const struct wire_rdata *rdata)
{
    const uint8_t *numbers = rdata->octets + rdata->size - SOA_NUMBERS_SIZE;
    size_t mname_size = wire_name_size(rdata->octets);

    return (struct soa){
        .mname = rdata->octets,
        .rname = rdata->octets + mname_size,
        .mname_size = mname_size,
        .serial = td_get_u32(numbers),
        .refresh_s = td_get_u32(numbers + 4),
        .retry_s = td_get_u32(numbers + 8),
        .expire_s = td_get_u32(numbers + 12),
        .minimum_s = td_get_u32(numbers + 16),
    };
}

static void check_names(struct check_run *run, const struct soa *soa)
{
    enum check_target target = check_target_find(run, soa->mname, soa->mname_size);
    char text[CHECK_NAME_SIZE];

    if (target == CHECK_TARGET_ABSENT || target == CHECK_TARGET_ALIAS ||
        target == CHECK_TARGET_NO_ADDRESS)
        check_say(run, ZONE_CHECK_SOA_MNAME, run->apex, WIRE_TYPE_SOA, NULL, "%s",
                  check_name_text(soa->mname, text));
    /* "." says that there is none, and is said on purpose. */
    for (unsigned i = 1; i <= soa->rname[0]; i++) {
        if (soa->rname[i] != '@')
            continue;
        check_say(run, ZONE_CHECK_SOA_RNAME, run->apex, WIRE_TYPE_SOA, NULL,
                  "%s has an @: write a dot", check_name_text(soa->rname, text));
        break;
    }
}

/* RFC 1912 2.2, as far as it is not a matter of taste. */
static void check_timers(struct check_run *run, const struct soa *soa)
{
    const char *why = NULL;

    if (soa->refresh_s == 0 || soa->retry_s == 0 || soa->expire_s == 0)
        why = "refresh, retry or expire is 0";
    else if (soa->retry_s > soa->refresh_s)
        why = "retry is longer than refresh";
    else if (soa->expire_s <= soa->refresh_s)
        why = "expire is not longer than refresh";
    else if (soa->expire_s - soa->refresh_s < soa->retry_s)
        why = "expire comes before the first retry";
    if (why != NULL)
        check_say(run, ZONE_CHECK_SOA_TIMERS, run->apex, WIRE_TYPE_SOA, NULL,
                  "%s (refresh %u, retry %u, expire %u)", why, soa->refresh_s, soa->retry_s,
                  soa->expire_s);
    if (soa->minimum_s > DAY_S)
        check_say(run, ZONE_CHECK_SOA_MINIMUM, run->apex, WIRE_TYPE_SOA, NULL, "%u seconds",
                  soa->minimum_s);
    if (soa->serial == 0)
        check_tell(run, ZONE_CHECK_SOA_SERIAL_ZERO, run->apex, WIRE_TYPE_SOA, NULL);
}

void check_apex(struct check_run *run)
{
    const struct wire_rrset *set = zone_node_set(run->version, run->apex, WIRE_TYPE_SOA);

    /* A version always has one SOA; an edit under way need not. */
    if (set == NULL) {
        check_tell(run, ZONE_CHECK_SOA_MISSING, run->apex, 0, NULL);
    } else {
        struct wire_rdata rdata = wire_rrset_first(set);
        struct soa soa = soa_of(&rdata);
        if (set->count > 1)
            check_say(run, ZONE_CHECK_SOA_MULTIPLE, run->apex, WIRE_TYPE_SOA, NULL, "%u records",
                      set->count);
        check_names(run, &soa);
        check_timers(run, &soa);
    }
    if (zone_node_set(run->version, run->apex, WIRE_TYPE_NS) == NULL)
        check_tell(run, ZONE_CHECK_NS_MISSING, run->apex, WIRE_TYPE_SOA, NULL);
}
