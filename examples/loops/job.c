/* job.c - a piece of work under two locks, for a program with an event loop. */
#include "job.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Starts to acquire a lock; what comes of it comes as an event. */
static bool start(struct job *job, struct job_lock *lock)
{
    ddblock_acquire_options options;
    ddblock_id id = ddblock_id_string(lock->name);
    ddblock_error error;

    ddblock_acquire_options_init(&options);
    options.wait_ms = DDBLOCK_FOREVER;
    options.user = lock;
    if (ddblock_acquire_start(job->client, &id, &options, &lock->handle, &error) != DDBLOCK_OK) {
        fprintf(stderr, "%s: %s\n", lock->name, error.message);
        return false;
    }
    printf("waiting for %s\n", lock->name);
    return true;
}

bool job_open(struct job *job, int argc, char **argv)
{
    ddblock_file_options options;
    ddblock_error error;

    *job = (struct job){.first.name = "first", .second.name = "second", .steps = 3};
    if (argc < 2 || argc > 3) {
        fprintf(stderr, "usage: %s FILE [STEPS]\n", argv[0]);
        return false;
    }
    if (argc == 3) {
        job->steps = atoi(argv[2]);
    }
    (void)setvbuf(stdout, NULL, _IOLBF, 0); /* for who reads it in a pipe */
    ddblock_file_options_init(&options);
    options.path = argv[1];
    if (ddblock_store_open_file(&options, &job->store, &error) != DDBLOCK_OK ||
        ddblock_client_open(job->store, NULL, &job->client, &error) != DDBLOCK_OK) {
        fprintf(stderr, "%s\n", error.message);
        return false;
    }
    if (job_fd(job) < 0) {
        fprintf(stderr, "no descriptor to be had\n");
        return false;
    }
    return start(job, &job->first);
}

int job_fd(const struct job *job)
{
    return ddblock_client_event_fd(job->client);
}

void job_stop(struct job *job)
{
    job->stopping = true;
    /* What is held is released, and an acquisition that still waits is cancelled. (To cancel
     * it unless it has just succeeded, call ddblock_acquire_cancel.) Either way an event tells
     * when that is done. NULL, and a handle that was let go before, are fine. */
    ddblock_release_start(job->second.handle);
    ddblock_release_start(job->first.handle);
}

/* The handle has come to its end: this does not wait, and frees it. */
static void finish(struct job *job, struct job_lock *lock)
{
    ddblock_error error;

    if (!lock->held && ddblock_acquire_wait(lock->handle, 0, &error) != DDBLOCK_OK) {
        fprintf(stderr, "%s: %s\n", lock->name, error.message);
    }
    if (ddblock_release(lock->handle, &error) != DDBLOCK_OK) {
        fprintf(stderr, "%s: %s\n", lock->name, error.message);
    }
    lock->handle = NULL;
    lock->held = false;
    job_stop(job);
}

static void on_event(struct job *job, const ddblock_event *event)
{
    struct job_lock *lock = event->user;
    ddblock_error error = {0};

    switch (event->kind) {
    case DDBLOCK_EVENT_ACQUIRED:
        lock->held = true;
        printf("have %s\n", lock->name);
        if (lock == &job->first && !job->stopping && !start(job, &job->second)) {
            job_stop(job);
        }
        break;
    case DDBLOCK_EVENT_LOST:
        (void)ddblock_lock_state(lock->handle, &error);
        fprintf(stderr, "lost %s: %s\n", lock->name, error.message);
        job_stop(job); /* the work ends now: from here on others may do it */
        break;
    case DDBLOCK_EVENT_NOT_ACQUIRED:
    case DDBLOCK_EVENT_RELEASED:
        finish(job, lock);
        break;
    case DDBLOCK_EVENT_AT_RISK: /* heartbeats fail, for now: a step looks at the time it has */
    case DDBLOCK_EVENT_RENEWED:
        break;
    }
}

void job_on_events(struct job *job)
{
    ddblock_event event;

    while (ddblock_client_next_event(job->client, &event) == DDBLOCK_OK) {
        on_event(job, &event);
    }
}

/* True if a step of one period can be done before either lease may end. Asks no other thread. */
static bool has_time(const struct job *job)
{
    return ddblock_lock_remaining_ms(job->first.handle) > JOB_PERIOD_MS &&
           ddblock_lock_remaining_ms(job->second.handle) > JOB_PERIOD_MS;
}

void job_on_timer(struct job *job)
{
    if (job->stopping || !job->first.held || !job->second.held || !has_time(job)) {
        return;
    }
    job->step++;
    /* Whatever the locks guard. Each write of it bears the tokens, and what is written to refuses
     * one that is lower than one it has seen. */
    printf("step %d, tokens %" PRIu64 " and %" PRIu64 "\n", job->step,
           ddblock_lock_fencing_token(job->first.handle),
           ddblock_lock_fencing_token(job->second.handle));
    if (job->step == job->steps) {
        job_stop(job);
    }
}

bool job_is_over(const struct job *job)
{
    return job->first.handle == NULL && job->second.handle == NULL;
}

int job_close(struct job *job)
{
    /* Handles are left only where a loop failed; then this waits until they are given back. */
    (void)ddblock_release(job->second.handle, NULL);
    (void)ddblock_release(job->first.handle, NULL);
    ddblock_client_close(job->client);
    ddblock_store_close(job->store);
    return job->steps > 0 && job->step == job->steps ? 0 : 1;
}
