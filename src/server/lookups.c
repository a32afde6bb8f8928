#include "server/lookups.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "io/timer.h"
#include "wire/name.h"

enum {
    BUCKETS = 1024,
    KEPT_S = 3600,
    RETRY_S = 300,
    PATIENCE_S = 600, /* most of it for the line before the resolver */
    CALLS_PER_TURN = 64,
};

struct row {
    struct lookups_name name; /* for others */
    struct lookups *lookups;
    struct row *next; /* of the bucket */
    struct lookups_use *uses;
    struct io_lookup *lookup; /* under way; NULL */
    struct io_timer timer;    /* until it is asked for again */
    char text[];              /* in lower case */
};

struct lookups_use {
    struct row *row;
    struct lookups_user *user;
    struct lookups_use *next_of_user;
    struct lookups_use *next_of_row;
    struct lookups_use **back_of_row;
};

struct lookups {
    struct io *io;
    const struct td_hash_seed *seed;
    uint32_t count;
    struct lookups_user *due; /* to be called */
    struct io_deferred calls;
    struct row *buckets[BUCKETS];
};

/* ---- who is called ---- */

static void make_due(struct lookups *lookups, struct lookups_user *user)
{
    if (user->is_due)
        return;
    user->is_due = true;
    user->next = lookups->due;
    lookups->due = user;
    io_defer(lookups->io, &lookups->calls);
}

static void make_undue(struct lookups *lookups, struct lookups_user *user)
{
    struct lookups_user **at = &lookups->due;

    if (!user->is_due)
        return;
    while (*at != user)
        at = &(*at)->next;
    *at = user->next;
    user->is_due = false;
}

/* A hundred thousand zones may have one name server: some now, the others in the next turn. */
static void call_due(struct io *io, void *context)
{
    struct lookups *lookups = context;

    for (uint32_t i = 0; i < CALLS_PER_TURN && lookups->due != NULL; i++) {
        struct lookups_user *user = lookups->due;
        lookups->due = user->next;
        user->is_due = false;
        user->call(user->context);
    }
    if (lookups->due != NULL)
        io_defer(io, &lookups->calls);
}

/* ---- rows ---- */

/* Whatever their order, which resolvers turn. */
static bool is_same(const struct lookups_name *name, const struct td_addr *addrs, uint32_t count)
{
    uint32_t found = 0;

    for (uint32_t i = 0; i < count; i++)
        for (uint32_t k = 0; k < name->count; k++)
            found += td_addr_equal(&addrs[i], &name->addrs[k]);
    return found == count && count == name->count;
}

static void on_answer(void *context, td_err err, const struct td_addr *addrs, uint32_t count)
{
    struct row *row = context;
    struct lookups *lookups = row->lookups;
    uint64_t wait_s = err == TD_OK ? KEPT_S : RETRY_S;
    bool is_news = err == TD_OK || err == TD_E_NOT_FOUND;

    row->lookup = NULL;
    row->name.is_answered = true;
    row->name.err = err;
    io_timer_start(lookups->io, &row->timer, io_deadline_ms(lookups->io, wait_s * IO_MS_PER_S));
    if (!is_news || is_same(&row->name, addrs, count))
        return;
    row->name.count = count;
    for (uint32_t i = 0; i < count; i++)
        row->name.addrs[i] = addrs[i];
    for (const struct lookups_use *use = row->uses; use != NULL; use = use->next_of_row)
        make_due(lookups, use->user);
}

static void ask(struct io_timer *timer, void *context)
{
    struct row *row = context;
    struct io *io = row->lookups->io;
    uint64_t deadline = io_deadline_ms(io, (uint64_t)PATIENCE_S * IO_MS_PER_S);

    (void)timer;
    td_err err = io_lookup_start(io, row->text, deadline, on_answer, row, &row->lookup);
    if (err != TD_OK)
        on_answer(row, err, NULL, 0);
}

static struct row **row_at(struct lookups *lookups, const char *name,
                           char text[WIRE_NAME_TEXT_SIZE])
{
    size_t size = strlen(name);

    td_assert(size < WIRE_NAME_TEXT_SIZE);
    for (size_t i = 0; i <= size; i++)
        text[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] - 'A' + 'a' : name[i]);
    uint64_t hash = td_hash_octets(lookups->seed, text, size);
    struct row **at = &lookups->buckets[hash % BUCKETS];
    while (*at != NULL && strcmp((*at)->text, text) != 0)
        at = &(*at)->next;
    return at;
}

static struct row *row_get(struct lookups *lookups, const char *name)
{
    char text[WIRE_NAME_TEXT_SIZE];
    struct row **at = row_at(lookups, name, text);
    size_t size = strlen(text) + 1;

    if (*at != NULL || lookups->count == LOOKUPS_NAMES_MAX)
        return *at;
    struct row *row = td_calloc(1, sizeof(*row) + size);
    row->lookups = lookups;
    memcpy(row->text, text, size);
    io_timer_init(&row->timer, ask, row);
    *at = row;
    lookups->count++;
    ask(&row->timer, row);
    return row;
}

static void row_forget(struct row *row)
{
    struct lookups *lookups = row->lookups;
    char text[WIRE_NAME_TEXT_SIZE];

    *row_at(lookups, row->text, text) = row->next;
    io_lookup_cancel(row->lookup);
    io_timer_stop(&row->timer);
    lookups->count--;
    free(row);
}

/* ---- uses ---- */

static void use_add(struct lookups_user *user, struct row *row)
{
    struct lookups_use *use = td_calloc(1, sizeof(*use));

    *use = (struct lookups_use){ .row = row,
                                 .user = user,
                                 .next_of_user = user->uses,
                                 .next_of_row = row->uses,
                                 .back_of_row = &row->uses };
    if (row->uses != NULL)
        row->uses->back_of_row = &use->next_of_row;
    row->uses = use;
    user->uses = use;
}

static void use_end(struct lookups_use *use)
{
    struct row *row = use->row;

    *use->back_of_row = use->next_of_row;
    if (use->next_of_row != NULL)
        use->next_of_row->back_of_row = use->back_of_row;
    free(use);
    if (row->uses == NULL)
        row_forget(row);
}

/* Those before end last: what stays is not forgotten in between. */
void lookups_use(struct lookups *lookups, struct lookups_user *user, const char *const *names,
                 uint32_t count)
{
    struct lookups_use *before = user->uses;

    user->uses = NULL;
    for (uint32_t i = 0; i < count; i++) {
        struct row *row = row_get(lookups, names[i]);
        if (row != NULL)
            use_add(user, row);
    }
    for (struct lookups_use *next; before != NULL; before = next) {
        next = before->next_of_user;
        use_end(before);
    }
    if (user->uses == NULL)
        make_undue(lookups, user);
}

const struct lookups_name *lookups_find(struct lookups *lookups, const char *name)
{
    char text[WIRE_NAME_TEXT_SIZE];
    const struct row *row = *row_at(lookups, name, text);

    return row == NULL ? NULL : &row->name;
}

/* ---- life ---- */

struct lookups *lookups_new(struct io *io, const struct td_hash_seed *seed)
{
    struct lookups *lookups = td_calloc(1, sizeof(*lookups));

    lookups->io = io;
    lookups->seed = seed;
    lookups->calls = (struct io_deferred){ .call = call_due, .context = lookups };
    return lookups;
}

void lookups_free(struct lookups *lookups)
{
    if (lookups == NULL)
        return;
    td_assert(lookups->count == 0 && lookups->due == NULL);
    io_defer_cancel(lookups->io, &lookups->calls);
    free(lookups);
}
