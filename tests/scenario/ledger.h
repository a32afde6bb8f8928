/*
 * scenario/ledger.h - what one zone at one server has to be, besides the zone of the model.
 *
 * Shape    The zone has the TXT record of the name v, a number, and each change gives it another
 * one. A change that was not acknowledged may come to light later, until it was seen that the zone
 * has a newer one. Serials go forward (RFC 1982). A zone that was added or removed, and this was
 * acknowledged, is there or is not. Threads  One.
 */
#pragma once

#include "scenario/cluster.h"
#include "zone/version.h"

enum { LEDGER_VALUES_MAX = 64, LEDGER_NAME_SIZE = 16 };

enum ledger_place { LEDGER_ABSENT, LEDGER_PRESENT, LEDGER_UNKNOWN };

struct ledger {
    struct node *node;
    char name[LEDGER_NAME_SIZE]; /* "w" */
    enum ledger_place place;
    uint32_t values[LEDGER_VALUES_MAX]; /* it has one of them; in the order they were written */
    uint32_t count;
    uint32_t serial; /* that was seen last */
    bool has_serial;
    bool is_late; /* it may be behind what others have: values are not looked at */
};

/* Such a zone as its file is; 0 is the value then. */
extern const char ledger_file[];

void ledger_init(struct ledger *ledger, struct node *node, const char *name,
                 enum ledger_place place);
/* The zone as it is now; NULL: it cannot be told, or has no data. */
const struct zone_version *ledger_version(const struct ledger *ledger);
uint32_t ledger_value(const struct zone_version *version, const char *zone);

/* Look whether all of this holds. Between orders. */
void ledger_check(struct ledger *ledger);
/* The value is going to be written; it was written. */
void ledger_write(struct ledger *ledger, uint32_t value);
void ledger_written(struct ledger *ledger, uint32_t value);
