/* lock_task.h - one acquisition of one lock: what its two sides share.
 *
 * The loop's thread steps the machine and publishes what came of it (lock_task.c); the
 * application's threads read what was published, under the engine's mutex, and post what they
 * want (lock.c). */
#ifndef ENGINE_LOCK_TASK_H
#define ENGINE_LOCK_TASK_H

#include "engine/client.h"
#include "engine/task.h"

/* A call that waits; on its stack. */
struct lock_waiter {
    pthread_cond_t changed;
    struct lock_waiter *next;
};

/* What few locks have at a time, texts, records and waiters, lies in memory of its own, so that one
 * which is just held stays small: a server may hold ten thousand. Where there is no memory for
 * it, less is told. */
struct ddblock_lock {
    struct task task;              /* first: the loop knows only this */
    struct ddblock_store *engine;  /* outlives every task of its loop */
    struct ddblock_client *client; /* while the application has the handle */
    struct lock_id *id;
    void *user;

    /* The loop's thread only. */
    struct machine machine;
    char *failure; /* the store's sentence for the last request that failed; NULL: none */

    /* Read and written by any thread without the mutex. */
    _Atomic int64_t deadline_ns; /* INT64_MIN: not held */
    _Atomic int64_t touched_ns;  /* when the application last said that it is alive */
    _Atomic uint64_t token;

    /* Guarded by the engine's mutex. */
    struct lock_waiter *waiters; /* the calls that wait for a change */
    ddblock_state state;
    ddblock_status acquired; /* PENDING until the acquisition is over */
    ddblock_origin origin;
    bool releasing; /* the application lets go: nothing is held from here on */
    bool answered;  /* the release is over; its outcome: */
    ddblock_status released;
    bool handed_over;            /* the machine has ended, with the lock held */
    bool ended;                  /* the loop is done with it */
    bool detached;               /* the application is; who comes second frees it */
    ddblock_status cause_status; /* of not being acquired, of the risk, the loss, the release: */
    char *cause;
    struct record *holder;   /* whom it waits for, or who has what was lost; NULL: nobody seen */
    struct record *previous; /* from whom it was taken over; NULL: it was not */
    uint64_t renewals;       /* that have moved the deadline */
    uint64_t renewals_failed;
    uint64_t renewals_withheld;
    ddblock_status renewal_status; /* of the last that failed */
    int event_fd;                  /* -1: nobody asked for it yet */

    unsigned events; /* for the client, a bit for each kind */
    unsigned muted;  /* those that are not told, since a blocking call returns them */
    bool ready;      /* it stands among those with events, between: */
    struct ddblock_lock *ready_previous;
    struct ddblock_lock *ready_next;
    struct ddblock_lock *previous_lock; /* of the client */
    struct ddblock_lock *next_lock;
};

extern const struct task_operations lock_operations;

/* What becomes of an acquisition: a call that waits for it returns that, and no event tells it. */
enum {
    EVENTS_OF_ACQUISITION = 1 << DDBLOCK_EVENT_ACQUIRED | 1 << DDBLOCK_EVENT_NOT_ACQUIRED,
};

/* Makes a handle and all that it needs later, so that nothing fails once it runs. It is in no
 * client yet: its machine may still be made another one. */
ddblock_status lock_create(struct ddblock_client *client, const ddblock_id *id,
                           const struct machine_patience *patience, struct ddblock_lock **ret_lock,
                           ddblock_error *error);

/* Puts the lock into its client, which it keeps alive, and lets it run. */
void lock_run(struct ddblock_lock *lock);

/* Waits until the loop says that something has changed; spuriously too. end NULL: for ever, else
 * by condition_deadline. Returns 0, or ETIMEDOUT. With the mutex held. */
int lock_wait_for_change(struct ddblock_lock *lock, const struct timespec *end);

/* From here on nothing is held, and the release begins. With the mutex held. */
void lock_let_go(struct ddblock_lock *lock);

/* Adds an event, or takes one back, for the client's queue. With the mutex held. */
void lock_event_add(struct ddblock_lock *lock, ddblock_event_kind kind);
void lock_event_drop(struct ddblock_lock *lock, ddblock_event_kind kind);

/* From here on no event of the lock is told, whatever comes: its handle is being freed. With the
 * mutex held. */
void lock_mute(struct ddblock_lock *lock);

/* Takes the lock out of its client, with its events. With the mutex held. */
void lock_leave_client(struct ddblock_lock *lock);

/* For whoever is the last to let go: the loop or the application. */
void lock_free(struct ddblock_lock *lock);

#endif
