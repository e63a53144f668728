/* lock.c - one acquisition of a lock, tied to its object in JavaScript. */
#include <math.h>
#include <stdlib.h>

#include "values.h"

/* One call of ensure, which waits for a heartbeat in libuv's thread pool. */
struct ensure {
    struct lock *lock;
    int64_t ms;
    ddblock_error error;
    ddblock_status status;
    napi_deferred deferred;
    napi_async_work work;
};

static struct lock *unwrap(napi_env env, napi_value object)
{
    struct lock *lock = NULL;

    return values_unwrap(env, object, WRAPPED_LOCK, (void **)&lock) ? lock : NULL;
}

/* The lock of an argument, if its handle is there for this thread to use. */
static struct lock *argument_open(napi_env env, napi_callback_info info)
{
    napi_value argument = NULL;
    struct lock *lock = values_arguments(env, info, 1, &argument) ? unwrap(env, argument) : NULL;

    return lock != NULL && lock->handle != NULL && lock->leaving.run == NULL ? lock : NULL;
}

static void finalize_lock(napi_env env, void *data, void *hint)
{
    struct lock *lock = data;

    (void)env, (void)hint;
    /* Only at the end of the context is there still a handle: one that a thread goes on with, and
     * its event would point here. */
    if (lock->handle == NULL) {
        free(lock);
    }
}

void lock_forget(struct lock *lock)
{
    struct client *client = lock->client;
    struct lock **link = &client->locks;

    while (*link != lock) {
        link = &(*link)->next;
    }
    *link = lock->next;
    lock->handle = NULL;
    lock->held = false;
    client_set_busy(lock, false);
    (void)napi_delete_reference(client->addon->env, lock->object);
    lock->object = NULL;
}

void lock_finish(struct lock *lock, ddblock_error *error)
{
    if (!lock->over || lock->handle == NULL) {
        return;
    }
    if (error != NULL && ddblock_acquire_wait(lock->handle, 0, error) != DDBLOCK_OK) {
        error = NULL; /* it was never held: that is why */
    }
    if (lock->ensures == 0) {
        (void)ddblock_release(lock->handle, error); /* does not wait: its last event has come */
        lock_forget(lock);
    }
}

/* acquire(client, object, partition, sort, waitMs): makes object the lock. Events follow. */
napi_value lock_acquire(napi_env env, napi_callback_info info)
{
    struct addon *addon = NULL;
    struct client *client = NULL;
    struct lock *lock = NULL;
    char *copies[2] = {0};
    napi_value arguments[5];
    ddblock_id id = {0};
    ddblock_acquire_options options;
    ddblock_error error = {.status = DDBLOCK_NO_MEMORY, .message = "no memory for a lock"};

    ddblock_acquire_options_init(&options);
    if (!addon_get(env, &addon) || !values_arguments(env, info, 5, arguments) ||
        !values_unwrap(env, arguments[0], WRAPPED_CLIENT, (void **)&client) ||
        !values_key(env, arguments[2], &id.partition, &copies[0]) ||
        !values_key(env, arguments[3], &id.sort, &copies[1]) ||
        !values_check(env, napi_get_value_int64(env, arguments[4], &options.wait_ms))) {
        goto out;
    }
    lock = calloc(1, sizeof(*lock));
    if (lock == NULL) {
        (void)values_throw(env, &error);
        goto out;
    }
    lock->client = client;
    options.user = lock;
    if (!values_wrap(env, arguments[1], WRAPPED_LOCK, lock, finalize_lock)) {
        free(lock);
        goto out;
    }
    if (!values_check(env, napi_create_reference(env, arguments[1], 1, &lock->object))) {
        goto out;
    }
    if (ddblock_acquire_start(client->handle, &id, &options, &lock->handle, &error) != DDBLOCK_OK) {
        (void)napi_delete_reference(env, lock->object);
        lock->object = NULL;
        (void)values_throw(env, &error);
        goto out;
    }
    lock->next = client->locks;
    client->locks = lock;
    client_set_busy(lock, true);
out:
    free(copies[0]);
    free(copies[1]);
    return NULL;
}

/* release(lock): or gives up waiting for it. The event tells the outcome. */
napi_value lock_release(napi_env env, napi_callback_info info)
{
    struct lock *lock = argument_open(env, info);

    if (lock != NULL && !lock->client->addon->ended) {
        client_set_busy(lock, true);
        ddblock_release_start(lock->handle);
    }
    return NULL;
}

/* remainingMs(lock): Infinity for a held lock that fails closed. */
napi_value lock_remaining_ms(napi_env env, napi_callback_info info)
{
    struct lock *lock = argument_open(env, info);
    int64_t ms = lock != NULL ? ddblock_lock_remaining_ms(lock->handle) : 0;
    napi_value result = NULL;

    (void)napi_create_double(env, ms == INT64_MAX ? INFINITY : (double)ms, &result);
    return result;
}

/* touch(lock): for the watchdog. */
napi_value lock_touch(napi_env env, napi_callback_info info)
{
    struct lock *lock = argument_open(env, info);

    if (lock != NULL) {
        ddblock_lock_touch(lock->handle);
    }
    return NULL;
}

/* On a thread of the pool. */
static void run_ensure(napi_env env, void *data)
{
    struct ensure *ensure = data;

    (void)env;
    ensure->status = ddblock_lock_ensure(ensure->lock->handle, ensure->ms, &ensure->error);
}

/* Resolves the promise with [status, message]. */
static void answer(napi_env env, struct ensure *ensure)
{
    napi_value pair = NULL;

    if (napi_create_array_with_length(env, 2, &pair) == napi_ok) {
        (void)napi_set_element(env, pair, 0, values_text(env, ddblock_status_name(ensure->status)));
        (void)napi_set_element(env, pair, 1, values_text(env, ensure->error.message));
        (void)napi_resolve_deferred(env, ensure->deferred, pair);
    }
}

static void ensured(napi_env env, napi_status status, void *data)
{
    struct ensure *ensure = data;
    struct lock *lock = ensure->lock;
    struct addon *addon = lock->client->addon;

    if (status != napi_ok) { /* cancelled at the end of the context: it never ran */
        ensure->status = DDBLOCK_CANCELLED;
    }
    lock->ensures--;
    if (addon->ended) {
        end_client(lock->client);
    } else {
        lock_finish(lock, NULL);
        answer(env, ensure);
    }
    (void)napi_delete_async_work(env, ensure->work);
    free(ensure);
    addon_closed(addon);
}

static bool start_ensure(napi_env env, struct ensure *ensure, napi_value *ret_promise)
{
    return values_check(env, napi_create_promise(env, &ensure->deferred, ret_promise)) &&
           values_check(env, napi_create_async_work(env, NULL, values_text(env, "ddblock ensure"),
                                                    run_ensure, ensured, ensure, &ensure->work)) &&
           values_check(env, napi_queue_async_work(env, ensure->work));
}

/* ensure(lock, ms): a promise of [status, message], or undefined if that much is left anyway. */
napi_value lock_ensure(napi_env env, napi_callback_info info)
{
    napi_value arguments[2];
    napi_value promise = NULL;
    struct addon *addon = NULL;
    struct ensure *ensure = NULL;
    struct lock *lock = NULL;
    int64_t ms = 0;

    if (!addon_get(env, &addon) || !values_arguments(env, info, 2, arguments) ||
        !values_check(env, napi_get_value_int64(env, arguments[1], &ms))) {
        return NULL;
    }
    lock = unwrap(env, arguments[0]);
    if (lock == NULL || lock->handle == NULL || !lock->held ||
        ddblock_lock_remaining_ms(lock->handle) >= (ms > 1 ? ms : 1)) {
        return NULL;
    }
    ensure = calloc(1, sizeof(*ensure));
    if (ensure == NULL) {
        (void)napi_throw_error(env, "NO_MEMORY", "out of memory");
        return NULL;
    }
    ensure->lock = lock;
    ensure->ms = ms;
    if (!start_ensure(env, ensure, &promise)) {
        if (ensure->work != NULL) {
            (void)napi_delete_async_work(env, ensure->work);
        }
        free(ensure);
        return NULL;
    }
    lock->ensures++;
    addon->open++;
    return promise;
}
