/* DNSKEY, DS, CDS and CDNSKEY. */
#include <string.h>

#include "dnssec/keytag.h"
#include "wire/const.h"
#include "wire/rrtype.h"
#include "zone/check_run.h"

/* RFC 9904 and 9905: not to be used any more, by anybody. */
static bool is_deprecated_algorithm(uint8_t algorithm)
{
    switch (algorithm) {
    case WIRE_ALGORITHM_RSAMD5:
    case WIRE_ALGORITHM_DSA:
    case WIRE_ALGORITHM_RSASHA1:
    case WIRE_ALGORITHM_DSA_NSEC3_SHA1:
    case WIRE_ALGORITHM_RSASHA1_NSEC3_SHA1:
    case WIRE_ALGORITHM_ECC_GOST:
        return true;
    default:
        return false;
    }
}

void check_ds(struct check_run *run, const struct zone_node *node, const struct wire_rrset *set)
{
    if (node->labels_size >= 2 && wire_name_is_wildcard(node->labels))
        check_tell(run, ZONE_CHECK_WILDCARD_DS, node, set->type, NULL);
    if (node == run->apex)
        check_tell(run, ZONE_CHECK_DS_APEX, node, set->type, NULL);
    else if (!(node->flags & ZONE_NODE_DELEGATION))
        check_tell(run, ZONE_CHECK_DS_WITHOUT_NS, node, set->type, NULL);
    for (size_t at = 0; at < set->size;) {
        struct wire_rdata rdata = wire_rrset_rdata(set, &at);
        struct dnssec_ds ds;
        if (dnssec_ds_read(rdata.octets, rdata.size, &ds) != TD_OK)
            continue;
        if (ds.digest_type == WIRE_DIGEST_SHA1 || ds.digest_type == WIRE_DIGEST_GOST)
            check_say(run, ZONE_CHECK_DS_DEPRECATED, node, set->type, &rdata, "digest type %u",
                      ds.digest_type);
        else if (is_deprecated_algorithm(ds.algorithm))
            check_say(run, ZONE_CHECK_DS_DEPRECATED, node, set->type, &rdata, "algorithm %u",
                      ds.algorithm);
    }
}

/* ---- DNSKEY ---- */

static void check_key(struct check_run *run, const struct wire_rdata *rdata)
{
    struct dnssec_dnskey key;

    if (dnssec_dnskey_read(rdata->octets, rdata->size, &key) != TD_OK)
        return;
    uint16_t tag = dnssec_key_tag(rdata->octets, rdata->size);
    if (!(key.flags & DNSSEC_DNSKEY_ZONE) || key.protocol != DNSSEC_DNSKEY_PROTOCOL)
        check_say(run, ZONE_CHECK_DNSKEY_INVALID, run->apex, WIRE_TYPE_DNSKEY, rdata, "key %u",
                  tag);
    if (is_deprecated_algorithm(key.algorithm))
        check_say(run, ZONE_CHECK_DNSKEY_DEPRECATED, run->apex, WIRE_TYPE_DNSKEY, rdata,
                  "key %u, algorithm %u", tag, key.algorithm);
    for (unsigned i = 0; i < run->key_count; i++)
        if (run->keys[i].tag == tag && run->keys[i].algorithm == key.algorithm)
            check_say(run, ZONE_CHECK_DNSKEY_TAG, run->apex, WIRE_TYPE_DNSKEY, rdata,
                      "key %u, algorithm %u", tag, key.algorithm);
    run->keys[run->key_count++] =
        (struct check_key){ .rdata = *rdata, .tag = tag, .algorithm = key.algorithm };
}

/* ---- CDS and CDNSKEY ---- */

/* Does this CDS stand for the key? */
static bool is_ds_of(const struct check_run *run, const struct dnssec_ds *ds,
                     const struct wire_rdata *key)
{
    uint8_t digest[DNSSEC_DS_DIGEST_SIZE_MAX];
    size_t size;

    return dnssec_ds_digest(ds->digest_type, run->apex_name, run->apex_size, key->octets, key->size,
                            digest, &size) == TD_OK &&
           size == ds->digest_size && memcmp(digest, ds->digest, size) == 0;
}

/* What CDS and CDNSKEY records have in common: the algorithm, 0 for the delete record. */
static uint8_t algorithm_of(uint16_t type, const struct wire_rdata *rdata)
{
    return rdata->octets[type == WIRE_TYPE_CDS ? 2 : 3];
}

static bool is_same(const struct wire_rdata *a, const struct wire_rdata *b)
{
    return a->size == b->size && memcmp(a->octets, b->octets, a->size) == 0;
}

/* Does the record stand for one of the keys of the zone? One that cannot be told does. */
static bool has_key(const struct check_run *run, uint16_t type, const struct wire_rdata *rdata)
{
    struct dnssec_ds ds = { .digest_type = 0 };

    if (type == WIRE_TYPE_CDS && (dnssec_ds_read(rdata->octets, rdata->size, &ds) != TD_OK ||
                                  dnssec_ds_digest_size(ds.digest_type) == 0))
        return true;
    for (unsigned i = 0; i < run->key_count; i++)
        if (type == WIRE_TYPE_CDS ? is_ds_of(run, &ds, &run->keys[i].rdata)
                                  : is_same(rdata, &run->keys[i].rdata))
            return true;
    return false;
}

/*
 * The parent has to find a key of the zone for every algorithm that is asked for (RFC 7344 4.1);
 * records for keys that are still to come may stand beside it.
 */
static void check_child(struct check_run *run, uint16_t type)
{
    const struct wire_rrset *set = zone_node_set(run->version, run->apex, type);
    bool is_asked[256] = { false };
    bool is_met[256] = { false };
    unsigned looked_at = 0;

    for (size_t at = 0; set != NULL && at < set->size && looked_at < CHECK_KEYS_MAX; looked_at++) {
        struct wire_rdata rdata = wire_rrset_rdata(set, &at);
        uint8_t algorithm = algorithm_of(type, &rdata);
        is_asked[algorithm] = true;
        is_met[algorithm] |= algorithm == 0 || has_key(run, type, &rdata);
    }
    if (is_asked[0] && set->count > 1)
        check_tell(run, ZONE_CHECK_CDS_DELETE, run->apex, type, NULL);
    for (unsigned i = 1; i < 256 && run->key_count < CHECK_KEYS_MAX; i++)
        if (is_asked[i] && !is_met[i])
            check_say(run, ZONE_CHECK_CDS_KEY, run->apex, type, NULL, "%s, algorithm %u",
                      type == WIRE_TYPE_CDS ? "CDS" : "CDNSKEY", i);
}

/* Is there a CDS for this CDNSKEY, or a CDS whose digest is not known here? */
static bool has_cds(const struct check_run *run, const struct wire_rrset *cds,
                    const struct wire_rdata *key)
{
    unsigned looked_at = 0;

    for (size_t at = 0; at < cds->size && looked_at < CHECK_KEYS_MAX; looked_at++) {
        struct wire_rdata rdata = wire_rrset_rdata(cds, &at);
        struct dnssec_ds ds;
        if (algorithm_of(WIRE_TYPE_CDNSKEY, key) == 0) {
            if (algorithm_of(WIRE_TYPE_CDS, &rdata) == 0)
                return true;
            continue;
        }
        if (dnssec_ds_read(rdata.octets, rdata.size, &ds) != TD_OK ||
            dnssec_ds_digest_size(ds.digest_type) == 0 || is_ds_of(run, &ds, key))
            return true;
    }
    return false;
}

static void check_pair(struct check_run *run)
{
    const struct wire_rrset *cds = zone_node_set(run->version, run->apex, WIRE_TYPE_CDS);
    const struct wire_rrset *keys = zone_node_set(run->version, run->apex, WIRE_TYPE_CDNSKEY);
    unsigned looked_at = 0;

    if (cds == NULL || keys == NULL)
        return;
    for (size_t at = 0; at < keys->size && looked_at < CHECK_KEYS_MAX; looked_at++) {
        struct wire_rdata key = wire_rrset_rdata(keys, &at);
        if (!has_cds(run, cds, &key))
            check_say(run, ZONE_CHECK_CDS_PAIR, run->apex, WIRE_TYPE_CDNSKEY, &key,
                      "CDNSKEY %u has no CDS", dnssec_key_tag(key.octets, key.size));
    }
}

void check_keys(struct check_run *run)
{
    const struct wire_rrset *set = zone_node_set(run->version, run->apex, WIRE_TYPE_DNSKEY);

    for (size_t at = 0; set != NULL && at < set->size && run->key_count < CHECK_KEYS_MAX;) {
        struct wire_rdata rdata = wire_rrset_rdata(set, &at);
        check_key(run, &rdata);
    }
    if (set != NULL && zone_node_signature(run->version, run->apex, set) == NULL)
        check_tell(run, ZONE_CHECK_DNSKEY_UNSIGNED, run->apex, WIRE_TYPE_DNSKEY, NULL);
    check_child(run, WIRE_TYPE_CDS);
    check_child(run, WIRE_TYPE_CDNSKEY);
    check_pair(run);
}
