#include "base/rcu.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/alloc.h"
#include "base/assert.h"

struct td_rcu {
    _Atomic uint64_t epoch;
    pthread_mutex_t lock; /* readers[] and the queue; never taken by a reader's quiet point */
    struct td_rcu_reader *readers[TD_RCU_READERS_MAX];
    uint32_t reader_count;
    struct td_rcu_later *oldest;
    struct td_rcu_later **newest;
    uint64_t waiting;
};

struct td_rcu *td_rcu_new(void)
{
    struct td_rcu *rcu = td_calloc(1, sizeof(*rcu));

    atomic_init(&rcu->epoch, 1);
    pthread_mutex_init(&rcu->lock, NULL);
    rcu->newest = &rcu->oldest;
    return rcu;
}

void td_rcu_free(struct td_rcu *rcu)
{
    if (rcu == NULL)
        return;
    td_assert(rcu->reader_count == 0);
    while (td_rcu_reclaim(rcu) != 0)
        continue;
    pthread_mutex_destroy(&rcu->lock);
    free(rcu);
}

void td_rcu_reader_add(struct td_rcu *rcu, struct td_rcu_reader *reader)
{
    atomic_init(&reader->seen, 0);
    reader->rcu = rcu;
    pthread_mutex_lock(&rcu->lock);
    td_assert(rcu->reader_count < TD_RCU_READERS_MAX);
    reader->slot = rcu->reader_count++;
    rcu->readers[reader->slot] = reader;
    pthread_mutex_unlock(&rcu->lock);
}

void td_rcu_reader_remove(struct td_rcu_reader *reader)
{
    struct td_rcu *rcu = reader->rcu;

    td_rcu_offline(reader);
    pthread_mutex_lock(&rcu->lock);
    struct td_rcu_reader *last = rcu->readers[--rcu->reader_count];
    rcu->readers[reader->slot] = last;
    last->slot = reader->slot;
    pthread_mutex_unlock(&rcu->lock);
}

/*
 * The store must not be passed by later loads of snapshot pointers, hence seq_cst: a
 * reader that has seen the epoch of a ticket also sees what was published before it.
 */
void td_rcu_quiet(struct td_rcu_reader *reader)
{
    uint64_t epoch = atomic_load_explicit(&reader->rcu->epoch, memory_order_seq_cst);

    if (atomic_load_explicit(&reader->seen, memory_order_relaxed) != epoch)
        atomic_store_explicit(&reader->seen, epoch, memory_order_seq_cst);
}

void td_rcu_offline(struct td_rcu_reader *reader)
{
    atomic_store_explicit(&reader->seen, 0, memory_order_release);
}

uint64_t td_rcu_ticket(struct td_rcu *rcu)
{
    return atomic_fetch_add_explicit(&rcu->epoch, 1, memory_order_seq_cst) + 1;
}

/* The epoch that every reader online has seen: tickets up to it have passed. */
static uint64_t seen_by_all_locked(const struct td_rcu *rcu)
{
    uint64_t least = UINT64_MAX;

    for (uint32_t i = 0; i < rcu->reader_count; i++) {
        uint64_t seen = atomic_load_explicit(&rcu->readers[i]->seen, memory_order_seq_cst);
        if (seen != 0 && seen < least)
            least = seen;
    }
    return least;
}

bool td_rcu_passed(struct td_rcu *rcu, uint64_t ticket)
{
    pthread_mutex_lock(&rcu->lock);
    bool passed = ticket <= seen_by_all_locked(rcu);
    pthread_mutex_unlock(&rcu->lock);
    return passed;
}

void td_rcu_wait(struct td_rcu *rcu, uint64_t ticket)
{
    while (!td_rcu_passed(rcu, ticket))
        nanosleep(&(struct timespec){ .tv_nsec = 50000 }, NULL);
}

void td_rcu_defer(struct td_rcu *rcu, struct td_rcu_later *later,
                  void (*free_later)(struct td_rcu_later *later))
{
    later->next = NULL;
    later->free = free_later;
    pthread_mutex_lock(&rcu->lock);
    later->ticket = td_rcu_ticket(rcu);
    *rcu->newest = later;
    rcu->newest = &later->next;
    rcu->waiting++;
    pthread_mutex_unlock(&rcu->lock);
}

uint64_t td_rcu_reclaim(struct td_rcu *rcu)
{
    struct td_rcu_later *ready = NULL;
    struct td_rcu_later **end = &ready;

    pthread_mutex_lock(&rcu->lock);
    uint64_t seen = seen_by_all_locked(rcu);
    while (rcu->oldest != NULL && rcu->oldest->ticket <= seen) {
        *end = rcu->oldest;
        end = &rcu->oldest->next;
        rcu->oldest = *end;
        rcu->waiting--;
    }
    *end = NULL;
    if (rcu->oldest == NULL)
        rcu->newest = &rcu->oldest;
    pthread_mutex_unlock(&rcu->lock);

    while (ready != NULL) {
        struct td_rcu_later *next = ready->next;
        ready->free(ready);
        ready = next;
    }
    /* Looked at last: what was freed may have deferred more. */
    pthread_mutex_lock(&rcu->lock);
    uint64_t waiting = rcu->waiting;
    pthread_mutex_unlock(&rcu->lock);
    return waiting;
}
