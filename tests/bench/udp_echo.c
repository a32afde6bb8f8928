/*
 * udp_echo - the kernel's share of an answer: each packet goes back as it came, marked as an
 * answer and padded to SIZE octets. What a server costs is told as a ratio to this.
 *
 *     udp_echo PORT [SIZE]
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { BATCH = 64, PACKET = 2048, HEADER = 12, BUFFER = 4 << 20 };

static uint8_t packets[BATCH][PACKET];
static struct sockaddr_in from[BATCH];
static struct iovec vectors[BATCH];
static struct mmsghdr messages[BATCH];

static int open_socket(uint16_t port)
{
    struct sockaddr_in here = { .sin_family = AF_INET,
                                .sin_port = htons(port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_DGRAM, 0), size = BUFFER;

    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
    if (bind(fd, (struct sockaddr *)&here, sizeof(here)) != 0) {
        perror("bind");
        exit(1);
    }
    return fd;
}

static void turn(int fd, unsigned size)
{
    for (unsigned i = 0; i < BATCH; i++) {
        vectors[i] = (struct iovec){ packets[i], PACKET };
        messages[i].msg_hdr = (struct msghdr){ .msg_name = &from[i],
                                               .msg_namelen = sizeof(from[i]),
                                               .msg_iov = &vectors[i],
                                               .msg_iovlen = 1 };
    }
    int got = recvmmsg(fd, messages, BATCH, MSG_WAITFORONE, NULL);
    for (int i = 0; i < got; i++) {
        unsigned length = messages[i].msg_len;
        if (length >= HEADER)
            packets[i][2] |= 0x80;
        vectors[i].iov_len = size > length ? size : length;
    }
    for (int done = 0; done < got;) {
        int sent = sendmmsg(fd, messages + done, (unsigned)(got - done), 0);
        done += sent > 0 ? sent : errno != EINTR;
    }
}

int main(int argc, char **argv)
{
    unsigned size = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 0;

    if (argc < 2 || size > PACKET) {
        fprintf(stderr, "usage: udp_echo PORT [SIZE]\n");
        return 2;
    }
    int fd = open_socket((uint16_t)strtoul(argv[1], NULL, 10));
    for (;;)
        turn(fd, size);
}
