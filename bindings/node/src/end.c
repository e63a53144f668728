/* end.c - the end of a context. As when a process dies, what is held stays held in the table, for a
 * lease or, if it fails closed, for a person to look at. What is only waited for is given up. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "values.h"

/* How long the end waits, in all, for replies to what is under way: releases, heartbeats,
 * acquisitions that are given up, a question for keys. A round trip; but no program should hang
 * since its table cannot be reached. Without anything under way it waits for nothing. */
enum { END_WAIT_MS = 1000 };

/* What may block is done by a thread. What that has not done in time it goes on with, for as long
 * as the process lives: nobody else may use or free it then. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER; /* guards the done of all jobs */
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

static void *run_jobs(void *first)
{
    for (struct job *job = first, *next; job != NULL; job = next) {
        next = job->next; /* once it is done, its memory may be gone */
        job->run(job->subject);
        (void)pthread_mutex_lock(&mutex);
        job->done = true;
        (void)pthread_cond_broadcast(&changed);
        (void)pthread_mutex_unlock(&mutex);
    }
    return NULL;
}

/* Where no thread can be had it is done here, however long that takes. */
static void start_jobs(struct job *first)
{
    pthread_t thread;
    sigset_t all;
    sigset_t before;
    int rc;

    if (first == NULL) {
        return;
    }
    (void)sigfillset(&all); /* signals are for the program's threads */
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    rc = pthread_create(&thread, NULL, run_jobs, first);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (rc == 0) {
        (void)pthread_detach(thread);
    } else {
        (void)run_jobs(first);
    }
}

static bool wait_for_job(const struct job *job, uint64_t end)
{
    struct timespec until = {.tv_sec = (time_t)(end / 1000000000),
                             .tv_nsec = (long)(end % 1000000000)};
    int rc = 0;
    bool done;

    (void)pthread_mutex_lock(&mutex);
    while (!job->done && rc == 0) {
        rc = pthread_cond_clockwait(&changed, &mutex, CLOCK_MONOTONIC, &until);
    }
    done = job->done;
    (void)pthread_mutex_unlock(&mutex);
    return done;
}

/* No more heartbeats, and no release. A heartbeat that is under way is waited for. */
static void hand_over(void *subject)
{
    struct lock *lock = subject;
    char text[DDBLOCK_EXPORT_SIZE];

    if (ddblock_lock_export(lock->handle, text, sizeof(text), NULL) == DDBLOCK_OK) {
        explicit_bzero(text, sizeof(text));
        lock->handed_over = true;
    }
}

/* Begins to let go of the locks of a client; those that are held become jobs. The thread pool may
 * use one, and calls client_end after that. */
static void begin(struct client *client, struct job **jobs)
{
    for (struct lock *lock = client->locks; lock != NULL; lock = lock->next) {
        if (lock->ensures > 0 || lock->leaving.run != NULL) {
            continue;
        }
        if (lock->held) {
            lock->leaving = (struct job){.run = hand_over, .subject = lock, .next = *jobs};
            *jobs = &lock->leaving;
        } else {
            ddblock_release_start(lock->handle);
        }
    }
}

/* Waits for the locks that a client held. One that was lost meanwhile has its end told. */
static void wait_for_held(struct client *client, uint64_t end)
{
    for (struct lock *lock = client->locks, *next; lock != NULL; lock = next) {
        next = lock->next;
        if (lock->leaving.run == NULL || !wait_for_job(&lock->leaving, end)) {
            continue;
        }
        if (lock->handed_over) {
            lock_forget(lock);
        } else {
            ddblock_release_start(lock->handle);
        }
    }
}

/* Pulls the events of locks that are given up. */
static void wait_for_ends(struct client *client, uint64_t end)
{
    struct pollfd fd = {.fd = ddblock_client_event_fd(client->handle), .events = POLLIN};
    ddblock_event event;

    while (client->locks != NULL) {
        uint64_t now = uv_hrtime();

        if (ddblock_client_next_event(client->handle, &event) == DDBLOCK_OK) {
            struct lock *lock = event.user;

            lock->over =
                event.kind == DDBLOCK_EVENT_NOT_ACQUIRED || event.kind == DDBLOCK_EVENT_RELEASED;
            lock_finish(lock, NULL);
        } else if (now >= end ||
                   (poll(&fd, 1, (int)((end - now) / 1000000) + 1) < 0 && errno != EINTR)) {
            return;
        }
    }
}

static void finish(struct client *client, uint64_t end)
{
    wait_for_held(client, end);
    wait_for_ends(client, end);
    if (client->locks == NULL) {
        client_finish(client);
    } else {
        client_leave(client); /* the pool, or the thread of the library's, goes on with some */
    }
}

static uint64_t end_from_now(void)
{
    return uv_hrtime() + END_WAIT_MS * UINT64_C(1000000); /* of CLOCK_MONOTONIC */
}

static void close_store(void *handle)
{
    ddblock_store_close(handle);
}

/* Closes the stores that no client needs any more. */
static void end_stores(struct addon *addon, uint64_t end)
{
    struct job *jobs = NULL;

    for (struct store *store = addon->stores; store != NULL; store = store->next) {
        if (store->users == 1 && store->handle != NULL) { /* only the object */
            store->leaving =
                (struct job){.run = close_store, .subject = store->handle, .next = jobs};
            jobs = &store->leaving;
            store->handle = NULL;
            store->pins++; /* for the job */
        }
    }
    start_jobs(jobs);
    for (struct store *store = addon->stores, *next; store != NULL; store = next) {
        next = store->next;
        if (store->leaving.run != NULL && wait_for_job(&store->leaving, end)) {
            store->leaving.run = NULL;
            store_unpin(store);
        }
    }
}

void end_client(struct client *client)
{
    struct addon *addon = client->addon;
    uint64_t end = end_from_now();
    struct job *jobs = NULL;

    begin(client, &jobs);
    start_jobs(jobs);
    finish(client, end);
    end_stores(addon, end);
}

void end_all(struct addon *addon)
{
    uint64_t end = end_from_now();
    struct job *jobs = NULL;

    for (struct store *store = addon->stores; store != NULL; store = store->next) {
        keys_refuse(store); /* no JavaScript runs while this waits, so none would come */
    }
    for (struct client *client = addon->clients; client != NULL; client = client->next) {
        begin(client, &jobs);
    }
    start_jobs(jobs);
    for (struct client *client = addon->clients, *next; client != NULL; client = next) {
        next = client->next;
        finish(client, end);
    }
    end_stores(addon, end);
}
