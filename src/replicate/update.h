/*
 * replicate/update.h - a dynamic update: what its message asks for, and doing it.
 *
 * Shape    read, then prerequisites, then permission, then apply; a step that is not NOERROR ends
 *          it. Only apply touches the draft, so all of an update happens or nothing of it. What
 *          RFC 2136 ignores silently is ignored. docs/design/changes.md has the rest.
 * Floor    6.
 * Threads  Pure, but for the draft, which is the door's.
 * Limits   UPDATE_RECORDS_MAX records of a message; as many records removed by deletions of whole
 *          sets and names.
 * RFC      2136 2 and 3; 3007 3 and 4.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "change/draft.h"
#include "policy/update.h"
#include "zone/version.h"

enum { UPDATE_RECORDS_MAX = 4096, UPDATE_TEXT_SIZE = 256 };

struct update_record {
    const uint8_t *owner;
    const uint8_t *rdata; /* uncompressed; checked unless it has to be empty */
    uint32_t ttl;
    uint16_t type;
    uint16_t class;
    uint16_t rdata_size;
    uint8_t owner_size;
};

struct update_message {
    const uint8_t *zone;
    const struct update_record *prerequisites;
    const struct update_record *updates;
    uint32_t prerequisite_count;
    uint32_t update_count;
    uint8_t zone_size;
};

/* How it stands. Before anything is wrong: NOERROR, no text. */
struct update_result {
    uint16_t rcode;
    uint16_t ede;                /* ANSWER_EDE_NONE */
    char text[UPDATE_TEXT_SIZE]; /* for people: what was wrong; "" when there is nothing to say */
};

void update_result_init(struct update_result *ret_result);

struct update_request {
    const uint8_t *octets;
    size_t size; /* without what trails behind the last record */
    const struct policy_update *policy;
    struct policy_update_client client;
};

/* The first three steps below. `view` is the zone as the update would find it. */
void update_look(const struct update_request *request, const struct zone_version *view,
                 struct td_arena *arena, struct update_message *ret_message,
                 struct update_result *ret_result);

/*
 * Read a message of `size` octets, up to and without octets that trail. All lies in the arena.
 * FORMERR: it is none; REFUSED: too many records.
 */
void update_read(const uint8_t *octets, size_t size, struct td_arena *arena,
                 struct update_message *ret_message, struct update_result *result);

/* 3.2: the prerequisites, against the zone as the update would find it. */
void update_require(const struct update_message *message, const struct zone_version *view,
                    struct td_arena *arena, struct update_result *result);

/* 3.3 and 3.4.1: is the update section well formed, and may the client do all of it? */
void update_permit(const struct update_message *message, const struct zone_version *view,
                   const struct policy_update *policy, const struct policy_update_client *client,
                   struct update_result *result);

/* 3.4.2: write it into the draft. When it fails the draft has to be aborted. */
void update_apply(const struct update_message *message, struct change_draft *draft,
                  struct td_arena *arena, struct update_result *result);
