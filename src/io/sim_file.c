#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "io/sim_disk.h"

struct sim_file {
    struct io_file file;
    struct sim_inode *inode;
    bool is_writable;
};

static struct sim_file *file_of(struct io_file *file)
{
    return td_container_of(file, struct sim_file, file);
}

static struct sim_disk *disk_of(struct io *io)
{
    return sim_of(io)->host->disk;
}

static td_err crashed(struct td_diag *diag, const char *path)
{
    return io_path_say(diag, TD_E_IO, path, "this host has crashed");
}

static td_err not_found(struct td_diag *diag, const char *path)
{
    return io_path_say(diag, TD_E_NOT_FOUND, path, "No such file or directory");
}

/* A fault by chance. */
static bool fails(struct io *io, uint32_t ppm, const char *what)
{
    if (!sim_chance(&sim_of(io)->sim->random, ppm))
        return false;
    sim_note(sim_of(io)->sim, sim_of(io)->host, what, 0, 0);
    return true;
}

/* -- paths ------------------------------------------------------------------------------------ */

char *sim_path_clean(const char *path)
{
    char *clean = td_malloc(strlen(path) + 2);
    size_t size = 0;
    for (const char *at = path; *at != '\0'; at++) {
        bool is_start = at == path || at[-1] == '/';
        if (is_start && at[0] == '.' && (at[1] == '/' || at[1] == '\0'))
            continue;
        if (at[0] == '/' && (size > 0 ? clean[size - 1] == '/' : at != path))
            continue;
        clean[size++] = *at;
    }
    while (size > 1 && clean[size - 1] == '/')
        size--;
    if (size == 0)
        clean[size++] = '.';
    clean[size] = '\0';
    return clean;
}

char *sim_path_parent(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        return td_strdup(".");
    size_t size = slash == path ? 1 : (size_t)(slash - path);
    char *parent = td_malloc(size + 1);
    memcpy(parent, path, size);
    parent[size] = '\0';
    return parent;
}

const char *sim_path_in(const char *path, const char *directory)
{
    if (strcmp(path, directory) == 0)
        return NULL;
    TD_CLEANUP(td_free_cleanup) char *parent = sim_path_parent(path);
    if (strcmp(parent, directory) != 0)
        return NULL;
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static bool parent_is_there(struct sim_disk *disk, const char *path)
{
    TD_CLEANUP(td_free_cleanup) char *parent = sim_path_parent(path);
    const struct sim_inode *inode = sim_disk_find(disk, parent);
    return inode != NULL && inode->is_directory;
}

/* -- files ------------------------------------------------------------------------------------ */

static td_err inode_open(struct io *io, const char *path, unsigned mode,
                         struct sim_inode **ret_inode, struct td_diag *diag)
{
    struct sim_disk *disk = disk_of(io);
    TD_CLEANUP(td_free_cleanup) char *clean = sim_path_clean(path);
    struct sim_inode *inode = sim_disk_find(disk, clean);
    if (inode == NULL) {
        if ((mode & IO_FILE_CREATE) == 0 || !parent_is_there(disk, clean))
            return not_found(diag, path);
        inode = sim_disk_create(disk, clean, false);
    } else if ((mode & IO_FILE_EXCLUSIVE) != 0) {
        return io_path_say(diag, TD_E_EXISTS, path, "File exists");
    } else if (inode->is_directory && (mode & IO_FILE_WRITE) != 0) {
        return io_path_say(diag, TD_E_IO, path, "Is a directory");
    }
    if ((mode & IO_FILE_TRUNCATE) != 0 && !sim_content_truncate(disk, inode, 0))
        return io_path_say(diag, TD_E_LIMIT, path, "No space left on device");
    *ret_inode = inode;
    return TD_OK;
}

td_err sim_file_open(struct io *io, const char *path, unsigned mode, struct io_file **ret_file,
                     struct td_diag *diag)
{
    if (sim_of(io)->is_dead)
        return crashed(diag, path);
    struct sim_inode *inode = NULL;
    td_err err = inode_open(io, path, mode, &inode, diag);
    if (err != TD_OK)
        return err;
    struct sim_file *sim = td_calloc(1, sizeof(*sim));
    sim->file.io = io;
    sim->file.path = td_strdup(path);
    sim->inode = inode;
    sim->is_writable = (mode & IO_FILE_WRITE) != 0;
    sim_inode_reference(inode);
    sim_inode_use(inode);
    *ret_file = &sim->file;
    return TD_OK;
}

void sim_file_close(struct io_file *file)
{
    struct sim_file *sim = file_of(file);
    if (sim->inode->locker == file)
        sim->inode->locker = NULL;
    sim_inode_unuse(disk_of(file->io), sim->inode);
    sim_inode_unreference(disk_of(file->io), sim->inode);
    free(file->path);
    free(sim);
}

td_err sim_file_read_at(struct io_file *file, uint64_t offset, void *buffer, size_t size,
                        size_t *ret_size, struct td_diag *diag)
{
    const struct sim_content *seen = &file_of(file)->inode->seen;
    if (sim_of(file->io)->is_dead)
        return crashed(diag, file->path);
    if (fails(file->io, disk_of(file->io)->config.read_fail_ppm, "read fails"))
        return io_path_say(diag, TD_E_IO, file->path, "Input/output error");
    uint64_t left = offset < seen->size ? seen->size - offset : 0;
    size_t n = size < left ? size : (size_t)left;
    if (n > 0)
        memcpy(buffer, seen->octets + offset, n);
    *ret_size = n;
    return TD_OK;
}

static td_err file_may_write(struct io_file *file, struct td_diag *diag)
{
    if (sim_of(file->io)->is_dead)
        return crashed(diag, file->path);
    if (!file_of(file)->is_writable)
        return io_path_say(diag, TD_E_IO, file->path, "Bad file descriptor");
    if (fails(file->io, disk_of(file->io)->config.write_fail_ppm, "write fails"))
        return io_path_say(diag, TD_E_IO, file->path, "Input/output error");
    return TD_OK;
}

td_err sim_file_write_at(struct io_file *file, uint64_t offset, const void *octets, size_t size,
                         struct td_diag *diag)
{
    td_err err = file_may_write(file, diag);
    if (err != TD_OK)
        return err;
    if (!sim_content_write(disk_of(file->io), file_of(file)->inode, offset, octets, size))
        return io_path_say(diag, TD_E_LIMIT, file->path, "No space left on device");
    return TD_OK;
}

td_err sim_file_truncate(struct io_file *file, uint64_t size, struct td_diag *diag)
{
    td_err err = file_may_write(file, diag);
    if (err != TD_OK)
        return err;
    if (!sim_content_truncate(disk_of(file->io), file_of(file)->inode, size))
        return io_path_say(diag, TD_E_LIMIT, file->path, "No space left on device");
    return TD_OK;
}

static void fill_stat(const struct io *io, const struct sim_inode *inode,
                      struct io_file_stat *ret_stat)
{
    const struct sim_io *sim_io = td_container_of((struct io *)(uintptr_t)io, struct sim_io, io);
    uint64_t wall_ns = sim_io->sim->options.wall_start_s * IO_NS_PER_S + inode->modified_ns;
    *ret_stat = (struct io_file_stat){
        .device = sim_io->host->index + 1,
        .inode = inode->number,
        .size = inode->seen.size,
        .modified_ns = wall_ns,
        .changed_ns = wall_ns,
        .is_directory = inode->is_directory,
        .is_regular = !inode->is_directory,
    };
}

td_err sim_file_stat(struct io_file *file, struct io_file_stat *ret_stat, struct td_diag *diag)
{
    if (sim_of(file->io)->is_dead)
        return crashed(diag, file->path);
    fill_stat(file->io, file_of(file)->inode, ret_stat);
    return TD_OK;
}

td_err sim_path_stat(struct io *io, const char *path, struct io_file_stat *ret_stat,
                     struct td_diag *diag)
{
    if (sim_of(io)->is_dead)
        return crashed(diag, path);
    TD_CLEANUP(td_free_cleanup) char *clean = sim_path_clean(path);
    const struct sim_inode *inode = sim_disk_find(disk_of(io), clean);
    if (inode == NULL)
        return not_found(diag, path);
    fill_stat(io, inode, ret_stat);
    return TD_OK;
}

td_err sim_file_lock(struct io_file *file, struct td_diag *diag)
{
    struct sim_inode *inode = file_of(file)->inode;
    if (sim_of(file->io)->is_dead)
        return crashed(diag, file->path);
    if (inode->locker != NULL && inode->locker != file)
        return io_path_say(diag, TD_E_EXISTS, file->path, "is locked by another process");
    inode->locker = file;
    return TD_OK;
}

/* -- syncing takes time -------------------------------------------------------------------------
 */

struct sync_wait {
    struct io_timer timer;
    struct io_condition condition;
    bool is_over;
};

static void sync_over(struct io_timer *timer TD_UNUSED, void *context)
{
    struct sync_wait *wait = context;
    wait->is_over = true;
    io_condition_broadcast(&wait->condition);
}

static void sync_tell(struct io *io, bool is_over)
{
    const struct io_sim *sim = sim_of(io)->sim;

    if (sim->sync_watcher != NULL)
        sim->sync_watcher(sim->sync_context, sim_of(io)->host, is_over);
}

/* A cancelled fiber waits, too: no system call can be taken back. */
static void sync_wait(struct fiber *fiber, struct io *io)
{
    const struct io_sim_disk *config = &disk_of(io)->config;
    uint64_t takes_ns =
        config->sync_ns + sim_random_below(&sim_of(io)->sim->random, config->sync_jitter_ns + 1);
    if (fiber == NULL || takes_ns == 0)
        return;
    struct sync_wait wait = { .is_over = false };
    io_timer_init(&wait.timer, sync_over, &wait);
    io_timer_start(io, &wait.timer, io->now_ns + takes_ns);
    io_fiber_wait_deaf(fiber, &wait.condition, &wait.is_over);
}

td_err sim_file_sync(struct fiber *fiber, struct io_file *file, struct td_diag *diag)
{
    struct sim_disk *disk = disk_of(file->io);
    if (sim_of(file->io)->is_dead)
        return crashed(diag, file->path);
    uint64_t end = disk->sequence;
    sync_tell(file->io, false);
    sync_wait(fiber, file->io);
    if (sim_of(file->io)->is_dead)
        return crashed(diag, file->path);
    bool is_lost = fails(file->io, disk->config.sync_fail_ppm, "sync fails");
    sim_note(sim_of(file->io)->sim, sim_of(file->io)->host, "sync", file_of(file)->inode->number,
             end);
    sim_content_sync(file_of(file)->inode, end, is_lost);
    sync_tell(file->io, true);
    return is_lost ? io_path_say(diag, TD_E_IO, file->path, "Input/output error") : TD_OK;
}

/* -- names --------------------------------------------------------------------------------------
 */

td_err sim_path_rename(struct io *io, const char *from, const char *to, struct td_diag *diag)
{
    struct sim_disk *disk = disk_of(io);
    if (sim_of(io)->is_dead)
        return crashed(diag, from);
    TD_CLEANUP(td_free_cleanup) char *clean_from = sim_path_clean(from);
    TD_CLEANUP(td_free_cleanup) char *clean_to = sim_path_clean(to);
    struct sim_inode *inode = sim_disk_find(disk, clean_from);
    if (inode == NULL || !parent_is_there(disk, clean_to))
        return not_found(diag, from);
    if (inode->is_directory)
        return io_path_say(diag, TD_E_UNSUPPORTED, from, "renaming directories is not simulated");
    if (strcmp(clean_from, clean_to) != 0)
        sim_disk_rename(disk, clean_from, clean_to, inode);
    return TD_OK;
}

static bool directory_is_empty(const struct sim_disk *disk, const char *path)
{
    for (uint32_t i = 0; i < disk->seen.count; i++)
        if (sim_path_in(disk->seen.items[i].path, path) != NULL)
            return false;
    return true;
}

td_err sim_path_remove(struct io *io, const char *path, struct td_diag *diag)
{
    struct sim_disk *disk = disk_of(io);
    if (sim_of(io)->is_dead)
        return crashed(diag, path);
    TD_CLEANUP(td_free_cleanup) char *clean = sim_path_clean(path);
    const struct sim_inode *inode = sim_disk_find(disk, clean);
    if (inode == NULL)
        return not_found(diag, path);
    if (inode->is_directory && !directory_is_empty(disk, clean))
        return io_path_say(diag, TD_E_EXISTS, path, "Directory not empty");
    sim_disk_rename(disk, NULL, clean, NULL);
    return TD_OK;
}

td_err sim_dir_make(struct io *io, const char *path, struct td_diag *diag)
{
    struct sim_disk *disk = disk_of(io);
    if (sim_of(io)->is_dead)
        return crashed(diag, path);
    TD_CLEANUP(td_free_cleanup) char *clean = sim_path_clean(path);
    if (sim_disk_find(disk, clean) != NULL)
        return io_path_say(diag, TD_E_EXISTS, path, "File exists");
    if (!parent_is_there(disk, clean))
        return not_found(diag, path);
    (void)sim_disk_create(disk, clean, true);
    return TD_OK;
}

td_err sim_dir_sync(struct fiber *fiber, struct io *io, const char *path, struct td_diag *diag)
{
    if (sim_of(io)->is_dead)
        return crashed(diag, path);
    TD_CLEANUP(td_free_cleanup) char *clean = sim_path_clean(path);
    const struct sim_inode *inode = sim_disk_find(disk_of(io), clean);
    if (inode == NULL || !inode->is_directory)
        return not_found(diag, path);
    sync_tell(io, false);
    sync_wait(fiber, io);
    if (sim_of(io)->is_dead)
        return crashed(diag, path);
    if (fails(io, disk_of(io)->config.sync_fail_ppm, "directory sync fails"))
        return io_path_say(diag, TD_E_IO, path, "Input/output error");
    sim_disk_sync_names(disk_of(io), clean);
    sync_tell(io, true);
    return TD_OK;
}

td_err sim_dir_list(struct io *io, const char *path,
                    void (*visit)(void *context, const char *name, bool is_directory),
                    void *context, struct td_diag *diag)
{
    struct sim_disk *disk = disk_of(io);
    if (sim_of(io)->is_dead)
        return crashed(diag, path);
    TD_CLEANUP(td_free_cleanup) char *clean = sim_path_clean(path);
    const struct sim_inode *inode = sim_disk_find(disk, clean);
    if (inode == NULL || !inode->is_directory)
        return not_found(diag, path);
    for (uint32_t i = 0; i < disk->seen.count; i++) {
        const char *name = sim_path_in(disk->seen.items[i].path, clean);
        if (name != NULL)
            visit(context, name, disk->seen.items[i].inode->is_directory);
    }
    return TD_OK;
}
