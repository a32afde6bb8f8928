#include "server/backup.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/basen.h"
#include "change/encode.h"
#include "crypto/digest.h"

#define MAGIC      "; tandem zone backup "
#define END        "; end sha256 "
#define FORMAT     1
#define HEX_SIZE   (2 * (size_t)CRYPTO_SHA256_SIZE)
#define END_SIZE   (sizeof(END) - 1 + HEX_SIZE + 1)
#define LINE_WIDTH 1000

/* ---- writing ---- */

void backup_put_head(struct td_buf *out, const struct backup *backup)
{
    char name[WIRE_NAME_TEXT_SIZE];

    td_buf_printf(out,
                  MAGIC "%d\n; zone %s serial %u time %" PRIu64 " records %" PRIu64 " changes %u\n",
                  FORMAT, wire_name_format(backup->apex.octets, name), backup->serial,
                  backup->time_s, backup->records, backup->change_count);
}

void backup_put_change(struct td_buf *out, const struct change_past *change)
{
    size_t size = td_base64_size(change->size);
    char *text = td_malloc(size + 1);

    size = td_base64_encode(change->octets, change->size, text);
    td_buf_printf(out, ";! %u %u %" PRIu64 " %u %u ", change->serial_from, change->serial_to,
                  change->time_s, change->removed, change->added);
    for (size_t at = 0; at < size; at += LINE_WIDTH) {
        size_t piece = size - at < LINE_WIDTH ? size - at : LINE_WIDTH;
        if (at != 0)
            td_buf_add_text(out, ";= ");
        td_buf_add(out, text + at, piece);
        td_buf_add_char(out, '\n');
    }
    free(text);
}

static void digest_of(const char *text, size_t size, char hex[HEX_SIZE])
{
    uint8_t octets[CRYPTO_SHA256_SIZE];

    crypto_digest_once(CRYPTO_SHA256, text, size, octets);
    td_base16_encode(octets, sizeof(octets), hex);
}

void backup_put_end(struct td_buf *out)
{
    char hex[HEX_SIZE];

    digest_of(out->data, out->size, hex);
    td_buf_add_text(out, END);
    td_buf_add(out, hex, sizeof(hex));
    td_buf_add_char(out, '\n');
}

/* ---- reading ---- */

struct reader {
    const char *at;
    const char *end;
    uint32_t line;
    struct backup *backup;
    struct td_buf octets; /* base64 of the change that is being read */
};

/* The line without its end, copied when it fits; false: there is none. */
static bool next_line(struct reader *reader, const char **ret_line, size_t *ret_size)
{
    if (reader->at == reader->end)
        return false;
    const char *end = memchr(reader->at, '\n', (size_t)(reader->end - reader->at));
    if (end == NULL)
        return false;
    *ret_line = reader->at;
    *ret_size = (size_t)(end - reader->at);
    reader->at = end + 1;
    reader->line++;
    return true;
}

static bool begins(const char *line, size_t size, const char *with)
{
    size_t length = strlen(with);

    return size >= length && memcmp(line, with, length) == 0;
}

static td_err fail(struct td_diag *diag, const char *why)
{
    td_diag_say(diag, "%s", why);
    return TD_E_INVALID;
}

/* The first line, the last line, and the digest. */
static td_err check_whole(const char *text, size_t size, struct td_diag *diag)
{
    char hex[HEX_SIZE];

    if (!begins(text, size, MAGIC))
        return fail(diag, "it is no backup of a zone: 'tandem zone backup' makes them");
    if (!begins(text + sizeof(MAGIC) - 1, size - sizeof(MAGIC) + 1, "1\n"))
        return fail(diag, "it has another format than this version of tandem reads (1)");
    if (size < END_SIZE || text[size - 1] != '\n' ||
        memcmp(text + size - END_SIZE, END, sizeof(END) - 1) != 0)
        return fail(diag, "it is cut off: its last line, with the digest, is missing");
    digest_of(text, size - END_SIZE, hex);
    if (memcmp(hex, text + size - 1 - HEX_SIZE, HEX_SIZE) != 0)
        return fail(diag, "it is damaged: its digest is another one");
    return TD_OK;
}

/* The words of a line, one after the other. */
struct words {
    const char *at;
    const char *end;
};

/* The next word, up to a space or the end. False: there is none. */
static bool take_word(struct words *words, const char **ret_word, size_t *ret_size)
{
    const char *end = words->at;

    while (end < words->end && *end != ' ')
        end++;
    *ret_word = words->at;
    *ret_size = (size_t)(end - words->at);
    words->at = end < words->end ? end + 1 : end;
    return *ret_size != 0;
}

static bool take_known(struct words *words, const char *word)
{
    const char *found;
    size_t size;

    return take_word(words, &found, &size) && size == strlen(word) &&
           memcmp(found, word, size) == 0;
}

static bool take_number(struct words *words, uint64_t max, uint64_t *ret_number)
{
    const char *word;
    size_t size;

    if (!take_word(words, &word, &size) || size > 19)
        return false;
    *ret_number = 0;
    for (size_t i = 0; i < size; i++) {
        if (word[i] < '0' || word[i] > '9')
            return false;
        *ret_number = *ret_number * 10 + (uint64_t)(word[i] - '0');
    }
    return *ret_number <= max;
}

static bool take_u32(struct words *words, uint32_t *ret_number)
{
    uint64_t number;

    if (!take_number(words, UINT32_MAX, &number))
        return false;
    *ret_number = (uint32_t)number;
    return true;
}

static bool take_name(struct words *words, struct wire_name *ret_name)
{
    char text[WIRE_NAME_TEXT_SIZE];
    const char *word;
    size_t size;

    if (!take_word(words, &word, &size) || size >= sizeof(text))
        return false;
    memcpy(text, word, size);
    text[size] = '\0';
    return wire_name_from_text(text, ret_name) == TD_OK;
}

/* The first line has been looked at. */
static bool read_head(struct reader *reader)
{
    struct backup *backup = reader->backup;
    const char *line;
    size_t size;

    if (!next_line(reader, &line, &size) || !next_line(reader, &line, &size))
        return false;
    struct words words = { line, line + size };
    return take_known(&words, ";") && take_known(&words, "zone") &&
           take_name(&words, &backup->apex) && take_known(&words, "serial") &&
           take_u32(&words, &backup->serial) && take_known(&words, "time") &&
           take_number(&words, UINT64_MAX, &backup->time_s) && take_known(&words, "records") &&
           take_number(&words, UINT64_MAX, &backup->records) && take_known(&words, "changes") &&
           take_u32(&words, &backup->change_count) && words.at == words.end;
}

/* The base64 that was collected is the change's. */
static bool end_change(struct reader *reader, struct change_past *change)
{
    struct backup *backup = reader->backup;
    size_t room = reader->octets.size / 4 * 3, size = 0;
    uint8_t *octets = td_arena_alloc(&backup->arena, room + 1);
    struct changeset changeset;
    struct td_arena arena;

    if (td_base64_decode(td_buf_text(&reader->octets), reader->octets.size, octets, room, &size) !=
        TD_OK)
        return false;
    change->octets = octets;
    change->size = (uint32_t)size;
    td_buf_clear(&reader->octets);
    td_arena_init(&arena, 0);
    bool is_good = change_decode(octets, size, &arena, &changeset) == TD_OK;
    td_arena_fini(&arena);
    return is_good;
}

/* ";! FROM TO TIME REMOVED ADDED base64" */
static bool begin_change(struct reader *reader, const char *line, size_t size,
                         struct change_past *change)
{
    struct words words = { line, line + size };

    if (!take_known(&words, ";!") || !take_u32(&words, &change->serial_from) ||
        !take_u32(&words, &change->serial_to) ||
        !take_number(&words, UINT64_MAX, &change->time_s) || !take_u32(&words, &change->removed) ||
        !take_u32(&words, &change->added))
        return false;
    td_buf_add(&reader->octets, words.at, (size_t)(words.end - words.at));
    return true;
}

static bool read_changes(struct reader *reader)
{
    struct backup *backup = reader->backup;
    struct change_past *open = NULL;
    uint32_t count = 0;
    const char *line;
    size_t size;

    if (backup->change_count > (size_t)(reader->end - reader->at) / 8)
        return false;
    backup->changes =
        td_arena_zalloc(&backup->arena, (backup->change_count + (size_t)1) * sizeof(*open));
    while (next_line(reader, &line, &size) && size > 2 && line[0] == ';' &&
           (line[1] == '!' || line[1] == '=')) {
        if (line[1] == '=' && open != NULL) {
            td_buf_add(&reader->octets, line + 3, size < 3 ? 0 : size - 3);
            continue;
        }
        if (open != NULL && !end_change(reader, open))
            return false;
        if (count == backup->change_count)
            return false;
        open = &backup->changes[count++];
        if (!begin_change(reader, line, size, open))
            return false;
    }
    if (open != NULL && !end_change(reader, open))
        return false;
    return count == backup->change_count;
}

td_err backup_read(const char *text, size_t size, struct backup *ret_backup, struct td_diag *diag)
{
    struct reader reader = { .at = text, .end = text + size, .backup = ret_backup };

    *ret_backup = (struct backup){ .serial = 0 };
    td_arena_init(&ret_backup->arena, 0);
    td_err err = check_whole(text, size, diag);
    if (err == TD_OK && (!read_head(&reader) || !read_changes(&reader))) {
        td_diag_say(diag, "its line %u is not understood", reader.line);
        err = TD_E_INVALID;
    }
    if (err == TD_OK)
        wire_name_lower(ret_backup->apex.octets, ret_backup->apex.octets, ret_backup->apex.size);
    else
        td_arena_fini(&ret_backup->arena);
    td_buf_fini(&reader.octets);
    return err;
}
