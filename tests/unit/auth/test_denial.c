/*
 * Goal    Proofs by NSEC for every kind of negative answer: RFC 4035 3.1.3, 6840, 9077.
 * Method  one signed zone with a chain written by hand; whole answers as text.
 */
#include "ask.h"

#define SOA                                                                                        \
    "authority example. 60 SOA . . 1 2 3 4 60\n"                                                   \
    "authority example. 60 RRSIG SOA\n"
#define NSEC(owner, next, types)                                                                   \
    "authority " owner " 60 NSEC " next " " types "\nauthority " owner " 60 RRSIG NSEC\n"

#define NSEC_APEX  NSEC("example.", "a.ent.example.", "NS SOA RRSIG NSEC DNSKEY")
#define NSEC_ENT   NSEC("a.ent.example.", "host.example.", "A RRSIG NSEC")
#define NSEC_HOST  NSEC("host.example.", "to.example.", "A RRSIG NSEC")
#define NSEC_TO    NSEC("to.example.", "*.w.example.", "CNAME RRSIG NSEC")
#define NSEC_WILD  NSEC("*.w.example.", "x.w.example.", "A RRSIG NSEC")
#define NSEC_X     NSEC("x.w.example.", "*.wc.example.", "TXT RRSIG NSEC")
#define NSEC_WC    NSEC("*.wc.example.", "b.*.we.example.", "CNAME RRSIG NSEC")
#define NSEC_EMPTY NSEC("b.*.we.example.", "Z.example.", "A RRSIG NSEC")
#define NSEC_LAST  NSEC("Z.example.", "example.", "A RRSIG NSEC")

static const char signed_zone[] = "+@ SOA . . 1 2 3 4 60\n"
                                  "+@ NS ns.test.\n"
                                  "+@ DNSKEY 256 3 15 AAAA\n"
                                  "+@ 60 NSEC a.ent SOA NS DNSKEY RRSIG NSEC\n"
                                  "+a.ent A 192.0.2.1\n"
                                  "+a.ent 60 NSEC host A RRSIG NSEC\n"
                                  "+host A 192.0.2.2\n"
                                  "+host 60 NSEC to A RRSIG NSEC\n"
                                  "+to CNAME q.wc\n"
                                  "+to 60 NSEC *.w CNAME RRSIG NSEC\n"
                                  "+*.w A 192.0.2.3\n"
                                  "+*.w 60 NSEC x.w A RRSIG NSEC\n"
                                  "+x.w TXT \"t\"\n"
                                  "+x.w 60 NSEC *.wc TXT RRSIG NSEC\n"
                                  "+*.wc CNAME nothere\n"
                                  "+*.wc 60 NSEC b.*.we CNAME RRSIG NSEC\n"
                                  "+b.*.we A 192.0.2.4\n"
                                  "+b.*.we 60 NSEC Z A RRSIG NSEC\n"
                                  "+Z A 192.0.2.5\n"
                                  "+Z 60 NSEC @ A RRSIG NSEC\n";

TEST(a_name_error_denies_the_name_and_the_wildcard)
{
    struct zone_version *zone = ask_zone("example.", signed_zone);

    CHECK_ANSWER(zone, "p.example.", "A", AUTH_DO, "NXDOMAIN aa\n" SOA NSEC_HOST NSEC_APEX);
    CHECK_ANSWER(zone, "p.host.example.", "A", AUTH_DO, "NXDOMAIN aa\n" SOA NSEC_HOST);
    CHECK_ANSWER(zone, "zz.example.", "A", AUTH_DO, "NXDOMAIN aa\n" SOA NSEC_LAST NSEC_APEX);
    CHECK_ANSWER(zone, "!.example.", "A", AUTH_DO, "NXDOMAIN aa\n" SOA NSEC_APEX);
    CHECK_ANSWER(zone, "q.x.w.example.", "A", AUTH_DO, "NXDOMAIN aa\n" SOA NSEC_X);
    CHECK_ANSWER(zone, "p.example.", "A", 0,
                 "NXDOMAIN aa\nauthority example. 60 SOA . . 1 2 3 4 60\n");
    ask_free(zone);
}

TEST(no_data_shows_the_types_of_the_name)
{
    struct zone_version *zone = ask_zone("example.", signed_zone);

    CHECK_ANSWER(zone, "host.example.", "TXT", AUTH_DO, "NOERROR aa\n" SOA NSEC_HOST);
    CHECK_ANSWER(zone, "Z.example.", "TXT", AUTH_DO, "NOERROR aa\n" SOA NSEC_LAST);
    CHECK_ANSWER(zone, "*.w.example.", "TXT", AUTH_DO, "NOERROR aa\n" SOA NSEC_WILD);
    CHECK_ANSWER(zone, "example.", "DS", AUTH_DO, "NOERROR aa\n" SOA NSEC_APEX);
    ask_free(zone);
}

/* It has no NSEC: the one before shows that something is below. */
TEST(empty_non_terminals_are_covered)
{
    struct zone_version *zone = ask_zone("example.", signed_zone);

    CHECK_ANSWER(zone, "ent.example.", "A", AUTH_DO, "NOERROR aa\n" SOA NSEC_APEX);
    CHECK_ANSWER(zone, "w.example.", "A", AUTH_DO, "NOERROR aa\n" SOA NSEC_TO);
    CHECK_ANSWER(zone, "*.we.example.", "A", AUTH_DO, "NOERROR aa\n" SOA NSEC_WC);
    ask_free(zone);
}

TEST(wildcard_answers_deny_the_name_itself)
{
    struct zone_version *zone = ask_zone("example.", signed_zone);

    CHECK_ANSWER(zone, "q.w.example.", "A", AUTH_DO,
                 "NOERROR aa\n"
                 "answer q.w.example. 3600 A 192.0.2.3\n"
                 "answer q.w.example. 3600 RRSIG A\n" NSEC_WILD);
    CHECK_ANSWER(zone, "y.w.example.", "A", AUTH_DO,
                 "NOERROR aa\n"
                 "answer y.w.example. 3600 A 192.0.2.3\n"
                 "answer y.w.example. 3600 RRSIG A\n" NSEC_X);
    CHECK_ANSWER(zone, "q.w.example.", "A", 0,
                 "NOERROR aa\nanswer q.w.example. 3600 A 192.0.2.3\n");
    ask_free(zone);
}

TEST(wildcards_without_the_type_deny_both)
{
    struct zone_version *zone = ask_zone("example.", signed_zone);

    CHECK_ANSWER(zone, "y.w.example.", "TXT", AUTH_DO, "NOERROR aa\n" SOA NSEC_WILD NSEC_X);
    CHECK_ANSWER(zone, "q.w.example.", "TXT", AUTH_DO, "NOERROR aa\n" SOA NSEC_WILD);
    CHECK_ANSWER(zone, "q.we.example.", "A", AUTH_DO, "NOERROR aa\n" SOA NSEC_WC NSEC_EMPTY);
    ask_free(zone);
}

/* A chain over a wildcard needs a proof for each step, behind the whole answer section. */
TEST(chains_collect_proofs)
{
    struct zone_version *zone = ask_zone("example.", signed_zone);

    CHECK_ANSWER(zone, "to.example.", "A", AUTH_DO,
                 "NXDOMAIN aa\n"
                 "answer to.example. 3600 CNAME q.wc.example.\n"
                 "answer to.example. 3600 RRSIG CNAME\n"
                 "answer q.wc.example. 3600 CNAME nothere.example.\n"
                 "answer q.wc.example. 3600 RRSIG CNAME\n" SOA NSEC_WC NSEC_HOST NSEC_APEX);
    ask_free(zone);
}

TEST(nothing_is_proved_where_nothing_is_signed)
{
    struct zone_version *zone =
        ask_zone("example.", "@ SOA . . 1 2 3 4 60\n@ NS ns.test.\n*.w A 192.0.2.1\n");

    CHECK_ANSWER(zone, "x.example.", "A", AUTH_DO,
                 "NXDOMAIN aa\nauthority example. 60 SOA . . 1 2 3 4 60\n");
    CHECK_ANSWER(zone, "x.w.example.", "A", AUTH_DO,
                 "NOERROR aa\nanswer x.w.example. 3600 A 192.0.2.1\n");
    ask_free(zone);
}

/* A chain with holes proves what it can and never fails. */
TEST(broken_chains_are_survived)
{
    struct zone_version *zone = ask_zone("example.", "+@ SOA . . 1 2 3 4 60\n"
                                                     "+@ NS ns.test.\n"
                                                     "+@ DNSKEY 256 3 15 AAAA\n"
                                                     "+@ 60 NSEC cut SOA\n"
                                                     "+host A 192.0.2.1\n"
                                                     "cut NS ns.test.\n");

    CHECK_ANSWER(zone, "host.example.", "TXT", AUTH_DO,
                 "NOERROR aa\n" SOA NSEC("example.", "cut.example.", "SOA"));
    CHECK_ANSWER(zone, "zz.example.", "A", AUTH_DO,
                 "NXDOMAIN aa\n" SOA NSEC("example.", "cut.example.", "SOA"));
    CHECK_ANSWER(zone, "x.cut.example.", "TXT", AUTH_DO,
                 "NOERROR\nauthority cut.example. 3600 NS ns.test.\n");
    ask_free(zone);
}

TESTS(a_name_error_denies_the_name_and_the_wildcard, no_data_shows_the_types_of_the_name,
      empty_non_terminals_are_covered, wildcard_answers_deny_the_name_itself,
      wildcards_without_the_type_deny_both, chains_collect_proofs,
      nothing_is_proved_where_nothing_is_signed, broken_chains_are_survived)
