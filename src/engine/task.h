/* task.h - what the loop runs: a lock, or an errand.
 *
 * The first member of a larger struct. A task belongs to the loop from loop_start until its
 * ended() is called. */
#ifndef ENGINE_TASK_H
#define ENGINE_TASK_H

#include "base/heap.h"
#include "core/machine.h"
#include "store/store.h"

struct task;
struct line;

struct task_operations {
    /* One step of the protocol. */
    struct effects (*step)(struct task *task, const struct event *event);

    /* Tells whoever waits what the step has changed. reply is that of the store, for an
     * EVENT_REPLY, else NULL. */
    void (*publish)(struct task *task, const struct effects *effects,
                    const struct store_reply *reply);

    /* For a task with a scope: another one is the first in its line. */
    void (*queued)(struct task *task, const struct task *first);

    /* For a task with a scope: whether the next in its line may begin. */
    bool (*is_out_of_the_way)(const struct task *task);

    /* The loop is done with the task and does not touch it any more. status is OK, or
     * NO_MEMORY where there was no room to run it at all. */
    void (*ended)(struct task *task, ddblock_status status);
};

/* Zeroed but for the first five, of which a task of a list has no id. */
struct task {
    const struct task_operations *operations;
    const void *scope;        /* tasks of one scope and id stand in one line (lines.h); NULL: this
                                 one stands in none */
    const struct lock_id *id; /* alive as long as the task */
    const char *owner;        /* the same */
    struct page *page;        /* the same; of a list */

    struct heap_entry timer;
    struct request *request; /* waiting for the store to have room; NULL: none is */
    bool urgent;             /* the request that was queued last was */
    uint32_t retry_cost;     /* what its last failure took from the quota */
    struct task *next_queued;
    struct task *previous; /* of all tasks */
    struct task *next;
    struct line *line; /* that it stands in, between these: */
    struct task *ahead;
    struct task *behind;

    /* Guarded by the engine's mutex. */
    unsigned posted; /* what the application wants of it, see engine.h */
    struct task *next_posted;
};

#endif
