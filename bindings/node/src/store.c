/* store.c - a table as a store. */
#include <stdlib.h>

#include "values.h"

void store_unpin(struct store *store)
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

static void close_in_pool(uv_work_t *work)
{
    ddblock_store_close(((struct store *)work->data)->handle);
}

static void closed_in_pool(uv_work_t *work, int status)
{
    struct store *store = work->data;
    struct addon *addon = store->addon;

    (void)status;
    store_unpin(store);
    addon_closed(addon);
}

void store_release(struct store *store)
{
    store->users--;
    if (store->users > 0) {
        return;
    }
    keys_refuse(store);
    store->closing.data = store;
    if (store->handle != NULL && !store->addon->ended &&
        uv_queue_work(store->addon->loop, &store->closing, close_in_pool, closed_in_pool) == 0) {
        store->addon->open++;
        return; /* it may wait for what is under way: not in this thread */
    }
    ddblock_store_close(store->handle);
    store_unpin(store);
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
    if (!keys_ask_javascript(env, store, arguments[2], &options)) {
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
