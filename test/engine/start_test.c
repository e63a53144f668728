/* start_test.c - how the thread of a store begins and ends, when something is not to be had. */
#include "support/testing.h"

#include <errno.h>
#include <pthread.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/random.h"
#include "base/thread.h"
#include "base/waker.h"
#include "engine/engine.h"

static struct {
    bool memory;
    bool thread;
    int random_calls; /* which of them fails, from 1; 0: none */
} faults;

static void *calloc_or_not(size_t count, size_t size)
{
    return faults.memory ? NULL : calloc(count, size);
}

static int start_or_not(pthread_t *thread, void *(*run)(void *), void *argument)
{
    return faults.thread ? EAGAIN : thread_start(thread, run, argument);
}

static bool fill_or_not(void *data, size_t size)
{
    return faults.random_calls > 0 && --faults.random_calls == 0 ? false : random_fill(data, size);
}

/* The file itself, so that what it asks for can be refused. */
#define calloc       calloc_or_not
#define thread_start start_or_not
#define random_fill  fill_or_not
#include "engine/engine.c"
#undef calloc
#undef thread_start
#undef random_fill

/* A store that never answers, and counts what is done to it. */
struct mute_store {
    struct store store; /* first */
    struct waker waker;
    unsigned submitted;
    unsigned destroyed;
    bool forked;
};

static void submit(struct store *store, const struct store_request *request)
{
    (void)request;
    ((struct mute_store *)store)->submitted++;
}

static void wait(struct store *store, struct instant until)
{
    waker_wait(&((struct mute_store *)store)->waker, until);
}

static const struct store_reply *take_reply(struct store *store)
{
    (void)store;
    return NULL;
}

static void wake(struct store *store)
{
    waker_wake(&((struct mute_store *)store)->waker);
}

static void destroy(struct store *store, bool forked)
{
    ((struct mute_store *)store)->destroyed++;
    ((struct mute_store *)store)->forked = forked;
}

static const struct store_operations operations = {submit, wait, take_reply, wake, destroy};

static int set_up(void **state)
{
    struct mute_store *mute = calloc(1, sizeof(*mute));

    memset(&faults, 0, sizeof(faults));
    mute->store.operations = &operations;
    mute->store.capacity = 4;
    assert_true(waker_open(&mute->waker));
    *state = mute;
    return 0;
}

static int tear_down(void **state)
{
    struct mute_store *mute = *state;

    waker_close(&mute->waker);
    free(mute);
    return 0;
}

/* On any failure the store, which was handed over, is destroyed, and nothing comes back. */
static void expect_failure(struct mute_store *mute, ddblock_status expected, const char *sentence)
{
    struct ddblock_store *engine = NULL;
    ddblock_error error = {0};

    mute->destroyed = 0;
    assert_int_equal(engine_open(&mute->store, NULL, NULL, &engine, &error), expected);
    assert_null(engine);
    assert_int_equal(mute->destroyed, 1);
    assert_int_equal(error.status, expected);
    assert_string_equal(error.message, sentence);
    assert_int_equal(engine_open(&mute->store, NULL, NULL, &engine, NULL), expected);
}

static void without_memory_no_engine(void **state)
{
    faults.memory = true;
    expect_failure(*state, DDBLOCK_NO_MEMORY, "no memory for a store");
}

static void without_a_thread_no_engine(void **state)
{
    faults.thread = true;
    expect_failure(*state, DDBLOCK_UNAVAILABLE,
                   "cannot start a thread: Resource temporarily unavailable");
}

static void without_random_bytes_no_engine(void **state)
{
    struct mute_store *mute = *state;
    struct ddblock_store *engine = NULL;

    for (int call = 1; call <= 2; call++) {
        faults.random_calls = call;
        assert_int_equal(engine_open(&mute->store, NULL, NULL, &engine, NULL), DDBLOCK_UNAVAILABLE);
        assert_null(engine);
    }
    assert_int_equal(mute->destroyed, 2);
}

static void an_idle_engine_ends_at_once(void **state)
{
    struct mute_store *mute = *state;

    for (unsigned i = 1; i <= 50; i++) {
        struct ddblock_store *engine = NULL;

        assert_int_equal(engine_open(&mute->store, NULL, NULL, &engine, NULL), DDBLOCK_OK);
        engine_reference(engine);
        engine_release(engine);
        assert_int_equal(mute->destroyed, i - 1);
        engine_release(engine);
        assert_int_equal(mute->destroyed, i);
    }
    assert_false(mute->forked);
    assert_int_equal(mute->submitted, 0);
}

/* A task that asks, is not answered, and is dropped. */
struct asker {
    struct task task; /* first */
    atomic_uint asked;
    ddblock_status ended;
    bool over;
};

static struct effects asker_step(struct task *task, const struct event *event)
{
    struct effects effects = {.wake_at = INSTANT_NEVER};

    effects.request.kind = REQUEST_READ;
    effects.request.give_up_at = instant_add(event->now, duration_from_ms(3600000));
    atomic_fetch_add(&((struct asker *)task)->asked, 1);
    return effects;
}

static void asker_publish(struct task *task, const struct effects *effects,
                          const struct store_reply *reply)
{
    (void)task;
    (void)effects;
    (void)reply;
}

static void asker_ended(struct task *task, ddblock_status status)
{
    ((struct asker *)task)->ended = status;
    ((struct asker *)task)->over = true;
}

/* What is under way gets five seconds. */
static void an_engine_whose_store_is_silent_ends_in_time(void **state)
{
    static const struct task_operations asker_operations = {
        .step = asker_step, .publish = asker_publish, .ended = asker_ended};
    struct mute_store *mute = *state;
    struct asker asker = {.task = {.operations = &asker_operations}};
    struct ddblock_store *engine = NULL;
    struct instant began;

    assert_int_equal(engine_open(&mute->store, NULL, NULL, &engine, NULL), DDBLOCK_OK);
    (void)pthread_mutex_lock(&engine->mutex);
    engine_post(engine, &asker.task, POST_START);
    (void)pthread_mutex_unlock(&engine->mutex);
    while (atomic_load(&asker.asked) == 0) {
        (void)usleep(1000);
    }
    assert_false(asker.over);
    began = clock_now();
    engine_release(engine);
    assert_true(asker.over);
    assert_int_equal(asker.ended, DDBLOCK_OK);
    assert_int_equal(atomic_load(&asker.asked), 1);
    assert_int_equal(mute->destroyed, 1);
    assert_in_range(duration_to_ms(instant_until(began, clock_now())), 5000, 60000);
}

/* What was posted to a task can be forgotten, wherever it stands. */
static void what_was_posted_can_be_forgotten(void **state)
{
    struct ddblock_store engine = {.store = *state};
    struct task tasks[3] = {0};
    unsigned posts = 0;

    for (size_t gone = 0; gone < 3; gone++) {
        for (size_t i = 0; i < 3; i++) {
            engine_post(&engine, &tasks[i], POST_CANCEL);
            engine_post(&engine, &tasks[i], POST_RELEASE);
        }
        engine_unpost(&engine, &tasks[gone]);
        engine_unpost(&engine, &tasks[gone]);
        engine_post(&engine, &tasks[gone], POST_RENEW); /* now the last */
        for (size_t i = 0; i < 3; i++) {
            if (i != gone) {
                assert_ptr_equal(take_posted(&engine, &posts), &tasks[i]);
                assert_int_equal(posts, POST_CANCEL | POST_RELEASE);
            }
        }
        assert_ptr_equal(take_posted(&engine, &posts), &tasks[gone]);
        assert_int_equal(posts, POST_RENEW);
        assert_null(take_posted(&engine, &posts));
        assert_null(engine.posted_last);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(without_memory_no_engine),
        TEST(without_a_thread_no_engine),
        TEST(without_random_bytes_no_engine),
        TEST(an_idle_engine_ends_at_once),
        TEST(an_engine_whose_store_is_silent_ends_in_time),
        TEST(what_was_posted_can_be_forgotten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
