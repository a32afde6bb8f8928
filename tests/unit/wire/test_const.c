/*
 * Goal    numbers and names of the protocol are found both ways.
 * Method  every table walked; a few rows by hand; numbers without a name.
 */
#include "unit/test.h"
#include "wire/const.h"

TEST(every_table_agrees_with_itself)
{
    static const struct wire_mnemonics *const tables[] = {
        &wire_opcodes, &wire_rcodes,     &wire_classes,    &wire_edns_codes,    &wire_edes,
        &wire_digests, &wire_algorithms, &wire_cert_types, &wire_dsync_schemes, &wire_svcb_keys,
    };

    for (size_t t = 0; t < TD_COUNT(tables); t++) {
        CHECK(tables[t]->count > 0);
        for (size_t i = 0; i < tables[t]->count; i++) {
            const struct wire_mnemonic *row = &tables[t]->rows[i];
            uint16_t number;
            CHECK_STR(wire_mnemonic_text(tables[t], row->number), row->text);
            CHECK_OK(wire_mnemonic_find(tables[t], row->text, strlen(row->text), &number));
            CHECK_EQ(number, row->number);
        }
    }
}

TEST(names_are_found_in_any_case_and_only_whole)
{
    uint16_t number = 77;

    CHECK_OK(wire_mnemonic_find(&wire_classes, "in", 2, &number));
    CHECK_EQ(number, WIRE_CLASS_IN);
    CHECK_OK(wire_mnemonic_find(&wire_algorithms, "ed25519 ...", 7, &number));
    CHECK_EQ(number, WIRE_ALGORITHM_ED25519);
    number = 77;
    CHECK_EQ(wire_mnemonic_find(&wire_rcodes, "NX", 2, &number), TD_E_NOT_FOUND);
    CHECK_EQ(wire_mnemonic_find(&wire_rcodes, "", 0, &number), TD_E_NOT_FOUND);
    CHECK_EQ(number, 77);
}

TEST(sixteen_is_badsig_in_tsig)
{
    char text[WIRE_MNEMONIC_TEXT_SIZE];
    uint16_t number;

    CHECK_STR(wire_mnemonic_text(&wire_rcodes, 16), "BADVERS");
    CHECK_STR(wire_mnemonic_text(&wire_tsig_rcodes, 16), "BADSIG");
    CHECK_STR(wire_mnemonic_text(&wire_tsig_rcodes, 18), "BADTIME");
    CHECK_OK(wire_mnemonic_find(&wire_tsig_rcodes, "BADSIG", 6, &number));
    CHECK_EQ(number, WIRE_RCODE_BADSIG);
    CHECK_STR(wire_mnemonic_format(&wire_rcodes, "RCODE", 3, text), "NXDOMAIN");
    CHECK_STR(wire_mnemonic_format(&wire_rcodes, "RCODE", 65535, text), "RCODE65535");
    CHECK(wire_mnemonic_text(&wire_rcodes, 12) == NULL);
}

TESTS(every_table_agrees_with_itself, names_are_found_in_any_case_and_only_whole,
      sixteen_is_badsig_in_tsig)
