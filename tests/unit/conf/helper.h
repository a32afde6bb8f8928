/*
 * What the tests of conf share: a text in, what is said out, files in memory.
 */
#pragma once

#include <stdlib.h>

#include "unit/test.h"

#include "base/alloc.h"
#include "conf/conf.h"

static char said[32768];

static void report(void *context TD_UNUSED, const struct td_diag *diag)
{
    char line[1200];

    td_diag_format(diag, line, sizeof(line));
    strncat(said, line, sizeof(said) - strlen(said) - 2);
    strcat(said, "\n");
}

static const struct {
    const char *path;
    const char *text;
} files[] = {
    { "/etc/t/key", "\n  AAECAwQFBgcICQoLDA0ODw==\n" },
    { "/etc/t/empty", "" },
    { "/run/credentials/one", "AAECAwQFBgcICQoLDA0ODw==\n" },
    { "/etc/t/bad", "not base64!\n" },
    { "/etc/t/cookies", "000102030405060708090a0b0c0d0e0f\nFFEEDDCCBBAA99887766554433221100\n" },
    { "/etc/t/cookies3", "000102030405060708090a0b0c0d0e0f 000102030405060708090a0b0c0d0e0f "
                         "000102030405060708090a0b0c0d0e0f" },
    { "/etc/t/kept/keys.yaml", "keys:\n- {name: K.kept, algorithm: hmac-sha512, secret: AAECAw==}\n"
                               "- {name: own, algorithm: hmac-sha1, secret: AAECAw==}\n" },
    { "/kept2/keys.yaml", "keys:\n- {name: k, algorithm: hmac-sha1, secret: AAECAw==}\n"
                          "- {name: l, algorithm: hmac-sha9, secret: SECRET!}\n" },
    { "/kept3/keys.yaml", "other: 1\n" },
    { "/etc/t/t.yaml", "zones:\n  - {name: a, file: b}\n" },
};

static td_err file_read(void *context TD_UNUSED, const char *path, size_t size_max,
                        char **ret_octets, size_t *ret_size, struct td_diag *diag)
{
    for (size_t i = 0; i < TD_COUNT(files); i++) {
        if (strcmp(files[i].path, path) != 0)
            continue;
        size_t size = strlen(files[i].text);
        CHECK(size <= size_max);
        *ret_octets = td_memdup(files[i].text, size + 1);
        *ret_size = size;
        return TD_OK;
    }
    td_diag_say(diag, "no such file");
    return TD_E_NOT_FOUND;
}

static struct conf_reader reader = { .read = file_read, .credentials = "/run/credentials" };
static const struct td_diag_sink sink = { .report = report };

static td_err parse(const char *text, struct conf **ret_conf)
{
    said[0] = '\0';
    return conf_parse(text, strlen(text), "/etc/t/t.yaml", &reader, &sink, ret_conf);
}

/* A text that must be good. */
static TD_UNUSED struct conf *good(const char *text)
{
    struct conf *conf = NULL;

    if (parse(text, &conf) != TD_OK)
        fail_msg("\"%s\" is refused: %s", text, said);
    CHECK_STR(said, "");
    return conf;
}
