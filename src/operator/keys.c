/*
 * Keys by command. What is to be in the file is settled on the main thread, the file is written on
 * the thread of the API that asked, and only then the change is made: the main thread does not wait
 * for the disk.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/basen.h"
#include "io/file.h"
#include "io/io.h"
#include "operator/internal.h"
#include "server/keyring.h"
#include "wire/name.h"

enum { LOOK_AGAIN_MS = 20, SECRET_SIZE_MAX = 1024, PATH_ROOM = 4096 };

/* ---- what is seen ---- */

struct view {
    const char *name; /* NULL: all */
    struct control_keys *keys;
};

static struct control_key view_of(const struct server *server, struct td_arena *arena,
                                  const struct conf_key *key, bool has_secret)
{
    struct td_buf uses = { .data = NULL };
    struct control_key view = {
        .name = td_arena_strdup(arena, key->name.text),
        .algorithm = conf_key_algorithm_text(key->algorithm),
        .octets = key->secret.size,
        .is_kept = key->is_kept,
        .file = key->is_kept ? NULL : td_arena_strdup(arena, server->conf->path),
        .line = key->is_kept ? 0 : key->line,
    };

    for (uint32_t i = 0; key->is_kept && i < server->conf->key_count; i++)
        view.is_hidden |= !server->conf->keys[i].is_kept &&
                          strcmp(server->conf->keys[i].name.text, key->name.text) == 0;
    view.uses = view.is_hidden ? 0 : conf_key_uses(server->conf, key, &uses);
    td_buf_fini(&uses);
    if (has_secret) {
        char *text = td_arena_alloc(arena, td_base64_size(key->secret.size) + 1);
        text[td_base64_encode(key->secret.octets, key->secret.size, text)] = '\0';
        view.secret = text;
    }
    return view;
}

static void add_view(const struct server *server, struct view *view, const struct conf_key *key)
{
    struct control_keys *keys = view->keys;

    if (view->name == NULL || strcmp(view->name, key->name.text) == 0)
        keys->keys[keys->count++] = view_of(server, &keys->arena, key, view->name != NULL);
}

static td_err take_keys(struct fiber *fiber, struct server *server, void *argument)
{
    struct view *view = argument;
    const struct keyring *keyring = server->keyring;

    (void)fiber;
    *view->keys = (struct control_keys){ .count = 0 };
    td_arena_init(&view->keys->arena, 0);
    view->keys->keys =
        td_arena_alloc(&view->keys->arena,
                       (server->conf->key_count + keyring->count + 1) * sizeof(*view->keys->keys));
    for (uint32_t i = 0; i < server->conf->key_count; i++)
        if (!server->conf->keys[i].is_kept)
            add_view(server, view, &server->conf->keys[i]);
    for (uint32_t i = 0; i < keyring->count; i++)
        add_view(server, view, &keyring->keys[i]);
    return TD_OK;
}

static bool read_name(const char *text, struct wire_name *name, char out[WIRE_NAME_TEXT_SIZE])
{
    if (wire_name_from_text(text, name) != TD_OK)
        return false;
    wire_name_lower(name->octets, name->octets, name->size);
    wire_name_format(name->octets, out);
    return true;
}

static td_err host_list(void *context, const char *name, struct control_keys *ret_keys)
{
    char text[WIRE_NAME_TEXT_SIZE];
    struct wire_name wire;
    struct view view = { .name = text, .keys = ret_keys };

    if (name == NULL)
        view.name = NULL;
    else if (!read_name(name, &wire, text))
        return TD_E_NOT_FOUND;
    td_err err = operator_ask(context, take_keys, &view);
    if (err == TD_OK && name != NULL && ret_keys->count == 0) {
        td_arena_fini(&ret_keys->arena);
        return TD_E_NOT_FOUND;
    }
    return err;
}

/* ---- what is changed ---- */

struct change {
    struct conf_key key; /* to be added, or with a name only */
    uint8_t *drawn;      /* where its secret is to be drawn; NULL: it was said */
    bool is_removal;
    bool is_dry;
    bool force;
    struct io *io;
    char path[PATH_ROOM];
    struct td_buf text; /* of the file */
    struct td_buf *uses;
    struct td_diag *diag;
};

static bool is_in_file(const struct server *server, const char *name)
{
    for (uint32_t i = 0; i < server->conf->key_count; i++)
        if (!server->conf->keys[i].is_kept && strcmp(server->conf->keys[i].name.text, name) == 0)
            return true;
    return false;
}

static td_err check_add(const struct server *server, const struct change *change)
{
    const char *name = change->key.name.text;

    if (is_in_file(server, name)) {
        td_diag_say(change->diag, "the configuration has a key %.300s: change it there, and reload",
                    name);
        return TD_E_EXISTS;
    }
    if (keyring_find(server->keyring, name) != NULL) {
        td_diag_say(
            change->diag,
            "there is a key %.300s: for another secret add a key of another name, have both "
            "sides use it, and remove this one",
            name);
        return TD_E_EXISTS;
    }
    if (server->keyring->count >= KEYRING_MAX) {
        td_diag_say(change->diag, "there are %d keys that were added so: remove some", KEYRING_MAX);
        return TD_E_LIMIT;
    }
    return TD_OK;
}

static td_err check_remove(const struct server *server, const struct change *change)
{
    const char *name = change->key.name.text;
    bool is_hidden = is_in_file(server, name);

    if (keyring_find(server->keyring, name) == NULL) {
        td_diag_say(change->diag,
                    is_hidden ? "the key %.300s stands in the configuration: remove it there, and "
                                "reload"
                              : "there is no key %.300s: 'tandem key list' lists them",
                    name);
        return is_hidden ? TD_E_CONFLICT : TD_E_NOT_FOUND;
    }
    if (is_hidden)
        return TD_OK; /* nothing uses this one */
    uint32_t uses = conf_key_uses(server->conf, &change->key, change->uses);
    if (uses > CONF_KEY_USES_MAX)
        td_buf_printf(change->uses, "and %u more\n", uses - CONF_KEY_USES_MAX);
    if (uses == 0 || change->force)
        return TD_OK;
    td_diag_say(change->diag,
                "the key %.300s is in use: take it out of the configuration and reload, or --force",
                name);
    return TD_E_CONFLICT;
}

/* One at a time: each writes the whole file. */
static td_err begin(struct fiber *fiber, struct server *server, void *argument)
{
    struct change *change = argument;
    struct keyring *keyring = server->keyring;

    while (keyring->is_busy && !server->wants_stop)
        if (io_fiber_sleep_ms(fiber, LOOK_AGAIN_MS) != TD_OK)
            return TD_E_CLOSED;
    if (server->wants_stop)
        return TD_E_CLOSED;
    td_err err = change->is_removal ? check_remove(server, change) : check_add(server, change);
    if (err != TD_OK || change->is_dry)
        return err;
    int size = snprintf(change->path, sizeof(change->path), "%s/%s", server->state, CONF_KEPT_KEYS);
    if (size < 0 || size >= PATH_ROOM) {
        td_diag_say(change->diag, "the path of the state directory is too long");
        return TD_E_LIMIT;
    }
    if (change->drawn != NULL)
        io_random_fill(server->io, change->drawn, change->key.secret.size);
    keyring_print(keyring, change->is_removal ? NULL : &change->key,
                  change->is_removal ? change->key.name.text : NULL, &change->text);
    change->io = server->io;
    keyring->is_busy = true;
    return TD_OK;
}

static bool is_named(const struct server *server, const char *name)
{
    for (uint32_t i = 0; i < server->conf->key_count; i++)
        if (strcmp(server->conf->keys[i].name.text, name) == 0)
            return true;
    return false;
}

static td_err give_up(struct fiber *fiber, struct server *server, void *argument)
{
    (void)fiber;
    (void)argument;
    server->keyring->is_busy = false;
    return TD_OK;
}

static td_err end(struct fiber *fiber, struct server *server, void *argument)
{
    struct change *change = argument;

    if (change->is_removal)
        keyring_remove(server->keyring, change->key.name.text);
    else
        keyring_put(server->keyring, &change->key);
    server->keyring->is_busy = false;
    server_rekey(fiber, server, is_named(server, change->key.name.text));
    return TD_OK;
}

static td_err make(void *context, struct change *change)
{
    td_err err = operator_ask(context, begin, change);
    if (err == TD_OK && change->is_dry)
        td_diag_say(change->diag, "the key %.300s would be %s", change->key.name.text,
                    change->is_removal ? "removed" : "added");
    if (err != TD_OK || change->is_dry)
        return err;
    err = io_path_replace(NULL, change->io, change->path, change->text.data, change->text.size,
                          IO_FILE_PRIVATE, change->diag);
    if (err != TD_OK && change->diag->file[0] != '\0') {
        struct td_diag why = *change->diag;
        td_diag_say(change->diag, "'%s': %s", why.file, why.text);
    }
    td_err ended = operator_ask_main(context, err == TD_OK ? end : give_up, change);
    return err != TD_OK ? err : ended;
}

static void change_fini(struct change *change)
{
    if (change->text.data != NULL)
        explicit_bzero(change->text.data, change->text.size);
    td_buf_fini(&change->text);
}

/* A name in place, or an error. */
static td_err take_name(struct change *change, const char *said, struct wire_name *wire,
                        char text[WIRE_NAME_TEXT_SIZE])
{
    if (!read_name(said, wire, text)) {
        td_diag_say(change->diag, "'%.200s' is not a domain name", said);
        return TD_E_INVALID;
    }
    change->key.name = (struct conf_name){ .text = text, .wire = wire->octets, .size = wire->size };
    return TD_OK;
}

/* The secret that was said, or room for one as long as the MAC (RFC 2104 section 3). */
static td_err take_secret(struct change *change, const char *said, uint8_t octets[SECRET_SIZE_MAX])
{
    static const uint32_t sizes[] = {
        [CONF_KEY_HMAC_SHA1] = 20,   [CONF_KEY_HMAC_SHA224] = 28, [CONF_KEY_HMAC_SHA256] = 32,
        [CONF_KEY_HMAC_SHA384] = 48, [CONF_KEY_HMAC_SHA512] = 64,
    };
    size_t size = sizes[change->key.algorithm];

    change->drawn = said == NULL ? octets : NULL;
    if (said != NULL &&
        (td_base64_decode(said, strlen(said), octets, SECRET_SIZE_MAX, &size) != TD_OK ||
         size == 0)) {
        td_diag_say(change->diag,
                    "the secret is not base64 of 1 to %d octets (the text is not shown)",
                    SECRET_SIZE_MAX);
        return TD_E_INVALID;
    }
    change->key.secret = (struct conf_octets){ octets, (uint32_t)size };
    return TD_OK;
}

static td_err host_add(void *context, const struct control_call *call, struct td_diag *diag)
{
    struct change change = { .is_dry = call->dry_run, .diag = diag };
    const char *algorithm = call->algorithm == NULL ? "hmac-sha256" : call->algorithm;
    uint8_t octets[SECRET_SIZE_MAX];
    char text[WIRE_NAME_TEXT_SIZE];
    struct wire_name wire;

    if (!conf_key_algorithm_find(algorithm, &change.key.algorithm)) {
        td_diag_say(diag,
                    "'%.80s' is no algorithm: hmac-sha256, or hmac-sha512, hmac-sha384, "
                    "hmac-sha224, hmac-sha1 where the other side wants it",
                    algorithm);
        return TD_E_INVALID;
    }
    td_err err = take_name(&change, call->key, &wire, text);
    if (err == TD_OK)
        err = take_secret(&change, call->secret, octets);
    if (err == TD_OK)
        err = make(context, &change);
    explicit_bzero(octets, sizeof(octets));
    change_fini(&change);
    return err;
}

static td_err host_remove(void *context, const struct control_call *call, struct td_buf *uses,
                          struct td_diag *diag)
{
    struct change change = { .is_removal = true,
                             .is_dry = call->dry_run,
                             .force = call->force,
                             .uses = uses,
                             .diag = diag };
    char text[WIRE_NAME_TEXT_SIZE];
    struct wire_name wire;

    td_err err = take_name(&change, call->key, &wire, text);
    if (err == TD_OK)
        err = make(context, &change);
    change_fini(&change);
    return err;
}

const struct control_keys_host operator_keys_host = {
    .list = host_list,
    .add = host_add,
    .remove = host_remove,
};
