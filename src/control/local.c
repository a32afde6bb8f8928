#include "control/local.h"

#include <string.h>

#include "conf/check.h"
#include "conf/conf.h"
#include "conf/print.h"
#include "control/json.h"
#include "io/io.h"
#include "store/zonefile.h"
#include "wire/name.h"
#include "zone/check.h"
#include "zone/lineage.h"

enum { TOLD_FLUSH_SIZE = 64 * 1024, LINE_SIZE = TD_DIAG_FILE_SIZE + TD_DIAG_TEXT_SIZE + 64 };

/* What is found on the way: lines for stderr, or the items of a JSON array. */
struct findings {
    struct td_buf lines;
    struct td_buf items;
    struct control_json json;
    bool wants_json;
    uint32_t errors;
    uint32_t warnings;
};

static void findings_flush(struct findings *findings)
{
    fwrite(td_buf_text(&findings->lines), 1, findings->lines.size, stderr);
    td_buf_clear(&findings->lines);
}

static void findings_take(void *context, const struct td_diag *diag)
{
    struct findings *findings = context;
    char line[LINE_SIZE];

    findings->errors += diag->severity == TD_SEVERITY_ERROR;
    findings->warnings += diag->severity == TD_SEVERITY_WARNING;
    if (findings->wants_json)
        control_json_diag(&findings->json, diag);
    td_buf_add_text(&findings->lines, td_diag_format(diag, line, sizeof(line)));
    td_buf_add_char(&findings->lines, '\n');
    if (findings->lines.size >= TOLD_FLUSH_SIZE)
        findings_flush(findings);
}

static struct td_diag_sink findings_init(struct findings *findings, bool wants_json)
{
    *findings = (struct findings){ .wants_json = wants_json };
    control_json_init(&findings->json, &findings->items);
    return (struct td_diag_sink){ .report = findings_take, .context = findings };
}

static void findings_fini(struct findings *findings)
{
    findings_flush(findings);
    td_buf_fini(&findings->lines);
    td_buf_fini(&findings->items);
}

static int no_world(const struct td_diag *diag)
{
    fprintf(stderr, "tandem: %s\n", diag->text);
    return CONTROL_EXIT_FAILED;
}

static int not_written(int number)
{
    char text[128];

    fprintf(stderr, "tandem: standard output: %s\n", strerror_r(number, text, sizeof(text)));
    return CONTROL_EXIT_FAILED;
}

/* ---- config check FILE ---- */

int control_local_config_check(const struct control_call *call)
{
    TD_CLEANUP(conf_free_cleanup) struct conf *conf = NULL;
    struct findings findings;
    struct td_diag diag;
    struct io *io;

    if (io_real_new("config-check", &io, &diag) != TD_OK)
        return no_world(&diag);
    struct conf_reader reader = conf_reader_of(io);
    reader.is_check = true;
    struct td_diag_sink sink = findings_init(&findings, call->json);
    td_err err = conf_load(call->file, &reader, &sink, &conf);
    if (err == TD_OK)
        conf_check_files(conf, io, &sink);
    if (call->json) {
        struct td_buf out = { .data = NULL };
        struct control_json json;
        control_json_init(&json, &out);
        control_json_object(&json, NULL);
        control_json_text(&json, "file", call->file);
        control_json_bool(&json, "valid", err == TD_OK);
        control_json_raw_array(&json, "findings", &findings.items);
        control_json_object_end(&json);
        puts(td_buf_text(&out));
        td_buf_fini(&out);
    }
    findings_fini(&findings);
    io_real_free(io);
    return err == TD_OK ? CONTROL_EXIT_OK : CONTROL_EXIT_INVALID;
}

static int print_table(void (*print)(struct td_buf *out))
{
    struct td_buf out = { .data = NULL };

    print(&out);
    size_t written = fwrite(out.data, 1, out.size, stdout);
    bool is_whole = written == out.size && fflush(stdout) == 0;
    td_buf_fini(&out);
    return is_whole ? CONTROL_EXIT_OK : CONTROL_EXIT_FAILED;
}

int control_local_config_schema(const struct control_call *call)
{
    (void)call;
    return print_table(conf_schema_print);
}

int control_local_config_man(const struct control_call *call)
{
    (void)call;
    return print_table(conf_man_print);
}

/* ---- zone check ORIGIN FILE ---- */

static void print_verdict(const struct control_call *call, const struct wire_name *apex,
                          const struct store_zonefile_report *report,
                          const struct zone_version *version, const struct findings *findings)
{
    char name[WIRE_NAME_TEXT_SIZE];

    wire_name_format(apex->octets, name);
    if (call->json) {
        struct td_buf out = { .data = NULL };
        struct control_json json;
        control_json_init(&json, &out);
        control_json_object(&json, NULL);
        control_json_text(&json, "zone", name);
        control_json_text(&json, "file", call->file);
        control_json_bool(&json, "valid", version != NULL);
        if (version != NULL) {
            control_json_number(&json, "serial", version->serial);
            control_json_number(&json, "records", version->record_count);
        }
        control_json_number(&json, "errors", report->errors);
        control_json_number(&json, "warnings", report->warnings);
        control_json_raw_array(&json, "findings", &findings->items);
        control_json_object_end(&json);
        puts(td_buf_text(&out));
        td_buf_fini(&out);
    } else if (version != NULL) {
        printf("%s serial %u, %llu records, %u warnings: good\n", name, version->serial,
               (unsigned long long)version->record_count, report->warnings);
    } else {
        printf("%s %u errors, %u warnings: would not be served\n", name, report->errors,
               report->warnings);
    }
}

static int check_file(const struct control_call *call, struct io *io, const struct wire_name *apex)
{
    struct zone_check_options checks;
    struct td_hash_seed seed = td_hash_seed_of(io_random_u64(io), io_random_u64(io));
    struct store_zonefile zonefile = {
        .path = call->file,
        .apex = apex->octets,
        .seed = &seed,
        .checks = &checks,
        .may_include = true,
    };
    struct store_zonefile_report report;
    struct zone_version *version = NULL;
    struct findings findings;
    int code = CONTROL_EXIT_OK;

    zone_check_options_init(&checks, call->strict ? ZONE_CHECK_STRICT : ZONE_CHECK_NORMAL,
                            io_wall_s(io));
    struct td_diag_sink sink = findings_init(&findings, call->json);
    td_err err = store_zonefile_load(NULL, io, &zonefile, &sink, &report, &version);
    if (err != TD_OK && findings.errors == 0) { /* then nobody has said why */
        td_diag_report(&sink, call->file, 0, 0, TD_SEVERITY_ERROR, "%s", td_err_text(err));
        report.errors++;
    }
    if (!call->print)
        print_verdict(call, apex, &report, version, &findings);
    findings_fini(&findings);
    if (err != TD_OK)
        return CONTROL_EXIT_INVALID;
    if (call->print) {
        int failed = control_zone_print(version, stdout);
        if (failed != 0)
            code = not_written(failed);
    }
    zone_lineage_free(version->lineage);
    return code;
}

int control_local_zone_check(const struct control_call *call)
{
    struct wire_name apex;
    struct td_diag diag;
    struct io *io;

    if (wire_name_from_text(call->zone, &apex) != TD_OK) {
        fprintf(stderr, "tandem: '%s' is not a domain name\n", call->zone);
        return CONTROL_EXIT_USAGE;
    }
    if (io_real_new("zone-check", &io, &diag) != TD_OK)
        return no_world(&diag);
    int code = check_file(call, io, &apex);
    io_real_free(io);
    return code;
}

/* ---- version ---- */

int control_local_version(const struct control_call *call)
{
    if (call->json)
        puts("{\"version\": \"" TANDEM_VERSION "\"}");
    else
        puts("tandem " TANDEM_VERSION);
    return CONTROL_EXIT_OK;
}
