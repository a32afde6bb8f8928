#include "operator/pending.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static bool is_of(const struct operator_pending *pending, const char *zone, const char *author)
{
    return strcmp(pending->zone, zone) == 0 && strcmp(pending->author, author) == 0;
}

struct operator_pending *operator_pending_find(struct server *server, const char *zone,
                                               const char *author)
{
    struct operator_pending *pending = server->pending;

    while (pending != NULL && !is_of(pending, zone, author))
        pending = pending->next;
    return pending;
}

struct operator_pending *operator_pending_new(struct server *server, const char *zone,
                                              const char *author)
{
    uint32_t count = 0;

    for (const struct operator_pending *p = server->pending; p != NULL; p = p->next)
        count++;
    if (count >= OPERATOR_PENDING_MAX)
        return NULL;
    struct operator_pending *pending = td_calloc(1, sizeof(*pending));
    pending->zone = td_strdup(zone);
    pending->author = td_strdup(author);
    operator_steps_init(&pending->steps);
    pending->next = server->pending;
    server->pending = pending;
    return pending;
}

void operator_pending_drop(struct server *server, struct operator_pending *pending)
{
    struct operator_pending **at = &server->pending;

    while (*at != pending)
        at = &(*at)->next;
    *at = pending->next;
    operator_steps_fini(&pending->steps);
    free(pending->zone);
    free(pending->author);
    free(pending->reason);
    free(pending);
}

uint32_t operator_pending_count(const struct server *server, const char *zone)
{
    uint32_t count = 0;

    for (const struct operator_pending *p = server->pending; p != NULL; p = p->next)
        count += strcmp(p->zone, zone) == 0;
    return count;
}

void operator_pending_free(struct server *server)
{
    while (server->pending != NULL)
        operator_pending_drop(server, server->pending);
}
