#include "server/roles.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "change/draft.h"
#include "serve/log.h"
#include "server/followers.h"
#include "server/registry_internal.h"
#include "server/replication.h"
#include "server/secondary.h"
#include "zone/soa.h"

static size_t key_of(const uint8_t *apex, uint8_t key[STORE_ZONE_KEY_SIZE_MAX])
{
    size_t size = store_zone_key(apex, key);

    key[0] = 'P';
    return size;
}

bool roles_is_promoted(const struct store_log *log, const uint8_t *apex)
{
    uint8_t key[STORE_ZONE_KEY_SIZE_MAX];
    uint64_t sequence;
    size_t size, key_size = key_of(apex, key);

    return store_log_state(log, key, key_size, &size, &sequence) != NULL;
}

static td_err check_row(const struct server *server, const struct registry_zone *zone,
                        struct td_diag *diag)
{
    const struct zone_entry *entry = zone->zone.entry;

    if (conf_zone_find(server->conf, entry->name, entry->name_size) != NULL)
        return TD_OK;
    td_diag_say(diag, "the zone has no row of its own in the configuration: give it one, with "
                      "'from', and reload");
    return TD_E_CONFLICT;
}

td_err roles_may_promote(const struct server *server, const struct registry_zone *zone,
                         struct td_diag *diag)
{
    if (zone->secondary != NULL && zone->zone.newest != NULL)
        return check_row(server, zone, diag);
    td_diag_say(diag, zone->secondary == NULL ? "the zone is a primary here already"
                                              : "the zone has no data to be the primary of");
    return TD_E_CONFLICT;
}

td_err roles_may_demote(const struct server *server, const struct registry_zone *zone,
                        struct td_diag *diag)
{
    if (roles_is_promoted(registry_log(server->registry), zone->zone.entry->name))
        return check_row(server, zone, diag);
    td_diag_say(diag, "the zone was not promoted: 'from' in its row of the configuration makes "
                      "it a secondary");
    return TD_E_CONFLICT;
}

/* Remember it, and be in the role that follows from that. */
static td_err change_role(struct fiber *fiber, struct server *server, struct registry_zone *zone,
                          bool is_promoted, struct td_diag *diag)
{
    const struct zone_entry *entry = zone->zone.entry;
    const struct conf_zone *row = conf_zone_find(server->conf, entry->name, entry->name_size);
    uint8_t key[STORE_ZONE_KEY_SIZE_MAX];
    struct change_patience patience;

    change_patience_init(&patience);
    change_put_state(registry_door(server->registry), key, key_of(entry->name, key), "1",
                     is_promoted ? 1 : 0, &patience.wait);
    secondary_save_anew(server->registry, entry->name, !is_promoted);
    td_err err = change_patience_end(fiber, &patience, diag);
    if (err != TD_OK)
        return err;
    change_drain(fiber, registry_door(server->registry));
    zone =
        registry_find_wire(server->registry, row->name.wire); /* a reload may have come between */
    if (zone == NULL)
        return TD_E_NOT_FOUND;
    registry_take_row(server->registry, server->conf,
                      &(struct registry_row){
                          .name = row->name.wire, .path = row->file, .options = row->options });
    return TD_OK;
}

/* ---- promotion ---- */

/* Greater than any that is about: of a copy that was ahead, nobody would take anything. */
static td_err move_serial(struct fiber *fiber, struct server *server, struct registry_zone *zone,
                          const char *author, struct td_diag *diag)
{
    struct change_about about = {
        .origin = CHANGE_COMMAND, .author = author, .reason = "promoted", .is_released = true
    };
    struct change_draft *draft;
    struct change_wait wait;
    uint32_t greatest;

    td_err err = change_draft_begin(registry_door(server->registry), &zone->zone, about.origin,
                                    &draft, diag);
    if (err != TD_OK)
        return err;
    uint32_t serial = zone_soa_number(change_draft_view(draft), ZONE_SOA_SERIAL);
    if (zone->followers != NULL && followers_greatest(zone->followers, &greatest) &&
        change_serial_is_greater(greatest, serial))
        serial = greatest;
    err = change_draft_set_serial(draft, serial + 1);
    if (err != TD_OK) {
        change_draft_abort(draft);
        td_diag_say(diag, "the SOA cannot be replaced: %s", td_err_text(err));
        return err;
    }
    return change_draft_commit_wait(fiber, draft, &about, &wait, diag);
}

td_err roles_promote(struct fiber *fiber, struct server *server, struct registry_zone *zone,
                     const char *author, struct td_diag *diag)
{
    td_err err = roles_may_promote(server, zone, diag);
    if (err != TD_OK)
        return err;
    char *name = td_strdup(zone->name);
    err = change_role(fiber, server, zone, true, diag);
    zone = registry_find(server->registry, name);
    if (err == TD_OK && zone != NULL) {
        err = move_serial(fiber, server, zone, author, diag);
        serve_log(LOG_NOTICE, EVENT_ZONE_CHANGED, name,
                  "promoted by %s: this server is its primary now", author);
    }
    free(name);
    return err;
}

/* ---- demotion ---- */

td_err roles_demote(struct fiber *fiber, struct server *server, struct registry_zone *zone,
                    struct td_diag *diag)
{
    td_err err = roles_may_demote(server, zone, diag);
    if (err != TD_OK)
        return err;
    char *name = td_strdup(zone->name);
    err = change_role(fiber, server, zone, false, diag);
    zone = registry_find(server->registry, name);
    if (err == TD_OK && zone != NULL && zone->secondary != NULL) {
        serve_log(LOG_NOTICE, EVENT_ZONE_CHANGED, name,
                  "demoted: what was changed here since goes, its primaries' data come");
        secondary_begin_anew(zone->secondary, "demotion");
    }
    free(name);
    return err;
}
