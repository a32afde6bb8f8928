/*
 * conf/key.h - the keys of a configuration.
 *
 * Floor    8. A part of conf/conf.h.
 * Threads  Any: immutable.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct conf;
struct td_buf;

/* In server.state: keys that were added at run time, as rows of keys. */
#define CONF_KEPT_KEYS "keys.yaml"

/* A domain name, in lower case. */
struct conf_name {
    const char *text;    /* presentation form, absolute: "example.com." */
    const uint8_t *wire; /* uncompressed */
    uint8_t size;        /* octets of wire, 1..255 */
};

struct conf_octets {
    const uint8_t *octets;
    uint32_t size;
};

/* Where the options of a row were written: of src/conf itself, for conf/origin.h. */
struct conf_said {
    uint64_t written;      /* bit i: row i of the section */
    const uint32_t *lines; /* of each of them, in order */
};

struct conf_key {
    struct conf_name name;
    uint32_t algorithm; /* enum conf_key_algorithm */
    struct conf_octets secret;
    uint32_t line; /* of its row in the configuration file */
    uint32_t column;
    bool is_kept;     /* it was added at run time, and its row is one of CONF_KEPT_KEYS */
    bool is_hidden;   /* of a kept one: the configuration file has one of this name */
    uint64_t written; /* for src/conf itself */
    struct conf_said said;
};

enum conf_key_algorithm {
    CONF_KEY_HMAC_SHA1,
    CONF_KEY_HMAC_SHA224,
    CONF_KEY_HMAC_SHA256,
    CONF_KEY_HMAC_SHA384,
    CONF_KEY_HMAC_SHA512,
};

/* The words of the configuration file for an algorithm, "hmac-sha256". */
const char *conf_key_algorithm_text(uint32_t algorithm);
/* The other way round. False: it is none, or one that is refused. */
bool conf_key_algorithm_find(const char *text, uint32_t *ret_algorithm);

/* A row of keys as it would be written, without what stands before and behind it. */
void conf_key_print(const struct conf_key *key, struct td_buf *out);

enum { CONF_KEY_USES_MAX = 20 };

/*
 * What in the configuration names this key: lines "FILE:LINE: ...", the first CONF_KEY_USES_MAX of
 * them. Returns how many there are.
 */
uint32_t conf_key_uses(const struct conf *conf, const struct conf_key *key, struct td_buf *out);
