#include "replicate/axfr.h"

#include <string.h>

#include "base/writer.h"
#include "wire/const.h"
#include "wire/rrtype.h"

enum { ANCOUNT_AT = 6, RECORDS_MAX = 65535 };

void axfr_init(struct axfr *axfr, const struct zone_version *version)
{
    axfr->version = version;
    axfr->node = NULL;
    axfr->records = 0;
    axfr->stage = AXFR_FIRST_SOA;
}

static void enter_node(struct axfr *axfr, const struct zone_node *node)
{
    axfr->node = node;
    if (node == NULL)
        return;
    axfr->set = zone_node_sets(axfr->version, node);
    axfr->set_left = node->set_count;
    axfr->at = 0;
    zone_node_name(axfr->version, node, &axfr->owner);
}

/* Stand on the first record of the stage; the stages that have none are stepped over. */
static void enter_stage(struct axfr *axfr, enum axfr_stage stage)
{
    axfr->stage = stage;
    axfr->node = NULL;
    if (stage == AXFR_NAMES)
        enter_node(axfr, zone_walk_first(&axfr->walk, axfr->version, ZONE_ORDER_NAMES));
    else if (stage == AXFR_NSEC3)
        enter_node(axfr, zone_walk_first(&axfr->walk, axfr->version, ZONE_ORDER_NSEC3));
}

static bool is_first_soa_again(const struct axfr *axfr)
{
    return axfr->stage == AXFR_NAMES && axfr->set->type == WIRE_TYPE_SOA &&
           axfr->node->label_count == 0;
}

/* The set to send from, or NULL at the end of the stage. */
static const struct wire_rrset *current_set(struct axfr *axfr)
{
    while (axfr->node != NULL) {
        while (axfr->set_left != 0) {
            if (axfr->at < axfr->set->size && !is_first_soa_again(axfr))
                return axfr->set;
            axfr->set = wire_rrset_next(axfr->set);
            axfr->set_left--;
            axfr->at = 0;
        }
        enter_node(axfr, zone_walk_next(&axfr->walk));
    }
    return NULL;
}

static td_err put_soa(struct axfr *axfr, struct td_writer *writer)
{
    const struct zone_node *apex = zone_version_apex(axfr->version);
    const struct wire_rrset *soa = zone_node_set(axfr->version, apex, WIRE_TYPE_SOA);
    struct wire_rdata rdata = wire_rrset_first(soa);

    return wire_compress_record(&axfr->compress, writer, zone_version_name(axfr->version),
                                WIRE_TYPE_SOA, WIRE_CLASS_IN, soa->ttl, rdata.octets, rdata.size);
}

/* Put the next record, or go on to the next stage. */
static td_err step(struct axfr *axfr, struct td_writer *writer, unsigned *count)
{
    if (axfr->stage == AXFR_FIRST_SOA || axfr->stage == AXFR_LAST_SOA) {
        td_err err = put_soa(axfr, writer);
        if (err != TD_OK)
            return err;
        ++*count;
        enter_stage(axfr, axfr->stage + 1);
        return TD_OK;
    }
    const struct wire_rrset *set = current_set(axfr);
    if (set == NULL) {
        enter_stage(axfr, axfr->stage + 1);
        return TD_OK;
    }
    size_t next = axfr->at;
    struct wire_rdata rdata = wire_rrset_rdata(set, &next);
    td_err err = wire_compress_record(&axfr->compress, writer, axfr->owner.octets, set->type,
                                      WIRE_CLASS_IN, set->ttl, rdata.octets, rdata.size);
    if (err != TD_OK)
        return err;
    axfr->at = next;
    ++*count;
    return TD_OK;
}

td_err axfr_message(struct axfr *axfr, uint8_t *out, size_t size, size_t limit, size_t *ret_size)
{
    struct td_writer writer = { .data = out, .size = limit, .cursor = size };
    unsigned count = 0;
    td_err err = TD_OK;

    wire_compress_reset(&axfr->compress, true);
    while (err == TD_OK && axfr->stage != AXFR_DONE && count < RECORDS_MAX)
        err = step(axfr, &writer, &count);
    if (err != TD_OK && count == 0)
        return TD_E_LIMIT;
    td_put_u16(out + ANCOUNT_AT, (uint16_t)count);
    axfr->records += count;
    *ret_size = writer.cursor;
    return TD_OK;
}
