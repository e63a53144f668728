/* engine.h - the thread of a store, and how the other threads talk to it.
 *
 * One thread per store runs the loop (loop.h), whoever the application is and whatever it is
 * doing: a stalled application must not cost its locks. */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>
#include <time.h>

#include "engine/loop.h"

/* What can be posted to a task. Several are handled in this order. */
enum {
    POST_START = 1, /* add it to the loop, and start it */
    POST_RENEW = 2,
    POST_CANCEL = 4,
    POST_RELEASE = 8,
    POST_HAND_OVER = 16,
};

/* The public name of an engine. It is counted: a store handle is one reference, a client
 * another. */
struct ddblock_store {
    struct store *store;
    struct loop loop; /* of the thread alone, but for reading its metrics */
    pthread_t thread;
    pid_t pid; /* who opened it; in any other process it is dead */
    atomic_uint references;
    ddblock_log_function log;
    void *log_user;

    pthread_mutex_t mutex; /* guards what follows, and what tasks publish */
    struct task *posted_first;
    struct task *posted_last;
    bool stopping;
};

/* Starts the thread. Takes the store over, also on failure. The caller has one reference.
 *
 * Returns DDBLOCK_OK, DDBLOCK_UNAVAILABLE or DDBLOCK_NO_MEMORY. */
ddblock_status engine_open(struct store *store, ddblock_log_function log, void *log_user,
                           struct ddblock_store **ret_engine, ddblock_error *error);

void engine_reference(struct ddblock_store *engine);

/* Gives a reference back. The last one stops the thread, after at most five seconds, and frees
 * everything; never from the thread itself. In a forked child it only frees memory. */
void engine_release(struct ddblock_store *engine);

/* Tells the thread what is wanted of a task. With the mutex held. Cannot fail. */
void engine_post(struct ddblock_store *engine, struct task *task, unsigned posts);

/* Forgets what was posted to a task that has ended meanwhile. With the mutex held. */
void engine_unpost(struct ddblock_store *engine, struct task *task);

/* A condition for that mutex, whose timed waits end by condition_deadline. */
void condition_init(pthread_cond_t *condition);

/* When a wait of timeout_ms from now ends, on the clock of such a condition. False: never. */
bool condition_deadline(int64_t timeout_ms, struct timespec *ret_deadline);

/* True in a child of the process that opened the store. */
bool engine_is_forked(const struct ddblock_store *engine);

/* Sets *error and returns DDBLOCK_FORKED. */
ddblock_status engine_forked_error(ddblock_error *error);

/* Writes a line to the application's log, if it has one. With no mutex held. */
void engine_log(const struct ddblock_store *engine, ddblock_log_level level, const char *format,
                ...) __attribute__((format(printf, 3, 4)));

#endif
