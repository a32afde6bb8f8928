/*
 * scenario/model.h - what the zone has to be, serial by serial.
 *
 * Shape    The zone is example., of some filling that never changes and MODEL_NAMES names n0, n1,
 * ... each of which has one TXT record or is not there. A change takes some of them, and each value
 * is used once, so that a value tells which change it is from. Serials go up from 1 by 1.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "scenario/cluster.h"

enum { MODEL_NAMES = 16, MODEL_SERIALS_MAX = 1 << 16, MODEL_NAME_SIZE_MAX = 32 };

/* Zone file of serial 1; its timers, in seconds. */
enum { MODEL_REFRESH_S = 30, MODEL_RETRY_S = 10, MODEL_EXPIRE_S = 240 };
extern const uint8_t model_apex[];

struct model {
    uint32_t values[MODEL_SERIALS_MAX][MODEL_NAMES]; /* 0: the name is not there */
    uint32_t written;                                /* the newest that was ever tried */
    uint32_t acknowledged;                           /* the newest that was: never lost */
    uint32_t value;                                  /* used last */
};

struct model *model_new(void);
/* The text of the zone file; freed by the caller. */
char *model_zone_file(void);
/* n0.example. and so on, uncompressed; returns its size. */
uint32_t model_name(unsigned number, uint8_t out[MODEL_NAME_SIZE_MAX]);

/* Change the zone at this primary, as an operator does; some time later it is acknowledged, or not.
 */
void model_change(struct node *node);

/* Promote the secondary. What it has not got of the acknowledged changes is lost, and so it shall
 * be. */
void model_promote(struct node *node);
