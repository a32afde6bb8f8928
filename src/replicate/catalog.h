/*
 * replicate/catalog.h - what a catalog zone says: which zones there are.
 *
 * Shape    Read from a version of the zone, all or nothing: a broken catalog says nothing at all.
 *          Members are sorted by name. Properties that are not known are passed over.
 * Floor    6.
 * Threads  Pure.
 * Limits   Those of the zone.
 * RFC      9432 4 (version 2, members, coo, group), 5.1 (what is broken).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/err.h"
#include "zone/version.h"

struct catalog_member {
    const uint8_t *name;  /* of the zone: uncompressed, lower case */
    const uint8_t *label; /* the unique one: length and octets */
    const char *group;    /* the first that is said; NULL: none */
    const uint8_t *coo;   /* the catalog that it is going to (change of ownership); NULL: none */
};

struct catalog {
    struct td_arena arena;
    struct catalog_member *members; /* by name, octet by octet */
    uint32_t count;
};

/* TD_E_INVALID  it is broken, why is in diag. Ended with catalog_fini only on TD_OK. */
TD_NODISCARD td_err catalog_read(const struct zone_version *version, struct catalog *ret_catalog,
                                 struct td_diag *diag);
void catalog_fini(struct catalog *catalog);

/* The member of this name, or NULL. */
const struct catalog_member *catalog_find(const struct catalog *catalog, const uint8_t *name);

/*
 * The owner of a member's record, "LABEL.zones.CATALOG": the label is made of the name and a
 * number that is never the same for a zone that has gone and come again.
 * TD_E_LIMIT  the catalog's name is too long for that
 */
TD_NODISCARD td_err catalog_member_owner(const uint8_t *catalog, const uint8_t *name,
                                         uint32_t number, struct wire_name *ret_owner);
