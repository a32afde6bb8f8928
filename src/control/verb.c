/* lint: table */
#include "control/verb.h"

#include <string.h>

#include "base/macros.h"
#include "control/edit.h"
#include "control/handle.h"
#include "control/key.h"
#include "control/local.h"
#include "control/record.h"
#include "control/show.h"

/* clang-format off */
#define FIELD(name) offsetof(struct control_call, name)
#define ARG_ZONE    { "NAME", CONTROL_ARG_WORD, FIELD(zone), "the zone, with or without its last dot" }
#define ARG_KEY     { "KEY", CONTROL_ARG_WORD, FIELD(key), "the name of the key, a domain name" }
#define ARG_NO_WAIT { "no-wait", CONTROL_ARG_FLAG, FIELD(no_wait), "do not wait for zones to load" }
#define ARG_TIMEOUT \
    { "timeout", CONTROL_ARG_SECONDS, FIELD(timeout_s), "how long to wait, in seconds (120)" }

#define ARG_RDATA(help) \
    { "[TTL] TYPE RDATA...", CONTROL_ARG_REST, FIELD(rest), help }
#define ARG_OWNER \
    { "OWNER", CONTROL_ARG_WORD, FIELD(owner), \
      "the name, relative or with a last dot; @ is the apex" }
#define ARG_SERIAL  { "SERIAL", CONTROL_ARG_WORD, FIELD(serial), "a serial of the zone" }
#define ARG_DRY_RUN \
    { "dry-run", CONTROL_ARG_FLAG, FIELD(dry_run), "say what would be changed, and change nothing" }
#define ARG_REASON \
    { "reason", CONTROL_ARG_TEXT, FIELD(reason), "why, for the history", .letter = 'm' }
#define ARG_IF_SERIAL \
    { "if-serial", CONTROL_ARG_NUMBER, FIELD(if_serial), \
      "only when the zone has this serial (in the API also If-Match)" }
#define ARG_WAIT \
    { "wait", CONTROL_ARG_TEXT, FIELD(wait), \
      "return when so many secondaries have it: all, or a number" }
#define ARGS_EDIT   ARG_REASON, ARG_DRY_RUN, ARG_IF_SERIAL, ARG_WAIT, ARG_TIMEOUT
#define ARGS_RECORD \
    { "ttl", CONTROL_ARG_NUMBER, FIELD(ttl), "its TTL", .is_hidden = true }, \
    { "type", CONTROL_ARG_TEXT, FIELD(type), "its type", .is_hidden = true }, \
    { "rdata", CONTROL_ARG_LIST, FIELD(rdata), "its data, one text a record", .is_hidden = true }, \
    ARGS_EDIT

const struct control_verb control_verbs[] = {
    { .words = "status", .aliases = "rping uptime",
      .method = "GET", .path = "/v1/status",
      .help = "Say how the daemon is: version, addresses, zones by state, memory.",
      .handle = control_handle_status, .show = control_show_status },
    { .words = "reload", .aliases = "reconfig fast_reload reload_keep_cache rediscover",
      .method = "POST", .path = "/v1/reload",
      .args = { ARG_DRY_RUN, ARG_NO_WAIT, ARG_TIMEOUT },
      .help = "Read the configuration again and load the zones that have changed, as SIGHUP does.",
      .more = "A configuration with errors changes nothing. A zone file with errors leaves the "
              "zone that is served. Waits until the zones are loaded, and tells those that do not "
              "load, that the brake holds, or that were changed beside their file. With --dry-run it is said which "
              "settings, keys, peers and zones would be added (+), removed (-) and changed (~), what "
              "needs a restart, and what the zone files that were changed would do.",
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
                { "take", CONTROL_ARG_TEXT, FIELD(take),
                  "where file and zone were both changed: file, log or merge" },
                ARG_DRY_RUN, ARG_NO_WAIT, ARG_TIMEOUT },
      .help = "Load a zone's file again, if it has changed.",
      .more = "A file with errors leaves the zone that is served. When the zone was changed at run "
              "time and its file was changed, too, nothing is lost and nothing is done until --take "
              "says which: the file, what was changed at run time (log), or both (merge). With --dry-run "
              "it is said what each of them would change.",
      .handle = control_handle_zone_reload, .show = control_show_zone_reload },
    { .words = "record add",
      .method = "POST", .path = "/v1/zones/{NAME}/records/add",
      .args = { ARG_ZONE, ARG_OWNER, ARG_RDATA("the record; several with a word , between them"),
                ARGS_RECORD },
      .help = "Add a record to a zone.",
      .more = "Without a TTL it is that of the records that are there, or that of the SOA. The serial "
              "comes by itself. While the user has a transaction of the zone open, the change goes "
              "into that.",
      .prepare = control_record_prepare,
      .handle = control_handle_record_add, .show = control_show_edit },
    { .words = "record remove",
      .method = "POST", .path = "/v1/zones/{NAME}/records/remove",
      .args = { ARG_ZONE, ARG_OWNER,
                ARG_RDATA("the record; without RDATA the whole set"),
                ARGS_RECORD },
      .help = "Remove a record, or all of a name and type.",
      .prepare = control_record_prepare_remove,
      .handle = control_handle_record_remove, .show = control_show_edit },
    { .words = "record set",
      .method = "POST", .path = "/v1/zones/{NAME}/records/set",
      .args = { ARG_ZONE, ARG_OWNER, ARG_RDATA("the records, with a word , between them"),
                ARGS_RECORD },
      .help = "Have these records of a name and type, and no others.",
      .prepare = control_record_prepare,
      .handle = control_handle_record_set, .show = control_show_edit },
    { .words = "zone apply",
      .method = "POST", .path = "/v1/zones/{NAME}/apply",
      .args = { ARG_ZONE, { "FILE", CONTROL_ARG_LOCAL, FIELD(file), "the lines; - is the input" },
                { "lines", CONTROL_ARG_LIST, FIELD(lines), "the lines", .is_hidden = true },
                ARGS_EDIT },
      .help = "Change many records at once, from lines that begin with + or -.",
      .more = "Behind the sign stands a record as in a zone file, or OWNER TYPE to remove all of "
              "them; what 'tandem zone diff' and 'tandem zone show' print can be used.",
      .prepare = control_apply_prepare,
      .handle = control_handle_zone_apply, .show = control_show_edit },
    { .words = "zone edit",
      .args = { ARG_ZONE, { "yes", CONTROL_ARG_FLAG, FIELD(yes), "do not ask" }, ARG_REASON,
                ARG_DRY_RUN },
      .help = "Edit a zone in $VISUAL or $EDITOR.",
      .more = "The zone is checked when the editor is left, the difference is shown, and only when it "
              "is confirmed the change is made. Errors lead back to their line. When somebody else "
              "has changed the zone meanwhile, nothing is done.",
      .local = control_zone_edit },
    { .words = "zone begin", .aliases = "zone-begin",
      .method = "POST", .path = "/v1/zones/{NAME}/begin",
      .args = { ARG_ZONE, ARG_REASON, ARG_DRY_RUN },
      .help = "Begin a transaction: the user's changes of records are collected until the commit.",
      .more = "It is kept in memory, and lost when the daemon stops.",
      .handle = control_handle_zone_begin, .show = control_show_edit },
    { .words = "zone diff", .aliases = "zone-diff",
      .method = "GET", .path = "/v1/zones/{NAME}/diff",
      .args = { ARG_ZONE, { "FROM", CONTROL_ARG_OPTIONAL, FIELD(serial), "a serial" },
                { "TO", CONTROL_ARG_OPTIONAL, FIELD(serial_to), "another one" } },
      .help = "Print what is different between two serials, or what the user's transaction would do.",
      .handle = control_handle_zone_diff, .show = control_show_diff },
    { .words = "zone commit", .aliases = "zone-commit",
      .method = "POST", .path = "/v1/zones/{NAME}/commit",
      .args = { ARG_ZONE, ARGS_EDIT,
                { "force", CONTROL_ARG_FLAG, FIELD(force),
                  "also when the zone was changed since the transaction began" } },
      .help = "Make the changes of the transaction, as one with one serial.",
      .handle = control_handle_zone_commit, .show = control_show_edit },
    { .words = "zone abort", .aliases = "zone-abort",
      .method = "POST", .path = "/v1/zones/{NAME}/abort",
      .args = { ARG_ZONE, ARG_DRY_RUN },
      .help = "Give the transaction up.",
      .handle = control_handle_zone_abort, .show = control_show_abort },
    { .words = "zone log",
      .method = "GET", .path = "/v1/zones/{NAME}/log",
      .args = { ARG_ZONE, { "max", CONTROL_ARG_NUMBER, FIELD(max), "how many (20)" },
                { "before", CONTROL_ARG_NUMBER, FIELD(before), "only those older than this serial" } },
      .help = "List the changes of a zone, the newest first: who, when, from where and why.",
      .handle = control_handle_zone_log, .show = control_show_log },
    { .words = "zone show",
      .method = "GET", .path = "/v1/zones/{NAME}/changes/{SERIAL}",
      .args = { ARG_ZONE, ARG_SERIAL },
      .help = "Print the change that led to a serial.",
      .handle = control_handle_zone_show, .show = control_show_show },
    { .words = "zone at",
      .method = "GET", .path = "/v1/zones/{NAME}/file",
      .args = { ARG_ZONE, { "SERIAL", CONTROL_ARG_OPTIONAL, FIELD(serial), "a serial; now" },
                { "file", CONTROL_ARG_FILE, FIELD(file), "write it there" } },
      .help = "Print a zone as it is, or as it was at a serial, as a zone file.",
      .local = control_zone_at,
      .handle = control_handle_zone_at, .show = control_show_text },
    { .words = "zone backup", .aliases = "zone-backup",
      .method = "GET", .path = "/v1/zones/{NAME}/backup",
      .args = { ARG_ZONE, { "file", CONTROL_ARG_FILE, FIELD(file), "write it there" } },
      .help = "Print a zone with its history, to be kept elsewhere.",
      .more = "It is a zone file that any name server can load; history and a digest of it all stand "
              "in its comments. 'tandem zone restore' takes it.",
      .local = control_zone_at,
      .handle = control_handle_zone_backup, .show = control_show_backup },
    { .words = "zone restore", .aliases = "zone-restore",
      .method = "POST", .path = "/v1/zones/{NAME}/restore",
      .args = { ARG_ZONE,
                { "FILE", CONTROL_ARG_UPLOAD, FIELD(upload), "the backup; - is the input" },
                { "force", CONTROL_ARG_FLAG, FIELD(force), "let the brake go" },
                ARG_REASON, ARG_DRY_RUN, ARG_IF_SERIAL, ARG_TIMEOUT },
      .help = "Make a zone what a backup says.",
      .more = "A zone that is served is changed: by the difference, with a serial greater than the "
              "last, and its history goes on. One of which this server has nothing gets the serial "
              "and the history of the backup as well, unless a secondary has a greater serial; its "
              "zone file is written when there is none. A file that is damaged, cut off, or of "
              "another zone changes nothing. The command sends the file (1 GiB at most); in the API it "
              "is the body, and the rest stands behind the '?'.",
      .prepare = control_upload_prepare,
      .handle = control_handle_zone_restore, .show = control_show_edit },
    { .words = "zone revert",
      .method = "POST", .path = "/v1/zones/{NAME}/revert/{SERIAL}",
      .args = { ARG_ZONE, ARG_SERIAL, ARGS_EDIT },
      .help = "Undo the change that led to a serial, by a new change with a new serial.",
      .more = "Changes after it stay. Records that do not fit any more are told, and nothing is "
              "done.",
      .handle = control_handle_zone_revert, .show = control_show_edit },
    { .words = "zone blame",
      .method = "GET", .path = "/v1/zones/{NAME}/blame/{OWNER}/{TYPE}",
      .args = { ARG_ZONE, ARG_OWNER,
                { "TYPE", CONTROL_ARG_WORD, FIELD(type), "the type of the records" } },
      .help = "Say which change put each of these records where it is.",
      .handle = control_handle_zone_blame, .show = control_show_blame },
    { .words = "zone freeze", .aliases = "freeze zone-freeze",
      .method = "POST", .path = "/v1/zones/{NAME}/freeze",
      .args = { ARG_ZONE, ARG_DRY_RUN, ARG_TIMEOUT },
      .help = "Allow no changes at run time, so that the file can be edited.",
      .handle = control_handle_zone_freeze, .show = control_show_frozen },
    { .words = "zone thaw", .aliases = "thaw zone-thaw",
      .method = "POST", .path = "/v1/zones/{NAME}/thaw",
      .args = { ARG_ZONE, ARG_DRY_RUN, ARG_TIMEOUT },
      .help = "Allow changes again.",
      .handle = control_handle_zone_thaw, .show = control_show_frozen },
    { .words = "zone flush", .aliases = "sync zone-flush",
      .method = "POST", .path = "/v1/zones/{NAME}/flush",
      .args = { ARG_ZONE, ARG_DRY_RUN, ARG_TIMEOUT },
      .help = "Write the zone's file as the zone is now.",
      .more = "Comments and directives of the old file are lost.",
      .handle = control_handle_zone_flush, .show = control_show_flush },
    { .words = "zone release",
      .method = "POST", .path = "/v1/zones/{NAME}/release",
      .args = { ARG_ZONE, ARG_DRY_RUN,
                { "abort", CONTROL_ARG_FLAG, FIELD(abort), "give a change by command up instead" },
                ARG_TIMEOUT },
      .help = "Do the change that the brake holds, all the same.",
      .more = "It is done on what is served by then; what does not fit any more is told, and nothing "
              "is done. One is held for a zone, over restarts: a newer one takes its place, and a "
              "file that is loaded the place of a command.",
      .handle = control_handle_zone_release, .show = control_show_release },
    { .words = "zone add", .aliases = "addzone zone-begin-add",
      .method = "POST", .path = "/v1/zones/{NAME}/add",
      .args = { ARG_ZONE,
                { "file", CONTROL_ARG_TEXT, FIELD(zonefile), "its zone file" },
                { "like", CONTROL_ARG_TEXT, FIELD(like), "the template whose options it has" },
                ARG_DRY_RUN, ARG_TIMEOUT },
      .help = "Add a zone at run time.",
      .more = "It is kept in the state directory, over restarts and reloads. A zone in the "
              "configuration goes before one of the same name. A template with 'from' makes it a "
              "secondary, which needs no file.",
      .prepare = control_zone_add_prepare,
      .handle = control_handle_zone_add, .show = control_show_follow_order },
    { .words = "zone remove", .aliases = "delzone",
      .method = "POST", .path = "/v1/zones/{NAME}/remove",
      .args = { ARG_ZONE, ARG_DRY_RUN },
      .help = "Remove a zone that was added at run time.",
      .more = "Its file is not touched. What the state directory has of it is forgotten after a day, "
              "should it not be added again.",
      .handle = control_handle_zone_remove, .show = control_show_removed },
    { .words = "zone refresh", .aliases = "refresh zone-refresh retrieve xfr-check",
      .method = "POST", .path = "/v1/zones/{NAME}/refresh",
      .args = { ARG_ZONE, ARG_DRY_RUN, ARG_TIMEOUT },
      .help = "Have a secondary ask its primaries for something newer, now.",
      .handle = control_handle_zone_refresh, .show = control_show_follow_order },
    { .words = "zone retransfer", .aliases = "retransfer zone-retransfer force_transfer",
      .method = "POST", .path = "/v1/zones/{NAME}/retransfer",
      .args = { ARG_ZONE, ARG_DRY_RUN, ARG_TIMEOUT },
      .help = "Have a secondary transfer the whole zone, whatever the serial.",
      .more = "A serial that is not greater than the one here breaks the history: secondaries "
              "of this server have to be told to transfer it anew as well.",
      .handle = control_handle_zone_retransfer, .show = control_show_follow_order },
    { .words = "zone notify", .aliases = "notify zone-notify pdns_notify",
      .method = "POST", .path = "/v1/zones/{NAME}/notify",
      .args = { ARG_ZONE, ARG_DRY_RUN, ARG_TIMEOUT },
      .help = "Send NOTIFY to the secondaries of a zone, now.",
      .handle = control_handle_zone_notify, .show = control_show_follow_order },
    { .words = "zone purge", .aliases = "zone-purge",
      .method = "POST", .path = "/v1/zones/{NAME}/purge",
      .args = { ARG_ZONE, ARG_DRY_RUN, ARG_TIMEOUT },
      .help = "Forget what the state directory has of a zone.",
      .more = "Of a primary that is its history; what is in its file is not touched, and the serial "
              "is never taken back. A secondary has no data then until it has been transferred "
              "anew, which is begun at once.",
      .handle = control_handle_zone_purge, .show = control_show_follow_order },
    { .words = "zone promote",
      .method = "POST", .path = "/v1/zones/{NAME}/promote",
      .args = { ARG_ZONE, ARG_DRY_RUN, ARG_TIMEOUT },
      .help = "Make a secondary the primary of its zone.",
      .more = "It stays that, over restarts and reloads, until 'tandem zone demote'. Its serial is "
              "moved on, behind that of any secondary that has been heard of.",
      .handle = control_handle_zone_promote, .show = control_show_follow_order },
    { .words = "zone demote",
      .method = "POST", .path = "/v1/zones/{NAME}/demote",
      .args = { ARG_ZONE, ARG_DRY_RUN, ARG_TIMEOUT },
      .help = "Make a zone that was promoted a secondary again.",
      .more = "What was changed here meanwhile goes: the zone is transferred anew, whatever the "
              "serial of its primary, and its history begins with that.",
      .handle = control_handle_zone_demote, .show = control_show_follow_order },
    { .words = "zone serial",
      .method = "POST", .path = "/v1/zones/{NAME}/serial",
      .args = { ARG_ZONE,
                { "set", CONTROL_ARG_NUMBER, FIELD(set), "the serial to have" },
                { "after", CONTROL_ARG_TEXT, FIELD(after),
                  "how long to wait between two steps at most, as 2h or 7d" },
                { "abort", CONTROL_ARG_FLAG, FIELD(abort), "stay at the serial that it has now" },
                ARG_DRY_RUN, ARG_TIMEOUT },
      .help = "Have a zone get another serial, a lower one if it must be.",
      .more = "A lower serial is reached by steps each of which is greater than the one before (RFC "
              "1982): the next one is taken when all secondaries in 'to' have the last, or --after "
              "has passed, or else the SOA's expire. 'tandem zone status' shows how far it is.",
      .handle = control_handle_zone_serial, .show = control_show_follow_order },
    { .words = "zone why",
      .method = "GET", .path = "/v1/zones/{NAME}/why",
      .args = { ARG_ZONE, { "PEER", CONTROL_ARG_OPTIONAL, FIELD(peer), "only what was with it" } },
      .help = "Tell what last happened between a zone and its peers, and what to do.",
      .more = "Each line is one attempt: when, with whom, over what, and what came of it.",
      .handle = control_handle_zone_why, .show = control_show_why },
    { .words = "peer status",
      .method = "GET", .path = "/v1/peers",
      .args = { { "NAME", CONTROL_ARG_OPTIONAL, FIELD(peer), "one peer; all" } },
      .help = "Say of each peer whether it is reached, and how many zones are in step with it.",
      .handle = control_handle_peer_status, .show = control_show_peer_status },
    { .words = "key add", .aliases = "keymgr generate-tsig-key import-tsig-key",
      .method = "POST", .path = "/v1/keys/{KEY}/add",
      .args = { ARG_KEY,
                { "algorithm", CONTROL_ARG_TEXT, FIELD(algorithm), "hmac-sha256, or another" },
                { "secret", CONTROL_ARG_TEXT, FIELD(secret),
                  "its secret in base64 (others see it in ps)" },
                { "secret-file", CONTROL_ARG_FILE, FIELD(file),
                  "a file with the secret and nothing else; - is the input" },
                ARG_DRY_RUN },
      .help = "Add a key for TSIG at run time.",
      .more = "Without a secret one is drawn: 'tandem key show' prints it in the forms that other "
              "programs take. The key counts at once, is kept in the state directory in a file of "
              "mode 0600, and stays over restarts and reloads; the configuration may name it from "
              "now on. A key of the configuration goes before one of the same name.",
      .prepare = control_key_prepare,
      .handle = control_handle_key_add, .show = control_show_key_added },
    { .words = "key list", .aliases = "list-tsig-keys tsig-list",
      .method = "GET", .path = "/v1/keys",
      .help = "List the keys for TSIG, without their secrets.",
      .handle = control_handle_key_list, .show = control_show_key_list },
    { .words = "key show",
      .method = "GET", .path = "/v1/keys/{KEY}",
      .args = { ARG_KEY },
      .help = "Print a key with its secret, in the forms that are pasted elsewhere.",
      .more = "They are a row of tandem.yaml, what BIND and Knot DNS have in their configurations, "
              "and what follows 'nsupdate -y'.",
      .handle = control_handle_key_show, .show = control_show_key },
    { .words = "key remove", .aliases = "delete-tsig-key tsig-delete",
      .method = "POST", .path = "/v1/keys/{KEY}/remove",
      .args = { ARG_KEY,
                { "force", CONTROL_ARG_FLAG, FIELD(force), "even when the configuration names it" },
                ARG_DRY_RUN },
      .help = "Remove a key that was added at run time.",
      .more = "It is refused while the configuration names the key. With --force nobody passes by it "
              "from now on, and peers that have it are not understood; the next reload and the next "
              "start are refused until it is not named any more, or added again.",
      .handle = control_handle_key_remove, .show = control_show_key_removed },
    { .words = "config check", .aliases = "conf-check checkconf",
      .args = { { "FILE", CONTROL_ARG_WORD, FIELD(file), "the configuration" } },
      .help = "Check a configuration and whether what it names is there.",
      .more = "Each error stands on a line of its own, as FILE:LINE:COL: error: TEXT, with a "
              "suggestion where a word was misspelt.",
      .local = control_local_config_check },
    { .words = "config show", .aliases = "conf-read showconf dump-config",
      .method = "GET", .path = "/v1/config",
      .args = { { "ZONE", CONTROL_ARG_OPTIONAL, FIELD(zone), "only what this zone gets" },
                { "origin", CONTROL_ARG_FLAG, FIELD(origin), "say where each setting comes from" },
                { "all", CONTROL_ARG_FLAG, FIELD(all), "also what zones have by default" } },
      .help = "Print the configuration in force, defaults filled in and without secrets.",
      .more = "As YAML; with --origin each setting is followed by its file and line, the template that "
              "gave it, 'default', or 'command' for what was added at run time. What a zone has by "
              "default is left out unless the zone is named, or --all is given. An option that only "
              "a restart can change is shown as it was at the start, also when the file does not say it any "
              "more ('start').",
      .handle = control_handle_config_show, .show = control_show_config },
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

bool control_verb_has_upload(const struct control_verb *verb)
{
    for (unsigned i = 0; i < CONTROL_ARGS_MAX; i++)
        if (verb->args[i].kind == CONTROL_ARG_UPLOAD)
            return true;
    return false;
}

bool control_arg_is_in_path(const struct control_verb *verb, const struct control_arg *arg)
{
    size_t size = strlen(arg->name);

    for (const char *at = verb->path; (at = strchr(at, '{')) != NULL; at++)
        if (strncmp(at + 1, arg->name, size) == 0 && at[1 + size] == '}')
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
