#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"

#if defined(__SANITIZE_ADDRESS__)
#define WATCHED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WATCHED 1
#endif
#endif
#if defined(WATCHED)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, size)   ((void)(at), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#endif

/* GAP: under AddressSanitizer, octets behind each allocation that nobody may touch. */
#if defined(WATCHED)
enum { BLOCK_SIZE_DEFAULT = 16384, ALIGN = 8, GAP = 8 };
#else
enum { BLOCK_SIZE_DEFAULT = 16384, ALIGN = 8, GAP = 0 };
#endif

struct td_arena_block {
    struct td_arena_block *next;
    size_t size;
    uint8_t data[];
};

void td_arena_init(struct td_arena *arena, size_t block_size)
{
    *arena = (struct td_arena){ .block_size = block_size == 0 ? BLOCK_SIZE_DEFAULT : block_size };
}

static void block_free(struct td_arena *arena, struct td_arena_block *block)
{
    arena->total -= block->size;
    ASAN_UNPOISON_MEMORY_REGION(block->data, block->size);
    free(block);
}

static void free_chain(struct td_arena *arena, struct td_arena_block *block)
{
    while (block != NULL) {
        struct td_arena_block *next = block->next;
        block_free(arena, block);
        block = next;
    }
}

void td_arena_fini(struct td_arena *arena)
{
    free_chain(arena, arena->blocks);
    arena->blocks = NULL;
    arena->used = 0;
}

void td_arena_reset(struct td_arena *arena)
{
    struct td_arena_block *kept = arena->blocks;

    /* One large allocation must not stay for ever. */
    while (kept != NULL && kept->size > arena->block_size) {
        struct td_arena_block *next = kept->next;
        block_free(arena, kept);
        kept = next;
    }
    if (kept != NULL) {
        free_chain(arena, kept->next);
        kept->next = NULL;
        ASAN_POISON_MEMORY_REGION(kept->data, kept->size);
    }
    arena->blocks = kept;
    arena->used = 0;
}

void *td_arena_alloc(struct td_arena *arena, size_t size)
{
    td_assert(size <= PTRDIFF_MAX);
    size_t room = ((size + ALIGN - 1) & ~(size_t)(ALIGN - 1)) + GAP;
    if (arena->blocks == NULL || arena->blocks->size - arena->used < room) {
        size_t block_size = room > arena->block_size ? room : arena->block_size;
        struct td_arena_block *block = td_malloc(sizeof(*block) + block_size);

        block->size = block_size;
        block->next = arena->blocks;
        arena->blocks = block;
        arena->total += block_size;
        arena->used = 0;
        ASAN_POISON_MEMORY_REGION(block->data, block_size);
    }
    void *memory = arena->blocks->data + arena->used;
    arena->used += room;
    ASAN_UNPOISON_MEMORY_REGION(memory, size);
    return memory;
}

void *td_arena_zalloc(struct td_arena *arena, size_t size)
{
    return memset(td_arena_alloc(arena, size), 0, size);
}

void *td_arena_memdup(struct td_arena *arena, const void *data, size_t size)
{
    void *copy = td_arena_alloc(arena, size);

    if (size != 0)
        memcpy(copy, data, size);
    return copy;
}

char *td_arena_strdup(struct td_arena *arena, const char *text)
{
    return td_arena_memdup(arena, text, strlen(text) + 1);
}
