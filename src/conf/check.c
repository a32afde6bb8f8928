#include "conf/check.h"

#include "io/file.h"

static uint32_t place_check(struct io *io, const char *path, bool want_directory, const char *file,
                            uint32_t line, uint32_t column, const struct td_diag_sink *sink)
{
    struct td_diag diag = { .text = "" };
    struct io_file_stat stat;
    td_err err = io_path_stat(io, path, &stat, &diag);

    if (err == TD_OK && stat.is_directory == want_directory)
        return 0;
    if (err == TD_OK)
        td_diag_report(sink, file, line, column, TD_SEVERITY_WARNING, "%s: expected a %s", path,
                       want_directory ? "directory" : "file, not a directory");
    else
        td_diag_report(sink, file, line, column, TD_SEVERITY_WARNING, "%s: %s", path,
                       diag.text[0] != '\0' ? diag.text : td_err_text(err));
    return 1;
}

uint32_t conf_check_files(const struct conf *conf, struct io *io, const struct td_diag_sink *sink)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < conf->zone_count; i++) {
        if (conf->zones[i].options->from.count != 0)
            continue; /* it comes from elsewhere */
        count += place_check(io, conf->zones[i].file, false, conf->path, conf->zones[i].line,
                             conf->zones[i].column, sink);
    }
    for (uint32_t i = 0; i < conf->directory_count; i++)
        count += place_check(io, conf->directories[i].path, true, conf->path,
                             conf->directories[i].line, conf->directories[i].column, sink);
    return count;
}
