#include "zone/check.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "wire/rrtype.h"
#include "zone/block.h"
#include "zone/check_run.h"

enum {
    EXPIRY_SOON_S = 2 * 86400, /* BIND signs again 5 days before the end, others 3 */
    FINDINGS_MAX = 20,
    SET_MAX = 100,             /* max-records-per-type of BIND since 9.18.28 */
    SPF_FOLLOWED_MAX = 200000, /* some tenths of a second; only a zone made for it has more */
    ALIASES_FOLLOWED_MAX = 500000,
    SLOTS_MIN = 64,
    SLOTS_MAX = 16384,
};

/* A copy of a zone is what its primary says, as long as it can be answered from. */
#define LAX_LEVEL(level)                                                                           \
    (ZONE_LEVEL_##level == ZONE_LEVEL_ERROR ? ZONE_LEVEL_WARNING : ZONE_LEVEL_##level)

static const uint8_t levels[][ZONE_CHECK_COUNT] = {
#define ROW(symbol, id, level, ...)                                                                \
    [ZONE_CHECK_##symbol] = ZONE_CHECK_##symbol == ZONE_CHECK_SOA_MISSING ||                       \
                                    ZONE_CHECK_##symbol == ZONE_CHECK_SOA_MULTIPLE                 \
                                ? ZONE_LEVEL_##level                                               \
                                : LAX_LEVEL(level),
    [ZONE_CHECK_LAX] = { ZONE_CHECK_ROWS(ROW) },
#undef ROW
#define ROW(symbol, id, level, ...) [ZONE_CHECK_##symbol] = ZONE_LEVEL_##level,
    [ZONE_CHECK_NORMAL] = { ZONE_CHECK_ROWS(ROW) },
#undef ROW
#define ROW(symbol, id, level, strict, ...) [ZONE_CHECK_##symbol] = ZONE_LEVEL_##strict,
    [ZONE_CHECK_STRICT] = { ZONE_CHECK_ROWS(ROW) },
#undef ROW
};

void zone_check_options_init(struct zone_check_options *ret_options,
                             enum zone_check_strictness strictness, uint64_t now_s)
{
    *ret_options = (struct zone_check_options){
        .now_s = now_s,
        .expiry_soon_s = EXPIRY_SOON_S,
        .findings_max = FINDINGS_MAX,
        .set_max = SET_MAX,
        .signatures_max = strictness == ZONE_CHECK_STRICT ? UINT32_MAX : 0,
    };
    memcpy(ret_options->levels, levels[strictness], sizeof(ret_options->levels));
}

/* ---- what the build found ---- */

static void visit_odd(void *context, enum zone_place_oddity oddity, const struct zone_place *place,
                      uint16_t type)
{
    struct check_run *run = context;
    char mnemonic[WIRE_RRTYPE_MNEMONIC_SIZE];

    check_say_at(
        run, oddity == ZONE_PLACE_DUPLICATE ? ZONE_CHECK_RECORD_DUPLICATE : ZONE_CHECK_TTL_DIFFERS,
        place, "%s", wire_rrtype_format(type, mnemonic));
}

static void check_built(struct check_run *run)
{
    const struct zone_build_report *built = run->options->built;

    if (built == NULL || (built->duplicates == 0 && built->ttls_lowered == 0))
        return;
    if (run->places != NULL) {
        zone_places_odd(run->places, visit_odd, run);
        return;
    }
    if (built->duplicates != 0)
        check_say_at(run, ZONE_CHECK_RECORD_DUPLICATE, NULL, "%llu records",
                     (unsigned long long)built->duplicates);
    if (built->ttls_lowered != 0)
        check_say_at(run, ZONE_CHECK_TTL_DIFFERS, NULL, "%llu records",
                     (unsigned long long)built->ttls_lowered);
}

/* ---- the walk ---- */

void check_visit(struct check_run *run, const struct zone_node *node)
{
    bool is_hidden = (node->flags & ZONE_NODE_OCCLUDED) != 0;

    if (run->cut.node != NULL &&
        !(is_hidden && zone_node_at(run->version, node->cover) == run->cut.node))
        check_cut_leave(run);
    if (is_hidden) {
        check_hidden(run, node);
        return;
    }
    if (run->has_nsec3)
        check_nsec3_name(run, node);
    if (node->sets == 0)
        return;
    if (node->flags & ZONE_NODE_DELEGATION)
        check_cut_enter(run, node);
    else
        check_node(run, node);
    if (run->is_signed || (node->flags & ZONE_NODE_SIGNED))
        check_signatures(run, node);
    if (run->has_nsec)
        check_nsec(run, node);
}

struct check_run *check_run_new(const struct zone_version *version,
                                const struct zone_check_options *options,
                                const struct td_diag_sink *sink, struct zone_check_result *result,
                                uint32_t names)
{
    struct check_run *run = zone_block_take(sizeof(*run));
    uint32_t slots = SLOTS_MIN;

    memset(run, 0, offsetof(struct check_run, cut_targets));
    *result = (struct zone_check_result){ .errors = 0 };
    run->version = version;
    run->options = options;
    run->sink = sink;
    run->result = result;
    while (slots < SLOTS_MAX && slots < names)
        slots *= 2;
    run->slots = td_calloc(slots, sizeof(*run->slots));
    run->slot_mask = slots - 1;
    run->spf_left = SPF_FOLLOWED_MAX;
    run->alias_left = ALIASES_FOLLOWED_MAX;
    run->apex = zone_version_apex(run->version);
    run->apex_name = zone_version_name(run->version);
    run->apex_size = zone_version_name_size(run->version);
    run->is_signed = (run->version->flags & ZONE_IS_SIGNED) != 0;
    run->has_nsec = run->is_signed && (run->version->flags & ZONE_HAS_NSEC) != 0;
    return run;
}

void check_run_free(struct check_run *run)
{
    free(run->slots);
    free(run->referenced.nodes);
    free(run->orphans.nodes);
    free(run->nsec3.matched.nodes);
    zone_block_give(run, sizeof(*run));
}

bool zone_check(const struct zone_version *version, const struct zone_check_options *options,
                const struct zone_places *places, const struct td_diag_sink *sink,
                struct zone_check_result *ret_result)
{
    struct check_run *run = check_run_new(version, options, sink, ret_result, version->node_count);
    struct zone_walk walk;

    run->places = places;
    check_built(run);
    check_keys(run);
    check_verify_start(run);
    check_apex(run);
    check_nsec3_start(run);
    for (const struct zone_node *node = zone_walk_first(&walk, version, ZONE_ORDER_NAMES);
         node != NULL; node = zone_walk_next(&walk))
        check_visit(run, node);
    if (run->cut.node != NULL)
        check_cut_leave(run);
    check_orphans(run);
    check_nsec_finish(run);
    check_nsec3_finish(run);
    check_mail_finish(run);
    check_zonemd(run);
    check_tell_rest(run);

    check_verify_finish(run);
    check_run_free(run);
    return ret_result->errors == 0;
}

/* ---- a build that was refused ---- */

static void tell_soa(enum zone_check_id id, const uint8_t *apex, const struct zone_place *place,
                     const struct td_diag_sink *sink)
{
    char name[CHECK_NAME_SIZE];

    td_diag_report(sink, place == NULL ? NULL : place->file, place == NULL ? 0 : place->line, 0,
                   TD_SEVERITY_ERROR, "%s: %s [%s]", check_name_text(apex, name),
                   zone_check_rows[id].text, zone_check_rows[id].id);
}

void zone_check_soa_refused(const uint8_t *apex, const struct zone_places *places,
                            const struct td_diag_sink *sink)
{
    struct zone_place place;
    uint32_t count = 0;

    while (zone_places_nth(places, apex, WIRE_TYPE_SOA, count, &place))
        if (count++ != 0)
            tell_soa(ZONE_CHECK_SOA_MULTIPLE, apex, &place, sink);
    if (count == 0)
        tell_soa(ZONE_CHECK_SOA_MISSING, apex, zone_places_first(places, &place) ? &place : NULL,
                 sink);
}
