/*
 * Goal    RFC 1034 4.3.2 with 4592 (wildcards), 8020 (empty non-terminals), 2308 (negative
 *         answers), 8482 (ANY) and 4343 (case).
 * Method  the examples of the RFCs and zones made for one corner; whole answers as text.
 */
#include "ask.h"

#define SOA "authority example. 60 SOA ns.example.com. host.example.com. 1 7200 3600 86400 60\n"

/* RFC 4592 2.2.1. */
static const char wildcards[] = "@ SOA ns.example.com. host.example.com. 1 7200 3600 86400 60\n"
                                "@ NS ns.example.com.\n"
                                "@ NS ns.example.net.\n"
                                "* TXT \"this is a wildcard\"\n"
                                "* MX 10 host1\n"
                                "sub.* TXT \"this is not a wildcard\"\n"
                                "host1 A 192.0.2.1\n"
                                "_ssh._tcp.host1 SRV 0 0 22 host1\n"
                                "_ssh._tcp.host2 SRV 0 0 22 host1\n"
                                "subdel NS ns.example.com.\n"
                                "subdel NS ns.example.net.\n";

TEST(wildcards_answer_for_names_that_do_not_exist)
{
    struct zone_version *zone = ask_zone("example.", wildcards);

    CHECK_ANSWER(zone, "host3.example.", "MX", 0,
                 "NOERROR aa\n"
                 "answer host3.example. 3600 MX 10 host1.example.\n"
                 "additional host1.example. 3600 A 192.0.2.1\n");
    CHECK_ANSWER(zone, "foo.bar.example.", "TXT", 0,
                 "NOERROR aa\nanswer foo.bar.example. 3600 TXT \"this is a wildcard\"\n");
    CHECK_ANSWER(zone, "host3.example.", "A", 0, "NOERROR aa\n" SOA);
    ask_free(zone);
}

TEST(wildcards_do_not_answer_for_names_that_exist_or_have_a_closer_encloser)
{
    struct zone_version *zone = ask_zone("example.", wildcards);

    CHECK_ANSWER(zone, "host1.example.", "MX", 0, "NOERROR aa\n" SOA);
    CHECK_ANSWER(zone, "sub.*.example.", "MX", 0, "NOERROR aa\n" SOA);
    CHECK_ANSWER(zone, "_telnet._tcp.host1.example.", "SRV", 0, "NXDOMAIN aa\n" SOA);
    CHECK_ANSWER(zone, "_tcp.host1.example.", "MX", 0, "NOERROR aa\n" SOA);
    CHECK_ANSWER(zone, "ghost.*.example.", "MX", 0, "NXDOMAIN aa\n" SOA);
    CHECK_ANSWER(zone, "host.subdel.example.", "A", 0,
                 "NOERROR\n"
                 "authority subdel.example. 3600 NS ns.example.com.\n"
                 "authority subdel.example. 3600 NS ns.example.net.\n");
    ask_free(zone);
}

TEST(a_wildcard_can_be_asked_for_like_any_name)
{
    struct zone_version *zone = ask_zone("example.", wildcards);

    CHECK_ANSWER(zone, "*.example.", "TXT", 0,
                 "NOERROR aa\nanswer *.example. 3600 TXT \"this is a wildcard\"\n");
    CHECK_ANSWER(zone, "*.example.", "A", 0, "NOERROR aa\n" SOA);
    ask_free(zone);
}

/* RFC 4592 4.2: what it means is not defined; step 3c as it is written makes it plain data. */
TEST(name_servers_at_a_wildcard_are_data_for_names_made_from_it)
{
    struct zone_version *zone =
        ask_zone("example.", "@ SOA ns.example.com. host.example.com. 1 7200 3600 86400 60\n"
                             "@ NS ns.example.com.\n"
                             "* NS ns.example.net.\n");

    CHECK_ANSWER(zone, "a.b.example.", "NS", 0,
                 "NOERROR aa\nanswer a.b.example. 3600 NS ns.example.net.\n");
    CHECK_ANSWER(zone, "a.b.example.", "A", 0, "NOERROR aa\n" SOA);
    CHECK_ANSWER(zone, "a.*.example.", "A", 0,
                 "NOERROR\nauthority *.example. 3600 NS ns.example.net.\n");
    ask_free(zone);
}

static const char corners[] = "@ SOA ns.example.com. host.example.com. 1 7200 3600 86400 60\n"
                              "@ NS ns.example.com.\n"
                              "a.b.c A 192.0.2.1\n"
                              "b.*.w A 192.0.2.2\n"
                              "x.y.*.deep A 192.0.2.3\n"
                              "WWW A 192.0.2.4\n"
                              "Mail MX 10 WwW\n"
                              "a.b.cut A 192.0.2.5\n"
                              "b.cut NS ns.b.cut\n"
                              "c.b.cut NS ns.example.net.\n"
                              "ns.b.cut A 192.0.2.6\n"
                              "*.b.cut A 192.0.2.7\n";

TEST(empty_non_terminals_exist)
{
    struct zone_version *zone = ask_zone("example.", corners);

    CHECK_ANSWER(zone, "b.c.example.", "A", 0, "NOERROR aa\n" SOA);
    CHECK_ANSWER(zone, "c.example.", "ANY", 0, "NOERROR aa\n" SOA);
    CHECK_ANSWER(zone, "z.c.example.", "A", 0, "NXDOMAIN aa\n" SOA);
    CHECK_ANSWER(zone, "z.a.b.c.example.", "A", 0, "NXDOMAIN aa\n" SOA);
    ask_free(zone);
}

/* RFC 4592 2.2.2: an empty wildcard is a source of synthesis too, of nothing. */
TEST(empty_wildcards_make_names_without_data)
{
    struct zone_version *zone = ask_zone("example.", corners);

    CHECK_ANSWER(zone, "q.w.example.", "A", 0, "NOERROR aa\n" SOA);
    CHECK_ANSWER(zone, "b.q.w.example.", "A", 0, "NOERROR aa\n" SOA);
    CHECK_ANSWER(zone, "q.*.w.example.", "A", 0, "NXDOMAIN aa\n" SOA);
    CHECK_ANSWER(zone, "q.deep.example.", "A", 0, "NOERROR aa\n" SOA);
    CHECK_ANSWER(zone, "q.y.*.deep.example.", "A", 0, "NXDOMAIN aa\n" SOA);
    ask_free(zone);
}

/* Data below a cut is not ours, whatever it looks like: neither wildcards nor further cuts. */
TEST(what_a_delegation_hides_is_never_said)
{
    static const char referral[] = "NOERROR\n"
                                   "authority b.cut.example. 3600 NS ns.b.cut.example.\n"
                                   "additional ns.b.cut.example. 3600 A 192.0.2.6\n";
    static const char *const names[] = { "b.cut.example.",     "a.b.cut.example.",
                                         "q.b.cut.example.",   "c.b.cut.example.",
                                         "d.c.b.cut.example.", "*.b.cut.example." };
    struct zone_version *zone = ask_zone("example.", corners);

    for (size_t i = 0; i < TD_COUNT(names); i++) {
        CHECK_ANSWER(zone, names[i], "A", 0, referral);
        CHECK_ANSWER(zone, names[i], "NS", 0, referral);
        CHECK_ANSWER(zone, names[i], "ANY", 0, referral);
    }
    CHECK_ANSWER(zone, "a.b.cut.example.", "DS", 0, referral);
    CHECK_ANSWER(zone, "b.cut.example.", "DS", 0, "NOERROR aa\n" SOA);
    CHECK_ANSWER(zone, "cut.example.", "A", 0, "NOERROR aa\n" SOA);
    ask_free(zone);
}

/* RFC 4343: found in any case; the question stands as asked, data as it was loaded. */
TEST(case_is_ignored_and_kept)
{
    struct zone_version *zone = ask_zone("eXample.", corners);

    CHECK_ANSWER(zone, "wWw.EXAMPLE.", "A", 0,
                 "NOERROR aa\nanswer wWw.EXAMPLE. 3600 A 192.0.2.4\n");
    CHECK_ANSWER(zone, "mail.example.", "MX", 0,
                 "NOERROR aa\n"
                 "answer mail.example. 3600 MX 10 WwW.example.\n"
                 "additional WwW.example. 3600 A 192.0.2.4\n");
    ask_free(zone);
}

/* RFC 2308 3 and 5: the lower one of the SOA's TTL and its last field. */
TEST(negative_answers_carry_the_lower_ttl)
{
    static const struct {
        const char *soa, *want;
    } rows[] = {
        { "@ 300 SOA . . 1 2 3 4 60\n", "NXDOMAIN aa\nauthority example. 60 SOA . . 1 2 3 4 60\n" },
        { "@ 60 SOA . . 1 2 3 4 300\n",
          "NXDOMAIN aa\nauthority example. 60 SOA . . 1 2 3 4 300\n" },
        { "@ 60 SOA . . 1 2 3 4 0\n", "NXDOMAIN aa\nauthority example. 0 SOA . . 1 2 3 4 0\n" },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        char text[200];
        snprintf(text, sizeof(text), "%s@ NS ns.example.com.\n", rows[i].soa);
        struct zone_version *zone = ask_zone("example.", text);
        CHECK_ANSWER(zone, "x.example.", "A", 0, rows[i].want);
        ask_free(zone);
    }
}

TEST(the_soa_itself_keeps_its_ttl)
{
    struct zone_version *zone = ask_zone("example.", "@ 300 SOA . . 1 2 3 4 60\n@ NS ns.test.\n");

    CHECK_ANSWER(zone, "example.", "SOA", 0,
                 "NOERROR aa\nanswer example. 300 SOA . . 1 2 3 4 60\n");
    ask_free(zone);
}

static const char many[] = "+@ SOA . . 1 2 3 4 60\n"
                           "+@ NS ns.test.\n"
                           "+@ DNSKEY 256 3 15 AAAA\n"
                           "+@ NSEC any SOA NS DNSKEY RRSIG NSEC\n"
                           "+any A 192.0.2.1\n"
                           "+any A 192.0.2.2\n"
                           "+any TXT \"t\"\n"
                           "+any NSEC cname A TXT RRSIG NSEC\n"
                           "+cname CNAME any\n"
                           "+cname NSEC @ CNAME RRSIG NSEC\n";

/* RFC 8482 4.1: one set by UDP; by TCP everything that is there. */
TEST(any_is_one_set_or_all)
{
    struct zone_version *zone = ask_zone("example.", many);

    CHECK_ANSWER(zone, "any.example.", "ANY", AUTH_MINIMAL_ANY,
                 "NOERROR aa\n"
                 "answer any.example. 3600 A 192.0.2.1\n"
                 "answer any.example. 3600 A 192.0.2.2\n");
    CHECK_ANSWER(zone, "any.example.", "ANY", AUTH_MINIMAL_ANY | AUTH_DO,
                 "NOERROR aa\n"
                 "answer any.example. 3600 A 192.0.2.1\n"
                 "answer any.example. 3600 A 192.0.2.2\n"
                 "answer any.example. 3600 RRSIG A\n");
    CHECK_ANSWER(zone, "any.example.", "ANY", AUTH_DO,
                 "NOERROR aa\n"
                 "answer any.example. 3600 A 192.0.2.1\n"
                 "answer any.example. 3600 A 192.0.2.2\n"
                 "answer any.example. 3600 RRSIG A\n"
                 "answer any.example. 3600 TXT \"t\"\n"
                 "answer any.example. 3600 RRSIG TXT\n"
                 "answer any.example. 3600 NSEC cname.example. A TXT RRSIG NSEC\n"
                 "answer any.example. 3600 RRSIG NSEC\n");
    CHECK_ANSWER(zone, "cname.example.", "ANY", AUTH_MINIMAL_ANY,
                 "NOERROR aa\nanswer cname.example. 3600 CNAME any.example.\n");
    ask_free(zone);
}

TEST(signatures_can_be_asked_for)
{
    struct zone_version *zone = ask_zone("example.", many);

    CHECK_ANSWER(zone, "any.example.", "RRSIG", 0,
                 "NOERROR aa\n"
                 "answer any.example. 3600 RRSIG A\n"
                 "answer any.example. 3600 RRSIG TXT\n"
                 "answer any.example. 3600 RRSIG NSEC\n");
    CHECK_ANSWER(zone, "any.example.", "RRSIG", AUTH_MINIMAL_ANY,
                 "NOERROR aa\nanswer any.example. 3600 RRSIG A\n");
    CHECK_ANSWER(zone, "cname.example.", "RRSIG", 0,
                 "NOERROR aa\n"
                 "answer cname.example. 3600 RRSIG CNAME\n"
                 "answer cname.example. 3600 RRSIG NSEC\n");
    CHECK_ANSWER(zone, "cname.example.", "NSEC", 0,
                 "NOERROR aa\nanswer cname.example. 3600 NSEC example. CNAME RRSIG NSEC\n");
    ask_free(zone);
}

TEST(signatures_come_with_do_only)
{
    struct zone_version *zone = ask_zone("example.", many);

    CHECK_ANSWER(zone, "any.example.", "TXT", 0,
                 "NOERROR aa\nanswer any.example. 3600 TXT \"t\"\n");
    CHECK_ANSWER(zone, "any.example.", "TXT", AUTH_DO,
                 "NOERROR aa\n"
                 "answer any.example. 3600 TXT \"t\"\n"
                 "answer any.example. 3600 RRSIG TXT\n");
    ask_free(zone);
}

TEST(the_root_is_a_zone_like_any_other)
{
    struct zone_version *zone = ask_zone(".", "@ SOA a.root. host.root. 1 2 3 4 60\n"
                                              "@ NS a.root.\n"
                                              "a.root A 192.0.2.1\n"
                                              "com NS ns.com.\n"
                                              "ns.com A 192.0.2.2\n");

    CHECK_ANSWER(zone, ".", "NS", 0,
                 "NOERROR aa\nanswer . 3600 NS a.root.\nadditional a.root. 3600 A 192.0.2.1\n");
    CHECK_ANSWER(zone, "x.", "A", 0,
                 "NXDOMAIN aa\nauthority . 60 SOA a.root. host.root. 1 2 3 4 60\n");
    CHECK_ANSWER(zone, ".", "A", 0,
                 "NOERROR aa\nauthority . 60 SOA a.root. host.root. 1 2 3 4 60\n");
    CHECK_ANSWER(zone, "www.example.com.", "A", 0,
                 "NOERROR\nauthority com. 3600 NS ns.com.\nadditional ns.com. 3600 A 192.0.2.2\n");
    ask_free(zone);
}

/* More sets than an answer can hold, none of which may be left out. */
TEST(what_does_not_fit_an_answer_is_a_server_failure)
{
    char text[8192] = "@ SOA . . 1 2 3 4 60\n@ NS ns.test.\n";

    for (unsigned i = 0; i < ANSWER_SETS_MAX + 1; i++) {
        char line[60];
        snprintf(line, sizeof(line), "many TYPE%u \\# 1 00\n", 65280 + i);
        strcat(text, line);
    }
    struct zone_version *zone = ask_zone("example.", text);
    CHECK_ANSWER(zone, "many.example.", "ANY", 0, "SERVFAIL\n");
    CHECK_ANSWER(zone, "many.example.", "ANY", AUTH_MINIMAL_ANY,
                 "NOERROR aa\nanswer many.example. 3600 TYPE65280 \\# 1 00\n");
    ask_free(zone);
}

TESTS(wildcards_answer_for_names_that_do_not_exist,
      wildcards_do_not_answer_for_names_that_exist_or_have_a_closer_encloser,
      a_wildcard_can_be_asked_for_like_any_name,
      name_servers_at_a_wildcard_are_data_for_names_made_from_it, empty_non_terminals_exist,
      empty_wildcards_make_names_without_data, what_a_delegation_hides_is_never_said,
      case_is_ignored_and_kept, negative_answers_carry_the_lower_ttl, the_soa_itself_keeps_its_ttl,
      any_is_one_set_or_all, signatures_can_be_asked_for, signatures_come_with_do_only,
      the_root_is_a_zone_like_any_other, what_does_not_fit_an_answer_is_a_server_failure)
