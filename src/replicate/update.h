/*
 * replicate/update.h - dynamic update: from a message to a draft.
 *
 * Shape    The prerequisites are looked at in the zone as the draft has it, then every record of
 * the update section is checked, then all of them are applied: all or nothing. What the RFC ignores
 * is ignored silently. Floor    6. Threads  The door's (the main world). Never suspends. Limits
 * those of a message: 65,535 octets. RFC      2136 2.4, 2.5, 3.2 to 3.4; 3007 3.
 */
#pragma once

#include "change/draft.h"
#include "policy/update.h"
#include "wire/message.h"

struct update_request {
    const uint8_t *octets;
    size_t size; /* the TSIG record may be behind it or in it */
    const struct policy_update *policy;
    struct policy_update_client client;
};

struct update_result {
    uint16_t rcode;
    uint16_t ede;     /* ANSWER_EDE_NONE, or why */
    const char *text; /* a literal for EDE and the log; NULL: none */
};

/* Apply it to the draft. With another RCODE than NOERROR the draft is to be aborted. */
void update_apply(struct change_draft *draft, const struct update_request *request,
                  struct update_result *ret_result);
