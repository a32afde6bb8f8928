/*
 * dnssec/keytag.h - what a DNSKEY is called: its tag, and its digest in a DS record.
 *
 * Floor    2. Includes base wire crypto.
 * Threads  Pure.
 * RFC      4034 5.1.4 and appendix B; 4509 (SHA-256), 6605 (SHA-384).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { DNSSEC_DS_DIGEST_SIZE_MAX = 48 };

/* The tag of DNSKEY (or KEY) data, the odd one of algorithm 1 included. Any octets. */
uint16_t dnssec_key_tag(const uint8_t *rdata, size_t size);

/* Octets of a digest of that DS digest type: 20, 32 or 48; 0 when it is not known. */
size_t dnssec_ds_digest_size(uint8_t digest_type);

/*
 * The digest of a DS for a DNSKEY at `owner`.
 * TD_E_UNSUPPORTED  a digest type other than 1, 2, 4
 */
TD_NODISCARD td_err dnssec_ds_digest(uint8_t digest_type, const uint8_t *owner, size_t owner_size,
                                     const uint8_t *rdata, size_t size,
                                     uint8_t ret_digest[DNSSEC_DS_DIGEST_SIZE_MAX],
                                     size_t *ret_digest_size);
