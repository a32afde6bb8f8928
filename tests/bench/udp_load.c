/*
 * udp_load - ask one server over UDP, match the answers, count and time them.
 *
 *     udp_load [-n sockets] [-w window] [-t seconds] [-m questions] [-r rate] [-c cpu] [-s skip]
 *              [-D] ADDRESS PORT FILE
 *
 * FILE has lines "name type". Without -r each socket keeps `window` questions in flight; with it
 * `rate` questions a second are sent, and the time of an answer counts from when its
 * question was due, so that a server that stalls is not asked less. -D: EDNS with DO.
 * Prints one line of JSON; times are in microseconds.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "load.h"

enum {
    BATCH = 64,
    ANSWER_MAX = 4096,
    TIMEOUT_MS = 2000,
    BUFFER = 4 << 20,
};

static struct load_peer *peers;

static void peers_open(void)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(load_options.port) };
    int size = BUFFER;

    if (inet_pton(AF_INET, load_options.address, &to.sin_addr) != 1)
        load_die(load_options.address);
    peers = calloc(load_options.sockets, sizeof(*peers));
    if (peers == NULL)
        load_die("memory");
    for (unsigned i = 0; i < load_options.sockets; i++) {
        int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
        setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
        if (connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0)
            load_die("connect");
        load_peer_begin(&peers[i], fd);
    }
}

static void receive(struct load_peer *peer)
{
    static uint8_t answers[BATCH][ANSWER_MAX];
    static struct iovec vectors[BATCH];
    static struct mmsghdr messages[BATCH];

    if (peer->free_count == load_options.window)
        return;
    for (unsigned i = 0; i < BATCH; i++) {
        vectors[i] = (struct iovec){ answers[i], ANSWER_MAX };
        messages[i].msg_hdr = (struct msghdr){ .msg_iov = &vectors[i], .msg_iovlen = 1 };
    }
    int got = recvmmsg(peer->fd, messages, BATCH, MSG_DONTWAIT, NULL);
    uint64_t now = load_now_ns();
    for (int i = 0; i < got; i++)
        load_answer(peer, answers[i], messages[i].msg_len, now);
}

static bool is_due(uint64_t start, uint64_t now, uint64_t *ret_due)
{
    *ret_due = now;
    if (load_options.rate == 0)
        return true;
    *ret_due = start + (uint64_t)((double)load_counts.sent * 1e9 / load_options.rate);
    return *ret_due <= now;
}

static void send_all(struct load_peer *peer, uint64_t start)
{
    static uint8_t packets[BATCH][LOAD_QUESTION_MAX];
    static struct iovec vectors[BATCH];
    static struct mmsghdr messages[BATCH];
    uint64_t now = load_now_ns(), due;
    unsigned count = 0;
    /* A rate is spread over the sockets. */
    unsigned most = load_options.rate == 0 ? BATCH : 1;

    while (count < most && peer->free_count != 0 && load_counts.sent < load_options.questions_max &&
           is_due(start, now, &due)) {
        uint16_t size = load_ask(peer, due, packets[count]);
        vectors[count] = (struct iovec){ packets[count], size };
        messages[count].msg_hdr = (struct msghdr){ .msg_iov = &vectors[count], .msg_iovlen = 1 };
        count++;
    }
    for (unsigned done = 0; done < count;) {
        int sent = sendmmsg(peer->fd, messages + done, count - done, 0);
        if (sent > 0)
            done += (unsigned)sent;
        else if (errno != EINTR && errno != EAGAIN && errno != ENOBUFS && errno != ECONNREFUSED)
            load_die("sendmmsg");
    }
}

static uint64_t expire(uint64_t now)
{
    uint64_t age = TIMEOUT_MS * 1000000ull, busy = 0;

    for (unsigned i = 0; i < load_options.sockets; i++)
        busy += load_expire(&peers[i], now < age ? 0 : now - age);
    return busy;
}

static double run(void)
{
    uint64_t start = load_now_ns(), swept = start, now = start;
    uint64_t end = start + (uint64_t)(load_options.seconds * 1e9);

    while (now < end && load_counts.sent < load_options.questions_max) {
        for (unsigned i = 0; i < load_options.sockets; i++) {
            receive(&peers[i]);
            send_all(&peers[i], start);
        }
        now = load_now_ns();
        if (now - swept > 50000000u) {
            expire(now);
            swept = now;
        }
    }
    double took = (double)(now - start) * 1e-9;
    while (expire(now) != 0) {
        for (unsigned i = 0; i < load_options.sockets; i++)
            receive(&peers[i]);
        now = load_now_ns();
    }
    return took;
}

int main(int argc, char **argv)
{
    load_begin(argc, argv);
    peers_open();
    load_print(run());
    return 0;
}
