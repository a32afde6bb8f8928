/*
 * zone/check_run.h - a check that is under way: what its parts share.
 *
 * Shape    zone/check.c walks the names once and calls the parts; each part tells what it
 *          finds through check_tell or check_say.
 * Floor    3. Not for other directories.
 * Threads  One owner.
 */
#pragma once

#include "dnssec/fields.h"
#include "dnssec/nsec3.h"
#include "zone/check.h"

enum {
    CHECK_CUT_TARGETS_MAX = 32, /* name servers of a delegation whose glue is met on the walk */
    CHECK_KEYS_MAX = 64,        /* DNSKEY records that are looked at */
    CHECK_NAME_SIZE = 128,      /* characters of a name in a message */
    CHECK_ENTS_MAX = 128,
};

/* What became of a name that a record refers to. */
enum check_target {
    CHECK_TARGET_OUTSIDE,    /* not in the zone */
    CHECK_TARGET_ADDRESS,    /* has an address */
    CHECK_TARGET_NO_ADDRESS, /* exists without one */
    CHECK_TARGET_ABSENT,     /* does not exist */
    CHECK_TARGET_ALIAS,      /* is an alias */
    CHECK_TARGET_REDIRECTED, /* is below a DNAME */
    CHECK_TARGET_GLUE,       /* at or below a delegation, with an address here */
    CHECK_TARGET_NO_GLUE,    /* at or below a delegation, without one */
};

/* A name server at or below a delegation. */
struct check_cut_target {
    struct wire_rdata name;
    uint8_t labels_size; /* relative to the apex */
    bool has_address;
};

/* The delegation whose subtree is being walked. */
struct check_cut {
    const struct zone_node *node; /* NULL: none */
    unsigned count;               /* of its targets */
};

struct check_nodes {
    const struct zone_node **nodes;
    size_t count;
    size_t capacity;
};

struct check_key {
    struct wire_rdata rdata;
    uint16_t tag;
    uint8_t algorithm;
};

/* The last NSEC of the walk. */
struct check_nsec {
    const struct zone_node *node; /* NULL: none yet */
    struct wire_rdata rdata;
    const uint8_t *next;
    size_t next_size;
};

struct check_nsec3 {
    struct dnssec_nsec3_params params;
    struct check_nodes matched; /* NSEC3 nodes that belong to a name */
    unsigned ent_count;
    uint32_t chain_count;
};

struct check_run {
    const struct zone_version *version;
    const struct zone_check_options *options;
    const struct zone_places *places;
    const struct td_diag_sink *sink;
    struct zone_check_result *result;
    const struct zone_node *apex;
    const uint8_t *apex_name;
    uint8_t apex_size;
    bool is_signed;      /* there are DNSKEY and RRSIG at the apex */
    bool has_nsec;       /* the zone is signed, with NSEC */
    bool has_nsec3;      /* the zone is signed, with an NSEC3 chain that can be checked */
    bool takes_mail;     /* MX at the apex, other than the null MX */
    bool has_spf;        /* at the apex */
    uint32_t spf_left;   /* include and redirect that may still be followed */
    uint32_t alias_left; /* CNAME behind CNAME that may still be followed */
    const uint8_t *host; /* what is behind the first label of a name that was one of a host */
    size_t host_size;    /* of it */
    uint64_t *slots;     /* names that were looked up: zone/check_target.c */
    uint32_t slot_mask;
    struct check_cut cut;
    struct check_nodes referenced; /* glue that was looked up */
    struct check_nodes orphans;    /* glue that its own delegation does not name */
    unsigned key_count;
    struct check_nsec nsec;
    struct check_nsec3 nsec3;
    struct check_verify *verify; /* NULL: no signature is to be verified */
    /* From here on nothing is set at first: most runs are of a change, and look at a name or two.
     */
    struct check_cut_target cut_targets[CHECK_CUT_TARGETS_MAX]; /* cut.count of them */
    struct check_key keys[CHECK_KEYS_MAX];                      /* key_count */
    const struct zone_node *ents[CHECK_ENTS_MAX]; /* nsec3.ent_count: empty, without NSEC3, inside
                                                     an opt-out span */
};

/* ---- the run ---- */

/* `names` will be visited, more or less. *result is cleared. */
struct check_run *check_run_new(const struct zone_version *version,
                                const struct zone_check_options *options,
                                const struct td_diag_sink *sink, struct zone_check_result *result,
                                uint32_t names);
void check_run_free(struct check_run *run);

/* A name, with all that is checked of it; they come in canonical order. */
void check_visit(struct check_run *run, const struct zone_node *node);

/* ---- telling ---- */

/*
 * A finding at a node; `type` and `rdata` say which record, as far as they are known (0, NULL).
 */
void check_tell(struct check_run *run, enum zone_check_id id, const struct zone_node *node,
                uint16_t type, const struct wire_rdata *rdata);

/* The same, with a detail behind the text of the row. */
void check_say(struct check_run *run, enum zone_check_id id, const struct zone_node *node,
               uint16_t type, const struct wire_rdata *rdata, const char *format, ...)
    TD_PRINTF(6, 7);

/* A finding that has a place of its own, or none. */
void check_say_at(struct check_run *run, enum zone_check_id id, const struct zone_place *place,
                  const char *format, ...) TD_PRINTF(4, 5);

/* The record of a set that stood last in the files: the one that is too much. */
struct wire_rdata check_last(const struct check_run *run, const struct zone_node *node,
                             const struct wire_rrset *set);

/* How many findings were counted and not told. */
void check_tell_rest(struct check_run *run);

/* A name for a message; one that is too long ends in "...". Returns `out`. */
const char *check_name_text(const uint8_t *name, char out[CHECK_NAME_SIZE]);

/* ---- sets of nodes, by address ---- */

void check_nodes_add(struct check_nodes *nodes, const struct zone_node *node);
void check_nodes_sort(struct check_nodes *nodes);
/* Sorted before. */
bool check_nodes_have(const struct check_nodes *nodes, const struct zone_node *node);

/* ---- the parts ---- */

void check_apex(struct check_run *run);

/* A name that has records and is not hidden. */
void check_node(struct check_run *run, const struct zone_node *node);

/* Names of servers. */
void check_apex_server(struct check_run *run, const struct wire_rdata *server);
bool check_is_inside(const struct check_run *run, const uint8_t *name, size_t size);
enum check_target check_target_find(struct check_run *run, const uint8_t *name, size_t size);
/* The same for a name that is known to be in the zone. */
enum check_target check_target_inside(struct check_run *run, const uint8_t *name, size_t size);
void check_owner_host(struct check_run *run, const struct zone_node *node, uint16_t type);
void check_target_host(struct check_run *run, const struct zone_node *node, uint16_t type,
                       const struct wire_rdata *rdata, const uint8_t *name);

/* Delegations and what is below them. */
void check_cut_enter(struct check_run *run, const struct zone_node *node);
void check_cut_leave(struct check_run *run);
void check_hidden(struct check_run *run, const struct zone_node *node);
void check_orphans(struct check_run *run);

/* Aliases. */
void check_cname(struct check_run *run, const struct zone_node *node, const struct wire_rrset *set);
void check_dname(struct check_run *run, const struct zone_node *node, const struct wire_rrset *set);

/* Keys, signatures, denial. */
void check_keys(struct check_run *run);
void check_ds(struct check_run *run, const struct zone_node *node, const struct wire_rrset *set);
void check_verify_start(struct check_run *run);
void check_verify_finish(struct check_run *run);
void check_signatures(struct check_run *run, const struct zone_node *node);
void check_nsec(struct check_run *run, const struct zone_node *node);
void check_nsec_finish(struct check_run *run);
void check_nsec3_start(struct check_run *run);
void check_nsec3_name(struct check_run *run, const struct zone_node *node);
void check_nsec3_finish(struct check_run *run);
bool check_bitmap(const struct check_run *run, const struct zone_node *node, const uint8_t *bitmap,
                  size_t size, char *ret_why, size_t why_size);
void check_zonemd(struct check_run *run);

/* Texts. */
void check_caa(struct check_run *run, const struct zone_node *node, const struct wire_rrset *set);
void check_txt_form(struct check_run *run, const struct zone_node *node, uint16_t type,
                    const struct wire_rdata *rdata);
void check_txt(struct check_run *run, const struct zone_node *node, const struct wire_rrset *set);
void check_mail_finish(struct check_run *run);
