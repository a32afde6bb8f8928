/*
 * unit/replicate/message.h - messages of a transfer from short words.
 *
 * A message is words with ';' between them. "S7" is the SOA of "z." with serial 7; anything else is
 * a record in presentation form, relative to "z.". Messages of a transfer have '|' between them.
 */
#pragma once

#include "text/single.h"
#include "unit/test.h"
#include "wire/message.h"
#include "wire/rrtype.h"

static const uint8_t apex[] = "\1z";

struct tape {
    uint8_t octets[65535];
    size_t size;
};

/* A header and the question for the apex. */
TD_UNUSED static void tape_begin(struct tape *tape, uint16_t id, uint16_t type)
{
    struct wire_header header = { .id = id,
                                  .flags = WIRE_FLAG_QR | WIRE_FLAG_AA,
                                  .counts = { 1, 0, 0, 0 } };

    wire_header_put(tape->octets, &header);
    memcpy(tape->octets + WIRE_HEADER_SIZE, apex, sizeof(apex));
    td_put_u16(tape->octets + WIRE_HEADER_SIZE + sizeof(apex), type);
    td_put_u16(tape->octets + WIRE_HEADER_SIZE + sizeof(apex) + 2, WIRE_CLASS_IN);
    tape->size = WIRE_HEADER_SIZE + sizeof(apex) + 4;
}

/* Append a record to the answer, as these octets. */
TD_UNUSED static void tape_put(struct tape *tape, const uint8_t *owner, size_t owner_size,
                               uint16_t type, uint16_t class, const uint8_t *rdata, size_t size)
{
    uint8_t *at = tape->octets + tape->size;

    CHECK(tape->size + owner_size + 10 + size <= sizeof(tape->octets));
    memcpy(at, owner, owner_size);
    td_put_u16(at + owner_size, type);
    td_put_u16(at + owner_size + 2, class);
    td_put_u32(at + owner_size + 4, 60);
    td_put_u16(at + owner_size + 8, (uint16_t)size);
    if (size != 0)
        memcpy(at + owner_size + 10, rdata, size);
    tape->size += owner_size + 10 + size;
    td_put_u16(tape->octets + 6, (uint16_t)(td_get_u16(tape->octets + 6) + 1));
}

TD_UNUSED static void tape_word(struct tape *tape, const char *word, size_t size)
{
    char text[512];
    struct text_single single;
    struct td_diag diag = { .line = 0 };

    while (size > 0 && *word == ' ') {
        word++;
        size--;
    }
    if (word[0] == 'S' && size > 1 && word[1] >= '0' && word[1] <= '9')
        snprintf(text, sizeof(text), "z. 60 SOA ns.z. h.z. %.*s 5 6 7 8", (int)size - 1, word + 1);
    else
        snprintf(text, sizeof(text), "%.*s", (int)size, word);
    if (text_single_parse(text, strlen(text), apex, 60, &single, &diag) != TD_OK)
        fail_msg("'%s': %s", text, diag.text);
    tape_put(tape, single.owner.octets, single.owner.size, single.type, WIRE_CLASS_IN, single.rdata,
             single.rdata_size);
    td_put_u32(tape->octets + tape->size - single.rdata_size - 6, single.ttl);
    text_single_fini(&single);
}

/* The words up to the end of a message; returns where the next message begins; NULL: nowhere. */
TD_UNUSED static const char *tape_words(struct tape *tape, const char *words)
{
    while (*words != '\0' && *words != '|') {
        size_t size = strcspn(words, ";|");
        if (size > 1)
            tape_word(tape, words, size);
        words += size;
        words += *words == ';';
    }
    return *words == '|' ? words + 1 : NULL;
}
