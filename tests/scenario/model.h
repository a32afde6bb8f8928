/*
 * scenario/model.h - what the zone has to be, serial by serial.
 *
 * Shape    The zone is example., of some filling that never changes and MODEL_NAMES names n0, n1,
 * ... each of which has one TXT record or is not there. A change takes some of them, and each value
 * is used once, so that a value tells which change it is from; only a revert brings back what was
 * there before. Serials go up from 1 by 1.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "operator/internal.h"
#include "scenario/cluster.h"

enum {
    MODEL_NAMES = 16,
    MODEL_SERIALS_MAX = 1 << 14,
    MODEL_DOUBTS_MAX = 256,
    MODEL_NAME_SIZE_MAX = 32,
};

/* Zone file of serial 1; its timers, in seconds. */
enum { MODEL_REFRESH_S = 30, MODEL_RETRY_S = 10, MODEL_EXPIRE_S = 240 };
extern const uint8_t model_apex[];

struct model_version {
    uint32_t values[MODEL_NAMES]; /* 0: the name is not there */
};

/*
 * What a serial may stand for. More than one thing, as long as a change was neither acknowledged
 * nor seen: it may have been lost in a crash, or refused by a disk that kept it all the same, and
 * the next change had the same serial. Whoever is told or shown it first settles it.
 */
struct model_serial {
    struct model_version versions[MODEL_DOUBTS_MAX];
    uint32_t count;
    bool is_seen; /* by somebody: it is not given to another change any more */
};

struct model {
    struct model_serial serials[MODEL_SERIALS_MAX];
    uint32_t written;      /* the newest that was ever tried */
    uint32_t acknowledged; /* the newest that was: never lost */
    uint32_t value;        /* used last */
};

struct model *model_new(void);
/* The text of the zone file; freed by the caller. */
char *model_zone_file(const struct cluster *cluster);
/* The same of an acknowledged version; NULL: it is not known what that is. */
char *model_version_file(const struct cluster *cluster, uint32_t serial);
/* n0.example. and so on (u0.example. with the letter u), uncompressed; returns its size. */
uint32_t model_name(char letter, unsigned number, uint8_t out[MODEL_NAME_SIZE_MAX]);
/* The value in its TXT record; 0: the name is not there. */
uint32_t model_read(const struct zone_version *version, char letter, unsigned number);
/* The same of any name. */
uint32_t model_read_at(const struct zone_version *version, const uint8_t *name);

/*
 * Somebody was shown this value of a name in this serial: from now on nobody may be shown another
 * one. False: it cannot be.
 */
bool model_see(struct model *model, uint32_t serial, unsigned number, uint32_t value);

/* Change the zone at this primary, as an operator does; some time later it is acknowledged, or not.
 */
void model_change(struct node *node);

/* An order (orders.h) for the node that is the argument: take back an acknowledged change. */
td_err model_revert(struct operator_context *as, void *argument, struct td_diag *diag);

/* Promote the secondary. What it has not got of the acknowledged changes is lost, and so it shall
 * be. */
void model_promote(struct node *node);
/* Make it a secondary again. */
void model_demote(struct node *node);
