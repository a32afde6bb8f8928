#include <stdlib.h>

#include "conf/conf.h"
#include "io/file.h"

static td_err io_read(void *context, const char *path, size_t size_max, char **ret_octets,
                      size_t *ret_size, struct td_diag *diag)
{
    return io_path_read(context, path, size_max, ret_octets, ret_size, diag);
}

struct conf_reader conf_reader_of(struct io *io)
{
    return (struct conf_reader){
        .read = io_read,
        .context = io,
        .credentials = getenv("CREDENTIALS_DIRECTORY"),
    };
}
