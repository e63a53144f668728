/* time_stories.c - who may believe what when. docs/protocol.md, "Time". */
#include "trace/stories.h"

/* The holder counts from before it sent, whenever the answer comes. */
STORY(a_late_answer_shortens_the_lease)
{
    struct world w = world_open();

    FAULT(&w, A, .reply_ms = 400);
    world_acquire(&w, A, PATIENCE_ATTEMPTS(1));
    world_run(&w, 399);
    EXPECT_ITEM(&w, "A1/1 for 1000");
    world_run(&w, 400);

    EXPECT_TRACE(&w, "[   0] A  acquire -> ACQUIRE A1\n"
                     "[ 400] A  applied -> acquired token 1, holds until 999\n"
                     "[ 400] A  tick -> RENEW A2 of A1\n"
                     "[ 400] A  applied, holds until 1399\n");
}

/* The waiter counts from after it received the item: it was refused at 300, knows it at 500 and
 * may not act before 1500. */
STORY(a_waiters_time_starts_with_the_receipt)
{
    struct world w = world_open();

    world_acquire(&w, A, PATIENCE_ATTEMPTS(1));
    world_run(&w, 100);
    world_suspend(&w, A, 100000);
    w.config.poll = duration_from_ms(900);
    FAULT(&w, B, .request_ms = 200, .reply_ms = 200);
    world_acquire(&w, B, PATIENCE_ATTEMPTS(0));
    world_run(&w, 1500);

    EXPECT_TRACE(&w, "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  applied -> acquired token 1, holds until 999\n"
                     "[ 100] B  acquire -> ACQUIRE B1\n"
                     "[ 500] B  refused by A1/1 for 1000\n"
                     "[1400] B  tick -> READ\n"
                     "[1400] B  found A1/1 for 1000\n"
                     "[1500] B  tick -> TAKE OVER B2 of A1/1\n"
                     "[1500] B  applied -> acquired token 2, holds until 2499\n");
}

/* The two at their closest: the holder stops a millisecond before the waiter may begin. */
STORY(the_holder_stops_before_the_waiter_begins)
{
    struct world w = world_open();

    w.config.heartbeat = duration_from_ms(0);
    w.config.poll = duration_from_ms(900);
    world_acquire(&w, A, PATIENCE_ATTEMPTS(1));
    world_acquire(&w, B, PATIENCE_ATTEMPTS(0));
    world_run(&w, 1000);

    EXPECT_TRACE(&w, "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] B  acquire -> ACQUIRE B1\n"
                     "[   0] A  applied -> acquired token 1, holds until 999\n"
                     "[   0] B  refused by A1/1 for 1000\n"
                     "[ 665] A  tick -> at risk\n"
                     "[ 900] B  tick -> READ\n"
                     "[ 900] B  found A1/1 for 1000\n"
                     "[ 999] A  tick -> lost: its lease ended\n"
                     "[1000] B  tick -> TAKE OVER B2 of A1/1\n"
                     "[1000] B  applied -> acquired token 2, holds until 1999\n");
}

/* The holder's clock runs slow and the waiter's fast, each by what the margin allows for. */
static void drift_apart(int64_t ppm, struct world *w)
{
    *w = world_open();
    w->config.lease_ms = 100000;
    w->config.drift_ppm = 1000;
    w->config.heartbeat = duration_from_ms(0);
    w->config.poll = duration_from_ms(90000);
    w->actors[A].rate_ppm = -ppm;
    w->actors[B].rate_ppm = ppm;
    world_acquire(w, A, PATIENCE_ATTEMPTS(1));
    world_acquire(w, B, PATIENCE_ATTEMPTS(0));
    world_run(w, 110000);
}

STORY(clocks_may_drift_apart_by_the_margin)
{
    struct world w;

    drift_apart(999, &w);
    EXPECT_TRACE(&w, "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] B  acquire -> ACQUIRE B1\n"
                     "[   0] A  applied -> acquired token 1, holds until 99800\n"
                     "[   0] B  refused by A1/1 for 100000\n"
                     "[66533] A  tick -> at risk\n"
                     "[89910] B  tick -> READ\n"
                     "[89910] B  found A1/1 for 100000\n"
                     "[99899] A  tick -> lost: its lease ended\n"
                     "[99900] B  tick -> TAKE OVER B2 of A1/1\n"
                     "[99900] B  applied -> acquired token 2, holds until 199800\n");
}

/* After every wake-up the deadline is compared first: the heartbeat that was due is not sent. */
STORY(who_slept_past_the_deadline_has_lost)
{
    struct world w = world_open();

    world_acquire(&w, A, PATIENCE_ATTEMPTS(1));
    world_run(&w, 100);
    world_suspend(&w, A, 1500);
    world_run(&w, 1200);
    world_acquire(&w, B, PATIENCE_ATTEMPTS(0));
    world_run(&w, 1500);

    EXPECT_TRACE(&w, "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  applied -> acquired token 1, holds until 999\n"
                     "[1200] B  acquire -> ACQUIRE B1\n"
                     "[1200] B  refused by A1/1 for 1000\n"
                     "[1300] B  tick -> READ\n"
                     "[1300] B  found A1/1 for 1000\n"
                     "[1400] B  tick -> READ\n"
                     "[1400] B  found A1/1 for 1000\n"
                     "[1500] A  tick -> lost: its lease ended\n"
                     "[1500] B  tick -> READ\n"
                     "[1500] B  found A1/1 for 1000\n");
}

/* The answer to a heartbeat was there in time, but we were not. */
STORY(an_answer_that_is_read_after_the_deadline_revives_nothing)
{
    struct world w = world_open();

    world_acquire(&w, A, PATIENCE_ATTEMPTS(1));
    world_run(&w, 150);
    FAULT(&w, A, .reply_ms = 50);
    world_run(&w, 200);
    world_suspend(&w, A, 1300);
    world_run(&w, 1300);
    world_release(&w, A);
    world_run_out(&w);

    EXPECT_TRACE(&w, "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  applied -> acquired token 1, holds until 999\n"
                     "[ 190] A  tick -> RENEW A2 of A1\n"
                     "[1300] A  applied -> lost: its lease ended\n"
                     "[1300] A  release -> RELEASE A1 A2\n"
                     "[1300] A  applied -> released: LOST, end\n");
    EXPECT_ITEM(&w, "A2/1 released");
}

STORY(a_waiter_that_slept_takes_over_what_has_stood_and_looks_no_more)
{
    struct world w = world_open();

    world_put(&w, world_record("dead", 1, 1000));
    world_acquire(&w, A, PATIENCE_FOREVER);
    world_suspend(&w, A, 5000);
    world_run(&w, 5000);
    EXPECT_TRACE(&w, "[   0] -  somebody writes dead/1 for 1000\n"
                     "[   0] A  acquire -> ACQUIRE A1\n"
                     "[5000] A  refused by dead/1 for 1000\n");

    w = world_open();
    world_put(&w, world_record("alive", 1, 1000));
    world_acquire(&w, A, PATIENCE_MS(3000));
    world_suspend(&w, A, 5000);
    world_put(&w, world_record("alive still", 1, 1000));
    world_run(&w, 5000);
    EXPECT_TRACE(
        &w, "[   0] -  somebody writes alive/1 for 1000\n"
            "[   0] A  acquire -> ACQUIRE A1\n"
            "[   0] -  somebody writes alive still/1 for 1000\n"
            "[5000] A  refused by alive still/1 for 1000 -> not acquired: NOT_ACQUIRED, end\n");
}

/* ------------------------------------------------------------------ trustLocalTime */

/* Acquires a lock of 1000 ms that somebody wrote that long ago by the wall clock (at
 * 1700000000000 ms when the world starts). When the take-over came. */
static int64_t trusted_wait(int64_t written_unix_ms)
{
    struct record record = world_record("x", 1, 1000);
    struct world w = world_open();

    record.acquired_time_unix_ms = written_unix_ms;
    w.config.trust_local_time = true;
    w.config.heartbeat = duration_from_ms(0);
    w.config.poll = duration_from_ms(900);
    world_put(&w, record);
    world_acquire(&w, A, PATIENCE_ATTEMPTS(0));
    while (w.token_told == 0) {
        world_run(&w, world_now_ms(&w) + 1);
    }
    return world_now_ms(&w);
}

STORY(who_trusts_the_wall_clock_waits_for_what_it_says_is_left)
{
    assert_int_equal(trusted_wait(1700000000000), 1000);
    assert_int_equal(trusted_wait(1699999999400), 400);
    assert_int_equal(trusted_wait(1699999999000), 1); /* at once: the world ran 1 ms */
    assert_int_equal(trusted_wait(0), 1);
}

/* By default a wall clock shortens nothing; a trusted one never makes the wait longer, and says
 * nothing where the time is missing or lies in the future. */
STORY(a_time_that_cannot_be_is_not_trusted)
{
    assert_int_equal(trusted_wait(-1), 1000);
    assert_int_equal(trusted_wait(1700000000001), 1000);
    assert_int_equal(trusted_wait(INT64_MAX), 1000);
}

STORY(a_wall_clock_is_not_looked_at_by_default)
{
    struct world w = world_open();
    struct record record = world_record("x", 1, 1000);

    record.acquired_time_unix_ms = 0;
    w.config.poll = duration_from_ms(900);
    w.actors[A].wall_offset_ms = 10000000;
    world_put(&w, record);
    world_acquire(&w, A, PATIENCE_ATTEMPTS(0));
    world_run(&w, 1000);

    EXPECT_TRACE(&w, "[   0] -  somebody writes x/1 for 1000\n"
                     "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  refused by x/1 for 1000\n"
                     "[ 900] A  tick -> READ\n"
                     "[ 900] A  found x/1 for 1000\n"
                     "[1000] A  tick -> TAKE OVER A2 of x/1\n"
                     "[1000] A  applied -> acquired token 2, holds until 1999\n");
}

/* Even a time limit of nothing takes what is over by the wall clock: that is no waiting. */
STORY(trust_needs_no_time)
{
    struct world w = world_open();
    struct record record = world_record("x", 1, 1000);

    record.acquired_time_unix_ms = 0;
    w.config.trust_local_time = true;
    world_put(&w, record);
    world_acquire(&w, A, PATIENCE_MS(0));
    world_run(&w, 0);

    EXPECT_TRACE(&w, "[   0] -  somebody writes x/1 for 1000\n"
                     "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  refused by x/1 for 1000 -> TAKE OVER A2 of x/1\n"
                     "[   0] A  applied -> acquired token 2, holds until 999\n");
}

int time_stories(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_late_answer_shortens_the_lease),
        cmocka_unit_test(a_waiters_time_starts_with_the_receipt),
        cmocka_unit_test(the_holder_stops_before_the_waiter_begins),
        cmocka_unit_test(clocks_may_drift_apart_by_the_margin),
        cmocka_unit_test(who_slept_past_the_deadline_has_lost),
        cmocka_unit_test(an_answer_that_is_read_after_the_deadline_revives_nothing),
        cmocka_unit_test(a_waiter_that_slept_takes_over_what_has_stood_and_looks_no_more),
        cmocka_unit_test(who_trusts_the_wall_clock_waits_for_what_it_says_is_left),
        cmocka_unit_test(a_time_that_cannot_be_is_not_trusted),
        cmocka_unit_test(a_wall_clock_is_not_looked_at_by_default),
        cmocka_unit_test(trust_needs_no_time),
    };

    return cmocka_run_group_tests_name("time", tests, NULL, NULL);
}
