/*
 * Goal    A build that tests finds an image that says something else than the sets it stands for
 *         (ARCHITECTURE.md, law 5).
 * Method  Referrals and negative answers as they are, and then with one octet of the image changed:
 *         each octet in turn, since what an octet means differs.
 */
#include "auth/prepared.h"

#include "base/alloc.h"
#include "unit/auth/ask.h"

static const char zone_text[] = "example. 3600 SOA ns. mail. 1 2 3 4 300\n"
                                "example. 3600 NS ns.example.\n"
                                "ns.example. 3600 A 192.0.2.53\n"
                                "in.example. 3600 NS ns1.in.example.\n"
                                "in.example. 3600 NS ns.example.\n"
                                "ns1.in.example. 300 A 192.0.2.1\n"
                                "ns1.in.example. 3600 AAAA 2001:db8::1\n";

static struct answer answer;
static struct wire_key key;
static uint8_t question[300];

static struct auth_query ask_for(const struct zone_version *version, const char *text)
{
    struct wire_name name = ask_name(text);

    (void)ask_question(question, &name, WIRE_TYPE_A);
    wire_key_make(&key, &ask_seed, name.octets);
    return (struct auth_query){
        .version = version,
        .key = &key,
        .name = question + WIRE_HEADER_SIZE,
        .type = WIRE_TYPE_A,
        .apex_label = (uint8_t)(key.label_count - zone_version_label_count(version)),
    };
}

/* Of all the octets of the image, how many may change without anybody seeing it? */
static unsigned unseen_changes(const struct auth_query *query, uint8_t bits)
{
    const struct wire_image *image = answer.image;
    struct wire_image *copy =
        td_memdup(image, wire_image_span(image->size, image->pointer_count, image->target_count));
    unsigned unseen = 0;

    answer.image = copy;
    CHECK(auth_prepared_is_right(query, &answer));
    for (size_t at = 0; at < image->size; at++) {
        copy->octets[at] ^= bits;
        unseen += auth_prepared_is_right(query, &answer);
        copy->octets[at] ^= bits;
    }
    free(copy);
    answer.image = image;
    return unseen;
}

TEST(a_wrong_octet_is_seen)
{
    static const char *const names[] = { "in.example.", "a.b.In.example.", "nothing.example.",
                                         "example." };
    struct zone_version *zone = ask_zone("example.", zone_text);
    struct td_arena scratch;

    td_arena_init(&scratch, 0);
    for (size_t i = 0; i < TD_COUNT(names); i++) {
        struct auth_query query = ask_for(zone, names[i]);
        answer_reset(&answer, &scratch);
        auth_answer(&query, &answer);
        CHECK(answer.image != NULL);
        CHECK_EQ_WHY(unseen_changes(&query, 0x01), 0, names[i]);
        CHECK_EQ_WHY(unseen_changes(&query, 0x80), 0, names[i]);
    }
    td_arena_fini(&scratch);
    ask_free(zone);
}

TEST(the_case_of_letters_is_not_compared)
{
    struct zone_version *zone = ask_zone("example.", zone_text);
    struct auth_query query = ask_for(zone, "IN.EXAMPLE.");
    struct td_arena scratch;

    td_arena_init(&scratch, 0);
    answer_reset(&answer, &scratch);
    auth_answer(&query, &answer);
    CHECK(answer.image != NULL);
    CHECK(auth_prepared_is_right(&query, &answer));
    td_arena_fini(&scratch);
    ask_free(zone);
}

TEST(a_record_too_few_is_seen)
{
    struct zone_version *zone = ask_zone("example.", zone_text);
    struct auth_query query = ask_for(zone, "in.example.");
    struct td_arena scratch;

    td_arena_init(&scratch, 0);
    answer_reset(&answer, &scratch);
    auth_answer(&query, &answer);
    CHECK_EQ(answer.set_count, 1); /* the address of ns.example., a target */
    CHECK(auth_prepared_is_right(&query, &answer));
    answer.set_count = 0;
    CHECK(!auth_prepared_is_right(&query, &answer));
    td_arena_fini(&scratch);
    ask_free(zone);
}

TESTS(a_wrong_octet_is_seen, the_case_of_letters_is_not_compared, a_record_too_few_is_seen)
