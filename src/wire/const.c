#include "wire/const.h"

#include <stdio.h>
#include <strings.h>

#include "base/macros.h"

#define X(symbol, value, mnemonic) { .text = (mnemonic), .number = (value) },

static const struct wire_mnemonic opcode_rows[] = { WIRE_OPCODE_ROWS(X) };
static const struct wire_mnemonic rcode_rows[] = { WIRE_RCODE_ROWS(X) };
static const struct wire_mnemonic tsig_rcode_rows[] = { { .text = "BADSIG", .number = 16 },
                                                        WIRE_RCODE_ROWS(X) };
static const struct wire_mnemonic class_rows[] = { WIRE_CLASS_ROWS(X) };
static const struct wire_mnemonic edns_rows[] = { WIRE_EDNS_ROWS(X) };
static const struct wire_mnemonic ede_rows[] = { WIRE_EDE_ROWS(X) };
static const struct wire_mnemonic algorithm_rows[] = { WIRE_ALGORITHM_ROWS(X) };
static const struct wire_mnemonic digest_rows[] = { WIRE_DIGEST_ROWS(X) };
static const struct wire_mnemonic cert_type_rows[] = { WIRE_CERT_TYPE_ROWS(X) };
static const struct wire_mnemonic dsync_scheme_rows[] = { WIRE_DSYNC_SCHEME_ROWS(X) };
static const struct wire_mnemonic svcb_key_rows[] = { WIRE_SVCB_KEY_ROWS(X) };

#undef X

#define TABLE(name, table_rows)                                                                    \
    const struct wire_mnemonics name = { .rows = (table_rows), .count = TD_COUNT(table_rows) }

TABLE(wire_opcodes, opcode_rows);
TABLE(wire_rcodes, rcode_rows);
TABLE(wire_tsig_rcodes, tsig_rcode_rows);
TABLE(wire_classes, class_rows);
TABLE(wire_edns_codes, edns_rows);
TABLE(wire_edes, ede_rows);
TABLE(wire_algorithms, algorithm_rows);
TABLE(wire_digests, digest_rows);
TABLE(wire_cert_types, cert_type_rows);
TABLE(wire_dsync_schemes, dsync_scheme_rows);
TABLE(wire_svcb_keys, svcb_key_rows);

const char *wire_mnemonic_text(const struct wire_mnemonics *table, uint16_t number)
{
    for (size_t i = 0; i < table->count; i++) {
        if (table->rows[i].number == number)
            return table->rows[i].text;
    }
    return NULL;
}

td_err wire_mnemonic_find(const struct wire_mnemonics *table, const char *text, size_t size,
                          uint16_t *ret_number)
{
    for (size_t i = 0; i < table->count; i++) {
        const char *row = table->rows[i].text;
        if (strncasecmp(row, text, size) == 0 && row[size] == '\0') {
            *ret_number = table->rows[i].number;
            return TD_OK;
        }
    }
    return TD_E_NOT_FOUND;
}

char *wire_mnemonic_format(const struct wire_mnemonics *table, const char *prefix, uint16_t number,
                           char out[WIRE_MNEMONIC_TEXT_SIZE])
{
    const char *text = wire_mnemonic_text(table, number);

    if (text != NULL)
        snprintf(out, WIRE_MNEMONIC_TEXT_SIZE, "%s", text);
    else
        snprintf(out, WIRE_MNEMONIC_TEXT_SIZE, "%s%u", prefix, (unsigned)number);
    return out;
}
