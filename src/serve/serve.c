#include "serve/serve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "net/crowd.h"
#include "serve/difference.h"
#include "serve/event.h"
#include "serve/internal.h"
#include "serve/log.h"
#include "serve/notify.h"
#include "serve/stream.h"
#include "serve/update.h"

enum { ORDERS_MAX = 16 };

struct serve *serve_new(const struct serve_parts *parts)
{
    struct serve *serve = td_calloc(1, sizeof(*serve));

    serve->parts = *parts;
    /* Of its own: strangers fill it, and the seed of names may be an old one. */
    struct td_hash_seed seed = td_hash_seed_of(io_random_u64(parts->io), io_random_u64(parts->io));
    serve->crowd = net_crowd_new(&seed);
    serve->replies = io_mailbox_new(parts->io, SERVE_WORKERS_MAX);
    serve->updates = io_mailbox_new(parts->io, SERVE_UPDATES_MAX);
    serve->notifies = io_mailbox_new(parts->io, SERVE_NOTIFIES_MAX);
    serve->events = io_mailbox_new(parts->io, SERVE_EVENTS_MAX);
    serve->asks = io_mailbox_new(parts->io, SERVE_ASKS_MAX);
    return serve;
}

void serve_free(struct serve *serve)
{
    if (serve == NULL)
        return;
    td_assert(serve->thread_count == 0);
    io_mailbox_free(serve->replies);
    net_crowd_free(serve->crowd);
    io_mailbox_free(serve->updates);
    for (void *letter; (letter = io_mailbox_take(serve->notifies)) != NULL;)
        free(letter);
    io_mailbox_free(serve->notifies);
    for (void *letter; (letter = io_mailbox_take(serve->events)) != NULL;)
        free(letter);
    io_mailbox_free(serve->events);
    io_mailbox_free(serve->asks);
    serve_settings_free(atomic_load_explicit(&serve->settings, memory_order_relaxed));
    free(serve->threads);
    free(serve);
}

/* ---- settings ---- */

void serve_settings_free(struct serve_settings *settings)
{
    if (settings == NULL)
        return;
    tsig_keys_free(settings->keys);
    policy_rrl_free(settings->rate_limit);
    explicit_bzero(&settings->cookies, sizeof(settings->cookies));
    free(settings);
}

static void settings_free_later(struct td_rcu_later *later)
{
    serve_settings_free(td_container_of(later, struct serve_settings, later));
}

void serve_settings_publish(struct serve *serve, struct serve_settings *settings)
{
    settings->generation = ++serve->settings_generation;
    struct serve_settings *before =
        atomic_exchange_explicit(&serve->settings, settings, memory_order_seq_cst);
    zone_set_touch(serve->parts.zones); /* what answer caches hold was made with the old ones */
    if (before != NULL)
        td_rcu_defer(serve->parts.rcu, &before->later, settings_free_later);
}

struct serve_zone *serve_zone_new(const struct serve_zone *pattern)
{
    struct serve_zone *zone = td_malloc(sizeof(*zone));

    *zone = *pattern;
    zone->users = 1;
    return zone;
}

struct serve_zone *serve_zone_share(struct serve_zone *zone)
{
    zone->users++;
    return zone;
}

static void zone_free_later(struct td_rcu_later *later)
{
    struct serve_zone *zone = td_container_of(later, struct serve_zone, later);

    policy_acl_free(zone->allow_query);
    policy_acl_free(zone->allow_transfer);
    policy_acl_free(zone->allow_notify);
    policy_update_free(zone->update);
    free(zone);
}

void serve_zone_retire(struct serve *serve, struct serve_zone *zone)
{
    if (zone != NULL && --zone->users == 0)
        td_rcu_defer(serve->parts.rcu, &zone->later, zone_free_later);
}

/* ---- the worker's thread ---- */

static void reply(struct serve_order *order)
{
    td_err err = io_mailbox_post(order->thread->serve->replies, order);

    td_assert(err == TD_OK); /* room for one of each worker */
}

static void take_order(void *context, void *letter)
{
    struct serve_thread *thread = context;
    struct serve_order *order = letter;

    if (order->kind == ORDER_STOP) {
        serve_sockets_close(thread);
        serve_stream_stop(&thread->worker);
    } else {
        serve_sockets_order(thread, order);
    }
    reply(order);
}

static void thread_start(struct io *io, void *context)
{
    struct serve_order *order = context;
    struct serve_thread *thread = order->thread;

    thread->orders = io_mailbox_new(io, ORDERS_MAX);
    thread->answers = io_mailbox_new(io, SERVE_UPDATES_MAX);
    thread->told = io_mailbox_new(io, SERVE_ASKS_MAX);
    serve_worker_init(&thread->worker, io, thread->serve);
    io_mailbox_on_letter(thread->orders, take_order, thread);
    io_mailbox_on_letter(thread->answers, serve_update_return, thread);
    io_mailbox_on_letter(thread->told, serve_difference_return, thread);
    reply(order);
}

static void thread_finish(struct io *io, void *context)
{
    struct serve_order *order = context;
    struct serve_thread *thread = order->thread;

    (void)io;
    serve_worker_fini(&thread->worker);
    io_mailbox_free(thread->orders);
    io_mailbox_free(thread->answers);
    io_mailbox_free(thread->told);
}

/* ---- orders ---- */

/* Wait for a number of replies; returns the first that failed, or NULL. */
static struct serve_order *await(struct fiber *fiber, struct serve *serve, uint32_t count)
{
    struct serve_order *failed = NULL;

    for (uint32_t i = 0; i < count; i++) {
        void *letter;
        td_err err = io_mailbox_receive(fiber, serve->replies, IO_FOREVER, &letter);
        td_assert(err == TD_OK); /* the fiber that gives orders is not cancelled */
        struct serve_order *order = letter;
        if (order->result != TD_OK && failed == NULL)
            failed = order;
    }
    return failed;
}

/* Give all workers the same order and wait until all have carried it out. */
static td_err command(struct fiber *fiber, struct serve *serve, const struct serve_order *pattern,
                      struct td_diag *diag)
{
    struct serve_order *orders = td_calloc(serve->thread_count, sizeof(*orders));

    for (uint32_t i = 0; i < serve->thread_count; i++) {
        orders[i] = *pattern;
        orders[i].thread = serve->threads[i];
        td_err err = io_mailbox_post(serve->threads[i]->orders, &orders[i]);
        td_assert(err == TD_OK);
    }
    const struct serve_order *failed = await(fiber, serve, serve->thread_count);
    td_err err = TD_OK;
    if (failed != NULL) {
        err = failed->result;
        *diag = failed->diag;
    }
    free(orders);
    return err;
}

td_err serve_start(struct fiber *fiber, struct serve *serve, uint32_t workers,
                   struct serve_settings *settings, struct td_diag *diag)
{
    td_assert(workers >= 1 && workers <= SERVE_WORKERS_MAX);
    serve_settings_publish(serve, settings);
    serve->threads = td_calloc(workers, sizeof(struct serve_thread *));
    for (uint32_t i = 0; i < workers; i++) {
        char name[IO_THREAD_NAME_SIZE];
        struct serve_thread *thread = td_aligned_alloc(64, (sizeof(*thread) + 63) / 64 * 64);
        memset(thread, 0, sizeof(*thread));
        thread->serve = serve;
        thread->order = (struct serve_order){ .kind = ORDER_START, .thread = thread };
        snprintf(name, sizeof(name), "worker-%u", i);
        struct io_thread_options options = {
            .name = name,
            .cpu = IO_THREAD_CPU_ANY,
            .start = thread_start,
            .finish = thread_finish,
            .context = &thread->order,
        };
        td_err err = io_thread_start(serve->parts.io, &options, &thread->thread, diag);
        if (err != TD_OK) {
            free(thread);
            return err;
        }
        serve->threads[serve->thread_count++] = thread;
        const struct serve_order *failed = await(fiber, serve, 1);
        td_assert(failed == NULL);
    }
    return TD_OK;
}

td_err serve_listen(struct fiber *fiber, struct serve *serve, const struct serve_listen *listen,
                    struct td_diag *diag)
{
    struct serve_order order = { .kind = ORDER_OPEN, .listen = listen };
    struct td_diag ignored;

    td_err err = command(fiber, serve, &order, diag);
    order.kind = err == TD_OK ? ORDER_KEEP : ORDER_UNDO;
    td_err second = command(fiber, serve, &order, &ignored);
    td_assert(second == TD_OK); /* closing cannot fail */
    return err;
}

void serve_stop(struct fiber *fiber, struct serve *serve, uint64_t grace_ms)
{
    struct serve_order order = { .kind = ORDER_STOP, .grace_ms = grace_ms };
    struct td_diag ignored;

    td_err err = command(fiber, serve, &order, &ignored);
    td_assert(err == TD_OK);
    for (uint32_t i = 0; i < serve->thread_count; i++) {
        io_thread_join(fiber, serve->threads[i]->thread);
        free(serve->threads[i]);
    }
    serve->thread_count = 0;
}

uint32_t serve_worker_count(const struct serve *serve)
{
    return serve->thread_count;
}
