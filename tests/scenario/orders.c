#include "scenario/orders.h"

#include "base/assert.h"
#include "io/fiber.h"

enum { CRASH_PERCENT = 10, CRASH_WITHIN_MS = 40, DOWN_MS = 10000 };

struct given {
    struct node *node;
    const char *what;
    order *run;
    void *argument;
    td_err result;
};

static void given_main(struct fiber *fiber, void *argument)
{
    struct given *given = argument;
    struct node *node = given->node;
    struct operator_context as = { .fiber = fiber, .server = node->server };
    struct td_diag diag = { .line = 0 };

    given->result = given->run(&as, given->argument, &diag);
    cluster_note(node->cluster, "%s: %s: %s %s", node->name, given->what,
                 td_err_text(given->result), given->result == TD_OK ? "" : diag.text);
    node->orders--;
    node->has_no_order = node->orders == 0;
    io_condition_broadcast(&node->order_ended);
}

static void crash_soon(struct node *node)
{
    struct cluster *cluster = node->cluster;

    io_sim_run(cluster->sim, io_sim_now_ns(cluster->sim) +
                                 cluster_below(cluster, CRASH_WITHIN_MS * IO_NS_PER_MS));
    if (node->state == NODE_UP && node->orders != 0)
        node_crash(node, cluster_below(cluster, DOWN_MS));
}

td_err order_give(struct node *node, const char *what, bool may_crash, order *run, void *argument)
{
    struct given given = { .node = node, .what = what, .run = run, .argument = argument };

    if (node->state != NODE_UP || !node->is_open)
        return TD_E_CLOSED;
    td_err err = io_fiber_spawn(node->server->io, "operator", given_main, &given, NULL);
    td_assert(err == TD_OK);
    node->orders++;
    node->has_no_order = false;
    if (may_crash && cluster_chance(node->cluster, CRASH_PERCENT))
        crash_soon(node);
    while (node->orders != 0)
        cluster_run_ms(node->cluster, node->cluster->step_ms);
    return given.result;
}

/* ---- those of a zone ---- */

struct order_of_zone {
    enum control_order what;
    const struct control_call *call;
};

static td_err give_zone(struct operator_context *as, void *argument, struct td_diag *diag)
{
    const struct order_of_zone *given = argument;
    struct control_zone_status status;

    td_err err = operator_zone_order(as, given->what, given->call, &status, diag);
    if (err == TD_OK)
        td_arena_fini(&status.arena);
    return err;
}

td_err order_zone(struct node *node, bool may_crash, enum control_order what,
                  const struct control_call *call)
{
    struct order_of_zone given = { .what = what, .call = call };

    return order_give(node, "order", may_crash, give_zone, &given);
}
