/*
 * Goal    a record that was added is found again where it stood, whatever came between; what is
 *         not there exactly is found as nearly as it can be; oddities are told once each.
 * Method  by hand, then ten thousand records at random against a plain list.
 */
#include "test.h"

#include <stdlib.h>

#include "base/buf.h"
#include "wire/name.h"
#include "zone/places.h"

static void add(struct zone_places *places, uint16_t file, uint32_t line, const char *owner,
                uint16_t type, uint32_t ttl, const char *rdata)
{
    struct wire_name name;

    CHECK_OK(wire_name_from_text(owner, &name));
    zone_places_add(places, file, line, name.octets, type, ttl, (const uint8_t *)rdata,
                    (uint16_t)strlen(rdata));
}

/* The line, or 0. */
static uint32_t find(const struct zone_places *places, const char *owner, uint16_t type,
                     const char *rdata, const char **ret_file)
{
    struct wire_name name;
    struct zone_place place;

    CHECK_OK(wire_name_from_text(owner, &name));
    if (!zone_places_find(places, name.octets, type, (const uint8_t *)rdata,
                          rdata == NULL ? 0 : strlen(rdata), &place))
        return 0;
    *ret_file = place.file;
    return place.line;
}

TEST(records_are_found)
{
    struct zone_places *places = zone_places_new();
    uint16_t a = zone_places_file(places, "a.zone");
    uint16_t b = zone_places_file(places, "b.zone");
    const char *file = NULL;
    struct zone_place place;
    struct wire_name name;

    CHECK_EQ(find(places, "x.test.", 1, NULL, &file), 0);
    CHECK_EQ(zone_places_file(places, "a.zone"), a);
    add(places, a, 1, "test.", 6, 3600, "soa");
    add(places, a, 1000, "x.test.", 1, 3600, "1");
    add(places, a, 1001, "x.test.", 1, 3600, "2");
    zone_places_add(places, a, 1001, NULL, 29, 3600, (const uint8_t *)"again", 5);
    add(places, b, 2, "X.Test.", 16, 300, "text");
    add(places, a, 1002, "y.test.", 65280, 3600, "generic");
    add(places, a, 1002, "y.test.", 254, 3600, "type 254");
    add(places, a, 5, "x.test.", 1, 3600, "3");
    CHECK_EQ(find(places, "test.", 6, NULL, &file), 1);
    CHECK_STR(file, "a.zone");
    CHECK_EQ(find(places, "x.test.", 1, "1", &file), 1000);
    CHECK_EQ(find(places, "X.TEST.", 1, "2", &file), 1001);
    CHECK_EQ(find(places, "x.test.", 29, "again", &file), 1001);
    CHECK_EQ(find(places, "x.test.", 1, "3", &file), 5);
    CHECK_EQ(find(places, "x.test.", 1, NULL, &file), 1000);
    CHECK_EQ(find(places, "x.test.", 16, NULL, &file), 2);
    CHECK_STR(file, "b.zone");
    CHECK_EQ(find(places, "y.test.", 65280, NULL, &file), 1002);
    CHECK_EQ(find(places, "y.test.", 254, "type 254", &file), 1002);
    /* Less exactly. */
    CHECK_EQ(find(places, "x.test.", 1, "4", &file), 1000);
    CHECK_EQ(find(places, "x.test.", 28, NULL, &file), 1000);
    CHECK_EQ(find(places, "x.test.", 0, NULL, &file), 1000);
    CHECK_EQ(find(places, "z.test.", 1, NULL, &file), 0);
    /* One by one. */
    CHECK_OK(wire_name_from_text("x.test.", &name));
    CHECK(zone_places_nth(places, name.octets, 1, 2, &place));
    CHECK_EQ(place.line, 5);
    CHECK(!zone_places_nth(places, name.octets, 1, 3, &place));
    CHECK(zone_places_first(places, &place));
    CHECK_STR(place.file, "a.zone");
    /* The index is made again. */
    add(places, a, 9, "z.test.", 1, 3600, "1");
    CHECK_EQ(find(places, "z.test.", 1, NULL, &file), 9);
    CHECK(zone_places_memory(places) > 0);
    zone_places_free(places);
    zone_places_free(NULL);
}

static void note_odd(void *context, enum zone_place_oddity oddity, const struct zone_place *place,
                     uint16_t type)
{
    td_buf_printf(context, "%s%u:%u ", oddity == ZONE_PLACE_DUPLICATE ? "dup" : "ttl", type,
                  place->line);
}

TEST(oddities)
{
    struct zone_places *places = zone_places_new();
    struct td_buf text = { .data = NULL };

    zone_places_odd(places, note_odd, &text);
    CHECK_STR(td_buf_text(&text), "");
    add(places, 0, 1, "a.test.", 1, 100, "1");
    add(places, 0, 2, "b.test.", 1, 100, "1");
    add(places, 0, 3, "a.test.", 1, 200, "2");
    add(places, 0, 4, "b.test.", 1, 100, "1");
    add(places, 0, 5, "a.test.", 28, 300, "2");
    add(places, 0, 6, "A.TEST.", 1, 100, "3");
    /* Signatures over two types are two sets. */
    add(places, 0, 7, "s.test.", 46, 100, "\1\1sig");
    add(places, 0, 8, "s.test.", 46, 200, "\1\2sig");
    add(places, 0, 9, "s.test.", 46, 200, "\1\1other");
    zone_places_odd(places, note_odd, &text);
    CHECK_STR(td_buf_text(&text), "ttl1:3 dup1:4 ttl46:9 ");
    td_buf_fini(&text);
    zone_places_free(places);
}

TEST(many_records_at_random)
{
    enum { COUNT = 10000, OWNERS = 700 };
    static struct {
        char owner[32];
        char rdata[16];
        uint32_t line;
        uint16_t type;
    } list[COUNT];
    struct zone_places *places = zone_places_new();
    uint64_t state = 88172645463325252u;
    uint32_t line = 1;
    unsigned wrong = 0;

    for (unsigned i = 0; i < COUNT; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        line += (uint32_t)(state >> 60) * (uint32_t)(state >> 58);
        snprintf(list[i].owner, sizeof(list[i].owner), "h%u.example.test.",
                 (unsigned)(state >> 20) % OWNERS);
        snprintf(list[i].rdata, sizeof(list[i].rdata), "data %u", i);
        list[i].line = line;
        list[i].type = (uint16_t)((state >> 40) % 300 + 1);
        add(places, 0, line, list[i].owner, list[i].type, (uint32_t)(state >> 50) % 3,
            list[i].rdata);
    }
    for (unsigned i = 0; i < COUNT; i++) {
        const char *file;
        wrong += find(places, list[i].owner, list[i].type, list[i].rdata, &file) != list[i].line;
    }
    /* 16 bits of hash in sets of about one record: none is expected, one may happen. */
    CHECK(wrong <= 1);
    zone_places_free(places);
}

TESTS(records_are_found, oddities, many_records_at_random)
