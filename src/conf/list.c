/*
 * Values that are lists: addresses, prefixes, who may, cookie secrets.
 */
#include "conf/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/macros.h"
#include "wire/name.h"

static size_t item_size(enum conf_type type)
{
    switch (type) {
    case CONF_PREFIXES:
        return sizeof(struct td_prefix);
    case CONF_ACL:
        return sizeof(struct conf_acl_entry);
    case CONF_COOKIE_SECRETS:
        return sizeof(struct conf_cookie_secrets);
    case CONF_PEERS:
        return sizeof(uint32_t);
    case CONF_NAMES:
        return sizeof(struct conf_name);
    default:
        return sizeof(struct td_addr);
    }
}

static void item_add(struct conf_items *items, enum conf_type type, const void *item)
{
    size_t size = item_size(type);

    if (items->count == items->capacity) {
        items->capacity = items->capacity == 0 ? 4 : items->capacity * 2;
        items->data = td_realloc(items->data, items->capacity * size);
    }
    memcpy(items->data + items->count * size, item, size);
    items->count++;
}

static bool addr_read(struct conf_load *load, const struct conf_option *option,
                      const struct conf_scalar *scalar, struct conf_items *items)
{
    struct td_addr addr;
    bool is_on;

    if (option->type == CONF_ADDR_OR_OFF && conf_bool_read(scalar->text, &is_on) && !is_on)
        return true;
    if (td_addr_parse(scalar->text, (uint16_t)option->min, &addr) != TD_OK)
        return conf_value_fail(load, option, scalar, "");
    if (addr.port == 0 && option->min != 0)
        return conf_value_fail(load, option, scalar, "a port is 1 to 65535");

    const struct td_addr *others = (const struct td_addr *)(const void *)items->data;
    for (uint32_t i = 0; i < items->count; i++) {
        char text[TD_ADDR_TEXT_SIZE];
        if (!td_addr_equal(&others[i], &addr) || others[i].scope != addr.scope)
            continue;
        conf_load_error(load, scalar->line, scalar->column, "%s: %s is listed twice", option->path,
                        td_addr_format_port(&addr, text));
        return false;
    }
    item_add(items, option->type, &addr);
    return true;
}

/* "192.0.2.0/24" for what was written as "192.0.2.1/24" and refused only for its host bits. */
static void prefix_hint(const char *text, char *out, size_t size)
{
    const char *slash = strchr(text, '/');
    char copy[TD_ADDR_TEXT_SIZE];
    struct td_prefix prefix;

    if (slash == NULL || (size_t)(slash - text) >= sizeof(copy))
        return;
    memcpy(copy, text, (size_t)(slash - text));
    copy[slash - text] = '\0';
    if (td_prefix_parse(copy, &prefix) != TD_OK)
        return;

    struct td_addr addr = { .family = prefix.family };
    unsigned length = 0;
    for (const char *digit = slash + 1; *digit != '\0' && length < 1000; digit++)
        length = length * 10 + (unsigned)(*digit - '0');
    memcpy(addr.octets, prefix.octets, sizeof(addr.octets));
    for (unsigned bit = length; bit < 128; bit++)
        addr.octets[bit / 8] = (uint8_t)(addr.octets[bit / 8] & ~(0x80u >> bit % 8));
    snprintf(out, size, "bits behind the length are set: did you mean %s/%u?",
             td_addr_format(&addr, copy), length);
}

bool conf_prefix_read(struct conf_load *load, const struct conf_option *option,
                      const struct conf_scalar *scalar, struct td_prefix *ret_prefix)
{
    char hint[128] = "";
    td_err err = td_prefix_parse(scalar->text, ret_prefix);

    if (err == TD_OK)
        return true;
    if (err == TD_E_INVALID)
        prefix_hint(scalar->text, hint, sizeof(hint));
    return conf_value_fail(load, option, scalar, hint);
}

bool conf_key_read(struct conf_load *load, const struct conf_option *option,
                   const struct conf_scalar *scalar, const char *text, uint32_t *ret_key)
{
    struct wire_name name;
    char lower[WIRE_NAME_TEXT_SIZE];
    char hint[CONF_QUOTE_SIZE];
    char quote[CONF_QUOTE_SIZE];

    if (wire_name_from_text(text, &name) != TD_OK)
        return conf_value_fail(load, option, scalar, "");
    wire_name_lower(name.octets, name.octets, name.size);
    wire_name_format(name.octets, lower);
    if (conf_key_find(load, lower, ret_key))
        return true;

    struct conf_guess guess = { .written = lower };
    for (uint32_t i = 0; i < load->key_count; i++)
        conf_guess_offer(&guess, load->keys[i].name.text);
    conf_load_error(load, scalar->line, scalar->column, "%s: there is no key %s in keys%s",
                    option->path, conf_quote(text, quote), conf_guess_text(&guess, hint));
    return false;
}

/* "key NAME" */
static bool acl_key_read(struct conf_load *load, const struct conf_option *option,
                         const struct conf_scalar *scalar, struct conf_acl_entry *entry)
{
    const char *text = scalar->text + 3;

    entry->kind = CONF_ACL_KEY;
    return conf_key_read(load, option, scalar, text + strspn(text, " "), &entry->key);
}

static bool acl_read(struct conf_load *load, const struct conf_option *option,
                     const struct conf_scalar *scalar, struct conf_items *items)
{
    struct conf_acl_entry entry;

    memset(&entry, 0, sizeof(entry)); /* entries are compared octet by octet */
    if (strcmp(scalar->text, "none") == 0)
        return true;
    if (strcmp(scalar->text, "any") == 0) {
        entry.prefix.family = 4;
        item_add(items, CONF_ACL, &entry);
        entry.prefix.family = 6;
        item_add(items, CONF_ACL, &entry);
        return true;
    }
    if (strncmp(scalar->text, "key ", 4) == 0) {
        if (!acl_key_read(load, option, scalar, &entry))
            return false;
    } else {
        struct td_prefix prefix;
        if (!conf_prefix_read(load, option, scalar, &prefix))
            return false;
        memcpy(&entry.prefix, &prefix, sizeof(prefix));
    }
    item_add(items, CONF_ACL, &entry);
    return true;
}

static bool peer_read(struct conf_load *load, const struct conf_option *option,
                      const struct conf_scalar *scalar, struct conf_items *items)
{
    const uint32_t *others = (const uint32_t *)(const void *)items->data;
    char quote[CONF_QUOTE_SIZE];
    uint32_t peer;

    if (strcmp(scalar->text, "none") == 0)
        return true;
    if (!conf_peer_find(load, option, scalar, &peer))
        return false;
    for (uint32_t i = 0; i < items->count; i++) {
        if (others[i] != peer)
            continue;
        conf_load_error(load, scalar->line, scalar->column, "%s: %s is listed twice", option->path,
                        conf_quote(scalar->text, quote));
        return false;
    }
    item_add(items, option->type, &peer);
    return true;
}

static bool name_read(struct conf_load *load, const struct conf_option *option,
                      const struct conf_scalar *scalar, struct conf_items *items)
{
    struct conf_name name;

    if (strcmp(scalar->text, "none") == 0)
        return true;
    if (!conf_name_read(load, option, scalar, &name))
        return false;
    item_add(items, option->type, &name);
    return true;
}

bool conf_item_read(struct conf_load *load, const struct conf_option *option,
                    const struct conf_scalar *scalar, struct conf_items *items)
{
    struct conf_cookie_secrets cookies = { .count = 0 };
    struct td_prefix prefix;
    bool is_good;

    switch (option->type) {
    case CONF_ACL:
        return acl_read(load, option, scalar, items);
    case CONF_PEERS:
        return peer_read(load, option, scalar, items);
    case CONF_NAMES:
        return name_read(load, option, scalar, items);
    case CONF_PREFIXES:
        if (!conf_prefix_read(load, option, scalar, &prefix))
            return false;
        item_add(items, option->type, &prefix);
        return true;
    case CONF_COOKIE_SECRETS:
        is_good = conf_cookie_add(load, option, scalar, &cookies);
        if (is_good && items->count <= CONF_COOKIE_SECRET_COUNT_MAX)
            item_add(items, option->type, &cookies); /* never moved, so that it can be wiped */
        explicit_bzero(&cookies, sizeof(cookies));
        return is_good;
    default:
        return addr_read(load, option, scalar, items);
    }
}

static bool cookies_store(const struct conf_items *items, struct conf_cookie_secrets *field)
{
    const struct conf_cookie_secrets *each = (const void *)items->data;

    if (items->count == 0 || items->count > CONF_COOKIE_SECRET_COUNT_MAX)
        return false;
    for (uint32_t i = 0; i < items->count; i++)
        memcpy(field->secrets[i], each[i].secrets[0], CONF_COOKIE_SECRET_SIZE);
    field->count = items->count;
    return true;
}

bool conf_items_store(struct conf_load *load, const struct conf_option *option,
                      struct conf_items *items, const struct conf_yaml_node *node, void *field)
{
    /* conf_addrs, conf_prefixes, conf_acl and conf_peer_refs are all this. */
    struct list {
        const void *items;
        uint32_t count;
    } *list = field;
    bool is_good = true;

    if (option->type == CONF_COOKIE_SECRETS) {
        is_good = cookies_store(items, field);
    } else if (option->type == CONF_ADDRS && items->count == 0) {
        is_good = false;
    } else {
        list->count = items->count;
        list->items = items->count == 0 ? NULL
                                        : td_arena_memdup(load->arena, items->data,
                                                          items->count * item_size(option->type));
    }
    if (!is_good)
        conf_load_error(load, node->line, node->column, "%s: expected %s, not %u of them",
                        option->path,
                        option->type == CONF_ADDRS ? "at least one address" : "one or two secrets",
                        items->count);
    return is_good;
}

void conf_items_fini(struct conf_items *items, enum conf_type type)
{
    if (items->data != NULL)
        explicit_bzero(items->data, items->count * item_size(type));
    free(items->data);
}
