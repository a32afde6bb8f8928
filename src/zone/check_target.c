/*
 * Names that records refer to: what became of them, and whether they are names of hosts.
 *
 * In a large zone most of them are the name servers of a few operators, so results are kept in a
 * table of hashes that the next name with the same place overwrites. A slot is the upper 56 bits
 * of a keyed hash of the name as it is spelled, and the result: the name itself is not compared,
 * which would cost a cache miss each time, to exclude what happens once in 2^56.
 */
#include <string.h>

#include "base/octets.h"
#include "wire/key.h"
#include "wire/rrtype.h"
#include "zone/check_run.h"

bool check_is_inside(const struct check_run *run, const uint8_t *name, size_t size)
{
    if (size < run->apex_size)
        return false;
    size_t cut = size - run->apex_size;
    if (!td_octets_equal(name + cut, run->apex_name, run->apex_size))
        return false;
    size_t at = 0;
    while (at < cut)
        at += 1u + name[at];
    return at == cut;
}

static bool has_address(const struct check_run *run, const struct zone_node *node)
{
    return zone_node_set(run->version, node, WIRE_TYPE_A) != NULL ||
           zone_node_set(run->version, node, WIRE_TYPE_AAAA) != NULL;
}

static enum check_target target_of(struct check_run *run, const uint8_t *name)
{
    struct wire_key key;
    struct zone_found found;

    wire_key_make(&key, zone_version_seed(run->version), name);
    zone_find(run->version, &key, &found);
    if (found.cover != NULL && (found.cover->flags & ZONE_NODE_DELEGATION)) {
        if (found.node == NULL || !has_address(run, found.node))
            return CHECK_TARGET_NO_GLUE;
        check_nodes_add(&run->referenced, found.node);
        return CHECK_TARGET_GLUE;
    }
    if (found.cover != NULL)
        return CHECK_TARGET_REDIRECTED;
    const struct zone_node *node = found.node;
    if (node == NULL)
        node = zone_find_wildcard(run->version, &key, found.encloser_label);
    if (node == NULL)
        return CHECK_TARGET_ABSENT;
    if (node->flags & ZONE_NODE_CNAME)
        return CHECK_TARGET_ALIAS;
    return has_address(run, node) ? CHECK_TARGET_ADDRESS : CHECK_TARGET_NO_ADDRESS;
}

enum check_target check_target_inside(struct check_run *run, const uint8_t *name, size_t size)
{
    uint64_t hash = td_hash_octets(zone_version_seed(run->version), name, size);
    uint64_t *slot = &run->slots[(hash >> 32) & run->slot_mask];

    if (*slot >> 8 != hash >> 8)
        *slot = (hash & ~(uint64_t)0xFF) | (uint64_t)target_of(run, name);
    return (enum check_target)(*slot & 0xFF);
}

enum check_target check_target_find(struct check_run *run, const uint8_t *name, size_t size)
{
    if (!check_is_inside(run, name, size))
        return CHECK_TARGET_OUTSIDE;
    return check_target_inside(run, name, size);
}

/* ---- names of hosts ---- */

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

enum { HOST_END = 1, HOST_INSIDE = 2 }; /* where in the label of a host an octet may stand */

#define BOTH (HOST_END | HOST_INSIDE)

/* RFC 1123 2.1: letters, digits and, inside, hyphens. */
static const uint8_t host_octets[256] = {
    ['-'] = HOST_INSIDE,
    ['0' ... '9'] = BOTH,
    ['A' ... 'Z'] = BOTH,
    ['a' ... 'z'] = BOTH,
};

/* Labels up to `size` octets, or to the root. */
static bool is_host(const uint8_t *labels, size_t size)
{
    const uint8_t *end = labels + size;
    unsigned inside = HOST_INSIDE, ends = HOST_END;

    while (labels < end && *labels != 0) {
        const uint8_t *last = labels + *labels;
        ends &= host_octets[labels[1]] & host_octets[*last];
        for (labels++; labels <= last; labels++)
            inside &= host_octets[*labels];
    }
    return (inside & ends << 1) != 0;
}

void check_owner_host(struct check_run *run, const struct zone_node *node, uint16_t type)
{
    const uint8_t *labels = node->labels;
    size_t size = node->labels_size;

    if (size >= 2 && wire_name_is_wildcard(labels)) {
        labels += 2;
        size -= 2;
    }
    /* Active Directory: gc._msdcs has addresses. */
    static const uint8_t catalog[] = "\2gc\6_msdcs";
    if (size >= sizeof(catalog) - 1 && wire_octets_equal(labels, catalog, sizeof(catalog) - 1)) {
        labels += sizeof(catalog) - 1;
        size -= sizeof(catalog) - 1;
    }
    if (!is_host(labels, size))
        check_tell(run, ZONE_CHECK_HOST_NAME, node, type, NULL);
}

/* Does it begin with an address: four labels of digits, or one with two colons? */
static bool is_literal(const uint8_t *name)
{
    unsigned labels = 0;
    unsigned colons = 0;

    for (unsigned i = 1; i <= name[0]; i++)
        colons += name[i] == ':';
    if (colons >= 2)
        return true;
    for (; name[0] != 0 && labels < 4; name += 1u + name[0], labels++) {
        if (name[0] > 3)
            return false;
        for (unsigned i = 1; i <= name[0]; i++)
            if (!is_digit(name[i]))
                return false;
    }
    return labels == 4;
}

static enum zone_check_id literal_check(uint16_t type)
{
    switch (type) {
    case WIRE_TYPE_NS:
        return ZONE_CHECK_NS_LITERAL;
    case WIRE_TYPE_MX:
        return ZONE_CHECK_MX_LITERAL;
    default:
        return ZONE_CHECK_SRV_LITERAL;
    }
}

void check_target_host(struct check_run *run, const struct zone_node *node, uint16_t type,
                       const struct wire_rdata *rdata, const uint8_t *name)
{
    char text[CHECK_NAME_SIZE];

    if (name[0] == 0)
        return;
    /* The name servers of a zone mostly differ in their first labels. */
    const uint8_t *rest = wire_name_parent(name);
    size_t rest_size = (size_t)(rdata->octets + rdata->size - rest);
    bool is_near = rest_size == run->host_size && td_octets_same(rest, run->host, rest_size);
    if (td_likely(is_host(name, is_near ? 1u + name[0] : WIRE_NAME_SIZE_MAX) &&
                  !is_digit(name[1]))) {
        run->host = rest;
        run->host_size = rest_size;
        return;
    }
    if (is_literal(name))
        check_say(run, literal_check(type), node, type, rdata, "%s", check_name_text(name, text));
    else if (!is_host(name, WIRE_NAME_SIZE_MAX))
        check_say(run, ZONE_CHECK_HOST_TARGET, node, type, rdata, "%s",
                  check_name_text(name, text));
}
