/*
 * zone/check_spf.h - SPF with the look-ups that the zone itself can answer.
 *
 * Floor    3. Not for other directories.
 * Threads  One owner.
 */
#pragma once

#include "zone/check_run.h"
#include "zone/mail.h"

/* The text of a TXT record that is SPF. */
void check_spf(struct check_run *run, const struct zone_node *node, const struct wire_rdata *rdata,
               struct mail_text text);

/* A part of a text for a message, what cannot be printed as dots. Returns `out`. */
const char *check_text_show(struct mail_text text, char *out, size_t size);
