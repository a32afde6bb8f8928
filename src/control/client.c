#include "control/client.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "control/handle.h"
#include "control/json.h"
#include "control/socket.h"

enum { PIECE_SIZE = 64 * 1024, REASON_SIZE = 128, KEY_SIZE = 32 };

/* ---- the request ---- */

static void put_escaped(struct td_buf *out, const char *text)
{
    /* "." alone would be taken for the directory itself. */
    bool is_dot = strcmp(text, ".") == 0;

    for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
        bool is_plain = (*at >= '0' && *at <= '9') || (*at >= 'A' && *at <= 'Z') ||
                        (*at >= 'a' && *at <= 'z') || *at == '-' || *at == '_' ||
                        (*at == '.' && !is_dot);
        if (is_plain)
            td_buf_add_char(out, (char)*at);
        else
            td_buf_printf(out, "%%%02X", *at);
    }
}

static const char *word_of(const struct control_call *call, const char *name, size_t size)
{
    for (unsigned i = 0; i < CONTROL_ARGS_MAX; i++) {
        const struct control_arg *arg = &call->verb->args[i];
        if (arg->kind == CONTROL_ARG_WORD && strlen(arg->name) == size &&
            memcmp(arg->name, name, size) == 0)
            return *(const char *const *)((const char *)call + arg->field);
    }
    return "";
}

static void put_path(const struct control_call *call, struct td_buf *out)
{
    for (const char *at = call->verb->path; *at != '\0';) {
        if (*at != '{') {
            td_buf_add_char(out, *at++);
            continue;
        }
        size_t size = strcspn(++at, "}");
        put_escaped(out, word_of(call, at, size));
        at += size + 1;
    }
}

/* How body and query call the argument. */
static const char *key_of(const struct control_arg *arg, char *out, size_t out_size)
{
    size_t i = 0;

    for (; arg->name[i] != '\0' && i + 1 < out_size; i++) {
        char c = arg->name[i];
        out[i] = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
    }
    out[i] = '\0';
    return out;
}

static void put_list(struct control_json *json, const char *key, const struct control_words *list)
{
    if (list->count == 0)
        return;
    control_json_array(json, key);
    for (size_t i = 0; i < list->count; i++)
        control_json_text(json, NULL, list->items[i]);
    control_json_array_end(json);
}

/* One argument that does not stand in the path. */
static void put_member(struct control_json *json, const struct control_arg *arg, const void *field)
{
    const struct control_number *number = field;
    const char *text;
    char key[KEY_SIZE];

    key_of(arg, key, sizeof(key));
    switch (arg->kind) {
    case CONTROL_ARG_WORD:
    case CONTROL_ARG_OPTIONAL:
    case CONTROL_ARG_TEXT:
        text = *(const char *const *)field;
        if (text != NULL)
            control_json_text(json, key, text);
        break;
    case CONTROL_ARG_FLAG:
        if (*(const bool *)field)
            control_json_bool(json, key, true);
        break;
    case CONTROL_ARG_SECONDS:
        control_json_number(json, key, *(const uint32_t *)field);
        break;
    case CONTROL_ARG_NUMBER:
        if (number->is_given)
            control_json_number(json, key, number->value);
        break;
    case CONTROL_ARG_LIST:
        put_list(json, key, field);
        break;
    case CONTROL_ARG_NONE:
    case CONTROL_ARG_REST:
    case CONTROL_ARG_LOCAL:
    case CONTROL_ARG_FILE:
    case CONTROL_ARG_UPLOAD:
        break;
    }
}

/* The same behind the '?' of a GET: words, texts, numbers and flags. */
static void put_query(struct td_buf *out, const struct control_arg *arg, const void *field)
{
    const struct control_number *number = field;
    const char *text = NULL;
    char key[KEY_SIZE], digits[KEY_SIZE];

    if (control_arg_is_word(arg) || arg->kind == CONTROL_ARG_TEXT) {
        text = *(const char *const *)field;
    } else if (arg->kind == CONTROL_ARG_NUMBER && number->is_given) {
        snprintf(digits, sizeof(digits), "%u", number->value);
        text = digits;
    } else if (arg->kind == CONTROL_ARG_SECONDS) {
        snprintf(digits, sizeof(digits), "%u", *(const uint32_t *)field);
        text = digits;
    } else if (arg->kind == CONTROL_ARG_FLAG && *(const bool *)field) {
        text = "true";
    }
    if (text == NULL)
        return;
    td_buf_add_char(out, strchr(out->data, '?') == NULL ? '?' : '&');
    td_buf_printf(out, "%s=", key_of(arg, key, sizeof(key)));
    put_escaped(out, text);
}

void control_client_request(const struct control_call *call, struct td_buf *out_path,
                            struct td_buf *out_body)
{
    bool has_query = strcmp(call->verb->method, "GET") == 0 || control_verb_has_upload(call->verb);
    struct control_json json;

    put_path(call, out_path);
    if (!has_query) {
        control_json_init(&json, out_body);
        control_json_object(&json, NULL);
    }
    for (unsigned i = 0; i < CONTROL_ARGS_MAX; i++) {
        const struct control_arg *arg = &call->verb->args[i];
        const void *field = (const char *)call + arg->field;
        if (control_arg_is_local(arg) || control_arg_is_in_path(call->verb, arg))
            continue;
        if (has_query)
            put_query(out_path, arg, field);
        else
            put_member(&json, arg, field);
    }
    if (!has_query)
        control_json_object_end(&json);
    td_buf_add(out_body, call->upload.octets, call->upload.size);
}

static bool send_all(int fd, const struct td_buf *text)
{
    for (size_t at = 0; at < text->size;) {
        ssize_t sent = control_socket_send(fd, text->data + at, text->size - at);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return false;
        at += (size_t)sent;
    }
    return true;
}

static bool send_request(int fd, const struct control_call *call)
{
    struct td_buf path = { .data = NULL }, body = { .data = NULL }, text = { .data = NULL };

    control_client_request(call, &path, &body);
    td_buf_printf(
        &text,
        "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" CONTROL_HEADER_COMMAND
        ": 1\r\n",
        call->verb->method, td_buf_text(&path));
    if (body.size != 0)
        td_buf_printf(&text, "Content-Type: %s\r\nContent-Length: %zu\r\n",
                      control_verb_has_upload(call->verb) ? "text/dns" : "application/json",
                      body.size);
    td_buf_add_text(&text, "\r\n");
    bool is_sent = send_all(fd, &text) && send_all(fd, &body);
    td_buf_fini(&path);
    td_buf_fini(&body);
    td_buf_fini(&text);
    return is_sent;
}

/* ---- the answer ---- */

/* 0, or an errno; the answer ends with the stream. */
static int receive_all(int fd, struct td_buf *out)
{
    char *piece = td_malloc(PIECE_SIZE);
    int failed = 0;

    while (failed == 0) {
        ssize_t got = control_socket_receive(fd, piece, PIECE_SIZE);
        if (got == 0)
            break;
        if (got < 0)
            failed = errno == EINTR ? 0 : errno;
        else if (out->size + (size_t)got > CONTROL_ANSWER_SIZE_MAX)
            failed = EMSGSIZE;
        else
            td_buf_add(out, piece, (size_t)got);
    }
    free(piece);
    return failed;
}

/* Where the body begins, when the answer is whole; NULL: it is not. */
static const char *body_of(const struct td_buf *answer, unsigned *ret_status)
{
    const char *text = td_buf_text(answer);
    const char *end = strstr(text, "\r\n\r\n");
    const char *length = strcasestr(text, "\r\nContent-Length:");

    if (end == NULL || strncmp(text, "HTTP/1.", 7) != 0 || strlen(text) < 12)
        return NULL;
    *ret_status = (unsigned)strtoul(text + 9, NULL, 10);
    end += 4;
    if (length != NULL && length < end &&
        strtoull(length + strlen("\r\nContent-Length:"), NULL, 10) !=
            answer->size - (size_t)(end - text))
        return NULL;
    return end;
}

/* ---- telling ---- */

static int say_unreachable(const char *path, int number)
{
    char reason[REASON_SIZE];

    if (number == ENOENT)
        fprintf(stderr,
                "tandem: the control socket '%s' is not there: is tandemd running? If its "
                "server.control is another one, name it with --socket\n",
                path);
    else if (number == ECONNREFUSED)
        fprintf(stderr, "tandem: nobody listens on the control socket '%s': start tandemd\n", path);
    else if (number == EACCES || number == EPERM)
        fprintf(stderr,
                "tandem: you may not use the control socket '%s': join its group, or use sudo\n",
                path);
    else
        fprintf(stderr, "tandem: the control socket '%s': %s\n", path,
                strerror_r(number, reason, sizeof(reason)));
    return CONTROL_EXIT_UNREACHABLE;
}

static int say_error(const json_t *error, bool is_told)
{
    const char *code = json_string_value(json_object_get(error, "code"));
    const char *text = json_string_value(json_object_get(error, "text"));
    const json_t *line;
    size_t i;

    if (is_told) {
        json_array_foreach(json_object_get(error, "lines"), i, line)
        {
            fprintf(stderr, "%s\n", json_string_value(line));
        }
        fprintf(stderr, "tandem: %s\n", text == NULL ? "the daemon refused" : text);
    }
    return control_error_exit(code == NULL ? "" : code);
}

int control_client_complain(const json_t *answer)
{
    const json_t *error = json_object_get(answer, "error");

    return error == NULL ? CONTROL_EXIT_OK : say_error(error, true);
}

static int show_answer(const struct control_call *call, const json_t *answer)
{
    struct td_buf out = { .data = NULL }, complaints = { .data = NULL };
    const json_t *error = json_object_get(answer, "error");
    const char *would = json_string_value(json_object_get(answer, "would"));
    int code = CONTROL_EXIT_OK;

    if (error != NULL)
        code = say_error(error, !call->json);
    else if (would != NULL)
        td_buf_printf(&out, "%s\n", would);
    else
        code = call->verb->show(answer, &out, &complaints);

    if (!call->json) {
        fwrite(td_buf_text(&out), 1, out.size, stdout);
        fflush(stdout);
        fputs(td_buf_text(&complaints), stderr);
    }
    td_buf_fini(&out);
    td_buf_fini(&complaints);
    return code;
}

/* What the daemon is given, and a little more. */
static uint32_t patience_s(const struct control_call *call)
{
    for (unsigned i = 0; i < CONTROL_ARGS_MAX; i++)
        if (call->verb->args[i].kind == CONTROL_ARG_SECONDS)
            return call->timeout_s + CONTROL_CLIENT_GRACE_S;
    return CONTROL_CLIENT_PATIENCE_S;
}

static int say_failed(const char *path, const struct control_call *call, int number)
{
    char reason[REASON_SIZE];

    if (number == EAGAIN || number == EWOULDBLOCK) {
        fprintf(stderr, "tandem: tandemd has not answered within %u s\n", patience_s(call));
        return CONTROL_EXIT_TIMEOUT;
    }
    fprintf(stderr, "tandem: the control socket '%s': %s\n", path,
            strerror_r(number, reason, sizeof(reason)));
    return CONTROL_EXIT_UNREACHABLE;
}

/* The body of the answer; `answer` owns it. NULL: none came, which has been told. */
static const char *exchange(const struct control_call *call, struct td_buf *answer, int *ret_code)
{
    struct timeval timeout = { .tv_sec = patience_s(call) };
    unsigned status;
    int fd;

    int failed = control_socket_connect(call->socket, &fd);
    if (failed != 0) {
        *ret_code = say_unreachable(call->socket, failed);
        return NULL;
    }
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)) != 0 ||
        !send_request(fd, call))
        failed = errno;
    if (failed == 0)
        failed = receive_all(fd, answer);
    close(fd);
    const char *body = failed == 0 ? body_of(answer, &status) : NULL;
    if (failed != 0) {
        *ret_code = say_failed(call->socket, call, failed);
    } else if (body == NULL) {
        fprintf(stderr, "tandem: tandemd has gone away before its answer was whole\n");
        *ret_code = CONTROL_EXIT_UNREACHABLE;
    }
    return body;
}

static json_t *parse(const char *body, int *ret_code)
{
    json_error_t where;
    json_t *answer = json_loads(body, JSON_REJECT_DUPLICATES, &where);

    if (answer == NULL) {
        fprintf(stderr, "tandem: the answer is no JSON: %s\n", where.text);
        *ret_code = CONTROL_EXIT_FAILED;
    }
    return answer;
}

int control_client_ask(const struct control_call *call, json_t **ret_answer)
{
    struct td_buf text = { .data = NULL };
    int code = CONTROL_EXIT_OK;

    const char *body = exchange(call, &text, &code);
    json_t *answer = body == NULL ? NULL : parse(body, &code);
    td_buf_fini(&text);
    if (answer != NULL)
        *ret_answer = answer;
    return code;
}

int control_client_run(const struct control_call *call)
{
    struct td_buf text = { .data = NULL };
    int code = CONTROL_EXIT_OK;

    const char *body = exchange(call, &text, &code);
    json_t *answer = body == NULL ? NULL : parse(body, &code);
    if (answer != NULL) {
        code = show_answer(call, answer);
        if (call->json)
            puts(body);
        json_decref(answer);
    }
    td_buf_fini(&text);
    return code;
}
