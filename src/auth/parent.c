/* DS belongs to the parent: RFC 4035 3.1.4.1. */
#include "auth/answer.h"
#include "wire/rrtype.h"

/* Does the zone itself answer for the name, or would it only refer to one in between? */
static bool answers(const struct zone_version *version, const struct wire_key *key)
{
    struct zone_found found;

    zone_find(version, key, &found);
    return found.cover == NULL || found.cover == found.node;
}

struct zone_entry *auth_zone_find(const struct zone_set *zones, const struct wire_key *key,
                                  uint16_t type, unsigned *ret_label)
{
    unsigned label, above_label;
    struct zone_entry *entry = zone_set_find(zones, key, 0, &label);

    if (entry == NULL)
        return NULL;
    *ret_label = label;
    if (type != WIRE_TYPE_DS || label != 0 || key->label_count == 0)
        return entry;

    struct zone_entry *above = zone_set_find(zones, key, 1, &above_label);
    if (above == NULL)
        return entry;
    const struct zone_version *version =
        atomic_load_explicit(&above->version, memory_order_acquire);
    if (version != NULL && !answers(version, key))
        return entry;
    *ret_label = above_label;
    return above;
}
