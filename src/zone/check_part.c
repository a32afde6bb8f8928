/*
 * The check of what a change has touched, with all that makes an error of the whole: what would
 * not be loaded from a file is not to come about by changes either. Whether glue is an orphan
 * depends on delegations anywhere, so that is left to the check of the whole.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "wire/key.h"
#include "wire/name.h"
#include "wire/rrtype.h"
#include "zone/check_run.h"
#include "zone/label.h"

/* Names below a delegation that are looked at; more of them hold no glue of anybody's. */
enum { BELOW_MAX = 1000 };

/* Comparisons of changed names with name servers; where there were more, all servers are asked. */
enum { COMPARISONS_MAX = 100000 };

static bool is_hidden_by(const struct check_run *run, const struct zone_node *node,
                         const struct zone_node *cut)
{
    return (node->flags & ZONE_NODE_OCCLUDED) && zone_node_at(run->version, node->cover) == cut;
}

/* A delegation or DNAME with all that is below it, so that its glue, or what may not be, is seen.
 */
static void visit_cut(struct check_run *run, const struct zone_node *cut,
                      const struct wire_key *key)
{
    struct zone_walk walk;
    const struct zone_node *node =
        zone_walk_at_or_before(&walk, run->version, ZONE_ORDER_NAMES, key);

    check_visit(run, cut);
    for (unsigned i = 0; node != NULL && i < BELOW_MAX; i++) {
        node = zone_walk_next(&walk);
        if (node == NULL || !is_hidden_by(run, node, cut))
            break;
        check_visit(run, node);
    }
    if (run->cut.node != NULL)
        check_cut_leave(run);
}

static void visit(struct check_run *run, const uint8_t *name)
{
    struct wire_key key;
    struct zone_found found;

    wire_key_make(&key, zone_version_seed(run->version), name);
    zone_find(run->version, &key, &found);
    if (found.cover != NULL && (found.cover->flags & ZONE_NODE_DELEGATION)) {
        struct wire_name cut;
        zone_node_name(run->version, found.cover, &cut);
        wire_key_make(&key, zone_version_seed(run->version), cut.octets);
        visit_cut(run, found.cover, &key);
    } else if (found.node != NULL) {
        if (found.node == run->apex)
            check_apex(run);
        if (zone_node_set(run->version, found.node, WIRE_TYPE_DNAME) != NULL)
            visit_cut(run, found.node, &key);
        else
            check_visit(run, found.node);
    }
}

/* May what became of this name have become of the server, by a wildcard, a cut or a DNAME? */
static bool is_above(const uint8_t *name, const struct wire_rdata *server)
{
    if (wire_name_is_wildcard(name))
        name = wire_name_parent(name);
    return wire_name_is_subdomain(server->octets, server->size, name, wire_name_size(name));
}

/* The name servers of the zone that the changed names may have robbed of their addresses. */
static void visit_servers(struct check_run *run, const uint8_t *const *names, size_t count)
{
    const struct wire_rrset *set = zone_node_set(run->version, run->apex, WIRE_TYPE_NS);

    for (size_t at = 0; set != NULL && at < set->size;) {
        struct wire_rdata server = wire_rrset_rdata(set, &at);
        size_t i = 0;
        if (count <= COMPARISONS_MAX / set->count)
            while (i < count && !is_above(names[i], &server))
                i++;
        if (i < count)
            check_apex_server(run, &server);
    }
}

bool zone_check_part(const struct zone_version *version, const struct zone_check_options *options,
                     const uint8_t *const *names, size_t count, const struct td_diag_sink *sink,
                     struct zone_check_result *ret_result)
{
    struct check_run *run = check_run_new(version, options, sink, ret_result, (uint32_t)count);

    run->has_nsec = false;
    for (size_t i = 0; i < count; i++)
        visit(run, names[i]);
    visit_servers(run, names, count);
    check_tell_rest(run);
    check_run_free(run);
    return ret_result->errors == 0;
}
