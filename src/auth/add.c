#include "auth/walk.h"

static inline struct answer_set *add(struct auth_walk *walk, const struct wire_rrset *set,
                                     enum wire_section section, uint8_t flags)
{
    struct answer_set *entry = answer_add(walk->answer);

    if (td_unlikely(entry == NULL)) {
        if ((flags & ANSWER_OPTIONAL) == 0 && section != SECTION_ADDITIONAL)
            walk->is_full = true;
        return NULL;
    }
    entry->set = set;
    entry->ttl = set->ttl;
    entry->section = (uint8_t)section;
    entry->flags = flags;
    return entry;
}

/* The signature of the set that was added last goes under the same owner, with the same TTL. */
static void add_signature(struct auth_walk *walk, const struct zone_node *node,
                          const struct answer_set *signed_entry)
{
    const struct wire_rrset *signature =
        zone_node_signature(walk->version, node, signed_entry->set);
    if (signature == NULL)
        return;

    struct answer_set *entry = answer_add(walk->answer);
    if (entry == NULL) {
        if (signed_entry->section == SECTION_ADDITIONAL)
            walk->answer->set_count--; /* no room for both: neither */
        else
            walk->is_full = true;
        return;
    }
    *entry = *signed_entry;
    entry->set = signature;
    if (signature->ttl < entry->ttl)
        entry->ttl = signature->ttl;
    entry->flags = (uint8_t)((signed_entry->flags & ANSWER_OPTIONAL) | ANSWER_SIGNATURE);
}

static inline uint8_t rotation_of(uint16_t type)
{
    return type == WIRE_TYPE_A || type == WIRE_TYPE_AAAA ? ANSWER_ROTATE : 0;
}

static inline void place_name(struct answer_set *entry, const uint8_t *name)
{
    entry->place = PLACE_NAME;
    entry->owner = NULL;
    entry->owner_size = 0;
    entry->suffix = name;
    entry->qname_offset = 0;
}

void auth_add_here(struct auth_walk *walk, const struct zone_node *node,
                   const struct wire_rrset *set)
{
    struct answer_set *entry = add(walk, set, SECTION_ANSWER, rotation_of(set->type));

    if (td_unlikely(entry == NULL))
        return;
    if (td_likely(walk->is_question)) {
        entry->place = PLACE_QNAME;
        entry->qname_offset = 0;
    } else {
        place_name(entry, walk->name);
    }
    if (walk->wants_proof)
        add_signature(walk, node, entry);
}

/* Is the node the question's name or an ancestor of it? Then a pointer does for its owner. */
static void place_node(const struct auth_walk *walk, const struct zone_node *node,
                       struct answer_set *entry)
{
    const struct wire_key *key = walk->query->key;
    unsigned apex_label = walk->query->apex_label;

    if (node->label_count <= apex_label) {
        unsigned at = key->offsets[apex_label - node->label_count];
        if (key->offsets[apex_label] - at == node->labels_size &&
            wire_octets_equal(key->lower + at, node->labels, node->labels_size)) {
            entry->place = PLACE_IN_QNAME;
            entry->qname_offset = (uint8_t)at;
            return;
        }
    }
    entry->place = node->label_count == 1 ? PLACE_CHILD : PLACE_NAME;
    entry->owner = node->labels;
    entry->owner_size = node->labels_size;
    entry->suffix = zone_version_name(walk->version);
    entry->qname_offset = key->offsets[apex_label];
}

void auth_add_node(struct auth_walk *walk, const struct zone_node *node,
                   const struct wire_rrset *set, enum wire_section section)
{
    struct answer_set *entry = add(walk, set, section, 0);

    if (entry == NULL)
        return;
    place_node(walk, node, entry);
    if (walk->wants_proof)
        add_signature(walk, node, entry);
}

void auth_add_named(struct auth_walk *walk, const struct zone_node *node,
                    const struct wire_rrset *set, const uint8_t *name, enum wire_section section,
                    uint8_t flags)
{
    struct answer_set *entry = add(walk, set, section, (uint8_t)(flags | rotation_of(set->type)));

    if (entry == NULL)
        return;
    place_name(entry, name);
    if (walk->wants_proof)
        add_signature(walk, node, entry);
}

void auth_add_pointed(struct auth_walk *walk, const struct zone_node *node,
                      const struct wire_rrset *set, uint16_t pointer)
{
    struct answer_set *entry =
        add(walk, set, SECTION_ADDITIONAL, (uint8_t)(ANSWER_OPTIONAL | rotation_of(set->type)));

    if (td_unlikely(entry == NULL))
        return;
    entry->place = PLACE_POINTER;
    entry->pointer = pointer;
    if (walk->wants_proof)
        add_signature(walk, node, entry);
}

/* The signature over the SOA, behind an image of that. */
static void add_soa_signature(struct auth_walk *walk, const struct zone_node *apex,
                              const struct wire_rrset *set, uint32_t ttl)
{
    struct answer_set entry = {
        .set = set,
        .ttl = ttl,
        .place = PLACE_IN_QNAME,
        .section = SECTION_AUTHORITY,
        .qname_offset = walk->query->key->offsets[walk->query->apex_label],
    };

    add_signature(walk, apex, &entry);
}

void auth_add_soa(struct auth_walk *walk)
{
    const struct zone_node *apex = zone_version_apex(walk->version);
    const struct wire_rrset *set = zone_node_set(walk->version, apex, WIRE_TYPE_SOA);
    uint32_t minimum = td_get_u32(set->data + set->size - 4);
    uint32_t ttl = minimum < set->ttl ? minimum : set->ttl;

    /* Its pointers may lead into itself, where it stands when there is no answer section. */
    if (!(walk->query->flags & AUTH_NO_IMAGE) && walk->version->negative != 0 &&
        walk->answer->set_count == 0) {
        walk->answer->image = zone_at(walk->version, walk->version->negative);
        if (walk->wants_proof)
            add_soa_signature(walk, apex, set, ttl);
        return;
    }
    struct answer_set *entry = add(walk, set, SECTION_AUTHORITY, 0);

    if (td_unlikely(entry == NULL))
        return;
    entry->ttl = ttl;
    entry->place = PLACE_IN_QNAME;
    entry->qname_offset = walk->query->key->offsets[walk->query->apex_label];
    if (walk->wants_proof)
        add_signature(walk, apex, entry);
}

void auth_add_proofs(struct auth_walk *walk)
{
    for (unsigned i = 0; i < walk->proof_count; i++) {
        const struct zone_node *node = walk->proofs[i];
        uint16_t type = (node->flags & ZONE_NODE_NSEC3) != 0 ? WIRE_TYPE_NSEC3 : WIRE_TYPE_NSEC;
        const struct wire_rrset *set = zone_node_set(walk->version, node, type);
        if (set != NULL)
            auth_add_node(walk, node, set, SECTION_AUTHORITY);
    }
}
