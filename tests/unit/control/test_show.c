/*
 * Goal    Answers of the daemon as people see them, and the exit codes that come of them.
 * Method  JSON by hand, text compared whole.
 */
#include "control/handle.h"
#include "control/show.h"
#include "unit/test.h"

struct shown {
    struct td_buf out, complaints;
    int code;
};

static struct shown show(int (*function)(const json_t *, struct td_buf *, struct td_buf *),
                         const char *text)
{
    struct shown shown = { .code = -1 };
    json_error_t error;
    json_t *json = json_loads(text, 0, &error);

    if (json == NULL)
        fail_msg("%s: %s", error.text, text);
    shown.code = function(json, &shown.out, &shown.complaints);
    json_decref(json);
    return shown;
}

static void check(struct shown shown, int code, const char *out, const char *complaints)
{
    CHECK_STR(td_buf_text(&shown.out), out);
    CHECK_STR(td_buf_text(&shown.complaints), complaints);
    CHECK_EQ(shown.code, code);
    td_buf_fini(&shown.out);
    td_buf_fini(&shown.complaints);
}

TEST(status)
{
    check(show(control_show_status,
               "{\"version\": \"1.0\", \"pid\": 7, \"uptime_s\": 93784, \"started\": \"S\", "
               "\"config\": \"/c\", \"workers\": 2, \"listen\": [\"a@53\", \"b@53\"], "
               "\"metrics\": null, \"zones\": {\"count\": 3, \"served\": 2, \"failed\": 1, "
               "\"loads_under_way\": 0, \"last_load_failed\": 1, \"records\": 10, "
               "\"memory_octets\": 1572864, \"retained_octets\": 100, \"pins\": 4}}"),
          CONTROL_EXIT_OK,
          "version        1.0\n"
          "pid            7\n"
          "up             1 d 2 h, since S\n"
          "configuration  /c\n"
          "workers        2\n"
          "listening on   a@53\n"
          "               b@53\n"
          "zones          3: 2 served, 1 failed\n"
          "do not load    1\n"
          "records        10\n"
          "memory         1.5 MiB in zones, 100 octets of it in older versions, 4 pins\n",
          "");
}

TEST(stats)
{
    check(show(control_show_stats,
               "{\"counters\": [{\"name\": \"tandem_queries_total\", \"labels\": {\"transport\": "
               "\"udp\", \"family\": \"ipv4\"}, \"value\": 12}, {\"name\": \"tandem_x\", "
               "\"labels\": {}, \"value\": 3}]}"),
          CONTROL_EXIT_OK,
          "queries, udp ipv4                   12\n"
          "x                                    3\n",
          "");
}

TEST(zones)
{
    check(show(control_show_zone_list, "{\"zones\": []}"), CONTROL_EXIT_OK, "no zones\n", "");
    check(show(control_show_zone_list,
               "{\"zones\": [{\"name\": \"example.com.\", \"role\": \"primary\", \"state\": "
               "\"served\", \"serial\": 7, \"records\": 12, \"last_load_failed\": true}, "
               "{\"name\": \"b.\", \"role\": \"primary\", \"state\": \"failed\", \"serial\": "
               "null}]}"),
          CONTROL_EXIT_OK,
          "NAME          ROLE      STATE                      SERIAL       RECORDS\n"
          "example.com.  primary   served, does not load           7            12\n"
          "b.            primary   failed                          -             -\n",
          "");
}

static const char broken[] =
    "{\"name\": \"b.\", \"role\": \"primary\", \"state\": \"failed\", \"serial\": null, "
    "\"last_load_failed\": true, \"file\": \"b.zone\", \"failed\": \"T\", \"findings\": "
    "[{\"severity\": \"error\", \"file\": \"b.zone\", \"line\": 3, \"column\": 5, \"text\": "
    "\"bad\"}, {\"severity\": \"warning\", \"text\": \"hm\"}], \"findings_left_out\": 2}";

static const char good[] =
    "{\"name\": \"e.\", \"role\": \"primary\", \"state\": \"served\", \"serial\": 7, "
    "\"records\": 12, \"names\": 3, \"delegations\": 1, \"signed\": true, \"denial\": \"nsec3\", "
    "\"memory_octets\": 4096, \"retained_octets\": 0, \"free_octets\": 10, \"versions\": 2, "
    "\"pinned_versions\": 1, \"pins\": 3, \"file\": \"e.zone\", \"loaded\": \"L\", \"load_ms\": 5, "
    "\"from_image\": true, "
    "\"findings\": [], \"findings_left_out\": 0}";

TEST(a_zone)
{
    check(show(control_show_zone_status, good), CONTROL_EXIT_OK,
          "zone           e.\n"
          "role           primary\n"
          "state          served\n"
          "file           e.zone\n"
          "serial         7\n"
          "records        12\n"
          "names          3\n"
          "delegations    1\n"
          "signed         yes, NSEC3\n"
          "memory         4.0 KiB, 10 octets of it unused, 0 octets for older versions\n"
          "versions       2, 1 of them held by 3 pins\n"
          "loaded         L, in 5 ms, from its image\n",
          "");
    check(show(control_show_zone_status, broken), CONTROL_EXIT_OK,
          "zone           b.\n"
          "role           primary\n"
          "state          failed\n"
          "file           b.zone\n"
          "load failed    T\n"
          "b.zone:3:5: error: bad\n"
          "warning: hm\n"
          "and 2 more: 'tandem zone check' lists them all\n",
          "");
}

TEST(a_reload_that_fails_is_told)
{
    struct td_buf text = { .data = NULL };

    check(show(control_show_zone_reload, good), CONTROL_EXIT_OK,
          "e. serial 7, 12 records, loaded L\n", "");
    check(show(control_show_zone_reload, broken), CONTROL_EXIT_INVALID, "",
          "b.zone:3:5: error: bad\n"
          "warning: hm\n"
          "and 2 more: 'tandem zone check' lists them all\n"
          "tandem: b. does not load and answers SERVFAIL\n");
    check(show(control_show_zone_reload, "{\"name\": \"e.\", \"is_loading\": true}"),
          CONTROL_EXIT_OK, "e. is being loaded\n", "");
    check(show(control_show_reload, "{\"zones\": 2, \"loads_started\": 1, \"loads_under_way\": 1, "
                                    "\"last_load_failed\": 0, \"failed\": []}"),
          CONTROL_EXIT_OK, "reloaded: 2 zones, 1 loads, 1 of them under way\n", "");
    td_buf_printf(&text,
                  "{\"zones\": 9, \"loads_started\": 3, \"last_load_failed\": 3, \"failed\": "
                  "[%s, {\"name\": \"e.\", \"serial\": 7, \"last_load_failed\": true}]}",
                  broken);
    check(show(control_show_reload, text.data), CONTROL_EXIT_INVALID,
          "reloaded: 9 zones, 3 loads\n",
          "b.zone:3:5: error: bad\n"
          "warning: hm\n"
          "and 2 more: 'tandem zone check' lists them all\n"
          "tandem: b. does not load and answers SERVFAIL\n"
          "tandem: e. does not load, serial 7 goes on being served\n"
          "tandem: 1 more zones are not what their files say\n");
    td_buf_fini(&text);
}

TEST(codes_become_exit_codes)
{
    CHECK_EQ(control_error_exit("config-invalid"), CONTROL_EXIT_INVALID);
    CHECK_EQ(control_error_exit("timeout"), CONTROL_EXIT_TIMEOUT);
    CHECK_EQ(control_error_exit("no-such-zone"), CONTROL_EXIT_FAILED);
    CHECK_EQ(control_error_exit("something-new"), CONTROL_EXIT_FAILED);
}

TEST(an_answer_of_another_shape_does_no_harm)
{
    static const char *const rows[] = { "{}", "[]", "{\"zones\": 3, \"counters\": {}}",
                                        "{\"zones\": [1, null, []], \"counters\": [1, {}]}",
                                        "{\"failed\": [3], \"findings\": [3], \"listen\": [3]}" };
    int (*const functions[])(const json_t *, struct td_buf *, struct td_buf *) = {
        control_show_status,    control_show_reload,      control_show_stats,
        control_show_zone_list, control_show_zone_status, control_show_zone_reload,
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++)
        for (size_t k = 0; k < TD_COUNT(functions); k++) {
            struct shown shown = show(functions[k], rows[i]);
            CHECK(shown.code >= 0);
            td_buf_fini(&shown.out);
            td_buf_fini(&shown.complaints);
        }
}

TESTS(status, stats, zones, a_zone, a_reload_that_fails_is_told, codes_become_exit_codes,
      an_answer_of_another_shape_does_no_harm)
