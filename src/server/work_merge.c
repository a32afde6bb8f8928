/*
 * Differences put on a copy of the zone, which is checked before anybody sees it. The zone itself
 * is the main world's to change: so its pages are copied, or (a small one has none, and one that is
 * not the newest any more cannot be taken apart) all its records.
 */
#include "server/work_internal.h"
#include "zone/build.h"
#include "zone/lineage.h"

static td_err copy_set(struct zone_build *build, const uint8_t *owner, const struct wire_rrset *set)
{
    td_err err = TD_OK;
    size_t at = 0;

    for (uint32_t i = 0; err == TD_OK && i < set->count; i++) {
        struct wire_rdata rdata = wire_rrset_rdata(set, &at);
        err = zone_build_add(build, owner, set->type, set->ttl, rdata.octets, rdata.size);
    }
    return err;
}

static td_err copy_node(struct zone_build *build, const struct zone_version *version,
                        const struct zone_node *node)
{
    const struct wire_rrset *set = zone_node_sets(version, node);
    struct wire_name owner;
    td_err err = TD_OK;

    zone_node_name(version, node, &owner);
    for (uint32_t i = 0; err == TD_OK && i < node->set_count; i++) {
        err = copy_set(build, owner.octets, set);
        set = wire_rrset_next(set);
    }
    return err;
}

static td_err copy_zone(struct loader_job *job)
{
    static const enum zone_order orders[] = { ZONE_ORDER_NAMES, ZONE_ORDER_NSEC3 };
    struct zone_build *build = zone_build_new(job->apex, job->zonefile.seed, NULL);
    struct zone_build_report built;
    struct zone_walk walk;
    td_err err = TD_OK;

    for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
        for (const struct zone_node *node = zone_walk_first(&walk, job->before, orders[i]);
             err == TD_OK && node != NULL; node = zone_walk_next(&walk))
            err = copy_node(build, job->before, node);
    if (err == TD_OK)
        return zone_build_finish(build, &built, &job->version);
    zone_build_free(build);
    return err;
}

/* As the main world does it: what was removed has to be there, what was added may be. */
static td_err put(struct zone_edit *edit, const struct change_fold *fold)
{
    for (uint32_t i = 0; i < fold->passing_count; i++) {
        const struct change_record *r = &fold->passing[i];
        td_err err = zone_edit_remove(edit, r->owner, r->type, r->rdata, r->rdata_size, NULL);
        if (err != TD_OK && err != TD_E_NOT_FOUND)
            return TD_E_CONFLICT;
    }
    for (uint32_t i = 0; i < fold->removed_count; i++) {
        const struct change_record *r = &fold->removed[i];
        if (zone_edit_remove(edit, r->owner, r->type, r->rdata, r->rdata_size, NULL) != TD_OK)
            return TD_E_CONFLICT;
    }
    for (uint32_t i = 0; i < fold->added_count; i++) {
        const struct change_record *r = &fold->added[i];
        td_err err = zone_edit_add(edit, r->owner, r->type, r->ttl, r->rdata, r->rdata_size);
        if (err != TD_OK && err != TD_E_EXISTS)
            return TD_E_CONFLICT;
    }
    return work_put_soa(edit, &fold->soa_after) ? TD_OK : TD_E_CONFLICT;
}

td_err work_merge(struct loader_job *job, const struct change_fold *fold, struct td_diag *diag)
{
    td_err err = TD_OK;

    if (job->has_parts)
        job->version = zone_parts_copy(&job->parts, job->before);
    else
        err = copy_zone(job);
    if (err != TD_OK) {
        td_diag_say(diag, "the zone cannot be copied");
        return err;
    }
    struct zone_edit *edit = zone_edit_begin(job->version);
    err = put(edit, fold);
    if (err == TD_OK) {
        err = zone_edit_finish(edit, &job->version);
    } else {
        zone_edit_abort(edit);
    }
    if (err != TD_OK) {
        td_diag_say(diag, "a record to be removed is not there, or one to be added has no room");
        err = TD_E_CONFLICT;
    }
    return err;
}
