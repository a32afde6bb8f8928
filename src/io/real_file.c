#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "io/real.h"

enum { MODE_FILE = 0640, MODE_FILE_PRIVATE = 0600, MODE_DIRECTORY = 0750 };

struct real_file {
    struct io_file file;
    int fd;
};

static int fd_of(struct io_file *file)
{
    return td_container_of(file, struct real_file, file)->fd;
}

/* From errno. */
static td_err path_failed(struct td_diag *diag, const char *path)
{
    int number = errno;
    td_err err = io_errno_say(NULL, number, "");
    const char *reason = strerrordesc_np(number);
    return io_path_say(diag, err, path, reason != NULL ? reason : "unknown error");
}

td_err real_file_open(struct io *io, const char *path, unsigned mode, struct io_file **ret_file,
                      struct td_diag *diag)
{
    int flags = O_CLOEXEC | ((mode & IO_FILE_WRITE) != 0 ? O_RDWR : O_RDONLY);
    flags |= (mode & IO_FILE_CREATE) != 0 ? O_CREAT : 0;
    flags |= (mode & IO_FILE_EXCLUSIVE) != 0 ? O_EXCL : 0;
    flags |= (mode & IO_FILE_TRUNCATE) != 0 ? O_TRUNC : 0;

    int fd = open(path, flags, (mode & IO_FILE_PRIVATE) != 0 ? MODE_FILE_PRIVATE : MODE_FILE);
    if (fd < 0)
        return path_failed(diag, path);
    struct real_file *real = td_calloc(1, sizeof(*real));
    real->file.io = io;
    real->file.path = td_strdup(path);
    real->fd = fd;
    *ret_file = &real->file;
    return TD_OK;
}

void real_file_close(struct io_file *file)
{
    struct real_file *real = td_container_of(file, struct real_file, file);
    close(real->fd);
    free(real->file.path);
    free(real);
}

td_err real_file_read_at(struct io_file *file, uint64_t offset, void *buffer, size_t size,
                         size_t *ret_size, struct td_diag *diag)
{
    size_t at = 0;
    while (at < size) {
        ssize_t n = pread(fd_of(file), (uint8_t *)buffer + at, size - at, (off_t)(offset + at));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return path_failed(diag, file->path);
        if (n == 0)
            break;
        at += (size_t)n;
    }
    *ret_size = at;
    return TD_OK;
}

td_err real_file_write_at(struct io_file *file, uint64_t offset, const void *octets, size_t size,
                          struct td_diag *diag)
{
    for (size_t at = 0; at < size;) {
        ssize_t n =
            pwrite(fd_of(file), (const uint8_t *)octets + at, size - at, (off_t)(offset + at));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return path_failed(diag, file->path);
        at += (size_t)n;
    }
    return TD_OK;
}

td_err real_file_truncate(struct io_file *file, uint64_t size, struct td_diag *diag)
{
    return ftruncate(fd_of(file), (off_t)size) == 0 ? TD_OK : path_failed(diag, file->path);
}

td_err real_file_sync(struct fiber *fiber TD_UNUSED, struct io_file *file, struct td_diag *diag)
{
    return fdatasync(fd_of(file)) == 0 ? TD_OK : path_failed(diag, file->path);
}

static void stat_convert(const struct stat *from, struct io_file_stat *ret_stat)
{
    *ret_stat = (struct io_file_stat){
        .device = from->st_dev,
        .inode = from->st_ino,
        .size = (uint64_t)from->st_size,
        .modified_ns =
            (uint64_t)from->st_mtim.tv_sec * IO_NS_PER_S + (uint64_t)from->st_mtim.tv_nsec,
        .changed_ns =
            (uint64_t)from->st_ctim.tv_sec * IO_NS_PER_S + (uint64_t)from->st_ctim.tv_nsec,
        .is_directory = S_ISDIR(from->st_mode),
        .is_regular = S_ISREG(from->st_mode),
    };
}

td_err real_file_stat(struct io_file *file, struct io_file_stat *ret_stat, struct td_diag *diag)
{
    struct stat found;
    if (fstat(fd_of(file), &found) != 0)
        return path_failed(diag, file->path);
    stat_convert(&found, ret_stat);
    return TD_OK;
}

td_err real_path_stat(struct io *io TD_UNUSED, const char *path, struct io_file_stat *ret_stat,
                      struct td_diag *diag)
{
    struct stat found;
    if (stat(path, &found) != 0)
        return path_failed(diag, path);
    stat_convert(&found, ret_stat);
    return TD_OK;
}

td_err real_file_lock(struct io_file *file, struct td_diag *diag)
{
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    if (fcntl(fd_of(file), F_OFD_SETLK, &lock) == 0)
        return TD_OK;
    if (errno == EAGAIN || errno == EACCES)
        return io_path_say(diag, TD_E_EXISTS, file->path, "is locked by another process");
    return path_failed(diag, file->path);
}

td_err real_path_rename(struct io *io TD_UNUSED, const char *from, const char *to,
                        struct td_diag *diag)
{
    return rename(from, to) == 0 ? TD_OK : path_failed(diag, from);
}

td_err real_path_remove(struct io *io TD_UNUSED, const char *path, struct td_diag *diag)
{
    return remove(path) == 0 ? TD_OK : path_failed(diag, path);
}

td_err real_dir_make(struct io *io TD_UNUSED, const char *path, struct td_diag *diag)
{
    return mkdir(path, MODE_DIRECTORY) == 0 ? TD_OK : path_failed(diag, path);
}

td_err real_dir_sync(struct fiber *fiber TD_UNUSED, struct io *io TD_UNUSED, const char *path,
                     struct td_diag *diag)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return path_failed(diag, path);
    td_err err = fsync(fd) == 0 ? TD_OK : path_failed(diag, path);
    close(fd);
    return err;
}

static bool entry_is_directory(DIR *directory, const struct dirent *entry)
{
    if (entry->d_type != DT_UNKNOWN && entry->d_type != DT_LNK)
        return entry->d_type == DT_DIR;
    struct stat found;
    return fstatat(dirfd(directory), entry->d_name, &found, 0) == 0 && S_ISDIR(found.st_mode);
}

td_err real_dir_list(struct io *io TD_UNUSED, const char *path,
                     void (*visit)(void *context, const char *name, bool is_directory),
                     void *context, struct td_diag *diag)
{
    DIR *directory = opendir(path);
    if (directory == NULL)
        return path_failed(diag, path);
    td_err err = TD_OK;
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(directory);
        if (entry == NULL)
            break;
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            visit(context, entry->d_name, entry_is_directory(directory, entry));
    }
    if (errno != 0)
        err = path_failed(diag, path);
    closedir(directory);
    return err;
}
