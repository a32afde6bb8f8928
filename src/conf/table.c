/*
 * The options of tandem, one row each. A new option is a row here, a field in conf/conf.h, and
 * whoever uses it; nothing else.
 */
#include "conf/option.h"

#include <string.h>

#include "base/macros.h"

/* clang-format off */

#define SECTION(name, the_path, rows, type)                                                        \
    const struct conf_section name = { .path = (the_path), .options = (rows),                      \
        .count = TD_COUNT(rows), .size = sizeof(type), .written_offset = CONF_NO_WRITTEN }
#define SECTION_WRITTEN(name, the_path, rows, type)                                                \
    const struct conf_section name = { .path = (the_path), .options = (rows),                      \
        .count = TD_COUNT(rows), .size = sizeof(type), .written_offset = offsetof(type, written) }
#define SECTION_RULED(name, the_path, rows, type, rule)                                            \
    const struct conf_section name = { .path = (the_path), .options = (rows),                      \
        .count = TD_COUNT(rows), .size = sizeof(type), .written_offset = offsetof(type, written),  \
        .schema_rule = (rule) }

static const struct conf_choice choices_auto[] = { { "auto", NULL }, { NULL, NULL } };

static const struct conf_choice choices_log_format[] = {
    { "text", NULL }, { "json", NULL }, { NULL, NULL }
};

static const struct conf_choice choices_log_level[] = {
    { "error", NULL }, { "warning", NULL }, { "notice", NULL }, { "info", NULL },
    { "debug", NULL }, { NULL, NULL }
};

#define HELP_SERIAL                                                                                \
    "Which serial a change gets: one more than the last (increment), the seconds since 1970 "     \
    "(unixtime), or the day and a number (date: YYYYMMDDnn). One more than the last wherever "    \
    "the others would not be greater."
#define HELP_SERIAL_CHECK                                                                          \
    "What to do with a zone file whose serial is lower than the one it had when it was last "     \
    "loaded: load it and warn, or refuse it (strict)."
#define HELP_BRAKE                                                                                 \
    "Hold a change that would remove more than this share of the names of a zone that has over "  \
    "100, or its last name server, until 'tandem zone release'. An update that would is refused. " \
    "A mapping with share and transfers applies it to transfers in as well."

#define HELP_HISTORY                                                                               \
    "How much is kept of the changes of a zone: the oldest go when all are larger than size or "   \
    "when they are older than age; off keeps none. What is needed to restore the zone stays."

#define HELP_FROM                                                                                  \
    "The peers that the zone is transferred from; with it the zone is a secondary, and nothing "   \
    "but transfers changes it. The first that has a newer serial is taken, those behind it when "  \
    "it fails."
#define HELP_TO                                                                                    \
    "The peers that may transfer the zone and are watched; each must come from an address of "    \
    "its row and sign with its key. A secondary may have both from and to."
#define HELP_NOTIFY                                                                                \
    "Who is told of a new serial (RFC 1996): the peers in to, the name servers of the zone but "  \
    "the one in its SOA (ns-set), both, or nobody (off). The addresses of name servers are those "  \
    "in the zones served here, else those that the system's resolver finds."
#define HELP_ZONEMD                                                                                \
    "What to do with a transferred zone whose digest (ZONEMD, RFC 8976) does not match: warn and " \
    "serve it, refuse it (strict), or do not look (off)."
#define HELP_FORWARD                                                                               \
    "Hand updates for a secondary on to its primary and bring its answer back; off refuses them."
#define HELP_TIMER(what, how)                                                                      \
    "The " how " " what " of a secondary, whatever its SOA says."

#define HELP_UPDATE                                                                                \
    "Who may change the zone by dynamic update (RFC 2136): rows, each with a key or with "        \
    "addresses. names: \"NAME\", \"subtree NAME\", \"wildcard NAME\" (what is below it) or self "   \
    "(the name that the key has); all of the zone when left out. types: all but SOA and NS when " \
    "left out and names are given, else all. actions: add, delete; both when left out. Nobody by " \
    "default."

/* In the order of enum conf_notify. */
static const struct conf_choice choices_notify[] = {
    { "peers", NULL }, { "ns-set", NULL }, { "both", NULL }, { "off", NULL },
    { "yes", "write peers, ns-set or both" }, { "explicit", "it is called peers here" },
    { NULL, NULL }
};

/* In the order of enum conf_zonemd. */
static const struct conf_choice choices_zonemd[] = {
    { "warn", NULL }, { "strict", NULL }, { "off", NULL }, { NULL, NULL }
};

/* In the order of enum conf_serial. */
static const struct conf_choice choices_serial[] = {
    { "increment", NULL }, { "unixtime", NULL }, { "date", NULL },
    { "dateserial", "it is called date here" }, { NULL, NULL }
};

/* In the order of enum conf_serial_check. */
static const struct conf_choice choices_serial_check[] = {
    { "warn", NULL }, { "strict", NULL }, { NULL, NULL }
};

/* In the order of enum conf_key_algorithm. */
static const struct conf_choice choices_algorithm[] = {
    { "hmac-sha1", NULL }, { "hmac-sha224", NULL }, { "hmac-sha256", NULL },
    { "hmac-sha384", NULL }, { "hmac-sha512", NULL },
    { "hmac-md5", "MD5 must not be used any more (RFC 8945 section 6); take hmac-sha256" },
    { "hmac-md5.sig-alg.reg.int",
      "MD5 must not be used any more (RFC 8945 section 6); take hmac-sha256" },
    { NULL, NULL }
};

/* --- server.tcp --- */

#define AT(member) .offset = offsetof(struct conf_tcp, member)
static const struct conf_option options_tcp[] = {
    { "server.tcp.connections", CONF_COUNT, AT(connections), .min = 1, .max = 1000000,
      .reload = CONF_RELOAD_LIMITS, .preset = "10000", .also = "tcp-count tcp-clients",
      .help = "How many TCP connections may be open in all. When they are used up, the one that "
              "has been idle longest makes room for a new one." },
    { "server.tcp.connections-per-client", CONF_COUNT, AT(connections_per_client), .min = 1,
      .max = 1000000, .reload = CONF_RELOAD_LIMITS, .preset = "1000",
      .help = "How many TCP connections one client address may have open at a time." },
    { "server.tcp.pipeline", CONF_COUNT, AT(pipeline), .min = 1, .max = 65535,
      .reload = CONF_RELOAD_LIMITS, .preset = "100", .also = "tcp-query-count",
      .help = "How many questions of one TCP connection are worked on at a time; those behind "
              "wait in the socket." },
    { "server.tcp.idle-timeout", CONF_DURATION, AT(idle_timeout_ms), .min = 100, .max = 3600000,
      .reload = CONF_RELOAD_LIMITS, .preset = "10s", .also = "tcp-timeout tcp-idle-timeout",
      .help = "How long a TCP connection may say nothing before it is closed. It shrinks as "
              "connections get scarce, and clients are told by EDNS keepalive (RFC 7828)." },
};
#undef AT
static SECTION(section_tcp, "server.tcp", options_tcp, struct conf_tcp);

/* --- server.rate-limit --- */

#define AT(member) .offset = offsetof(struct conf_rate_limit, member)
static const struct conf_option options_rate_limit[] = {
    { "server.rate-limit.responses-per-second", CONF_COUNT, AT(responses_per_second), .max = 1000000,
      .reload = CONF_RELOAD_LIMITS, .flags = CONF_REQUIRED, .also = "rate-limit rate",
      .help = "How many answers with data a second one client prefix gets for the same name over "
              "UDP; 0 is no limit." },
    { "server.rate-limit.nodata-per-second", CONF_COUNT, AT(nodata_per_second), .max = 1000000,
      .reload = CONF_RELOAD_LIMITS,
      .help = "The same for answers without data. Not written: as responses-per-second." },
    { "server.rate-limit.nxdomains-per-second", CONF_COUNT, AT(nxdomains_per_second),
      .max = 1000000, .reload = CONF_RELOAD_LIMITS, .also = "nxdomain-per-second",
      .help = "The same for names that do not exist, counted by zone. Not written: as "
              "responses-per-second." },
    { "server.rate-limit.referrals-per-second", CONF_COUNT, AT(referrals_per_second),
      .max = 1000000, .reload = CONF_RELOAD_LIMITS,
      .help = "The same for referrals, counted by delegation. Not written: as "
              "responses-per-second." },
    { "server.rate-limit.errors-per-second", CONF_COUNT, AT(errors_per_second), .max = 1000000,
      .reload = CONF_RELOAD_LIMITS,
      .help = "The same for errors (REFUSED, FORMERR, SERVFAIL), whatever the name. Not written: "
              "as responses-per-second." },
    { "server.rate-limit.window", CONF_DURATION, AT(window_ms), .min = 1000, .max = 3600000,
      .reload = CONF_RELOAD_LIMITS, .preset = "15s",
      .help = "For how long a client that asked too much is remembered." },
    { "server.rate-limit.slip", CONF_COUNT, AT(slip), .max = 100, .reload = CONF_RELOAD_LIMITS,
      .preset = "2", .also = "rrl-slip rate-limit-slip",
      .help = "Every n-th answer over the limit is sent truncated instead of dropped, so that a "
              "real client can come back over TCP. 1 is all of them, 0 is none." },
    { "server.rate-limit.ipv4-prefix-length", CONF_COUNT, AT(ipv4_prefix_length), .min = 1,
      .max = 32, .reload = CONF_RELOAD_LIMITS, .preset = "24", .also = "rrl-ipv4-prefix-length",
      .help = "IPv4 clients whose first bits, this many, are the same count as one." },
    { "server.rate-limit.ipv6-prefix-length", CONF_COUNT, AT(ipv6_prefix_length), .min = 1,
      .max = 128, .reload = CONF_RELOAD_LIMITS, .preset = "56", .also = "rrl-ipv6-prefix-length",
      .help = "IPv6 clients whose first bits, this many, are the same count as one." },
    { "server.rate-limit.table-size", CONF_COUNT, AT(table_size), .min = 1000, .max = 100000000,
      .reload = CONF_RELOAD_LIMITS, .preset = "1000000", .also = "rrl-size max-table-size",
      .help = "How many pairs of client prefix and kind of answer are remembered, all workers "
              "together." },
    { "server.rate-limit.exempt", CONF_PREFIXES, AT(exempt), .reload = CONF_RELOAD_LIMITS,
      .also = "exempt-clients whitelist rate-limit-whitelist",
      .help = "Clients that are never limited: addresses and prefixes." },
    { "server.rate-limit.log-only", CONF_BOOL, AT(log_only), .reload = CONF_RELOAD_LIMITS,
      .preset = "off",
      .help = "Count and log what would be limited, and answer all the same." },
};
#undef AT
static SECTION_WRITTEN(section_rate_limit, "server.rate-limit", options_rate_limit,
                      struct conf_rate_limit);

/* --- server.log --- */

#define AT(member) .offset = offsetof(struct conf_log, member)
static const struct conf_option options_log[] = {
    { "server.log.format", CONF_CHOICE, AT(format), .choices = choices_log_format,
      .reload = CONF_RELOAD_LOG, .preset = "text",
      .help = "Lines for people, or one JSON object a line. Logs go to standard error." },
    { "server.log.level", CONF_CHOICE, AT(level), .choices = choices_log_level,
      .reload = CONF_RELOAD_LOG, .preset = "info", .also = "verbosity severity",
      .help = "The least important messages that are written." },
};
#undef AT
static SECTION(section_log, "server.log", options_log, struct conf_log);

/* --- server --- */

#define AT(member) .offset = offsetof(struct conf_server, member)
static const struct conf_option options_server[] = {
    { "server.listen", CONF_ADDRS, AT(listen), .min = 53, .reload = CONF_RELOAD_LISTEN,
      .preset = "0.0.0.0, ::", .also = "interface ip-address listen-on listen-on-v6 bind",
      .help = "Addresses to answer on, over UDP and TCP: ADDR, ADDR:PORT, [V6]:PORT or ADDR@PORT. "
              "Answers to a wildcard address leave from the address that was asked." },
    { "server.workers", CONF_COUNT, AT(workers), .min = 1, .max = 256, .choices = choices_auto,
      .reload = CONF_RELOAD_RESTART, .preset = "auto",
      .also = "server-count threads udp-workers num-threads",
      .help = "Threads that answer; auto is one for each core." },
    { "server.state", CONF_PATH, AT(state), .reload = CONF_RELOAD_RESTART,
      .preset = "/var/lib/tandem", .also = "storage database directory zonesdir",
      .help = "Directory for what survives a restart. A lock in it keeps a second instance out." },
    { "server.control", CONF_PATH, AT(control), .reload = CONF_RELOAD_RESTART,
      .preset = "/run/tandem/control.sock", .also = "control-interface socket rundir",
      .help = "The Unix socket on which tandem(1) reaches the daemon, open to its user and "
              "group." },
    { "server.user", CONF_TEXT, AT(user), .max = 64, .reload = CONF_RELOAD_RESTART,
      .also = "username",
      .help = "The user to become when started as root, before anything is opened; binding to "
              "port 53 stays possible. Not written: the user stays." },
    { "server.identity", CONF_TEXT_OR_OFF, AT(identity), .max = 255, .reload = CONF_RELOAD_LIVE,
      .preset = "off", .also = "nsid server-id hostname",
      .help = "What this server calls itself: NSID (RFC 5001) and the CHAOS names hostname.bind "
              "and id.server." },
    { "server.version", CONF_TEXT_OR_OFF, AT(version), .max = 255, .reload = CONF_RELOAD_LIVE,
      .preset = "off", .also = "hide-version",
      .help = "Answer to the CHAOS names version.bind and version.server." },
    { "server.rotation", CONF_BOOL, AT(zones.rotation), .reload = CONF_RELOAD_ZONES,
      .preset = "on", .also = "round-robin answer-rotation rrset-order",
      .help = "Start each answer with another record of its address sets, in turn." },
    { "server.serial", CONF_CHOICE, AT(zones.serial), .choices = choices_serial,
      .reload = CONF_RELOAD_ZONES, .preset = "increment",
      .also = "serial-update-method serial-policy", .help = HELP_SERIAL },
    { "server.serial-check", CONF_CHOICE, AT(zones.serial_check), .choices = choices_serial_check,
      .reload = CONF_RELOAD_ZONES, .preset = "warn", .help = HELP_SERIAL_CHECK },
    { "server.brake", CONF_BRAKE, AT(zones.brake), .reload = CONF_RELOAD_ZONES, .preset = "40%",
      .help = HELP_BRAKE },
    { "server.history", CONF_HISTORY, AT(zones.history), .reload = CONF_RELOAD_ZONES,
      .preset = "size: 256MiB, age: 400d",
      .also = "journal journal-max-usage max-journal-size ixfr-size", .help = HELP_HISTORY },
    { "server.notify", CONF_CHOICE, AT(zones.notify), .choices = choices_notify,
      .reload = CONF_RELOAD_ZONES, .preset = "peers", .also = "notify-source", .help = HELP_NOTIFY },
    { "server.zonemd", CONF_CHOICE, AT(zones.zonemd), .choices = choices_zonemd,
      .reload = CONF_RELOAD_ZONES, .preset = "warn", .also = "zonemd-verify", .help = HELP_ZONEMD },
    { "server.forward-updates", CONF_BOOL, AT(zones.forward_updates), .reload = CONF_RELOAD_ZONES,
      .preset = "off", .also = "allow-update-forwarding ddns-master", .help = HELP_FORWARD },
    { "server.refresh-min", CONF_DURATION, AT(zones.refresh_min_ms), .min = 1000,
      .max = 2419200000, .reload = CONF_RELOAD_ZONES, .preset = "5s",
      .also = "refresh-min-interval min-refresh-time", .help = HELP_TIMER("refresh", "least") },
    { "server.refresh-max", CONF_DURATION, AT(zones.refresh_max_ms), .min = 1000,
      .max = 2419200000, .reload = CONF_RELOAD_ZONES, .preset = "1d",
      .also = "refresh-max-interval max-refresh-time", .help = HELP_TIMER("refresh", "greatest") },
    { "server.retry-min", CONF_DURATION, AT(zones.retry_min_ms), .min = 1000, .max = 2419200000,
      .reload = CONF_RELOAD_ZONES, .preset = "5s", .also = "retry-min-interval min-retry-time",
      .help = HELP_TIMER("retry", "least") },
    { "server.retry-max", CONF_DURATION, AT(zones.retry_max_ms), .min = 1000, .max = 2419200000,
      .reload = CONF_RELOAD_ZONES, .preset = "6h", .also = "retry-max-interval max-retry-time",
      .help = HELP_TIMER("retry", "greatest") },
    { "server.expire-min", CONF_DURATION, AT(zones.expire_min_ms), .min = 1000,
      .max = 4233600000, .reload = CONF_RELOAD_ZONES, .preset = "10s",
      .also = "expire-min-interval min-expire-time", .help = HELP_TIMER("expire", "least") },
    { "server.expire-max", CONF_DURATION, AT(zones.expire_max_ms), .min = 1000,
      .max = 4233600000, .reload = CONF_RELOAD_ZONES, .preset = "28d",
      .also = "expire-max-interval", .help = HELP_TIMER("expire", "greatest") },
    { "server.allow-query", CONF_ACL, AT(zones.allow_query), .reload = CONF_RELOAD_ZONES,
      .preset = "any", .also = "acl",
      .help = "Who may ask: addresses, prefixes, \"key NAME\", any, none; any one that fits "
              "suffices. Others are REFUSED." },
    { "server.minimal-any", CONF_BOOL, AT(minimal_any), .reload = CONF_RELOAD_LIVE,
      .preset = "on", .also = "refuse-any deny-any",
      .help = "Answer the type ANY over UDP with one set only (RFC 8482)." },
    { "server.answer-cache", CONF_BOOL, AT(answer_cache), .reload = CONF_RELOAD_LIVE,
      .preset = "on",
      .help = "Let each worker keep answers that took long to make ready for questions asked again." },
    { "server.images", CONF_BOOL, AT(images), .reload = CONF_RELOAD_LIVE, .preset = "on",
      .help = "Write large zones as they lie in memory to the state directory, some seconds after "
              "they were last changed, so that the next start need not read their files." },
    { "server.edns-udp-size", CONF_SIZE, AT(edns_udp_size), .min = 512, .max = 65535,
      .reload = CONF_RELOAD_LIVE, .preset = "1232",
      .also = "ipv4-edns-size ipv6-edns-size udp-max-payload max-udp-size",
      .help = "The largest answer sent over UDP, and the size offered by EDNS, in octets. Larger "
              "than 1232 can be fragmented on its way." },
    { "server.cookies", CONF_BOOL, AT(cookies), .reload = CONF_RELOAD_LIMITS, .preset = "on",
      .also = "answer-cookie",
      .help = "Answer DNS cookies (RFC 7873, 9018)." },
    { "server.cookie-secrets", CONF_COOKIE_SECRETS, AT(cookie_secrets),
      .reload = CONF_RELOAD_LIMITS, .also = "cookie-secret",
      .help = "One or two secrets of 16 octets as 32 hexadecimal digits. The first makes cookies, "
              "both are accepted; servers behind one address share them. Not written: one is drawn "
              "at random at each start." },
    { "server.cookie-secrets-file", CONF_COOKIE_FILE, AT(cookie_secrets),
      .reload = CONF_RELOAD_LIMITS, .also = "cookie-secret-file",
      .help = "A file with these secrets, one in a line, instead." },
    { "server.zoneversion", CONF_BOOL, AT(zoneversion), .reload = CONF_RELOAD_LIVE,
      .preset = "on",
      .help = "Tell the serial of the zone to who asks for it (RFC 9660)." },
    { "server.udp-receive-buffer", CONF_SIZE, AT(udp_receive_buffer), .min = 4096,
      .max = 1073741824, .reload = CONF_RELOAD_LISTEN, .preset = "4MiB",
      .also = "receive-buffer-size so-rcvbuf",
      .help = "Receive buffer asked for each UDP socket; to get less is a warning." },
    { "server.udp-send-buffer", CONF_SIZE, AT(udp_send_buffer), .min = 4096, .max = 1073741824,
      .reload = CONF_RELOAD_LISTEN, .preset = "4MiB", .also = "send-buffer-size so-sndbuf",
      .help = "Send buffer asked for each UDP socket." },
    { "server.tcp", CONF_MAP, AT(tcp), .section = &section_tcp,
      .help = "Limits of TCP." },
    { "server.rate-limit", CONF_MAP, AT(rate_limit), .section = &section_rate_limit,
      .also = "rrl",
      .help = "Limits how much of the same one client prefix gets over UDP, so that this server is "
              "no amplifier. Not written: no limit." },
    { "server.log", CONF_MAP, AT(log), .section = &section_log, .also = "logging",
      .help = "What is logged and how." },
    { "server.metrics", CONF_ADDR_OR_OFF, AT(metrics), .min = 9153, .reload = CONF_RELOAD_LISTEN,
      .preset = "off", .also = "prometheus stats",
      .help = "Address on which GET /metrics is answered over HTTP, for Prometheus. The control "
              "socket answers it always." },
};
#undef AT
SECTION_RULED(conf_section_server, "server", options_server, struct conf_server,
              "\"not\": { \"required\": [\"cookie-secrets\", \"cookie-secrets-file\"] }");

/* --- keys --- */

#define AT(member) .offset = offsetof(struct conf_key, member)
static const struct conf_option options_key[] = {
    { "keys.name", CONF_NAME, AT(name), .flags = CONF_REQUIRED, .reload = CONF_RELOAD_KEYS,
      .also = "id key-name",
      .help = "The name that both sides give the key, a domain name. To change a secret without a "
              "gap, list a key of another name besides, let both be allowed, and take the old one "
              "out when the other side uses the new one." },
    { "keys.algorithm", CONF_CHOICE, AT(algorithm), .flags = CONF_REQUIRED,
      .choices = choices_algorithm, .reload = CONF_RELOAD_KEYS, .also = "algo alg",
      .help = "What the key is used with." },
    { "keys.secret", CONF_SECRET, AT(secret), .reload = CONF_RELOAD_KEYS,
      .help = "The shared secret in base64. Keep the file from the eyes of others, or use "
              "secret-file or secret-credential." },
    { "keys.secret-file", CONF_SECRET_FILE, AT(secret), .reload = CONF_RELOAD_KEYS,
      .also = "file keyfile",
      .help = "A file with the secret in base64 and nothing else." },
    { "keys.secret-credential", CONF_CREDENTIAL, AT(secret), .reload = CONF_RELOAD_KEYS,
      .also = "credential",
      .help = "The same from a credential of the service, by its name: "
              "LoadCredentialEncrypted=NAME in a drop-in of tandemd.service; see systemd-creds(1)." },
};
#undef AT
SECTION_RULED(conf_section_key, "keys", options_key, struct conf_key,
              "\"oneOf\": [{ \"required\": [\"secret\"] }, { \"required\": [\"secret-file\"] }, "
              "{ \"required\": [\"secret-credential\"] }]");

/* --- peers and transfers --- */

#define AT(member) .offset = offsetof(struct conf_peer_row, member)
static const struct conf_option options_peer[] = {
    { "peers.name", CONF_TEMPLATE, AT(label), .flags = CONF_REQUIRED, .reload = CONF_RELOAD_ZONES,
      .also = "id", .help = "The name that zones call it by." },
    { "peers.address", CONF_ADDRS, AT(peer.addresses), .min = 53, .reload = CONF_RELOAD_ZONES,
      .also = "host",
      .help = "Where it is reached, and where it comes from. Of several the first is taken, the "
              "others when it does not answer." },
    { "peers.key", CONF_KEY, AT(peer.key), .reload = CONF_RELOAD_ZONES, .also = "tsig-key",
      .help = "The key that what is sent to it is signed with, and what comes from it must be." },
    { "peers.source", CONF_ADDR_OR_OFF, AT(peer.source), .reload = CONF_RELOAD_ZONES,
      .also = "via outgoing-interface transfer-source notify-source",
      .help = "The address that messages to it leave from. Not written: the system chooses." },
};
#undef AT
SECTION(conf_section_peer, "peers", options_peer, struct conf_peer_row);

#define AT(member) .offset = offsetof(struct conf_transfers, member)
static const struct conf_option options_transfers[] = {
    { "transfers.in", CONF_COUNT, AT(in), .min = 1, .max = 10000, .reload = CONF_RELOAD_LIMITS,
      .preset = "50", .also = "transfers-in",
      .help = "How many zones may be transferred in at a time." },
    { "transfers.in-per-peer", CONF_COUNT, AT(in_per_peer), .min = 1, .max = 10000,
      .reload = CONF_RELOAD_LIMITS, .preset = "5", .also = "transfers-per-ns",
      .help = "How many of them from one peer." },
    { "transfers.out", CONF_COUNT, AT(out), .min = 1, .max = 10000, .reload = CONF_RELOAD_LIMITS,
      .preset = "200", .also = "transfers-out",
      .help = "How many zones may be transferred out at a time; beyond that SERVFAIL. What fits into "
              "one message does not count." },
    { "transfers.min-rate", CONF_SIZE, AT(min_rate), .max = 1073741824,
      .reload = CONF_RELOAD_LIMITS, .preset = "1KiB", .also = "min-transfer-rate-in",
      .help = "A transfer that is slower, in octets a second over a minute, is given up, in and out. "
              "0: any pace will do." },
    { "transfers.max-size", CONF_SIZE, AT(max_size), .min = 65536, .max = UINT32_MAX,
      .reload = CONF_RELOAD_LIMITS, .preset = "4095MiB", .also = "max-transfer-size",
      .help = "A transfer in of more octets than this is given up: of its messages, or of its "
              "records with all names written out, which is what memory is taken for." },
};
#undef AT
static SECTION(section_transfers, "transfers", options_transfers, struct conf_transfers);

/* --- templates and zones --- */

#define AT(member) .offset = offsetof(struct conf_zone_row, member)
#define HELP_TEMPLATE                                                                              \
    "The template to take from what is not written here. Not written: the template named "        \
    "default, if there is one."
#define HELP_TRANSFER                                                                              \
    "Who may transfer the zone: addresses, prefixes, \"key NAME\", any, none; any one that fits "  \
    "suffices. Nobody by default."
#define HELP_QUERY                                                                                 \
    "Who may ask for names of the zone, written as for allow-transfer."
#define HELP_ROTATION                                                                              \
    "Start each answer with another record of its address sets, in turn."
static const struct conf_option options_template[] = {
    { "templates.name", CONF_TEMPLATE, AT(label), .flags = CONF_REQUIRED,
      .reload = CONF_RELOAD_ZONES, .also = "id",
      .help = "The name zones call it by. The template named default is for all zones that name "
              "none." },
    { "templates.template", CONF_TEMPLATE, AT(parent), .reload = CONF_RELOAD_ZONES,
      .also = "like include-pattern pattern",
      .help = "Another template to take from what is not written here." },
    { "templates.allow-query", CONF_ACL, AT(options.allow_query), .flags = CONF_INHERITED,
      .reload = CONF_RELOAD_ZONES, .help = HELP_QUERY },
    { "templates.allow-transfer", CONF_ACL, AT(options.allow_transfer), .flags = CONF_INHERITED,
      .reload = CONF_RELOAD_ZONES, .also = "provide-xfr acl", .help = HELP_TRANSFER },
    { "templates.rotation", CONF_BOOL, AT(options.rotation), .flags = CONF_INHERITED,
      .reload = CONF_RELOAD_ZONES, .also = "round-robin", .help = HELP_ROTATION },
    { "templates.serial", CONF_CHOICE, AT(options.serial), .flags = CONF_INHERITED,
      .choices = choices_serial, .reload = CONF_RELOAD_ZONES,
      .also = "serial-update-method serial-policy", .help = HELP_SERIAL },
    { "templates.serial-check", CONF_CHOICE, AT(options.serial_check), .flags = CONF_INHERITED,
      .choices = choices_serial_check, .reload = CONF_RELOAD_ZONES, .help = HELP_SERIAL_CHECK },
    { "templates.brake", CONF_BRAKE, AT(options.brake), .flags = CONF_INHERITED,
      .reload = CONF_RELOAD_ZONES, .help = HELP_BRAKE },
    { "templates.history", CONF_HISTORY, AT(options.history), .flags = CONF_INHERITED,
      .reload = CONF_RELOAD_ZONES, .also = "journal journal-max-usage max-journal-size ixfr-size",
      .help = HELP_HISTORY },
    { "templates.update", CONF_UPDATES, AT(options.update), .flags = CONF_INHERITED,
      .reload = CONF_RELOAD_ZONES, .also = "allow-update update-policy", .help = HELP_UPDATE },
    { "templates.from", CONF_PEERS, AT(options.from), .flags = CONF_INHERITED,
      .reload = CONF_RELOAD_ZONES, .also = "master masters primaries request-xfr",
      .help = HELP_FROM },
    { "templates.to", CONF_PEERS, AT(options.to), .flags = CONF_INHERITED,
      .reload = CONF_RELOAD_ZONES, .also = "also-notify notify-to", .help = HELP_TO },
    { "templates.notify", CONF_CHOICE, AT(options.notify), .flags = CONF_INHERITED,
      .choices = choices_notify, .reload = CONF_RELOAD_ZONES, .help = HELP_NOTIFY },
    { "templates.zonemd", CONF_CHOICE, AT(options.zonemd), .flags = CONF_INHERITED,
      .choices = choices_zonemd, .reload = CONF_RELOAD_ZONES, .also = "zonemd-verify",
      .help = HELP_ZONEMD },
    { "templates.forward-updates", CONF_BOOL, AT(options.forward_updates), .flags = CONF_INHERITED,
      .reload = CONF_RELOAD_ZONES, .also = "allow-update-forwarding ddns-master",
      .help = HELP_FORWARD },
    { "templates.refresh-min", CONF_DURATION, AT(options.refresh_min_ms), .flags = CONF_INHERITED,
      .min = 1000, .max = 2419200000, .reload = CONF_RELOAD_ZONES,
      .also = "refresh-min-interval min-refresh-time", .help = HELP_TIMER("refresh", "least") },
    { "templates.refresh-max", CONF_DURATION, AT(options.refresh_max_ms), .flags = CONF_INHERITED,
      .min = 1000, .max = 2419200000, .reload = CONF_RELOAD_ZONES,
      .also = "refresh-max-interval max-refresh-time",
      .help = HELP_TIMER("refresh", "greatest") },
    { "templates.retry-min", CONF_DURATION, AT(options.retry_min_ms), .flags = CONF_INHERITED,
      .min = 1000, .max = 2419200000, .reload = CONF_RELOAD_ZONES,
      .also = "retry-min-interval min-retry-time", .help = HELP_TIMER("retry", "least") },
    { "templates.retry-max", CONF_DURATION, AT(options.retry_max_ms), .flags = CONF_INHERITED,
      .min = 1000, .max = 2419200000, .reload = CONF_RELOAD_ZONES,
      .also = "retry-max-interval max-retry-time", .help = HELP_TIMER("retry", "greatest") },
    { "templates.expire-min", CONF_DURATION, AT(options.expire_min_ms), .flags = CONF_INHERITED,
      .min = 1000, .max = 4233600000, .reload = CONF_RELOAD_ZONES,
      .also = "expire-min-interval min-expire-time", .help = HELP_TIMER("expire", "least") },
    { "templates.expire-max", CONF_DURATION, AT(options.expire_max_ms), .flags = CONF_INHERITED,
      .min = 1000, .max = 4233600000, .reload = CONF_RELOAD_ZONES,
      .also = "expire-max-interval", .help = HELP_TIMER("expire", "greatest") },
};
SECTION_WRITTEN(conf_section_template, "templates", options_template, struct conf_zone_row);

static const struct conf_option options_zone[] = {
    { "zones.name", CONF_NAME, AT(name), .reload = CONF_RELOAD_ZONES, .also = "domain zone origin",
      .help = "The name of the zone, with or without its last dot." },
    { "zones.file", CONF_PATH, AT(file), .reload = CONF_RELOAD_ZONES, .also = "zonefile zone-file",
      .help = "Its zone file. A zone that does not load answers SERVFAIL and does not keep the "
              "others from being served. A secondary may do without: the file is read when there "
              "is nothing better, and written only for people, by 'tandem zone flush'." },
    { "zones.directory", CONF_PATH, AT(directory), .reload = CONF_RELOAD_ZONES,
      .also = "dir path storage",
      .help = "Instead of name and file: every NAME.zone in this directory is a zone. A zone "
              "listed by name goes before one found so." },
    { "zones.template", CONF_TEMPLATE, AT(parent), .reload = CONF_RELOAD_ZONES,
      .also = "like include-pattern pattern", .help = HELP_TEMPLATE },
    { "zones.allow-query", CONF_ACL, AT(options.allow_query), .flags = CONF_INHERITED,
      .reload = CONF_RELOAD_ZONES, .help = HELP_QUERY },
    { "zones.allow-transfer", CONF_ACL, AT(options.allow_transfer), .flags = CONF_INHERITED,
      .reload = CONF_RELOAD_ZONES, .also = "provide-xfr acl", .help = HELP_TRANSFER },
    { "zones.rotation", CONF_BOOL, AT(options.rotation), .flags = CONF_INHERITED,
      .reload = CONF_RELOAD_ZONES, .also = "round-robin", .help = HELP_ROTATION },
    { "zones.serial", CONF_CHOICE, AT(options.serial), .flags = CONF_INHERITED,
      .choices = choices_serial, .reload = CONF_RELOAD_ZONES,
      .also = "serial-update-method serial-policy", .help = HELP_SERIAL },
    { "zones.serial-check", CONF_CHOICE, AT(options.serial_check), .flags = CONF_INHERITED,
      .choices = choices_serial_check, .reload = CONF_RELOAD_ZONES, .help = HELP_SERIAL_CHECK },
    { "zones.brake", CONF_BRAKE, AT(options.brake), .flags = CONF_INHERITED,
      .reload = CONF_RELOAD_ZONES, .help = HELP_BRAKE },
    { "zones.history", CONF_HISTORY, AT(options.history), .flags = CONF_INHERITED,
      .reload = CONF_RELOAD_ZONES, .also = "journal journal-max-usage max-journal-size ixfr-size",
      .help = HELP_HISTORY },
    { "zones.update", CONF_UPDATES, AT(options.update), .flags = CONF_INHERITED,
      .reload = CONF_RELOAD_ZONES, .also = "allow-update update-policy", .help = HELP_UPDATE },
    { "zones.from", CONF_PEERS, AT(options.from), .flags = CONF_INHERITED,
      .reload = CONF_RELOAD_ZONES, .also = "master masters primaries request-xfr",
      .help = HELP_FROM },
    { "zones.to", CONF_PEERS, AT(options.to), .flags = CONF_INHERITED,
      .reload = CONF_RELOAD_ZONES, .also = "also-notify notify-to", .help = HELP_TO },
    { "zones.notify", CONF_CHOICE, AT(options.notify), .flags = CONF_INHERITED,
      .choices = choices_notify, .reload = CONF_RELOAD_ZONES, .help = HELP_NOTIFY },
    { "zones.zonemd", CONF_CHOICE, AT(options.zonemd), .flags = CONF_INHERITED,
      .choices = choices_zonemd, .reload = CONF_RELOAD_ZONES, .also = "zonemd-verify",
      .help = HELP_ZONEMD },
    { "zones.forward-updates", CONF_BOOL, AT(options.forward_updates), .flags = CONF_INHERITED,
      .reload = CONF_RELOAD_ZONES, .also = "allow-update-forwarding ddns-master",
      .help = HELP_FORWARD },
    { "zones.refresh-min", CONF_DURATION, AT(options.refresh_min_ms), .flags = CONF_INHERITED,
      .min = 1000, .max = 2419200000, .reload = CONF_RELOAD_ZONES,
      .also = "refresh-min-interval min-refresh-time", .help = HELP_TIMER("refresh", "least") },
    { "zones.refresh-max", CONF_DURATION, AT(options.refresh_max_ms), .flags = CONF_INHERITED,
      .min = 1000, .max = 2419200000, .reload = CONF_RELOAD_ZONES,
      .also = "refresh-max-interval max-refresh-time",
      .help = HELP_TIMER("refresh", "greatest") },
    { "zones.retry-min", CONF_DURATION, AT(options.retry_min_ms), .flags = CONF_INHERITED,
      .min = 1000, .max = 2419200000, .reload = CONF_RELOAD_ZONES,
      .also = "retry-min-interval min-retry-time", .help = HELP_TIMER("retry", "least") },
    { "zones.retry-max", CONF_DURATION, AT(options.retry_max_ms), .flags = CONF_INHERITED,
      .min = 1000, .max = 2419200000, .reload = CONF_RELOAD_ZONES,
      .also = "retry-max-interval max-retry-time", .help = HELP_TIMER("retry", "greatest") },
    { "zones.expire-min", CONF_DURATION, AT(options.expire_min_ms), .flags = CONF_INHERITED,
      .min = 1000, .max = 4233600000, .reload = CONF_RELOAD_ZONES,
      .also = "expire-min-interval min-expire-time", .help = HELP_TIMER("expire", "least") },
    { "zones.expire-max", CONF_DURATION, AT(options.expire_max_ms), .flags = CONF_INHERITED,
      .min = 1000, .max = 4233600000, .reload = CONF_RELOAD_ZONES,
      .also = "expire-max-interval", .help = HELP_TIMER("expire", "greatest") },
};
#undef AT
SECTION_RULED(conf_section_zone, "zones", options_zone, struct conf_zone_row,
              "\"oneOf\": [{ \"required\": [\"name\"], \"properties\": { \"directory\": false } }, "
              "{ \"required\": [\"directory\"], \"properties\": { \"name\": false, \"file\": false } }]");

/* --- the file; read in this order, since zones speak of keys --- */

static const struct conf_option options_file[] = {
    { "keys", CONF_LIST, .section = &conf_section_key, .reload = CONF_RELOAD_KEYS, .also = "key",
      .help = "Keys for TSIG (RFC 8945)." },
    { "peers", CONF_LIST, .section = &conf_section_peer, .flags = CONF_MAPPED,
      .reload = CONF_RELOAD_ZONES, .also = "remote remotes primaries",
      .help = "Other servers that zones are transferred from and to: a list, or a mapping from "
              "name to options." },
    { "transfers", CONF_MAP, .offset = offsetof(struct conf, transfers),
      .section = &section_transfers, .reload = CONF_RELOAD_LIMITS,
      .help = "Limits of zone transfers." },
    { "server", CONF_MAP, .offset = offsetof(struct conf, server),
      .section = &conf_section_server, .also = "options global",
      .help = "The server as a whole." },
    { "templates", CONF_LIST, .section = &conf_section_template, .flags = CONF_MAPPED,
      .reload = CONF_RELOAD_ZONES, .also = "template pattern",
      .help = "What many zones share: a list, or a mapping from name to options." },
    { "catalogs", CONF_LIST, .section = &conf_section_catalog, .reload = CONF_RELOAD_ZONES,
      .also = "catalog catalog-zones",
      .help = "Catalog zones (RFC 9432): lists of zones, made here or followed." },
    { "zones", CONF_LIST, .section = &conf_section_zone, .reload = CONF_RELOAD_ZONES,
      .also = "zone",
      .help = "The zones that are served." },
};
SECTION(conf_section_file, "", options_file, struct conf);

/* clang-format on */

const char *conf_option_name(const struct conf_option *option)
{
    const char *dot = strrchr(option->path, '.');

    return dot == NULL ? option->path : dot + 1;
}

const struct conf_option *conf_option_find(const struct conf_section *section, const char *name)
{
    for (uint32_t i = 0; i < section->count; i++)
        if (strcmp(conf_option_name(&section->options[i]), name) == 0)
            return &section->options[i];
    return NULL;
}

static const struct conf_option *section_by_path(const struct conf_section *section,
                                                 const char *path)
{
    for (uint32_t i = 0; i < section->count; i++) {
        const struct conf_option *option = &section->options[i];
        if (strcmp(option->path, path) == 0)
            return option;
        if (option->section != NULL)
            option = section_by_path(option->section, path);
        else
            option = NULL;
        if (option != NULL)
            return option;
    }
    return NULL;
}

const struct conf_option *conf_option_by_path(const char *path)
{
    return section_by_path(&conf_section_file, path);
}
