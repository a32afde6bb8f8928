#include "control/local.h"

#include <errno.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "dnssec/canon.h"
#include "text/print.h"
#include "wire/name.h"
#include "wire/rdata.h"
#include "wire/rrtype.h"

enum { FLUSH_SIZE = 256 * 1024 };

/* A set with its place among the sets of its owner. */
struct placed {
    const struct wire_rrset *set;
    uint32_t rank; /* the type, the SOA's 0; a signature set's one behind that of what it covers */
};

/* A record with the canonical form of its data, by which it is put in its place. */
struct row {
    struct wire_rdata as_written;
    struct wire_rdata canonical;
};

struct printer {
    const struct zone_version *version;
    FILE *out;
    struct td_buf text;
    struct placed *sets;
    size_t set_capacity;
    struct row *rows;
    size_t row_capacity;
    uint8_t *octets; /* canonical forms that are not as written */
    size_t octets_capacity;
    int failed; /* an errno */
};

static void flush(struct printer *printer)
{
    if (printer->failed == 0 &&
        fwrite(printer->text.data, 1, printer->text.size, printer->out) != printer->text.size)
        printer->failed = errno;
    td_buf_clear(&printer->text);
}

/* ---- the records of a set ---- */

static int compare_rows(const void *left, const void *right)
{
    const struct row *a = left, *b = right;

    return wire_rdata_compare(a->canonical.octets, a->canonical.size, b->canonical.octets,
                              b->canonical.size);
}

static const uint8_t *lowered(struct printer *printer, const struct wire_rrset *set)
{
    if (printer->octets_capacity < set->size) {
        free(printer->octets);
        printer->octets = td_malloc(set->size);
        printer->octets_capacity = set->size;
    }
    memcpy(printer->octets, set->data, set->size);
    for (size_t at = 0; at < set->size;) {
        uint16_t size = td_get_u16(printer->octets + at);
        wire_rdata_canonical(set->type, printer->octets + at + 2, size);
        at += 2u + size;
    }
    return printer->octets;
}

static void sort_rows(struct printer *printer, const struct wire_rrset *set)
{
    const uint8_t *canonical = set->data;
    bool is_sorted = true;
    size_t at = 0;

    if (printer->row_capacity < set->count) {
        free(printer->rows);
        printer->rows = td_malloc(set->count * sizeof(*printer->rows));
        printer->row_capacity = set->count;
    }
    if (wire_rrtype_get(set->type)->flags & WIRE_RRTYPE_LOWER)
        canonical = lowered(printer, set);
    for (size_t i = 0; i < set->count; i++) {
        struct row *row = &printer->rows[i];
        row->canonical.octets = canonical + at + 2;
        row->as_written = wire_rrset_rdata(set, &at);
        row->canonical.size = row->as_written.size;
        is_sorted = is_sorted && (i == 0 || compare_rows(row - 1, row) <= 0);
    }
    if (!is_sorted)
        qsort(printer->rows, set->count, sizeof(*printer->rows), compare_rows);
}

static void print_set(struct printer *printer, const uint8_t *owner, const struct wire_rrset *set)
{
    if (set->count == 1) {
        struct wire_rdata rdata = wire_rrset_first(set);
        text_print_record(&printer->text, owner, set->ttl, set->type, rdata.octets, rdata.size);
        td_buf_add_char(&printer->text, '\n');
        return;
    }
    sort_rows(printer, set);
    for (size_t i = 0; i < set->count; i++) {
        const struct wire_rdata *rdata = &printer->rows[i].as_written;
        text_print_record(&printer->text, owner, set->ttl, set->type, rdata->octets, rdata->size);
        td_buf_add_char(&printer->text, '\n');
        if (printer->text.size >= FLUSH_SIZE)
            flush(printer);
    }
}

/* ---- the sets of a name ---- */

static uint32_t rank_of(const struct wire_rrset *set)
{
    bool is_signature = set->type == WIRE_TYPE_RRSIG;
    uint32_t type = is_signature ? wire_rrset_covered(set) : set->type;

    return (type == WIRE_TYPE_SOA ? 0 : type) * 2 + is_signature;
}

static int compare_places(const void *left, const void *right)
{
    const struct placed *a = left, *b = right;

    return a->rank < b->rank ? -1 : a->rank > b->rank;
}

static void print_node(struct printer *printer, const struct zone_node *node,
                       const struct wire_name *owner)
{
    const struct wire_rrset *set = zone_node_sets(printer->version, node);
    bool is_sorted = true;

    if (printer->set_capacity < node->set_count) {
        printer->set_capacity = node->set_count * 2u;
        free(printer->sets);
        printer->sets = td_malloc(printer->set_capacity * sizeof(*printer->sets));
    }
    for (unsigned i = 0; i < node->set_count; i++, set = wire_rrset_next(set)) {
        printer->sets[i] = (struct placed){ set, rank_of(set) };
        is_sorted = is_sorted && (i == 0 || printer->sets[i - 1].rank <= printer->sets[i].rank);
    }
    if (!is_sorted)
        qsort(printer->sets, node->set_count, sizeof(*printer->sets), compare_places);
    for (unsigned i = 0; i < node->set_count; i++)
        print_set(printer, owner->octets, printer->sets[i].set);
    if (printer->text.size >= FLUSH_SIZE)
        flush(printer);
}

/* ---- the zone ---- */

/* One of the two orders of a version, with the name it is at. */
struct side {
    struct zone_walk walk;
    const struct zone_node *node; /* NULL: at the end */
    struct wire_name name;
};

static void side_take(struct side *side, const struct zone_version *version,
                      const struct zone_node *node)
{
    side->node = node;
    if (node != NULL)
        zone_node_name(version, node, &side->name);
}

int control_zone_print(const struct zone_version *version, FILE *out)
{
    struct printer printer = { .version = version, .out = out };
    struct side names, hashed;

    side_take(&names, version, zone_walk_first(&names.walk, version, ZONE_ORDER_NAMES));
    side_take(&hashed, version, zone_walk_first(&hashed.walk, version, ZONE_ORDER_NSEC3));
    while (names.node != NULL || hashed.node != NULL) {
        bool is_hashed =
            names.node == NULL ||
            (hashed.node != NULL && wire_name_compare(hashed.name.octets, names.name.octets) < 0);
        struct side *side = is_hashed ? &hashed : &names;
        print_node(&printer, side->node, &side->name);
        side_take(side, version, zone_walk_next(&side->walk));
    }
    flush(&printer);
    if (printer.failed == 0 && fflush(out) != 0)
        printer.failed = errno;
    td_buf_fini(&printer.text);
    free(printer.sets);
    free(printer.rows);
    free(printer.octets);
    return printer.failed;
}
