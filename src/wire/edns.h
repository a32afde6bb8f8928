/*
 * wire/edns.h - the OPT record: read from queries and responses, written into answers.
 *
 * Shape    struct wire_edns says what was there; options point into the message. The first
 *          option of a code counts, later ones are ignored, as are codes not known here.
 * Floor    1.
 * Threads  Pure.
 * Limits   options only inside the rdata; each at most 65,535 octets.
 * RFC      6891; 5001 NSID; 7314 EXPIRE; 7828 KEEPALIVE; 7830 PADDING; 7871 ECS; 7873 COOKIE;
 *          7901 CHAIN; 8145 KEY-TAG; 8914 EDE; 9567 Report-Channel; 9660 ZONEVERSION; 9824 CO.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/writer.h"
#include "wire/const.h"

enum {
    WIRE_EDNS_CODE_MAX = 19, /* options with codes up to it are noted */
    WIRE_EDNS_PAYLOAD_MIN = 512,
    WIRE_EDNS_OPT_SIZE = 11, /* octets of an OPT record without options */
    WIRE_COOKIE_CLIENT_SIZE = 8,
    WIRE_COOKIE_SIZE_MIN = 16, /* client and server cookie together */
    WIRE_COOKIE_SIZE_MAX = 40,
    WIRE_EDNS_FLAG_DO = 0x8000,
    WIRE_EDNS_FLAG_CO = 0x4000, /* compact answers are fine (RFC 9824) */
};

struct wire_edns_option {
    uint16_t at; /* where its data begins in the message */
    uint16_t size;
};

struct wire_edns {
    uint16_t payload; /* as announced, but at least 512 */
    uint16_t flags;   /* WIRE_EDNS_FLAG_... */
    uint8_t rcode_high;
    uint8_t version; /* when above 0 options were not looked at */
    uint16_t at;     /* where the OPT record begins in the message */
    uint32_t seen;   /* bit of each code that is there: 1 << code */
    struct wire_edns_option options[WIRE_EDNS_CODE_MAX + 1]; /* valid where `seen` says so */
};

static inline bool wire_edns_has(const struct wire_edns *edns, enum wire_edns_code code)
{
    return (edns->seen >> code & 1) != 0;
}

enum wire_edns_role { WIRE_EDNS_QUERY, WIRE_EDNS_RESPONSE };

/*
 * Read the OPT record that begins at `at`, of a message of `size` octets. That its owner is
 * the root and its type OPT has been seen before. *ret_end is behind it.
 *
 * TD_E_TRUNCATED  record or an option ends too early
 * TD_E_MALFORMED  an option has not the form its RFC asks for (answer FORMERR)
 * On error *ret_edns is good for nothing; it is filled in place, to save a copy.
 */
TD_NODISCARD td_err wire_edns_read(const uint8_t *message, size_t size, size_t at,
                                   enum wire_edns_role role, struct wire_edns *ret_edns,
                                   size_t *ret_end);

/* Client subnet (RFC 7871 6), from an option that has been checked. */
struct wire_edns_ecs {
    const uint8_t *address; /* (source + 7) / 8 octets */
    uint16_t family;        /* 1 IPv4, 2 IPv6, 0 none */
    uint8_t source;         /* prefix length */
    uint8_t scope;
};

/*
 * Of the ZONEVERSION options of a response, the SOA serial of the zone whose apex has `labels`
 * labels, root not included. False: there is none. `edns` was read from this message.
 */
bool wire_edns_zoneversion(const struct wire_edns *edns, const uint8_t *message, uint8_t labels,
                           uint32_t *ret_serial);

/* Only when wire_edns_has(edns, WIRE_EDNS_ECS). */
struct wire_edns_ecs wire_edns_ecs(const struct wire_edns *edns, const uint8_t *message);

/*
 * Writing: begin, add options, end. Each gives TD_E_SPACE and writes nothing when there is
 * no room. `*ret_mark` is where the record begins, for wire_edns_end.
 */
TD_NODISCARD td_err wire_edns_begin(struct td_writer *writer, uint16_t payload, uint16_t rcode,
                                    uint16_t flags, size_t *ret_mark);
TD_NODISCARD td_err wire_edns_add(struct td_writer *writer, enum wire_edns_code code,
                                  const void *data, size_t size);
TD_NODISCARD td_err wire_edns_add_ede(struct td_writer *writer, uint16_t info_code,
                                      const char *text, size_t text_size);
/* Timeout in units of 100 ms. */
TD_NODISCARD td_err wire_edns_add_keepalive(struct td_writer *writer, uint16_t timeout);
TD_NODISCARD td_err wire_edns_add_expire(struct td_writer *writer, uint32_t seconds);
/* SOA serial version of the zone whose apex has `labels` labels, root not included. */
TD_NODISCARD td_err wire_edns_add_zoneversion(struct td_writer *writer, uint8_t labels,
                                              uint32_t serial);
TD_NODISCARD td_err wire_edns_add_ecs(struct td_writer *writer, const struct wire_edns_ecs *ecs);
/* Fill up so that the whole message is a multiple of `block`, if there is room for that. */
TD_NODISCARD td_err wire_edns_add_padding(struct td_writer *writer, size_t block);
void wire_edns_end(struct td_writer *writer, size_t mark);
