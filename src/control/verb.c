/* lint: table */
#include "control/verb.h"

#include <string.h>

#include "base/macros.h"
#include "control/local.h"

#define FIELD(name) offsetof(struct control_call, name)

#define ARG_ZONE                                                                                   \
    {                                                                                              \
        "NAME", CONTROL_ARG_WORD, FIELD(zone), "the zone, with or without its last dot"            \
    }
#define ARG_NO_WAIT                                                                                \
    {                                                                                              \
        "no-wait", CONTROL_ARG_FLAG, FIELD(no_wait), "do not wait for zones to load"               \
    }
#define ARG_TIMEOUT                                                                                \
    {                                                                                              \
        "timeout", CONTROL_ARG_SECONDS, FIELD(timeout_s), "how long to wait, in seconds (120)"     \
    }

/* clang-format off */
const struct control_verb control_verbs[] = {
    { .words = "config check", .aliases = "conf-check checkconf",
      .args = { { "FILE", CONTROL_ARG_WORD, FIELD(file), "the configuration" } },
      .help = "Check a configuration and whether what it names is there.",
      .more = "Each error stands on a line of its own, as FILE:LINE:COL: error: TEXT, with a "
              "suggestion where a word was misspelt.",
      .local = control_local_config_check },
    { .words = "config schema",
      .help = "Print the JSON Schema of the configuration, for editors.",
      .local = control_local_config_schema },
    { .words = "config man",
      .help = "Print the options of the configuration as in tandem.yaml(5), in roff.",
      .local = control_local_config_man },
    { .words = "zone check", .aliases = "checkzone zone-check check-zone",
      .args = { { "ORIGIN", CONTROL_ARG_WORD, FIELD(zone), "the name of the zone" },
                { "FILE", CONTROL_ARG_WORD, FIELD(file), "the zone file" },
                { "print", CONTROL_ARG_FLAG, FIELD(print), "print the zone in canonical order" },
                { "strict", CONTROL_ARG_FLAG, FIELD(strict),
                  "what is surely a mistake is an error" } },
      .help = "Check a zone file as a load would.",
      .more = "Errors (FILE:LINE:COL: error: TEXT) would keep the zone from being served; warnings "
              "would not: glue that is missing, an MX that is an alias, TTLs that differ in a set, "
              "signatures that end soon, SPF, DKIM, DMARC, MTA-STS and TLS-RPT records that will "
              "not do what was meant. With --print the zone is written to standard output, one "
              "record a line, names absolute, all fields spelled out.",
      .local = control_local_zone_check },
    { .words = "version",
      .help = "Print the version of this command.",
      .local = control_local_version },
    { .words = "help",
      .args = { { "VERB", CONTROL_ARG_OPTIONAL, FIELD(topic), "what to explain" },
                { "VERB", CONTROL_ARG_OPTIONAL, FIELD(topic_more), "its second word" },
                { "manual", CONTROL_ARG_FLAG, FIELD(manual), "print the verbs in roff" } },
      .help = "Explain a verb, or list them all.",
      .local = control_local_help },
};
/* clang-format on */

const size_t control_verb_count = TD_COUNT(control_verbs);

/* How many of the words are this verb's; 0: it is another one. */
static size_t match_words(const char *verb, const char *const *words, size_t count)
{
    size_t used = 0;

    for (const char *at = verb;; used++) {
        size_t size = strcspn(at, " ");
        if (used == count || strlen(words[used]) != size || memcmp(words[used], at, size) != 0)
            return 0;
        if (at[size] == '\0')
            return used + 1;
        at += size + 1;
    }
}

static bool has_alias(const struct control_verb *verb, const char *word)
{
    for (const char *at = verb->aliases; at != NULL && *at != '\0';) {
        size_t size = strcspn(at, " ");
        if (strlen(word) == size && memcmp(word, at, size) == 0)
            return true;
        at += size + (at[size] == ' ');
    }
    return false;
}

const struct control_verb *control_verb_find(const char *const *words, size_t count,
                                             size_t *ret_used, bool *ret_alias)
{
    *ret_alias = false;
    for (size_t i = 0; i < control_verb_count; i++) {
        *ret_used = match_words(control_verbs[i].words, words, count);
        if (*ret_used != 0)
            return &control_verbs[i];
    }
    for (size_t i = 0; i < control_verb_count && count > 0; i++) {
        if (!has_alias(&control_verbs[i], words[0]))
            continue;
        *ret_alias = true;
        *ret_used = 1;
        return &control_verbs[i];
    }
    return NULL;
}
