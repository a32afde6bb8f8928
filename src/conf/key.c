/*
 * Keys: their words, their text, and what in a configuration names one of them.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/basen.h"
#include "base/buf.h"
#include "conf/load.h"

/* ---- words and text ---- */

static const struct conf_choice *choices(void)
{
    return conf_option_find(&conf_section_key, "algorithm")->choices;
}

const char *conf_key_algorithm_text(uint32_t algorithm)
{
    return choices()[algorithm].word;
}

bool conf_key_algorithm_find(const char *text, uint32_t *ret_algorithm)
{
    const struct conf_choice *choice = choices();

    for (uint32_t i = 0; choice[i].word != NULL && choice[i].refused == NULL; i++) {
        if (strcmp(choice[i].word, text) != 0)
            continue;
        *ret_algorithm = i;
        return true;
    }
    return false;
}

/* Quoted: a name may have any printable character. */
static void put_quoted(struct td_buf *out, const char *text)
{
    td_buf_add_char(out, '\'');
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            td_buf_add_char(out, '\'');
        td_buf_add_char(out, *text);
    }
    td_buf_add_char(out, '\'');
}

void conf_key_print(const struct conf_key *key, struct td_buf *out)
{
    size_t size = td_base64_size(key->secret.size);
    char *secret = td_malloc(size + 1);

    secret[td_base64_encode(key->secret.octets, key->secret.size, secret)] = '\0';
    td_buf_add_text(out, "{name: ");
    put_quoted(out, key->name.text);
    td_buf_printf(out, ", algorithm: %s, secret: '%s'}", conf_key_algorithm_text(key->algorithm),
                  secret);
    explicit_bzero(secret, size);
    free(secret);
}

/* ---- who names it ---- */

struct uses {
    const struct conf *conf;
    uint32_t key;
    struct td_buf *out;
    uint32_t count;
};

static void put_use(struct uses *uses, uint32_t line, const char *format, ...) TD_PRINTF(3, 4);

static void put_use(struct uses *uses, uint32_t line, const char *format, ...)
{
    char text[512];
    va_list args;

    if (uses->count++ >= CONF_KEY_USES_MAX)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    td_buf_add_text(uses->out, uses->conf->path);
    if (line != 0)
        td_buf_printf(uses->out, ":%u", line);
    td_buf_printf(uses->out, ": %s\n", text);
}

static bool is_in_acl(const struct conf_acl *acl, uint32_t key)
{
    for (uint32_t i = 0; i < acl->count; i++)
        if (acl->entries[i].kind == CONF_ACL_KEY && acl->entries[i].key == key)
            return true;
    return false;
}

static bool is_in_updates(const struct conf_updates *updates, uint32_t key)
{
    for (uint32_t i = 0; i < updates->count; i++)
        if (updates->rows[i].has_key && updates->rows[i].key == key)
            return true;
    return false;
}

/* Whatever has these options. */
static void options_use(struct uses *uses, const struct conf_zone_options *options, uint32_t line,
                        const char *what, const char *name)
{
    const char *why = is_in_acl(&options->allow_query, uses->key)      ? "allow-query"
                      : is_in_acl(&options->allow_transfer, uses->key) ? "allow-transfer"
                      : is_in_updates(&options->update, uses->key)     ? "update"
                                                                       : NULL;

    if (why != NULL)
        put_use(uses, line, "%s%s%.300s: %s", what, name[0] == '\0' ? "" : " ", name, why);
}

uint32_t conf_key_uses(const struct conf *conf, const struct conf_key *key, struct td_buf *out)
{
    struct uses uses = { .conf = conf, .key = UINT32_MAX, .out = out };

    for (uint32_t i = 0; i < conf->key_count; i++)
        if (strcmp(conf->keys[i].name.text, key->name.text) == 0)
            uses.key = i;
    if (uses.key == UINT32_MAX)
        return 0;
    for (uint32_t i = 0; i < conf->peer_count; i++)
        if (conf->peers[i].key == uses.key + 1)
            put_use(&uses, conf->peers[i].line, "peer %.300s", conf->peers[i].name);
    options_use(&uses, &conf->server.zones, 0, "server", "");
    for (uint32_t i = 0; i < conf->template_count; i++)
        options_use(&uses, conf->templates[i].options, 0, "template", conf->templates[i].name);
    for (uint32_t i = 0; i < conf->catalog_count; i++) {
        const struct conf_catalog *catalog = &conf->catalogs[i];
        options_use(&uses, catalog->options, catalog->line, "catalog", catalog->name.text);
        options_use(&uses, catalog->settings, catalog->line, "members of", catalog->name.text);
    }
    for (uint32_t i = 0; i < conf->zone_count; i++)
        options_use(&uses, conf->zones[i].options, conf->zones[i].line, "zone",
                    conf->zones[i].name.text);
    for (uint32_t i = 0; i < conf->directory_count; i++)
        options_use(&uses, conf->directories[i].options, conf->directories[i].line, "zones in",
                    conf->directories[i].path);
    return uses.count;
}
