/* DS belongs to the parent: RFC 4035 3.1.4.1. */
#include "auth/answer.h"
#include "base/macros.h"
#include "wire/rrtype.h"

/* Does the zone itself answer for the name, or would it only refer to one in between? */
static bool answers(const struct zone_version *version, const struct wire_key *key)
{
    struct zone_found found;

    zone_find(version, key, &found);
    return found.cover == NULL || found.cover == found.node;
}

static TD_NOINLINE struct zone_entry *find_above(const struct zone_set *zones,
                                                 const struct wire_key *key,
                                                 struct zone_entry *entry)
{
    struct zone_entry *above = zone_set_find(zones, key, 1);

    if (above == NULL)
        return entry;
    const struct zone_version *version =
        atomic_load_explicit(&above->version, memory_order_acquire);
    return version != NULL && !answers(version, key) ? entry : above;
}

struct zone_entry *auth_zone_find(const struct zone_set *zones, const struct wire_key *key,
                                  uint16_t type)
{
    struct zone_entry *entry = zone_set_find(zones, key, 0);

    if (td_likely(type != WIRE_TYPE_DS) || entry == NULL || key->label_count == 0 ||
        zone_entry_label(entry, key) != 0)
        return entry;
    return find_above(zones, key, entry);
}
