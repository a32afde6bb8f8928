#include "server/settings.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "io/io.h"
#include "io/thread.h"
#include "serve/log.h"

enum { MS_PER_KEEPALIVE_UNIT = 100 };

/* ---- keys and cookies ---- */

static enum tsig_algorithm algorithm_of(uint32_t algorithm)
{
    static const enum tsig_algorithm algorithms[] = {
        [CONF_KEY_HMAC_SHA1] = TSIG_HMAC_SHA1,     [CONF_KEY_HMAC_SHA224] = TSIG_HMAC_SHA224,
        [CONF_KEY_HMAC_SHA256] = TSIG_HMAC_SHA256, [CONF_KEY_HMAC_SHA384] = TSIG_HMAC_SHA384,
        [CONF_KEY_HMAC_SHA512] = TSIG_HMAC_SHA512,
    };

    td_assert(algorithm < TD_COUNT(algorithms));
    return algorithms[algorithm];
}

static struct tsig_key_row row_of(const struct conf_key *key)
{
    return (struct tsig_key_row){
        .name = key->name.wire,
        .algorithm = algorithm_of(key->algorithm),
        .secret = key->secret.octets,
        .secret_size = key->secret.size,
    };
}

/* Does the configuration file have it? */
static bool is_hidden(const struct conf *conf, const struct conf_key *kept)
{
    for (uint32_t i = 0; i < conf->key_count; i++)
        if (!conf->keys[i].is_kept && strcmp(conf->keys[i].name.text, kept->name.text) == 0)
            return true;
    return false;
}

/* Those of the configuration file, and those of the keyring that it does not hide. */
static struct tsig_keys *keys_of(const struct conf *conf, const struct keyring *keyring)
{
    struct tsig_keys *keys = NULL;
    uint32_t count = 0;

    struct tsig_key_row *rows = td_calloc(conf->key_count + keyring->count + 1, sizeof(*rows));
    for (uint32_t i = 0; i < conf->key_count; i++)
        if (!conf->keys[i].is_kept)
            rows[count++] = row_of(&conf->keys[i]);
    for (uint32_t i = 0; i < keyring->count; i++)
        if (!is_hidden(conf, &keyring->keys[i]))
            rows[count++] = row_of(&keyring->keys[i]);
    if (count == 0) {
        free(rows);
        return NULL;
    }
    td_err err = tsig_keys_new(rows, count, &keys);
    td_assert(err == TD_OK); /* conf has refused equal names and empty secrets */
    free(rows);
    return keys;
}

/* `drawn` outlives them: a reload must not make the cookies of all clients bad ones. */
static void set_cookies(struct serve_settings *settings, const struct conf *conf, struct io *io,
                        struct tsig_cookie_secrets *drawn)
{
    const struct conf_cookie_secrets *told = &conf->server.cookie_secrets;

    settings->has_cookies = conf->server.cookies;
    if (told->count == 0) {
        if (drawn->count == 0) {
            io_random_fill(io, drawn->secrets[0], TSIG_COOKIE_SECRET_SIZE);
            drawn->count = 1;
        }
        settings->cookies = *drawn;
        return;
    }
    _Static_assert((int)CONF_COOKIE_SECRET_SIZE == (int)TSIG_COOKIE_SECRET_SIZE &&
                       (int)CONF_COOKIE_SECRET_COUNT_MAX <= (int)TSIG_COOKIE_SECRET_COUNT_MAX,
                   "conf and tsig agree about cookie secrets");
    memcpy(settings->cookies.secrets, told->secrets, sizeof(told->secrets));
    settings->cookies.count = told->count;
}

/* ---- rate limiting ---- */

static uint32_t worker_count(const struct conf *conf, struct io *io)
{
    return conf->server.workers != 0 ? conf->server.workers : io_cpu_count(io);
}

static void set_rate_limit(struct serve_settings *settings, const struct conf *conf, struct io *io)
{
    const struct conf_rate_limit *limit = &conf->server.rate_limit;
    struct policy_rrl_options options = {
        .rates = {
            [POLICY_RRL_ANSWER] = limit->responses_per_second,
            [POLICY_RRL_NODATA] = limit->nodata_per_second,
            [POLICY_RRL_NXDOMAIN] = limit->nxdomains_per_second,
            [POLICY_RRL_REFERRAL] = limit->referrals_per_second,
            [POLICY_RRL_ERROR] = limit->errors_per_second,
        },
        .window_ms = limit->window_ms,
        .slip = limit->slip,
        .share = worker_count(conf, io),
        .ipv4_prefix_length = (uint8_t)limit->ipv4_prefix_length,
        .ipv6_prefix_length = (uint8_t)limit->ipv6_prefix_length,
        .log_only = limit->log_only,
        .exempt = limit->exempt.items,
        .exempt_count = limit->exempt.count,
    };

    if (!limit->enabled)
        return;
    settings->rate_limit = policy_rrl_new(&options);
    settings->rate_limit_accounts = limit->table_size / options.share + 1;
}

/* ---- the server ---- */

static uint8_t copy_text(char *to, const char *text)
{
    size_t size = text == NULL ? 0 : strlen(text);

    if (size > SERVE_TEXT_SIZE_MAX)
        size = SERVE_TEXT_SIZE_MAX;
    if (size != 0)
        memcpy(to, text, size);
    return (uint8_t)size;
}

struct serve_settings *settings_of_server(const struct conf *conf, const struct keyring *keyring,
                                          struct io *io, struct tsig_cookie_secrets *drawn)
{
    const struct conf_server *server = &conf->server;
    struct serve_settings *settings = td_calloc(1, sizeof(*settings));

    settings->keys = keys_of(conf, keyring);
    set_cookies(settings, conf, io, drawn);
    set_rate_limit(settings, conf, io);
    settings->has_answer_cache = server->answer_cache;
    settings->has_minimal_any = server->minimal_any;
    settings->has_zoneversion = server->zoneversion;
    settings->transfers_max = conf->transfers.out;
    settings->transfer_rate_min = conf->transfers.min_rate;
    settings->payload = (uint16_t)server->edns_udp_size;
    settings->identity_size = copy_text(settings->identity, server->identity);
    settings->version_size = copy_text(settings->version, server->version);
    return settings;
}

void settings_listen(const struct conf *conf, struct serve_listen *ret_listen)
{
    const struct conf_server *server = &conf->server;

    *ret_listen = (struct serve_listen){
        .addrs = server->listen.items,
        .count = server->listen.count,
        .udp_receive_buffer = server->udp_receive_buffer,
        .udp_send_buffer = server->udp_send_buffer,
        .tcp_connections = server->tcp.connections,
        .tcp_connections_per_client = server->tcp.connections_per_client,
        .tcp_pipeline = server->tcp.pipeline,
        .tcp_idle_timeout_ms = server->tcp.idle_timeout_ms,
        .tcp_rate_min = conf->transfers.min_rate,
    };
}

void settings_log(const struct conf *conf)
{
    static const enum log_level levels[] = {
        [CONF_LOG_ERROR] = LOG_ERROR,   [CONF_LOG_WARNING] = LOG_WARNING,
        [CONF_LOG_NOTICE] = LOG_NOTICE, [CONF_LOG_INFO] = LOG_INFO,
        [CONF_LOG_DEBUG] = LOG_DEBUG,
    };
    struct log_config config = {
        .level = levels[conf->server.log.level],
        .json = conf->server.log.format == CONF_LOG_JSON,
    };

    serve_log_configure(&config);
}

/* ---- zones ---- */

/* A peer's address and its key must both be right: neither gains anything from the other. */
static uint32_t add_peer_rows(const struct conf *conf, const struct conf_peer *peer,
                              struct policy_acl_row *rows)
{
    for (uint32_t i = 0; i < peer->addresses.count; i++) {
        rows[i].kind = peer->key != 0 ? POLICY_ACL_BOTH : POLICY_ACL_PREFIX;
        rows[i].prefix = td_prefix_of_host(&peer->addresses.items[i]);
        rows[i].key_name = peer->key != 0 ? conf->keys[peer->key - 1].name.wire : NULL;
    }
    return peer->addresses.count;
}

static size_t address_count(const struct conf *conf, const struct conf_peer_refs *refs)
{
    size_t count = 0;

    for (uint32_t i = 0; i < refs->count; i++)
        count += conf->peers[refs->items[i]].addresses.count;
    return count;
}

/* What the configuration lists, and these peers. */
static struct policy_acl *acl_of(const struct conf *conf, const struct conf_acl *acl,
                                 const struct conf_peer_refs *refs)
{
    struct policy_acl_row *rows = td_calloc(acl->count + address_count(conf, refs), sizeof(*rows));
    uint32_t count = acl->count;

    for (uint32_t i = 0; i < acl->count; i++) {
        const struct conf_acl_entry *entry = &acl->entries[i];
        rows[i].kind = entry->kind == CONF_ACL_KEY ? POLICY_ACL_KEY : POLICY_ACL_PREFIX;
        if (entry->kind == CONF_ACL_KEY)
            rows[i].key_name = conf->keys[entry->key].name.wire;
        else
            rows[i].prefix = entry->prefix;
    }
    for (uint32_t i = 0; i < refs->count; i++)
        count += add_peer_rows(conf, &conf->peers[refs->items[i]], rows + count);
    struct policy_acl *compiled = policy_acl_new(rows, count);
    free(rows);
    return compiled;
}

static struct policy_update_name *names_of(const struct conf_update *row)
{
    static const enum policy_update_match matches[] = {
        [CONF_UPDATE_EXACT] = POLICY_UPDATE_EXACT,
        [CONF_UPDATE_SUBTREE] = POLICY_UPDATE_SUBTREE,
        [CONF_UPDATE_BELOW] = POLICY_UPDATE_BELOW,
        [CONF_UPDATE_SELF] = POLICY_UPDATE_SELF,
    };
    struct policy_update_name *names = td_calloc(row->name_count, sizeof(*names));

    for (uint32_t i = 0; i < row->name_count; i++)
        names[i] = (struct policy_update_name){ matches[row->names[i].match], row->names[i].wire };
    return names;
}

static struct policy_update *update_of(const struct conf *conf, const struct conf_updates *updates)
{
    if (updates->count == 0)
        return NULL;
    struct policy_update_row *rows = td_calloc(updates->count, sizeof(*rows));
    for (uint32_t i = 0; i < updates->count; i++) {
        const struct conf_update *row = &updates->rows[i];
        rows[i] = (struct policy_update_row){
            .key_name = row->has_key ? conf->keys[row->key].name.wire : NULL,
            .prefixes = row->prefixes,
            .prefix_count = row->prefix_count,
            .names = names_of(row),
            .name_count = row->name_count,
            .types = row->types,
            .type_count = row->type_count,
            .actions = (row->may_add ? POLICY_UPDATE_ADD : 0u) |
                       (row->may_delete ? POLICY_UPDATE_DELETE : 0u),
        };
    }
    struct policy_update *policy = policy_update_new(rows, updates->count);
    for (uint32_t i = 0; i < updates->count; i++)
        free((struct policy_update_name *)(uintptr_t)rows[i].names);
    free(rows);
    return policy;
}

/* NULL stands for what needs no asking: everybody may query, nobody may transfer. */
static struct policy_acl *unless(struct policy_acl *acl,
                                 bool (*is_default)(const struct policy_acl *acl))
{
    if (!is_default(acl))
        return acl;
    policy_acl_free(acl);
    return NULL;
}

/* Peers of a catalog, and whoever may transfer it. */
static struct policy_acl *catalog_acl(const struct conf *conf,
                                      const struct conf_zone_options *options)
{
    uint32_t count = options->from.count + options->to.count;
    uint32_t *items = td_calloc(count + 1, sizeof(*items));
    struct conf_peer_refs both = { .items = items, .count = count };

    for (uint32_t i = 0; i < options->from.count; i++)
        items[i] = options->from.items[i];
    for (uint32_t i = 0; i < options->to.count; i++)
        items[options->from.count + i] = options->to.items[i];
    struct policy_acl *acl = acl_of(conf, &options->allow_transfer, &both);
    free(items);
    return acl;
}

struct serve_zone *settings_of_zone(const struct conf *conf,
                                    const struct conf_zone_options *options, bool is_catalog)
{
    static const struct conf_acl no_acl;
    static const struct conf_peer_refs no_peers;
    struct serve_zone zone = {
        .allow_query = unless(is_catalog ? catalog_acl(conf, options)
                                         : acl_of(conf, &options->allow_query, &no_peers),
                              policy_acl_is_any),
        .allow_transfer =
            unless(acl_of(conf, &options->allow_transfer, &options->to), policy_acl_is_none),
        .allow_notify = unless(acl_of(conf, &no_acl, &options->from), policy_acl_is_none),
        .update = update_of(conf, &options->update),
        .forwards_updates = options->forward_updates && options->from.count != 0,
        .has_rotation = options->rotation,
    };

    return serve_zone_new(&zone);
}

struct replicate_peer *settings_of_peer(const struct conf *conf, const struct keyring *keyring,
                                        const struct conf_peer *peer)
{
    struct tsig_key key;
    const struct td_addr *source = peer->source.count == 0 ? NULL : peer->source.items;

    if (peer->key != 0) {
        struct conf_key said = keyring_key(keyring, &conf->keys[peer->key - 1]);
        struct tsig_key_row row = row_of(&said);
        td_err err = tsig_key_prepare(&key, &row);
        td_assert(err == TD_OK); /* conf has refused what is no key */
    }
    struct replicate_peer *made =
        replicate_peer_new(peer->name, peer->addresses.items, peer->addresses.count, source,
                           peer->key != 0 ? &key : NULL);
    explicit_bzero(&key, sizeof(key));
    return made;
}

void settings_rules(const struct conf_zone_options *options, struct change_rules *ret_rules)
{
    static const enum change_serial_policy policies[] = {
        [CONF_SERIAL_INCREMENT] = CHANGE_SERIAL_INCREMENT,
        [CONF_SERIAL_UNIXTIME] = CHANGE_SERIAL_UNIXTIME,
        [CONF_SERIAL_DATE] = CHANGE_SERIAL_DATE,
    };

    *ret_rules = (struct change_rules){
        .serial = policies[options->serial],
        .brake_percent = options->brake.percent,
        .has_transfer_brake = options->brake.transfers != 0,
    };
}
