/*
 * io/mailbox.h - the one way for threads to talk: a bounded box of letters.
 *
 * Shape    A letter is a pointer that is not NULL; posting hands over what it points to. Letters
 *          of one sender arrive in order. A box is read by one thread, by a fiber that
 *          waits or by a callback on the loop, not both.
 * Floor    1.
 * Threads  io_mailbox_post: any; it takes no lock, so a sender of idle priority holds nobody up.
 *          The rest: the thread of the box's world. In the simulation letters wake their reader
 *          after a delay from the seed.
 * Limits   the capacity given, at most IO_MAILBOX_CAPACITY_MAX.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "io/fiber.h"
#include "io/io.h"

enum { IO_MAILBOX_CAPACITY_MAX = 1 << 20 };

struct io_mailbox;

/* `capacity` is rounded up to a power of two. Owned by the caller. */
struct io_mailbox *io_mailbox_new(struct io *io, size_t capacity);
/* Nobody may post any more. Letters still in it are not freed: take them first. */
void io_mailbox_free(struct io_mailbox *box);

/*
 * Post a letter. Never waits.
 * TD_E_LIMIT  the box is full; the letter stays with the caller.
 */
TD_NODISCARD td_err io_mailbox_post(struct io_mailbox *box, void *letter);

/*
 * The same in two steps, for who posts many: a letter that wakes nobody, and the wake. In between
 * the reader may see it already. Same threads, same errors.
 */
TD_NODISCARD td_err io_mailbox_put(struct io_mailbox *box, void *letter);
void io_mailbox_wake(struct io_mailbox *box);

/*
 * Wait for a letter. TD_E_TIMEOUT, TD_E_CANCELLED.
 */
TD_NODISCARD td_err io_mailbox_receive(struct fiber *fiber, struct io_mailbox *box,
                                       uint64_t deadline_ns, void **ret_letter);

/* The next letter, or NULL when there is none. Never waits. */
void *io_mailbox_take(struct io_mailbox *box);
bool io_mailbox_is_empty(const struct io_mailbox *box);

/* Have `receive` called on the loop for each letter from now on. */
void io_mailbox_on_letter(struct io_mailbox *box, void (*receive)(void *context, void *letter),
                          void *context);
