/*
 * server/settings.h - from the configuration to the plain structs of the floors below.
 *
 * Floor    10.
 * Threads  The main world's.
 */
#pragma once

#include "change/change.h"
#include "conf/conf.h"
#include "replicate/peer.h"
#include "serve/serve.h"
#include "server/keyring.h"

/*
 * The caller owns the result. Where no cookie secrets are configured those of `drawn` count, which
 * gets some from the world of `io` when it has none (count 0).
 */
struct serve_settings *settings_of_server(const struct conf *conf, const struct keyring *keyring,
                                          struct io *io, struct tsig_cookie_secrets *drawn);

/* `is_catalog`: only its peers may ask for names in it (RFC 9432 7). */
struct serve_zone *settings_of_zone(const struct conf *conf,
                                    const struct conf_zone_options *options, bool is_catalog);

/* Held once by the caller. `keyring` may be NULL. */
struct replicate_peer *settings_of_peer(const struct conf *conf, const struct keyring *keyring,
                                        const struct conf_peer *peer);

/* How changes of a zone are dealt with. */
void settings_rules(const struct conf_zone_options *options, struct change_rules *ret_rules);

void settings_listen(const struct conf *conf, struct serve_listen *ret_listen);

/* The log is told at once. */
void settings_log(const struct conf *conf);
