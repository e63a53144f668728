/* store.c - a table as a store, and the keys that JavaScript finds for it. */
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

static void keys_wipe(struct keys *keys)
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
napi_value store_give_keys(napi_env env, napi_callback_info info)
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

/* Frees the memory when nobody points to it any more. */
static void unpin(struct store *store)
{
    struct store **link = &store->addon->stores;

    store->pins--;
    if (store->pins > 0) {
        return;
    }
    while (*link != store) {
        link = &(*link)->next;
    }
    *link = store->next;
    keys_wipe(&store->keys);
    (void)pthread_cond_destroy(&store->changed);
    (void)pthread_mutex_destroy(&store->mutex);
    free(store);
}

static void async_closed(uv_handle_t *handle)
{
    struct store *store = handle->data;
    struct addon *addon = store->addon;

    unpin(store);
    addon_closed(addon);
}

/* From here on the library's thread asks nothing, and waits for nothing. */
static void refuse_keys(struct store *store)
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

static void close_in_pool(uv_work_t *work)
{
    ddblock_store_close(((struct store *)work->data)->handle);
}

static void closed_in_pool(uv_work_t *work, int status)
{
    struct store *store = work->data;
    struct addon *addon = store->addon;

    (void)status;
    unpin(store);
    addon_closed(addon);
}

void store_release(struct store *store)
{
    store->users--;
    if (store->users > 0) {
        return;
    }
    refuse_keys(store);
    store->closing.data = store;
    if (store->handle != NULL && !store->addon->ended &&
        uv_queue_work(store->addon->loop, &store->closing, close_in_pool, closed_in_pool) == 0) {
        store->addon->open++;
        return; /* it may wait for what is under way: not in this thread */
    }
    ddblock_store_close(store->handle);
    unpin(store);
}

void store_end(struct store *store)
{
    refuse_keys(store);
    if (store->users == 1) { /* only the object: no client is left that needs it */
        ddblock_store_close(store->handle);
        store->handle = NULL;
    }
}

static void finalize_store(napi_env env, void *data, void *hint)
{
    (void)env, (void)hint;
    store_release(data);
}

/* Reads the options; what was read of them is freed by the caller also on failure. */
static bool read_options(napi_env env, napi_value object, char *texts[7],
                         ddblock_dynamodb_options *ret)
{
    static const char *const NAMES[7] = {"lockTable", "partitionKey", "sortKey", "region",
                                         "endpoint",  "caFile",       "profile"};

    for (size_t i = 0; i < 7; i++) {
        if (!values_get_string(env, object, NAMES[i], &texts[i])) {
            return false;
        }
    }
    ddblock_dynamodb_options_init(ret);
    ret->lock_table = texts[0];
    ret->partition_key = texts[1];
    ret->sort_key = texts[2];
    ret->region = texts[3];
    ret->endpoint = texts[4];
    ret->ca_file = texts[5];
    ret->profile = texts[6];
    return true;
}

static struct store *create_store(struct addon *addon)
{
    struct store *store = calloc(1, sizeof(*store));
    pthread_condattr_t attributes;

    if (store != NULL) {
        store->addon = addon;
        store->users = 1;
        store->pins = 1;
        (void)pthread_mutex_init(&store->mutex, NULL);
        (void)pthread_condattr_init(&attributes);
        (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
        (void)pthread_cond_init(&store->changed, &attributes);
        (void)pthread_condattr_destroy(&attributes);
    }
    return store;
}

/* Has JavaScript asked for keys, if it gave a function for that. */
static bool set_ask(napi_env env, struct store *store, napi_value ask,
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

/* openStore(object, options, ask): makes object the store. */
napi_value store_open(napi_env env, napi_callback_info info)
{
    struct addon *addon = NULL;
    struct store *store = NULL;
    char *texts[7] = {0};
    napi_value arguments[3];
    ddblock_dynamodb_options options;
    ddblock_error error = {.status = DDBLOCK_NO_MEMORY, .message = "no memory for a store"};

    if (!addon_get(env, &addon) || !values_arguments(env, info, 3, arguments) ||
        !read_options(env, arguments[1], texts, &options)) {
        goto out;
    }
    store = create_store(addon);
    if (store == NULL) {
        (void)values_throw(env, &error);
        goto out;
    }
    store->next = addon->stores;
    addon->stores = store;
    if (!set_ask(env, store, arguments[2], &options)) {
        goto out;
    }
    if (ddblock_store_open_dynamodb(&options, &store->handle, &error) != DDBLOCK_OK) {
        (void)values_throw(env, &error);
        goto out;
    }
    if (values_wrap(env, arguments[0], WRAPPED_STORE, store, finalize_store)) {
        store = NULL; /* now the object's */
    }
out:
    if (store != NULL) {
        store_release(store);
    }
    for (size_t i = 0; i < 7; i++) {
        free(texts[i]);
    }
    return NULL;
}

/* metrics(store): in Prometheus' text format. */
napi_value store_metrics(napi_env env, napi_callback_info info)
{
    struct store *store = NULL;
    napi_value argument = NULL;
    napi_value result = NULL;
    ddblock_metrics metrics;
    size_t size;
    char *text;

    if (!values_arguments(env, info, 1, &argument) ||
        !values_unwrap(env, argument, WRAPPED_STORE, (void **)&store) || store->handle == NULL ||
        ddblock_store_metrics(store->handle, &metrics) != DDBLOCK_OK) {
        return NULL;
    }
    size = ddblock_metrics_prometheus(&metrics, NULL, 0);
    text = malloc(size);
    if (text != NULL) {
        (void)ddblock_metrics_prometheus(&metrics, text, size);
        result = values_text(env, text);
    }
    free(text);
    return result;
}
