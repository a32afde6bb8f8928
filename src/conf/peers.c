/*
 * The rows of peers: other servers, by the names that zones call them.
 */
#include <string.h>

#include "conf/load.h"

static void row_check(struct conf_load *load, uint32_t at)
{
    const struct conf_peer *peer = &load->peers[at].peer;
    const char *name = load->peers[at].label.text;
    char quote[CONF_QUOTE_SIZE];

    if (peer->addresses.count == 0)
        conf_load_error(load, peer->line, peer->column,
                        "peers.address is missing: expected 'address: ...' here");
    for (uint32_t i = 0; i < at; i++) {
        if (strcmp(load->peers[i].label.text, name) != 0)
            continue;
        conf_load_error(load, peer->line, peer->column,
                        "peers: %s is listed twice, first in line %u", conf_quote(name, quote),
                        load->peers[i].peer.line);
        return;
    }
}

void conf_resolve_peers(struct conf_load *load)
{
    uint32_t kept = 0;

    /* One without a usable name was reported; it takes no part in what follows. */
    for (uint32_t i = 0; i < load->peer_count; i++)
        if (load->peers[i].label.text != NULL)
            load->peers[kept++] = load->peers[i];
    load->peer_count = kept;
    struct conf_peer *peers = td_arena_alloc(load->arena, kept * sizeof(*peers));
    for (uint32_t i = 0; i < kept; i++) {
        row_check(load, i);
        peers[i] = load->peers[i].peer;
        peers[i].name = load->peers[i].label.text;
    }
    load->conf->peers = peers;
    load->conf->peer_count = kept;
}

bool conf_peer_find(struct conf_load *load, const struct conf_option *option,
                    const struct conf_scalar *scalar, uint32_t *ret_peer)
{
    struct conf_guess guess = { .written = scalar->text };
    char hint[CONF_QUOTE_SIZE];
    char quote[CONF_QUOTE_SIZE];

    for (uint32_t i = 0; i < load->peer_count; i++) {
        if (strcmp(load->peers[i].label.text, scalar->text) == 0) {
            *ret_peer = i;
            return true;
        }
        conf_guess_offer(&guess, load->peers[i].label.text);
    }
    conf_load_error(load, scalar->line, scalar->column, "%s: there is no peer %s in peers%s",
                    option->path, conf_quote(scalar->text, quote), conf_guess_text(&guess, hint));
    return false;
}
