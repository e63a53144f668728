/* client_locks.c - the locks of a client, all together.
 *
 * An event is a bit in its lock, and locks with events stand in a list: so no event needs
 * memory, and none can be lost for want of it. */
#include "engine/client_locks.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/status.h"
#include "base/text.h"
#include "engine/lock.h"
#include "engine/lock_task.h"

static void ready_add(struct ddblock_lock *lock)
{
    struct ddblock_client *client = lock->client;

    lock->ready = true;
    lock->ready_next = NULL;
    lock->ready_previous = client->ready_last;
    if (client->ready_last != NULL) {
        client->ready_last->ready_next = lock;
    } else {
        client->ready_first = lock;
    }
    client->ready_last = lock;
}

static void ready_remove(struct ddblock_lock *lock)
{
    struct ddblock_client *client = lock->client;

    lock->ready = false;
    if (lock->ready_previous != NULL) {
        lock->ready_previous->ready_next = lock->ready_next;
    } else {
        client->ready_first = lock->ready_next;
    }
    if (lock->ready_next != NULL) {
        lock->ready_next->ready_previous = lock->ready_previous;
    } else {
        client->ready_last = lock->ready_previous;
    }
}

/* Makes the descriptor readable while there are events, and not otherwise. */
static void set_event_fd(struct ddblock_client *client)
{
    uint64_t count = 1;

    if (client->event_fd >= 0 && client->ready_first != NULL) {
        (void)!write(client->event_fd, &count, sizeof(count)); /* fails only when readable */
    } else if (client->event_fd >= 0) {
        (void)!read(client->event_fd, &count, sizeof(count));
    }
}

void lock_event_add(struct ddblock_lock *lock, ddblock_event_kind kind)
{
    if (lock->muted & 1U << kind) {
        return;
    }
    lock->events |= 1U << kind;
    if (!lock->ready) {
        ready_add(lock);
        set_event_fd(lock->client);
    }
}

void lock_event_drop(struct ddblock_lock *lock, ddblock_event_kind kind)
{
    lock->events &= ~(1U << kind);
    if (lock->ready && lock->events == 0) {
        ready_remove(lock);
        set_event_fd(lock->client);
    }
}

void lock_mute(struct ddblock_lock *lock)
{
    lock->muted = ~0U;
    lock->events = 0;
    if (lock->ready) {
        ready_remove(lock);
        set_event_fd(lock->client);
    }
}

void lock_leave_client(struct ddblock_lock *lock)
{
    struct ddblock_client *client = lock->client;

    lock_mute(lock);
    if (lock->previous_lock != NULL) {
        lock->previous_lock->next_lock = lock->next_lock;
    } else {
        client->locks = lock->next_lock;
    }
    if (lock->next_lock != NULL) {
        lock->next_lock->previous_lock = lock->previous_lock;
    }
}

int client_event_fd(struct ddblock_client *client)
{
    int fd;

    (void)pthread_mutex_lock(&client->engine->mutex);
    if (client->event_fd < 0) {
        client->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        set_event_fd(client);
    }
    fd = client->event_fd;
    (void)pthread_mutex_unlock(&client->engine->mutex);
    return fd;
}

static ddblock_status status_of(const struct ddblock_lock *lock, ddblock_event_kind kind)
{
    switch (kind) {
    case DDBLOCK_EVENT_NOT_ACQUIRED:
        return lock->acquired;
    case DDBLOCK_EVENT_LOST:
        return DDBLOCK_LOST;
    case DDBLOCK_EVENT_RELEASED:
        return lock->released;
    default:
        return DDBLOCK_OK;
    }
}

ddblock_status client_next_event(struct ddblock_client *client, ddblock_event *ret_event)
{
    ddblock_status status = DDBLOCK_PENDING;
    struct ddblock_lock *lock;

    (void)pthread_mutex_lock(&client->engine->mutex);
    lock = client->ready_first;
    if (lock != NULL) {
        ddblock_event_kind kind = (ddblock_event_kind)__builtin_ctz(lock->events);

        *ret_event = (ddblock_event){
            .kind = kind, .status = status_of(lock, kind), .lock = lock, .user = lock->user};
        ready_remove(lock); /* to the end, so that no lock keeps others from being heard */
        lock->events &= ~(1U << kind);
        if (lock->events != 0) {
            ready_add(lock);
        }
        set_event_fd(client);
        status = DDBLOCK_OK;
    }
    (void)pthread_mutex_unlock(&client->engine->mutex);
    return status;
}

/* A lock that was let go and has no outcome yet. One that came later is none of them. */
static bool is_awaited(const struct ddblock_lock *lock)
{
    return lock->releasing && !lock->answered;
}

/* The first of those; NULL if all have an outcome. With the mutex held. */
static struct ddblock_lock *first_unanswered(struct ddblock_client *client)
{
    struct ddblock_lock *lock = client->locks;

    while (lock != NULL && !is_awaited(lock)) {
        lock = lock->next_lock;
    }
    return lock;
}

/* What became of a lock that was let go: the worse, the higher. */
static int badness(const struct ddblock_lock *lock)
{
    if (is_awaited(lock)) {
        return 3;
    }
    if (!lock->releasing || lock->acquired != DDBLOCK_OK || lock->released == DDBLOCK_OK) {
        return 0;
    }
    return lock->released == DDBLOCK_LOST ? 1 : 2;
}

static ddblock_status report(const struct ddblock_lock *worst, size_t bad, ddblock_error *error)
{
    ddblock_status status = worst->answered ? worst->released : DDBLOCK_PENDING;
    char name[128];

    (void)text_escape(name, sizeof(name), worst->id->partition.value);
    return status_set(
        error, status, "%zu %s not released; \"%s\": %s", bad, bad == 1 ? "lock was" : "locks were",
        name, worst->answered && worst->cause != NULL ? worst->cause : ddblock_status_text(status));
}

/* With the mutex held. */
static ddblock_status judge_all(const struct ddblock_client *client, ddblock_error *error)
{
    const struct ddblock_lock *worst = NULL;
    size_t bad = 0;

    for (const struct ddblock_lock *lock = client->locks; lock != NULL; lock = lock->next_lock) {
        if (badness(lock) > 0) {
            bad++;
            worst = worst == NULL || badness(lock) > badness(worst) ? lock : worst;
        }
    }
    return worst != NULL ? report(worst, bad, error) : DDBLOCK_OK;
}

ddblock_status client_release_all(struct ddblock_client *client, int64_t timeout_ms,
                                  ddblock_error *error)
{
    pthread_mutex_t *mutex = &client->engine->mutex;
    struct timespec end;
    bool ends = condition_deadline(timeout_ms, &end);
    ddblock_status status;
    int rc = 0;

    (void)pthread_mutex_lock(mutex);
    for (struct ddblock_lock *lock = client->locks; lock != NULL; lock = lock->next_lock) {
        lock_let_go(lock);
    }
    while (first_unanswered(client) != NULL && rc != ETIMEDOUT) {
        rc = ends ? pthread_cond_timedwait(&client->answered, mutex, &end)
                  : pthread_cond_wait(&client->answered, mutex);
    }
    status = judge_all(client, error);
    (void)pthread_mutex_unlock(mutex);
    return status;
}
