/* engine.c - the thread of a store. */
#include "engine/engine.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/random.h"
#include "base/status.h"
#include "base/thread.h"

/* What is still being given back when the last handle is closed gets this long; a program that
 * ends should not have to wait longer. */
enum { STOP_MS_MAX = 5000 };

static struct instant host_now(void *user)
{
    (void)user;
    return clock_now();
}

static int64_t host_wall_ms(void *user)
{
    (void)user;
    return clock_wall_ms();
}

static bool host_random_fill(void *user, void *data, size_t size)
{
    (void)user;
    return random_fill(data, size);
}

static const struct loop_host host = {host_now, host_wall_ms, host_random_fill, NULL};

/* The next task that something was posted to; NULL if there is none. */
static struct task *take_posted(struct ddblock_store *engine, unsigned *ret_posts)
{
    struct task *task;

    (void)pthread_mutex_lock(&engine->mutex);
    task = engine->posted_first;
    if (task != NULL) {
        engine->posted_first = task->next_posted;
        if (engine->posted_first == NULL) {
            engine->posted_last = NULL;
        }
        task->next_posted = NULL;
        *ret_posts = task->posted;
        task->posted = 0;
    }
    (void)pthread_mutex_unlock(&engine->mutex);
    return task;
}

/* What is posted together, in the order in which it is handled. */
static const struct {
    unsigned post;
    enum event_kind kind;
} POSTED[] = {
    {POST_RENEW, EVENT_RENEW},
    {POST_CANCEL, EVENT_CANCEL},
    {POST_RELEASE, EVENT_RELEASE},
    {POST_HAND_OVER, EVENT_HAND_OVER},
};

/* Gives a task what was posted to it. Where a step used up the random bytes and there are no new
 * ones, the rest is posted again. */
static void handle_posts(struct ddblock_store *engine, struct task *task, unsigned posts)
{
    struct loop *loop = &engine->loop;
    bool alive = (posts & POST_START) == 0 || loop_start(loop, task);

    posts &= ~(unsigned)POST_START;
    for (size_t i = 0; alive && i < sizeof(POSTED) / sizeof(POSTED[0]); i++) {
        if ((posts & POSTED[i].post) == 0) {
            continue;
        }
        if (!loop_is_ready(loop)) {
            (void)pthread_mutex_lock(&engine->mutex);
            engine_post(engine, task, posts);
            (void)pthread_mutex_unlock(&engine->mutex);
            return;
        }
        posts &= ~POSTED[i].post;
        alive = loop_post(loop, task, POSTED[i].kind);
    }
}

static void handle_posted(struct ddblock_store *engine)
{
    struct task *task = NULL;
    unsigned posts = 0;

    while (loop_is_ready(&engine->loop) && (task = take_posted(engine, &posts)) != NULL) {
        handle_posts(engine, task, posts);
    }
}

static bool is_stopping(struct ddblock_store *engine)
{
    bool stopping;

    (void)pthread_mutex_lock(&engine->mutex);
    stopping = engine->stopping;
    (void)pthread_mutex_unlock(&engine->mutex);
    return stopping;
}

static void *run(void *argument)
{
    struct ddblock_store *engine = argument;
    struct instant stop_by = INSTANT_NEVER;

    for (;;) {
        struct instant next;

        handle_posted(engine);
        next = loop_turn(&engine->loop);
        if (is_stopping(engine)) {
            if (instant_is_never(stop_by)) {
                stop_by = instant_add(clock_now(), duration_from_ms(STOP_MS_MAX));
            }
            if (loop_is_idle(&engine->loop) || !instant_before(clock_now(), stop_by)) {
                break;
            }
        }
        store_wait(engine->store, instant_min(next, stop_by));
    }
    loop_drop_tasks(&engine->loop);
    return NULL;
}

ddblock_status engine_open(struct store *store, ddblock_log_function log, void *log_user,
                           struct ddblock_store **ret_engine, ddblock_error *error)
{
    struct ddblock_store *engine = calloc(1, sizeof(*engine));
    ddblock_status status;
    int rc;

    if (engine == NULL) {
        status = status_set(error, DDBLOCK_NO_MEMORY, "no memory for a store");
        goto out;
    }
    engine->store = store;
    engine->pid = getpid();
    engine->log = log;
    engine->log_user = log_user;
    atomic_init(&engine->references, 1);
    if (!loop_init(&engine->loop, store, &host)) {
        status = status_set(error, DDBLOCK_UNAVAILABLE, "the system gives no random bytes");
        goto out;
    }
    (void)pthread_mutex_init(&engine->mutex, NULL); /* cannot fail without attributes */
    rc = thread_start(&engine->thread, run, engine);
    if (rc != 0) {
        (void)pthread_mutex_destroy(&engine->mutex);
        status = status_set(error, DDBLOCK_UNAVAILABLE, "cannot start a thread: %s", strerror(rc));
        goto out;
    }
    *ret_engine = engine;
    return DDBLOCK_OK;

out:
    store_destroy(store, false);
    free(engine);
    return status;
}

void engine_reference(struct ddblock_store *engine)
{
    atomic_fetch_add_explicit(&engine->references, 1, memory_order_relaxed);
}

void engine_release(struct ddblock_store *engine)
{
    bool forked = engine_is_forked(engine);

    if (atomic_fetch_sub_explicit(&engine->references, 1, memory_order_acq_rel) > 1) {
        return;
    }
    if (!forked) { /* in a child the thread does not exist, and the mutex may be held by it */
        assert(!pthread_equal(pthread_self(), engine->thread));
        (void)pthread_mutex_lock(&engine->mutex);
        engine->stopping = true;
        (void)pthread_mutex_unlock(&engine->mutex);
        store_wake(engine->store);
        (void)pthread_join(engine->thread, NULL);
        (void)pthread_mutex_destroy(&engine->mutex);
    }
    loop_finish(&engine->loop);
    store_destroy(engine->store, forked);
    free(engine);
}

void engine_post(struct ddblock_store *engine, struct task *task, unsigned posts)
{
    bool queued = task->posted != 0;

    task->posted |= posts;
    if (!queued) {
        if (engine->posted_last != NULL) {
            engine->posted_last->next_posted = task;
        } else {
            engine->posted_first = task;
        }
        engine->posted_last = task;
    }
    store_wake(engine->store);
}

void engine_unpost(struct ddblock_store *engine, struct task *task)
{
    struct task **next = &engine->posted_first;
    struct task *previous = NULL;

    if (task->posted == 0) {
        return;
    }
    while (*next != task) {
        previous = *next;
        next = &previous->next_posted;
    }
    *next = task->next_posted;
    if (engine->posted_last == task) {
        engine->posted_last = previous;
    }
    task->next_posted = NULL;
    task->posted = 0;
}

void condition_init(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;

    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(condition, &attributes);
    (void)pthread_condattr_destroy(&attributes);
}

bool condition_deadline(int64_t timeout_ms, struct timespec *ret_deadline)
{
    struct timespec now = {0};
    struct instant end;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    end = instant_add((struct instant){(int64_t)now.tv_sec * 1000000000 + now.tv_nsec},
                      duration_from_ms(timeout_ms));
    ret_deadline->tv_sec = (time_t)(end.ns / 1000000000);
    ret_deadline->tv_nsec = (long)(end.ns % 1000000000);
    return !instant_is_never(end);
}

bool engine_is_forked(const struct ddblock_store *engine)
{
    return getpid() != engine->pid;
}

ddblock_status engine_forked_error(ddblock_error *error)
{
    return status_set(error, DDBLOCK_FORKED,
                      "this process was forked from the one that opened the store; open another "
                      "one here");
}

void engine_log(const struct ddblock_store *engine, ddblock_log_level level, const char *format,
                ...)
{
    char line[512];
    va_list arguments;

    if (engine->log == NULL) {
        return;
    }
    va_start(arguments, format);
    (void)vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    engine->log(engine->log_user, level, line);
}
