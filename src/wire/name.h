/*
 * wire/name.h - domain names in uncompressed wire form.
 *
 * Shape    1..255 octets: length-prefixed labels, the last one empty (the root).
 *          Never compressed, never text; letter case is kept. Length octets are below
 *          64 and so never look like a letter: a whole name can be compared without
 *          regard to case, lower-cased and hashed octet by octet.
 *          "A name" below is a pointer to such octets, checked before; its size is
 *          found by walking it, so pass it on where you have it.
 * Floor    1. Includes base only.
 * Threads  Pure: no allocation, I/O, clock or log.
 * Limits   WIRE_NAME_SIZE_MAX octets, WIRE_LABEL_COUNT_MAX labels.
 * RFC      1035 3.1 (form), 4.1.4 (compression) and 5.1 (escapes); 4034 6.1 (order);
 *          4343 (case).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/err.h"
#include "base/reader.h"

enum {
    WIRE_NAME_SIZE_MAX = 255,   /* octets, root label included */
    WIRE_LABEL_SIZE_MAX = 63,   /* octets, length octet not included */
    WIRE_LABEL_COUNT_MAX = 128, /* labels, root label included */
    WIRE_NAME_TEXT_SIZE = 1005, /* characters of the longest escaped name, final 0 included */
};

struct wire_name {
    uint8_t octets[WIRE_NAME_SIZE_MAX];
    uint8_t size;        /* octets in use, 1..255 */
    uint8_t label_count; /* 1..128, root label included */
};

/*
 * Read the name at the cursor, following compression pointers, and move the cursor past
 * the name as it stands in the message.
 *
 * TD_E_TRUNCATED  the message ends inside the name
 * TD_E_MALFORMED  reserved label type, pointer not strictly backwards, or more than 255
 *                 octets
 *
 * On error neither *ret_name nor the cursor has changed.
 */
TD_NODISCARD td_err wire_name_read(struct td_reader *reader, struct wire_name *ret_name);

/*
 * The same, for names that must not be compressed: a pointer is TD_E_MALFORMED.
 */
TD_NODISCARD td_err wire_name_read_plain(struct td_reader *reader, struct wire_name *ret_name);

/* Step over the name at the cursor, which may be compressed, without following pointers. */
TD_NODISCARD td_err wire_name_skip(struct td_reader *reader);

/*
 * Is there a whole, uncompressed name at the start of octets[0..size)? Octets may follow.
 * TD_E_TRUNCATED, TD_E_MALFORMED as above.
 */
TD_NODISCARD td_err wire_name_check(const uint8_t *octets, size_t size, size_t *ret_name_size);

/* Octets of a name, 1..255. */
static inline size_t wire_name_size(const uint8_t *name)
{
    size_t at = 0;
    while (name[at] != 0)
        at += (size_t)name[at] + 1;
    return at + 1;
}

/* Labels of a name, the root label included: 1..128. */
static inline unsigned wire_name_label_count(const uint8_t *name)
{
    unsigned count = 1;
    for (; *name != 0; name += *name + 1)
        count++;
    return count;
}

/*
 * Where each label of the name begins, leftmost first; the last is the root. Returns how
 * many there are (1..128).
 */
unsigned wire_name_offsets(const uint8_t *name, uint8_t ret_offsets[WIRE_LABEL_COUNT_MAX]);

static inline bool wire_name_is_root(const uint8_t *name)
{
    return name[0] == 0;
}

/* RFC 4592 2.1.1: is the leftmost label a single asterisk? */
static inline bool wire_name_is_wildcard(const uint8_t *name)
{
    return name[0] == 1 && name[1] == '*';
}

/* The name without its leftmost label, inside the same octets. Not for the root. */
static inline const uint8_t *wire_name_parent(const uint8_t *name)
{
    return name + name[0] + 1;
}

/* Fill a struct from a name. */
void wire_name_set(struct wire_name *ret_name, const uint8_t *name);

/* Are `size` octets the same, whatever the case of ASCII letters? */
bool wire_octets_equal(const uint8_t *a, const uint8_t *b, size_t size);

/* Are two names the same, whatever their case? */
static inline bool wire_name_equal(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size)
{
    return a_size == b_size && wire_octets_equal(a, b, a_size);
}

/* Is `name` equal to `above`, or below it? */
bool wire_name_is_subdomain(const uint8_t *name, size_t name_size, const uint8_t *above,
                            size_t above_size);

/* How many labels two names have in common at the right, the root included: 1..128. */
unsigned wire_name_common_labels(const uint8_t *a, const uint8_t *b);

/* Canonical order (RFC 4034 6.1): below, equal to or above 0. */
int wire_name_compare(const uint8_t *a, const uint8_t *b);

/* Copy `size` octets with ASCII letters in lower case. `to` may be `from`, else no overlap. */
void wire_name_lower(uint8_t *to, const uint8_t *from, size_t size);

/*
 * Put `front`, without its root label, before `back` (a relative name and its origin).
 * TD_E_LIMIT  more than 255 octets.
 */
TD_NODISCARD td_err wire_name_concat(const uint8_t *front, const uint8_t *back,
                                     struct wire_name *ret_name);

/*
 * The name as text: always ends in a dot; dots, quotes and the like in labels are escaped,
 * octets outside of 0x21..0x7E are \DDD. Returns `out`, of WIRE_NAME_TEXT_SIZE characters.
 */
char *wire_name_format(const uint8_t *name, char *out);

/*
 * A name from text, as in configuration and control: absolute, with or without the final
 * dot; \. and \DDD escapes. Zone files have a parser of their own.
 * TD_E_MALFORMED  empty label, label over 63 octets, bad escape, empty text
 * TD_E_LIMIT      more than 255 octets
 */
TD_NODISCARD td_err wire_name_from_text(const char *text, struct wire_name *ret_name);
