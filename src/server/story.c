#include "server/story.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum { TEXT_SIZE = 400, CAPACITY_FIRST = 2 };

static void line_fini(struct story_line *line)
{
    free(line->peer);
    free(line->text);
}

static void drop(struct story *story, uint32_t at)
{
    line_fini(&story->lines[at]);
    story->count--;
    memmove(&story->lines[at], &story->lines[at + 1],
            (story->count - at) * sizeof(story->lines[0]));
}

static bool is_with(const struct story_line *line, const char *peer)
{
    return (line->peer == NULL && peer == NULL) ||
           (line->peer != NULL && peer != NULL && strcmp(line->peer, peer) == 0);
}

static void make_room(struct story *story, const char *peer, enum story_kind kind)
{
    for (uint32_t i = kind == STORY_NEWS ? 0 : story->count;
         i-- > 0 && story->lines[i].kind != STORY_NEWS;)
        if (story->lines[i].kind == kind && is_with(&story->lines[i], peer))
            drop(story, i);
    if (story->count == STORY_LINES_MAX)
        drop(story, 0);
    if (story->count < story->capacity)
        return;
    story->capacity = story->capacity == 0 ? CAPACITY_FIRST : story->capacity * 2;
    story->lines = td_realloc(story->lines, story->capacity * sizeof(story->lines[0]));
}

void story_add(struct story *story, uint64_t time_s, const char *peer, enum story_kind kind,
               const char *format, ...)
{
    char text[TEXT_SIZE];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    make_room(story, peer, kind);
    story->lines[story->count++] = (struct story_line){
        .time_s = time_s,
        .peer = peer == NULL ? NULL : td_strdup(peer),
        .text = td_strdup(text),
        .kind = kind,
    };
}

const struct story_line *story_trouble(const struct story *story, const char *peer)
{
    for (uint32_t i = story->count; i-- > 0;)
        if (story->lines[i].kind == STORY_NEWS && (peer == NULL || is_with(&story->lines[i], peer)))
            return &story->lines[i];
    return NULL;
}

void story_fini(struct story *story)
{
    for (uint32_t i = 0; i < story->count; i++)
        line_fini(&story->lines[i]);
    free(story->lines);
    *story = (struct story){ .lines = NULL };
}
