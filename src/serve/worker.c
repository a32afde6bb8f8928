#include "serve/worker.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "serve/internal.h"
#include "serve/road.h"
#include "wire/const.h"

enum { SCRATCH_SIZE = 16384 };

void serve_worker_refresh(struct serve_worker *worker)
{
    worker->settings = atomic_load_explicit(&worker->serve->settings, memory_order_acquire);
    if (td_unlikely(worker->settings->generation != worker->rrl_generation)) {
        worker->rrl_generation = worker->settings->generation;
        rrl_free(worker->rrl);
        worker->rrl = worker->settings->has_rate_limit
                          ? rrl_new(&worker->settings->rate_limit, io_random_u64(worker->io))
                          : NULL;
    }
}

static void quiet(void *context)
{
    struct serve_worker *worker = context;

    td_rcu_quiet(&worker->reader);
}

static void sleep_begins(void *context)
{
    struct serve_worker *worker = context;

    td_rcu_offline(&worker->reader);
}

void serve_worker_init(struct serve_worker *worker, struct io *io, struct serve *serve)
{
    struct io_hooks hooks = {
        .quiet = quiet, .sleep = sleep_begins, .awake = quiet, .context = worker
    };

    worker->io = io;
    worker->serve = serve;
    worker->zones = serve->parts.zones;
    worker->seed = serve->parts.seed;
    worker->requests = td_calloc(IO_UDP_BATCH_MAX + 1, sizeof(*worker->requests));
    td_arena_init(&worker->scratch, SCRATCH_SIZE);
    wire_encode_table_init(&worker->encode_table);
    td_rcu_reader_add(serve->parts.rcu, &worker->reader);
    td_counters_add(serve->parts.counters, serve_counter_rows, SERVE_COUNTER_COUNT,
                    worker->counters);
    io_hooks_set(io, &hooks);
    td_rcu_quiet(&worker->reader);
    serve_worker_refresh(worker);
}

void serve_worker_fini(struct serve_worker *worker)
{
    io_hooks_set(worker->io, &(struct io_hooks){ .quiet = NULL });
    td_counters_remove(worker->serve->parts.counters, worker->counters);
    td_rcu_reader_remove(&worker->reader);
    rrl_free(worker->rrl);
    td_arena_fini(&worker->scratch);
    free(worker->requests);
}

enum rrl_verdict serve_rate_limit(struct request *request, enum rrl_class class)
{
    struct serve_worker *worker = request->worker;
    const uint8_t *zone = NULL;
    size_t zone_size = 0;

    if (request->entry != NULL) {
        zone = request->entry->name;
        zone_size = request->entry->name_size;
    }
    return rrl_check(worker->rrl, request_remote(request), class, zone, zone_size,
                     io_now_ms(worker->io));
}

/*
 * A batch takes the road stage by stage: while one name is hashed, the cache lines of the
 * one before are on their way. What a look-up costs is memory latency, and this hides it.
 */
void serve_worker_datagrams(void *context, struct io_udp *udp, struct io_udp_item *items,
                            uint32_t count)
{
    struct serve_worker *worker = context;
    bool is_ipv6 = count != 0 && items[0].path->remote.any.sa_family == AF_INET6;

    serve_worker_refresh(worker);
    td_count_add(&worker->counters[is_ipv6 ? SERVE_COUNT_QUERY_UDP6 : SERVE_COUNT_QUERY_UDP4],
                 count);
    for (uint32_t i = 0; i < count; i++) {
        struct request *request = &worker->requests[i];
        request_init(request, worker, TRANSPORT_UDP, items[i].octets, items[i].size,
                     items[i].answer, IO_UDP_BUFFER_SIZE);
        request->udp = udp;
        request->path = items[i].path;
        if (road_run(request, STAGE_ANSWER) && request->stage == STAGE_ANSWER)
            zone_prefetch_slot(request->version, &request->key);
    }
    for (uint32_t i = 0; i < count; i++)
        if (worker->requests[i].stage == STAGE_ANSWER)
            zone_prefetch_node(worker->requests[i].version, &worker->requests[i].key);
    for (uint32_t i = 0; i < count; i++) {
        if (road_run(&worker->requests[i], STAGE_COUNT))
            items[i].answer_size = worker->requests[i].out_size;
    }
}
