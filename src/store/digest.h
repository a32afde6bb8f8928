/*
 * store/digest.h - has a file changed?
 *
 * Shape    64 bits, the same on every machine and in every run, in whatever pieces the octets come.
 *          Not for authentication.
 * Floor    4.
 * Threads  One owner.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct store_digest {
    uint64_t opaque[11];
};

void store_digest_init(struct store_digest *digest);
void store_digest_add(struct store_digest *digest, const void *octets, size_t size);
uint64_t store_digest_get(const struct store_digest *digest);
