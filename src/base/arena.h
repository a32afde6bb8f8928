/*
 * base/arena.h - memory of one lifetime, given back all at once.
 *
 * Shape    a chain of blocks; allocations are aligned to 8 octets.
 * Floor    0.
 * Threads  One owner.
 * Limits   none of its own: callers bound what a peer can make grow.
 */
#pragma once

#include <stddef.h>

struct td_arena_block;

struct td_arena {
    struct td_arena_block *blocks; /* newest first */
    size_t block_size;             /* octets of a new block */
    size_t used;                   /* octets used in the newest block */
    size_t total;                  /* octets held in all blocks */
};

/* `block_size` 0 means 16 KiB. Allocates nothing yet. */
void td_arena_init(struct td_arena *arena, size_t block_size);
void td_arena_fini(struct td_arena *arena);

/* Not initialised, aligned to 8. */
void *td_arena_alloc(struct td_arena *arena, size_t size) __attribute__((returns_nonnull));
void *td_arena_zalloc(struct td_arena *arena, size_t size) __attribute__((returns_nonnull));
void *td_arena_memdup(struct td_arena *arena, const void *data, size_t size)
    __attribute__((returns_nonnull));
char *td_arena_strdup(struct td_arena *arena, const char *text) __attribute__((returns_nonnull));

/* Forget every allocation, keep one block of the usual size for the next round. */
void td_arena_reset(struct td_arena *arena);
