/*
 * wire/rdata_internal.h - what the rdata_*.c files share; nobody else includes it.
 *
 * Each function checks the field that begins at `at` and says where it ends. `rdata` is the
 * whole of the record data, 0..size, because some fields depend on those before them.
 * Floor    1.
 * Threads  Pure.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

typedef td_err wire_field_check(const uint8_t *rdata, size_t size, size_t at, size_t *ret_end);

/* rdata_svcb.c; the second takes the whole rdata of SVCB or HTTPS */
wire_field_check wire_field_svcb_params;
TD_NODISCARD td_err wire_svcb_check(const uint8_t *rdata, size_t size);

/* rdata_net.c: structures around addresses and gateways */
wire_field_check wire_field_wks;
wire_field_check wire_field_apl;
wire_field_check wire_field_a6;
wire_field_check wire_field_ipsec_gateway;
wire_field_check wire_field_amt_relay;
wire_field_check wire_field_hip;
wire_field_check wire_field_loc;
wire_field_check wire_field_atma;

/* rdata_bitmap.c */
wire_field_check wire_field_bitmap;
wire_field_check wire_field_bitmap_nxt;

/* rdata_rule.c: TD_E_INVALID when well-formed fields break a rule of the type. */
TD_NODISCARD td_err wire_rdata_rule(uint16_t type, const uint8_t *rdata, size_t size);
