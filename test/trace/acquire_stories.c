/* acquire_stories.c - getting a lock: free, released, waited for, taken over, not a lock. */
#include "trace/stories.h"

STORY(a_free_lock_takes_one_request_and_its_release_another)
{
    struct world w = world_open();

    world_acquire(&w, A, PATIENCE_ATTEMPTS(1));
    world_run(&w, 100);
    world_release(&w, A);
    world_run_out(&w);

    EXPECT_TRACE(&w, "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  applied -> acquired token 1, holds until 999\n"
                     "[ 100] A  release -> RELEASE A1\n"
                     "[ 100] A  applied -> released: OK, end\n");
    EXPECT_ITEM(&w, "A1/1 released");
    assert_int_equal(w.requests, 2);
}

STORY(a_released_lock_takes_one_request_and_its_token_counts_on)
{
    struct world w = world_open();

    world_put(&w, world_record("old", 7, 1));
    world_acquire(&w, A, PATIENCE_ATTEMPTS(1));
    world_run(&w, 0);

    EXPECT_TRACE(&w, "[   0] -  somebody writes old/7 released\n"
                     "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  applied -> acquired token 8, holds until 999\n");
    EXPECT_ITEM(&w, "A1/8 for 1000");
}

/* Who waits need not wait for the lease. */
STORY(a_waiter_sees_a_release_within_a_poll_period)
{
    struct world w = world_open();

    world_acquire(&w, A, PATIENCE_ATTEMPTS(1));
    world_run(&w, 150);
    world_acquire(&w, B, PATIENCE_FOREVER);
    world_run(&w, 390);
    world_release(&w, A);
    world_run(&w, 500);

    EXPECT_TRACE(&w, "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  applied -> acquired token 1, holds until 999\n"
                     "[ 150] B  acquire -> ACQUIRE B1\n"
                     "[ 150] B  refused by A1/1 for 1000\n"
                     "[ 190] A  tick -> RENEW A2 of A1\n"
                     "[ 190] A  applied, holds until 1189\n"
                     "[ 250] B  tick -> READ\n"
                     "[ 250] B  found A2/1 for 1000\n"
                     "[ 350] B  tick -> READ\n"
                     "[ 350] B  found A2/1 for 1000\n"
                     "[ 380] A  tick -> RENEW A3 of A2\n"
                     "[ 380] A  applied, holds until 1379\n"
                     "[ 390] A  release -> RELEASE A3\n"
                     "[ 390] A  applied -> released: OK, end\n"
                     "[ 450] B  tick -> READ\n"
                     "[ 450] B  found A3/1 released -> ACQUIRE B2\n"
                     "[ 450] B  applied -> acquired token 2, holds until 1449\n");
}

STORY(a_dead_holders_lock_is_taken_over_when_its_lease_was_seen_to_stand)
{
    struct world w = world_open();

    world_acquire(&w, A, PATIENCE_ATTEMPTS(1));
    world_run(&w, 100);
    world_suspend(&w, A, 100000);
    w.config.poll = duration_from_ms(400);
    world_acquire(&w, B, PATIENCE_ATTEMPTS(0));
    world_run(&w, 1100);

    EXPECT_TRACE(&w, "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  applied -> acquired token 1, holds until 999\n"
                     "[ 100] B  acquire -> ACQUIRE B1\n"
                     "[ 100] B  refused by A1/1 for 1000\n"
                     "[ 500] B  tick -> READ\n"
                     "[ 500] B  found A1/1 for 1000\n"
                     "[ 900] B  tick -> READ\n"
                     "[ 900] B  found A1/1 for 1000\n"
                     "[1100] B  tick -> TAKE OVER B2 of A1/1\n"
                     "[1100] B  applied -> acquired token 2, holds until 2099\n");
    EXPECT_ITEM(&w, "B2/2 for 1000");
}

/* Each heartbeat changes the guid, and with it the wait begins anew. */
STORY(a_living_holder_is_never_robbed)
{
    struct world w = world_open();

    w.config.poll = duration_from_ms(400);
    world_acquire(&w, A, PATIENCE_ATTEMPTS(1));
    world_run(&w, 100);
    world_acquire(&w, B, PATIENCE_MS(2000));
    w.quiet = true;
    world_run(&w, 2000);
    w.quiet = false;
    world_run(&w, 2100);

    EXPECT_TRACE(&w, "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  applied -> acquired token 1, holds until 999\n"
                     "[ 100] B  acquire -> ACQUIRE B1\n"
                     "[2090] A  tick -> RENEW A12 of A11\n"
                     "[2090] A  applied, holds until 3089\n"
                     "[2100] B  tick -> not acquired: NOT_ACQUIRED, end\n");
}

/* Two waiters see the same lease end: the condition lets one of them through. */
STORY(of_two_that_take_over_one_succeeds)
{
    struct world w = world_open();

    w.config.poll = duration_from_ms(400);
    w.latency_ms = 5;
    world_put(&w, world_record("dead", 4, 1000));
    world_acquire(&w, A, PATIENCE_ATTEMPTS(0));
    world_acquire(&w, B, PATIENCE_MS(1500));
    world_run(&w, 1050);

    EXPECT_TRACE(&w, "[   0] -  somebody writes dead/4 for 1000\n"
                     "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] B  acquire -> ACQUIRE B1\n"
                     "[  10] A  refused by dead/4 for 1000\n"
                     "[  10] B  refused by dead/4 for 1000\n"
                     "[ 410] A  tick -> READ\n"
                     "[ 410] B  tick -> READ\n"
                     "[ 420] A  found dead/4 for 1000\n"
                     "[ 420] B  found dead/4 for 1000\n"
                     "[ 820] A  tick -> READ\n"
                     "[ 820] B  tick -> READ\n"
                     "[ 830] A  found dead/4 for 1000\n"
                     "[ 830] B  found dead/4 for 1000\n"
                     "[1010] A  tick -> TAKE OVER A2 of dead/4\n"
                     "[1010] B  tick -> TAKE OVER B2 of dead/4\n"
                     "[1020] A  applied -> acquired token 5, holds until 2009\n"
                     "[1020] B  refused by A2/5 for 1000\n");
}

STORY(an_item_of_the_other_kind_is_left_alone)
{
    struct world open = world_open();
    struct world closed = world_closed();
    struct record record = world_record("theirs", 0, 0);

    record.kind = RECORD_FAIL_CLOSED;
    world_put(&open, record);
    world_acquire(&open, A, PATIENCE_FOREVER);
    world_run_out(&open);
    EXPECT_TRACE(&open, "[   0] -  somebody writes theirs closed\n"
                        "[   0] A  acquire -> ACQUIRE A1\n"
                        "[   0] A  refused by theirs closed -> not acquired: WRONG_KIND, end\n");

    world_put(&closed, world_record("theirs", 3, 1)); /* even if it is released */
    world_acquire(&closed, A, PATIENCE_FOREVER);
    world_run_out(&closed);
    EXPECT_TRACE(&closed,
                 "[   0] -  somebody writes theirs/3 released\n"
                 "[   0] A  acquire -> PUT A1\n"
                 "[   0] A  refused by theirs/3 released -> not acquired: WRONG_KIND, end\n");
}

/* The engine tells no item with its refusal: it is read back, and the holder watched, or the lock
 * acquired if it was released in between. */
STORY(an_engine_that_refuses_without_the_item)
{
    struct world w = world_open();

    w.bare = true;
    w.latency_ms = 5;
    world_put(&w, world_record("x", 1, 1000));
    world_acquire(&w, A, PATIENCE_ATTEMPTS(0));
    world_acquire(&w, B, PATIENCE_ATTEMPTS(0));
    w.actors[B].faults[0].request_ms = 2; /* its read comes that much later */
    w.actors[B].faults_count = 1;
    world_run(&w, 16);
    world_put(&w, world_record("x", 1, 1));
    world_run(&w, 130);

    EXPECT_TRACE(&w, "[   0] -  somebody writes x/1 for 1000\n"
                     "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] B  acquire -> ACQUIRE B1\n"
                     "[  10] A  refused by something -> READ LATEST\n"
                     "[  10] B  refused by something -> READ LATEST\n"
                     "[  16] -  somebody writes x/1 released\n"
                     "[  20] A  found x/1 for 1000\n"
                     "[  22] B  found x/1 released -> ACQUIRE B2\n"
                     "[  32] B  applied -> acquired token 2, holds until 1021\n"
                     "[ 120] A  tick -> READ\n"
                     "[ 130] A  found B2/2 for 1000\n");
}

/* Whatever stands there, it is not a lock to be taken by mistake. */
STORY(an_item_that_is_no_lock_is_left_alone)
{
    struct world open = world_open();
    struct world closed = world_closed();

    open.bare = true;
    world_put(&open, (struct record){.kind = RECORD_BAD, .defect = "it is bad"});
    world_acquire(&open, A, PATIENCE_FOREVER);
    world_run_out(&open);
    EXPECT_TRACE(&open, "[   0] -  somebody writes a bad item\n"
                        "[   0] A  acquire -> ACQUIRE A1\n"
                        "[   0] A  refused by something -> READ LATEST\n"
                        "[   0] A  found a bad item -> not acquired: BAD_ITEM, end\n");

    world_put(&closed, (struct record){.kind = RECORD_BAD, .defect = "it is bad"});
    world_acquire(&closed, A, PATIENCE_FOREVER);
    world_run_out(&closed);
    EXPECT_TRACE(&closed, "[   0] -  somebody writes a bad item\n"
                          "[   0] A  acquire -> PUT A1\n"
                          "[   0] A  refused by a bad item -> not acquired: BAD_ITEM, end\n");
}

/* There is no token after the last. */
STORY(a_lock_whose_tokens_are_used_up_is_left_alone)
{
    struct world released = world_open();
    struct world held = world_open();

    world_put(&released, world_record("last", TOKEN_MAX, 1));
    world_acquire(&released, A, PATIENCE_FOREVER);
    world_run_out(&released);
    EXPECT_TRACE(
        &released,
        "[   0] -  somebody writes last/9007199254740991 released\n"
        "[   0] A  acquire -> ACQUIRE A1\n"
        "[   0] A  refused by last/9007199254740991 released -> not acquired: BAD_ITEM, end\n");

    world_put(&held, world_record("last", TOKEN_MAX, 1000));
    world_acquire(&held, A, PATIENCE_FOREVER);
    world_run_out(&held);
    EXPECT_TRACE(
        &held,
        "[   0] -  somebody writes last/9007199254740991 for 1000\n"
        "[   0] A  acquire -> ACQUIRE A1\n"
        "[   0] A  refused by last/9007199254740991 for 1000 -> not acquired: BAD_ITEM, end\n");
}

/* The engine counted, but what it counted orders nothing. */
STORY(a_token_that_cannot_be_used_is_given_back)
{
    struct world w = world_open();

    FAULT(&w, A, .no_token = true);
    world_acquire(&w, A, PATIENCE_FOREVER);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  applied -> RELEASE A1\n"
                     "[   0] A  applied -> not acquired: BAD_ITEM, end\n");
}

STORY(the_last_token_is_given)
{
    struct world w = world_open();

    world_put(&w, world_record("last but one", TOKEN_MAX - 1, 1));
    world_acquire(&w, A, PATIENCE_FOREVER);
    world_run(&w, 0);
    EXPECT_TRACE(&w, "[   0] -  somebody writes last but one/9007199254740990 released\n"
                     "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  applied -> acquired token 9007199254740991, holds until 999\n");
}

/* The sum saturates, and a released lock is one whatever its lease says. */
STORY(odd_leases_of_others_neither_overflow_nor_confuse)
{
    struct world w = world_open();

    w.config.poll = duration_from_ms(86400000);
    world_put(&w, world_record("long", 1, LEASE_MAX_MS));
    world_acquire(&w, A, PATIENCE_FOREVER);
    w.quiet = true; /* it polls once a day */
    world_run(&w, LEASE_MAX_MS - 1);
    w.quiet = false;
    world_run(&w, LEASE_MAX_MS);
    EXPECT_TRACE(&w, "[   0] -  somebody writes long/1 for 2147483647\n"
                     "[   0] A  acquire -> ACQUIRE A1\n"
                     "[2147483647] A  tick -> TAKE OVER A2 of long/1\n"
                     "[2147483647] A  applied -> acquired token 2, holds until 2147484646\n");

    w = world_open();
    world_put(&w, world_record("negative", 9, -5));
    world_acquire(&w, A, PATIENCE_MS(0));
    world_run(&w, 0);
    EXPECT_TRACE(&w, "[   0] -  somebody writes negative/9 released\n"
                     "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  applied -> acquired token 10, holds until 999\n");
}

/* A stale read only makes the wait longer, or a request futile. */
STORY(a_stale_read_misleads_nobody)
{
    struct world w = world_open();

    world_put(&w, world_record("x", 1, 1));
    world_put(&w, world_record("y", 2, 1000));
    world_acquire(&w, A, PATIENCE_FOREVER);
    FAULT(&w, A, .stale = true);
    world_run(&w, 150);
    EXPECT_TRACE(&w, "[   0] -  somebody writes x/1 released\n"
                     "[   0] -  somebody writes y/2 for 1000\n"
                     "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  refused by y/2 for 1000\n"
                     "[ 100] A  tick -> READ\n"
                     "[ 100] A  found x/1 released -> ACQUIRE A2\n"
                     "[ 100] A  refused by y/2 for 1000\n");
}

int acquire_stories(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_free_lock_takes_one_request_and_its_release_another),
        cmocka_unit_test(a_released_lock_takes_one_request_and_its_token_counts_on),
        cmocka_unit_test(a_waiter_sees_a_release_within_a_poll_period),
        cmocka_unit_test(a_dead_holders_lock_is_taken_over_when_its_lease_was_seen_to_stand),
        cmocka_unit_test(a_living_holder_is_never_robbed),
        cmocka_unit_test(of_two_that_take_over_one_succeeds),
        cmocka_unit_test(an_item_of_the_other_kind_is_left_alone),
        cmocka_unit_test(an_engine_that_refuses_without_the_item),
        cmocka_unit_test(an_item_that_is_no_lock_is_left_alone),
        cmocka_unit_test(a_lock_whose_tokens_are_used_up_is_left_alone),
        cmocka_unit_test(a_token_that_cannot_be_used_is_given_back),
        cmocka_unit_test(the_last_token_is_given),
        cmocka_unit_test(odd_leases_of_others_neither_overflow_nor_confuse),
        cmocka_unit_test(a_stale_read_misleads_nobody),
    };

    return cmocka_run_group_tests_name("acquire", tests, NULL, NULL);
}
