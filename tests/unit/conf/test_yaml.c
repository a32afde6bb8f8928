/*
 * Goal    the tree has every value with its place; what we refuse of YAML is refused where it
 *         stands.
 * Method  one good text in YAML and one in JSON, then a row per refusal.
 */
#include "unit/test.h"

#include "conf/yaml.h"

static char said[4096];

static void report(void *context TD_UNUSED, const struct td_diag *diag)
{
    char line[1200];

    td_diag_format(diag, line, sizeof(line));
    strncat(said, line, sizeof(said) - strlen(said) - 2);
    strcat(said, "\n");
}

static const struct td_diag_sink sink = { .report = report };

static td_err parse(const char *text, struct conf_yaml *ret_yaml)
{
    said[0] = '\0';
    return conf_yaml_parse(text, strlen(text), "t", &sink, ret_yaml);
}

/* The tree as text: "{key@1:1=[a@1:5]}" */
static void print(const struct conf_yaml *yaml, uint32_t at, char *out)
{
    const struct conf_yaml_node *node = &yaml->nodes[at];
    char place[32];

    snprintf(place, sizeof(place), "@%u:%u", node->line, node->column);
    if (node->kind == CONF_YAML_EMPTY) {
        strcat(out, "-");
        return;
    }
    if (node->kind == CONF_YAML_SCALAR) {
        strcat(strcat(out, conf_yaml_text(yaml, node)), place);
        return;
    }
    strcat(strcat(out, node->kind == CONF_YAML_MAPPING ? "{" : "["), place);
    for (uint32_t child = node->first; child != 0; child = yaml->nodes[child].next) {
        strcat(out, " ");
        print(yaml, child, out);
    }
    strcat(out, node->kind == CONF_YAML_MAPPING ? "}" : "]");
}

TEST(values_know_their_places)
{
    static const struct {
        const char *text;
        const char *want;
    } rows[] = {
        { "server:\n  listen: [\"a b\", c]\n  x:\nzones:\n  - {n: 'no'}\n",
          "{@1:1 server@1:1 {@2:3 listen@2:3 [@2:11 a b@2:13 c@2:19] x@3:3 -} "
          "zones@4:1 [@5:3 {@5:5 n@5:6 no@5:10}]}" },
        { "{\"a\": [true, 1e3,\n\t\"b\"]}", "{@1:1 a@1:3 [@1:7 true@1:8 1e3@1:14 b@2:3]}" },
        { "\xEF\xBB\xBF# hello\r\n---\r\n\xC3\xA9: \xC3\xA9 # c\r\nb: 22:22\r\n",
          "{@3:1 \xC3\xA9@3:1 \xC3\xA9@3:4 b@4:1 22:22@4:4}" },
        { "a: |-\n  text\nb: \"\\x41\\u00e9\"\n", "{@1:1 a@1:1 text@2:1 b@3:1 A\xC3\xA9@3:5}" },
        { "<<: x", "{@1:1 <<@1:1 x@1:5}" },
        { "word", "word@1:1" },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct conf_yaml yaml;
        char out[1024] = "";

        CHECK_OK(parse(rows[i].text, &yaml));
        print(&yaml, yaml.root, out);
        CHECK_STR(out, rows[i].want);
        CHECK_STR(said, "");
        conf_yaml_fini(&yaml);
    }
}

TEST(nothing_is_no_root)
{
    static const char *const texts[] = { "", "# only this\n", "\n\n", "\xEF\xBB\xBF" };

    for (size_t i = 0; i < TD_COUNT(texts); i++) {
        struct conf_yaml yaml;

        CHECK_OK(parse(texts[i], &yaml));
        CHECK_EQ(yaml.root, 0);
        CHECK(conf_yaml_node(&yaml, yaml.root) == NULL);
        conf_yaml_fini(&yaml);
    }
}

TEST(refusals_stand_where_they_are)
{
    static const struct {
        const char *text;
        const char *want; /* the start of what is said */
        td_err err;
    } rows[] = {
        { "a: &x b\n", "t:1:7: error: anchors (&name) are not accepted", TD_E_MALFORMED },
        { "a: b\nc: *x\n", "t:2:5: error: aliases (*name) are not accepted", TD_E_MALFORMED },
        { "a: !!str b\n", "t:1:10: error: tags (!name) are not accepted", TD_E_MALFORMED },
        { "a: !x [b]\n", "t:1:7: error: tags", TD_E_MALFORMED },
        { "a: &x {b: c}\n", "t:1:7: error: anchors", TD_E_MALFORMED },
        { "a: b\n---\nc: d\n", "t:2:1: error: a second document", TD_E_MALFORMED },
        { "a:\n\tb: c\n", "t:2:1: error: not YAML: tab character may not be used as indentation",
          TD_E_MALFORMED },
        { "a: b\n  c\n", "t:1:4: error: text that goes on in the next line", TD_E_MALFORMED },
        { "a: b: c\n", "t:1:5: error: not YAML: ", TD_E_MALFORMED },
        { "a: [b\n", "t:2:1: error: not YAML: ", TD_E_MALFORMED },
        { "a: 'b\n", "t:1:5: error: not YAML: ", TD_E_MALFORMED },
        { "[a]: b\n", "t:1:1: error: a list or a mapping cannot be a key", TD_E_MALFORMED },
        { "? {a: b}\n: c\n", "t:1:3: error: a list or a mapping cannot be a key", TD_E_MALFORMED },
        { "a: \"b\\nc\"\n", "t:1:5: error: a line break or control character inside a value",
          TD_E_MALFORMED },
        { "a: |\n  b\n", "t:2:1: error: a line break", TD_E_MALFORMED },
        { "ab: \xFF\n", "t:1:5: error: octet 0xFF: expected text in UTF-8", TD_E_MALFORMED },
        { "a: b\n\xC3\xA9\xC0\xAF\n", "t:2:2: error: octet 0xC0", TD_E_MALFORMED },
        { "a: \x01\n", "t:1:4: error: octet 0x01", TD_E_MALFORMED },
        { "a: \xED\xA0\x80\n", "t:1:4: error: octet 0xED", TD_E_MALFORMED },
        { "a: \xF4\x90\x80\x80\n", "t:1:4: error: octet 0xF4", TD_E_MALFORMED },
        { "a: \xE2\x82", "t:1:4: error: octet 0xE2", TD_E_MALFORMED },
        { "[[[[[[[[[[[[[[[[[[a]]]]]]]]]]]]]]]]]]", "t:1:17: error: nested too deep", TD_E_LIMIT },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct conf_yaml yaml = { .count = 77 };

        CHECK_EQ_WHY(parse(rows[i].text, &yaml), rows[i].err, rows[i].text);
        if (strncmp(said, rows[i].want, strlen(rows[i].want)) != 0)
            fail_msg("of \"%s\" it says \"%s\", want \"%s\"", rows[i].text, said, rows[i].want);
        CHECK_EQ(yaml.count, 77);
    }
}

TEST(it_goes_on_after_a_refusal)
{
    struct conf_yaml yaml;

    CHECK_EQ(parse("a: &x b\nc: &y d\n", &yaml), TD_E_MALFORMED);
    CHECK(strstr(said, "t:1:7: ") != NULL);
    CHECK(strstr(said, "t:2:7: ") != NULL);
}

TEST(an_octet_of_nothing_is_refused)
{
    struct conf_yaml yaml;

    CHECK_EQ(conf_yaml_parse("a: b\0c", 6, "t", &sink, &yaml), TD_E_MALFORMED);
}

TESTS(values_know_their_places, nothing_is_no_root, refusals_stand_where_they_are,
      it_goes_on_after_a_refusal, an_octet_of_nothing_is_refused)
