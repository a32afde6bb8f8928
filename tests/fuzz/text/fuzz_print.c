/*
 * Record data as octets. Octets 0 and 1 are the type, the rest is the data. Anything prints, on
 * one line of printable characters; good data prints as something that reads the same.
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
    uint8_t *back;
    size_t back_size = 0;

    if (size < 2 || size > 2 + 65535)
        return 0;
    uint16_t type = (uint16_t)(data[0] << 8 | data[1]);
    text_print_rdata(&out, type, data + 2, size - 2);
    for (size_t i = 0; i < out.size; i++)
        td_assert(out.data[i] >= ' ' && out.data[i] < 0x7F);
    if (wire_rdata_check(type, data + 2, size - 2) == TD_OK) {
        td_assert(text_single_rdata(type, td_buf_text(&out), out.size, (const uint8_t *)"", &back,
                                    &back_size, &diag) == TD_OK);
        td_assert(back_size == size - 2 && memcmp(back, data + 2, size - 2) == 0);
        free(back);
    }
    td_buf_fini(&out);
    return 0;
}
