#include "io/sim_disk.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"

enum { SECTOR_SIZE = 512 };

/* -- contents --------------------------------------------------------------------------------- */

static void content_resize(struct sim_content *content, uint64_t size)
{
    if (size > content->capacity) {
        content->capacity = size > content->capacity * 2 ? size : content->capacity * 2;
        content->octets = td_realloc(content->octets, (size_t)content->capacity);
    }
    if (size > content->size)
        memset(content->octets + content->size, 0, (size_t)(size - content->size));
    content->size = size;
}

static void content_put(struct sim_content *content, uint64_t offset, const uint8_t *octets,
                        size_t size)
{
    if (size == 0)
        return;
    if (offset + size > content->size)
        content_resize(content, offset + size);
    memcpy(content->octets + offset, octets, size);
}

static void change_apply(struct sim_content *content, const struct sim_change *change, size_t size)
{
    if (change->octets != NULL)
        content_put(content, change->offset, change->octets, size);
    else
        content_resize(content, change->offset);
}

static void change_free(struct sim_change *change)
{
    free(change->octets);
    free(change);
}

static void change_add(struct sim_disk *disk, struct sim_inode *inode, uint64_t offset,
                       const void *octets, size_t size)
{
    struct sim_change *change = td_calloc(1, sizeof(*change));
    change->sequence = disk->sequence++;
    change->offset = offset;
    change->size = size;
    change->octets = octets != NULL ? td_memdup(octets, size) : NULL;
    *inode->changes_last = change;
    inode->changes_last = &change->next;
    inode->modified_ns = disk->sim->now_ns;
}

static bool disk_reserve(struct sim_disk *disk, const struct sim_inode *inode, uint64_t size)
{
    uint64_t used = disk->used - inode->seen.size + size;
    if (disk->config.capacity != 0 && used > disk->config.capacity && used > disk->used)
        return false;
    disk->used = used;
    return true;
}

bool sim_content_write(struct sim_disk *disk, struct sim_inode *inode, uint64_t offset,
                       const void *octets, size_t size)
{
    if (size == 0)
        return true;
    uint64_t end = offset + size;
    if (end > inode->seen.size && !disk_reserve(disk, inode, end))
        return false;
    content_put(&inode->seen, offset, octets, size);
    change_add(disk, inode, offset, octets, size);
    return true;
}

bool sim_content_truncate(struct sim_disk *disk, struct sim_inode *inode, uint64_t size)
{
    if (!disk_reserve(disk, inode, size))
        return false;
    content_resize(&inode->seen, size);
    change_add(disk, inode, size, NULL, 0);
    return true;
}

void sim_content_sync(struct sim_inode *inode, uint64_t end, bool is_lost)
{
    while (inode->changes != NULL && inode->changes->sequence < end) {
        struct sim_change *change = inode->changes;
        inode->changes = change->next;
        if (!is_lost)
            change_apply(&inode->durable, change, change->size);
        change_free(change);
    }
    if (inode->changes == NULL)
        inode->changes_last = &inode->changes;
}

/* -- inodes ----------------------------------------------------------------------------------- */

static struct sim_inode *inode_new(struct sim_disk *disk, bool is_directory)
{
    struct sim_inode *inode = td_calloc(1, sizeof(*inode));
    inode->number = ++disk->inode_last;
    inode->is_directory = is_directory;
    inode->changes_last = &inode->changes;
    inode->modified_ns = disk->sim->now_ns;
    return inode;
}

void sim_inode_use(struct sim_inode *inode)
{
    inode->uses++;
}

/* Of what is gone the journal may still have an entry: it is needed after a crash only. */
void sim_inode_unuse(struct sim_disk *disk, struct sim_inode *inode)
{
    if (--inode->uses > 0)
        return;
    disk->used -= inode->seen.size;
    inode->seen.size = 0;
}

void sim_inode_reference(struct sim_inode *inode)
{
    inode->references++;
}

void sim_inode_unreference(struct sim_disk *disk, struct sim_inode *inode)
{
    if (--inode->references > 0)
        return;
    disk->used -= inode->seen.size;
    sim_content_sync(inode, UINT64_MAX, true);
    free(inode->seen.octets);
    free(inode->durable.octets);
    free(inode);
}

/* -- names ------------------------------------------------------------------------------------- */

static struct sim_name *names_find(struct sim_names *names, const char *path)
{
    for (uint32_t i = 0; i < names->count; i++)
        if (strcmp(names->items[i].path, path) == 0)
            return &names->items[i];
    return NULL;
}

static void names_remove(struct sim_disk *disk, struct sim_names *names, const char *path)
{
    struct sim_name *name = names_find(names, path);
    if (name == NULL)
        return;
    if (names == &disk->seen)
        sim_inode_unuse(disk, name->inode);
    sim_inode_unreference(disk, name->inode);
    free(name->path);
    *name = names->items[--names->count];
}

static void names_set(struct sim_disk *disk, struct sim_names *names, const char *path,
                      struct sim_inode *inode)
{
    sim_inode_reference(inode);
    if (names == &disk->seen)
        sim_inode_use(inode);
    names_remove(disk, names, path);
    td_grow(names->items, names->count, names->capacity);
    names->items[names->count++] = (struct sim_name){ .path = td_strdup(path), .inode = inode };
}

static void names_apply(struct sim_disk *disk, struct sim_names *names,
                        const struct sim_rename *rename)
{
    if (rename->inode != NULL)
        names_set(disk, names, rename->to, rename->inode);
    else
        names_remove(disk, names, rename->to);
    if (rename->from != NULL)
        names_remove(disk, names, rename->from);
}

static void names_fini(struct sim_disk *disk, struct sim_names *names)
{
    while (names->count > 0)
        names_remove(disk, names, names->items[0].path);
    free(names->items);
    *names = (struct sim_names){ .count = 0 };
}

struct sim_inode *sim_disk_find(struct sim_disk *disk, const char *path)
{
    const struct sim_name *name = names_find(&disk->seen, path);
    return name != NULL ? name->inode : NULL;
}

void sim_disk_rename(struct sim_disk *disk, const char *from, const char *to,
                     struct sim_inode *inode)
{
    td_grow(disk->journal, disk->journal_count, disk->journal_capacity);
    struct sim_rename *rename = &disk->journal[disk->journal_count++];
    *rename = (struct sim_rename){ .from = from != NULL ? td_strdup(from) : NULL,
                                   .to = td_strdup(to),
                                   .inode = inode };
    if (inode != NULL)
        sim_inode_reference(inode);
    names_apply(disk, &disk->seen, rename);
}

struct sim_inode *sim_disk_create(struct sim_disk *disk, const char *path, bool is_directory)
{
    struct sim_inode *inode = inode_new(disk, is_directory);
    sim_disk_rename(disk, NULL, path, inode);
    return inode;
}

/* Take the first `count` off the journal, into the durable names. */
static void journal_commit(struct sim_disk *disk, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        names_apply(disk, &disk->durable, &disk->journal[i]);
}

static void journal_drop(struct sim_disk *disk, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct sim_rename *rename = &disk->journal[i];
        if (rename->inode != NULL)
            sim_inode_unreference(disk, rename->inode);
        free(rename->from);
        free(rename->to);
    }
    disk->journal_count -= count;
    if (disk->journal_count > 0)
        memmove(disk->journal, disk->journal + count, disk->journal_count * sizeof(*disk->journal));
}

void sim_disk_sync_names(struct sim_disk *disk, const char *directory)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < disk->journal_count; i++) {
        const struct sim_rename *rename = &disk->journal[i];
        if (sim_path_in(rename->to, directory) != NULL ||
            (rename->from != NULL && sim_path_in(rename->from, directory) != NULL))
            count = i + 1;
    }
    journal_commit(disk, count);
    journal_drop(disk, count);
}

/* -- life, and its end
 * ----------------------------------------------------------------------------- */

struct sim_disk *sim_disk_new(struct io_sim *sim)
{
    static const char *const roots[] = { "/", ".", "/tmp" };
    struct sim_disk *disk = td_calloc(1, sizeof(*disk));
    disk->sim = sim;
    for (size_t i = 0; i < TD_COUNT(roots); i++)
        (void)sim_disk_create(disk, roots[i], true);
    journal_commit(disk, disk->journal_count);
    journal_drop(disk, disk->journal_count);
    return disk;
}

void sim_disk_free(struct sim_disk *disk)
{
    journal_drop(disk, disk->journal_count);
    free(disk->journal);
    names_fini(disk, &disk->seen);
    names_fini(disk, &disk->durable);
    free(disk);
}

void sim_disk_configure(struct sim_disk *disk, const struct io_sim_disk *config)
{
    disk->config = *config;
}

/* A write that was torn: its beginning is there, or some of its sectors, wherever they are. */
static void change_apply_torn(struct sim_random *random, struct sim_content *content,
                              const struct sim_change *change)
{
    if (sim_chance(random, IO_SIM_PPM / 2)) {
        change_apply(content, change, (size_t)sim_random_below(random, change->size + 1));
        return;
    }
    for (size_t at = 0; at < change->size;) {
        size_t size = SECTOR_SIZE - (size_t)((change->offset + at) % SECTOR_SIZE);
        if (size > change->size - at)
            size = change->size - at;
        if (sim_chance(random, IO_SIM_PPM / 2))
            content_put(content, change->offset + at, change->octets + at, size);
        at += size;
    }
}

/* Each unsynced change is there by chance, and perhaps in part only. */
static void inode_crash(struct sim_disk *disk, struct sim_inode *inode)
{
    struct sim_random *random = &disk->sim->random;
    for (struct sim_change *change = inode->changes; change != NULL; change = change->next) {
        if (!sim_chance(random, disk->config.keep_ppm))
            continue;
        if (change->octets != NULL && sim_chance(random, disk->config.tear_ppm))
            change_apply_torn(random, &inode->durable, change);
        else
            change_apply(&inode->durable, change, change->size);
    }
    sim_content_sync(inode, UINT64_MAX, true);
    inode->locker = NULL;
    disk->used -= inode->seen.size;
    content_resize(&inode->seen, 0);
    content_put(&inode->seen, 0, inode->durable.octets, (size_t)inode->durable.size);
    disk->used += inode->seen.size;
}

void sim_disk_crash(struct sim_disk *disk)
{
    uint32_t kept = 0;
    while (kept < disk->journal_count && sim_chance(&disk->sim->random, disk->config.keep_ppm))
        kept++;
    journal_commit(disk, kept);
    journal_drop(disk, disk->journal_count);
    const struct sim_names *durable = &disk->durable;
    for (uint32_t i = 0; i < durable->count; i++) {
        inode_crash(disk, durable->items[i].inode);
        sim_inode_use(durable->items[i].inode); /* while it has no name */
    }
    names_fini(disk, &disk->seen);
    for (uint32_t i = 0; i < durable->count; i++) {
        names_set(disk, &disk->seen, durable->items[i].path, durable->items[i].inode);
        sim_inode_unuse(disk, durable->items[i].inode);
    }
}
