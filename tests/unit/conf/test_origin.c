/*
 * Goal    each setting is told with its value as it could be written and with where it comes from.
 * Method  one configuration with everything; the settings as lines.
 */
#include "base/buf.h"
#include "conf/origin.h"
#include "helper.h"

static struct td_buf told;

static void take(void *context TD_UNUSED, const struct conf_setting *setting)
{
    static const char *const words[] = { "default", "file", "template" };

    td_buf_printf(&told, "%s %s %s%s%s", setting->path,
                  setting->value == NULL ? "(secret)" : setting->value, words[setting->origin],
                  setting->template == NULL ? "" : " ",
                  setting->template == NULL ? "" : setting->template);
    if (setting->line != 0)
        td_buf_printf(&told, " %u", setting->line);
    td_buf_add_text(&told, setting->needs_restart ? " restart\n" : "\n");
}

static const struct conf_visitor visitor = { .visit = take };

static const char text[] =
    "server: {workers: 3, notify: both, allow-query: [any, 'key own'],\n"
    " log: {format: json}}\n"
    "transfers:\n"
    "  min-rate: 0\n"
    "keys: [{name: own, algorithm: hmac-sha1,\n"
    "  secret-file: key}]\n"
    "peers: {p: {address: ['2001:db8::1', '192.0.2.1:54'], key: own}}\n"
    "templates:\n"
    "  a: {brake: off, update: [{key: own, actions: delete, names: [self, exact b]}]}\n"
    "  b: {template: a, history: off}\n"
    "catalogs: [{name: c, from: p, allow: '*', settings:\n"
    "  {template: b, serial: date}}]\n"
    "zones:\n"
    "- {name: z, file: f, template: b,\n"
    "   to: p}\n"
    "- {directory: d/}\n";

static void check(const char *want)
{
    CHECK_STR(td_buf_text(&told), want);
    td_buf_clear(&told);
}

TEST(rows_say_where_their_settings_come_from)
{
    struct conf *conf = good(text);

    conf_visit_key(conf, &conf->keys[0], &visitor);
    check("keys.name \"own.\" file 5\nkeys.algorithm \"hmac-sha1\" file 5\n"
          "keys.secret-file (secret) file 6\n");
    conf_visit_peer(conf, &conf->peers[0], &visitor);
    check("peers.name \"p\" file 7\n"
          "peers.address [\"[2001:db8::1]:53\", \"192.0.2.1:54\"] file 7\n"
          "peers.key \"own.\" file 7\n");
    conf_visit_template(conf, &conf->templates[1], &visitor);
    check("templates.name \"b\" file 10\ntemplates.template \"a\" file 10\n"
          "templates.allow-query [\"any\", \"key own.\"] file 1\n"
          "templates.brake \"off\" template a 9\n"
          "templates.history \"off\" file 10\n"
          "templates.update [{\"key\": \"own.\", \"names\": [\"self\", \"exact b.\"], "
          "\"actions\": [\"delete\"]}] template a 9\n"
          "templates.notify \"both\" file 1\n");
    conf_visit_zone(conf, &conf->zones[0], &visitor);
    check(
        "zones.name \"z.\" file 14\nzones.file \"/etc/t/f\" file 14\nzones.template \"b\" file 14\n"
        "zones.allow-query [\"any\", \"key own.\"] file 1\n"
        "zones.brake \"off\" template a 9\n"
        "zones.history \"off\" template b 10\n"
        "zones.update [{\"key\": \"own.\", \"names\": [\"self\", \"exact b.\"], "
        "\"actions\": [\"delete\"]}] template a 9\n"
        "zones.to [\"p\"] file 15\nzones.notify \"both\" file 1\n");
    conf_visit_directory(conf, &conf->directories[0], &visitor);
    check("zones.directory \"/etc/t/d\" file 16\n"
          "zones.allow-query [\"any\", \"key own.\"] file 1\nzones.notify \"both\" file 1\n");
    conf_visit_catalog(conf, &conf->catalogs[0], &visitor);
    check("catalogs.name \"c.\" file 11\ncatalogs.produce false default\n"
          "catalogs.from [\"p\"] file 11\ncatalogs.primary-only false default\n"
          "catalogs.allow [\"*.\"] file 11\ncatalogs.brake \"50%\" default\n"
          "catalogs.quarantine \"1d\" default\n"
          "catalogs.settings.template \"b\" file 12\n"
          "catalogs.settings.allow-query [\"any\", \"key own.\"] file 1\n"
          "catalogs.settings.serial \"date\" file 12\n"
          "catalogs.settings.brake \"off\" template a 9\n"
          "catalogs.settings.history \"off\" template b 10\n"
          "catalogs.settings.update [{\"key\": \"own.\", \"names\": [\"self\", \"exact b.\"], "
          "\"actions\": [\"delete\"]}] template a 9\n"
          "catalogs.settings.notify \"both\" file 1\n");
    conf_free(conf);
}

TEST(the_server_tells_its_defaults)
{
    struct conf *conf = good(text);

    conf_visit_server(conf, &visitor);
    CHECK(strstr(told.data, "server.workers 3 file 1 restart\n") != NULL);
    CHECK(strstr(told.data, "server.log.format \"json\" file 2\n") != NULL);
    CHECK(strstr(told.data, "server.log.level \"info\" default\n") != NULL);
    CHECK(strstr(told.data, "server.state \"/var/lib/tandem\" default restart\n") != NULL);
    CHECK(strstr(told.data, "server.metrics \"off\" default\n") != NULL);
    CHECK(strstr(told.data, "transfers.min-rate \"0\" file 4\n") != NULL);
    CHECK(strstr(told.data, "rate-limit") == NULL); /* not written: no limit */
    td_buf_clear(&told);
    conf_free(conf);
}

/* A zone that is added later: what a template gives it, or the server. */
TEST(options_without_a_row_are_told)
{
    const struct conf_visitor all = { .visit = take, .has_defaults = true };
    struct conf *conf = good(text);

    conf_visit_options(conf, "a", &visitor);
    CHECK(strstr(told.data, "zones.brake \"off\" template a 9\n") != NULL);
    td_buf_clear(&told);
    conf_visit_options(conf, NULL, &visitor);
    check("zones.allow-query [\"any\", \"key own.\"] file 1\nzones.notify \"both\" file 1\n");
    conf_visit_options(conf, NULL, &all);
    CHECK(strstr(told.data, "zones.serial \"increment\" default\n") != NULL);
    CHECK(strstr(told.data, "zones.from \"none\" default\n") != NULL);
    td_buf_fini(&told);
    conf_free(conf);
}

/* It is freed by the last who holds it. */
TEST(one_that_is_held_stays)
{
    struct conf *conf = good(text);

    CHECK(conf_hold(conf) == conf);
    conf_free(conf);
    CHECK_EQ(conf->zone_count, 1);
    conf_free(conf);
}

TESTS(rows_say_where_their_settings_come_from, the_server_tells_its_defaults,
      options_without_a_row_are_told, one_that_is_held_stays)
