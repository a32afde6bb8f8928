#include "serve/parked.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "net/conn.h"
#include "serve/internal.h"

void parked_init(struct parked *parked, struct request *request)
{
    parked->request = *request;
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
