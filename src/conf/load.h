/*
 * conf/load.h - what the parts of the parser share; for src/conf only.
 *
 * Shape    a load goes: text -> tree (yaml.c) -> rows by the table (load.c, value.c, list.c) ->
 *          templates and zones put together (resolve.c) -> struct conf.
 * Floor    8.
 * Threads  One load is one thread's.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "conf/conf.h"
#include "conf/option.h"
#include "conf/yaml.h"

struct conf_secret_block {
    struct conf_secret_block *next;
    size_t size;
    uint8_t octets[];
};

/* The memory of a configuration. */
struct conf_store {
    struct td_arena arena;
    struct conf_secret_block *secrets; /* wiped when freed */
};

struct conf_load {
    struct conf *conf; /* being built */
    struct td_arena *arena;
    struct conf_yaml yaml;
    const char *path;
    char *directory; /* of path, with its slash, or "" */
    const struct conf_reader *reader;
    const struct td_diag_sink *sink;

    struct td_diag *errors; /* found so far; sorted by place before they are told */
    uint32_t error_count;
    uint32_t error_capacity;

    struct conf_key *keys;
    uint32_t key_count;
    uint32_t key_capacity;
    uint32_t *key_order; /* indices into keys by name, once they are all read */
    struct conf_peer_row *peers;
    uint32_t peer_count;
    uint32_t peer_capacity;
    struct conf_catalog_row *catalogs;
    uint32_t catalog_count;
    uint32_t catalog_capacity;
    struct conf_zone_row *templates;
    uint32_t template_count;
    uint32_t template_capacity;
    struct conf_zone_row *zones;
    uint32_t zone_count;
    uint32_t zone_capacity;
};

/* --- report.c: errors, and words for them --- */

void conf_load_error(struct conf_load *load, uint32_t line, uint32_t column, const char *format,
                     ...) TD_PRINTF(4, 5);
static inline bool conf_load_is_full(const struct conf_load *load)
{
    return load->error_count >= CONF_ERROR_COUNT_MAX;
}
/* Sort what was found and tell it. */
void conf_load_report(struct conf_load *load, const struct td_diag_sink *sink);

enum { CONF_QUOTE_SIZE = 96 };
/* 'text', cut when it is long; returns out, of CONF_QUOTE_SIZE octets. */
char *conf_quote(const char *text, char *out);

/*
 * Of the candidates offered one by one, the word nearest to what was written, if it is near
 * enough to be meant.
 */
struct conf_guess {
    const char *written;
    const char *best; /* NULL: none is near */
    unsigned distance;
    unsigned offered; /* after CONF_GUESS_COUNT_MAX no more are looked at */
};
enum { CONF_GUESS_COUNT_MAX = 1000 };
void conf_guess_offer(struct conf_guess *guess, const char *candidate);
/* "; did you mean 'listen'?" or ""; returns out, of CONF_QUOTE_SIZE octets. */
char *conf_guess_text(const struct conf_guess *guess, char *out);

/* --- type.c: what a type wants, in words --- */

/* "on or off"; what belongs behind "expected". */
void conf_option_expect(const struct conf_option *option, struct td_buf *out);
void conf_duration_format(uint64_t ms, struct td_buf *out);
void conf_size_format(uint64_t octets, struct td_buf *out);

/* --- schema.c --- */

/* In quotes. Texts of the file have no control characters. */
void conf_json_text(struct td_buf *out, const char *text);

/* --- value_print.c --- */

/*
 * A value as JSON, which is YAML as well: what conf_value_read would read as the same. False: it is
 * a secret, or there is nothing that could be written.
 */
bool conf_value_print(const struct conf *conf, const struct conf_option *option, const void *field,
                      struct td_buf *out);

/* --- value.c, list.c: from a node to a field; false: an error was reported --- */

bool conf_value_read(struct conf_load *load, const struct conf_option *option,
                     const struct conf_yaml_node *node, void *field);
/* The default of an option. */
void conf_value_preset(struct conf_load *load, const struct conf_option *option, void *field);

/* One scalar, on its way. */
struct conf_scalar {
    const char *text;
    uint32_t line;
    uint32_t column;
};
/* "PATH: expected ..., not 'TEXT'HINT"; returns false. */
bool conf_value_fail(struct conf_load *load, const struct conf_option *option,
                     const struct conf_scalar *scalar, const char *hint);

bool conf_bool_read(const char *text, bool *ret_value);
struct conf_scalar conf_scalar_of(const struct conf_load *load, const struct conf_yaml_node *node);
/* "PATH: expected ..., not a list"; returns false. */
bool conf_kind_fail(struct conf_load *load, const struct conf_option *option,
                    const struct conf_yaml_node *node);

/* --- unit.c --- */

/* The digits at the start; false: there are none, or too many. */
bool conf_digits_read(const char **text, uint64_t *ret_value);
/* "64MiB". *ret_hint is set when the unit is not one of ours. */
bool conf_size_parse(const char *text, uint64_t *ret_octets, const char **ret_hint);

/* --- history.c --- */

/* "off", or the default as the table writes it. */
bool conf_history_text_read(struct conf_load *load, const struct conf_option *option,
                            const struct conf_scalar *scalar, struct conf_history *ret_history);
bool conf_history_read(struct conf_load *load, const struct conf_option *option,
                       const struct conf_yaml_node *node, struct conf_history *ret_history);

bool conf_type_is_list(enum conf_type type);
/* Items collected for a list field, which is a pointer and a uint32_t count. */
struct conf_items {
    uint8_t *data;
    uint32_t count;
    uint32_t capacity;
};
bool conf_item_read(struct conf_load *load, const struct conf_option *option,
                    const struct conf_scalar *scalar, struct conf_items *items);
bool conf_items_store(struct conf_load *load, const struct conf_option *option,
                      struct conf_items *items, const struct conf_yaml_node *node, void *field);
void conf_items_fini(struct conf_items *items, enum conf_type type);

bool conf_name_read(struct conf_load *load, const struct conf_option *option,
                    const struct conf_scalar *scalar, struct conf_name *ret_name);
bool conf_prefix_read(struct conf_load *load, const struct conf_option *option,
                      const struct conf_scalar *scalar, struct td_prefix *ret_prefix);
/* The index of the key of this name; `text` may be a part of the scalar. */
bool conf_key_read(struct conf_load *load, const struct conf_option *option,
                   const struct conf_scalar *scalar, const char *text, uint32_t *ret_key);

/* --- update.c --- */

bool conf_updates_read(struct conf_load *load, const struct conf_option *option,
                       const struct conf_yaml_node *node, struct conf_updates *ret_updates);
bool conf_updates_equal(const struct conf *a_conf, const struct conf_updates *a,
                        const struct conf *b_conf, const struct conf_updates *b);
bool conf_prefix_equal(const struct td_prefix *a, const struct td_prefix *b);

/* --- secret.c --- */

uint8_t *conf_secret_add(struct conf_load *load, const void *octets, size_t size);
bool conf_secret_read(struct conf_load *load, const struct conf_option *option,
                      const struct conf_scalar *scalar, struct conf_octets *ret_secret);
bool conf_secret_file_read(struct conf_load *load, const struct conf_option *option,
                           const struct conf_scalar *scalar, struct conf_octets *ret_secret);
bool conf_credential_read(struct conf_load *load, const struct conf_option *option,
                          const struct conf_scalar *scalar, struct conf_octets *ret_secret);
bool conf_cookie_add(struct conf_load *load, const struct conf_option *option,
                     const struct conf_scalar *scalar, struct conf_cookie_secrets *secrets);
bool conf_cookie_file_read(struct conf_load *load, const struct conf_option *option,
                           const struct conf_scalar *scalar,
                           struct conf_cookie_secrets *ret_secrets);
void conf_store_free(struct conf_store *store);

/* --- path.c --- */

/* Relative to the directory of the configuration file; in the arena. */
const char *conf_path_join(struct conf_load *load, const char *path);

/* --- resolve.c, peers.c: keys, peers and the server --- */

void conf_resolve_keys(struct conf_load *load);
/* A row of keys is expected in each item of the list. */
void conf_key_rows_read(struct conf_load *load, const struct conf_yaml_node *list);

/* --- kept.c: keys that were added at run time --- */

/* Add those that are kept, and that the file does not have, to the keys. */
void conf_kept_keys_read(struct conf_load *load);

/* Index of a key by its name in lower case, as text; false: there is none. */
bool conf_key_find(const struct conf_load *load, const char *name, uint32_t *ret_key);
/* Check the rows of peers, and give them to the configuration. */
void conf_resolve_peers(struct conf_load *load);
/* Index of a peer by its name; false: there is none, which was reported. */
bool conf_peer_find(struct conf_load *load, const struct conf_option *option,
                    const struct conf_scalar *scalar, uint32_t *ret_peer);
void conf_resolve_server(struct conf_load *load);
/* Does the file say this option? */
bool conf_was_written(const struct conf_section *section, uint64_t written, const char *name);

/* --- template.c, zones.c --- */

/* Templates, sorted by name, and what each gives. */
struct conf_templates {
    struct conf_zone_row *rows;
    uint32_t count;
    uint32_t *parents; /* index, or CONF_TEMPLATE_NONE */
    const struct conf_zone_options **options;
};

/* Given back with conf_templates_fini(). */
void conf_templates_init(struct conf_load *load, struct conf_templates *ret_templates);
void conf_templates_fini(struct conf_templates *templates);
uint32_t conf_template_find(const struct conf_templates *templates, const char *name);
/* The template a row names; CONF_TEMPLATE_NONE when it names none, or one that is not there. */
uint32_t conf_template_of(struct conf_load *load, const struct conf_templates *templates,
                          const char *path, const struct conf_word *word);
/* What a row says itself, over what it inherits. */
const struct conf_zone_options *conf_options_over(struct conf_load *load,
                                                  const struct conf_section *section,
                                                  const struct conf_zone_row *from,
                                                  const struct conf_zone_options *inherited);
/* Needs the zones. `preset`: what those get that name no template. */
void conf_resolve_catalogs(struct conf_load *load, const struct conf_templates *templates,
                           const struct conf_zone_options *preset);
void conf_resolve_zones(struct conf_load *load);
/* Put indices of conf.directories in the order of their paths. */
void conf_directories_sort(const struct conf *conf, uint32_t *order);

/* --- conf.c, equal.c --- */

int conf_name_compare(const struct conf_name *a, const struct conf_name *b);

/* Octets of the field of an option. */
size_t conf_option_size(const struct conf_option *option);
/* Do two fields say the same? Each belongs to a configuration, whose keys it may name. */
bool conf_value_equal(const struct conf_option *option, const struct conf *a, const void *a_field,
                      const struct conf *b, const void *b_field);
bool conf_zone_options_equal(const struct conf *a, const struct conf_zone_options *a_options,
                             const struct conf *b, const struct conf_zone_options *b_options);
uint64_t conf_zone_options_hash(const struct conf_zone_options *options);

/* --- intern.c --- */

/* Options that say the same, kept once. */
struct conf_intern {
    const struct conf_zone_options **slots;
    uint32_t count;
    uint32_t capacity; /* a power of two */
};

const struct conf_zone_options *conf_intern_add(struct conf_intern *intern, const struct conf *conf,
                                                const struct conf_zone_options *options);
void conf_intern_fini(struct conf_intern *intern);
