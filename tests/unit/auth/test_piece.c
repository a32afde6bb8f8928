/*
 * Goal    Which answers are one piece; a piece says what the walk says, in no more octets than it
 *         may have.
 * Method  A zone with one name of each kind. CHECK_ANSWER holds a piece against the walk; here is
 *         also said whether there is one, so that what is fast stays so.
 */
#include "unit/auth/ask.h"

static const char zone_text[] = "@ SOA ns.example. admin.example. 1 2 3 4 60\n@ NS ns.example.\n"
                                "ns A 192.0.2.1\nns AAAA 2001:db8::1\n"
                                "many A 192.0.2.1\nmany A 192.0.2.2\n"
                                "mail MX 10 ns.example.\nalias CNAME ns.example.\n"
                                "text TXT \"a text of more than sixteen octets, and of more than "
                                "thirty-two, and of more than sixty-four octets\"\n"
                                "Upper.Case A 192.0.2.3\n"
                                "*.wild A 192.0.2.4\n"
                                "in NS ns1.in.example.\nns1.in A 192.0.2.5\n"
                                "hosted NS ns1.in.example.\nhosted NS ns.example.\n"
                                "folded NS NS.EXAMPLE.\nself NS self.example.\n"
                                "rich NS many.example.\n"
                                "made NS x.wild.example.\n"
                                "d DNAME example.net.\nhidden NS ns.d.example.\nns.d A 192.0.2.6\n"
                                "+here A 192.0.2.7\n+host A 192.0.2.8\nsigned NS host.example.\n";

static const struct {
    const char *name;
    const char *type;
    bool is_piece;
} rows[] = {
    { "ns.example.", "A", true },
    { "NS.Example.", "AAAA", true },
    { "upper.case.example.", "A", true },
    { "text.example.", "TXT", true },
    { "here.example.", "A", true },
    { "text.example.", "A", true }, /* no such type */
    { "case.example.", "A", true }, /* an empty non-terminal */
    { "x.ns.example.", "A", true }, /* no such name */
    { "x.alias.example.", "TYPE65280", true },
    { "many.example.", "A", false },  /* it turns */
    { "mail.example.", "MX", false }, /* it has names */
    { "example.", "SOA", false },
    { "alias.example.", "A", false },
    { "ns.example.", "ANY", false },
    { "here.example.", "RRSIG", false },
    { "ns.example.", "TYPE65280", false },
    { "x.wild.example.", "A", false },
    { "in.example.", "A", true },
    { "www.in.example.", "A", true },
    { "in.example.", "ANY", true },
    { "in.example.", "DS", false },
    { "x.in.example.", "DS", true },
    { "www.hosted.example.", "A", true },
    { "www.folded.example.", "A", true },
    { "www.signed.example.", "A", true },
    { "www.self.example.", "A", true },  /* as short as a referral can be */
    { "www.rich.example.", "A", false }, /* an address set that turns */
    { "www.made.example.", "A", false },
    { "www.hidden.example.", "A", true },
    { "x.d.example.", "A", false },
};

TEST(pieces_say_what_the_walk_says)
{
    struct zone_version *zone = ask_zone("example.", zone_text);

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        CHECK_EQ_WHY(ask_piece(zone, rows[i].name, rows[i].type, 0, 1232), rows[i].is_piece,
                     rows[i].name);
        (void)ask(zone, rows[i].name, rows[i].type, 0);
    }
    ask_free(zone);
}

/* A question far from the cut makes pointers of more than 255. */
TEST(a_long_question_moves_every_pointer)
{
    struct zone_version *zone = ask_zone("example.", zone_text);
    char name[256] = "";

    for (unsigned labels = 0; labels < 100; labels++) {
        char below[300];
        snprintf(below, sizeof(below), "%shosted.example.", name);
        CHECK(ask_piece(zone, below, "A", 0, 1232));
        (void)ask(zone, below, "A", 0);
        snprintf(below, sizeof(below), "%snothing.example.", name);
        CHECK(ask_piece(zone, below, "A", 0, 1232));
        (void)ask(zone, below, "A", 0);
        strcat(name, "q.");
    }
    ask_free(zone);
}

/* Mostly cuts: looked for from the apex down. Deep names, glue, and what is between a cut and it.
 */
TEST(a_zone_of_cuts_says_what_the_walk_says)
{
    static const char *const names[] = {
        "a.example.",         "www.a.example.",
        "ns.a.example.",      "x.ns.a.example.",
        "ns.deep.b.example.", "deep.b.example.",
        "x.deep.b.example.",  "b.example.",
        "c.d.example.",       "x.c.d.example.",
        "d.example.",         "x.d.example.",
        "nothing.example.",   "x.nothing.example.",
        "example.",           "h.example.",
        "x.h.example.",       "dn.example.",
        "x.dn.example.",      "x.a-label-of-more-than-thirty-two-octets.example.",
    };
    struct zone_version *zone =
        ask_zone("example.", "@ SOA . . 1 2 3 4 60\n@ NS ns.a\n"
                             "a NS ns.a.example.\nns.a A 192.0.2.1\n"
                             "b NS ns.deep.b.example.\nns.deep.b A 192.0.2.2\n"
                             "c.d NS ns.a.example.\nh A 192.0.2.3\n"
                             "a-label-of-more-than-thirty-two-octets NS ns.deep.b.example.\n"
                             "dn DNAME example.net.\n");

    CHECK(zone_is_mostly_cuts(zone));
    for (size_t i = 0; i < TD_COUNT(names); i++) {
        (void)ask(zone, names[i], "A", 0);
        (void)ask(zone, names[i], "DS", 0);
        (void)ask(zone, names[i], "NS", 0);
    }
    CHECK(ask_piece(zone, "x.a-label-of-more-than-thirty-two-octets.example.", "A", 0, 1232));
    ask_free(zone);
}

/* The second name of the SOA ends as the first does; behind an answer section it is laid out anew.
 */
TEST(the_names_of_a_soa_share_labels)
{
    static const char *const names[] = { "nothing.example.", "gone.example.", "chain.example.",
                                         "a.example.",       "x.d.example.",  "nic.example." };
    struct zone_version *zone = ask_zone(
        "example.", "+@ SOA a.nic host.nic 1 2 3 4 60\n+@ NS a.nic\n+@ DNSKEY 256 3 13 AAAA\n"
                    "+@ NSEC a NS SOA RRSIG NSEC DNSKEY\n+a A 192.0.2.1\n"
                    "+a NSEC chain A RRSIG NSEC\n+chain CNAME gone\n+chain NSEC d CNAME\n"
                    "+d DNAME example\n+d NSEC gone DNAME\n+gone CNAME nowhere\n"
                    "+gone NSEC a.nic CNAME\n+a.nic A 192.0.2.2\n+a.nic NSEC @ A\n");

    for (size_t i = 0; i < TD_COUNT(names); i++) {
        (void)ask(zone, names[i], "MX", 0);
        (void)ask(zone, names[i], "MX", AUTH_DO);
    }
    ask_free(zone);
}

static const char nsec_text[] =
    "+@ SOA ns admin 1 2 3 4 60\n+@ NS ns\n+@ DNSKEY 256 3 13 AAAA\n"
    "+@ NSEC a NS SOA RRSIG NSEC DNSKEY\n"
    "+a A 192.0.2.1\n+a NSEC alias A RRSIG NSEC\n"
    "+alias CNAME a\n+alias NSEC many CNAME RRSIG NSEC\n"
    "+many A 192.0.2.1\n+many A 192.0.2.2\n+many TXT a\n+many TXT b\n"
    "+many NSEC open A TXT RRSIG NSEC\n"
    "open NS ns.open\nns.open A 192.0.2.3\n+open NSEC safe NS RRSIG NSEC\n"
    "safe NS ns.open\n+safe DS 1 13 99 00\n"
    "+safe NSEC b.x NS DS RRSIG NSEC\n"
    "+b.x A 192.0.2.4\n+b.x NSEC @ A RRSIG NSEC\n";

static const struct {
    const char *name;
    const char *type;
    bool is_piece;
} signed_rows[] = {
    { "a.example.", "A", true },
    { "a.example.", "AAAA", true }, /* no such type */
    { "example.", "A", true },
    { "many.example.", "TXT", true },
    { "many.example.", "A", false }, /* it turns */
    { "many.example.", "ANY", false },
    { "alias.example.", "A", false },
    { "alias.example.", "CNAME", false },
    { "x.example.", "A", false },  /* an empty non-terminal: no NSEC of its own */
    { "b.example.", "A", true },   /* no such name */
    { "0.example.", "A", true },   /* the apex is in front of it, too */
    { "zz.example.", "A", false }, /* the NSEC in front is two labels below the apex */
    { "t.q.example.", "A", true },
    { "y.x.example.", "A", false }, /* below another encloser */
    { "open.example.", "A", true },
    { "ns.open.example.", "A", false }, /* glue was found first */
    { "w.open.example.", "DS", true },
    { "open.example.", "DS", true }, /* no such type, says the parent */
    { "open.example.", "NSEC", false },
    { "safe.example.", "DS", true },
    { "w.safe.example.", "AAAA", true },
};

TEST(signed_pieces_say_what_the_walk_says)
{
    struct zone_version *zone = ask_zone("example.", nsec_text);

    CHECK((zone->flags & ZONE_IS_SIGNED) != 0);
    for (size_t i = 0; i < TD_COUNT(signed_rows); i++) {
        CHECK_EQ_WHY(ask_piece(zone, signed_rows[i].name, signed_rows[i].type, AUTH_DO, 1232),
                     signed_rows[i].is_piece, signed_rows[i].name);
        (void)ask(zone, signed_rows[i].name, signed_rows[i].type, AUTH_DO);
        (void)ask(zone, signed_rows[i].name, signed_rows[i].type, 0);
    }
    ask_free(zone);
}

/* Nobody points to the root. */
TEST(the_root_may_be_signed)
{
    struct zone_version *zone =
        ask_zone(".", "+@ SOA ns admin 1 2 3 4 60\n+@ NS ns\n+@ DNSKEY 256 3 13 AAAA\n"
                      "+@ NSEC com NS SOA RRSIG NSEC DNSKEY\n"
                      "com NS ns.com\nns.com A 192.0.2.3\n+com NSEC @ NS RRSIG NSEC\n");
    static const char *const names[] = { "a.", "x.a.", "zz.", "com.", "x.com." };

    for (size_t i = 0; i < TD_COUNT(names); i++) {
        CHECK(ask_piece(zone, names[i], "A", AUTH_DO, 1232));
        (void)ask(zone, names[i], "A", AUTH_DO);
        (void)ask(zone, names[i], "DS", AUTH_DO);
    }
    ask_free(zone);
}

TESTS(pieces_say_what_the_walk_says, a_long_question_moves_every_pointer,
      a_zone_of_cuts_says_what_the_walk_says, the_names_of_a_soa_share_labels,
      signed_pieces_say_what_the_walk_says, the_root_may_be_signed)
