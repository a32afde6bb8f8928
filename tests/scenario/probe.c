#include "scenario/probe.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/writer.h"
#include "io/fiber.h"
#include "io/udp.h"
#include "scenario/model.h"
#include "wire/edns.h"
#include "wire/message.h"
#include "wire/rrtype.h"

enum {
    MESSAGE_SIZE = 1232,
    PATIENCE_MS = 1500,
    SLACK_S = 5, /* of a secondary's clock for expiry: it looks once a second or so */
    ZONEVERSION_SIZE = 6,
    TXT_SIZE = 16,
};

struct question {
    uint16_t id;
    unsigned number; /* of the name */
    bool must_be;    /* the name has to be there */
    uint32_t oldest; /* the answer must not be older */
    uint8_t octets[MESSAGE_SIZE];
    size_t size;
};

struct answer_read {
    struct wire_message message;
    struct wire_edns edns;
    uint32_t value; /* 0: none */
    uint32_t serial;
    uint32_t soa_serial; /* of a negative answer */
};

/* ---- questions ---- */

static void write_question(struct probe *probe, struct question *question)
{
    struct cluster *cluster = probe->node->cluster;
    struct td_writer writer = td_writer_of(question->octets, sizeof(question->octets));
    struct wire_header header = { .counts = { 1, 0, 0, 1 } };
    uint8_t name[MODEL_NAME_SIZE_MAX], head[WIRE_HEADER_SIZE];
    size_t mark;

    header.id = question->id = (uint16_t)cluster_below(cluster, UINT16_MAX);
    question->must_be = false;
    char letter = 'n';
    if (cluster->topic != NULL)
        letter = cluster->topic->choose(probe, &question->number, &question->must_be);
    else
        question->number = (unsigned)cluster_below(cluster, MODEL_NAMES);
    bool is_broken = io_sim_now_ns(cluster->sim) < probe->broken_until_ns;
    question->oldest = is_broken ? 0 : probe->serial;
    if (probe->node->is_primary && cluster->model->acknowledged > question->oldest)
        question->oldest = cluster->model->acknowledged;
    wire_header_put(head, &header);
    td_err err = td_write_octets(&writer, head, sizeof(head));
    if (err == TD_OK)
        err = td_write_octets(&writer, name, model_name(letter, question->number, name));
    if (err == TD_OK)
        err = td_write_u16(&writer, WIRE_TYPE_TXT);
    if (err == TD_OK)
        err = td_write_u16(&writer, WIRE_CLASS_IN);
    if (err == TD_OK)
        err = wire_edns_begin(&writer, MESSAGE_SIZE, 0, 0, &mark);
    if (err == TD_OK)
        err = wire_edns_add(&writer, WIRE_EDNS_ZONEVERSION, NULL, 0);
    td_assert(err == TD_OK);
    wire_edns_end(&writer, mark);
    question->size = writer.cursor;
}

/* ---- answers ---- */

static void read_record(struct answer_read *answer, const struct wire_record *record)
{
    uint8_t octets[MESSAGE_SIZE];
    struct td_writer writer = td_writer_of(octets, sizeof(octets));

    if (wire_message_rdata(&answer->message, record, &writer) != TD_OK)
        return;
    size_t size = writer.cursor;
    if (record->type == WIRE_TYPE_SOA && size >= 20)
        answer->soa_serial = td_get_u32(octets + size - 20);
    if (record->type == WIRE_TYPE_TXT && size < TXT_SIZE) {
        char text[TXT_SIZE] = { 0 };
        memcpy(text, octets + 1, size - 1);
        answer->value = (uint32_t)strtoul(text, NULL, 10);
    }
}

static bool read_answer(struct answer_read *answer, const uint8_t *octets, size_t size)
{
    struct wire_record record;
    size_t end;

    *answer = (struct answer_read){ .value = 0 };
    if (wire_message_read(octets, size, &answer->message) != TD_OK || answer->message.opt_at == 0)
        return false;
    if (wire_edns_read(octets, size, answer->message.opt_at, WIRE_EDNS_RESPONSE, &answer->edns,
                       &end) != TD_OK)
        return false;
    for (size_t at = answer->message.section_at[1]; at < answer->message.section_at[3];) {
        if (wire_message_record(&answer->message, &at, &record) != TD_OK)
            return false;
        read_record(answer, &record);
    }
    const struct wire_edns_option *option = &answer->edns.options[WIRE_EDNS_ZONEVERSION];
    if (wire_edns_has(&answer->edns, WIRE_EDNS_ZONEVERSION) && option->size == ZONEVERSION_SIZE)
        answer->serial = td_get_u32(octets + option->at + 2);
    return true;
}

static void check_topic(struct probe *probe, const struct question *question,
                        const struct answer_read *answer)
{
    struct cluster *cluster = probe->node->cluster;

    if (question->must_be && answer->value == 0)
        cluster_fail(cluster, "%s has lost name %u, which was acknowledged: serial %u",
                     probe->node->name, question->number, answer->serial);
    cluster->topic->check(probe, answer->serial, question->number, answer->value);
}

/* An answer of some version: of which, and is it that? */
static void check_version(struct probe *probe, const struct question *question,
                          const struct answer_read *answer)
{
    const struct cluster *cluster = probe->node->cluster;
    struct model *model = cluster->model;
    const char *name = probe->node->name;

    if (answer->serial < question->oldest)
        cluster_fail(cluster, "%s answers of serial %u, and %u was there before", name,
                     answer->serial, question->oldest);
    if (answer->value == 0 && answer->soa_serial != answer->serial)
        cluster_fail(cluster, "%s answers of serial %u with the SOA of %u", name, answer->serial,
                     answer->soa_serial);
    if (cluster->topic != NULL) {
        check_topic(probe, question, answer);
        return;
    }
    if (answer->serial < 1 || answer->serial > model->written)
        cluster_fail(cluster, "%s answers of serial %u, and %u was the last written", name,
                     answer->serial, model->written);
    if (!model_see(model, answer->serial, question->number, answer->value))
        cluster_fail(cluster, "%s answers %u for n%u of serial %u, which has another", name,
                     answer->value, question->number, answer->serial);
}

static void check_fresh(const struct probe *probe)
{
    const struct cluster *cluster = probe->node->cluster;
    uint64_t now_ns = io_sim_now_ns(cluster->sim);
    uint64_t since_ns =
        probe->trusted_ns > cluster->fresh_ns ? probe->trusted_ns : cluster->fresh_ns;
    uint64_t limit_ns = since_ns + (uint64_t)(cluster->expire_s + SLACK_S) * IO_NS_PER_S;

    if (!probe->node->is_primary && !probe->node->is_independent && now_ns > limit_ns)
        cluster_fail(cluster, "%s answers though it has expired: no primary for %llu s",
                     probe->node->name,
                     (unsigned long long)((now_ns - cluster->fresh_ns) / IO_NS_PER_S));
}

static void take_answer(struct probe *probe, const struct question *question, const uint8_t *octets,
                        size_t size)
{
    struct answer_read answer;

    if (!read_answer(&answer, octets, size))
        cluster_fail(probe->node->cluster, "%s: an answer that cannot be read", probe->node->name);
    unsigned rcode = answer.message.header.flags & WIRE_FLAG_RCODE;
    if (rcode != WIRE_RCODE_NOERROR && rcode != WIRE_RCODE_NXDOMAIN) {
        probe->failures++;
        return;
    }
    check_version(probe, question, &answer);
    check_fresh(probe);
    probe->serial = answer.serial;
    probe->answered_ns = io_sim_now_ns(probe->node->cluster->sim);
    probe->answers++;
}

static void ask_once(struct fiber *fiber, struct probe *probe)
{
    struct io *io = io_fiber_io(fiber);
    struct io_udp_client *client;
    struct question question;
    uint8_t octets[MESSAGE_SIZE];
    size_t size;

    write_question(probe, &question);
    td_err err = io_udp_client_open(io, NULL, &probe->node->addr, &client, NULL);
    td_assert(err == TD_OK);
    err = io_udp_client_send(client, NULL, question.octets, question.size);
    if (err == TD_OK)
        err = io_udp_client_receive(fiber, client, io_deadline_ms(io, PATIENCE_MS), octets,
                                    sizeof(octets), &size, NULL);
    if (err == TD_OK)
        take_answer(probe, &question, octets, size);
    else
        probe->silences++;
    io_udp_client_close(client);
}

static void probe_main(struct fiber *fiber, void *argument)
{
    struct probe *probe = argument;

    while (!probe->wants_stop) {
        ask_once(fiber, probe);
        if (io_fiber_sleep_ms(fiber, cluster_below(probe->node->cluster,
                                                   probe->node->cluster->probe_pause_ms)) != TD_OK)
            break;
    }
}

struct probe *probe_new(struct node *node)
{
    struct probe *probe = td_calloc(1, sizeof(*probe));

    probe->node = node;
    td_err err = io_fiber_spawn(io_sim_host_io(node->cluster->observers), "probe", probe_main,
                                probe, &probe->fiber);
    td_assert(err == TD_OK);
    return probe;
}

static bool is_any_left(void *context)
{
    const struct cluster *cluster = context;

    for (uint32_t i = 0; i < cluster->node_count; i++)
        if (!io_fiber_is_done(cluster->nodes[i].probe->fiber))
            return true;
    return false;
}

void probes_stop(struct cluster *cluster)
{
    if (cluster->has_no_probes)
        return;
    cluster->has_no_probes = true;
    for (uint32_t i = 0; i < cluster->node_count; i++)
        cluster->nodes[i].probe->wants_stop = true;
    io_sim_run_while(cluster->sim, is_any_left, cluster, IO_FOREVER);
    for (uint32_t i = 0; i < cluster->node_count; i++) {
        io_fiber_reap(cluster->nodes[i].probe->fiber);
        free(cluster->nodes[i].probe);
    }
}
