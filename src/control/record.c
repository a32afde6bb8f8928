#include "control/record.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "control/api.h"
#include "text/number.h"
#include "text/single.h"
#include "wire/const.h"
#include "wire/rrtype.h"

enum { STRING_MAX = 255, PIECE_SIZE = 64 * 1024 };

/* ---- TTL ---- */

/* "300", "1h30m"; none that RFC 2181 8 takes for 0. */
static bool read_ttl(const char *text, uint32_t *ret_ttl)
{
    return text_ttl_parse((const uint8_t *)text, strlen(text), ret_ttl) && *ret_ttl <= WIRE_TTL_MAX;
}

/* ---- data ---- */

static void put_quoted(struct td_buf *out, const char *word, size_t size)
{
    td_buf_add_char(out, '"');
    for (size_t i = 0; i < size; i++) {
        if (word[i] == '"' && (i == 0 || word[i - 1] != '\\'))
            td_buf_add_char(out, '\\');
        td_buf_add_char(out, word[i]);
    }
    td_buf_add_char(out, '"');
}

/* A string as it was meant; a long one becomes several. */
static void put_string(struct td_buf *out, const char *word)
{
    size_t left = strlen(word);
    bool is_cut = left > STRING_MAX && strchr(word, '\\') == NULL;

    if (word[0] == '"') {
        td_buf_add_text(out, word);
        return;
    }
    for (; is_cut && left > STRING_MAX; left -= STRING_MAX, word += STRING_MAX) {
        put_quoted(out, word, STRING_MAX);
        td_buf_add_char(out, ' ');
    }
    put_quoted(out, word, left);
}

static const char *join(struct td_arena *arena, uint16_t type, const struct control_words *words)
{
    bool is_text = type == WIRE_TYPE_TXT || type == WIRE_TYPE_SPF;
    struct td_buf out = { .data = NULL };

    for (size_t i = 0; i < words->count; i++) {
        const char *word = words->items[i];
        bool has_blank = words->count > 1 && strpbrk(word, " \t;") != NULL && word[0] != '"';
        if (i != 0)
            td_buf_add_char(&out, ' ');
        if (is_text || has_blank)
            put_string(&out, word);
        else
            td_buf_add_text(&out, word);
    }
    const char *text = td_arena_strdup(arena, td_buf_text(&out));
    td_buf_fini(&out);
    return text;
}

static bool is_rdata(uint16_t type, const char *text)
{
    static const uint8_t root[] = { 0 };
    struct td_diag diag;
    uint8_t *rdata;
    size_t size;

    if (text_single_rdata(type, text, strlen(text), root, &rdata, &size, &diag) != TD_OK)
        return false;
    free(rdata);
    return true;
}

/* One record, or one for each word. */
static void put_group(struct td_arena *arena, uint16_t type, struct control_words words,
                      const char **items, size_t *count)
{
    const char *whole = join(arena, type, &words);
    bool is_each = words.count > 1 && !is_rdata(type, whole);

    for (size_t i = 0; is_each && i < words.count; i++)
        is_each = is_rdata(type, words.items[i]);
    if (!is_each)
        items[(*count)++] = whole;
    for (size_t i = 0; is_each && i < words.count; i++)
        items[(*count)++] = words.items[i];
}

static void read_data(struct control_call *call, struct td_arena *arena, uint16_t type,
                      const char *const *words, size_t count)
{
    const char **items = td_arena_alloc(arena, (count + 1) * sizeof(*items));
    size_t from = 0, made = 0;

    for (size_t i = 0; i <= count; i++) {
        if (i < count && strcmp(words[i], ",") != 0)
            continue;
        if (i > from)
            put_group(arena, type, (struct control_words){ words + from, i - from }, items, &made);
        from = i + 1;
    }
    call->rdata = (struct control_words){ items, made };
}

static int prepare(struct control_call *call, struct td_arena *arena, struct td_buf *complaint,
                   bool may_be_set)
{
    const char *const *words = call->rest.items;
    size_t count = call->rest.count;
    uint16_t type;

    if (count > 0 && read_ttl(words[0], &call->ttl.value)) {
        call->ttl.is_given = true;
        words++;
        count--;
    }
    if (count > 0 && strcasecmp(words[0], "IN") == 0) {
        words++;
        count--;
    }
    if (count == 0) {
        td_buf_add_text(complaint, "TYPE is missing");
        return CONTROL_EXIT_USAGE;
    }
    call->type = words[0];
    if (wire_rrtype_find(words[0], strlen(words[0]), &type) != TD_OK) {
        td_buf_printf(complaint, "'%s' is not a type of records", words[0]);
        return CONTROL_EXIT_USAGE;
    }
    if (count == 1 && !may_be_set) {
        td_buf_add_text(complaint, "RDATA is missing");
        return CONTROL_EXIT_USAGE;
    }
    read_data(call, arena, type, words + 1, count - 1);
    return CONTROL_EXIT_OK;
}

int control_record_prepare(struct control_call *call, struct td_arena *arena,
                           struct td_buf *complaint)
{
    return prepare(call, arena, complaint, false);
}

int control_record_prepare_remove(struct control_call *call, struct td_arena *arena,
                                  struct td_buf *complaint)
{
    return prepare(call, arena, complaint, true);
}

/* ---- lines ---- */

struct control_words control_lines_of(struct td_arena *arena, const char *text)
{
    size_t count = 0, capacity = 1;

    for (const char *at = text; *at != '\0'; at++)
        capacity += *at == '\n';
    const char **items = td_arena_alloc(arena, capacity * sizeof(*items));
    while (*text != '\0') {
        /* No strcspn: AddressSanitizer looks for the end of the whole text in it. */
        size_t size = 0;
        while (text[size] != '\0' && text[size] != '\r' && text[size] != '\n')
            size++;
        if (size != 0 && text[0] != ';' && text[0] != '#') {
            char *line = td_arena_memdup(arena, text, size + 1);
            line[size] = '\0';
            items[count++] = line;
        }
        text += size + (text[size] != '\0');
    }
    return (struct control_words){ items, count };
}

/* A file, or the input, as a whole. Returns an enum control_exit. */
static int read_whole(const char *path, size_t size_max, struct td_arena *arena, struct td_buf *out,
                      struct td_buf *complaint)
{
    bool is_input = strcmp(path, "-") == 0;
    FILE *file = is_input ? stdin : fopen(path, "re");
    char *piece = td_arena_alloc(arena, PIECE_SIZE);
    char reason[128];
    size_t got = 1;

    while (file != NULL && out->size <= size_max && (got = fread(piece, 1, PIECE_SIZE, file)) != 0)
        td_buf_add(out, piece, got);
    bool has_failed = file == NULL || ferror(file) != 0;
    int number = errno;
    if (file != NULL && !is_input)
        fclose(file);
    if (has_failed)
        td_buf_printf(complaint, "'%s': %s", path, strerror_r(number, reason, sizeof(reason)));
    else if (out->size > size_max)
        td_buf_printf(complaint, "'%s' has more than %zu octets", path, size_max);
    return has_failed || out->size > size_max ? CONTROL_EXIT_FAILED : CONTROL_EXIT_OK;
}

int control_apply_prepare(struct control_call *call, struct td_arena *arena,
                          struct td_buf *complaint)
{
    struct td_buf text = { .data = NULL };

    int code = read_whole(call->file, CONTROL_BODY_SIZE_MAX, arena, &text, complaint);
    if (code == CONTROL_EXIT_OK)
        call->lines = control_lines_of(arena, td_buf_text(&text));
    td_buf_fini(&text);
    return code;
}

int control_upload_prepare(struct control_call *call, struct td_arena *arena,
                           struct td_buf *complaint)
{
    struct td_buf text = { .data = NULL };

    int code = read_whole(call->upload.file, CONTROL_UPLOAD_SIZE_MAX, arena, &text, complaint);
    if (code == CONTROL_EXIT_OK && text.size == 0) {
        td_buf_printf(complaint, "'%s' is empty", call->upload.file);
        code = CONTROL_EXIT_FAILED;
    }
    if (code == CONTROL_EXIT_OK) {
        call->upload.octets = td_arena_memdup(arena, text.data, text.size);
        call->upload.size = text.size;
    }
    td_buf_fini(&text);
    return code;
}

int control_zone_add_prepare(struct control_call *call, struct td_arena *arena,
                             struct td_buf *complaint)
{
    char directory[PATH_MAX], reason[128];
    const char *file = call->zonefile;

    if (file == NULL || file[0] == '/')
        return CONTROL_EXIT_OK;
    if (getcwd(directory, sizeof(directory)) == NULL) {
        td_buf_printf(complaint, "the current directory: %s",
                      strerror_r(errno, reason, sizeof(reason)));
        return CONTROL_EXIT_FAILED;
    }
    size_t size = strlen(directory) + strlen(file) + 2;
    char *path = td_arena_alloc(arena, size);
    snprintf(path, size, "%s/%s", directory, file);
    call->zonefile = path;
    return CONTROL_EXIT_OK;
}
