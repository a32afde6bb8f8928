/*
 * base/rcu.h - when nobody can hold an old snapshot any more.
 *
 * Shape    Quiet-state RCU. A reader (a worker) borrows snapshots for nothing between two
 *          quiet points. A writer publishes a new snapshot with an atomic store, takes a
 *          ticket, and may free the old one as soon as the ticket has passed: every reader
 *          that is online has been quiet since. What must be held longer is pinned by a
 *          count of its own, taken while it is borrowed.
 * Floor    0.
 * Threads  A reader belongs to one thread; the rest is for any thread.
 * Limits   TD_RCU_READERS_MAX readers.
 *
 * Own code and not liburcu's: C11 atomics are understood by ThreadSanitizer, and a
 * simulator can have many domains in one thread.
 */
#pragma once

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { TD_RCU_READERS_MAX = 320 };

struct td_rcu;

struct td_rcu_reader {
    alignas(64) _Atomic uint64_t seen; /* the epoch at the last quiet point; 0: offline */
    struct td_rcu *rcu;
    uint32_t slot;
};

/* A thing to be freed later; embedded in it. */
struct td_rcu_later {
    struct td_rcu_later *next;
    uint64_t ticket;
    void (*free)(struct td_rcu_later *later);
};

struct td_rcu *td_rcu_new(void);

/* Runs everything that was deferred. All readers are gone. */
void td_rcu_free(struct td_rcu *rcu);

/* Readers start offline. */
void td_rcu_reader_add(struct td_rcu *rcu, struct td_rcu_reader *reader);
void td_rcu_reader_remove(struct td_rcu_reader *reader);

/*
 * A quiet point: this thread holds nothing that it borrowed before. Also comes online.
 * What it then borrows is loaded with memory_order_acquire or stronger.
 */
void td_rcu_quiet(struct td_rcu_reader *reader);

/* This thread will hold nothing until its next td_rcu_quiet (it is about to sleep). */
void td_rcu_offline(struct td_rcu_reader *reader);

/* To be taken after the new snapshot was stored (memory_order_seq_cst or release). */
uint64_t td_rcu_ticket(struct td_rcu *rcu);

/* Has every reader been quiet since the ticket was taken? */
bool td_rcu_passed(struct td_rcu *rcu, uint64_t ticket);

/* Wait for it, sleeping 50 us between looks. Not for readers that are online. */
void td_rcu_wait(struct td_rcu *rcu, uint64_t ticket);

/* Call `free` once readers cannot hold it; from td_rcu_reclaim, of whichever thread. */
void td_rcu_defer(struct td_rcu *rcu, struct td_rcu_later *later,
                  void (*free)(struct td_rcu_later *later));

/* Free what can be freed. Returns how many things still wait. */
uint64_t td_rcu_reclaim(struct td_rcu *rcu);
