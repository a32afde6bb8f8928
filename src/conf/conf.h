/*
 * conf/conf.h - a configuration: read, checked, and then never changed.
 *
 * Shape    one immutable tree of plain data, everything in it owned by it. Defaults are filled
 *          in and templates resolved, so no reader ever asks "is it set?". File names are
 *          ready for use: relative ones were joined to the directory of the configuration
 *          file. Durations are in ms, sizes in octets.
 * Floor    8.
 * Threads  Any; loading reads files through the reader it is given.
 * Limits   CONF_FILE_SIZE_MAX, CONF_ERROR_COUNT_MAX, conf/yaml.h for the syntax.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/diag.h"
#include "base/err.h"
#include "conf/key.h"
#include "conf/zone_options.h"

struct conf_section;
struct io;

enum {
    CONF_FILE_SIZE_MAX = 256 * 1024 * 1024,
    CONF_ERROR_COUNT_MAX = 100, /* then reading stops */
    CONF_COOKIE_SECRET_SIZE = 16,
    CONF_COOKIE_SECRET_COUNT_MAX = 2,
};

struct conf_addrs {
    const struct td_addr *items;
    uint32_t count;
};

struct conf_prefixes {
    const struct td_prefix *items;
    uint32_t count;
};

struct conf_cookie_secrets {
    uint8_t secrets[CONF_COOKIE_SECRET_COUNT_MAX][CONF_COOKIE_SECRET_SIZE];
    uint32_t count; /* 0: draw one at random; the first signs, both are accepted */
};

struct conf_tcp {
    uint32_t connections;            /* in all */
    uint32_t connections_per_client; /* per address */
    uint32_t pipeline;               /* questions of one connection in work at a time */
    uint32_t idle_timeout_ms;
};

/* All rates are answers a second to one client prefix; 0: not limited. */
struct conf_rate_limit {
    bool enabled; /* is any rate limited? */
    uint32_t responses_per_second;
    uint32_t nodata_per_second;
    uint32_t nxdomains_per_second;
    uint32_t referrals_per_second;
    uint32_t errors_per_second;
    uint32_t window_ms;
    uint32_t slip; /* every n-th refused answer is sent truncated; 0: none */
    uint32_t ipv4_prefix_length;
    uint32_t ipv6_prefix_length;
    uint32_t table_size; /* prefixes remembered */
    struct conf_prefixes exempt;
    bool log_only;
    uint64_t written; /* which options the file says; for src/conf itself */
};

enum conf_log_format { CONF_LOG_TEXT, CONF_LOG_JSON };
enum conf_log_level {
    CONF_LOG_ERROR,
    CONF_LOG_WARNING,
    CONF_LOG_NOTICE,
    CONF_LOG_INFO,
    CONF_LOG_DEBUG,
};

struct conf_log {
    uint32_t format; /* enum conf_log_format */
    uint32_t level;  /* enum conf_log_level */
};

/* How many transfers at a time, and how slow one may be. */
struct conf_transfers {
    uint32_t in;          /* in all */
    uint32_t in_per_peer; /* from one peer */
    uint32_t out;         /* in all */
    uint32_t min_rate;    /* octets a second, both ways */
    uint32_t max_size;    /* octets of a transfer in */
};

struct conf_server {
    struct conf_addrs listen; /* UDP and TCP */
    uint32_t workers;         /* 0: one per core */
    const char *state;        /* directory */
    const char *control;      /* path of the control socket */
    const char *user;         /* NULL: the user stays */
    const char *identity;     /* NSID, hostname.bind, id.server; NULL: off */
    const char *version;      /* version.bind, version.server; NULL: off */
    bool answer_cache;
    bool images;
    bool cookies;
    struct conf_cookie_secrets cookie_secrets;
    uint32_t edns_udp_size;
    bool minimal_any;
    bool zoneversion;
    uint32_t udp_receive_buffer;
    uint32_t udp_send_buffer;
    struct conf_tcp tcp;
    struct conf_rate_limit rate_limit;
    struct conf_log log;
    struct conf_addrs metrics;      /* none or one: where Prometheus may ask over HTTP */
    struct conf_zone_options zones; /* what a zone gets that says nothing */
    uint64_t written;               /* for src/conf itself */
};

/* Another server: a primary of ours, or a secondary. */
struct conf_peer {
    const char *name;
    struct conf_addrs addresses; /* in order of preference */
    uint32_t key;                /* index in conf.keys + 1; 0: messages are not signed */
    struct conf_addrs source;    /* none or one: what messages to it leave from */
    uint32_t line;               /* of its row in the configuration file */
    uint32_t column;
    struct conf_said said;
};

/* Names; one that begins with "*." stands for all that are below it, "*" for all. */
struct conf_names {
    const struct conf_name *items;
    uint32_t count;
};

/* A catalog zone (RFC 9432): made here of the zones that there are, or one that brings zones. */
struct conf_catalog {
    struct conf_name name;
    bool is_produced;
    bool is_primary_only;      /* produced: only zones that we are primary of */
    struct conf_names members; /* produced: none: all */
    struct conf_names allow;   /* none: all */
    struct conf_brake brake;   /* share of the members that may go at once */
    uint32_t quarantine_ms;
    const struct conf_zone_options *options;  /* of the catalog itself */
    const struct conf_zone_options *settings; /* of its members */
    uint32_t line;
    uint32_t column;
    struct conf_said said;
    struct conf_said settings_said;
    uint32_t settings_template; /* index in conf.templates, or CONF_TEMPLATE_NONE */
};

enum { CONF_TEMPLATE_NONE = UINT32_MAX };

struct conf_template {
    const char *name;
    const struct conf_zone_options *options;
    struct conf_said said;
    uint32_t parent; /* index in conf.templates, or CONF_TEMPLATE_NONE */
};

struct conf_zone {
    struct conf_name name;
    uint32_t line; /* of its row in the configuration file */
    uint32_t column;
    const char *file; /* NULL: none, which only a secondary may say */
    const struct conf_zone_options *options;
    struct conf_said said;
    uint32_t parent; /* index in conf.templates, or CONF_TEMPLATE_NONE */
};

/* Every NAME.zone in it is a zone, unless a row of conf.zones has that name. */
struct conf_zone_directory {
    const char *path;
    uint32_t line;
    uint32_t column;
    const struct conf_zone_options *options;
    struct conf_said said;
    uint32_t parent;
};

enum { CONF_PLACES_MAX = 8 };

/* A section of which there is one, and where it was written. */
struct conf_place {
    const struct conf_section *section;
    struct conf_said said;
};

struct conf {
    const char *path; /* of the file, as given */
    struct conf_server server;
    const struct conf_key *keys; /* in the order of the file, then those that are kept */
    uint32_t key_count;
    const struct conf_key *kept_keys; /* all of them, in the order of their file */
    uint32_t kept_key_count;
    const struct conf_peer *peers; /* in the order of the file */
    uint32_t peer_count;
    struct conf_transfers transfers;
    const struct conf_zone *zones; /* by wire form, octet by octet: see conf_zone_find */
    uint32_t zone_count;
    const struct conf_zone_directory *directories; /* in the order of the file */
    uint32_t directory_count;
    const struct conf_template *templates; /* by name */
    uint32_t template_count;
    const struct conf_catalog *catalogs; /* in the order of the file */
    uint32_t catalog_count;
    struct conf_place places[CONF_PLACES_MAX];
    uint32_t place_count;
    _Atomic uint32_t holders;
    struct conf_store *store; /* the memory of all of it */
};

/*
 * Where files come from: a buffer of malloc, ended by a 0 octet that *ret_size does not count;
 * on failure the reason, without the path, in diag->text. TD_E_NOT_FOUND, TD_E_REFUSED, TD_E_IO,
 * TD_E_LIMIT.
 */
struct conf_reader {
    td_err (*read)(void *context, const char *path, size_t size_max, char **ret_octets,
                   size_t *ret_size, struct td_diag *diag);
    void *context;
    const char *credentials; /* directory of the credentials of the service; NULL: there is none */
    const char *state;       /* directory whose kept keys count; NULL: server.state */
    bool is_check;           /* only looked at: what only the service has need not be there */
};

/* The files of a machine, real or simulated. */
struct conf_reader conf_reader_of(struct io *io);

/*
 * Read and check the file at `path`. Whatever is wrong with it goes to the sink, in the order
 * of the file as far as it can; with an error nothing is returned. Freed with conf_free().
 *
 * TD_E_IO         the file cannot be read
 * TD_E_MALFORMED  it is not YAML, or not the YAML that we accept
 * TD_E_INVALID    an option is wrong
 * TD_E_LIMIT      too large
 */
TD_NODISCARD td_err conf_load(const char *path, const struct conf_reader *reader,
                              const struct td_diag_sink *sink, struct conf **ret_conf);

/* The same of text in memory; `path` is its name in messages and the root of relative paths. */
TD_NODISCARD td_err conf_parse(const char *text, size_t size, const char *path,
                               const struct conf_reader *reader, const struct td_diag_sink *sink,
                               struct conf **ret_conf);

/* For another thread, or for longer: it is freed by the last conf_free. */
struct conf *conf_hold(struct conf *conf);

/* Secrets are wiped. NULL is allowed. */
void conf_free(struct conf *conf);
void conf_free_cleanup(struct conf **conf);

/* By uncompressed wire form in lower case; NULL: there is none. */
const struct conf_zone *conf_zone_find(const struct conf *conf, const uint8_t *wire, size_t size);

/* What a template gives to zones; NULL: there is none of this name. */
const struct conf_zone_options *conf_template_options(const struct conf *conf, const char *name);

/* Does one of them stand for this name (uncompressed, lower case)? */
bool conf_names_have(const struct conf_names *names, const uint8_t *wire, size_t size);

/* "1h30m": numbers each with its unit. False: it is none. */
bool conf_duration_parse(const char *text, uint64_t *ret_ms);
