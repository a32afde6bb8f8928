/*
 * base/alloc.h - memory that is there or the process ends.
 *
 * Allocation never returns NULL; in exchange everything that a peer can make grow
 * has a named limit that returns an error first. Freed with free().
 * Floor    0.
 * Threads  Any.
 */
#pragma once

#include <stddef.h>

/* `size` octets, not initialised. */
void *td_malloc(size_t size) __attribute__((malloc, returns_nonnull));

/* `count` times `size` octets, all zero. */
void *td_calloc(size_t count, size_t size) __attribute__((malloc, returns_nonnull));

void *td_realloc(void *old, size_t size) __attribute__((returns_nonnull));

/* `size` octets on a boundary of `align`, a power of two. */
void *td_aligned_alloc(size_t align, size_t size) __attribute__((malloc, returns_nonnull));

/* A copy of `size` octets. */
void *td_memdup(const void *data, size_t size) __attribute__((malloc, returns_nonnull));

char *td_strdup(const char *text) __attribute__((malloc, returns_nonnull));

/* For TD_CLEANUP: free what a pointer points to. */
void td_free_cleanup(void *pointer_to_pointer);

/*
 * Make room for one more in a growing array: `array`, `count` and `capacity` are
 * lvalues; the capacity doubles from 8.
 */
/* The same, for arrays of which there are very many: most have one item. */
#define td_grow_slowly(array, count, capacity)                                                     \
    do {                                                                                           \
        if ((count) == (capacity)) {                                                               \
            (capacity) = (capacity) == 0 ? 1 : (capacity)*2;                                       \
            (array) = td_realloc((array), (size_t)(capacity) * sizeof(*(array)));                  \
        }                                                                                          \
    } while (0)
#define td_grow(array, count, capacity)                                                            \
    do {                                                                                           \
        if ((count) == (capacity)) {                                                               \
            (capacity) = (capacity) == 0 ? 8 : (capacity)*2;                                       \
            (array) = td_realloc((array), (size_t)(capacity) * sizeof(*(array)));                  \
        }                                                                                          \
    } while (0)
