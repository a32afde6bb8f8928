#include "control/key.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { SECRET_TEXT_MAX = 4096 };

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static char *trim(char *text, size_t size)
{
    while (size > 0 && is_space(text[size - 1]))
        size--;
    text[size] = '\0';
    while (is_space(*text))
        text++;
    return text;
}

int control_key_prepare(struct control_call *call, struct td_arena *arena, struct td_buf *complaint)
{
    bool is_input = call->file != NULL && strcmp(call->file, "-") == 0;
    char reason[128];

    if (call->file == NULL)
        return CONTROL_EXIT_OK;
    if (call->secret != NULL) {
        td_buf_add_text(complaint, "--secret or --secret-file, not both");
        return CONTROL_EXIT_USAGE;
    }
    FILE *file = is_input ? stdin : fopen(call->file, "re");
    if (file == NULL) {
        td_buf_printf(complaint, "'%s': %s", call->file, strerror_r(errno, reason, sizeof(reason)));
        return CONTROL_EXIT_FAILED;
    }
    char *text = td_arena_alloc(arena, SECRET_TEXT_MAX + 1);
    size_t size = fread(text, 1, SECRET_TEXT_MAX + 1, file);
    if (!is_input)
        fclose(file);
    if (size == 0 || size > SECRET_TEXT_MAX) {
        td_buf_printf(complaint, "'%s' has no secret: expected base64 and nothing else",
                      call->file);
        return CONTROL_EXIT_FAILED;
    }
    call->secret = trim(text, size);
    return CONTROL_EXIT_OK;
}
