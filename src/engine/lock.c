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
#include "engine/explain.h"
#include "engine/lock_task.h"

/* Makes the handle and all that it needs later, so that nothing fails once it runs. */
static struct ddblock_lock *lock_create(struct ddblock_client *client,
                                        const struct machine_patience *patience)
{
    struct ddblock_lock *lock = calloc(1, sizeof(*lock));
    pthread_condattr_t attributes;

    if (lock == NULL) {
        return NULL;
    }
    lock->owner = strdup(client->owner);
    if (lock->owner == NULL) {
        free(lock);
        return NULL;
    }
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&lock->changed, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    lock->engine = client->engine;
    lock->client = client;
    lock->acquired = DDBLOCK_PENDING;
    lock->event_fd = -1;
    atomic_init(&lock->deadline_ns, INT64_MIN);
    atomic_init(&lock->token, 0);
    machine_init(&lock->machine, &client->config, patience);
    return lock;
}

ddblock_status lock_start(struct ddblock_client *client, const ddblock_id *id,
                          const struct machine_patience *patience, struct ddblock_lock **ret_lock,
                          ddblock_error *error)
{
    struct ddblock_store *engine = client->engine;
    struct ddblock_lock *lock = NULL;
    struct lock_id *copy = NULL;
    ddblock_status status = lock_id_create(id, &copy, error);

    if (status != DDBLOCK_OK) {
        return status;
    }
    lock = lock_create(client, patience);
    if (lock == NULL) {
        lock_id_destroy(copy);
        return status_set(error, DDBLOCK_NO_MEMORY, "no memory for a lock");
    }
    lock->id = copy;
    lock->task.operations = &lock_operations;
    lock->task.id = lock->id;
    lock->task.owner = lock->owner;
    client_reference(client);
    (void)pthread_mutex_lock(&engine->mutex);
    engine_post(engine, &lock->task, POST_START);
    (void)pthread_mutex_unlock(&engine->mutex);
    *ret_lock = lock;
    return DDBLOCK_OK;
}

/* Copies the cause. With the mutex held. */
static ddblock_status cause_of(const struct ddblock_lock *lock, ddblock_status status,
                               ddblock_error *error)
{
    if (status != DDBLOCK_OK && error != NULL) {
        *error = lock->cause;
        error->status = status;
    }
    return status;
}

/* When a wait of timeout_ms ends, on the clock of the condition. False: never. */
static bool wait_end(int64_t timeout_ms, struct timespec *ret_end)
{
    struct timespec now = {0};
    struct instant end;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    end = instant_add((struct instant){(int64_t)now.tv_sec * 1000000000 + now.tv_nsec},
                      duration_from_ms(timeout_ms));
    ret_end->tv_sec = (time_t)(end.ns / 1000000000);
    ret_end->tv_nsec = (long)(end.ns % 1000000000);
    return !instant_is_never(end);
}

ddblock_status lock_wait(struct ddblock_lock *lock, int64_t timeout_ms, ddblock_error *error)
{
    struct timespec end;
    bool ends = wait_end(timeout_ms, &end);
    ddblock_status status;
    int rc = 0;

    (void)pthread_mutex_lock(&lock->engine->mutex);
    while (lock->acquired == DDBLOCK_PENDING && timeout_ms > 0 && rc != ETIMEDOUT) {
        rc = ends ? pthread_cond_timedwait(&lock->changed, &lock->engine->mutex, &end)
                  : pthread_cond_wait(&lock->changed, &lock->engine->mutex);
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

ddblock_status lock_release(struct ddblock_lock *lock, ddblock_error *error)
{
    struct ddblock_client *client = lock->client;
    pthread_mutex_t *mutex = &lock->engine->mutex;
    ddblock_status status = DDBLOCK_OK;
    bool ended;

    if (engine_is_forked(lock->engine)) { /* the thread that knows the task is not here */
        status = engine_forked_error(error);
        lock_free(lock);
        client_release(client);
        return status;
    }
    (void)pthread_mutex_lock(mutex);
    lock->releasing = true;
    atomic_store_explicit(&lock->deadline_ns, INT64_MIN, memory_order_release);
    if (!lock->answered) {
        engine_post(lock->engine, &lock->task, POST_RELEASE);
    }
    while (!lock->answered) {
        (void)pthread_cond_wait(&lock->changed, mutex);
    }
    if (lock->acquired == DDBLOCK_OK) {
        status = cause_of(lock, lock->released, error);
    }
    ended = lock->ended;
    lock->detached = true;
    (void)pthread_mutex_unlock(mutex);
    if (ended) {
        lock_free(lock);
    } /* else the loop frees it, when no ghost of it can come any more */
    client_release(client);
    return status;
}

uint64_t lock_token(const struct ddblock_lock *lock)
{
    return atomic_load_explicit(&lock->token, memory_order_acquire);
}

int64_t lock_remaining_ms(const struct ddblock_lock *lock)
{
    struct instant deadline = {atomic_load_explicit(&lock->deadline_ns, memory_order_acquire)};

    if (engine_is_forked(lock->engine)) {
        return 0;
    }
    return duration_to_ms(instant_until(clock_now(), deadline));
}

ddblock_state lock_state(struct ddblock_lock *lock, ddblock_error *error)
{
    ddblock_state state;

    (void)pthread_mutex_lock(&lock->engine->mutex);
    state = lock->state;
    if (state == DDBLOCK_STATE_AT_RISK || state == DDBLOCK_STATE_LOST) {
        (void)cause_of(lock, lock->cause.status, error);
    }
    (void)pthread_mutex_unlock(&lock->engine->mutex);
    /* The thread may not have been scheduled yet since the lease ended. */
    if ((state == DDBLOCK_STATE_HELD || state == DDBLOCK_STATE_AT_RISK) &&
        lock_remaining_ms(lock) == 0) {
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
    if (lock->holder_seen) {
        info_from_record(ret_info, &lock->holder);
        status = DDBLOCK_OK;
    }
    (void)pthread_mutex_unlock(&lock->engine->mutex);
    return status;
}
