/*
 * conf/yaml.h - the strict part of YAML that a configuration is written in, as a tree.
 *
 * Shape    nodes in one array, told apart by index; 0 is no node. The children of a mapping are
 *          key, value, key, value; keys are scalars. A scalar is only text: what it means is up
 *          to the table of options, never to its look. Every node knows its line and column
 *          (from 1, in characters).
 * Floor    8. The only file that includes libfyaml is conf/yaml.c.
 * Threads  Pure.
 * Limits   CONF_YAML_DEPTH_MAX, CONF_YAML_NODE_COUNT_MAX.
 * Refused  anchors, aliases, tags, keys that are not scalars, plain text over several lines,
 *          more than one document, control characters, what is not UTF-8. Merge keys are
 *          nothing special, hence unknown options. Duplicate keys are left to the caller.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/err.h"

enum {
    CONF_YAML_DEPTH_MAX = 16,
    CONF_YAML_NODE_COUNT_MAX = 32 * 1024 * 1024,
    CONF_YAML_ERROR_COUNT_MAX = 20,
};

enum conf_yaml_kind {
    CONF_YAML_EMPTY, /* nothing was written: the value of "key:" */
    CONF_YAML_SCALAR,
    CONF_YAML_SEQUENCE,
    CONF_YAML_MAPPING,
};

struct conf_yaml_node {
    uint32_t line;
    uint32_t column;
    uint32_t text;      /* scalar: where it begins in the text of the tree */
    uint32_t text_size; /* scalar: octets, the 0 behind them not counted */
    uint32_t first;     /* first child, or 0 */
    uint32_t next;      /* next sibling, or 0 */
    uint8_t kind;       /* enum conf_yaml_kind */
};

struct conf_yaml {
    struct conf_yaml_node *nodes;
    uint32_t count;
    uint32_t capacity;
    char *text;
    size_t text_size;
    size_t text_capacity;
    uint32_t root; /* 0: the file holds nothing */
};

/*
 * Read a whole file; what is wrong goes to the sink with `path` as its file. Given back with
 * conf_yaml_fini().
 *
 * TD_E_MALFORMED  not YAML, or a part of YAML that is refused
 * TD_E_LIMIT      too many nodes or too deep
 */
TD_NODISCARD td_err conf_yaml_parse(const char *text, size_t size, const char *path,
                                    const struct td_diag_sink *sink, struct conf_yaml *ret_yaml);

/* Wipes the text first, since secrets may be in it. */
void conf_yaml_fini(struct conf_yaml *yaml);

static inline const struct conf_yaml_node *conf_yaml_node(const struct conf_yaml *yaml, uint32_t at)
{
    return at == 0 ? NULL : &yaml->nodes[at];
}

/* The text of a scalar, ended by a 0; "" of anything else. */
static inline const char *conf_yaml_text(const struct conf_yaml *yaml,
                                         const struct conf_yaml_node *node)
{
    return node->kind == CONF_YAML_SCALAR ? yaml->text + node->text : "";
}
