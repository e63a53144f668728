/* lock_task.c - a lock as the loop's thread sees it: steps the machine and publishes what came of
 * it. */
#include "engine/lock_task.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/status.h"
#include "base/text.h"
#include "engine/explain.h"

static struct ddblock_lock *from_task(struct task *task)
{
    return (struct ddblock_lock *)task;
}

void lock_free(struct ddblock_lock *lock)
{
    if (lock->event_fd >= 0) {
        (void)close(lock->event_fd);
    }
    lock_id_destroy(lock->id);
    explicit_bzero(&lock->machine, sizeof(lock->machine)); /* guids are the right to release */
    free(lock->owner);
    if (!engine_is_forked(lock->engine)) { /* it waits for who waits: in a child for ever */
        (void)pthread_cond_destroy(&lock->changed);
    }
    free(lock);
}

static struct effects lock_step(struct task *task, const struct event *event)
{
    return machine_step(&from_task(task)->machine, event);
}

/* Tells whoever waits. With the mutex held. */
static void signal_change(struct ddblock_lock *lock)
{
    uint64_t one = 1;

    (void)pthread_cond_broadcast(&lock->changed);
    if (lock->event_fd >= 0) {
        (void)!write(lock->event_fd, &one, sizeof(one)); /* fails only when readable already */
    }
}

static void keep_failure(struct ddblock_lock *lock, const struct store_reply *reply)
{
    if (reply->outcome.kind == OUTCOME_FAILED || reply->outcome.kind == OUTCOME_IN_DOUBT) {
        text_copy(lock->failure, sizeof(lock->failure), bytes_from_string(reply->message));
    }
}

/* True if somebody else was seen, or the same one in another state. With the mutex held. */
static bool keep_holder(struct ddblock_lock *lock, const struct store_reply *reply)
{
    const struct record *seen = &lock->machine.seen;
    bool held = seen->kind == RECORD_FAIL_CLOSED ||
                (seen->kind == RECORD_FAIL_OPEN && !record_is_released(seen));
    bool changed = !lock->holder_seen || !foreign_guid_equal(&lock->holder.guid, &seen->guid);

    if (reply == NULL || !held || !changed) {
        return false;
    }
    lock->holder = *seen;
    lock->holder_seen = true;
    return true;
}

/* With the mutex held. */
static void apply_notice(struct ddblock_lock *lock, const struct effects *effects,
                         const ddblock_error *cause)
{
    switch (effects->notice) {
    case NOTICE_NONE:
        return;
    case NOTICE_ACQUIRED:
        atomic_store_explicit(&lock->token, lock->machine.token, memory_order_release);
        lock->acquired = DDBLOCK_OK;
        lock->state = DDBLOCK_STATE_HELD;
        break;
    case NOTICE_NOT_ACQUIRED:
        lock->acquired = effects->status;
        lock->answered = true;
        lock->state = DDBLOCK_STATE_RELEASED;
        break;
    case NOTICE_AT_RISK:
        lock->state = DDBLOCK_STATE_AT_RISK;
        break;
    case NOTICE_RENEWED:
        lock->state = DDBLOCK_STATE_HELD;
        break;
    case NOTICE_LOST:
        lock->state = DDBLOCK_STATE_LOST;
        break;
    case NOTICE_RELEASED:
        lock->answered = true;
        lock->released = effects->status;
        lock->state = DDBLOCK_STATE_RELEASED;
        break;
    }
    if (cause->status != DDBLOCK_OK) {
        lock->cause = *cause;
    }
}

static void explain(const struct ddblock_lock *lock, const struct effects *effects,
                    ddblock_error *cause)
{
    switch (effects->notice) {
    case NOTICE_NOT_ACQUIRED:
        explain_not_acquired(cause, effects->status, &lock->machine, lock->failure);
        break;
    case NOTICE_AT_RISK:
        explain_risk(cause, &lock->machine, lock->failure);
        break;
    case NOTICE_LOST:
        explain_loss(cause, &lock->machine, lock->failure);
        break;
    case NOTICE_RELEASED:
        if (effects->status != DDBLOCK_OK) {
            explain_release(cause, effects->status, &lock->machine, lock->failure);
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
    case NOTICE_NONE:
        break;
    }
}

static void lock_publish(struct task *task, const struct effects *effects,
                         const struct store_reply *reply)
{
    struct ddblock_lock *lock = from_task(task);
    ddblock_error cause = {.status = DDBLOCK_OK};
    struct instant deadline = machine_deadline(&lock->machine);
    bool changed;

    if (reply != NULL) {
        keep_failure(lock, reply);
    }
    explain(lock, effects, &cause);
    (void)pthread_mutex_lock(&lock->engine->mutex);
    changed = keep_holder(lock, reply);
    apply_notice(lock, effects, &cause);
    if (!lock->releasing) {
        atomic_store_explicit(&lock->deadline_ns, deadline.ns, memory_order_release);
    }
    if (changed || effects->notice != NOTICE_NONE) {
        signal_change(lock);
    }
    (void)pthread_mutex_unlock(&lock->engine->mutex);
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
            (void)status_set(&lock->cause, lock->acquired, "%s",
                             ddblock_status_text(lock->acquired));
            lock->state = DDBLOCK_STATE_RELEASED;
        }
        signal_change(lock);
    }
    (void)pthread_mutex_unlock(mutex);
    if (detached) {
        lock_free(lock);
    }
}

const struct task_operations lock_operations = {lock_step, lock_publish, lock_ended};
