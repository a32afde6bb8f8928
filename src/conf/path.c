#include "conf/load.h"

#include <string.h>

const char *conf_path_join(struct conf_load *load, const char *path)
{
    size_t directory_size = path[0] == '/' ? 0 : strlen(load->directory);

    while (path[0] == '.' && path[1] == '/') {
        path++;
        while (path[0] == '/')
            path++;
    }

    size_t path_size = strlen(path);
    while (path_size > 1 && path[path_size - 1] == '/')
        path_size--; /* a directory is the same with and without */
    char *joined = td_arena_alloc(load->arena, directory_size + path_size + 1);
    memcpy(joined, load->directory, directory_size);
    memcpy(joined + directory_size, path, path_size);
    joined[directory_size + path_size] = '\0';
    return joined;
}
