/* The zones that are served: found by their names and by names below them, the deepest first. */
#include "zone/set.h"

#include <stdio.h>

#include "test.h"
#include "wire/name.h"

enum { MANY = 3000 };

static const struct td_hash_seed seed = { .root = 1, .k0 = 3, .k1 = 5 };

static void key_of(const char *text, struct wire_key *ret_key)
{
    struct wire_name name;

    CHECK_OK(wire_name_from_text(text, &name));
    wire_key_make(ret_key, &seed, name.octets);
}

static struct zone_entry *find(const struct zone_set *set, const char *text)
{
    struct wire_key key;

    key_of(text, &key);
    return zone_set_find(set, &key, 0);
}

static struct zone_entry *add(struct zone_set *set, const char *text)
{
    struct wire_key key;
    struct zone_entry *entry;

    key_of(text, &key);
    CHECK_OK(zone_set_add(set, key.lower, &entry));
    return entry;
}

TEST(the_deepest_zone_is_found)
{
    struct td_rcu *rcu = td_rcu_new();
    struct zone_set *set = zone_set_new(&seed, rcu);
    struct wire_key key;

    CHECK(find(set, "www.example.com") == NULL);
    struct zone_entry *upper = add(set, "example.com"), *lower = add(set, "Sub.example.com");
    CHECK(find(set, "example.com") == upper);
    CHECK(find(set, "www.EXAMPLE.com") == upper);
    CHECK(find(set, "a.b.sub.example.com") == lower);
    CHECK(find(set, "com") == NULL);
    CHECK(find(set, "xexample.com") == NULL);
    key_of("sub.example.com", &key);
    CHECK(zone_set_find(set, &key, 1) == upper); /* as DS is asked for */
    CHECK_EQ(zone_set_add(set, key.lower, &lower), TD_E_EXISTS);
    zone_set_remove(set, find(set, "sub.example.com"));
    CHECK(find(set, "a.b.sub.example.com") == upper);
    CHECK_EQ(zone_set_count(set), 1);
    zone_set_free(set);
    while (td_rcu_reclaim(rcu) != 0)
        continue;
    td_rcu_free(rcu);
}

TEST(of_very_many_zones_the_slot_is_known_before)
{
    struct td_rcu *rcu = td_rcu_new();
    struct zone_set *set = zone_set_new(&seed, rcu);
    char text[64];
    unsigned direct = 0;

    CHECK(!zone_set_is_far(set));
    for (unsigned i = 0; i < MANY; i++) {
        snprintf(text, sizeof(text), "zone%u.%s", i, i % 3 == 0 ? "co.test" : "test");
        struct zone_entry *entry = add(set, text);
        CHECK(find(set, text) == entry);
    }
    CHECK(zone_set_is_far(set));
    for (unsigned i = 0; i < MANY; i++) {
        struct wire_key key;
        snprintf(text, sizeof(text), "zone%u.%s", i, i % 3 == 0 ? "co.test" : "test");
        key_of(text, &key);
        zone_set_slot *slot = zone_set_prefetch_slot(set, &key);
        CHECK(slot != NULL);
        direct += atomic_load(slot) == zone_set_find(set, &key, 0);
        zone_set_prefetch_entry(slot);
        zone_set_prefetch_version(slot); /* there is none */
    }
    CHECK(direct > MANY / 2);
    zone_set_prefetch_entry(NULL);
    zone_set_prefetch_version(NULL);
    zone_set_free(set);
    while (td_rcu_reclaim(rcu) != 0)
        continue;
    td_rcu_free(rcu);
}

TESTS(the_deepest_zone_is_found, of_very_many_zones_the_slot_is_known_before)
