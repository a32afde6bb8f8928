/* Zones that a catalog brings. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "serve/log.h"
#include "server/catalogs_internal.h"
#include "server/registry_internal.h"

enum { BRAKE_MEMBERS_MIN = 20 };

/* ---- one member ---- */

/* What it is given: a template when its group has the name of one, else the catalog's settings. */
static struct conf_zone_options options_of(const struct catalogs *catalogs,
                                           const struct catalogs_row *row,
                                           const struct catalog_member *member)
{
    const struct conf_zone_options *template =
        member->group == NULL ? NULL : conf_template_options(catalogs->conf, member->group);

    if (template == NULL)
        return *row->conf->settings;
    struct conf_zone_options options = *template;
    if (options.from.count == 0)
        options.from = row->conf->settings->from;
    return options;
}

static void take_member(struct catalogs *catalogs, struct catalogs_row *row,
                        const struct catalog_member *member)
{
    struct conf_zone_options options = options_of(catalogs, row, member);
    struct registry_row zone = {
        .name = member->name,
        .options = &options,
        .is_changed = true,
        .origin = REGISTRY_FROM_CATALOG,
        .owner = row->name,
        .label = member->label,
    };

    registry_take_row(catalogs->registry, catalogs->conf, &zone);
}

static bool is_allowed(const struct catalogs_row *row, const struct catalog_member *member)
{
    const struct conf_catalog *conf = row->conf;

    return conf->allow.count == 0 ||
           conf_names_have(&conf->allow, member->name, wire_name_size(member->name));
}

/* Does the catalog that has brought the zone give it to this one (RFC 9432 5.5)? */
static bool is_given_over(struct catalogs *catalogs, const struct registry_zone *zone,
                          const struct catalogs_row *to)
{
    const struct catalogs_row *from = catalogs_row_find(catalogs, zone->owner);
    const struct catalog_member *member = from == NULL || !from->has_known
                                              ? NULL
                                              : catalog_find(&from->known, zone->zone.entry->name);

    return from == NULL || member == NULL ||
           (member->coo != NULL && wire_name_equal(member->coo, wire_name_size(member->coo),
                                                   to->wire, wire_name_size(to->wire)));
}

static bool is_same_label(const struct registry_zone *zone, const struct catalog_member *member)
{
    return zone->label != NULL && zone->label[0] == member->label[0] &&
           memcmp(zone->label, member->label, member->label[0] + 1u) == 0;
}

/* May this catalog have the zone, which is there already? */
static bool may_have(struct catalogs *catalogs, struct catalogs_row *row,
                     const struct registry_zone *zone)
{
    if (zone->origin != REGISTRY_FROM_CATALOG) {
        serve_log(LOG_NOTICE, EVENT_CATALOG, row->name,
                  "member %s is left alone: the zone stands in the configuration, or was added by "
                  "command",
                  zone->name);
        return false;
    }
    if (strcmp(zone->owner, row->name) == 0 || is_given_over(catalogs, zone, row))
        return true;
    serve_log(LOG_WARNING, EVENT_CATALOG, row->name,
              "member %s is left alone: it belongs to the catalog %s, which does not give it over "
              "(coo)",
              zone->name, zone->owner);
    return false;
}

static void bring(struct catalogs *catalogs, struct catalogs_row *row,
                  const struct catalog_member *member)
{
    struct registry_zone *zone = registry_find_wire(catalogs->registry, member->name);
    char text[WIRE_NAME_TEXT_SIZE];

    if (!is_allowed(row, member)) {
        serve_log(LOG_WARNING, EVENT_CATALOG, row->name,
                  "member %s is left out: catalogs.allow does not have it",
                  wire_name_format(member->name, text));
        return;
    }
    if (zone != NULL && !may_have(catalogs, row, zone))
        return;
    if (zone != NULL && !is_same_label(zone, member)) {
        serve_log(LOG_NOTICE, EVENT_CATALOG, row->name, "member %s begins anew: its label changed",
                  zone->name);
        registry_drop(catalogs->registry, zone, 0);
    }
    take_member(catalogs, row, member);
}

/* ---- all members ---- */

struct leaving {
    struct registry_zone **zones;
    uint32_t count;
    uint32_t capacity;
    uint32_t of; /* members that there are now */
};

static void find_leaving(struct catalogs *catalogs, const struct catalogs_row *row,
                         const struct catalog *catalog, struct leaving *leaving)
{
    for (struct registry_zone *zone = catalogs->registry->zones; zone != NULL; zone = zone->next) {
        if (zone->origin != REGISTRY_FROM_CATALOG || strcmp(zone->owner, row->name) != 0)
            continue;
        leaving->of++;
        const struct catalog_member *member = catalog_find(catalog, zone->zone.entry->name);
        if (member != NULL && is_allowed(row, member))
            continue;
        td_grow(leaving->zones, leaving->count, leaving->capacity);
        leaving->zones[leaving->count++] = zone;
    }
}

/* Would it take too much away at once? */
static bool is_braked(struct catalogs_row *row, const struct leaving *leaving)
{
    unsigned percent = row->conf->brake.percent;

    row->is_held = percent != 0 && leaving->of > BRAKE_MEMBERS_MIN && !row->is_released &&
                   (uint64_t)leaving->count * 100 > (uint64_t)leaving->of * percent;
    if (row->is_held)
        serve_log(LOG_ERROR, EVENT_CATALOG, row->name,
                  "held: %u of %u members would go, which is more than catalogs.brake permits; "
                  "'tandem zone release %s' lets them",
                  leaving->count, leaving->of, row->name);
    return row->is_held;
}

static void note_trouble(struct catalogs *catalogs, struct catalogs_row *row, const char *text)
{
    struct registry_zone *zone = registry_find_wire(catalogs->registry, row->wire);

    if (zone == NULL)
        return;
    zone->is_held = row->is_held;
    registry_zone_say(zone, "%s", text);
}

static void replace(struct catalogs *catalogs, struct catalogs_row *row, struct catalog *catalog)
{
    struct leaving leaving = { .count = 0 };

    find_leaving(catalogs, row, catalog, &leaving);
    if (is_braked(row, &leaving)) {
        note_trouble(catalogs, row, "too many members would go at once");
        free(leaving.zones);
        catalog_fini(catalog);
        return;
    }
    if (row->is_released || !row->is_held)
        note_trouble(catalogs, row, "");
    row->is_released = false;
    for (uint32_t i = 0; i < leaving.count; i++) {
        serve_log(LOG_NOTICE, EVENT_CATALOG, row->name, "member %s has gone",
                  leaving.zones[i]->name);
        registry_drop(catalogs->registry, leaving.zones[i], row->conf->quarantine_ms);
    }
    free(leaving.zones);
    for (uint32_t i = 0; i < catalog->count; i++)
        bring(catalogs, row, &catalog->members[i]);
    if (row->has_known)
        catalog_fini(&row->known);
    row->known = *catalog;
    row->has_known = true;
}

void catalogs_consume(struct catalogs *catalogs, struct catalogs_row *row)
{
    struct registry_zone *zone = registry_find_wire(catalogs->registry, row->wire);
    struct catalog catalog;
    struct td_diag diag;

    if (zone == NULL || zone->zone.newest == NULL)
        return;
    if (catalog_read(zone->zone.newest, &catalog, &diag) != TD_OK) {
        serve_log(LOG_ERROR, EVENT_CATALOG, row->name,
                  "serial %u is broken, and its members stay as they are: %s",
                  zone->zone.newest->serial, diag.text);
        note_trouble(catalogs, row, diag.text);
        return;
    }
    replace(catalogs, row, &catalog);
}

void catalogs_take_members(struct catalogs *catalogs, struct catalogs_row *row)
{
    for (uint32_t i = 0; i < row->known.count; i++) {
        const struct catalog_member *member = &row->known.members[i];
        const struct registry_zone *zone = registry_find_wire(catalogs->registry, member->name);
        bool is_ours = zone != NULL && zone->origin == REGISTRY_FROM_CATALOG &&
                       strcmp(zone->owner, row->name) == 0;
        if (is_ours && is_allowed(row, member))
            take_member(catalogs, row, member);
    }
}
