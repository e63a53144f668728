/* lock_task.c - a lock as the loop's thread sees it: steps the machine and publishes what came of
 * it. */
#include "engine/lock_task.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/status.h"
#include "base/text.h"
#include "engine/explain.h"

static struct ddblock_lock *from_task(struct task *task)
{
    return (struct ddblock_lock *)task;
}

static void free_aside(struct machine_aside *aside)
{
    if (aside != NULL) {
        explicit_bzero(aside, sizeof(*aside));
        free(aside);
    }
}

/* Without memory the machine does with less. */
static void lend_aside(struct ddblock_lock *lock)
{
    machine_lend(&lock->machine, malloc(sizeof(struct machine_aside)));
}

void lock_free(struct ddblock_lock *lock)
{
    if (lock->event_fd >= 0) {
        (void)close(lock->event_fd);
    }
    lock_id_destroy(lock->id);
    free_aside(lock->machine.aside);
    explicit_bzero(&lock->machine, sizeof(lock->machine)); /* guids are the right to release */
    free(lock->failure);
    free(lock->cause);
    free(lock->holder);
    free(lock->previous);
    free(lock);
}

static struct effects lock_step(struct task *task, const struct event *event)
{
    struct ddblock_lock *lock = from_task(task);
    struct metrics_before before = metrics_before(&lock->machine);
    struct event own = *event;
    struct effects effects;

    own.touched.ns = atomic_load_explicit(&lock->touched_ns, memory_order_relaxed);
    if (machine_wants_aside(&lock->machine, event)) {
        lend_aside(lock);
    }
    effects = machine_step(&lock->machine, &own);
    metrics_step(&lock->engine->loop.metrics, &before, &lock->machine, &own, &effects);
    return effects;
}

/* The lock stands behind another one of its client: that one is whom it waits for. */
static void lock_queued(struct task *task, const struct task *first)
{
    struct ddblock_lock *lock = from_task(task);
    const struct machine *ahead = &((const struct ddblock_lock *)first)->machine;

    struct record *seen;

    if (lock->machine.aside == NULL) {
        lend_aside(lock);
    }
    if (lock->machine.aside == NULL) {
        return; /* it is not told for whom it waits */
    }
    seen = &lock->machine.aside->seen;
    *seen = *machine_seen(ahead);
    if (!instant_before(machine_deadline(ahead), clock_now())) {
        *seen = (struct record){
            .kind = ahead->config.kind == DDBLOCK_FAIL_OPEN ? RECORD_FAIL_OPEN : RECORD_FAIL_CLOSED,
            .token = ahead->token,
            .lease_ms = ahead->config.lease_ms,
            .acquired_time_unix_ms = -1,
        };
        text_copy(seen->owner, sizeof(seen->owner), bytes_from_string(lock->task.owner));
    }
}

static bool lock_is_out_of_the_way(const struct task *task)
{
    return machine_is_out_of_the_way(&((const struct ddblock_lock *)task)->machine);
}

int lock_wait_for_change(struct ddblock_lock *lock, const struct timespec *end)
{
    struct lock_waiter waiter = {.next = lock->waiters};
    struct lock_waiter **link = &lock->waiters;
    pthread_mutex_t *mutex = &lock->engine->mutex;
    int rc;

    condition_init(&waiter.changed);
    /* Until it leaves the list below. */
    /* cppcheck-suppress autoVariables */
    lock->waiters = &waiter;
    rc = end != NULL ? pthread_cond_timedwait(&waiter.changed, mutex, end)
                     : pthread_cond_wait(&waiter.changed, mutex);
    while (*link != &waiter) {
        link = &(*link)->next;
    }
    *link = waiter.next;
    (void)pthread_cond_destroy(&waiter.changed);
    return rc;
}

/* With the mutex held. */
static void wake_waiters(struct ddblock_lock *lock)
{
    for (struct lock_waiter *waiter = lock->waiters; waiter != NULL; waiter = waiter->next) {
        (void)pthread_cond_signal(&waiter->changed);
    }
}

/* Tells whoever waits, in a call or on the descriptor. With the mutex held. */
static void signal_change(struct ddblock_lock *lock)
{
    uint64_t one = 1;

    wake_waiters(lock);
    if (lock->answered && !lock->detached) {
        (void)pthread_cond_broadcast(&lock->client->answered);
    }
    if (lock->event_fd >= 0) {
        (void)!write(lock->event_fd, &one, sizeof(one)); /* fails only when readable already */
    }
}

static bool has_failed(const struct store_reply *reply)
{
    return reply != NULL &&
           (reply->outcome.kind == OUTCOME_FAILED || reply->outcome.kind == OUTCOME_IN_DOUBT);
}

static void keep_failure(struct ddblock_lock *lock, const struct store_reply *reply)
{
    if (has_failed(reply)) {
        free(lock->failure);
        lock->failure = strdup(reply->message);
    }
}

/* Keeps who holds the lock, if that is somebody else. True if it is somebody new, or the same one
 * by a later write. With the mutex held. */
static bool keep_holder(struct ddblock_lock *lock)
{
    const struct record *seen = machine_seen(&lock->machine);
    bool held = seen->kind == RECORD_FAIL_CLOSED ||
                (seen->kind == RECORD_FAIL_OPEN && !record_is_released(seen));

    if (!held || guid_set_find(&lock->machine.mine, &seen->guid) != NULL) {
        return false;
    }
    if (lock->holder != NULL && lock->holder->token == seen->token &&
        foreign_guid_equal(&lock->holder->guid, &seen->guid)) {
        return false;
    }
    if (lock->holder == NULL) {
        lock->holder = malloc(sizeof(*lock->holder));
    }
    if (lock->holder == NULL) {
        return false;
    }
    *lock->holder = *seen;
    return true;
}

/* The lock is ours: who held it before is of interest only if it was taken from them. With the
 * mutex held. */
static void keep_origin(struct ddblock_lock *lock)
{
    static const ddblock_origin origins[] = {
        [ORIGIN_FRESH] = DDBLOCK_ORIGIN_FRESH,
        [ORIGIN_RELEASED] = DDBLOCK_ORIGIN_RELEASED,
        [ORIGIN_TAKEN_OVER] = DDBLOCK_ORIGIN_TAKEN_OVER,
    };

    lock->origin = origins[lock->machine.origin];
    if (lock->origin == DDBLOCK_ORIGIN_TAKEN_OVER) {
        lock->previous = lock->holder;
    } else {
        free(lock->holder);
    }
    lock->holder = NULL;
}

/* With the mutex held. */
static void keep_cause(struct ddblock_lock *lock, const ddblock_error *cause)
{
    if (cause->status != DDBLOCK_OK) {
        free(lock->cause);
        lock->cause = strdup(cause->message);
        lock->cause_status = cause->status;
    }
}

/* What came of a heartbeat. True if there was one. With the mutex held. */
static bool keep_renewal(struct ddblock_lock *lock, const struct store_reply *reply)
{
    struct instant deadline = machine_deadline(&lock->machine);
    int64_t before_ns = atomic_load_explicit(&lock->deadline_ns, memory_order_relaxed);
    bool moved = !lock->releasing && before_ns != deadline.ns;
    bool withheld = lock->renewals_withheld != lock->machine.withheld_count;

    if (moved) {
        atomic_store_explicit(&lock->deadline_ns, deadline.ns, memory_order_release);
        lock->renewals++;
    }
    if (has_failed(reply)) {
        lock->renewals_failed++;
        lock->renewal_status = reply->outcome.status;
    }
    lock->renewals_withheld = lock->machine.withheld_count;
    return moved || withheld || has_failed(reply);
}

/* With the mutex held. */
static void apply_notice(struct ddblock_lock *lock, const struct effects *effects)
{
    switch (effects->notice) {
    case NOTICE_NONE:
        return;
    case NOTICE_ACQUIRED:
        atomic_store_explicit(&lock->token, lock->machine.token, memory_order_release);
        lock->acquired = DDBLOCK_OK;
        lock->state = DDBLOCK_STATE_HELD;
        keep_origin(lock);
        lock_event_add(lock, DDBLOCK_EVENT_ACQUIRED);
        break;
    case NOTICE_NOT_ACQUIRED:
        lock->acquired = effects->status;
        lock->answered = true;
        lock->state = DDBLOCK_STATE_RELEASED;
        lock_event_add(lock, DDBLOCK_EVENT_NOT_ACQUIRED);
        break;
    case NOTICE_AT_RISK:
        lock->state = DDBLOCK_STATE_AT_RISK;
        lock_event_drop(lock, DDBLOCK_EVENT_RENEWED);
        lock_event_add(lock, DDBLOCK_EVENT_AT_RISK);
        break;
    case NOTICE_RENEWED:
        lock->state = DDBLOCK_STATE_HELD;
        lock_event_drop(lock, DDBLOCK_EVENT_AT_RISK);
        lock_event_add(lock, DDBLOCK_EVENT_RENEWED);
        break;
    case NOTICE_LOST:
        lock->state = DDBLOCK_STATE_LOST;
        lock_event_add(lock, DDBLOCK_EVENT_LOST);
        break;
    case NOTICE_HANDED_OVER:
        lock->handed_over = true;
        lock->state = DDBLOCK_STATE_RELEASED;
        break;
    case NOTICE_RELEASED:
        lock->answered = true;
        lock->released = effects->status;
        lock->state = DDBLOCK_STATE_RELEASED;
        lock_event_add(lock, DDBLOCK_EVENT_RELEASED);
        break;
    }
}

static void explain(const struct ddblock_lock *lock, const struct effects *effects,
                    ddblock_error *cause)
{
    const char *failure = lock->failure != NULL ? lock->failure : "";

    switch (effects->notice) {
    case NOTICE_NOT_ACQUIRED:
        explain_not_acquired(cause, effects->status, &lock->machine, failure);
        break;
    case NOTICE_AT_RISK:
        explain_risk(cause, &lock->machine, failure);
        break;
    case NOTICE_LOST:
        explain_loss(cause, &lock->machine, failure);
        break;
    case NOTICE_RELEASED:
        /* How it was lost was told when it was. */
        if (effects->status != DDBLOCK_OK && lock->state != DDBLOCK_STATE_LOST) {
            explain_release(cause, effects->status, &lock->machine, failure);
        }
        break;
    default:
        break;
    }
}

static void log_notice(const struct ddblock_lock *lock, const struct effects *effects,
                       const ddblock_error *cause)
{
    const struct ddblock_store *engine = lock->engine;
    char name[128];

    (void)text_escape(name, sizeof(name), lock->id->partition.value);
    switch (effects->notice) {
    case NOTICE_ACQUIRED:
        engine_log(engine, DDBLOCK_LOG_INFO, "%s: acquired, token %" PRIu64, name,
                   lock->machine.token);
        break;
    case NOTICE_NOT_ACQUIRED:
        engine_log(engine, DDBLOCK_LOG_INFO, "%s: not acquired: %s", name, cause->message);
        break;
    case NOTICE_AT_RISK:
        engine_log(engine, DDBLOCK_LOG_WARNING, "%s: at risk: %s", name, cause->message);
        break;
    case NOTICE_RENEWED:
        engine_log(engine, DDBLOCK_LOG_INFO, "%s: renewed, no longer at risk", name);
        break;
    case NOTICE_LOST:
        engine_log(engine, DDBLOCK_LOG_ERROR, "%s: lost: %s", name, cause->message);
        break;
    case NOTICE_RELEASED:
        engine_log(engine, DDBLOCK_LOG_INFO, "%s: %s", name,
                   cause->status == DDBLOCK_OK ? "released" : cause->message);
        break;
    case NOTICE_HANDED_OVER:
        engine_log(engine, DDBLOCK_LOG_INFO, "%s: handed over", name);
        break;
    case NOTICE_NONE:
        break;
    }
}

static void lock_publish(struct task *task, const struct effects *effects,
                         const struct store_reply *reply)
{
    struct ddblock_lock *lock = from_task(task);
    ddblock_error cause = {.status = DDBLOCK_OK};
    bool changed;

    keep_failure(lock, reply);
    explain(lock, effects, &cause);
    (void)pthread_mutex_lock(&lock->engine->mutex);
    changed = effects->notice != NOTICE_ACQUIRED && keep_holder(lock);
    keep_cause(lock, &cause);
    apply_notice(lock, effects);
    if (keep_renewal(lock, reply)) {
        wake_waiters(lock);
    }
    if (changed || effects->notice != NOTICE_NONE) {
        signal_change(lock);
    }
    (void)pthread_mutex_unlock(&lock->engine->mutex);
    free_aside(machine_give_back(&lock->machine));
    /* The application's code: without the mutex, and after who waits was told, as it may take its
     * time. The task is ours until lock_ended(). */
    log_notice(lock, effects, &cause);
}

static void lock_ended(struct task *task, ddblock_status status)
{
    struct ddblock_lock *lock = from_task(task);
    pthread_mutex_t *mutex = &lock->engine->mutex;
    bool detached;

    (void)pthread_mutex_lock(mutex);
    engine_unpost(lock->engine, task); /* what came while it was ending is in vain */
    detached = lock->detached;
    if (!detached) {
        lock->ended = true;
        lock->answered = true;
        if (lock->acquired == DDBLOCK_PENDING) { /* it never ran, or was released before it did */
            lock->acquired = status != DDBLOCK_OK ? status : DDBLOCK_CANCELLED;
            lock->cause_status = lock->acquired;
            lock->state = DDBLOCK_STATE_RELEASED;
            lock_event_add(lock, DDBLOCK_EVENT_NOT_ACQUIRED);
        }
        signal_change(lock);
    }
    (void)pthread_mutex_unlock(mutex);
    if (detached) {
        lock_free(lock);
    }
}

const struct task_operations lock_operations = {
    .step = lock_step,
    .publish = lock_publish,
    .queued = lock_queued,
    .is_out_of_the_way = lock_is_out_of_the_way,
    .ended = lock_ended,
};
