#include "server/peers.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "server/settings.h"

/* How long a peer that does not answer is left alone: twice as long each time. */
enum { HOLD_FIRST_MS = 5000, HOLD_MAX_MS = 300000, HOLD_ONLY_MS = 30000, LOSSES_MAX = 16 };

static struct peers_row *find(struct peers_row *const *rows, uint32_t count, const char *name)
{
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(rows[i]->peer->name, name) == 0)
            return rows[i];
    return NULL;
}

struct peers_row *peers_find(const struct peers *peers, const char *name)
{
    return find(peers->rows, peers->count, name);
}

static struct peers_row *row_of(const struct peers *peers, struct replicate_peer *peer)
{
    struct peers_row *row = find(peers->before, peers->before_count, peer->name);

    if (row != NULL && replicate_peer_is_same(row->peer, peer)) {
        replicate_peer_let_go(peer);
        return row;
    }
    row = td_calloc(1, sizeof(*row));
    row->peer = peer;
    return row;
}

void peers_apply_begin(struct peers *peers, const struct conf *conf)
{
    peers->before = peers->rows;
    peers->before_count = peers->count;
    peers->rows = td_calloc(conf->peer_count, sizeof(struct peers_row *));
    for (uint32_t i = 0; i < conf->peer_count; i++)
        peers->rows[i] = row_of(peers, settings_of_peer(conf, peers->keyring, &conf->peers[i]));
    peers->count = conf->peer_count;
}

static void row_free(struct peers_row *row)
{
    replicate_peer_let_go(row->peer);
    free(row);
}

void peers_apply_end(struct peers *peers)
{
    for (uint32_t i = 0; i < peers->before_count; i++) {
        struct peers_row *row = peers->before[i];
        if (find(peers->rows, peers->count, row->peer->name) != row)
            row_free(row);
    }
    free(peers->before);
    peers->before = NULL;
    peers->before_count = 0;
}

void peers_fini(struct peers *peers)
{
    for (uint32_t i = 0; i < peers->count; i++)
        row_free(peers->rows[i]);
    free(peers->rows);
    peers->rows = NULL;
    peers->count = 0;
}

static uint64_t hold_ms(const struct peers_row *row)
{
    unsigned shift = row->losses - 1;

    return shift > 6 || HOLD_FIRST_MS << shift > HOLD_MAX_MS ? HOLD_MAX_MS : HOLD_FIRST_MS << shift;
}

bool peers_may_ask(const struct peers_row *row, uint64_t now_ns, bool is_only)
{
    if (row->losses == 0)
        return true;
    if (is_only)
        return now_ns >= peers_ask_next_ns(row);
    return now_ns >= row->asked_ns + hold_ms(row) * IO_NS_PER_MS;
}

uint64_t peers_ask_next_ns(const struct peers_row *row)
{
    uint64_t ms = row->losses == 0 ? 0 : hold_ms(row);

    return row->asked_ns + (ms < HOLD_ONLY_MS ? ms : HOLD_ONLY_MS) * IO_NS_PER_MS;
}

void peers_probe(struct peers_row *row, uint64_t now_ns)
{
    row->asked_ns = now_ns;
}

void peers_heard(struct peers_row *row, uint64_t now_s)
{
    row->heard_s = now_s;
    row->losses = 0;
    row->lost_s = 0;
}

void peers_lost(struct peers_row *row, uint64_t began_ns, uint64_t now_ns, uint64_t now_s)
{
    if (row->losses != 0 && began_ns < row->asked_ns)
        return; /* one of many that asked at the same time */
    row->asked_ns = now_ns;
    if (row->losses == 0)
        row->lost_s = now_s;
    if (row->losses < LOSSES_MAX)
        row->losses++;
}
