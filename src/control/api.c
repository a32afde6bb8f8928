#include "control/api.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "control/words.h"
#include "serve/log.h"

/* ---- paths ---- */

static int hex_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool control_api_unescape(char *text)
{
    char *to = text;

    for (const char *from = text; *from != '\0'; from++) {
        if (*from != '%') {
            *to++ = *from;
            continue;
        }
        int high = hex_of(from[1]);
        int low = high < 0 ? -1 : hex_of(from[2]);
        if (low < 0 || (high == 0 && low == 0))
            return false;
        *to++ = (char)(high * 16 + low);
        from += 2;
    }
    *to = '\0';
    return true;
}

/* What stood in a path in the places of a pattern's {NAME}s, and what the call points to. */
struct found {
    const struct control_verb *verb;
    char *words[CONTROL_ARGS_MAX];
    const struct control_arg *args[CONTROL_ARGS_MAX];
    unsigned count;
    json_t *body;
    struct td_arena arena;
};

static void found_clear(struct found *found)
{
    for (unsigned i = 0; i < found->count; i++)
        free(found->words[i]);
    found->count = 0;
}

static const struct control_arg *find_arg(const struct control_verb *verb, const char *name,
                                          size_t size)
{
    for (unsigned i = 0; i < CONTROL_ARGS_MAX; i++) {
        const struct control_arg *arg = &verb->args[i];
        if (arg->kind != CONTROL_ARG_NONE && strlen(arg->name) == size &&
            memcmp(arg->name, name, size) == 0)
            return arg;
    }
    return NULL;
}

/* One segment of a pattern and of a path, both without slashes. */
static bool match_segment(struct found *found, const char *pattern, size_t pattern_size,
                          const char *path, size_t path_size)
{
    if (pattern[0] != '{')
        return pattern_size == path_size && memcmp(pattern, path, path_size) == 0;
    if (path_size == 0 || found->count == CONTROL_ARGS_MAX)
        return false;
    char *word = td_memdup(path, path_size + 1);
    word[path_size] = '\0';
    found->words[found->count] = word;
    found->args[found->count++] = find_arg(found->verb, pattern + 1, pattern_size - 2);
    return control_api_unescape(word);
}

static bool match_path(struct found *found, const char *path)
{
    const char *pattern = found->verb->path;

    while (*pattern == '/' && *path == '/') {
        size_t pattern_size = strcspn(++pattern, "/");
        size_t path_size = strcspn(++path, "/");
        if (!match_segment(found, pattern, pattern_size, path, path_size))
            return false;
        pattern += pattern_size;
        path += path_size;
    }
    return *pattern == '\0' && *path == '\0';
}

/* Put the verb and its words into `found`, or say what is wrong and return false. */
static bool find_verb(const struct control_request *request, struct found *found,
                      struct control_reply *reply)
{
    const char *allowed = NULL;

    for (size_t i = 0; i < control_verb_count; i++) {
        found->verb = &control_verbs[i];
        if (found->verb->path == NULL)
            continue;
        if (match_path(found, request->path)) {
            if (strcmp(request->method, found->verb->method) == 0)
                return true;
            allowed = found->verb->method;
        }
        found_clear(found);
    }
    if (allowed != NULL)
        control_reply_error(reply, CONTROL_ERROR_METHOD, NULL, "'%s' wants %s", request->path,
                            allowed);
    else
        control_reply_error(reply, CONTROL_ERROR_NOT_FOUND, NULL, "there is no '%s'",
                            request->path);
    return false;
}

size_t control_api_body_max(const char *method, const char *path)
{
    size_t max = CONTROL_BODY_SIZE_MAX;

    for (size_t i = 0; i < control_verb_count; i++) {
        struct found found = { .verb = &control_verbs[i] };
        if (found.verb->path != NULL && control_verb_has_upload(found.verb) &&
            strcmp(method, found.verb->method) == 0 && match_path(&found, path))
            max = CONTROL_UPLOAD_SIZE_MAX;
        found_clear(&found);
    }
    return max;
}

/* ---- bodies and queries ---- */

/* The argument of this name that does not stand in the path. */
static const struct control_arg *find_member(const struct control_verb *verb, const char *key)
{
    for (unsigned i = 0; i < CONTROL_ARGS_MAX; i++) {
        const struct control_arg *arg = &verb->args[i];
        if (!control_arg_is_local(arg) && control_arg_is_named(arg, key, strlen(key)) &&
            !control_arg_is_in_path(verb, arg))
            return arg;
    }
    return NULL;
}

static bool read_seconds(const json_t *value, uint32_t *field)
{
    if (!json_is_integer(value) || json_integer_value(value) < 1 ||
        json_integer_value(value) > CONTROL_TIMEOUT_MAX_S)
        return false;
    *field = (uint32_t)json_integer_value(value);
    return true;
}

static bool read_number(const json_t *value, struct control_number *field)
{
    if (!json_is_integer(value) || json_integer_value(value) < 0 ||
        json_integer_value(value) > UINT32_MAX)
        return false;
    *field = (struct control_number){ true, (uint32_t)json_integer_value(value) };
    return true;
}

/* The texts of an array; one text alone is an array of one. */
static bool read_list(struct td_arena *arena, const json_t *value, struct control_words *field)
{
    size_t count = json_is_array(value) ? json_array_size(value) : 1;
    const char **items = td_arena_alloc(arena, (count + 1) * sizeof(*items));

    if (count > CONTROL_LIST_MAX)
        return false;
    for (size_t i = 0; i < count; i++) {
        items[i] = json_string_value(json_is_array(value) ? json_array_get(value, i) : value);
        if (items[i] == NULL)
            return false;
    }
    *field = (struct control_words){ items, count };
    return true;
}

static bool read_value(struct found *found, const struct control_arg *arg, const json_t *value,
                       void *field)
{
    switch (arg->kind) {
    case CONTROL_ARG_WORD:
    case CONTROL_ARG_OPTIONAL:
    case CONTROL_ARG_TEXT:
        *(const char **)field = json_string_value(value);
        return json_is_string(value);
    case CONTROL_ARG_FLAG:
        *(bool *)field = json_is_true(value);
        return json_is_boolean(value);
    case CONTROL_ARG_SECONDS:
        return read_seconds(value, field);
    case CONTROL_ARG_NUMBER:
        return read_number(value, field);
    case CONTROL_ARG_LIST:
        return read_list(&found->arena, value, field);
    case CONTROL_ARG_NONE:
    case CONTROL_ARG_REST:
    case CONTROL_ARG_LOCAL:
    case CONTROL_ARG_FILE:
    case CONTROL_ARG_UPLOAD:
        break;
    }
    return false;
}

static void refuse_value(struct control_reply *reply, const struct control_arg *arg)
{
    static const char *const wanted[] = {
        [CONTROL_ARG_NONE] = "nothing",
        [CONTROL_ARG_WORD] = "a text",
        [CONTROL_ARG_OPTIONAL] = "a text",
        [CONTROL_ARG_FLAG] = "true or false",
        [CONTROL_ARG_SECONDS] = "a number of seconds from 1 to 3600",
        [CONTROL_ARG_NUMBER] = "a number from 0 to 4294967295",
        [CONTROL_ARG_TEXT] = "a text",
        [CONTROL_ARG_REST] = "nothing",
        [CONTROL_ARG_LOCAL] = "nothing",
        [CONTROL_ARG_FILE] = "nothing",
        [CONTROL_ARG_LIST] = "an array of texts",
        [CONTROL_ARG_UPLOAD] = "the body",
    };

    control_reply_error(reply, CONTROL_ERROR_BAD_REQUEST, NULL, "'%s' is %s", arg->name,
                        wanted[arg->kind]);
}

static bool read_member(struct found *found, struct control_call *call, const char *key,
                        const json_t *value, struct control_reply *reply)
{
    const struct control_arg *arg = find_member(call->verb, key);

    if (arg == NULL) {
        control_reply_error(reply, CONTROL_ERROR_BAD_REQUEST, NULL, "'%s' knows no '%s'",
                            call->verb->words, key);
        return false;
    }
    if (read_value(found, arg, value, control_arg_field(call, arg)))
        return true;
    refuse_value(reply, arg);
    return false;
}

static bool read_body(const struct control_request *request, struct found *found,
                      struct control_call *call, struct control_reply *reply)
{
    json_error_t error;
    const char *key;
    json_t *value;

    if (control_verb_has_upload(call->verb)) {
        call->upload.octets = request->body;
        call->upload.size = request->body_size;
        if (request->body_size == 0)
            control_reply_error(reply, CONTROL_ERROR_BAD_REQUEST, NULL,
                                "'%s' wants a file as its body", call->verb->words);
        return request->body_size != 0;
    }
    if (request->body_size == 0)
        return true;
    json_t *body = json_loadb(request->body, request->body_size, JSON_REJECT_DUPLICATES, &error);
    if (!json_is_object(body)) {
        json_decref(body);
        control_reply_error(reply, CONTROL_ERROR_BAD_REQUEST, NULL,
                            "the body is not a JSON object: %s",
                            body == NULL ? error.text : "it is another value");
        return false;
    }
    bool is_good = true;
    found->body = body; /* texts of the call lie in it */
    json_object_foreach(body, key, value)
    {
        is_good = is_good && read_member(found, call, key, value, reply);
    }
    return is_good;
}

/* The same as text. */
static bool read_query(const struct control_query *query, struct control_call *call,
                       struct control_reply *reply)
{
    const struct control_arg *arg = find_member(call->verb, query->key);
    struct control_number *number;
    uint32_t seconds = 0;

    if (arg == NULL) {
        control_reply_error(reply, CONTROL_ERROR_BAD_REQUEST, NULL, "'%s' knows no '%s'",
                            call->verb->words, query->key);
        return false;
    }
    void *field = control_arg_field(call, arg);
    bool is_good = false;
    if (control_arg_is_word(arg) || arg->kind == CONTROL_ARG_TEXT) {
        *(const char **)field = query->value;
        is_good = true;
    } else if (arg->kind == CONTROL_ARG_SECONDS) {
        is_good = control_number_read(query->value, &seconds) && seconds >= 1 &&
                  seconds <= CONTROL_TIMEOUT_MAX_S;
        *(uint32_t *)field = is_good ? seconds : CONTROL_TIMEOUT_S;
    } else if (arg->kind == CONTROL_ARG_NUMBER) {
        number = field;
        is_good = number->is_given = control_number_read(query->value, &number->value);
    } else if (arg->kind == CONTROL_ARG_FLAG) {
        *(bool *)field = strcmp(query->value, "true") == 0;
        is_good = *(bool *)field || strcmp(query->value, "false") == 0;
    }
    if (!is_good)
        refuse_value(reply, arg);
    return is_good;
}

/* If-Match: SERIAL, with or without quotes. */
static bool read_if_match(const struct control_request *request, struct control_call *call,
                          struct control_reply *reply)
{
    char digits[16] = "";

    if (request->if_match == NULL)
        return true;
    const struct control_arg *arg = find_member(call->verb, "if-serial");
    const char *text = request->if_match + (request->if_match[0] == '"');
    size_t size = strcspn(text, "\"");
    if (size < sizeof(digits))
        memcpy(digits, text, size);
    call->if_serial.is_given = arg != NULL && control_number_read(digits, &call->if_serial.value);
    if (!call->if_serial.is_given)
        control_reply_error(reply, CONTROL_ERROR_BAD_REQUEST, NULL,
                            arg == NULL ? "'%s' knows no If-Match"
                                        : "If-Match of '%s' is the serial of the zone",
                            call->verb->words);
    return call->if_serial.is_given;
}

/* What must be given, and is not in the path. */
static bool is_complete(const struct control_call *call, struct control_reply *reply)
{
    for (unsigned i = 0; i < CONTROL_ARGS_MAX; i++) {
        const struct control_arg *arg = &call->verb->args[i];
        if (arg->kind != CONTROL_ARG_WORD ||
            *(const char *const *)((const char *)call + arg->field) != NULL)
            continue;
        control_reply_error(reply, CONTROL_ERROR_BAD_REQUEST, NULL, "'%s' wants '%s'",
                            call->verb->words, arg->name);
        return false;
    }
    return true;
}

static bool read_all(const struct control_request *request, struct found *found,
                     struct control_call *call, struct control_reply *reply)
{
    for (unsigned i = 0; i < request->query_count; i++)
        if (!read_query(&request->query[i], call, reply))
            return false;
    return read_body(request, found, call, reply) && read_if_match(request, call, reply) &&
           is_complete(call, reply);
}

/* ---- the whole ---- */

static void log_change(const struct control_call *call)
{
    serve_log(LOG_NOTICE, EVENT_CONTROL, NULL, "control, '%s%s%s%s' asked for by %s",
              call->verb->words, call->zone == NULL ? "" : " ",
              call->zone == NULL ? "" : call->zone, call->dry_run ? " --dry-run" : "",
              call->author == NULL ? "an unknown user" : call->author);
}

void control_api_answer(const struct control_host *host, const struct control_request *request,
                        struct control_reply *reply)
{
    struct control_call call = {
        .author = request->author,
        .timeout_s = CONTROL_TIMEOUT_S,
        .is_from_api = !request->is_from_command,
    };
    struct found found = { .count = 0 };

    if (strcmp(request->path, "/metrics") == 0 && strcmp(request->method, "GET") == 0) {
        control_handle_metrics(host, reply);
        return;
    }
    if (!find_verb(request, &found, reply))
        return;
    call.verb = found.verb;
    for (unsigned i = 0; i < found.count; i++)
        *(const char **)control_arg_field(&call, found.args[i]) = found.words[i];
    td_arena_init(&found.arena, 0);
    if (read_all(request, &found, &call, reply)) {
        if (strcmp(call.verb->method, "GET") != 0)
            log_change(&call);
        call.verb->handle(host, &call, reply);
    }
    found_clear(&found);
    td_arena_fini(&found.arena);
    json_decref(found.body);
}
