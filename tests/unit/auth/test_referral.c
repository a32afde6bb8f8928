/*
 * Goal    Delegations: RFC 1034 4.3.2 step 3b, 4035 3.1.4 (DS or its absence), 9471 (glue).
 * Method  whole answers as text; then the same within fewer octets.
 */
#include "ask.h"

#define APEX "@ SOA . . 1 2 3 4 60\n@ NS ns.test.\n"
#define SOA  "authority example. 60 SOA . . 1 2 3 4 60\n"

static const char glue[] = APEX "plain NS ns.test.\n"
                                "in NS ns1.in\n"
                                "in NS ns2.deep.in\n"
                                "ns1.in 300 A 192.0.2.1\n"
                                "ns1.in AAAA 2001:db8::1\n"
                                "ns2.deep.in A 192.0.2.2\n"
                                "ns3.in A 192.0.2.3\n"
                                "sibling NS ns1.in\n"
                                "sibling NS ns.sibling\n"
                                "sibling NS host\n"
                                "sibling NS x.wild\n"
                                "sibling NS nothere\n"
                                "ns.sibling A 192.0.2.4\n"
                                "host A 192.0.2.5\n"
                                "*.wild A 192.0.2.6\n"
                                "self NS self\n"
                                "self A 192.0.2.7\n"
                                "hidden NS ns.d\n"
                                "d DNAME elsewhere.test.\n"
                                "ns.d A 192.0.2.8\n";

TEST(a_referral_carries_the_addresses_below_it)
{
    struct zone_version *zone = ask_zone("example.", glue);

    CHECK_ANSWER(zone, "www.plain.example.", "A", 0,
                 "NOERROR\nauthority plain.example. 3600 NS ns.test.\n");
    CHECK_ANSWER(zone, "www.in.example.", "A", 0,
                 "NOERROR\n"
                 "authority in.example. 3600 NS ns1.in.example.\n"
                 "authority in.example. 3600 NS ns2.deep.in.example.\n"
                 "additional ns1.in.example. 300 A 192.0.2.1\n"
                 "additional ns1.in.example. 3600 AAAA 2001:db8::1\n"
                 "additional ns2.deep.in.example. 3600 A 192.0.2.2\n");
    CHECK_ANSWER(zone, "self.example.", "A", 0,
                 "NOERROR\n"
                 "authority self.example. 3600 NS self.example.\n"
                 "additional self.example. 3600 A 192.0.2.7\n");
    ask_free(zone);
}

/* Those of other parts of the zone follow: of siblings, its own, made from a wildcard. */
TEST(other_addresses_follow_when_there_is_room)
{
    struct zone_version *zone = ask_zone("example.", glue);
    static const char servers[] = "NOERROR\n"
                                  "authority sibling.example. 3600 NS host.example.\n"
                                  "authority sibling.example. 3600 NS nothere.example.\n"
                                  "authority sibling.example. 3600 NS ns.sibling.example.\n"
                                  "authority sibling.example. 3600 NS ns1.in.example.\n"
                                  "authority sibling.example. 3600 NS x.wild.example.\n"
                                  "additional ns.sibling.example. 3600 A 192.0.2.4\n";
    char want[1000];

    snprintf(want, sizeof(want),
             "%sadditional host.example. 3600 A 192.0.2.5\n"
             "additional ns1.in.example. 300 A 192.0.2.1\n"
             "additional ns1.in.example. 3600 AAAA 2001:db8::1\n"
             "additional x.wild.example. 3600 A 192.0.2.6\n",
             servers);
    CHECK_ANSWER(zone, "www.sibling.example.", "A", 0, want);
    CHECK_ANSWER(zone, "www.sibling.example.", "A", AUTH_NO_ADDITIONAL, servers);
    ask_free(zone);
}

/* What stands below a DNAME is not there. */
TEST(addresses_that_a_dname_hides_are_no_glue)
{
    struct zone_version *zone = ask_zone("example.", glue);

    CHECK_ANSWER(zone, "www.hidden.example.", "A", 0,
                 "NOERROR\nauthority hidden.example. 3600 NS ns.d.example.\n");
    ask_free(zone);
}

TEST(names_of_any_length_share_an_image)
{
    struct zone_version *zone = ask_zone("example.", glue);
    char name[300];

    for (unsigned labels = 1; labels < 100; labels++) {
        name[0] = '\0';
        for (unsigned i = 0; i < labels; i++)
            strcat(name, "q.");
        strcat(name, "in.example.");
        CHECK(ask_once(zone, name, "A", 0, 1232));
        CHECK(asked.has_image);
        CHECK_ANSWER(zone, name, "A", 0,
                     "NOERROR\n"
                     "authority in.example. 3600 NS ns1.in.example.\n"
                     "authority in.example. 3600 NS ns2.deep.in.example.\n"
                     "additional ns1.in.example. 300 A 192.0.2.1\n"
                     "additional ns1.in.example. 3600 AAAA 2001:db8::1\n"
                     "additional ns2.deep.in.example. 3600 A 192.0.2.2\n");
    }
    ask_free(zone);
}

/* RFC 9471 3: in-domain glue that does not fit sets TC; other glue is left out silently. */
TEST(required_glue_that_does_not_fit_truncates)
{
    struct zone_version *zone = ask_zone("example.", glue);

    CHECK(ask_once(zone, "www.in.example.", "A", AUTH_NO_IMAGE, 1232));
    size_t size = asked.size;
    CHECK_WITHIN(zone, "www.in.example.", "A", 0, size - 1,
                 "NOERROR tc\n"
                 "authority in.example. 3600 NS ns1.in.example.\n"
                 "authority in.example. 3600 NS ns2.deep.in.example.\n"
                 "additional ns1.in.example. 300 A 192.0.2.1\n"
                 "additional ns1.in.example. 3600 AAAA 2001:db8::1\n");
    CHECK(!ask_once(zone, "www.in.example.", "A", 0, size - 1));

    CHECK(ask_once(zone, "www.sibling.example.", "A", AUTH_NO_IMAGE, 1232));
    size = asked.size;
    CHECK(strstr(ask_within(zone, "www.sibling.example.", "A", 0, size - 1), " tc\n") == NULL);
    CHECK(strstr(td_buf_text(&asked.text), "host.example. 3600 A ") == NULL);
    CHECK(strstr(td_buf_text(&asked.text), "additional ns1.in.example. 3600 AAAA") != NULL);
    ask_free(zone);
}

/* Room is never taken from glue that must be there by glue that need not. */
TEST(required_glue_goes_first)
{
    struct zone_version *zone = ask_zone("example.", APEX "a NS a.host\n"
                                                          "a NS z.a\n"
                                                          "a.host A 192.0.2.1\n"
                                                          "z.a A 192.0.2.2\n");

    CHECK_ANSWER(zone, "x.a.example.", "A", 0,
                 "NOERROR\n"
                 "authority a.example. 3600 NS a.host.example.\n"
                 "authority a.example. 3600 NS z.a.example.\n"
                 "additional z.a.example. 3600 A 192.0.2.2\n"
                 "additional a.host.example. 3600 A 192.0.2.1\n");
    size_t size = asked.size;
    CHECK_WITHIN(zone, "x.a.example.", "A", 0, size - 1,
                 "NOERROR\n"
                 "authority a.example. 3600 NS a.host.example.\n"
                 "authority a.example. 3600 NS z.a.example.\n"
                 "additional z.a.example. 3600 A 192.0.2.2\n");
    ask_free(zone);
}

static const char secure[] = "+@ SOA . . 1 2 3 4 60\n"
                             "+@ NS ns.test.\n"
                             "+@ DNSKEY 256 3 15 AAAA\n"
                             "+@ NSEC host SOA NS DNSKEY RRSIG NSEC\n"
                             "+host A 192.0.2.5\n"
                             "+host NSEC safe A RRSIG NSEC\n"
                             "safe NS ns.safe\n"
                             "safe NS host\n"
                             "+safe DS 1 15 2 "
                             "0000000000000000000000000000000000000000000000000000000000000000\n"
                             "+safe NSEC unsafe NS DS RRSIG NSEC\n"
                             "ns.safe A 192.0.2.1\n"
                             "unsafe NS ns.unsafe\n"
                             "+unsafe NSEC @ NS RRSIG NSEC\n"
                             "ns.unsafe A 192.0.2.2\n";
#define DS "3600 DS 1 15 2 0000000000000000000000000000000000000000000000000000000000000000\n"

TEST(a_secure_referral_has_ds_or_proves_that_there_is_none)
{
    struct zone_version *zone = ask_zone("example.", secure);

    CHECK_ANSWER(zone, "www.safe.example.", "A", AUTH_DO,
                 "NOERROR\n"
                 "authority safe.example. 3600 NS host.example.\n"
                 "authority safe.example. 3600 NS ns.safe.example.\n"
                 "authority safe.example. " DS "authority safe.example. 3600 RRSIG DS\n"
                 "additional ns.safe.example. 3600 A 192.0.2.1\n"
                 "additional host.example. 3600 A 192.0.2.5\n"
                 "additional host.example. 3600 RRSIG A\n");
    CHECK_ANSWER(zone, "www.unsafe.example.", "A", AUTH_DO,
                 "NOERROR\n"
                 "authority unsafe.example. 3600 NS ns.unsafe.example.\n"
                 "authority unsafe.example. 3600 NSEC example. NS RRSIG NSEC\n"
                 "authority unsafe.example. 3600 RRSIG NSEC\n"
                 "additional ns.unsafe.example. 3600 A 192.0.2.2\n");
    ask_free(zone);
}

/* RFC 4035 3.1.4.1: DS is the parent's, as is the NSEC at the cut. */
TEST(the_parent_answers_for_ds)
{
    struct zone_version *zone = ask_zone("example.", secure);

    CHECK_ANSWER(zone, "safe.example.", "DS", 0, "NOERROR aa\nanswer safe.example. " DS);
    CHECK_ANSWER(zone, "unsafe.example.", "DS", AUTH_DO,
                 "NOERROR aa\n" SOA "authority example. 60 RRSIG SOA\n"
                 "authority unsafe.example. 3600 NSEC example. NS RRSIG NSEC\n"
                 "authority unsafe.example. 3600 RRSIG NSEC\n");
    CHECK_ANSWER(zone, "unsafe.example.", "NSEC", 0,
                 "NOERROR aa\nanswer unsafe.example. 3600 NSEC example. NS RRSIG NSEC\n");
    CHECK_ANSWER(zone, "example.", "DS", 0, "NOERROR aa\n" SOA);
    ask_free(zone);
}

TESTS(a_referral_carries_the_addresses_below_it, other_addresses_follow_when_there_is_room,
      addresses_that_a_dname_hides_are_no_glue, names_of_any_length_share_an_image,
      required_glue_that_does_not_fit_truncates, required_glue_goes_first,
      a_secure_referral_has_ds_or_proves_that_there_is_none, the_parent_answers_for_ds)
