/*
 * load.h - what the load tools share: questions from a file, their slots in flight, counts.
 *
 * One thread. An answer counts when its ID and question are those of a question in flight.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    LOAD_WINDOW_MAX = 1024, /* the lower ten bits of an ID are the slot */
    LOAD_QUESTION_MAX = 300,
    LOAD_HEADER = 12,
};

struct load_question {
    uint16_t size;
    uint16_t fixed; /* octets behind the header that an answer repeats */
    uint8_t octets[LOAD_QUESTION_MAX];
};

struct load_slot {
    uint64_t start_ns;
    uint32_t question;
    uint16_t id;
    bool is_busy;
};

/* A socket and what is in flight on it. */
struct load_peer {
    int fd;
    uint32_t free_count;
    uint16_t generation;
    struct load_slot *slots;
    uint16_t *free;
};

struct load_options {
    unsigned sockets, window;
    int cpu;
    double seconds, rate;
    uint64_t questions_max;
    bool dnssec;
    const char *address;
    uint16_t port;
};

struct load_counts {
    uint64_t sent, answers, lost, bad, octets;
};

extern struct load_options load_options;
extern struct load_counts load_counts;

uint64_t load_now_ns(void);
_Noreturn void load_die(const char *what);

/* Options, questions and the core to run on; ends the program where they are wrong. */
void load_begin(int argc, char **argv);

/* The slots of a new socket, all free. */
void load_peer_begin(struct load_peer *peer, int fd);

/* Take the next question for a free slot of the peer, asked at start_ns; its octets go to `at`
 * (LOAD_QUESTION_MAX) with their ID. Returns their number. */
uint16_t load_ask(struct load_peer *peer, uint64_t start_ns, uint8_t *at);

/* Count an answer, and free its slot. */
void load_answer(struct load_peer *peer, const uint8_t *answer, size_t size, uint64_t now);

/* Give up what was asked before then; returns how many are still in flight. */
uint64_t load_expire(struct load_peer *peer, uint64_t before_ns);

/* One line of JSON; times are in microseconds. */
void load_print(double seconds);
