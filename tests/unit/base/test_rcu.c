/*
 * Goal    Nothing is freed while a reader can hold it, and everything is freed once none can.
 * Method  by hand in one thread; then readers and a writer in threads, where a freed
 *         snapshot is overwritten and a sanitizer watches.
 */
#include <pthread.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/rcu.h"
#include "unit/test.h"

struct thing {
    struct td_rcu_later later;
    unsigned *freed;
};

static void thing_free(struct td_rcu_later *later)
{
    struct thing *thing = td_container_of(later, struct thing, later);

    (*thing->freed)++;
    free(thing);
}

static void defer_one(struct td_rcu *rcu, unsigned *freed)
{
    struct thing *thing = td_malloc(sizeof(*thing));

    thing->freed = freed;
    td_rcu_defer(rcu, &thing->later, thing_free);
}

TEST(without_readers_all_passes)
{
    struct td_rcu *rcu = td_rcu_new();
    unsigned freed = 0;

    CHECK(td_rcu_passed(rcu, td_rcu_ticket(rcu)));
    defer_one(rcu, &freed);
    CHECK_EQ(td_rcu_reclaim(rcu), 0);
    CHECK_EQ(freed, 1);
    td_rcu_free(rcu);
}

TEST(a_reader_online_holds_until_it_is_quiet)
{
    struct td_rcu *rcu = td_rcu_new();
    struct td_rcu_reader reader;
    unsigned freed = 0;

    td_rcu_reader_add(rcu, &reader);
    CHECK(td_rcu_passed(rcu, td_rcu_ticket(rcu))); /* it started offline */

    td_rcu_quiet(&reader);
    uint64_t ticket = td_rcu_ticket(rcu);
    defer_one(rcu, &freed);
    CHECK(!td_rcu_passed(rcu, ticket));
    CHECK_EQ(td_rcu_reclaim(rcu), 1);
    CHECK_EQ(freed, 0);

    td_rcu_quiet(&reader);
    CHECK(td_rcu_passed(rcu, ticket));
    defer_one(rcu, &freed); /* younger than the quiet point */
    CHECK_EQ(td_rcu_reclaim(rcu), 1);
    CHECK_EQ(freed, 1);

    td_rcu_offline(&reader);
    CHECK_EQ(td_rcu_reclaim(rcu), 0);
    CHECK_EQ(freed, 2);
    td_rcu_reader_remove(&reader);
    td_rcu_free(rcu);
}

TEST(the_slowest_reader_decides)
{
    enum { READERS = 5 };
    struct td_rcu *rcu = td_rcu_new();
    struct td_rcu_reader readers[READERS];

    for (int i = 0; i < READERS; i++) {
        td_rcu_reader_add(rcu, &readers[i]);
        td_rcu_quiet(&readers[i]);
    }
    for (int slow = 0; slow < READERS; slow++) {
        uint64_t ticket = td_rcu_ticket(rcu);

        for (int i = 0; i < READERS; i++)
            if (i != slow)
                td_rcu_quiet(&readers[i]);
        CHECK(!td_rcu_passed(rcu, ticket));
        td_rcu_quiet(&readers[slow]);
        CHECK(td_rcu_passed(rcu, ticket));
    }

    /* Taken out in an order that moves others to new places. */
    static const int order[READERS] = { 1, 4, 0, 2, 3 };
    uint64_t ticket = td_rcu_ticket(rcu);
    for (int i = 0; i < READERS; i++) {
        CHECK(!td_rcu_passed(rcu, ticket));
        td_rcu_reader_remove(&readers[order[i]]);
    }
    CHECK(td_rcu_passed(rcu, ticket));
    td_rcu_free(rcu);
}

struct parent {
    struct td_rcu_later later;
    struct td_rcu *rcu;
    unsigned *freed;
};

static void parent_free(struct td_rcu_later *later)
{
    struct parent *parent = td_container_of(later, struct parent, later);

    defer_one(parent->rcu, parent->freed);
    (*parent->freed)++;
    free(parent);
}

TEST(what_is_freed_may_defer_more)
{
    struct td_rcu *rcu = td_rcu_new();
    struct parent *parent = td_malloc(sizeof(*parent));
    unsigned freed = 0;

    parent->rcu = rcu;
    parent->freed = &freed;
    td_rcu_defer(rcu, &parent->later, parent_free);
    CHECK_EQ(td_rcu_reclaim(rcu), 1);
    td_rcu_free(rcu);
    CHECK_EQ(freed, 2);
}

enum { READERS = 3, VERSIONS = 3000, DEAD = 0x0DEAD };

struct snapshot {
    struct td_rcu_later later;
    unsigned value, same;
};

static _Atomic(struct snapshot *) current;
static atomic_bool stop;

static void snapshot_free(struct td_rcu_later *later)
{
    struct snapshot *snapshot = td_container_of(later, struct snapshot, later);

    snapshot->value = DEAD;
    free(snapshot);
}

static void *read_for_ever(void *argument)
{
    struct td_rcu_reader reader;
    uintptr_t wrong = 0;

    td_rcu_reader_add(argument, &reader);
    for (unsigned turn = 0; !atomic_load(&stop); turn++) {
        td_rcu_quiet(&reader);
        for (int i = 0; i < 10; i++) {
            struct snapshot *snapshot = atomic_load_explicit(&current, memory_order_acquire);
            wrong += snapshot->value == DEAD || snapshot->value != snapshot->same;
        }
        if (turn % 7 == 0)
            td_rcu_offline(&reader);
    }
    td_rcu_reader_remove(&reader);
    return (void *)wrong;
}

static struct snapshot *snapshot_new(unsigned value)
{
    struct snapshot *snapshot = td_malloc(sizeof(*snapshot));

    snapshot->value = snapshot->same = value;
    return snapshot;
}

TEST(threads_never_see_a_freed_snapshot)
{
    struct td_rcu *rcu = td_rcu_new();
    pthread_t threads[READERS];

    atomic_store(&stop, false);
    atomic_store(&current, snapshot_new(0));
    for (int i = 0; i < READERS; i++)
        CHECK_EQ(pthread_create(&threads[i], NULL, read_for_ever, rcu), 0);
    for (unsigned version = 1; version <= VERSIONS; version++) {
        struct snapshot *old = atomic_exchange(&current, snapshot_new(version));
        if (version % 100 == 0) {
            td_rcu_wait(rcu, td_rcu_ticket(rcu));
            snapshot_free(&old->later);
        } else {
            td_rcu_defer(rcu, &old->later, snapshot_free);
        }
        td_rcu_reclaim(rcu);
    }
    atomic_store(&stop, true);
    for (int i = 0; i < READERS; i++) {
        void *wrong = NULL;
        CHECK_EQ(pthread_join(threads[i], &wrong), 0);
        CHECK(wrong == NULL);
    }
    CHECK_EQ(td_rcu_reclaim(rcu), 0);
    snapshot_free(&atomic_load(&current)->later);
    td_rcu_free(rcu);
}

TESTS(without_readers_all_passes, a_reader_online_holds_until_it_is_quiet,
      the_slowest_reader_decides, what_is_freed_may_defer_more, threads_never_see_a_freed_snapshot)
