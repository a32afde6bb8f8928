#include "store/zonefile_write.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "store/digest.h"
#include "text/print.h"
#include "wire/rrtype.h"

enum { BLOCK_SIZE = 256 * 1024 };

struct output {
    struct fiber *fiber;
    struct io_file *file;
    uint64_t offset;
    struct td_buf text;
    struct store_digest digest;
    struct td_diag *diag;
    td_err err;
};

static void flush(struct output *output)
{
    if (output->err == TD_OK && output->text.size != 0)
        output->err = io_file_write_at(output->file, output->offset, output->text.data,
                                       output->text.size, output->diag);
    store_digest_add(&output->digest, output->text.data, output->text.size);
    output->offset += output->text.size;
    td_buf_clear(&output->text);
    if (output->err == TD_OK && output->fiber != NULL)
        output->err = io_fiber_yield(output->fiber);
}

static void put_set(struct output *output, const struct wire_name *owner,
                    const struct wire_rrset *set)
{
    for (size_t at = 0; at < set->size;) {
        struct wire_rdata rdata = wire_rrset_rdata(set, &at);
        text_print_record(&output->text, owner->octets, set->ttl, set->type, rdata.octets,
                          rdata.size);
        td_buf_add_char(&output->text, '\n');
        if (output->text.size >= BLOCK_SIZE)
            flush(output);
    }
}

static void put_node(struct output *output, const struct zone_version *version,
                     const struct zone_node *node)
{
    const struct wire_rrset *set = zone_node_sets(version, node);
    bool is_apex = node == zone_version_apex(version);
    struct wire_name owner;

    zone_node_name(version, node, &owner);
    if (is_apex)
        put_set(output, &owner, zone_node_set(version, node, WIRE_TYPE_SOA));
    for (unsigned i = 0; i < node->set_count; i++, set = wire_rrset_next(set))
        if (!is_apex || set->type != WIRE_TYPE_SOA)
            put_set(output, &owner, set);
}

static void put_order(struct output *output, const struct zone_version *version,
                      enum zone_order order)
{
    struct zone_walk walk;

    for (const struct zone_node *node = zone_walk_first(&walk, version, order);
         node != NULL && output->err == TD_OK; node = zone_walk_next(&walk))
        put_node(output, version, node);
}

static td_err write_all(struct output *output, const struct zone_version *version,
                        struct store_zone_file *ret_file)
{
    store_digest_init(&output->digest);
    td_buf_printf(&output->text, "; written by tandem, serial %u\n", version->serial);
    put_order(output, version, ZONE_ORDER_NAMES);
    put_order(output, version, ZONE_ORDER_NSEC3);
    flush(output);
    if (output->err == TD_OK)
        output->err = io_file_sync(output->fiber, output->file, output->diag);
    td_buf_fini(&output->text);
    ret_file->digest = store_digest_get(&output->digest);
    ret_file->serial = version->serial;
    return output->err;
}

static td_err put_in_place(struct fiber *fiber, struct io *io, const char *temporary,
                           const char *path, struct store_zone_file *file, struct td_diag *diag)
{
    char *directory = io_path_directory(path);

    td_err err = io_path_rename(io, temporary, path, diag);
    if (err == TD_OK)
        err = io_dir_sync(fiber, io, directory, diag);
    if (err == TD_OK)
        err = io_path_stat(io, path, &file->stat, diag);
    free(directory);
    return err;
}

td_err store_zonefile_write(struct fiber *fiber, struct io *io, const char *path,
                            const struct zone_version *version, struct store_zone_file *ret_file,
                            struct td_diag *diag)
{
    struct output output = { .fiber = fiber, .diag = diag };
    struct store_zone_file file = *ret_file;
    size_t size = strlen(path) + sizeof(".tmp");
    char *temporary = td_malloc(size);

    snprintf(temporary, size, "%s.tmp", path);
    td_err err = io_file_open(io, temporary, IO_FILE_WRITE | IO_FILE_CREATE | IO_FILE_TRUNCATE,
                              &output.file, diag);
    if (err == TD_OK) {
        err = write_all(&output, version, &file);
        io_file_close(output.file);
        if (err == TD_OK)
            err = put_in_place(fiber, io, temporary, path, &file, diag);
        if (err == TD_OK)
            *ret_file = file;
        else
            (void)!io_path_remove(io, temporary, NULL);
    }
    free(temporary);
    return err;
}
