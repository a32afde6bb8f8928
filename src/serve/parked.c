#include "serve/parked.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "net/conn.h"
#include "serve/internal.h"

/* What is filled of a request; most of the room in one is for long names and for signatures. */
static void copy(struct request *to, const struct request *from)
{
    memcpy(to, from, offsetof(struct request, tsig));
    if (from->has_tsig)
        to->tsig = from->tsig;
    to->tail = from->tail;
    if (from->has_key)
        wire_key_copy(&to->key, &from->key);
}

void parked_init(struct parked *parked, struct request *request)
{
    copy(&parked->request, request);
    parked->octets = td_memdup(request->in, request->in_size);
    parked->request.in = parked->octets;
    parked->request.remote = *request_remote(request);
    if (request->path != NULL) {
        parked->path = *request->path;
        parked->request.path = &parked->path;
    }
    parked->udp = request->udp;
    if (request->has_tsig && request->tsig.key != NULL) {
        parked->key = *request->tsig.key;
        parked->request.tsig.key = &parked->key;
    }
}

void parked_fini(struct parked *parked)
{
    if (parked->request.has_tsig)
        explicit_bzero(&parked->key, sizeof(parked->key));
    free(parked->octets);
}

void parked_resume(struct parked *parked)
{
    struct request *request = &parked->request;

    request->out = request->worker->stream_buffer;
    request->out_capacity =
        request->transport == TRANSPORT_UDP ? IO_UDP_BUFFER_SIZE : NET_MESSAGE_SIZE_MAX;
    request->out_size = 0;
    request->is_taken = false;
    request->entry = NULL;
    request->zone = NULL;
    request->version = NULL;
    request->look.slot = NULL;
}

void parked_send(struct serve_thread *thread, struct parked *parked)
{
    struct request *request = &parked->request;

    if (request->out_size == 0)
        return;
    if (request->transport != TRANSPORT_UDP) {
        memcpy(net_conn_reserve(request->conn, request->out_size), request->out, request->out_size);
        net_conn_commit(request->conn, request->out_size);
    } else if (parked->udp != NULL && serve_sockets_have(thread, parked->udp)) {
        io_udp_send(parked->udp, &parked->path, request->out, request->out_size);
    }
}
