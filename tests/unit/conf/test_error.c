/*
 * Goal    whatever is wrong is said where it stands, with what was written, what was expected and
 *         what was perhaps meant; nothing is returned; no secret is repeated.
 * Method  a row per error: the text and all that is said about it.
 */
#include "helper.h"

struct row {
    const char *text;
    const char *want;
};

#define AT(place) "/etc/t/t.yaml:" place ": error: "

static void check_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct conf *conf = NULL;

        CHECK_EQ_WHY(parse(rows[i].text, &conf), TD_E_INVALID, rows[i].text);
        CHECK(conf == NULL);
        if (strcmp(said, rows[i].want) != 0)
            fail_msg("of \"%s\" it says\n%swant\n%s", rows[i].text, said, rows[i].want);
    }
}

TEST(keys_that_are_not_options)
{
    static const struct row rows[] = {
        { "", AT("1:1") "the file is empty: expected server:, keys:, templates: or zones:\n" },
        { "[]", AT("1:1") "expected server:, keys:, templates: or zones:\n" },
        { "x: 1", AT("1:1") "unknown option 'x'\n" },
        { "zone: []", AT("1:1") "unknown option 'zone'; did you mean 'zones'?\n" },
        { "server:\n  lisen: 127.0.0.1\n",
          AT("2:3") "unknown option 'lisen' in server; did you mean 'listen'?\n" },
        { "server:\n  # a\n  interface: 127.0.0.1\n",
          AT("3:3") "unknown option 'interface' in server; did you mean 'listen'?\n" },
        { "server: {idle-timeout: 1s}",
          AT("1:10") "unknown option 'idle-timeout' in server; it belongs in server.tcp\n" },
        { "server: {tcp: {idle-timout: 1s}}",
          AT("1:16") "unknown option 'idle-timout' in server.tcp; did you mean 'idle-timeout'?\n" },
        { "server: {file: x}",
          AT("1:10") "unknown option 'file' in server; it belongs in zones\n" },
        { "zones: [{name: a, file: b, <<: c}]", AT("1:28") "unknown option '<<' in zones\n" },
        { "zones: [{name: a, file: b, notice: c}]",
          AT("1:28") "unknown option 'notice' in zones; did you mean 'notify'?\n" },
        { "server:\n  cookies: on\n  cookies: on\n",
          AT("3:3") "server.cookies is written twice, first in line 2\n" },
        { "server:\nzones:\nserver:\n", AT("3:1") "server is written twice, first in line 1\n" },
        { "pears: []", AT("1:1") "unknown option 'pears'; did you mean 'peers'?\n" },
        { "'': 1", AT("1:2") "unknown option ''\n" },
    };

    check_rows(rows, TD_COUNT(rows));
}

TEST(values_of_another_type)
{
#define HISTORY "off, or size (64KiB to 1024GiB) and age (1h to 36500d)"
    static const struct row rows[] = {
        { "server: {brake: 40}", AT("1:17") "server.brake: expected off, a share of 1% to 100%, or "
                                            "share and transfers, not '40'\n" },
        { "server: {brake: 0%}", AT("1:17") "server.brake: expected off, a share of 1% to 100%, or "
                                            "share and transfers, not '0%'\n" },
        { "server: {brake: {shar: 4%}}",
          AT("1:18") "server.brake: expected off, a share of 1% to 100%, or share and transfers, "
                     "not 'shar'; it has share and transfers\n" },
        { "server: {history: on}", AT("1:19") "server.history: expected " HISTORY ", not 'on'\n" },
        { "server: {history: {size: 1GB}}",
          AT("1:26") "server.history: expected " HISTORY ", not '1GB'; write GiB\n" },
        { "server: {history: {size: 1025GiB}}",
          AT("1:26") "server.history: expected " HISTORY ", not '1025GiB'\n" },
        { "server: {history: {age: 59m}}",
          AT("1:25") "server.history: expected " HISTORY ", not '59m'\n" },
        { "server: {history: {days: 59}}",
          AT("1:20") "server.history: expected " HISTORY ", not 'days'; it has size and age\n" },
        { "server: {history: {age: [1d]}}",
          AT("1:25") "server.history: expected " HISTORY ", not a list\n" },
        { "server: {serial: daily}",
          AT("1:18") "server.serial: expected increment, unixtime or date, not 'daily'\n" },
        { "server: 1", AT("1:9") "server: expected a mapping of options\n" },
        { "server: {tcp: [1]}", AT("1:15") "server.tcp: expected a mapping of options\n" },
        { "zones: {name: a}", AT("1:8") "zones: expected a list, each entry behind a dash\n" },
        { "zones: a", AT("1:8") "zones: expected a list, each entry behind a dash\n" },
        { "zones:\n  - a\n", AT("2:5") "zones: expected a mapping of options\n" },
        { "zones:\n  -\n", AT("2:3") "zones: expected a mapping of options\n" },
        { "templates: {a: 1}", AT("1:16") "templates: expected a mapping of options\n" },
        { "server:\n  cookies:\n", AT("2:3") "server.cookies: expected on or off, not nothing\n" },
        { "server: {cookies: [on]}",
          AT("1:19") "server.cookies: expected on or off, not a list\n" },
        { "server: {state: {a: b}}", AT("1:17") "server.state: expected a path, not a mapping\n" },
        { "server: {rate-limit: {responses-per-second: 1, exempt: [[x]]}}",
          AT("1:57") "server.rate-limit.exempt: expected an address or prefix or a list of them, "
                     "such as 192.0.2.0/24, not a list\n" },
        { "server: {metrics: [127.0.0.1]}",
          AT("1:19") "server.metrics: expected off or an address, such as 127.0.0.1:9153, not a "
                     "list\n" },
        { "server: {listen: []}", AT("1:18") "server.listen: expected at least one address, not 0 "
                                             "of them\n" },
    };

    check_rows(rows, TD_COUNT(rows));
}

TEST(values_that_are_wrong)
{
#define TIME                                                                                       \
    AT("1:30")                                                                                     \
    "server.tcp.idle-timeout: expected a time with its unit (ms, s, m, h, d), "                    \
    "100ms to 1h, not "
#define SIZE                                                                                       \
    AT("1:25")                                                                                     \
    "server.edns-udp-size: expected a size in octets or with KiB, MiB or GiB, "                    \
    "512 to 65535, not "
    static const struct row rows[] = {
        { "server: {cookies: maybe}",
          AT("1:19") "server.cookies: expected on or off, not 'maybe'\n" },
        { "server: {cookies: 1}", AT("1:19") "server.cookies: expected on or off, not '1'\n" },
        { "server: {workers: 300}",
          AT("1:19") "server.workers: expected a number, 1 to 256, or auto, not '300'\n" },
        { "server: {workers: 0}",
          AT("1:19") "server.workers: expected a number, 1 to 256, or auto, not '0'\n" },
        { "server: {workers: -1}",
          AT("1:19") "server.workers: expected a number, 1 to 256, or auto, not '-1'\n" },
        { "server: {workers: 0x10}",
          AT("1:19") "server.workers: expected a number, 1 to 256, or auto, not '0x10'\n" },
        { "server: {workers: 99999999999999999999999}",
          AT("1:19") "server.workers: expected a number, 1 to 256, or auto, not "
                     "'99999999999999999999999'\n" },
        { "server: {tcp: {idle-timeout: 10}}",
          TIME "'10'; a number alone has no unit: write 10s\n" },
        { "server: {tcp: {idle-timeout: 2h}}", TIME "'2h'\n" },
        { "server: {tcp: {idle-timeout: 0s}}", TIME "'0s'\n" },
        { "server: {tcp: {idle-timeout: 1x}}", TIME "'1x'\n" },
        { "server: {tcp: {idle-timeout: 1sec}}", TIME "'1sec'\n" },
        { "server: {tcp: {idle-timeout: s}}", TIME "'s'\n" },
        { "server: {tcp: {idle-timeout: ''}}",
          AT("1:31") "server.tcp.idle-timeout: expected a time with its unit (ms, s, m, h, d), "
                     "100ms to 1h, not ''\n" },
        { "server: {tcp: {idle-timeout: 99999999999999w}}", TIME "'99999999999999w'\n" },
        { "server: {edns-udp-size: 100}", SIZE "'100'\n" },
        { "server: {edns-udp-size: 1MiB}", SIZE "'1MiB'\n" },
        { "server: {edns-udp-size: 4K}", SIZE "'4K'; write KiB\n" },
        { "server: {edns-udp-size: 99999999999GiB}", SIZE "'99999999999GiB'\n" },
        { "server: {edns-udp-size: big}", SIZE "'big'\n" },
        { "server: {log: {format: jso}}", AT("1:24") "server.log.format: expected text or json, "
                                                     "not 'jso'; did you mean 'json'?\n" },
        { "server: {log: {level: loud}}",
          AT("1:23") "server.log.level: expected error, warning, notice, info or debug, not "
                     "'loud'\n" },
        { "server: {identity: yes}",
          AT("1:20") "server.identity: expected off or a text of 1 to 255 octets, not 'yes'; write "
                     "the text itself\n" },
        { "server: {user: ''}",
          AT("1:17") "server.user: expected a text of 1 to 64 octets, not ''\n" },
        { "server: {state: ''}", AT("1:18") "server.state: expected a path, not ''\n" },
        { "zones: [{name: a..b, file: c}]",
          AT("1:16") "zones.name: expected a domain name, not 'a..b'\n" },
        { "zones: [{name: '', file: c}]",
          AT("1:17") "zones.name: expected a domain name, not ''\n" },
        { "zones: [{name: m\xC3\xBCnchen.de, file: c}]",
          AT("1:16") "zones.name: expected a domain name, not 'm\xC3\xBCnchen.de'; write an "
                     "international name in its ASCII form (xn--...)\n" },
    };

    check_rows(rows, TD_COUNT(rows));
}

TEST(addresses_that_are_wrong)
{
#define LISTEN                                                                                     \
    "server.listen: expected an address or a list of them, such as 192.0.2.1, "                    \
    "192.0.2.1:53 or [2001:db8::1]:53, not "
#define ACL "zones.allow-transfer: expected addresses, prefixes, \"key NAME\", any or none, not "
    static const struct row rows[] = {
        { "server: {listen: localhost}", AT("1:18") LISTEN "'localhost'\n" },
        { "server: {listen: [127.0.0.1, 1.2.3]}", AT("1:30") LISTEN "'1.2.3'\n" },
        { "server: {listen: '127.0.0.1:99999'}", AT("1:19") LISTEN "'127.0.0.1:99999'\n" },
        { "server: {listen: '127.0.0.1:0'}",
          AT("1:19") LISTEN "'127.0.0.1:0'; a port is 1 to 65535\n" },
        { "server: {listen: [127.0.0.1, '::1', '127.0.0.1:53']}",
          AT("1:38") "server.listen: 127.0.0.1@53 is listed twice\n" },
        { "zones: [{name: a, file: b, allow-transfer: 192.0.2.1/24}]",
          AT("1:44") ACL "'192.0.2.1/24'; bits behind the length are set: did you mean "
                         "192.0.2.0/24?\n" },
        { "zones: [{name: a, file: b, allow-transfer: '2001:db8::1/32'}]",
          AT("1:45") ACL "'2001:db8::1/32'; bits behind the length are set: did you mean "
                         "2001:db8::/32?\n" },
        { "zones: [{name: a, file: b, allow-transfer: [192.0.2.0/33]}]",
          AT("1:45") ACL "'192.0.2.0/33'\n" },
        { "zones: [{name: a, file: b, allow-transfer: [key a..b]}]",
          AT("1:45") ACL "'key a..b'\n" },
        { "zones: [{name: a, file: b, allow-transfer: [key x.test]}]",
          AT("1:45") "zones.allow-transfer: there is no key 'x.test' in keys\n" },
        { "zones: [{name: a, file: b, allow-transfer: [key trnsfer]}]\n"
          "keys: [{name: transfer, algorithm: hmac-sha256, secret: AAAA}]\n",
          AT("1:45") "zones.allow-transfer: there is no key 'trnsfer' in keys; did you mean "
                     "'transfer.'?\n" },
    };

    check_rows(rows, TD_COUNT(rows));
}

TEST(keys_that_are_wrong)
{
    static const struct row rows[] = {
        { "keys: [{}]",
          AT("1:8") "keys.algorithm is missing: expected 'algorithm: ...' here\n" AT(
              "1:8") "keys.name is missing: expected 'name: ...' here\n" AT("1:8") "keys: expected "
                                                                                   "secret, "
                                                                                   "secret-file or "
                                                                                   "secret-"
                                                                                   "credential\n" },
        { "keys: [{name: a, algorithm: hmac-md5, secret: AAAA}]",
          AT("1:29") "keys.algorithm: expected hmac-sha1, hmac-sha224, hmac-sha256, hmac-sha384 or "
                     "hmac-sha512, not 'hmac-md5'; MD5 must not be used any more (RFC 8945 section "
                     "6); take hmac-sha256\n" },
        { "keys: [{name: a, algorithm: hmac-sha265, secret: AAAA}]",
          AT("1:29") "keys.algorithm: expected hmac-sha1, hmac-sha224, hmac-sha256, hmac-sha384 or "
                     "hmac-sha512, not 'hmac-sha265'; did you mean 'hmac-sha256'?\n" },
        { "keys: [{name: a, algorithm: hmac-sha1, secret: very-secret}]",
          AT("1:48") "keys.secret: expected base64 of 1 to 1024 octets (the text is not shown)\n" },
        { "keys: [{name: a, algorithm: hmac-sha1, secret: ''}]",
          AT("1:49") "keys.secret: expected base64 of 1 to 1024 octets (the text is not shown)\n" },
        { "keys: [{name: a, algorithm: hmac-sha1, secret: AAAA, secret-file: key}]",
          AT("1:8") "keys: expected secret, secret-file or secret-credential, only one of "
                    "them\n" },
        { "keys: [{name: a, algorithm: hmac-sha1, secret-credential: ../x}]",
          AT("1:59") "keys.secret-credential: expected the name of a credential, not '../x'; it is "
                     "no path\n" },
        { "keys: [{name: a, algorithm: hmac-sha1, secret-credential: two}]",
          AT("1:59") "keys.secret-credential: /run/credentials/two: no such file\n" },
        { "keys: [{name: a, algorithm: hmac-sha1, secret-file: nokey}]",
          AT("1:53") "keys.secret-file: /etc/t/nokey: no such file\n" },
        { "keys: [{name: a, algorithm: hmac-sha1, secret-file: bad}]",
          AT("1:53") "keys.secret-file: expected base64 of 1 to 1024 octets (the text is not "
                     "shown)\n" },
        { "keys: [{name: a, algorithm: hmac-sha1, secret-file: empty}]",
          AT("1:53") "keys.secret-file: expected base64 of 1 to 1024 octets (the text is not "
                     "shown)\n" },
        { "keys:\n- {name: a, algorithm: hmac-sha1, secret: AAAA}\n"
          "- {name: A., algorithm: hmac-sha1, secret: AAAA}",
          AT("3:3") "keys: a. is listed twice, first in line 2\n" },
        /* The bad key exists all the same: no second error where it is used. */
        { "keys: [{name: a, algorithm: x, secret: AAAA}]\n"
          "zones: [{name: a, file: b, allow-transfer: key a}]",
          AT("1:29") "keys.algorithm: expected hmac-sha1, hmac-sha224, hmac-sha256, hmac-sha384 or "
                     "hmac-sha512, not 'x'\n" },
        { "server: {cookie-secrets: hush}",
          AT("1:26") "server.cookie-secrets: expected one or two secrets of 32 hexadecimal digits "
                     "(the text is not shown)\n" },
        { "server: {cookie-secrets: []}",
          AT("1:26") "server.cookie-secrets: expected one or two secrets, not 0 of them\n" },
        { "server: {cookie-secrets: [000102030405060708090a0b0c0d0e0f, "
          "000102030405060708090a0b0c0d0e0f, 000102030405060708090a0b0c0d0e0f]}",
          AT("1:26") "server.cookie-secrets: expected one or two secrets, not 3 of them\n" },
        { "server: {cookie-secrets-file: cookies3}",
          AT("1:31") "server.cookie-secrets-file: expected one or two secrets of 32 hexadecimal "
                     "digits in the file\n" },
        { "server: {cookie-secrets-file: empty}",
          AT("1:31") "server.cookie-secrets-file: expected one or two secrets of 32 hexadecimal "
                     "digits in the file\n" },
        { "server: {cookie-secrets-file: cookies, cookie-secrets: "
          "000102030405060708090a0b0c0d0e0f}",
          AT("1:1") "server: expected cookie-secrets or cookie-secrets-file, not both\n" },
    };

    check_rows(rows, TD_COUNT(rows));
}

TEST(peers_that_are_wrong)
{
    static const struct row rows[] = {
        { "peers: {a: {}}", AT("1:12") "peers.address is missing: expected 'address: ...' here\n" },
        { "peers: [{address: '::1'}]",
          AT("1:9") "peers.name is missing: expected 'name: ...' here\n" },
        { "peers: {a: {address: '::1', key: k}}",
          AT("1:34") "peers.key: there is no key 'k' in keys\n" },
        { "peers: [{name: a, address: '::1'}, {name: a, address: '::2'}]",
          AT("1:36") "peers: 'a' is listed twice, first in line 1\n" },
        { "peers: {first: {address: '::1'}}\nzones: [{name: z, file: f, from: frist}]",
          AT("2:34") "zones.from: there is no peer 'frist' in peers; did you mean 'first'?\n" },
        { "peers: {a: {address: '::1'}}\nzones: [{name: z, file: f, to: [a, a]}]",
          AT("2:36") "zones.to: 'a' is listed twice\n" },
        { "transfers: {in: 0}",
          AT("1:17") "transfers.in: expected a number, 1 to 10000, not '0'\n" },
        { "zones: [{name: z, file: f, refresh-min: 1ms}]",
          AT("1:41") "zones.refresh-min: expected a time with its unit (ms, s, m, h, d), 1s to "
                     "28d, not '1ms'\n" },
    };
    check_rows(rows, TD_COUNT(rows));
}

TEST(zones_that_are_wrong)
{
    static const struct row rows[] = {
        { "zones:\n  - name: a\n",
          AT("2:5") "zones: expected name and file, or directory: file is missing (a "
                    "secondary needs none: it has from)\n" },
        { "zones:\n  - file: a\n",
          AT("2:5") "zones: expected name and file, or directory: name is missing\n" },
        { "zones:\n  - {}\n", AT("2:5") "zones: expected name and file, or directory\n" },
        { "zones:\n  - {name: a, directory: b}\n",
          AT("2:5") "zones: expected name and file, or directory, not both\n" },
        { "zones:\n  - {name: a, file: b}\n  - {name: b, file: b}\n  - {name: A., file: c}\n",
          AT("4:5") "zones: a. is listed twice, first in line 2\n" },
        { "zones:\n  - directory: b\n  - directory: ./b/\n",
          AT("3:5") "zones: directory '/etc/t/b' is listed twice, first in line 2\n" },
        { "zones: [{name: a, file: b, template: tmpl}]\ntemplates: [{name: templ}]\n",
          AT("1:38") "zones.template: there is no template 'tmpl'; did you mean 'templ'?\n" },
        { "templates: [{name: a, template: b}]",
          AT("1:33") "templates.template: there is no template 'b'\n" },
        { "templates:\n- {name: a}\n- {name: b}\n- {name: a}\n",
          AT("4:10") "templates: 'a' is defined twice, first in line 2\n" },
        { "templates: {a: {}, a: {}}", AT("1:20") "templates: 'a' is defined twice, first in line "
                                                  "1\n" },
        { "templates: [{rotation: on}]",
          AT("1:13") "templates.name is missing: expected 'name: ...' here\n" },
        { "templates: {a: {name: b}}",
          AT("1:23") "templates.name is written already, as the name of the mapping\n" },
        { "templates: [{name: a, template: a}]",
          AT("1:33") "templates.template: 'a' leads back to itself\n" },
        { "templates:\n- {name: a, template: b}\n- {name: b, template: c}\n"
          "- {name: c, template: b}\nzones: [{name: z, file: f, template: a}]\n",
          AT("3:23") "templates.template: 'b' leads back to itself\n" },
    };

    check_rows(rows, TD_COUNT(rows));
}

TEST(all_errors_in_the_order_of_the_file)
{
    static const struct row rows[] = {
        { "zones: [{name: a..b, file: c}]\nserver:\n  cookies: maybe\n  cokies: x\nkeys: 1\n",
          AT("1:16") "zones.name: expected a domain name, not 'a..b'\n" AT(
              "3:12") "server.cookies: expected on or off, not 'maybe'\n" AT("4:3") "unknown "
                                                                                    "option "
                                                                                    "'cokies' in "
                                                                                    "server; did "
                                                                                    "you mean "
                                                                                    "'cookies'?"
                                                                                    "\n" AT(
                                                                                        "5:7") "key"
                                                                                               "s: "
                                                                                               "exp"
                                                                                               "ect"
                                                                                               "ed "
                                                                                               "a "
                                                                                               "lis"
                                                                                               "t, "
                                                                                               "eac"
                                                                                               "h "
                                                                                               "ent"
                                                                                               "ry "
                                                                                               "beh"
                                                                                               "ind"
                                                                                               " a "
                                                                                               "das"
                                                                                               "h"
                                                                                               "\n" },
    };

    check_rows(rows, TD_COUNT(rows));
}

TEST(errors_are_bounded)
{
    enum { COUNT = 500 };
    char text[COUNT * 32] = "zones:\n";
    struct conf *conf = NULL;
    unsigned lines = 0;

    for (unsigned i = 0; i < COUNT; i++)
        strcat(text, "- {name: a..b, file: c}\n");
    CHECK_EQ(parse(text, &conf), TD_E_INVALID);
    for (const char *at = said; (at = strchr(at, '\n')) != NULL; at++)
        lines++;
    CHECK_EQ(lines, CONF_ERROR_COUNT_MAX + 1);
    CHECK(strstr(said, "100 errors; what comes behind was not looked at") != NULL);
}

TEST(long_text_is_cut)
{
    char text[600] = "server: {cookies: ";
    struct conf *conf = NULL;

    for (unsigned i = 0; i < 200; i++)
        strcat(text, "\xC3\xA9");
    strcat(text, "}");
    CHECK_EQ(parse(text, &conf), TD_E_INVALID);
    CHECK(strlen(said) < 250);
    CHECK(strstr(said, "\xC3\xA9...'") != NULL);
}

TEST(a_file_too_large_is_refused)
{
    struct conf *conf = NULL;

    said[0] = '\0';
    CHECK_EQ(conf_parse("", (size_t)CONF_FILE_SIZE_MAX + 1, "t", &reader, &sink, &conf),
             TD_E_LIMIT);
    CHECK_STR(said, "t: error: larger than 256 MiB\n");
}

TESTS(keys_that_are_not_options, values_of_another_type, values_that_are_wrong,
      addresses_that_are_wrong, keys_that_are_wrong, peers_that_are_wrong, zones_that_are_wrong,
      all_errors_in_the_order_of_the_file, errors_are_bounded, long_text_is_cut,
      a_file_too_large_is_refused)
