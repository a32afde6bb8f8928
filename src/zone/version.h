/*
 * zone/version.h - one immutable version of a zone, and how to read it.
 *
 * Shape    Everything lives in an arena of 8-octet units that is addressed by a 32-bit
 *          index and mapped through a table of 16 KiB pages; index 0 is nothing. A version
 *          is a page table: two versions share every page that the change between them
 *          did not touch. docs/design/zone-version.md has the picture.
 * Floor    3.
 * Threads  Reading: any thread that borrows or has pinned the version. Never locks.
 * Limits   2^32 units (32 GiB) a zone; 65,535 sets a name.
 * RFC      1034 3.1 and 4.3, 4592 2.2.2 (empty non-terminals), 5155 (NSEC3).
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "wire/answer.h"
#include "wire/key.h"
#include "wire/name.h"
#include "wire/rrset.h"

enum {
    ZONE_PAGE_SHIFT = 14, /* 16 KiB */
    ZONE_PAGE_SIZE = 1 << ZONE_PAGE_SHIFT,
    ZONE_UNIT_SHIFT = 3,
    ZONE_UNIT_SIZE = 1 << ZONE_UNIT_SHIFT,
    ZONE_PAGE_UNITS = ZONE_PAGE_SIZE / ZONE_UNIT_SIZE,
};

enum zone_node_flag {
    ZONE_NODE_APEX = 1 << 0,
    ZONE_NODE_DELEGATION = 1 << 1, /* has NS, is not the apex, is not occluded: a zone cut */
    ZONE_NODE_DNAME = 1 << 2,      /* has DNAME and is not occluded */
    ZONE_NODE_OCCLUDED = 1 << 3,   /* below a cut or a DNAME: `cover` is that node */
    ZONE_NODE_CNAME = 1 << 4,
    ZONE_NODE_WILDCARD_BELOW = 1 << 5, /* the name "*.<this>" exists */
    ZONE_NODE_LOWER = 1 << 6,          /* the stored labels are in lower case */
    ZONE_NODE_NSEC3 = 1 << 7,          /* an owner of NSEC3; not among the names */
    ZONE_NODE_SIGNED = 1 << 8,         /* has a set of type RRSIG */
    ZONE_NODE_STALE = 1 << 9,          /* only during an edit: its referral must be laid out */
    ZONE_NODE_HOST = 1 << 10,          /* `nsec3` is the index of its wire_host instead */
};

/* An owner name. An empty non-terminal has no sets. */
struct zone_node {
    uint32_t hash;  /* upper half of the name's hash */
    uint32_t sets;  /* index of the first wire_rrset; 0: none */
    uint32_t cover; /* OCCLUDED: the node above that hides it; DELEGATION: its wire_image, or 0 */
    uint32_t nsec3; /* first 32 bits of the name's NSEC3 hash (version.nsec3_is_kept); 0: none */
    uint16_t flags;
    uint16_t set_count;
    uint8_t labels_size; /* octets of labels[]: the owner relative to the apex, without an end */
    uint8_t label_count; /* labels in labels[]; 0 for the apex */
    uint8_t labels[];
};

/* NSEC3 parameters in force (the first NSEC3PARAM with flags 0), RFC 5155 4. */
struct zone_nsec3 {
    uint16_t iterations;
    uint8_t algorithm; /* 0: the zone has no NSEC3 chain */
    uint8_t salt_size;
    const uint8_t *salt; /* in the version */
};

enum zone_version_flag {
    ZONE_IS_SIGNED = 1 << 0, /* has DNSKEY and RRSIG at the apex */
    ZONE_HAS_NSEC = 1 << 1,
    ZONE_HAS_NSEC3 = 1 << 2,
    ZONE_HAS_WILDCARD = 1 << 3,
    ZONE_HAS_DNAME = 1 << 4,
    ZONE_HAS_DELEGATION = 1 << 5,
};

struct zone_lineage; /* what the versions of one zone have in common; zone/lineage.h */

struct zone_version {
    uint8_t **pages;   /* of page_count */
    uint8_t *own_page; /* the table of a zone that has one */
    uint32_t page_count;
    uint32_t slots; /* index of the hash index: one unit a slot */
    uint32_t slot_count;
    uint32_t apex;            /* index of the apex's node */
    uint32_t order;           /* root of the names' order */
    uint32_t nsec3_order;     /* root of the NSEC3 owners' order; 0: none */
    uint32_t nsec3_apex;      /* the NSEC3 that matches the apex; 0: none */
    uint32_t nsec3_wildcard;  /* the one that matches or covers "*.<apex>"; 0: none */
    uint32_t negative;        /* wire_image of the SOA as negative answers have it */
    uint32_t negative_signed; /* the same with its signature; 0: none */
    uint32_t no_name_signed;  /* and with what shows that there is no "*.<apex>" (and, by NSEC3,
                                 that the apex is there); 0: none, or there is a wildcard */
    uint32_t apex_signed;     /* of the NSEC3 of the apex and its signature; 0: none */
    uint32_t serial;          /* of the SOA */
    uint32_t flags;           /* enum zone_version_flag */
    uint32_t host_count;      /* of wire_host, those included that nobody uses any more */
    uint32_t node_count;      /* names, empty non-terminals included */
    uint32_t delegation_count;
    uint32_t tail_units; /* units in use in the last page */
    uint64_t record_count;
    uint64_t id; /* counts up within the lineage, from 1 */
    struct zone_lineage *lineage;
    const struct zone_nsec3 *nsec3; /* NULL: no NSEC3PARAM */
    struct zone_nsec3 nsec3_param;
    bool nsec3_is_kept;  /* the nodes' hashes are of these parameters */
    uint8_t depth;       /* labels of the deepest name, relative to the apex */
    _Atomic bool is_cut; /* whoever has pinned it must let go */
    _Atomic uint32_t pins;
    /* Below: for zone/lineage.c. */
    uint64_t ticket;
    struct zone_version *older;
    struct zone_version *newer;
    struct zone_dead *dead; /* what newer versions do not see */
    uint32_t dead_count;
    uint32_t dead_capacity;
};

/* The apex name, uncompressed, in the case of the configuration; and its key. */
const uint8_t *zone_version_name(const struct zone_version *version);
uint8_t zone_version_name_size(const struct zone_version *version);
uint8_t zone_version_label_count(const struct zone_version *version);
const struct td_hash_seed *zone_version_seed(const struct zone_version *version);

/* What an index refers to. The index is good and not 0. */
static inline const void *zone_at(const struct zone_version *version, uint32_t index)
{
    return version->pages[index / ZONE_PAGE_UNITS] +
           (size_t)(index % ZONE_PAGE_UNITS) * ZONE_UNIT_SIZE;
}

static inline const struct zone_node *zone_node_at(const struct zone_version *version,
                                                   uint32_t index)
{
    return zone_at(version, index);
}

static inline const struct zone_node *zone_version_apex(const struct zone_version *version)
{
    return zone_node_at(version, version->apex);
}

/* ---- the sets of a node ---- */

/* The first of set_count sets, or NULL; go on with wire_rrset_next. */
static inline const struct wire_rrset *zone_node_sets(const struct zone_version *version,
                                                      const struct zone_node *node)
{
    return node->sets == 0 ? NULL : zone_at(version, node->sets);
}

/* The set of a type, or NULL. For RRSIG use zone_node_signature. */
static inline const struct wire_rrset *zone_node_set(const struct zone_version *version,
                                                     const struct zone_node *node, uint16_t type)
{
    if (node->sets == 0)
        return NULL;
    const struct wire_rrset *set = zone_at(version, node->sets);
    for (unsigned i = node->set_count;; set = wire_rrset_next(set)) {
        if (set->type == type)
            return set;
        if (--i == 0)
            return NULL;
    }
}

/* The signatures over a set of this node that was found before, or NULL. */
const struct wire_rrset *zone_node_signature(const struct zone_version *version,
                                             const struct zone_node *node,
                                             const struct wire_rrset *set);

/* The whole owner name (for messages use owner labels and the apex, see answer.h). */
void zone_node_name(const struct zone_version *version, const struct zone_node *node,
                    struct wire_name *ret_name);

/* ---- look-up by name ---- */

struct zone_found {
    const struct zone_node *node;     /* the name itself, or NULL */
    const struct zone_node *encloser; /* the closest encloser; the node itself if there is one */
    const struct zone_node *cover;    /* the cut (a DELEGATION, may be the node) or DNAME (never the
                                         node) that the name is at or below, or NULL */
    uint8_t encloser_label; /* key->offsets[encloser_label] is where the encloser begins */
    uint8_t cover_label;    /* the same for cover */
};

/* The closest encloser of a name, and where it begins in the key: what fits into two registers. */
struct zone_nearest {
    const struct zone_node *encloser; /* the node itself when `label` is 0 */
    uint64_t label;
};

enum { ZONE_NODE_MAY_COVER = ZONE_NODE_DELEGATION | ZONE_NODE_OCCLUDED | ZONE_NODE_DNAME };

/* The key's name is the apex or `relative` labels below it. For batches see zone/look.h. */
struct zone_nearest zone_find_nearest(const struct zone_version *version,
                                      const struct wire_key *key, unsigned relative);

/*
 * Is every fourth name a cut? Then a look-up goes from the apex down: it ends at the cut, whatever
 * is asked below it, where the other way would first look for names that are not there.
 */
static inline bool zone_is_mostly_cuts(const struct zone_version *version)
{
    return version->delegation_count > version->node_count / 4;
}

/*
 * The same, but not below a cut or DNAME: what covers the name is the encloser, even if the name or
 * more of it exists as glue.
 */
struct zone_nearest zone_find_downwards(const struct zone_version *version,
                                        const struct wire_key *key, unsigned relative);

/* The key's name is the apex or below it. */
void zone_find(const struct zone_version *version, const struct wire_key *key,
               struct zone_found *ret_found);

/* The node with this name only, or NULL: one probe. `label` is where the name begins in the key. */
const struct zone_node *zone_find_exact(const struct zone_version *version,
                                        const struct wire_key *key, unsigned label);

/* The node "*.<encloser>", or NULL. `label` is where the encloser begins in the key. */
const struct zone_node *zone_find_wildcard(const struct zone_version *version,
                                           const struct wire_key *key, unsigned label);

/* Is the key's name the apex or below it? */
bool zone_contains(const struct zone_version *version, const struct wire_key *key);

/* Zones of some pages are in the caches of a core that answers. The smallest are many: not so. */
enum { ZONE_NEAR_PAGES_MAX = 48 };

static inline bool zone_is_worth_a_prefetch(const struct zone_version *version)
{
    return version->page_count - 2 > ZONE_NEAR_PAGES_MAX - 2;
}

/* ---- canonical order (RFC 4034 6.1) ---- */

enum zone_order { ZONE_ORDER_NAMES, ZONE_ORDER_NSEC3 };

/* A walk over the nodes in canonical order. Plain data; may be kept across a suspension while the
 * version is pinned. */
struct zone_walk {
    const struct zone_version *version;
    uint32_t path[8]; /* index of the tree node on each level, root first */
    uint16_t at[8];
    uint8_t level_count; /* 0: before the first or behind the last */
};

/* Start at the first node; returns it (the apex), or NULL when there is none. */
const struct zone_node *zone_walk_first(struct zone_walk *walk, const struct zone_version *version,
                                        enum zone_order order);
const struct zone_node *zone_walk_last(struct zone_walk *walk, const struct zone_version *version,
                                       enum zone_order order);
/* Start at the greatest node not behind the key's name, which is in the zone; NULL: none. */
const struct zone_node *zone_walk_at_or_before(struct zone_walk *walk,
                                               const struct zone_version *version,
                                               enum zone_order order, const struct wire_key *key);
const struct zone_node *zone_walk_next(struct zone_walk *walk);
const struct zone_node *zone_walk_previous(struct zone_walk *walk);

/* ---- holding ---- */

/* Keep a borrowed version across suspensions. See zone/lineage.h for the limits. */
void zone_version_pin(struct zone_version *version);
void zone_version_unpin(struct zone_version *version);
