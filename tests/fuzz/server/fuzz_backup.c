/*
 * A zone backup as an operator hands it over. Its digest would keep the fuzzer out, so the last
 * line is made right. What is read can be written, and reads as the same history.
 */
#include <string.h>

#include "base/assert.h"
#include "server/backup.h"

enum { INPUT_SIZE_MAX = 1 << 16 };

static void there_and_back(const struct backup *backup)
{
    struct td_buf out = { .data = NULL };
    struct backup again;
    struct td_diag diag;

    backup_put_head(&out, backup);
    for (uint32_t i = 0; i < backup->change_count; i++)
        backup_put_change(&out, &backup->changes[i]);
    backup_put_end(&out);
    td_assert(backup_read((const char *)out.data, out.size, &again, &diag) == TD_OK);
    td_assert(again.serial == backup->serial && again.time_s == backup->time_s);
    td_assert(again.records == backup->records && again.change_count == backup->change_count);
    td_assert(again.apex.size == backup->apex.size &&
              memcmp(again.apex.octets, backup->apex.octets, again.apex.size) == 0);
    for (uint32_t i = 0; i < again.change_count; i++)
        td_assert(again.changes[i].serial_to == backup->changes[i].serial_to);
    td_arena_fini(&again.arena);
    td_buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct td_buf text = { .data = NULL };
    struct backup backup;
    struct td_diag diag;

    if (size > INPUT_SIZE_MAX)
        return 0;
    td_buf_add(&text, data, size);
    backup_put_end(&text);
    if (backup_read((const char *)text.data, text.size, &backup, &diag) == TD_OK) {
        there_and_back(&backup);
        td_arena_fini(&backup.arena);
    }
    td_buf_fini(&text);
    return 0;
}
