#include "scenario/ledger.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "change/serial.h"
#include "scenario/model.h"
#include "server/registry.h"
#include "wire/name.h"

const char ledger_file[] = "$TTL 5\n@ SOA ns hostmaster 100 30 10 240 5\n@ NS ns\n"
                           "ns A 192.0.2.1\n";

void ledger_init(struct ledger *ledger, struct node *node, const char *name,
                 enum ledger_place place)
{
    *ledger = (struct ledger){ .node = node, .place = place, .count = 1 };
    snprintf(ledger->name, sizeof(ledger->name), "%s", name);
}

static const struct registry_zone *find(const struct ledger *ledger)
{
    return registry_find(ledger->node->server->registry, ledger->name);
}

const struct zone_version *ledger_version(const struct ledger *ledger)
{
    const struct node *node = ledger->node;
    const struct registry_zone *zone =
        node->state == NODE_UP && node->is_open ? find(ledger) : NULL;

    return zone == NULL ? NULL : zone->zone.newest;
}

uint32_t ledger_value(const struct zone_version *version, const char *zone)
{
    char text[LEDGER_NAME_SIZE + 2];
    struct wire_name name;

    snprintf(text, sizeof(text), "v.%s", zone);
    td_err err = wire_name_from_text(text, &name);
    td_assert(err == TD_OK);
    return model_read_at(version, name.octets);
}

/* ---- what is written ---- */

void ledger_write(struct ledger *ledger, uint32_t value)
{
    td_assert(ledger->count < LEDGER_VALUES_MAX);
    ledger->values[ledger->count++] = value;
}

void ledger_written(struct ledger *ledger, uint32_t value)
{
    ledger->values[0] = value;
    ledger->count = 1;
}

/* What was written before is past. */
static void see(struct ledger *ledger, uint32_t value)
{
    uint32_t at = ledger->count;

    while (at > 0 && ledger->values[at - 1] != value)
        at--;
    if (at == 0)
        cluster_fail(ledger->node->cluster, "%s: %s has the value %u, and %u was acknowledged",
                     ledger->node->name, ledger->name, value, ledger->values[0]);
    ledger->count -= at - 1;
    memmove(ledger->values, ledger->values + at - 1, ledger->count * sizeof(ledger->values[0]));
}

/* ---- what must hold ---- */

static void check_place(struct ledger *ledger)
{
    bool is_there = find(ledger) != NULL;

    if (is_there == (ledger->place == LEDGER_PRESENT) || ledger->place == LEDGER_UNKNOWN)
        return;
    cluster_fail(ledger->node->cluster, "%s: %s is %s, which was acknowledged to be %s",
                 ledger->node->name, ledger->name, is_there ? "there" : "not there",
                 is_there ? "removed" : "added");
}

void ledger_check(struct ledger *ledger)
{
    const struct node *node = ledger->node;
    const struct zone_version *version = ledger_version(ledger);

    if (node->state == NODE_UP && node->is_open)
        check_place(ledger);
    if (version == NULL)
        return;
    if (ledger->has_serial && version->serial != ledger->serial &&
        !change_serial_is_greater(version->serial, ledger->serial))
        cluster_fail(node->cluster, "%s: %s has serial %u, and %u was there before", node->name,
                     ledger->name, version->serial, ledger->serial);
    ledger->serial = version->serial;
    ledger->has_serial = true;
    if (!ledger->is_late)
        see(ledger, ledger_value(version, ledger->name));
}
