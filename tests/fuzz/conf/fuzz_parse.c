/*
 * Any octets as a configuration: never a crash, a leak or a hang; with an error something is said
 * and nothing returned; what is accepted differs from itself in nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "conf/conf.h"
#include "conf/diff.h"

static td_err file_read(void *context, const char *path, size_t size_max, char **ret_octets,
                        size_t *ret_size, struct td_diag *diag)
{
    static const char text[] = "000102030405060708090a0b0c0d0e0f\n";

    (void)context;
    if (strchr(path, 'x') != NULL || size_max < sizeof(text)) {
        td_diag_say(diag, "no");
        return TD_E_NOT_FOUND;
    }
    *ret_octets = td_memdup(text, sizeof(text));
    *ret_size = sizeof(text) - 1;
    return TD_OK;
}

static void report(void *context, const struct td_diag *diag)
{
    unsigned *errors = context;

    td_assert(diag->text[0] != '\0');
    if (diag->severity == TD_SEVERITY_ERROR)
        (*errors)++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct conf_reader reader = { .read = file_read };
    unsigned errors = 0;
    const struct td_diag_sink sink = { .report = report, .context = &errors };
    struct conf *conf = NULL;
    struct conf_diff diff;

    td_err err = conf_parse((const char *)data, size, "f/t.yaml", &reader, &sink, &conf);
    td_assert((err == TD_OK) == (conf != NULL));
    td_assert((err == TD_OK) == (errors == 0));
    if (err != TD_OK)
        return 0;

    conf_diff_init(conf, conf, &diff);
    td_assert(diff.reload == 0);
    conf_diff_fini(&diff);
    for (uint32_t i = 0; i < conf->zone_count; i++)
        td_assert(conf_zone_find(conf, conf->zones[i].name.wire, conf->zones[i].name.size) ==
                  &conf->zones[i]);
    conf_free(conf);
    return 0;
}
