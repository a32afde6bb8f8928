/*
 * crypto/secret.h - handling octets that nobody may learn.
 *
 * Floor    1.
 * Threads  Any.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Are they the same? The time it takes depends on the size only. */
bool crypto_equal(const void *a, const void *b, size_t size);

/* Overwrite with zeros in a way that the compiler does not remove. */
void crypto_wipe(void *data, size_t size);
