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

/* Something that may block, at the end of a context: see end.c. */
struct job {
    void (*run)(void *subject);
    void *subject;
    struct job *next;
    bool done;
};

struct store {
    struct addon *addon;
    ddblock_store *handle;
    size_t users; /* the object in JavaScript, and each client; without them the handle is closed */
    size_t pins;  /* who points to this: the users, libuv */
    struct store *next;
    uv_work_t closing;
    struct job leaving;
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
    bool busy;      /* counted in client->busy */
    bool over;      /* its last event has come */
    size_t ensures; /* that run in the thread pool, and use the handle */
    struct job leaving;
    bool handed_over; /* what came of that: the handle is gone */
};

/* addon.c. The addon of a context; false, with an exception pending, if the context is at its
 * end. */
bool addon_get(napi_env env, struct addon **ret_addon);

/* Says that one of libuv's handles or works is done. */
void addon_closed(struct addon *addon);

/* The others: the functions that lib/ calls, and what they have for each other. */
napi_value store_open(napi_env env, napi_callback_info info);
napi_value store_metrics(napi_env env, napi_callback_info info);
/* One user less. */
void store_release(struct store *store);
/* One who points to it less: frees the memory when nobody does any more. */
void store_unpin(struct store *store);

napi_value keys_give(napi_env env, napi_callback_info info);
/* Has JavaScript asked for keys, if ask is a function. */
bool keys_ask_javascript(napi_env env, struct store *store, napi_value ask,
                         ddblock_dynamodb_options *options);
/* From here on the library's thread asks nothing, and waits for nothing. */
void keys_refuse(struct store *store);
void keys_wipe(struct keys *keys);

napi_value client_open(napi_env env, napi_callback_info info);
napi_value client_close(napi_env env, napi_callback_info info);
void client_set_busy(struct lock *lock, bool busy);
/* Leaves the list and the loop. */
void client_leave(struct client *client);
/* Closes it. Without locks this does not wait for anything. */
void client_finish(struct client *client);

napi_value lock_acquire(napi_env env, napi_callback_info info);
napi_value lock_release(napi_env env, napi_callback_info info);
napi_value lock_remaining_ms(napi_env env, napi_callback_info info);
napi_value lock_touch(napi_env env, napi_callback_info info);
napi_value lock_ensure(napi_env env, napi_callback_info info);
/* Frees the handle of a lock whose last event has come, with its outcome; unless the thread
 * pool uses it: then that does so later. */
void lock_finish(struct lock *lock, ddblock_error *error);
/* The handle is gone: from here on the object may go too. */
void lock_forget(struct lock *lock);

/* Lets go of all that the context has; of what a client still has. They block for a moment, if
 * replies are awaited. */
void end_all(struct addon *addon);
void end_client(struct client *client);

#endif
