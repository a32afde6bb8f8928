#include "load.h"

#include <errno.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

enum {
    BUCKETS = 64 * 40, /* 64 for each doubling of the nanoseconds */
};

struct load_options load_options = {
    .sockets = 16, .window = 16, .cpu = -1, .seconds = 1, .questions_max = UINT64_MAX
};
struct load_counts load_counts;
static uint64_t rcodes[16], truncated, max_ns, buckets[BUCKETS];
static struct load_question *questions;
static uint32_t question_count, question_next;

uint64_t load_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void load_die(const char *what)
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
    fprintf(stderr, "load: type %s\n", text);
    exit(1);
}

static void question_make(struct load_question *question, const char *name, uint16_t type)
{
    static const uint8_t edns[] = { 0, 0, 41, 0x04, 0xd0, 0, 0, 0x80, 0, 0, 0 };
    uint8_t *at = question->octets + LOAD_HEADER;

    memset(question->octets, 0, LOAD_HEADER);
    question->octets[5] = 1;
    while (*name != 0 && strcmp(name, ".") != 0) {
        size_t label = strcspn(name, ".");
        if (label == 0 || label > 63 || at + label > question->octets + LOAD_QUESTION_MAX - 32) {
            fprintf(stderr, "load: a bad name\n");
            exit(1);
        }
        *at++ = (uint8_t)label;
        memcpy(at, name, label);
        at += label;
        name += label + (name[label] == '.');
    }
    memcpy(at, (uint8_t[]){ 0, (uint8_t)(type >> 8), (uint8_t)type, 0, 1 }, 5);
    at += 5;
    question->fixed = (uint16_t)(at - question->octets - LOAD_HEADER);
    if (load_options.dnssec) {
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
        load_die(path);
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
                load_die("memory");
        }
        question_make(&questions[question_count++], line, type_of(type));
    }
    fclose(file);
    if (question_count == 0) {
        fprintf(stderr, "load: %s has no questions\n", path);
        exit(1);
    }
    question_next %= question_count;
}

/* ---- in flight ---- */

void load_peer_begin(struct load_peer *peer, int fd)
{
    peer->fd = fd;
    peer->slots = calloc(load_options.window, sizeof(*peer->slots));
    peer->free = calloc(load_options.window, sizeof(*peer->free));
    if (peer->slots == NULL || peer->free == NULL)
        load_die("memory");
    for (unsigned i = 0; i < load_options.window; i++)
        peer->free[peer->free_count++] = (uint16_t)i;
}

uint16_t load_ask(struct load_peer *peer, uint64_t start_ns, uint8_t *at)
{
    uint16_t slot = peer->free[--peer->free_count];
    uint16_t id = (uint16_t)(peer->generation++ * LOAD_WINDOW_MAX + slot);
    const struct load_question *question = &questions[question_next];

    peer->slots[slot] = (struct load_slot){ start_ns, question_next, id, true };
    memcpy(at, question->octets, question->size);
    at[0] = (uint8_t)(id >> 8);
    at[1] = (uint8_t)id;
    question_next = question_next + 1 == question_count ? 0 : question_next + 1;
    load_counts.sent++;
    return question->size;
}

static void slot_free(struct load_peer *peer, struct load_slot *slot)
{
    slot->is_busy = false;
    peer->free[peer->free_count++] = (uint16_t)(slot - peer->slots);
}

void load_answer(struct load_peer *peer, const uint8_t *answer, size_t size, uint64_t now)
{
    uint16_t id = size < 2 ? 0 : (uint16_t)(answer[0] << 8 | answer[1]);
    struct load_slot *slot = &peer->slots[id % LOAD_WINDOW_MAX % load_options.window];
    const struct load_question *question = &questions[slot->question];

    if (size < LOAD_HEADER || !slot->is_busy || slot->id != id || (answer[2] & 0x80) == 0 ||
        size < LOAD_HEADER + (size_t)question->fixed ||
        memcmp(answer + LOAD_HEADER, question->octets + LOAD_HEADER, question->fixed) != 0) {
        load_counts.bad++;
        return;
    }
    uint64_t took = now > slot->start_ns ? now - slot->start_ns : 1;
    unsigned bucket = (unsigned)(log2f((float)took) * 64);
    buckets[bucket < BUCKETS ? bucket : BUCKETS - 1]++;
    max_ns = took > max_ns ? took : max_ns;
    load_counts.answers++;
    load_counts.octets += size;
    rcodes[answer[3] & 15]++;
    truncated += (answer[2] & 2) != 0;
    slot_free(peer, slot);
}

uint64_t load_expire(struct load_peer *peer, uint64_t before_ns)
{
    uint64_t busy = 0;

    for (unsigned i = 0; i < load_options.window; i++) {
        struct load_slot *slot = &peer->slots[i];
        if (slot->is_busy && slot->start_ns < before_ns) {
            load_counts.lost++;
            slot_free(peer, slot);
        }
        busy += slot->is_busy;
    }
    return busy;
}

/* ---- begin and end ---- */

static void read_option(int option)
{
    switch (option) {
    case 'n':
        load_options.sockets = (unsigned)strtoul(optarg, NULL, 10);
        break;
    case 'w':
        load_options.window = (unsigned)strtoul(optarg, NULL, 10);
        break;
    case 't':
        load_options.seconds = strtod(optarg, NULL);
        break;
    case 'm':
        load_options.questions_max = strtoull(optarg, NULL, 10);
        break;
    case 'r':
        load_options.rate = strtod(optarg, NULL);
        break;
    case 'c':
        load_options.cpu = (int)strtol(optarg, NULL, 10);
        break;
    case 's':
        question_next = (uint32_t)strtoul(optarg, NULL, 10);
        break;
    case 'D':
        load_options.dnssec = true;
        break;
    default:
        exit(2);
    }
}

void load_begin(int argc, char **argv)
{
    cpu_set_t set;
    int option;

    while ((option = getopt(argc, argv, "n:w:t:m:r:c:s:D")) != -1)
        read_option(option);
    if (argc - optind != 3 || load_options.window == 0 || load_options.window > LOAD_WINDOW_MAX ||
        load_options.sockets == 0) {
        fprintf(stderr, "usage: %s [options] ADDRESS PORT FILE\n", argv[0]);
        exit(2);
    }
    load_options.address = argv[optind];
    load_options.port = (uint16_t)strtoul(argv[optind + 1], NULL, 10);
    questions_read(argv[optind + 2]);
    CPU_ZERO(&set);
    CPU_SET((unsigned)(load_options.cpu < 0 ? 0 : load_options.cpu), &set);
    if (load_options.cpu >= 0 && sched_setaffinity(0, sizeof(set), &set) != 0)
        load_die("cpu");
}

static double percentile(double share)
{
    uint64_t want = (uint64_t)((double)load_counts.answers * share), sum = 0;

    for (unsigned i = 0; i < BUCKETS; i++) {
        sum += buckets[i];
        if (sum > want)
            return exp2((i + 1) / 64.0) / 1000;
    }
    return 0;
}

void load_print(double seconds)
{
    const struct load_counts *counts = &load_counts;
    double octets = counts->answers == 0 ? 0 : (double)counts->octets / (double)counts->answers;

    printf("{\"sent\": %llu, \"answers\": %llu, \"lost\": %llu, \"bad\": %llu, "
           "\"seconds\": %.4f, \"octets\": %.1f, \"noerror\": %llu, \"servfail\": %llu, "
           "\"nxdomain\": %llu, \"refused\": %llu, \"truncated\": %llu, \"p50\": %.1f, "
           "\"p99\": %.1f, \"p999\": %.1f, \"max\": %.1f}\n",
           (unsigned long long)counts->sent, (unsigned long long)counts->answers,
           (unsigned long long)counts->lost, (unsigned long long)counts->bad, seconds, octets,
           (unsigned long long)rcodes[0], (unsigned long long)rcodes[2],
           (unsigned long long)rcodes[3], (unsigned long long)rcodes[5],
           (unsigned long long)truncated, percentile(0.5), percentile(0.99), percentile(0.999),
           (double)max_ns / 1000);
}
