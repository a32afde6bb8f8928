/*
 * base/build_id.h - which program is this?
 *
 * Shape    The build id that the linker puts into every program: a digest of its contents, the same
 *          for the same sources, compiler and options, and another one otherwise.
 * Floor    0.
 * Threads  Pure.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { TD_BUILD_ID_SIZE_MAX = 32 };

/* Returns its size; 0: the linker was told to leave it out. */
size_t td_build_id(uint8_t out[TD_BUILD_ID_SIZE_MAX]);
