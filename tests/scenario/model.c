#include "scenario/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/buf.h"
#include "change/draft.h"
#include "io/fiber.h"
#include "server/registry.h"
#include "server/roles.h"
#include "wire/key.h"
#include "wire/rrtype.h"

enum { TXT_SIZE = 16, TTL = 5, TAKES_MAX = 3, UNDO_LAST = 30, SOA_NUMBERS_SIZE = 20 };

const uint8_t model_apex[] = "\7example";

struct model *model_new(void)
{
    struct model *model = td_calloc(1, sizeof(*model));

    model->written = model->acknowledged = 1;
    model->serials[1].count = 1;
    return model;
}

static void write_zone(struct td_buf *text, const struct cluster *cluster, uint32_t serial)
{
    td_buf_printf(text, "$ORIGIN example.\n$TTL %d\n@ SOA ns hostmaster %u %d %d %u %d\n", TTL,
                  serial, MODEL_REFRESH_S, MODEL_RETRY_S, cluster->expire_s, TTL);
    td_buf_add_text(text, "@ NS ns\nns A 192.0.2.1\n");
    td_buf_add_text(text, cluster->name_servers == NULL ? "" : cluster->name_servers);
    for (uint32_t i = 0; i < cluster->filling; i++)
        td_buf_printf(text, "f%u TXT \"what lies in the zone and is never changed, %u\"\n", i, i);
}

char *model_zone_file(const struct cluster *cluster)
{
    struct td_buf text = { .data = NULL };

    write_zone(&text, cluster, 1);
    return text.data;
}

char *model_version_file(const struct cluster *cluster, uint32_t serial)
{
    const struct model_serial *row = &cluster->model->serials[serial];
    struct td_buf text = { .data = NULL };

    if (row->count != 1)
        return NULL;
    write_zone(&text, cluster, serial);
    for (unsigned i = 0; i < MODEL_NAMES; i++)
        if (row->versions[0].values[i] != 0)
            td_buf_printf(&text, "n%u TXT %u\n", i, row->versions[0].values[i]);
    return text.data;
}

uint32_t model_name(char letter, unsigned number, uint8_t out[MODEL_NAME_SIZE_MAX])
{
    int size = snprintf((char *)out + 1, MODEL_NAME_SIZE_MAX - 1, "%c%u", letter, number);

    out[0] = (uint8_t)size;
    memcpy(out + 1 + size, model_apex, sizeof(model_apex));
    return (uint32_t)(1 + size) + (uint32_t)sizeof(model_apex);
}

/* ---- what serials stand for ---- */

bool model_see(struct model *model, uint32_t serial, unsigned number, uint32_t value)
{
    struct model_serial *row = &model->serials[serial];
    uint32_t kept = 0;

    for (uint32_t i = 0; i < row->count; i++)
        if (row->versions[i].values[number] == value)
            row->versions[kept++] = row->versions[i];
    if (kept != 0)
        row->count = kept;
    row->is_seen = true;
    return kept != 0;
}

static void settle(struct model *model, uint32_t serial, const struct model_version *version)
{
    model->serials[serial].versions[0] = *version;
    model->serials[serial].count = 1;
    model->serials[serial].is_seen = true;
}

static bool may_be(const struct model *model, uint32_t serial, const struct model_version *version)
{
    const struct model_serial *row = &model->serials[serial];

    for (uint32_t i = 0; i < row->count; i++)
        if (memcmp(&row->versions[i], version, sizeof(*version)) == 0)
            return true;
    return false;
}

/* ---- versions of a server ---- */

uint32_t model_read_at(const struct zone_version *version, const uint8_t *name)
{
    char text[TXT_SIZE] = { 0 };
    struct wire_key key;

    wire_key_make(&key, zone_version_seed(version), name);
    const struct zone_node *node = zone_find_exact(version, &key, 0);
    const struct wire_rrset *set =
        node == NULL ? NULL : zone_node_set(version, node, WIRE_TYPE_TXT);
    if (set == NULL)
        return 0;
    struct wire_rdata rdata = wire_rrset_first(set);
    td_assert(rdata.size < TXT_SIZE);
    memcpy(text, rdata.octets + 1, rdata.size - 1u);
    return (uint32_t)strtoul(text, NULL, 10);
}

uint32_t model_read(const struct zone_version *version, char letter, unsigned number)
{
    uint8_t name[MODEL_NAME_SIZE_MAX];

    model_name(letter, number, name);
    return model_read_at(version, name);
}

/* Of what a draft holds, too: an edit has no serial yet but the one in its SOA. */
static uint32_t read_version(const struct zone_version *view, struct model_version *ret_version)
{
    const struct wire_rrset *soa = zone_node_set(view, zone_version_apex(view), WIRE_TYPE_SOA);
    struct wire_rdata rdata = wire_rrset_first(soa);

    for (unsigned i = 0; i < MODEL_NAMES; i++)
        ret_version->values[i] = model_read(view, 'n', i);
    return td_get_u32(rdata.octets + rdata.size - SOA_NUMBERS_SIZE);
}

/* ---- changes ---- */

static uint16_t txt_of(uint32_t value, uint8_t out[TXT_SIZE])
{
    int size = snprintf((char *)out + 1, TXT_SIZE - 1, "%u", value);

    out[0] = (uint8_t)size;
    return (uint16_t)(1 + size);
}

static void expect(const struct node *node, td_err err, const char *what)
{
    if (err != TD_OK)
        cluster_fail(node->cluster, "%s: a change cannot %s: %s", node->name, what,
                     td_err_text(err));
}

/* Another value for this name, or none. */
static void change_name(struct node *node, struct change_draft *draft, uint32_t *values,
                        unsigned number)
{
    struct cluster *cluster = node->cluster;
    uint8_t name[MODEL_NAME_SIZE_MAX], txt[TXT_SIZE];

    model_name('n', number, name);
    bool is_there = values[number] != 0;
    if (is_there)
        expect(node,
               change_draft_remove(draft, name, WIRE_TYPE_TXT, txt, txt_of(values[number], txt)),
               "remove a record that has to be there");
    if (is_there && cluster_chance(cluster, 30)) {
        values[number] = 0;
        return;
    }
    values[number] = ++cluster->model->value;
    expect(node,
           change_draft_add(draft, name, WIRE_TYPE_TXT, TTL, txt, txt_of(values[number], txt)),
           "add a record");
}

/* What is about to be changed: is it what its serial has to be? Returns that. */
static uint32_t check_view(const struct node *node, const struct zone_version *view,
                           struct model_version *ret_version)
{
    const struct model *model = node->cluster->model;
    uint32_t serial = read_version(view, ret_version);

    if (serial < model->acknowledged || serial > model->written)
        cluster_fail(node->cluster,
                     "%s: the zone to be changed has serial %u; %u was acknowledged, %u written",
                     node->name, serial, model->acknowledged, model->written);
    if (!may_be(model, serial, ret_version))
        cluster_fail(node->cluster, "%s: the zone to be changed is not what serial %u has to be",
                     node->name, serial);
    return serial;
}

/* This may become that serial from now on. */
static void write(const struct node *node, uint32_t serial, const struct model_version *version)
{
    struct model *model = node->cluster->model;

    td_assert(serial < MODEL_SERIALS_MAX);
    struct model_serial *row = &model->serials[serial];
    if (row->is_seen)
        cluster_fail(node->cluster, "%s: serial %u was published, and is given away again",
                     node->name, serial);
    td_assert(row->count < MODEL_DOUBTS_MAX);
    row->versions[row->count++] = *version;
    if (serial > model->written)
        model->written = serial;
}

/* Returns the serial that it has to get. */
static uint32_t write_draft(struct node *node, struct change_draft *draft,
                            struct model_version *ret_version)
{
    struct cluster *cluster = node->cluster;
    uint32_t serial = check_view(node, change_draft_view(draft), ret_version);
    unsigned first = (unsigned)cluster_below(cluster, MODEL_NAMES);
    unsigned count = 1 + (unsigned)cluster_below(cluster, TAKES_MAX);

    for (unsigned i = 0; i < count; i++)
        change_name(node, draft, ret_version->values, (first + i) % MODEL_NAMES);
    write(node, serial + 1, ret_version);
    return serial + 1;
}

static void acknowledged(const struct node *node, uint32_t serial, uint32_t want,
                         const struct model_version *version)
{
    struct model *model = node->cluster->model;

    if (serial != want)
        cluster_fail(node->cluster, "%s: a change got serial %u and not %u", node->name, serial,
                     want);
    if (!may_be(model, serial, version))
        cluster_fail(node->cluster, "%s: serial %u is acknowledged, and something else was seen",
                     node->name, serial);
    settle(model, serial, version);
    if (serial > model->acknowledged)
        model->acknowledged = serial;
    cluster_note(node->cluster, "%s: serial %u acknowledged", node->name, serial);
}

static void do_change(struct fiber *fiber, struct node *node)
{
    static const struct change_about about = { .origin = CHANGE_COMMAND, .author = "scenario" };
    struct registry *registry = node->server->registry;
    struct registry_zone *zone = registry == NULL ? NULL : registry_find_wire(registry, model_apex);
    struct td_diag diag = { .line = 0 };
    struct model_version version;
    struct change_draft *draft;
    struct change_wait wait;

    if (zone == NULL || change_zone_view(&zone->zone) == NULL)
        return; /* not loaded yet */
    if (change_draft_begin(registry_door(registry), &zone->zone, CHANGE_COMMAND, &draft, &diag) !=
        TD_OK)
        return;
    uint32_t want = write_draft(node, draft, &version);
    td_err err = change_draft_commit_wait(fiber, draft, &about, &wait, &diag);
    if (err == TD_OK)
        acknowledged(node, wait.serial, want, &version);
    else if (diag.text[0] == '\0')
        cluster_fail(node->cluster, "%s: serial %u is refused without a reason", node->name, want);
    else
        cluster_note(node->cluster, "%s: serial %u refused: %s", node->name, want, diag.text);
}

static void change_main(struct fiber *fiber, void *argument)
{
    struct node *node = argument;

    if (node->state == NODE_UP)
        do_change(fiber, node);
    node->changes--;
}

void model_change(struct node *node)
{
    if (node->state != NODE_UP)
        return;
    td_err err = io_fiber_spawn(node->server->io, "change", change_main, node, NULL);
    td_assert(err == TD_OK);
    node->changes++;
}

/* ---- taking back ---- */

enum fit { FIT_WELL, FIT_NOT, FIT_MAYBE };

/* Make of the version what it is without the change that led to the serial. */
static enum fit undo(const struct model *model, uint32_t serial, struct model_version *version)
{
    const uint32_t *before = model->serials[serial - 1].versions[0].values;
    const uint32_t *after = model->serials[serial].versions[0].values;
    enum fit fit = FIT_WELL;

    for (unsigned i = 0; i < MODEL_NAMES; i++) {
        if (before[i] == after[i])
            continue;
        if (after[i] == 0 && version->values[i] != 0)
            return FIT_MAYBE; /* there would be two records */
        if (after[i] != version->values[i])
            fit = FIT_NOT;
        version->values[i] = before[i];
    }
    return fit;
}

/* Of late, and both its sides are known; 0: it is not. */
static uint32_t choose_undone(struct cluster *cluster)
{
    const struct model *model = cluster->model;
    uint32_t count = model->acknowledged - 1 < UNDO_LAST ? model->acknowledged - 1 : UNDO_LAST;

    if (count == 0)
        return 0;
    uint32_t serial = model->acknowledged - (uint32_t)cluster_below(cluster, count);
    bool is_known = model->serials[serial].count == 1 && model->serials[serial - 1].count == 1;
    return is_known ? serial : 0;
}

td_err model_revert(struct operator_context *as, void *argument, struct td_diag *diag)
{
    struct node *node = argument;
    struct cluster *cluster = node->cluster;
    const struct registry_zone *zone = registry_find_wire(as->server->registry, model_apex);
    const struct zone_version *view = zone == NULL ? NULL : change_zone_view(&zone->zone);
    uint32_t serial = choose_undone(cluster);
    struct control_outcome outcome;
    struct model_version version;
    char text[TXT_SIZE];

    if (view == NULL || serial == 0)
        return TD_E_NOT_FOUND;
    uint32_t want = check_view(node, view, &version) + 1;
    enum fit fit = undo(cluster->model, serial, &version);
    if (fit == FIT_MAYBE)
        return TD_E_NOT_FOUND;
    if (fit == FIT_WELL)
        write(node, want, &version);
    snprintf(text, sizeof(text), "%u", serial);
    struct control_call call = { .zone = "example", .author = "scenario", .serial = text };
    td_err err = operator_edit(as, CONTROL_EDIT_REVERT, &call, &outcome);
    *diag = outcome.diag;
    if (err == TD_E_INVALID)
        cluster_fail(cluster, "%s: serial %u cannot be taken back: %s", node->name, serial,
                     diag->text);
    if (err == TD_OK && fit != FIT_WELL)
        cluster_fail(cluster, "%s: serial %u is taken back, and its records are not there any more",
                     node->name, serial);
    if (err == TD_OK)
        acknowledged(node, outcome.change.serial_to, want, &version);
    control_outcome_fini(&outcome);
    return err;
}

/* ---- promotion ---- */

static void do_promote(struct fiber *fiber, struct node *node)
{
    struct cluster *cluster = node->cluster;
    struct model *model = cluster->model;
    struct registry_zone *zone = registry_find_wire(node->server->registry, model_apex);
    struct td_diag diag = { .line = 0 };
    struct model_version version;
    uint32_t before = read_version(zone->zone.newest, &version);

    for (uint32_t i = before + 1; i <= model->written; i++)
        model->serials[i].is_seen = false; /* the lost primary alone may have shown it */

    cluster_note(cluster, "%s: to be promoted, with serial %u of %u", node->name, before,
                 model->written);
    td_err err = roles_promote(fiber, node->server, zone, "scenario", &diag);
    if (err != TD_OK)
        cluster_fail(cluster, "%s: is not promoted: %s", node->name, diag.text);
    zone = registry_find_wire(node->server->registry, model_apex);
    uint32_t serial = zone->zone.newest->serial;
    settle(model, serial, &version);
    model->acknowledged = serial;
    if (serial > model->written)
        model->written = serial;
    node->is_primary = true;
    cluster_note(cluster, "%s: promoted, with serial %u", node->name, serial);
}

static void promote_main(struct fiber *fiber, void *argument)
{
    struct node *node = argument;

    do_promote(fiber, node);
    node->changes--;
}

void model_promote(struct node *node)
{
    td_err err = io_fiber_spawn(node->server->io, "promote", promote_main, node, NULL);

    td_assert(err == TD_OK);
    node->changes++;
}

static void demote_main(struct fiber *fiber, void *argument)
{
    struct node *node = argument;
    struct registry_zone *zone = registry_find_wire(node->server->registry, model_apex);
    struct td_diag diag = { .line = 0 };
    td_err err = roles_demote(fiber, node->server, zone, &diag);

    if (err != TD_OK)
        cluster_fail(node->cluster, "%s: is not demoted: %s", node->name, diag.text);
    cluster_note(node->cluster, "%s: demoted", node->name);
    node->changes--;
}

void model_demote(struct node *node)
{
    td_err err = io_fiber_spawn(node->server->io, "demote", demote_main, node, NULL);

    td_assert(err == TD_OK);
    node->changes++;
}
