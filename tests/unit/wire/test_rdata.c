/*
 * Goal    each type's record data is checked as its RFC asks; names are decompressed where RFC
 *         3597 4 allows it, lower-cased where RFC 4034 6.2 and 6840 5.1 list the type.
 * Method  a table with good rdata of every type in the table (examples of the RFCs where they
 *         have some), each also cut at every octet and made one octet longer; a table of
 *         refusals; messages by hand.
 */
#include <ctype.h>
#include <stdlib.h>

#include "unit/test.h"
#include "wire/rdata.h"

enum { OCTETS_MAX = 512 };

/* "0001 'mx' 00": hexadecimal digits, and text in apostrophes; blanks mean nothing. */
static size_t octets_of(const char *text, uint8_t *out)
{
    size_t size = 0;

    for (bool is_text = false; *text != '\0'; text++) {
        if (*text == '\'') {
            is_text = !is_text;
        } else if (is_text) {
            out[size++] = (uint8_t)*text;
        } else if (*text != ' ') {
            char pair[3] = { text[0], text[1], '\0' };
            assert_true(isxdigit(pair[0]) && isxdigit(pair[1]));
            out[size++] = (uint8_t)strtoul(pair, NULL, 16);
            text++;
        }
    }
    return size;
}

#define NAME_MIXED "03'NS1' 02'eX' 00"
#define NAME_LOWER "03'ns1' 02'ex' 00"

/*
 * Good rdata. `canonical` NULL: as it is. `open`: some of its prefixes are good as well, since
 * the last field goes to the end or may be left out.
 */
static const struct {
    uint16_t type;
    bool open;
    const char *rdata;
    const char *canonical;
} good[] = {
    { WIRE_TYPE_A, false, "C0000201", NULL },
    { WIRE_TYPE_NS, false, NAME_MIXED, NAME_LOWER },
    { WIRE_TYPE_MD, false, NAME_MIXED, NAME_LOWER },
    { WIRE_TYPE_MF, false, NAME_MIXED, NAME_LOWER },
    { WIRE_TYPE_CNAME, false, NAME_MIXED, NAME_LOWER },
    { WIRE_TYPE_SOA, false, NAME_MIXED "01'H' 00 00000001 00000002 00000003 00000004 00000005",
      NAME_LOWER "01'h' 00 00000001 00000002 00000003 00000004 00000005" },
    { WIRE_TYPE_MB, false, NAME_MIXED, NAME_LOWER },
    { WIRE_TYPE_MG, false, NAME_MIXED, NAME_LOWER },
    { WIRE_TYPE_MR, false, NAME_MIXED, NAME_LOWER },
    { WIRE_TYPE_NULL, true, "0102", NULL },
    { WIRE_TYPE_WKS, true, "C0000201 06 0000004000", NULL },
    { WIRE_TYPE_PTR, false, "00", NULL },
    { WIRE_TYPE_HINFO, false, "03'PDP' 00", NULL },
    { WIRE_TYPE_MINFO, false, NAME_MIXED NAME_MIXED, NAME_LOWER NAME_LOWER },
    { WIRE_TYPE_MX, false, "000A" NAME_MIXED, "000A" NAME_LOWER },
    { WIRE_TYPE_TXT, true, "03'One' 00 01'2'", NULL },
    { WIRE_TYPE_RP, false, NAME_MIXED "01'T' 00", NAME_LOWER "01't' 00" },
    { WIRE_TYPE_AFSDB, false, "0001" NAME_MIXED, "0001" NAME_LOWER },
    { WIRE_TYPE_X25, false, "0C'311061700956'", NULL },
    { WIRE_TYPE_ISDN, true, "0F'150862028003217' 03'004'", NULL },
    { WIRE_TYPE_ISDN, false, "0F'150862028003217'", NULL },
    { WIRE_TYPE_RT, false, "0002" NAME_MIXED, "0002" NAME_LOWER },
    { WIRE_TYPE_NSAP, true, "47000580005A0000000001E133FFFFFF00016100", NULL },
    { WIRE_TYPE_NSAP_PTR, false, NAME_MIXED, NULL },
    { WIRE_TYPE_SIG, true, "0001 05 02 00000E10 386D4380 386D4380 1234" NAME_MIXED "AABB",
      "0001 05 02 00000E10 386D4380 386D4380 1234" NAME_LOWER "AABB" },
    { WIRE_TYPE_KEY, true, "0200 03 05 0301", NULL },
    { WIRE_TYPE_PX, false, "0032" NAME_MIXED "01'M' 00", "0032" NAME_LOWER "01'm' 00" },
    { WIRE_TYPE_GPOS, false, "08'-32.6882' 08'116.8652' 04'10.0'", NULL },
    { WIRE_TYPE_AAAA, false, "20010DB8000000000000000000000001", NULL },
    { WIRE_TYPE_LOC, false, "00 33 16 13 89173370 7076BB80 009894E0", NULL },
    { WIRE_TYPE_NXT, true, NAME_MIXED "4000000080000002", NAME_LOWER "4000000080000002" },
    { WIRE_TYPE_EID, true, "AABB", NULL },
    { WIRE_TYPE_NIMLOC, true, "AABB", NULL },
    { WIRE_TYPE_SRV, false, "0000 0001 0050" NAME_MIXED, "0000 0001 0050" NAME_LOWER },
    { WIRE_TYPE_ATMA, true, "01'61200000000'", NULL },
    { WIRE_TYPE_ATMA, true, "00 39246F00", NULL },
    { WIRE_TYPE_NAPTR, false, "0064 000A 01'U' 07'E2U+SIP' 02'!!'" NAME_MIXED,
      "0064 000A 01'U' 07'E2U+SIP' 02'!!'" NAME_LOWER },
    { WIRE_TYPE_KX, false, "000A" NAME_MIXED, "000A" NAME_LOWER },
    { WIRE_TYPE_CERT, true, "0003 0000 00 9901", NULL },
    { WIRE_TYPE_A6, false, "40 1122334455667788" NAME_MIXED, "40 1122334455667788" NAME_LOWER },
    { WIRE_TYPE_A6, false, "00 20010DB8000000000000000000000001", NULL },
    { WIRE_TYPE_A6, false, "80" NAME_MIXED, "80" NAME_LOWER },
    { WIRE_TYPE_DNAME, false, NAME_MIXED, NAME_LOWER },
    { WIRE_TYPE_SINK, true, "01 02 03 AABB", NULL },
    { WIRE_TYPE_OPT, true, "0003 0000 000A 0008 1122334455667788", NULL },
    { WIRE_TYPE_APL, true, "0001 15 03 C0A820 0001 1C 83 C0A826 0002 08 01 FF", NULL },
    { WIRE_TYPE_APL, true, "0007 FF 02 1122", NULL },
    { WIRE_TYPE_DS, true, "EC45 05 01 2BB183AF5F22588179A53B0A98631FAD1A292118", NULL },
    { WIRE_TYPE_SSHFP, true, "02 01 123456789ABCDEF67890123456789ABCDEF67890", NULL },
    { WIRE_TYPE_IPSECKEY, true, "0A 01 02 C0000226 010351", NULL },
    { WIRE_TYPE_IPSECKEY, true, "0A 00 02 010351", NULL },
    { WIRE_TYPE_IPSECKEY, true, "0A 03 02" NAME_MIXED "010351", NULL },
    { WIRE_TYPE_IPSECKEY, true, "0A 02 02 20010DB8000000000000000000000001 01", NULL },
    { WIRE_TYPE_RRSIG, true, "0001 05 03 00015180 3F19CE61 3EF24161 0A52" NAME_MIXED "AABB",
      "0001 05 03 00015180 3F19CE61 3EF24161 0A52" NAME_LOWER "AABB" },
    { WIRE_TYPE_NSEC, true,
      NAME_MIXED "0006 400100000003 041B 000000000000000000000000000000"
                 "000000000000000000000020",
      NULL },
    { WIRE_TYPE_DNSKEY, true, "0100 03 05 01030A", NULL },
    { WIRE_TYPE_DHCID, true, "000201", NULL },
    { WIRE_TYPE_NSEC3, true,
      "01 01 000C 04AABBCCDD 14 0011223344556677889900112233445566778899"
      "0006 400000000002",
      NULL },
    { WIRE_TYPE_NSEC3, true, "01 00 0000 00 0111", NULL },
    { WIRE_TYPE_NSEC3PARAM, false, "01 00 000C 04AABBCCDD", NULL },
    { WIRE_TYPE_NSEC3PARAM, false, "01 00 0000 00", NULL },
    { WIRE_TYPE_TLSA, true, "00 00 01 D2ABDE240D", NULL },
    { WIRE_TYPE_SMIMEA, true, "03 00 00 AABB", NULL },
    { WIRE_TYPE_HIP, true, "04 02 0003 20010012 AABBCC" NAME_MIXED "01'r' 00", NULL },
    { WIRE_TYPE_NINFO, true, "02'ok'", NULL },
    { WIRE_TYPE_RKEY, true, "0000 03 05 AA", NULL },
    { WIRE_TYPE_TALINK, false, "01'A' 00 01'B' 00", NULL },
    { WIRE_TYPE_CDS, true, "0000 00 00 00", NULL },
    { WIRE_TYPE_CDNSKEY, true, "0000 03 00 00", NULL },
    { WIRE_TYPE_OPENPGPKEY, true, "9901", NULL },
    { WIRE_TYPE_CSYNC, true, "00000042 0003 0004 60000008", NULL },
    { WIRE_TYPE_ZONEMD, true, "78565C34 01 F0 AABBCCDDEEFF001122334455", NULL },
    { WIRE_TYPE_SVCB, true, "0001 03'foo' 00 0001 0006 02'h2' 02'h3' 0003 0002 0035", NULL },
    { WIRE_TYPE_HTTPS, false, "0000 03'FOO' 00", NULL },
    { WIRE_TYPE_DSYNC, false, "003B 01 14E9 01'S' 00", NULL },
    { WIRE_TYPE_HHIT, true, "8201", NULL },
    { WIRE_TYPE_BRID, true, "8201", NULL },
    { WIRE_TYPE_SPF, true, "06'v=spf1'", NULL },
    { WIRE_TYPE_NID, false, "000A 00144FFFFF20EE64", NULL },
    { WIRE_TYPE_L32, false, "000A 0A010200", NULL },
    { WIRE_TYPE_L64, false, "000A 20010DB81140 1000", NULL },
    { WIRE_TYPE_LP, false, "000A" NAME_MIXED, NULL },
    { WIRE_TYPE_EUI48, false, "00005E00532A", NULL },
    { WIRE_TYPE_EUI64, false, "00005EEF1000002A", NULL },
    { WIRE_TYPE_TKEY, false, NAME_MIXED "00000000 00000000 0003 0000 0002AABB 0000", NULL },
    { WIRE_TYPE_TSIG, false, NAME_MIXED "000000000001 012C 0002AABB 1234 0012 0006 000000000002",
      NULL },
    { WIRE_TYPE_URI, true, "000A 0001 'ftp://x'", NULL },
    { WIRE_TYPE_CAA, true, "80 05'issue' 'ca.example'", NULL },
    { WIRE_TYPE_CAA, true, "00 05'iSSu3'", NULL },
    { WIRE_TYPE_AVC, true, "03'a=b'", NULL },
    { WIRE_TYPE_DOA, true, "00000000 00000001 02 0A'text/plain' AABB", NULL },
    { WIRE_TYPE_AMTRELAY, false, "0A 00", NULL },
    { WIRE_TYPE_AMTRELAY, false, "0A 81 CB00710F", NULL },
    { WIRE_TYPE_AMTRELAY, false, "0A 02 20010DB8000000000000000000000001", NULL },
    { WIRE_TYPE_AMTRELAY, false, "80 83" NAME_MIXED, NULL },
    { WIRE_TYPE_RESINFO, true, "08'qnamemin' 0C'exterr=15-17'", NULL },
    { WIRE_TYPE_WALLET, true, "03'BTC' 04'1abc'", NULL },
    { WIRE_TYPE_CLA, true, "07'TCP-v4-'", NULL },
    { WIRE_TYPE_IPN, false, "0000000000000001", NULL },
    { WIRE_TYPE_TA, true, "EC45 05 01 2BB183AF5F22588179A53B0A98631FAD1A292118", NULL },
    { WIRE_TYPE_DLV, true, "EC45 05 01 2BB183AF5F22588179A53B0A98631FAD1A292118", NULL },
    { WIRE_TYPE_DELEG, true, "0001 00", NULL },
    { 65280, true, "AABBCC", NULL },
};

TEST(every_type_is_in_the_table_of_good_rdata)
{
    for (size_t i = 1; i < wire_rrtype_count; i++) {
        const struct wire_rrtype *row = &wire_rrtypes[i];
        bool found = (row->flags & WIRE_RRTYPE_QUESTION) != 0 || row->number == WIRE_TYPE_NXNAME;
        for (size_t g = 0; g < TD_COUNT(good); g++)
            found = found || good[g].type == row->number;
        CHECK_EQ_WHY(found, 1, row->mnemonic);
    }
}

/* An allocation of exactly `size`, so that a sanitizer sees a read beyond it. */
static td_err check_exact(uint16_t type, const uint8_t *octets, size_t size)
{
    uint8_t *exact = malloc(size == 0 ? 1 : size);
    if (size != 0)
        memcpy(exact, octets, size);
    td_err err = wire_rdata_check(type, exact, size);
    free(exact);
    return err;
}

TEST(good_rdata_is_accepted_and_its_prefixes_are_not)
{
    for (size_t g = 0; g < TD_COUNT(good); g++) {
        uint8_t octets[OCTETS_MAX];
        size_t size = octets_of(good[g].rdata, octets);

        CHECK_EQ_WHY(check_exact(good[g].type, octets, size), TD_OK, good[g].rdata);
        for (size_t cut = 0; cut < size; cut++) {
            td_err err = check_exact(good[g].type, octets, cut);
            if (!good[g].open)
                CHECK_EQ_WHY(err, TD_E_TRUNCATED, good[g].rdata);
            else
                CHECK_EQ_WHY(err == TD_OK || err == TD_E_TRUNCATED || err == TD_E_INVALID ||
                                 err == TD_E_MALFORMED,
                             1, good[g].rdata);
        }
        if (!good[g].open) {
            octets[size] = 0xC0; /* no beginning of anything */
            CHECK_EQ_WHY(check_exact(good[g].type, octets, size + 1) != TD_OK, 1, good[g].rdata);
        }
    }
}

TEST(canonical_form_lower_cases_listed_types_only)
{
    for (size_t g = 0; g < TD_COUNT(good); g++) {
        uint8_t octets[OCTETS_MAX], want[OCTETS_MAX];
        size_t size = octets_of(good[g].rdata, octets);
        const char *canonical = good[g].canonical != NULL ? good[g].canonical : good[g].rdata;
        size_t want_size = octets_of(canonical, want);

        wire_rdata_canonical(good[g].type, octets, size);
        CHECK_EQ_WHY(size, want_size, good[g].rdata);
        CHECK_EQ_WHY(memcmp(octets, want, size), 0, good[g].rdata);
    }
}

TEST(good_rdata_is_read_from_a_message_unchanged)
{
    for (size_t g = 0; g < TD_COUNT(good); g++) {
        uint8_t message[OCTETS_MAX + 8] = { 0 }, out[OCTETS_MAX];
        size_t size = octets_of(good[g].rdata, message + 4);
        struct td_reader reader = { .data = message, .size = size + 8, .cursor = 4 };
        struct td_writer writer = td_writer_of(out, sizeof(out));

        CHECK_EQ_WHY(wire_rdata_read(&reader, good[g].type, size, &writer), TD_OK, good[g].rdata);
        CHECK_EQ_WHY(reader.cursor, 4 + size, good[g].rdata);
        CHECK_EQ_WHY(writer.cursor, size, good[g].rdata);
        CHECK_EQ_WHY(memcmp(out, message + 4, size), 0, good[g].rdata);
        if (size == 0)
            continue;

        /* No room: nothing moves. */
        reader.cursor = 4;
        writer = td_writer_of(out, size - 1);
        CHECK_EQ_WHY(wire_rdata_read(&reader, good[g].type, size, &writer), TD_E_SPACE,
                     good[g].rdata);
        CHECK_EQ_WHY(reader.cursor, 4, good[g].rdata);
        CHECK_EQ_WHY(writer.cursor, 0, good[g].rdata);
    }
}

static const struct {
    const char *why;
    uint16_t type;
    td_err want;
    const char *rdata;
} bad[] = {
    { "three octets of address", WIRE_TYPE_A, TD_E_TRUNCATED, "C00002" },
    { "five octets of address", WIRE_TYPE_A, TD_E_MALFORMED, "C000020102" },
    { "a pointer in a plain name", WIRE_TYPE_NS, TD_E_MALFORMED, "C00C" },
    { "TXT without a string", WIRE_TYPE_TXT, TD_E_TRUNCATED, "" },
    { "TXT with half a string", WIRE_TYPE_TXT, TD_E_TRUNCATED, "01'a' 02'b'" },
    { "HINFO with three strings", WIRE_TYPE_HINFO, TD_E_MALFORMED, "000000" },
    { "ISDN with three strings", WIRE_TYPE_ISDN, TD_E_MALFORMED, "000000" },
    { "X25 with a letter", WIRE_TYPE_X25, TD_E_MALFORMED, "05'1234x'" },
    { "X25 too short", WIRE_TYPE_X25, TD_E_MALFORMED, "03'123'" },
    { "LOC of version 1", WIRE_TYPE_LOC, TD_E_MALFORMED, "01 33 16 13 89173370 7076BB80 009894E0" },
    { "LOC mantissa of 10", WIRE_TYPE_LOC, TD_E_MALFORMED,
      "00 A3 16 13 89173370 7076BB80 009894E0" },
    { "LOC exponent of 10", WIRE_TYPE_LOC, TD_E_MALFORMED,
      "00 33 1A 13 89173370 7076BB80 009894E0" },
    { "LOC beyond the pole", WIRE_TYPE_LOC, TD_E_MALFORMED,
      "00 33 16 13 934FD901 7076BB80 009894E0" },
    { "LOC beyond the date line", WIRE_TYPE_LOC, TD_E_MALFORMED,
      "00 33 16 13 89173370 59604DFF 009894E0" },
    { "NXT ends in a zero octet", WIRE_TYPE_NXT, TD_E_MALFORMED, "00 4000" },
    { "NXT over 16 octets", WIRE_TYPE_NXT, TD_E_MALFORMED,
      "00 4000000000000000000000000000000001" },
    { "ATMA without address", WIRE_TYPE_ATMA, TD_E_TRUNCATED, "01" },
    { "ATMA number with a letter", WIRE_TYPE_ATMA, TD_E_MALFORMED, "01'1a'" },
    { "A6 prefix of 129", WIRE_TYPE_A6, TD_E_MALFORMED, "81 00" },
    { "A6 prefix 0 with a name", WIRE_TYPE_A6, TD_E_MALFORMED,
      "00 20010DB8000000000000000000000001 00" },
    { "WKS bitmap over 65,536 ports is not possible in a row", WIRE_TYPE_WKS, TD_E_TRUNCATED,
      "C0000201" },
    { "EDNS option cut off", WIRE_TYPE_OPT, TD_E_TRUNCATED, "000A 0008 11" },
    { "EDNS option without length", WIRE_TYPE_OPT, TD_E_TRUNCATED, "000A 00" },
    { "APL prefix of 33", WIRE_TYPE_APL, TD_E_MALFORMED, "0001 21 00" },
    { "APL prefix of 129", WIRE_TYPE_APL, TD_E_MALFORMED, "0002 81 00" },
    { "APL IPv4 of five octets", WIRE_TYPE_APL, TD_E_MALFORMED, "0001 20 05 0102030405" },
    { "APL IPv6 of 17 octets", WIRE_TYPE_APL, TD_E_MALFORMED,
      "0002 80 11 0102030405060708090A0B0C0D0E0F1011" },
    { "APL ends in a zero octet", WIRE_TYPE_APL, TD_E_MALFORMED, "0001 18 03 C0A800" },
    { "APL cut off", WIRE_TYPE_APL, TD_E_TRUNCATED, "0001 18 03 C0A8" },
    { "IPSECKEY of a fourth gateway type", WIRE_TYPE_IPSECKEY, TD_E_MALFORMED, "0A 04 02 01" },
    { "IPSECKEY with half a gateway", WIRE_TYPE_IPSECKEY, TD_E_TRUNCATED, "0A 01 02 C000" },
    { "AMTRELAY of a fourth relay type", WIRE_TYPE_AMTRELAY, TD_E_MALFORMED, "0A 84" },
    { "AMTRELAY with octets behind", WIRE_TYPE_AMTRELAY, TD_E_MALFORMED, "0A 00 00" },
    { "NSEC window 0 twice", WIRE_TYPE_NSEC, TD_E_MALFORMED, "00 0001 40 0001 40" },
    { "NSEC windows descending", WIRE_TYPE_NSEC, TD_E_MALFORMED, "00 0101 40 0001 40" },
    { "NSEC window empty", WIRE_TYPE_NSEC, TD_E_MALFORMED, "00 0000" },
    { "NSEC window over 32 octets", WIRE_TYPE_NSEC, TD_E_MALFORMED,
      "00 0021 000000000000000000000000000000000000000000000000000000000000000001" },
    { "NSEC window ends in a zero octet", WIRE_TYPE_NSEC, TD_E_MALFORMED, "00 0002 4000" },
    { "NSEC window cut off", WIRE_TYPE_NSEC, TD_E_TRUNCATED, "00 0002 40" },
    { "NSEC window without length", WIRE_TYPE_NSEC, TD_E_TRUNCATED, "00 00" },
    { "NSEC without types", WIRE_TYPE_NSEC, TD_E_INVALID, NAME_MIXED },
    { "NSEC3 with an empty hash", WIRE_TYPE_NSEC3, TD_E_MALFORMED, "01 00 0000 00 00" },
    { "DNSKEY without a key", WIRE_TYPE_DNSKEY, TD_E_TRUNCATED, "0100 03 05" },
    { "DS SHA-1 of 19 octets", WIRE_TYPE_DS, TD_E_INVALID,
      "EC45 05 01 2BB183AF5F22588179A53B0A98631FAD1A2921" },
    { "DS SHA-256 of 20 octets", WIRE_TYPE_DS, TD_E_INVALID,
      "EC45 05 02 2BB183AF5F22588179A53B0A98631FAD1A292118" },
    { "CDS SHA-384 of one octet", WIRE_TYPE_CDS, TD_E_INVALID, "EC45 05 04 2B" },
    { "DLV GOST of one octet", WIRE_TYPE_DLV, TD_E_INVALID, "EC45 05 03 2B" },
    { "TA SHA-1 of one octet", WIRE_TYPE_TA, TD_E_INVALID, "EC45 05 01 2B" },
    { "SSHFP SHA-256 of two octets", WIRE_TYPE_SSHFP, TD_E_INVALID, "01 02 AABB" },
    { "ZONEMD SHA-384 of 12 octets", WIRE_TYPE_ZONEMD, TD_E_INVALID,
      "00000001 01 01 AABBCCDDEEFF001122334455" },
    { "ZONEMD of 11 octets", WIRE_TYPE_ZONEMD, TD_E_INVALID,
      "00000001 01 F0 AABBCCDDEEFF0011223344" },
    { "HIP without HIT", WIRE_TYPE_HIP, TD_E_MALFORMED, "00 02 0001 AA" },
    { "HIP without key", WIRE_TYPE_HIP, TD_E_MALFORMED, "01 02 0000 AA" },
    { "HIP key cut off", WIRE_TYPE_HIP, TD_E_TRUNCATED, "01 02 0003 AA BBCC" },
    { "HIP with a compressed server", WIRE_TYPE_HIP, TD_E_MALFORMED, "01 02 0001 AA BB C000" },
    { "URI without a target", WIRE_TYPE_URI, TD_E_INVALID, "000A 0001" },
    { "CAA without a tag", WIRE_TYPE_CAA, TD_E_MALFORMED, "00 00" },
    { "CAA tag with a dash", WIRE_TYPE_CAA, TD_E_MALFORMED, "00 02'a-'" },
    { "CAA tag cut off", WIRE_TYPE_CAA, TD_E_TRUNCATED, "00 05'iss'" },
    { "TSIG other data cut off", WIRE_TYPE_TSIG, TD_E_TRUNCATED,
      "00 000000000001 012C 0000 1234 0012 0006 0000" },
    { "SVCB mandatory key absent", WIRE_TYPE_SVCB, TD_E_INVALID, "0001 00 0000 0002 0004" },
};

TEST(bad_rdata_is_refused)
{
    for (size_t b = 0; b < TD_COUNT(bad); b++) {
        uint8_t octets[OCTETS_MAX], out[OCTETS_MAX];
        size_t size = octets_of(bad[b].rdata, octets);

        CHECK_EQ_WHY(check_exact(bad[b].type, octets, size), bad[b].want, bad[b].why);

        if (wire_rrtype_get(bad[b].type)->flags & WIRE_RRTYPE_COMPRESS)
            continue;
        struct td_reader reader = td_reader_of(octets, size);
        struct td_writer writer = td_writer_of(out, sizeof(out));
        CHECK_EQ_WHY(wire_rdata_read(&reader, bad[b].type, size, &writer), bad[b].want, bad[b].why);
        size_t moved = bad[b].want == TD_E_INVALID ? size : 0;
        CHECK_EQ_WHY(reader.cursor, moved, bad[b].why);
        CHECK_EQ_WHY(writer.cursor, moved, bad[b].why);
    }
}

TEST(rdata_has_a_greatest_size)
{
    uint8_t *octets = calloc(1, 70000);

    CHECK_OK(wire_rdata_check(65280, octets, 65535));
    CHECK_EQ(wire_rdata_check(65280, octets, 65536), TD_E_MALFORMED);
    CHECK_OK(wire_rdata_check(WIRE_TYPE_WKS, octets, 5 + 8192));
    CHECK_EQ(wire_rdata_check(WIRE_TYPE_WKS, octets, 5 + 8193), TD_E_MALFORMED);
    free(octets);
}

TEST(compressed_names_are_followed_where_rfc_3597_says_so)
{
    /* "ex." at 0, then rdata that ends in a pointer to it. */
    static const struct {
        uint16_t type;
        const char *before;
        bool followed;
    } rows[] = {
        { WIRE_TYPE_NS, "", true },
        { WIRE_TYPE_MX, "0005", true },
        { WIRE_TYPE_RP, "00", true },
        { WIRE_TYPE_AFSDB, "0001", true },
        { WIRE_TYPE_RT, "0001", true },
        { WIRE_TYPE_PX, "0001 00", true },
        { WIRE_TYPE_SRV, "0000 0000 0035", true },
        { WIRE_TYPE_NAPTR, "0000 0000 00 00 00", true },
        { WIRE_TYPE_DNAME, "", false },
        { WIRE_TYPE_KX, "0001", false },
        { WIRE_TYPE_NSAP_PTR, "", false },
        { WIRE_TYPE_LP, "0001", false },
        { WIRE_TYPE_SVCB, "0001", false },
        { WIRE_TYPE_TALINK, "00", false },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        uint8_t message[64] = { 2, 'e', 'x', 0 }, out[64];
        size_t before = octets_of(rows[i].before, message + 4);
        memcpy(message + 4 + before, "\1a\xC0\x00\xFF", 5);
        struct td_reader reader = { .data = message, .size = before + 9, .cursor = 4 };
        struct td_writer writer = td_writer_of(out, sizeof(out));
        td_err err = wire_rdata_read(&reader, rows[i].type, before + 4, &writer);

        CHECK_EQ_WHY(err, rows[i].followed ? TD_OK : TD_E_MALFORMED,
                     wire_rrtype_get(rows[i].type)->mnemonic);
        if (!rows[i].followed)
            continue;
        CHECK_EQ(reader.cursor, before + 8);
        CHECK_EQ(writer.cursor, before + 6);
        CHECK_EQ(memcmp(out, message + 4, before), 0);
        CHECK_EQ(memcmp(out + before, "\1a\2ex", 6), 0);
    }
}

TEST(a_name_must_not_leave_its_rdata)
{
    /* rdlength 3 of an NS whose name is 1 a 0xC0 | 0x00. */
    static const uint8_t message[] = { 0, 1, 'a', 0xC0, 0, 0 };
    uint8_t out[64];
    struct td_reader reader = { .data = message, .size = sizeof(message), .cursor = 1 };
    struct td_writer writer = td_writer_of(out, sizeof(out));

    CHECK_EQ(wire_rdata_read(&reader, WIRE_TYPE_NS, 3, &writer), TD_E_TRUNCATED);
    CHECK_EQ(wire_rdata_read(&reader, WIRE_TYPE_NS, 5, &writer), TD_E_MALFORMED);
    CHECK_EQ(wire_rdata_read(&reader, WIRE_TYPE_NS, 6, &writer), TD_E_TRUNCATED);
    CHECK_EQ(reader.cursor, 1);
    CHECK_EQ(writer.cursor, 0);
    CHECK_OK(wire_rdata_read(&reader, WIRE_TYPE_NS, 4, &writer));
    CHECK_BYTES(out, writer.cursor, "\1a", 3);
}

TEST(names_in_rdata_are_found)
{
    for (size_t g = 0; g < TD_COUNT(good); g++) {
        uint8_t octets[OCTETS_MAX];
        size_t size = octets_of(good[g].rdata, octets);
        struct wire_rdata_name names[WIRE_RDATA_NAMES_MAX];
        unsigned count = wire_rdata_names(good[g].type, octets, size, names);
        unsigned mixed = 0;

        for (unsigned i = 0; i < count; i++) {
            CHECK_EQ_WHY(names[i].at + names[i].size <= size, 1, good[g].rdata);
            mixed += names[i].size == 8 && memcmp(octets + names[i].at, "\3NS1\2eX", 8) == 0;
        }
        if (good[g].type == WIRE_TYPE_HIP)
            continue;
        for (const char *at = good[g].rdata; (at = strstr(at, NAME_MIXED)) != NULL; at++)
            mixed--;
        CHECK_EQ_WHY(mixed, 0, good[g].rdata);
    }

    struct wire_rdata_name names[WIRE_RDATA_NAMES_MAX];
    uint8_t octets[OCTETS_MAX];
    size_t size = octets_of("0032 01'a' 00 02'bc' 00", octets);
    CHECK_EQ(wire_rdata_names(WIRE_TYPE_PX, octets, size, names), 2);
    CHECK_EQ(names[0].at, 2);
    CHECK_EQ(names[0].size, 3);
    CHECK_EQ(names[1].at, 5);
    CHECK_EQ(names[1].size, 4);
}

TEST(order_is_that_of_octets)
{
    static const struct {
        const char *a, *b;
        int want;
    } rows[] = {
        { "", "", 0 },       { "", "00", -1 },    { "00", "", 1 },   { "01", "02", -1 },
        { "FF", "0100", 1 }, { "0102", "01", 1 }, { "80", "7F", 1 }, { "0102", "0102", 0 },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        uint8_t a[8], b[8];
        size_t a_size = octets_of(rows[i].a, a), b_size = octets_of(rows[i].b, b);
        int order = wire_rdata_compare(a, a_size, b, b_size);
        CHECK_EQ_WHY((order > 0) - (order < 0), rows[i].want, rows[i].a);
    }
}

TEST(fields_are_walked_one_by_one)
{
    uint8_t octets[OCTETS_MAX];
    size_t size = octets_of("000A" NAME_MIXED, octets), at = 0;

    CHECK_OK(wire_rdata_field(WIRE_FIELD_U16, octets, size, at, &at));
    CHECK_EQ(at, 2);
    CHECK_OK(wire_rdata_field(WIRE_FIELD_NAME_1035, octets, size, at, &at));
    CHECK_EQ(at, size);
    CHECK_EQ(wire_rdata_field(WIRE_FIELD_U8, octets, size, at, &at), TD_E_TRUNCATED);
    CHECK_EQ(at, size);

    /* Every kind takes an empty rdata without reading it. */
    uint8_t *nothing = malloc(1);
    for (unsigned field = 1; field < WIRE_FIELD_COUNT; field++) {
        size_t end = 77;
        td_err err = wire_rdata_field((enum wire_field)field, nothing + 1, 0, 0, &end);
        CHECK_EQ(err == TD_OK ? end : 0, 0);
        CHECK(err == TD_OK || (err == TD_E_TRUNCATED && end == 77));
    }
    free(nothing);
}

TESTS(every_type_is_in_the_table_of_good_rdata, good_rdata_is_accepted_and_its_prefixes_are_not,
      canonical_form_lower_cases_listed_types_only, good_rdata_is_read_from_a_message_unchanged,
      bad_rdata_is_refused, rdata_has_a_greatest_size,
      compressed_names_are_followed_where_rfc_3597_says_so, a_name_must_not_leave_its_rdata,
      names_in_rdata_are_found, order_is_that_of_octets, fields_are_walked_one_by_one)
