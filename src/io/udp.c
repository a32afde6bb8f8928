#include "io/udp.h"

#include <string.h>

#include "io/ops.h"

td_err io_udp_open(struct io *io, const struct io_udp_options *options, struct io_udp **ret_udp,
                   struct td_diag *diag)
{
    return io->ops->udp_open(io, options, ret_udp, diag);
}

void io_udp_close(struct io_udp *udp)
{
    if (udp != NULL)
        udp->io->ops->udp_close(udp);
}

const struct td_addr *io_udp_addr(const struct io_udp *udp)
{
    return &udp->addr;
}

const struct io_udp_counters *io_udp_counters(const struct io_udp *udp)
{
    return &udp->counters;
}

void io_udp_send(struct io_udp *udp, const struct io_udp_path *path, const void *octets,
                 size_t size)
{
    udp->io->ops->udp_send(udp, path, octets, size);
}

void io_udp_path_remote(const struct io_udp_path *path, struct td_addr *ret_addr)
{
    if (td_addr_from_sockaddr(&path->remote.any, ret_addr) != TD_OK)
        memset(ret_addr, 0, sizeof(*ret_addr));
}

void io_udp_path_local(const struct io_udp *udp, const struct io_udp_path *path,
                       struct td_addr *ret_addr)
{
    *ret_addr = udp->addr;
    if (udp->is_wildcard)
        memcpy(ret_addr->octets, path->local, sizeof(ret_addr->octets));
}

td_err io_udp_probe(struct io *io, const struct td_addr *addr, bool freebind, struct td_diag *diag)
{
    return io->ops->udp_probe(io, addr, freebind, diag);
}

td_err io_udp_client_open(struct io *io, const struct td_addr *local, const struct td_addr *remote,
                          struct io_udp_client **ret_client, struct td_diag *diag)
{
    return io->ops->client_open(io, local, remote, ret_client, diag);
}

void io_udp_client_close(struct io_udp_client *client)
{
    if (client != NULL)
        client->io->ops->client_close(client);
}

td_err io_udp_client_send(struct io_udp_client *client, const struct td_addr *to,
                          const void *octets, size_t size)
{
    return client->io->ops->client_send(client, to, octets, size);
}

td_err io_udp_client_receive(struct fiber *fiber, struct io_udp_client *client,
                             uint64_t deadline_ns, void *buffer, size_t buffer_size,
                             size_t *ret_size, struct td_addr *ret_from)
{
    return client->io->ops->client_receive(fiber, client, deadline_ns, buffer, buffer_size,
                                           ret_size, ret_from);
}

void io_udp_client_addr(const struct io_udp_client *client, struct td_addr *ret_addr)
{
    *ret_addr = client->local;
}
