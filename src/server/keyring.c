#include "server/keyring.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "io/io.h"
#include "serve/log.h"

static void key_fini(struct conf_key *key)
{
    explicit_bzero((uint8_t *)(uintptr_t)key->secret.octets, key->secret.size);
    free((uint8_t *)(uintptr_t)key->secret.octets);
    free((uint8_t *)(uintptr_t)key->name.wire);
    free((char *)(uintptr_t)key->name.text);
}

static struct conf_key key_copy(const struct conf_key *key)
{
    struct conf_key copy = *key;

    copy.name.text = td_strdup(key->name.text);
    copy.name.wire = td_memdup(key->name.wire, key->name.size);
    copy.secret.octets = td_memdup(key->secret.octets, key->secret.size);
    copy.is_kept = true;
    return copy;
}

static void clear(struct keyring *keyring)
{
    for (uint32_t i = 0; i < keyring->count; i++)
        key_fini(&keyring->keys[i]);
    free(keyring->keys);
    keyring->keys = NULL;
    keyring->count = 0;
}

struct keyring *keyring_new(struct io *io)
{
    struct keyring *keyring = td_calloc(1, sizeof(*keyring));

    io_random_fill(io, keyring->lost, sizeof(keyring->lost));
    return keyring;
}

void keyring_free(struct keyring *keyring)
{
    if (keyring == NULL)
        return;
    clear(keyring);
    explicit_bzero(keyring->lost, sizeof(keyring->lost));
    free(keyring);
}

void keyring_take(struct keyring *keyring, const struct conf *conf)
{
    clear(keyring);
    keyring->keys = td_calloc(conf->kept_key_count + 1, sizeof(*keyring->keys));
    for (uint32_t i = 0; i < conf->kept_key_count; i++) {
        const struct conf_key *key = &conf->kept_keys[i];
        keyring->keys[keyring->count++] = key_copy(key);
        if (key->is_hidden)
            serve_log(LOG_NOTICE, EVENT_CONFIG_LOADED, NULL,
                      "the configuration's key %s goes before the one that was added by command: "
                      "'tandem key remove' forgets the latter",
                      key->name.text);
    }
}

const struct conf_key *keyring_find(const struct keyring *keyring, const char *name)
{
    for (uint32_t i = 0; i < keyring->count; i++)
        if (strcmp(keyring->keys[i].name.text, name) == 0)
            return &keyring->keys[i];
    return NULL;
}

void keyring_put(struct keyring *keyring, const struct conf_key *key)
{
    struct conf_key copy = key_copy(key);

    keyring_remove(keyring, key->name.text);
    keyring->keys = td_realloc(keyring->keys, (keyring->count + 1) * sizeof(*keyring->keys));
    keyring->keys[keyring->count++] = copy;
}

void keyring_remove(struct keyring *keyring, const char *name)
{
    struct conf_key *key = (struct conf_key *)(uintptr_t)keyring_find(keyring, name);

    if (key == NULL)
        return;
    key_fini(key);
    *key = keyring->keys[--keyring->count];
}

static void put_row(const struct conf_key *key, struct td_buf *out)
{
    td_buf_add_text(out, "  - ");
    conf_key_print(key, out);
    td_buf_add_char(out, '\n');
}

void keyring_print(const struct keyring *keyring, const struct conf_key *key, const char *without,
                   struct td_buf *out)
{
    td_buf_add_text(out,
                    "# Written by tandemd: keys that were added by 'tandem key add'.\nkeys:\n");
    for (uint32_t i = 0; i < keyring->count; i++)
        if (without == NULL || strcmp(keyring->keys[i].name.text, without) != 0)
            put_row(&keyring->keys[i], out);
    if (key != NULL)
        put_row(key, out);
}

struct conf_key keyring_key(const struct keyring *keyring, const struct conf_key *named)
{
    if (keyring == NULL || !named->is_kept)
        return *named;
    const struct conf_key *found = keyring_find(keyring, named->name.text);
    if (found != NULL)
        return *found;
    struct conf_key lost = *named;
    lost.secret = (struct conf_octets){ keyring->lost, sizeof(keyring->lost) };
    return lost;
}
