/*
 * Goal    Every octet of a label, its size and its suffix count; the seed changes
 *         everything; all bits are used.
 * Method  flip each bit of labels of every size; hash families of names that real zones
 *         have and compare the collisions with chance.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "unit/test.h"

enum { LABEL_MAX = 63 };

static struct td_hash_seed seed_of(uint64_t n)
{
    return td_hash_seed_of(n * 0x2545F4914F6CDD1Du, ~n);
}

static uint64_t label_hash(const struct td_hash_seed *seed, const char *text, size_t size)
{
    uint8_t padded[LABEL_MAX + 1 + TD_HASH_PAD];

    memset(padded, 0xEE, sizeof(padded));
    memcpy(padded, text, size);
    return td_hash_label(seed, seed->root, padded, size);
}

TEST(every_bit_of_a_label_counts)
{
    struct td_hash_seed seed = seed_of(1);

    for (size_t size = 1; size <= LABEL_MAX; size++) {
        char label[LABEL_MAX];

        memset(label, 'a', sizeof(label));
        uint64_t before = label_hash(&seed, label, size);
        for (size_t bit = 0; bit < size * 8; bit++) {
            label[bit / 8] = (char)(label[bit / 8] ^ (1 << bit % 8));
            CHECK(label_hash(&seed, label, size) != before);
            label[bit / 8] = (char)(label[bit / 8] ^ (1 << bit % 8));
        }
    }
}

TEST(what_stands_behind_a_label_does_not_count)
{
    struct td_hash_seed seed = seed_of(2);

    for (size_t size = 1; size <= LABEL_MAX; size++) {
        uint8_t one[LABEL_MAX + 1 + TD_HASH_PAD], two[sizeof(one)];

        memset(one, 'x', sizeof(one));
        memset(two, 'y', sizeof(two));
        memset(one, 'a', size);
        memset(two, 'a', size);
        CHECK(td_hash_label(&seed, 1, one, size) == td_hash_label(&seed, 1, two, size));
    }
}

TEST(sizes_and_suffixes_count)
{
    struct td_hash_seed seed = seed_of(3);
    char zero[LABEL_MAX] = { 0 };
    uint64_t seen[LABEL_MAX];

    for (size_t size = 1; size <= LABEL_MAX; size++) {
        seen[size - 1] = label_hash(&seed, zero, size);
        for (size_t i = 0; i + 1 < size; i++)
            CHECK(seen[i] != seen[size - 1]);
    }

    static const uint8_t label[8 + TD_HASH_PAD] = "www";
    CHECK(td_hash_label(&seed, 1, label, 3) != td_hash_label(&seed, 2, label, 3));
}

TEST(the_seed_changes_everything)
{
    struct td_hash_seed one = seed_of(4), two = seed_of(5);

    CHECK(one.root != two.root);
    CHECK(label_hash(&one, "www", 3) != label_hash(&two, "www", 3));
    CHECK(td_hash_octets(&one, "www", 3) != td_hash_octets(&two, "www", 3));
}

static int compare(const void *a, const void *b)
{
    uint64_t x, y;

    memcpy(&x, a, 8);
    memcpy(&y, b, 8);
    return x < y ? -1 : x > y;
}

static unsigned equal_neighbours(const uint64_t *hashes, size_t count, uint64_t mask)
{
    uint64_t *sorted = td_malloc(count * sizeof(*sorted));
    unsigned equal = 0;

    for (size_t i = 0; i < count; i++)
        sorted[i] = hashes[i] & mask;
    qsort(sorted, count, sizeof(*sorted), compare);
    for (size_t i = 1; i < count; i++)
        equal += sorted[i] == sorted[i - 1];
    free(sorted);
    return equal;
}

/* `format` takes up to three times the number of the name. */
static void hash_family(const struct td_hash_seed *seed, const char *format, uint64_t *hashes,
                        unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        char text[128];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        int size = snprintf(text, sizeof(text), format, i, i, i);
#pragma GCC diagnostic pop
        hashes[i] = label_hash(seed, text, size > LABEL_MAX ? LABEL_MAX : (size_t)size);
    }
}

TEST(families_of_names_collide_no_more_than_chance)
{
    /* Names of 1 to 63 octets; those of 9 to 16 once lost their last octet. */
    static const char *const families[] = {
        "%u",          "h%u",         "host%u",   "host%u-a",    "%u.rev",
        "domain%06u",  "customer-%u", "xn--%08u", "a%012u",      "%016u",
        "%u-%016u",    "server%u.%u", "%024u",    "r%u-c%u-b%u", "%08x",
        "dsl-%03u-%u", "_%u._tcp-%u", "%063u",    "%u%u%u",      "mail%u.out%u",
    };
    enum { COUNT = 20000, SEEDS = 3 };
    static uint64_t hashes[COUNT];

    for (size_t f = 0; f < TD_COUNT(families); f++) {
        unsigned low = 0, high = 0;
        for (unsigned n = 0; n < SEEDS; n++) {
            struct td_hash_seed seed = seed_of(n + 100);
            hash_family(&seed, families[f], hashes, COUNT);
            CHECK_EQ_WHY(equal_neighbours(hashes, COUNT, UINT64_MAX), 0, families[f]);
            low += equal_neighbours(hashes, COUNT, 0xFFFFF);
            high += equal_neighbours(hashes, COUNT, UINT64_C(0xFFFFF) << 44);
        }
        /* 20,000 names in 2^20 places: 190 pairs by chance. */
        if (low > SEEDS * 260 || high > SEEDS * 260)
            fail_msg("%s: %u and %u collisions of low and high bits", families[f], low, high);
    }
}

TEST(octets_of_every_size)
{
    struct td_hash_seed seed = seed_of(7);
    uint8_t data[80];

    memset(data, 0, sizeof(data));
    for (size_t size = 0; size <= sizeof(data); size++) {
        uint64_t before = td_hash_octets(&seed, data, size);

        CHECK(size == 0 || before != td_hash_octets(&seed, data, size - 1));
        for (size_t bit = 0; bit < size * 8; bit++) {
            data[bit / 8] = (uint8_t)(data[bit / 8] ^ (1 << bit % 8));
            CHECK(td_hash_octets(&seed, data, size) != before);
            data[bit / 8] = (uint8_t)(data[bit / 8] ^ (1 << bit % 8));
        }
    }
}

TESTS(every_bit_of_a_label_counts, what_stands_behind_a_label_does_not_count,
      sizes_and_suffixes_count, the_seed_changes_everything,
      families_of_names_collide_no_more_than_chance, octets_of_every_size)
