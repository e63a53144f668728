/* holder_test.c - what a careful holder needs: events, turns, ensured time, the watchdog. */
#include <poll.h>
#include <pthread.h>

#include "ddblock/ddblock.h"
#include "support/testing.h"

/* Long enough that no pause of a busy machine ends it. */
enum { LEASE_MS = 60000 };

struct fixture {
    ddblock_store *store;
    ddblock_client *client;
    ddblock_id id;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    f->id = ddblock_id_string("lock");
    assert_int_equal(ddblock_store_open_memory(&f->store, NULL), DDBLOCK_OK);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    ddblock_client_close(f->client);
    ddblock_store_close(f->store);
    free(f);
    return 0;
}

static ddblock_client_options options_with(int64_t lease_ms, int64_t heartbeat_ms)
{
    ddblock_client_options options;

    ddblock_client_options_init(&options);
    options.owner = "test";
    options.lease_duration_ms = lease_ms;
    options.heartbeat_period_ms = heartbeat_ms;
    options.poll_period_ms = 10;
    return options;
}

static ddblock_client *client_open(struct fixture *f, const ddblock_client_options *options)
{
    ddblock_client *client = NULL;
    ddblock_error error = {0};

    if (ddblock_client_open(f->store, options, &client, &error) != DDBLOCK_OK) {
        fail_msg("%s", error.message);
    }
    return client;
}

static void use_client(struct fixture *f, int64_t lease_ms, int64_t heartbeat_ms)
{
    ddblock_client_options options = options_with(lease_ms, heartbeat_ms);

    f->client = client_open(f, &options);
}

static ddblock_lock *start(ddblock_client *client, const ddblock_id *id, int64_t wait_ms,
                           void *user)
{
    ddblock_acquire_options options;
    ddblock_lock *lock = NULL;

    ddblock_acquire_options_init(&options);
    options.wait_ms = wait_ms;
    options.user = user;
    assert_int_equal(ddblock_acquire_start(client, id, &options, &lock, NULL), DDBLOCK_OK);
    return lock;
}

static ddblock_lock *acquire(ddblock_client *client, const ddblock_id *id)
{
    ddblock_lock *lock = start(client, id, DDBLOCK_FOREVER, NULL);

    assert_int_equal(ddblock_acquire_wait(lock, DDBLOCK_FOREVER, NULL), DDBLOCK_OK);
    return lock;
}

/* The next event, waited for by the descriptor. */
static ddblock_event next_event(ddblock_client *client)
{
    struct pollfd fd = {.fd = ddblock_client_event_fd(client), .events = POLLIN};
    ddblock_event event = {0};

    assert_true(fd.fd >= 0);
    assert_int_equal(poll(&fd, 1, 60000), 1);
    assert_int_equal(ddblock_client_next_event(client, &event), DDBLOCK_OK);
    return event;
}

static void expect_no_event(ddblock_client *client)
{
    struct pollfd fd = {.fd = ddblock_client_event_fd(client), .events = POLLIN};
    ddblock_event event;

    assert_int_equal(poll(&fd, 1, 0), 0);
    assert_int_equal(ddblock_client_next_event(client, &event), DDBLOCK_PENDING);
}

static void expect_event(ddblock_client *client, ddblock_event_kind kind, ddblock_status status,
                         const ddblock_lock *lock)
{
    ddblock_event event = next_event(client);

    assert_int_equal(event.kind, kind);
    assert_int_equal(event.status, status);
    assert_ptr_equal(event.lock, lock);
    assert_ptr_equal(event.user, ddblock_lock_user(lock));
}

static void a_life_told_by_events(void **state)
{
    struct fixture *f = *state;
    int mine = 0;
    ddblock_lock *lock;

    use_client(f, LEASE_MS, DDBLOCK_AUTO);
    expect_no_event(f->client);
    lock = start(f->client, &f->id, DDBLOCK_FOREVER, &mine);
    assert_ptr_equal(ddblock_lock_user(lock), &mine);
    expect_event(f->client, DDBLOCK_EVENT_ACQUIRED, DDBLOCK_OK, lock);
    expect_no_event(f->client);
    assert_int_equal(ddblock_lock_origin(lock, NULL), DDBLOCK_ORIGIN_FRESH);
    ddblock_release_start(lock);
    assert_int_equal(ddblock_lock_remaining_ms(lock), 0);
    expect_event(f->client, DDBLOCK_EVENT_RELEASED, DDBLOCK_OK, lock);
    expect_no_event(f->client);
    assert_int_equal(ddblock_release(lock, NULL), DDBLOCK_OK);
    lock = acquire(f->client, &f->id);
    assert_int_equal(ddblock_lock_origin(lock, NULL), DDBLOCK_ORIGIN_RELEASED);
    assert_int_equal(ddblock_release(lock, NULL), DDBLOCK_OK);
    expect_no_event(f->client); /* those of a handle end with it */
}

static void a_wait_that_is_given_up_is_told_too(void **state)
{
    struct fixture *f = *state;
    ddblock_lock *first;
    ddblock_lock *second;
    ddblock_lock *third;

    use_client(f, LEASE_MS, DDBLOCK_AUTO);
    first = start(f->client, &f->id, 0, NULL);
    expect_event(f->client, DDBLOCK_EVENT_ACQUIRED, DDBLOCK_OK, first);
    second = start(f->client, &f->id, 20, NULL);
    expect_event(f->client, DDBLOCK_EVENT_NOT_ACQUIRED, DDBLOCK_NOT_ACQUIRED, second);
    third = start(f->client, &f->id, DDBLOCK_FOREVER, NULL);
    ddblock_release_start(third);
    expect_event(f->client, DDBLOCK_EVENT_NOT_ACQUIRED, DDBLOCK_CANCELLED, third);
    assert_int_equal(ddblock_release(third, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_release(second, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_release(first, NULL), DDBLOCK_OK);
}

static void risk_and_loss_are_told_in_order(void **state)
{
    struct fixture *f = *state;
    ddblock_lock *lock;
    ddblock_error error = {0};

    use_client(f, 1000, 0);
    lock = start(f->client, &f->id, DDBLOCK_FOREVER, NULL);
    expect_event(f->client, DDBLOCK_EVENT_ACQUIRED, DDBLOCK_OK, lock);
    expect_event(f->client, DDBLOCK_EVENT_AT_RISK, DDBLOCK_OK, lock);
    expect_event(f->client, DDBLOCK_EVENT_LOST, DDBLOCK_LOST, lock);
    ddblock_release_start(lock);
    expect_event(f->client, DDBLOCK_EVENT_RELEASED, DDBLOCK_LOST, lock);
    assert_int_equal(ddblock_release(lock, &error), DDBLOCK_LOST);
    assert_string_equal(error.message,
                        "the lease ended before it was renewed: there are no heartbeats");
}

static void who_waits_is_served_in_order(void **state)
{
    enum { WAITERS = 20 };
    struct fixture *f = *state;
    ddblock_lock *waiters[WAITERS];
    ddblock_lock *lock;

    use_client(f, LEASE_MS, DDBLOCK_AUTO);
    lock = acquire(f->client, &f->id);
    for (int i = 0; i < WAITERS; i++) {
        waiters[i] = start(f->client, &f->id, DDBLOCK_FOREVER, NULL);
    }
    assert_int_equal(ddblock_release(waiters[7], NULL), DDBLOCK_OK); /* one leaves the line */
    for (int i = 0; i < WAITERS; i++) {
        if (i == 7) {
            continue;
        }
        assert_int_equal(ddblock_acquire_wait(waiters[i], 0, NULL), DDBLOCK_PENDING);
        assert_int_equal(ddblock_release(lock, NULL), DDBLOCK_OK);
        lock = waiters[i];
        assert_int_equal(ddblock_acquire_wait(lock, DDBLOCK_FOREVER, NULL), DDBLOCK_OK);
    }
    assert_int_equal(ddblock_lock_fencing_token(lock), WAITERS);
    assert_int_equal(ddblock_release(lock, NULL), DDBLOCK_OK);
}

static void the_next_in_line_need_not_wait_for_a_loser_to_let_go(void **state)
{
    struct fixture *f = *state;
    ddblock_lock *lock;
    ddblock_lock *next;

    use_client(f, 1000, 0);
    lock = acquire(f->client, &f->id);
    next = start(f->client, &f->id, DDBLOCK_FOREVER, NULL);
    assert_int_equal(ddblock_acquire_wait(next, DDBLOCK_FOREVER, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_lock_state(lock, NULL), DDBLOCK_STATE_LOST);
    assert_int_equal(ddblock_release(next, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_release(lock, NULL), DDBLOCK_LOST);
}

static void time_is_ensured_by_a_heartbeat(void **state)
{
    struct fixture *f = *state;
    ddblock_lock *lock;
    ddblock_info before;
    ddblock_info after;
    ddblock_error error = {0};

    use_client(f, LEASE_MS, 0); /* the program sends its heartbeats itself */
    lock = start(f->client, &f->id, DDBLOCK_FOREVER, NULL);
    assert_int_equal(ddblock_acquire_wait(lock, DDBLOCK_FOREVER, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_show(f->store, &f->id, &before, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_lock_ensure(lock, 1000, &error), DDBLOCK_OK); /* there already */
    assert_int_equal(ddblock_show(f->store, &f->id, &after, NULL), DDBLOCK_OK);
    assert_memory_equal(before.version, after.version, sizeof(before.version));
    while (ddblock_lock_remaining_ms(lock) >= LEASE_MS - LEASE_MS / 1000 - 10) {
        (void)poll(NULL, 0, 5);
    }
    assert_int_equal(ddblock_lock_ensure(lock, LEASE_MS - LEASE_MS / 1000 - 10, &error),
                     DDBLOCK_OK);
    assert_int_equal(ddblock_show(f->store, &f->id, &after, NULL), DDBLOCK_OK);
    assert_memory_not_equal(before.version, after.version, sizeof(before.version));
    assert_int_equal(ddblock_lock_ensure(lock, LEASE_MS, &error), DDBLOCK_INVALID);
    assert_string_equal(error.message,
                        "no heartbeat can give 60000 ms, a lease gives less than 59940");
    assert_int_equal(ddblock_release(lock, NULL), DDBLOCK_OK);
}

static void ensure_tells_that_the_lock_is_lost_or_not_there_yet(void **state)
{
    struct fixture *f = *state;
    ddblock_client_options options = options_with(LEASE_MS, DDBLOCK_AUTO);
    ddblock_lock *lock;
    ddblock_lock *waiter;
    ddblock_client *other;

    use_client(f, 1000, 0);
    lock = acquire(f->client, &f->id);
    other = client_open(f, &options);
    waiter = start(other, &f->id, DDBLOCK_FOREVER, NULL);
    assert_int_equal(ddblock_lock_ensure(waiter, 1, NULL), DDBLOCK_PENDING);
    assert_int_equal(ddblock_acquire_wait(waiter, DDBLOCK_FOREVER, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_lock_ensure(lock, 1, NULL), DDBLOCK_LOST);
    assert_int_equal(ddblock_release(lock, NULL), DDBLOCK_LOST);
    assert_int_equal(ddblock_release(waiter, NULL), DDBLOCK_OK);
    ddblock_client_close(other);
}

static void a_take_over_tells_from_whom(void **state)
{
    struct fixture *f = *state;
    ddblock_client_options options = options_with(1000, 0);
    ddblock_client *dead;
    ddblock_lock *lost;
    ddblock_lock *lock;
    ddblock_info previous;

    options.owner = "dead";
    dead = client_open(f, &options);
    lost = acquire(dead, &f->id);
    use_client(f, LEASE_MS, DDBLOCK_AUTO);
    lock = acquire(f->client, &f->id);
    assert_int_equal(ddblock_lock_origin(lock, &previous), DDBLOCK_ORIGIN_TAKEN_OVER);
    assert_string_equal(previous.owner, "dead");
    assert_int_equal(previous.fencing_token, 1);
    assert_int_equal(ddblock_lock_fencing_token(lock), 2);
    assert_int_equal(ddblock_release(lost, NULL), DDBLOCK_LOST);
    assert_int_equal(ddblock_release(lock, NULL), DDBLOCK_OK);
    ddblock_client_close(dead);
}

static void a_lock_taken_over_settles_first(void **state)
{
    struct fixture *f = *state;
    ddblock_client_options options = options_with(1000, 0);
    ddblock_client *dead = client_open(f, &options);
    ddblock_lock *lost = acquire(dead, &f->id);
    ddblock_lock *lock;
    ddblock_info info = {0};

    options = options_with(LEASE_MS, DDBLOCK_AUTO);
    options.settle_ms = 300;
    f->client = client_open(f, &options);
    lock = start(f->client, &f->id, DDBLOCK_FOREVER, NULL);
    while (info.fencing_token != 2) { /* it has been taken over */
        assert_int_equal(ddblock_show(f->store, &f->id, &info, NULL), DDBLOCK_OK);
    }
    assert_int_equal(ddblock_acquire_wait(lock, 0, NULL), DDBLOCK_PENDING);
    assert_int_equal(ddblock_lock_remaining_ms(lock), 0);
    assert_int_equal(ddblock_acquire_wait(lock, DDBLOCK_FOREVER, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_release(lock, NULL), DDBLOCK_OK);
    lock = acquire(f->client, &f->id); /* one that was released need not */
    assert_int_equal(ddblock_release(lock, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_release(lost, NULL), DDBLOCK_LOST);
    ddblock_client_close(dead);
}

static void a_program_that_is_not_heard_of_loses_the_lock(void **state)
{
    struct fixture *f = *state;
    ddblock_client_options options = options_with(1200, 100);
    ddblock_lock *lock;
    ddblock_error error = {0};

    options.watchdog_ms = 600;
    f->client = client_open(f, &options);
    lock = acquire(f->client, &f->id);
    for (int i = 0; i < 40; i++) { /* two seconds, more than a lease */
        ddblock_lock_touch(lock);
        (void)poll(NULL, 0, 50);
    }
    assert_int_not_equal(ddblock_lock_state(lock, NULL), DDBLOCK_STATE_LOST);
    while (ddblock_lock_state(lock, &error) != DDBLOCK_STATE_LOST) {
        (void)poll(NULL, 0, 20);
    }
    assert_int_equal(ddblock_release(lock, &error), DDBLOCK_LOST);
    assert_string_equal(error.message, "the lease ended before it was renewed: the program has "
                                       "not called ddblock_lock_touch in time");
}

static void a_lock_that_is_held_too_long_is_lost(void **state)
{
    struct fixture *f = *state;
    ddblock_client_options options = options_with(3000, 100);
    ddblock_lock *lock;
    ddblock_error error = {0};

    options.max_hold_ms = 300;
    f->client = client_open(f, &options);
    lock = acquire(f->client, &f->id);
    while (ddblock_lock_state(lock, NULL) == DDBLOCK_STATE_HELD) {
        (void)poll(NULL, 0, 20);
    }
    assert_int_equal(ddblock_lock_ensure(lock, 2900, &error), DDBLOCK_NOT_ACQUIRED);
    while (ddblock_lock_state(lock, NULL) != DDBLOCK_STATE_LOST) {
        (void)poll(NULL, 0, 20);
    }
    assert_int_equal(ddblock_release(lock, &error), DDBLOCK_LOST);
    assert_string_equal(error.message, "the lease ended before it was renewed: it has been held "
                                       "for longer than max_hold_ms");
}

static void all_locks_are_let_go_of_at_once(void **state)
{
    static const char *const names[] = {"a", "b", "c", "d"};
    enum { COUNT = sizeof(names) / sizeof(names[0]) };
    struct fixture *f = *state;
    ddblock_lock *locks[COUNT];
    ddblock_info info;
    ddblock_error error = {0};

    use_client(f, LEASE_MS, DDBLOCK_AUTO);
    assert_int_equal(ddblock_client_release_all(f->client, 0, &error), DDBLOCK_OK);
    for (int i = 0; i < COUNT; i++) {
        ddblock_id id = ddblock_id_string(names[i]);

        locks[i] = acquire(f->client, &id);
    }
    assert_int_equal(ddblock_client_release_all(f->client, 60000, &error), DDBLOCK_OK);
    for (int i = 0; i < COUNT; i++) {
        ddblock_id id = ddblock_id_string(names[i]);

        assert_int_equal(ddblock_show(f->store, &id, &info, NULL), DDBLOCK_OK);
        assert_int_equal(info.kind, DDBLOCK_ITEM_RELEASED);
        assert_int_equal(ddblock_release(locks[i], NULL), DDBLOCK_OK);
    }
}

static void what_could_not_be_released_is_reported(void **state)
{
    struct fixture *f = *state;
    ddblock_id other = ddblock_id_string("other");
    ddblock_lock *lost;
    ddblock_lock *kept;
    ddblock_error error = {0};

    use_client(f, 4000, 0); /* the other one must outlast a pause of the machine */
    lost = acquire(f->client, &f->id);
    while (ddblock_lock_state(lost, NULL) != DDBLOCK_STATE_LOST) {
        (void)poll(NULL, 0, 20);
    }
    kept = acquire(f->client, &other);
    assert_int_equal(ddblock_client_release_all(f->client, 60000, &error), DDBLOCK_LOST);
    assert_string_equal(error.message, "1 lock was not released; \"lock\": the lease ended "
                                       "before it was renewed: there are no heartbeats");
    assert_int_equal(ddblock_release(kept, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_release(lost, NULL), DDBLOCK_LOST);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_life_told_by_events),
        TEST(a_wait_that_is_given_up_is_told_too),
        TEST(risk_and_loss_are_told_in_order),
        TEST(who_waits_is_served_in_order),
        TEST(the_next_in_line_need_not_wait_for_a_loser_to_let_go),
        TEST(time_is_ensured_by_a_heartbeat),
        TEST(ensure_tells_that_the_lock_is_lost_or_not_there_yet),
        TEST(a_take_over_tells_from_whom),
        TEST(a_lock_taken_over_settles_first),
        TEST(a_program_that_is_not_heard_of_loses_the_lock),
        TEST(a_lock_that_is_held_too_long_is_lost),
        TEST(all_locks_are_let_go_of_at_once),
        TEST(what_could_not_be_released_is_reported),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
