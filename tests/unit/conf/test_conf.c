/*
 * Goal    what is written arrives in struct conf; what is not written has its default; zones get
 *         what their templates and the server say.
 * Method  texts, and looks at the fields.
 */
#include "base/buf.h"
#include "helper.h"

TEST(defaults_are_there)
{
    struct conf *conf = good("zones:\n");
    const struct conf_server *server = &conf->server;

    CHECK_EQ(server->listen.count, 2);
    CHECK_EQ(server->listen.items[0].family, 4);
    CHECK_EQ(server->listen.items[1].family, 6);
    CHECK_EQ(server->listen.items[1].port, 53);
    CHECK_EQ(server->workers, 0);
    CHECK_STR(server->state, "/var/lib/tandem");
    CHECK_STR(server->control, "/run/tandem/control.sock");
    CHECK(server->user == NULL && server->identity == NULL && server->version == NULL);
    CHECK(server->answer_cache && server->cookies && server->minimal_any && server->zoneversion);
    CHECK_EQ(server->cookie_secrets.count, 0);
    CHECK_EQ(server->edns_udp_size, 1232);
    CHECK_EQ(server->udp_receive_buffer, 4 << 20);
    CHECK_EQ(server->udp_send_buffer, 4 << 20);
    CHECK_EQ(server->tcp.connections, 10000);
    CHECK_EQ(server->tcp.connections_per_client, 1000);
    CHECK_EQ(server->tcp.pipeline, 100);
    CHECK_EQ(server->tcp.idle_timeout_ms, 10000);
    CHECK(!server->rate_limit.enabled);
    CHECK_EQ(server->log.format, CONF_LOG_TEXT);
    CHECK_EQ(server->log.level, CONF_LOG_INFO);
    CHECK_EQ(server->metrics.count, 0);
    CHECK(server->zones.rotation);
    CHECK_EQ(server->zones.allow_query.count, 2);
    CHECK_EQ(server->zones.allow_transfer.count, 0);
    CHECK_EQ(conf->zone_count + conf->directory_count + conf->key_count, 0);
    CHECK_STR(conf->path, "/etc/t/t.yaml");
    conf_free(conf);
}

TEST(the_server_is_read)
{
    struct conf *conf =
        good("server:\n"
             "  listen: [127.0.0.1:5300, '[::1]:5301', 192.0.2.1@5302, '2001:db8::1']\n"
             "  workers: 4\n"
             "  state: var\n"
             "  control: ./run/control.sock\n"
             "  user: tandem\n"
             "  identity: ns1\n"
             "  version: '9'\n"
             "  answer-cache: OFF\n"
             "  cookies: 'no'\n"
             "  cookie-secrets: 000102030405060708090A0b0c0d0e0f\n"
             "  edns-udp-size: 4KiB\n"
             "  minimal-any: false\n"
             "  zoneversion: \"off\"\n"
             "  rotation: No\n"
             "  allow-query: 10.0.0.0/8\n"
             "  udp-receive-buffer: 1MiB\n"
             "  udp-send-buffer: 65536B\n"
             "  tcp: {connections: 5, connections-per-client: 2, pipeline: 7, "
             "idle-timeout: 1m30s}\n"
             "  log: {format: json, level: debug}\n"
             "  metrics: 127.0.0.1\n"
             "  rate-limit:\n"
             "    responses-per-second: 20\n"
             "    nxdomains-per-second: 5\n"
             "    errors-per-second: 0\n"
             "    exempt: [127.0.0.1, '2001:db8::/32']\n"
             "    log-only: on\n"
             "    window: 2000ms\n");
    const struct conf_server *server = &conf->server;
    char text[TD_ADDR_TEXT_SIZE];

    CHECK_EQ(server->listen.count, 4);
    CHECK_STR(td_addr_format_port(&server->listen.items[0], text), "127.0.0.1@5300");
    CHECK_STR(td_addr_format_port(&server->listen.items[1], text), "::1@5301");
    CHECK_STR(td_addr_format_port(&server->listen.items[2], text), "192.0.2.1@5302");
    CHECK_STR(td_addr_format_port(&server->listen.items[3], text), "2001:db8::1@53");
    CHECK_EQ(server->workers, 4);
    CHECK_STR(server->state, "/etc/t/var");
    CHECK_STR(server->control, "/etc/t/run/control.sock");
    CHECK_STR(server->user, "tandem");
    CHECK_STR(server->identity, "ns1");
    CHECK_STR(server->version, "9");
    CHECK(!server->answer_cache && !server->cookies && !server->minimal_any &&
          !server->zoneversion && !server->zones.rotation);
    CHECK_EQ(server->cookie_secrets.count, 1);
    CHECK_EQ(server->cookie_secrets.secrets[0][10], 10);
    CHECK_EQ(server->edns_udp_size, 4096);
    CHECK_EQ(server->udp_receive_buffer, 1 << 20);
    CHECK_EQ(server->udp_send_buffer, 65536);
    CHECK_EQ(server->tcp.connections, 5);
    CHECK_EQ(server->tcp.connections_per_client, 2);
    CHECK_EQ(server->tcp.pipeline, 7);
    CHECK_EQ(server->tcp.idle_timeout_ms, 90000);
    CHECK_EQ(server->log.format, CONF_LOG_JSON);
    CHECK_EQ(server->log.level, CONF_LOG_DEBUG);
    CHECK_EQ(server->metrics.count, 1);
    CHECK_EQ(server->metrics.items[0].port, 9153);
    CHECK_EQ(server->zones.allow_query.count, 1);
    CHECK_EQ(server->zones.allow_query.entries[0].prefix.length, 8);
    CHECK(server->rate_limit.enabled && server->rate_limit.log_only);
    CHECK_EQ(server->rate_limit.responses_per_second, 20);
    CHECK_EQ(server->rate_limit.nodata_per_second, 20);
    CHECK_EQ(server->rate_limit.nxdomains_per_second, 5);
    CHECK_EQ(server->rate_limit.referrals_per_second, 20);
    CHECK_EQ(server->rate_limit.errors_per_second, 0);
    CHECK_EQ(server->rate_limit.slip, 2);
    CHECK_EQ(server->rate_limit.window_ms, 2000);
    CHECK_EQ(server->rate_limit.ipv4_prefix_length, 24);
    CHECK_EQ(server->rate_limit.exempt.count, 2);
    CHECK_EQ(server->rate_limit.exempt.items[1].family, 6);
    conf_free(conf);
}

TEST(keys_are_found_wherever_they_stand)
{
    struct conf *conf = good("zones:\n"
                             "  - {name: a, file: a.zone, allow-transfer: [key B.Example, any]}\n"
                             "keys:\n"
                             "  - {name: A.example., algorithm: HMAC-SHA512, secret: AQI=}\n"
                             "  - {name: b.example, algorithm: hmac-sha1, secret-file: key}\n");

    CHECK_EQ(conf->key_count, 2);
    CHECK_STR(conf->keys[0].name.text, "a.example.");
    CHECK_BYTES(conf->keys[0].name.wire, conf->keys[0].name.size, "\1a\7example", 11);
    CHECK_EQ(conf->keys[0].algorithm, CONF_KEY_HMAC_SHA512);
    CHECK_BYTES(conf->keys[0].secret.octets, conf->keys[0].secret.size, "\1\2", 2);
    CHECK_EQ(conf->keys[1].algorithm, CONF_KEY_HMAC_SHA1);
    CHECK_EQ(conf->keys[1].secret.size, 16);
    CHECK_EQ(conf->keys[1].line, 5);
    CHECK_STR(conf_key_algorithm_text(CONF_KEY_HMAC_SHA384), "hmac-sha384");

    const struct conf_acl *acl = &conf->zones[0].options->allow_transfer;
    CHECK_EQ(acl->count, 3);
    CHECK_EQ(acl->entries[0].kind, CONF_ACL_KEY);
    CHECK_EQ(acl->entries[0].key, 1);
    CHECK_EQ(acl->entries[1].prefix.family, 4);
    CHECK_EQ(acl->entries[2].prefix.family, 6);
    CHECK_EQ(acl->entries[2].prefix.length, 0);
    conf_free(conf);
}

TEST(cookie_secrets_come_from_a_file)
{
    struct conf *conf = good("server: {cookie-secrets-file: cookies}");

    CHECK_EQ(conf->server.cookie_secrets.count, 2);
    CHECK_EQ(conf->server.cookie_secrets.secrets[0][15], 15);
    CHECK_EQ(conf->server.cookie_secrets.secrets[1][0], 0xFF);
    conf_free(conf);
}

TEST(zones_are_sorted_and_found)
{
    struct conf *conf = good("zones:\n"
                             "  - {name: no, file: /a/b.zone}\n"
                             "  - {name: Example.COM., file: sub/x.zone}\n"
                             "  - {name: ., file: root}\n"
                             "  - {directory: zones/}\n"
                             "  - {name: 'a\\.b.c', file: x}\n");

    CHECK_EQ(conf->zone_count, 4);
    CHECK_EQ(conf->directory_count, 1);
    CHECK_STR(conf->directories[0].path, "/etc/t/zones");
    CHECK_EQ(conf->directories[0].line, 5);

    const struct conf_zone *zone = conf_zone_find(conf, (const uint8_t *)"\7example\3com", 13);
    CHECK(zone != NULL);
    CHECK_STR(zone->name.text, "example.com.");
    CHECK_STR(zone->file, "/etc/t/sub/x.zone");
    CHECK_EQ(zone->line, 3);
    CHECK_EQ(zone->column, 5);
    zone = conf_zone_find(conf, (const uint8_t *)"\2no", 4);
    CHECK(zone != NULL);
    CHECK_STR(zone->file, "/a/b.zone");
    zone = conf_zone_find(conf, (const uint8_t *)"", 1);
    CHECK(zone != NULL);
    CHECK_STR(zone->name.text, ".");
    CHECK(conf_zone_find(conf, (const uint8_t *)"\3a.b\1c", 7) != NULL);
    CHECK(conf_zone_find(conf, (const uint8_t *)"\1a", 3) == NULL);
    CHECK(conf_zone_find(conf, (const uint8_t *)"\7example\3con", 13) == NULL);
    conf_free(conf);
}

static const struct conf_zone_options *options_of(const struct conf *conf, char label)
{
    uint8_t wire[3] = { 1, (uint8_t)label, 0 };
    const struct conf_zone *zone = conf_zone_find(conf, wire, 3);

    CHECK(zone != NULL);
    return zone->options;
}

TEST(templates_are_followed)
{
    struct conf *conf = good("zones:\n"
                             "  - {name: a, file: f}\n"
                             "  - {name: b, file: f, template: child}\n"
                             "  - {name: c, file: f, template: child, rotation: on}\n"
                             "  - {name: d, file: f, allow-transfer: [192.0.2.1]}\n"
                             "  - {name: e, file: f, template: parent}\n"
                             "  - {name: f, file: f, template: parent, allow-transfer: []}\n"
                             "templates:\n"
                             "  - {name: child, template: parent, rotation: off}\n"
                             "  - {name: default, allow-transfer: 192.0.2.1}\n"
                             "  - {name: parent, allow-transfer: [10.0.0.0/8, 127.0.0.1]}\n"
                             "server: {allow-query: [192.0.2.0/24]}\n");

    CHECK_EQ(options_of(conf, 'a')->allow_transfer.count, 1);
    CHECK(options_of(conf, 'a')->rotation);
    CHECK_EQ(options_of(conf, 'a')->allow_query.count, 1);
    CHECK_EQ(options_of(conf, 'b')->allow_transfer.count, 2);
    CHECK(!options_of(conf, 'b')->rotation);
    CHECK(options_of(conf, 'c')->rotation);
    CHECK_EQ(options_of(conf, 'c')->allow_transfer.count, 2);
    CHECK_EQ(options_of(conf, 'e')->allow_query.entries[0].prefix.length, 24);
    CHECK_EQ(options_of(conf, 'f')->allow_transfer.count, 0);

    /* Those that say the same are the same. */
    CHECK(options_of(conf, 'a') == options_of(conf, 'd'));
    CHECK(options_of(conf, 'c') == options_of(conf, 'e'));
    CHECK(options_of(conf, 'a') != options_of(conf, 'e'));
    conf_free(conf);
}

TEST(templates_may_be_a_mapping)
{
    struct conf *conf = good("templates:\n"
                             "  default:\n"
                             "    rotation: off\n"
                             "  empty:\n"
                             "zones:\n"
                             "  - {name: a, file: f}\n"
                             "  - {name: b, file: f, template: empty}\n");

    CHECK(!options_of(conf, 'a')->rotation);
    CHECK(options_of(conf, 'b')->rotation);
    conf_free(conf);
}

TEST(changes_are_dealt_with_by_zone)
{
    struct conf *conf = good("server: {serial: unixtime, brake: off}\n"
                             "templates:\n"
                             "  date: {serial: date, serial-check: strict}\n"
                             "zones:\n"
                             "  - {name: a, file: f}\n"
                             "  - {name: b, file: f, template: date, brake: {transfers: on}}\n"
                             "  - {name: c, file: f, brake: {share: 5%, transfers: off}}\n"
                             "  - {name: d, file: f, brake: 100%, serial: increment}\n");

    CHECK_EQ(options_of(conf, 'a')->serial, CONF_SERIAL_UNIXTIME);
    CHECK_EQ(options_of(conf, 'a')->serial_check, CONF_SERIAL_CHECK_WARN);
    CHECK_EQ(options_of(conf, 'a')->brake.percent, 0);
    CHECK_EQ(options_of(conf, 'b')->serial, CONF_SERIAL_DATE);
    CHECK_EQ(options_of(conf, 'b')->serial_check, CONF_SERIAL_CHECK_STRICT);
    CHECK_EQ(options_of(conf, 'b')->brake.percent, 40);
    CHECK_EQ(options_of(conf, 'b')->brake.transfers, 1);
    CHECK_EQ(options_of(conf, 'c')->brake.percent, 5);
    CHECK_EQ(options_of(conf, 'c')->brake.transfers, 0);
    CHECK_EQ(options_of(conf, 'd')->brake.percent, 100);
    CHECK_EQ(options_of(conf, 'd')->serial, CONF_SERIAL_INCREMENT);
    conf_free(conf);
}

TEST(history_is_bounded_by_zone)
{
    struct conf *conf =
        good("templates:\n"
             "  t: {history: {size: 1024GiB}}\n"
             "zones:\n"
             "  - {name: a, file: f}\n"
             "  - {name: b, file: f, template: t}\n"
             "  - {name: c, file: f, template: t, history: {age: 1h}}\n"
             "  - {name: d, file: f, template: t, history: off}\n"
             "  - {name: e, file: f, template: t, history: {age: 52w, size: 64KiB}}\n");

    CHECK_EQ(options_of(conf, 'a')->history.octets, 256 << 20);
    CHECK_EQ(options_of(conf, 'a')->history.age_s, 400 * 86400);
    CHECK_EQ(options_of(conf, 'b')->history.octets, 1ull << 40);
    CHECK_EQ(options_of(conf, 'b')->history.age_s, 400 * 86400);
    CHECK_EQ(options_of(conf, 'c')->history.octets, 256 << 20);
    CHECK_EQ(options_of(conf, 'c')->history.age_s, 3600);
    CHECK_EQ(options_of(conf, 'd')->history.octets, 0);
    CHECK_EQ(options_of(conf, 'd')->history.age_s, 0);
    CHECK_EQ(options_of(conf, 'e')->history.octets, 64 << 10);
    CHECK_EQ(options_of(conf, 'e')->history.age_s, 364 * 86400);
    conf_free(conf);
}

TEST(secrets_come_from_credentials)
{
    static const char text[] = "keys: [{name: k, algorithm: hmac-sha256, secret-credential: one}]";
    struct conf *conf = good(text);

    CHECK_EQ(conf->keys[0].secret.size, 16);
    CHECK_EQ(conf->keys[0].secret.octets[15], 15);
    conf_free(conf);

    reader.credentials = NULL;
    reader.is_check = true;
    conf = good(text);
    CHECK_EQ(conf->keys[0].secret.size, 0);
    conf_free(conf);
    reader.is_check = false;
    CHECK_EQ(parse(text, &conf), TD_E_INVALID);
    CHECK(strstr(said, "1:61: error: keys.secret-credential: there are no credentials") != NULL);
    reader.credentials = "/run/credentials";
}

/* Keys that were added at run time stand in server.state, wherever in the file that is said. */
TEST(kept_keys_stand_behind_those_of_the_file)
{
    static const char text[] =
        "zones: [{name: a, file: b, update: [{key: k.kept}], allow-transfer: [key own]}]\n"
        "peers: {p: {address: 192.0.2.1, key: K.KEPT}}\n"
        "server: {state: kept}\n"
        "keys: [{name: own, algorithm: hmac-sha256, secret: AAECAwQF}]";
    struct td_buf uses = { .data = NULL }, row = { .data = NULL };
    struct conf *conf = good(text);

    CHECK_EQ(conf->key_count, 2);
    CHECK_STR(conf->keys[0].name.text, "own.");
    CHECK_EQ(conf->keys[0].secret.size, 6);
    CHECK(!conf->keys[0].is_kept);
    CHECK_STR(conf->keys[1].name.text, "k.kept.");
    CHECK(conf->keys[1].is_kept && !conf->keys[1].is_hidden);
    CHECK_EQ(conf->kept_key_count, 2);
    CHECK_STR(conf->kept_keys[1].name.text, "own.");
    CHECK(conf->kept_keys[1].is_hidden);
    CHECK_EQ(conf_key_uses(conf, &conf->keys[1], &uses), 2);
    CHECK_STR(td_buf_text(&uses), "/etc/t/t.yaml:2: peer p\n/etc/t/t.yaml:1: zone a.: update\n");
    td_buf_clear(&uses);
    CHECK_EQ(conf_key_uses(conf, &conf->keys[0], &uses), 1);
    CHECK_STR(td_buf_text(&uses), "/etc/t/t.yaml:1: zone a.: allow-transfer\n");
    conf_key_print(&conf->keys[1], &row);
    CHECK_STR(td_buf_text(&row), "{name: 'k.kept.', algorithm: hmac-sha512, secret: 'AAECAw=='}");
    conf_free(conf);

    /* Also without any of the file's own. */
    conf = good("server: {state: kept}\nzones: [{name: a, file: b, update: [{key: own}]}]");
    CHECK_EQ(conf->key_count, 2);
    CHECK_EQ(conf->keys[1].algorithm, CONF_KEY_HMAC_SHA1);
    CHECK(!conf->kept_keys[1].is_hidden);
    conf_free(conf);
    td_buf_fini(&uses);
    td_buf_fini(&row);
}

TEST(what_is_wrong_in_the_file_of_kept_keys_is_said_with_its_place)
{
    struct conf *conf = NULL;

    CHECK_EQ(parse("server: {state: /kept2}", &conf), TD_E_INVALID);
    CHECK(strstr(said, "/kept2/keys.yaml:3:24: error: keys.algorithm") != NULL);
    CHECK(strstr(said, "/kept2/keys.yaml:3:43: error: keys.secret: expected base64") != NULL);
    CHECK(strstr(said, "SECRET!") == NULL);
    CHECK_EQ(parse("server: {state: /kept3}", &conf), TD_E_INVALID);
    CHECK(strstr(said, "/kept3/keys.yaml:1:1: error: expected keys: and a list") != NULL);
}

TEST(a_file_is_loaded_by_its_reader)
{
    struct conf *conf = NULL;

    said[0] = '\0';
    CHECK_OK(conf_load("/etc/t/t.yaml", &reader, &sink, &conf));
    CHECK_EQ(conf->zone_count, 1);
    CHECK_STR(conf->zones[0].file, "/etc/t/b");
    conf_free(conf);

    CHECK_EQ(conf_load("/etc/t/none.yaml", &reader, &sink, &conf), TD_E_NOT_FOUND);
    CHECK_STR(said, "/etc/t/none.yaml: error: no such file\n");
}

TEST(relative_to_a_bare_name)
{
    static const char text[] = "zones: [{name: a, file: .//b}]";
    struct conf *conf = NULL;

    CHECK_OK(conf_parse(text, sizeof(text) - 1, "t.yaml", &reader, &sink, &conf));
    CHECK_STR(conf->zones[0].file, "b");
    conf_free(conf);
}

TEST(it_is_json_as_well)
{
    struct conf *conf = good("{\"server\": {\"rotation\": false, \"workers\": 3,\n"
                             "\t\"listen\": [\"127.0.0.1\"]}, \"zones\": []}");

    CHECK(!conf->server.zones.rotation);
    CHECK_EQ(conf->server.workers, 3);
    conf_free(conf);
}

TEST(many_zones_are_no_matter)
{
    enum { COUNT = 20000 };
    char *text = td_malloc(64 * COUNT);
    size_t size = (size_t)sprintf(text, "zones:\n");

    for (unsigned i = 0; i < COUNT; i++)
        size +=
            (size_t)sprintf(text + size, "  - {name: z%u.test, file: z%u, rotation: off}\n", i, i);
    struct conf *conf = NULL;
    said[0] = '\0';
    CHECK_OK(conf_parse(text, size, "t.yaml", &reader, &sink, &conf));
    CHECK_EQ(conf->zone_count, COUNT);
    for (unsigned i = 1; i < COUNT; i++)
        CHECK(conf->zones[i].options == conf->zones[0].options);
    conf_free(conf);
    free(text);
}

TESTS(defaults_are_there, the_server_is_read, keys_are_found_wherever_they_stand,
      cookie_secrets_come_from_a_file, zones_are_sorted_and_found, templates_are_followed,
      templates_may_be_a_mapping, changes_are_dealt_with_by_zone, history_is_bounded_by_zone,
      secrets_come_from_credentials, kept_keys_stand_behind_those_of_the_file,
      what_is_wrong_in_the_file_of_kept_keys_is_said_with_its_place, a_file_is_loaded_by_its_reader,
      relative_to_a_bare_name, it_is_json_as_well, many_zones_are_no_matter)
