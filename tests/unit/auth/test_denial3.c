/*
 * Goal    Proofs by NSEC3 for every kind of negative answer: RFC 5155 7.2, opt-out included.
 * Method  chains made here from lists of names; what an answer proves is found out as a validator
 *         does, with the hashes of the names in question.
 */
#include "ask.h"

#include "dnssec/bitmap.h"
#include "dnssec/denial.h"

enum { CHAIN_MAX = 32 };

/* A name of the chain, and its types as text. */
struct link {
    const char *name;
    const char *types;
};

struct hashed {
    uint8_t hash[DNSSEC_NSEC3_HASH_SIZE];
    const char *types;
};

static const struct dnssec_nsec3_params params = {
    .algorithm = DNSSEC_NSEC3_SHA1, .iterations = 2, .salt_size = 2, .salt = { 0xAB, 0xCD }
};

static int hashed_order(const void *a, const void *b)
{
    return memcmp(a, b, DNSSEC_NSEC3_HASH_SIZE);
}

static void hash_of(const char *text, uint8_t ret_hash[DNSSEC_NSEC3_HASH_SIZE])
{
    struct wire_name name = ask_name(text);

    dnssec_nsec3_hash(&params, name.octets, name.size, ret_hash);
}

static size_t write_types(const char *text, uint8_t *out)
{
    uint16_t types[16];
    size_t count = 0;

    for (const char *at = text; *at != '\0';) {
        size_t size = strcspn(at, " ");
        CHECK_OK(wire_rrtype_find(at, size, &types[count++]));
        at += size + (at[size] == ' ');
    }
    return dnssec_bitmap_write(types, count, out);
}

/* A zone of this text with a chain over these names, in order of their hashes. */
static struct zone_version *chained(const char *text, const struct link *links, size_t count,
                                    uint8_t flags)
{
    struct zone_build *build = ask_build("example.", text);
    struct wire_name apex = ask_name("example.");
    struct hashed chain[CHAIN_MAX];

    for (size_t i = 0; i < count; i++) {
        hash_of(links[i].name, chain[i].hash);
        chain[i].types = links[i].types;
    }
    qsort(chain, count, sizeof(chain[0]), hashed_order);
    for (size_t i = 0; i < count; i++) {
        uint8_t rdata[600] = { params.algorithm,
                               flags,
                               0,
                               (uint8_t)params.iterations,
                               params.salt_size,
                               params.salt[0],
                               params.salt[1],
                               DNSSEC_NSEC3_HASH_SIZE };
        struct wire_name owner;
        memcpy(rdata + 8, chain[(i + 1) % count].hash, DNSSEC_NSEC3_HASH_SIZE);
        size_t size = 8 + DNSSEC_NSEC3_HASH_SIZE;
        size += write_types(chain[i].types, rdata + size);
        CHECK_OK(dnssec_nsec3_owner(chain[i].hash, apex.octets, &owner));
        CHECK_OK(zone_build_add(build, owner.octets, WIRE_TYPE_NSEC3, 60, rdata, (uint16_t)size));
        struct text_single record = { .owner = owner, .type = WIRE_TYPE_NSEC3, .ttl = 60 };
        ask_add_signature(build, &record);
    }
    return ask_finish(build);
}

/* ---- a small validator ---- */

struct proof {
    uint8_t owner[DNSSEC_NSEC3_HASH_SIZE];
    uint8_t next[DNSSEC_NSEC3_HASH_SIZE];
    bool is_opt_out;
    uint8_t types[64];
    size_t types_size;
};

struct proofs {
    struct proof rows[8];
    unsigned count;
    unsigned signatures; /* over NSEC3 */
    bool has_soa;
};

static void proof_read(struct proofs *proofs, const struct wire_record *record,
                       const uint8_t *rdata, size_t size)
{
    struct proof *proof = &proofs->rows[proofs->count++];

    CHECK(proofs->count <= TD_COUNT(proofs->rows));
    CHECK_OK(dnssec_nsec3_owner_hash(record->owner.octets, proof->owner));
    proof->is_opt_out = (rdata[1] & DNSSEC_NSEC3_OPT_OUT) != 0;
    memcpy(proof->next, rdata + 8, DNSSEC_NSEC3_HASH_SIZE);
    proof->types_size = size - 8 - DNSSEC_NSEC3_HASH_SIZE;
    memcpy(proof->types, rdata + 8 + DNSSEC_NSEC3_HASH_SIZE, proof->types_size);
    for (unsigned i = 0; i + 1 < proofs->count; i++)
        CHECK(memcmp(proofs->rows[i].owner, proof->owner, DNSSEC_NSEC3_HASH_SIZE) != 0);
}

/* Ask with DO, check RCODE and AA, and read what is in the authority section. */
static struct proofs proofs_of(const struct zone_version *zone, const char *name, const char *type,
                               const char *status)
{
    static uint8_t rdata[65536];
    struct proofs proofs = { .count = 0 };
    struct wire_message message;
    struct wire_record record;
    const char *text = ask(zone, name, type, AUTH_DO);

    if (strncmp(text, status, strlen(status)) != 0 || text[strlen(status)] != '\n')
        fail_msg("%s %s: want %s, got %s", name, type, status, text);
    CHECK_OK(wire_message_read(asked.octets, asked.size, &message));
    for (size_t at = message.section_at[2]; at < message.section_at[3];) {
        struct td_writer writer = td_writer_of(rdata, sizeof(rdata));
        CHECK_OK(wire_message_record(&message, &at, &record));
        CHECK_OK(wire_message_rdata(&message, &record, &writer));
        if (record.type == WIRE_TYPE_NSEC3)
            proof_read(&proofs, &record, rdata, writer.cursor);
        if (record.type == WIRE_TYPE_RRSIG && td_get_u16(rdata) == WIRE_TYPE_NSEC3)
            proofs.signatures++;
        proofs.has_soa = proofs.has_soa || record.type == WIRE_TYPE_SOA;
    }
    CHECK_EQ(proofs.signatures, proofs.count);
    return proofs;
}

static const struct proof *matching(const struct proofs *proofs, const char *name)
{
    uint8_t hash[DNSSEC_NSEC3_HASH_SIZE];

    hash_of(name, hash);
    for (unsigned i = 0; i < proofs->count; i++)
        if (memcmp(proofs->rows[i].owner, hash, sizeof(hash)) == 0)
            return &proofs->rows[i];
    return NULL;
}

static const struct proof *covering(const struct proofs *proofs, const char *name)
{
    uint8_t hash[DNSSEC_NSEC3_HASH_SIZE];

    hash_of(name, hash);
    for (unsigned i = 0; i < proofs->count; i++)
        if (dnssec_nsec3_covers(proofs->rows[i].owner, proofs->rows[i].next, hash, sizeof(hash)))
            return &proofs->rows[i];
    return NULL;
}

static bool has_type(const struct proof *proof, uint16_t type)
{
    return dnssec_bitmap_has(proof->types, proof->types_size, type);
}

/* ---- the tests ---- */

#define PARAM "+@ NSEC3PARAM 1 0 2 ABCD\n"

static const char zone_text[] =
    "+@ SOA . . 1 2 3 4 60\n"
    "+@ NS ns.test.\n"
    "+@ DNSKEY 256 3 15 AAAA\n" PARAM "+host A 192.0.2.1\n"
    "+a.b.ent A 192.0.2.2\n"
    "+*.w A 192.0.2.3\n"
    "+x.w TXT \"t\"\n"
    "+b.*.we A 192.0.2.4\n"
    "+*.wc CNAME nothere\n"
    "unsafe NS ns.test.\n"
    "safe NS ns.test.\n"
    "+safe DS 1 15 2 "
    "0000000000000000000000000000000000000000000000000000000000000000\n";

static const struct link links[] = {
    { "example.", "NS SOA RRSIG DNSKEY NSEC3PARAM" },
    { "host.example.", "A RRSIG" },
    { "a.b.ent.example.", "A RRSIG" },
    { "b.ent.example.", "" },
    { "ent.example.", "" },
    { "w.example.", "" },
    { "*.w.example.", "A RRSIG" },
    { "x.w.example.", "TXT RRSIG" },
    { "we.example.", "" },
    { "*.we.example.", "" },
    { "b.*.we.example.", "A RRSIG" },
    { "wc.example.", "" },
    { "*.wc.example.", "CNAME RRSIG" },
    { "safe.example.", "NS DS RRSIG" },
    { "unsafe.example.", "NS" },
};

static struct zone_version *full_chain(void)
{
    return chained(zone_text, links, TD_COUNT(links), 0);
}

/* RFC 5155 7.2.2: closest encloser, next closer name, wildcard. */
TEST(a_name_error_has_three_parts)
{
    static const struct {
        const char *name, *encloser, *next, *wildcard;
    } rows[] = {
        { "p.example.", "example.", "p.example.", "*.example." },
        { "q.p.example.", "example.", "p.example.", "*.example." },
        { "x.host.example.", "host.example.", "x.host.example.", "*.host.example." },
        { "c.ent.example.", "ent.example.", "c.ent.example.", "*.ent.example." },
        { "q.*.w.example.", "*.w.example.", "q.*.w.example.", "*.*.w.example." },
        { "P.B.Ent.example.", "b.ent.example.", "p.b.ent.example.", "*.b.ent.example." },
    };
    struct zone_version *zone = full_chain();

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct proofs proofs = proofs_of(zone, rows[i].name, "A", "NXDOMAIN aa");
        CHECK(proofs.has_soa);
        CHECK(matching(&proofs, rows[i].encloser) != NULL);
        CHECK(covering(&proofs, rows[i].next) != NULL);
        CHECK(covering(&proofs, rows[i].wildcard) != NULL);
        CHECK(proofs.count <= 3);
    }
    ask_free(zone);
}

/* RFC 5155 7.2.3: also for empty non-terminals, which have an NSEC3 of their own. */
TEST(no_data_shows_the_types_of_the_name)
{
    static const char *const names[] = { "host.example.",  "ent.example.",  "b.ent.example.",
                                         "*.w.example.",   "*.we.example.", "example.",
                                         "unsafe.example." };
    struct zone_version *zone = full_chain();

    for (size_t i = 0; i < TD_COUNT(names); i++) {
        struct proofs proofs = proofs_of(zone, names[i], "DS", "NOERROR aa");
        const struct proof *proof = matching(&proofs, names[i]);
        CHECK(proofs.has_soa);
        CHECK_EQ(proofs.count, 1);
        CHECK(proof != NULL && !has_type(proof, WIRE_TYPE_DS) && !has_type(proof, WIRE_TYPE_CNAME));
    }
    ask_free(zone);
}

/* RFC 5155 7.2.6: the next closer name does not exist; the rest follows from the labels. */
TEST(wildcard_answers_deny_the_next_closer_name)
{
    struct zone_version *zone = full_chain();
    struct proofs proofs = proofs_of(zone, "q.w.example.", "A", "NOERROR aa");

    CHECK(!proofs.has_soa);
    CHECK_EQ(proofs.count, 1);
    CHECK(covering(&proofs, "q.w.example.") != NULL);
    proofs = proofs_of(zone, "p.q.w.example.", "A", "NOERROR aa");
    CHECK_EQ(proofs.count, 1);
    CHECK(covering(&proofs, "q.w.example.") != NULL);
    ask_free(zone);
}

/* RFC 5155 7.2.5. */
TEST(wildcards_without_the_type_deny_both)
{
    struct zone_version *zone = full_chain();
    struct proofs proofs = proofs_of(zone, "p.q.w.example.", "TXT", "NOERROR aa");

    CHECK(proofs.has_soa);
    CHECK(matching(&proofs, "w.example.") != NULL);
    CHECK(covering(&proofs, "q.w.example.") != NULL);
    CHECK(matching(&proofs, "*.w.example.") != NULL);
    CHECK(!has_type(matching(&proofs, "*.w.example."), WIRE_TYPE_TXT));
    proofs = proofs_of(zone, "q.we.example.", "A", "NOERROR aa");
    CHECK(matching(&proofs, "we.example.") != NULL);
    CHECK(covering(&proofs, "q.we.example.") != NULL);
    CHECK(matching(&proofs, "*.we.example.") != NULL);
    ask_free(zone);
}

TEST(chains_collect_proofs)
{
    struct zone_version *zone = full_chain();
    struct proofs proofs = proofs_of(zone, "q.wc.example.", "A", "NXDOMAIN aa");

    CHECK(proofs.has_soa);
    CHECK(covering(&proofs, "q.wc.example.") != NULL);
    CHECK(matching(&proofs, "example.") != NULL);
    CHECK(covering(&proofs, "nothere.example.") != NULL);
    CHECK(covering(&proofs, "*.example.") != NULL);
    ask_free(zone);
}

TEST(insecure_referrals_show_that_there_is_no_ds)
{
    struct zone_version *zone = full_chain();
    struct proofs proofs = proofs_of(zone, "www.unsafe.example.", "A", "NOERROR");

    CHECK(!proofs.has_soa);
    CHECK_EQ(proofs.count, 1);
    CHECK(matching(&proofs, "unsafe.example.") != NULL);
    CHECK(has_type(&proofs.rows[0], WIRE_TYPE_NS) && !has_type(&proofs.rows[0], WIRE_TYPE_DS));
    proofs = proofs_of(zone, "www.safe.example.", "A", "NOERROR");
    CHECK_EQ(proofs.count, 0);
    ask_free(zone);
}

/* RFC 5155 7.2.8: an owner of NSEC3 is no name, and what it holds is not given when asked for. */
TEST(owners_of_nsec3_do_not_exist)
{
    struct zone_version *zone = full_chain();
    struct wire_name apex = ask_name("example."), owner;
    uint8_t hash[DNSSEC_NSEC3_HASH_SIZE];
    char name[WIRE_NAME_TEXT_SIZE];
    static const char *const types[] = { "NSEC3", "A", "RRSIG", "ANY" };

    hash_of("host.example.", hash);
    CHECK_OK(dnssec_nsec3_owner(hash, apex.octets, &owner));
    wire_name_format(owner.octets, name);
    for (size_t i = 0; i < TD_COUNT(types); i++) {
        struct proofs proofs = proofs_of(zone, name, types[i], "NXDOMAIN aa");
        CHECK(matching(&proofs, "example.") != NULL);
        CHECK(covering(&proofs, name) != NULL);
        CHECK(covering(&proofs, "*.example.") != NULL);
    }
    CHECK_ANSWER(zone, "host.example.", "NSEC3", 0,
                 "NOERROR aa\nauthority example. 60 SOA . . 1 2 3 4 60\n");
    ask_free(zone);
}

/* ---- opt-out ---- */

static const char opt_out_text[] = "+@ SOA . . 1 2 3 4 60\n"
                                   "+@ NS ns.test.\n"
                                   "+@ DNSKEY 256 3 15 AAAA\n" PARAM "+host A 192.0.2.1\n"
                                   "unsafe NS ns.test.\n"
                                   "deep.in.ent NS ns.test.\n";

/* Neither insecure delegations nor the empty non-terminals above them alone are in the chain. */
static const struct link opt_out_links[] = {
    { "example.", "NS SOA RRSIG DNSKEY NSEC3PARAM" },
    { "host.example.", "A RRSIG" },
};

static struct zone_version *opt_out_chain(void)
{
    return chained(opt_out_text, opt_out_links, TD_COUNT(opt_out_links), DNSSEC_NSEC3_OPT_OUT);
}

static void check_opt_out(const struct zone_version *zone, const char *name, const char *type,
                          const char *status, const char *next_closer)
{
    struct proofs proofs = proofs_of(zone, name, type, status);
    const struct proof *span = covering(&proofs, next_closer);

    CHECK(matching(&proofs, "example.") != NULL);
    CHECK(span != NULL && span->is_opt_out);
}

/* RFC 5155 7.2.4, 7.2.7 and 6: the closest encloser that can be proved, and the span. */
TEST(opt_out_spans_take_the_place_of_what_is_not_in_the_chain)
{
    struct zone_version *zone = opt_out_chain();

    check_opt_out(zone, "www.unsafe.example.", "A", "NOERROR", "unsafe.example.");
    check_opt_out(zone, "unsafe.example.", "A", "NOERROR", "unsafe.example.");
    check_opt_out(zone, "unsafe.example.", "DS", "NOERROR aa", "unsafe.example.");
    check_opt_out(zone, "x.deep.in.ent.example.", "A", "NOERROR", "ent.example.");
    check_opt_out(zone, "deep.in.ent.example.", "DS", "NOERROR aa", "ent.example.");
    check_opt_out(zone, "in.ent.example.", "A", "NOERROR aa", "ent.example.");
    check_opt_out(zone, "ent.example.", "A", "NOERROR aa", "ent.example.");
    check_opt_out(zone, "x.in.ent.example.", "A", "NXDOMAIN aa", "ent.example.");
    check_opt_out(zone, "nothere.example.", "A", "NXDOMAIN aa", "nothere.example.");
    ask_free(zone);
}

/* Proofs next to the apex need no walk, and an insecure delegation there no hash. */
TEST(most_proofs_are_of_one_piece)
{
    struct zone_version *zone = opt_out_chain();

    CHECK(zone->nsec3_is_kept);
    CHECK(ask_piece(zone, "www.unsafe.example.", "A", AUTH_DO, 1232));
    CHECK(ask_piece(zone, "unsafe.example.", "DS", AUTH_DO, 1232));
    CHECK(ask_piece(zone, "nothere.example.", "A", AUTH_DO, 1232));
    CHECK(ask_piece(zone, "host.example.", "TXT", AUTH_DO, 1232));
    CHECK(ask_piece(zone, "example.", "TXT", AUTH_DO, 1232));
    CHECK(!ask_piece(zone, "x.deep.in.ent.example.", "A", AUTH_DO, 1232));
    ask_free(zone);
}

TEST(broken_chains_are_survived)
{
    static const struct link one[] = { { "host.example.", "A RRSIG" } };
    struct zone_version *zone = chained(opt_out_text, one, 1, 0);

    proofs_of(zone, "nothere.example.", "A", "NXDOMAIN aa");
    proofs_of(zone, "x.host.example.", "A", "NXDOMAIN aa");
    proofs_of(zone, "example.", "A", "NOERROR aa");
    proofs_of(zone, "x.unsafe.example.", "A", "NOERROR");
    ask_free(zone);
}

/* RFC 9276 3.2: hashing thousands of times for a stranger is not offered. */
TEST(too_many_iterations_are_not_hashed)
{
    struct zone_build *build = ask_build("example.", "+@ SOA . . 1 2 3 4 60\n"
                                                     "+@ NS ns.test.\n"
                                                     "+@ DNSKEY 256 3 15 AAAA\n"
                                                     "+@ NSEC3PARAM 1 0 2500 -\n"
                                                     "+aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa NSEC3 1 0 "
                                                     "2500 - aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n");
    struct zone_version *zone = ask_finish(build);
    struct proofs proofs = proofs_of(zone, "x.example.", "A", "NXDOMAIN aa");

    CHECK(proofs.has_soa);
    CHECK_EQ(proofs.count, 0);
    ask_free(zone);
}

TESTS(a_name_error_has_three_parts, no_data_shows_the_types_of_the_name,
      wildcard_answers_deny_the_next_closer_name, wildcards_without_the_type_deny_both,
      chains_collect_proofs, insecure_referrals_show_that_there_is_no_ds,
      owners_of_nsec3_do_not_exist, opt_out_spans_take_the_place_of_what_is_not_in_the_chain,
      most_proofs_are_of_one_piece, broken_chains_are_survived, too_many_iterations_are_not_hashed)
