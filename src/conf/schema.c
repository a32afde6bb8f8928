/*
 * The table as a JSON Schema, for editors and for whoever generates configurations. It
 * knows no references between options, and wants words as the manual writes them where the parser
 * takes any case.
 */
#include <string.h>

#include "base/macros.h"
#include "conf/load.h"
#include "conf/print.h"

static void json_text(struct td_buf *out, const char *text, size_t size)
{
    td_buf_add_char(out, '"');
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '"' || text[i] == '\\')
            td_buf_add_char(out, '\\');
        td_buf_add_char(out, text[i]);
    }
    td_buf_add_char(out, '"');
}

void conf_json_text(struct td_buf *out, const char *text)
{
    json_text(out, text, strlen(text));
}

static void json_word(struct td_buf *out, const char *text)
{
    conf_json_text(out, text);
}

static void choices_print(struct td_buf *out, const struct conf_choice *choices)
{
    td_buf_add_text(out, "\"enum\": [");
    for (uint32_t i = 0; choices[i].word != NULL && choices[i].refused == NULL; i++) {
        if (i != 0)
            td_buf_add_text(out, ", ");
        json_word(out, choices[i].word);
    }
    td_buf_add_text(out, "]");
}

static void count_print(struct td_buf *out, const struct conf_option *option)
{
    if (option->choices != NULL) {
        td_buf_add_text(out, "\"anyOf\": [{ ");
        choices_print(out, option->choices);
        td_buf_add_text(out, " }, { ");
    }
    td_buf_printf(out, "\"type\": \"integer\", \"minimum\": %llu, \"maximum\": %llu",
                  (unsigned long long)option->min, (unsigned long long)option->max);
    if (option->choices != NULL)
        td_buf_add_text(out, " }]");
}

/* What a value looks like, without the outer braces. */
static void type_print(struct td_buf *out, const struct conf_option *option)
{
    static const char *const words[CONF_TYPE_COUNT] = {
        [CONF_BOOL] = "\"$ref\": \"#/$defs/boolean\"",
        [CONF_DURATION] = "\"$ref\": \"#/$defs/duration\"",
        [CONF_SIZE] = "\"$ref\": \"#/$defs/size\"",
        [CONF_BRAKE] = "\"$ref\": \"#/$defs/brake\"",
        [CONF_HISTORY] = "\"$ref\": \"#/$defs/history\"",
        [CONF_PATH] = "\"$ref\": \"#/$defs/path\"",
        [CONF_COOKIE_FILE] = "\"$ref\": \"#/$defs/path\"",
        [CONF_SECRET_FILE] = "\"$ref\": \"#/$defs/path\"",
        [CONF_CREDENTIAL] = "\"type\": \"string\", \"pattern\": \"^[^/]{1,255}$\"",
        [CONF_NAME] = "\"type\": \"string\", \"minLength\": 1, \"maxLength\": 1004",
        [CONF_TEMPLATE] = "\"type\": [\"string\", \"number\"]",
        [CONF_ADDRS] = "\"$ref\": \"#/$defs/words\"",
        [CONF_ADDR_OR_OFF] = "\"type\": [\"string\", \"boolean\"]",
        [CONF_PREFIXES] = "\"$ref\": \"#/$defs/words\"",
        [CONF_UPDATES] = "\"$ref\": \"#/$defs/updates\"",
        [CONF_ACL] = "\"$ref\": \"#/$defs/words\"",
        [CONF_KEY] = "\"type\": \"string\"",
        [CONF_PEERS] = "\"$ref\": \"#/$defs/words\"",
        [CONF_NAMES] = "\"$ref\": \"#/$defs/words\"",
        [CONF_COOKIE_SECRETS] = "\"$ref\": \"#/$defs/cookieSecrets\"",
        [CONF_SECRET] = "\"type\": \"string\", \"pattern\": \"^[A-Za-z0-9+/]+={0,2}$\"",
    };

    switch (option->type) {
    case CONF_COUNT:
        count_print(out, option);
        break;
    case CONF_CHOICE:
        choices_print(out, option->choices);
        break;
    case CONF_TEXT:
    case CONF_TEXT_OR_OFF:
        td_buf_printf(out,
                      "\"type\": [\"string\", \"number\"%s], \"minLength\": 1, "
                      "\"maxLength\": %llu",
                      option->type == CONF_TEXT ? "" : ", \"boolean\"",
                      (unsigned long long)option->max);
        break;
    default:
        td_buf_add_text(out, words[option->type]);
        break;
    }
}

/* "size: 256MiB, age: 400d" */
static void mapping_print(struct td_buf *out, const char *text)
{
    const char *between = "{ ";

    for (const char *at = text; *at != '\0'; between = ", ") {
        size_t name = strcspn(at, ":");
        size_t value = strcspn(at + name, ",") - strlen(": ");
        td_buf_add_text(out, between);
        json_text(out, at, name);
        td_buf_add_text(out, ": ");
        json_text(out, at + name + strlen(": "), value);
        at += name + strlen(": ") + value;
        at += strspn(at, ", ");
    }
    td_buf_add_text(out, " }");
}

static void default_print(struct td_buf *out, const struct conf_option *option)
{
    const char *preset = option->preset;

    if (preset == NULL)
        return;
    td_buf_add_text(out, ", \"default\": ");
    if (option->type == CONF_HISTORY) {
        mapping_print(out, preset);
    } else if (strchr(preset, ',') != NULL) {
        for (const char *at = preset; at != NULL;) {
            size_t size = strcspn(at, ",");
            td_buf_add_text(out, at == preset ? "[" : ", ");
            json_text(out, at, size);
            at = at[size] == '\0' ? NULL : at + size + 1 + strspn(at + size + 1, " ");
        }
        td_buf_add_text(out, "]");
    } else if (option->type == CONF_COUNT && preset[0] >= '0' && preset[0] <= '9') {
        td_buf_add_text(out, preset);
    } else if (option->type == CONF_TEXT_OR_OFF || option->type == CONF_ADDR_OR_OFF) {
        td_buf_add_text(out, "false");
    } else {
        json_word(out, preset);
    }
}

static void indent(struct td_buf *out, unsigned depth)
{
    td_buf_printf(out, "\n%*s", (int)depth * 2, "");
}

/* What a mapping of names to options may leave out: the name, the one option required. */
enum section_form { SECTION_WHOLE, SECTION_NAMED };

static void section_print(struct td_buf *out, const struct conf_section *section,
                          enum section_form form, unsigned depth);

static void list_print(struct td_buf *out, const struct conf_option *option, unsigned depth)
{
    bool is_mapped = (option->flags & CONF_MAPPED) != 0;

    td_buf_printf(out, "\"type\": [\"array\", %s\"null\"],", is_mapped ? "\"object\", " : "");
    if (is_mapped) {
        indent(out, depth);
        td_buf_add_text(out, "\"additionalProperties\": {");
        indent(out, depth + 1);
        section_print(out, option->section, SECTION_NAMED, depth + 1);
        indent(out, depth);
        td_buf_add_text(out, "},");
    }
    indent(out, depth);
    td_buf_add_text(out, "\"items\": {");
    indent(out, depth + 1);
    section_print(out, option->section, SECTION_WHOLE, depth + 1);
    indent(out, depth);
    td_buf_add_text(out, "}");
}

static void option_print(struct td_buf *out, const struct conf_option *option, unsigned depth)
{
    td_buf_add_text(out, "\"description\": ");
    json_word(out, option->help);
    td_buf_add_text(out, ",");
    indent(out, depth);
    if (option->type == CONF_MAP) {
        bool is_named = option->section == &conf_section_template; /* without its name */
        section_print(out, option->section, is_named ? SECTION_NAMED : SECTION_WHOLE, depth);
    } else if (option->type == CONF_LIST) {
        list_print(out, option, depth);
    } else {
        type_print(out, option);
        default_print(out, option);
    }
}

/* Which options must be there, and what holds between them. */
static void rules_print(struct td_buf *out, const struct conf_section *section, unsigned depth)
{
    bool is_first = true;

    for (uint32_t i = 0; i < section->count; i++) {
        if ((section->options[i].flags & CONF_REQUIRED) == 0)
            continue;
        if (is_first)
            indent(out, depth);
        td_buf_add_text(out, is_first ? "\"required\": [" : ", ");
        json_word(out, conf_option_name(&section->options[i]));
        is_first = false;
    }
    if (!is_first)
        td_buf_add_text(out, "],");
    if (section->schema_rule != NULL) {
        indent(out, depth);
        td_buf_printf(out, "%s,", section->schema_rule);
    }
}

/* A mapping of options, without the outer braces. */
static void section_print(struct td_buf *out, const struct conf_section *section,
                          enum section_form form, unsigned depth)
{
    bool is_first = true;

    td_buf_printf(out, "\"type\": %s, \"additionalProperties\": false,",
                  form == SECTION_WHOLE ? "\"object\"" : "[\"object\", \"null\"]");
    if (form == SECTION_WHOLE)
        rules_print(out, section, depth);
    indent(out, depth);
    td_buf_add_text(out, "\"properties\": {");
    for (uint32_t i = 0; i < section->count; i++) {
        const struct conf_option *option = &section->options[i];
        if (form == SECTION_NAMED && (option->flags & CONF_REQUIRED) != 0)
            continue;
        td_buf_add_text(out, is_first ? "" : ",");
        is_first = false;
        indent(out, depth + 1);
        json_word(out, conf_option_name(option));
        td_buf_add_text(out, ": {");
        indent(out, depth + 2);
        option_print(out, option, depth + 2);
        indent(out, depth + 1);
        td_buf_add_text(out, "}");
    }
    indent(out, depth);
    td_buf_add_text(out, "}");
}

void conf_schema_print(struct td_buf *out)
{
    td_buf_add_text(
        out,
        "{\n"
        "  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
        "  \"title\": \"tandem.yaml\",\n"
        "  \"$defs\": {\n"
        "    \"boolean\": { \"enum\": [true, false, \"on\", \"off\", \"yes\", \"no\", \"true\", "
        "\"false\"] },\n"
        "    \"updates\": { \"anyOf\": [{ \"enum\": [\"none\"] }, { \"type\": \"array\", "
        "\"items\": "
        "{ \"type\": \"object\", \"additionalProperties\": false, \"properties\": { \"key\": { "
        "\"type\": \"string\" }, \"address\": { \"$ref\": \"#/$defs/words\" }, \"names\": { "
        "\"$ref\": \"#/$defs/words\" }, \"types\": { \"$ref\": \"#/$defs/words\" }, \"actions\": { "
        "\"$ref\": \"#/$defs/words\" } } } }] },\n"
        "    \"brake\": { \"anyOf\": [{ \"type\": [\"string\", \"boolean\"] }, { \"type\": "
        "\"object\", "
        "\"additionalProperties\": false, \"properties\": { \"share\": { \"type\": [\"string\", "
        "\"boolean\"] }, \"transfers\": { \"$ref\": \"#/$defs/boolean\" } } }] },\n"
        "    \"history\": { \"anyOf\": [{ \"enum\": [false, \"off\", \"no\", \"false\"] }, { "
        "\"type\": "
        "\"object\", \"additionalProperties\": false, \"properties\": { \"size\": { \"$ref\": "
        "\"#/$defs/size\" }, \"age\": { \"$ref\": \"#/$defs/duration\" } } }] },\n"
        "    \"duration\": { \"type\": \"string\", \"pattern\": "
        "\"^([0-9]+(ms|s|m|h|d|w))+$\" },\n"
        "    \"size\": { \"anyOf\": [{ \"type\": \"integer\", \"minimum\": 0 }, { \"type\": "
        "\"string\", \"pattern\": \"^[0-9]+(B|KiB|MiB|GiB)?$\" }] },\n"
        "    \"path\": { \"type\": \"string\", \"minLength\": 1, \"maxLength\": 4095 },\n"
        "    \"words\": { \"anyOf\": [{ \"type\": \"string\" }, { \"type\": \"array\", "
        "\"items\": { \"type\": \"string\" } }] },\n"
        "    \"cookieSecret\": { \"type\": \"string\", \"pattern\": \"^[0-9A-Fa-f]{32}$\" },\n"
        "    \"cookieSecrets\": { \"anyOf\": [{ \"$ref\": \"#/$defs/cookieSecret\" }, { \"type\": "
        "\"array\", \"minItems\": 1, \"maxItems\": 2, \"items\": { \"$ref\": "
        "\"#/$defs/cookieSecret\" } }] }\n"
        "  },\n"
        "  ");
    section_print(out, &conf_section_file, SECTION_WHOLE, 1);
    td_buf_add_text(out, "\n}\n");
}
