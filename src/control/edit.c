/*
 * What is edited is a copy. It is read by the reader of zone files, which knows where an error is,
 * and compared here with what it was, so that the daemon gets what changed and not the zone.
 */
#include "control/edit.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/macros.h"
#include "control/client.h"
#include "control/record.h"
#include "control/show.h"
#include "io/io.h"
#include "store/zonefile.h"
#include "text/print.h"
#include "wire/rrtype.h"
#include "zone/check.h"
#include "zone/compare.h"
#include "zone/lineage.h"

enum { EDITOR_WORDS_MAX = 16, REASON_SIZE = 128, LINE_SIZE = 1200, ANSWER_SIZE = 16 };

/* ---- asking the daemon ---- */

static struct control_call call_of(const struct control_call *from, const char *second)
{
    const char *words[] = { "zone", second };
    struct control_call call = *from;
    bool is_alias;
    size_t used;

    call.verb = control_verb_find(words, 2, &used, &is_alias);
    return call;
}

/* Ask for it, and tell what is wrong. *ret_answer is the caller's, when it is good. */
static int ask(const struct control_call *call, json_t **ret_answer)
{
    json_t *answer;

    int code = control_client_ask(call, &answer);
    if (code != CONTROL_EXIT_OK)
        return code;
    code = control_client_complain(answer);
    if (code == CONTROL_EXIT_OK)
        *ret_answer = answer;
    else
        json_decref(answer);
    return code;
}

static int no_file(const char *path)
{
    char reason[REASON_SIZE];

    fprintf(stderr, "tandem: '%s': %s\n", path, strerror_r(errno, reason, sizeof(reason)));
    return CONTROL_EXIT_FAILED;
}

static int write_text(FILE *file, const char *path, const char *head, const char *text)
{
    bool is_good = file != NULL && fputs(head, file) >= 0 && fputs(text, file) >= 0;

    if (file != NULL && fclose(file) != 0)
        is_good = false;
    return is_good ? CONTROL_EXIT_OK : no_file(path);
}

/* ---- zone at ---- */

int control_zone_at(const struct control_call *call)
{
    json_t *answer;

    if (call->file == NULL)
        return control_client_run(call);
    int code = ask(call, &answer);
    if (code != CONTROL_EXIT_OK)
        return code;
    const char *text = json_string_value(json_object_get(answer, "text"));
    code = write_text(fopen(call->file, "we"), call->file, "", text == NULL ? "" : text);
    json_decref(answer);
    return code;
}

/* ---- the editor ---- */

struct session {
    const struct control_call *call;
    struct io *io;
    struct td_hash_seed seed;
    struct wire_name apex;
    struct zone_version *before;
    struct zone_version *after; /* NULL: not read, or it has errors */
    char before_path[PATH_MAX];
    char path[PATH_MAX];
    uint32_t serial;
    uint32_t error_line; /* of the first; 0: none, or not known */
    struct td_buf lines; /* the difference */
};

/* Editors that take "+LINE". */
static bool knows_lines(const char *editor)
{
    static const char *const names[] = {
        "vi",    "vim",  "nvim", "vim.basic", "vim.tiny",       "nano",
        "emacs", "joe",  "jed",  "mcedit",    "micro",          "ne",
        "pico",  "view", "ex",   "editor",    "sensible-editor"
    };
    const char *slash = strrchr(editor, '/');

    for (size_t i = 0; i < TD_COUNT(names); i++)
        if (strcmp(slash == NULL ? editor : slash + 1, names[i]) == 0)
            return true;
    return false;
}

static const char *editor_of_person(void)
{
    const char *visual = getenv("VISUAL"), *editor = getenv("EDITOR");

    if (visual != NULL && *visual != '\0')
        return visual;
    return editor != NULL && *editor != '\0' ? editor : "editor";
}

/* In the child. The variable may hold words behind the program. */
static void exec_editor(struct session *session)
{
    static char words[PATH_MAX];
    char line[16];
    char *argv[EDITOR_WORDS_MAX + 3];
    size_t count = 0;
    char *rest = words;

    snprintf(words, sizeof(words), "%s", editor_of_person());
    for (char *word; count < EDITOR_WORDS_MAX && (word = strsep(&rest, " \t")) != NULL;)
        if (*word != '\0')
            argv[count++] = word;
    if (session->error_line != 0 && count != 0 && knows_lines(argv[0])) {
        snprintf(line, sizeof(line), "+%u", session->error_line);
        argv[count++] = line;
    }
    argv[count++] = session->path;
    argv[count] = NULL;
    execvp(argv[0], argv);
    no_file(argv[0]);
    _exit(127);
}

static int run_editor(struct session *session)
{
    int status = -1;
    pid_t child = fork();

    if (child == 0)
        exec_editor(session);
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    if (child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return CONTROL_EXIT_OK;
    fprintf(stderr, "tandem: the editor has failed, nothing is changed\n");
    return CONTROL_EXIT_FAILED;
}

/* ---- reading it back ---- */

static void on_finding(void *context, const struct td_diag *diag)
{
    struct session *session = context;
    char line[LINE_SIZE];

    if (diag->severity == TD_SEVERITY_NOTE)
        return;
    fprintf(stderr, "%s\n", td_diag_format(diag, line, sizeof(line)));
    if (diag->severity == TD_SEVERITY_ERROR && session->error_line == 0)
        session->error_line = diag->line;
}

static td_err load(struct session *session, const char *path, bool is_told,
                   struct zone_version **ret_version)
{
    struct zone_check_options checks;
    struct store_zonefile_report report;
    struct store_zonefile zonefile = {
        .path = path,
        .apex = session->apex.octets,
        .seed = &session->seed,
        .checks = &checks,
    };
    struct td_diag_sink sink = { .report = on_finding, .context = session };

    zone_check_options_init(&checks, ZONE_CHECK_NORMAL, io_wall_s(session->io));
    return store_zonefile_load(NULL, session->io, &zonefile, is_told ? &sink : NULL, &report,
                               ret_version);
}

static void put_line(struct session *session, char sign, const uint8_t *owner, uint32_t ttl,
                     uint16_t type, struct wire_rdata rdata)
{
    td_buf_add_char(&session->lines, sign);
    text_print_record(&session->lines, owner, ttl, type, rdata.octets, rdata.size);
    td_buf_add_char(&session->lines, '\n');
}

static bool on_removed(void *context, const struct zone_compare_record *record)
{
    put_line(context, '-', record->owner, record->ttl, record->type,
             (struct wire_rdata){ record->rdata, record->rdata_size });
    return true;
}

static bool on_added(void *context, const struct zone_compare_record *record)
{
    put_line(context, '+', record->owner, record->ttl, record->type,
             (struct wire_rdata){ record->rdata, record->rdata_size });
    return true;
}

static const struct wire_rrset *soa_of(const struct zone_version *version)
{
    return zone_node_set(version, zone_version_apex(version), WIRE_TYPE_SOA);
}

static void compare(struct session *session)
{
    const struct wire_rrset *before = soa_of(session->before), *after = soa_of(session->after);
    struct zone_compare compare = {
        .before = session->before,
        .after = session->after,
        .removed = on_removed,
        .added = on_added,
        .context = session,
    };

    td_buf_clear(&session->lines);
    if (before->ttl != after->ttl || before->size != after->size ||
        memcmp(before->data, after->data, before->size) != 0)
        put_line(session, '+', session->apex.octets, after->ttl, WIRE_TYPE_SOA,
                 wire_rrset_first(after));
    while (zone_compare_run(&compare, 1000))
        continue;
}

/* ---- a person ---- */

/* The first letter of the answer; 'n' when nobody answers. */
static char ask_person(const char *question)
{
    char answer[ANSWER_SIZE];

    fprintf(stderr, "%s ", question);
    if (fgets(answer, sizeof(answer), stdin) == NULL) {
        fputc('\n', stderr);
        return 'n';
    }
    return answer[0] >= 'A' && answer[0] <= 'Z' ? (char)(answer[0] + ('a' - 'A')) : answer[0];
}

static int keep(const struct session *session, int code)
{
    fprintf(stderr, "tandem: nothing is changed; what was edited is in '%s'\n", session->path);
    return code;
}

static int send_edit(struct session *session)
{
    struct control_call call = call_of(session->call, "apply");
    struct td_arena arena;
    json_t *answer;

    td_arena_init(&arena, 0);
    call.lines = control_lines_of(&arena, td_buf_text(&session->lines));
    call.if_serial = (struct control_number){ true, session->serial };
    int code = ask(&call, &answer);
    if (code == CONTROL_EXIT_OK) {
        struct td_buf out = { .data = NULL }, complaints = { .data = NULL };
        json_object_del(answer, "added");
        json_object_del(answer, "removed"); /* they have been seen */
        code = control_show_edit(answer, &out, &complaints);
        printf("%s", td_buf_text(&out));
        fprintf(stderr, "%s", td_buf_text(&complaints));
        td_buf_fini(&out);
        td_buf_fini(&complaints);
        json_decref(answer);
    }
    td_arena_fini(&arena);
    return code;
}

enum verdict { VERDICT_AGAIN, VERDICT_END };

/* The difference is shown and, if it is wanted, sent. */
static enum verdict settle(struct session *session, int *ret_code)
{
    compare(session);
    if (session->lines.size == 0) {
        fprintf(stderr, "tandem: nothing was changed\n");
        return VERDICT_END;
    }
    fputs(td_buf_text(&session->lines), stdout);
    fflush(stdout);
    char answer = session->call->yes || session->call->dry_run ? 'y' : 0;
    while (answer != 'y' && answer != 'n' && answer != 'e')
        answer = ask_person("Apply this? (y)es, (n)o, (e)dit again:");
    if (answer == 'e')
        return VERDICT_AGAIN;
    *ret_code = answer == 'y' ? send_edit(session) : CONTROL_EXIT_OK;
    if (answer == 'n' || *ret_code != CONTROL_EXIT_OK)
        *ret_code = keep(session, *ret_code);
    else
        unlink(session->path);
    return VERDICT_END;
}

static int edit(struct session *session)
{
    int code = CONTROL_EXIT_OK;

    for (;;) {
        if (run_editor(session) != CONTROL_EXIT_OK)
            return keep(session, CONTROL_EXIT_FAILED);
        session->error_line = 0;
        if (load(session, session->path, true, &session->after) == TD_OK) {
            enum verdict verdict = settle(session, &code);
            zone_lineage_free(session->after->lineage);
            session->after = NULL;
            if (verdict == VERDICT_END)
                return code;
        } else if (session->call->yes || ask_person("Edit again? (y)es, (n)o:") != 'y') {
            return keep(session, CONTROL_EXIT_INVALID);
        }
    }
}

/* ---- the whole ---- */

static FILE *make_file(char *path, const char *zone)
{
    const char *told = getenv("TMPDIR");

    /* The name helps editors, and people, to see what it is. */
    snprintf(path, PATH_MAX, "%s/tandem-%.64sXXXXXX.zone",
             told == NULL || *told == '\0' ? "/tmp" : told, strchr(zone, '/') == NULL ? zone : "");
    int fd = mkstemps(path, (int)strlen(".zone"));
    return fd < 0 ? NULL : fdopen(fd, "w");
}

static int write_files(struct session *session, const json_t *answer)
{
    const char *text = json_string_value(json_object_get(answer, "text"));
    char head[LINE_SIZE];

    session->serial = (uint32_t)json_integer_value(json_object_get(answer, "serial"));
    snprintf(head, sizeof(head),
             "; %s, serial %u. Leave the editor to have it checked; the serial comes by itself.\n",
             session->call->zone, session->serial);
    int code = write_text(make_file(session->before_path, session->call->zone),
                          session->before_path, "", text == NULL ? "" : text);
    if (code == CONTROL_EXIT_OK)
        code = write_text(make_file(session->path, session->call->zone), session->path, head,
                          text == NULL ? "" : text);
    if (code == CONTROL_EXIT_OK &&
        load(session, session->before_path, false, &session->before) != TD_OK) {
        fprintf(stderr, "tandem: the zone as it is served cannot be read back\n");
        code = CONTROL_EXIT_FAILED;
    }
    unlink(session->before_path);
    return code;
}

int control_zone_edit(const struct control_call *call)
{
    struct session session = { .call = call };
    struct control_call at = call_of(call, "at");
    struct td_diag diag;
    json_t *answer;

    if (wire_name_from_text(call->zone, &session.apex) != TD_OK) {
        fprintf(stderr, "tandem: '%s' is not a domain name\n", call->zone);
        return CONTROL_EXIT_USAGE;
    }
    at.file = NULL;
    int code = ask(&at, &answer);
    if (code != CONTROL_EXIT_OK)
        return code;
    if (io_real_new("zone-edit", &session.io, &diag) != TD_OK) {
        fprintf(stderr, "tandem: %s\n", diag.text);
        json_decref(answer);
        return CONTROL_EXIT_FAILED;
    }
    session.seed = td_hash_seed_of(io_random_u64(session.io), io_random_u64(session.io));
    code = write_files(&session, answer);
    json_decref(answer);
    if (code == CONTROL_EXIT_OK)
        code = edit(&session);
    if (session.before != NULL)
        zone_lineage_free(session.before->lineage);
    td_buf_fini(&session.lines);
    io_real_free(session.io);
    return code;
}
