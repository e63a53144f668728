/* outage_stories.c - acquisitions from a store that fails, or does not answer. */
#include "trace/stories.h"

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

int outage_stories(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_store_that_never_answers_is_tried_four_times),
        cmocka_unit_test(even_the_shortest_pause_takes_time),
        cmocka_unit_test(a_throttled_store_is_given_seconds),
        cmocka_unit_test(a_refusal_that_no_retry_mends_ends_it_at_once),
        cmocka_unit_test(an_outage_is_ridden_out_until_the_limit),
        cmocka_unit_test(the_last_failure_before_the_limit_is_not_the_reason),
        cmocka_unit_test(by_count_four_failures_in_a_row_end_it),
        cmocka_unit_test(a_limit_without_any_answer_tells_why),
    };

    return cmocka_run_group_tests_name("outages", tests, NULL, NULL);
}
