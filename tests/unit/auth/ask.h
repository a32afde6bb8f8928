/*
 * Zones from text, questions to them, and answers as text: "NOERROR aa" and a line a record.
 *
 * In a zone a line that begins with + is a record whose set is signed: an RRSIG that nobody could
 * verify is put beside it. RRSIG data is printed as the type covered only.
 *
 * Every question is asked up to four times: collected without prepared images, with them, through
 * an encoder that has just enough room, and as one piece, if it is one. The answers must be the
 * same.
 */
#pragma once

#include <stdlib.h>

#include "auth/answer.h"
#include "auth/piece.h"
#include "auth/signed.h"
#include "base/buf.h"
#include "base/writer.h"
#include "dnssec/nsec3.h"
#include "text/print.h"
#include "text/single.h"
#include "unit/test.h"
#include "wire/const.h"
#include "wire/encode.h"
#include "wire/message.h"
#include "wire/rrtype.h"
#include "zone/build.h"
#include "zone/lineage.h"
#include "zone/look.h"

struct asked {
    uint8_t octets[65536];
    size_t size;
    size_t question_size; /* header included */
    bool has_image;
    struct td_buf text;
};

static struct td_hash_seed ask_seed = { .root = 0x0123456789ABCDEF, .k0 = 77, .k1 = 0xFEDCBA98 };
static struct asked asked;

static inline struct wire_name ask_name(const char *text)
{
    struct wire_name name;

    CHECK_OK(wire_name_from_text(text, &name));
    return name;
}

static inline uint16_t ask_type(const char *text)
{
    uint16_t type;

    CHECK_OK(wire_rrtype_find(text, strlen(text), &type));
    return type;
}

/* ---- zones ---- */

static inline void ask_add_signature(struct zone_build *build, const struct text_single *record)
{
    uint8_t rdata[18 + 1 + 4] = { 0 };

    td_put_u16(rdata, record->type);
    rdata[2] = WIRE_ALGORITHM_ED25519;
    rdata[3] = (uint8_t)(record->owner.label_count - 1);
    td_put_u32(rdata + 4, record->ttl);
    memcpy(rdata + 19, "sig", 4);
    CHECK_OK(zone_build_add(build, record->owner.octets, WIRE_TYPE_RRSIG, record->ttl, rdata,
                            sizeof(rdata)));
}

static inline void ask_add_line(struct zone_build *build, const struct wire_name *apex,
                                const char *line, size_t size)
{
    struct text_single record;
    struct td_diag diag = { .text = "" };
    bool is_signed = *line == '+';

    if (is_signed) {
        line++;
        size--;
    }
    if (text_single_parse(line, size, apex->octets, 3600, &record, &diag) != TD_OK)
        fail_msg("%.*s: %s", (int)size, line, diag.text);
    CHECK_OK(zone_build_add(build, record.owner.octets, record.type, record.ttl, record.rdata,
                            (uint16_t)record.rdata_size));
    if (is_signed)
        ask_add_signature(build, &record);
    text_single_fini(&record);
}

static inline struct zone_build *ask_build(const char *apex, const char *text)
{
    struct wire_name name = ask_name(apex);
    struct zone_build *build = zone_build_new(name.octets, &ask_seed, NULL);

    while (*text != '\0') {
        size_t size = strcspn(text, "\n");
        if (size != 0)
            ask_add_line(build, &name, text, size);
        text += size + (text[size] == '\n');
    }
    return build;
}

static inline struct zone_version *ask_finish(struct zone_build *build)
{
    struct zone_build_report report;
    struct zone_version *version;

    CHECK_OK(zone_build_finish(build, &report, &version));
    return version;
}

static inline struct zone_version *ask_zone(const char *apex, const char *text)
{
    return ask_finish(ask_build(apex, text));
}

static inline void ask_free(struct zone_version *version)
{
    td_buf_fini(&asked.text);
    asked.text = (struct td_buf){ .size = 0 };
    zone_lineage_free(version->lineage);
}

/* ---- answers as text ---- */

static inline void ask_print_record(struct td_buf *out, const struct wire_message *message,
                                    const struct wire_record *record)
{
    static uint8_t rdata[65536];
    struct td_writer writer = td_writer_of(rdata, sizeof(rdata));
    char mnemonic[WIRE_RRTYPE_MNEMONIC_SIZE];

    CHECK_EQ(record->class, WIRE_CLASS_IN);
    CHECK_OK(wire_message_rdata(message, record, &writer));
    text_print_name(out, record->owner.octets);
    td_buf_printf(out, " %u %s ", record->ttl, wire_rrtype_format(record->type, mnemonic));
    if (record->type == WIRE_TYPE_RRSIG)
        td_buf_add_text(out, wire_rrtype_format(td_get_u16(rdata), mnemonic));
    else
        text_print_rdata(out, record->type, rdata, writer.cursor);
    td_buf_add_char(out, '\n');
}

static inline void ask_print(struct td_buf *out, const uint8_t *octets, size_t size)
{
    static const char *const sections[] = { "answer", "authority", "additional" };
    struct wire_message message;
    struct wire_record record;

    CHECK_OK(wire_message_read(octets, size, &message));
    CHECK_EQ(message.end, size);
    td_buf_clear(out);
    td_buf_printf(out, "%s%s%s\n",
                  wire_mnemonic_text(&wire_rcodes, message.header.flags & WIRE_FLAG_RCODE),
                  (message.header.flags & WIRE_FLAG_AA) != 0 ? " aa" : "",
                  (message.header.flags & WIRE_FLAG_TC) != 0 ? " tc" : "");
    for (unsigned i = 0; i < 3; i++) {
        size_t at = message.section_at[i + 1];
        size_t end = i == 2 ? message.end : message.section_at[i + 2];
        while (at < end) {
            CHECK_OK(wire_message_record(&message, &at, &record));
            td_buf_printf(out, "%s ", sections[i]);
            ask_print_record(out, &message, &record);
        }
    }
}

static inline int ask_compare_lines(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The lines in order, so that answers that differ in the order of sets only are the same. */
static inline char *ask_sorted(const char *text)
{
    char *copy = strdup(text), *lines[512], *sorted = calloc(1, strlen(text) + 2);
    size_t count = 0;

    for (char *line = strtok(copy, "\n"); line != NULL; line = strtok(NULL, "\n"))
        lines[count++] = line;
    qsort(lines, count, sizeof(lines[0]), ask_compare_lines);
    for (size_t i = 0; i < count; i++)
        strcat(strcat(sorted, lines[i]), "\n");
    free(copy);
    return sorted;
}

/* ---- questions ---- */

static inline size_t ask_question(uint8_t *octets, const struct wire_name *name, uint16_t type)
{
    memset(octets, 0, WIRE_HEADER_SIZE);
    td_put_u16(octets + 4, 1);
    memcpy(octets + WIRE_HEADER_SIZE, name->octets, name->size);
    td_put_u16(octets + WIRE_HEADER_SIZE + name->size, type);
    td_put_u16(octets + WIRE_HEADER_SIZE + name->size + 2, WIRE_CLASS_IN);
    return WIRE_HEADER_SIZE + name->size + 4u;
}

/* Ask once, within `limit` octets; the octets are in asked. False: an image did not fit. */
static inline bool ask_once(const struct zone_version *version, const char *text, const char *type,
                            unsigned flags, size_t limit)
{
    static struct wire_encode_table table;
    struct wire_name name = ask_name(text);
    struct wire_key key;
    struct answer answer;
    struct td_arena scratch;

    asked.question_size = asked.size = ask_question(asked.octets, &name, ask_type(type));
    wire_key_make(&key, &ask_seed, name.octets);
    td_arena_init(&scratch, 0);
    answer_reset(&answer, &scratch);
    struct auth_query query = {
        .version = version,
        .key = &key,
        .name = asked.octets + WIRE_HEADER_SIZE,
        .type = ask_type(type),
        .apex_label = (uint8_t)(key.label_count - zone_version_label_count(version)),
        .flags = (uint8_t)flags,
    };
    CHECK(zone_contains(version, &key));
    auth_answer(&query, &answer);
    asked.has_image = answer.image != NULL;
    struct wire_encode encode = {
        .message = asked.octets,
        .key = &key,
        .table = &table,
        .size = (uint32_t)asked.size,
        .limit = (uint32_t)limit,
    };
    td_err err = wire_encode(&encode, &answer);
    asked.size = encode.size;
    td_arena_fini(&scratch);
    return err == TD_OK;
}

/* The closest encloser, looked for at once; a search in steps, as of a batch, finds the same. */
static inline struct zone_nearest ask_nearest(const struct zone_version *version,
                                              const struct wire_key *key)
{
    unsigned relative = (unsigned)key->label_count - zone_version_label_count(version);
    struct zone_look look = { .slot = NULL };
    struct zone_nearest nearest = zone_look_end(version, key, relative, &look);

    if (relative != 0) {
        zone_look_begin(version, key, relative, &look);
        CHECK(look.slot != NULL);
        zone_look_node(version, key, relative, &look);
        zone_look_answer(version, &look);
        struct zone_nearest again = zone_look_end(version, key, relative, &look);
        CHECK(again.encloser == nearest.encloser);
        CHECK_EQ(again.label, nearest.label);
    }
    return nearest;
}

/* The answer as a piece. False: it is none, or one that needs more than `limit` octets. */
static inline bool ask_piece(const struct zone_version *version, const char *text, const char *type,
                             unsigned flags, size_t limit)
{
    struct answer_pointed pointed[PIECE_POINTED_MAX];
    struct answer_piece piece;
    struct wire_name name = ask_name(text);
    struct wire_key key;
    uint32_t size = (uint32_t)ask_question(asked.octets, &name, ask_type(type));

    wire_key_make(&key, &ask_seed, name.octets);
    if (name.size == 1 || (flags & AUTH_NO_ADDITIONAL) != 0)
        return false;
    struct zone_nearest nearest = ask_nearest(version, &key);
    if ((flags & AUTH_DO) != 0 && (version->flags & ZONE_IS_SIGNED) != 0) {
        struct answer_signed answer;
        if (!auth_signed_find(version, &key, nearest, ask_type(type), pointed, &answer))
            return false;
        asked.size = wire_signed_put(asked.octets, size, (uint32_t)limit, &answer);
    } else {
        if (!auth_piece_find(version, nearest, ask_type(type), pointed, &piece))
            return false;
        asked.size = wire_piece_put(asked.octets, size, (uint32_t)limit, &piece);
    }
    uint8_t question[WIRE_HEADER_SIZE + WIRE_NAME_SIZE_MAX + 4];
    (void)ask_question(question, &name, ask_type(type));
    CHECK_BYTES(asked.octets + WIRE_HEADER_SIZE, size - WIRE_HEADER_SIZE,
                question + WIRE_HEADER_SIZE, size - WIRE_HEADER_SIZE);
    return asked.size != 0;
}

/* If it is a piece, it says the same; and it is not made when there is an octet too few. */
static inline void ask_check_piece(const struct zone_version *version, const char *name,
                                   const char *type, unsigned flags, const char *want)
{
    struct td_buf text = { .size = 0 };

    if (!ask_piece(version, name, type, flags, sizeof(asked.octets)))
        return;
    size_t size = asked.size;
    ask_print(&text, asked.octets, asked.size);
    char *got = ask_sorted(td_buf_text(&text));
    CHECK_STR(got, want);
    free(got);
    td_buf_fini(&text);
    CHECK(ask_piece(version, name, type, flags, size));
    CHECK(!ask_piece(version, name, type, flags, size - 1));
}

/* The answer to a question, however it is made. */
static inline const char *ask(const struct zone_version *version, const char *name,
                              const char *type, unsigned flags)
{
    struct td_buf prepared = { .size = 0 };

    CHECK(ask_once(version, name, type, flags, sizeof(asked.octets)));
    ask_print(&prepared, asked.octets, asked.size);
    CHECK(ask_once(version, name, type, flags | AUTH_NO_IMAGE, sizeof(asked.octets)));
    CHECK(!asked.has_image);
    size_t size = asked.size;
    ask_print(&asked.text, asked.octets, asked.size);

    char *a = ask_sorted(td_buf_text(&prepared)), *b = ask_sorted(td_buf_text(&asked.text));
    CHECK_STR(a, b);
    ask_check_piece(version, name, type, flags, a);
    free(a);
    free(b);

    CHECK(ask_once(version, name, type, flags | AUTH_NO_IMAGE, size));
    ask_print(&prepared, asked.octets, asked.size);
    CHECK_STR(td_buf_text(&prepared), td_buf_text(&asked.text));
    td_buf_fini(&prepared);
    return td_buf_text(&asked.text);
}

/* The same within `limit` octets, as collected for want of room for an image. */
static inline const char *ask_within(const struct zone_version *version, const char *name,
                                     const char *type, unsigned flags, size_t limit)
{
    CHECK(ask_once(version, name, type, flags | AUTH_NO_IMAGE, limit));
    CHECK(asked.size <= limit);
    ask_print(&asked.text, asked.octets, asked.size);
    return td_buf_text(&asked.text);
}

/* The order of records in a section is nobody's business. */
static inline void ask_check(const char *got, const char *want, const char *name)
{
    char *a = ask_sorted(got), *b = ask_sorted(want);

    if (strcmp(a, b) != 0)
        fail_msg("%s: got\n%swant\n%s", name, got, want);
    free(a);
    free(b);
}

#define CHECK_ANSWER(version, name, type, flags, want)                                             \
    ask_check(ask((version), (name), (type), (flags)), (want), (name))
#define CHECK_WITHIN(version, name, type, flags, limit, want)                                      \
    ask_check(ask_within((version), (name), (type), (flags), (limit)), (want), (name))
