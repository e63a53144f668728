/* client.c - a client in the loop of Node: its events become calls of JavaScript. */
#include <stdlib.h>

#include "values.h"

/* Events for one turn of the loop: with more it goes round for others first. */
enum { EVENTS_MAX = 256 };

/* A process lives as long as it waits for something, or sends heartbeats. */
void client_set_busy(struct lock *lock, bool busy)
{
    struct client *client = lock->client;

    if (lock->busy == busy) {
        return;
    }
    lock->busy = busy;
    client->busy += busy ? 1 : (size_t)-1;
    if (!client->in_loop) {
        return;
    }
    if (client->busy > 0) {
        uv_ref((uv_handle_t *)&client->poll);
    } else {
        uv_unref((uv_handle_t *)&client->poll);
    }
}

/* What the program's own code throws goes where it goes in all callbacks. */
static void call_javascript(napi_env env, napi_value function, size_t count, napi_value *arguments)
{
    napi_value receiver = NULL;
    napi_value error = NULL;

    if (napi_get_global(env, &receiver) == napi_ok &&
        napi_make_callback(env, NULL, receiver, function, count, arguments, NULL) ==
            napi_pending_exception &&
        napi_get_and_clear_last_exception(env, &error) == napi_ok) {
        (void)napi_fatal_exception(env, error);
    }
}

static void tell(struct addon *addon, napi_value object, const ddblock_event *event,
                 const ddblock_error *error, uint64_t token)
{
    napi_env env = addon->env;
    napi_value function = NULL;
    napi_value arguments[5] = {object};

    if (napi_get_reference_value(env, addon->on_event, &function) == napi_ok &&
        napi_create_uint32(env, event->kind, &arguments[1]) == napi_ok &&
        napi_create_string_utf8(env, ddblock_status_name(error->status), NAPI_AUTO_LENGTH,
                                &arguments[2]) == napi_ok &&
        napi_create_string_utf8(env, error->message, NAPI_AUTO_LENGTH, &arguments[3]) == napi_ok &&
        napi_create_int64(env, (int64_t)token, &arguments[4]) == napi_ok) {
        call_javascript(env, function, 5, arguments);
    }
}

/* Brings the lock up to date, and tells JavaScript. The object is held by the caller's scope. */
static void handle_event(struct addon *addon, const ddblock_event *event)
{
    struct lock *lock = event->user;
    uint64_t token = ddblock_lock_fencing_token(event->lock);
    ddblock_error error = {.status = event->status};
    napi_value object = NULL;

    if (napi_get_reference_value(addon->env, lock->object, &object) != napi_ok) {
        return;
    }
    switch (event->kind) {
    case DDBLOCK_EVENT_ACQUIRED:
        lock->held = true;
        client_set_busy(lock, lock->client->sends_heartbeats);
        break;
    case DDBLOCK_EVENT_AT_RISK:
        (void)ddblock_lock_state(event->lock, &error);
        break;
    case DDBLOCK_EVENT_RENEWED:
        break;
    case DDBLOCK_EVENT_LOST:
        lock->held = false;
        (void)ddblock_lock_state(event->lock, &error);
        client_set_busy(lock, true);
        ddblock_release_start(event->lock); /* its end is told too, whatever the program does */
        break;
    case DDBLOCK_EVENT_NOT_ACQUIRED:
    case DDBLOCK_EVENT_RELEASED:
        lock->over = true;
        lock_finish(lock, &error);
        break;
    }
    tell(addon, object, event, &error, token);
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
    struct client *client = poll->data;
    struct addon *addon = client->addon;
    ddblock_event event;

    (void)status, (void)events;
    /* The program's code, which runs in here, may close the client. */
    for (int i = 0; i < EVENTS_MAX && client->handle != NULL; i++) {
        napi_handle_scope scope = NULL;

        if (ddblock_client_next_event(client->handle, &event) != DDBLOCK_OK ||
            napi_open_handle_scope(addon->env, &scope) != napi_ok) {
            return;
        }
        handle_event(addon, &event);
        (void)napi_close_handle_scope(addon->env, scope);
    }
}

static void unreference(struct client *client)
{
    client->references--;
    if (client->references == 0) {
        free(client);
    }
}

static void poll_closed(uv_handle_t *handle)
{
    struct client *client = handle->data;
    struct addon *addon = client->addon;

    unreference(client);
    addon_closed(addon);
}

void client_leave(struct client *client)
{
    struct client **link = &client->addon->clients;

    if (!client->in_loop) {
        return;
    }
    while (*link != client) {
        link = &(*link)->next;
    }
    *link = client->next;
    client->in_loop = false;
    uv_close((uv_handle_t *)&client->poll, poll_closed);
}

void client_finish(struct client *client)
{
    ddblock_client *handle = client->handle;

    if (handle == NULL) {
        return;
    }
    client_leave(client);
    client->handle = NULL;
    ddblock_client_close(handle);
    store_release(client->store);
}

static void finalize_client(napi_env env, void *data, void *hint)
{
    struct client *client = data;

    (void)env, (void)hint;
    if (client->locks == NULL) { /* else see end.c */
        client_finish(client);
        unreference(client);
    }
}

static bool read_options(napi_env env, napi_value object, char **ret_owner,
                         ddblock_client_options *ret)
{
    int fails_closed = 0;

    ddblock_client_options_init(ret);
    if (!values_get_string(env, object, "owner", ret_owner) ||
        !values_get_bool(env, object, "failsClosed", &fails_closed) ||
        !values_get_int64(env, object, "leaseDurationMs", &ret->lease_duration_ms) ||
        !values_get_int64(env, object, "heartbeatPeriodMs", &ret->heartbeat_period_ms) ||
        !values_get_int64(env, object, "retryCount", &ret->retry_count) ||
        !values_get_int64(env, object, "acquirePeriodMs", &ret->acquire_period_ms) ||
        !values_get_int64(env, object, "pollPeriodMs", &ret->poll_period_ms) ||
        !values_get_int64(env, object, "maxHoldMs", &ret->max_hold_ms) ||
        !values_get_int64(env, object, "watchdogMs", &ret->watchdog_ms) ||
        !values_get_int64(env, object, "settleMs", &ret->settle_ms) ||
        !values_get_bool(env, object, "trustLocalTime", &ret->trust_local_time)) {
        return false;
    }
    ret->owner = *ret_owner;
    ret->kind = fails_closed ? DDBLOCK_FAIL_CLOSED : DDBLOCK_FAIL_OPEN;
    return true;
}

/* Has the loop watch the client. */
static bool join_loop(napi_env env, struct client *client)
{
    int fd = ddblock_client_event_fd(client->handle);

    client->poll.data = client;
    if (fd < 0 || uv_poll_init(client->addon->loop, &client->poll, fd) != 0) {
        (void)napi_throw_error(env, "UNAVAILABLE", "no descriptor to be had");
        return false;
    }
    client->addon->open++;
    client->references++;
    client->in_loop = true;
    client->next = client->addon->clients;
    client->addon->clients = client;
    uv_unref((uv_handle_t *)&client->poll);
    if (uv_poll_start(&client->poll, UV_READABLE, on_readable) != 0) {
        (void)napi_throw_error(env, "UNAVAILABLE", "the loop does not take a descriptor");
        return false;
    }
    return true;
}

/* openClient(object, store, options): makes object the client. */
napi_value client_open(napi_env env, napi_callback_info info)
{
    struct addon *addon = NULL;
    struct store *store = NULL;
    struct client *client = NULL;
    char *owner = NULL;
    napi_value arguments[3];
    ddblock_client_options options;
    ddblock_error error = {.status = DDBLOCK_NO_MEMORY, .message = "no memory for a client"};

    if (!addon_get(env, &addon) || !values_arguments(env, info, 3, arguments) ||
        !values_unwrap(env, arguments[1], WRAPPED_STORE, (void **)&store) ||
        !read_options(env, arguments[2], &owner, &options)) {
        goto out;
    }
    client = calloc(1, sizeof(*client));
    if (client == NULL ||
        ddblock_client_open(store->handle, &options, &client->handle, &error) != DDBLOCK_OK) {
        (void)values_throw(env, &error);
        free(client);
        goto out;
    }
    client->addon = addon;
    client->store = store;
    client->references = 1;
    client->sends_heartbeats =
        options.kind == DDBLOCK_FAIL_OPEN && options.heartbeat_period_ms != 0;
    store->users++;
    if (!join_loop(env, client) ||
        !values_wrap(env, arguments[0], WRAPPED_CLIENT, client, finalize_client)) {
        client_finish(client);
        unreference(client);
    }
out:
    free(owner);
    return NULL;
}

/* closeClient(client): when none of its locks is held or waited for. */
napi_value client_close(napi_env env, napi_callback_info info)
{
    struct client *client = NULL;
    napi_value argument = NULL;

    if (values_arguments(env, info, 1, &argument) &&
        values_unwrap(env, argument, WRAPPED_CLIENT, (void **)&client) && client->locks == NULL) {
        client_finish(client);
    }
    return NULL;
}
