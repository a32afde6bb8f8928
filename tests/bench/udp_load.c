/*
 * udp_load - ask one server over UDP, match the answers, count and time them.
 *
 *     udp_load [-n sockets] [-w window] [-t seconds] [-m questions] [-r rate] [-c cpu] [-s skip]
 *              [-D] ADDRESS PORT FILE
 *
 * FILE has lines "name type". Without -r each socket keeps `window` questions in flight; with it
 * `rate` questions a second are sent, and the time of an answer counts from when its
 * question was due, so that a server that stalls is not asked less. -D: EDNS with DO.
 * Prints one line of JSON; times are in microseconds. An answer counts when its ID and question are
 * those of a question in flight.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    BATCH = 64,
    WINDOW_MAX = 1024, /* the lower ten bits of an ID are the slot */
    QUESTION_MAX = 300,
    ANSWER_MAX = 4096,
    HEADER = 12,
    TIMEOUT_MS = 2000,
    BUCKETS = 64 * 40, /* 64 for each doubling of the nanoseconds */
    BUFFER = 4 << 20,
};

struct question {
    uint16_t size;
    uint16_t fixed; /* octets behind the header that an answer repeats */
    uint8_t octets[QUESTION_MAX];
};

struct slot {
    uint64_t start_ns;
    uint32_t question;
    uint16_t id;
    bool is_busy;
};

struct peer {
    int fd;
    uint32_t free_count;
    uint16_t generation;
    struct slot *slots;
    uint16_t *free;
};

static struct question *questions;
static uint32_t question_count, question_next;
static struct peer *peers;
static struct {
    unsigned sockets, window;
    int cpu;
    double seconds, rate;
    uint64_t questions_max;
    bool dnssec;
} options = { .sockets = 16, .window = 16, .cpu = -1, .seconds = 1, .questions_max = UINT64_MAX };
static struct {
    uint64_t sent, answers, lost, bad, octets, rcodes[16], truncated, max_ns;
    uint64_t buckets[BUCKETS];
} counts;

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void die(const char *what)
{
    perror(what);
    exit(1);
}

/* ---- questions ---- */

static uint16_t type_of(const char *text)
{
    static const struct {
        const char *name;
        uint16_t type;
    } types[] = { { "A", 1 },    { "NS", 2 },    { "SOA", 6 }, { "MX", 15 },
                  { "TXT", 16 }, { "AAAA", 28 }, { "DS", 43 } };

    for (unsigned i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (strcasecmp(text, types[i].name) == 0)
            return types[i].type;
    fprintf(stderr, "udp_load: type %s\n", text);
    exit(1);
}

static void question_make(struct question *question, const char *name, uint16_t type)
{
    static const uint8_t edns[] = { 0, 0, 41, 0x04, 0xd0, 0, 0, 0x80, 0, 0, 0 };
    uint8_t *at = question->octets + HEADER;

    memset(question->octets, 0, HEADER);
    question->octets[5] = 1;
    while (*name != 0 && strcmp(name, ".") != 0) {
        size_t label = strcspn(name, ".");
        if (label == 0 || label > 63 || at + label > question->octets + QUESTION_MAX - 32) {
            fprintf(stderr, "udp_load: a bad name\n");
            exit(1);
        }
        *at++ = (uint8_t)label;
        memcpy(at, name, label);
        at += label;
        name += label + (name[label] == '.');
    }
    memcpy(at, (uint8_t[]){ 0, (uint8_t)(type >> 8), (uint8_t)type, 0, 1 }, 5);
    at += 5;
    question->fixed = (uint16_t)(at - question->octets - HEADER);
    if (options.dnssec) {
        question->octets[11] = 1;
        memcpy(at, edns, sizeof(edns));
        at += sizeof(edns);
    }
    question->size = (uint16_t)(at - question->octets);
}

static void questions_read(const char *path)
{
    FILE *file = fopen(path, "r");
    char line[1200];
    uint32_t capacity = 0;

    if (file == NULL)
        die(path);
    while (fgets(line, sizeof(line), file) != NULL) {
        char *type = strchr(line, ' ');
        if (type == NULL)
            continue;
        *type++ = 0;
        type[strcspn(type, "\r\n")] = 0;
        if (question_count == capacity) {
            capacity = capacity == 0 ? 4096 : capacity * 2;
            questions = realloc(questions, capacity * sizeof(*questions));
            if (questions == NULL)
                die("memory");
        }
        question_make(&questions[question_count++], line, type_of(type));
    }
    fclose(file);
    if (question_count == 0) {
        fprintf(stderr, "udp_load: %s has no questions\n", path);
        exit(1);
    }
}

/* ---- sockets ---- */

static void peers_open(const char *address, const char *port)
{
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_port = htons((uint16_t)strtoul(port, NULL, 10)) };
    int size = BUFFER;

    if (inet_pton(AF_INET, address, &to.sin_addr) != 1)
        die(address);
    peers = calloc(options.sockets, sizeof(*peers));
    for (unsigned i = 0; i < options.sockets; i++) {
        struct peer *peer = &peers[i];
        peer->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
        setsockopt(peer->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
        setsockopt(peer->fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
        if (connect(peer->fd, (struct sockaddr *)&to, sizeof(to)) != 0)
            die("connect");
        peer->slots = calloc(options.window, sizeof(*peer->slots));
        peer->free = calloc(options.window, sizeof(*peer->free));
        for (unsigned k = 0; k < options.window; k++)
            peer->free[peer->free_count++] = (uint16_t)k;
    }
}

static void slot_free(struct peer *peer, struct slot *slot)
{
    slot->is_busy = false;
    peer->free[peer->free_count++] = (uint16_t)(slot - peer->slots);
}

static void answer_take(struct peer *peer, const uint8_t *answer, size_t size, uint64_t now)
{
    uint16_t id = (uint16_t)(answer[0] << 8 | answer[1]);
    struct slot *slot = &peer->slots[id % WINDOW_MAX % options.window];
    const struct question *question = &questions[slot->question];

    if (size < HEADER || !slot->is_busy || slot->id != id || (answer[2] & 0x80) == 0 ||
        size < HEADER + (size_t)question->fixed ||
        memcmp(answer + HEADER, question->octets + HEADER, question->fixed) != 0) {
        counts.bad++;
        return;
    }
    uint64_t took = now > slot->start_ns ? now - slot->start_ns : 1;
    unsigned bucket = (unsigned)(log2f((float)took) * 64);
    counts.buckets[bucket < BUCKETS ? bucket : BUCKETS - 1]++;
    counts.max_ns = took > counts.max_ns ? took : counts.max_ns;
    counts.answers++;
    counts.octets += size;
    counts.rcodes[answer[3] & 15]++;
    counts.truncated += (answer[2] & 2) != 0;
    slot_free(peer, slot);
}

static void receive(struct peer *peer)
{
    static uint8_t answers[BATCH][ANSWER_MAX];
    static struct iovec vectors[BATCH];
    static struct mmsghdr messages[BATCH];

    if (peer->free_count == options.window)
        return;
    for (unsigned i = 0; i < BATCH; i++) {
        vectors[i] = (struct iovec){ answers[i], ANSWER_MAX };
        messages[i].msg_hdr = (struct msghdr){ .msg_iov = &vectors[i], .msg_iovlen = 1 };
    }
    int got = recvmmsg(peer->fd, messages, BATCH, MSG_DONTWAIT, NULL);
    uint64_t now = now_ns();
    for (int i = 0; i < got; i++)
        answer_take(peer, answers[i], messages[i].msg_len, now);
}

static bool is_due(uint64_t start, uint64_t now, uint64_t *ret_due)
{
    *ret_due = now;
    if (options.rate == 0)
        return true;
    *ret_due = start + (uint64_t)((double)counts.sent * 1e9 / options.rate);
    return *ret_due <= now;
}

static void send_all(struct peer *peer, uint64_t start)
{
    static uint8_t packets[BATCH][QUESTION_MAX];
    static struct iovec vectors[BATCH];
    static struct mmsghdr messages[BATCH];
    uint64_t now = now_ns(), due;
    unsigned count = 0;
    /* A rate is spread over the sockets. */
    unsigned most = options.rate == 0 ? BATCH : 1;

    while (count < most && peer->free_count != 0 && counts.sent < options.questions_max &&
           is_due(start, now, &due)) {
        uint16_t at = peer->free[--peer->free_count];
        uint16_t id = (uint16_t)(peer->generation++ * WINDOW_MAX + at);
        const struct question *question = &questions[question_next];
        peer->slots[at] = (struct slot){ due, question_next, id, true };
        memcpy(packets[count], question->octets, question->size);
        packets[count][0] = (uint8_t)(id >> 8);
        packets[count][1] = (uint8_t)id;
        vectors[count] = (struct iovec){ packets[count], question->size };
        messages[count].msg_hdr = (struct msghdr){ .msg_iov = &vectors[count], .msg_iovlen = 1 };
        question_next = question_next + 1 == question_count ? 0 : question_next + 1;
        counts.sent++;
        count++;
    }
    for (unsigned done = 0; done < count;) {
        int sent = sendmmsg(peer->fd, messages + done, count - done, 0);
        if (sent > 0)
            done += (unsigned)sent;
        else if (errno != EINTR && errno != EAGAIN && errno != ENOBUFS && errno != ECONNREFUSED)
            die("sendmmsg");
    }
}

/* Give up what was asked too long ago; returns how many are still in flight. */
static uint64_t expire(uint64_t now, uint64_t age_ns)
{
    uint64_t busy = 0;

    for (unsigned i = 0; i < options.sockets; i++) {
        for (unsigned k = 0; k < options.window; k++) {
            struct slot *slot = &peers[i].slots[k];
            if (slot->is_busy && slot->start_ns + age_ns < now) {
                counts.lost++;
                slot_free(&peers[i], slot);
            }
            busy += slot->is_busy;
        }
    }
    return busy;
}

static double run(void)
{
    uint64_t start = now_ns(), swept = start, now = start;
    uint64_t end = start + (uint64_t)(options.seconds * 1e9);

    while (now < end && counts.sent < options.questions_max) {
        for (unsigned i = 0; i < options.sockets; i++) {
            receive(&peers[i]);
            send_all(&peers[i], start);
        }
        now = now_ns();
        if (now - swept > 50000000u) {
            expire(now, TIMEOUT_MS * 1000000ull);
            swept = now;
        }
    }
    double took = (double)(now - start) * 1e-9;
    while (expire(now, TIMEOUT_MS * 1000000ull) != 0) {
        for (unsigned i = 0; i < options.sockets; i++)
            receive(&peers[i]);
        now = now_ns();
    }
    return took;
}

static double percentile(double share)
{
    uint64_t want = (uint64_t)((double)counts.answers * share), sum = 0;

    for (unsigned i = 0; i < BUCKETS; i++) {
        sum += counts.buckets[i];
        if (sum > want)
            return exp2((i + 1) / 64.0) / 1000;
    }
    return 0;
}

static void read_options(int argc, char **argv)
{
    int option;

    while ((option = getopt(argc, argv, "n:w:t:m:r:c:s:D")) != -1) {
        switch (option) {
        case 'n':
            options.sockets = (unsigned)strtoul(optarg, NULL, 10);
            break;
        case 'w':
            options.window = (unsigned)strtoul(optarg, NULL, 10);
            break;
        case 't':
            options.seconds = strtod(optarg, NULL);
            break;
        case 'm':
            options.questions_max = strtoull(optarg, NULL, 10);
            break;
        case 'r':
            options.rate = strtod(optarg, NULL);
            break;
        case 'c':
            options.cpu = (int)strtol(optarg, NULL, 10);
            break;
        case 's':
            question_next = (uint32_t)strtoul(optarg, NULL, 10);
            break;
        case 'D':
            options.dnssec = true;
            break;
        default:
            exit(2);
        }
    }
    if (argc - optind != 3 || options.window == 0 || options.window > WINDOW_MAX ||
        options.sockets == 0) {
        fprintf(stderr, "usage: udp_load [options] ADDRESS PORT FILE\n");
        exit(2);
    }
}

int main(int argc, char **argv)
{
    cpu_set_t set;

    read_options(argc, argv);
    questions_read(argv[optind + 2]);
    question_next %= question_count;
    CPU_ZERO(&set);
    CPU_SET((unsigned)(options.cpu < 0 ? 0 : options.cpu), &set);
    if (options.cpu >= 0 && sched_setaffinity(0, sizeof(set), &set) != 0)
        die("cpu");
    peers_open(argv[optind], argv[optind + 1]);
    double took = run();
    double octets = counts.answers == 0 ? 0 : (double)counts.octets / (double)counts.answers;
    printf("{\"sent\": %llu, \"answers\": %llu, \"lost\": %llu, \"bad\": %llu, \"seconds\": %.4f, "
           "\"octets\": %.1f, \"noerror\": %llu, \"servfail\": %llu, \"nxdomain\": %llu, "
           "\"refused\": %llu, \"truncated\": %llu, \"p50\": %.1f, \"p99\": %.1f, "
           "\"p999\": %.1f, \"max\": %.1f}\n",
           (unsigned long long)counts.sent, (unsigned long long)counts.answers,
           (unsigned long long)counts.lost, (unsigned long long)counts.bad, took, octets,
           (unsigned long long)counts.rcodes[0], (unsigned long long)counts.rcodes[2],
           (unsigned long long)counts.rcodes[3], (unsigned long long)counts.rcodes[5],
           (unsigned long long)counts.truncated, percentile(0.5), percentile(0.99),
           percentile(0.999), (double)counts.max_ns / 1000);
    return 0;
}
