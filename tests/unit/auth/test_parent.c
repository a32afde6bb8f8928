/*
 * Goal    RFC 4035 3.1.4.1: who answers for DS when one server has both sides of a cut, or not.
 * Method  a set of zones; which one is found, and for what label.
 */
#include "ask.h"

#include "zone/set.h"

static struct zone_set *zones;
static struct td_rcu *rcu;

static struct zone_entry *add(const char *apex, const char *text)
{
    struct wire_name name = ask_name(apex);
    struct zone_entry *entry;

    CHECK_OK(zone_set_add(zones, name.octets, &entry));
    if (text != NULL)
        atomic_store(&entry->version, ask_zone(apex, text));
    return entry;
}

static void begin(void)
{
    rcu = td_rcu_new();
    zones = zone_set_new(&ask_seed, rcu);
}

static void drop(void *context, struct zone_entry *entry)
{
    struct zone_version *version = atomic_load(&entry->version);

    (void)context;
    if (version != NULL)
        zone_lineage_free(version->lineage);
}

static void end(void)
{
    zone_set_visit(zones, drop, NULL);
    zone_set_free(zones);
    td_rcu_free(rcu);
}

static struct zone_entry *find(const char *text, const char *type)
{
    struct wire_name name = ask_name(text);
    struct wire_key key;

    wire_key_make(&key, &ask_seed, name.octets);
    struct zone_entry *entry = auth_zone_find(zones, &key, ask_type(type));
    if (entry != NULL) {
        unsigned at = key.offsets[zone_entry_label(entry, &key)];
        CHECK_BYTES(key.lower + at, key.size - at, entry->name, entry->name_size);
    }
    return entry;
}

#define SOA "@ SOA . . 1 2 3 4 60\n@ NS ns.test.\n"

TEST(the_longest_apex_answers)
{
    begin();
    struct zone_entry *parent = add("test.", SOA "child NS ns.test.\n");
    struct zone_entry *child = add("child.test.", SOA);

    CHECK(find("www.child.test.", "A") == child);
    CHECK(find("child.test.", "A") == child);
    CHECK(find("child.test.", "NS") == child);
    CHECK(find("www.child.test.", "DS") == child);
    CHECK(find("test.", "A") == parent);
    CHECK(find("www.test.", "A") == parent);
    CHECK(find("example.", "A") == NULL);
    CHECK(find(".", "A") == NULL);
    end();
}

TEST(the_parent_answers_for_ds)
{
    begin();
    struct zone_entry *parent = add("test.", SOA "child NS ns.test.\n");
    struct zone_entry *child = add("child.test.", SOA);

    CHECK(find("child.test.", "DS") == parent);
    CHECK(find("CHILD.test.", "DS") == parent);
    CHECK(find("test.", "DS") == parent); /* nobody above: no data from the apex */
    CHECK(find("child.test.", "DNSKEY") == child);
    end();
}

/* The zone above has cut off somebody else, who is the parent. */
TEST(a_grandparent_does_not)
{
    begin();
    add("test.", SOA "between NS ns.test.\n");
    struct zone_entry *child = add("child.between.test.", SOA);

    CHECK(find("child.between.test.", "DS") == child);
    end();
}

/* A name with dots in between belongs to the zone above, cut or not. */
TEST(a_parent_without_the_cut_answers)
{
    begin();
    struct zone_entry *parent = add("test.", SOA "x.a NS ns.test.\n");
    add("x.a.test.", SOA);
    add("y.b.test.", SOA);

    CHECK(find("x.a.test.", "DS") == parent);
    CHECK(find("y.b.test.", "DS") == parent);
    end();
}

TEST(a_parent_that_is_not_loaded_is_still_the_parent)
{
    begin();
    struct zone_entry *parent = add("test.", NULL);
    struct zone_entry *child = add("child.test.", SOA);

    CHECK(find("child.test.", "DS") == parent);
    CHECK(find("child.test.", "A") == child);
    end();
}

TEST(the_root_has_no_parent)
{
    begin();
    struct zone_entry *root = add(".", SOA "test NS ns.test.\n");
    struct zone_entry *child = add("test.", SOA);

    CHECK(find(".", "DS") == root);
    CHECK(find("test.", "DS") == root);
    CHECK(find("test.", "A") == child);
    end();
}

TESTS(the_longest_apex_answers, the_parent_answers_for_ds, a_grandparent_does_not,
      a_parent_without_the_cut_answers, a_parent_that_is_not_loaded_is_still_the_parent,
      the_root_has_no_parent)
