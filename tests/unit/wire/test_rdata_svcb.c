/*
 * Goal    RFC 9460 2.2, 7 and 8: service parameters are walked; their order, their values and
 *         what they owe each other are checked.
 * Method  the wire forms of RFC 9460 appendix D, and a table of refusals.
 */
#include "unit/test.h"
#include "wire/const.h"
#include "wire/rdata.h"
#include "wire/svcb.h"

#define ROW(text) (const uint8_t *)(text), sizeof(text) - 1

TEST(vectors_of_rfc_9460_are_accepted)
{
    static const struct {
        const uint8_t *rdata;
        size_t size;
    } rows[] = {
        { ROW("\0\0\3foo\7example\3com\0") },
        { ROW("\0\1\0") },
        { ROW("\0\x10\3foo\7example\3com\0\0\3\0\2\0\x35") },
        { ROW("\0\1\3foo\7example\3com\0\x02\x9b\0\5hello") },
        { ROW("\0\1\3foo\7example\3com\0\x02\x9b\0\x09hello\xd2qoo") },
        { ROW("\0\1\3foo\7example\3com\0\0\6\0\x20\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"
              "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\x53\0\1") },
        { ROW("\0\x10\3foo\7example\3org\0\0\0\0\4\0\1\0\4\0\1\0\x09\2h2\5h3-19\0\4\0\4"
              "\xc0\0\2\1") },
        { ROW("\0\x10\3foo\7example\3org\0\0\1\0\x0c\x08"
              "f\\oo,bar\2h2") },
        /* The keys that came later. */
        { ROW("\0\1\0\0\1\0\3\2h2\0\2\0\0\0\5\0\2\0\0\0\7\0\x10/dns-query{?dns}\0\x08\0\0"
              "\0\x09\0\4\0\x1d\0\x17\0\x0a\0\0\0\x0b\0\0\0\x0c\0\1x") },
        { ROW("\0\1\0\0\x0a\0\6\3dns\1q") },
        /* RFC 9460 2.4.2: parameters in AliasMode are ignored, not refused. */
        { ROW("\0\0\1a\0\0\3\0\2\0\x35") },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        CHECK_EQ_WHY(wire_rdata_check(WIRE_TYPE_SVCB, rows[i].rdata, rows[i].size), TD_OK,
                     (const char *)rows[i].rdata + 3);
        CHECK_OK(wire_rdata_check(WIRE_TYPE_HTTPS, rows[i].rdata, rows[i].size));
    }
}

TEST(parameters_are_refused)
{
    static const struct {
        const char *why;
        const uint8_t *params;
        size_t size;
        td_err want;
    } rows[] = {
        { "key cut off", ROW("\0"), TD_E_TRUNCATED },
        { "length cut off", ROW("\0\3\0"), TD_E_TRUNCATED },
        { "value cut off", ROW("\0\3\0\2\0"), TD_E_TRUNCATED },
        { "key twice", ROW("\0\3\0\2\0\1\0\3\0\2\0\1"), TD_E_MALFORMED },
        { "keys descending", ROW("\0\4\0\4\1\2\3\4\0\3\0\2\0\1"), TD_E_MALFORMED },
        { "mandatory empty", ROW("\0\0\0\0"), TD_E_MALFORMED },
        { "mandatory odd", ROW("\0\0\0\3\0\3\0"), TD_E_MALFORMED },
        { "mandatory lists itself", ROW("\0\0\0\2\0\0"), TD_E_MALFORMED },
        { "mandatory twice the same", ROW("\0\0\0\4\0\3\0\3\0\3\0\2\0\1"), TD_E_MALFORMED },
        { "mandatory descending", ROW("\0\0\0\4\0\4\0\3\0\3\0\2\0\1\0\4\0\4\1\2\3\4"),
          TD_E_MALFORMED },
        { "mandatory absent", ROW("\0\0\0\2\0\4\0\3\0\2\0\1"), TD_E_INVALID },
        { "alpn empty", ROW("\0\1\0\0"), TD_E_MALFORMED },
        { "alpn with an empty id", ROW("\0\1\0\4\2h2\0"), TD_E_MALFORMED },
        { "alpn id cut off", ROW("\0\1\0\3\3h2"), TD_E_MALFORMED },
        { "no-default-alpn with a value", ROW("\0\1\0\3\2h2\0\2\0\1x"), TD_E_MALFORMED },
        { "no-default-alpn alone", ROW("\0\2\0\0"), TD_E_INVALID },
        { "port of one octet", ROW("\0\3\0\1x"), TD_E_MALFORMED },
        { "port of three octets", ROW("\0\3\0\3xxx"), TD_E_MALFORMED },
        { "ipv4hint empty", ROW("\0\4\0\0"), TD_E_MALFORMED },
        { "ipv4hint of five octets", ROW("\0\4\0\5\1\2\3\4\5"), TD_E_MALFORMED },
        { "ech empty", ROW("\0\5\0\0"), TD_E_MALFORMED },
        { "ipv6hint empty", ROW("\0\6\0\0"), TD_E_MALFORMED },
        { "ipv6hint of four octets", ROW("\0\6\0\4\1\2\3\4"), TD_E_MALFORMED },
        { "dohpath empty", ROW("\0\7\0\0"), TD_E_MALFORMED },
        { "dohpath relative", ROW("\0\7\0\7q{?dns}"), TD_E_INVALID },
        { "dohpath no template", ROW("\0\7\0\4/dns"), TD_E_INVALID },
        { "dohpath brace open", ROW("\0\7\0\6/{?dns"), TD_E_INVALID },
        { "dohpath other variable", ROW("\0\7\0\6/{?dn}"), TD_E_INVALID },
        { "ohttp with a value", ROW("\0\x08\0\1x"), TD_E_MALFORMED },
        { "groups empty", ROW("\0\x09\0\0"), TD_E_MALFORMED },
        { "groups odd", ROW("\0\x09\0\3\0\1\0"), TD_E_MALFORMED },
        { "groups twice the same", ROW("\0\x09\0\6\0\2\0\1\0\2"), TD_E_MALFORMED },
        { "docpath segment cut off", ROW("\0\x0a\0\2\2x"), TD_E_MALFORMED },
        { "pvd with a value", ROW("\0\x0b\0\1x"), TD_E_MALFORMED },
        { "oots empty", ROW("\0\x0c\0\0"), TD_E_MALFORMED },
        { "the invalid key", ROW("\xff\xff\0\0"), TD_E_INVALID },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        uint8_t rdata[128] = { 0, 1, 0 };
        memcpy(rdata + 3, rows[i].params, rows[i].size);
        CHECK_EQ_WHY(wire_rdata_check(WIRE_TYPE_SVCB, rdata, 3 + rows[i].size), rows[i].want,
                     rows[i].why);
    }
}

TEST(a_list_of_groups_is_bounded)
{
    uint8_t groups[2 * 300];

    for (unsigned i = 0; i < 300; i++)
        td_put_u16(groups + 2 * (size_t)i, (uint16_t)i);
    CHECK_OK(wire_svcb_value_check(WIRE_SVCB_TLS_GROUPS, groups, 2 * 256));
    CHECK_EQ(wire_svcb_value_check(WIRE_SVCB_TLS_GROUPS, groups, 2 * 257), TD_E_MALFORMED);
}

TEST(parameters_are_found)
{
    static const uint8_t params[] = { 0, 1, 0, 3, 2, 'h', '2', 0, 3, 0, 2, 0, 53 };
    struct wire_svcb_param param = { .key = 77 };

    CHECK(wire_svcb_find(params, sizeof(params), WIRE_SVCB_PORT, &param));
    CHECK_EQ(param.key, 3);
    CHECK_BYTES(param.value, param.size, "\0\x35", 2);
    CHECK(!wire_svcb_find(params, sizeof(params), WIRE_SVCB_ECH, &param));
    CHECK_EQ(param.key, 3);
    CHECK(!wire_svcb_find(params, 0, WIRE_SVCB_PORT, &param));

    size_t at = 7;
    CHECK(!wire_svcb_next(params, sizeof(params) - 1, &at, &param));
    CHECK_EQ(at, 7);
}

TESTS(vectors_of_rfc_9460_are_accepted, parameters_are_refused, a_list_of_groups_is_bounded,
      parameters_are_found)
