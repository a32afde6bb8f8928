/*
 * conf/origin.h - a configuration setting by setting: what each is, and where it comes from.
 *
 * Shape    A walk over one row (the server, a key, a peer, a template, a catalog, a zone) calls
 *          `visit` for each of its options in the order of the table. Values are JSON, which is
 *          YAML as well, as they could be written; secrets are not told.
 * Floor    8.
 * Threads  Any: the configuration is immutable.
 */
#pragma once

#include "conf/conf.h"

enum conf_origin {
    CONF_ORIGIN_DEFAULT,
    CONF_ORIGIN_FILE,     /* conf.path, in `line` */
    CONF_ORIGIN_TEMPLATE, /* `template`, in `line` */
};

struct conf_setting {
    const char *path;  /* "server.tcp.idle-timeout" */
    const char *value; /* JSON; NULL: a secret */
    enum conf_origin origin;
    uint32_t line;
    const char *template;
    bool needs_restart; /* a change counts from the next start on */
};

struct conf_visitor {
    void (*visit)(void *context, const struct conf_setting *setting);
    void *context;
    bool has_defaults; /* also what nobody has written, where zones get it */
};

/* server and what is in it, then transfers. All that has a default is told. */
void conf_visit_server(const struct conf *conf, const struct conf_visitor *visitor);
void conf_visit_key(const struct conf *conf, const struct conf_key *key,
                    const struct conf_visitor *visitor);
void conf_visit_peer(const struct conf *conf, const struct conf_peer *peer,
                     const struct conf_visitor *visitor);
void conf_visit_template(const struct conf *conf, const struct conf_template *template,
                         const struct conf_visitor *visitor);
void conf_visit_catalog(const struct conf *conf, const struct conf_catalog *catalog,
                        const struct conf_visitor *visitor);
void conf_visit_zone(const struct conf *conf, const struct conf_zone *zone,
                     const struct conf_visitor *visitor);
void conf_visit_directory(const struct conf *conf, const struct conf_zone_directory *directory,
                          const struct conf_visitor *visitor);

/*
 * What a zone gets that does not stand in the file: the options of the template of this name (NULL:
 * default, if there is one), or those of the server.
 */
void conf_visit_options(const struct conf *conf, const char *template,
                        const struct conf_visitor *visitor);
