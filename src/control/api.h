/*
 * control/api.h - one request of the API: from method, path and body to a reply.
 *
 * Floor    9. Not for other directories.
 * Threads  Those of the API; may block in the host.
 * Limits   CONTROL_BODY_SIZE_MAX octets of a body, or CONTROL_UPLOAD_SIZE_MAX where it is a file,
 * of which there is one at a time; the transport enforces both.
 */
#pragma once

#include "control/handle.h"

enum {
    CONTROL_BODY_SIZE_MAX = 8 * 1024 * 1024,
    CONTROL_UPLOAD_SIZE_MAX = 1024 * 1024 * 1024,
    CONTROL_QUERY_MAX = 8,
};

/* "max=20" behind the '?' of a path, unescaped. */
struct control_query {
    const char *key;
    const char *value;
};

struct control_request {
    const char *method;
    const char *path; /* as it came: escaped, without a query */
    const char *body; /* NULL: none */
    size_t body_size;
    const char *author;   /* the peer's user */
    const char *if_match; /* the header; NULL: none */
    bool is_from_command; /* by `tandem` */
    struct control_query query[CONTROL_QUERY_MAX];
    unsigned query_count;
};

/* Every request gets a reply. Changes are logged with their author. */
void control_api_answer(const struct control_host *host, const struct control_request *request,
                        struct control_reply *reply);

/* How many octets the body of such a request may have. */
size_t control_api_body_max(const char *method, const char *path);

/* "%2F" becomes "/"; false: a bad escape, or an octet 0. In place. */
bool control_api_unescape(char *text);
