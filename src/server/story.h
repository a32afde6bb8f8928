/*
 * server/story.h - the last things that happened between a zone and its peers, in words.
 *
 * Shape    A few lines, oldest first. A line of routine takes the place of the one of its kind
 *          before it with the same peer: a zone that is in step has a short story.
 * Floor    10.
 * Threads  The main world's.
 * Limits   STORY_LINES_MAX lines; texts as long as they are.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/macros.h"

enum { STORY_LINES_MAX = 24 };

/* What is news stays; of every kind of routine only the newest line with a peer does. */
enum story_kind { STORY_NEWS, STORY_LOOK, STORY_NOTIFY, STORY_STEP, STORY_TRANSFER };

struct story_line {
    uint64_t time_s; /* wall clock */
    char *peer;      /* its name; NULL: no peer in particular */
    char *text;
    enum story_kind kind;
};

/* All zero is an empty one. */
struct story {
    struct story_line *lines;
    uint32_t count;
    uint32_t capacity;
};

void story_add(struct story *story, uint64_t time_s, const char *peer, enum story_kind kind,
               const char *format, ...) TD_PRINTF(5, 6);

/* Of its lines with the peer (NULL: any), the last one that is news; NULL: none. */
const struct story_line *story_trouble(const struct story *story, const char *peer);

void story_fini(struct story *story);
