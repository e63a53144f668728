/* loop.c - runs tasks on a store, in one thread. */
#include "engine/loop.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/status.h"

/* Without random bytes no write can be sent. That they fail once the first came was never
 * seen; if it happens, leases run out by themselves while this is tried again. */
enum { FRESH_AGAIN_MS = 10 };

bool loop_init(struct loop *loop, struct store *store, const struct loop_host *host)
{
    *loop = (struct loop){.store = store, .host = *host};
    quota_init(&loop->urgent_quota);
    quota_init(&loop->others_quota);
    metrics_init(&loop->metrics);
    if (!host->random_fill(host->user, &loop->random_state, sizeof(loop->random_state)) ||
        !host->random_fill(host->user, &loop->fresh, sizeof(loop->fresh))) {
        return false;
    }
    loop->fresh_ready = true;
    lines_init(&loop->lines, loop->random_state);
    return true;
}

void loop_finish(struct loop *loop)
{
    heap_finish(&loop->timers);
    lines_finish(&loop->lines);
    explicit_bzero(&loop->fresh, sizeof(loop->fresh));
}

/* Jitter, not secrets: SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number
 * generators", 2014). */
static uint32_t next_random(struct loop *loop)
{
    uint64_t z;

    loop->random_state += UINT64_C(0x9E3779B97F4A7C15);
    z = loop->random_state;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (uint32_t)((z ^ (z >> 31)) >> 32);
}

static void queue_add(struct task_queue *queue, struct task *task)
{
    assert(task->next_queued == NULL);
    if (queue->last != NULL) {
        queue->last->next_queued = task;
    } else {
        queue->first = task;
    }
    queue->last = task;
}

static struct task *queue_take(struct task_queue *queue)
{
    struct task *task = queue->first;

    if (task != NULL) {
        queue->first = task->next_queued;
        if (queue->first == NULL) {
            queue->last = NULL;
        }
        task->next_queued = NULL;
    }
    return task;
}

static void remove_task(struct loop *loop, struct task *task)
{
    (void)lines_leave(&loop->lines, task);
    heap_set(&loop->timers, &task->timer, INSTANT_NEVER);
    if (task->previous != NULL) {
        task->previous->next = task->next;
    } else {
        loop->tasks = task->next;
    }
    if (task->next != NULL) {
        task->next->previous = task->previous;
    }
    loop->task_count--;
    free(task->request); /* one that still waits, when all tasks are dropped */
    task->request = NULL;
    task->operations->ended(task, DDBLOCK_OK);
}

void loop_drop_tasks(struct loop *loop)
{
    while (loop->tasks != NULL) {
        remove_task(loop, loop->tasks);
    }
}

static void refresh(struct loop *loop)
{
    if (!loop->fresh_ready) {
        loop->fresh_ready =
            loop->host.random_fill(loop->host.user, &loop->fresh, sizeof(loop->fresh));
    }
}

/* Takes what a failure costs, and gives it back after a success. True if the failure finds no quota
 * left. */
static bool settle_quota(struct loop *loop, struct task *task, const struct outcome *outcome)
{
    struct quota *quota = task->urgent ? &loop->urgent_quota : &loop->others_quota;
    bool failed = outcome->kind == OUTCOME_FAILED || outcome->kind == OUTCOME_IN_DOUBT;

    if (!failed) {
        quota_return(quota, task->retry_cost);
        task->retry_cost = 0;
        return false;
    }
    if (outcome->kind == OUTCOME_FAILED && !status_is_retryable(outcome->status)) {
        return false; /* another try cannot mend it, and mostly there is none */
    }
    return !quota_take(quota, outcome->status, &task->retry_cost);
}

/* Requests lie in memory of their own, since few of many tasks have one at a time. One for which
 * there is no memory waits in its queue as well, to fail there. */
static void queue_request(struct loop *loop, struct task *task, const struct request *request)
{
    assert(task->request == NULL);
    task->request = malloc(sizeof(*task->request));
    if (task->request != NULL) {
        *task->request = *request;
    }
    task->urgent = request->urgent;
    queue_add(request->urgent ? &loop->urgent : &loop->others, task);
}

/* One step of one task, and all that follows from it. False if the task has ended. */
static bool step(struct loop *loop, struct task *task, enum event_kind kind,
                 const struct store_reply *reply)
{
    struct event event = {
        .kind = kind,
        .now = loop->host.now(loop->host.user),
        .wall_ms = loop->host.wall_ms(loop->host.user),
        .random = next_random(loop),
        .fresh = &loop->fresh,
        .outcome = reply != NULL ? &reply->outcome : NULL,
        .spent = reply != NULL && settle_quota(loop, task, &reply->outcome),
    };
    struct effects effects;
    struct task *next = NULL;

    assert(loop->fresh_ready);
    effects = task->operations->step(task, &event);
    if (effects.fresh_used) {
        loop->fresh_ready = false;
        refresh(loop);
    }
    heap_set(&loop->timers, &task->timer, effects.wake_at);
    if (effects.request.kind != REQUEST_NONE) {
        queue_request(loop, task, &effects.request);
    }
    task->operations->publish(task, &effects, reply);
    if (task->line != NULL && task->operations->is_out_of_the_way(task)) {
        next = lines_leave(&loop->lines, task);
    }
    if (effects.ended) {
        assert(effects.request.kind == REQUEST_NONE);
        remove_task(loop, task);
    }
    if (next != NULL) {
        assert(!effects.fresh_used); /* who is out of the way writes none: the guid is left */
        (void)step(loop, next, EVENT_ACQUIRE, NULL); /* which only sends: this goes no deeper */
    }
    return !effects.ended;
}

bool loop_start(struct loop *loop, struct task *task)
{
    struct task *first = NULL;

    if (!heap_reserve(&loop->timers, loop->task_count + 1)) {
        task->operations->ended(task, DDBLOCK_NO_MEMORY);
        return false;
    }
    task->next = loop->tasks;
    if (loop->tasks != NULL) {
        loop->tasks->previous = task;
    }
    loop->tasks = task;
    loop->task_count++;
    if (task->scope != NULL) {
        first = lines_join(&loop->lines, task);
    }
    if (first == NULL || first == task) {
        return step(loop, task, EVENT_ACQUIRE, NULL);
    }
    task->operations->queued(task, first);
    return step(loop, task, EVENT_QUEUE, NULL);
}

bool loop_post(struct loop *loop, struct task *task, enum event_kind kind)
{
    return step(loop, task, kind, NULL);
}

/* A request that was never sent: it waited for room until its time was over, or there was no
 * memory for it. */
static void fail_unsent(struct loop *loop, struct task *task, ddblock_status status)
{
    struct store_reply reply = {.outcome = {.kind = OUTCOME_FAILED, .status = status}};

    metrics_add(&loop->metrics.requests_unsent);
    if (status == DDBLOCK_NO_MEMORY) {
        (void)snprintf(reply.message, sizeof(reply.message), "no memory for a request");
    } else {
        (void)snprintf(reply.message, sizeof(reply.message),
                       "all %zu connections to the store are busy", loop->store->capacity);
    }
    (void)step(loop, task, EVENT_REPLY, &reply);
}

static void submit(struct loop *loop, struct task *task, const struct request *ask)
{
    struct store_request request = {
        .tag = (uint64_t)(uintptr_t)task,
        .id = task->id,
        .owner = task->owner,
        .page = task->page,
        .ask = ask,
    };

    loop->under_way++;
    metrics_request(&loop->metrics, ask->kind);
    store_submit(loop->store, &request);
}

/* Renewals and releases first: others can wait, a lease cannot. */
static void submit_queued(struct loop *loop)
{
    while (loop->fresh_ready && loop->under_way < loop->store->capacity) {
        struct request *request;
        struct task *task = queue_take(&loop->urgent);

        if (task == NULL) {
            task = queue_take(&loop->others);
        }
        if (task == NULL) {
            return;
        }
        request = task->request;
        task->request = NULL;
        if (request == NULL) {
            fail_unsent(loop, task, DDBLOCK_NO_MEMORY);
        } else if (instant_before(loop->host.now(loop->host.user), request->give_up_at)) {
            submit(loop, task, request);
        } else {
            fail_unsent(loop, task, DDBLOCK_UNAVAILABLE);
        }
        free(request);
    }
}

static void take_replies(struct loop *loop)
{
    while (loop->fresh_ready) {
        const struct store_reply *reply = store_take_reply(loop->store);

        if (reply == NULL) {
            return;
        }
        assert(loop->under_way > 0);
        loop->under_way--;
        metrics_reply(&loop->metrics, &reply->outcome);
        (void)step(loop, (struct task *)(uintptr_t)reply->tag, EVENT_REPLY, reply);
    }
}

/* At most one tick for each task that was due when the turn began, so that one that is always due
 * cannot keep the replies of the others waiting. */
static void tick_due(struct loop *loop)
{
    struct instant now = loop->host.now(loop->host.user);

    for (size_t left = loop->task_count; left > 0 && loop->fresh_ready; left--) {
        struct heap_entry *entry = heap_first(&loop->timers);

        if (entry == NULL || instant_before(now, entry->due)) {
            return;
        }
        (void)step(loop, (struct task *)((char *)entry - offsetof(struct task, timer)), EVENT_TICK,
                   NULL);
    }
}

struct instant loop_turn(struct loop *loop)
{
    struct heap_entry *first;

    refresh(loop);
    tick_due(loop); /* deadlines before replies: time may have been spent suspended */
    take_replies(loop);
    submit_queued(loop);
    if (!loop->fresh_ready) {
        return instant_add(loop->host.now(loop->host.user), duration_from_ms(FRESH_AGAIN_MS));
    }
    first = heap_first(&loop->timers);
    return first != NULL ? first->due : INSTANT_NEVER;
}
