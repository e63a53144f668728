/* engine_test.c - the public functions on the store in memory: one client, one thread or two. */
#include <poll.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ddblock/ddblock.h"
#include "support/testing.h"

/* Long enough that no pause of a busy machine ends it. */
enum { LEASE_MS = 60000 };

struct fixture {
    ddblock_store *store;
    ddblock_client *client;
    ddblock_id id;
};

static ddblock_client *client_open(ddblock_store *store, ddblock_kind kind, int64_t lease_ms,
                                   int64_t heartbeat_ms)
{
    ddblock_client_options options;
    ddblock_client *client = NULL;
    ddblock_error error = {0};

    ddblock_client_options_init(&options);
    options.kind = kind;
    options.owner = "test";
    options.lease_duration_ms = lease_ms;
    options.heartbeat_period_ms = heartbeat_ms;
    options.poll_period_ms = 10;
    options.acquire_period_ms = 10;
    if (ddblock_client_open(store, &options, &client, &error) != DDBLOCK_OK) {
        fail_msg("%s", error.message);
    }
    return client;
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    f->id = ddblock_id_string("lock");
    assert_int_equal(ddblock_store_open_memory(&f->store, NULL), DDBLOCK_OK);
    f->client = client_open(f->store, DDBLOCK_FAIL_OPEN, LEASE_MS, DDBLOCK_AUTO);
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

static ddblock_lock *acquire(ddblock_client *client, const ddblock_id *id, int64_t wait_ms)
{
    ddblock_acquire_options options;
    ddblock_lock *lock = NULL;
    ddblock_error error = {0};

    ddblock_acquire_options_init(&options);
    options.wait_ms = wait_ms;
    if (ddblock_acquire(client, id, &options, &lock, &error) != DDBLOCK_OK) {
        fail_msg("%s", error.message);
    }
    return lock;
}

/* Waits for the lock to reach the state, by its descriptor. */
static void await_state(ddblock_lock *lock, ddblock_state wanted)
{
    struct pollfd fd = {.fd = ddblock_lock_fd(lock), .events = POLLIN};

    assert_true(fd.fd >= 0);
    while (ddblock_lock_state(lock, NULL) != wanted) {
        assert_int_equal(poll(&fd, 1, 60000), 1);
        ddblock_lock_fd_clear(lock);
    }
}

static void tokens_count_the_acquisitions(void **state)
{
    struct fixture *f = *state;

    for (uint64_t token = 1; token <= 5; token++) {
        ddblock_lock *lock = acquire(f->client, &f->id, 0);

        assert_int_equal(ddblock_lock_fencing_token(lock), token);
        assert_int_equal(ddblock_lock_state(lock, NULL), DDBLOCK_STATE_HELD);
        assert_in_range(ddblock_lock_remaining_ms(lock), 1, LEASE_MS - LEASE_MS / 1000);
        assert_int_equal(ddblock_release(lock, NULL), DDBLOCK_OK);
    }
}

static void a_held_lock_is_refused_with_its_holder(void **state)
{
    struct fixture *f = *state;
    ddblock_lock *lock = acquire(f->client, &f->id, 0);
    ddblock_acquire_options options;
    ddblock_lock *second = NULL;
    ddblock_error error = {0};

    ddblock_acquire_options_init(&options);
    options.wait_ms = 0;
    assert_int_equal(ddblock_acquire(f->client, &f->id, &options, &second, &error),
                     DDBLOCK_NOT_ACQUIRED);
    assert_null(second);
    assert_int_equal(error.status, DDBLOCK_NOT_ACQUIRED);
    assert_string_equal(error.message, "the lock is held by test (token 1, lease 60000 ms)");
    assert_int_equal(ddblock_release(lock, NULL), DDBLOCK_OK);
}

static void a_waiter_learns_the_holder_and_gets_the_lock_when_it_is_released(void **state)
{
    struct fixture *f = *state;
    ddblock_lock *first = acquire(f->client, &f->id, 0);
    ddblock_acquire_options options;
    ddblock_lock *second = NULL;
    ddblock_info holder;

    ddblock_acquire_options_init(&options);
    options.wait_ms = DDBLOCK_FOREVER;
    assert_int_equal(ddblock_acquire_start(f->client, &f->id, &options, &second, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_acquire_wait(second, 50, NULL), DDBLOCK_PENDING);
    assert_int_equal(ddblock_lock_fencing_token(second), 0);
    assert_int_equal(ddblock_lock_remaining_ms(second), 0);
    while (ddblock_lock_holder(second, &holder) != DDBLOCK_OK) {
        assert_int_equal(ddblock_acquire_wait(second, 10, NULL), DDBLOCK_PENDING);
    }
    assert_int_equal(holder.kind, DDBLOCK_ITEM_FAIL_OPEN);
    assert_int_equal(holder.fencing_token, 1);
    assert_string_equal(holder.owner, "test");
    assert_int_equal(ddblock_release(first, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_acquire_wait(second, DDBLOCK_FOREVER, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_lock_fencing_token(second), 2);
    assert_int_equal(ddblock_release(second, NULL), DDBLOCK_OK);
}

static void a_wait_ends_when_it_is_cancelled(void **state)
{
    struct fixture *f = *state;
    ddblock_lock *first = acquire(f->client, &f->id, 0);
    ddblock_acquire_options options;
    ddblock_lock *second = NULL;
    ddblock_error error = {0};

    ddblock_acquire_options_init(&options);
    options.wait_ms = DDBLOCK_FOREVER;
    assert_int_equal(ddblock_acquire_start(f->client, &f->id, &options, &second, NULL), DDBLOCK_OK);
    ddblock_acquire_cancel(second);
    assert_int_equal(ddblock_acquire_wait(second, DDBLOCK_FOREVER, &error), DDBLOCK_CANCELLED);
    assert_string_equal(error.message, "the acquisition was cancelled");
    assert_int_equal(ddblock_release(second, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_lock_state(first, NULL), DDBLOCK_STATE_HELD);
    assert_int_equal(ddblock_release(first, NULL), DDBLOCK_OK);
}

static void release_cancels_a_wait_too(void **state)
{
    struct fixture *f = *state;
    ddblock_lock *first = acquire(f->client, &f->id, 0);
    ddblock_acquire_options options;
    ddblock_lock *second = NULL;

    ddblock_acquire_options_init(&options);
    options.wait_ms = DDBLOCK_FOREVER;
    assert_int_equal(ddblock_acquire_start(f->client, &f->id, &options, &second, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_release(second, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_release(first, NULL), DDBLOCK_OK);
}

static void heartbeats_keep_a_lock_beyond_its_lease(void **state)
{
    struct fixture *f = *state;
    ddblock_client *client = client_open(f->store, DDBLOCK_FAIL_OPEN, 2000, 200);
    ddblock_lock *lock = acquire(client, &f->id, 0);
    ddblock_info before;
    ddblock_info after;

    assert_int_equal(ddblock_show(f->store, &f->id, &before, NULL), DDBLOCK_OK);
    do {
        (void)poll(NULL, 0, 50);
        assert_int_equal(ddblock_show(f->store, &f->id, &after, NULL), DDBLOCK_OK);
    } while (memcmp(before.version, after.version, sizeof(before.version)) == 0);
    assert_int_equal(after.fencing_token, before.fencing_token);
    assert_int_equal(ddblock_release(lock, NULL), DDBLOCK_OK);
    ddblock_client_close(client);
}

static void without_heartbeats_it_is_at_risk_and_then_lost(void **state)
{
    struct fixture *f = *state;
    ddblock_client *client = client_open(f->store, DDBLOCK_FAIL_OPEN, 1000, 0);
    ddblock_lock *lock = acquire(client, &f->id, 0);
    ddblock_error error = {0};

    await_state(lock, DDBLOCK_STATE_LOST);
    assert_int_equal(ddblock_lock_remaining_ms(lock), 0);
    assert_int_equal(ddblock_lock_fencing_token(lock), 1);
    assert_int_equal(ddblock_release(lock, &error), DDBLOCK_LOST);
    assert_string_equal(error.message,
                        "the lease ended before it was renewed: there are no heartbeats");
    ddblock_client_close(client);
}

static void a_broken_lock_is_lost_at_the_next_heartbeat(void **state)
{
    struct fixture *f = *state;
    ddblock_client *client = client_open(f->store, DDBLOCK_FAIL_OPEN, 5000, 100);
    ddblock_lock *lock = acquire(client, &f->id, 0);
    ddblock_info shown;
    ddblock_error error = {0};
    ddblock_status status;

    do { /* a heartbeat in between is allowed to refuse it */
        assert_int_equal(ddblock_show(f->store, &f->id, &shown, NULL), DDBLOCK_OK);
        status = ddblock_break(f->store, &f->id, &shown, &error);
    } while (status == DDBLOCK_NOT_ACQUIRED);
    assert_int_equal(status, DDBLOCK_OK);
    await_state(lock, DDBLOCK_STATE_LOST);
    assert_int_equal(ddblock_lock_state(lock, &error), DDBLOCK_STATE_LOST);
    assert_int_equal(error.status, DDBLOCK_LOST);
    assert_int_equal(ddblock_release(lock, &error), DDBLOCK_LOST);
    assert_int_equal(ddblock_show(f->store, &f->id, &shown, NULL), DDBLOCK_OK);
    assert_int_equal(shown.kind, DDBLOCK_ITEM_RELEASED);
    assert_int_equal(shown.fencing_token, 1);
    assert_int_equal(ddblock_break(f->store, &f->id, &shown, &error), DDBLOCK_INVALID);
    ddblock_client_close(client);
}

static void a_break_of_what_has_changed_is_refused(void **state)
{
    struct fixture *f = *state;
    ddblock_lock *lock = acquire(f->client, &f->id, 0);
    ddblock_info shown;
    ddblock_error error = {0};

    assert_int_equal(ddblock_show(f->store, &f->id, &shown, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_release(lock, NULL), DDBLOCK_OK);
    lock = acquire(f->client, &f->id, 0);
    assert_int_equal(ddblock_break(f->store, &f->id, &shown, &error), DDBLOCK_NOT_ACQUIRED);
    memset(shown.version, 0, sizeof(shown.version));
    assert_int_equal(ddblock_break(f->store, &f->id, &shown, &error), DDBLOCK_INVALID);
    assert_int_equal(ddblock_release(lock, NULL), DDBLOCK_OK);
}

static void a_fail_closed_lock_has_no_end_and_is_deleted(void **state)
{
    struct fixture *f = *state;
    ddblock_client *client = client_open(f->store, DDBLOCK_FAIL_CLOSED, LEASE_MS, DDBLOCK_AUTO);
    ddblock_lock *lock = acquire(client, &f->id, 0);
    ddblock_lock *second = NULL;
    ddblock_info info;
    ddblock_error error = {0};

    assert_int_equal(ddblock_lock_fencing_token(lock), 0);
    assert_true(ddblock_lock_remaining_ms(lock) == INT64_MAX);
    assert_int_equal(ddblock_acquire(client, &f->id, NULL, &second, &error), DDBLOCK_NOT_ACQUIRED);
    assert_string_equal(error.message, "the lock is held by test");
    assert_int_equal(ddblock_acquire(f->client, &f->id, NULL, &second, &error), DDBLOCK_WRONG_KIND);
    assert_int_equal(ddblock_release(lock, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_show(f->store, &f->id, &info, NULL), DDBLOCK_OK);
    assert_int_equal(info.kind, DDBLOCK_ITEM_ABSENT);
    lock = acquire(client, &f->id, 0);
    assert_int_equal(ddblock_show(f->store, &f->id, &info, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_break(f->store, &f->id, &info, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_release(lock, &error), DDBLOCK_LOST);
    assert_string_equal(error.message, "the item of the lock was deleted");
    ddblock_client_close(client);
}

static void handles_may_be_closed_in_any_order(void **state)
{
    struct fixture *f = *state;
    ddblock_store *store = NULL;
    ddblock_client *client;
    ddblock_lock *lock;

    assert_int_equal(ddblock_store_open_memory(&store, NULL), DDBLOCK_OK);
    client = client_open(store, DDBLOCK_FAIL_OPEN, LEASE_MS, DDBLOCK_AUTO);
    ddblock_store_close(store);
    lock = acquire(client, &f->id, 0);
    ddblock_client_close(client);
    assert_int_equal(ddblock_lock_state(lock, NULL), DDBLOCK_STATE_HELD);
    assert_int_equal(ddblock_release(lock, NULL), DDBLOCK_OK);
    ddblock_client_close(NULL);
    ddblock_store_close(NULL);
    assert_int_equal(ddblock_release(NULL, NULL), DDBLOCK_OK);
}

/* What the child finds of its parent's handles; 0 if all is as the header says. */
static int child_of(struct fixture *f, ddblock_lock *lock)
{
    ddblock_lock *second = NULL;
    ddblock_client *client = NULL;
    ddblock_info info;
    ddblock_error error = {0};
    int wrong = 0;

    wrong += ddblock_lock_remaining_ms(lock) != 0;
    wrong += ddblock_lock_state(lock, &error) != DDBLOCK_STATE_LOST;
    wrong += error.status != DDBLOCK_FORKED;
    wrong += ddblock_lock_fd(lock) != -1;
    wrong += ddblock_acquire(f->client, &f->id, NULL, &second, NULL) != DDBLOCK_FORKED;
    wrong += ddblock_acquire_wait(lock, 0, NULL) != DDBLOCK_FORKED;
    wrong += ddblock_show(f->store, &f->id, &info, NULL) != DDBLOCK_FORKED;
    wrong += ddblock_client_open(f->store, NULL, &client, NULL) != DDBLOCK_FORKED;
    wrong += ddblock_release(lock, NULL) != DDBLOCK_FORKED;
    ddblock_client_close(f->client);
    ddblock_store_close(f->store);
    return wrong;
}

static void a_forked_child_holds_nothing(void **state)
{
    struct fixture *f = *state;
    ddblock_lock *lock = acquire(f->client, &f->id, 0);
    pid_t child = fork();
    int status = -1;

    if (child == 0) {
        _exit(child_of(f, lock));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_int_equal(ddblock_lock_state(lock, NULL), DDBLOCK_STATE_HELD);
    assert_int_equal(ddblock_release(lock, NULL), DDBLOCK_OK);
}

static void expect_invalid(ddblock_store *store, const ddblock_client_options *options,
                           const char *sentence)
{
    ddblock_client *client = NULL;
    ddblock_error error = {0};

    assert_int_equal(ddblock_client_open(store, options, &client, &error), DDBLOCK_INVALID);
    assert_null(client);
    assert_string_equal(error.message, sentence);
}

static void expect_valid(ddblock_store *store, const ddblock_client_options *options)
{
    ddblock_client *client = NULL;

    assert_int_equal(ddblock_client_open(store, options, &client, NULL), DDBLOCK_OK);
    ddblock_client_close(client);
}

static void options_out_of_bounds_are_named(void **state)
{
    struct fixture *f = *state;
    ddblock_client_options good;
    ddblock_client_options bad;
    char owner[300];

    ddblock_client_options_init(&good);
    bad = good;
    bad.lease_duration_ms = 1;
    expect_invalid(f->store, &bad, "lease_duration_ms is 1, but must lie between 2 and 2147483647");
    bad.lease_duration_ms = INT64_C(1) << 31;
    expect_invalid(f->store, &bad,
                   "lease_duration_ms is 2147483648, but must lie between 2 and 2147483647");
    bad = good;
    bad.heartbeat_period_ms = 5001;
    expect_invalid(f->store, &bad,
                   "heartbeat_period_ms is 5001, but must be 0 (no heartbeats) or at most half of "
                   "lease_duration_ms, which is 5000");
    bad = good;
    bad.retry_count = -1;
    expect_invalid(f->store, &bad, "retry_count is -1, but must lie between 0 and 1000000");
    bad = good;
    bad.poll_period_ms = 0;
    expect_invalid(f->store, &bad, "poll_period_ms is 0, but must lie between 1 and 2147483647");
    bad = good;
    bad.drift_ppm = 100001;
    expect_invalid(f->store, &bad, "drift_ppm is 100001, but must lie between 0 and 100000");
    bad = good;
    bad.settle_ms = 10000; /* the lease: heartbeats make it last */
    expect_valid(f->store, &bad);
    bad.heartbeat_period_ms = 0;
    expect_invalid(f->store, &bad,
                   "settle_ms is 10000, but must be less than lease_duration_ms, which is 10000, "
                   "as there are no heartbeats: the lease would end first");
    bad.settle_ms = 9999;
    expect_valid(f->store, &bad);
    bad.settle_ms = -1;
    expect_invalid(f->store, &bad, "settle_ms is -1, but must lie between 0 and 2147483647");
    bad = good;
    bad.kind = (ddblock_kind)7;
    expect_invalid(f->store, &bad,
                   "kind is 7, but must be DDBLOCK_FAIL_OPEN or DDBLOCK_FAIL_CLOSED");
    bad = good;
    bad.kind = DDBLOCK_FAIL_CLOSED;
    bad.acquire_period_ms = 0;
    expect_invalid(f->store, &bad, "acquire_period_ms is 0, but must lie between 1 and 2147483647");
    bad = good;
    memset(owner, 'x', sizeof(owner));
    owner[256] = '\0';
    bad.owner = owner;
    expect_invalid(f->store, &bad, "owner has 256 bytes, but must have between 1 and 255");
    bad.owner = "\xFF";
    expect_invalid(f->store, &bad, "owner is not valid UTF-8");
    memset(&bad, 0, sizeof(bad));
    expect_invalid(f->store, &bad,
                   "the options are missing or were not initialised with "
                   "ddblock_client_options_init");
}

static void the_default_owner_names_version_user_and_host(void **state)
{
    struct fixture *f = *state;
    ddblock_client *client = NULL;
    ddblock_lock *lock;
    ddblock_info info;

    assert_int_equal(ddblock_client_open(f->store, NULL, &client, NULL), DDBLOCK_OK);
    lock = acquire(client, &f->id, 0);
    assert_int_equal(ddblock_show(f->store, &f->id, &info, NULL), DDBLOCK_OK);
    assert_memory_equal(info.owner, "ddblock@" DDBLOCK_VERSION "_", 14);
    assert_non_null(strchr(info.owner + 14, '@'));
    assert_int_equal(ddblock_release(lock, NULL), DDBLOCK_OK);
    ddblock_client_close(client);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(tokens_count_the_acquisitions),
        TEST(a_held_lock_is_refused_with_its_holder),
        TEST(a_waiter_learns_the_holder_and_gets_the_lock_when_it_is_released),
        TEST(a_wait_ends_when_it_is_cancelled),
        TEST(release_cancels_a_wait_too),
        TEST(heartbeats_keep_a_lock_beyond_its_lease),
        TEST(without_heartbeats_it_is_at_risk_and_then_lost),
        TEST(a_broken_lock_is_lost_at_the_next_heartbeat),
        TEST(a_break_of_what_has_changed_is_refused),
        TEST(a_fail_closed_lock_has_no_end_and_is_deleted),
        TEST(handles_may_be_closed_in_any_order),
        TEST(a_forked_child_holds_nothing),
        TEST(options_out_of_bounds_are_named),
        TEST(the_default_owner_names_version_user_and_host),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
