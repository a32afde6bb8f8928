/*
 * io/file.h - durable files.
 *
 * Shape    A file is an object; offsets and sizes in octets. What was written is durable after
 *          io_file_sync; what was created, renamed or removed, after io_dir_sync of its directory.
 * Floor    1.
 * Threads  Real: the calls block, so they are for keepers and for starting up, never for a worker
 *          that answers; any thread, a file by one at a time. Sim: an in-memory disk per host,
 *          which after a crash has what was synced, perhaps some of the rest, perhaps torn. The
 *          sync calls take simulated time: given a fiber they suspend it; with NULL they do not.
 * Errors   TD_E_NOT_FOUND  no such file or directory
 *          TD_E_EXISTS     there is one, or the lock is taken
 *          TD_E_REFUSED    not permitted
 *          TD_E_LIMIT      the disk or quota is full
 *          TD_E_IO         anything else
 *          The diagnostic, which may be NULL, has the file and the reason.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/err.h"
#include "io/fiber.h"
#include "io/io.h"

enum io_file_mode {
    IO_FILE_READ = 0,      /* it must exist */
    IO_FILE_WRITE = 1,     /* read and write */
    IO_FILE_CREATE = 2,    /* with WRITE: make it if it is not there */
    IO_FILE_EXCLUSIVE = 4, /* with CREATE: TD_E_EXISTS if it is there */
    IO_FILE_TRUNCATE = 8,  /* with WRITE: empty it */
    IO_FILE_PRIVATE = 16,  /* with CREATE: mode 0600 instead of 0640 */
};

struct io_file;

struct io_file_stat {
    uint64_t device;
    uint64_t inode;
    uint64_t size;
    uint64_t modified_ns; /* wall clock: mtime */
    uint64_t changed_ns;  /* ctime */
    bool is_directory;
    bool is_regular;
};

/* `mode` is a sum of enum io_file_mode. */
TD_NODISCARD td_err io_file_open(struct io *io, const char *path, unsigned mode,
                                 struct io_file **ret_file, struct td_diag *diag);
void io_file_close(struct io_file *file);
/* For TD_CLEANUP. */
void io_file_cleanup(struct io_file **file);
const char *io_file_path(const struct io_file *file);

/* Fewer octets than asked for only at the end of the file; *ret_size 0 there. */
TD_NODISCARD td_err io_file_read_at(struct io_file *file, uint64_t offset, void *buffer,
                                    size_t size, size_t *ret_size, struct td_diag *diag);
/* All or an error; then some may have been written. */
TD_NODISCARD td_err io_file_write_at(struct io_file *file, uint64_t offset, const void *octets,
                                     size_t size, struct td_diag *diag);
/* At the end. */
TD_NODISCARD td_err io_file_append(struct io_file *file, const void *octets, size_t size,
                                   struct td_diag *diag);
/* Zeros from the present end up to `size`, really written, so that later writes below it change no
 * metadata. */
TD_NODISCARD td_err io_file_preallocate(struct io_file *file, uint64_t size, struct td_diag *diag);
TD_NODISCARD td_err io_file_truncate(struct io_file *file, uint64_t size, struct td_diag *diag);

/* fdatasync. After an error what the file holds on disk is unknown: do not sync it again. */
TD_NODISCARD td_err io_file_sync(struct fiber *fiber, struct io_file *file, struct td_diag *diag);

TD_NODISCARD td_err io_file_stat(struct io_file *file, struct io_file_stat *ret_stat,
                                 struct td_diag *diag);
TD_NODISCARD td_err io_path_stat(struct io *io, const char *path, struct io_file_stat *ret_stat,
                                 struct td_diag *diag);

/* Exclusive, until closed or the process ends. TD_E_EXISTS: another process (or file object) has
 * it. */
TD_NODISCARD td_err io_file_lock(struct io_file *file, struct td_diag *diag);

/*
 * The whole file, ended by a 0 octet that *ret_size does not count; freed with free().
 * TD_E_LIMIT also: larger than size_max.
 */
TD_NODISCARD td_err io_path_read(struct io *io, const char *path, size_t size_max,
                                 char **ret_octets, size_t *ret_size, struct td_diag *diag);
/*
 * Replace `path` as one step: PATH.tmp is written, synced and renamed over it, and the directory
 * synced.
 */
TD_NODISCARD td_err io_path_replace(struct fiber *fiber, struct io *io, const char *path,
                                    const void *octets, size_t size, unsigned mode,
                                    struct td_diag *diag);

/* The directory that a path's last name stands in; freed with free(). */
char *io_path_directory(const char *path);

/* Replaces what `to` was. */
TD_NODISCARD td_err io_path_rename(struct io *io, const char *from, const char *to,
                                   struct td_diag *diag);
TD_NODISCARD td_err io_path_remove(struct io *io, const char *path, struct td_diag *diag);

/* Make a directory and those above it (0750). No error if it is there. */
TD_NODISCARD td_err io_dir_make(struct io *io, const char *path, struct td_diag *diag);
TD_NODISCARD td_err io_dir_sync(struct fiber *fiber, struct io *io, const char *path,
                                struct td_diag *diag);

/* The names in a directory, sorted by octets, without "." and "..". `visit` returns false to stop.
 */
TD_NODISCARD td_err io_dir_list(struct io *io, const char *path,
                                bool (*visit)(void *context, const char *name, bool is_directory),
                                void *context, struct td_diag *diag);
