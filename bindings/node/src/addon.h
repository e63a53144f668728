/* addon.h - what the files of the addon share.
 *
 * The addon is thin: it turns calls into calls of ddblock.h and events into calls of one JavaScript
 * function. The shape that programs see is in lib/. Everything in here runs in the thread of
 * its context, but for what a comment says. */
#ifndef ADDON_H
#define ADDON_H

#define NAPI_VERSION 8
#include <node_api.h>
#include <pthread.h>
#include <stdbool.h>
#include <uv.h>

#include <ddblock/ddblock.h>

/* One for each context that loads the addon: the main one, each worker. */
struct addon {
    napi_env env;
    uv_loop_t *loop;
    napi_ref on_event; /* (lock, kind, status, message, token) */
    struct client *clients;
    struct store *stores;
    size_t open; /* handles and work of libuv's that point to memory of ours */
    bool ended;  /* nothing is held any more, and nothing can be begun */
    napi_async_cleanup_hook_handle cleanup;
    bool cleaning; /* the hook was called, and wants to be told of the end */
};

/* Keys for AWS, as JavaScript gave them. */
struct keys {
    char *access_key_id;
    char *secret_access_key;
    char *session_token;
    int64_t expires_unix_ms;
};

struct store {
    struct addon *addon;
    ddblock_store *handle;
    size_t users; /* the object in JavaScript, and each client; without them the handle is closed */
    size_t pins;  /* who points to this: the users, libuv */
    struct store *next;
    uv_work_t closing;
    napi_ref ask; /* asks JavaScript for keys; NULL: the library finds them itself */
    uv_async_t asked;

    pthread_mutex_t mutex; /* guards the rest, which the library's thread uses too */
    pthread_cond_t changed;
    bool closed;
    bool answered;
    struct keys keys;      /* the answer: what the library may read until it asks again, */
    ddblock_error failure; /* or why there is none */
};

struct client {
    struct addon *addon;
    struct store *store;
    ddblock_client *handle; /* NULL: closed */
    size_t references;      /* the object in JavaScript, and libuv */
    struct client *next;
    struct lock *locks; /* those whose handles are open */
    uv_poll_t poll;
    bool in_loop; /* poll is open, and the client in the list of its addon */
    size_t busy;  /* reasons why the process must go on */
    bool sends_heartbeats;
};

struct lock {
    struct client *client;
    ddblock_lock *handle; /* NULL: it has come to its end */
    struct lock *next;
    napi_ref object; /* keeps the object in JavaScript while there is a handle */
    bool held;
    bool let_go;    /* by the program: its end is to come, whatever is told before that */
    bool busy;      /* counted in client->busy */
    bool over;      /* its last event has come */
    size_t ensures; /* that run in the thread pool, and use the handle */
};

/* addon.c. The addon of a context; false, with an exception pending, if the context is at its
 * end. */
bool addon_get(napi_env env, struct addon **ret_addon);

/* Says that one of libuv's handles or works is done. */
void addon_closed(struct addon *addon);

/* store.c, client.c, lock.c: the functions that lib/ calls, and what they have for each other. */
napi_value store_open(napi_env env, napi_callback_info info);
napi_value store_give_keys(napi_env env, napi_callback_info info);
napi_value store_metrics(napi_env env, napi_callback_info info);
void store_release(struct store *store);
void store_end(struct store *store);

napi_value client_open(napi_env env, napi_callback_info info);
napi_value client_close(napi_env env, napi_callback_info info);
void client_set_busy(struct lock *lock, bool busy);
void client_end(struct client *client);

napi_value lock_acquire(napi_env env, napi_callback_info info);
napi_value lock_release(napi_env env, napi_callback_info info);
napi_value lock_remaining_ms(napi_env env, napi_callback_info info);
napi_value lock_touch(napi_env env, napi_callback_info info);
napi_value lock_ensure(napi_env env, napi_callback_info info);
void lock_finish(struct lock *lock, ddblock_error *error);
void lock_abandon(struct lock *lock);

#endif
