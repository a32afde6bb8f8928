/*
 * scenario/layout.h - clusters that several scenarios have.
 *
 * Threads  One.
 */
#pragma once

#include "base/buf.h"
#include "scenario/cluster.h"

/* The lines of one key, "key.". */
extern const char layout_key[];

/* What a configuration has besides. Each may be NULL. */
struct layout_words {
    const char *server; /* lines below "server:" */
    const char *keys;   /* lines below "keys:" */
    const char *peers;  /* lines below "peers:" */
    const char *key;    /* that peers sign with, of these */
    const char *zone;   /* lines of the zone's row */
    const char *more;   /* behind all */
};

/* The configuration of a server of layout_tiers, with these words. */
void layout_tier_conf(struct td_buf *out, unsigned number, const struct layout_words *words);
/* As layout_tiers, with words for each. */
void layout_tiers_with(struct cluster *cluster, const struct layout_words words[]);
/* The same, but no peer of p is in its `to`. */
void layout_untold_with(struct cluster *cluster, const struct layout_words words[]);

/*
 * p, the primary; s1 and s2, which follow it; s3, which follows these two. All are up when this
 * returns, and have the zone. `has_key`: peers sign.
 */
void layout_tiers(struct cluster *cluster, bool has_key);
/* The same, but none of them refreshes: they look when they are notified. */
void layout_quiet(struct cluster *cluster, bool has_key);
/* The same, but s2 follows s1 as well, which may become the primary. */
void layout_heir(struct cluster *cluster, bool has_key);

/* p and s1 follow each other, s2 and s3 both; none is the primary until it is promoted. */
void layout_seesaw(struct cluster *cluster, bool has_key);

/* As layout_tiers, and q, which is returned and is down: another primary of s1 and s2. */
struct node *layout_pair(struct cluster *cluster);

enum layout_tier_node { TIER_P, TIER_S1, TIER_S2, TIER_S3, TIER_COUNT };

/* When nothing is wrong any more all are equal after this: each tier looks once more, at the latest
 * a refresh or some retries later. */
enum { LAYOUT_BOUND_MS = 120000 };
/* Who has no data at all, and has asked in vain for long, asks again after this at the latest. */
enum { EMPTY_RETRY_MAX_MS = 600000 };
