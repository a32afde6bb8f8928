/*
 * A ring of cells with a sequence number each: a sender takes a cell by moving the tail, fills
 * it, and marks it full; the reader sees full cells in order. A sender that is interrupted in
 * between holds up what the reader sees, but no other sender and no thread.
 *
 * The first letter after a silence puts the box on its world's list of boxes with news, and
 * wakes the world.
 */
#include "io/mailbox.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "io/ops.h"

enum { CACHE_LINE = 64, LETTERS_PER_TURN = 256 };

struct cell {
    _Atomic size_t sequence; /* of the ring's round: position when free, position + 1 when full */
    void *letter;
};

struct io_mailbox {
    struct io *io;
    struct cell *cells;
    size_t mask;
    void (*receive)(void *context, void *letter);
    void *context;
    struct io_condition awaited;
    size_t head; /* the reader's */
    bool is_delivering;
    bool is_freed; /* to be destroyed once nobody looks at it */

    _Alignas(CACHE_LINE) _Atomic size_t tail; /* the senders' */
    _Atomic bool is_posted;                   /* it stands in the world's list */
    struct io_mailbox *next_posted;
};

struct io_mailbox *io_mailbox_new(struct io *io, size_t capacity)
{
    td_assert(capacity > 0 && capacity <= IO_MAILBOX_CAPACITY_MAX);
    size_t size = 2;
    while (size < capacity)
        size *= 2;

    struct io_mailbox *box = td_aligned_alloc(CACHE_LINE, sizeof(*box));
    *box = (struct io_mailbox){ .io = io, .mask = size - 1 };
    box->cells = td_calloc(size, sizeof(*box->cells));
    for (size_t i = 0; i < size; i++)
        atomic_init(&box->cells[i].sequence, i);
    return box;
}

static void box_destroy(struct io_mailbox *box)
{
    free(box->cells);
    free(box);
}

void io_mailbox_free(struct io_mailbox *box)
{
    if (box == NULL)
        return;
    td_assert(box->awaited.first == NULL);
    if (box->is_delivering || atomic_load_explicit(&box->is_posted, memory_order_acquire))
        box->is_freed = true;
    else
        box_destroy(box);
}

/* -- senders ---------------------------------------------------------------------------- */

static td_err ring_put(struct io_mailbox *box, void *letter)
{
    size_t at = atomic_load_explicit(&box->tail, memory_order_relaxed);
    struct cell *cell;
    for (;;) {
        cell = &box->cells[at & box->mask];
        size_t sequence = atomic_load_explicit(&cell->sequence, memory_order_acquire);
        if (sequence == at) {
            if (atomic_compare_exchange_weak_explicit(&box->tail, &at, at + 1, memory_order_relaxed,
                                                      memory_order_relaxed))
                break;
        } else if ((ptrdiff_t)(sequence - at) < 0) {
            return TD_E_LIMIT;
        } else {
            at = atomic_load_explicit(&box->tail, memory_order_relaxed);
        }
    }
    cell->letter = letter;
    atomic_store_explicit(&cell->sequence, at + 1, memory_order_release);
    return TD_OK;
}

static void box_announce(struct io_mailbox *box)
{
    /* Acquire and release, also when it was set: the reader who clears it later sees our letter. */
    if (atomic_exchange_explicit(&box->is_posted, true, memory_order_acq_rel))
        return;

    struct io *io = box->io;
    struct io_mailbox *first = atomic_load_explicit(&io->posted, memory_order_relaxed);
    do {
        box->next_posted = first;
    } while (!atomic_compare_exchange_weak_explicit(&io->posted, &first, box, memory_order_release,
                                                    memory_order_relaxed));
    io->ops->wake(io);
}

td_err io_mailbox_put(struct io_mailbox *box, void *letter)
{
    td_assert(letter != NULL);
    return ring_put(box, letter);
}

void io_mailbox_wake(struct io_mailbox *box)
{
    box_announce(box);
}

td_err io_mailbox_post(struct io_mailbox *box, void *letter)
{
    td_err err = io_mailbox_put(box, letter);
    if (err == TD_OK)
        box_announce(box);
    return err;
}

/* -- the reader ----------------------------------------------------------------------------- */

bool io_mailbox_is_empty(const struct io_mailbox *box)
{
    const struct cell *cell = &box->cells[box->head & box->mask];

    return atomic_load_explicit(&cell->sequence, memory_order_acquire) != box->head + 1;
}

void *io_mailbox_take(struct io_mailbox *box)
{
    struct cell *cell = &box->cells[box->head & box->mask];
    if (io_mailbox_is_empty(box))
        return NULL;

    void *letter = cell->letter;
    atomic_store_explicit(&cell->sequence, box->head + box->mask + 1, memory_order_release);
    box->head++;
    return letter;
}

td_err io_mailbox_receive(struct fiber *fiber, struct io_mailbox *box, uint64_t deadline_ns,
                          void **ret_letter)
{
    td_assert(box->receive == NULL);
    for (;;) {
        if (io_fiber_is_cancelled(fiber))
            return TD_E_CANCELLED;
        void *letter = io_mailbox_take(box);
        if (letter != NULL) {
            *ret_letter = letter;
            return TD_OK;
        }
        td_err err = io_condition_wait(fiber, &box->awaited, deadline_ns);
        if (err != TD_OK)
            return err;
    }
}

void io_mailbox_on_letter(struct io_mailbox *box, void (*receive)(void *context, void *letter),
                          void *context)
{
    box->receive = receive;
    box->context = context;
    box_announce(box); /* for what lies there already */
}

static void box_deliver(struct io_mailbox *box)
{
    if (box->receive == NULL) {
        io_condition_broadcast(&box->awaited);
        return;
    }
    for (int i = 0; i < LETTERS_PER_TURN; i++) {
        void *letter = io_mailbox_take(box);
        if (letter == NULL)
            return;
        box->receive(box->context, letter);
        if (box->is_freed)
            return;
    }
    box_announce(box);
}

static void box_deliver_posted(struct io_mailbox *box)
{
    /* Before the ring is looked at: who posts after this announces it again. */
    (void)atomic_exchange_explicit(&box->is_posted, false, memory_order_acq_rel);
    if (!box->is_freed) {
        box->is_delivering = true;
        box_deliver(box);
        box->is_delivering = false;
    }
    if (box->is_freed && !atomic_load_explicit(&box->is_posted, memory_order_relaxed))
        box_destroy(box);
}

void io_mailbox_deliver_posted(struct io *io)
{
    if (td_likely(atomic_load_explicit(&io->posted, memory_order_relaxed) == NULL))
        return;

    /* The list has the newest first. */
    struct io_mailbox *box = atomic_exchange_explicit(&io->posted, NULL, memory_order_acquire);
    struct io_mailbox *oldest = NULL, *next;
    for (; box != NULL; box = next) {
        next = box->next_posted;
        box->next_posted = oldest;
        oldest = box;
    }
    for (; oldest != NULL; oldest = next) {
        next = oldest->next_posted;
        box_deliver_posted(oldest);
    }
}
