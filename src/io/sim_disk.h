/*
 * io/sim_disk.h - the simulated disk: what programs see, and what a crash leaves. Private.
 *
 * Shape    Names and contents exist twice: as seen, and as durable. Changes of a file wait in the
 *          file until it is synced; changes of names wait in one journal, of which a crash leaves
 *          a beginning, so that a rename is whole or not at all.
 * Floor    1.
 * Threads  One.
 */
#pragma once

#include "io/sim_world.h"

/* A write that was not synced; or, with NULL octets, a change of size. */
struct sim_change {
    struct sim_change *next;
    uint64_t sequence;
    uint64_t offset; /* or the size */
    size_t size;
    uint8_t *octets;
};

struct sim_content {
    uint8_t *octets;
    uint64_t size;
    uint64_t capacity;
};

struct sim_inode {
    uint64_t number;
    uint32_t references; /* names, journal entries, open files */
    uint32_t uses;       /* names as seen, and open files: without any it takes no room */
    bool is_directory;
    struct sim_content seen;
    struct sim_content durable;
    struct sim_change *changes;
    struct sim_change **changes_last;
    const struct io_file *locker;
    uint64_t modified_ns;
};

struct sim_name {
    char *path;
    struct sim_inode *inode;
};

struct sim_names {
    struct sim_name *items;
    uint32_t count;
    uint32_t capacity;
};

/* `to` was given the inode (NULL: taken away), and `from`, if not NULL, taken away. */
struct sim_rename {
    char *from;
    char *to;
    struct sim_inode *inode;
};

struct sim_disk {
    struct io_sim *sim;
    struct io_sim_disk config;
    struct sim_names seen;
    struct sim_names durable;
    struct sim_rename *journal;
    uint32_t journal_count;
    uint32_t journal_capacity;
    uint64_t used; /* octets of all files, as seen */
    uint64_t inode_last;
    uint64_t sequence;
};

/* Of an inode; the sizes of all count against the capacity. */
TD_NODISCARD bool sim_content_write(struct sim_disk *disk, struct sim_inode *inode, uint64_t offset,
                                    const void *octets, size_t size);
TD_NODISCARD bool sim_content_truncate(struct sim_disk *disk, struct sim_inode *inode,
                                       uint64_t size);
/* Make durable, or lose, the changes numbered below `end`. */
void sim_content_sync(struct sim_inode *inode, uint64_t end, bool is_lost);

/* NULL: no such name. */
struct sim_inode *sim_disk_find(struct sim_disk *disk, const char *path);
struct sim_inode *sim_disk_create(struct sim_disk *disk, const char *path, bool is_directory);
/* Replace or, with NULL, remove a name; `from` goes away at the same time. */
void sim_disk_rename(struct sim_disk *disk, const char *from, const char *to,
                     struct sim_inode *inode);
/* Make durable the names of a directory, and what was done before. */
void sim_disk_sync_names(struct sim_disk *disk, const char *directory);

void sim_inode_use(struct sim_inode *inode);
void sim_inode_unuse(struct sim_disk *disk, struct sim_inode *inode);
void sim_inode_reference(struct sim_inode *inode);
void sim_inode_unreference(struct sim_disk *disk, struct sim_inode *inode);

/* A copy without "./", "//" and "/" at the end; to be freed. */
char *sim_path_clean(const char *path);
/* Is `path` directly in `directory`? Both clean. Returns the name in it, or NULL. */
const char *sim_path_in(const char *path, const char *directory);
/* The directory a clean path is in; to be freed. */
char *sim_path_parent(const char *path);
