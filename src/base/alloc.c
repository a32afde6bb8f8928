#include "base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *there_or_end(void *memory, size_t size)
{
    if (memory == NULL) {
        fprintf(stderr, "tandem: out of memory (%zu octets wanted)\n", size);
        abort();
    }
    return memory;
}

void *td_malloc(size_t size)
{
    return there_or_end(malloc(size == 0 ? 1 : size), size);
}

void *td_calloc(size_t count, size_t size)
{
    if (count == 0 || size == 0)
        count = size = 1;
    return there_or_end(calloc(count, size), size);
}

void *td_realloc(void *old, size_t size)
{
    return there_or_end(realloc(old, size == 0 ? 1 : size), size);
}

void *td_aligned_alloc(size_t align, size_t size)
{
    void *memory = NULL;

    if (posix_memalign(&memory, align, size == 0 ? align : size) != 0)
        memory = NULL;
    return there_or_end(memory, size);
}

void *td_memdup(const void *data, size_t size)
{
    void *copy = td_malloc(size);

    if (size != 0)
        memcpy(copy, data, size);
    return copy;
}

char *td_strdup(const char *text)
{
    return td_memdup(text, strlen(text) + 1);
}

void td_free_cleanup(void *pointer_to_pointer)
{
    void *memory;

    memcpy(&memory, pointer_to_pointer, sizeof(memory));
    free(memory);
}
