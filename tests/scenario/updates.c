/*
 * Dynamic updates, to the primary and to secondaries that hand them on, while everything fails.
 * Each adds one name that no other has: so a name that was acknowledged is there from then on, and
 * of all versions that anybody shows those from one serial on have it, and those before have not.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/writer.h"
#include "io/fiber.h"
#include "io/udp.h"
#include "scenario/faults.h"
#include "scenario/layout.h"
#include "scenario/model.h"
#include "scenario/probe.h"
#include "tsig/tsig.h"
#include "wire/message.h"
#include "wire/rrtype.h"

enum {
    FAULTS = 40,
    FAULT_PAUSE_MS = 8000,
    SETTLE_MS = 25000,
    CLIENTS = 3,
    NAMES_MAX = 4096,
    MESSAGE_SIZE = 512,
    PATIENCE_MS = 6000,
    UPDATE_PAUSE_MS = 1500,
    TTL = 5,
    TXT_SIZE = 16,
    ASKED_OF_LAST = 40, /* most questions are for names of late */
};

struct name {
    bool is_acknowledged;
    uint32_t there_from; /* the lowest serial that was seen with it; 0: none */
    uint32_t not_at;     /* the highest that was seen without it */
};

struct updates {
    struct cluster *cluster;
    struct name names[NAMES_MAX];
    unsigned count;
    unsigned acknowledged;
    bool wants_stop;
    struct tsig_key key;
    struct fiber *clients[CLIENTS];
};

/* ---- what is asked, and has to be answered ---- */

static char choose(struct probe *probe, unsigned *ret_number, bool *ret_must_be)
{
    struct cluster *cluster = probe->node->cluster;
    const struct updates *updates = cluster->topic_context;
    unsigned count = updates->count;

    if (count > ASKED_OF_LAST && cluster_chance(cluster, 80))
        *ret_number = count - 1 - (unsigned)cluster_below(cluster, ASKED_OF_LAST);
    else
        *ret_number = count == 0 ? 0 : (unsigned)cluster_below(cluster, count);
    *ret_must_be = probe->node->is_primary && updates->names[*ret_number].is_acknowledged;
    return 'u';
}

static void check(struct probe *probe, uint32_t serial, unsigned number, uint32_t value)
{
    const struct cluster *cluster = probe->node->cluster;
    struct updates *updates = cluster->topic_context;
    struct name *name = &updates->names[number];

    if (value != 0 && value != number + 1)
        cluster_fail(cluster, "%s answers %u for u%u", probe->node->name, value, number);
    if (value == 0 && serial > name->not_at)
        name->not_at = serial;
    if (value != 0 && (name->there_from == 0 || serial < name->there_from))
        name->there_from = serial;
    if (name->there_from != 0 && name->not_at >= name->there_from)
        cluster_fail(cluster, "u%u is in serial %u and is not in %u: %s answered of %u", number,
                     name->there_from, name->not_at, probe->node->name, serial);
}

static const struct probe_topic topic = { .choose = choose, .check = check };

/* ---- clients ---- */

static size_t write_update(unsigned number, uint16_t id, uint8_t octets[MESSAGE_SIZE])
{
    struct td_writer writer = td_writer_of(octets, MESSAGE_SIZE);
    struct wire_header header = {
        .id = id,
        .flags = WIRE_OPCODE_UPDATE << 11,
        .counts = { 1, 0, 1, 0 },
    };
    uint8_t name[MODEL_NAME_SIZE_MAX], head[WIRE_HEADER_SIZE];
    char text[TXT_SIZE];
    int size = snprintf(text, sizeof(text), "%u", number + 1);

    wire_header_put(head, &header);
    td_err err = td_write_octets(&writer, head, sizeof(head));
    if (err == TD_OK)
        err = td_write_octets(&writer, model_apex, strlen((const char *)model_apex) + 1);
    if (err == TD_OK)
        err = td_write_u16(&writer, WIRE_TYPE_SOA);
    if (err == TD_OK)
        err = td_write_u16(&writer, WIRE_CLASS_IN);
    if (err == TD_OK)
        err = td_write_octets(&writer, name, model_name('u', number, name));
    if (err == TD_OK)
        err = td_write_u16(&writer, WIRE_TYPE_TXT);
    if (err == TD_OK)
        err = td_write_u16(&writer, WIRE_CLASS_IN);
    if (err == TD_OK)
        err = td_write_u32(&writer, TTL);
    if (err == TD_OK)
        err = td_write_u16(&writer, (uint16_t)(size + 1));
    if (err == TD_OK)
        err = td_write_u8(&writer, (uint8_t)size);
    if (err == TD_OK)
        err = td_write_octets(&writer, text, (size_t)size);
    td_assert(err == TD_OK);
    return writer.cursor;
}

/* The answer comes from the primary, whoever has handed the update on: so its key says. */
static bool is_acknowledged(struct io *io, struct tsig_exchange *exchange, const uint8_t *octets,
                            size_t size, uint16_t id)
{
    struct wire_message message;

    return wire_message_read(octets, size, &message) == TD_OK && message.header.id == id &&
           (message.header.flags & WIRE_FLAG_QR) != 0 &&
           (message.header.flags & WIRE_FLAG_RCODE) == WIRE_RCODE_NOERROR &&
           tsig_verify_response(exchange, octets, size, message.tsig_at, io_wall_s(io)) ==
               TSIG_GOOD;
}

static void update_once(struct fiber *fiber, struct updates *updates)
{
    struct cluster *cluster = updates->cluster;
    struct io *io = io_fiber_io(fiber);
    const struct node *node = &cluster->nodes[cluster_below(cluster, TIER_COUNT)];
    uint16_t id = (uint16_t)cluster_below(cluster, UINT16_MAX);
    struct io_udp_client *client;
    struct tsig_exchange exchange;
    uint8_t octets[MESSAGE_SIZE];
    unsigned number = updates->count;
    size_t size;

    if (number == NAMES_MAX)
        return;
    updates->count++;
    td_err err = io_udp_client_open(io, NULL, &node->addr, &client, NULL);
    if (err == TD_OK)
        err = tsig_sign_request(&updates->key, octets, write_update(number, id, octets),
                                sizeof(octets), io_wall_s(io), &size, &exchange);
    td_assert(err == TD_OK);
    err = io_udp_client_send(client, NULL, octets, size);
    if (err == TD_OK)
        err = io_udp_client_receive(fiber, client, io_deadline_ms(io, PATIENCE_MS), octets,
                                    sizeof(octets), &size, NULL);
    if (err == TD_OK && is_acknowledged(io, &exchange, octets, size, id)) {
        updates->names[number].is_acknowledged = true;
        updates->acknowledged++;
        cluster_note(cluster, "%s: u%u acknowledged", node->name, number);
    }
    io_udp_client_close(client);
}

static void client_main(struct fiber *fiber, void *argument)
{
    struct updates *updates = argument;

    while (!updates->wants_stop) {
        update_once(fiber, updates);
        if (io_fiber_sleep_ms(fiber, cluster_below(updates->cluster, UPDATE_PAUSE_MS)) != TD_OK)
            break;
    }
}

static void begin(struct updates *updates)
{
    static const struct tsig_key_row row = {
        .name = (const uint8_t *)"\3key",
        .algorithm = TSIG_HMAC_SHA256,
        .secret = (const uint8_t *)"secret secret secret secret",
        .secret_size = 27,
    };
    struct cluster *cluster = updates->cluster;
    td_err known = tsig_key_prepare(&updates->key, &row);

    td_assert(known == TD_OK);
    cluster->topic = &topic;
    cluster->topic_context = updates;
    for (unsigned i = 0; i < CLIENTS; i++) {
        td_err err = io_fiber_spawn(io_sim_host_io(cluster->observers), "client", client_main,
                                    updates, &updates->clients[i]);
        td_assert(err == TD_OK);
    }
}

static bool is_client_left(void *context)
{
    const struct updates *updates = context;

    for (unsigned i = 0; i < CLIENTS; i++)
        if (!io_fiber_is_done(updates->clients[i]))
            return true;
    return false;
}

static void end(struct updates *updates)
{
    updates->wants_stop = true;
    io_sim_run_while(updates->cluster->sim, is_client_left, updates, IO_FOREVER);
    for (unsigned i = 0; i < CLIENTS; i++)
        io_fiber_reap(updates->clients[i]);
}

/* ---- the scenario ---- */

static void check_all(struct updates *updates)
{
    const struct cluster *cluster = updates->cluster;
    const struct zone_version *version = node_version(&cluster->nodes[TIER_P]);

    for (unsigned i = 0; i < updates->count; i++)
        if (updates->names[i].is_acknowledged && model_read(version, 'u', i) != i + 1)
            cluster_fail(cluster, "u%u was acknowledged, and is lost", i);
    if (updates->acknowledged == 0)
        cluster_fail(cluster, "no update was acknowledged at all");
}

static void run(struct cluster *cluster)
{
    struct layout_words words[TIER_COUNT];
    struct updates *updates = td_calloc(1, sizeof(*updates));
    bool are_known = cluster_chance(cluster, 50); /* the keys, to those who hand updates on */

    updates->cluster = cluster;
    for (unsigned i = 0; i < TIER_COUNT; i++)
        words[i] = (struct layout_words){
            .keys = i == TIER_P || are_known ? layout_key : NULL,
            .zone = i == TIER_P ? "    update: [{key: key.}]\n" : "    forward-updates: on\n",
        };
    layout_tiers_with(cluster, words);
    begin(updates);
    for (int i = 0; i < FAULTS; i++) {
        fault_any(cluster, 0);
        cluster_run_ms(cluster, cluster_below(cluster, FAULT_PAUSE_MS));
    }
    fault_none(cluster);
    cluster_run_ms(cluster, SETTLE_MS);
    end(updates);
    cluster_check_equal(cluster, LAYOUT_BOUND_MS);
    check_all(updates);
    probes_stop(cluster); /* they look at what is freed now */
    free(updates);
}

const struct scenario scenario_updates = {
    .name = "updates",
    .what = "dynamic updates, to the primary and through secondaries, with faults",
    .run = run,
};
