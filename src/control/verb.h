/*
 * control/verb.h - the table of what an operator can do: one row per verb (law 7).
 *
 * Shape    A row has the words that people type, the method and path of the HTTP API, the
 *          arguments, the help, what does it in the daemon, what does it without a daemon,
 *          and what shows its answer to people. The command line, its help, the manual page and
 *          the API all read this table.
 * Floor    9.
 * Threads  Immutable.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"

/* What `tandem` ends with; other people's scripts know these. */
enum control_exit {
    CONTROL_EXIT_OK = 0,
    CONTROL_EXIT_FAILED = 1,      /* refused, or it failed */
    CONTROL_EXIT_USAGE = 2,       /* not understood */
    CONTROL_EXIT_UNREACHABLE = 3, /* there is no daemon to be reached */
    CONTROL_EXIT_TIMEOUT = 4,     /* not done in the time given */
    CONTROL_EXIT_INVALID = 5,     /* a configuration or a zone has errors */
};

enum {
    CONTROL_ARGS_MAX = 12,
    CONTROL_WORDS_MAX = 256,   /* of a command line, and items of a list from there */
    CONTROL_LIST_MAX = 100000, /* items of a list in the API */
    CONTROL_TIMEOUT_S = 120,   /* what a verb that waits is given, unless told otherwise */
    CONTROL_TIMEOUT_MAX_S = 3600,
};

/*
 * What does not stand in the path of the API stands in the body, or behind the '?' of a GET. There
 * a word has its name in lower case.
 */
enum control_arg_kind {
    CONTROL_ARG_NONE,
    CONTROL_ARG_WORD,     /* a word that must be given: const char * */
    CONTROL_ARG_OPTIONAL, /* a word that may be left out: const char * */
    CONTROL_ARG_FLAG,     /* --name: bool; in the API a truth value */
    CONTROL_ARG_SECONDS,  /* --name N: uint32_t; in the API a number */
    CONTROL_ARG_NUMBER,   /* --name N: struct control_number; in the API a number */
    CONTROL_ARG_TEXT,     /* --name TEXT: const char *; in the API a text */
    CONTROL_ARG_REST,     /* the words that are left, for `prepare`: struct control_words */
    CONTROL_ARG_LOCAL,    /* a word that the daemon is not told: const char * */
    CONTROL_ARG_FILE,     /* --name FILE: the same */
    CONTROL_ARG_LIST,     /* only of the API, filled in by `prepare`: struct control_words */
    CONTROL_ARG_UPLOAD,   /* a word: a file whose octets are the body: struct control_upload */
};

struct control_arg {
    const char *name; /* "NAME" of a word, "force" of a flag; also its name in path and body */
    enum control_arg_kind kind;
    size_t field; /* where in struct control_call */
    const char *help;
    char letter;    /* "m" for -m; 0: none */
    bool is_hidden; /* only of the API, filled in by `prepare` */
};

struct control_number {
    bool is_given;
    uint32_t value;
};

/* With one of these all other arguments stand behind the '?'. */
struct control_upload {
    const char *file; /* the command's; "-" is its input */
    const char *octets;
    size_t size;
};

struct control_words {
    const char *const *items;
    size_t count;
};

struct control_verb;
struct control_host;
struct control_reply;
struct json_t;

/* One use of a verb, from the command line or from the API. Texts are the caller's. */
struct control_call {
    const struct control_verb *verb;
    const char *author; /* the user at the other end; NULL: not known */
    const char *zone;
    const char *file;
    const char *topic; /* of help */
    const char *topic_more;
    const char *socket; /* the command's */
    const char *owner;  /* of a record, relative to the zone when it has no last dot */
    const char *type;
    const char *serial;
    const char *serial_to;
    const char *reason;
    const char *take;
    const char *like;     /* a template */
    const char *zonefile; /* a whole path; what the command makes of --file */
    struct control_upload upload;
    const char *peer;
    const char *key;
    const char *algorithm;
    const char *secret; /* base64 */
    const char *wait;   /* "all", or how many secondaries */
    struct control_words rest;
    struct control_words rdata; /* one text for each record */
    struct control_words lines; /* of a change, see change_text.h */
    struct control_number ttl;
    struct control_number if_serial;
    struct control_number max;
    struct control_number before;
    struct control_number set;
    const char *after; /* a duration */
    bool abort;
    uint32_t timeout_s;
    bool is_from_api; /* not by the command */
    bool dry_run;
    bool yes;
    bool force;
    bool no_wait;
    bool print;
    bool strict;
    bool manual;
    bool origin;
    bool all;
    bool json; /* the command line's --json */
};

struct control_verb {
    const char *words;   /* "zone status" */
    const char *aliases; /* other servers' words for it, between spaces; NULL: none */
    const char *method;  /* "GET" or "POST"; NULL: needs no daemon */
    const char *path;    /* "/v1/zones/{NAME}" */
    struct control_arg args[CONTROL_ARGS_MAX];
    const char *help; /* one line */
    const char *more; /* further sentences for the manual; NULL: none */

    /* In the daemon, on a thread of the API: do it and write the answer. */
    void (*handle)(const struct control_host *host, const struct control_call *call,
                   struct control_reply *reply);
    /*
     * In the command: make of the words what the API wants; what is allocated lies in the arena.
     * Returns an enum control_exit, with what is wrong in `complaint`. May be NULL.
     */
    int (*prepare)(struct control_call *call, struct td_arena *arena, struct td_buf *complaint);
    /* In the command: do it here. Returns an enum control_exit. */
    int (*local)(const struct control_call *call);
    /* In the command: write the daemon's answer for people. Returns an enum control_exit. */
    int (*show)(const struct json_t *answer, struct td_buf *out, struct td_buf *complaints);
};

extern const struct control_verb control_verbs[];
extern const size_t control_verb_count;

/*
 * The verb of which the first `count` words are words, the longest first; *ret_used is how many
 * of them belong to it, and *ret_alias whether that is another server's spelling. NULL: none.
 */
const struct control_verb *control_verb_find(const char *const *words, size_t count,
                                             size_t *ret_used, bool *ret_alias);

/* "tandem zone status NAME [--json]" without the options that all have. */
void control_verb_usage(const struct control_verb *verb, struct td_buf *out);

/* The list of verbs, or (verb not NULL) all about one. */
void control_help_print(const struct control_verb *verb, struct td_buf *out);

/* What stands in tandem(1) below SYNOPSIS, and below VERBS: roff with man macros. */
void control_manual_print(struct td_buf *out);

/* Is it given as a word of the command line? */
static inline bool control_arg_is_word(const struct control_arg *arg)
{
    return arg->kind == CONTROL_ARG_WORD || arg->kind == CONTROL_ARG_OPTIONAL ||
           arg->kind == CONTROL_ARG_REST || arg->kind == CONTROL_ARG_LOCAL ||
           arg->kind == CONTROL_ARG_UPLOAD;
}

/* Must the word be there? */
static inline bool control_arg_is_required(const struct control_arg *arg)
{
    return arg->kind == CONTROL_ARG_WORD || arg->kind == CONTROL_ARG_LOCAL ||
           arg->kind == CONTROL_ARG_UPLOAD;
}

/* Is it an option that is followed by its value? */
static inline bool control_arg_has_value(const struct control_arg *arg)
{
    return arg->kind == CONTROL_ARG_SECONDS || arg->kind == CONTROL_ARG_NUMBER ||
           arg->kind == CONTROL_ARG_TEXT || arg->kind == CONTROL_ARG_FILE;
}

/* Is it none of the members of a body or of a query? */
static inline bool control_arg_is_local(const struct control_arg *arg)
{
    return arg->kind == CONTROL_ARG_NONE || arg->kind == CONTROL_ARG_REST ||
           arg->kind == CONTROL_ARG_LOCAL || arg->kind == CONTROL_ARG_FILE ||
           arg->kind == CONTROL_ARG_UPLOAD;
}

/* Does the body consist of octets? */
bool control_verb_has_upload(const struct control_verb *verb);

/* Does the argument stand in the path of the API? */
bool control_arg_is_in_path(const struct control_verb *verb, const struct control_arg *arg);

/* "if-serial", or "owner" of OWNER: how body and query call it. */
bool control_arg_is_named(const struct control_arg *arg, const char *name, size_t size);

/* The field of an argument in a call. */
static inline void *control_arg_field(struct control_call *call, const struct control_arg *arg)
{
    return (char *)call + arg->field;
}
