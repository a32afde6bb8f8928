/*
 * When two values say the same, by the table, so that a new option is compared without anybody
 * thinking of it.
 */
#include <string.h>

#include "base/assert.h"
#include "base/hash.h"
#include "conf/load.h"

size_t conf_option_size(const struct conf_option *option)
{
    static const size_t sizes[CONF_TYPE_COUNT] = {
        [CONF_BOOL] = sizeof(bool),
        [CONF_COUNT] = sizeof(uint32_t),
        [CONF_DURATION] = sizeof(uint32_t),
        [CONF_SIZE] = sizeof(uint32_t),
        [CONF_CHOICE] = sizeof(uint32_t),
        [CONF_BRAKE] = sizeof(struct conf_brake),
        [CONF_HISTORY] = sizeof(struct conf_history),
        [CONF_TEXT] = sizeof(char *),
        [CONF_TEXT_OR_OFF] = sizeof(char *),
        [CONF_PATH] = sizeof(char *),
        [CONF_NAME] = sizeof(struct conf_name),
        [CONF_TEMPLATE] = sizeof(struct conf_word),
        [CONF_ADDRS] = sizeof(struct conf_addrs),
        [CONF_ADDR_OR_OFF] = sizeof(struct conf_addrs),
        [CONF_PREFIXES] = sizeof(struct conf_prefixes),
        [CONF_UPDATES] = sizeof(struct conf_updates),
        [CONF_ACL] = sizeof(struct conf_acl),
        [CONF_COOKIE_SECRETS] = sizeof(struct conf_cookie_secrets),
        [CONF_COOKIE_FILE] = sizeof(struct conf_cookie_secrets),
        [CONF_SECRET] = sizeof(struct conf_octets),
        [CONF_SECRET_FILE] = sizeof(struct conf_octets),
        [CONF_CREDENTIAL] = sizeof(struct conf_octets),
        [CONF_KEY] = sizeof(uint32_t),
        [CONF_PEERS] = sizeof(struct conf_peer_refs),
        [CONF_NAMES] = sizeof(struct conf_names),
    };

    td_assert(sizes[option->type] != 0);
    return sizes[option->type];
}

static bool addrs_equal(const struct conf_addrs *a, const struct conf_addrs *b)
{
    if (a->count != b->count)
        return false;
    for (uint32_t i = 0; i < a->count; i++)
        if (!td_addr_equal(&a->items[i], &b->items[i]) || a->items[i].scope != b->items[i].scope)
            return false;
    return true;
}

bool conf_prefix_equal(const struct td_prefix *a, const struct td_prefix *b)
{
    return a->family == b->family && a->length == b->length &&
           memcmp(a->octets, b->octets, sizeof(a->octets)) == 0;
}

static bool prefixes_equal(const struct conf_prefixes *a, const struct conf_prefixes *b)
{
    if (a->count != b->count)
        return false;
    for (uint32_t i = 0; i < a->count; i++)
        if (!conf_prefix_equal(&a->items[i], &b->items[i]))
            return false;
    return true;
}

static bool acl_equal(const struct conf *a_conf, const struct conf_acl *a,
                      const struct conf *b_conf, const struct conf_acl *b)
{
    if (a->count != b->count)
        return false;
    for (uint32_t i = 0; i < a->count; i++) {
        const struct conf_acl_entry *left = &a->entries[i];
        const struct conf_acl_entry *right = &b->entries[i];
        if (left->kind != right->kind)
            return false;
        if (left->kind == CONF_ACL_PREFIX && !conf_prefix_equal(&left->prefix, &right->prefix))
            return false;
        if (left->kind == CONF_ACL_KEY &&
            conf_name_compare(&a_conf->keys[left->key].name, &b_conf->keys[right->key].name) != 0)
            return false;
    }
    return true;
}

static bool key_equal(const struct conf *a_conf, uint32_t a, const struct conf *b_conf, uint32_t b)
{
    if (a == 0 || b == 0)
        return a == b;
    return conf_name_compare(&a_conf->keys[a - 1].name, &b_conf->keys[b - 1].name) == 0;
}

/* Peers that are reached in another way are others. */
static bool peers_equal(const struct conf *a_conf, const struct conf_peer_refs *a,
                        const struct conf *b_conf, const struct conf_peer_refs *b)
{
    if (a->count != b->count)
        return false;
    for (uint32_t i = 0; i < a->count; i++) {
        const struct conf_peer *left = &a_conf->peers[a->items[i]];
        const struct conf_peer *right = &b_conf->peers[b->items[i]];
        if (strcmp(left->name, right->name) != 0 ||
            !addrs_equal(&left->addresses, &right->addresses) ||
            !addrs_equal(&left->source, &right->source) ||
            !key_equal(a_conf, left->key, b_conf, right->key))
            return false;
    }
    return true;
}

static bool text_equal(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool octets_equal(const struct conf_octets *a, const struct conf_octets *b)
{
    return a->size == b->size && (a->size == 0 || memcmp(a->octets, b->octets, a->size) == 0);
}

static bool cookies_equal(const struct conf_cookie_secrets *a, const struct conf_cookie_secrets *b)
{
    return a->count == b->count &&
           memcmp(a->secrets, b->secrets, a->count * sizeof(a->secrets[0])) == 0;
}

bool conf_value_equal(const struct conf_option *option, const struct conf *a, const void *a_field,
                      const struct conf *b, const void *b_field)
{
    switch (option->type) {
    case CONF_TEXT:
    case CONF_TEXT_OR_OFF:
    case CONF_PATH:
        return text_equal(*(const char *const *)a_field, *(const char *const *)b_field);
    case CONF_NAME:
        return conf_name_compare(a_field, b_field) == 0;
    case CONF_ADDRS:
    case CONF_ADDR_OR_OFF:
        return addrs_equal(a_field, b_field);
    case CONF_PREFIXES:
        return prefixes_equal(a_field, b_field);
    case CONF_UPDATES:
        return conf_updates_equal(a, a_field, b, b_field);
    case CONF_ACL:
        return acl_equal(a, a_field, b, b_field);
    case CONF_KEY:
        return key_equal(a, *(const uint32_t *)a_field, b, *(const uint32_t *)b_field);
    case CONF_PEERS:
        return peers_equal(a, a_field, b, b_field);
    case CONF_COOKIE_SECRETS:
    case CONF_COOKIE_FILE:
        return cookies_equal(a_field, b_field);
    case CONF_SECRET:
    case CONF_SECRET_FILE:
    case CONF_CREDENTIAL:
        return octets_equal(a_field, b_field);
    default:
        return memcmp(a_field, b_field, conf_option_size(option)) == 0;
    }
}

/* The field of a row of zones: that is part of the options, or NULL. */
static const void *options_field(const struct conf_option *option,
                                 const struct conf_zone_options *options)
{
    if ((option->flags & CONF_INHERITED) == 0)
        return NULL;
    return (const char *)options + option->offset - offsetof(struct conf_zone_row, options);
}

bool conf_zone_options_equal(const struct conf *a, const struct conf_zone_options *a_options,
                             const struct conf *b, const struct conf_zone_options *b_options)
{
    for (uint32_t i = 0; i < conf_section_zone.count; i++) {
        const struct conf_option *option = &conf_section_zone.options[i];
        const void *a_field = options_field(option, a_options);
        if (a_field != NULL &&
            !conf_value_equal(option, a, a_field, b, options_field(option, b_options)))
            return false;
    }
    return true;
}

/* The seed is fixed: nobody but the operator writes what is hashed here. */
uint64_t conf_zone_options_hash(const struct conf_zone_options *options)
{
    const struct td_hash_seed seed = td_hash_seed_of(1, 2);
    uint64_t hash = 0;

    for (uint32_t i = 0; i < conf_section_zone.count; i++) {
        const struct conf_option *option = &conf_section_zone.options[i];
        const void *field = options_field(option, options);
        uint64_t part = 0;

        if (field == NULL)
            continue;
        if (option->type == CONF_ACL) {
            const struct conf_acl *acl = field;
            part = td_hash_octets(&seed, acl->entries, acl->count * sizeof(*acl->entries));
        } else if (option->type <= CONF_HISTORY) {
            part = td_hash_octets(&seed, field, conf_option_size(option));
        } /* else: only more collisions */
        hash = td_hash_fold(hash ^ seed.k0, part ^ seed.k1);
    }
    return hash;
}
