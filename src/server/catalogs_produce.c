/* A catalog of the zones that are served here. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/writer.h"
#include "change/draft.h"
#include "serve/log.h"
#include "server/catalogs_internal.h"
#include "server/registry_internal.h"
#include "wire/rrtype.h"
#include "zone/build.h"
#include "zone/lineage.h"

/* RFC 9432 4.1: nobody asks for it by recursion, and the SOA's names mean nothing. */
static const uint8_t invalid[] = "\7invalid";
enum { TTL = 0, REFRESH_S = 3600, RETRY_S = 600, EXPIRE_S = 2147483646, SOA_SIZE = 18 + 20 };

/* ---- the first version ---- */

static void write_soa(uint8_t out[SOA_SIZE], uint32_t serial)
{
    static const uint32_t times[] = { REFRESH_S, RETRY_S, EXPIRE_S, 0 };

    memcpy(out, invalid, sizeof(invalid));
    memcpy(out + sizeof(invalid), invalid, sizeof(invalid));
    td_put_u32(out + 18, serial);
    for (unsigned i = 0; i < 4; i++)
        td_put_u32(out + 22 + 4 * i, times[i]);
}

static struct zone_version *first_version(struct catalogs *catalogs, const struct catalogs_row *row)
{
    struct zone_build *build = zone_build_new(row->wire, catalogs->registry->parts.seed, NULL);
    static const uint8_t two[] = { 1, '2' };
    struct zone_build_report report;
    struct zone_version *version;
    uint8_t owner[WIRE_NAME_SIZE_MAX], soa[SOA_SIZE];
    size_t size = wire_name_size(row->wire);

    _Static_assert(sizeof(invalid) == 9, "with the root label");
    write_soa(soa, (uint32_t)io_wall_s(catalogs->io)); /* greater than in any life before */
    owner[0] = 7;
    memcpy(owner + 1, "version", 7);
    memcpy(owner + 8, row->wire, size);
    td_err err = zone_build_add(build, row->wire, WIRE_TYPE_SOA, TTL, soa, sizeof(soa));
    if (err == TD_OK)
        err = zone_build_add(build, row->wire, WIRE_TYPE_NS, TTL, invalid, sizeof(invalid));
    if (err == TD_OK)
        err = zone_build_add(build, owner, WIRE_TYPE_TXT, TTL, two, sizeof(two));
    if (err == TD_OK)
        err = zone_build_finish(build, &report, &version);
    td_assert(err == TD_OK);
    return version;
}

static void on_created(struct change_wait *wait, td_err err, const struct td_diag *diag)
{
    if (err != TD_OK)
        serve_log(LOG_ERROR, EVENT_CATALOG, NULL, "a catalog cannot be made: %s", diag->text);
    free(wait);
}

static void create(struct catalogs *catalogs, const struct catalogs_row *row,
                   struct registry_zone *zone)
{
    struct change_wait *wait = td_calloc(1, sizeof(*wait));
    struct change_about about = {
        .origin = CHANGE_COMMAND, .author = "catalog", .reason = "created", .tells_all = true
    };
    struct td_diag diag;

    wait->done = on_created;
    td_err err = change_commit_whole(registry_door(catalogs->registry), &zone->zone,
                                     first_version(catalogs, row), NULL, &about, wait, &diag);
    td_assert(err == TD_OK); /* nobody else changes it */
}

/* ---- members ---- */

static bool is_member(const struct catalogs_row *row, const struct registry_zone *zone)
{
    const struct conf_catalog *conf = row->conf;
    const struct zone_entry *entry = zone->zone.entry;

    return zone->catalog == REGISTRY_CATALOG_NOT &&
           (!conf->is_primary_only || zone->secondary == NULL) &&
           (conf->members.count == 0 ||
            conf_names_have(&conf->members, entry->name, entry->name_size));
}

static void add_member(struct change_draft *draft, const struct catalogs_row *row,
                       const uint8_t *name, uint32_t number)
{
    struct wire_name owner;

    if (catalog_member_owner(row->wire, name, number, &owner) != TD_OK)
        return;
    td_err err = change_draft_add(draft, owner.octets, WIRE_TYPE_PTR, TTL, name,
                                  (uint16_t)wire_name_size(name));
    if (err != TD_OK && err != TD_E_EXISTS)
        serve_log(LOG_ERROR, EVENT_CATALOG, row->name, "a member cannot be added: %s",
                  td_err_text(err));
}

static void remove_member(struct change_draft *draft, const struct catalogs_row *row,
                          const struct catalog_member *member)
{
    uint8_t owner[WIRE_NAME_SIZE_MAX + 80];
    size_t label = member->label[0] + 1u;

    memcpy(owner, member->label, label);
    memcpy(owner + label, "\5zones", 6);
    memcpy(owner + label + 6, row->wire, wire_name_size(row->wire));
    td_err err = change_draft_remove(draft, owner, WIRE_TYPE_PTR, member->name,
                                     (uint16_t)wire_name_size(member->name));
    (void)err; /* it was read from there */
}

static bool put_difference(struct catalogs *catalogs, const struct catalogs_row *row,
                           const struct catalog *catalog, struct change_draft *draft)
{
    uint32_t number = (uint32_t)io_random_u64(catalogs->io), kept = 0;
    bool has_changed = false;

    for (const struct registry_zone *zone = catalogs->registry->zones; zone != NULL;
         zone = zone->next) {
        if (!is_member(row, zone))
            continue;
        if (catalog_find(catalog, zone->zone.entry->name) != NULL) {
            kept++;
            continue;
        }
        add_member(draft, row, zone->zone.entry->name, number);
        has_changed = true;
    }
    for (uint32_t i = 0; i < catalog->count && kept != catalog->count; i++) {
        const struct registry_zone *zone =
            registry_find_wire(catalogs->registry, catalog->members[i].name);
        if (zone != NULL && is_member(row, zone))
            continue;
        remove_member(draft, row, &catalog->members[i]);
        has_changed = true;
    }
    return has_changed;
}

static void update(struct catalogs *catalogs, const struct catalogs_row *row,
                   struct registry_zone *zone, const struct catalog *catalog)
{
    struct change_about about = {
        .origin = CHANGE_COMMAND, .author = "catalog", .reason = "members", .is_released = true
    };
    struct change_wait *wait;
    struct change_draft *draft;
    struct td_diag diag;

    if (change_draft_begin(registry_door(catalogs->registry), &zone->zone, about.origin, &draft,
                           &diag) != TD_OK) {
        serve_log(LOG_ERROR, EVENT_CATALOG, row->name, "%s", diag.text);
        return;
    }
    if (!put_difference(catalogs, row, catalog, draft)) {
        change_draft_abort(draft);
        return;
    }
    wait = td_calloc(1, sizeof(*wait));
    wait->done = on_created;
    if (change_draft_commit(draft, &about, wait, &diag) == TD_OK)
        return;
    serve_log(LOG_ERROR, EVENT_CATALOG, row->name, "%s", diag.text);
    free(wait);
}

void catalogs_produce(struct catalogs *catalogs, struct catalogs_row *row)
{
    struct registry_zone *zone = registry_find_wire(catalogs->registry, row->wire);
    struct catalog catalog;
    struct td_diag diag;

    if (zone == NULL || zone->job != NULL || zone->start_slot != 0)
        return; /* when it has been restored we are called again */
    if (zone->zone.newest == NULL) {
        create(catalogs, row, zone);
        return;
    }
    if (catalog_read(zone->zone.newest, &catalog, &diag) != TD_OK) {
        serve_log(LOG_ERROR, EVENT_CATALOG, row->name, "it is broken: %s", diag.text);
        return;
    }
    update(catalogs, row, zone, &catalog);
    catalog_fini(&catalog);
}
