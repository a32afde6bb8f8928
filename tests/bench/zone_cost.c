/*
 * zone_cost - what a zone costs: to load, to keep, to change, to ask.
 *
 *     zone_cost APEX FILE [CHANGES [SECONDS]]
 *
 * Goal    The figures of docs/design/zone-version.md, from a real zone file.
 * Method  The file is loaded as the daemon loads it. Then one record at a time is changed
 *         (glue addresses, delegations that come and go), with the serial, while a reader never
 *         keeps up: it lets go of its version only when it is cut off. CPU is that of the
 *         thread. Names asked for are "www." below random delegations.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/rcu.h"
#include "io/io.h"
#include "store/zonefile.h"
#include "wire/name.h"
#include "wire/rrtype.h"
#include "zone/chunk.h"
#include "zone/edit.h"
#include "zone/lineage.h"
#include "zone/look.h"

enum { TIMED = 20000, COPIED = 2000, FRESH = 100000, LOOKUPS = 4000000, BATCH = 32 };

/* Owner names one behind the other, and where each begins. */
struct names {
    uint8_t *octets;
    uint32_t *at;
    size_t size, capacity, at_capacity;
    uint32_t count;
};

struct bench {
    struct td_hash_seed seed;
    struct td_rcu *rcu;
    struct zone_version *version;
    struct zone_lineage *lineage;
    const uint8_t *apex;
    struct names cuts; /* delegations */
    struct names glue; /* below them, with an address */
    bool is_there[FRESH];
    uint64_t base; /* octets after the load */
};

static struct bench bench;
static uint64_t random_state = 88172645463325252u;

static uint32_t any(uint32_t below)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)(random_state >> 33) % below;
}

static double seconds(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static double cpu(void)
{
    return seconds(CLOCK_THREAD_CPUTIME_ID);
}

static void must(td_err err, const char *what)
{
    if (err == TD_OK)
        return;
    fprintf(stderr, "zone_cost: %s: %s\n", what, td_err_text(err));
    exit(1);
}

/* Mebioctets of a line of /proc/self/status. */
static double memory(const char *field)
{
    FILE *file = fopen("/proc/self/status", "r");
    char line[256];
    double kilo = 0;

    while (file != NULL && fgets(line, sizeof(line), file) != NULL)
        if (strncmp(line, field, strlen(field)) == 0)
            kilo = strtod(line + strlen(field), NULL);
    if (file != NULL)
        fclose(file);
    return kilo / 1024;
}

/* ---- load ---- */

static void complain(void *context, const struct td_diag *diag)
{
    char text[TD_DIAG_TEXT_SIZE + TD_DIAG_FILE_SIZE];

    (void)context;
    if (diag->severity == TD_SEVERITY_ERROR)
        fprintf(stderr, "%s\n", td_diag_format(diag, text, sizeof(text)));
}

static void load(const char *apex, const char *path)
{
    static struct wire_name name;
    struct td_diag_sink sink = { complain, NULL };
    struct store_zonefile_report report;
    struct zone_check_options checks;
    struct zone_lineage_stats stats;
    struct td_diag diag;
    struct io *io;

    must(wire_name_from_text(apex, &name), apex);
    must(io_real_new("zone_cost", &io, &diag), "loop");
    bench.apex = name.octets;
    bench.seed = td_hash_seed_of(0x243f6a8885a308d3, 0x13198a2e03707344);
    bench.rcu = td_rcu_new();
    zone_check_options_init(&checks, ZONE_CHECK_NORMAL, io_wall_s(io));
    struct store_zonefile zonefile = {
        .path = path, .apex = name.octets, .seed = &bench.seed, .checks = &checks
    };
    double start = cpu();
    must(store_zonefile_load(NULL, io, &zonefile, &sink, &report, &bench.version), path);
    double took = cpu() - start;
    bench.lineage = bench.version->lineage;
    zone_chunks_calm(true); /* as in a server that answers */
    while (zone_chunks_join()) {
    }
    zone_lineage_stats(bench.lineage, &stats);
    bench.base = stats.octets;
    printf("pages of %u KiB\n", ZONE_PAGE_SIZE / 1024u);
    printf("load: %" PRIu64 " records in %.2f s of CPU, %.0f ns a record\n", report.records, took,
           took * 1e9 / (double)report.records);
    printf("memory: %.1f MiB of pages, %.1f octets a record, %.1f a name (%u names, %u cuts);"
           " process %.0f MiB, at most %.0f MiB\n",
           (double)stats.octets / 1048576, (double)stats.octets / (double)report.records,
           (double)stats.octets / bench.version->node_count, bench.version->node_count,
           bench.version->delegation_count, memory("VmRSS:"), memory("VmHWM:"));
    io_real_free(io);
}

static void names_add(struct names *names, const struct zone_node *node)
{
    struct wire_name name;

    zone_node_name(bench.version, node, &name);
    td_grow(names->at, names->count, names->at_capacity);
    while (names->size + name.size > names->capacity) {
        names->capacity = names->capacity == 0 ? 1 << 20 : names->capacity * 2;
        names->octets = td_realloc(names->octets, names->capacity);
    }
    names->at[names->count++] = (uint32_t)names->size;
    memcpy(names->octets + names->size, name.octets, name.size);
    names->size += name.size;
}

static void names_collect(void)
{
    struct zone_walk walk;

    for (const struct zone_node *node = zone_walk_first(&walk, bench.version, ZONE_ORDER_NAMES);
         node != NULL; node = zone_walk_next(&walk)) {
        if (node->flags & ZONE_NODE_DELEGATION)
            names_add(&bench.cuts, node);
        const struct wire_rrset *set = zone_node_set(bench.version, node, WIRE_TYPE_A);
        if (set != NULL && set->size == 6)
            names_add(&bench.glue, node);
    }
    if (bench.cuts.count == 0 || bench.glue.count == 0) {
        fprintf(stderr, "zone_cost: the zone has no delegations with glue\n");
        exit(1);
    }
}

static const uint8_t *names_any(const struct names *names)
{
    return names->octets + names->at[any(names->count)];
}

/* ---- changes ---- */

static void change_glue(struct zone_edit *edit)
{
    const uint8_t *owner = names_any(&bench.glue);
    struct wire_key key;
    uint8_t address[4];

    wire_key_make(&key, &bench.seed, owner);
    const struct zone_node *node = zone_find_exact(bench.version, &key, 0);
    const struct wire_rrset *set = zone_node_set(bench.version, node, WIRE_TYPE_A);
    memcpy(address, set->data + 2, 4);
    must(zone_edit_remove(edit, owner, WIRE_TYPE_A, address, 4, NULL), "remove");
    address[1 + any(3)]++;
    must(zone_edit_add(edit, owner, WIRE_TYPE_A, 86400, address, 4), "add");
}

/* A delegation that was not in the file comes or goes; its names lie all over the order. */
static void change_delegation(struct zone_edit *edit)
{
    uint32_t number = any(FRESH);
    struct wire_name name;
    uint8_t owner[WIRE_NAME_SIZE_MAX];
    int size = snprintf((char *)owner + 1, 20, "%c%c%x-", 'a' + (int)(number % 26),
                        'a' + (int)(number / 26 % 26), number);

    owner[0] = (uint8_t)size;
    must(wire_name_from_text("ns.elsewhere.example.", &name), "name");
    for (size_t i = 0;; i += bench.apex[i] + 1u) {
        memcpy(owner + 1 + size + i, bench.apex + i, bench.apex[i] + 1u);
        if (bench.apex[i] == 0)
            break;
    }
    if (bench.is_there[number])
        must(zone_edit_remove(edit, owner, WIRE_TYPE_NS, name.octets, name.size, NULL), "remove");
    else
        must(zone_edit_add(edit, owner, WIRE_TYPE_NS, 86400, name.octets, name.size), "add");
    bench.is_there[number] = !bench.is_there[number];
}

static void change_serial(struct zone_edit *edit)
{
    const struct wire_rrset *set =
        zone_node_set(bench.version, zone_version_apex(bench.version), WIRE_TYPE_SOA);
    uint16_t size = (uint16_t)(set->size - 2);
    uint32_t ttl = set->ttl;
    uint8_t soa[600];

    memcpy(soa, set->data + 2, size);
    must(zone_edit_remove(edit, bench.apex, WIRE_TYPE_SOA, soa, size, NULL), "remove");
    for (unsigned i = 0; i < 4 && ++soa[size - 17 - i] == 0; i++)
        ;
    must(zone_edit_add(edit, bench.apex, WIRE_TYPE_SOA, ttl, soa, size), "add");
}

static void commit(void)
{
    struct zone_edit *edit = zone_edit_begin(bench.version);

    if (any(2) == 0)
        change_glue(edit);
    else
        change_delegation(edit);
    change_serial(edit);
    must(zone_edit_finish(edit, &bench.version), "finish");
    zone_lineage_published(bench.version, bench.rcu);
    zone_lineage_reclaim(bench.lineage, bench.rcu);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void measure_commit(void)
{
    static double took[TIMED];
    struct zone_lineage_stats stats;
    uint64_t copied = 0;

    for (unsigned i = 0; i < TIMED; i++) {
        double start = cpu();
        commit();
        took[i] = (cpu() - start) * 1e6;
    }
    qsort(took, TIMED, sizeof(took[0]), compare);
    for (unsigned i = 0; i < COPIED; i++) {
        struct zone_version *before = bench.version;
        zone_version_pin(before);
        commit();
        zone_lineage_stats(bench.lineage, &stats);
        copied += stats.retained;
        zone_version_unpin(before);
    }
    printf("commit: median %.1f us of CPU, p99 %.1f us; %.1f pages copied (%.0f KiB)\n",
           took[TIMED / 2], took[TIMED * 99 / 100], (double)copied / COPIED / ZONE_PAGE_SIZE,
           (double)copied / COPIED / 1024);
}

/* Change and change with a reader that holds its version until it is cut off. */
static void measure_slow_reader(uint64_t changes, double seconds_max)
{
    struct zone_version *pinned = bench.version;
    struct zone_lineage_stats stats;
    uint64_t peak = 0, done = 0, cuts = 0;
    double start = cpu(), wall = seconds(CLOCK_MONOTONIC), last = wall, now = wall;

    zone_version_pin(pinned);
    for (; done < changes && now - wall < seconds_max; done++) {
        commit();
        zone_lineage_stats(bench.lineage, &stats);
        peak = stats.octets > peak ? stats.octets : peak;
        if (zone_version_is_cut(pinned)) {
            zone_version_unpin(pinned);
            pinned = bench.version;
            zone_version_pin(pinned);
            cuts++;
        }
        if (done % 1024 != 0 || (now = seconds(CLOCK_MONOTONIC)) - last < 10)
            continue;
        last = now;
        fprintf(stderr, "%" PRIu64 " changes, %" PRIu64 " cuts, peak %.3f of the zone\n", done,
                cuts, (double)peak / (double)bench.base);
    }
    zone_version_unpin(pinned);
    zone_lineage_reclaim(bench.lineage, bench.rcu);
    zone_lineage_stats(bench.lineage, &stats);
    printf("slow reader: %" PRIu64 " changes in %.1f s of CPU (%.1f us each), %" PRIu64
           " cuts; peak %.3f of the zone, afterwards %.3f; process at most %.0f MiB\n",
           done, cpu() - start, (cpu() - start) * 1e6 / (double)done, cuts,
           (double)peak / (double)bench.base, (double)stats.octets / (double)bench.base,
           memory("VmHWM:"));
}

/* ---- look-up ---- */

static uint64_t touch(const struct zone_found *found)
{
    const struct wire_image *image =
        found->cover->cover == 0 ? NULL : zone_at(bench.version, found->cover->cover);

    return image == NULL ? 0 : image->size;
}

static const uint8_t *question(uint8_t *out)
{
    const uint8_t *name = names_any(&bench.cuts);

    memcpy(out, "\3www", 4);
    for (size_t i = 0;; i += name[i] + 1u) {
        memcpy(out + 4 + i, name + i, name[i] + 1u);
        if (name[i] == 0)
            return out;
    }
}

static unsigned below_apex(const struct wire_key *key)
{
    return (unsigned)key->label_count - zone_version_label_count(bench.version);
}

static uint64_t ask_batch(uint8_t (*questions)[WIRE_NAME_SIZE_MAX], bool ahead)
{
    static struct wire_key keys[BATCH];
    static struct zone_look looks[BATCH];
    struct zone_found found;
    uint64_t sum = 0;

    for (unsigned i = 0; i < BATCH; i++) {
        must(wire_key_read(&keys[i], &bench.seed, questions[i], WIRE_NAME_SIZE_MAX), "key");
        if (ahead) {
            zone_look_begin(bench.version, &keys[i], below_apex(&keys[i]), &looks[i]);
            continue;
        }
        zone_find(bench.version, &keys[i], &found);
        sum += touch(&found);
    }
    for (unsigned i = 0; ahead && i < BATCH; i++)
        zone_look_node(bench.version, &keys[i], below_apex(&keys[i]), &looks[i]);
    for (unsigned i = 0; ahead && i < BATCH; i++) {
        zone_find(bench.version, &keys[i], &found);
        sum += touch(&found);
    }
    return sum;
}

static void measure_lookup(bool ahead)
{
    static uint8_t questions[BATCH][WIRE_NAME_SIZE_MAX];
    uint64_t sum = 0;
    double took = 0;

    for (unsigned done = 0; done < LOOKUPS; done += BATCH) {
        for (unsigned i = 0; i < BATCH; i++)
            question(questions[i]);
        double start = cpu();
        sum += ask_batch(questions, ahead);
        took += cpu() - start;
    }
    printf("look-up %s: %.0f ns, %.2f million a second (image octets %.1f)\n",
           ahead ? "ahead in batches" : "one by one", took * 1e9 / LOOKUPS, LOOKUPS / took / 1e6,
           (double)sum / LOOKUPS);
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: zone_cost APEX FILE [CHANGES [SECONDS]]\n");
        return 2;
    }
    load(argv[1], argv[2]);
    names_collect();
    measure_lookup(false);
    measure_lookup(true);
    measure_commit();
    measure_slow_reader(argc > 3 ? strtoull(argv[3], NULL, 10) : 100000,
                        argc > 4 ? strtod(argv[4], NULL) : 600);
    zone_lineage_free(bench.lineage);
    td_rcu_free(bench.rcu);
    return 0;
}
