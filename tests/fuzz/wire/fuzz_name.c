/*
 * Names. Octet 0 says where the cursor is; the rest is a message with a name in it. Whatever
 * is read must agree with every other reader of names, and come back from text.
 */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "wire/name.h"

static void text_and_back(const struct wire_name *name)
{
    char text[WIRE_NAME_TEXT_SIZE];
    struct wire_name back;

    wire_name_format(name->octets, text);
    td_assert(strlen(text) < sizeof(text));
    td_assert(wire_name_from_text(text, &back) == TD_OK);
    td_assert(back.size == name->size && back.label_count == name->label_count);
    td_assert(memcmp(back.octets, name->octets, name->size) == 0);
}

static void properties(const struct wire_name *name)
{
    uint8_t lower[WIRE_NAME_SIZE_MAX], offsets[WIRE_LABEL_COUNT_MAX];
    const uint8_t *octets = name->octets;
    size_t size;

    td_assert(wire_name_check(octets, name->size, &size) == TD_OK && size == name->size);
    td_assert(wire_name_size(octets) == size);
    td_assert(wire_name_label_count(octets) == name->label_count);
    td_assert(wire_name_offsets(octets, offsets) == name->label_count);

    wire_name_lower(lower, octets, size);
    td_assert(wire_name_equal(lower, size, octets, size));
    td_assert(wire_name_compare(lower, octets) == 0);
    td_assert(wire_name_common_labels(lower, octets) == name->label_count);
    for (unsigned i = 0; i < name->label_count; i++) {
        const uint8_t *above = octets + offsets[i];
        td_assert(wire_name_is_subdomain(octets, size, above, size - offsets[i]));
        td_assert(wire_name_compare(octets, above) >= 0);
    }
}

/* Any octets are text as well. */
static void from_text(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    struct wire_name name;

    memcpy(text, data, size);
    text[size] = '\0';
    if (wire_name_from_text(text, &name) == TD_OK) {
        properties(&name);
        text_and_back(&name);
    }
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct wire_name name, plain;

    if (size == 0)
        return 0;
    from_text(data + 1, size - 1);
    if (size < 2)
        return 0;

    struct td_reader reader = { .data = data + 1,
                                .size = size - 1,
                                .cursor = data[0] % (size - 1) };
    struct td_reader skipper = reader, plainer = reader;
    td_err skipped = wire_name_skip(&skipper);
    td_err plain_read = wire_name_read_plain(&plainer, &plain);
    if (wire_name_read(&reader, &name) != TD_OK) {
        td_assert(plain_read != TD_OK);
        return 0;
    }
    td_assert(skipped == TD_OK && skipper.cursor == reader.cursor);
    if (plain_read == TD_OK)
        td_assert(plain.size == name.size && memcmp(plain.octets, name.octets, name.size) == 0);
    properties(&name);
    text_and_back(&name);
    return 0;
}
