/*
 * control/words.h - the words of the API for what the lower floors number.
 *
 * Floor    9.
 * Threads  Pure.
 */
#pragma once

/* Of an enum zone_state: "loading", "served", "failed", "expired". */
const char *control_zone_state_word(unsigned state);
