/*
 * replicate/task.h - the replicate keeper: a thread whose fibers talk to peers.
 *
 * Shape    A task is run by a fiber of the keeper and comes back finished, in any order. It is its
 *          owner's until it is given, and again when `done` is called.
 * Floor    6.
 * Threads  Everything but `run` on the world that made the keeper (the main one).
 * Limits   REPLICATE_TASKS_MAX tasks at the keeper; more wait here, first come first served.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/err.h"
#include "io/fiber.h"
#include "io/io.h"

enum { REPLICATE_TASKS_MAX = 2000 };

struct replicate_keeper;
struct replicate_streams;

/* Embedded in what is to be done. */
struct replicate_task {
    /* On the keeper, in a fiber; cancelled when the keeper stops. */
    void (*run)(struct fiber *fiber, struct replicate_task *task);
    /* On the loop of the keeper's maker; the task is its owner's again. */
    void (*done)(struct replicate_task *task);
    bool was_run; /* false: the keeper stopped before */

    struct replicate_keeper *keeper; /* private from here on */
    struct replicate_task *next;
};

TD_NODISCARD td_err replicate_keeper_new(struct io *io, struct replicate_keeper **ret_keeper,
                                         struct td_diag *diag);

/* Tasks under way are cancelled; `done` is called for every one before this returns. */
void replicate_keeper_free(struct fiber *fiber, struct replicate_keeper *keeper);

void replicate_keeper_give(struct replicate_keeper *keeper, struct replicate_task *task);

/* Connections that its tasks share; for `run`. NULL where the task is run by somebody else. */
struct replicate_streams *replicate_task_streams(const struct replicate_task *task);

/* Given and not yet back. */
uint32_t replicate_keeper_count(const struct replicate_keeper *keeper);
