/*
 * Goal    CNAME (RFC 1034 3.6.2, 6604) and DNAME (6672): chains end, once and in the zone.
 * Method  whole answers as text.
 */
#include "ask.h"

#define SOA "authority example. 60 SOA . . 1 2 3 4 60\n"

static const char aliases[] = "@ SOA . . 1 2 3 4 60\n"
                              "@ NS ns.test.\n"
                              "a A 192.0.2.1\n"
                              "c1 300 CNAME c2\n"
                              "c2 CNAME c3\n"
                              "c3 CNAME A\n"
                              "out CNAME www.elsewhere.test.\n"
                              "gone CNAME nowhere\n"
                              "notype CNAME ent\n"
                              "x.ent A 192.0.2.2\n"
                              "loop1 CNAME loop2\n"
                              "loop2 CNAME loop1\n"
                              "self CNAME self\n"
                              "*.w CNAME a\n"
                              "*.ws CNAME x.ws\n"
                              "tocut CNAME host.cut\n"
                              "cut NS ns.cut\n"
                              "ns.cut A 192.0.2.9\n";

TEST(chains_are_followed_inside_of_the_zone)
{
    struct zone_version *zone = ask_zone("example.", aliases);

    CHECK_ANSWER(zone, "c1.example.", "A", 0,
                 "NOERROR aa\n"
                 "answer c1.example. 300 CNAME c2.example.\n"
                 "answer c2.example. 3600 CNAME c3.example.\n"
                 "answer c3.example. 3600 CNAME A.example.\n"
                 "answer A.example. 3600 A 192.0.2.1\n");
    CHECK_ANSWER(zone, "c2.example.", "CNAME", 0,
                 "NOERROR aa\nanswer c2.example. 3600 CNAME c3.example.\n");
    CHECK_ANSWER(zone, "out.example.", "A", 0,
                 "NOERROR aa\nanswer out.example. 3600 CNAME www.elsewhere.test.\n");
    CHECK_ANSWER(zone, "q.w.example.", "A", 0,
                 "NOERROR aa\n"
                 "answer q.w.example. 3600 CNAME a.example.\n"
                 "answer a.example. 3600 A 192.0.2.1\n");
    ask_free(zone);
}

/* RFC 4035 2.5: they stand beside a CNAME, or are not there. */
TEST(signatures_and_nsec_are_not_looked_for_at_the_target)
{
    struct zone_version *zone = ask_zone("example.", aliases);

    CHECK_ANSWER(zone, "c1.example.", "NSEC", 0, "NOERROR aa\n" SOA);
    CHECK_ANSWER(zone, "c1.example.", "RRSIG", 0, "NOERROR aa\n" SOA);
    CHECK_ANSWER(zone, "q.w.example.", "NSEC", 0, "NOERROR aa\n" SOA);
    CHECK_ANSWER(zone, "c3.example.", "NSEC3", 0,
                 "NOERROR aa\nanswer c3.example. 3600 CNAME A.example.\n" SOA);
    ask_free(zone);
}

/* RFC 6604 3: the RCODE is that of the last name, with the SOA that goes with it. */
TEST(the_last_name_decides)
{
    struct zone_version *zone = ask_zone("example.", aliases);

    CHECK_ANSWER(zone, "gone.example.", "A", 0,
                 "NXDOMAIN aa\nanswer gone.example. 3600 CNAME nowhere.example.\n" SOA);
    CHECK_ANSWER(zone, "c3.example.", "MX", 0,
                 "NOERROR aa\nanswer c3.example. 3600 CNAME A.example.\n" SOA);
    CHECK_ANSWER(zone, "notype.example.", "A", 0,
                 "NOERROR aa\nanswer notype.example. 3600 CNAME ent.example.\n" SOA);
    CHECK_ANSWER(zone, "tocut.example.", "A", 0,
                 "NOERROR aa\n"
                 "answer tocut.example. 3600 CNAME host.cut.example.\n"
                 "authority cut.example. 3600 NS ns.cut.example.\n"
                 "additional ns.cut.example. 3600 A 192.0.2.9\n");
    ask_free(zone);
}

TEST(loops_are_said_once)
{
    struct zone_version *zone = ask_zone("example.", aliases);

    CHECK_ANSWER(zone, "loop1.example.", "A", 0,
                 "NOERROR aa\n"
                 "answer loop1.example. 3600 CNAME loop2.example.\n"
                 "answer loop2.example. 3600 CNAME loop1.example.\n");
    CHECK_ANSWER(zone, "self.example.", "A", 0,
                 "NOERROR aa\nanswer self.example. 3600 CNAME self.example.\n");
    CHECK_ANSWER(zone, "y.ws.example.", "A", 0,
                 "NOERROR aa\n"
                 "answer y.ws.example. 3600 CNAME x.ws.example.\n"
                 "answer x.ws.example. 3600 CNAME x.ws.example.\n");
    ask_free(zone);
}

TEST(long_chains_are_cut)
{
    char text[4096] = "@ SOA . . 1 2 3 4 60\n@ NS ns.test.\n";

    for (unsigned i = 0; i < 40; i++) {
        char line[40];
        snprintf(line, sizeof(line), "n%u CNAME n%u\n", i, i + 1);
        strcat(text, line);
    }
    struct zone_version *zone = ask_zone("example.", text);
    const char *answer = ask(zone, "n0.example.", "A", 0);
    CHECK(strstr(answer, "NOERROR aa\nanswer n0.example. 3600 CNAME n1.example.\n") == answer);
    CHECK(strstr(answer, "answer n20.example. 3600 CNAME n21.example.\n") != NULL);
    CHECK(strstr(answer, "answer n21.example.") == NULL);
    ask_free(zone);
}

static const char dnames[] = "@ SOA . . 1 2 3 4 60\n"
                             "@ NS ns.test.\n"
                             "host A 192.0.2.1\n"
                             "Kept.host TXT \"t\"\n"
                             "d 300 DNAME example.\n"
                             "d TXT \"beside\"\n"
                             "hidden.d TXT \"never said\"\n"
                             "d2 DNAME d\n"
                             "out DNAME elsewhere.test.\n"
                             "loop DNAME x.loop\n"
                             "left DNAME right\n"
                             "right DNAME left\n"
                             "cut NS ns.cut\n"
                             "cut DNAME example.\n"
                             "ns.cut A 192.0.2.9\n";

TEST(dnames_make_cnames)
{
    struct zone_version *zone = ask_zone("example.", dnames);

    CHECK_ANSWER(zone, "host.d.example.", "A", 0,
                 "NOERROR aa\n"
                 "answer d.example. 300 DNAME example.\n"
                 "answer host.d.example. 300 CNAME host.example.\n"
                 "answer host.example. 3600 A 192.0.2.1\n");
    CHECK_ANSWER(zone, "host.d.example.", "CNAME", 0,
                 "NOERROR aa\n"
                 "answer d.example. 300 DNAME example.\n"
                 "answer host.d.example. 300 CNAME host.example.\n");
    CHECK_ANSWER(zone, "KEPT.Host.d.example.", "TXT", 0,
                 "NOERROR aa\n"
                 "answer d.example. 300 DNAME example.\n"
                 "answer KEPT.Host.d.example. 300 CNAME KEPT.Host.example.\n"
                 "answer KEPT.Host.example. 3600 TXT \"t\"\n");
    CHECK_ANSWER(zone, "a.out.example.", "A", 0,
                 "NOERROR aa\n"
                 "answer out.example. 3600 DNAME elsewhere.test.\n"
                 "answer a.out.example. 3600 CNAME a.elsewhere.test.\n");
    CHECK_ANSWER(zone, "x.d.example.", "A", 0,
                 "NXDOMAIN aa\n"
                 "answer d.example. 300 DNAME example.\n"
                 "answer x.d.example. 300 CNAME x.example.\n" SOA);
    ask_free(zone);
}

TEST(a_dname_says_nothing_of_its_own_name)
{
    struct zone_version *zone = ask_zone("example.", dnames);

    CHECK_ANSWER(zone, "d.example.", "TXT", 0,
                 "NOERROR aa\nanswer d.example. 3600 TXT \"beside\"\n");
    CHECK_ANSWER(zone, "d.example.", "A", 0, "NOERROR aa\n" SOA);
    CHECK_ANSWER(zone, "d.example.", "DNAME", 0,
                 "NOERROR aa\nanswer d.example. 300 DNAME example.\n");
    CHECK_ANSWER(zone, "hidden.d.example.", "TXT", 0,
                 "NXDOMAIN aa\n"
                 "answer d.example. 300 DNAME example.\n"
                 "answer hidden.d.example. 300 CNAME hidden.example.\n" SOA);
    ask_free(zone);
}

/* Each DNAME stands once, however often it is used. */
TEST(dnames_are_used_again_and_again)
{
    struct zone_version *zone = ask_zone("example.", dnames);

    CHECK_ANSWER(zone, "host.d2.example.", "A", 0,
                 "NOERROR aa\n"
                 "answer d2.example. 3600 DNAME d.example.\n"
                 "answer host.d2.example. 3600 CNAME host.d.example.\n"
                 "answer d.example. 300 DNAME example.\n"
                 "answer host.d.example. 300 CNAME host.example.\n"
                 "answer host.example. 3600 A 192.0.2.1\n");
    CHECK_ANSWER(zone, "a.loop.example.", "A", 0,
                 "NOERROR aa\n"
                 "answer loop.example. 3600 DNAME x.loop.example.\n"
                 "answer a.loop.example. 3600 CNAME a.x.loop.example.\n");
    CHECK_ANSWER(zone, "a.left.example.", "A", 0,
                 "NOERROR aa\n"
                 "answer left.example. 3600 DNAME right.example.\n"
                 "answer a.left.example. 3600 CNAME a.right.example.\n"
                 "answer right.example. 3600 DNAME left.example.\n"
                 "answer a.right.example. 3600 CNAME a.left.example.\n");
    CHECK_ANSWER(zone, "a.cut.example.", "A", 0,
                 "NOERROR\n"
                 "authority cut.example. 3600 NS ns.cut.example.\n"
                 "additional ns.cut.example. 3600 A 192.0.2.9\n");
    ask_free(zone);
}

/* RFC 6672 2.2: 255 octets are a name, one more is YXDOMAIN. */
TEST(names_that_get_too_long_are_yxdomain)
{
    static const char l63[] = "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg";
    struct zone_version *zone =
        ask_zone("example.", "@ SOA . . 1 2 3 4 60\n@ NS ns.test.\nd DNAME longer.test.\n");
    char name[300], want[900];

    /* 3 * 64 octets, a label of n and its length, "longer.test." of 13: 255 when n is 49. */
    for (unsigned n = 48; n <= 50; n++) {
        snprintf(name, sizeof(name), "%.*s.%s.%s.%s.d.example.", (int)n, l63, l63, l63, l63);
        if (n <= 49)
            snprintf(want, sizeof(want),
                     "NOERROR aa\nanswer d.example. 3600 DNAME longer.test.\n"
                     "answer %s 3600 CNAME %.*s.%s.%s.%s.longer.test.\n",
                     name, (int)n, l63, l63, l63, l63);
        else
            snprintf(want, sizeof(want),
                     "YXDOMAIN aa\nanswer d.example. 3600 DNAME longer.test.\n");
        CHECK_ANSWER(zone, name, "A", 0, want);
    }
    ask_free(zone);
}

TEST(a_dname_at_the_apex_leaves_the_apex_alone)
{
    struct zone_version *zone = ask_zone("example.", "@ SOA . . 1 2 3 4 60\n"
                                                     "@ NS ns.test.\n"
                                                     "@ DNAME other.test.\n");

    CHECK_ANSWER(zone, "example.", "NS", 0, "NOERROR aa\nanswer example. 3600 NS ns.test.\n");
    CHECK_ANSWER(zone, "example.", "A", 0, "NOERROR aa\n" SOA);
    CHECK_ANSWER(zone, "www.example.", "A", 0,
                 "NOERROR aa\n"
                 "answer example. 3600 DNAME other.test.\n"
                 "answer www.example. 3600 CNAME www.other.test.\n");
    ask_free(zone);
}

/* A made CNAME has no signature: that of the DNAME vouches for it (6672 5.3.1). */
TEST(only_the_dname_is_signed)
{
    struct zone_version *zone = ask_zone("example.", "+@ SOA . . 1 2 3 4 60\n"
                                                     "+@ NS ns.test.\n"
                                                     "+@ DNSKEY 256 3 15 AAAA\n"
                                                     "+d DNAME example.\n"
                                                     "+host A 192.0.2.1\n");

    CHECK_ANSWER(zone, "host.d.example.", "A", AUTH_DO,
                 "NOERROR aa\n"
                 "answer d.example. 3600 DNAME example.\n"
                 "answer d.example. 3600 RRSIG DNAME\n"
                 "answer host.d.example. 3600 CNAME host.example.\n"
                 "answer host.example. 3600 A 192.0.2.1\n"
                 "answer host.example. 3600 RRSIG A\n");
    ask_free(zone);
}

TESTS(chains_are_followed_inside_of_the_zone, signatures_and_nsec_are_not_looked_for_at_the_target,
      the_last_name_decides, loops_are_said_once, long_chains_are_cut, dnames_make_cnames,
      a_dname_says_nothing_of_its_own_name, dnames_are_used_again_and_again,
      names_that_get_too_long_are_yxdomain, a_dname_at_the_apex_leaves_the_apex_alone,
      only_the_dname_is_signed)
