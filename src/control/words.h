/*
 * control/words.h - the words of the API for what the lower floors number.
 *
 * Floor    9.
 * Threads  Pure.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Of an enum zone_state: "loading", "served", "failed", "expired". */
const char *control_zone_state_word(unsigned state);

/* A number in decimal digits, the whole text; false: it is none, or needs more than 32 bits. */
bool control_number_read(const char *text, uint32_t *ret_number);
