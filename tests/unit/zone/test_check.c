/*
 * Goal    every check of the table finds what it is for, at the line where it stands, and
 *         nothing else is found with it; good zones are silent.
 * Method  small zones, one for each way to be wrong; signed ones are changed by one word. At the
 *         end every row of the table must have been reached.
 */
#include "test_check_load.h"
#include "test_check_rows.h"
#include "test_check_signed.h"

static struct findings findings;

/* Seven lines: what a row adds begins at line 8. */
static const char head[] = "$ORIGIN ex.test.\n"
                           "$TTL 3600\n"
                           "@ SOA ns host 1 7200 3600 1209600 300\n"
                           "@ NS ns\n"
                           "@ NS ns.other.\n"
                           "ns A 192.0.2.1\n"
                           "ns AAAA 2001:db8::1\n";

static struct zone_check_options normal_options(void)
{
    struct zone_check_options options;

    zone_check_options_init(&options, ZONE_CHECK_NORMAL, NOW_S);
    return options;
}

/* Does `want` name a check that is an error? */
static bool has_error(const struct zone_check_options *options, const char *want)
{
    char id[64] = "";
    enum zone_check_id check;

    for (const char *at = want; *at != '\0';) {
        size_t size = strcspn(at, "@");
        CHECK(size < sizeof(id));
        memcpy(id, at, size);
        id[size] = '\0';
        CHECK_OK(zone_check_find(id, &check));
        if (options->levels[check] == ZONE_LEVEL_ERROR)
            return true;
        at += strcspn(at, " ");
        at += *at == ' ';
    }
    return false;
}

TEST(small_zones)
{
    struct zone_check_options options = normal_options();
    struct td_buf text = { .data = NULL };

    for (size_t i = 0; i < TD_COUNT(plain_rows); i++) {
        const struct plain_row *row = &plain_rows[i];
        td_buf_clear(&text);
        td_buf_add_text(&text, row->text[0] == '$' ? "" : head);
        td_buf_add_text(&text, row->text);
        bool is_good = findings_check(&findings, "ex.test.", td_buf_text(&text), &options,
                                      row->want, row->why);
        CHECK_EQ_WHY(is_good, !has_error(&options, row->want), row->why);
    }
    td_buf_fini(&text);
}

static const char *const bases[] = { signed_nsec, signed_nsec3, signed_optout };

/* The first `from` becomes `to`. */
static void replace(struct td_buf *text, const char *base, const char *from, const char *to)
{
    const char *at = strstr(base, from);

    td_buf_clear(text);
    if (at == NULL)
        fail_msg("no '%s'", from);
    td_buf_add(text, base, (size_t)(at - base));
    td_buf_add_text(text, to);
    td_buf_add_text(text, at + strlen(from));
}

TEST(signed_zones)
{
    struct td_buf text = { .data = NULL };

    for (size_t i = 0; i < TD_COUNT(signed_rows); i++) {
        const struct signed_row *row = &signed_rows[i];
        struct zone_check_options options = normal_options();
        options.signatures_max = row->is_verified ? 1000 : 0;
        replace(&text, bases[row->base], row->from, row->to);
        bool is_good = findings_check(&findings, "ex.test.", td_buf_text(&text), &options,
                                      row->want, row->why);
        CHECK_EQ_WHY(is_good, !has_error(&options, row->want), row->why);
    }
    td_buf_fini(&text);
}

TEST(good_zones_are_silent)
{
    struct zone_check_options options = normal_options();

    options.signatures_max = 1000;
    for (size_t i = 0; i < TD_COUNT(bases); i++)
        CHECK(findings_check(&findings, "ex.test.", bases[i], &options, "", "signed"));
    for (size_t i = 0; i < TD_COUNT(good_zones); i++)
        CHECK(findings_check(&findings, good_zones[i].origin, good_zones[i].text, &options, "",
                             good_zones[i].origin));
}

TEST(levels_follow_the_strictness)
{
    struct zone_check_options options;

    zone_check_options_init(&options, ZONE_CHECK_STRICT, NOW_S);
    CHECK_EQ(options.levels[ZONE_CHECK_GLUE_MISSING], ZONE_LEVEL_ERROR);
    CHECK_EQ(options.levels[ZONE_CHECK_SOA_SERIAL_ZERO], ZONE_LEVEL_NOTE);
    zone_check_options_init(&options, ZONE_CHECK_LAX, NOW_S);
    CHECK_EQ(options.levels[ZONE_CHECK_CNAME_OTHER_DATA], ZONE_LEVEL_WARNING);
    CHECK_EQ(options.levels[ZONE_CHECK_SOA_MISSING], ZONE_LEVEL_ERROR);
    zone_check_options_init(&options, ZONE_CHECK_NORMAL, NOW_S);
    for (unsigned i = 0; i < ZONE_CHECK_COUNT; i++) {
        enum zone_check_id id;
        CHECK_OK(zone_check_find(zone_check_rows[i].id, &id));
        CHECK_EQ(id, i);
        CHECK_EQ(options.levels[i], zone_check_rows[i].level);
        CHECK(zone_check_rows[i].strict >= zone_check_rows[i].level);
    }
    enum zone_check_id id = ZONE_CHECK_COUNT;
    CHECK_EQ(zone_check_find("no-such-check", &id), TD_E_NOT_FOUND);
    CHECK_EQ(id, ZONE_CHECK_COUNT);
}

TEST(a_check_can_be_switched_off_or_raised)
{
    static const char text[] = "$ORIGIN ex.test.\n$TTL 1\n@ SOA ns host 0 2 1 9 1\n"
                               "@ NS ns\n@ NS ns.other.\nns A 192.0.2.1\n";
    struct zone_check_options options = normal_options();

    CHECK(findings_check(&findings, "ex.test.", text, &options, "soa-serial-zero@3", "default"));
    options.levels[ZONE_CHECK_SOA_SERIAL_ZERO] = ZONE_LEVEL_ERROR;
    CHECK(!findings_check(&findings, "ex.test.", text, &options, "soa-serial-zero@3", "raised"));
    options.levels[ZONE_CHECK_SOA_SERIAL_ZERO] = ZONE_LEVEL_OFF;
    CHECK(findings_check(&findings, "ex.test.", text, &options, "", "off"));
}

TEST(many_findings_are_counted_and_not_all_told)
{
    struct zone_check_options options = normal_options();
    struct zone_check_result result;
    struct td_diag_sink sink = { findings_take, &findings };
    struct td_buf text = { .data = NULL };
    struct loaded loaded;

    td_buf_add_text(&text, head);
    for (unsigned i = 0; i < 1000; i++)
        td_buf_printf(&text, "m%u MX 1 nobody\n", i);
    options.findings_max = 2;
    load(&loaded, "ex.test.", td_buf_text(&text));
    td_buf_clear(&findings.text);
    CHECK(zone_check(loaded.version, &options, loaded.places, &sink, &result));
    CHECK_STR(td_buf_text(&findings.text), "mx-no-address@8 mx-no-address@9 mx-no-address@0");
    CHECK_EQ(result.warnings, 1000);
    CHECK_EQ(result.counts[ZONE_CHECK_MX_NO_ADDRESS], 1000);
    /* And all of them, without lines. */
    options.findings_max = 0;
    td_buf_clear(&findings.text);
    CHECK(zone_check(loaded.version, &options, NULL, &sink, &result));
    CHECK_EQ(findings.text.size, 1000 * strlen("mx-no-address@0 ") - 1);
    unload(&loaded);
    td_buf_fini(&text);
}

/* Glue that is met right behind its delegation, and glue that has to be looked up. */
TEST(a_delegation_with_many_servers)
{
    struct zone_check_options options = normal_options();
    struct td_buf text = { .data = NULL };

    td_buf_add_text(&text, head);
    for (unsigned i = 0; i < 50; i++)
        td_buf_printf(&text, "sub NS n%u.sub\n", i);
    for (unsigned i = 0; i < 50; i++)
        td_buf_printf(&text, "n%u.sub A 192.0.2.%u\n", i, i + 1);
    CHECK(findings_check(&findings, "ex.test.", td_buf_text(&text), &options, "", "all there"));
    td_buf_fini(&text);
}

/* What would not be loaded is found by the name that a change touched, and by no other. */
TEST(a_change_is_not_to_make_what_would_not_be_loaded)
{
    static const struct {
        const char *text; /* what is there after the change */
        const char *changed;
        const char *want;
    } rows[] = {
        { "@ NS ns2\n", "ns2.ex.test.", "ns-no-address@0" },
        { "@ NS ns2\n", "NS2.ex.test.", "ns-no-address@0" },
        { "@ NS ns2\n", "ns.ex.test.", "" },
        { "@ NS ns2\n", "2.ex.test.", "" },
        { "@ NS ns2\nns2 TXT x\n", "ns2.ex.test.", "ns-no-address@0" },
        { "@ NS ns2\nns2 CNAME ns\n", "ns2.ex.test.", "ns-alias@0" },
        { "@ NS ns2.s\n", "*.s.ex.test.", "ns-no-address@0" },
        { "@ NS a.b.s\n", "*.ex.test.", "ns-no-address@0" },
        { "@ NS ns2.s\n", "*.t.ex.test.", "" },
        { "@ NS ns2.s\n*.s A 192.0.2.1\n", "ns2.s.ex.test.", "" },
        { "@ NS ns2.d\nd DNAME ex.\n", "d.ex.test.", "ns-alias@0" },
        { "@ NS ns2.s\ns NS ns\n", "s.ex.test.", "glue-sibling@0" },
        { "@ NS ns2.s\ns NS ns\nns2.s A 192.0.2.1\n", "s.ex.test.", "" },
        { "d DNAME ex.\na.d A 192.0.2.1\n", "d.ex.test.", "dname-below@0" },
        { "d DNAME ex.\na.b.d A 192.0.2.1\n", "d.ex.test.", "dname-below@0" },
        { "d DNAME ex.\na.d A 192.0.2.1\n", "a.d.ex.test.", "dname-below@0" },
        { "d DNAME ex.\na.d A 192.0.2.1\n", "e.ex.test.", "" },
        { "d DNAME ex.\na.e A 192.0.2.1\n", "d.ex.test.", "" },
    };
    struct zone_check_options options = normal_options();
    struct zone_check_result result;
    struct td_diag_sink sink = { findings_take, &findings };

    /* A server that is another one's glue is no error, and changes nothing about the others. */
    options.levels[ZONE_CHECK_GLUE_SIBLING] = ZONE_LEVEL_ERROR;
    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct td_buf text = { .data = NULL };
        struct loaded loaded;
        struct wire_name changed;
        const uint8_t *names[] = { changed.octets };
        td_buf_printf(&text, "%s%s", head, rows[i].text);
        load(&loaded, "ex.test.", td_buf_text(&text));
        CHECK_OK(wire_name_from_text(rows[i].changed, &changed));
        td_buf_clear(&findings.text);
        bool is_good = zone_check_part(loaded.version, &options, names, 1, &sink, &result);
        if (strcmp(td_buf_text(&findings.text), rows[i].want) != 0)
            fail_msg("%s by %s: %s", rows[i].text, rows[i].changed, td_buf_text(&findings.text));
        CHECK_EQ_WHY(is_good, rows[i].want[0] == '\0', rows[i].text);
        unload(&loaded);
        td_buf_fini(&text);
    }
}

/* The scanner does not let it through; a transfer may. */
TEST(a_type_that_is_no_data)
{
    static const uint8_t owner[] = "\1a\2ex\4test";
    struct zone_check_options options = normal_options();
    struct zone_check_result result;
    struct td_diag_sink sink = { findings_take, &findings };
    struct loaded loaded;
    struct zone_build *build;

    load(&loaded, "ex.test.", head);
    build = zone_build_new(loaded.apex.octets, &loaded.seed, NULL);
    for (unsigned i = 0; i < 2; i++) {
        const struct wire_rrset *set =
            zone_node_set(loaded.version, zone_version_apex(loaded.version), i == 0 ? 6 : 2);
        struct wire_rdata rdata = wire_rrset_first(set);
        CHECK_OK(zone_build_add(build, loaded.apex.octets, set->type, 1, rdata.octets, rdata.size));
    }
    CHECK_OK(zone_build_add(build, (const uint8_t *)"\2ns\2ex\4test", 1, 1,
                            (const uint8_t *)"\300\0\2\1", 4));
    CHECK_OK(zone_build_add(build, owner, 41, 1, owner, 0));
    struct zone_version *version;
    CHECK_OK(zone_build_finish(build, &loaded.built, &version));
    td_buf_clear(&findings.text);
    CHECK(zone_check(version, &options, NULL, &sink, &result));
    CHECK_STR(td_buf_text(&findings.text), "ns-single@0 type-meta@0");
    zone_lineage_free(version->lineage);
    unload(&loaded);
}

/* Runs last. */
TEST(every_row_was_reached)
{
    for (unsigned i = 0; i < ZONE_CHECK_COUNT; i++)
        if (!findings.is_reached[i])
            fail_msg("no test finds %s", zone_check_rows[i].id);
    td_buf_fini(&findings.text);
}

TESTS(small_zones, signed_zones, good_zones_are_silent, levels_follow_the_strictness,
      a_check_can_be_switched_off_or_raised, many_findings_are_counted_and_not_all_told,
      a_delegation_with_many_servers, a_change_is_not_to_make_what_would_not_be_loaded,
      a_type_that_is_no_data, every_row_was_reached)
