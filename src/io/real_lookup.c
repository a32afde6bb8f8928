/*
 * getaddrinfo takes as long as it likes, and nothing can end it. So it runs on detached threads,
 * and what they touch is not the world's: it lives until the world and the last of them have let it
 * go.
 */
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <pthread.h>
#include <resolv.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "io/lookup.h"
#include "io/mailbox.h"
#include "io/real.h"

/* One name to be asked for. Under the lock, but for the answer while a thread has it. */
struct job {
    struct job *next;         /* in line */
    struct io_lookup *lookup; /* NULL: nobody wants to know any more */
    bool is_in_line;
    td_err err;
    uint32_t count;
    struct td_addr addrs[IO_LOOKUP_ADDRS_MAX];
    char *name;
};

struct real_lookups {
    pthread_mutex_t lock;
    struct io_mailbox *answers; /* of jobs; NULL: the world has ended */
    struct job *first;          /* in line */
    struct job *last;
    uint32_t jobs; /* in line, asked, and answered in the mailbox */
    uint32_t threads;
};

static void job_free(struct real_lookups *all, struct job *job)
{
    all->jobs--;
    free(job->name);
    free(job);
}

/* ---- the line ---- */

static void line_put(struct real_lookups *all, struct job *job)
{
    job->is_in_line = true;
    if (all->last != NULL)
        all->last->next = job;
    else
        all->first = job;
    all->last = job;
}

static void line_remove(struct real_lookups *all, struct job *job)
{
    struct job *before = NULL, *at = all->first;

    for (; at != job; at = at->next)
        before = at;
    if (before != NULL)
        before->next = job->next;
    else
        all->first = job->next;
    if (all->last == job)
        all->last = before;
    job->next = NULL;
    job->is_in_line = false;
}

/* ---- a thread ---- */

static td_err err_of(int status)
{
    switch (status) {
    case 0:
        return TD_OK;
    case EAI_NONAME:
    case EAI_NODATA:
    case EAI_ADDRFAMILY:
        return TD_E_NOT_FOUND;
    default:
        return TD_E_IO;
    }
}

static bool has_addr(const struct job *job, const struct td_addr *addr)
{
    for (uint32_t i = 0; i < job->count; i++)
        if (td_addr_equal(&job->addrs[i], addr))
            return true;
    return false;
}

static void ask(struct job *job)
{
    struct addrinfo hints = { .ai_family = AF_UNSPEC,
                              .ai_socktype = SOCK_DGRAM,
                              .ai_flags = AI_ADDRCONFIG };
    struct addrinfo *found = NULL;

    job->err = err_of(getaddrinfo(job->name, NULL, &hints, &found));
    if (job->err != TD_OK)
        return;
    for (const struct addrinfo *at = found; at != NULL; at = at->ai_next) {
        struct td_addr addr;
        if (job->count < IO_LOOKUP_ADDRS_MAX &&
            td_addr_from_sockaddr(at->ai_addr, &addr) == TD_OK && !has_addr(job, &addr))
            job->addrs[job->count++] = addr;
    }
    freeaddrinfo(found);
    if (job->count == 0)
        job->err = TD_E_NOT_FOUND;
}

/* Names are whole. The resolver's state is this thread's. */
static void search_nowhere(void)
{
    if (res_init() == 0)
        _res.options &= ~(unsigned long)(RES_DEFNAMES | RES_DNSRCH);
}

/* It ends when there is nothing to ask: the next one reads resolv.conf anew. */
static void *thread_main(void *argument)
{
    struct real_lookups *all = argument;

    (void)pthread_setname_np(pthread_self(), "lookup");
    search_nowhere();
    pthread_mutex_lock(&all->lock);
    for (struct job *job; (job = all->first) != NULL;) {
        line_remove(all, job);
        pthread_mutex_unlock(&all->lock);
        ask(job);
        pthread_mutex_lock(&all->lock);
        if (job->lookup == NULL || all->answers == NULL)
            job_free(all, job);
        else
            td_assert(io_mailbox_post(all->answers, job) == TD_OK); /* as large as jobs may be */
    }
    bool is_last = --all->threads == 0 && all->answers == NULL;
    pthread_mutex_unlock(&all->lock);
    if (is_last) {
        pthread_mutex_destroy(&all->lock);
        free(all);
    }
    return NULL;
}

/* Signals belong to the thread that watches them: the first one. */
static bool thread_add(struct real_lookups *all)
{
    sigset_t everything, before;
    pthread_attr_t attr;
    pthread_t id;

    sigfillset(&everything);
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_sigmask(SIG_SETMASK, &everything, &before);
    bool is_good = pthread_create(&id, &attr, thread_main, all) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attr);
    all->threads += is_good;
    return is_good;
}

/* ---- the world ---- */

static void on_answer(void *context, void *letter)
{
    struct real_lookups *all = context;
    struct job *job = letter;
    struct td_addr addrs[IO_LOOKUP_ADDRS_MAX];
    struct io_lookup *lookup = job->lookup; /* only this thread changes it now */
    uint32_t count = job->count;
    td_err err = job->err;

    memcpy(addrs, job->addrs, sizeof(addrs));
    pthread_mutex_lock(&all->lock);
    job_free(all, job);
    pthread_mutex_unlock(&all->lock);
    if (lookup != NULL)
        io_lookup_answered(lookup, err, addrs, count);
}

static struct real_lookups *lookups_of(struct io *io)
{
    struct io_real *real = real_of(io);

    if (real->lookups == NULL) {
        struct real_lookups *all = td_calloc(1, sizeof(*all));
        pthread_mutex_init(&all->lock, NULL);
        all->answers = io_mailbox_new(io, IO_LOOKUPS_MAX);
        io_mailbox_on_letter(all->answers, on_answer, all);
        real->lookups = all;
    }
    return real->lookups;
}

td_err real_lookup_begin(struct io_lookup *lookup)
{
    struct real_lookups *all = lookups_of(lookup->io);
    td_err err = TD_E_LIMIT;

    pthread_mutex_lock(&all->lock);
    if (all->jobs < IO_LOOKUPS_MAX &&
        (all->threads == IO_LOOKUP_THREADS_MAX || thread_add(all) || all->threads != 0)) {
        struct job *job = td_calloc(1, sizeof(*job));
        job->lookup = lookup;
        job->name = td_strdup(lookup->name);
        lookup->body = job;
        all->jobs++;
        line_put(all, job);
        err = TD_OK;
    }
    pthread_mutex_unlock(&all->lock);
    return err;
}

void real_lookup_forget(struct io_lookup *lookup)
{
    struct real_lookups *all = lookups_of(lookup->io);
    struct job *job = lookup->body;

    pthread_mutex_lock(&all->lock);
    job->lookup = NULL;
    if (job->is_in_line) {
        line_remove(all, job);
        job_free(all, job);
    }
    pthread_mutex_unlock(&all->lock);
}

void real_lookups_end(struct real_lookups *all)
{
    if (all == NULL)
        return;
    pthread_mutex_lock(&all->lock);
    td_assert(all->first == NULL); /* all were answered, or cancelled */
    for (struct job *job; (job = io_mailbox_take(all->answers)) != NULL;)
        job_free(all, job);
    io_mailbox_free(all->answers);
    all->answers = NULL;
    bool is_last = all->threads == 0;
    pthread_mutex_unlock(&all->lock);
    if (is_last) {
        pthread_mutex_destroy(&all->lock);
        free(all);
    }
}

/* ---- this host ---- */

uint32_t real_host_addrs(struct io *io TD_UNUSED, struct td_addr *addrs, uint32_t max)
{
    struct ifaddrs *all;
    uint32_t count = 0;

    if (getifaddrs(&all) != 0)
        return 0;
    for (const struct ifaddrs *at = all; at != NULL && count < max; at = at->ifa_next)
        if ((at->ifa_flags & IFF_UP) != 0 && at->ifa_addr != NULL &&
            td_addr_from_sockaddr(at->ifa_addr, &addrs[count]) == TD_OK)
            count++;
    freeifaddrs(all);
    return count;
}
