/*
 * Secrets: read without ever being repeated in a message, kept apart from the arena so that they
 * can be wiped.
 */
#include "conf/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/basen.h"
#include "base/macros.h"

enum { SECRET_FILE_SIZE_MAX = 4096, SECRET_SIZE_MAX = 1024 };

uint8_t *conf_secret_add(struct conf_load *load, const void *octets, size_t size)
{
    struct conf_store *store = load->conf->store;
    struct conf_secret_block *block = td_malloc(sizeof(*block) + size);

    block->next = store->secrets;
    block->size = size;
    memcpy(block->octets, octets, size);
    store->secrets = block;
    return block->octets;
}

void conf_store_free(struct conf_store *store)
{
    while (store->secrets != NULL) {
        struct conf_secret_block *block = store->secrets;
        store->secrets = block->next;
        explicit_bzero(block->octets, block->size);
        free(block);
    }
    td_arena_fini(&store->arena);
    free(store);
}

static bool secret_decode(struct conf_load *load, const struct conf_option *option,
                          const struct conf_scalar *scalar, const char *text, size_t size,
                          struct conf_octets *ret_secret)
{
    uint8_t octets[SECRET_SIZE_MAX];
    size_t octet_count = 0;
    bool is_good = td_base64_decode(text, size, octets, sizeof(octets), &octet_count) == TD_OK &&
                   octet_count != 0;

    if (is_good) {
        ret_secret->octets = conf_secret_add(load, octets, octet_count);
        ret_secret->size = (uint32_t)octet_count;
    } else {
        conf_load_error(load, scalar->line, scalar->column,
                        "%s: expected base64 of 1 to %d octets (the text is not shown)",
                        option->path, SECRET_SIZE_MAX);
    }
    explicit_bzero(octets, sizeof(octets));
    return is_good;
}

bool conf_secret_read(struct conf_load *load, const struct conf_option *option,
                      const struct conf_scalar *scalar, struct conf_octets *ret_secret)
{
    return secret_decode(load, option, scalar, scalar->text, strlen(scalar->text), ret_secret);
}

/* A whole small file; on failure an error at the scalar that names it. */
static char *file_read(struct conf_load *load, const struct conf_option *option,
                       const struct conf_scalar *scalar, const char *path, size_t *ret_size)
{
    struct td_diag diag = { .text = "" };
    char *octets = NULL;
    td_err err = load->reader->read(load->reader->context, path, SECRET_FILE_SIZE_MAX, &octets,
                                    ret_size, &diag);

    if (err == TD_OK)
        return octets;
    conf_load_error(load, scalar->line, scalar->column, "%s: %s: %s", option->path, path,
                    diag.text[0] != '\0' ? diag.text : td_err_text(err));
    return NULL;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Base64 in a file of its own. */
static bool path_read(struct conf_load *load, const struct conf_option *option,
                      const struct conf_scalar *scalar, const char *path,
                      struct conf_octets *ret_secret)
{
    size_t size = 0;
    char *octets = file_read(load, option, scalar, path, &size);

    if (octets == NULL)
        return false;

    size_t start = 0;
    size_t end = size;
    while (start < end && is_space(octets[start]))
        start++;
    while (end > start && is_space(octets[end - 1]))
        end--;
    bool is_good = secret_decode(load, option, scalar, octets + start, end - start, ret_secret);
    explicit_bzero(octets, size);
    free(octets);
    return is_good;
}

bool conf_secret_file_read(struct conf_load *load, const struct conf_option *option,
                           const struct conf_scalar *scalar, struct conf_octets *ret_secret)
{
    return path_read(load, option, scalar, conf_path_join(load, scalar->text), ret_secret);
}

bool conf_credential_read(struct conf_load *load, const struct conf_option *option,
                          const struct conf_scalar *scalar, struct conf_octets *ret_secret)
{
    const char *directory = load->reader->credentials;
    size_t size = strlen(scalar->text);

    if (size == 0 || size > 255 || strchr(scalar->text, '/') != NULL || scalar->text[0] == '.')
        return conf_value_fail(load, option, scalar, "it is no path");
    if (directory == NULL && load->reader->is_check)
        return true;
    if (directory == NULL) {
        conf_load_error(load, scalar->line, scalar->column,
                        "%s: there are no credentials: CREDENTIALS_DIRECTORY, which systemd sets "
                        "for LoadCredential=%s:FILE in the unit, is not set",
                        option->path, scalar->text);
        return false;
    }
    size_t path_size = strlen(directory) + size + 2;
    char *path = td_arena_alloc(load->arena, path_size);
    snprintf(path, path_size, "%s/%s", directory, scalar->text);
    return path_read(load, option, scalar, path, ret_secret);
}

static bool cookie_decode(const char *text, size_t size, struct conf_cookie_secrets *secrets)
{
    size_t octet_count = 0;

    if (size != 2 * CONF_COOKIE_SECRET_SIZE || secrets->count == CONF_COOKIE_SECRET_COUNT_MAX ||
        td_base16_decode(text, size, secrets->secrets[secrets->count], CONF_COOKIE_SECRET_SIZE,
                         &octet_count) != TD_OK)
        return false;
    secrets->count++;
    return true;
}

bool conf_cookie_add(struct conf_load *load, const struct conf_option *option,
                     const struct conf_scalar *scalar, struct conf_cookie_secrets *secrets)
{
    if (cookie_decode(scalar->text, strlen(scalar->text), secrets))
        return true;
    conf_load_error(load, scalar->line, scalar->column,
                    "%s: expected one or two secrets of 32 hexadecimal digits (the text is not "
                    "shown)",
                    option->path);
    return false;
}

bool conf_cookie_file_read(struct conf_load *load, const struct conf_option *option,
                           const struct conf_scalar *scalar,
                           struct conf_cookie_secrets *ret_secrets)
{
    struct conf_cookie_secrets secrets = { .count = 0 };
    size_t size = 0;
    char *octets = file_read(load, option, scalar, conf_path_join(load, scalar->text), &size);
    bool is_good = true;

    if (octets == NULL)
        return false;
    for (size_t at = 0; at < size && is_good;) {
        size_t start = at;
        while (at < size && !is_space(octets[at]))
            at++;
        is_good = at == start || cookie_decode(octets + start, at - start, &secrets);
        while (at < size && is_space(octets[at]))
            at++;
    }
    if (is_good && secrets.count != 0)
        *ret_secrets = secrets;
    else
        conf_load_error(load, scalar->line, scalar->column,
                        "%s: expected one or two secrets of 32 hexadecimal digits in the file",
                        option->path);
    is_good = is_good && secrets.count != 0;
    explicit_bzero(&secrets, sizeof(secrets));
    explicit_bzero(octets, size);
    free(octets);
    return is_good;
}
