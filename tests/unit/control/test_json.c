/*
 * Goal    What goes out is JSON, whatever octets go in.
 * Method  Written values are read back by a parser of another hand.
 */
#include <jansson.h>

#include "control/json.h"
#include "unit/test.h"

static json_t *read_back(struct td_buf *out)
{
    json_error_t error;
    json_t *json = json_loads(td_buf_text(out), JSON_REJECT_DUPLICATES, &error);

    if (json == NULL)
        fail_msg("%s: %s", error.text, td_buf_text(out));
    td_buf_fini(out);
    return json;
}

TEST(values_nest)
{
    struct td_buf out = { .data = NULL };
    struct control_json json;

    control_json_init(&json, &out);
    control_json_object(&json, NULL);
    control_json_array(&json, "empty");
    control_json_array_end(&json);
    control_json_object(&json, "inner");
    control_json_number(&json, "a", UINT64_C(18446744073709551) * 100);
    control_json_bool(&json, "b", true);
    control_json_text(&json, "c", NULL);
    control_json_time(&json, "d", 0);
    control_json_object_end(&json);
    control_json_array(&json, "list");
    control_json_text(&json, NULL, "x");
    control_json_object(&json, NULL);
    control_json_object_end(&json);
    control_json_bool(&json, NULL, false);
    control_json_array_end(&json);
    control_json_object_end(&json);
    CHECK_STR(td_buf_text(&out),
              "{\"empty\": [], \"inner\": {\"a\": 1844674407370955100, \"b\": true, \"c\": null, "
              "\"d\": null}, \"list\": [\"x\", {}, false]}");
    json_decref(read_back(&out));
}

TEST(text_is_utf8)
{
    static const struct {
        const char *in, *want;
    } rows[] = {
        { "plain", "plain" },
        { "\"\\\n\t\x01\x7F", "\"\\\n\t\x01\x7F" },
        { "gr\xC3\xBC\xC3\x9F", "gr\xC3\xBC\xC3\x9F" },
        { "\xE2\x82\xAC\xF0\x9F\x98\x80", "\xE2\x82\xAC\xF0\x9F\x98\x80" },
        { "\xFF", "\xEF\xBF\xBD" },
        { "\x80", "\xEF\xBF\xBD" },
        { "\xC3", "\xEF\xBF\xBD" },
        { "\xC3z", "\xEF\xBF\xBDz" },
        { "\xC0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD" },
        { "\xE0\x80\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD" },
        { "\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD" },
        { "\xF4\x90\x80\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD" },
        { "\xF0\x9F\x98", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD" },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct td_buf out = { .data = NULL };
        struct control_json json;
        control_json_init(&json, &out);
        control_json_array(&json, NULL);
        control_json_text(&json, NULL, rows[i].in);
        control_json_array_end(&json);
        json_t *list = read_back(&out);
        CHECK_STR(json_string_value(json_array_get(list, 0)), rows[i].want);
        json_decref(list);
    }
}

TEST(a_finding_leaves_out_what_is_not_known)
{
    struct td_diag diag = { .severity = TD_SEVERITY_WARNING, .text = "hm" };
    struct td_buf out = { .data = NULL };
    struct control_json json;

    control_json_init(&json, &out);
    control_json_diag(&json, &diag);
    CHECK_STR(td_buf_text(&out), "{\"severity\": \"warning\", \"text\": \"hm\"}");
    td_buf_fini(&out);
    td_diag_say_at(&diag, "f", 1, 2, TD_SEVERITY_ERROR, "oh");
    control_json_init(&json, &out);
    control_json_diag(&json, &diag);
    CHECK_STR(td_buf_text(&out), "{\"severity\": \"error\", \"file\": \"f\", \"line\": 1, "
                                 "\"column\": 2, \"text\": \"oh\"}");
    td_buf_fini(&out);
}

TESTS(values_nest, text_is_utf8, a_finding_leaves_out_what_is_not_known)
