/*
 * tcp_load - ask one server over TCP: connections that stay, questions in flight on each.
 *
 *     tcp_load [-n connections] [-w window] [-t seconds] [-m questions] [-c cpu] [-s skip] [-D]
 *              ADDRESS PORT FILE
 *
 * FILE has lines "name type". Each connection keeps `window` questions in flight and takes
 * their answers in any order. A connection that the server closes ends the run with exit code 1.
 * Prints one line of JSON; times are in microseconds.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "load.h"

enum {
    INPUT_MAX = 128 * 1024,
    PREFIX = 2,
    TIMEOUT_MS = 2000,
};

struct connection {
    struct load_peer peer;
    size_t filled;
    uint8_t input[INPUT_MAX];
};

static struct connection *connections;
static struct pollfd *polls;

static void connect_all(void)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(load_options.port) };
    int on = 1;

    if (inet_pton(AF_INET, load_options.address, &to.sin_addr) != 1)
        load_die(load_options.address);
    connections = calloc(load_options.sockets, sizeof(*connections));
    polls = calloc(load_options.sockets, sizeof(*polls));
    if (connections == NULL || polls == NULL)
        load_die("memory");
    for (unsigned i = 0; i < load_options.sockets; i++) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        if (connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0)
            load_die("connect");
        load_peer_begin(&connections[i].peer, fd);
        polls[i] = (struct pollfd){ .fd = fd, .events = POLLIN };
    }
}

/* Fill the window, in one write. */
static void ask(struct load_peer *peer, uint64_t now)
{
    static uint8_t output[LOAD_WINDOW_MAX * (PREFIX + LOAD_QUESTION_MAX)];
    size_t size = 0;

    while (peer->free_count != 0 && load_counts.sent < load_options.questions_max) {
        uint16_t length = load_ask(peer, now, output + size + PREFIX);
        output[size] = (uint8_t)(length >> 8);
        output[size + 1] = (uint8_t)length;
        size += PREFIX + (size_t)length;
    }
    for (size_t done = 0; done < size;) {
        ssize_t sent = send(peer->fd, output + done, size - done, MSG_NOSIGNAL);
        if (sent > 0)
            done += (size_t)sent;
        else if (errno != EINTR)
            load_die("send");
    }
}

/* What has come: whole messages are answers. */
static void take(struct connection *connection)
{
    ssize_t got = recv(connection->peer.fd, connection->input + connection->filled,
                       INPUT_MAX - connection->filled, MSG_DONTWAIT);
    uint64_t now = load_now_ns();
    size_t at = 0;

    if (got == 0) {
        fprintf(stderr, "tcp_load: the server closed a connection\n");
        exit(1);
    }
    if (got < 0)
        return;
    connection->filled += (size_t)got;
    while (connection->filled - at >= PREFIX) {
        size_t size = (size_t)connection->input[at] << 8 | connection->input[at + 1];
        if (connection->filled - at < PREFIX + size)
            break;
        load_answer(&connection->peer, connection->input + at + PREFIX, size, now);
        at += PREFIX + size;
    }
    memmove(connection->input, connection->input + at, connection->filled - at);
    connection->filled -= at;
}

static uint64_t in_flight(void)
{
    uint64_t busy = 0;

    for (unsigned i = 0; i < load_options.sockets; i++)
        busy += load_options.window - connections[i].peer.free_count;
    return busy;
}

static double run(void)
{
    uint64_t start = load_now_ns(), now = start;
    uint64_t end = start + (uint64_t)(load_options.seconds * 1e9);

    for (unsigned i = 0; i < load_options.sockets; i++)
        ask(&connections[i].peer, now);
    double took = 0;
    while (in_flight() != 0) {
        if (poll(polls, load_options.sockets, TIMEOUT_MS) <= 0)
            break; /* what is still in flight is lost */
        for (unsigned i = 0; i < load_options.sockets; i++) {
            if (polls[i].revents == 0)
                continue;
            take(&connections[i]);
            now = load_now_ns();
            if (now < end)
                ask(&connections[i].peer, now);
        }
        if (took == 0 && (now >= end || load_counts.sent >= load_options.questions_max))
            took = (double)(now - start) * 1e-9;
    }
    load_counts.lost += in_flight();
    return took;
}

int main(int argc, char **argv)
{
    load_begin(argc, argv);
    connect_all();
    load_print(run());
    return 0;
}
