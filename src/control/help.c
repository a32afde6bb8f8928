#include <stdio.h>
#include <string.h>

#include "control/local.h"
#include "control/verb.h"

enum { WIDTH = 79 };

/* What stands behind an option: "N", "TEXT"; NULL: nothing. */
static const char *value_of(const struct control_arg *arg)
{
    if (arg->kind == CONTROL_ARG_TEXT)
        return "TEXT";
    if (arg->kind == CONTROL_ARG_FILE)
        return "FILE";
    return control_arg_has_value(arg) ? "N" : NULL;
}

void control_verb_usage(const struct control_verb *verb, struct td_buf *out)
{
    td_buf_printf(out, "tandem %s", verb->words);
    for (unsigned i = 0; i < CONTROL_ARGS_MAX; i++) {
        const struct control_arg *arg = &verb->args[i];
        if (arg->is_hidden)
            continue;
        if (control_arg_is_required(arg))
            td_buf_printf(out, " %s", arg->name);
        else if (arg->kind == CONTROL_ARG_REST)
            td_buf_printf(out, " %s", arg->name);
        else if (arg->kind == CONTROL_ARG_OPTIONAL)
            td_buf_printf(out, " [%s]", arg->name);
        else if (control_arg_has_value(arg))
            td_buf_printf(out, " [--%s %s]", arg->name, value_of(arg));
        else if (arg->kind == CONTROL_ARG_FLAG)
            td_buf_printf(out, " [--%s]", arg->name);
    }
}

/* Text in lines of at most WIDTH characters, each behind `indent` spaces. */
static void put_wrapped(struct td_buf *out, const char *text, int indent)
{
    int at = 0;

    while (*text != '\0') {
        size_t size = strcspn(text, " ");
        if (at != 0 && at + 1 + (int)size > WIDTH) {
            td_buf_add_char(out, '\n');
            at = 0;
        }
        int space = at == 0 ? indent : 1;
        td_buf_printf(out, "%*s", space, "");
        at += space;
        td_buf_add(out, text, size);
        at += (int)size;
        text += size + (text[size] == ' ');
    }
    td_buf_add_char(out, '\n');
}

static void print_list(struct td_buf *out)
{
    td_buf_add_text(out, "usage: tandem [--socket PATH] [--json] VERB ...\n\n");
    for (size_t i = 0; i < control_verb_count; i++) {
        struct td_buf usage = { .data = NULL };
        control_verb_usage(&control_verbs[i], &usage);
        put_wrapped(out, td_buf_text(&usage) + strlen("tandem "), 2);
        put_wrapped(out, control_verbs[i].help, 6);
        td_buf_fini(&usage);
    }
    td_buf_add_text(out,
                    "\n  --socket PATH   the control socket; without it that of TANDEM_SOCKET in\n"
                    "                  the environment, else /run/tandem/control.sock\n"
                    "  --json          answer in JSON, as the API does\n"
                    "\n'tandem help VERB' tells more; see also tandem(1).\n");
}

static void print_one(const struct control_verb *verb, struct td_buf *out)
{
    struct td_buf usage = { .data = NULL };

    td_buf_add_text(&usage, "usage: ");
    control_verb_usage(verb, &usage);
    put_wrapped(out, td_buf_text(&usage), 0);
    td_buf_fini(&usage);
    td_buf_add_char(out, '\n');
    put_wrapped(out, verb->help, 0);
    if (verb->more != NULL)
        put_wrapped(out, verb->more, 0);
    td_buf_add_char(out, '\n');
    for (unsigned i = 0; i < CONTROL_ARGS_MAX && verb->args[i].kind != CONTROL_ARG_NONE; i++) {
        const struct control_arg *arg = &verb->args[i];
        if (arg->is_hidden)
            continue;
        td_buf_printf(out, "  %s%-12s %s", control_arg_is_word(arg) ? "  " : "--", arg->name,
                      arg->help);
        if (arg->letter != 0)
            td_buf_printf(out, " (-%c)", arg->letter);
        td_buf_add_char(out, '\n');
    }
    if (verb->method != NULL)
        td_buf_printf(out, "\nIn the API: %s %s\n", verb->method, verb->path);
    if (verb->aliases != NULL)
        td_buf_printf(out, "Elsewhere called: %s\n", verb->aliases);
}

void control_help_print(const struct control_verb *verb, struct td_buf *out)
{
    if (verb == NULL)
        print_list(out);
    else
        print_one(verb, out);
}

/* Text with its hyphens and backslashes as roff wants them. */
static void put_roff(struct td_buf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '-')
            td_buf_add_text(out, "\\-");
        else if (*text == '\\')
            td_buf_add_text(out, "\\e");
        else
            td_buf_add_char(out, *text);
    }
}

static void put_argument(struct td_buf *out, const struct control_arg *arg)
{
    bool is_needed = control_arg_is_word(arg) && arg->kind != CONTROL_ARG_OPTIONAL;

    td_buf_add_text(out, is_needed ? " " : " [");
    if (control_arg_is_word(arg)) {
        td_buf_printf(out, "\\fI%s\\fR", arg->name);
    } else {
        td_buf_add_text(out, "\\fB\\-\\-");
        put_roff(out, arg->name);
        td_buf_add_text(out, "\\fR");
        if (control_arg_has_value(arg))
            td_buf_printf(out, " \\fI%s\\fR", value_of(arg));
    }
    if (!is_needed)
        td_buf_add_char(out, ']');
}

static void put_head(struct td_buf *out, const struct control_verb *verb)
{
    td_buf_add_text(out, "\\fB");
    put_roff(out, verb->words);
    td_buf_add_text(out, "\\fR");
    for (unsigned i = 0; i < CONTROL_ARGS_MAX && verb->args[i].kind != CONTROL_ARG_NONE; i++)
        if (!verb->args[i].is_hidden)
            put_argument(out, &verb->args[i]);
    td_buf_add_char(out, '\n');
}

void control_manual_print(struct td_buf *out)
{
    for (size_t i = 0; i < control_verb_count; i++) {
        const struct control_verb *verb = &control_verbs[i];
        td_buf_add_text(out, ".TP\n");
        put_head(out, verb);
        put_roff(out, verb->help);
        td_buf_add_char(out, '\n');
        if (verb->more != NULL) {
            put_roff(out, verb->more);
            td_buf_add_char(out, '\n');
        }
        for (unsigned k = 0; k < CONTROL_ARGS_MAX; k++) {
            const struct control_arg *arg = &verb->args[k];
            if (arg->is_hidden || (arg->kind != CONTROL_ARG_FLAG && !control_arg_has_value(arg)))
                continue;
            td_buf_add_text(out, "With \\fB\\-\\-");
            put_roff(out, arg->name);
            td_buf_add_text(out, "\\fR");
            if (arg->letter != 0)
                td_buf_printf(out, " (\\fB\\-%c\\fR)", arg->letter);
            td_buf_add_text(out, ": ");
            put_roff(out, arg->help);
            td_buf_add_text(out, ".\n");
        }
    }
}

int control_local_help(const struct control_call *call)
{
    const char *words[] = { call->topic, call->topic_more };
    const struct control_verb *verb = NULL;
    struct td_buf out = { .data = NULL };
    bool is_alias;
    size_t used;

    if (call->topic != NULL) {
        verb = control_verb_find(words, call->topic_more == NULL ? 1 : 2, &used, &is_alias);
        if (verb == NULL) {
            fprintf(stderr, "tandem: there is no verb '%s%s%s'; 'tandem help' lists them\n",
                    words[0], words[1] == NULL ? "" : " ", words[1] == NULL ? "" : words[1]);
            return CONTROL_EXIT_USAGE;
        }
    }
    if (call->manual)
        control_manual_print(&out);
    else
        control_help_print(verb, &out);
    fputs(td_buf_text(&out), stdout);
    td_buf_fini(&out);
    return CONTROL_EXIT_OK;
}
