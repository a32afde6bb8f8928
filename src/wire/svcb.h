/*
 * wire/svcb.h - service parameters of SVCB and HTTPS: a walk, and the rules of each key.
 *
 * Shape    key, length (2 octets each), value; keys strictly ascending, to the end of rdata.
 * Floor    1.
 * Threads  Pure.
 * RFC      9460 2.2, 7, 8; 9461 5 (dohpath); 9540 4 (ohttp); 9848 (ech); 9953 (docpath).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct wire_svcb_param {
    const uint8_t *value; /* inside the rdata */
    uint16_t size;
    uint16_t key;
};

/*
 * The parameter at params[*at]; *at moves behind it. False at the end, and where a parameter
 * is cut off, which checked rdata never is.
 */
bool wire_svcb_next(const uint8_t *params, size_t size, size_t *at, struct wire_svcb_param *ret);

/* The parameter with this key. */
bool wire_svcb_find(const uint8_t *params, size_t size, uint16_t key, struct wire_svcb_param *ret);

/*
 * Has the value the form that its key asks for? A key that is not known takes any value.
 * TD_E_MALFORMED  it has not
 */
TD_NODISCARD td_err wire_svcb_value_check(uint16_t key, const uint8_t *value, size_t size);

/*
 * Do well-formed parameters make sense together (RFC 9460 7.1.1 and 8, RFC 9461 5)?
 * TD_E_INVALID  a mandatory key is absent, no-default-alpn without alpn, a dohpath that is no
 *               template with "dns", key 65535
 */
TD_NODISCARD td_err wire_svcb_params_check(const uint8_t *params, size_t size);
