/* origin_test.c - from whom a lock was taken over, when the own writes come between. */
#include "engine/client_locks.h"
#include "engine/still.h"

#include "store/transition.h"

/* Somebody held the lock for a tenth of a second, and died. */
static void put_dead(struct fixture *f)
{
    f->fake.record = (struct record){
        .kind = RECORD_FAIL_OPEN,
        .guid = {.type = 'S', .size = 4, .bytes = "dead"},
        .token = 7,
        .lease_ms = 100,
        .acquired_time_unix_ms = -1,
        .owner = "dead",
    };
}

static struct ddblock_lock *start_waiting(struct fixture *f, struct ddblock_client *client)
{
    put_dead(f);
    return start_with(f, client,
                      (struct machine_patience){.by_time = true, .limit = DURATION_FOREVER});
}

static void expect_dead(struct ddblock_lock *lock)
{
    ddblock_info info;

    memset(&info, 0, sizeof(info));
    assert_int_equal(lock_origin(lock, &info), DDBLOCK_ORIGIN_TAKEN_OVER);
    assert_string_equal(info.owner, "dead");
    assert_int_equal(info.fencing_token, 7);
}

/* The oldest request is carried out, and its reply is lost. */
static void carry_out_unheard(struct fixture *f)
{
    struct outcome outcome;

    transition_apply(&f->fake.sent[0].ask, f->fake.sent[0].owner, &f->fake.record, &outcome);
    assert_int_equal(outcome.kind, OUTCOME_APPLIED);
    fake_store_lose(&f->fake, 0);
    turn(f);
}

static void a_take_over_that_is_recognised_while_it_settles(void **state)
{
    struct fixture *f = *state;
    struct ddblock_client *client;
    ddblock_client_options options;
    struct ddblock_lock *lock;

    ddblock_client_options_init(&options);
    options.settle_ms = 500;
    client = open_client(f, &options);
    lock = start_waiting(f, client);
    carry_out_all(f);
    fake_host_pass_ms(&f->host, 100);
    turn(f);
    assert_int_equal(f->fake.sent[0].ask.kind, REQUEST_TAKE_OVER);
    carry_out_unheard(f);
    fake_host_pass_ms(&f->host, 400);
    carry_out_all(f); /* refused, by its own write */
    assert_int_equal(lock_wait(lock, 0, NULL), DDBLOCK_PENDING);
    assert_int_equal(lock_origin(lock, NULL), DDBLOCK_ORIGIN_NONE);
    fake_host_pass_ms(&f->host, 500);
    carry_out_all(f);
    assert_int_equal(lock_wait(lock, 0, NULL), DDBLOCK_OK);
    expect_dead(lock);
    assert_int_equal(release(f, lock), DDBLOCK_OK);
    client_release(client);
}

/* While it settles the next heartbeat is refused: there is no lock, and the acquisition has ended.
 */
static void a_take_over_that_is_lost_while_it_settles(void **state)
{
    struct fixture *f = *state;
    struct ddblock_client *client;
    ddblock_client_options options;
    struct ddblock_lock *lock;
    ddblock_event event;
    ddblock_error error = {0};

    ddblock_client_options_init(&options);
    options.settle_ms = 60000;
    client = open_client(f, &options);
    for (int broken = 0; broken <= 1; broken++) {
        lock = start_waiting(f, client);
        carry_out_all(f);
        fake_host_pass_ms(&f->host, 100);
        carry_out_all(f);
        assert_int_equal(f->fake.record.token, 8); /* taken over */
        assert_int_equal(lock_wait(lock, 0, NULL), DDBLOCK_PENDING);
        f->fake.record.guid = (struct foreign_guid){.type = 'S', .size = 5, .bytes = "thief"};
        f->fake.record.lease_ms = broken ? LEASE_RELEASED_MS : LEASE_MS;
        (void)snprintf(f->fake.record.owner, sizeof(f->fake.record.owner), "thief");
        assert_int_equal(client_next_event(client, &event), DDBLOCK_PENDING);
        fake_host_pass_ms(&f->host, LEASE_MS / 3);
        carry_out_all(f);
        assert_int_equal(lock_wait(lock, 0, &error), DDBLOCK_NOT_ACQUIRED);
        assert_string_equal(error.message,
                            broken ? "the lock was released by somebody else: thief (token 8, "
                                     "released)"
                                   : "the lock is held by thief (token 8, lease 10000 ms)");
        assert_int_equal(client_next_event(client, &event), DDBLOCK_OK);
        assert_int_equal(event.kind, DDBLOCK_EVENT_NOT_ACQUIRED);
        assert_int_equal(lock_token(lock), 0);
        assert_int_equal(lock_remaining_ms(lock), 0);
        assert_int_equal(f->engine.loop.task_count, 0); /* and nothing is tried again */
        assert_int_equal(release(f, lock), DDBLOCK_OK);
    }
    client_release(client);
}

/* The reply to the take-over comes when its lease is over, and the lock is taken from ourselves. */
static void a_take_over_that_was_answered_late(void **state)
{
    struct fixture *f = *state;
    struct ddblock_lock *lock = start_waiting(f, f->client);

    carry_out_all(f);
    fake_host_pass_ms(&f->host, 100);
    turn(f);
    fake_store_carry_out(&f->fake);
    fake_host_pass_ms(&f->host, LEASE_MS + 1);
    turn(f);
    assert_int_equal(f->fake.sent[0].ask.observed_token, 8);
    carry_out_all(f);
    assert_int_equal(lock_wait(lock, 0, NULL), DDBLOCK_OK);
    assert_int_equal(lock_token(lock), 9);
    expect_dead(lock);
    assert_int_equal(release(f, lock), DDBLOCK_OK);
}

/* Who holds a lock waits for nobody, whatever it has read of its own writes. */
static void an_own_renewal_is_no_holder(void **state)
{
    struct fixture *f = *state;
    struct ddblock_lock *lock = acquire(f);
    ddblock_info info;

    fake_host_pass_ms(&f->host, 3400);
    turn(f);
    assert_int_equal(f->fake.sent[0].ask.kind, REQUEST_RENEW);
    fake_store_reply(&f->fake, 0,
                     (struct outcome){.kind = OUTCOME_REFUSED, .record = f->fake.record});
    turn(f);
    assert_int_equal(lock_holder(lock, &info), DDBLOCK_PENDING);
    assert_int_equal(release(f, lock), DDBLOCK_OK);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, still_set_up, still_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_take_over_that_is_recognised_while_it_settles),
        TEST(a_take_over_that_is_lost_while_it_settles),
        TEST(a_take_over_that_was_answered_late),
        TEST(an_own_renewal_is_no_holder),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
