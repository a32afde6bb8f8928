/*
 * One name with its records: what may stand side by side, and what the records refer to.
 * Delegations and what they hide are in zone/check_cut.c.
 */
#include <string.h>

#include "wire/rrtype.h"
#include "zone/check_run.h"

enum {
    MX_NAME_AT = 2,
    SRV_NAME_AT = 6,
    SVCB_NAME_AT = 2,
};

static void tell_target(struct check_run *run, enum zone_check_id id, const struct zone_node *node,
                        uint16_t type, const struct wire_rdata *rdata, const uint8_t *name)
{
    char text[CHECK_NAME_SIZE];

    check_say(run, id, node, type, rdata, "%s", check_name_text(name, text));
}

/* ---- names of servers ---- */

void check_apex_server(struct check_run *run, const struct wire_rdata *server)
{
    enum zone_check_id id;

    switch (check_target_find(run, server->octets, server->size)) {
    case CHECK_TARGET_NO_ADDRESS:
    case CHECK_TARGET_ABSENT:
        id = ZONE_CHECK_NS_NO_ADDRESS;
        break;
    case CHECK_TARGET_ALIAS:
    case CHECK_TARGET_REDIRECTED:
        id = ZONE_CHECK_NS_ALIAS;
        break;
    case CHECK_TARGET_NO_GLUE:
        id = ZONE_CHECK_GLUE_SIBLING;
        break;
    default:
        return;
    }
    tell_target(run, id, run->apex, WIRE_TYPE_NS, server, server->octets);
}

static void check_apex_ns(struct check_run *run, const struct zone_node *node,
                          const struct wire_rrset *set)
{
    for (size_t at = 0; at < set->size;) {
        struct wire_rdata rdata = wire_rrset_rdata(set, &at);
        check_target_host(run, node, set->type, &rdata, rdata.octets);
        check_apex_server(run, &rdata);
    }
    if (set->count == 1)
        check_tell(run, ZONE_CHECK_NS_SINGLE, node, set->type, NULL);
}

/* Records that name a host: how the name of their checks, and where the name stands. */
struct host_checks {
    size_t name_at;
    enum zone_check_id alias; /* ZONE_CHECK_COUNT: an alias is fine */
    enum zone_check_id no_address;
};

static void check_hosts(struct check_run *run, const struct zone_node *node,
                        const struct wire_rrset *set, const struct host_checks *checks)
{
    for (size_t at = 0; at < set->size;) {
        struct wire_rdata rdata = wire_rrset_rdata(set, &at);
        const uint8_t *name = rdata.octets + checks->name_at;
        size_t size = wire_name_size(name);
        if (size == 1)
            continue; /* "." means none, or the owner */
        if (set->type == WIRE_TYPE_MX || set->type == WIRE_TYPE_SRV)
            check_target_host(run, node, set->type, &rdata, name);
        switch (check_target_find(run, name, size)) {
        case CHECK_TARGET_NO_ADDRESS:
        case CHECK_TARGET_ABSENT:
            tell_target(run, checks->no_address, node, set->type, &rdata, name);
            break;
        case CHECK_TARGET_ALIAS:
        case CHECK_TARGET_REDIRECTED:
            if (checks->alias != ZONE_CHECK_COUNT)
                tell_target(run, checks->alias, node, set->type, &rdata, name);
            break;
        default:
            break;
        }
    }
}

static void check_mx(struct check_run *run, const struct zone_node *node,
                     const struct wire_rrset *set)
{
    static const struct host_checks checks = { MX_NAME_AT, ZONE_CHECK_MX_ALIAS,
                                               ZONE_CHECK_MX_NO_ADDRESS };
    bool has_null = false;

    check_owner_host(run, node, set->type);
    check_hosts(run, node, set, &checks);
    for (size_t at = 0; at < set->size;) {
        struct wire_rdata rdata = wire_rrset_rdata(set, &at);
        has_null |= rdata.octets[MX_NAME_AT] == 0;
    }
    if (has_null && set->count > 1)
        check_tell(run, ZONE_CHECK_MX_NULL, node, set->type, NULL);
    if (node == run->apex && !has_null)
        run->takes_mail = true;
}

static void check_ptr(struct check_run *run, const struct zone_node *node,
                      const struct wire_rrset *set)
{
    for (size_t at = 0; at < set->size;) {
        struct wire_rdata rdata = wire_rrset_rdata(set, &at);
        if (check_target_find(run, rdata.octets, rdata.size) == CHECK_TARGET_ALIAS)
            tell_target(run, ZONE_CHECK_PTR_ALIAS, node, set->type, &rdata, rdata.octets);
    }
}

/* ---- what does not belong below the apex ---- */

static void check_below_apex(struct check_run *run, const struct zone_node *node, uint16_t type)
{
    enum zone_check_id id;

    switch (type) {
    case WIRE_TYPE_SOA:
        id = ZONE_CHECK_SOA_BELOW;
        break;
    case WIRE_TYPE_DNSKEY:
        id = ZONE_CHECK_DNSKEY_BELOW;
        break;
    case WIRE_TYPE_CDS:
    case WIRE_TYPE_CDNSKEY:
    case WIRE_TYPE_CSYNC:
        id = ZONE_CHECK_CDS_BELOW;
        break;
    case WIRE_TYPE_ZONEMD:
        id = ZONE_CHECK_ZONEMD_BELOW;
        break;
    case WIRE_TYPE_NSEC3PARAM:
        id = ZONE_CHECK_NSEC3_PARAMS;
        break;
    default:
        return;
    }
    if (node != run->apex)
        check_tell(run, id, node, type, NULL);
}

/* ---- any set ---- */

static void check_type(struct check_run *run, const struct zone_node *node, uint16_t type)
{
    const struct wire_rrtype *row = wire_rrtype_get(type);
    char mnemonic[WIRE_RRTYPE_MNEMONIC_SIZE];

    if (wire_rrtype_is_generic(row))
        check_say(run, ZONE_CHECK_TYPE_UNKNOWN, node, type, NULL, "%s",
                  wire_rrtype_format(type, mnemonic));
    else if (row->flags & WIRE_RRTYPE_META)
        check_say(run, ZONE_CHECK_TYPE_META, node, type, NULL, "%s",
                  wire_rrtype_format(type, mnemonic));
    else if ((row->flags & WIRE_RRTYPE_OBSOLETE) && type != WIRE_TYPE_SPF)
        check_say(run, ZONE_CHECK_TYPE_OBSOLETE, node, type, NULL, "%s",
                  wire_rrtype_format(type, mnemonic));
}

static void check_size(struct check_run *run, const struct zone_node *node,
                       const struct wire_rrset *set)
{
    char mnemonic[WIRE_RRTYPE_MNEMONIC_SIZE];

    if (set->count > run->options->set_max)
        check_say(run, ZONE_CHECK_SET_LARGE, node, set->type, NULL, "%u of %s", set->count,
                  wire_rrtype_format(set->type, mnemonic));
}

static void check_other_data(struct check_run *run, const struct zone_node *node,
                             const struct wire_rrset *set)
{
    char mnemonic[WIRE_RRTYPE_MNEMONIC_SIZE];

    if (set->type == WIRE_TYPE_CNAME ||
        (wire_rrtype_get(set->type)->flags & WIRE_RRTYPE_AT_CNAME) != 0)
        return;
    check_say(run, ZONE_CHECK_CNAME_OTHER_DATA, node, set->type, NULL, "%s",
              wire_rrtype_format(set->type, mnemonic));
}

static void check_set(struct check_run *run, const struct zone_node *node,
                      const struct wire_rrset *set)
{
    static const struct host_checks srv = { SRV_NAME_AT, ZONE_CHECK_SRV_ALIAS,
                                            ZONE_CHECK_SRV_NO_ADDRESS };
    static const struct host_checks svcb = { SVCB_NAME_AT, ZONE_CHECK_COUNT,
                                             ZONE_CHECK_SVCB_NO_ADDRESS };

    switch (set->type) {
    case WIRE_TYPE_A:
    case WIRE_TYPE_AAAA:
        check_owner_host(run, node, set->type);
        break;
    case WIRE_TYPE_NS:
        check_apex_ns(run, node, set);
        break;
    case WIRE_TYPE_CNAME:
        check_cname(run, node, set);
        break;
    case WIRE_TYPE_DNAME:
        check_dname(run, node, set);
        break;
    case WIRE_TYPE_MX:
        check_mx(run, node, set);
        break;
    case WIRE_TYPE_SRV:
        check_hosts(run, node, set, &srv);
        break;
    case WIRE_TYPE_SVCB:
    case WIRE_TYPE_HTTPS:
        check_hosts(run, node, set, &svcb);
        break;
    case WIRE_TYPE_PTR:
        check_ptr(run, node, set);
        break;
    case WIRE_TYPE_TXT:
    case WIRE_TYPE_SPF:
        check_txt(run, node, set);
        break;
    case WIRE_TYPE_CAA:
        check_caa(run, node, set);
        break;
    case WIRE_TYPE_DS:
        check_ds(run, node, set);
        break;
    case WIRE_TYPE_NSEC:
        /* A signed zone whose apex has none is told once, as a whole. */
        if (!run->has_nsec && (run->has_nsec3 || !run->is_signed))
            check_tell(run, ZONE_CHECK_NSEC_EXTRA, node, set->type, NULL);
        break;
    default:
        check_below_apex(run, node, set->type);
        check_type(run, node, set->type);
        break;
    }
}

void check_node(struct check_run *run, const struct zone_node *node)
{
    const struct wire_rrset *set = zone_node_sets(run->version, node);

    for (unsigned i = 0; i < node->set_count; i++, set = wire_rrset_next(set)) {
        check_size(run, node, set);
        if (td_unlikely(node->flags & ZONE_NODE_CNAME))
            check_other_data(run, node, set);
        check_set(run, node, set);
    }
}
