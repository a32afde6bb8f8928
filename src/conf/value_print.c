/*
 * Values as they would be written: the other way of value.c and list.c.
 */
#include <string.h>

#include "base/assert.h"
#include "conf/load.h"
#include "wire/name.h"
#include "wire/rrtype.h"

/* ---- pieces ---- */

/* A text that was formatted into a buffer, in quotes. */
static void put_quoted(struct td_buf *out, struct td_buf *text)
{
    conf_json_text(out, td_buf_text(text));
    td_buf_fini(text);
}

static void put_formatted(struct td_buf *out, void (*format)(uint64_t value, struct td_buf *out),
                          uint64_t value)
{
    struct td_buf text = { .data = NULL };

    format(value, &text);
    put_quoted(out, &text);
}

static void put_addr(struct td_buf *out, const struct td_addr *addr)
{
    struct td_buf text = { .data = NULL };
    char host[TD_ADDR_TEXT_SIZE];

    td_addr_format(addr, host);
    if (addr->port == 0)
        td_buf_add_text(&text, host);
    else
        td_buf_printf(&text, addr->family == 6 ? "[%s]:%u" : "%s:%u", host, addr->port);
    put_quoted(out, &text);
}

static void put_prefix(struct td_buf *out, const struct td_prefix *prefix)
{
    struct td_addr addr = { .family = prefix->family };
    struct td_buf text = { .data = NULL };
    char host[TD_ADDR_TEXT_SIZE];

    memcpy(addr.octets, prefix->octets, sizeof(addr.octets));
    td_buf_printf(&text, "%s/%u", td_addr_format(&addr, host), prefix->length);
    put_quoted(out, &text);
}

static void put_name(struct td_buf *out, const char *before, const uint8_t *wire)
{
    struct td_buf text = { .data = NULL };
    char name[WIRE_NAME_TEXT_SIZE];

    td_buf_printf(&text, "%s%s", before, wire_name_format(wire, name));
    put_quoted(out, &text);
}

/* "[a, b, c]" */
struct list {
    struct td_buf *out;
    bool needs_comma;
};

static struct list list_begin(struct td_buf *out)
{
    td_buf_add_char(out, '[');
    return (struct list){ .out = out };
}

static struct td_buf *list_next(struct list *list)
{
    if (list->needs_comma)
        td_buf_add_text(list->out, ", ");
    list->needs_comma = true;
    return list->out;
}

static void list_end(const struct list *list)
{
    td_buf_add_char(list->out, ']');
}

/* ---- types ---- */

static void addrs_print(struct td_buf *out, const struct conf_addrs *addrs)
{
    struct list list = list_begin(out);

    for (uint32_t i = 0; i < addrs->count; i++)
        put_addr(list_next(&list), &addrs->items[i]);
    list_end(&list);
}

static void addr_print(struct td_buf *out, const struct conf_addrs *addrs)
{
    if (addrs->count == 0)
        conf_json_text(out, "off");
    else
        put_addr(out, &addrs->items[0]);
}

static void prefixes_print(struct td_buf *out, const struct td_prefix *prefixes, uint32_t count)
{
    struct list list = list_begin(out);

    for (uint32_t i = 0; i < count; i++)
        put_prefix(list_next(&list), &prefixes[i]);
    list_end(&list);
}

static bool is_any(const struct conf_acl_entry *entry, uint8_t family)
{
    return entry->kind == CONF_ACL_PREFIX && entry->prefix.family == family &&
           entry->prefix.length == 0;
}

static void acl_print(struct td_buf *out, const struct conf *conf, const struct conf_acl *acl)
{
    if (acl->count == 0) {
        conf_json_text(out, "none");
        return;
    }
    struct list list = list_begin(out);
    for (uint32_t i = 0; i < acl->count; i++) {
        const struct conf_acl_entry *entry = &acl->entries[i];
        if (entry->kind == CONF_ACL_KEY) {
            put_name(list_next(&list), "key ", conf->keys[entry->key].name.wire);
        } else if (is_any(entry, 4) && i + 1 < acl->count && is_any(entry + 1, 6)) {
            conf_json_text(list_next(&list), "any");
            i++;
        } else {
            put_prefix(list_next(&list), &entry->prefix);
        }
    }
    list_end(&list);
}

static void peers_print(struct td_buf *out, const struct conf *conf,
                        const struct conf_peer_refs *refs)
{
    if (refs->count == 0) {
        conf_json_text(out, "none");
        return;
    }
    struct list list = list_begin(out);
    for (uint32_t i = 0; i < refs->count; i++)
        conf_json_text(list_next(&list), conf->peers[refs->items[i]].name);
    list_end(&list);
}

static bool names_print(struct td_buf *out, const struct conf_names *names)
{
    if (names->count == 0)
        return false;
    struct list list = list_begin(out);
    for (uint32_t i = 0; i < names->count; i++)
        conf_json_text(list_next(&list), names->items[i].text);
    list_end(&list);
    return true;
}

static void update_names_print(struct td_buf *out, const struct conf_update *row)
{
    static const char *const words[] = {
        [CONF_UPDATE_EXACT] = "exact ",
        [CONF_UPDATE_SUBTREE] = "subtree ",
        [CONF_UPDATE_BELOW] = "wildcard ",
    };
    struct list list = list_begin(out);

    for (uint32_t i = 0; i < row->name_count; i++) {
        if (row->names[i].match == CONF_UPDATE_SELF)
            conf_json_text(list_next(&list), "self");
        else
            put_name(list_next(&list), words[row->names[i].match], row->names[i].wire);
    }
    list_end(&list);
}

static void update_types_print(struct td_buf *out, const struct conf_update *row)
{
    char text[WIRE_RRTYPE_MNEMONIC_SIZE];
    struct list list = list_begin(out);

    for (uint32_t i = 0; i < row->type_count; i++)
        conf_json_text(list_next(&list), wire_rrtype_format(row->types[i], text));
    list_end(&list);
}

static void update_print(struct td_buf *out, const struct conf *conf, const struct conf_update *row)
{
    if (row->has_key) {
        td_buf_add_text(out, "{\"key\": ");
        conf_json_text(out, conf->keys[row->key].name.text);
    } else {
        td_buf_add_text(out, "{\"address\": ");
        prefixes_print(out, row->prefixes, row->prefix_count);
    }
    if (row->name_count != 0) {
        td_buf_add_text(out, ", \"names\": ");
        update_names_print(out, row);
    }
    if (row->type_count != 0) {
        td_buf_add_text(out, ", \"types\": ");
        update_types_print(out, row);
    }
    if (!row->may_add || !row->may_delete)
        td_buf_printf(out, ", \"actions\": [\"%s\"]", row->may_add ? "add" : "delete");
    td_buf_add_char(out, '}');
}

static void updates_print(struct td_buf *out, const struct conf *conf,
                          const struct conf_updates *updates)
{
    if (updates->count == 0) {
        conf_json_text(out, "none");
        return;
    }
    struct list list = list_begin(out);
    for (uint32_t i = 0; i < updates->count; i++)
        update_print(list_next(&list), conf, &updates->rows[i]);
    list_end(&list);
}

static void brake_print(struct td_buf *out, const struct conf_brake *brake)
{
    struct td_buf share = { .data = NULL };

    if (brake->percent == 0)
        td_buf_add_text(&share, "off");
    else
        td_buf_printf(&share, "%u%%", brake->percent);
    if (brake->transfers != 0)
        td_buf_add_text(out, "{\"share\": ");
    put_quoted(out, &share);
    if (brake->transfers != 0)
        td_buf_add_text(out, ", \"transfers\": true}");
}

static void history_print(struct td_buf *out, const struct conf_history *history)
{
    if (history->octets == 0 && history->age_s == 0) {
        conf_json_text(out, "off");
        return;
    }
    td_buf_add_text(out, "{\"size\": ");
    put_formatted(out, conf_size_format, history->octets);
    td_buf_add_text(out, ", \"age\": ");
    put_formatted(out, conf_duration_format, history->age_s * 1000);
    td_buf_add_char(out, '}');
}

/* Numbers and words. */
static void number_print(struct td_buf *out, const struct conf_option *option, uint32_t value)
{
    if (option->type == CONF_DURATION)
        put_formatted(out, conf_duration_format, value);
    else if (option->type == CONF_SIZE)
        put_formatted(out, conf_size_format, value);
    else if (option->type == CONF_CHOICE)
        conf_json_text(out, option->choices[value].word);
    else if (option->choices != NULL && value == 0)
        conf_json_text(out, option->choices[0].word);
    else
        td_buf_printf(out, "%u", value);
}

/* A text that may be missing. */
static bool text_print(struct td_buf *out, const struct conf_option *option, const char *text)
{
    if (text == NULL && option->type != CONF_TEXT_OR_OFF)
        return false;
    conf_json_text(out, text == NULL ? "off" : text);
    return true;
}

static bool list_print(const struct conf *conf, const struct conf_option *option, const void *field,
                       struct td_buf *out)
{
    const struct conf_prefixes *prefixes = field;

    switch (option->type) {
    case CONF_ADDRS:
        addrs_print(out, field);
        return true;
    case CONF_ADDR_OR_OFF:
        addr_print(out, field);
        return true;
    case CONF_PREFIXES:
        prefixes_print(out, prefixes->items, prefixes->count);
        return true;
    case CONF_ACL:
        acl_print(out, conf, field);
        return true;
    case CONF_PEERS:
        peers_print(out, conf, field);
        return true;
    case CONF_NAMES:
        return names_print(out, field);
    default:
        return false; /* cookie secrets */
    }
}

bool conf_value_print(const struct conf *conf, const struct conf_option *option, const void *field,
                      struct td_buf *out)
{
    const struct conf_name *name = field;
    const struct conf_word *word = field;
    uint32_t key;

    if (conf_type_is_list(option->type))
        return list_print(conf, option, field, out);
    switch (option->type) {
    case CONF_BOOL:
        td_buf_add_text(out, *(const bool *)field ? "true" : "false");
        return true;
    case CONF_COUNT:
    case CONF_DURATION:
    case CONF_SIZE:
    case CONF_CHOICE:
        number_print(out, option, *(const uint32_t *)field);
        return true;
    case CONF_BRAKE:
        brake_print(out, field);
        return true;
    case CONF_HISTORY:
        history_print(out, field);
        return true;
    case CONF_UPDATES:
        updates_print(out, conf, field);
        return true;
    case CONF_TEXT:
    case CONF_TEXT_OR_OFF:
    case CONF_PATH:
        return text_print(out, option, *(const char *const *)field);
    case CONF_NAME:
        return text_print(out, option, name->text);
    case CONF_TEMPLATE:
        return text_print(out, option, word->text);
    case CONF_KEY:
        key = *(const uint32_t *)field;
        return text_print(out, option, key == 0 ? NULL : conf->keys[key - 1].name.text);
    default:
        return false; /* secrets */
    }
}
