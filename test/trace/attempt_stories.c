/* attempt_stories.c - how long an acquisition goes on: by count, by time, by failures. */
#include "trace/stories.h"

/* A holder that lives: the item is renewed by somebody every 400 ms, up to then. */
static void renew_until(struct world *w, int64_t until_ms)
{
    for (int64_t at_ms = world_now_ms(w); at_ms <= until_ms; at_ms += 400) {
        struct record record = world_record("x", 1, 1000);

        record.guid.bytes[0] = (uint8_t)('a' + at_ms / 400);
        world_run(w, at_ms);
        world_put(w, record);
    }
}

STORY(without_retries_one_attempt_lasts_for_the_holders_lease)
{
    struct world w = world_open();

    w.config.poll = duration_from_ms(500);
    world_put(&w, world_record("x", 1, 1000));
    world_acquire(&w, A, PATIENCE_ATTEMPTS(0));
    renew_until(&w, 1200);
    world_run_out(&w);

    EXPECT_TRACE(&w, "[   0] -  somebody writes x/1 for 1000\n"
                     "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  refused by x/1 for 1000\n"
                     "[   0] -  somebody writes a/1 for 1000\n"
                     "[ 400] -  somebody writes b/1 for 1000\n"
                     "[ 500] A  tick -> READ\n"
                     "[ 500] A  found b/1 for 1000\n"
                     "[ 800] -  somebody writes c/1 for 1000\n"
                     "[1000] A  tick -> not acquired: NOT_ACQUIRED, end\n"
                     "[1200] -  somebody writes d/1 for 1000\n");
}

STORY(each_retry_is_one_more_attempt)
{
    struct world w = world_open();

    w.config.poll = duration_from_ms(500);
    world_put(&w, world_record("x", 1, 1000));
    world_acquire(&w, A, PATIENCE_ATTEMPTS(2));
    renew_until(&w, 3600);
    world_run_out(&w);

    EXPECT_TRACE(&w, "[   0] -  somebody writes x/1 for 1000\n"
                     "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  refused by x/1 for 1000\n"
                     "[   0] -  somebody writes a/1 for 1000\n"
                     "[ 400] -  somebody writes b/1 for 1000\n"
                     "[ 500] A  tick -> READ\n"
                     "[ 500] A  found b/1 for 1000\n"
                     "[ 800] -  somebody writes c/1 for 1000\n"
                     "[1000] A  tick -> ACQUIRE A2\n"
                     "[1000] A  refused by c/1 for 1000\n"
                     "[1200] -  somebody writes d/1 for 1000\n"
                     "[1500] A  tick -> READ\n"
                     "[1500] A  found d/1 for 1000\n"
                     "[1600] -  somebody writes e/1 for 1000\n"
                     "[2000] A  tick -> ACQUIRE A3\n"
                     "[2000] A  refused by e/1 for 1000\n"
                     "[2000] -  somebody writes f/1 for 1000\n"
                     "[2400] -  somebody writes g/1 for 1000\n"
                     "[2500] A  tick -> READ\n"
                     "[2500] A  found g/1 for 1000\n"
                     "[2800] -  somebody writes h/1 for 1000\n"
                     "[3000] A  tick -> not acquired: NOT_ACQUIRED, end\n"
                     "[3200] -  somebody writes i/1 for 1000\n"
                     "[3600] -  somebody writes j/1 for 1000\n");
}

/* The second attempt goes on watching the same guid: it acquires when the lease was seen to
 * stand for its length, at 1900, and not a lease after its own first request. */
STORY(the_observation_runs_on_across_attempts)
{
    struct world w = world_open();

    w.config.poll = duration_from_ms(450);
    world_put(&w, world_record("x", 1, 1000));
    world_acquire(&w, A, PATIENCE_ATTEMPTS(1));
    world_run(&w, 800);
    world_put(&w, world_record("y", 1, 1000));
    world_run(&w, 1900);

    EXPECT_TRACE(&w, "[   0] -  somebody writes x/1 for 1000\n"
                     "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  refused by x/1 for 1000\n"
                     "[ 450] A  tick -> READ\n"
                     "[ 450] A  found x/1 for 1000\n"
                     "[ 800] -  somebody writes y/1 for 1000\n"
                     "[ 900] A  tick -> READ\n"
                     "[ 900] A  found y/1 for 1000\n"
                     "[1000] A  tick -> ACQUIRE A2\n"
                     "[1000] A  refused by y/1 for 1000\n"
                     "[1450] A  tick -> READ\n"
                     "[1450] A  found y/1 for 1000\n"
                     "[1900] A  tick -> TAKE OVER A3 of y/1\n"
                     "[1900] A  applied -> acquired token 2, holds until 2899\n");
}

STORY(a_time_limit_of_nothing_tries_once)
{
    struct world w = world_open();

    world_put(&w, world_record("x", 1, 1000));
    world_acquire(&w, A, PATIENCE_MS(0));
    world_run_out(&w);

    EXPECT_TRACE(&w, "[   0] -  somebody writes x/1 for 1000\n"
                     "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  refused by x/1 for 1000 -> not acquired: NOT_ACQUIRED, end\n");
    assert_int_equal(w.requests, 1);
}

STORY(a_time_limit_ends_the_watch)
{
    struct world w = world_open();

    world_put(&w, world_record("x", 1, 1000));
    world_acquire(&w, A, PATIENCE_MS(250));
    world_run_out(&w);

    EXPECT_TRACE(&w, "[   0] -  somebody writes x/1 for 1000\n"
                     "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  refused by x/1 for 1000\n"
                     "[ 100] A  tick -> READ\n"
                     "[ 100] A  found x/1 for 1000\n"
                     "[ 200] A  tick -> READ\n"
                     "[ 200] A  found x/1 for 1000\n"
                     "[ 250] A  tick -> not acquired: NOT_ACQUIRED, end\n");
}

/* What is due at the limit is still done. */
STORY(a_take_over_that_is_due_at_the_limit_is_tried)
{
    struct world w = world_open();

    w.config.poll = duration_from_ms(800);
    world_put(&w, world_record("x", 1, 1000));
    world_acquire(&w, A, PATIENCE_MS(1000));
    world_run(&w, 1000);

    EXPECT_TRACE(&w, "[   0] -  somebody writes x/1 for 1000\n"
                     "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  refused by x/1 for 1000\n"
                     "[ 800] A  tick -> READ\n"
                     "[ 800] A  found x/1 for 1000\n"
                     "[1000] A  tick -> TAKE OVER A2 of x/1\n"
                     "[1000] A  applied -> acquired token 2, holds until 1999\n");
}

STORY(what_is_seen_to_be_free_after_the_limit_is_left)
{
    struct world w = world_open();

    world_put(&w, world_record("x", 1, 1000));
    FAULT(&w, A, .bare = false);
    FAULT(&w, A, .request_ms = 200);
    world_acquire(&w, A, PATIENCE_MS(250));
    world_run(&w, 150);
    world_put(&w, world_record("x", 1, 1));
    world_run_out(&w);

    EXPECT_TRACE(&w, "[   0] -  somebody writes x/1 for 1000\n"
                     "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  refused by x/1 for 1000\n"
                     "[ 100] A  tick -> READ\n"
                     "[ 150] -  somebody writes x/1 released\n"
                     "[ 300] A  found x/1 released -> not acquired: NOT_ACQUIRED, end\n");
}

STORY(who_waits_for_ever_gets_it_in_the_end)
{
    struct world w = world_open();

    w.config.poll = duration_from_ms(900);
    world_put(&w, world_record("x", 1, 1000));
    world_acquire(&w, A, PATIENCE_FOREVER);
    renew_until(&w, 4000);
    world_run(&w, 4900);
    EXPECT_ITEM(&w, "k/1 for 1000");
    world_run(&w, 6000);
    assert_int_equal(w.token_told, 2);
}

STORY(a_store_that_never_answers_is_tried_four_times)
{
    struct world w = world_open();

    FAULTS(&w, A, 9, .failed = DDBLOCK_UNAVAILABLE);
    world_acquire(&w, A, PATIENCE_FOREVER);
    world_run_out(&w);

    EXPECT_TRACE(&w, "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  failed: UNAVAILABLE\n"
                     "[  12] A  tick -> ACQUIRE A2\n"
                     "[  12] A  failed: UNAVAILABLE\n"
                     "[  37] A  tick -> ACQUIRE A3\n"
                     "[  37] A  failed: UNAVAILABLE\n"
                     "[  87] A  tick -> ACQUIRE A4\n"
                     "[  87] A  failed: UNAVAILABLE -> not acquired: UNAVAILABLE, end\n");
}

/* Full jitter may draw no pause at all: time passes all the same. */
STORY(even_the_shortest_pause_takes_time)
{
    struct world w = world_open();

    w.random = 0;
    world_put(&w, world_record("x", 1, 1000));
    FAULT(&w, A, .bare = false);
    FAULTS(&w, A, 30, .failed = DDBLOCK_UNAVAILABLE);
    world_acquire(&w, A, PATIENCE_MS(81));
    world_run_out(&w);

    EXPECT_TRACE(&w, "[   0] -  somebody writes x/1 for 1000\n"
                     "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  refused by x/1 for 1000\n"
                     "[  75] A  tick -> READ\n"
                     "[  75] A  failed: UNAVAILABLE\n"
                     "[  76] A  tick -> READ\n"
                     "[  76] A  failed: UNAVAILABLE\n"
                     "[  77] A  tick -> READ\n"
                     "[  77] A  failed: UNAVAILABLE\n"
                     "[  78] A  tick -> READ\n"
                     "[  78] A  failed: UNAVAILABLE\n"
                     "[  79] A  tick -> READ\n"
                     "[  79] A  failed: UNAVAILABLE\n"
                     "[  80] A  tick -> READ\n"
                     "[  80] A  failed: UNAVAILABLE\n"
                     "[  81] A  tick -> not acquired: NOT_ACQUIRED, end\n");
}

STORY(a_throttled_store_is_given_seconds)
{
    struct world w = world_open();

    FAULTS(&w, A, 9, .failed = DDBLOCK_THROTTLED);
    world_acquire(&w, A, PATIENCE_ATTEMPTS(5));
    world_run_out(&w);

    EXPECT_TRACE(&w, "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  failed: THROTTLED\n"
                     "[ 500] A  tick -> ACQUIRE A2\n"
                     "[ 500] A  failed: THROTTLED\n"
                     "[1500] A  tick -> ACQUIRE A3\n"
                     "[1500] A  failed: THROTTLED\n"
                     "[3500] A  tick -> ACQUIRE A4\n"
                     "[3500] A  failed: THROTTLED -> not acquired: THROTTLED, end\n");
}

STORY(a_refusal_that_no_retry_mends_ends_it_at_once)
{
    struct world w = world_open();

    FAULT(&w, A, .failed = DDBLOCK_DENIED);
    world_acquire(&w, A, PATIENCE_FOREVER);
    world_run_out(&w);

    EXPECT_TRACE(&w, "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  failed: DENIED -> not acquired: DENIED, end\n");
}

/* With a time limit, a store that has answered once is waited for. */
STORY(an_outage_is_ridden_out_until_the_limit)
{
    struct world w = world_open();

    w.config.poll = duration_from_ms(400);
    world_put(&w, world_record("x", 1, 1000));
    FAULT(&w, A, .bare = false);
    FAULTS(&w, A, 6, .failed = DDBLOCK_UNAVAILABLE);
    world_acquire(&w, A, PATIENCE_MS(30000));
    world_run(&w, 1200);
    EXPECT_TRACE(&w, "[   0] -  somebody writes x/1 for 1000\n"
                     "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  refused by x/1 for 1000\n"
                     "[ 400] A  tick -> READ\n"
                     "[ 400] A  failed: UNAVAILABLE\n"
                     "[ 412] A  tick -> READ\n"
                     "[ 412] A  failed: UNAVAILABLE\n"
                     "[ 437] A  tick -> READ\n"
                     "[ 437] A  failed: UNAVAILABLE\n"
                     "[ 487] A  tick -> READ\n"
                     "[ 487] A  failed: UNAVAILABLE\n"
                     "[ 587] A  tick -> READ\n"
                     "[ 587] A  failed: UNAVAILABLE\n"
                     "[ 787] A  tick -> READ\n"
                     "[ 787] A  failed: UNAVAILABLE\n"
                     "[1187] A  tick -> TAKE OVER A2 of x/1\n"
                     "[1187] A  applied -> acquired token 2, holds until 2186\n");

    w = world_open();
    world_put(&w, world_record("x", 1, 1000));
    FAULT(&w, A, .bare = false);
    FAULTS(&w, A, 30, .failed = DDBLOCK_UNAVAILABLE);
    world_acquire(&w, A, PATIENCE_MS(400));
    world_run_out(&w);
    EXPECT_TRACE(&w, "[   0] -  somebody writes x/1 for 1000\n"
                     "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  refused by x/1 for 1000\n"
                     "[ 100] A  tick -> READ\n"
                     "[ 100] A  failed: UNAVAILABLE\n"
                     "[ 112] A  tick -> READ\n"
                     "[ 112] A  failed: UNAVAILABLE\n"
                     "[ 137] A  tick -> READ\n"
                     "[ 137] A  failed: UNAVAILABLE\n"
                     "[ 187] A  tick -> READ\n"
                     "[ 187] A  failed: UNAVAILABLE\n"
                     "[ 287] A  tick -> READ\n"
                     "[ 287] A  failed: UNAVAILABLE\n"
                     "[ 400] A  tick -> not acquired: NOT_ACQUIRED, end\n");
}

/* The failure comes at the limit. */
STORY(the_last_failure_before_the_limit_is_not_the_reason)
{
    struct world w = world_open();

    world_put(&w, world_record("x", 1, 1000));
    FAULT(&w, A, .bare = false);
    FAULT(&w, A, .failed = DDBLOCK_UNAVAILABLE, .reply_ms = 50);
    world_acquire(&w, A, PATIENCE_MS(130));
    world_run_out(&w);

    EXPECT_TRACE(&w, "[   0] -  somebody writes x/1 for 1000\n"
                     "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  refused by x/1 for 1000\n"
                     "[ 100] A  tick -> READ\n"
                     "[ 150] A  failed: UNAVAILABLE -> not acquired: NOT_ACQUIRED, end\n");
}

STORY(by_count_four_failures_in_a_row_end_it)
{
    struct world w = world_open();

    world_put(&w, world_record("x", 1, 1000));
    FAULT(&w, A, .bare = false);
    FAULTS(&w, A, 3, .failed = DDBLOCK_UNAVAILABLE);
    FAULT(&w, A, .bare = false);
    FAULTS(&w, A, 4, .lose_reply = true);
    world_acquire(&w, A, PATIENCE_ATTEMPTS(99));
    world_run_out(&w);

    EXPECT_TRACE(&w, "[   0] -  somebody writes x/1 for 1000\n"
                     "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  refused by x/1 for 1000\n"
                     "[ 100] A  tick -> READ\n"
                     "[ 100] A  failed: UNAVAILABLE\n"
                     "[ 112] A  tick -> READ\n"
                     "[ 112] A  failed: UNAVAILABLE\n"
                     "[ 137] A  tick -> READ\n"
                     "[ 137] A  failed: UNAVAILABLE\n"
                     "[ 187] A  tick -> READ\n"
                     "[ 187] A  found x/1 for 1000\n"
                     "[ 287] A  tick -> READ\n"
                     "[1287] A  no reply\n"
                     "[1300] A  tick -> TAKE OVER A2 of x/1\n"
                     "[2300] A  no reply\n"
                     "[2325] A  tick -> TAKE OVER A3 of x/1\n"
                     "[3325] A  no reply\n"
                     "[3375] A  tick -> TAKE OVER A4 of x/1\n"
                     "[4375] A  no reply -> RELEASE A2 A3 A4\n"
                     "[4375] A  applied -> not acquired: UNAVAILABLE, end\n");
}

/* The first request was never answered, and there is no time for another. */
STORY(a_limit_without_any_answer_tells_why)
{
    struct world w = world_open();

    FAULT(&w, A, .failed = DDBLOCK_UNAVAILABLE, .reply_ms = 50);
    world_acquire(&w, A, PATIENCE_MS(50));
    world_run_out(&w);
    EXPECT_TRACE(&w, "[   0] A  acquire -> ACQUIRE A1\n"
                     "[  50] A  failed: UNAVAILABLE -> not acquired: UNAVAILABLE, end\n");

    FAULT(&w, A, .failed = DDBLOCK_UNAVAILABLE, .reply_ms = 45);
    world_acquire(&w, A, PATIENCE_MS(50));
    world_run_out(&w);
    EXPECT_TRACE(&w, "[  50] A  acquire -> ACQUIRE A2\n"
                     "[  95] A  failed: UNAVAILABLE\n"
                     "[ 100] A  tick -> not acquired: UNAVAILABLE, end\n");
}

STORY(fail_closed_attempts_are_single_requests)
{
    struct world w = world_closed();
    struct record record = world_record("x", 0, 0);

    record.kind = RECORD_FAIL_CLOSED;
    world_put(&w, record);
    world_acquire(&w, A, PATIENCE_ATTEMPTS(2));
    world_run_out(&w);
    EXPECT_TRACE(&w, "[   0] -  somebody writes x closed\n"
                     "[   0] A  acquire -> PUT A1\n"
                     "[   0] A  refused by x closed\n"
                     "[1000] A  tick -> PUT A2\n"
                     "[1000] A  refused by x closed\n"
                     "[2000] A  tick -> PUT A3\n"
                     "[2000] A  refused by x closed -> not acquired: NOT_ACQUIRED, end\n");

    world_acquire(&w, A, PATIENCE_MS(0));
    world_run_out(&w);
    EXPECT_TRACE(&w, "[2000] A  acquire -> PUT A4\n"
                     "[2000] A  refused by x closed -> not acquired: NOT_ACQUIRED, end\n");

    world_acquire(&w, A, PATIENCE_MS(1500));
    world_run_out(&w);
    EXPECT_TRACE(&w, "[2000] A  acquire -> PUT A5\n"
                     "[2000] A  refused by x closed\n"
                     "[3000] A  tick -> PUT A6\n"
                     "[3000] A  refused by x closed\n"
                     "[3500] A  tick -> not acquired: NOT_ACQUIRED, end\n");

    w.bare = true;
    world_acquire(&w, A, PATIENCE_FOREVER);
    world_run(&w, 5500);
    world_put(&w, (struct record){.kind = RECORD_ABSENT, .acquired_time_unix_ms = -1});
    world_run(&w, 6500);
    EXPECT_TRACE(&w, "[3500] A  acquire -> PUT A7\n"
                     "[3500] A  refused by something -> READ LATEST\n"
                     "[3500] A  found x closed\n"
                     "[4500] A  tick -> PUT A8\n"
                     "[4500] A  refused by something -> READ LATEST\n"
                     "[4500] A  found x closed\n"
                     "[5500] A  tick -> PUT A9\n"
                     "[5500] A  refused by something -> READ LATEST\n"
                     "[5500] A  found x closed\n"
                     "[5500] -  somebody writes nothing\n"
                     "[6500] A  tick -> PUT A10\n"
                     "[6500] A  applied -> acquired token 0\n");
    EXPECT_ITEM(&w, "A10 closed");
}

int attempt_stories(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_retries_one_attempt_lasts_for_the_holders_lease),
        cmocka_unit_test(each_retry_is_one_more_attempt),
        cmocka_unit_test(the_observation_runs_on_across_attempts),
        cmocka_unit_test(a_time_limit_of_nothing_tries_once),
        cmocka_unit_test(a_time_limit_ends_the_watch),
        cmocka_unit_test(a_take_over_that_is_due_at_the_limit_is_tried),
        cmocka_unit_test(what_is_seen_to_be_free_after_the_limit_is_left),
        cmocka_unit_test(who_waits_for_ever_gets_it_in_the_end),
        cmocka_unit_test(a_store_that_never_answers_is_tried_four_times),
        cmocka_unit_test(even_the_shortest_pause_takes_time),
        cmocka_unit_test(a_throttled_store_is_given_seconds),
        cmocka_unit_test(a_refusal_that_no_retry_mends_ends_it_at_once),
        cmocka_unit_test(an_outage_is_ridden_out_until_the_limit),
        cmocka_unit_test(the_last_failure_before_the_limit_is_not_the_reason),
        cmocka_unit_test(by_count_four_failures_in_a_row_end_it),
        cmocka_unit_test(a_limit_without_any_answer_tells_why),
        cmocka_unit_test(fail_closed_attempts_are_single_requests),
    };

    return cmocka_run_group_tests_name("attempts", tests, NULL, NULL);
}
