/* addon.c - the addon of a context: its functions, and its end. */
#include "addon.h"

#include <stdlib.h>

#include "values.h"

bool addon_get(napi_env env, struct addon **ret_addon)
{
    struct addon *addon = NULL;

    if (!values_check(env, napi_get_instance_data(env, (void **)&addon))) {
        return false;
    }
    if (addon->ended) {
        (void)napi_throw_error(env, "CANCELLED", "the process or the worker is at its end");
        return false;
    }
    *ret_addon = addon;
    return true;
}

void addon_closed(struct addon *addon)
{
    addon->open--;
    if (addon->open == 0 && addon->cleaning) {
        addon->cleaning = false;
        (void)napi_remove_async_cleanup_hook(addon->cleanup);
    }
}

/* Lets go of everything. Blocks for a moment, if replies are awaited. */
static void end(struct addon *addon)
{
    if (!addon->ended) {
        addon->ended = true;
        end_all(addon);
    }
}

static napi_value addon_end(napi_env env, napi_callback_info info)
{
    struct addon *addon = NULL;

    (void)info;
    if (values_check(env, napi_get_instance_data(env, (void **)&addon))) {
        end(addon);
    }
    return NULL;
}

/* Called when the context ends, also where no JavaScript can run any more (worker.terminate()).
 * Node waits, and runs the loop, until the hook is removed. */
static void clean_up(napi_async_cleanup_hook_handle handle, void *user)
{
    struct addon *addon = user;

    addon->cleanup = handle;
    addon->cleaning = true;
    addon->open++; /* or it might be removed in the midst of this */
    end(addon);
    addon_closed(addon);
}

static void free_addon(napi_env env, void *data, void *hint)
{
    (void)env, (void)hint;
    free(data);
}

/* start(onEvent): before all others. */
static napi_value addon_start(napi_env env, napi_callback_info info)
{
    struct addon *addon = NULL;
    napi_value on_event = NULL;

    if (values_check(env, napi_get_instance_data(env, (void **)&addon)) &&
        values_arguments(env, info, 1, &on_event) && addon->on_event == NULL) {
        (void)values_check(env, napi_create_reference(env, on_event, 1, &addon->on_event));
    }
    return NULL;
}

static const napi_property_descriptor FUNCTIONS[] = {
    {"start", NULL, addon_start, NULL, NULL, NULL, napi_enumerable, NULL},
    {"end", NULL, addon_end, NULL, NULL, NULL, napi_enumerable, NULL},
    {"openStore", NULL, store_open, NULL, NULL, NULL, napi_enumerable, NULL},
    {"giveKeys", NULL, keys_give, NULL, NULL, NULL, napi_enumerable, NULL},
    {"metrics", NULL, store_metrics, NULL, NULL, NULL, napi_enumerable, NULL},
    {"openClient", NULL, client_open, NULL, NULL, NULL, napi_enumerable, NULL},
    {"closeClient", NULL, client_close, NULL, NULL, NULL, napi_enumerable, NULL},
    {"acquire", NULL, lock_acquire, NULL, NULL, NULL, napi_enumerable, NULL},
    {"release", NULL, lock_release, NULL, NULL, NULL, napi_enumerable, NULL},
    {"remainingMs", NULL, lock_remaining_ms, NULL, NULL, NULL, napi_enumerable, NULL},
    {"touch", NULL, lock_touch, NULL, NULL, NULL, napi_enumerable, NULL},
    {"ensure", NULL, lock_ensure, NULL, NULL, NULL, napi_enumerable, NULL},
};

NAPI_MODULE_INIT()
{
    struct addon *addon = calloc(1, sizeof(*addon));

    if (addon == NULL) {
        (void)napi_throw_error(env, "NO_MEMORY", "out of memory");
        return NULL;
    }
    addon->env = env;
    if (!values_check(env, napi_set_instance_data(env, addon, free_addon, NULL))) {
        free(addon);
        return NULL;
    }
    if (!values_check(env, napi_get_uv_event_loop(env, &addon->loop)) ||
        !values_check(env, napi_add_async_cleanup_hook(env, clean_up, addon, &addon->cleanup)) ||
        !values_check(env,
                      napi_define_properties(env, exports, sizeof(FUNCTIONS) / sizeof(FUNCTIONS[0]),
                                             FUNCTIONS))) {
        return NULL;
    }
    return exports;
}
