/*
 * Goal    The API on a real Unix socket: who may, what is refused, how it ends.
 * Method  A listener with a daemon that is none; clients with sockets of their own.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/alloc.h"
#include "control/api.h"
#include "control/control.h"
#include "control/socket.h"
#include "unit/control/fake_host.h"

static char directory[] = "/tmp/tandem-control-XXXXXX";
static char path[64];

static void make_directory(void)
{
    snprintf(directory, sizeof(directory), "/tmp/tandem-control-XXXXXX");
    CHECK(mkdtemp(directory) != NULL);
    snprintf(path, sizeof(path), "%s/s", directory);
}

static void drop_directory(void)
{
    CHECK_EQ(rmdir(directory), 0); /* and so nothing is left in it */
}

static struct control *start(struct fake *fake, struct td_counters *counters)
{
    struct control_host host = fake_host(fake, counters);
    struct control *control;
    struct td_diag diag;

    if (control_new(path, &host, &control, &diag) != TD_OK)
        fail_msg("%s", diag.text);
    return control;
}

/* Everything that comes back until the other side closes; "" when it cannot be reached. */
static char *talk(int fd, const char *text, size_t size)
{
    struct td_buf answer = { .data = NULL };
    char piece[4096];

    for (size_t at = 0; at < size;) {
        ssize_t sent = send(fd, text + at, size - at, MSG_NOSIGNAL);
        if (sent <= 0)
            break;
        at += (size_t)sent;
    }
    for (ssize_t got; (got = recv(fd, piece, sizeof(piece), 0)) > 0;)
        td_buf_add(&answer, piece, (size_t)got);
    close(fd);
    td_buf_add_char(&answer, '\0');
    return answer.data;
}

static char *ask(const char *text)
{
    int fd;

    CHECK_EQ(control_socket_connect(path, &fd), 0);
    return talk(fd, text, strlen(text));
}

TEST(requests_are_answered)
{
    struct td_counters *counters = td_counters_new();
    struct fake fake = { .result = TD_OK };
    struct stat stat;

    make_directory();
    struct control *control = start(&fake, counters);
    CHECK_EQ(lstat(path, &stat), 0);
    CHECK(S_ISSOCK(stat.st_mode));
    CHECK_EQ(stat.st_mode & 0777, 0660);
    char *answer = ask("GET /v1/zones/a%2Fb HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    CHECK(strstr(answer, "HTTP/1.1 404 ") == answer);
    CHECK(strstr(answer, "no-such-zone") != NULL);
    CHECK_STR(fake.zone, "a/b");
    free(answer);
    answer = ask("POST /v1/zones/example.com/reload HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                 "Content-Length: 15\r\n\r\n{\"force\": true}");
    CHECK(strstr(answer, "HTTP/1.1 200 ") == answer);
    CHECK(strstr(answer, "Content-Type: application/json\r\n") != NULL);
    CHECK(fake.force);
    free(answer);
    /* One connection, two requests. */
    answer = ask("GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n"
                 "GET /v1/zones HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    CHECK(strstr(answer, "uptime_s") != NULL && strstr(answer, "a\\\\\\\"b.test.") != NULL);
    free(answer);
    control_free(control);
    td_counters_free(counters);
    drop_directory();
}

TEST(what_is_no_request_harms_nobody)
{
    static const char *const rows[] = {
        "",
        "\r\n",
        "\x16\x03\x01\x02",
        "GET\r\n\r\n",
        "GET /v1/status HTTP/9.9\r\n\r\n",
        "POST /v1/reload HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "POST /v1/reload HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n",
        "POST /v1/reload HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    };
    struct td_counters *counters = td_counters_new();
    struct fake fake = { .result = TD_OK };

    make_directory();
    struct control *control = start(&fake, counters);
    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        int fd;
        CHECK_EQ(control_socket_connect(path, &fd), 0);
        CHECK(send(fd, rows[i], strlen(rows[i]), MSG_NOSIGNAL) == (ssize_t)strlen(rows[i]));
        shutdown(fd, SHUT_WR);
        free(talk(fd, "", 0));
    }
    CHECK_EQ(fake.calls, 0);
    free(ask("GET /v1/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
    CHECK_EQ(fake.calls, 1);
    control_free(control);
    td_counters_free(counters);
    drop_directory();
}

TEST(a_body_has_a_limit)
{
    struct td_counters *counters = td_counters_new();
    struct fake fake = { .result = TD_OK };
    struct td_buf text = { .data = NULL };

    make_directory();
    struct control *control = start(&fake, counters);
    for (int excess = 0; excess <= 1; excess++) {
        size_t size = (size_t)CONTROL_BODY_SIZE_MAX + (size_t)excess;
        td_buf_clear(&text);
        td_buf_printf(&text,
                      "POST /v1/reload HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                      "Content-Length: %zu\r\n\r\n{",
                      size);
        for (size_t i = 2; i < size; i++)
            td_buf_add_char(&text, ' ');
        td_buf_add_char(&text, '}');
        char *answer = ask(text.data);
        CHECK(strstr(answer, excess ? "HTTP/1.1 413 " : "HTTP/1.1 200 ") == answer);
        free(answer);
        CHECK_EQ(fake.calls, 1);
    }
    td_buf_fini(&text);
    control_free(control);
    td_counters_free(counters);
    drop_directory();
}

TEST(a_dead_socket_is_removed_and_a_live_one_is_not)
{
    struct td_counters *counters = td_counters_new();
    struct fake fake = { .result = TD_OK };
    struct control_host host = fake_host(&fake, counters);
    struct control *control, *second;
    struct control_socket_file file;
    struct td_diag diag;
    int fd;

    make_directory();
    CHECK_OK(control_socket_listen(path, &fd, &file, &diag));
    close(fd); /* as a process does that is killed: the file stays */
    control = start(&fake, counters);
    CHECK_EQ(control_new(path, &host, &second, &diag), TD_E_EXISTS);
    CHECK(strstr(diag.text, path) != NULL && strstr(diag.text, "server.control") != NULL);
    char *answer = ask("GET /v1/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    CHECK(strstr(answer, "HTTP/1.1 200 ") == answer); /* the first is as it was */
    free(answer);
    control_free(control);
    CHECK_EQ(access(path, F_OK), -1);

    fd = open(path, O_CREAT | O_WRONLY, 0600);
    close(fd);
    CHECK_EQ(control_new(path, &host, &second, &diag), TD_E_EXISTS);
    CHECK(strstr(diag.text, "no socket") != NULL);
    CHECK_EQ(unlink(path), 0);
    td_counters_free(counters);
    drop_directory();
}

TEST(somebody_elses_socket_is_left_alone_at_the_end)
{
    struct td_counters *counters = td_counters_new();
    struct fake fake = { .result = TD_OK };
    struct control_socket_file file;
    struct td_diag diag;
    int fd;

    make_directory();
    struct control *control = start(&fake, counters);
    CHECK_EQ(unlink(path), 0);
    CHECK_OK(control_socket_listen(path, &fd, &file, &diag));
    control_free(control);
    CHECK_EQ(access(path, F_OK), 0);
    close(fd);
    unlink(path);
    td_counters_free(counters);
    drop_directory();
}

TEST(paths_that_cannot_be_are_told)
{
    char longest[256];
    static const struct {
        const char *path;
        td_err want;
        const char *word;
    } rows[] = {
        { "/nonexistent/tandem/s", TD_E_NOT_FOUND, "make it" },
        { NULL, TD_E_LIMIT, "too long" },
        { "/proc/self/s", TD_E_NOT_FOUND, "'/proc/self/s'" },
    };

    memset(longest, 'x', sizeof(longest));
    longest[0] = '/';
    longest[sizeof(longest) - 1] = '\0';
    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct control_socket_file file;
        struct td_diag diag = { .text = "" };
        int fd = -7;
        CHECK_EQ(
            control_socket_listen(rows[i].path == NULL ? longest : rows[i].path, &fd, &file, &diag),
            rows[i].want);
        CHECK(strstr(diag.text, rows[i].word) != NULL);
        CHECK_EQ(fd, -7);
    }
}

static struct td_addr loopback(uint16_t port)
{
    return (struct td_addr){ .octets = { 127, 0, 0, 1 }, .family = 4, .port = port };
}

static uint16_t free_port(void)
{
    struct sockaddr_in sockaddr = { .sin_family = AF_INET,
                                    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof(sockaddr);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    CHECK_EQ(bind(fd, (struct sockaddr *)&sockaddr, size), 0);
    CHECK_EQ(getsockname(fd, (struct sockaddr *)&sockaddr, &size), 0);
    close(fd);
    return ntohs(sockaddr.sin_port);
}

static char *ask_tcp(uint16_t port, const char *text)
{
    struct sockaddr_in sockaddr = { .sin_family = AF_INET,
                                    .sin_port = htons(port),
                                    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    if (connect(fd, (struct sockaddr *)&sockaddr, sizeof(sockaddr)) != 0) {
        close(fd);
        return NULL;
    }
    return talk(fd, text, strlen(text));
}

TEST(metrics_have_a_port_of_their_own)
{
    struct td_counters *counters = td_counters_new();
    struct fake fake = { .result = TD_OK };
    uint16_t first = free_port(), second = free_port();
    struct td_addr addr = loopback(first), other = loopback(second), nowhere = { .family = 0 };
    struct td_diag diag;

    make_directory();
    struct control *control = start(&fake, counters);
    CHECK_OK(control_metrics(control, &addr, &diag));
    CHECK_OK(control_metrics(control, &addr, &diag));
    char *answer = ask_tcp(first, "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    CHECK(strstr(answer, "HTTP/1.1 200 ") == answer);
    CHECK(strstr(answer, "text/plain; version=0.0.4") != NULL);
    CHECK(strstr(answer, "tandem_build_info") != NULL);
    free(answer);
    /* Nothing else is there. */
    answer = ask_tcp(first, "GET /v1/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    CHECK(strstr(answer, "HTTP/1.1 404 ") == answer);
    free(answer);
    answer = ask_tcp(first, "POST /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                            "Content-Length: 3\r\n\r\nabc");
    CHECK(strstr(answer, "HTTP/1.1 405 ") == answer);
    free(answer);
    /* A port in use leaves things as they are. */
    int taken = -1;
    CHECK_OK(control_socket_listen_tcp(&other, &taken, &diag));
    CHECK_EQ(control_metrics(control, &other, &diag), TD_E_EXISTS);
    CHECK(strstr(diag.text, "server.metrics") != NULL);
    close(taken);
    answer = ask_tcp(first, "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    CHECK(answer != NULL);
    free(answer);
    CHECK_OK(control_metrics(control, &other, &diag));
    CHECK(ask_tcp(first, "") == NULL);
    CHECK_OK(control_metrics(control, &nowhere, &diag));
    CHECK(ask_tcp(second, "") == NULL);
    control_free(control);
    td_counters_free(counters);
    drop_directory();
}

static void *ask_often(void *context)
{
    (void)context;
    for (int i = 0; i < 20; i++)
        free(ask("GET /v1/zones HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
    return NULL;
}

TEST(many_ask_at_once)
{
    enum { CLIENTS = 8 };
    struct td_counters *counters = td_counters_new();
    struct fake fake = { .result = TD_OK };
    pthread_t threads[CLIENTS];

    make_directory();
    struct control *control = start(&fake, counters);
    for (int i = 0; i < CLIENTS; i++)
        CHECK_EQ(pthread_create(&threads[i], NULL, ask_often, NULL), 0);
    for (int i = 0; i < CLIENTS; i++)
        pthread_join(threads[i], NULL);
    CHECK_EQ(fake.calls, CLIENTS * 20);
    control_free(control);
    td_counters_free(counters);
    drop_directory();
}

TEST(the_end_does_not_wait_for_idle_clients)
{
    struct td_counters *counters = td_counters_new();
    struct fake fake = { .result = TD_OK };
    int fds[4];

    make_directory();
    struct control *control = start(&fake, counters);
    for (size_t i = 0; i < TD_COUNT(fds); i++)
        CHECK_EQ(control_socket_connect(path, &fds[i]), 0);
    CHECK(send(fds[0], "GET /v1", 7, MSG_NOSIGNAL) == 7);
    free(ask("GET /v1/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
    control_free(control); /* the time limit of the test is the check */
    for (size_t i = 0; i < TD_COUNT(fds); i++)
        close(fds[i]);
    td_counters_free(counters);
    drop_directory();
}

TEST(the_peer_is_known)
{
    int fds[2];
    char user[CONTROL_USER_SIZE];

    CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    control_socket_peer(fds[0], user);
    if (getuid() == 0)
        CHECK_STR(user, "root");
    CHECK(user[0] != '\0');
    close(fds[0]);
    close(fds[1]);
    CHECK_STR(control_socket_peer(-1, user), "an unknown user");
}

TESTS(requests_are_answered, what_is_no_request_harms_nobody, a_body_has_a_limit,
      a_dead_socket_is_removed_and_a_live_one_is_not,
      somebody_elses_socket_is_left_alone_at_the_end, paths_that_cannot_be_are_told,
      metrics_have_a_port_of_their_own, many_ask_at_once, the_end_does_not_wait_for_idle_clients,
      the_peer_is_known)
