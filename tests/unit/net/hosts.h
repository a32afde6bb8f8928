/*
 * unit/net/hosts.h - two simulated hosts, a client at 192.0.2.1 and a server at 192.0.2.2, and
 * virtual time.
 */
#pragma once

#include "io/sim.h"
#include "unit/io/world.h"

static struct io_sim *sim;
static struct io_sim_host *client_host, *server_host;

TD_UNUSED static void hosts_start(uint64_t seed)
{
    setenv("CMOCKA_TEST_ABORT", "1", 1);
    struct io_sim_options options = { .seed = seed, .mail_delay_ns = 1000 };
    options.link.latency_ns = IO_NS_PER_MS;
    sim = io_sim_new(&options);
    struct td_addr client = world_addr("192.0.2.1", 0), server = world_addr("192.0.2.2", 0);
    CHECK_OK(io_sim_host_new(sim, "client", &client, 1, &client_host));
    CHECK_OK(io_sim_host_new(sim, "server", &server, 1, &server_host));
}

TD_UNUSED static void hosts_run_ms(uint64_t ms)
{
    (void)io_sim_run(sim, io_sim_now_ns(sim) + ms * IO_NS_PER_MS);
}

/* Until nothing is left to happen, which may take days of virtual time. */
TD_UNUSED static void hosts_run_out(void)
{
    CHECK(!io_sim_run(sim, IO_FOREVER));
    CHECK_EQ(io_sim_host_io(client_host)->fiber_count, 0);
}

TD_UNUSED static void hosts_spawn(io_fiber_entry *entry, void *argument)
{
    CHECK_OK(io_fiber_spawn(io_sim_host_io(client_host), "client", entry, argument, NULL));
}
