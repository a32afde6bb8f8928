#include "replicate/axfr.h"

#include <string.h>

#include "base/writer.h"
#include "wire/const.h"
#include "wire/rrtype.h"

enum { ANCOUNT_AT = 6 };

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
    wire_pack_owner_below(&axfr->pack, node->labels, node->labels_size);
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

static td_err put_soa(struct axfr *axfr)
{
    const struct zone_node *apex = zone_version_apex(axfr->version);
    const struct wire_rrset *soa = zone_node_set(axfr->version, apex, WIRE_TYPE_SOA);
    size_t at = 0;

    wire_pack_owner_below(&axfr->pack, apex->labels, 0);
    return wire_pack_set(&axfr->pack, soa, &at);
}

/* Put the next set, as far as there is room, or go on to the next stage. */
static td_err step(struct axfr *axfr)
{
    if (axfr->stage == AXFR_FIRST_SOA || axfr->stage == AXFR_LAST_SOA) {
        td_err err = put_soa(axfr);
        if (err == TD_OK)
            enter_stage(axfr, axfr->stage + 1);
        return err;
    }
    const struct wire_rrset *set = current_set(axfr);
    if (set == NULL) {
        enter_stage(axfr, axfr->stage + 1);
        return TD_OK;
    }
    return wire_pack_set(&axfr->pack, set, &axfr->at);
}

td_err axfr_message(struct axfr *axfr, uint8_t *out, size_t size, size_t limit, size_t *ret_size)
{
    struct wire_pack *pack = &axfr->pack;
    td_err err = TD_OK;

    wire_pack_begin(pack, out, size, limit, zone_version_name(axfr->version));
    if (axfr->node != NULL)
        wire_pack_owner_below(pack, axfr->node->labels, axfr->node->labels_size);
    while (err == TD_OK && axfr->stage != AXFR_DONE)
        err = step(axfr);
    if (pack->count == 0)
        return TD_E_LIMIT;
    td_put_u16(out + ANCOUNT_AT, (uint16_t)pack->count);
    axfr->records += pack->count;
    *ret_size = pack->size;
    return TD_OK;
}
