/*
 * Goal    Every request of the API gets the right reply, whatever it is.
 * Method  Requests by hand against a daemon that is none; a table with one row per refusal.
 */
#include <jansson.h>
#include <stdlib.h>

#include "control/api.h"
#include "unit/control/fake_host.h"

static struct fake fake;
static struct td_counters *counters;

static struct control_reply ask(const char *method, const char *path, const char *body)
{
    struct control_host host = fake_host(&fake, counters);
    struct control_reply reply = { .status = 0 };
    struct control_request request = {
        .method = method,
        .path = path,
        .body = body,
        .body_size = body == NULL ? 0 : strlen(body),
        .author = "somebody",
    };

    control_api_answer(&host, &request, &reply);
    return reply;
}

/* The answer as JSON; the caller drops it. */
static json_t *parse(struct control_reply *reply)
{
    json_error_t error;
    json_t *json = json_loadb(reply->body.data, reply->body.size, JSON_REJECT_DUPLICATES, &error);

    if (json == NULL)
        fail_msg("%s: %s", error.text, reply->body.data);
    td_buf_fini(&reply->body);
    return json;
}

static json_t *get(const char *path)
{
    struct control_reply reply = ask("GET", path, NULL);

    CHECK_EQ(reply.status, 200);
    CHECK_STR(reply.type, CONTROL_TYPE_JSON);
    return parse(&reply);
}

TEST(status_is_told)
{
    fake = (struct fake){ .result = TD_OK };
    json_t *json = get("/v1/status");

    CHECK_STR(json_string_value(json_object_get(json, "version")), "1.2\"3");
    CHECK_STR(json_string_value(json_object_get(json, "config")),
              "/etc/tandem/\xEF\xBF\xBDtandem.yaml");
    CHECK_STR(json_string_value(json_object_get(json, "started")), "2026-09-21T14:13:20Z");
    CHECK_EQ(json_integer_value(json_object_get(json, "uptime_s")), 93784);
    const json_t *zones = json_object_get(json, "zones");
    CHECK_EQ(json_integer_value(json_object_get(zones, "count")), 2);
    CHECK_EQ(json_integer_value(json_object_get(zones, "served")), 1);
    CHECK_EQ(json_integer_value(json_object_get(zones, "failed")), 1);
    CHECK_STR(json_string_value(json_array_get(json_object_get(json, "listen"), 0)),
              "127.0.0.1@53");
    json_decref(json);
}

TEST(zones_are_listed)
{
    fake = (struct fake){ .result = TD_OK };
    json_t *json = get("/v1/zones");
    const json_t *zones = json_object_get(json, "zones");

    CHECK_EQ(json_array_size(zones), 2);
    const json_t *zone = json_array_get(zones, 0);
    CHECK_STR(json_string_value(json_object_get(zone, "name")), "example.com.");
    CHECK_STR(json_string_value(json_object_get(zone, "role")), "primary");
    CHECK_STR(json_string_value(json_object_get(zone, "state")), "served");
    CHECK_EQ(json_integer_value(json_object_get(zone, "serial")), 7);
    zone = json_array_get(zones, 1);
    CHECK_STR(json_string_value(json_object_get(zone, "name")), "a\\\"b.test.");
    CHECK(json_is_null(json_object_get(zone, "serial")));
    json_decref(json);
}

TEST(a_zone_has_its_findings)
{
    fake = (struct fake){ .result = TD_OK };
    json_t *json = get("/v1/zones/broken.test");
    const json_t *finding = json_array_get(json_object_get(json, "findings"), 0);

    CHECK_STR(json_string_value(json_object_get(finding, "file")), "broken.zone");
    CHECK_EQ(json_integer_value(json_object_get(finding, "line")), 3);
    CHECK_EQ(json_integer_value(json_object_get(finding, "column")), 5);
    CHECK_STR(json_string_value(json_object_get(finding, "severity")), "error");
    CHECK_STR(json_string_value(json_object_get(json, "failed")), "2026-09-21T14:13:21Z");
    CHECK(json_is_null(json_object_get(json, "loaded")));
    json_decref(json);
}

TEST(names_in_paths_are_unescaped)
{
    static const struct {
        const char *path, *zone;
    } rows[] = {
        { "/v1/zones/example.com", "example.com" },
        { "/v1/zones/0%2F25.2.0.192.in-addr.arpa", "0/25.2.0.192.in-addr.arpa" },
        { "/v1/zones/%2e", "." },
        { "/v1/zones/%5C034.test", "\\034.test" },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        fake = (struct fake){ .result = TD_OK };
        struct control_reply reply = ask("GET", rows[i].path, NULL);
        td_buf_fini(&reply.body);
        CHECK_STR(fake.zone, rows[i].zone);
    }
}

TEST(arguments_reach_the_daemon)
{
    fake = (struct fake){ .result = TD_OK };
    struct control_reply reply =
        ask("POST", "/v1/zones/example.com/reload", "{\"force\": true, \"timeout\": 9}");

    CHECK_EQ(reply.status, 200);
    td_buf_fini(&reply.body);
    CHECK(fake.force);
    CHECK(!fake.no_wait);
    CHECK_EQ(fake.timeout_s, 9);

    fake = (struct fake){ .result = TD_OK };
    reply = ask("POST", "/v1/reload", "{\"no-wait\": true}");
    CHECK_EQ(reply.status, 200);
    td_buf_fini(&reply.body);
    CHECK(fake.no_wait);
    CHECK_EQ(fake.timeout_s, CONTROL_TIMEOUT_S);
}

TEST(refusals_have_a_code_and_a_reason)
{
    static const struct {
        const char *method, *path, *body;
        td_err host;
        unsigned status;
        const char *code;
    } rows[] = {
        { "GET", "/", NULL, TD_OK, 404, "not-found" },
        { "GET", "", NULL, TD_OK, 404, "not-found" },
        { "GET", "/v1/status/", NULL, TD_OK, 404, "not-found" },
        { "GET", "/v1/zones/", NULL, TD_OK, 404, "not-found" },
        { "GET", "/v1/zones/a/b/c", NULL, TD_OK, 404, "not-found" },
        { "GET", "/v1/zones/a%", NULL, TD_OK, 404, "not-found" },
        { "GET", "/v1/zones/a%0g", NULL, TD_OK, 404, "not-found" },
        { "GET", "/v1/zones/a%00b", NULL, TD_OK, 404, "not-found" },
        { "POST", "/v1/status", NULL, TD_OK, 405, "method-not-allowed" },
        { "GET", "/v1/reload", NULL, TD_OK, 405, "method-not-allowed" },
        { "get", "/v1/status", NULL, TD_OK, 405, "method-not-allowed" },
        { "POST", "/v1/reload", "{", TD_OK, 400, "bad-request" },
        { "POST", "/v1/reload", "[]", TD_OK, 400, "bad-request" },
        { "POST", "/v1/reload", "{} {}", TD_OK, 400, "bad-request" },
        { "POST", "/v1/reload", "{\"force\": true}", TD_OK, 400, "bad-request" },
        { "POST", "/v1/reload", "{\"no-wait\": 1}", TD_OK, 400, "bad-request" },
        { "POST", "/v1/reload", "{\"no-wait\": true, \"no-wait\": true}", TD_OK, 400,
          "bad-request" },
        { "POST", "/v1/reload", "{\"timeout\": 0}", TD_OK, 400, "bad-request" },
        { "POST", "/v1/reload", "{\"timeout\": 3601}", TD_OK, 400, "bad-request" },
        { "POST", "/v1/reload", "{\"timeout\": \"1\"}", TD_OK, 400, "bad-request" },
        { "POST", "/v1/zones/example.com/reload", "{\"NAME\": \"other\"}", TD_OK, 400,
          "bad-request" },
        { "GET", "/v1/zones/nothing.test", NULL, TD_OK, 404, "no-such-zone" },
        { "POST", "/v1/reload", NULL, TD_E_INVALID, 422, "config-invalid" },
        { "POST", "/v1/reload", NULL, TD_E_TIMEOUT, 504, "timeout" },
        { "POST", "/v1/reload", NULL, TD_E_CLOSED, 503, "stopping" },
        { "POST", "/v1/zones/x/reload", NULL, TD_E_UNSUPPORTED, 409, "refused" },
        { "POST", "/v1/zones/x/reload", NULL, TD_E_TIMEOUT, 504, "timeout" },
        { "GET", "/v1/status", NULL, TD_E_CLOSED, 503, "stopping" },
        { "GET", "/v1/zones", NULL, TD_E_LIMIT, 500, "failed" },
        { "GET", "/metrics", NULL, TD_E_CLOSED, 503, "stopping" },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        fake = (struct fake){ .result = rows[i].host };
        struct control_reply reply = ask(rows[i].method, rows[i].path, rows[i].body);
        CHECK_EQ_WHY(reply.status, rows[i].status, rows[i].path);
        json_t *json = parse(&reply);
        const json_t *error = json_object_get(json, "error");
        CHECK_STR(json_string_value(json_object_get(error, "code")), rows[i].code);
        CHECK(json_string_length(json_object_get(error, "text")) > 0);
        /* What is not understood does not get as far as the daemon. */
        bool must_call = rows[i].host != TD_OK || strcmp(rows[i].code, "no-such-zone") == 0;
        CHECK_EQ_WHY(fake.calls != 0, must_call, rows[i].path);
        json_decref(json);
    }
}

TEST(what_is_wrong_with_a_configuration_is_told_line_by_line)
{
    fake = (struct fake){ .result = TD_E_INVALID };
    struct control_reply reply = ask("POST", "/v1/reload", NULL);
    json_t *json = parse(&reply);
    const json_t *lines = json_object_get(json_object_get(json, "error"), "lines");

    CHECK_EQ(json_array_size(lines), 2);
    CHECK_STR(json_string_value(json_array_get(lines, 0)), "t.yaml:1:2: error: one");
    CHECK_STR(json_string_value(json_array_get(lines, 1)), "t.yaml:3:4: error: two");
    json_decref(json);
}

TEST(counters_have_names_and_labels)
{
    fake = (struct fake){ .result = TD_OK };
    counters = td_counters_new();
    td_counters_add(counters, fake_rows, TD_COUNT(fake_rows), fake.counters);
    td_count_add(&fake.counters[1], 5);
    json_t *json = get("/v1/stats");
    const json_t *row = json_array_get(json_object_get(json, "counters"), 1);
    const json_t *labels = json_object_get(row, "labels");

    CHECK_STR(json_string_value(json_object_get(row, "name")), "tandem_queries_total");
    CHECK_STR(json_string_value(json_object_get(labels, "transport")), "tcp");
    CHECK_STR(json_string_value(json_object_get(labels, "family")), "ipv4");
    CHECK_EQ(json_object_size(labels), 2);
    CHECK_EQ(json_integer_value(json_object_get(row, "value")), 5);
    json_decref(json);
    td_counters_free(counters);
    counters = NULL;
}

TEST(metrics_stand_together_behind_one_head)
{
    struct td_counter more[1] = { 0 };

    fake = (struct fake){ .result = TD_OK };
    counters = td_counters_new();
    td_counters_add(counters, fake_rows, TD_COUNT(fake_rows), fake.counters);
    td_counters_add(counters, fake_more_rows, TD_COUNT(fake_more_rows), more);
    td_count_add(&more[0], 3);
    struct control_reply reply = ask("GET", "/metrics", NULL);

    CHECK_EQ(reply.status, 200);
    CHECK_STR(reply.type, CONTROL_TYPE_METRICS);
    CHECK(strstr(reply.body.data, "# HELP tandem_queries_total Queries received\n"
                                  "# TYPE tandem_queries_total counter\n"
                                  "tandem_queries_total{transport=\"udp\",family=\"ipv4\"} 0\n"
                                  "tandem_queries_total{transport=\"tcp\",family=\"ipv4\"} 0\n"
                                  "tandem_queries_total{transport=\"quic\",family=\"ipv4\"} 3\n"
                                  "# HELP tandem_connections Connections open\n"
                                  "# TYPE tandem_connections gauge\n"
                                  "tandem_connections 0\n") != NULL);
    CHECK(strstr(reply.body.data, "tandem_build_info{version=\"1.2\\\"3\"} 1\n") != NULL);
    CHECK(strstr(reply.body.data, "tandem_zone_serial{zone=\"example.com.\"} 7\n") != NULL);
    CHECK(strstr(reply.body.data,
                 "tandem_zone_state{zone=\"a\\\\\\\"b.test.\",state=\"failed\"} 1\n") != NULL);
    CHECK(strstr(reply.body.data, "tandem_zone_serial{zone=\"a") == NULL);
    CHECK(strstr(reply.body.data, "process_start_time_seconds 1790000000\n") != NULL);
    td_buf_fini(&reply.body);
    td_counters_free(counters);
    counters = NULL;
}

TESTS(status_is_told, zones_are_listed, a_zone_has_its_findings, names_in_paths_are_unescaped,
      arguments_reach_the_daemon, refusals_have_a_code_and_a_reason,
      what_is_wrong_with_a_configuration_is_told_line_by_line, counters_have_names_and_labels,
      metrics_stand_together_behind_one_head)
