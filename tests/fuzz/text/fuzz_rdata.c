/*
 * Record data as text. Octets 0 and 1 are the type, the rest is the text. What is accepted is
 * good data of the type, and prints as something that reads the same.
 */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/buf.h"
#include "text/print.h"
#include "text/single.h"
#include "wire/rdata.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct td_buf out = { .data = NULL };
    struct td_diag diag = { .line = 0 };
    uint8_t *rdata, *back;
    size_t rdata_size = 0, back_size = 0;

    if (size < 2)
        return 0;
    uint16_t type = (uint16_t)(data[0] << 8 | data[1]);
    td_err err = text_single_rdata(type, (const char *)data + 2, size - 2,
                                   (const uint8_t *)"\7example", &rdata, &rdata_size, &diag);
    if (err != TD_OK) {
        td_assert(err == TD_E_MALFORMED && diag.text[0] != '\0' && diag.column != 0);
        return 0;
    }
    td_assert(wire_rdata_check(type, rdata, rdata_size) == TD_OK);
    text_print_rdata(&out, type, rdata, rdata_size);
    td_assert(text_single_rdata(type, td_buf_text(&out), out.size, (const uint8_t *)"", &back,
                                &back_size, &diag) == TD_OK);
    td_assert(back_size == rdata_size && memcmp(back, rdata, rdata_size) == 0);
    free(back);
    free(rdata);
    td_buf_fini(&out);
    return 0;
}
