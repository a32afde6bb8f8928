#include "io/file.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "io/ops.h"

enum { ZERO_BLOCK_SIZE = 64 * 1024 };

td_err io_file_open(struct io *io, const char *path, unsigned mode, struct io_file **ret_file,
                    struct td_diag *diag)
{
    td_assert((mode & IO_FILE_WRITE) != 0 ||
              (mode & (IO_FILE_CREATE | IO_FILE_EXCLUSIVE | IO_FILE_TRUNCATE)) == 0);
    return io->ops->file_open(io, path, mode, ret_file, diag);
}

void io_file_close(struct io_file *file)
{
    if (file != NULL)
        file->io->ops->file_close(file);
}

void io_file_cleanup(struct io_file **file)
{
    io_file_close(*file);
}

const char *io_file_path(const struct io_file *file)
{
    return file->path;
}

td_err io_file_read_at(struct io_file *file, uint64_t offset, void *buffer, size_t size,
                       size_t *ret_size, struct td_diag *diag)
{
    return file->io->ops->file_read_at(file, offset, buffer, size, ret_size, diag);
}

td_err io_file_write_at(struct io_file *file, uint64_t offset, const void *octets, size_t size,
                        struct td_diag *diag)
{
    return file->io->ops->file_write_at(file, offset, octets, size, diag);
}

td_err io_file_append(struct io_file *file, const void *octets, size_t size, struct td_diag *diag)
{
    struct io_file_stat stat;
    td_err err = io_file_stat(file, &stat, diag);
    if (err != TD_OK)
        return err;
    return io_file_write_at(file, stat.size, octets, size, diag);
}

/* Really written, not only reserved: measured, a later fdatasync then costs less. */
td_err io_file_preallocate(struct io_file *file, uint64_t size, struct td_diag *diag)
{
    static const uint8_t zeros[ZERO_BLOCK_SIZE];
    struct io_file_stat stat;
    td_err err = io_file_stat(file, &stat, diag);
    for (uint64_t at = stat.size; err == TD_OK && at < size;) {
        uint64_t n = size - at < sizeof(zeros) ? size - at : sizeof(zeros);
        err = io_file_write_at(file, at, zeros, (size_t)n, diag);
        at += n;
    }
    return err;
}

td_err io_file_truncate(struct io_file *file, uint64_t size, struct td_diag *diag)
{
    return file->io->ops->file_truncate(file, size, diag);
}

td_err io_file_sync(struct fiber *fiber, struct io_file *file, struct td_diag *diag)
{
    return file->io->ops->file_sync(fiber, file, diag);
}

td_err io_file_stat(struct io_file *file, struct io_file_stat *ret_stat, struct td_diag *diag)
{
    return file->io->ops->file_stat(file, ret_stat, diag);
}

td_err io_file_lock(struct io_file *file, struct td_diag *diag)
{
    return file->io->ops->file_lock(file, diag);
}

td_err io_path_stat(struct io *io, const char *path, struct io_file_stat *ret_stat,
                    struct td_diag *diag)
{
    return io->ops->path_stat(io, path, ret_stat, diag);
}

/* -- whole files ---------------------------------------------------------------------------- */

static td_err file_read_whole(struct io_file *file, size_t size_max, char **ret_octets,
                              size_t *ret_size, struct td_diag *diag)
{
    struct io_file_stat stat;
    td_err err = io_file_stat(file, &stat, diag);
    if (err != TD_OK)
        return err;
    if (stat.is_directory)
        return io_path_say(diag, TD_E_IO, file->path, "is a directory");
    if (stat.size > size_max)
        return io_path_say(diag, TD_E_LIMIT, file->path, "is too large");

    size_t size = 0;
    char *octets = td_malloc((size_t)stat.size + 1);
    err = io_file_read_at(file, 0, octets, (size_t)stat.size, &size, diag);
    if (err != TD_OK) {
        free(octets);
        return err;
    }
    octets[size] = '\0';
    *ret_octets = octets;
    *ret_size = size;
    return TD_OK;
}

td_err io_path_read(struct io *io, const char *path, size_t size_max, char **ret_octets,
                    size_t *ret_size, struct td_diag *diag)
{
    TD_CLEANUP(io_file_cleanup) struct io_file *file = NULL;
    td_err err = io_file_open(io, path, IO_FILE_READ, &file, diag);
    if (err != TD_OK)
        return err;
    return file_read_whole(file, size_max, ret_octets, ret_size, diag);
}

static td_err path_write_new(struct fiber *fiber, struct io *io, const char *path,
                             const void *octets, size_t size, unsigned mode, struct td_diag *diag)
{
    TD_CLEANUP(io_file_cleanup) struct io_file *file = NULL;
    mode = (mode & IO_FILE_PRIVATE) | IO_FILE_WRITE | IO_FILE_CREATE | IO_FILE_TRUNCATE;
    td_err err = io_file_open(io, path, mode, &file, diag);
    if (err == TD_OK)
        err = io_file_write_at(file, 0, octets, size, diag);
    if (err == TD_OK)
        err = io_file_sync(fiber, file, diag);
    return err;
}

char *io_path_directory(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        return td_strdup(".");
    size_t size = slash == path ? 1 : (size_t)(slash - path);
    char *directory = td_malloc(size + 1);
    memcpy(directory, path, size);
    directory[size] = '\0';
    return directory;
}

td_err io_path_replace(struct fiber *fiber, struct io *io, const char *path, const void *octets,
                       size_t size, unsigned mode, struct td_diag *diag)
{
    static const char suffix[] = ".tmp";
    size_t path_size = strlen(path);
    TD_CLEANUP(td_free_cleanup) char *temporary = td_malloc(path_size + sizeof(suffix));
    TD_CLEANUP(td_free_cleanup) char *directory = io_path_directory(path);
    memcpy(temporary, path, path_size);
    memcpy(temporary + path_size, suffix, sizeof(suffix));

    td_err err = path_write_new(fiber, io, temporary, octets, size, mode, diag);
    if (err == TD_OK)
        err = io_path_rename(io, temporary, path, diag);
    if (err != TD_OK) {
        td_err ignored TD_UNUSED = io_path_remove(io, temporary, NULL);
        return err;
    }
    return io_dir_sync(fiber, io, directory, diag);
}

td_err io_path_rename(struct io *io, const char *from, const char *to, struct td_diag *diag)
{
    return io->ops->path_rename(io, from, to, diag);
}

td_err io_path_remove(struct io *io, const char *path, struct td_diag *diag)
{
    return io->ops->path_remove(io, path, diag);
}

td_err io_path_say(struct td_diag *diag, td_err err, const char *path, const char *reason)
{
    if (diag != NULL)
        td_diag_say_at(diag, path, 0, 0, TD_SEVERITY_ERROR, "%s", reason);
    return err;
}

/* -- directories ------------------------------------------------------------------------------ */

static td_err dir_make_one(struct io *io, const char *path, struct td_diag *diag)
{
    td_err err = io->ops->dir_make(io, path, diag);
    if (err != TD_E_EXISTS)
        return err;
    struct io_file_stat stat;
    err = io_path_stat(io, path, &stat, diag);
    if (err == TD_OK && !stat.is_directory)
        err = io_path_say(diag, TD_E_EXISTS, path, "is there, and not a directory");
    return err;
}

td_err io_dir_make(struct io *io, const char *path, struct td_diag *diag)
{
    TD_CLEANUP(td_free_cleanup) char *partial = td_strdup(path);
    for (char *at = partial; *at != '\0'; at++) {
        if (*at != '/' || at == partial)
            continue;
        *at = '\0';
        td_err err = dir_make_one(io, partial, diag);
        *at = '/';
        if (err != TD_OK)
            return err;
    }
    return dir_make_one(io, partial, diag);
}

td_err io_dir_sync(struct fiber *fiber, struct io *io, const char *path, struct td_diag *diag)
{
    return io->ops->dir_sync(fiber, io, path, diag);
}

struct name {
    char *text;
    bool is_directory;
};

struct names {
    struct name *items;
    size_t count;
    size_t capacity;
};

static void names_add(void *context, const char *text, bool is_directory)
{
    struct names *names = context;
    td_grow(names->items, names->count, names->capacity);
    names->items[names->count++] =
        (struct name){ .text = td_strdup(text), .is_directory = is_directory };
}

static int name_compare(const void *a, const void *b)
{
    return strcmp(((const struct name *)a)->text, ((const struct name *)b)->text);
}

td_err io_dir_list(struct io *io, const char *path,
                   bool (*visit)(void *context, const char *name, bool is_directory), void *context,
                   struct td_diag *diag)
{
    struct names names = { .count = 0 };
    td_err err = io->ops->dir_list(io, path, names_add, &names, diag);
    if (names.count > 1)
        qsort(names.items, names.count, sizeof(*names.items), name_compare);
    bool go_on = err == TD_OK;
    for (size_t i = 0; i < names.count; i++) {
        go_on = go_on && visit(context, names.items[i].text, names.items[i].is_directory);
        free(names.items[i].text);
    }
    free(names.items);
    return err;
}
