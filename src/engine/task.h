/* task.h - what the loop runs: a lock, or an errand.
 *
 * The first member of a larger struct. A task belongs to the loop from loop_add until its
 * ended() is called. */
#ifndef ENGINE_TASK_H
#define ENGINE_TASK_H

#include "base/heap.h"
#include "core/machine.h"
#include "store/store.h"

struct task;

struct task_operations {
    /* One step of the protocol. Pure. */
    struct effects (*step)(struct task *task, const struct event *event);

    /* Tells whoever waits what the step has changed. reply is that of the store, for an
     * EVENT_REPLY, else NULL. */
    void (*publish)(struct task *task, const struct effects *effects,
                    const struct store_reply *reply);

    /* The loop is done with the task and does not touch it any more. status is OK, or
     * NO_MEMORY where there was no room to run it at all. */
    void (*ended)(struct task *task, ddblock_status status);
};

/* Zeroed but for the first three. */
struct task {
    const struct task_operations *operations;
    const struct lock_id *id; /* alive as long as the task */
    const char *owner;        /* the same */

    struct heap_entry timer;
    uint32_t retry_cost;    /* what its last failure took from the quota */
    struct request request; /* waiting for the store to have room, or under way */
    struct task *next_queued;
    struct task *previous; /* of all tasks */
    struct task *next;

    /* Guarded by the engine's mutex. */
    unsigned posted; /* what the application wants of it, see engine.h */
    struct task *next_posted;
};

#endif
