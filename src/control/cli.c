#include "control/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/client.h"
#include "control/words.h"

/* ---- options ---- */

enum { OPTIONS_MAX = 16 };

struct parse {
    struct control_line *line;
    struct td_buf *complaint;
    char *const *at; /* the next word */
    char *const *end;
    const char **words; /* that are no options */
    size_t word_count;
    const char *options[OPTIONS_MAX]; /* of the verb, which is not known yet */
    const char *values[OPTIONS_MAX];
    size_t option_count;
};

static int fail(struct parse *parse, const char *what, const char *word)
{
    td_buf_printf(parse->complaint, what, word);
    return CONTROL_EXIT_USAGE;
}

static bool is_named(const char *option, size_t size, const char *name)
{
    return strlen(name) == size && memcmp(option, name, size) == 0;
}

/* Is this option, without its dashes, the argument? One letter may be its letter. */
static bool is_option(const struct control_arg *arg, const char *name, size_t size)
{
    if (arg->is_hidden || control_arg_is_word(arg) || arg->kind == CONTROL_ARG_NONE)
        return false;
    return is_named(name, size, arg->name) ||
           (size == 1 && arg->letter != 0 && arg->letter == name[0]);
}

/* Does some verb have an option of this name that takes a value? */
static bool takes_value(const char *name, size_t size)
{
    for (size_t i = 0; i < control_verb_count; i++)
        for (unsigned k = 0; k < CONTROL_ARGS_MAX; k++) {
            const struct control_arg *arg = &control_verbs[i].args[k];
            if (control_arg_has_value(arg) && is_option(arg, name, size))
                return true;
        }
    return false;
}

static const char *without_dashes(const char *word)
{
    return word + (word[1] == '-' ? 2 : 1);
}

/* --name, --name=value, --name value or -n value. */
static int take_option(struct parse *parse, const char *word)
{
    const char *name = without_dashes(word);
    size_t size = strcspn(name, "=");
    const char *value = name[size] == '=' ? name + size + 1 : NULL;
    bool is_socket = is_named(name, size, "socket");

    if (is_named(name, size, "json") && value == NULL) {
        parse->line->call.json = true;
        return CONTROL_EXIT_OK;
    }
    if (is_named(name, size, "help") && value == NULL) {
        parse->line->wants_help = true;
        return CONTROL_EXIT_OK;
    }
    if (is_socket || takes_value(name, size)) {
        if (value == NULL && parse->at == parse->end)
            return fail(parse, "%s wants a value", word);
        if (value == NULL)
            value = *parse->at++;
        if (is_socket) {
            parse->line->socket = value;
            return CONTROL_EXIT_OK;
        }
    }
    if (parse->option_count == OPTIONS_MAX)
        return fail(parse, "too many options%s", "");
    parse->options[parse->option_count] = word;
    parse->values[parse->option_count++] = value;
    return CONTROL_EXIT_OK;
}

static int take_word(struct parse *parse, const char *word)
{
    if (parse->word_count == CONTROL_WORDS_MAX)
        return fail(parse, "'%s' is one word too many", word);
    parse->words[parse->word_count++] = word;
    return CONTROL_EXIT_OK;
}

static int take_words(struct parse *parse)
{
    bool has_ended = false; /* behind "--" there are no options */
    int code = CONTROL_EXIT_OK;

    while (code == CONTROL_EXIT_OK && parse->at < parse->end) {
        const char *word = *parse->at++;
        if (has_ended || word[0] != '-' || word[1] == '\0')
            code = take_word(parse, word);
        else if (strcmp(word, "--") == 0)
            has_ended = true;
        else if (strcmp(word, "-h") == 0)
            parse->line->wants_help = true;
        else if (strcmp(word, "--version") == 0)
            code = take_word(parse, "version");
        else if (word[1] == '-' || takes_value(word + 1, strlen(word + 1)))
            code = take_option(parse, word);
        else
            code = fail(parse, "there is no option '%s'", word);
    }
    return code;
}

/* ---- arguments of the verb ---- */

/* "30" or "30s" */
static bool read_seconds(const char *text, uint32_t *ret_seconds)
{
    char number[16];
    size_t size = strlen(text);
    uint32_t value;

    if (size == 0 || size >= sizeof(number))
        return false;
    memcpy(number, text, size + 1);
    if (number[size - 1] == 's')
        number[size - 1] = '\0';
    if (!control_number_read(number, &value) || value == 0 || value > CONTROL_TIMEOUT_MAX_S)
        return false;
    *ret_seconds = value;
    return true;
}

static int bind_value(struct parse *parse, const struct control_arg *arg, const char *value)
{
    void *field = control_arg_field(&parse->line->call, arg);
    struct control_number *number = field;

    if (arg->kind == CONTROL_ARG_SECONDS) {
        if (read_seconds(value, field))
            return CONTROL_EXIT_OK;
        return fail(parse, "--timeout wants seconds from 1 to 3600, not '%s'", value);
    }
    if (arg->kind == CONTROL_ARG_TEXT || arg->kind == CONTROL_ARG_FILE) {
        *(const char **)field = value;
        return CONTROL_EXIT_OK;
    }
    number->is_given = true;
    if (control_number_read(value, &number->value))
        return CONTROL_EXIT_OK;
    fail(parse, "--%s", arg->name);
    return fail(parse, " wants a number, not '%s'", value);
}

static int bind_option(struct parse *parse, const struct control_verb *verb, size_t at)
{
    const char *name = without_dashes(parse->options[at]);
    size_t size = strcspn(name, "=");

    for (unsigned i = 0; i < CONTROL_ARGS_MAX; i++) {
        const struct control_arg *arg = &verb->args[i];
        if (!is_option(arg, name, size))
            continue;
        if (arg->kind == CONTROL_ARG_FLAG && parse->values[at] == NULL) {
            *(bool *)control_arg_field(&parse->line->call, arg) = true;
            return CONTROL_EXIT_OK;
        }
        if (control_arg_has_value(arg) && parse->values[at] != NULL)
            return bind_value(parse, arg, parse->values[at]);
    }
    fail(parse, "there is no option '%s' ", parse->options[at]);
    return fail(parse, "of '%s'", verb->words);
}

static int bind_words(struct parse *parse, const struct control_verb *verb, size_t used)
{
    for (unsigned i = 0; i < CONTROL_ARGS_MAX; i++) {
        const struct control_arg *arg = &verb->args[i];
        if (arg->is_hidden || !control_arg_is_word(arg))
            continue;
        if (arg->kind == CONTROL_ARG_REST) {
            *(struct control_words *)control_arg_field(&parse->line->call, arg) =
                (struct control_words){ parse->words + used, parse->word_count - used };
            used = parse->word_count;
        } else if (used < parse->word_count)
            *(const char **)control_arg_field(&parse->line->call, arg) = parse->words[used++];
        else if (control_arg_is_required(arg))
            return fail(parse, "%s is missing", arg->name);
    }
    if (used < parse->word_count)
        return fail(parse, "'%s' is one word too many", parse->words[used]);
    return CONTROL_EXIT_OK;
}

/* Other servers take the zone behind the verb for the whole server. */
static const struct control_verb *of_a_zone(const struct control_verb *verb)
{
    const char *zone_words[] = { "zone", verb->words };
    bool is_alias;
    size_t used;
    const struct control_verb *other = control_verb_find(zone_words, 2, &used, &is_alias);

    return other != NULL && !is_alias ? other : NULL;
}

static int find_verb(struct parse *parse, struct td_buf *hint, size_t *ret_used)
{
    bool is_alias;
    const struct control_verb *verb =
        control_verb_find(parse->words, parse->word_count, ret_used, &is_alias);
    const struct control_verb *other;

    if (parse->word_count == 0)
        return fail(parse, "a verb is missing%s", "");
    if (verb == NULL) {
        fail(parse, "there is no verb '%s", parse->words[0]);
        if (parse->word_count > 1)
            fail(parse, " %s", parse->words[1]);
        return fail(parse, "'%s", "");
    }
    if (parse->word_count == *ret_used + 1 && verb->args[0].kind != CONTROL_ARG_WORD &&
        verb->args[0].kind != CONTROL_ARG_OPTIONAL && (other = of_a_zone(verb)) != NULL) {
        verb = other;
        is_alias = true;
    }
    if (is_alias)
        td_buf_printf(hint, "'%s' is '%s' here", parse->words[0], verb->words);
    parse->line->call.verb = verb;
    return CONTROL_EXIT_OK;
}

int control_line_parse(int count, char *const *words, struct control_line *ret_line,
                       struct td_buf *complaint, struct td_buf *hint)
{
    struct parse parse = {
        .line = ret_line,
        .complaint = complaint,
        .at = words,
        .end = words + count,
        .words = ret_line->words,
    };
    const struct control_verb *verb;
    size_t used;

    *ret_line = (struct control_line){ .call = { .timeout_s = CONTROL_TIMEOUT_S } };
    td_arena_init(&ret_line->arena, 0);
    int code = take_words(&parse);
    if (code == CONTROL_EXIT_OK && ret_line->wants_help && parse.word_count == 0)
        return code;
    if (code == CONTROL_EXIT_OK)
        code = find_verb(&parse, hint, &used);
    if (code != CONTROL_EXIT_OK || ret_line->wants_help)
        return code;
    verb = ret_line->call.verb;
    for (size_t i = 0; code == CONTROL_EXIT_OK && i < parse.option_count; i++)
        code = bind_option(&parse, verb, i);
    if (code == CONTROL_EXIT_OK)
        code = bind_words(&parse, verb, used);
    if (code == CONTROL_EXIT_OK && verb->prepare != NULL)
        code = verb->prepare(&ret_line->call, &ret_line->arena, complaint);
    return code;
}

void control_line_fini(struct control_line *line)
{
    td_arena_fini(&line->arena);
}

/* ---- the whole ---- */

static const char *socket_of(const struct control_line *line)
{
    const char *told = getenv("TANDEM_SOCKET");

    if (line->socket != NULL)
        return line->socket;
    return told != NULL && *told != '\0' ? told : CONTROL_SOCKET_DEFAULT;
}

static void say_usage(const struct control_verb *verb, const struct td_buf *complaint)
{
    struct td_buf usage = { .data = NULL };

    if (verb != NULL)
        control_verb_usage(verb, &usage);
    else
        td_buf_add_text(&usage, "tandem [--socket PATH] [--json] VERB ...");
    fprintf(stderr, "tandem: %s\nusage: %s\n%s", td_buf_text(complaint), td_buf_text(&usage),
            verb == NULL ? "'tandem help' lists the verbs\n" : "");
    td_buf_fini(&usage);
}

int control_main(int count, char *const *words)
{
    struct control_line line;
    struct td_buf complaint = { .data = NULL }, hint = { .data = NULL }, help = { .data = NULL };

    int code = control_line_parse(count, words, &line, &complaint, &hint);
    line.call.socket = socket_of(&line);
    if (hint.size != 0)
        fprintf(stderr, "tandem: %s\n", hint.data);
    if (code == CONTROL_EXIT_USAGE) {
        say_usage(line.call.verb, &complaint);
    } else if (code != CONTROL_EXIT_OK) { /* a file that cannot be read, say */
        fprintf(stderr, "tandem: %s\n", td_buf_text(&complaint));
    } else if (line.wants_help) {
        control_help_print(line.call.verb, &help);
        fputs(td_buf_text(&help), stdout);
    } else if (line.call.verb->local != NULL) {
        code = line.call.verb->local(&line.call);
    } else {
        code = control_client_run(&line.call);
    }
    td_buf_fini(&complaint);
    td_buf_fini(&hint);
    td_buf_fini(&help);
    control_line_fini(&line);
    if ((fflush(stdout) != 0 || ferror(stdout)) && code == CONTROL_EXIT_OK)
        code = CONTROL_EXIT_FAILED;
    return code;
}
