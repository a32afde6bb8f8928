/*
 * Goal    files do what file.h says; each named error is reached.
 * Method  a temporary directory.
 */
#include <unistd.h>

#include "io/file.h"
#include "unit/io/world.h"

static char directory[] = "/tmp/tandem-file-XXXXXX";
static char path_text[4][200];

static const char *path(int slot, const char *name)
{
    (void)snprintf(path_text[slot], sizeof(path_text[slot]), "%s/%s", directory, name);
    return path_text[slot];
}

static struct io *io;

static void start(void)
{
    CHECK_OK(io_real_new("file", &io, NULL));
}

static void finish(void)
{
    io_real_free(io);
}

TEST(a_file_is_written_and_read)
{
    start();
    assert_non_null(mkdtemp(directory));
    struct td_diag diag = { .line = 0 };
    struct io_file *file;
    char buffer[16];
    size_t size;
    CHECK_EQ(io_file_open(io, path(0, "a"), IO_FILE_READ, &file, &diag), TD_E_NOT_FOUND);
    CHECK_STR(diag.file, path(0, "a"));
    CHECK_OK(io_file_open(io, path(0, "a"), IO_FILE_WRITE | IO_FILE_CREATE, &file, &diag));
    CHECK_STR(io_file_path(file), path(0, "a"));
    CHECK_OK(io_file_write_at(file, 0, "hello", 5, &diag));
    CHECK_OK(io_file_append(file, " world", 6, &diag));
    CHECK_OK(io_file_write_at(file, 4, "0", 1, &diag));
    CHECK_OK(io_file_read_at(file, 3, buffer, sizeof(buffer), &size, &diag));
    CHECK_BYTES(buffer, size, "l0 world", 8);
    CHECK_OK(io_file_read_at(file, 100, buffer, sizeof(buffer), &size, &diag));
    CHECK_EQ(size, 0);
    CHECK_OK(io_file_preallocate(file, 200000, &diag));
    struct io_file_stat stat, other;
    CHECK_OK(io_file_stat(file, &stat, &diag));
    CHECK_EQ(stat.size, 200000);
    CHECK(stat.is_regular && !stat.is_directory && stat.modified_ns > 0 && stat.changed_ns > 0);
    CHECK_OK(io_file_truncate(file, 2, &diag));
    CHECK_OK(io_file_sync(NULL, file, &diag));
    CHECK_OK(io_path_stat(io, path(0, "a"), &other, &diag));
    CHECK_EQ(other.size, 2);
    CHECK_EQ(other.inode, stat.inode);
    CHECK_EQ(other.device, stat.device);
    io_file_close(file);
    CHECK_EQ(io_file_open(io, path(0, "a"), IO_FILE_WRITE | IO_FILE_CREATE | IO_FILE_EXCLUSIVE,
                          &file, &diag),
             TD_E_EXISTS);
    CHECK_OK(io_file_open(io, path(0, "a"), IO_FILE_WRITE | IO_FILE_TRUNCATE, &file, NULL));
    CHECK_OK(io_file_stat(file, &stat, NULL));
    CHECK_EQ(stat.size, 0);
    io_file_close(file);
    finish();
}

TEST(a_lock_keeps_others_out)
{
    start();
    struct td_diag diag = { .line = 0 };
    struct io_file *first, *second;
    CHECK_OK(io_file_open(io, path(0, "lock"), IO_FILE_WRITE | IO_FILE_CREATE, &first, &diag));
    CHECK_OK(io_file_open(io, path(0, "lock"), IO_FILE_WRITE, &second, &diag));
    CHECK_OK(io_file_lock(first, &diag));
    CHECK_EQ(io_file_lock(second, &diag), TD_E_EXISTS);
    CHECK(strstr(diag.text, "locked") != NULL);
    io_file_close(first);
    CHECK_OK(io_file_lock(second, &diag));
    io_file_close(second);
    finish();
}

static bool collect(void *context, const char *name, bool is_directory)
{
    char *names = context;
    strncat(names, name, 20);
    strncat(names, is_directory ? "/ " : " ", 3);
    return strcmp(name, "stop") != 0;
}

TEST(directories_are_made_and_listed)
{
    start();
    struct td_diag diag = { .line = 0 };
    char names[200] = "";
    CHECK_OK(io_dir_make(io, path(0, "x/y/z"), &diag));
    CHECK_OK(io_dir_make(io, path(0, "x/y/z"), &diag));
    CHECK_OK(io_path_replace(NULL, io, path(0, "x/b"), "1", 1, 0, &diag));
    CHECK_EQ(io_dir_make(io, path(0, "x/b"), &diag), TD_E_EXISTS);
    CHECK_EQ(io_dir_make(io, path(0, "x/b/c"), &diag), TD_E_EXISTS);
    CHECK_OK(io_path_replace(NULL, io, path(0, "x/zz"), "1", 1, 0, &diag));
    CHECK_OK(io_path_replace(NULL, io, path(0, "x/stop"), "1", 1, IO_FILE_PRIVATE, &diag));
    CHECK_OK(io_dir_list(io, path(0, "x"), collect, names, &diag));
    CHECK_STR(names, "b stop ");
    CHECK_OK(io_path_rename(io, path(0, "x/stop"), path(1, "x/go"), &diag));
    CHECK_OK(io_dir_sync(NULL, io, path(0, "x"), &diag));
    names[0] = '\0';
    CHECK_OK(io_dir_list(io, path(0, "x"), collect, names, &diag));
    CHECK_STR(names, "b go y/ zz ");
    CHECK_EQ(io_dir_list(io, path(0, "no"), collect, names, &diag), TD_E_NOT_FOUND);
    CHECK_EQ(io_path_remove(io, path(0, "no"), &diag), TD_E_NOT_FOUND);
    CHECK_EQ(io_path_rename(io, path(0, "no"), path(1, "no2"), &diag), TD_E_NOT_FOUND);
    CHECK_EQ(io_dir_sync(NULL, io, path(0, "no"), &diag), TD_E_NOT_FOUND);
    finish();
}

TEST(whole_files)
{
    start();
    struct td_diag diag = { .line = 0 };
    char *octets;
    size_t size;
    CHECK_OK(io_path_replace(NULL, io, path(0, "w"), "one\0two", 7, 0, &diag));
    CHECK_OK(io_path_read(io, path(0, "w"), 100, &octets, &size, &diag));
    CHECK_BYTES(octets, size, "one\0two", 7);
    CHECK_EQ(octets[7], 0);
    free(octets);
    CHECK_EQ(io_path_read(io, path(0, "w"), 6, &octets, &size, &diag), TD_E_LIMIT);
    CHECK_EQ(io_path_read(io, path(0, "nothing"), 6, &octets, &size, &diag), TD_E_NOT_FOUND);
    CHECK_EQ(io_path_read(io, path(0, "x"), 6, &octets, &size, &diag), TD_E_IO);
    CHECK_OK(io_path_replace(NULL, io, path(0, "w"), "", 0, 0, &diag));
    CHECK_OK(io_path_read(io, path(0, "w"), 6, &octets, &size, &diag));
    CHECK_EQ(size, 0);
    free(octets);

    /* A disk that is full. */
    struct io_file *file;
    CHECK_OK(io_file_open(io, "/dev/full", IO_FILE_WRITE, &file, &diag));
    CHECK_EQ(io_file_write_at(file, 0, "x", 1, &diag), TD_E_LIMIT);
    io_file_close(file);

    CHECK_OK(io_path_remove(io, path(0, "w"), &diag));
    (void)snprintf(path_text[0], sizeof(path_text[0]), "rm -r %s", directory);
    assert_int_equal(system(path_text[0]), 0);
    finish();
}

TESTS(a_file_is_written_and_read, a_lock_keeps_others_out, directories_are_made_and_listed,
      whole_files)
