/* keys.c - the keys that JavaScript finds for a store: the library asks in a thread of its own,
 * and waits there for the answer. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "values.h"

/* How long JavaScript may take to find keys. The SDKs give their sources a few seconds. */
enum { KEYS_WAIT_S = 60 };

static void wipe(char **text)
{
    if (*text != NULL) {
        explicit_bzero(*text, strlen(*text));
        free(*text);
        *text = NULL;
    }
}

void keys_wipe(struct keys *keys)
{
    wipe(&keys->access_key_id);
    wipe(&keys->secret_access_key);
    wipe(&keys->session_token);
}

/* Waits for the answer, with the mutex held. False: the store is closed, or it took too long. */
static bool wait_for_answer(struct store *store)
{
    struct timespec end;
    int rc = 0;

    (void)clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += KEYS_WAIT_S;
    while (!store->answered && !store->closed && rc != ETIMEDOUT) {
        rc = pthread_cond_timedwait(&store->changed, &store->mutex, &end);
    }
    return store->answered && !store->closed;
}

/* Called by the library, on a thread of its own for just this. */
static ddblock_status get_keys(void *user, ddblock_credentials *ret_credentials,
                               ddblock_error *error)
{
    struct store *store = user;
    ddblock_status status = DDBLOCK_UNAVAILABLE;

    (void)pthread_mutex_lock(&store->mutex);
    store->answered = false;
    if (!store->closed) {
        (void)uv_async_send(&store->asked); /* the handle lives until closed is set */
    }
    if (!wait_for_answer(store)) {
        (void)snprintf(error->message, sizeof(error->message), "%s",
                       store->closed ? "the store is closed"
                                     : "the program's credentials did not come in time");
    } else if (store->keys.access_key_id == NULL) {
        *error = store->failure;
        status = DDBLOCK_NO_CREDENTIALS;
    } else {
        ret_credentials->access_key_id = store->keys.access_key_id;
        ret_credentials->secret_access_key = store->keys.secret_access_key;
        ret_credentials->session_token = store->keys.session_token;
        ret_credentials->expires_unix_ms = store->keys.expires_unix_ms;
        status = DDBLOCK_OK;
    }
    (void)pthread_mutex_unlock(&store->mutex);
    return status;
}

/* In the thread of the context: asks JavaScript, which answers by giveKeys. */
static void ask_javascript(uv_async_t *handle)
{
    struct store *store = handle->data;
    napi_env env = store->addon->env;
    napi_handle_scope scope = NULL;
    napi_value ask = NULL;
    napi_value receiver = NULL;
    napi_value error = NULL;

    if (napi_open_handle_scope(env, &scope) != napi_ok) {
        return;
    }
    if (napi_get_reference_value(env, store->ask, &ask) == napi_ok &&
        napi_get_global(env, &receiver) == napi_ok &&
        napi_make_callback(env, NULL, receiver, ask, 0, NULL, NULL) == napi_pending_exception &&
        napi_get_and_clear_last_exception(env, &error) == napi_ok) {
        (void)napi_fatal_exception(env, error);
    }
    (void)napi_close_handle_scope(env, scope);
}

/* giveKeys(store, {accessKeyId, secretAccessKey, sessionToken, expiresUnixMs} | message) */
napi_value keys_give(napi_env env, napi_callback_info info)
{
    struct store *store = NULL;
    struct keys keys = {.expires_unix_ms = -1};
    ddblock_error failure = {.status = DDBLOCK_NO_CREDENTIALS};
    napi_value arguments[2];
    napi_valuetype type = napi_undefined;
    char *message = NULL;

    if (!values_arguments(env, info, 2, arguments) ||
        !values_unwrap(env, arguments[0], WRAPPED_STORE, (void **)&store) ||
        !values_check(env, napi_typeof(env, arguments[1], &type))) {
        return NULL;
    }
    if (type == napi_string) {
        if (!values_string(env, arguments[1], &message)) {
            return NULL;
        }
        (void)snprintf(failure.message, sizeof(failure.message), "%s", message);
        free(message);
    } else if (!values_get_string(env, arguments[1], "accessKeyId", &keys.access_key_id) ||
               !values_get_string(env, arguments[1], "secretAccessKey", &keys.secret_access_key) ||
               !values_get_string(env, arguments[1], "sessionToken", &keys.session_token) ||
               !values_get_int64(env, arguments[1], "expiresUnixMs", &keys.expires_unix_ms)) {
        keys_wipe(&keys);
        return NULL;
    }
    (void)pthread_mutex_lock(&store->mutex);
    if (!store->answered) { /* else the library may still be reading the last answer */
        keys_wipe(&store->keys);
        store->keys = keys;
        store->failure = failure;
        store->answered = true;
        keys = (struct keys){0};
        (void)pthread_cond_signal(&store->changed);
    }
    (void)pthread_mutex_unlock(&store->mutex);
    keys_wipe(&keys);
    return NULL;
}

static void async_closed(uv_handle_t *handle)
{
    struct store *store = handle->data;
    struct addon *addon = store->addon;

    store_unpin(store);
    addon_closed(addon);
}

void keys_refuse(struct store *store)
{
    (void)pthread_mutex_lock(&store->mutex);
    store->closed = true;
    (void)pthread_cond_signal(&store->changed);
    (void)pthread_mutex_unlock(&store->mutex);
    if (store->ask != NULL) {
        (void)napi_delete_reference(store->addon->env, store->ask);
        store->ask = NULL;
        uv_close((uv_handle_t *)&store->asked, async_closed);
    }
}

bool keys_ask_javascript(napi_env env, struct store *store, napi_value ask,
                         ddblock_dynamodb_options *options)
{
    napi_valuetype type = napi_undefined;

    if (!values_check(env, napi_typeof(env, ask, &type))) {
        return false;
    }
    if (type != napi_function) {
        return true;
    }
    if (!values_check(env, napi_create_reference(env, ask, 1, &store->ask))) {
        return false;
    }
    store->asked.data = store;
    if (uv_async_init(store->addon->loop, &store->asked, ask_javascript) != 0) {
        (void)napi_delete_reference(env, store->ask);
        store->ask = NULL;
        (void)napi_throw_error(env, "UNAVAILABLE", "no descriptor to be had");
        return false;
    }
    uv_unref((uv_handle_t *)&store->asked);
    store->addon->open++;
    store->pins++;
    options->credentials = get_keys;
    options->credentials_user = store;
    return true;
}
