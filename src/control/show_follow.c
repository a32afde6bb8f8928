/* How zones and their peers are, for people. */
#include <stdio.h>
#include <string.h>

#include "control/show.h"
#include "control/show_read.h"
#include "control/verb.h"

enum { TEXT_SIZE = 64, KEY_WIDTH = 15 };

static bool is(const json_t *object, const char *key, const char *text)
{
    return strcmp(text_of(object, key), text) == 0;
}

/* "3 ms", "12 s", "2 h 5 min"; returns `out`, of TEXT_SIZE octets. */
static char *ms_text(unsigned long long ms, char *out)
{
    unsigned long long s = ms / 1000;

    if (ms < 10000)
        snprintf(out, TEXT_SIZE, "%llu ms", ms);
    else if (s < 120)
        snprintf(out, TEXT_SIZE, "%llu s", s);
    else if (s < 7200)
        snprintf(out, TEXT_SIZE, "%llu min", s / 60);
    else if (s < 172800)
        snprintf(out, TEXT_SIZE, "%llu h %llu min", s / 3600, s % 3600 / 60);
    else
        snprintf(out, TEXT_SIZE, "%llu d %llu h", s / 86400, s % 86400 / 3600);
    return out;
}

static char *s_text(unsigned long long s, char *out)
{
    if (s < 10)
        snprintf(out, TEXT_SIZE, "%llu s", s);
    else
        ms_text(s * 1000, out);
    return out;
}

/* ---- a zone ---- */

static void put_key(struct td_buf *out, const char *key)
{
    td_buf_printf(out, "%-*s", KEY_WIDTH, key);
}

static void put_transfer(struct td_buf *out, const json_t *transfer)
{
    char took[TEXT_SIZE];

    put_key(out, "last transfer");
    td_buf_printf(out, "%s from %s at %s: %llu records, %llu octets, in %s\n",
                  text_of(transfer, "type"), text_of(transfer, "peer"), text_of(transfer, "time"),
                  number_of(transfer, "records"), number_of(transfer, "octets"),
                  ms_text(number_of(transfer, "ms"), took));
}

static void put_timers(struct td_buf *out, const json_t *zone)
{
    char text[TEXT_SIZE];

    put_key(out, "refreshed");
    td_buf_printf(out, "%s\n", has_text(zone, "refreshed") ? text_of(zone, "refreshed") : "never");
    put_key(out, "next look");
    if (is_so(zone, "is_looking"))
        td_buf_add_text(out, "now\n");
    else
        td_buf_printf(out, "in %s\n", s_text(number_of(zone, "next_look_s"), text));
    if (has_number(zone, "expires_in_s")) {
        put_key(out, "expires");
        td_buf_printf(out, "in %s\n", s_text(number_of(zone, "expires_in_s"), text));
    }
    if (number_of(zone, "failures") != 0) {
        put_key(out, "in vain");
        td_buf_printf(out, "%llu looks: 'tandem zone why %s' tells why\n",
                      number_of(zone, "failures"), text_of(zone, "name"));
    }
    if (json_object_get(zone, "last_transfer") != NULL)
        put_transfer(out, json_object_get(zone, "last_transfer"));
}

static void put_secondary(struct td_buf *out, const json_t *peer)
{
    char text[TEXT_SIZE];

    if (has_number(peer, "serial"))
        td_buf_printf(out, "serial %llu, ", number_of(peer, "serial"));
    if (is(peer, "state", "in-step") && has_number(peer, "lag_ms"))
        td_buf_printf(out, "in step, it took %s\n", ms_text(number_of(peer, "lag_ms"), text));
    else if (is(peer, "state", "in-step"))
        td_buf_add_text(out, "in step\n");
    else if (is(peer, "state", "unknown"))
        td_buf_add_text(out, "not known yet\n");
    else
        td_buf_printf(out, "%s for %s\n", text_of(peer, "state"),
                      ms_text(number_of(peer, "behind_ms"), text));
}

static void put_peers(struct td_buf *out, const json_t *zone)
{
    const json_t *peer;
    size_t i;

    json_array_foreach(json_object_get(zone, "peers"), i, peer)
    {
        bool is_primary = is(peer, "role", "primary");
        put_key(out, is_primary ? "from" : "to");
        td_buf_printf(out, "%s (%s) ", text_of(peer, "name"), text_of(peer, "address"));
        if (!is_primary)
            put_secondary(out, peer);
        else if (is(peer, "state", "failing"))
            td_buf_add_text(out, "does not answer\n");
        else
            td_buf_add_text(out, is(peer, "state", "unknown") ? "not asked yet\n" : "answers\n");
        if (has_text(peer, "why")) {
            put_key(out, "");
            td_buf_printf(out, "%s\n", text_of(peer, "why"));
        }
    }
}

/* Those of a zone with peers, and of any where one of them does not fit. */
static void put_servers(struct td_buf *out, const json_t *zone)
{
    const json_t *server;
    size_t i;
    bool is_told = json_array_size(json_object_get(zone, "peers")) != 0;

    if (is_so(zone, "is_hidden") && (is_told || has_text(zone, "hidden_trouble"))) {
        put_key(out, "hidden");
        td_buf_printf(out, "%s\n",
                      has_text(zone, "hidden_trouble")
                          ? text_of(zone, "hidden_trouble")
                          : "yes: this server is not among the name servers of the zone");
    }
    json_array_foreach(json_object_get(zone, "name_servers"), i, server)
    {
        if (!is_told && !is_so(server, "is_trouble"))
            continue;
        put_key(out, "name server");
        td_buf_printf(out, "%s %s%s%s%s\n", text_of(server, "name"),
                      has_text(server, "address") ? "(" : "",
                      has_text(server, "address") ? text_of(server, "address") : "",
                      has_text(server, "address") ? ") " : "", text_of(server, "says"));
    }
}

void control_show_follow(const json_t *zone, struct td_buf *out)
{

    if (is(zone, "role", "secondary") && json_object_get(zone, "next_look_s") != NULL)
        put_timers(out, zone);
    if (has_text(zone, "serial_on_its_way")) {
        put_key(out, "serial");
        td_buf_printf(out, "%s\n", text_of(zone, "serial_on_its_way"));
    }
    put_peers(out, zone);
    put_servers(out, zone);
}

int control_show_follow_order(const json_t *answer, struct td_buf *out, struct td_buf *complaints)
{
    char text[TEXT_SIZE];

    td_buf_printf(out, "%s ", text_of(answer, "name"));
    if (has_number(answer, "serial"))
        td_buf_printf(out, "serial %llu", number_of(answer, "serial"));
    else
        td_buf_add_text(out, "has no data yet");
    if (number_of(answer, "secondaries") != 0)
        td_buf_printf(out, ", %llu of %llu secondaries in step",
                      number_of(answer, "secondaries_in_step"), number_of(answer, "secondaries"));
    if (has_text(answer, "refreshed"))
        td_buf_printf(out, ", next look in %s", s_text(number_of(answer, "next_look_s"), text));
    td_buf_add_char(out, '\n');
    if (has_text(answer, "serial_on_its_way"))
        td_buf_printf(out, "%s\n", text_of(answer, "serial_on_its_way"));
    if (number_of(answer, "failures") == 0)
        return CONTROL_EXIT_OK;
    td_buf_printf(complaints,
                  "tandem: no primary has brought %s up to date: 'tandem zone why %s' "
                  "tells why\n",
                  text_of(answer, "name"), text_of(answer, "name"));
    return CONTROL_EXIT_FAILED;
}

int control_show_removed(const json_t *answer, struct td_buf *out, struct td_buf *complaints)
{
    (void)complaints;
    td_buf_printf(out, "%s removed\n", text_of(answer, "zone"));
    return CONTROL_EXIT_OK;
}

int control_show_why(const json_t *answer, struct td_buf *out, struct td_buf *complaints)
{
    const json_t *line;
    size_t i;

    (void)complaints;
    json_array_foreach(json_object_get(answer, "lines"), i, line)
    {
        td_buf_printf(out, "%s  %s%s%s\n", text_of(line, "time"),
                      has_text(line, "peer") ? text_of(line, "peer") : "",
                      has_text(line, "peer") ? "  " : "", text_of(line, "text"));
    }
    if (has_text(answer, "advice"))
        td_buf_printf(out, "%s\n", text_of(answer, "advice"));
    if (has_text(answer, "more"))
        td_buf_printf(out, "%s\n", text_of(answer, "more"));
    return CONTROL_EXIT_OK;
}

/* ---- peers ---- */

static void put_peer_zones(struct td_buf *out, const json_t *peer)
{
    if (number_of(peer, "from_zones") != 0)
        td_buf_printf(out, ", %llu zones come from it", number_of(peer, "from_zones"));
    if (number_of(peer, "to_zones") != 0)
        td_buf_printf(out, ", %llu zones go there: %llu in step, %llu behind, %llu failing",
                      number_of(peer, "to_zones"), number_of(peer, "in_step"),
                      number_of(peer, "behind"), number_of(peer, "failing"));
    td_buf_add_char(out, '\n');
}

int control_show_peer_status(const json_t *answer, struct td_buf *out, struct td_buf *complaints)
{
    const json_t *peers = json_object_get(answer, "peers");
    const json_t *peer;
    size_t i;

    (void)complaints;
    if (json_array_size(peers) == 0)
        td_buf_add_text(out, "no peers\n");
    json_array_foreach(peers, i, peer)
    {
        td_buf_printf(out, "%s (%s%s%s) ", text_of(peer, "name"), text_of(peer, "address"),
                      has_text(peer, "key") ? ", key " : "",
                      has_text(peer, "key") ? text_of(peer, "key") : "");
        if (is_so(peer, "silent"))
            td_buf_printf(out, "silent since %s", text_of(peer, "silent_since"));
        else if (has_text(peer, "heard"))
            td_buf_add_text(out, "reached");
        else
            td_buf_add_text(out, "not heard of yet");
        put_peer_zones(out, peer);
        if (has_text(peer, "why"))
            td_buf_printf(out, "    %s: %s\n", text_of(peer, "why_zone"), text_of(peer, "why"));
    }
    return CONTROL_EXIT_OK;
}
