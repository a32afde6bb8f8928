/*
 * The hottest road of all: what is the same for every batch is laid out once, when the socket is
 * opened, so that a datagram costs a handful of stores on the way in and on the way out.
 *
 * The system writes msg_namelen anew with every datagram, and always the same for a socket of
 * one family, so nothing resets it. msg_controllen it lowers to what it used, so that is reset.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/diag.h"
#include "io/real.h"

enum {
    DATAGRAM_ALIGN = 64,      /* a cache line */
    BATCH_WORTH_ANOTHER = 16, /* who sent so many sends more meanwhile: ask before waiting */
};

/* Room for the one control message we ask for. */
union control {
    struct cmsghdr header;
    uint8_t in[CMSG_SPACE(sizeof(struct in_pktinfo))];
    uint8_t in6[CMSG_SPACE(sizeof(struct in6_pktinfo))];
};

struct real_udp {
    struct io_udp udp;
    int fd;
    bool is_ipv6;
    bool is_closing;
    socklen_t name_size;
    size_t control_size;
    uint8_t *octets;  /* receive buffers */
    uint8_t *answers; /* send buffers */
    uint32_t receive_size;
    size_t receive_stride; /* from one buffer to the next */
    size_t send_stride;
    uv_poll_t poll;
    io_udp_receive *receive;
    void *context;

    struct io_udp_item items[IO_UDP_BATCH_MAX];
    struct mmsghdr in[IO_UDP_BATCH_MAX];
    struct mmsghdr out[IO_UDP_BATCH_MAX];
    struct iovec in_parts[IO_UDP_BATCH_MAX];
    struct iovec out_parts[IO_UDP_BATCH_MAX];
    struct io_udp_path paths[IO_UDP_BATCH_MAX];
    union control controls[IO_UDP_BATCH_MAX];
};

/* -- the local address, on wildcard sockets --------------------------------------------------- */

/*
 * The control message of a datagram says which address was asked, and, sent back with the
 * interface cleared, makes the answer leave from there by whatever route there is. Only for
 * link-local addresses does the interface matter.
 */
static void control_read(const struct real_udp *real, struct msghdr *header,
                         struct io_udp_path *path)
{
    struct cmsghdr *control = CMSG_FIRSTHDR(header);
    memset(path->local, 0, sizeof(path->local));
    path->interface = 0;
    if (control == NULL || (header->msg_flags & MSG_CTRUNC) != 0) {
        header->msg_controllen = 0;
        return;
    }
    if (real->is_ipv6) {
        struct in6_pktinfo *info = (struct in6_pktinfo *)(void *)CMSG_DATA(control);
        memcpy(path->local, &info->ipi6_addr, 16);
        path->interface = info->ipi6_ifindex;
        if (!IN6_IS_ADDR_LINKLOCAL(&info->ipi6_addr))
            info->ipi6_ifindex = 0;
    } else {
        struct in_pktinfo *info = (struct in_pktinfo *)(void *)CMSG_DATA(control);
        memcpy(path->local, &info->ipi_spec_dst, 4);
        path->interface = (uint32_t)info->ipi_ifindex;
        info->ipi_ifindex = 0;
    }
}

static size_t control_write(const struct real_udp *real, const struct io_udp_path *path,
                            union control *control)
{
    static const uint8_t none[16];
    if (memcmp(path->local, none, sizeof(none)) == 0)
        return 0;

    memset(control, 0, sizeof(*control));
    if (real->is_ipv6) {
        struct in6_pktinfo info = { .ipi6_ifindex = 0 };
        memcpy(&info.ipi6_addr, path->local, 16);
        if (IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr))
            info.ipi6_ifindex = path->interface;
        control->header.cmsg_level = IPPROTO_IPV6;
        control->header.cmsg_type = IPV6_PKTINFO;
        control->header.cmsg_len = CMSG_LEN(sizeof(info));
        memcpy(CMSG_DATA(&control->header), &info, sizeof(info));
    } else {
        struct in_pktinfo info = { .ipi_ifindex = 0 };
        memcpy(&info.ipi_spec_dst, path->local, 4);
        control->header.cmsg_level = IPPROTO_IP;
        control->header.cmsg_type = IP_PKTINFO;
        control->header.cmsg_len = CMSG_LEN(sizeof(info));
        memcpy(CMSG_DATA(&control->header), &info, sizeof(info));
    }
    return real->control_size;
}

/* -- a batch ------------------------------------------------------------------------------------
 */

TD_HOT static uint32_t batch_receive(struct real_udp *real)
{
    if (real->control_size != 0)
        for (uint32_t i = 0; i < IO_UDP_BATCH_MAX; i++)
            real->in[i].msg_hdr.msg_controllen = real->control_size;

    int n;
    do {
        n = recvmmsg(real->fd, real->in, IO_UDP_BATCH_MAX, MSG_DONTWAIT, NULL);
    } while (n < 0 && errno == EINTR);
    return n > 0 ? (uint32_t)n : 0;
}

TD_HOT static void batch_prepare(struct real_udp *real, uint32_t count)
{
    struct io_udp_item *item = real->items;
    uint8_t *answer = real->answers;
    size_t stride = real->send_stride;
    for (const struct mmsghdr *in = real->in, *end = in + count; in < end; in++, item++) {
        item->size = in->msg_len;
        item->answer_size = 0;
        item->answer = answer;
        answer += stride;
        if (td_unlikely((in->msg_hdr.msg_flags & MSG_TRUNC) != 0)) {
            item->size = 0;
            td_count(&real->udp.counters.oversize);
        }
    }
    if (real->control_size != 0)
        for (uint32_t i = 0; i < count; i++)
            control_read(real, &real->in[i].msg_hdr, &real->paths[i]);
}

/* Returns how many there are to send. Laid out for the common case: an answer to each. */
TD_HOT static uint32_t batch_gather(struct real_udp *real, uint32_t count)
{
    struct mmsghdr *out = real->out;
    struct iovec *part = real->out_parts;
    for (const struct io_udp_item *item = real->items, *end = item + count; item < end; item++) {
        if (item->answer_size == 0)
            continue;
        out->msg_hdr.msg_name = &item->path->remote;
        part->iov_base = item->answer;
        part->iov_len = item->answer_size;
        out++;
        part++;
    }
    return (uint32_t)(out - real->out);
}

/* On a wildcard socket each answer also takes its question's control message with it. */
static void batch_gather_controls(struct real_udp *real, uint32_t count)
{
    struct mmsghdr *out = real->out;
    for (uint32_t i = 0; i < count; i++) {
        if (real->items[i].answer_size == 0)
            continue;
        out->msg_hdr.msg_control = &real->controls[i];
        out->msg_hdr.msg_controllen = real->in[i].msg_hdr.msg_controllen;
        out++;
    }
}

/* One that the system refuses is skipped; when its buffer is full, the rest is dropped. */
TD_HOT static void batch_send(struct real_udp *real, uint32_t count)
{
    uint32_t sent = 0;
    uint32_t at = 0;
    while (at < count) {
        int n = sendmmsg(real->fd, real->out + at, count - at, MSG_DONTWAIT);
        if (td_likely(n > 0)) {
            sent += (uint32_t)n;
            at += (uint32_t)n;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS) {
            break;
        } else if (errno != EINTR) {
            at++;
        }
    }
    td_count_add(&real->udp.counters.sent, sent);
    if (td_unlikely(sent < count))
        td_count_add(&real->udp.counters.send_dropped, count - sent);
}

static void udp_free(struct real_udp *real)
{
    free(real->octets);
    free(real->answers);
    free(real);
}

TD_HOT static void on_readable(uv_poll_t *poll, int status TD_UNUSED, int events TD_UNUSED)
{
    struct real_udp *real = poll->data;
    real_awake(real->udp.io);
    for (int round = 0; round < IO_UDP_ROUND_MAX && !real->is_closing; round++) {
        uint32_t count = batch_receive(real);
        if (count == 0)
            break;
        batch_prepare(real, count);
        real->receive(real->context, &real->udp, real->items, count);
        uint32_t out_count = batch_gather(real, count);
        if (real->control_size != 0)
            batch_gather_controls(real, count);
        if (out_count > 0)
            batch_send(real, out_count);
        td_count_add(&real->udp.counters.received, count);
        td_count(&real->udp.counters.batches);
        if (count < BATCH_WORTH_ANOTHER)
            break;
    }
}

void real_udp_send(struct io_udp *udp, const struct io_udp_path *path, const void *octets,
                   size_t size)
{
    struct real_udp *real = td_container_of(udp, struct real_udp, udp);
    union control control;
    struct iovec part = { .iov_base = (void *)(uintptr_t)octets, .iov_len = size };
    struct msghdr message = {
        .msg_name = (void *)(uintptr_t)&path->remote,
        .msg_namelen = real->name_size,
        .msg_iov = &part,
        .msg_iovlen = 1,
    };
    if (real->control_size != 0) {
        message.msg_controllen = control_write(real, path, &control);
        message.msg_control = message.msg_controllen != 0 ? &control : NULL;
    }
    ssize_t n;
    do {
        n = sendmsg(real->fd, &message, MSG_DONTWAIT);
    } while (n < 0 && errno == EINTR);
    td_count(n < 0 ? &udp->counters.send_dropped : &udp->counters.sent);
}

/* -- opening and closing --------------------------------------------------------------------------
 */

static void batch_lay_out(struct real_udp *real)
{
    for (uint32_t i = 0; i < IO_UDP_BATCH_MAX; i++) {
        uint8_t *octets = real->octets + (size_t)i * real->receive_stride;
        real->items[i].octets = octets;
        real->items[i].path = &real->paths[i];
        real->in_parts[i] = (struct iovec){ .iov_base = octets, .iov_len = real->receive_size };
        real->in[i].msg_hdr = (struct msghdr){
            .msg_name = &real->paths[i].remote,
            .msg_namelen = real->name_size,
            .msg_iov = &real->in_parts[i],
            .msg_iovlen = 1,
            .msg_control = real->control_size != 0 ? &real->controls[i] : NULL,
        };
        real->out[i].msg_hdr = (struct msghdr){
            .msg_namelen = real->name_size,
            .msg_iov = &real->out_parts[i],
            .msg_iovlen = 1,
        };
    }
}

struct buffer_row {
    int option;
    int force; /* the same, for who may go beyond the system's limit */
    const char *name;
    const char *sysctl;
};

static void buffer_ask(const struct real_udp *real, const struct buffer_row *row, uint32_t wanted,
                       const struct td_diag_sink *warnings)
{
    int want = (int)(wanted != 0 ? wanted : IO_UDP_SYSTEM_SIZE);
    if (setsockopt(real->fd, SOL_SOCKET, row->force, &want, sizeof(want)) != 0)
        (void)setsockopt(real->fd, SOL_SOCKET, row->option, &want, sizeof(want));

    int got = 0;
    socklen_t size = sizeof(got);
    (void)getsockopt(real->fd, SOL_SOCKET, row->option, &got, &size);
    got /= 2; /* the system counts its own overhead as much again */
    char text[TD_ADDR_TEXT_SIZE];
    if (got < want)
        td_diag_report(warnings, NULL, 0, 0, TD_SEVERITY_WARNING,
                       "UDP %s: the %s buffer is %d octets, not the %d asked for; bursts will be "
                       "lost: sysctl -w %s=%d",
                       td_addr_format_port(&real->udp.addr, text), row->name, got, want,
                       row->sysctl, want);
}

static td_err udp_set_options(struct real_udp *real, const struct io_udp_options *options,
                              struct td_diag *diag)
{
    int on = 1;
    int omit = IP_PMTUDISC_OMIT;
    bool good;
    if (real->is_ipv6) {
        int omit6 = IPV6_PMTUDISC_OMIT;
        good = setsockopt(real->fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, &omit6, sizeof(omit6)) == 0;
        if (good && real->udp.is_wildcard)
            good = setsockopt(real->fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on)) == 0;
    } else {
        good = setsockopt(real->fd, IPPROTO_IP, IP_MTU_DISCOVER, &omit, sizeof(omit)) == 0;
        if (good && real->udp.is_wildcard)
            good = setsockopt(real->fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on)) == 0;
    }
    if (!good)
        return io_errno_say(diag, errno, "setting options of a UDP socket");
    static const struct buffer_row receive = { SO_RCVBUF, SO_RCVBUFFORCE, "receive",
                                               "net.core.rmem_max" };
    static const struct buffer_row send = { SO_SNDBUF, SO_SNDBUFFORCE, "send",
                                            "net.core.wmem_max" };
    buffer_ask(real, &receive, options->system_receive_size, options->warnings);
    buffer_ask(real, &send, options->system_send_size, options->warnings);
    return TD_OK;
}

/* An odd number of cache lines, so that the beginnings of all buffers do not fall on the same
 * few sets of the cache. */
static size_t buffer_stride(uint32_t size)
{
    size_t lines = (size + DATAGRAM_ALIGN - 1) / DATAGRAM_ALIGN;
    return (lines | 1) * DATAGRAM_ALIGN;
}

static void udp_fill(struct real_udp *real, struct io *io, const struct io_udp_options *options)
{
    real->udp.io = io;
    real->udp.is_wildcard = td_addr_is_any(&options->addr);
    real->is_ipv6 = options->addr.family == 6;
    real->name_size = real->is_ipv6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
    if (real->udp.is_wildcard)
        real->control_size = real->is_ipv6 ? CMSG_SPACE(sizeof(struct in6_pktinfo))
                                           : CMSG_SPACE(sizeof(struct in_pktinfo));
    real->receive = options->receive;
    real->context = options->context;
    uint32_t send_size = options->send_size != 0 ? options->send_size : IO_UDP_BUFFER_SIZE;
    real->receive_size = options->receive_size != 0 ? options->receive_size : IO_UDP_BUFFER_SIZE;
    td_assert(real->receive_size <= IO_UDP_BUFFER_SIZE_MAX && send_size <= IO_UDP_BUFFER_SIZE_MAX);
    real->receive_stride = buffer_stride(real->receive_size);
    real->send_stride = buffer_stride(send_size);
    real->octets = td_aligned_alloc(DATAGRAM_ALIGN, real->receive_stride * IO_UDP_BATCH_MAX);
    real->answers = td_aligned_alloc(DATAGRAM_ALIGN, real->send_stride * IO_UDP_BATCH_MAX);
    batch_lay_out(real);
}

td_err real_udp_open(struct io *io, const struct io_udp_options *options, struct io_udp **ret_udp,
                     struct td_diag *diag)
{
    int fd;
    td_err err = real_socket_bind(&options->addr, SOCK_DGRAM, options->reuse_port,
                                  options->freebind, &fd, diag);
    if (err != TD_OK)
        return err;

    struct real_udp *real = td_calloc(1, sizeof(*real));
    real->fd = fd;
    udp_fill(real, io, options);
    real_socket_addr(fd, &real->udp.addr);
    err = udp_set_options(real, options, diag);
    if (err == TD_OK) {
        int status = uv_poll_init(&real_of(io)->loop, &real->poll, fd);
        if (status != 0)
            err = io_errno_say(diag, -status, "watching a UDP socket");
    }
    if (err != TD_OK) {
        close(fd);
        udp_free(real);
        return err;
    }
    real->poll.data = real;
    td_assert(uv_poll_start(&real->poll, UV_READABLE, on_readable) == 0);
    *ret_udp = &real->udp;
    return TD_OK;
}

static void on_closed(uv_handle_t *handle)
{
    struct real_udp *real = handle->data;
    close(real->fd);
    udp_free(real);
}

void real_udp_close(struct io_udp *udp)
{
    struct real_udp *real = td_container_of(udp, struct real_udp, udp);
    if (real->is_closing)
        return;
    real->is_closing = true;
    uv_close((uv_handle_t *)&real->poll, on_closed);
}

td_err real_udp_probe(struct io *io TD_UNUSED, const struct td_addr *addr, bool freebind,
                      struct td_diag *diag)
{
    return real_socket_probe(addr, SOCK_DGRAM, freebind, diag);
}
