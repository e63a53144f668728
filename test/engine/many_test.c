/* many_test.c - what a client that holds many locks takes: memory for each, and turns of its thread
 * while nothing is due.
 *
 * The store is one that carries out everything and remembers nothing, so that what is counted is
 * the engine's alone. */
#include <malloc.h>
#include <poll.h>
#include <stdatomic.h>

#include "base/waker.h"
#include "engine/client.h"
#include "engine/lock.h"
#include "store/reply_queue.h"
#include "support/testing.h"

/* ------------------------------------------------------------------ memory */

/* The linker has our objects call __wrap_malloc() for malloc() (-Wl,--wrap). */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *data, size_t size);
void __real_free(void *data);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *data, size_t size);
void __wrap_free(void *data);
char *__wrap_strdup(const char *text);

static _Atomic int64_t bytes_taken;

/* What glibc takes for a block that can be used for so many bytes: 8 more, in sixteens, at least 32
 * (malloc/malloc.c, "chunk2mem", "MINSIZE"). Under a sanitizer this is what it would take without.
 */
static int64_t chunk(void *data)
{
    size_t size = data != NULL ? (malloc_usable_size(data) + 8 + 15) / 16 * 16 : 0;

    return data != NULL && size < 32 ? 32 : (int64_t)size;
}

static void *taken(void *data)
{
    atomic_fetch_add(&bytes_taken, chunk(data));
    return data;
}

void *__wrap_malloc(size_t size)
{
    return taken(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
    return taken(__real_calloc(count, size));
}

void *__wrap_realloc(void *data, size_t size)
{
    int64_t before = chunk(data);
    void *moved = __real_realloc(data, size);

    if (moved != NULL) {
        atomic_fetch_sub(&bytes_taken, before);
        (void)taken(moved);
    }
    return moved;
}

void __wrap_free(void *data)
{
    atomic_fetch_sub(&bytes_taken, chunk(data));
    __real_free(data);
}

char *__wrap_strdup(const char *text)
{
    return taken(__real_strdup(text));
}

/* ------------------------------------------------------------------ the store */

struct willing_store {
    struct store store; /* first */
    struct waker waker;
    struct reply_queue replies;
    atomic_uint submitted;
    atomic_uint waits; /* begun */
};

static struct willing_store *from_store(struct store *store)
{
    return (struct willing_store *)store;
}

static void willing_submit(struct store *store, const struct store_request *request)
{
    struct willing_store *self = from_store(store);
    struct store_reply *reply = reply_queue_add(&self->replies, request->tag);

    reply->outcome = (struct outcome){.kind = OUTCOME_APPLIED, .token = 1};
    atomic_fetch_add(&self->submitted, 1);
}

static void willing_wait(struct store *store, struct instant until)
{
    struct willing_store *self = from_store(store);

    atomic_fetch_add(&self->waits, 1);
    if (self->replies.count == 0) {
        waker_wait(&self->waker, until);
    }
}

static const struct store_reply *willing_take_reply(struct store *store)
{
    return reply_queue_take(&from_store(store)->replies);
}

static void willing_wake(struct store *store)
{
    waker_wake(&from_store(store)->waker);
}

static void willing_destroy(struct store *store, bool forked)
{
    (void)forked;
    waker_close(&from_store(store)->waker);
    free(store);
}

static const struct store_operations willing_operations = {
    .submit = willing_submit,
    .wait = willing_wait,
    .take_reply = willing_take_reply,
    .wake = willing_wake,
    .destroy = willing_destroy,
};

/* ------------------------------------------------------------------ the locks */

/* One more than a power of two: tables that double are then half empty, which is the worst. */
enum { LOCKS = 2049 };

struct fixture {
    struct willing_store *store; /* the engine's */
    struct ddblock_store *engine;
    struct ddblock_client *client;
    struct ddblock_lock *locks[LOCKS];
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    f->store = calloc(1, sizeof(*f->store));
    f->store->store.operations = &willing_operations;
    f->store->store.capacity = REPLY_QUEUE_CAPACITY;
    assert_true(waker_open(&f->store->waker));
    assert_int_equal(engine_open(&f->store->store, NULL, NULL, &f->engine, NULL), DDBLOCK_OK);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < LOCKS; i++) {
        if (f->locks[i] != NULL) {
            assert_int_equal(lock_release(f->locks[i], NULL), DDBLOCK_OK);
        }
    }
    client_release(f->client);
    engine_release(f->engine);
    free(f);
    return 0;
}

/* Holds so many locks, whose names are as long as a UUID. */
static void hold(struct fixture *f, int count, int64_t lease_ms, int64_t heartbeat_ms)
{
    const struct machine_patience patience = {.by_time = true, .limit = DURATION_FOREVER};
    ddblock_client_options options;

    ddblock_client_options_init(&options);
    options.owner = "test";
    options.lease_duration_ms = lease_ms;
    options.heartbeat_period_ms = heartbeat_ms;
    assert_int_equal(client_open(f->engine, &options, &f->client, NULL), DDBLOCK_OK);
    for (int i = 0; i < count; i++) {
        char name[40];
        ddblock_id id;

        (void)snprintf(name, sizeof(name), "c56a4180-65aa-42ec-a945-%012d", i);
        id = ddblock_id_string(name);
        assert_int_equal(lock_start(f->client, &id, &patience, NULL, true, &f->locks[i], NULL),
                         DDBLOCK_OK);
    }
    for (int i = 0; i < count; i++) {
        assert_int_equal(lock_wait(f->locks[i], DDBLOCK_FOREVER, NULL), DDBLOCK_OK);
    }
}

/* Until the thread has come to rest after the last of them. Returns how often it has waited. */
static unsigned come_to_rest(struct fixture *f)
{
    unsigned waits;

    do {
        waits = atomic_load(&f->store->waits);
        (void)poll(NULL, 0, 100);
    } while (atomic_load(&f->store->waits) != waits);
    return waits;
}

static void a_held_lock_takes_less_than_1_kib(void **state)
{
    struct fixture *f = *state;
    int64_t before = atomic_load(&bytes_taken);
    double each;

    hold(f, LOCKS, LEASE_MAX_MS, DDBLOCK_AUTO);
    (void)come_to_rest(f);
    each = (double)(atomic_load(&bytes_taken) - before) / LOCKS;
    print_message("%.0f bytes for each lock\n", each);
    assert_true(each > sizeof(struct machine)); /* it does count */
    assert_true(each <= 1024);
}

/* The next heartbeat is due in eight days. */
static void who_holds_many_sleeps_while_nothing_is_due(void **state)
{
    struct fixture *f = *state;
    unsigned waits;

    hold(f, LOCKS, LEASE_MAX_MS, DDBLOCK_AUTO);
    waits = come_to_rest(f);
    (void)poll(NULL, 0, 500);
    assert_int_equal(atomic_load(&f->store->waits), waits);
    assert_int_equal(atomic_load(&f->store->submitted), LOCKS);
}

/* A heartbeat costs two turns: one that sends it, one that takes the reply. Some are left over from
 * the acquisitions. */
static void who_sends_heartbeats_wakes_up_for_those_alone(void **state)
{
    enum { HELD = 20, HEARTBEATS = 200, LEFT_OVER = 20 };
    struct fixture *f = *state;
    unsigned submitted;
    unsigned waits;

    hold(f, HELD, 600000, 100);
    submitted = atomic_load(&f->store->submitted);
    waits = atomic_load(&f->store->waits);
    while (atomic_load(&f->store->submitted) - submitted < HEARTBEATS) {
        (void)poll(NULL, 0, 10);
    }
    waits = atomic_load(&f->store->waits) - waits;
    submitted = atomic_load(&f->store->submitted) - submitted;
    print_message("%u waits for %u heartbeats\n", waits, submitted);
    assert_in_range(waits, 1, 2 * submitted + LEFT_OVER);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_held_lock_takes_less_than_1_kib),
        TEST(who_holds_many_sleeps_while_nothing_is_due),
        TEST(who_sends_heartbeats_wakes_up_for_those_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
