/*
 * Goal    The additional section of answers (RFC 1034 4.3.2 step 6): what is in the zone, once.
 * Method  whole answers as text, one type after another.
 */
#include "ask.h"

#define APEX "@ SOA . . 1 2 3 4 60\n@ NS ns.test.\n"

static const char zone_text[] = APEX "@ MX 10 host\n"
                                     "@ MX 20 host\n"
                                     "@ MX 30 mail.elsewhere.test.\n"
                                     "host A 192.0.2.1\n"
                                     "host AAAA 2001:db8::1\n"
                                     "mx MX 10 a.w\n"
                                     "mx MX 20 b.w\n"
                                     "mx MX 30 a.w\n"
                                     "mx MX 40 in.cut\n"
                                     "mx MX 50 nothere\n"
                                     "mx MX 60 alias\n"
                                     "*.w A 192.0.2.2\n"
                                     "alias CNAME host\n"
                                     "cut NS in.cut\n"
                                     "in.cut A 192.0.2.3\n"
                                     "own MX 10 own\n"
                                     "own A 192.0.2.4\n"
                                     "_s._tcp SRV 1 2 53 host\n"
                                     "_s._tcp SRV 2 2 53 .\n"
                                     "nap NAPTR 1 1 \"S\" \"x\" \"\" _s._tcp\n"
                                     "nap NAPTR 1 2 \"a\" \"x\" \"\" host\n"
                                     "nap NAPTR 1 3 \"u\" \"x\" \"!a!b!\" .\n"
                                     "nap NAPTR 1 4 \"\" \"x\" \"\" own\n"
                                     "service HTTPS 1 . alpn=h2\n"
                                     "service A 192.0.2.5\n"
                                     "*.sw HTTPS 1 .\n"
                                     "*.sw A 192.0.2.6\n"
                                     "front HTTPS 0 service\n"
                                     "nowhere HTTPS 0 .\n"
                                     "nowhere A 192.0.2.7\n"
                                     "ilnp LP 1 locator\n"
                                     "locator L32 1 10.0.0.1\n"
                                     "locator L64 1 2001:db8:0:1\n"
                                     "locator A 192.0.2.8\n";

TEST(addresses_of_the_zone_are_added_once)
{
    struct zone_version *zone = ask_zone("example.", zone_text);

    CHECK_ANSWER(zone, "example.", "MX", 0,
                 "NOERROR aa\n"
                 "answer example. 3600 MX 10 host.example.\n"
                 "answer example. 3600 MX 20 host.example.\n"
                 "answer example. 3600 MX 30 mail.elsewhere.test.\n"
                 "additional host.example. 3600 A 192.0.2.1\n"
                 "additional host.example. 3600 AAAA 2001:db8::1\n");
    CHECK_ANSWER(zone, "example.", "MX", AUTH_NO_ADDITIONAL,
                 "NOERROR aa\n"
                 "answer example. 3600 MX 10 host.example.\n"
                 "answer example. 3600 MX 20 host.example.\n"
                 "answer example. 3600 MX 30 mail.elsewhere.test.\n");
    CHECK_ANSWER(zone, "own.example.", "MX", 0,
                 "NOERROR aa\n"
                 "answer own.example. 3600 MX 10 own.example.\n"
                 "additional own.example. 3600 A 192.0.2.4\n");
    ask_free(zone);
}

/* Two names may be made from one wildcard; a name below a cut is not ours to give. */
TEST(wildcards_count_and_glue_does_not)
{
    struct zone_version *zone = ask_zone("example.", zone_text);

    CHECK_ANSWER(zone, "mx.example.", "MX", 0,
                 "NOERROR aa\n"
                 "answer mx.example. 3600 MX 10 a.w.example.\n"
                 "answer mx.example. 3600 MX 20 b.w.example.\n"
                 "answer mx.example. 3600 MX 30 a.w.example.\n"
                 "answer mx.example. 3600 MX 40 in.cut.example.\n"
                 "answer mx.example. 3600 MX 50 nothere.example.\n"
                 "answer mx.example. 3600 MX 60 alias.example.\n"
                 "additional a.w.example. 3600 A 192.0.2.2\n"
                 "additional b.w.example. 3600 A 192.0.2.2\n");
    ask_free(zone);
}

TEST(services_bring_their_hosts)
{
    struct zone_version *zone = ask_zone("example.", zone_text);

    CHECK_ANSWER(zone, "_s._tcp.example.", "SRV", 0,
                 "NOERROR aa\n"
                 "answer _s._tcp.example. 3600 SRV 1 2 53 host.example.\n"
                 "answer _s._tcp.example. 3600 SRV 2 2 53 .\n"
                 "additional host.example. 3600 A 192.0.2.1\n"
                 "additional host.example. 3600 AAAA 2001:db8::1\n");
    CHECK_ANSWER(zone, "nap.example.", "NAPTR", 0,
                 "NOERROR aa\n"
                 "answer nap.example. 3600 NAPTR 1 1 \"S\" \"x\" \"\" _s._tcp.example.\n"
                 "answer nap.example. 3600 NAPTR 1 2 \"a\" \"x\" \"\" host.example.\n"
                 "answer nap.example. 3600 NAPTR 1 3 \"u\" \"x\" \"!a!b!\" .\n"
                 "answer nap.example. 3600 NAPTR 1 4 \"\" \"x\" \"\" own.example.\n"
                 "additional _s._tcp.example. 3600 SRV 1 2 53 host.example.\n"
                 "additional _s._tcp.example. 3600 SRV 2 2 53 .\n"
                 "additional host.example. 3600 A 192.0.2.1\n"
                 "additional host.example. 3600 AAAA 2001:db8::1\n");
    CHECK_ANSWER(zone, "ilnp.example.", "LP", 0,
                 "NOERROR aa\n"
                 "answer ilnp.example. 3600 LP 1 locator.example.\n"
                 "additional locator.example. 3600 L32 1 10.0.0.1\n"
                 "additional locator.example. 3600 L64 1 2001:0db8:0000:0001\n");
    ask_free(zone);
}

/* RFC 9460 2.5 and 4.1. */
TEST(service_bindings_bring_their_targets)
{
    struct zone_version *zone = ask_zone("example.", zone_text);

    CHECK_ANSWER(zone, "service.example.", "HTTPS", 0,
                 "NOERROR aa\n"
                 "answer service.example. 3600 HTTPS 1 . alpn=\"h2\"\n"
                 "additional service.example. 3600 A 192.0.2.5\n");
    CHECK_ANSWER(zone, "x.sw.example.", "HTTPS", 0,
                 "NOERROR aa\n"
                 "answer x.sw.example. 3600 HTTPS 1 .\n"
                 "additional x.sw.example. 3600 A 192.0.2.6\n");
    CHECK_ANSWER(zone, "front.example.", "HTTPS", 0,
                 "NOERROR aa\n"
                 "answer front.example. 3600 HTTPS 0 service.example.\n"
                 "additional service.example. 3600 HTTPS 1 . alpn=\"h2\"\n"
                 "additional service.example. 3600 A 192.0.2.5\n");
    CHECK_ANSWER(zone, "nowhere.example.", "HTTPS", 0,
                 "NOERROR aa\nanswer nowhere.example. 3600 HTTPS 0 .\n");
    ask_free(zone);
}

/* Even when the question's own set is the one that would be added. */
TEST(nothing_is_said_twice)
{
    struct zone_version *zone = ask_zone("example.", APEX "a NAPTR 1 1 \"s\" \"\" \"\" a\n"
                                                          "a SRV 0 0 1 a\n"
                                                          "h HTTPS 0 h\n");

    CHECK_ANSWER(zone, "a.example.", "NAPTR", 0,
                 "NOERROR aa\n"
                 "answer a.example. 3600 NAPTR 1 1 \"s\" \"\" \"\" a.example.\n"
                 "additional a.example. 3600 SRV 0 0 1 a.example.\n");
    CHECK_ANSWER(zone, "H.example.", "HTTPS", 0,
                 "NOERROR aa\nanswer H.example. 3600 HTTPS 0 h.example.\n");
    ask_free(zone);
}

/* More hosts than an answer has places: the rest is left out, with its signature. */
TEST(too_much_is_left_out)
{
    struct td_buf text = { .size = 0 };

    td_buf_add_text(&text, "+@ SOA . . 1 2 3 4 60\n+@ NS ns.test.\n+@ DNSKEY 256 3 15 AAAA\n");
    for (unsigned i = 0; i < 100; i++)
        td_buf_printf(&text, "m MX %u h%02u\n+h%02u A 192.0.2.1\n", i, i, i);
    struct zone_version *zone = ask_zone("example.", td_buf_text(&text));
    const char *answer = ask(zone, "m.example.", "MX", AUTH_DO);
    unsigned addresses = 0, signatures = 0;
    for (const char *at = answer; (at = strstr(at, "\nadditional")) != NULL; at++) {
        const char *end = strchr(at + 1, '\n');
        *(memmem(at, (size_t)(end - at), "RRSIG", 5) != NULL ? &signatures : &addresses) += 1;
    }
    CHECK(strstr(answer, "answer m.example. 3600 MX 99 h99.example.\n") != NULL);
    CHECK_EQ(addresses, signatures);
    CHECK_EQ(addresses, (ANSWER_SETS_MAX - 1) / 2);
    td_buf_fini(&text);
    ask_free(zone);
}

TESTS(addresses_of_the_zone_are_added_once, wildcards_count_and_glue_does_not,
      services_bring_their_hosts, service_bindings_bring_their_targets, nothing_is_said_twice,
      too_much_is_left_out)
