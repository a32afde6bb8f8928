/*
 * replicate/update_internal.h - what the files of an update share.
 *
 * Floor    6. Not for other directories.
 */
#pragma once

#include <stdbool.h>

#include "base/macros.h"
#include "replicate/update.h"

/* The result is this, for the reason given. */
void update_fail(struct update_result *result, uint16_t rcode, uint16_t ede, const char *format,
                 ...) TD_PRINTF(4, 5);

/* The same of one record: "NAME TYPE: reason". */
void update_fail_record(struct update_result *result, const struct update_record *record,
                        uint16_t rcode, uint16_t ede, const char *reason);

/* The node of an owner, or NULL. */
const struct zone_node *update_find_node(const struct zone_version *view, const uint8_t *owner);

/* The set of a type at an owner, or NULL. */
const struct wire_rrset *update_find_set(const struct zone_version *view, const uint8_t *owner,
                                         uint16_t type);

/* Is the record among those of the set (which may be NULL)? */
bool update_set_has(const struct wire_rrset *set, const uint8_t *rdata, uint16_t rdata_size);

static inline bool update_is_apex(const struct update_message *message,
                                  const struct update_record *record)
{
    return record->owner_size == message->zone_size; /* it is in the zone */
}

/* Is it in the zone of the message? Else the result is NOTZONE. */
bool update_check_zone(const struct update_message *message, const struct update_record *record,
                       struct update_result *result);

/* Records that nobody but a signer writes. */
bool update_is_guarded(uint16_t type);
