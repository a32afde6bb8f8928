/*
 * Goal    A version made by any row of edits is the version that a build from the same
 *         records makes: names, flags, what hides what, sets, referrals; and its memory
 *         comes back.
 * Method  A model (a plain list of records) is changed at random, together with the zone;
 *         after each edit both are written down as text and compared.
 */
#include "test.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/rcu.h"
#include "wire/name.h"
#include "wire/rrtype.h"
#include "zone/build.h"
#include "zone/denial.h"
#include "zone/edit.h"
#include "zone/lineage.h"

enum { RECORDS_MAX = 400, EDITS = 1500 };

struct record {
    uint8_t owner[64];
    uint16_t type;
    uint32_t ttl;
    uint8_t rdata[64];
    uint16_t size;
};

static const uint8_t apex[] = "\3tld";
static struct record model[RECORDS_MAX];
static unsigned model_count;
static unsigned fixed_count; /* records of the model that stay */
static unsigned hosts_seen;
static uint64_t random_state = 88172645463325252u;

static unsigned any(unsigned below)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (unsigned)(random_state >> 33) % below;
}

static uint16_t name_of(uint8_t *out, const char *text)
{
    struct wire_name name;

    CHECK_OK(wire_name_from_text(text, &name));
    memcpy(out, name.octets, name.size);
    return name.size;
}

static const char *const owners[] = {
    "tld.",
    "a.tld.",
    "b.tld.",
    "ns1.a.tld.",
    "ns2.a.tld.",
    "x.y.z.tld.",
    "y.z.tld.",
    "*.z.tld.",
    "*.y.z.tld.",
    "deep.ns1.a.tld.",
    "longlonglonglabel1.tld.",
    "longlonglonglabel2.tld.",
    "ns.longlonglonglabel1.tld.",
    "c.tld.",
    "d.c.tld.",
    "e.d.c.tld.",
    "UPPER.tld.",
    "ns1.b.tld.",
};

static struct record any_record(void)
{
    static const uint16_t types[] = { WIRE_TYPE_A,   WIRE_TYPE_A,     WIRE_TYPE_NS,  WIRE_TYPE_NS,
                                      WIRE_TYPE_TXT, WIRE_TYPE_DNAME, WIRE_TYPE_AAAA };
    struct record record = { .ttl = 300 + any(2) * 300, .type = types[any(TD_COUNT(types))] };

    name_of(record.owner, owners[any(TD_COUNT(owners))]);
    switch (record.type) {
    case WIRE_TYPE_A:
        record.size = 4;
        memcpy(record.rdata, (uint8_t[]){ 192, 0, 2, (uint8_t)any(4) }, 4);
        break;
    case WIRE_TYPE_AAAA:
        record.size = 16;
        record.rdata[15] = (uint8_t)any(3);
        break;
    case WIRE_TYPE_TXT:
        record.size = (uint16_t)(1 + any(30));
        record.rdata[0] = (uint8_t)(record.size - 1);
        break;
    default:
        record.size = name_of(record.rdata, owners[any(TD_COUNT(owners))]);
    }
    return record;
}

static bool same_set(const struct record *a, const struct record *b)
{
    struct wire_name x, y;
    struct td_reader ra = td_reader_of(a->owner, sizeof(a->owner));
    struct td_reader rb = td_reader_of(b->owner, sizeof(b->owner));

    CHECK_OK(wire_name_read(&ra, &x));
    CHECK_OK(wire_name_read(&rb, &y));
    return a->type == b->type && x.size == y.size && memcmp(x.octets, y.octets, x.size) == 0;
}

static int model_find(const struct record *record)
{
    for (unsigned i = 0; i < model_count; i++)
        if (same_set(&model[i], record) && model[i].size == record->size &&
            memcmp(model[i].rdata, record->rdata, record->size) == 0)
            return (int)i;
    return -1;
}

/* ---- a version as text ---- */

/* Addresses that were laid out for all who refer to a name server are those of its node. */
static void check_host(const struct zone_version *version, const struct wire_host *host,
                       const uint8_t *name)
{
    static const uint16_t types[] = { WIRE_TYPE_A, WIRE_TYPE_AAAA };
    const uint8_t *at = host->octets;
    struct wire_key key;
    unsigned count = 0;

    if (host->size == 0)
        return;
    wire_key_make(&key, zone_version_seed(version), name);
    const struct zone_node *node = zone_find_exact(version, &key, 0);
    CHECK(node != NULL && node == zone_node_at(version, host->node));
    CHECK((node->flags & ZONE_NODE_OCCLUDED) == 0 ||
          (zone_node_at(version, node->cover)->flags & ZONE_NODE_DELEGATION) != 0);
    for (unsigned i = 0; i < 2; i++) {
        const struct wire_rrset *set = zone_node_set(version, node, types[i]);
        if (set == NULL)
            continue;
        CHECK_EQ(set->count, 1);
        CHECK_EQ(td_get_u16(at + 2), types[i]);
        CHECK_EQ(td_get_u32(at + 6), set->ttl);
        CHECK_BYTES(at + 10, set->size, set->data, set->size);
        at += 10 + set->size;
        count++;
    }
    CHECK_EQ(count, host->count);
    CHECK_EQ((unsigned)(at - host->octets), host->size);
    hosts_seen++;
}

static void check_hosts(const struct zone_version *version, const struct zone_node *cut)
{
    const struct wire_image *image = zone_at(version, cut->cover);
    const struct wire_rrset *servers = zone_node_set(version, cut, WIRE_TYPE_NS);

    for (unsigned i = 0; i < image->target_count; i++) {
        struct wire_image_target target = wire_image_target(image, i);
        if (target.host != 0)
            check_host(version, zone_at(version, target.host), servers->data + target.rdata_at + 2);
    }
}

static void dump_node(struct td_buf *out, const struct zone_version *version,
                      const struct zone_node *node)
{
    struct wire_name name;
    char text[WIRE_NAME_TEXT_SIZE];

    struct dnssec_nsec3_params chain;

    if (version->nsec3_is_kept && (node->flags & ZONE_NODE_OCCLUDED) == 0) {
        CHECK((node->flags & ZONE_NODE_HOST) == 0);
        CHECK(zone_nsec3_params(version, &chain));
        CHECK_EQ(node->nsec3, zone_nsec3_bits(version, &chain, node));
    }
    CHECK_EQ(version->nsec3_is_kept, fixed_count == 2);
    zone_node_name(version, node, &name);
    td_buf_printf(out, "%s flags %x", wire_name_format(name.octets, text),
                  node->flags & ~ZONE_NODE_HOST);
    if (node->flags & ZONE_NODE_OCCLUDED) {
        zone_node_name(version, zone_node_at(version, node->cover), &name);
        td_buf_printf(out, " under %s", wire_name_format(name.octets, text));
    }
    const struct wire_rrset *set = zone_node_sets(version, node);
    for (unsigned i = 0; i < node->set_count; i++, set = wire_rrset_next(set)) {
        td_buf_printf(out, "\n  type %u ttl %u count %u ", set->type, set->ttl, set->count);
        for (unsigned k = 0; k < set->size; k++)
            td_buf_printf(out, "%02x", set->data[k]);
    }
    if ((node->flags & ZONE_NODE_DELEGATION) && node->cover != 0) {
        const struct wire_image *image = zone_at(version, node->cover);
        td_buf_printf(out, "\n  image %u+%u targets %u ", image->authority_count,
                      image->additional_count, image->target_count);
        for (unsigned k = 0; k < image->size; k++)
            td_buf_printf(out, "%02x", image->octets[k]);
        check_hosts(version, node);
    }
    td_buf_add_char(out, '\n');
}

static void dump(struct td_buf *out, const struct zone_version *version)
{
    struct zone_walk walk;
    unsigned count = 0;

    td_buf_clear(out);
    for (const struct zone_node *node = zone_walk_first(&walk, version, ZONE_ORDER_NAMES);
         node != NULL; node = zone_walk_next(&walk), count++) {
        struct wire_name name;
        struct wire_key key;
        dump_node(out, version, node);
        zone_node_name(version, node, &name);
        wire_key_make(&key, zone_version_seed(version), name.octets);
        CHECK(zone_find_exact(version, &key, 0) == node);
    }
    CHECK_EQ(count, version->node_count);
    td_buf_printf(out, "%u names, %u cuts, %llu records\n", version->node_count,
                  version->delegation_count, (unsigned long long)version->record_count);
}

static struct zone_version *build(const struct td_hash_seed *seed)
{
    struct zone_build *build = zone_build_new(apex, seed, NULL);
    struct zone_build_report report;
    struct zone_version *version;

    for (unsigned i = 0; i < model_count; i++)
        CHECK_OK(zone_build_add(build, model[i].owner, model[i].type, model[i].ttl, model[i].rdata,
                                model[i].size));
    CHECK_OK(zone_build_finish(build, &report, &version));
    CHECK_EQ(report.duplicates, 0);
    return version;
}

static void add_one(struct zone_edit *edit)
{
    struct record record = any_record();
    int at = model_find(&record);
    td_err want = at >= 0 && model[at].ttl == record.ttl ? TD_E_EXISTS : TD_OK;

    CHECK_EQ(zone_edit_add(edit, record.owner, record.type, record.ttl, record.rdata, record.size),
             want);
    for (unsigned i = 0; i < model_count; i++)
        if (same_set(&model[i], &record))
            model[i].ttl = record.ttl;
    if (at < 0)
        model[model_count++] = record;
}

static void remove_one(struct zone_edit *edit)
{
    unsigned at = fixed_count + any(model_count - fixed_count); /* not the SOA */
    struct record record = model[at];
    uint32_t ttl;

    CHECK_OK(zone_edit_remove(edit, record.owner, record.type, record.rdata, record.size, &ttl));
    CHECK_EQ(ttl, record.ttl);
    CHECK_EQ(zone_edit_remove(edit, record.owner, record.type, record.rdata, record.size, NULL),
             TD_E_NOT_FOUND);
    model[at] = model[--model_count];
}

static void first_records(void)
{
    struct record soa = { .type = WIRE_TYPE_SOA, .ttl = 900, .size = 22 };
    struct record ns = { .type = WIRE_TYPE_NS, .ttl = 900 };

    name_of(soa.owner, "tld.");
    soa.rdata[5] = 1; /* two root names, serial 1 */
    name_of(ns.owner, "tld.");
    ns.size = name_of(ns.rdata, "a.nic.tld.");
    model_count = 0;
    fixed_count = 1;
    model[model_count++] = soa;
    model[model_count++] = ns;
}

/* So that names keep their hashes. */
static void add_nsec3param(void)
{
    struct record param = {
        .type = WIRE_TYPE_NSEC3PARAM, .ttl = 0, .size = 7, .rdata = { 1, 0, 0, 3, 2, 0xAB, 0xCD }
    };

    name_of(param.owner, "tld.");
    model[model_count++] = model[1];
    model[1] = param;
    fixed_count = 2;
}

static void check_edits(void)
{
    struct td_hash_seed seed = td_hash_seed_of(1, 2);
    struct td_rcu *rcu = td_rcu_new();
    struct td_buf left = { 0 }, right = { 0 };

    hosts_seen = 0;
    struct zone_version *version = build(&seed);
    struct zone_lineage *lineage = version->lineage;
    for (unsigned i = 0; i < EDITS; i++) {
        struct zone_edit *edit = zone_edit_begin(version);
        bool grow = model_count < 20 || (model_count < 120 && (i / 200) % 2 == 0);
        for (unsigned n = 1 + any(6); n > 0; n--) {
            if (model_count < RECORDS_MAX - 10 && (grow ? any(4) != 0 : any(4) == 0))
                add_one(edit);
            else if (model_count > fixed_count + 1)
                remove_one(edit);
        }
        CHECK_OK(zone_edit_finish(edit, &version));
        zone_lineage_published(version, rcu);
        CHECK_EQ(zone_lineage_reclaim(lineage, rcu), 0);
        struct zone_version *fresh = build(&seed);
        dump(&left, version);
        dump(&right, fresh);
        CHECK_STR(td_buf_text(&left), td_buf_text(&right));
        zone_lineage_free(fresh->lineage);
    }
    zone_lineage_free(lineage);
    td_rcu_free(rcu);
    td_buf_fini(&left);
    td_buf_fini(&right);
    CHECK(hosts_seen > 100);
}

TEST(edits_make_what_a_build_makes)
{
    first_records();
    check_edits();
}

TEST(edits_keep_hashes_as_a_build_does)
{
    first_records();
    add_nsec3param();
    check_edits();
}

TEST(an_aborted_edit_leaves_no_trace)
{
    struct td_hash_seed seed = td_hash_seed_of(3, 4);
    struct td_buf left = { 0 }, right = { 0 };
    struct record saved[RECORDS_MAX];

    first_records();
    struct zone_version *version = build(&seed);
    struct zone_edit *edit = zone_edit_begin(version);
    for (unsigned i = 0; i < 60; i++)
        add_one(edit);
    CHECK_OK(zone_edit_finish(edit, &version));
    struct zone_lineage_stats before, after;
    for (unsigned round = 0; round < 200; round++) {
        unsigned count = model_count;
        memcpy(saved, model, sizeof(model));
        dump(&left, version);
        zone_lineage_stats(version->lineage, &before);
        edit = zone_edit_begin(version);
        for (unsigned n = 0; n < 20; n++) {
            if (any(2) == 0 && model_count > 2)
                remove_one(edit);
            else
                add_one(edit);
        }
        zone_edit_abort(edit);
        model_count = count;
        memcpy(model, saved, sizeof(model));
        dump(&right, version);
        CHECK_STR(td_buf_text(&left), td_buf_text(&right));
        zone_lineage_stats(version->lineage, &after);
        CHECK_EQ(before.octets, after.octets);
        CHECK_EQ(before.free_octets, after.free_octets);
    }
    zone_lineage_free(version->lineage);
    td_buf_fini(&left);
    td_buf_fini(&right);
}

TEST(a_pinned_version_stays_as_it_was_and_is_cut_when_it_costs_too_much)
{
    struct td_hash_seed seed = td_hash_seed_of(5, 6);
    struct td_rcu *rcu = td_rcu_new();
    struct td_buf left = { 0 }, right = { 0 };

    first_records();
    for (unsigned i = 0; i < 200; i++) {
        struct record record = { .type = WIRE_TYPE_A, .ttl = 60, .size = 4 };
        char text[32];
        snprintf(text, sizeof(text), "h%u.tld.", i);
        name_of(record.owner, text);
        record.rdata[3] = (uint8_t)i;
        model[model_count++] = record;
    }
    struct zone_version *version = build(&seed);
    struct zone_lineage *lineage = version->lineage;
    struct zone_version *pinned = version;
    zone_version_pin(pinned);
    dump(&left, pinned);
    struct zone_lineage_stats stats;
    for (unsigned i = 0; i < 20000; i++) {
        struct record *record = &model[2 + any(model_count - 2)];
        struct zone_edit *edit = zone_edit_begin(version);
        CHECK_OK(
            zone_edit_remove(edit, record->owner, record->type, record->rdata, record->size, NULL));
        record->rdata[0]++;
        CHECK_OK(zone_edit_add(edit, record->owner, record->type, record->ttl, record->rdata,
                               record->size));
        CHECK_OK(zone_edit_finish(edit, &version));
        zone_lineage_published(version, rcu);
        CHECK_EQ(zone_lineage_reclaim(lineage, rcu), 1);
        zone_lineage_stats(lineage, &stats);
        CHECK(stats.versions == 2);
        CHECK(stats.retained <= stats.octets / 2);
    }
    dump(&right, pinned);
    CHECK_STR(td_buf_text(&left), td_buf_text(&right));
    CHECK(!zone_version_is_cut(pinned)); /* a small zone never reaches the share */
    zone_version_unpin(pinned);
    CHECK_EQ(zone_lineage_reclaim(lineage, rcu), 0);
    zone_lineage_stats(lineage, &stats);
    CHECK_EQ(stats.retained, 0);
    zone_lineage_free(lineage);
    td_rcu_free(rcu);
    td_buf_fini(&left);
    td_buf_fini(&right);
}

/* A zone that is restored is a base and the changes behind it; only what comes of it is shown. */
TEST(versions_that_were_never_published_are_given_back)
{
    struct td_hash_seed seed = td_hash_seed_of(7, 8);
    struct td_rcu *rcu = td_rcu_new();
    struct zone_lineage_stats stats;

    first_records();
    struct zone_version *version = build(&seed);
    struct zone_lineage *lineage = version->lineage;
    for (unsigned i = 0; i < 20; i++) {
        struct zone_edit *edit = zone_edit_begin(version);
        add_one(edit);
        CHECK_OK(zone_edit_finish(edit, &version));
        if (i < 3) /* as if restored from three changes */
            continue;
        zone_lineage_published(version, rcu);
        CHECK_EQ(zone_lineage_reclaim(lineage, rcu), 0);
        zone_lineage_stats(lineage, &stats);
        CHECK_EQ(stats.versions, 1);
        CHECK_EQ(stats.retained, 0);
    }
    zone_lineage_free(lineage);
    td_rcu_free(rcu);
}

TESTS(edits_make_what_a_build_makes, edits_keep_hashes_as_a_build_does,
      an_aborted_edit_leaves_no_trace, versions_that_were_never_published_are_given_back,
      a_pinned_version_stays_as_it_was_and_is_cut_when_it_costs_too_much)
