/*
 * unit/io/world.h - a real world for one test, with the test's body in a fiber.
 *
 * A check that fails in a fiber cannot jump back to cmocka's stack, so it aborts there, which
 * shows the place just as well.
 */
#pragma once

#include <stdlib.h>

#include "base/addr.h"
#include "io/fiber.h"
#include "io/io.h"
#include "unit/test.h"

struct world_run {
    io_fiber_entry *body;
    void *argument;
    struct io *io;
};

static void world_main(struct fiber *fiber, void *argument)
{
    struct world_run *run = argument;
    run->body(fiber, run->argument);
    io_stop(run->io);
}

/* Run `body` to its end in a fiber of a new real world. */
TD_UNUSED static void world_run(io_fiber_entry *body, void *argument)
{
    setenv("CMOCKA_TEST_ABORT", "1", 1);
    struct world_run run = { .body = body, .argument = argument };
    CHECK_OK(io_real_new("test", &run.io, NULL));
    CHECK_OK(io_fiber_spawn(run.io, "test", world_main, &run, NULL));
    io_run(run.io);
    io_real_free(run.io);
}

TD_UNUSED static struct td_addr world_addr(const char *text, uint16_t port)
{
    struct td_addr addr;
    CHECK_OK(td_addr_parse(text, port, &addr));
    return addr;
}
