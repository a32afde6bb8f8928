/*
 * conf/option.h - one row per option: what parser, defaults, schema, manual, completion and
 * reload all take from.
 *
 * Shape    a section is a table of rows and the struct they fill; a row of type CONF_MAP leads
 *          to a section of its own, a list of them to an array of structs. Rows are in
 *          conf/table.c.
 * Floor    8.
 * Threads  Any: constant.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "conf/conf.h"
#include "conf/diff.h"

/* What a value is, and the C type of its field. */
enum conf_type {
    CONF_BOOL,           /* bool */
    CONF_COUNT,          /* uint32_t, min..max, or one of the words in choices for 0 */
    CONF_DURATION,       /* uint32_t, ms; min..max */
    CONF_SIZE,           /* uint32_t, octets; min..max */
    CONF_CHOICE,         /* uint32_t, index in choices */
    CONF_BRAKE,          /* struct conf_brake: off, "40%", or a mapping of share and transfers */
    CONF_HISTORY,        /* struct conf_history: off, or a mapping of size and age */
    CONF_TEXT,           /* const char *, 1..max octets */
    CONF_TEXT_OR_OFF,    /* const char *, NULL when off */
    CONF_PATH,           /* const char *, joined to the directory of the file */
    CONF_NAME,           /* struct conf_name */
    CONF_TEMPLATE,       /* struct conf_word: the name of a template, resolved later */
    CONF_ADDRS,          /* struct conf_addrs; one or a list; min is the default port */
    CONF_ADDR_OR_OFF,    /* struct conf_addrs, empty when off; min is the default port, or 0 */
    CONF_PREFIXES,       /* struct conf_prefixes; one or a list */
    CONF_UPDATES,        /* struct conf_updates: a list of rows */
    CONF_ACL,            /* struct conf_acl; one or a list */
    CONF_COOKIE_SECRETS, /* struct conf_cookie_secrets; one or a list */
    CONF_COOKIE_FILE,    /* the same, read from a file */
    CONF_SECRET,         /* struct conf_octets, base64 */
    CONF_SECRET_FILE,    /* the same, read from a file */
    CONF_CREDENTIAL,     /* the same, read from a credential of the service */
    CONF_KEY,            /* uint32_t: the name of a key, its index + 1 */
    CONF_PEERS,          /* struct conf_peer_refs; one or a list */
    CONF_NAMES,          /* struct conf_names; one or a list */
    CONF_MAP,            /* a struct of its own: section */
    CONF_LIST,           /* a list of maps: section; read by conf/load.c */
    CONF_TYPE_COUNT,
};

/* A word that may be written. */
struct conf_choice {
    const char *word;    /* NULL ends the list */
    const char *refused; /* known, but not taken: why; such words come last */
};

enum conf_option_flag {
    CONF_REQUIRED = 1 << 0,
    CONF_INHERITED =
        1 << 1,           /* a zone that does not say it takes it from its template or the server */
    CONF_MAPPED = 1 << 2, /* a CONF_LIST that may be a mapping of names as well */
};

struct conf_section;

struct conf_option {
    const char *path; /* "server.tcp.idle-timeout"; its last part is the name in the file */
    enum conf_type type;
    uint32_t offset; /* of the field in the struct of the section */
    uint32_t flags;  /* enum conf_option_flag */
    uint32_t reload; /* enum conf_reload */
    uint64_t min;
    uint64_t max;
    const struct conf_choice *choices;
    const struct conf_section *section;
    const char *preset; /* the default as it would be written, commas between; NULL: none */
    const char *also;   /* what other servers call it, spaces between; NULL: nothing */
    const char *help;   /* a sentence or a few */
};

struct conf_section {
    const char *path; /* "server"; "" of the file itself */
    const struct conf_option *options;
    uint32_t count;          /* at most 64, the bits of `written` */
    uint32_t size;           /* of the struct */
    uint32_t written_offset; /* of the uint64_t of rows that were written, or CONF_NO_WRITTEN */
    const char *schema_rule; /* what JSON Schema must know about several rows at once, or NULL */
};

enum { CONF_NO_WRITTEN = UINT32_MAX };

/* Some text of the file and where it stands; text NULL: not written. */
struct conf_word {
    const char *text;
    uint32_t line;
    uint32_t column;
};

/* A row of zones: or templates: as it was written. */
struct conf_zone_row {
    struct conf_name name; /* a zone's */
    const char *file;
    const char *directory;
    struct conf_word label;  /* a template's name */
    struct conf_word parent; /* template: */
    struct conf_zone_options options;
    uint64_t written; /* bit i: row i of its section was written */
    struct conf_said said;
    uint32_t line;
    uint32_t column;
};

/* A row of catalogs: as it was written. */
struct conf_catalog_row {
    struct conf_catalog catalog;
    struct conf_peer_refs from;
    struct conf_peer_refs to;
    struct conf_zone_row settings; /* as a template without a name */
    uint32_t line;
    uint32_t column;
};

/* A row of peers: as it was written. */
struct conf_peer_row {
    struct conf_word label; /* its name */
    struct conf_peer peer;
};

/* The file itself: server, keys, templates, zones. */
extern const struct conf_section conf_section_file;
extern const struct conf_section conf_section_server;
extern const struct conf_section conf_section_key;
extern const struct conf_section conf_section_peer;
extern const struct conf_section conf_section_catalog;
extern const struct conf_section conf_section_template;
extern const struct conf_section conf_section_zone;

/* The name in the file: what follows the last dot of the path. */
const char *conf_option_name(const struct conf_option *option);

/* The row of that name, or NULL. */
const struct conf_option *conf_option_find(const struct conf_section *section, const char *name);

/* The row of "server.listen", or NULL. */
const struct conf_option *conf_option_by_path(const char *path);
