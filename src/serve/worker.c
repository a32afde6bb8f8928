#include "serve/worker.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "net/conn.h"
#include "serve/cache.h"
#include "serve/internal.h"
#include "serve/log.h"
#include "serve/road.h"
#include "wire/const.h"

enum { SCRATCH_SIZE = 16384 };

/* The accounts begin anew with every configuration: they are about the next seconds. */
static void take_settings(struct serve_worker *worker)
{
    const struct serve_settings *settings = worker->settings;
    struct td_hash_seed seed =
        td_hash_seed_of(io_random_u64(worker->io), io_random_u64(worker->io));

    worker->settings_generation = settings->generation;
    worker->auth_flags[TRANSPORT_UDP] = settings->has_minimal_any ? AUTH_MINIMAL_ANY : 0;
    policy_rrl_table_free(worker->rrl);
    worker->rrl = settings->rate_limit == NULL
                      ? NULL
                      : policy_rrl_table_new(settings->rate_limit_accounts, &seed);
    if (!settings->has_answer_cache) {
        answer_cache_free(worker->cache);
        worker->cache = NULL;
    } else if (worker->cache == NULL) {
        worker->cache = answer_cache_new();
    }
}

void serve_worker_refresh(struct serve_worker *worker)
{
    worker->settings = atomic_load_explicit(&worker->serve->settings, memory_order_acquire);
    if (td_unlikely(worker->settings->generation != worker->settings_generation))
        take_settings(worker);
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
    worker->stream_buffer = td_malloc(NET_MESSAGE_SIZE_MAX);
    td_arena_init(&worker->scratch, SCRATCH_SIZE);
    wire_encode_table_init(&worker->encode_table);
    worker->encode.table = &worker->encode_table;
    td_rcu_reader_add(serve->parts.rcu, &worker->reader);
    td_counters_add(serve->parts.counters, serve_counter_rows, SERVE_COUNTER_COUNT,
                    worker->counters);
    io_hooks_set(io, &hooks);
    td_rcu_quiet(&worker->reader);
    serve_worker_refresh(worker);
}

void serve_worker_may_end(struct serve_worker *worker)
{
    if (worker->is_stopping && worker->transfer_count == 0 && worker->update_count == 0 &&
        worker->ask_count == 0)
        io_stop(worker->io);
}

void serve_worker_fini(struct serve_worker *worker)
{
    io_hooks_set(worker->io, &(struct io_hooks){ .quiet = NULL });
    td_counters_remove(worker->serve->parts.counters, worker->counters);
    td_rcu_reader_remove(&worker->reader);
    policy_rrl_table_free(worker->rrl);
    answer_cache_free(worker->cache);
    td_arena_fini(&worker->scratch);
    free(worker->stream_buffer);
    free(worker->requests);
}

static enum policy_rrl_class rate_class(const struct request *request)
{
    const struct answer *answer = &request->worker->answer;

    if (!request->has_answer)
        return POLICY_RRL_ERROR;
    if (answer->rcode == WIRE_RCODE_NXDOMAIN)
        return POLICY_RRL_NXDOMAIN;
    if (answer->rcode != WIRE_RCODE_NOERROR)
        return POLICY_RRL_ERROR;
    if (answer->set_count != 0 && answer->sets[0].section == SECTION_ANSWER)
        return POLICY_RRL_ANSWER;
    return answer->is_authoritative ? POLICY_RRL_NODATA : POLICY_RRL_REFERRAL;
}

/* Positive answers have an account for each name, the rest one for each zone. */
enum policy_rrl_verdict serve_rate_limit(struct request *request)
{
    struct serve_worker *worker = request->worker;
    enum policy_rrl_class class = rate_class(request);
    uint64_t subject = class == POLICY_RRL_ANSWER ? request->key.hashes[0]
                       : request->entry != NULL   ? request->entry->hash
                                                  : 0;
    struct policy_rrl_result result =
        policy_rrl_check(worker->settings->rate_limit, worker->rrl, request_remote(request), class,
                         subject, (uint32_t)io_now_ms(worker->io));
    if (result.begins) {
        char remote[TD_ADDR_TEXT_SIZE];
        serve_log_limited(worker, LOG_NOTICE, EVENT_RATE_LIMITED,
                          "rate limit, remote %s, answers are withheld",
                          td_addr_format(request_remote(request), remote));
    }
    return result.verdict;
}

/*
 * Of very many zones none is near: bring what the batch will look for, one step of all requests
 * after the other, before they are routed.
 */
static TD_NOINLINE void prefetch_zones(struct serve_worker *worker, uint32_t count)
{
    struct request *request, *end = worker->requests + count;

    for (request = worker->requests; request < end; request++)
        request->far_slot = request->stage == STAGE_ROUTE
                                ? zone_set_prefetch_slot(worker->zones, &request->key)
                                : NULL;
    for (request = worker->requests; request < end; request++)
        zone_set_prefetch_entry(request->far_slot);
    for (request = worker->requests; request < end; request++)
        zone_set_prefetch_version(request->far_slot);
    worker->pauses = false;
    (void)road_begin(worker->requests, end);
    for (request = worker->requests; request < end; request++)
        if (request->stage == STAGE_ANSWER)
            __builtin_prefetch(request->version->pages);
    for (request = worker->requests; request < end; request++)
        if (request->stage == STAGE_ANSWER && request->apex_label != 0)
            zone_look_begin(request->version, &request->key, request->apex_label, &request->look);
}

/*
 * A batch takes the road stage by stage: while one name is hashed, the cache lines of the
 * one before are on their way. What a look-up costs is memory latency, and this hides it.
 */
void serve_worker_datagrams(void *context, struct io_udp *udp, struct io_udp_item *items,
                            uint32_t count)
{
    struct serve_worker *worker = context;
    struct request *request = worker->requests, *end = request + count;
    bool is_ipv6 = count != 0 && items[0].path->remote.any.sa_family == AF_INET6;

    serve_worker_refresh(worker);
    worker->pauses = zone_set_is_far(worker->zones);
    td_count_add(&worker->counters[is_ipv6 ? SERVE_COUNT_QUERY_UDP6 : SERVE_COUNT_QUERY_UDP4],
                 count);
    for (const struct io_udp_item *item = items; request < end; request++, item++) {
        request_init(request, worker, TRANSPORT_UDP, item->octets, item->size, item->answer,
                     IO_UDP_BUFFER_SIZE);
        request->udp = udp;
        request->path = item->path;
    }
    bool has_looks = road_begin(worker->requests, end);
    if (td_unlikely(worker->pauses)) {
        prefetch_zones(worker, count);
        has_looks = true;
    }
    if (has_looks)
        road_look(worker->requests, end);
    road_finish(worker->requests, end);
    for (request = worker->requests; request < end; request++, items++)
        items->answer_size = request->out_size;
}
