/* ddblock.c - the public functions: check arguments, translate, delegate. */
#include "ddblock/ddblock.h"

#include <assert.h>
#include <stdlib.h>

#include "base/status.h"
#include "engine/client.h"
#include "engine/client_locks.h"
#include "engine/engine.h"
#include "engine/errand_task.h"
#include "engine/explain.h"
#include "engine/fence.h"
#include "engine/list.h"
#include "engine/lock.h"
#include "engine/lock_task.h"
#include "engine/metrics.h"
#include "store/stores.h"

/* An options struct begins with its size. In this first version of the library a smaller one was
 * not initialised; a larger one comes from a program that was compiled against a later
 * header, whose further fields this version does not know. */
static ddblock_status options_copy(void *target, size_t size, const void *source, const char *init,
                                   ddblock_error *error)
{
    size_t given = 0;

    if (source != NULL) {
        memcpy(&given, source, sizeof(given));
    }
    if (given < size) {
        return status_set(error, DDBLOCK_INVALID,
                          "the options are missing or were not initialised with %s", init);
    }
    memcpy(target, source, size);
    return DDBLOCK_OK;
}

static ddblock_status missing(ddblock_error *error, const char *what)
{
    return status_set(error, DDBLOCK_INVALID, "%s is NULL", what);
}

const char *ddblock_version(void)
{
    return DDBLOCK_VERSION;
}

ddblock_status ddblock_store_open_dynamodb(const ddblock_dynamodb_options *options,
                                           ddblock_store **ret_store, ddblock_error *error)
{
    ddblock_dynamodb_options own;
    struct store *store = NULL;
    ddblock_status status;

    ddblock_dynamodb_options_init(&own);
    if (ret_store == NULL) {
        return missing(error, "ret_store");
    }
    status = options_copy(&own, sizeof(own), options, "ddblock_dynamodb_options_init", error);
    if (status == DDBLOCK_OK) {
        status = store_dynamodb_open(&own, &store, error);
    }
    if (status == DDBLOCK_OK) {
        status = engine_open(store, own.log, own.log_user, ret_store, error);
    }
    return status;
}

ddblock_status ddblock_store_open_file(const ddblock_file_options *options,
                                       ddblock_store **ret_store, ddblock_error *error)
{
    ddblock_file_options own;
    struct store *store = NULL;
    ddblock_status status;

    ddblock_file_options_init(&own);
    if (ret_store == NULL) {
        return missing(error, "ret_store");
    }
    status = options_copy(&own, sizeof(own), options, "ddblock_file_options_init", error);
    if (status == DDBLOCK_OK) {
        status = store_file_open(&own, &store, error);
    }
    if (status == DDBLOCK_OK) {
        status = engine_open(store, own.log, own.log_user, ret_store, error);
    }
    return status;
}

ddblock_status ddblock_store_open_memory(ddblock_store **ret_store, ddblock_error *error)
{
    struct store *store = NULL;
    ddblock_status status;

    if (ret_store == NULL) {
        return missing(error, "ret_store");
    }
    status = store_memory_open(&store, error);
    if (status == DDBLOCK_OK) {
        status = engine_open(store, NULL, NULL, ret_store, error);
    }
    return status;
}

void ddblock_store_close(ddblock_store *store)
{
    if (store != NULL) {
        engine_release(store);
    }
}

ddblock_status ddblock_client_open(ddblock_store *store, const ddblock_client_options *options,
                                   ddblock_client **ret_client, ddblock_error *error)
{
    ddblock_client_options own;
    ddblock_status status;

    ddblock_client_options_init(&own);
    if (store == NULL || ret_client == NULL) {
        return missing(error, store == NULL ? "store" : "ret_client");
    }
    if (engine_is_forked(store)) {
        return engine_forked_error(error);
    }
    if (options != NULL) {
        status = options_copy(&own, sizeof(own), options, "ddblock_client_options_init", error);
        if (status != DDBLOCK_OK) {
            return status;
        }
    }
    return client_open(store, &own, ret_client, error);
}

void ddblock_client_close(ddblock_client *client)
{
    if (client != NULL) {
        client_release(client);
    }
}

/* The options of an acquisition, or their defaults, checked. */
static ddblock_status acquire_options(const ddblock_acquire_options *options,
                                      ddblock_acquire_options *ret_own, ddblock_error *error)
{
    ddblock_acquire_options_init(ret_own);
    if (options != NULL) {
        ddblock_status status =
            options_copy(ret_own, sizeof(*ret_own), options, "ddblock_acquire_options_init", error);
        if (status != DDBLOCK_OK) {
            return status;
        }
    }
    if (ret_own->wait_ms < 0 && ret_own->wait_ms != DDBLOCK_AUTO) {
        return status_set(error, DDBLOCK_INVALID,
                          "wait_ms is %lld, but must be at least 0, or DDBLOCK_AUTO",
                          (long long)ret_own->wait_ms);
    }
    return DDBLOCK_OK;
}

static ddblock_status acquire_start(ddblock_client *client, const ddblock_id *id,
                                    const ddblock_acquire_options *options, bool blocking,
                                    ddblock_lock **ret_lock, ddblock_error *error)
{
    ddblock_acquire_options own;
    struct machine_patience patience;
    ddblock_status status;

    if (client == NULL || id == NULL || ret_lock == NULL) {
        return missing(error, client == NULL ? "client" : id == NULL ? "id" : "ret_lock");
    }
    if (engine_is_forked(client->engine)) {
        return engine_forked_error(error);
    }
    status = acquire_options(options, &own, error);
    if (status != DDBLOCK_OK) {
        return status;
    }
    patience = (struct machine_patience){
        .by_time = own.wait_ms != DDBLOCK_AUTO,
        .limit = own.wait_ms == DDBLOCK_FOREVER ? DURATION_FOREVER : duration_from_ms(own.wait_ms),
        .retry_count = client->retry_count,
    };
    return lock_start(client, id, &patience, own.user, blocking, ret_lock, error);
}

ddblock_status ddblock_acquire_start(ddblock_client *client, const ddblock_id *id,
                                     const ddblock_acquire_options *options,
                                     ddblock_lock **ret_lock, ddblock_error *error)
{
    return acquire_start(client, id, options, false, ret_lock, error);
}

ddblock_status ddblock_acquire_wait(ddblock_lock *lock, int64_t timeout_ms, ddblock_error *error)
{
    if (lock == NULL) {
        return missing(error, "lock");
    }
    if (engine_is_forked(lock->engine)) {
        return engine_forked_error(error);
    }
    return lock_wait(lock, timeout_ms, error);
}

/* The blocking call is the two others. */
ddblock_status ddblock_acquire(ddblock_client *client, const ddblock_id *id,
                               const ddblock_acquire_options *options, ddblock_lock **ret_lock,
                               ddblock_error *error)
{
    ddblock_lock *lock = NULL;
    ddblock_status status;

    if (ret_lock == NULL) {
        return missing(error, "ret_lock");
    }
    status = acquire_start(client, id, options, true, &lock, error);
    if (status != DDBLOCK_OK) {
        return status;
    }
    status = lock_wait(lock, DDBLOCK_FOREVER, error);
    if (status != DDBLOCK_OK) {
        (void)lock_release(lock, NULL); /* frees it: nothing is held */
        return status;
    }
    *ret_lock = lock;
    return DDBLOCK_OK;
}

void ddblock_acquire_cancel(ddblock_lock *lock)
{
    if (lock != NULL && !engine_is_forked(lock->engine)) {
        lock_cancel(lock);
    }
}

ddblock_status ddblock_release(ddblock_lock *lock, ddblock_error *error)
{
    return lock != NULL ? lock_release(lock, error) : DDBLOCK_OK;
}

void ddblock_release_start(ddblock_lock *lock)
{
    if (lock != NULL && !engine_is_forked(lock->engine)) {
        lock_release_start(lock);
    }
}

ddblock_status ddblock_client_release_all(ddblock_client *client, int64_t timeout_ms,
                                          ddblock_error *error)
{
    if (client == NULL) {
        return missing(error, "client");
    }
    if (engine_is_forked(client->engine)) {
        return engine_forked_error(error);
    }
    return client_release_all(client, timeout_ms, error);
}

ddblock_status ddblock_lock_ensure(ddblock_lock *lock, int64_t ms, ddblock_error *error)
{
    if (lock == NULL) {
        return missing(error, "lock");
    }
    if (engine_is_forked(lock->engine)) {
        return engine_forked_error(error);
    }
    return lock_ensure(lock, ms, error);
}

void ddblock_lock_touch(ddblock_lock *lock)
{
    assert(lock != NULL);
    lock_touch(lock);
}

void *ddblock_lock_user(const ddblock_lock *lock)
{
    assert(lock != NULL);
    return lock_user(lock);
}

ddblock_origin ddblock_lock_origin(ddblock_lock *lock, ddblock_info *ret_previous)
{
    assert(lock != NULL);
    return engine_is_forked(lock->engine) ? DDBLOCK_ORIGIN_NONE : lock_origin(lock, ret_previous);
}

int ddblock_client_event_fd(ddblock_client *client)
{
    return client == NULL || engine_is_forked(client->engine) ? -1 : client_event_fd(client);
}

ddblock_status ddblock_client_next_event(ddblock_client *client, ddblock_event *ret_event)
{
    assert(client != NULL && ret_event != NULL);
    return engine_is_forked(client->engine) ? DDBLOCK_FORKED : client_next_event(client, ret_event);
}

ddblock_status ddblock_lock_export(ddblock_lock *lock, char *ret_text, size_t size,
                                   ddblock_error *error)
{
    if (lock == NULL || ret_text == NULL) {
        return missing(error, lock == NULL ? "lock" : "ret_text");
    }
    if (engine_is_forked(lock->engine)) {
        return engine_forked_error(error);
    }
    return lock_export(lock, ret_text, size, error);
}

ddblock_status ddblock_lock_adopt(ddblock_client *client, const ddblock_id *id, const char *text,
                                  ddblock_lock **ret_lock, ddblock_error *error)
{
    if (client == NULL || id == NULL) {
        return missing(error, client == NULL ? "client" : "id");
    }
    if (text == NULL || ret_lock == NULL) {
        return missing(error, text == NULL ? "text" : "ret_lock");
    }
    if (engine_is_forked(client->engine)) {
        return engine_forked_error(error);
    }
    return lock_adopt(client, id, text, ret_lock, error);
}

uint64_t ddblock_lock_fencing_token(const ddblock_lock *lock)
{
    assert(lock != NULL);
    return lock_token(lock);
}

int64_t ddblock_lock_remaining_ms(const ddblock_lock *lock)
{
    assert(lock != NULL);
    return lock_remaining_ms(lock);
}

ddblock_state ddblock_lock_state(ddblock_lock *lock, ddblock_error *error)
{
    assert(lock != NULL);
    if (engine_is_forked(lock->engine)) {
        (void)engine_forked_error(error);
        return DDBLOCK_STATE_LOST;
    }
    return lock_state(lock, error);
}

int ddblock_lock_fd(ddblock_lock *lock)
{
    return lock == NULL || engine_is_forked(lock->engine) ? -1 : lock_fd(lock);
}

void ddblock_lock_fd_clear(ddblock_lock *lock)
{
    if (lock != NULL && !engine_is_forked(lock->engine)) {
        lock_fd_clear(lock);
    }
}

ddblock_status ddblock_lock_fence(const ddblock_lock *lock, ddblock_fence **ret_fence,
                                  ddblock_error *error)
{
    if (lock == NULL || ret_fence == NULL) {
        return missing(error, lock == NULL ? "lock" : "ret_fence");
    }
    if (engine_is_forked(lock->engine)) {
        return engine_forked_error(error);
    }
    return fence_create(lock, ret_fence, error);
}

void ddblock_fence_free(ddblock_fence *fence)
{
    free(fence);
}

ddblock_status ddblock_show(ddblock_store *store, const ddblock_id *id, ddblock_info *ret_info,
                            ddblock_error *error)
{
    if (store == NULL || id == NULL || ret_info == NULL) {
        return missing(error, store == NULL ? "store" : id == NULL ? "id" : "ret_info");
    }
    if (engine_is_forked(store)) {
        return engine_forked_error(error);
    }
    return errand_show(store, id, ret_info, error);
}

int ddblock_info_is_stale(const ddblock_info *before, const ddblock_info *after, int64_t elapsed_ms)
{
    assert(before != NULL && after != NULL);
    return info_is_stale(before, after, elapsed_ms);
}

ddblock_status ddblock_list_open(ddblock_store *store, const ddblock_list_options *options,
                                 ddblock_list **ret_list, ddblock_error *error)
{
    ddblock_list_options own;
    ddblock_status status;

    ddblock_list_options_init(&own);
    if (store == NULL || ret_list == NULL) {
        return missing(error, store == NULL ? "store" : "ret_list");
    }
    if (engine_is_forked(store)) {
        return engine_forked_error(error);
    }
    if (options != NULL) {
        status = options_copy(&own, sizeof(own), options, "ddblock_list_options_init", error);
        if (status != DDBLOCK_OK) {
            return status;
        }
    }
    return list_open(store, &own, ret_list, error);
}

ddblock_status ddblock_list_next(ddblock_list *list, const ddblock_list_entry **ret_entry,
                                 ddblock_error *error)
{
    if (list == NULL || ret_entry == NULL) {
        return missing(error, list == NULL ? "list" : "ret_entry");
    }
    if (engine_is_forked(list->engine)) {
        return engine_forked_error(error);
    }
    return list_next(list, ret_entry, error);
}

void ddblock_list_close(ddblock_list *list)
{
    list_close(list);
}

ddblock_status ddblock_lock_holder(ddblock_lock *lock, ddblock_info *ret_info)
{
    assert(lock != NULL && ret_info != NULL);
    if (engine_is_forked(lock->engine)) {
        return DDBLOCK_FORKED;
    }
    return lock_holder(lock, ret_info);
}

ddblock_status ddblock_break(ddblock_store *store, const ddblock_id *id, const ddblock_info *shown,
                             ddblock_error *error)
{
    if (store == NULL || id == NULL || shown == NULL) {
        return missing(error, store == NULL ? "store" : id == NULL ? "id" : "shown");
    }
    if (engine_is_forked(store)) {
        return engine_forked_error(error);
    }
    return errand_break(store, id, shown, error);
}

ddblock_status ddblock_store_metrics(ddblock_store *store, ddblock_metrics *ret_metrics)
{
    if (store == NULL || ret_metrics == NULL) {
        return DDBLOCK_INVALID;
    }
    if (engine_is_forked(store)) {
        return DDBLOCK_FORKED;
    }
    metrics_copy(&store->loop.metrics, ret_metrics);
    return DDBLOCK_OK;
}

size_t ddblock_metrics_prometheus(const ddblock_metrics *metrics, char *buffer, size_t size)
{
    assert(metrics != NULL && (buffer != NULL || size == 0));
    return metrics_prometheus(metrics, buffer, size);
}
