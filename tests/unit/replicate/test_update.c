/*
 * Goal    RFC 2136 3: each RCODE, in its order; what is ignored is ignored; all or nothing.
 * Method  updates written as text against a small zone; the change that comes out as text.
 */
#include <stdlib.h>

#include "unit/change/world.h"

#include "base/buf.h"
#include "replicate/update.h"
#include "text/print.h"
#include "text/single.h"
#include "wire/answer.h"
#include "wire/message.h"

enum { MESSAGE_MAX = 65535, LINES_MAX = 8 };

/* ---- messages from text ---- */

static const uint8_t root[] = { 0 };

static uint16_t class_of(const char *word)
{
    return strcmp(word, "ANY") == 0    ? WIRE_CLASS_ANY
           : strcmp(word, "NONE") == 0 ? WIRE_CLASS_NONE
           : strcmp(word, "CH") == 0   ? WIRE_CLASS_CH
                                       : WIRE_CLASS_IN;
}

static void put_name(struct td_writer *out, const char *text)
{
    struct wire_name name;

    CHECK_OK(wire_name_from_text(text, &name));
    CHECK_OK(td_write_octets(out, name.octets, name.size));
}

/* "www.test. 0 NONE A", with data behind it or without. */
static void put_record(struct td_writer *out, const char *line)
{
    char owner[128], class[8], mnemonic[16];
    unsigned ttl;
    int at = 0;
    uint16_t type;
    struct td_diag diag;

    CHECK_EQ(sscanf(line, "%127s %u %7s %15s %n", owner, &ttl, class, mnemonic, &at), 4);
    put_name(out, owner);
    CHECK_OK(wire_rrtype_find(mnemonic, strlen(mnemonic), &type));
    CHECK_OK(td_write_u16(out, type));
    CHECK_OK(td_write_u16(out, class_of(class)));
    CHECK_OK(td_write_u32(out, ttl));
    uint8_t *rdata = NULL;
    size_t size = 0;
    if (line[at] != '\0')
        CHECK_OK(text_single_rdata(type, line + at, strlen(line + at), root, &rdata, &size, &diag));
    CHECK_OK(td_write_u16(out, (uint16_t)size));
    CHECK_OK(td_write_octets(out, rdata, size));
    free(rdata);
}

/* Lines "? ..." are prerequisites, "! ..." updates; the former come first. */
static size_t make_message(uint8_t *octets, const char *const *lines)
{
    struct td_writer out = td_writer_of(octets, MESSAGE_MAX);
    struct wire_header header = { .id = 1,
                                  .flags = WIRE_OPCODE_UPDATE << WIRE_FLAG_OPCODE_SHIFT,
                                  .counts = { 1 } };

    out.cursor = WIRE_HEADER_SIZE;
    put_name(&out, "test.");
    CHECK_OK(td_write_u16(&out, WIRE_TYPE_SOA));
    CHECK_OK(td_write_u16(&out, WIRE_CLASS_IN));
    for (unsigned i = 0; i < LINES_MAX && lines[i] != NULL; i++) {
        header.counts[lines[i][0] == '?' ? 1 : 2]++;
        put_record(&out, lines[i] + 2);
    }
    wire_header_put(octets, &header);
    return out.cursor;
}

/* ---- doing it ---- */

struct bench {
    struct world world;
    struct policy_update *policy;
    struct td_addr addr;
    struct policy_update_client client;
    struct td_arena arena;
    struct update_result result;
    char effect[1024];
};

static void bench_load(struct bench *bench)
{
    static const char *const records[] = {
        "test. 60 SOA ns.test. host.test. 10 1 1 1 1",
        "test. 60 NS ns.test.",
        "test. 60 NS ns.outside.",
        "test. 60 MX 1 mail.test.",
        "ns.test. 60 A 192.0.2.53",
        "www.test. 60 A 192.0.2.1",
        "www.test. 60 A 192.0.2.2",
        "www.test. 60 TXT \"www\"",
        "alias.test. 60 CNAME WWW.test.",
        "down.test. 60 DNAME elsewhere.",
        "deep.ent.test. 60 A 192.0.2.9",
        "keyed.test. 60 KEY 0 3 8 AQAB",
        "sub.test. 60 NS ns.sub.test.",
        "ns.sub.test. 60 A 192.0.2.99",
        "wks.test. 60 WKS 192.0.2.1 6 25",
    };
    struct zone_build *build = zone_build_new(apex, &bench->world.seed, NULL);
    struct change_about about = { .origin = CHANGE_FILE };
    struct zone_build_report report;
    struct zone_version *version;
    struct td_diag diag;

    for (size_t i = 0; i < TD_COUNT(records); i++) {
        struct text_single single;
        CHECK_OK(text_single_parse(records[i], strlen(records[i]), root, 60, &single, &diag));
        CHECK_OK(zone_build_add(build, single.owner.octets, single.type, single.ttl, single.rdata,
                                (uint16_t)single.rdata_size));
        text_single_fini(&single);
    }
    CHECK_OK(zone_build_finish(build, &report, &version));
    CHECK_OK(change_commit_whole(bench->world.door, &bench->world.zone, version, NULL, &about, NULL,
                                 &diag));
    world_turn(&bench->world);
}

static void bench_init(struct bench *bench)
{
    static struct td_prefix local;
    const struct policy_update_row row = { .prefixes = &local,
                                           .prefix_count = 1,
                                           .actions = POLICY_UPDATE_ALL };

    memset(bench, 0, sizeof(*bench));
    CHECK_OK(td_prefix_parse("127.0.0.1", &local));
    CHECK_OK(td_addr_parse("127.0.0.1", 0, &bench->addr));
    bench->client.addr = &bench->addr;
    bench->policy = policy_update_new(&row, 1);
    td_arena_init(&bench->arena, 0);
    world_init(&bench->world);
    bench_load(bench);
}

static void bench_fini(struct bench *bench)
{
    world_fini(&bench->world);
    policy_update_free(bench->policy);
    td_arena_fini(&bench->arena);
}

static void add_effect(struct bench *bench, char sign, const struct change_record *record)
{
    struct td_buf text = { .data = NULL };
    size_t at = strlen(bench->effect);

    text_print_record(&text, record->owner, record->ttl, record->type, record->rdata,
                      record->rdata_size);
    snprintf(bench->effect + at, sizeof(bench->effect) - at, "%s%c%s", at == 0 ? "" : ", ", sign,
             td_buf_text(&text));
    td_buf_fini(&text);
    for (char *c = bench->effect; *c != '\0'; c++)
        if (*c == '\t')
            *c = ' ';
}

/* The message, done to a draft that is given up again; what it did is in bench->effect. */
static void bench_run(struct bench *bench, const uint8_t *octets, size_t size)
{
    const struct zone_version *view = change_zone_view(&bench->world.zone);
    struct update_result *result = &bench->result;
    struct update_message message;

    bench->effect[0] = '\0';
    td_arena_reset(&bench->arena);
    const struct update_request request = {
        .octets = octets, .size = size, .policy = bench->policy, .client = bench->client
    };
    update_look(&request, view, &bench->arena, &message, result);
    if (result->rcode != WIRE_RCODE_NOERROR) {
        CHECK(result->text[0] != '\0');
        return;
    }
    struct change_draft *draft = world_draft(&bench->world);
    update_apply(&message, draft, &bench->arena, result);
    const struct changeset *changes = change_draft_changes(draft);
    for (uint32_t i = 0; i < changes->removed_count; i++)
        add_effect(bench, '-', &changes->removed[i]);
    for (uint32_t i = 0; i < changes->added_count; i++)
        add_effect(bench, '+', &changes->added[i]);
    const struct zone_version *after = change_draft_view(draft);
    const struct wire_rrset *soa = zone_node_set(after, zone_version_apex(after), WIRE_TYPE_SOA);
    struct change_record record = { .owner = apex,
                                    .rdata = wire_rrset_first(soa).octets,
                                    .rdata_size = wire_rrset_first(soa).size,
                                    .ttl = soa->ttl,
                                    .type = WIRE_TYPE_SOA };
    if (td_get_u32(record.rdata + record.rdata_size - 4) != 1) /* the one there was says 1 */
        add_effect(bench, '+', &record);
    change_draft_abort(draft);
}

struct row {
    const char *why;
    const char *lines[LINES_MAX];
    uint16_t rcode;
    const char *effect; /* NULL: nothing */
};

static void run_rows(struct bench *bench, const struct row *rows, size_t count)
{
    static uint8_t octets[MESSAGE_MAX];

    for (size_t i = 0; i < count; i++) {
        bench_run(bench, octets, make_message(octets, rows[i].lines));
        CHECK_EQ_WHY(bench->result.rcode, rows[i].rcode, rows[i].why);
        if (strcmp(bench->effect, rows[i].effect == NULL ? "" : rows[i].effect) != 0)
            fail_msg("%s: %s", rows[i].why, bench->effect);
    }
}

#define ADDS  "! new.test. 60 IN A 192.0.2.7"
#define ADDED "+new.test. 60 IN A 192.0.2.7"

TEST(prerequisites)
{
    static const struct row rows[] = {
        { "none", { ADDS }, WIRE_RCODE_NOERROR, ADDED },
        { "name in use", { "? www.test. 0 ANY ANY", ADDS }, WIRE_RCODE_NOERROR, ADDED },
        { "name in use, another case",
          { "? WWW.Test. 0 ANY ANY", ADDS },
          WIRE_RCODE_NOERROR,
          ADDED },
        { "name in use, not there", { "? no.test. 0 ANY ANY", ADDS }, WIRE_RCODE_NXDOMAIN, NULL },
        { "name in use, an empty non-terminal",
          { "? ent.test. 0 ANY ANY", ADDS },
          WIRE_RCODE_NXDOMAIN,
          NULL },
        { "name in use, glue", { "? ns.sub.test. 0 ANY ANY", ADDS }, WIRE_RCODE_NOERROR, ADDED },
        { "name not in use", { "? no.test. 0 NONE ANY", ADDS }, WIRE_RCODE_NOERROR, ADDED },
        { "name not in use, an empty non-terminal",
          { "? ent.test. 0 NONE ANY", ADDS },
          WIRE_RCODE_NOERROR,
          ADDED },
        { "name not in use, there", { "? www.test. 0 NONE ANY", ADDS }, WIRE_RCODE_YXDOMAIN, NULL },
        { "set exists", { "? www.test. 0 ANY TXT", ADDS }, WIRE_RCODE_NOERROR, ADDED },
        { "set exists, another type",
          { "? www.test. 0 ANY AAAA", ADDS },
          WIRE_RCODE_NXRRSET,
          NULL },
        { "set exists, no name", { "? no.test. 0 ANY A", ADDS }, WIRE_RCODE_NXRRSET, NULL },
        { "set does not exist", { "? www.test. 0 NONE AAAA", ADDS }, WIRE_RCODE_NOERROR, ADDED },
        { "set does not exist, there", { "? www.test. 0 NONE A", ADDS }, WIRE_RCODE_YXRRSET, NULL },
        { "a set, whole, in another order",
          { "? www.test. 0 IN A 192.0.2.2", "? www.test. 0 IN A 192.0.2.1", ADDS },
          WIRE_RCODE_NOERROR,
          ADDED },
        { "a set, a record twice",
          { "? www.test. 0 IN A 192.0.2.2", "? WWW.test. 0 IN A 192.0.2.1",
            "? www.test. 0 IN A 192.0.2.2", ADDS },
          WIRE_RCODE_NOERROR,
          ADDED },
        { "a set, part of it", { "? www.test. 0 IN A 192.0.2.1", ADDS }, WIRE_RCODE_NXRRSET, NULL },
        { "a set, more than it",
          { "? www.test. 0 IN A 192.0.2.1", "? www.test. 0 IN A 192.0.2.2",
            "? www.test. 0 IN A 192.0.2.3", ADDS },
          WIRE_RCODE_NXRRSET,
          NULL },
        { "a set, another record",
          { "? www.test. 0 IN A 192.0.2.1", "? www.test. 0 IN A 192.0.2.3", ADDS },
          WIRE_RCODE_NXRRSET,
          NULL },
        { "a set that is not there",
          { "? no.test. 0 IN A 192.0.2.1", ADDS },
          WIRE_RCODE_NXRRSET,
          NULL },
        { "a name in data, another case",
          { "? alias.test. 0 IN CNAME www.TEST.", ADDS },
          WIRE_RCODE_NOERROR,
          ADDED },
        { "two sets, the second wrong",
          { "? www.test. 0 IN TXT \"www\"", "? alias.test. 0 IN CNAME x.", ADDS },
          WIRE_RCODE_NXRRSET,
          NULL },
        { "not in the zone", { "? www.other. 0 ANY ANY", ADDS }, WIRE_RCODE_NOTZONE, NULL },
        { "above the zone", { "? . 0 NONE ANY", ADDS }, WIRE_RCODE_NOTZONE, NULL },
        { "a TTL", { "? www.test. 1 ANY ANY", ADDS }, WIRE_RCODE_FORMERR, NULL },
        { "a TTL, with data", { "? www.test. 60 IN TXT \"www\"", ADDS }, WIRE_RCODE_FORMERR, NULL },
        { "class ANY with data",
          { "? www.test. 0 ANY A 192.0.2.1", ADDS },
          WIRE_RCODE_FORMERR,
          NULL },
        { "class NONE with data",
          { "? www.test. 0 NONE A 192.0.2.1", ADDS },
          WIRE_RCODE_FORMERR,
          NULL },
        { "another class", { "? www.test. 0 CH A 192.0.2.1", ADDS }, WIRE_RCODE_FORMERR, NULL },
        { "a type of questions", { "? www.test. 0 ANY AXFR", ADDS }, WIRE_RCODE_NXRRSET, NULL },
        { "no type of questions", { "? www.test. 0 NONE AXFR", ADDS }, WIRE_RCODE_NOERROR, ADDED },
        { "a set of type ANY", { "? www.test. 0 IN ANY", ADDS }, WIRE_RCODE_NXRRSET, NULL },
        { "a set of type AXFR, and another one",
          { "? www.test. 0 IN TXT \"www\"", "? www.test. 0 IN AXFR", ADDS },
          WIRE_RCODE_NXRRSET,
          NULL },
        { "the first that fails counts",
          { "? no.test. 0 ANY ANY", "? www.test. 0 NONE ANY", ADDS },
          WIRE_RCODE_NXDOMAIN,
          NULL },
        { "they come before the updates",
          { "? no.test. 0 ANY ANY", "! www.other. 60 IN A 192.0.2.1" },
          WIRE_RCODE_NXDOMAIN,
          NULL },
        { "they do not see the update itself",
          { "? new.test. 0 ANY ANY", ADDS },
          WIRE_RCODE_NXDOMAIN,
          NULL },
        { "all of them, no update", { "? www.test. 0 ANY ANY" }, WIRE_RCODE_NOERROR, NULL },
        { "nothing at all", { NULL }, WIRE_RCODE_NOERROR, NULL },
    };
    struct bench bench;

    bench_init(&bench);
    run_rows(&bench, rows, TD_COUNT(rows));
    bench_fini(&bench);
}

TEST(the_forms_of_updates)
{
    static const struct row rows[] = {
        { "not in the zone", { ADDS, "! www.other. 60 IN A 192.0.2.1" }, WIRE_RCODE_NOTZONE, NULL },
        { "a type of questions", { ADDS, "! www.test. 60 IN AXFR" }, WIRE_RCODE_FORMERR, NULL },
        { "type ANY to add", { ADDS, "! www.test. 60 IN ANY" }, WIRE_RCODE_FORMERR, NULL },
        { "MAILA", { "! www.test. 60 IN MAILA" }, WIRE_RCODE_FORMERR, NULL },
        { "a number among those of questions",
          { "! www.test. 60 IN TYPE240" },
          WIRE_RCODE_FORMERR,
          NULL },
        { "OPT as data is no message", { "! www.test. 60 IN OPT" }, WIRE_RCODE_FORMERR, NULL },
        { "class ANY with a TTL", { "! www.test. 60 ANY A" }, WIRE_RCODE_FORMERR, NULL },
        { "class ANY with data", { "! www.test. 0 ANY A 192.0.2.1" }, WIRE_RCODE_FORMERR, NULL },
        { "class ANY, AXFR", { "! www.test. 0 ANY AXFR" }, WIRE_RCODE_FORMERR, NULL },
        { "class NONE with a TTL",
          { "! www.test. 60 NONE A 192.0.2.1" },
          WIRE_RCODE_FORMERR,
          NULL },
        { "class NONE, ANY", { "! www.test. 0 NONE ANY" }, WIRE_RCODE_FORMERR, NULL },
        { "class NONE without data", { "! www.test. 0 NONE A" }, WIRE_RCODE_FORMERR, NULL },
        { "another class", { "! www.test. 60 CH A 192.0.2.1" }, WIRE_RCODE_FORMERR, NULL },
        { "to add without data", { "! www.test. 60 IN A" }, WIRE_RCODE_FORMERR, NULL },
        { "RRSIG",
          { ADDS, "! www.test. 60 IN RRSIG A 8 2 60 20300101000000 20200101000000 1 test. AQAB" },
          WIRE_RCODE_REFUSED,
          NULL },
        { "NSEC", { "! www.test. 60 IN NSEC test. A" }, WIRE_RCODE_REFUSED, NULL },
        { "NSEC3", { "! www.test. 0 ANY NSEC3" }, WIRE_RCODE_REFUSED, NULL },
        { "NSEC3PARAM", { "! test. 60 IN NSEC3PARAM 1 0 0 -" }, WIRE_RCODE_REFUSED, NULL },
        { "DNSKEY is data like other",
          { "! test. 60 IN DNSKEY 257 3 8 AQAB" },
          WIRE_RCODE_NOERROR,
          "+test. 60 IN DNSKEY 257 3 8 AQAB" },
    };
    struct bench bench;

    bench_init(&bench);
    run_rows(&bench, rows, TD_COUNT(rows));
    bench_fini(&bench);
}

TEST(adding)
{
    static const struct row rows[] = {
        { "to a set",
          { "! www.test. 60 IN A 192.0.2.3" },
          WIRE_RCODE_NOERROR,
          "+www.test. 60 IN A 192.0.2.3" },
        { "what is there", { "! www.test. 60 IN A 192.0.2.1" }, WIRE_RCODE_NOERROR, NULL },
        { "twice", { ADDS, ADDS }, WIRE_RCODE_NOERROR, ADDED },
        { "another TTL is for the whole set",
          { "! www.test. 5 IN A 192.0.2.1" },
          WIRE_RCODE_NOERROR,
          "-www.test. 60 IN A 192.0.2.1, -www.test. 60 IN A 192.0.2.2, +www.test. 5 IN A "
          "192.0.2.1, +www.test. 5 IN A 192.0.2.2" },
        { "a TTL beyond 2^31 is 0",
          { "! new.test. 4294967295 IN A 192.0.2.7" },
          WIRE_RCODE_NOERROR,
          "+new.test. 0 IN A 192.0.2.7" },
        { "a CNAME beside data",
          { "! www.test. 60 IN CNAME x.", ADDS },
          WIRE_RCODE_NOERROR,
          ADDED },
        { "data beside a CNAME", { "! alias.test. 60 IN A 192.0.2.1" }, WIRE_RCODE_NOERROR, NULL },
        { "a CNAME beside KEY",
          { "! keyed.test. 60 IN CNAME x." },
          WIRE_RCODE_NOERROR,
          "+keyed.test. 60 IN CNAME x." },
        { "KEY beside a CNAME",
          { "! alias.test. 60 IN KEY 0 3 8 AQAB" },
          WIRE_RCODE_NOERROR,
          "+alias.test. 60 IN KEY 0 3 8 AQAB" },
        { "another CNAME",
          { "! alias.test. 60 IN CNAME x." },
          WIRE_RCODE_NOERROR,
          "-alias.test. 60 IN CNAME WWW.test., +alias.test. 60 IN CNAME x." },
        { "the same CNAME", { "! alias.test. 60 IN CNAME www.test." }, WIRE_RCODE_NOERROR, NULL },
        { "another DNAME",
          { "! down.test. 60 IN DNAME x." },
          WIRE_RCODE_NOERROR,
          "-down.test. 60 IN DNAME elsewhere., +down.test. 60 IN DNAME x." },
        { "WKS of the same protocol",
          { "! wks.test. 60 IN WKS 192.0.2.1 6 80" },
          WIRE_RCODE_NOERROR,
          "-wks.test. 60 IN WKS 192.0.2.1 6 25, +wks.test. 60 IN WKS 192.0.2.1 6 80" },
        { "WKS of another protocol",
          { "! wks.test. 60 IN WKS 192.0.2.1 17 80" },
          WIRE_RCODE_NOERROR,
          "+wks.test. 60 IN WKS 192.0.2.1 17 80" },
        { "instead of a CNAME",
          { "! alias.test. 0 ANY CNAME", "! alias.test. 60 IN A 192.0.2.1" },
          WIRE_RCODE_NOERROR,
          "-alias.test. 60 IN CNAME WWW.test., +alias.test. 60 IN A 192.0.2.1" },
        { "an SOA with a greater serial",
          { "! test. 60 IN SOA ns.test. host.test. 11 2 2 2 2" },
          WIRE_RCODE_NOERROR,
          "+test. 60 IN SOA ns.test. host.test. 11 2 2 2 2" },
        { "an SOA with the same serial",
          { "! test. 60 IN SOA ns.test. host.test. 10 2 2 2 2" },
          WIRE_RCODE_NOERROR,
          NULL },
        { "an SOA with a lower serial",
          { "! test. 60 IN SOA ns.test. host.test. 9 2 2 2 2" },
          WIRE_RCODE_NOERROR,
          NULL },
        { "an SOA at a distance of 2^31",
          { "! test. 60 IN SOA ns.test. host.test. 2147483658 2 2 2 2" },
          WIRE_RCODE_NOERROR,
          NULL },
        { "an SOA elsewhere",
          { "! www.test. 60 IN SOA ns.test. host.test. 11 2 2 2 2" },
          WIRE_RCODE_NOERROR,
          NULL },
        { "glue",
          { "! b.sub.test. 60 IN A 192.0.2.98" },
          WIRE_RCODE_NOERROR,
          "+b.sub.test. 60 IN A 192.0.2.98" },
        { "an unknown type",
          { "! new.test. 60 IN TYPE65280 \\# 1 FF" },
          WIRE_RCODE_NOERROR,
          "+new.test. 60 IN TYPE65280 \\# 1 FF" },
    };
    struct bench bench;

    bench_init(&bench);
    run_rows(&bench, rows, TD_COUNT(rows));
    bench_fini(&bench);
}

TEST(deleting)
{
    static const struct row rows[] = {
        { "a record",
          { "! www.test. 0 NONE A 192.0.2.1" },
          WIRE_RCODE_NOERROR,
          "-www.test. 60 IN A 192.0.2.1" },
        { "a record, another case",
          { "! Alias.test. 0 NONE CNAME www.test." },
          WIRE_RCODE_NOERROR,
          "-Alias.test. 60 IN CNAME WWW.test." },
        { "a record that is not there",
          { "! www.test. 0 NONE A 192.0.2.3" },
          WIRE_RCODE_NOERROR,
          NULL },
        { "at a name that is not there",
          { "! no.test. 0 NONE A 192.0.2.3", "! no.test. 0 ANY A", "! no.test. 0 ANY ANY" },
          WIRE_RCODE_NOERROR,
          NULL },
        { "a set",
          { "! www.test. 0 ANY A" },
          WIRE_RCODE_NOERROR,
          "-www.test. 60 IN A 192.0.2.1, -www.test. 60 IN A 192.0.2.2" },
        { "a name",
          { "! www.test. 0 ANY ANY" },
          WIRE_RCODE_NOERROR,
          "-www.test. 60 IN A 192.0.2.1, -www.test. 60 IN A 192.0.2.2, -www.test. 60 IN TXT "
          "\"www\"" },
        { "an empty non-terminal", { "! ent.test. 0 ANY ANY" }, WIRE_RCODE_NOERROR, NULL },
        { "the apex keeps SOA and NS",
          { "! test. 0 ANY ANY" },
          WIRE_RCODE_NOERROR,
          "-test. 60 IN MX 1 mail.test." },
        { "NS at the apex, the set", { "! test. 0 ANY NS" }, WIRE_RCODE_NOERROR, NULL },
        { "SOA, the set", { "! test. 0 ANY SOA" }, WIRE_RCODE_NOERROR, NULL },
        { "SOA, the record",
          { "! test. 0 NONE SOA ns.test. host.test. 10 1 1 1 1" },
          WIRE_RCODE_NOERROR,
          NULL },
        { "an NS of two",
          { "! test. 0 NONE NS ns.outside." },
          WIRE_RCODE_NOERROR,
          "-test. 60 IN NS ns.outside." },
        { "the last NS stays",
          { "! test. 0 NONE NS ns.outside.", "! test. 0 NONE NS ns.test." },
          WIRE_RCODE_NOERROR,
          "-test. 60 IN NS ns.outside." },
        { "the last NS of a cut",
          { "! sub.test. 0 NONE NS ns.sub.test." },
          WIRE_RCODE_NOERROR,
          "-sub.test. 60 IN NS ns.sub.test." },
        { "in their order",
          { "! www.test. 0 ANY A", "! www.test. 60 IN A 192.0.2.1" },
          WIRE_RCODE_NOERROR,
          "-www.test. 60 IN A 192.0.2.2" },
        { "added and gone", { ADDS, "! new.test. 0 ANY ANY" }, WIRE_RCODE_NOERROR, NULL },
    };
    struct bench bench;

    bench_init(&bench);
    run_rows(&bench, rows, TD_COUNT(rows));
    bench_fini(&bench);
}

TEST(all_of_it_has_to_be_allowed)
{
    static const struct row rows[] = {
        { "allowed",
          { "! www.test. 60 IN TXT \"a\"" },
          WIRE_RCODE_NOERROR,
          "+www.test. 60 IN TXT \"a\"" },
        { "one of two is not", { "! www.test. 60 IN TXT \"a\"", ADDS }, WIRE_RCODE_REFUSED, NULL },
        { "another name", { "! ns.test. 60 IN TXT \"a\"" }, WIRE_RCODE_REFUSED, NULL },
        { "deleting a set", { "! www.test. 0 ANY TXT" }, WIRE_RCODE_REFUSED, NULL },
        { "deleting a record", { "! www.test. 0 NONE TXT \"www\"" }, WIRE_RCODE_REFUSED, NULL },
        { "deleting a name", { "! www.test. 0 ANY ANY" }, WIRE_RCODE_REFUSED, NULL },
        { "deleting what is not there", { "! no.test. 0 ANY ANY" }, WIRE_RCODE_NOERROR, NULL },
        { "another CNAME is a deletion",
          { "! alias.test. 60 IN CNAME x." },
          WIRE_RCODE_REFUSED,
          NULL },
        { "the same CNAME is none",
          { "! alias.test. 60 IN CNAME www.test." },
          WIRE_RCODE_NOERROR,
          NULL },
        { "NOTZONE all the same", { "! www.other. 60 IN TXT \"a\"" }, WIRE_RCODE_NOTZONE, NULL },
    };
    static const struct policy_update_name names[] = {
        { POLICY_UPDATE_EXACT, (const uint8_t *)"\3www\4test" },
        { POLICY_UPDATE_EXACT, (const uint8_t *)"\5alias\4test" },
    };
    static const uint16_t types[] = { WIRE_TYPE_TXT, WIRE_TYPE_CNAME };
    struct bench bench;

    bench_init(&bench);
    struct td_prefix local;
    CHECK_OK(td_prefix_parse("127.0.0.1", &local));
    const struct policy_update_row row = { .prefixes = &local,
                                           .prefix_count = 1,
                                           .names = names,
                                           .name_count = 2,
                                           .types = types,
                                           .type_count = 2,
                                           .actions = POLICY_UPDATE_ADD };
    policy_update_free(bench.policy);
    bench.policy = policy_update_new(&row, 1);
    run_rows(&bench, rows, TD_COUNT(rows));
    CHECK_EQ(bench.result.ede, ANSWER_EDE_NONE);
    bench_fini(&bench);
}

/* Every octet of a message another one: an RCODE, and no more. Its end is watched. */
TEST(no_message_does_harm)
{
    static uint8_t octets[MESSAGE_MAX];
    static const char *const lines[] = { "? www.test. 0 IN TXT \"www\"",
                                         "! other.test. 60 IN MX 10 mail.test.",
                                         "! www.test. 0 ANY ANY", "! alias.test. 60 IN CNAME x.",
                                         NULL };
    struct bench bench;

    bench_init(&bench);
    size_t size = make_message(octets, lines);
    for (size_t at = 0; at < size; at++) {
        for (unsigned flip = 1; flip < 256; flip += 0x3F) {
            uint8_t *exact = malloc(size);
            memcpy(exact, octets, size);
            exact[at] ^= (uint8_t)flip;
            bench_run(&bench, exact, size);
            free(exact);
        }
    }
    CHECK_EQ(change_zone_view(&bench.world.zone)->serial, 10);
    bench_fini(&bench);
}

/* A message with this many records of class ANY in the update section. */
static size_t make_many(uint8_t *octets, unsigned count)
{
    static const char *const none[] = { NULL };
    size_t at = make_message(octets, none);

    for (unsigned i = 0; i < count; i++) {
        static const uint8_t record[] = { 0xC0, 12, 0, WIRE_TYPE_A, 0, WIRE_CLASS_ANY,
                                          0,    0,  0, 0,           0, 0 };
        memcpy(octets + at, record, sizeof(record));
        at += sizeof(record);
    }
    td_put_u16(octets + 8, (uint16_t)count);
    return at;
}

TEST(messages_that_are_none)
{
    static uint8_t octets[MESSAGE_MAX];
    static const char *const lines[] = { "? www.test. 0 ANY ANY", ADDS, NULL };
    struct bench bench;

    bench_init(&bench);
    size_t size = make_message(octets, lines);
    for (size_t cut = 0; cut < size; cut++) {
        bench_run(&bench, octets, cut);
        CHECK_EQ(bench.result.rcode, WIRE_RCODE_FORMERR);
    }
    bench_run(&bench, octets, size);
    CHECK_EQ(bench.result.rcode, WIRE_RCODE_NOERROR);
    td_put_u16(octets + WIRE_HEADER_SIZE + sizeof(apex), WIRE_TYPE_A); /* not of type SOA */
    bench_run(&bench, octets, size);
    CHECK_EQ(bench.result.rcode, WIRE_RCODE_FORMERR);

    bench_run(&bench, octets, make_many(octets, UPDATE_RECORDS_MAX));
    CHECK_EQ(bench.result.rcode, WIRE_RCODE_NOERROR);
    bench_run(&bench, octets, make_many(octets, UPDATE_RECORDS_MAX + 1));
    CHECK_EQ(bench.result.rcode, WIRE_RCODE_REFUSED);
    bench_fini(&bench);
}

/* A set of more records than one message may delete goes nevertheless record by record only. */
TEST(a_set_can_be_too_large_to_delete)
{
    static uint8_t octets[MESSAGE_MAX];
    static const struct row rows[] = {
        { "the set", { "! www.test. 0 ANY AAAA" }, WIRE_RCODE_REFUSED, NULL },
        { "one of it",
          { "! www.test. 0 NONE AAAA ::1" },
          WIRE_RCODE_NOERROR,
          "-www.test. 60 IN AAAA ::1" },
    };
    struct bench bench;
    struct waiter waiter;
    struct td_diag diag;

    bench_init(&bench);
    struct change_draft *draft = world_draft(&bench.world);
    for (unsigned i = 1; i <= UPDATE_RECORDS_MAX + 1; i++) {
        uint8_t wide[16] = { 0 };
        td_put_u32(wide + 12, i);
        CHECK_OK(change_draft_add(draft, host, WIRE_TYPE_AAAA, 60, wide, 16));
    }
    CHECK_OK(world_commit(draft, CHANGE_UPDATE, &waiter, &diag));
    world_turn(&bench.world);
    bench_run(&bench, octets, make_message(octets, rows[0].lines));
    CHECK_EQ(bench.result.rcode, WIRE_RCODE_REFUSED);
    run_rows(&bench, rows + 1, 1);
    bench_fini(&bench);
}

TEST(a_zone_that_comes_signed_is_left_alone)
{
    static uint8_t octets[MESSAGE_MAX];
    static const char *const lines[] = { ADDS, NULL };
    struct bench bench;
    struct waiter waiter;
    struct td_diag diag;
    static const uint8_t nsec[] = "\4test\0\0\1\x40"; /* the apex, type A */

    bench_init(&bench);
    struct change_draft *draft = world_draft(&bench.world);
    CHECK_OK(change_draft_add(draft, apex, WIRE_TYPE_NSEC, 60, nsec, sizeof(nsec) - 1));
    CHECK_OK(world_commit(draft, CHANGE_UPDATE, &waiter, &diag));
    world_turn(&bench.world);
    bench_run(&bench, octets, make_message(octets, lines));
    CHECK_EQ(bench.result.rcode, WIRE_RCODE_REFUSED);
    CHECK_EQ(bench.result.ede, WIRE_EDE_NOT_SUPPORTED);
    bench_fini(&bench);
}

TESTS(prerequisites, the_forms_of_updates, adding, deleting, all_of_it_has_to_be_allowed,
      messages_that_are_none, no_message_does_harm, a_set_can_be_too_large_to_delete,
      a_zone_that_comes_signed_is_left_alone)
