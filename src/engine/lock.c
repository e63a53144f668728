/* lock.c - one acquisition of one lock, as the application's threads see it. */
#include "engine/lock.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/status.h"
#include "core/machine_parts.h"
#include "engine/explain.h"
#include "engine/lock_task.h"

/* Heartbeats for one call of lock_ensure: one that was under way, and one of its own. */
enum { ENSURE_TRIES_MAX = 2 };

ddblock_status lock_create(struct ddblock_client *client, const ddblock_id *id,
                           const struct machine_patience *patience, struct ddblock_lock **ret_lock,
                           ddblock_error *error)
{
    struct lock_id *copy = NULL;
    struct ddblock_lock *lock;
    ddblock_status status = lock_id_create(id, &copy, error);

    if (status != DDBLOCK_OK) {
        return status;
    }
    lock = calloc(1, sizeof(*lock));
    if (lock == NULL) {
        lock_id_destroy(copy);
        return status_set(error, DDBLOCK_NO_MEMORY, "no memory for a lock");
    }
    lock->id = copy;
    lock->engine = client->engine;
    lock->client = client;
    lock->acquired = DDBLOCK_PENDING;
    lock->event_fd = -1;
    atomic_init(&lock->deadline_ns, INT64_MIN);
    atomic_init(&lock->touched_ns, INT64_MIN);
    atomic_init(&lock->token, 0);
    machine_init(&lock->machine, &client->config, patience, NULL);
    lock->task.operations = &lock_operations;
    lock->task.id = lock->id;
    lock->task.scope = client;
    lock->task.owner = client->owner; /* written by acquisitions, for which the handle is open */
    *ret_lock = lock;
    return DDBLOCK_OK;
}

void lock_run(struct ddblock_lock *lock)
{
    struct ddblock_client *client = lock->client;
    struct ddblock_store *engine = lock->engine;

    client_reference(client);
    (void)pthread_mutex_lock(&engine->mutex);
    lock->next_lock = client->locks;
    if (client->locks != NULL) {
        client->locks->previous_lock = lock;
    }
    client->locks = lock;
    engine_post(engine, &lock->task, POST_START);
    (void)pthread_mutex_unlock(&engine->mutex);
}

ddblock_status lock_start(struct ddblock_client *client, const ddblock_id *id,
                          const struct machine_patience *patience, void *user, bool blocking,
                          struct ddblock_lock **ret_lock, ddblock_error *error)
{
    struct ddblock_lock *lock = NULL;
    ddblock_status status = lock_create(client, id, patience, &lock, error);

    if (status == DDBLOCK_OK) {
        assert(lock != NULL);
        lock->user = user;
        if (blocking) {
            lock->muted = EVENTS_OF_ACQUISITION;
        }
        lock_run(lock);
        *ret_lock = lock;
    }
    return status;
}

/* Copies the cause. With the mutex held. */
static ddblock_status cause_of(const struct ddblock_lock *lock, ddblock_status status,
                               ddblock_error *error)
{
    if (status != DDBLOCK_OK) {
        (void)status_set(error, status, "%s",
                         lock->cause != NULL ? lock->cause : ddblock_status_text(status));
    }
    return status;
}

ddblock_status lock_wait(struct ddblock_lock *lock, int64_t timeout_ms, ddblock_error *error)
{
    struct timespec end;
    bool ends = condition_deadline(timeout_ms, &end);
    ddblock_status status;
    int rc = 0;

    (void)pthread_mutex_lock(&lock->engine->mutex);
    while (lock->acquired == DDBLOCK_PENDING && timeout_ms > 0 && rc != ETIMEDOUT) {
        rc = lock_wait_for_change(lock, ends ? &end : NULL);
    }
    status = lock->acquired;
    if (status == DDBLOCK_PENDING) {
        (void)status_set(error, status, "the lock is still being waited for");
    } else {
        (void)cause_of(lock, status, error);
    }
    (void)pthread_mutex_unlock(&lock->engine->mutex);
    return status;
}

void lock_cancel(struct ddblock_lock *lock)
{
    (void)pthread_mutex_lock(&lock->engine->mutex);
    if (!lock->ended) {
        engine_post(lock->engine, &lock->task, POST_CANCEL);
    }
    (void)pthread_mutex_unlock(&lock->engine->mutex);
}

void lock_let_go(struct ddblock_lock *lock)
{
    if (!lock->releasing) {
        lock->releasing = true;
        atomic_store_explicit(&lock->deadline_ns, INT64_MIN, memory_order_release);
        if (!lock->answered) {
            engine_post(lock->engine, &lock->task, POST_RELEASE);
        }
    }
}

void lock_release_start(struct ddblock_lock *lock)
{
    (void)pthread_mutex_lock(&lock->engine->mutex);
    lock_let_go(lock);
    (void)pthread_mutex_unlock(&lock->engine->mutex);
}

/* In a child of the process that opened the store the thread that knows the task is not there. */
static ddblock_status release_forked(struct ddblock_lock *lock, ddblock_error *error)
{
    struct ddblock_client *client = lock->client;

    lock_free(lock);
    client_release(client);
    return engine_forked_error(error);
}

ddblock_status lock_release(struct ddblock_lock *lock, ddblock_error *error)
{
    struct ddblock_client *client = lock->client;
    pthread_mutex_t *mutex = &lock->engine->mutex;
    ddblock_status status = DDBLOCK_OK;
    bool ended;

    if (engine_is_forked(lock->engine)) {
        return release_forked(lock, error);
    }
    (void)pthread_mutex_lock(mutex);
    lock_mute(lock); /* or another thread might be told of a handle that is about to be freed */
    lock_let_go(lock);
    while (!lock->answered) {
        (void)lock_wait_for_change(lock, NULL);
    }
    if (lock->acquired == DDBLOCK_OK) {
        status = cause_of(lock, lock->released, error);
    }
    lock_leave_client(lock);
    ended = lock->ended;
    lock->detached = true;
    (void)pthread_mutex_unlock(mutex);
    if (ended) {
        lock_free(lock);
    } /* else the loop frees it, when no ghost of it can come any more */
    client_release(client);
    return status;
}

/* Waits until that much is left, or it is clear that it will not be. A heartbeat that was under
 * way already may give too little; then one more is sent. With the mutex held. */
static ddblock_status wait_for_time(struct ddblock_lock *lock, int64_t ms, ddblock_error *error)
{
    uint64_t failed = lock->renewals_failed;
    uint64_t withheld = lock->renewals_withheld;
    uint64_t renewals = lock->renewals;
    int tries = 0;

    while (lock_remaining_ms(lock) < ms) {
        if (lock->state != DDBLOCK_STATE_HELD && lock->state != DDBLOCK_STATE_AT_RISK) {
            return cause_of(lock, DDBLOCK_LOST, error);
        }
        if (lock->renewals_failed != failed) {
            return status_set(error, lock->renewal_status, "a heartbeat failed: %s",
                              ddblock_status_text(lock->renewal_status));
        }
        if (lock->renewals_withheld != withheld) {
            return status_set(error, DDBLOCK_NOT_ACQUIRED,
                              "max_hold_ms or the watchdog allows no heartbeat");
        }
        if (tries == 0 || lock->renewals != renewals) {
            if (tries == ENSURE_TRIES_MAX) {
                return status_set(error, DDBLOCK_UNAVAILABLE,
                                  "replies take too long for a lease to give %lld ms",
                                  (long long)ms);
            }
            tries++;
            renewals = lock->renewals;
            engine_post(lock->engine, &lock->task, POST_RENEW);
        }
        (void)lock_wait_for_change(lock, NULL);
    }
    return DDBLOCK_OK;
}

ddblock_status lock_ensure(struct ddblock_lock *lock, int64_t ms, ddblock_error *error)
{
    const struct machine_config *config = &lock->client->config;
    int64_t most_ms = config->lease_ms - duration_to_ms(pace_margin(config));
    ddblock_status status = DDBLOCK_OK;

    if (config->kind == DDBLOCK_FAIL_OPEN && ms >= most_ms) {
        return status_set(error, DDBLOCK_INVALID,
                          "no heartbeat can give %lld ms, a lease gives less than %lld",
                          (long long)ms, (long long)most_ms);
    }
    (void)pthread_mutex_lock(&lock->engine->mutex);
    if (lock->acquired == DDBLOCK_PENDING) {
        status = status_set(error, DDBLOCK_PENDING, "the lock is still being waited for");
    } else {
        status = wait_for_time(lock, ms > 1 ? ms : 1, error); /* none is left of what is lost */
    }
    (void)pthread_mutex_unlock(&lock->engine->mutex);
    return status;
}

void lock_touch(struct ddblock_lock *lock)
{
    atomic_store_explicit(&lock->touched_ns, clock_now().ns, memory_order_relaxed);
}

void *lock_user(const struct ddblock_lock *lock)
{
    return lock->user;
}

ddblock_origin lock_origin(struct ddblock_lock *lock, ddblock_info *ret_previous)
{
    ddblock_origin origin;

    (void)pthread_mutex_lock(&lock->engine->mutex);
    origin = lock->origin;
    if (origin == DDBLOCK_ORIGIN_TAKEN_OVER && ret_previous != NULL) {
        memset(ret_previous, 0, sizeof(*ret_previous)); /* what there was no memory to keep */
        if (lock->previous != NULL) {
            info_from_record(ret_previous, lock->previous);
        }
    }
    (void)pthread_mutex_unlock(&lock->engine->mutex);
    return origin;
}

uint64_t lock_token(const struct ddblock_lock *lock)
{
    return atomic_load_explicit(&lock->token, memory_order_acquire);
}

static struct instant deadline_of(const struct ddblock_lock *lock)
{
    return (struct instant){atomic_load_explicit(&lock->deadline_ns, memory_order_acquire)};
}

int64_t lock_remaining_ms(const struct ddblock_lock *lock)
{
    if (engine_is_forked(lock->engine)) {
        return 0;
    }
    return duration_to_ms(instant_until(clock_now(), deadline_of(lock)));
}

ddblock_state lock_state(struct ddblock_lock *lock, ddblock_error *error)
{
    ddblock_state state;

    (void)pthread_mutex_lock(&lock->engine->mutex);
    state = lock->state;
    if (lock->releasing && (state == DDBLOCK_STATE_HELD || state == DDBLOCK_STATE_AT_RISK)) {
        state = DDBLOCK_STATE_RELEASING;
    }
    if (state == DDBLOCK_STATE_AT_RISK || state == DDBLOCK_STATE_LOST) {
        (void)cause_of(lock, lock->cause_status, error);
    }
    (void)pthread_mutex_unlock(&lock->engine->mutex);
    /* The thread may not have been scheduled yet since the lease ended. Not by lock_remaining_ms:
     * in the last part of a millisecond it says 0, and a release may still get through. */
    if ((state == DDBLOCK_STATE_HELD || state == DDBLOCK_STATE_AT_RISK) &&
        !instant_before(clock_now(), deadline_of(lock))) {
        (void)status_set(error, DDBLOCK_LOST, "the lease ended before it was renewed");
        state = DDBLOCK_STATE_LOST;
    }
    return state;
}

int lock_fd(struct ddblock_lock *lock)
{
    int fd;

    (void)pthread_mutex_lock(&lock->engine->mutex);
    if (lock->event_fd < 0) {
        lock->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    }
    fd = lock->event_fd;
    (void)pthread_mutex_unlock(&lock->engine->mutex);
    return fd;
}

void lock_fd_clear(struct ddblock_lock *lock)
{
    uint64_t count;
    int fd = lock_fd(lock);

    if (fd >= 0) {
        (void)!read(fd, &count, sizeof(count));
    }
}

ddblock_status lock_holder(struct ddblock_lock *lock, ddblock_info *ret_info)
{
    ddblock_status status = DDBLOCK_PENDING;

    (void)pthread_mutex_lock(&lock->engine->mutex);
    if (lock->holder != NULL) {
        info_from_record(ret_info, lock->holder);
        status = DDBLOCK_OK;
    }
    (void)pthread_mutex_unlock(&lock->engine->mutex);
    return status;
}
