#include "control/api.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
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

/* What stood in a path in the places of a pattern's {NAME}s. */
struct found {
    const struct control_verb *verb;
    char *words[CONTROL_ARGS_MAX];
    const struct control_arg *args[CONTROL_ARGS_MAX];
    unsigned count;
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

/* ---- bodies ---- */

static bool read_member(struct control_call *call, const char *key, const json_t *value,
                        struct control_reply *reply)
{
    const struct control_arg *arg = find_arg(call->verb, key, strlen(key));

    if (arg != NULL && arg->kind == CONTROL_ARG_FLAG && json_is_boolean(value)) {
        *(bool *)control_arg_field(call, arg) = json_is_true(value);
        return true;
    }
    if (arg != NULL && arg->kind == CONTROL_ARG_SECONDS && json_is_integer(value) &&
        json_integer_value(value) >= 1 && json_integer_value(value) <= CONTROL_TIMEOUT_MAX_S) {
        *(uint32_t *)control_arg_field(call, arg) = (uint32_t)json_integer_value(value);
        return true;
    }
    if (arg != NULL && arg->kind == CONTROL_ARG_FLAG)
        control_reply_error(reply, CONTROL_ERROR_BAD_REQUEST, NULL, "'%s' is true or false", key);
    else if (arg != NULL && arg->kind == CONTROL_ARG_SECONDS)
        control_reply_error(reply, CONTROL_ERROR_BAD_REQUEST, NULL,
                            "'%s' is a number of seconds from 1 to %d", key, CONTROL_TIMEOUT_MAX_S);
    else
        control_reply_error(reply, CONTROL_ERROR_BAD_REQUEST, NULL, "'%s' knows no '%s'",
                            call->verb->words, key);
    return false;
}

static bool read_body(const struct control_request *request, struct control_call *call,
                      struct control_reply *reply)
{
    json_error_t error;
    const char *key;
    json_t *value;

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
    json_object_foreach(body, key, value)
    {
        is_good = is_good && read_member(call, key, value, reply);
    }
    json_decref(body);
    return is_good;
}

/* ---- the whole ---- */

static void log_change(const struct control_call *call)
{
    serve_log(LOG_NOTICE, EVENT_CONTROL, NULL, "control, '%s%s%s' asked for by %s",
              call->verb->words, call->zone == NULL ? "" : " ",
              call->zone == NULL ? "" : call->zone,
              call->author == NULL ? "an unknown user" : call->author);
}

void control_api_answer(const struct control_host *host, const struct control_request *request,
                        struct control_reply *reply)
{
    struct control_call call = { .author = request->author, .timeout_s = CONTROL_TIMEOUT_S };
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
    if (read_body(request, &call, reply)) {
        if (strcmp(call.verb->method, "GET") != 0)
            log_change(&call);
        call.verb->handle(host, &call, reply);
    }
    found_clear(&found);
}
