/*
 * Goal    Record data of every type: text to octets and back, and what is refused.
 * Method  Tables: rdata_rows.h for what is good, one row a mistake here.
 */
#include <stdlib.h>

#include "base/basen.h"
#include "rdata_rows.h"
#include "text/print.h"
#include "text/single.h"
#include "unit/test.h"
#include "wire/rdata.h"
#include "wire/rrtype.h"

static struct wire_name origin_name(void)
{
    struct wire_name origin;

    CHECK_OK(wire_name_from_text("example.", &origin));
    return origin;
}

static uint16_t type_of(const char *mnemonic)
{
    uint16_t type = 0;

    CHECK_OK(wire_rrtype_find(mnemonic, strlen(mnemonic), &type));
    return type;
}

/* Read `text` and compare with octets[0..size). */
static void check_reads(uint16_t type, const char *text, const uint8_t *octets, size_t size)
{
    struct wire_name origin = origin_name();
    struct td_diag diag = { .line = 0 };
    uint8_t *got;
    size_t got_size;

    if (text_single_rdata(type, text, strlen(text), origin.octets, &got, &got_size, &diag) != TD_OK)
        fail_msg("'%s': %u:%u: %s", text, diag.line, diag.column, diag.text);
    CHECK_EQ_WHY(got_size, size, text);
    CHECK_EQ_WHY(memcmp(got, octets, size), 0, text);
    free(got);
}

TEST(every_row_reads_prints_and_reads_again)
{
    for (size_t i = 0; i < TD_COUNT(rdata_rows); i++) {
        const struct rdata_row *row = &rdata_rows[i];
        const char *printed = row->printed != NULL ? row->printed : row->text;
        uint16_t type = type_of(row->type);
        uint8_t octets[1024];
        size_t size = 0;
        struct td_buf out = { .data = NULL };

        CHECK_OK(td_base16_decode(row->octets, strlen(row->octets), octets, sizeof(octets), &size));
        check_reads(type, row->text, octets, size);
        CHECK_EQ_WHY(wire_rdata_check(type, octets, size), TD_OK, row->text);

        text_print_rdata(&out, type, octets, size);
        CHECK_STR(td_buf_text(&out), printed);
        check_reads(type, td_buf_text(&out), octets, size);

        td_buf_clear(&out);
        td_buf_printf(&out, "\\# %zu %s", size, row->octets);
        check_reads(type, td_buf_text(&out), octets, size);
        td_buf_fini(&out);
    }
}

TEST(every_type_that_a_zone_can_hold_has_a_row)
{
    for (size_t i = 1; i < wire_rrtype_count; i++) {
        bool is_there = !wire_rrtype_is_data(wire_rrtypes[i].number);
        for (size_t j = 0; j < TD_COUNT(rdata_rows) && !is_there; j++)
            is_there = strcmp(rdata_rows[j].type, wire_rrtypes[i].mnemonic) == 0;
        CHECK_EQ_WHY(is_there, true, wire_rrtypes[i].mnemonic);
    }
}

/* Every row, with its end missing: never accepted as something else without its fields. */
TEST(cut_off_octets_print_as_generic_data)
{
    for (size_t i = 0; i < TD_COUNT(rdata_rows); i++) {
        uint16_t type = type_of(rdata_rows[i].type);
        uint8_t octets[1024];
        size_t size = 0;

        CHECK_OK(td_base16_decode(rdata_rows[i].octets, strlen(rdata_rows[i].octets), octets,
                                  sizeof(octets), &size));
        for (size_t cut = 0; cut < size; cut++) {
            struct td_buf out = { .data = NULL };
            td_err err = wire_rdata_check(type, octets, cut);
            text_print_rdata(&out, type, octets, cut);
            if (err == TD_OK)
                check_reads(type, td_buf_text(&out), octets, cut);
            else if (err != TD_E_INVALID)
                CHECK_EQ_WHY(strncmp(td_buf_text(&out), "\\# ", 3), 0, rdata_rows[i].text);
            td_buf_fini(&out);
        }
    }
}

static const struct {
    const char *type;
    const char *text;
    unsigned column;
    const char *why; /* the diagnostic */
} bad_rows[] = {
    { "A", "", 1, "the record ends here, where an IPv4 address should be" },
    { "A", "192.0.2", 1, "'192.0.2' is not an IPv4 address" },
    { "A", "192.0.2.", 1, "'192.0.2.' is not an IPv4 address" },
    { "A", "192.0.2.1.", 1, "'192.0.2.1.' is not an IPv4 address" },
    { "A", "192.0.2.256", 1, "'192.0.2.256' is not an IPv4 address" },
    { "A", "192.0.2.1000", 1, "'192.0.2.1000' is not an IPv4 address" },
    { "A", "192.0.2.01", 1, "'192.0.2.01' is not an IPv4 address" },
    { "A", "192..2.1", 1, "'192..2.1' is not an IPv4 address" },
    { "A", ".192.0.2.1", 1, "'.192.0.2.1' is not an IPv4 address" },
    { "A", "1.2.3.4a", 1, "'1.2.3.4a' is not an IPv4 address" },
    { "A", "\"192.0.2.1\"", 2, "'192.0.2.1' is not an IPv4 address: it is in quotes" },
    { "A", "192.0.2.1 x", 11, "'x' is more than the record can hold" },
    { "A", "\\# 3 C00002", 12, "these 3 octets are not the data of type A" },
    { "A", "\\# 4 C00002", 12, "3 octets of data, where \\# says 4" },
    { "A", "\\# 4 C0000201FF", 16, "5 octets of data, where \\# says 4" },
    { "A", "\\# 4 C000020", 13, "3 and a half octets of data, where \\# says 4" },
    { "A", "\\# 4 C000020G", 6, "'C000020G' is not hexadecimal data" },
    { "A", "\\# x", 4, "'x' is not a number of octets up to 65535" },
    { "A", "\\# 65536", 4, "'65536' is not a number of octets up to 65535" },
    { "A", "\\#", 3, "the record ends here, where a number of octets up to 65535 should be" },
    { "AAAA", "1:2:3:4:5:6:7", 1, "'1:2:3:4:5:6:7' is not an IPv6 address" },
    { "AAAA", "1:2:3:4:5:6:7:8:9", 1, "'1:2:3:4:5:6:7:8:9' is not an IPv6 address" },
    { "AAAA", "1::2::3", 1, "'1::2::3' is not an IPv6 address" },
    { "AAAA", ":1:2:3:4:5:6:7", 1, "':1:2:3:4:5:6:7' is not an IPv6 address" },
    { "AAAA", "1:2:3:4:5:6:7:", 1, "'1:2:3:4:5:6:7:' is not an IPv6 address" },
    { "AAAA", "12345::", 1, "'12345::' is not an IPv6 address" },
    { "AAAA", "::1.2.3", 1, "'::1.2.3' is not an IPv6 address" },
    { "AAAA", "1:2:3:4:5:6:7:1.2.3.4", 1, "'1:2:3:4:5:6:7:1.2.3.4' is not an IPv6 address" },
    { "AAAA", "1:2:3:4::5:6:7:8", 1, "'1:2:3:4::5:6:7:8' is not an IPv6 address" },
    { "AAAA", ":::", 1, "':::' is not an IPv6 address" },
    { "AAAA", ":", 1, "':' is not an IPv6 address" },
    { "AAAA", "fe80::1%eth0", 1, "'fe80::1%eth0' is not an IPv6 address" },
    { "NS", "", 1, "the record ends here, where a domain name should be" },
    { "NS", "a..b", 1, "'a..b' is not a domain name: empty label" },
    { "NS", ".a", 1, "'.a' is not a domain name: empty label" },
    { "NS", "..", 1, "'..' is not a domain name: empty label" },
    { "NS", "\"a\"", 2, "'a' is not a domain name: it is in quotes" },
    { "NS", "a\\256b", 1, "'a\\256b' is not a domain name: \\DDD goes up to \\255" },
    { "NS", "a\\12", 1,
      "'a\\12' is not a domain name: a backslash and a digit want three digits (\\DDD)" },
    { "MX", "mail", 1, "'mail' is not a number up to 65535" },
    { "MX", "65536 mail", 1, "'65536' is not a number up to 65535" },
    { "MX", "-1 mail", 1, "'-1' is not a number up to 65535" },
    { "MX", "+1 mail", 1, "'+1' is not a number up to 65535" },
    { "MX", "10", 3, "the record ends here, where a domain name should be" },
    { "SOA", "a b 1 2 3 4", 12,
      "the record ends here, where a time in seconds or like 1w2d3h4m5s should be" },
    { "SOA", "a b 1 2 3 4 5 6", 15, "'6' is more than the record can hold" },
    { "SOA", "a b 4294967296 2 3 4 5", 5, "'4294967296' is not a number up to 4294967295" },
    { "SOA", "a b 1 2x 3 4 5", 7, "'2x' is not a time in seconds or like 1w2d3h4m5s" },
    { "TXT", "", 1, "the record ends here, where a character-string should be" },
    { "TXT", "\"abc", 1, "the quote is not closed on its line" },
    { "TXT", "a\\25x", 1,
      "'a\\25x' is not a character-string: a backslash and a digit want three digits (\\DDD)" },
    { "TXT", "a\\999", 1, "'a\\999' is not a character-string: \\DDD goes up to \\255" },
    { "HINFO", "a", 2, "the record ends here, where a character-string should be" },
    { "HINFO", "a b c", 5, "'c' is more than the record can hold" },
    { "X25", "123", 1, "'123' is not a string of at least four digits" },
    { "X25", "12345a", 1, "'12345a' is not a string of at least four digits" },
    { "X25", "", 1, "the record ends here, where a string of at least four digits should be" },
    { "ISDN", "a b c", 5, "'c' is more than the record can hold" },
    { "NULL", "", 1,
      "the record ends here, where \\# SIZE HEX (the only form of this type) should be" },
    { "TYPE65280", "abc", 1, "'abc' is not \\# SIZE HEX (the only form of this type)" },
    { "WKS", "1.2.3.4 foo", 9, "'foo' is not a protocol (tcp, udp or a number up to 255)" },
    { "WKS", "1.2.3.4 256", 9, "'256' is not a protocol (tcp, udp or a number up to 255)" },
    { "WKS", "1.2.3.4 tcp foo", 13,
      "'foo' is not a port (a number up to 65535 or a well known name)" },
    { "NSAP", "47000580", 1,
      "'47000580' is not an NSAP address (0x, hexadecimal digits and dots)" },
    { "NSAP", "0x470", 1, "'0x470' is not an NSAP address (0x, hexadecimal digits and dots)" },
    { "NSAP", "0x", 1, "'0x' is not an NSAP address (0x, hexadecimal digits and dots)" },
    { "NSAP", "0x4x", 1, "'0x4x' is not an NSAP address (0x, hexadecimal digits and dots)" },
    { "ATMA", "+12a", 1, "'+12a' is not an ATM address (+digits, or hexadecimal digits and dots)" },
    { "ATMA", "+", 1, "'+' is not an ATM address (+digits, or hexadecimal digits and dots)" },
    { "ATMA", "123", 1, "'123' is not an ATM address (+digits, or hexadecimal digits and dots)" },
    { "LOC", "", 1, "the record ends here, where a latitude (d [m [s]] N or S) should be" },
    { "LOC", "91 N 1 E 0", 1, "'91' is not a latitude (d [m [s]] N or S)" },
    { "LOC", "90 0 0.001 N 1 E 0", 6,
      "'0.001' is not a latitude (d [m [s]] N or S): it is out of range" },
    { "LOC", "1 60 N 1 E 0", 3, "'60' is not a latitude (d [m [s]] N or S)" },
    { "LOC", "1 1 60 N 1 E 0", 5, "'60' is not a latitude (d [m [s]] N or S)" },
    { "LOC", "1 1 1.2345 N 1 E 0", 5, "'1.2345' is not a latitude (d [m [s]] N or S)" },
    { "LOC", "1 1 1. N 1 E 0", 5, "'1.' is not a latitude (d [m [s]] N or S)" },
    { "LOC", "1 1 1 1 N 1 E 0", 7, "'1' is not a latitude (d [m [s]] N or S)" },
    { "LOC", "N 1 E 0", 1, "'N' is not a latitude (d [m [s]] N or S)" },
    { "LOC", "1 E 1 E 0", 3, "'E' is not a latitude (d [m [s]] N or S)" },
    { "LOC", "1 N 181 E 0", 5, "'181' is not a longitude (d [m [s]] E or W)" },
    { "LOC", "1 N 1 E", 8,
      "the record ends here, where an altitude from -100000.00 to 42849672.95 metres should be" },
    { "LOC", "1 N 1 E -100000.01", 9,
      "'-100000.01' is not an altitude from -100000.00 to 42849672.95 metres" },
    { "LOC", "1 N 1 E 42849672.96", 9,
      "'42849672.96' is not an altitude from -100000.00 to 42849672.95 metres" },
    { "LOC", "1 N 1 E 0 90000001", 11,
      "'90000001' is not a size or precision up to 90000000.00 metres" },
    { "LOC", "1 N 1 E 0 1 1 1 1", 17, "'1' is more than the record can hold" },
    { "SIG", "A 1 1 1 2 3 4 a.", 17, "the record ends here, where base64 data should be" },
    { "RRSIG", "X 1 1 1 2 3 4 a. AA==", 1,
      "'X' is not a record type (a mnemonic, or TYPE and a number)" },
    { "RRSIG", "A XYZ 1 1 2 3 4 a. AA==", 3,
      "'XYZ' is not an algorithm (up to 255, or a name like ECDSAP256SHA256)" },
    { "RRSIG", "A 256 1 1 2 3 4 a. AA==", 3,
      "'256' is not an algorithm (up to 255, or a name like ECDSAP256SHA256)" },
    { "RRSIG", "A 1 1 1 20230229000000 3 4 a. AA==", 9,
      "'20230229000000' is not a time like YYYYMMDDHHMMSS, up to the year 2106, or in seconds" },
    { "RRSIG", "A 1 1 1 22000101000000 3 4 a. AA==", 9,
      "'22000101000000' is not a time like YYYYMMDDHHMMSS, up to the year 2106, or in seconds" },
    { "RRSIG", "A 1 1 1 4294967296 3 4 a. AA==", 9,
      "'4294967296' is not a time like YYYYMMDDHHMMSS, up to the year 2106, or in seconds" },
    { "RRSIG", "A 1 1 1 2 3 4 a. A===", 18, "'A===' is not base64 data" },
    { "RRSIG", "A 1 1 1 2 3 4 a. AB==", 18, "'AB==' is not base64 data" },
    { "RRSIG", "A 1 1 1 2 3 4 a. AA== AA==", 23, "'AA==' is not base64 data" },
    { "RRSIG", "A 1 1 1 2 3 4 a. AA=", 18,
      "'AA=' is not base64 data: its digits and padding (=) do not make groups of four" },
    { "RRSIG", "A 1 1 1 2 3 4 a. AAA", 18,
      "'AAA' is not base64 data: its digits and padding (=) do not make groups of four" },
    { "RRSIG", "A 1 1 1 2 3 4 a. \"AAAA\"", 19, "'AAAA' is not base64 data" },
    { "CERT", "FOO 1 1 AA==", 1,
      "'FOO' is not a certificate type (up to 65535, or a name like PKIX)" },
    { "NXT", "a. TYPE128", 4, "'TYPE128' does not fit NXT, which ends with type 127" },
    { "NXT", "a. TYPE0", 4, "'TYPE0' does not fit NXT, which ends with type 127" },
    { "A6", "129 ::1", 1, "'129' is not a prefix length up to 128" },
    { "A6", "64 1.2.3.4 a.", 4, "'1.2.3.4' is not an IPv6 address" },
    { "A6", "0 ::1 a.", 7, "'a.' is more than the record can hold" },
    { "APL", "192.0.2.0/24", 1,
      "'192.0.2.0/24' is not an address prefix: it has to look like 1:192.0.2.0/24" },
    { "APL", "1:192.0.2.0", 1,
      "'1:192.0.2.0' is not an address prefix: it has to look like 1:192.0.2.0/24" },
    { "APL", "1:192.0.2.0/33", 1,
      "'1:192.0.2.0/33' is not an address prefix: the prefix is longer than the address" },
    { "APL", "2:::/129", 1,
      "'2:::/129' is not an address prefix: the prefix is longer than the address" },
    { "APL", "1:::/0", 1, "'1:::/0' is not an address prefix: that is not an IPv4 address" },
    { "APL", "2:1.2.3.4/0", 1,
      "'2:1.2.3.4/0' is not an address prefix: that is not an IPv6 address" },
    { "APL", "x:1.2.3.4/0", 1,
      "'x:1.2.3.4/0' is not an address prefix: the address family is a number" },
    { "APL", "3:1.2.3.4/0", 1,
      "'3:1.2.3.4/0' is not an address prefix: the address family is 1 (IPv4) or 2 (IPv6); write "
      "others as \\#" },
    { "APL", "\"1:1.2.3.4/0\"", 2, "'1:1.2.3.4/0' is not an address prefix: it is in quotes" },
    { "DS", "1 8 2", 6, "the record ends here, where hexadecimal data should be" },
    { "DS", "1 8 200 0", 9, "'0' is not hexadecimal data: the last octet has one digit" },
    { "DS", "1 8 200 \"00\"", 10, "'00' is not hexadecimal data" },
    { "DS", "1 8 2 00", 1,
      "a digest of this type has another size (SHA-1: 20 octets, SHA-256: 32, SHA-384: 48)" },
    { "CDS", "0 0 0 00 0", 10, "'0' is not hexadecimal data: the last octet has one digit" },
    { "CDS", "1 0 0 0", 7, "'0' is not hexadecimal data: the last octet has one digit" },
    { "CDNSKEY", "1 3 0 0", 7,
      "'0' is not base64 data: its digits and padding (=) do not make groups of four" },
    { "SSHFP", "1 1 00", 1,
      "a fingerprint of this type has another size (SHA-1: 20 octets, SHA-256: 32)" },
    { "IPSECKEY", "10 0 2 a. AA==", 8, "'a.' is not a dot: the type 0 says that there is none" },
    { "IPSECKEY", "10 4 2 a. AA==", 7, "type 4 is not known here; it goes up to 3" },
    { "IPSECKEY", "10 1 2 ::1 AA==", 8, "'::1' is not an IPv4 address" },
    { "IPSECKEY", "10 2 2 1.2.3.4 AA==", 8, "'1.2.3.4' is not an IPv6 address" },
    { "NSEC", "a.", 1, "NSEC without any type" },
    { "NSEC", "a. FOO", 4, "'FOO' is not a record type (a mnemonic, or TYPE and a number)" },
    { "NSEC", "a. TYPE65536", 4,
      "'TYPE65536' is not a record type (a mnemonic, or TYPE and a number)" },
    { "NSEC3", "1 1 12 abc 00", 8, "'abc' is not hexadecimal data without blanks, or -" },
    { "NSEC3", "1 1 12 - -", 10, "'-' is not base32hex data" },
    { "NSEC3", "1 1 12 - w0", 10, "'w0' is not base32hex data" },
    { "HIP", "2 xx AAAA", 3, "'xx' is not a host identity tag: it is hexadecimal" },
    { "HIP", "2 00 A", 6, "'A' is not a key in base64" },
    { "HIP", "2 00 AAAA a..b", 11, "'a..b' is not a domain name: empty label" },
    { "RKEY", "1 1 8 AQID", 1, "the flags of an RKEY record must be 0" },
    { "ZONEMD", "1 1 1 00", 1, "a digest has at least 12 octets (SHA-384: 48, SHA-512: 64)" },
    { "SVCB", "", 1, "the record ends here, where a number up to 65535 should be" },
    { "SVCB", "1", 2, "the record ends here, where a domain name should be" },
    { "SVCB", "1 . foo=x", 5,
      "'foo' is not a parameter key: keys are the registered names, or key and a number" },
    { "SVCB", "1 . ALPN=h2", 5,
      "'ALPN' is not a parameter key: keys are the registered names, or key and a number" },
    { "SVCB", "1 . key007=x", 5,
      "'key007' is not a parameter key: keys are the registered names, or key and a number" },
    { "SVCB", "1 . key65536=x", 5,
      "'key65536' is not a parameter key: keys are the registered names, or key and a number" },
    { "SVCB", "1 . \"alpn=h2\"", 6,
      "'alpn' is not a parameter key: keys are the registered names, or key and a number" },
    { "SVCB", "1 . port=1 alpn=h2 port=2", 20, "'port' has been given already" },
    { "SVCB", "1 . alpn=h2 port=1 key1=\\001x", 20, "'key1' has been given already" },
    { "SVCB", "1 . alpn", 5, "'alpn' cannot be used here: an item of the list is empty" },
    { "SVCB", "1 . alpn=", 10, "'' cannot be used here: there is nothing behind the =" },
    { "SVCB", "1 . alpn=\"\"", 11, "'' cannot be used here: an item of the list is empty" },
    { "SVCB", "1 . alpn=h2,", 10, "'h2,' cannot be used here: an item of the list is empty" },
    { "SVCB", "1 . alpn=,h2", 10, "',h2' cannot be used here: an item of the list is empty" },
    { "SVCB", "1 . alpn=h2\\\\", 10,
      "'h2\\\\' cannot be used here: a backslash in an item of the list is written "
      "as four" },
    { "SVCB", "1 . port", 5, "'port' cannot be used here: port takes a number up to 65535" },
    { "SVCB", "1 . port=65536", 10,
      "'65536' cannot be used here: port takes a number up to 65535" },
    { "SVCB", "1 . port=1,2", 10, "'1,2' cannot be used here: port takes a number up to 65535" },
    { "SVCB", "1 . mandatory=mandatory", 15,
      "'mandatory' cannot be used here: mandatory must not list itself" },
    { "SVCB", "1 . mandatory=key1,alpn alpn=h2", 15,
      "'key1,alpn' cannot be used here: mandatory lists a key twice" },
    { "SVCB", "1 . mandatory=foo", 15,
      "'foo' cannot be used here: mandatory takes names of keys with commas "
      "between them" },
    { "SVCB", "1 . mandatory=port", 1,
      "a key that is mandatory is not there, no-default-alpn stands without alpn, dohpath is not a "
      "path with {?dns}, or the key is 65535" },
    { "SVCB", "1 . no-default-alpn", 1,
      "a key that is mandatory is not there, no-default-alpn stands without alpn, dohpath is not a "
      "path with {?dns}, or the key is 65535" },
    { "SVCB", "1 . no-default-alpn=x", 21, "'x' cannot be used here: this key takes no value" },
    { "SVCB", "1 . ipv4hint=1.2.3.4,", 14,
      "'1.2.3.4,' cannot be used here: ipv4hint takes IPv4 addresses with commas "
      "between them" },
    { "SVCB", "1 . ipv4hint=1.2.3", 14,
      "'1.2.3' cannot be used here: ipv4hint takes IPv4 addresses with commas "
      "between them" },
    { "SVCB", "1 . ipv6hint=1.2.3.4", 14,
      "'1.2.3.4' cannot be used here: ipv6hint takes IPv6 addresses with commas "
      "between them" },
    { "SVCB", "1 . ech=A", 9, "'A' cannot be used here: ech takes base64" },
    { "SVCB", "1 . ech", 5, "'ech' cannot be used here: ech takes base64" },
    { "SVCB", "1 . dohpath", 5, "'dohpath' cannot be used here: this key needs a value" },
    { "SVCB", "1 . tls-supported-groups=29,65536", 26,
      "'29,65536' cannot be used here: tls-supported-groups takes numbers up to "
      "65535 with commas between them" },
    { "SVCB", "1 . tls-supported-groups=29,23,29", 26,
      "'29,23,29' cannot be used here: the value has not the form that its key "
      "asks "
      "for" },
    { "SVCB", "1 . oots=dot", 10,
      "'dot' cannot be used here: oots takes pairs like dot:25 with commas between "
      "them" },
    { "SVCB", "1 . oots=dot:101", 10,
      "'dot:101' cannot be used here: oots takes pairs like dot:25 with commas "
      "between them" },
    { "SVCB", "1 . key3=x", 10,
      "'x' cannot be used here: the value has not the form that its key asks for" },
    { "SVCB", "1 . alpn=a\"b\"", 12,
      "'b' is not a parameter key: keys are the registered names, or key and a number" },
    { "DSYNC", "A FOO 1 a.", 3, "'FOO' is not a scheme (up to 255, or NOTIFY)" },
    { "EUI48", "00-00-5e-00-53", 1, "'00-00-5e-00-53' is not an EUI-48 (xx-xx-xx-xx-xx-xx)" },
    { "EUI48", "00:00:5e:00:53:00", 1, "'00:00:5e:00:53:00' is not an EUI-48 (xx-xx-xx-xx-xx-xx)" },
    { "EUI64", "00-00-5e-ef-10-00-00-2g", 1,
      "'00-00-5e-ef-10-00-00-2g' is not an EUI-64 (xx-xx-xx-xx-xx-xx-xx-xx)" },
    { "NID", "10 0:0:0", 4,
      "'0:0:0' is not four groups of hexadecimal digits (xxxx:xxxx:xxxx:xxxx)" },
    { "NID", "10 ::1:2", 4,
      "'::1:2' is not four groups of hexadecimal digits (xxxx:xxxx:xxxx:xxxx)" },
    { "NID", "10 1:2:1.2.3.4", 4,
      "'1:2:1.2.3.4' is not four groups of hexadecimal digits (xxxx:xxxx:xxxx:xxxx)" },
    { "URI", "1 1 \"\"", 1, "the target of a URI record must not be empty" },
    { "URI", "1 1", 4, "the record ends here, where a text should be" },
    { "CAA", "0 is-sue x", 3, "'is-sue' is not a tag of letters and digits" },
    { "CAA", "0 \"\" x", 4, "'' is not a tag of letters and digits" },
    { "CAA", "0 issue x y", 11, "'y' is more than the record can hold" },
    { "AMTRELAY", "10 2 1 1.2.3.4", 4, "'2' is not a discovery bit (0 or 1)" },
    { "AMTRELAY", "10 0 128 1.2.3.4", 6, "'128' is not a relay type up to 127" },
    { "AMTRELAY", "10 0 4 1.2.3.4", 7, "type 4 is not known here; it goes up to 3" },
    { "AMTRELAY", "10 0 0", 7, "the record ends here, where a dot should be" },
    { "DOA", "1 1 1 \"\"", 9, "the record ends here, where base64 data should be" },
    { "IPN", "18446744073709551616", 1,
      "'18446744073709551616' is not a number up to 18446744073709551615" },
};

TEST(what_is_wrong_is_said)
{
    struct wire_name origin = origin_name();

    for (size_t i = 0; i < TD_COUNT(bad_rows); i++) {
        struct td_diag diag = { .line = 0 };
        const char *text = bad_rows[i].text;
        uint8_t *rdata;
        size_t size;

        CHECK_EQ_WHY(text_single_rdata(type_of(bad_rows[i].type), text, strlen(text), origin.octets,
                                       &rdata, &size, &diag),
                     TD_E_MALFORMED, text);
        if (strcmp(diag.text, bad_rows[i].why) != 0 || diag.column != bad_rows[i].column)
            fail_msg("%s '%s':\n%u: %s\nwant\n%u: %s", bad_rows[i].type, text, diag.column,
                     diag.text, bad_rows[i].column, bad_rows[i].why);
        CHECK_EQ(diag.line, 1);
    }
}

TEST(data_has_at_most_65535_octets)
{
    enum { STRINGS = 255 }; /* of 256 octets each, and one of 255: 65535 in all */
    struct td_buf text = { .data = NULL };
    struct wire_name origin = origin_name();
    struct td_diag diag;
    uint8_t *rdata;
    size_t size = 0;

    for (unsigned i = 0; i < STRINGS; i++)
        td_buf_printf(&text, "\"%0255u\" ", i);
    td_buf_printf(&text, "%0254u", 1);
    CHECK_OK(text_single_rdata(WIRE_TYPE_TXT, text.data, text.size, origin.octets, &rdata, &size,
                               &diag));
    CHECK_EQ(size, 65535);
    free(rdata);
    td_buf_add_text(&text, " \"\"");
    CHECK_EQ(
        text_single_rdata(WIRE_TYPE_TXT, text.data, text.size, origin.octets, &rdata, &size, &diag),
        TD_E_MALFORMED);
    CHECK_STR(diag.text, "the record has more than 65535 octets of data");

    td_buf_clear(&text);
    td_buf_add_text(&text, "1 1 1 ");
    for (unsigned i = 0; i < 65535 - 3 + 1; i++)
        td_buf_add_text(&text, "00");
    CHECK_EQ(text_single_rdata(WIRE_TYPE_TLSA, text.data, text.size, origin.octets, &rdata, &size,
                               &diag),
             TD_E_MALFORMED);
    CHECK_OK(text_single_rdata(WIRE_TYPE_TLSA, text.data, text.size - 2, origin.octets, &rdata,
                               &size, &diag));
    CHECK_EQ(size, 65535);
    free(rdata);
    td_buf_fini(&text);
}

TEST(strings_of_255_octets_and_no_more)
{
    struct wire_name origin = origin_name();
    struct td_diag diag;
    char text[260];
    uint8_t *rdata;
    size_t size = 0;

    snprintf(text, sizeof(text), "%0255u", 1);
    CHECK_OK(text_single_rdata(WIRE_TYPE_TXT, text, 255, origin.octets, &rdata, &size, &diag));
    CHECK_EQ(size, 256);
    free(rdata);
    snprintf(text, sizeof(text), "%0256u", 1);
    CHECK_EQ(text_single_rdata(WIRE_TYPE_TXT, text, 256, origin.octets, &rdata, &size, &diag),
             TD_E_MALFORMED);
    CHECK(strstr(diag.text, "more than 255 octets; write several strings") != NULL);
}

TESTS(every_row_reads_prints_and_reads_again, every_type_that_a_zone_can_hold_has_a_row,
      cut_off_octets_print_as_generic_data, what_is_wrong_is_said, data_has_at_most_65535_octets,
      strings_of_255_octets_and_no_more)
