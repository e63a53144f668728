/* loop.h - runs tasks on a store, in one thread: replies, deadlines, requests.
 *
 * The loop knows no other thread and no real clock: engine.h runs it in a thread of its own,
 * a simulator can run it in a world of its own. */
#ifndef ENGINE_LOOP_H
#define ENGINE_LOOP_H

#include "base/heap.h"
#include "engine/lines.h"
#include "engine/quota.h"
#include "engine/metrics.h"
#include "engine/task.h"
#include "store/store.h"

/* Where time and randomness come from. */
struct loop_host {
    struct instant (*now)(void *user);
    int64_t (*wall_ms)(void *user);
    bool (*random_fill)(void *user, void *data, size_t size);
    void *user;
};

struct task_queue {
    struct task *first;
    struct task *last;
};

struct loop {
    struct store *store;
    struct loop_host host;
    struct heap timers;
    struct lines lines;
    struct task *tasks;
    size_t task_count;
    struct task_queue urgent; /* renewals and releases */
    struct task_queue others;
    struct quota urgent_quota; /* of their own, so that acquisitions cannot use it up */
    struct quota others_quota;
    size_t under_way; /* requests that the store has */
    struct guid fresh;
    bool fresh_ready;
    uint64_t random_state;
    ddblock_metrics metrics;
};

/* False if the host has no random bytes to give. */
bool loop_init(struct loop *loop, struct store *store, const struct loop_host *host);

/* Frees what the loop has. No task is left. */
void loop_finish(struct loop *loop);

/* Takes a task over and starts it, or lets it stand in line; only while loop_is_ready. False if
 * there is no memory to run it: its ended() was called. */
bool loop_start(struct loop *loop, struct task *task);

/* Gives a task an event of the application; only while loop_is_ready. False if it has ended and
 * must not be touched any more. */
bool loop_post(struct loop *loop, struct task *task, enum event_kind kind);

/* False while there are no random bytes for the next write: then nothing steps. */
static inline bool loop_is_ready(const struct loop *loop)
{
    return loop->fresh_ready;
}

/* True if the store owes no reply and no request waits for it. */
static inline bool loop_is_idle(const struct loop *loop)
{
    return loop->under_way == 0 && loop->urgent.first == NULL && loop->others.first == NULL;
}

/* Drops every task that is left: its ended() is called, whatever it was doing. */
void loop_drop_tasks(struct loop *loop);

/* Handles every reply that is there and every deadline that has come, and hands requests to
 * the store. Returns when something is due next. */
struct instant loop_turn(struct loop *loop);

#endif
