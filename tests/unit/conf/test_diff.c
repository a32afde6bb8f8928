/*
 * Goal    a reload does what changed and no more.
 * Method  pairs of texts; the diff as one line of text.
 */
#include "helper.h"

#include "conf/diff.h"

static const char *diff_of(const char *old_text, const char *new_text)
{
    static char out[1024];
    struct conf *old = good(old_text);
    struct conf *new = good(new_text);
    struct conf_diff diff;
    size_t at = 0;
    uint32_t cursor = 0;

    conf_diff_init(old, new, &diff);
    out[0] = '\0';
#define SAY(...) (at += (size_t)snprintf(out + at, sizeof(out) - at, __VA_ARGS__))
    for (uint32_t i = 0; i < diff.option_count; i++)
        SAY("%s ", diff.options[i]);
    for (const char *path; (path = conf_diff_restart_next(&diff, &cursor)) != NULL;)
        SAY("restart:%s ", path);
    for (uint32_t i = 0; i < diff.added_count; i++)
        SAY("+%s ", new->zones[diff.added[i]].name.text);
    for (uint32_t i = 0; i < diff.removed_count; i++)
        SAY("-%s ", old->zones[diff.removed[i]].name.text);
    for (uint32_t i = 0; i < diff.changed_count; i++) {
        CHECK_STR(old->zones[diff.changed[i].before].name.text,
                  new->zones[diff.changed[i].after].name.text);
        SAY("%s:%s%s ", new->zones[diff.changed[i].after].name.text,
            (diff.changed[i].what & CONF_ZONE_FILE) != 0 ? "file" : "",
            (diff.changed[i].what & CONF_ZONE_OPTIONS) != 0 ? "options" : "");
    }
    for (uint32_t i = 0; i < diff.directories_added_count; i++)
        SAY("+%s ", new->directories[diff.directories_added[i]].path);
    for (uint32_t i = 0; i < diff.directories_removed_count; i++)
        SAY("-%s ", old->directories[diff.directories_removed[i]].path);
    for (uint32_t i = 0; i < diff.directories_changed_count; i++)
        SAY("%s:options ", new->directories[diff.directories_changed[i].after].path);
    SAY("%s%s%s%s%s%s%s", (diff.reload & CONF_RELOAD_LIVE) != 0 ? "V" : "",
        (diff.reload & CONF_RELOAD_LISTEN) != 0 ? "L" : "",
        (diff.reload & CONF_RELOAD_LIMITS) != 0 ? "I" : "",
        (diff.reload & CONF_RELOAD_LOG) != 0 ? "G" : "",
        (diff.reload & CONF_RELOAD_KEYS) != 0 ? "K" : "",
        (diff.reload & CONF_RELOAD_ZONES) != 0 ? "Z" : "",
        (diff.reload & CONF_RELOAD_RESTART) != 0 ? "R" : "");
#undef SAY
    conf_diff_fini(&diff);
    CHECK_EQ(diff.added_count, 0);
    conf_free(old);
    conf_free(new);
    return out;
}

TEST(what_changed_is_named)
{
    static const struct {
        const char *old;
        const char *new;
        const char *want;
    } rows[] = {
        { "zones:", "server: {cookies: on}", "" },
        { "zones: [{name: a, file: f}, {name: b, file: f}]",
          "zones:\n- name: b\n  file: ./f\n- {name: A., file: f, rotation: yes}\n", "" },
        { "server: {listen: 127.0.0.1}", "server: {listen: ['127.0.0.1:53']}", "" },
        { "server: {listen: 127.0.0.1}", "server: {listen: 127.0.0.2}", "server.listen L" },
        { "server: {listen: 127.0.0.1}", "server: {listen: [127.0.0.1, '::1']}",
          "server.listen L" },
        { "server: {workers: 1}", "server: {workers: 2, state: x, identity: a}",
          "server.workers server.state server.identity restart:server.workers "
          "restart:server.state VR" },
        { "server: {identity: a}", "server: {identity: off}", "server.identity V" },
        { "server: {identity: a}", "server: {identity: b}", "server.identity V" },
        { "server: {log: {level: info}}", "server: {log: {level: debug}}", "server.log.level G" },
        { "server: {tcp: {idle-timeout: 10s}}", "server: {tcp: {idle-timeout: 10000ms}}", "" },
        { "zones:", "server: {rate-limit: {responses-per-second: 5, errors-per-second: 0}}",
          "server.rate-limit.responses-per-second server.rate-limit.nodata-per-second "
          "server.rate-limit.nxdomains-per-second server.rate-limit.referrals-per-second I" },
        { "server: {rate-limit: {responses-per-second: 5, exempt: 10.0.0.0/8}}",
          "server: {rate-limit: {responses-per-second: 5, exempt: 10.0.0.0/9}}",
          "server.rate-limit.exempt I" },
        { "server: {cookie-secrets: 000102030405060708090a0b0c0d0e0f}",
          "server: {cookie-secrets: 000102030405060708090a0b0c0d0eff}", "server.cookie-secrets I" },
        { "server: {cookie-secrets-file: cookies}",
          "server: {cookie-secrets: [000102030405060708090a0b0c0d0e0f, "
          "ffeeddccbbaa99887766554433221100]}",
          "" },
        { "zones:", "server: {metrics: 127.0.0.1}", "server.metrics L" },
        { "zones: [{name: a, file: f}, {name: b, file: f}, {name: d, file: f}]",
          "zones: [{name: b, file: g}, {name: c, file: f}, {name: d, file: f, rotation: off}]",
          "+c. -a. b.:file d.:options Z" },
        { "zones: [{name: a, file: f, allow-transfer: any}]",
          "zones: [{name: a, file: g, allow-transfer: [any, 127.0.0.1]}]", "a.:fileoptions Z" },
        { "zones: [{name: a, file: f, allow-transfer: 10.0.0.0/8}]",
          "zones: [{name: a, file: f, allow-transfer: 10.0.0.0/9}]", "a.:options Z" },
        { "zones: [{name: a, file: f}]", "zones: [{name: a, file: f}]\nserver: {rotation: off}",
          "server.rotation a.:options Z" },
        { "zones: [{name: a, file: f}]",
          "zones: [{name: a, file: f}]\ntemplates: {default: {rotation: off}}", "a.:options Z" },
        { "zones: [{directory: a}, {directory: b}, {directory: c}]",
          "zones: [{directory: c}, {directory: d}, {directory: a, rotation: off}]",
          "+/etc/t/d -/etc/t/b /etc/t/a:options Z" },
        { "zones: [{directory: a}, {directory: b}]", "zones: [{directory: b}, {directory: a}]",
          "" },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        const char *got = diff_of(rows[i].old, rows[i].new);
        if (strcmp(got, rows[i].want) != 0)
            fail_msg("from \"%s\" to \"%s\": \"%s\", want \"%s\"", rows[i].old, rows[i].new, got,
                     rows[i].want);
    }
}

static void say_row(void *context, const char *name, enum conf_row_change change)
{
    char *out = context;

    strcat(out, change == CONF_ROW_ADDED ? "+" : change == CONF_ROW_REMOVED ? "-" : "~");
    strcat(out, name);
    strcat(out, " ");
}

TEST(rows_with_a_name_are_found_again)
{
    static const char a[] = "keys: [{name: k, algorithm: hmac-sha256, secret: AAAA}, "
                            "{name: l, algorithm: hmac-sha256, secret: AAAA}]\n"
                            "peers: [{name: b, address: 192.0.2.1, key: k}, "
                            "{name: a, address: 192.0.2.1}, {name: c, address: 192.0.2.3}]\n";
    static const char b[] = "keys: [{name: l, algorithm: hmac-sha256, secret: AAAB}, "
                            "{name: m, algorithm: hmac-sha256, secret: AAAA}, "
                            "{name: k, algorithm: hmac-sha256, secret: AAAA}]\n"
                            "peers: [{name: a, address: 192.0.2.2}, "
                            "{name: b, address: 192.0.2.1, key: k}, {name: d, address: 192.0.2.3}]"
                            "\ncatalogs: [{name: cat, produce: on}]\n";
    struct conf *old = good(a), *new = good(b);
    char out[256] = "";

    for (unsigned kind = 0; kind < CONF_ROW_KINDS; kind++) {
        conf_diff_rows((enum conf_row_kind)kind, old, old, say_row, out);
        conf_diff_rows((enum conf_row_kind)kind, old, new, say_row, out);
    }
    CHECK_STR(out, "~l. +m. ~a -c +d +cat. ");
    conf_free(old);
    conf_free(new);
}

#define KEY(name, secret) "{name: " name ", algorithm: hmac-sha256, secret: " secret "}"
#define ZONE              "zones: [{name: z, file: f, allow-transfer: key a}]\n"

TEST(keys_change_without_their_zones)
{
    /* Another place in the list is another key ring, but the zone still means the same key. */
    CHECK_STR(diff_of("keys: [" KEY("a", "AAAA") "]\n" ZONE,
                      "keys: [" KEY("b", "AAAA") ", " KEY("a", "AAAA") "]\n" ZONE),
              "K");
    CHECK_STR(diff_of("keys: [" KEY("a", "AAAA") "]\n" ZONE, "keys: [" KEY("a", "AAAB") "]\n" ZONE),
              "K");
    CHECK_STR(diff_of("keys: [" KEY("a", "AAAA") "]\n" ZONE, "keys: [" KEY("a", "AAAA") "]\n" ZONE),
              "");
    CHECK_STR(diff_of("keys: [" KEY("a", "AAAA") "]\n" ZONE,
                      "keys: [{name: a, algorithm: hmac-sha1, secret: AAAA}]\n" ZONE),
              "K");
    CHECK_STR(diff_of("keys: [" KEY("a", "AAAA") ", " KEY("b", "AAAA") "]\n" ZONE,
                      "keys: [" KEY("a", "AAAA") ", " KEY(
                          "b", "AAAA") "]\n"
                                       "zones: [{name: z, file: f, allow-transfer: key b}]\n"),
              "z.:options Z");
}

TESTS(what_changed_is_named, rows_with_a_name_are_found_again, keys_change_without_their_zones)
