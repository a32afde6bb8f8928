/* lint: table */
#include "control/verb.h"

#include <string.h>

#include "base/macros.h"
#include "control/handle.h"
#include "control/local.h"
#include "control/show.h"

/* clang-format off */
#define FIELD(name) offsetof(struct control_call, name)
#define ARG_ZONE    { "NAME", CONTROL_ARG_WORD, FIELD(zone), "the zone, with or without its last dot" }
#define ARG_NO_WAIT { "no-wait", CONTROL_ARG_FLAG, FIELD(no_wait), "do not wait for zones to load" }
#define ARG_TIMEOUT \
    { "timeout", CONTROL_ARG_SECONDS, FIELD(timeout_s), "how long to wait, in seconds (120)" }

const struct control_verb control_verbs[] = {
    { .words = "status", .aliases = "rping uptime",
      .method = "GET", .path = "/v1/status",
      .help = "Say how the daemon is: version, addresses, zones by state, memory.",
      .handle = control_handle_status, .show = control_show_status },
    { .words = "reload", .aliases = "reconfig fast_reload reload_keep_cache rediscover",
      .method = "POST", .path = "/v1/reload",
      .args = { ARG_NO_WAIT, ARG_TIMEOUT },
      .help = "Read the configuration again and load the zones that have changed, as SIGHUP does.",
      .more = "A configuration with errors changes nothing. A zone file with errors leaves the "
              "zone that is served. Waits until the zones are loaded.",
      .handle = control_handle_reload, .show = control_show_reload },
    { .words = "stats", .aliases = "stats_noreset statistics",
      .method = "GET", .path = "/v1/stats",
      .help = "Print all counters, added up over the workers.",
      .handle = control_handle_stats, .show = control_show_stats },
    { .words = "zone list", .aliases = "zones list-zones list_auth_zones",
      .method = "GET", .path = "/v1/zones",
      .help = "List the zones with role, state, serial and number of records.",
      .handle = control_handle_zone_list, .show = control_show_zone_list },
    { .words = "zone status", .aliases = "zonestatus zone-status showzone show-zone",
      .method = "GET", .path = "/v1/zones/{NAME}",
      .args = { ARG_ZONE },
      .help = "Say how a zone is; when its file does not load, the errors with file, line and "
              "column.",
      .handle = control_handle_zone_status, .show = control_show_zone_status },
    { .words = "zone reload", .aliases = "zone-reload auth_zone_reload bind-reload-now",
      .method = "POST", .path = "/v1/zones/{NAME}/reload",
      .args = { ARG_ZONE,
                { "force", CONTROL_ARG_FLAG, FIELD(force), "even when the file has not changed" },
                ARG_NO_WAIT, ARG_TIMEOUT },
      .help = "Load a zone's file again, if it has changed.",
      .more = "A file with errors leaves the zone that is served.",
      .handle = control_handle_zone_reload, .show = control_show_zone_reload },
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

bool control_arg_is_in_path(const struct control_verb *verb, const struct control_arg *arg)
{
    size_t size = strlen(arg->name);

    for (const char *at = verb->path; (at = strchr(at, '{')) != NULL; at++)
        if (memcmp(at + 1, arg->name, size) == 0 && at[1 + size] == '}')
            return true;
    return false;
}

bool control_arg_is_named(const struct control_arg *arg, const char *name, size_t size)
{
    /* A word's name is in capital letters, for people. */
    for (size_t i = 0; i < size; i++) {
        char c = arg->name[i];
        if ((c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c) != name[i])
            return false;
    }
    return arg->name[size] == '\0';
}

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
