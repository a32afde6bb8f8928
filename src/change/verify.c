#include "change/verify.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "change/brake.h"
#include "wire/key.h"
#include "wire/name.h"

/* ---- checks ---- */

/* The first error is what people are told; a changeset has few of them. */
static void keep_first(void *context, const struct td_diag *diag)
{
    struct td_diag *first = context;

    if (diag->severity == TD_SEVERITY_ERROR && first->text[0] == '\0')
        *first = *diag;
}

/* Owners of both sorted lists, each once as far as they stand beside each other. */
static size_t owners_of(const struct changeset *changeset, const uint8_t **owners)
{
    size_t count = 0;

    for (uint32_t i = 0; i < changeset->removed_count; i++)
        if (i == 0 || wire_name_compare(owners[count - 1], changeset->removed[i].owner) != 0)
            owners[count++] = changeset->removed[i].owner;
    for (uint32_t i = 0; i < changeset->added_count; i++)
        if (count == 0 || wire_name_compare(owners[count - 1], changeset->added[i].owner) != 0)
            owners[count++] = changeset->added[i].owner;
    return count;
}

static td_err check(struct change_draft *draft, const struct change_about *about,
                    struct td_diag *diag)
{
    const struct changeset *changeset = &draft->changeset;
    struct zone_check_options options;
    struct zone_check_result result;
    struct td_diag_sink sink = { .report = keep_first, .context = diag };
    uint32_t records = changeset->removed_count + changeset->added_count;
    const uint8_t **owners = td_calloc(records + 1, sizeof(*owners));

    diag->text[0] = '\0';
    /* A copy is what its primary has, mistakes included. */
    zone_check_options_init(
        &options, about->origin == CHANGE_TRANSFER ? ZONE_CHECK_LAX : ZONE_CHECK_NORMAL, 0);
    size_t count = owners_of(changeset, owners);
    bool is_good =
        zone_check_part(zone_edit_view(draft->zone->edit), &options, owners, count, &sink, &result);
    free(owners);
    return is_good ? TD_OK : TD_E_INVALID;
}

/* ---- the brake ---- */

/* Names that had records and have none any more. */
static uint32_t count_gone(const struct change_draft *draft)
{
    const struct zone_version *view = zone_edit_view(draft->zone->edit);
    const struct changeset *changeset = &draft->changeset;
    const uint8_t *before = NULL;
    uint32_t gone = 0;

    for (uint32_t i = 0; i < changeset->removed_count; i++) {
        const uint8_t *owner = changeset->removed[i].owner;
        struct wire_key key;
        if (before != NULL && wire_name_compare(before, owner) == 0)
            continue;
        before = owner;
        wire_key_make(&key, zone_version_seed(view), owner);
        const struct zone_node *node = zone_find_exact(view, &key, 0);
        gone += node == NULL || node->sets == 0;
    }
    return gone;
}

static td_err brake(struct change_draft *draft, const struct change_about *about,
                    struct td_diag *diag)
{
    const struct change_zone *zone = draft->zone;

    if (about->is_released || !change_brake_is_on(&zone->rules, about->origin))
        return TD_OK;
    const struct zone_version *before = zone->staged != NULL ? zone->staged : zone->newest;
    struct change_brake_look look = {
        .names = before->node_count,
        .gone = count_gone(draft),
        .after = zone_edit_view(zone->edit),
    };
    return change_brake_check(&zone->rules, &look, diag);
}

td_err change_verify(struct change_draft *draft, const struct change_about *about,
                     struct td_diag *diag)
{
    td_err err = brake(draft, about, diag);

    return err == TD_OK ? check(draft, about, diag) : err;
}
