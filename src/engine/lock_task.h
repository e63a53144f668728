/* lock_task.h - one acquisition of one lock: what its two sides share.
 *
 * The loop's thread steps the machine and publishes what came of it (lock_task.c); the
 * application's threads read what was published, under the engine's mutex, and post what they
 * want (lock.c). */
#ifndef ENGINE_LOCK_TASK_H
#define ENGINE_LOCK_TASK_H

#include "engine/client.h"
#include "engine/task.h"

struct ddblock_lock {
    struct task task;              /* first: the loop knows only this */
    struct ddblock_store *engine;  /* outlives every task of its loop */
    struct ddblock_client *client; /* while the application has the handle */
    struct lock_id *id;
    char *owner;

    /* The loop's thread only. */
    struct machine machine;
    char failure[STORE_MESSAGE_SIZE]; /* the store's sentence for the last request that failed */

    /* Read by any thread without the mutex. */
    _Atomic int64_t deadline_ns; /* INT64_MIN: not held */
    _Atomic uint64_t token;

    /* Guarded by the engine's mutex. */
    pthread_cond_t changed;
    ddblock_state state;
    ddblock_status acquired; /* PENDING until the acquisition is over */
    bool releasing;          /* the application lets go: nothing is held from here on */
    bool answered;           /* the release is over; its outcome: */
    ddblock_status released;
    bool ended;          /* the loop is done with it */
    bool detached;       /* the application is; who comes second frees it */
    ddblock_error cause; /* of not being acquired, of the risk, the loss or the release */
    bool holder_seen;
    struct record holder;
    int event_fd; /* -1: nobody asked for it yet */
};

extern const struct task_operations lock_operations;

/* For whoever is the last to let go: the loop or the application. */
void lock_free(struct ddblock_lock *lock);

#endif
