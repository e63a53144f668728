/* handle_test.c - handles and events in the hands of several threads, and at their ends. */
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "ddblock/ddblock.h"
#include "support/testing.h"

/* Long enough that no pause of a busy machine ends it. */
enum { LEASE_MS = 60000, ROUNDS = 200 };

struct fixture {
    ddblock_store *store;
    ddblock_client *client;
    ddblock_client *other;
    ddblock_id id;
    atomic_bool over;
    atomic_int pulled;
};

static ddblock_client *client_open(ddblock_store *store)
{
    ddblock_client_options options;
    ddblock_client *client = NULL;

    ddblock_client_options_init(&options);
    options.lease_duration_ms = LEASE_MS;
    assert_int_equal(ddblock_client_open(store, &options, &client, NULL), DDBLOCK_OK);
    return client;
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    f->id = ddblock_id_string("lock");
    assert_int_equal(ddblock_store_open_memory(&f->store, NULL), DDBLOCK_OK);
    f->client = client_open(f->store);
    f->other = client_open(f->store);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    ddblock_client_close(f->client);
    ddblock_client_close(f->other);
    ddblock_store_close(f->store);
    free(f);
    return 0;
}

static ddblock_status acquire_once(ddblock_client *client, const ddblock_id *id,
                                   ddblock_lock **ret_lock)
{
    ddblock_acquire_options options;

    ddblock_acquire_options_init(&options);
    options.wait_ms = 0;
    return ddblock_acquire(client, id, &options, ret_lock, NULL);
}

static ddblock_lock *acquire(ddblock_client *client, const ddblock_id *id)
{
    ddblock_lock *lock = NULL;

    assert_int_equal(acquire_once(client, id, &lock), DDBLOCK_OK);
    return lock;
}

/* Pulls events, and looks at their handles. */
static void *pull(void *argument)
{
    struct fixture *f = argument;
    struct pollfd fd = {.fd = ddblock_client_event_fd(f->client), .events = POLLIN};
    ddblock_event event;

    while (!atomic_load(&f->over)) {
        (void)poll(&fd, 1, 10);
        while (ddblock_client_next_event(f->client, &event) == DDBLOCK_OK) {
            (void)ddblock_lock_fencing_token(event.lock);
            atomic_fetch_add(&f->pulled, 1);
        }
    }
    return NULL;
}

static void blocking_calls_are_told_by_no_event(void **state)
{
    struct fixture *f = *state;
    ddblock_id taken = ddblock_id_string("taken");
    ddblock_lock *holder = acquire(f->other, &taken);
    ddblock_lock *lock = NULL;
    pthread_t thread;

    assert_int_equal(pthread_create(&thread, NULL, pull, f), 0);
    for (int i = 0; i < ROUNDS; i++) {
        assert_int_equal(acquire_once(f->client, &taken, &lock), DDBLOCK_NOT_ACQUIRED);
        lock = acquire(f->client, &f->id);
        assert_int_equal(ddblock_release(lock, NULL), DDBLOCK_OK);
    }
    atomic_store(&f->over, true);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(atomic_load(&f->pulled), 0);
    assert_int_equal(ddblock_release(holder, NULL), DDBLOCK_OK);
}

/* Breaks the lock, and lets time pass, so that MORE_MS need a heartbeat. */
enum { MORE_MS = LEASE_MS - 65 };

static void break_lock(struct fixture *f)
{
    ddblock_info info;

    assert_int_equal(ddblock_show(f->store, &f->id, &info, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_break(f->store, &f->id, &info, NULL), DDBLOCK_OK);
    (void)poll(NULL, 0, 20);
}

static void the_loss_of_a_lock_got_by_a_call_is_told(void **state)
{
    struct fixture *f = *state;
    ddblock_lock *lock = acquire(f->client, &f->id);
    ddblock_event event;

    break_lock(f);
    assert_int_equal(ddblock_lock_ensure(lock, MORE_MS, NULL), DDBLOCK_LOST);
    assert_int_equal(ddblock_client_next_event(f->client, &event), DDBLOCK_OK);
    assert_int_equal(event.kind, DDBLOCK_EVENT_LOST);
    assert_ptr_equal(event.lock, lock);
    assert_int_equal(ddblock_release(lock, NULL), DDBLOCK_LOST);
    assert_int_equal(ddblock_client_next_event(f->client, &event), DDBLOCK_PENDING);
}

static void no_time_at_all_is_not_ensured_of_a_lost_lock(void **state)
{
    struct fixture *f = *state;
    ddblock_lock *lock = acquire(f->client, &f->id);

    assert_int_equal(ddblock_lock_ensure(lock, 0, NULL), DDBLOCK_OK);
    break_lock(f);
    assert_int_equal(ddblock_lock_ensure(lock, MORE_MS, NULL), DDBLOCK_LOST);
    assert_int_equal(ddblock_lock_ensure(lock, 0, NULL), DDBLOCK_LOST);
    assert_int_equal(ddblock_lock_ensure(lock, -1, NULL), DDBLOCK_LOST);
    assert_int_equal(ddblock_release(lock, NULL), DDBLOCK_LOST);
}

/* The holder stops believing 60 ms before the lease ends: 500 ppm of it, twice. */
static void more_than_a_lease_gives_is_no_question_of_luck(void **state)
{
    struct fixture *f = *state;
    ddblock_lock *lock = acquire(f->client, &f->id);

    assert_int_equal(ddblock_lock_ensure(lock, LEASE_MS - 60, NULL), DDBLOCK_INVALID);
    assert_int_equal(ddblock_release(lock, NULL), DDBLOCK_OK);
}

static void a_lock_let_go_is_not_lost(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < ROUNDS; i++) {
        ddblock_lock *lock = acquire(f->client, &f->id);

        ddblock_release_start(lock);
        while (ddblock_lock_state(lock, NULL) != DDBLOCK_STATE_RELEASED) {
            assert_int_not_equal(ddblock_lock_state(lock, NULL), DDBLOCK_STATE_LOST);
        }
        assert_int_equal(ddblock_release(lock, NULL), DDBLOCK_OK);
    }
}

struct newcomer {
    ddblock_client *client;
    ddblock_lock *watched;
    ddblock_lock *lock;
};

/* Acquires a lock as soon as release_all has let go of the others. */
static void *come(void *argument)
{
    struct newcomer *newcomer = argument;
    ddblock_id id = ddblock_id_string("newcomer");

    while (ddblock_lock_remaining_ms(newcomer->watched) > 0) {
    }
    assert_int_equal(ddblock_acquire_start(newcomer->client, &id, NULL, &newcomer->lock, NULL),
                     DDBLOCK_OK);
    return NULL;
}

static void release_all_waits_for_no_newcomer(void **state)
{
    struct fixture *f = *state;
    struct newcomer newcomer = {.client = f->client};
    ddblock_lock *locks[ROUNDS];
    pthread_t thread;

    for (int i = 0; i < ROUNDS; i++) {
        char name[24];
        ddblock_id id;

        (void)snprintf(name, sizeof(name), "lock %d", i);
        id = ddblock_id_string(name);
        locks[i] = acquire(f->client, &id);
    }
    newcomer.watched = locks[0]; /* the oldest, which is let go of last */
    assert_int_equal(pthread_create(&thread, NULL, come, &newcomer), 0);
    assert_int_equal(ddblock_client_release_all(f->client, LEASE_MS / 3, NULL), DDBLOCK_OK);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(ddblock_acquire_wait(newcomer.lock, DDBLOCK_FOREVER, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_release(newcomer.lock, NULL), DDBLOCK_OK);
    for (int i = 0; i < ROUNDS; i++) {
        assert_int_equal(ddblock_release(locks[i], NULL), DDBLOCK_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(blocking_calls_are_told_by_no_event, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_loss_of_a_lock_got_by_a_call_is_told, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(no_time_at_all_is_not_ensured_of_a_lost_lock, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(more_than_a_lease_gives_is_no_question_of_luck, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_lock_let_go_is_not_lost, set_up, tear_down),
        cmocka_unit_test_setup_teardown(release_all_waits_for_no_newcomer, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
