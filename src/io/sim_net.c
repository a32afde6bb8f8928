#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/diag.h"
#include "io/sim_world.h"

/* -- addresses ---------------------------------------------------------------------------- */

static bool addr_is_loopback(const struct td_addr *addr)
{
    static const uint8_t ipv6_loopback[16] = { [15] = 1 };
    return addr->family == 4 ? addr->octets[0] == 127
                             : memcmp(addr->octets, ipv6_loopback, sizeof(ipv6_loopback)) == 0;
}

bool sim_host_has(const struct io_sim_host *host, const struct td_addr *addr)
{
    for (uint32_t i = 0; i < host->addr_count; i++)
        if (td_addr_same_host(&host->addrs[i], addr))
            return true;
    return false;
}

struct io_sim_host *sim_host_find(struct io_sim *sim, struct io_sim_host *from,
                                  const struct td_addr *addr)
{
    if (addr_is_loopback(addr))
        return from;
    for (uint32_t i = 0; i < sim->host_count; i++)
        if (sim_host_has(sim->hosts[i], addr))
            return sim->hosts[i];
    return NULL;
}

struct td_addr sim_host_source(const struct io_sim_host *host, const struct td_addr *to)
{
    struct td_addr source = { .family = to->family };
    if (addr_is_loopback(to)) {
        source = *to;
        source.port = 0;
        return source;
    }
    for (uint32_t i = 0; i < host->addr_count; i++)
        if (host->addrs[i].family == to->family) {
            source = host->addrs[i];
            source.port = 0;
            return source;
        }
    return source;
}

/* -- links ---------------------------------------------------------------------------------- */

static struct io_sim_link *link_slot(const struct io_sim *sim, const struct io_sim_host *from,
                                     const struct io_sim_host *to)
{
    return &sim->links[from->index * sim->link_stride + to->index];
}

struct io_sim_link sim_link(const struct io_sim *sim, const struct io_sim_host *from,
                            const struct io_sim_host *to)
{
    if (from == to)
        return (struct io_sim_link){ .latency_ns = SIM_LOOPBACK_NS };
    return *link_slot(sim, from, to);
}

void io_sim_filter_set(struct io_sim *sim, io_sim_filter *filter, void *context)
{
    sim->filter = filter;
    sim->filter_context = context;
}

bool sim_filter(const struct io_sim *sim, const struct io_sim_passing *passing)
{
    return sim->filter != NULL && sim->filter(sim->filter_context, passing);
}

uint64_t sim_link_delay_ns(struct io_sim *sim, const struct io_sim_link *link)
{
    return link->latency_ns + sim_random_below(&sim->random, link->jitter_ns + 1);
}

void io_sim_link_set(struct io_sim *sim, const struct io_sim_host *from,
                     const struct io_sim_host *to, const struct io_sim_link *link)
{
    td_assert(from != to);
    *link_slot(sim, from, to) = *link;
}

struct io_sim_link io_sim_link_get(const struct io_sim *sim, const struct io_sim_host *from,
                                   const struct io_sim_host *to)
{
    return sim_link(sim, from, to);
}

void io_sim_partition(struct io_sim *sim, const struct io_sim_host *a, const struct io_sim_host *b,
                      bool is_cut)
{
    td_assert(a != b);
    link_slot(sim, a, b)->is_cut = is_cut;
    link_slot(sim, b, a)->is_cut = is_cut;
}

/* -- ports ------------------------------------------------------------------------------------ */

static struct sim_socket **port_bucket(struct io_sim_host *host, uint16_t port)
{
    return &host->ports[port % SIM_PORT_BUCKETS];
}

/* Would the two get each other's datagrams? */
static bool socket_collides(const struct sim_socket *a, const struct sim_socket *b)
{
    return a->kind == b->kind && a->addr.port == b->addr.port && a->addr.family == b->addr.family &&
           !(a->reuse_port && b->reuse_port) &&
           (a->is_wildcard || b->is_wildcard || td_addr_same_host(&a->addr, &b->addr));
}

static bool port_is_free(struct io_sim_host *host, const struct sim_socket *socket)
{
    for (const struct sim_socket *at = *port_bucket(host, socket->addr.port); at != NULL;
         at = at->next)
        if (socket_collides(at, socket))
            return false;
    return true;
}

uint16_t sim_port_choose(struct io_sim_host *host)
{
    return (uint16_t)(SIM_PORT_FIRST + sim_random_below(&host->sim->random, SIM_PORT_COUNT));
}

static td_err bind_say(struct td_diag *diag, td_err err, const struct td_addr *addr,
                       const char *reason)
{
    char text[TD_ADDR_TEXT_SIZE];
    if (diag != NULL)
        td_diag_say(diag, "%s: %s", td_addr_format_port(addr, text), reason);
    return err;
}

td_err sim_socket_bind(struct sim_socket *socket, struct sim_io *io, enum sim_socket_kind kind,
                       const struct td_addr *addr, bool reuse_port, bool freebind,
                       struct td_diag *diag)
{
    struct io_sim_host *host = io->host;
    if (io->is_dead)
        return bind_say(diag, TD_E_IO, addr, "this host has crashed");
    if (!td_addr_is_any(addr) && !addr_is_loopback(addr) && !freebind && !sim_host_has(host, addr))
        return bind_say(diag, TD_E_INVALID, addr, "this machine has no such address");

    socket->kind = kind;
    socket->host = host;
    socket->addr = *addr;
    socket->is_wildcard = td_addr_is_any(addr);
    socket->reuse_port = reuse_port;
    while (socket->addr.port == 0 || (addr->port == 0 && !port_is_free(host, socket)))
        socket->addr.port = sim_port_choose(host);
    if (!port_is_free(host, socket))
        return bind_say(diag, TD_E_EXISTS, addr, "is in use by another process");

    struct sim_socket **bucket = port_bucket(host, socket->addr.port);
    socket->next = *bucket;
    *bucket = socket;
    io->socket_count++;
    return TD_OK;
}

void sim_socket_unbind(struct sim_socket *socket, struct sim_io *io)
{
    struct sim_socket **link = port_bucket(socket->host, socket->addr.port);
    while (*link != socket)
        link = &(*link)->next;
    *link = socket->next;
    io->socket_count--;
}

/* Connected before bound to an address before wildcard, as the system prefers them. */
static int socket_fits(const struct sim_socket *socket, enum sim_socket_kind kind,
                       const struct td_addr *from, const struct td_addr *to)
{
    if (socket->kind != kind || socket->addr.port != to->port || socket->addr.family != to->family)
        return 0;
    if (!socket->is_wildcard && !td_addr_same_host(&socket->addr, to))
        return 0;
    if (socket->peer.family != 0)
        return td_addr_equal(&socket->peer, from) ? 3 : 0;
    return socket->is_wildcard ? 1 : 2;
}

static uint32_t flow_hash(const struct td_addr *from)
{
    uint32_t hash = from->port;
    for (size_t i = 0; i < sizeof(from->octets); i++)
        hash = hash * 31 + from->octets[i];
    return hash * 2654435761U >> 16;
}

struct sim_socket *sim_socket_find(struct io_sim_host *host, enum sim_socket_kind kind,
                                   const struct td_addr *from, const struct td_addr *to)
{
    int best = 0;
    uint32_t count = 0;
    for (struct sim_socket *at = *port_bucket(host, to->port); at != NULL; at = at->next) {
        int fit = socket_fits(at, kind, from, to);
        if (fit > best) {
            best = fit;
            count = 0;
        }
        count += fit == best && fit != 0;
    }
    if (best == 0)
        return NULL;
    /* Sockets that share the port share the flows. */
    uint32_t choice = flow_hash(from) % count;
    struct sim_socket *at = *port_bucket(host, to->port);
    for (;; at = at->next)
        if (socket_fits(at, kind, from, to) == best && choice-- == 0)
            return at;
}

/* -- datagrams ----------------------------------------------------------------------------------
 */

struct datagram {
    struct sim_event event;
    struct io_sim_host *sender;
    struct io_sim_host *host;
    struct td_addr from;
    struct td_addr to;
    bool is_unreachable; /* an ICMP message about one that `to` has sent to `from` */
    uint32_t size;
    uint8_t octets[];
};

static void datagram_arrive(struct io_sim *sim, struct sim_event *event);

static struct datagram *datagram_new(struct io_sim_host *host, struct io_sim_host *dest,
                                     const struct td_addr *from, const struct td_addr *to,
                                     const void *octets, size_t size)
{
    struct datagram *datagram = td_calloc(1, sizeof(*datagram) + size);
    datagram->event.call = datagram_arrive;
    datagram->sender = host;
    datagram->host = dest;
    datagram->from = *from;
    datagram->to = *to;
    datagram->size = (uint32_t)size;
    if (size > 0)
        memcpy(datagram->octets, octets, size);
    return datagram;
}

static void datagram_launch(struct datagram *datagram)
{
    struct io_sim *sim = datagram->sender->sim;
    struct io_sim_link link = sim_link(sim, datagram->sender, datagram->host);

    sim_event_at(sim, &datagram->event, sim->now_ns + sim_link_delay_ns(sim, &link));
}

static void datagram_deliver(struct datagram *datagram)
{
    struct io_sim_host *host = datagram->host;
    struct sim_socket *socket = sim_socket_find(host, SIM_UDP, &datagram->from, &datagram->to);
    if (datagram->is_unreachable) {
        if (socket != NULL && socket->peer.family != 0)
            socket->datagram(socket, &datagram->from, &datagram->to, NULL, 0);
    } else if (socket != NULL) {
        socket->datagram(socket, &datagram->from, &datagram->to, datagram->octets, datagram->size);
    } else if (!sim_link(host->sim, host, datagram->sender).is_cut) {
        sim_note(host->sim, host, "port closed", datagram->to.port, 0);
        struct datagram *news =
            datagram_new(host, datagram->sender, &datagram->to, &datagram->from, NULL, 0);
        news->is_unreachable = true;
        datagram_launch(news);
    }
}

static void datagram_arrive(struct io_sim *sim, struct sim_event *event)
{
    struct datagram *datagram = td_container_of(event, struct datagram, event);
    if (sim->host_count > 0 && !datagram->host->is_down) {
        sim_note(sim, datagram->host, "datagram", datagram->sender->index, datagram->size);
        sim_note_octets(sim, datagram->octets, datagram->size);
        datagram_deliver(datagram);
    }
    free(datagram);
}

void sim_datagram_send(struct io_sim_host *host, const struct td_addr *from,
                       const struct td_addr *to, const void *octets, size_t size)
{
    struct io_sim *sim = host->sim;
    struct io_sim_host *dest = sim_host_find(sim, host, to);
    if (host->is_down || dest == NULL)
        return;
    struct io_sim_link link = sim_link(sim, host, dest);
    bool is_lost = sim_chance(&sim->random, link.loss_ppm);
    bool is_doubled = sim_chance(&sim->random, link.duplicate_ppm);
    bool is_large = link.mtu != 0 && size > link.mtu;
    if (is_large && link.is_truncating)
        size = link.mtu;
    struct datagram *datagram = datagram_new(host, dest, from, to, octets, size);
    struct io_sim_passing passing = {
        .from = host, .to = dest, .octets = datagram->octets, .size = size
    };
    is_lost |= sim_filter(sim, &passing);
    if (link.is_cut || is_lost || (is_large && !link.is_truncating)) {
        sim_note(sim, host, "datagram lost", dest->index, size);
        free(datagram);
        return;
    }
    datagram_launch(datagram);
    if (is_doubled)
        datagram_launch(datagram_new(host, dest, from, to, datagram->octets, size));
}
