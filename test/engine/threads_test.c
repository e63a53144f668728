/* threads_test.c - sixteen threads contend for three locks, and sixty-four for one.
 *
 * What a lock guards is plain memory: if two threads ever held it at once, ThreadSanitizer sees
 * the race, and the sums do not come out. */
#include <pthread.h>
#include <unistd.h>

#include "ddblock/ddblock.h"
#include "support/testing.h"

enum { THREADS = 16, LOCKS = 3, ROUNDS = 12 };

/* Guarded by the lock of the same number. */
static struct guarded {
    uint64_t last_token;
    int holds;
    int wrong;
} guarded[LOCKS];

struct worker {
    pthread_t thread;
    ddblock_client *client;
    int number;
    int failures;
};

static void use(struct guarded *resource, ddblock_lock *lock)
{
    uint64_t token = ddblock_lock_fencing_token(lock);

    resource->wrong += token <= resource->last_token;
    resource->wrong += ddblock_lock_remaining_ms(lock) <= 0;
    resource->last_token = token;
    resource->holds++;
}

static void *work(void *argument)
{
    static const char *const names[LOCKS] = {"red", "green", "blue"};
    struct worker *worker = argument;
    ddblock_acquire_options options;

    ddblock_acquire_options_init(&options);
    options.wait_ms = DDBLOCK_FOREVER;
    for (int round = 0; round < ROUNDS; round++) {
        int number = (worker->number + round) % LOCKS;
        ddblock_id id = ddblock_id_string(names[number]);
        ddblock_lock *lock = NULL;

        if (ddblock_acquire(worker->client, &id, &options, &lock, NULL) != DDBLOCK_OK) {
            worker->failures++;
            continue;
        }
        use(&guarded[number], lock);
        worker->failures += ddblock_release(lock, NULL) != DDBLOCK_OK;
    }
    return NULL;
}

static void contend(ddblock_store *store)
{
    struct worker workers[THREADS] = {{0}};
    ddblock_client_options options;
    ddblock_client *client = NULL;
    ddblock_metrics metrics = {0};
    int holds = 0;

    memset(guarded, 0, sizeof(guarded));
    ddblock_client_options_init(&options);
    options.lease_duration_ms = 60000; /* no pause of a busy machine is that long */
    options.poll_period_ms = 5;
    assert_int_equal(ddblock_client_open(store, &options, &client, NULL), DDBLOCK_OK);
    for (int i = 0; i < THREADS; i++) {
        workers[i].client = client;
        workers[i].number = i;
        assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
    }
    for (int i = 0; i < 1000; i++) { /* anyone may look at any time */
        uint64_t before = metrics.acquisitions;

        assert_int_equal(ddblock_store_metrics(store, &metrics), DDBLOCK_OK);
        assert_true(metrics.acquisitions >= before);
    }
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
        assert_int_equal(workers[i].failures, 0);
    }
    for (int i = 0; i < LOCKS; i++) {
        assert_int_equal(guarded[i].wrong, 0);
        holds += guarded[i].holds;
    }
    assert_int_equal(holds, THREADS * ROUNDS);
    assert_int_equal(ddblock_store_metrics(store, &metrics), DDBLOCK_OK);
    assert_int_equal(metrics.acquisitions, THREADS * ROUNDS);
    assert_int_equal(metrics.released, THREADS * ROUNDS);
    ddblock_client_close(client);
}

static void in_memory(void **state)
{
    ddblock_store *store = NULL;

    (void)state;
    assert_int_equal(ddblock_store_open_memory(&store, NULL), DDBLOCK_OK);
    contend(store);
    ddblock_store_close(store);
}

static void in_a_file(void **state)
{
    char folder[] = "/tmp/ddblock-threads-XXXXXX";
    char path[128];
    char command[160];
    ddblock_file_options options;
    ddblock_store *store = NULL;

    (void)state;
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof(path), "%s/locks", folder);
    ddblock_file_options_init(&options);
    options.path = path;
    assert_int_equal(ddblock_store_open_file(&options, &store, NULL), DDBLOCK_OK);
    contend(store);
    ddblock_store_close(store);
    (void)snprintf(command, sizeof(command), "rm -r %s", folder);
    assert_int_equal(system(command), 0);
}

/* Sixty-four threads contend for one lock. */
struct turns {
    ddblock_client *client;
    pthread_mutex_t mutex; /* starting, and taking a number for it, is one step */
    int started;
    int served; /* guarded by the lock */
    int wrong;  /* the same */
};

static void *take_turns(void *argument)
{
    enum { TURNS = 5 };
    struct turns *turns = argument;
    ddblock_id id = ddblock_id_string("lock");
    ddblock_acquire_options options;

    ddblock_acquire_options_init(&options);
    options.wait_ms = DDBLOCK_FOREVER;
    for (int i = 0; i < TURNS; i++) {
        ddblock_lock *lock = NULL;
        int number;

        (void)pthread_mutex_lock(&turns->mutex);
        number = turns->started++;
        (void)ddblock_acquire_start(turns->client, &id, &options, &lock, NULL);
        (void)pthread_mutex_unlock(&turns->mutex);
        if (ddblock_acquire_wait(lock, DDBLOCK_FOREVER, NULL) != DDBLOCK_OK) {
            return argument;
        }
        turns->wrong += number != turns->served;
        turns->served++;
        if (ddblock_release(lock, NULL) != DDBLOCK_OK) {
            return argument;
        }
    }
    return NULL;
}

/* A turn is an acquisition and a release, one request each: nobody polls, whoever came first is
 * served first. */
static void many_take_turns_with_one_lock(void **state)
{
    enum { MANY = 64 };
    struct turns turns = {.mutex = PTHREAD_MUTEX_INITIALIZER};
    pthread_t threads[MANY];
    ddblock_store *store = NULL;
    ddblock_client_options options;
    ddblock_metrics metrics;

    (void)state;
    ddblock_client_options_init(&options);
    options.lease_duration_ms = 600000; /* no heartbeat is due */
    options.poll_period_ms = 5;
    assert_int_equal(ddblock_store_open_memory(&store, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_client_open(store, &options, &turns.client, NULL), DDBLOCK_OK);
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, take_turns, &turns), 0);
    }
    for (int i = 0; i < MANY; i++) {
        void *failed = NULL;

        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
    assert_int_equal(turns.wrong, 0);
    assert_int_equal(ddblock_store_metrics(store, &metrics), DDBLOCK_OK);
    assert_int_equal(metrics.requests_acquire, turns.served);
    assert_int_equal(metrics.requests_release, turns.served);
    assert_int_equal(metrics.requests_read + metrics.requests_read_latest +
                         metrics.requests_take_over + metrics.requests_renew,
                     0);
    ddblock_client_close(turns.client);
    ddblock_store_close(store);
}

/* A cancellation and a release meet the end of their acquisition at every moment there is. */
static void in_the_last_moment(void **state)
{
    enum { MOMENTS = 20000 };
    ddblock_id id = ddblock_id_string("lock");
    ddblock_acquire_options once;
    ddblock_store *store = NULL;
    ddblock_client *holder = NULL;
    ddblock_client *other = NULL;
    ddblock_lock *held = NULL;

    (void)state;
    ddblock_acquire_options_init(&once);
    once.wait_ms = 0;
    assert_int_equal(ddblock_store_open_memory(&store, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_client_open(store, NULL, &holder, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_client_open(store, NULL, &other, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_acquire(holder, &id, NULL, &held, NULL), DDBLOCK_OK);
    for (int moment = 0; moment < MOMENTS; moment++) {
        ddblock_lock *lock = NULL;

        assert_int_equal(ddblock_acquire_start(other, &id, &once, &lock, NULL), DDBLOCK_OK);
        for (volatile int i = 0; i < moment * 37 % 20000; i++) {
        }
        ddblock_acquire_cancel(lock);
        assert_int_equal(ddblock_release(lock, NULL), DDBLOCK_OK);
    }
    assert_int_equal(ddblock_release(held, NULL), DDBLOCK_OK);
    ddblock_client_close(other);
    ddblock_client_close(holder);
    ddblock_store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_memory),
        cmocka_unit_test(in_a_file),
        cmocka_unit_test(many_take_turns_with_one_lock),
        cmocka_unit_test(in_the_last_moment),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
