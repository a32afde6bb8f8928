/*
 * Goal    letters arrive once and in order, from many threads; a full box says so; boxes may be
 * freed at any time by their reader. Method  real threads (run this under TSan), and one thread for
 * the corners.
 */
#include <pthread.h>

#include "io/mailbox.h"
#include "io/thread.h"
#include "unit/io/world.h"

enum { SENDERS = 3, LETTERS = 20000 };

struct letter {
    int sender;
    int number;
};

static struct letter letters[SENDERS][LETTERS];
static struct io_mailbox *box;
static _Atomic long refused;

static void *send_all(void *argument)
{
    int sender = (int)(intptr_t)argument;
    for (int i = 0; i < LETTERS; i++) {
        letters[sender][i] = (struct letter){ .sender = sender, .number = i };
        while (io_mailbox_post(box, &letters[sender][i]) == TD_E_LIMIT) {
            refused++;
            sched_yield();
        }
    }
    return NULL;
}

static void receive_body(struct fiber *fiber, void *argument TD_UNUSED)
{
    pthread_t threads[SENDERS];
    int next[SENDERS] = { 0 };
    box = io_mailbox_new(io_fiber_io(fiber), 64);
    for (intptr_t i = 0; i < SENDERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, send_all, (void *)i), 0);
    for (int i = 0; i < SENDERS * LETTERS; i++) {
        void *got;
        CHECK_OK(io_mailbox_receive(fiber, box, IO_FOREVER, &got));
        struct letter *letter = got;
        CHECK_EQ(letter->number, next[letter->sender]);
        next[letter->sender]++;
    }
    for (size_t i = 0; i < SENDERS; i++)
        pthread_join(threads[i], NULL);
    CHECK(io_mailbox_take(box) == NULL);
    io_mailbox_free(box);
}

TEST(letters_of_threads_arrive_in_order)
{
    world_run(receive_body, NULL);
}

static void full_body(struct fiber *fiber, void *argument TD_UNUSED)
{
    int a = 1, b = 2, c = 3;
    void *got = NULL;
    box = io_mailbox_new(io_fiber_io(fiber), 2);
    CHECK_EQ(io_mailbox_receive(fiber, box, io_deadline_ms(io_fiber_io(fiber), 2), &got),
             TD_E_TIMEOUT);
    CHECK_OK(io_mailbox_post(box, &a));
    CHECK_OK(io_mailbox_post(box, &b));
    CHECK_EQ(io_mailbox_post(box, &c), TD_E_LIMIT);
    CHECK_OK(io_mailbox_receive(fiber, box, IO_FOREVER, &got));
    CHECK(got == &a);
    CHECK_OK(io_mailbox_post(box, &c));
    CHECK(io_mailbox_take(box) == &b);
    CHECK(io_mailbox_take(box) == &c);
    CHECK(io_mailbox_take(box) == NULL);
    io_mailbox_free(box); /* with news that nobody heard of */
}

TEST(a_full_box_refuses)
{
    world_run(full_body, NULL);
}

static int seen;

static void count_letter(void *context, void *letter)
{
    seen += *(int *)letter;
    if (context != NULL && seen >= 300)
        io_mailbox_free(context);
}

static void callback_body(struct fiber *fiber, void *argument TD_UNUSED)
{
    int one = 1;
    seen = 0;
    box = io_mailbox_new(io_fiber_io(fiber), 1024);
    CHECK_OK(io_mailbox_post(box, &one)); /* before anybody listens */
    io_mailbox_on_letter(box, count_letter, NULL);
    CHECK_OK(io_fiber_sleep_ms(fiber, 1));
    CHECK_EQ(seen, 1);
    for (int i = 0; i < 1000; i++)
        CHECK_OK(io_mailbox_post(box, &one));
    CHECK_OK(io_fiber_sleep_ms(fiber, 1));
    CHECK_EQ(seen, 1001);
    CHECK(io_mailbox_is_empty(box));
    CHECK_OK(io_mailbox_put(box, &one)); /* wakes nobody */
    CHECK_OK(io_fiber_sleep_ms(fiber, 1));
    CHECK_EQ(seen, 1001);
    CHECK(!io_mailbox_is_empty(box));
    io_mailbox_wake(box);
    CHECK_OK(io_fiber_sleep_ms(fiber, 1));
    CHECK_EQ(seen, 1002);
    io_mailbox_free(box);

    seen = 0;
    box = io_mailbox_new(io_fiber_io(fiber), 1024);
    io_mailbox_on_letter(box, count_letter, box); /* frees it at the 300th */
    for (int i = 0; i < 300; i++)
        CHECK_OK(io_mailbox_post(box, &one));
    CHECK_OK(io_fiber_sleep_ms(fiber, 1));
    CHECK_EQ(seen, 300);
}

TEST(letters_to_a_callback)
{
    world_run(callback_body, NULL);
}

TESTS(letters_of_threads_arrive_in_order, a_full_box_refuses, letters_to_a_callback)
