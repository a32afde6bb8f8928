/*
 * Goal    files come from io; what a configuration names and is not there is a warning, no error.
 * Method  the real io and a folder in /tmp.
 */
#include "helper.h"

#include <sys/stat.h>
#include <unistd.h>

#include "conf/check.h"
#include "io/io.h"

static void write_text(const char *directory, const char *name, const char *text)
{
    char path[128];

    snprintf(path, sizeof(path), "%s/%s", directory, name);
    FILE *file = fopen(path, "w");
    CHECK(file != NULL);
    fputs(text, file);
    fclose(file);
}

TEST(what_is_not_there_is_a_warning)
{
    char directory[] = "/tmp/test_conf_XXXXXX";
    char path[128];
    struct conf *conf = NULL;
    struct io *io = NULL;

    CHECK(mkdtemp(directory) != NULL);
    CHECK_OK(io_real_new("test", &io, NULL));
    struct conf_reader io_reader = conf_reader_of(io);
    write_text(directory, "a.zone", "");
    write_text(directory, "key", "AAAA\n");
    write_text(directory, "t.yaml",
               "keys: [{name: k, algorithm: hmac-sha256, secret-file: key}]\n"
               "zones:\n"
               "  - {name: a, file: a.zone}\n"
               "  - {name: b, file: none.zone}\n"
               "  - {name: c, file: .}\n"
               "  - {directory: .}\n"
               "  - {directory: none}\n"
               "  - {directory: a.zone}\n");
    snprintf(path, sizeof(path), "%s/t.yaml", directory);

    said[0] = '\0';
    CHECK_OK(conf_load(path, &io_reader, &sink, &conf));
    CHECK_STR(said, "");
    CHECK_EQ(conf->keys[0].secret.size, 3);
    CHECK_EQ(conf_check_files(conf, io, &sink), 4);
    CHECK(strstr(said, "/t.yaml:4:5: warning: ") != NULL && strstr(said, "none.zone") != NULL);
    CHECK(strstr(said, "/t.yaml:5:5: warning: ") != NULL &&
          strstr(said, "expected a file") != NULL);
    CHECK(strstr(said, "/t.yaml:7:5: warning: ") != NULL);
    CHECK(strstr(said, "/t.yaml:8:5: warning: ") != NULL &&
          strstr(said, "expected a directory") != NULL);
    conf_free(conf);

    said[0] = '\0';
    CHECK_EQ(conf_load(directory, &io_reader, &sink, &conf), TD_E_IO);
    CHECK(strstr(said, directory) != NULL);
    snprintf(path, sizeof(path), "%s/none.yaml", directory);
    CHECK_EQ(conf_load(path, &io_reader, &sink, &conf), TD_E_NOT_FOUND);

    static const char *const names[] = { "a.zone", "key", "t.yaml" };
    for (size_t i = 0; i < TD_COUNT(names); i++) {
        snprintf(path, sizeof(path), "%s/%s", directory, names[i]);
        CHECK_EQ(unlink(path), 0);
    }
    CHECK_EQ(rmdir(directory), 0);
    io_real_free(io);
}

TESTS(what_is_not_there_is_a_warning)
