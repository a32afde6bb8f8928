/*
 * libfyaml's events, not its tree: 100,000 zones (13.6 MB, 1.1 million events) take 0.41 s and
 * no memory as events, 1.4 s and 360 MB as its documents. The tree built here is 28 octets a node
 * and the text.
 */
#include "conf/yaml.h"

#include <libfyaml.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/macros.h"
#include "conf/utf8.h"

struct build {
    struct conf_yaml yaml;
    const char *path;
    const struct td_diag_sink *sink;
    uint32_t error_count;
    td_err err; /* the first */

    uint32_t depth;
    uint32_t document_count;
    uint32_t line; /* of the last thing that had a place */
    uint32_t column;
    struct {
        uint32_t node;
        uint32_t last; /* its last child so far, or 0 */
        bool at_value; /* mapping: the next child is a value */
    } stack[CONF_YAML_DEPTH_MAX];
};

static void build_fail(struct build *build, td_err err, const char *text)
{
    if (build->err == TD_OK)
        build->err = err;
    build->error_count++;
    td_diag_report(build->sink, build->path, build->line, build->column, TD_SEVERITY_ERROR, "%s",
                   text);
}

/* The text may hold secrets: no copy of it is left behind when it grows. */
static void text_reserve(struct conf_yaml *yaml, size_t more)
{
    if (yaml->text_capacity - yaml->text_size >= more)
        return;

    size_t capacity = yaml->text_capacity * 2 + more;
    char *text = td_malloc(capacity);
    if (yaml->text_size != 0)
        memcpy(text, yaml->text, yaml->text_size);
    if (yaml->text != NULL)
        explicit_bzero(yaml->text, yaml->text_size);
    free(yaml->text);
    yaml->text = text;
    yaml->text_capacity = capacity;
}

static void text_add(struct conf_yaml *yaml, const char *text, size_t size)
{
    text_reserve(yaml, size + 1);
    if (size != 0)
        memcpy(yaml->text + yaml->text_size, text, size);
    yaml->text_size += size;
}

/* Hang a node behind its elder sibling; the index of the node. */
static uint32_t build_link(struct build *build, enum conf_yaml_kind kind)
{
    struct conf_yaml *yaml = &build->yaml;
    uint32_t at = yaml->count;

    td_grow(yaml->nodes, yaml->count, yaml->capacity);
    yaml->nodes[at] = (struct conf_yaml_node){ .line = build->line,
                                               .column = build->column,
                                               .kind = (uint8_t)kind };
    yaml->count++;
    if (build->depth == 0) {
        yaml->root = at;
        return at;
    }

    uint32_t top = build->depth - 1;
    if (build->stack[top].last == 0)
        yaml->nodes[build->stack[top].node].first = at;
    else
        yaml->nodes[build->stack[top].last].next = at;
    build->stack[top].last = at;
    build->stack[top].at_value = !build->stack[top].at_value;
    return at;
}

/* Is the next node the key of a mapping? */
static bool build_is_at_key(const struct build *build)
{
    if (build->depth == 0)
        return false;
    uint32_t top = build->depth - 1;
    return build->yaml.nodes[build->stack[top].node].kind == CONF_YAML_MAPPING &&
           !build->stack[top].at_value;
}

static void build_open(struct build *build, enum conf_yaml_kind kind)
{
    if (build_is_at_key(build))
        build_fail(build, TD_E_MALFORMED, "a list or a mapping cannot be a key");
    if (build->depth == CONF_YAML_DEPTH_MAX) {
        build_fail(build, TD_E_LIMIT, "nested too deep");
        build->error_count = CONF_YAML_ERROR_COUNT_MAX; /* no way to go on */
        return;
    }

    uint32_t at = build_link(build, kind);
    build->stack[build->depth].node = at;
    build->stack[build->depth].last = 0;
    build->stack[build->depth].at_value = false;
    build->depth++;
}

/* Escapes and block scalars can make them; no value of ours has any. */
static bool has_control(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7F)
            return true;
    return false;
}

/*
 * The text of a quoted scalar. Piece by piece, because fy_token_get_text of 0.7.12 leaks when
 * there are many pieces (a long row of escapes).
 */
static void build_pieces(struct build *build, struct fy_token *token)
{
    struct fy_token_iter *iterator = fy_token_iter_create(token);
    const struct fy_iter_chunk *chunk = NULL;
    int error = 0;

    if (iterator == NULL) {
        build_fail(build, TD_E_LIMIT, "the YAML reader ran out of memory");
        return;
    }
    while ((chunk = fy_token_iter_chunk_next(iterator, chunk, &error)) != NULL)
        text_add(&build->yaml, chunk->str, chunk->len);
    if (error != 0)
        build_fail(build, TD_E_MALFORMED, "not YAML: a bad escape in quoted text");
    fy_token_iter_destroy(iterator);
}

static bool token_is_one_line(struct fy_token *token)
{
    const struct fy_mark *start = fy_token_start_mark(token);
    const struct fy_mark *end = fy_token_end_mark(token);

    return start == NULL || end == NULL || start->line == end->line;
}

static void build_scalar(struct build *build, struct fy_token *token)
{
    struct conf_yaml *yaml = &build->yaml;
    size_t text = yaml->text_size;
    size_t size = 0;

    if (fy_token_start_mark(token) == NULL && !build_is_at_key(build)) {
        (void)build_link(build, CONF_YAML_EMPTY);
        return;
    }
    if (fy_token_scalar_style(token) != FYSS_PLAIN) {
        build_pieces(build, token);
    } else if (token_is_one_line(token)) {
        const char *plain = fy_token_get_text(token, &size);
        text_add(yaml, plain, plain == NULL ? 0 : size);
    } else {
        build_fail(build, TD_E_MALFORMED,
                   "text that goes on in the next line (a missing colon, comma or bracket?); quote "
                   "it if it is meant");
    }
    if (has_control(yaml->text + text, yaml->text_size - text))
        build_fail(build, TD_E_MALFORMED, "a line break or control character inside a value");

    uint32_t at = build_link(build, CONF_YAML_SCALAR); /* moves the nodes */
    struct conf_yaml_node *node = &yaml->nodes[at];
    node->text = (uint32_t)text;
    node->text_size = (uint32_t)(yaml->text_size - text);
    text_add(yaml, "", 1);
}

static void build_refuse(struct build *build, const struct fy_token *anchor,
                         const struct fy_token *tag)
{
    if (anchor != NULL)
        build_fail(build, TD_E_MALFORMED,
                   "anchors (&name) are not accepted; templates: share what "
                   "zones have in common");
    if (tag != NULL)
        build_fail(build, TD_E_MALFORMED, "tags (!name) are not accepted");
}

static void build_document(struct build *build)
{
    if (build->document_count++ == 1)
        build_fail(build, TD_E_MALFORMED, "a second document: one file holds one configuration");
}

static void build_event(struct build *build, const struct fy_event *event)
{
    switch (event->type) {
    case FYET_DOCUMENT_START:
        build_document(build);
        break;
    case FYET_MAPPING_START:
        build_refuse(build, event->mapping_start.anchor, event->mapping_start.tag);
        build_open(build, CONF_YAML_MAPPING);
        break;
    case FYET_SEQUENCE_START:
        build_refuse(build, event->sequence_start.anchor, event->sequence_start.tag);
        build_open(build, CONF_YAML_SEQUENCE);
        break;
    case FYET_MAPPING_END:
    case FYET_SEQUENCE_END:
        build->depth--;
        break;
    case FYET_SCALAR:
        build_refuse(build, event->scalar.anchor, event->scalar.tag);
        build_scalar(build, event->scalar.value);
        break;
    case FYET_ALIAS:
        build_fail(build, TD_E_MALFORMED,
                   "aliases (*name) are not accepted; templates: share what "
                   "zones have in common");
        (void)build_link(build, CONF_YAML_EMPTY);
        break;
    default:
        break;
    }
}

static void build_place(struct build *build, struct fy_event *event)
{
    const struct fy_mark *mark = fy_event_start_mark(event);

    if (mark != NULL && mark->line >= 0 && mark->column >= 0) {
        build->line = (uint32_t)mark->line + 1;
        build->column = (uint32_t)mark->column + 1;
    }
}

static void build_run(struct build *build, struct fy_parser *parser)
{
    struct fy_event *event;

    while ((event = fy_parser_parse(parser)) != NULL) {
        build_place(build, event);
        build_event(build, event);
        fy_parser_event_free(parser, event);
        if (build->yaml.count >= CONF_YAML_NODE_COUNT_MAX) {
            build_fail(build, TD_E_LIMIT, "too many values for one file");
            return;
        }
        if (build->error_count >= CONF_YAML_ERROR_COUNT_MAX || build->document_count > 1)
            return;
    }
}

/* libfyaml's own words for what is not YAML. */
static void build_fail_syntax(struct build *build, struct fy_diag *diag)
{
    void *iterator = NULL;
    struct fy_diag_error *error = fy_diag_errors_iterate(diag, &iterator);
    char text[TD_DIAG_TEXT_SIZE] = "not YAML";

    if (error != NULL) {
        build->line = error->line > 0 ? (uint32_t)error->line : build->line;
        build->column = error->column > 0 ? (uint32_t)error->column : 1;
        snprintf(text, sizeof(text), "not YAML: %s", error->msg);
    }
    build_fail(build, TD_E_MALFORMED, text);
}

static void diag_cleanup(struct fy_diag **diag)
{
    fy_diag_destroy(*diag);
}

static void parser_cleanup(struct fy_parser **parser)
{
    fy_parser_destroy(*parser);
}

static void build_parse(struct build *build, const char *text, size_t size)
{
    struct fy_diag_cfg diag_cfg;

    fy_diag_cfg_default(&diag_cfg);
    diag_cfg.fp = NULL;
    diag_cfg.colorize = false;
    TD_CLEANUP(diag_cleanup) struct fy_diag *diag = fy_diag_create(&diag_cfg);
    fy_diag_set_collect_errors(diag, true);

    const struct fy_parse_cfg cfg = {
        .flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_DEFAULT_VERSION_1_2 | FYPCF_JSON_NONE,
        .diag = diag,
    };
    TD_CLEANUP(parser_cleanup) struct fy_parser *parser = fy_parser_create(&cfg);
    if (parser == NULL || fy_parser_set_string(parser, text, size) != 0) {
        build_fail(build, TD_E_LIMIT, "the YAML reader did not start: out of memory?");
        return;
    }
    build_run(build, parser);
    if (fy_parser_get_stream_error(parser))
        build_fail_syntax(build, diag);
}

td_err conf_yaml_parse(const char *text, size_t size, const char *path,
                       const struct td_diag_sink *sink, struct conf_yaml *ret_yaml)
{
    struct build build = { .path = path, .sink = sink, .line = 1, .column = 1 };
    struct conf_place place;

    if (!conf_utf8_check(text, size, &place)) {
        td_diag_report(sink, path, place.line, place.column, TD_SEVERITY_ERROR,
                       "octet 0x%02X: expected text in UTF-8 without control characters",
                       place.octet);
        return TD_E_MALFORMED;
    }

    build.yaml.nodes = td_calloc(8, sizeof(*build.yaml.nodes));
    build.yaml.capacity = 8;
    build.yaml.count = 1; /* index 0 is no node */
    text_reserve(&build.yaml, size + size / 2 + 64);
    if (size != 0)
        build_parse(&build, text, size);
    if (build.err != TD_OK) {
        conf_yaml_fini(&build.yaml);
        return build.err;
    }
    *ret_yaml = build.yaml;
    return TD_OK;
}

void conf_yaml_fini(struct conf_yaml *yaml)
{
    if (yaml->text != NULL)
        explicit_bzero(yaml->text, yaml->text_size);
    free(yaml->text);
    free(yaml->nodes);
    *yaml = (struct conf_yaml){ .nodes = NULL };
}
